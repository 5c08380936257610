"""The table on top of 要確認: how many open 要修正 and 要確認 each body has, by code.

Each number leads to the first line of that body and code in the list below. The bodies and codes
with most have a row and a column; what is beyond is added up, so that the sums are whole.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.frame.findings import Findings, findings_of
from pipeline.model import Finding, Severity
from pipeline.model.report import Report
from pipeline.write.book import Sheet

BODIES = 20
NOBODY = "（団体の分からないもの）"
OTHERS = "ほかの指摘"
_TOP = 3  # 0-based row of the heading
_HEADS = ("No.", "■ 要修正", "▲ 要確認", "団体名")
# The columns of the codes. They are those of the list below, so that a narrow one joins the next.
_PLACES = ((4, 4), (5, 5), (6, 6), (7, 7), (8, 8), (9, 10), (11, 11), (12, 12))
_REST = (13, 14)  # of all other codes
_LAST = _REST[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingTable:
    """What the table shows: bodies by id and codes, those with most first; counts of both.

    A code without a column counts as an empty one; ``first`` is the row of the list below.
    """

    first: int
    lines: int
    bodies: Sequence[str]
    names: Mapping[str, str]
    codes: Sequence[str]
    titles: Mapping[str, str]
    counts: Mapping[tuple[str, str], int]
    severities: Mapping[tuple[str, Severity], int]
    ways: Mapping[tuple[str, str], int]  # the first line of body and code, from 0 on


def list_begins(report: Report) -> int:
    """Give the 0-based row of the first line of the list: it stands below the table."""
    bodies = len(set(_asking(report.findings).frame["respondent_id"]))
    if not bodies:
        return _TOP + 1
    return _TOP + 2 + min(bodies, BODIES) + (bodies > BODIES) + 1 + 3


def finding_line(first: int, place: int) -> str:
    """Give where a line of 要確認 stands, counted from 0; ``first`` is from `list_begins`."""
    return f"'要確認'!A{first + place + 1}"


def finding_table(report: Report) -> FindingTable:
    """Count what is asked of each body, by code."""
    found = _asking(report.findings).frame
    codes, whose = [*found["code"]], [*found["respondent_id"]]
    columns = [code for code, _ in Counter(codes).most_common(len(_PLACES))]
    titles = dict(zip(codes, found["title"], strict=True))
    shown = {code: code if code in columns else "" for code in titles}
    ways: dict[tuple[str, str], int] = {}
    for place, line in enumerate(report.lines):
        one = line.shown
        # Of a month by parts findings stay in the parts, uncounted here.
        if one.severity is not Severity.INFO and one.code in shown:
            ways.setdefault((one.respondent_id, shown[one.code]), place)
    return FindingTable(
        first=list_begins(report),
        lines=len(report.lines),
        bodies=[body for body, _ in Counter(whose).most_common()],
        names={id_: name or NOBODY for id_, name in zip(whose, found["respondent"], strict=True)},
        codes=[*columns, *([""] if "" in shown.values() else [])],
        titles={**titles, "": OTHERS},
        counts=Counter(zip(whose, map(shown.__getitem__, codes), strict=True)),
        severities=Counter(zip(whose, found["severity"], strict=True)),
        ways=ways,
    )


def _asking(findings: Iterable[Finding]) -> Findings:
    found = findings_of(findings)
    return found.take(np.flatnonzero(~found.where("severity", (Severity.INFO,))))


def write_table(sheet: Sheet, table: FindingTable) -> None:
    """Write the table, nothing where no finding asks for anything."""
    if not table.bodies:
        return
    told = "行の数字をクリックすると、一覧のその団体の行へ移ります"
    sheet.section(_TOP, f"団体ごとの指摘の件数（{len(table.bodies):,}団体。{told}）", last=_LAST)
    _write_heads(sheet, table)
    row = _TOP + 2
    for number, body in enumerate(table.bodies[:BODIES], start=1):
        _write_counts(sheet, row, table, [body], (str(number), table.names[body]))
        row += 1
    rest = table.bodies[BODIES:]
    if rest:
        _write_counts(sheet, row, table, rest, ("", f"ほか {len(rest):,}団体"))
        row += 1
    _write_counts(sheet, row, table, table.bodies, ("", "合計"), total=True)
    sheet.section(row + 2, f"指摘の一覧（{table.lines:,}行）", last=_LAST)


def _columns(table: FindingTable) -> list[tuple[str, int, int]]:
    """Give the codes with the first and last column of each; other codes stand at the end."""
    named = [code for code in table.codes if code]
    columns = [(code, *place) for code, place in zip(named, _PLACES, strict=False)]
    return [*columns, ("", *_REST)] if "" in table.codes else columns


def _write_heads(sheet: Sheet, table: FindingTable) -> None:
    row, columns = _TOP + 1, _columns(table)
    for place, head in enumerate(_HEADS):
        sheet.text(row, place, head, "head")
    heads = {code: f"{code}\n{table.titles[code]}".strip() for code, _, _ in columns}
    for code, first, last in columns:
        if last > first:
            sheet.merge(row, first, row, last, heads[code], "head")
        else:
            sheet.text(row, first, heads[code], "head")
    sheet.fit(row, [(last, heads[code]) for code, _, last in columns], least=36)


def _write_counts(
    sheet: Sheet, row: int, table: FindingTable, bodies: Sequence[str], told: tuple[str, str],
    *, total: bool = False,
) -> None:  # fmt: skip
    """Write the counts of some bodies together; those of a single one lead to its lines."""
    words = "total_text" if total else "text"
    style = sheet.book.variant("total_number" if total else "number", align="center", indent=0)
    number, name = told
    sheet.text(row, 0, number, words)
    for place, severity in enumerate((Severity.FIX, Severity.CHECK), start=1):
        count = sum(table.severities[body, severity] for body in bodies)
        sheet.number(row, place, count or None, style)
    sheet.text(row, 3, name, words)
    sheet.fit(row, [(3, name)])
    for code, first, last in _columns(table):
        count = sum(table.counts[body, code] for body in bodies)
        if last > first:
            sheet.merge(row, first, row, last, "", style)
        sheet.number(row, first, count or None, style)
        way = table.ways.get((bodies[0], code))
        if len(bodies) == 1 and not total and count and way is not None:
            sheet.number_link(row, first, finding_line(table.first, way), count)

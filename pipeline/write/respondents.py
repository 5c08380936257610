"""団体別集計: roles, every respondent with rank and open work, tables by columns of the roster."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pipeline.frame.columns import Coded, Frame
from pipeline.model import Status
from pipeline.model.counts import StatusCounts
from pipeline.model.report import Grouping, Report
from pipeline.write.book import HEAD_POINTS, Book, Sheet
from pipeline.write.columns import DETAIL_TABLE, NONE_GIVEN, grouping_head
from pipeline.write.listing import Column, R, Styled, Total
from pipeline.write.style import BAR_DONE, BAR_OTHER, LABELS
from pipeline.write.tables import of, put_table
from pipeline.write.totals import (
    NO_ROLE,
    SHARE,
    STATUS_HEADS,
    STATUSES,
    TREND,
    answered,
    bars,
    countifs,
    how_counted,
    or_dash,
    quoted,
    respondents_top,
    status_columns,
)
from pipeline.write.trend import TREND_WIDTH, has_trend, places, sparklines

WITHHELD = Styled("※", "text")
WITHHELD_NOTE = "※ 3 未満の数と、そこから逆算できる数は表示していません。"
_FIRST = 5  # the column of the first count
_LAST = 17


def write_respondents(book: Book, report: Report) -> Sheet:
    """Write roles and respondents; give the sheet."""
    sheet, top = book.sheet("団体別集計"), respondents_top(report)
    bottom = top + max(len(report.respondents), 1) - 1
    columns = _columns(top, bottom)
    trend = len(columns)
    sheet.columns(*(each.width for each in columns), TREND_WIDTH)
    lead = (
        f"役割別の計と、団体ごとの回答の数です（役割ごとに並べています）。{how_counted(book)}"
        f"{SHARE}記入率は、読み取れたかどうかによらず、何か書かれている項目の割合、"
        "読み取れた割合は、①②③などと読めた項目の割合です。"
        "順位は対応済み率の高い順です（1項目も読み取れない団体には付けません）。"
    )
    sheet.heading("団体別集計", lead, last=_LAST)
    _write_roles(sheet, report, 3)
    sheet.section(top - 2, f"団体別（{len(report.respondents):,}団体）", last=_LAST)
    columns += [TREND] if has_trend(report) else []
    taken = {each.head for each in columns}
    own = [_grouping_column(one, taken) for one in report.groupings]
    sheet.columns(*(each.width for each in own), start=len(columns))
    put_table(sheet, top - 1, [*columns, *own], report.respondents, name="tbl_respondents")
    if has_trend(report):
        first = places(report).respondents - 1  # there they stand by their numbers
        pairs = [(row, first + t.number) for row, t in enumerate(report.respondents, start=top)]
        sparklines(sheet, trend, report, pairs)
    for place, colour in ((12, BAR_DONE), (13, BAR_OTHER), (14, BAR_OTHER)):
        bars(sheet, top, bottom, place, colour)
    sheet.raw.ignore_errors({"number_stored_as_text": f"E{top + 1}:E{bottom + 1}"})
    sheet.raw.freeze_panes(3, 3)
    sheet.page(paper="A3", repeat=(top - 1, top - 1))
    return sheet


def _columns(top: int, bottom: int) -> list[Column]:
    number = ("提出番号", f"$A{R}")
    rank = f"RANK(M{R},M${top + 1}:M${bottom + 1})"

    def share(head: str, asked: str, given: str) -> Column:
        return Column(
            head, 11, "percent", of(lambda t: or_dash(getattr(t.counts, asked))),
            formula=f'=IF(L{R}=0,"－",({given})/L{R})',
        )  # fmt: skip

    return [
        Column("提出番号", 9, "number", of("number")),
        Column(
            "順位", 7, "number", of(lambda t: or_dash(t.rank)),
            formula=f'=IF(ISNUMBER(M{R}),IF(O{R}>0,{rank},"－"),"－")',
        ),
        Column("団体名", 30, "text", of("respondent.name"), wraps=True),
        Column("役割", 23, "text", of(lambda t: t.respondent.role or NO_ROLE), wraps=True),
        Column("団体コード", 14, "text", of("respondent.id")),
        *status_columns(_FIRST, lambda s: countifs(number, answered(s)), widths=(11, 8)),
        share("記入率", "filled_share", f"L{R}-J{R}"),
        share("読み取れた割合", "read_share", f"L{R}-J{R}-K{R}"),
        Column(
            "期限超過", 10, "number", of("overdue"),
            formula=countifs(number, ("期限超過", quoted("はい"))),
        ),
        Column("■ 要修正", 10, "number", of("findings.fix")),
        Column("▲ 要確認", 10, "number", of("findings.check")),
    ]  # fmt: skip


def _grouping_column(one: Grouping, taken: set[str]) -> Column:
    head = f"名簿の{one.head}" if one.head in taken else one.head
    return Column(head, 18, "text", of(lambda t: one.of.get(t.respondent.id) or NONE_GIVEN))


def _write_roles(sheet: Sheet, report: Report, top: int) -> None:
    """Write the table of roles and its sum from row ``top`` on."""
    sheet.section(top, "役割別", last=_LAST)
    sheet.height(top + 1, HEAD_POINTS)
    columns, roles = _role_columns(report), report.roles
    if report.withheld is None:
        put_table(sheet, top + 1, columns, roles, left=2)
        return
    shown = [
        _PublicRole(
            role=total.role,
            submissions=total.submissions,
            counts=_Shown(
                of_all=total.counts,
                hidden=frozenset(
                    s for n, s in enumerate(STATUSES) if (place, n) in report.withheld
                ),
            ),
        )
        for place, total in enumerate(roles)
    ]
    fixed = [replace(each, formula="", total=None) for each in columns]
    below = put_table(sheet, top + 1, fixed, shown, left=2)
    sheet.text(below, 2, WITHHELD_NOTE, "lead")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """Counts with a sign for those that are withheld, and for the share they would tell."""

    of_all: StatusCounts
    hidden: frozenset[Status]

    def of(self, status: Status) -> int | Styled:
        return WITHHELD if status in self.hidden else self.of_all.of(status)

    @property
    def total(self) -> int:
        return self.of_all.total

    @property
    def done_share(self) -> float | Styled:
        share = self.of_all.done_share
        return WITHHELD if share is None or self.hidden else share


@dataclass(frozen=True, slots=True, kw_only=True)
class _PublicRole:
    role: str
    submissions: int
    counts: _Shown


def _role_columns(report: Report) -> list[Column]:
    def match(line: Any) -> str:
        return f"tbl_respondents[役割],{quoted(line.role or NO_ROLE)}"

    def formula(status: Status) -> Callable[[Frame], Coded]:
        head = STATUS_HEADS[STATUSES.index(status)]
        return of(lambda line: f"=SUMIFS(tbl_respondents[{head}],{match(line)})")

    there = bool(report.roles)
    return [
        Column(
            "役割", 0, "text", of(lambda line: line.role or NO_ROLE), span=2,
            total=Total("total_text", "合計") if there else None,
        ),
        Column(
            "提出数", 0, "number", of("submissions"),
            formula=of(lambda line: f"=COUNTIFS({match(line)})"), total=Total() if there else None,
        ),
        *status_columns(_FIRST, formula, sums=report.figures.counts if there else None),
    ]  # fmt: skip


def write_groupings(sheet: Sheet, report: Report) -> None:
    """Write a table for each column of the roster below the list of respondents."""
    top = respondents_top(report) + max(len(report.respondents), 1) + 2
    for one in report.groupings:
        sheet.section(top, f"{one.head}別", last=_FIRST + 7)
        sheet.height(top + 1, HEAD_POINTS)
        columns = _grouping_columns(one)
        top = put_table(sheet, top + 1, columns, one.totals, left=2) + 2


def _grouping_columns(one: Grouping) -> list[Column]:
    where = f"{DETAIL_TABLE}[{grouping_head(one.head)}]"

    def formula(status: Status) -> Callable[[Frame], Coded]:
        told = f"{DETAIL_TABLE}[回答],{quoted(LABELS[status])}"
        return of(lambda line: f"=COUNTIFS({where},{quoted(line.role or NONE_GIVEN)},{told})")

    return [
        Column(one.head, 0, "text", of(lambda line: line.role or NONE_GIVEN), span=2),
        Column("提出数", 0, "number", of("submissions")),
        *status_columns(_FIRST, formula),
    ]

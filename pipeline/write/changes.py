"""前月比: this month beside the one compared with, and every month in a row.

This month's counts refer to the other sheets and follow 明細; those of earlier months are the
values of their data files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.model import Status
from pipeline.model.history import Movement
from pipeline.model.months import Presence
from pipeline.model.raw import column_letters
from pipeline.texts.calendar import era_month_words
from pipeline.write.book import HEAD_POINTS
from pipeline.write.listing import Column, R, Styled, Total
from pipeline.write.style import LABELS, SYMBOLS
from pipeline.write.tables import of, put_table
from pipeline.write.totals import (
    GROUPS_TOP,
    ITEMS_TOP,
    STATUSES,
    countifs,
    or_dash,
    quoted,
    respondents_top,
    status_columns,
)
from pipeline.write.trend import CHANGES_SHEET, LAST, NOTICES_TOP, month_columns, places, put_months

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.frame.columns import Coded, Frame
    from pipeline.model.counts import StatusCounts
    from pipeline.model.months import BeforeAndNow, RespondentMonths, Standout, StatusFlow
    from pipeline.model.report import ItemTotal, Report
    from pipeline.write.book import Book, Sheet
    from pipeline.write.table import Field

FIRST = 4  # the first of the narrow columns
# 対象外 is left to the table of statuses: it moves when the roster does, not when work is done.
_SHOWN = (Status.DONE, Status.PLANNED, Status.NOT_PLANNED, Status.BLANK, Status.UNCLEAR)
_GOOD_UP, _GOOD_DOWN = (Status.DONE,), (Status.NOT_PLANNED, Status.BLANK, Status.UNCLEAR)
_PRESENCE = {
    Presence.BOTH: ("・ 両方の月に提出", "text"),
    Presence.CAME: ("＋ 新しく提出", "ok"),
    Presence.LEFT: ("× 今月は提出なし", "bad"),
}
DELTA = '"↑ +"#,##0;"↓ -"#,##0;"－"'
DELTA_SHARE = '"↑ +"0.0%;"↓ -"0.0%;"－"'
_QUIET = '#,##0;-#,##0;"－"'  # a nought that does not catch the eye
_WIDTHS = (7, 17, 18, 61, *([9.5] * 18))
_SCALE = 60  # percent, on A3: the items fit on a page
NOTHING = "比べられる前の月の集計がないため、前月比はありません。"


def has_changes(report: Report) -> bool:
    """Tell whether 前月比 has content: a month to compare with, or a word why there is none."""
    return bool(report.months.compared_with or report.months.notices)


def write_changes(book: Book, report: Report) -> None:
    """Write 前月比; without a month to compare with, why there is none."""
    months, sheet = report.months, book.sheet(CHANGES_SHEET)
    sheet.columns(*_WIDTHS, 3, 3, *([10] * max(len(months.points), 1)))
    before = months.compared_with
    lead = NOTHING
    if before:
        lead = (
            f"{before} と {report.month} を比べています。件数はすべての提出団体の回答の数で、"
            "新しく提出した団体と、今月は提出のない団体の分も増減に入ります。"
            "「進んだ」などは、両方の月に提出した団体の回答だけを項目ごとに比べた数です。"
            f"前月の数と「進んだ」などは作成時の値です。{MEANINGS}"
        )
    sheet.heading(
        f"前月比　{era_month_words(before)} → {era_month_words(report.month)}"
        if before
        else CHANGES_SHEET,
        lead,
        last=LAST,
    )
    for row, notice in enumerate(months.notices, start=NOTICES_TOP):
        sheet.merge(row, 0, row, LAST, f"▲ {notice}", "body")
    if before:
        at = places(report)
        _write_trend(sheet, report, at.trend)
        _write_flows(sheet, report, at.flows)
        _write_categories(sheet, report, at.categories)
        _write_standouts(sheet, report, at.standouts)
        _write_items(sheet, report, at.items)
        _write_respondents(sheet, report, at.respondents)
    sheet.raw.freeze_panes(3, 0)
    if not before:
        sheet.page(paper="A3")
        return
    heads = at.respondents - 1
    sheet.page(paper="A3", repeat=(heads, heads))
    sheet.raw.set_print_scale(_SCALE)  # Excel breaks no page by hand that is fitted
    sheet.raw.set_h_pagebreaks([at.items - 2, at.respondents - 2])
    sheet.raw.print_area(0, 0, heads + max(1, len(months.respondents)), LAST)


MEANINGS = (
    "「進んだ」は①に近づいた回答、「後戻り」は①から遠のいた（読めなくなったものを含む）回答、"
    "「先送り」は②の予定月が遅くなった（書かれなくなったものを含む）回答です。"
)


def _write_trend(sheet: Sheet, report: Report, top: int) -> None:
    """Write one line a month, the newest last; the chart of 概況 is drawn from here."""
    sheet.section(top - 2, "月ごとの推移", last=LAST)
    sheet.height(top - 1, HEAD_POINTS)
    put_table(sheet, top - 1, _trend_columns(report), report.months.points)


def _trend_columns(report: Report) -> list[Column]:
    months, total = report.months, len(report.months.categories) + GROUPS_TOP + 1

    def now(formula: str) -> Callable[[Frame], Coded]:
        """Count what is of this month, the last line."""
        return of(lambda point: formula if point is months.points[-1] else "")

    def summed(column: str) -> Callable[[Frame], Coded]:
        return now(f"='分野別集計'!{column}{total}")

    statuses = [
        replace(each, style="number", formula=summed(column_letters(place)))
        for place, each in enumerate(status_columns(FIRST + 2, lambda _: "")[:6], start=3)
    ]
    return [
        Column("基準月", 0, "total_text", of("month"), span=4),
        Column("提出団体数", 0, "number", of("submissions")),
        Column("回収率", 0, "percent", of(lambda point: or_dash(point.return_share))),
        *statuses,
        Column("計", 0, "total_number", of("counts.total"), formula=f"=SUM(G{R}:L{R})"),
        _share("対応済み率", of(lambda p: or_dash(p.counts.done_share)), summed("K")),
        Column(
            "期限超過", 0, "number", of("overdue"),
            formula=now(countifs(("期限超過", quoted("はい")))),
        ),
    ]  # fmt: skip


def _write_flows(sheet: Sheet, report: Report, top: int) -> None:
    """Write how each status went from the one month to the other; the lines add up."""
    sheet.section(top - 2, "回答の数の増減とその内訳", last=LAST)
    sheet.height(top - 1, HEAD_POINTS)
    put_table(sheet, top - 1, _flow_columns(sheet.book, report), report.months.flows)
    for row, flow in enumerate(report.months.flows, start=top):
        _colour(sheet, (row, row), 9, flow.status)


def _flow_columns(book: Book, report: Report) -> list[Column]:
    total = len(report.months.categories) + GROUPS_TOP + 1
    change, sums = book.variant("number", num_format=DELTA), Total()
    changes = Total(book.variant("total_number", num_format=DELTA))

    def now(flow: StatusFlow) -> str:
        return f"='分野別集計'!{column_letters(3 + STATUSES.index(flow.status))}{total}"

    def named(flow: StatusFlow) -> Styled:
        status = flow.status
        return Styled(f"{SYMBOLS[status]} {LABELS[status]}", f"status_{status.value}")

    return [
        Column("回答", 0, "", of(named), span=4, total=Total("total_text", "計")),
        Column("前月", 0, "number", of("before"), total=sums),
        Column("回答の変化", 0, change, of("changed"), total=changes),
        Column("新しい団体など", 0, change, of("came"), total=changes),
        Column("提出のない団体など", 0, change, of(lambda flow: -flow.left), total=changes),
        Column("今月", 0, "number", of("now"), formula=of(now), total=sums),
        Column(
            "増減", 0, change, of(lambda flow: flow.now - flow.before), formula=f"=I{R}-E{R}",
            total=changes,
        ),
    ]  # fmt: skip


def _write_categories(sheet: Sheet, report: Report, top: int) -> None:
    lines = [
        _Side(name=name, line=line, source=f"'分野別集計'!{{}}{GROUPS_TOP + place}")
        for place, (name, line) in enumerate(
            zip(report.checklist.categories, report.months.categories, strict=True), start=1
        )
    ]
    sheet.section(top - 2, "分野別の増減", last=LAST)
    sheet.height(top - 1, HEAD_POINTS)
    columns = [
        Column("分野", 0, "text", of("name"), span=4, total=Total("total_text", "合計")),
        *_side_columns(sheet.book, 3, summed=True),
    ]
    put_table(sheet, top - 1, columns, lines)
    _colours(sheet, (top, top + len(lines) - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """A line of before and now; ``source`` is where this month's counts stand, by column."""

    name: str
    line: BeforeAndNow
    source: str
    total: ItemTotal | None = None


def _side_columns(book: Book, first: int, *, summed: bool = False) -> list[Column]:
    """Give before, now and change of each status, and the moves.

    ``first`` is the source's column of ①.
    """
    # Long: a line for each column.
    change, quiet = (
        book.variant("number", num_format=DELTA),
        book.variant("number", num_format=_QUIET),
    )
    sums = Total() if summed else None
    changes = Total(book.variant("total_number", num_format=DELTA)) if summed else None

    def of_status(place: int, status: Status) -> list[Column]:
        mark, look, left = SYMBOLS[status], f"head_{status.value}", FIRST + 3 * place
        before, now = column_letters(left), column_letters(left + 1)
        name = column_letters(first + STATUSES.index(status))

        def moved(side: _Side) -> int:
            return side.line.now.of(status) - side.line.before.of(status)

        return [
            Column(
                f"{mark} 前月", 0, "number", of(lambda side: side.line.before.of(status)),
                look=look, total=sums,
            ),
            Column(
                f"{mark} 今月", 0, "number", of(lambda side: side.line.now.of(status)),
                formula=of(lambda side: f"={side.source.format(name)}"), look=look, total=sums,
            ),
            Column(
                f"{mark} 増減", 0, change, of(moved), formula=f"={now}{R}-{before}{R}",
                look=look, total=changes,
            ),
        ]  # fmt: skip

    moves = {"進んだ": "improved", "後戻り": "regressed", "先送り": "postponed"}
    return [
        *(each for place, status in enumerate(_SHOWN) for each in of_status(place, status)),
        *(
            Column(head, 0, quiet, of(f"line.moves.{name}"), total=sums)
            for head, name in moves.items()
        ),
    ]


def _write_items(sheet: Sheet, report: Report, top: int) -> None:
    lines = [
        _Side(
            name="", line=line, source=f"'項目別集計'!{{}}{ITEMS_TOP + total.number}", total=total
        )
        for total, line in zip(report.items, report.months.items, strict=True)
    ]
    sheet.section(top - 2, "項目別の増減", last=LAST)
    columns = [
        Column("No.", 0, "number", of("total.number")),
        Column("分野", 0, "text", of("total.item.category"), wraps=True),
        Column("項目ID", 0, "text", of("total.item.id")),
        Column("項目", 0, "text", of("total.item.title"), wraps=True),
        *_side_columns(sheet.book, 4),
    ]
    columns += month_columns(
        report, len(columns), of("line.shares"), of(lambda side: f"={side.source.format('L')}")
    )
    put_months(sheet, top, columns, lines, "tbl_item_changes")
    _colours(sheet, (top, top + len(lines) - 1))


def _write_respondents(sheet: Sheet, report: Report, top: int) -> None:
    lines = report.months.respondents
    came = sum(line.presence is Presence.CAME for line in lines)
    left = sum(line.presence is Presence.LEFT for line in lines)
    same = sum(line.same_file for line in lines)
    words = (
        f"団体別の増減（新しく提出 {came:,}団体、今月は提出なし {left:,}団体、"
        f"前月と同じファイル {same:,}団体）"
    )
    sheet.section(top - 2, words, last=LAST)
    columns = _respondent_columns(sheet.book, report)
    put_months(sheet, top, columns, lines, "tbl_respondent_changes")
    bottom = top + max(len(lines), 1) - 1
    _colour(sheet, (top, bottom), FIRST + 2, Status.DONE)
    sheet.raw.ignore_errors({"number_stored_as_text": f"C{top + 1}:C{bottom + 1}"})


def _respondent_columns(book: Book, report: Report) -> list[Column]:
    first = respondents_top(report)
    rows = {total.number: first + n + 1 for n, total in enumerate(report.respondents)}
    quiet = book.variant("number", num_format=_QUIET)
    same = {True: "＝ はい", False: "いいえ"}

    def source(line: RespondentMonths) -> str:
        return f"='団体別集計'!M{rows[line.number]}" if line.number in rows else ""

    def step(line: RespondentMonths) -> Field:
        before, now = _share_of(line.before), _share_of(line.now)
        return "" if before is None or now is None else now - before

    columns = [
        Column("提出番号", 0, "number", of("number")),
        Column("状況", 0, "", of(lambda line: Styled(*_PRESENCE[line.presence]))),
        Column("団体コード", 0, "text", of("id")),
        Column("団体名", 0, "text", of("name"), wraps=True),
        Column("前月の対応済み率", 0, "percent", of(lambda r: or_dash(_share_of(r.before)))),
        _share("今月の対応済み率", of(lambda r: or_dash(_share_of(r.now))), of(source)),
        Column(
            "増減（ポイント）", 0, book.variant("percent", num_format=DELTA_SHARE), of(step),
            formula=f'=IF(AND(ISNUMBER(E{R}),ISNUMBER(F{R})),F{R}-E{R},"")',
        ),
        *(
            Column(movement.value, 0, quiet, of(f"moves.{movement.name.lower()}"))
            for movement in Movement
        ),
        Column("前月と同じファイル", 0, "center", of(lambda line: same[line.same_file])),
    ]  # fmt: skip
    return columns + month_columns(report, len(columns), of("shares"), of(source))


def _write_standouts(sheet: Sheet, report: Report, top: int) -> None:
    shown = report.months.standouts
    sheet.section(top - 1, "目立つ動き", last=LAST)
    row = top
    for title, good, bad in (
        ("団体", shown.improved_respondents, shown.concerning_respondents),
        ("項目", shown.improved_items, shown.concerning_items),
    ):
        sheet.merge(row, 0, row, 3, f"↑ 進んだ回答が多い{title}（進んだ－後戻り）", "ok")
        sheet.merge(row, 4, row, LAST, f"↓ 気になる{title}（後戻り＋先送り）", "bad")
        size = max(1, len(good), len(bad))
        for offset in range(size):
            line = row + 1 + offset
            sheet.merge(line, 0, line, 3, _standout(good, offset), "text")
            sheet.merge(line, 4, line, LAST, _standout(bad, offset), "text")
            sheet.fit_width(line, _standout(good, offset), sum(_WIDTHS[:4]))
        row += size + 1


def _standout(lines: tuple[Standout, ...], place: int) -> str:
    if place >= len(lines):
        return "ありません" if place == 0 else ""
    line = lines[place]
    counts = "・".join(
        f"{movement.value} {line.moves.of(movement):,}"
        for movement in (Movement.IMPROVED, Movement.REGRESSED, Movement.POSTPONED)
        if line.moves.of(movement)
    )
    return f"{place + 1}. {line.name}　{line.detail}（{counts}）"


def _share(head: str, share: Callable[[Frame], Coded], formula: Callable[[Frame], Coded]) -> Column:
    return Column(head, 0, "percent", share, formula=formula)


def _share_of(counts: StatusCounts | None) -> float | None:
    return counts.done_share if counts else None


def _colours(sheet: Sheet, rows: tuple[int, int]) -> None:
    for place, status in enumerate(_SHOWN):
        _colour(sheet, rows, FIRST + 3 * place + 2, status)


def _colour(sheet: Sheet, rows: tuple[int, int], column: int, status: Status) -> None:
    """Tint a column of changes: blue for the better, red for the worse; ② is neither."""
    if status not in _GOOD_UP + _GOOD_DOWN:
        return
    good, bad = (">", "<") if status in _GOOD_UP else ("<", ">")
    for sign, tint, ink in ((good, "#CFE2F3", "#0B3C6B"), (bad, "#F6CFC2", "#76210A")):
        sheet.raw.conditional_format(
            rows[0], column, rows[1], column,
            {
                "type": "cell", "criteria": sign, "value": 0,
                "format": sheet.book.difference(bg_color=tint, font_color=ink),
            },
        )  # fmt: skip

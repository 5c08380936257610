"""前月比: this month beside the one compared with, and every month in a row.

This month's counts refer to the other sheets and follow 明細; those of earlier months are the
values of their data files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model import Status
from pipeline.model.history import Movement
from pipeline.model.months import Presence
from pipeline.texts.calendar import era_month_words, month_words
from pipeline.write.book import HEAD_POINTS
from pipeline.write.list_columns import numbered, put_list, to_detail
from pipeline.write.listing import Column, Styled
from pipeline.write.style import LABELS, SYMBOLS
from pipeline.write.totals import (
    GROUPS_TOP,
    ITEMS_TOP,
    STATUS_HEADS,
    STATUSES,
    countifs,
    letters,
    quoted,
    respondents_top,
    status_styles,
)
from pipeline.write.trend import CHANGES_SHEET, MONTH_COLUMN, NOTICES_TOP, places

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.frame.columns import Coded, Frame
    from pipeline.model.counts import StatusCounts
    from pipeline.model.months import BeforeAndNow, MonthPoint, Moves, RespondentMonths, Standout
    from pipeline.model.report import Report
    from pipeline.write.book import Book, Sheet

LAST = 21  # the last printed column
FIRST = 4  # the first of the narrow columns
# 対象外 is left to the table of statuses: it moves when the roster does, not when work is done.
_SHOWN = (Status.DONE, Status.PLANNED, Status.NOT_PLANNED, Status.BLANK, Status.UNCLEAR)
_GOOD_UP, _GOOD_DOWN = (Status.DONE,), (Status.NOT_PLANNED, Status.BLANK, Status.UNCLEAR)
MOVEMENTS = {
    Movement.IMPROVED: ("↑ 進んだ", "ok"),
    Movement.REGRESSED: ("↓ 後戻り", "bad"),
    Movement.POSTPONED: ("→ 先送り", "severity_要確認"),
    Movement.ADVANCED: ("← 前倒し", "ok"),
    Movement.CHANGED: ("・ 変更", "center"),
}
_PRESENCE = {
    Presence.BOTH: ("・ 両方の月に提出", "text"),
    Presence.CAME: ("＋ 新しく提出", "ok"),
    Presence.LEFT: ("× 今月は提出なし", "bad"),
}
DELTA = '"↑ +"#,##0;"↓ -"#,##0;"－"'
DELTA_SHARE = '"↑ +"0.0%;"↓ -"0.0%;"－"'
_QUIET = '#,##0;-#,##0;"－"'  # a nought that does not catch the eye
_COUNT_HEADS = tuple(
    f"{SYMBOLS[status]} {word}" for status in _SHOWN for word in ("前月", "今月", "増減")
)
_MOVE_HEADS = ("進んだ", "後戻り", "先送り")
_RESPONDENT_HEADS = (
    "提出番号", "状況", "団体コード", "団体名", "前月の対応済み率", "今月の対応済み率",
    "増減（ポイント）", "進んだ", "後戻り", "先送り", "前倒し", "変更", "前月と同じファイル",
)  # fmt: skip
_WIDTHS = (7, 17, 18, 61, *([9.5] * 18))
_SCALE = 60  # percent, on A3: the items fit on a page
CHANGED_SHEET = "変わった回答"
NOTHING = "比べられる前の月の集計がないため、前月比はありません。"


def has_changes(report: Report) -> bool:
    """Tell whether 前月比 has content: a month to compare with, or a word why there is none."""
    return bool(report.months.compared_with or report.months.notices)


def has_changed_answers(report: Report) -> bool:
    """Tell whether there is anything to list one by one."""
    return bool(report.months.changes)


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
            f"前月の数と「進んだ」などは作成時の値です。{_MEANINGS}"
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


_MEANINGS = (
    "「進んだ」は①に近づいた回答、「後戻り」は①から遠のいた（読めなくなったものを含む）回答、"
    "「先送り」は②の予定月が遅くなった（書かれなくなったものを含む）回答です。"
)


def _write_trend(sheet: Sheet, report: Report, top: int) -> None:
    """Write one line a month, the newest last; the chart of 概況 is drawn from here."""
    sheet.section(top - 2, "月ごとの推移", last=LAST)
    heads = ("提出団体数", "回収率", *STATUS_HEADS, "計", "対応済み率", "期限超過")
    _head(sheet, top - 1, "基準月", heads, ["head"] * 2 + status_styles() + ["head"] * 3)
    last = len(report.months.points) - 1
    for row, point in enumerate(report.months.points, start=top):
        _write_point(sheet, row, point, report, present=row - top == last)


def _write_point(
    sheet: Sheet, row: int, point: MonthPoint, report: Report, *, present: bool
) -> None:
    sheet.merge(row, 0, row, 3, point.month, "total_text")
    sheet.number(row, FIRST, point.submissions)
    _share(sheet, row, FIRST + 1, "", point.return_share)
    total = len(report.months.categories) + GROUPS_TOP + 1  # the sum row of 分野別集計, 1-based
    for place, status in enumerate(STATUSES, start=3):
        formula = f"='分野別集計'!{letters(place)}{total}" if present else ""
        _count(sheet, row, FIRST + place - 1, formula, point.counts.of(status))
    formula = f"=SUM(G{row + 1}:L{row + 1})"
    sheet.count(row, FIRST + 8, formula, point.counts.total, "total_number")
    formula = f"='分野別集計'!K{total}" if present else ""
    _share(sheet, row, FIRST + 9, formula, point.counts.done_share)
    formula = "=" + countifs(("期限超過", quoted("はい"))) if present else ""
    _count(sheet, row, FIRST + 10, formula, point.overdue)


def _write_flows(sheet: Sheet, report: Report, top: int) -> None:
    """Write how each status went from the one month to the other; the lines add up."""
    months = report.months
    sheet.section(top - 2, "回答の数の増減とその内訳", last=LAST)
    heads = ("前月", "回答の変化", "新しい団体など", "提出のない団体など", "今月", "増減")
    _head(sheet, top - 1, "回答", heads)
    total = len(months.categories) + GROUPS_TOP + 1
    change = _variant(sheet, DELTA)
    for row, flow in enumerate(months.flows, start=top):
        label = f"{SYMBOLS[flow.status]} {LABELS[flow.status]}"
        sheet.merge(row, 0, row, 3, label, f"status_{flow.status.value}")
        sheet.number(row, 4, flow.before)
        for place, value in enumerate((flow.changed, flow.came, -flow.left), start=5):
            sheet.number(row, place, value, change)
        place = 3 + STATUSES.index(flow.status)
        _count(sheet, row, 8, f"='分野別集計'!{letters(place)}{total}", flow.now)
        r = row + 1
        sheet.count(row, 9, f"=I{r}-E{r}", flow.now - flow.before, change)
        _colour(sheet, (row, row), 9, flow.status)
    bottom = top + len(months.flows)
    sheet.merge(bottom, 0, bottom, 3, "計", "total_text")
    sums = (
        sum(f.before for f in months.flows), sum(f.changed for f in months.flows),
        sum(f.came for f in months.flows), -sum(f.left for f in months.flows),
        sum(f.now for f in months.flows), sum(f.now - f.before for f in months.flows),
    )  # fmt: skip
    for place, value in enumerate(sums, start=4):
        name = letters(place)
        style = "total_number" if place in (4, 8) else _variant(sheet, DELTA, "total_number")
        sheet.count(bottom, place, f"=SUM({name}{top + 1}:{name}{bottom})", value, style)


def _write_categories(sheet: Sheet, report: Report, top: int) -> None:
    months = report.months
    sheet.section(top - 2, "分野別の増減", last=LAST)
    _head(sheet, top - 1, "分野", (*_COUNT_HEADS, *_MOVE_HEADS), _count_head_styles())
    for place, (name, line) in enumerate(
        zip(report.checklist.categories, months.categories, strict=True)
    ):
        sheet.merge(top + place, 0, top + place, 3, name, "text")
        _write_sides(sheet, top + place, line, "分野別集計", GROUPS_TOP + place, 3)
    bottom = top + len(months.categories) - 1
    _colours(sheet, (top, bottom))
    sheet.merge(bottom + 1, 0, bottom + 1, 3, "合計", "total_text")
    _write_sums(sheet, bottom + 1, top, months.categories)


def _write_sums(sheet: Sheet, row: int, top: int, lines: Sequence[BeforeAndNow]) -> None:
    change = _variant(sheet, DELTA, "total_number")
    values: list[int] = []
    for status in _SHOWN:
        before = sum(line.before.of(status) for line in lines)
        now = sum(line.now.of(status) for line in lines)
        values += [before, now, now - before]
    values += [sum(_moves(line.moves)[n] for line in lines) for n in range(3)]
    for place, value in enumerate(values, start=FIRST):
        name = letters(place)
        is_change = place < FIRST + 15 and (place - FIRST) % 3 == 2
        style = change if is_change else "total_number"
        sheet.count(row, place, f"=SUM({name}{top + 1}:{name}{row})", value, style)


def _write_items(sheet: Sheet, report: Report, top: int) -> None:
    months = report.months
    sheet.section(top - 2, "項目別の増減", last=LAST)
    heads = ("No.", "分野", "項目ID", "項目", *_COUNT_HEADS, *_MOVE_HEADS)
    styles = ["head"] * 4 + _count_head_styles()
    sheet.table(top - 1, 0, len(months.items), heads, "tbl_item_changes", styles)
    _month_heads(sheet, report, top - 1)
    for place, (total, line) in enumerate(zip(report.items, months.items, strict=True)):
        row, item = top + place, total.item
        sheet.number(row, 0, total.number)
        for column, text in enumerate((item.category, item.id, item.title), start=1):
            sheet.text(row, column, text, "text")
        _write_sides(sheet, row, line, "項目別集計", ITEMS_TOP + place, 4)
        _month_shares(sheet, row, line.shares, f"='項目別集計'!L{ITEMS_TOP + place + 1}")
        sheet.fit(row, ((1, item.category), (3, item.title)))
    _colours(sheet, (top, top + len(months.items) - 1))


def _write_respondents(sheet: Sheet, report: Report, top: int) -> None:
    months = report.months
    came = sum(line.presence is Presence.CAME for line in months.respondents)
    left = sum(line.presence is Presence.LEFT for line in months.respondents)
    same = sum(line.same_file for line in months.respondents)
    words = (
        f"団体別の増減（新しく提出 {came:,}団体、今月は提出なし {left:,}団体、"
        f"前月と同じファイル {same:,}団体）"
    )
    sheet.section(top - 2, words, last=LAST)
    size = len(months.respondents)
    sheet.table(top - 1, 0, size, _RESPONDENT_HEADS, "tbl_respondent_changes")
    _month_heads(sheet, report, top - 1)
    first = respondents_top(report)
    rows = {total.number: first + n + 1 for n, total in enumerate(report.respondents)}
    for row, line in enumerate(months.respondents, start=top):
        _write_respondent(sheet, row, line, rows.get(line.number or 0))
    bottom = top + max(size, 1) - 1
    _colour(sheet, (top, bottom), FIRST + 2, Status.DONE)
    sheet.raw.ignore_errors({"number_stored_as_text": f"C{top + 1}:C{bottom + 1}"})


def _write_respondent(sheet: Sheet, row: int, line: RespondentMonths, source: int | None) -> None:
    """``source`` is the respondent's 1-based row on 団体別集計."""
    sheet.number(row, 0, line.number)
    word, style = _PRESENCE[line.presence]
    sheet.text(row, 1, word, style)
    sheet.text(row, 2, line.id, "text")
    sheet.text(row, 3, line.name, "text")
    before, now = _share_of(line.before), _share_of(line.now)
    current = f"='団体別集計'!M{source}" if source else ""
    _share(sheet, row, 4, "", before)
    _share(sheet, row, 5, current, now)
    r = row + 1
    both = before is not None and now is not None
    sheet.count(
        row, 6, f'=IF(AND(ISNUMBER(E{r}),ISNUMBER(F{r})),F{r}-E{r},"")',
        (now or 0.0) - (before or 0.0) if both else "", _variant(sheet, DELTA_SHARE, "percent"),
    )  # fmt: skip
    quiet = _variant(sheet, _QUIET)
    for place, movement in enumerate(Movement, start=7):
        sheet.number(row, place, line.moves.of(movement), quiet)
    sheet.text(row, 12, "＝ はい" if line.same_file else "いいえ", "center")
    _month_shares(sheet, row, line.shares, current)
    sheet.fit(row, ((3, line.name),))


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


def write_changed_answers(book: Book, report: Report, changes: Frame) -> None:
    """Write 変わった回答, a sheet of its own: thousands of bodies have thousands of lines."""
    before, now = month_words(report.months.compared_with), month_words(report.month)
    lead = f"{before}と{now}の両方に提出した団体の、変わった回答です。{_MEANINGS}"
    columns = _change_columns(book)
    sheet = book.sheet(CHANGED_SHEET)
    sheet.columns(*(column.width for column in columns))

    def head(sheet: Sheet) -> int:
        sheet.heading(CHANGED_SHEET, lead, last=len(columns) - 1)
        sheet.section(3, f"変わった回答の一覧（{len(changes['line']):,}件）", last=len(columns) - 1)
        return 5

    for part, top, _ in put_list(sheet, head(sheet), "tbl_changes", columns, changes, head=head):
        part.page(repeat=(top - 1, top - 1))
        part.raw.freeze_panes(top, 4)


def _change_columns(book: Book) -> list[Column]:
    def symbol(name: str) -> Callable[[Frame], Coded]:
        return lambda rows: rows[name].of(lambda s: Styled(SYMBOLS[s], f"status_{s.value}"))

    return [
        Column("No.", 7, "number", numbered),
        Column(
            "動き", 13, "",
            lambda rows: rows["movement"].of(lambda movement: Styled(*MOVEMENTS[movement])),
        ),
        Column("項目ID", 20, "text", "item_id", wraps=True),
        Column("団体名", 34, "text", "respondent", wraps=True),
        Column("前の回答", 10, "", symbol("old_status")),
        Column("前の予定月", 13, "center", "old_due"),
        Column("今の回答", 10, "", symbol("new_status")),
        Column("今の予定月", 13, "center", "new_due"),
        to_detail(book, 10),
    ]  # fmt: skip


def _write_sides(
    sheet: Sheet, row: int, line: BeforeAndNow, source: str, source_row: int, first: int
) -> None:
    """Write before, now and change of each status. ``first`` is the source's column of ①."""
    change = _variant(sheet, DELTA)
    for place, status in enumerate(_SHOWN):
        left, r = FIRST + 3 * place, row + 1
        before, now = line.before.of(status), line.now.of(status)
        sheet.number(row, left, before)
        name = letters(first + STATUSES.index(status))
        _count(sheet, row, left + 1, f"='{source}'!{name}{source_row + 1}", now)
        formula = f"={letters(left + 1)}{r}-{letters(left)}{r}"
        sheet.count(row, left + 2, formula, now - before, change)
    quiet = _variant(sheet, _QUIET)
    for place, value in enumerate(_moves(line.moves), start=FIRST + 15):
        sheet.number(row, place, value, quiet)


def _moves(moves: Moves) -> tuple[int, int, int]:
    return moves.improved, moves.regressed, moves.postponed


def _month_heads(sheet: Sheet, report: Report, row: int) -> None:
    """Name the months of the shares that the small trend lines of other sheets are drawn from."""
    sheet.text(row - 1, MONTH_COLUMN, "対応済み率の推移（印刷されません）", "plain")
    for place, point in enumerate(report.months.points, start=MONTH_COLUMN):
        sheet.text(row, place, point.month, "head")


def _month_shares(sheet: Sheet, row: int, shares: Sequence[float | None], current: str) -> None:
    for place, share in enumerate(shares, start=MONTH_COLUMN):
        present = place == MONTH_COLUMN + len(shares) - 1
        if share is None:  # a gap in the line; text would be drawn as nought
            sheet.number(row, place, None, "percent")
        elif present and current:
            sheet.count(row, place, current, share, "percent")
        else:
            sheet.number(row, place, share, "percent")


def _head(
    sheet: Sheet, row: int, label: str, heads: Sequence[str], styles: Sequence[str] = ()
) -> None:
    sheet.height(row, HEAD_POINTS)
    sheet.merge(row, 0, row, 3, label, "head")
    for place, head in enumerate(heads):
        sheet.text(row, FIRST + place, head, styles[place] if styles else "head")


def _count_head_styles() -> list[str]:
    return [f"head_{status.value}" for status in _SHOWN for _ in range(3)] + ["head"] * 3


def _count(sheet: Sheet, row: int, column: int, formula: str, value: int) -> None:
    if formula:
        sheet.count(row, column, formula, value)
    else:
        sheet.number(row, column, value)


def _share(sheet: Sheet, row: int, column: int, formula: str, share: float | None) -> None:
    """Write a share, － where there is none; live where a formula is given."""
    if formula:
        sheet.count(row, column, formula, "－" if share is None else share, "percent")
    else:
        sheet.number(row, column, "－" if share is None else share, "percent")


def _share_of(counts: StatusCounts | None) -> float | None:
    return counts.done_share if counts else None


def _variant(sheet: Sheet, form: str, style: str = "number") -> str:
    return sheet.book.variant(style, num_format=form)


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

"""概況: sentences, key figures and charts on upright pages; what the charts show stands beside.

The first page answers the five questions, the second names kinds, items and bodies in full.
"""

from typing import Any

from pipeline.model.plan import OVERVIEW_SHEET, REMARK
from pipeline.model.raw import column_letters
from pipeline.model.report import DueMonth, Report
from pipeline.texts.calendar import era_month_words, month_words
from pipeline.write.book import LINE_POINTS, Book, Sheet, Value
from pipeline.write.charts import (
    COLUMN,
    DATA,
    DETAIL_ROWS,
    MERGED,
    WIDE,
    fitting_rows,
    insert_details,
    insert_summary,
    states,
)
from pipeline.write.lists import DUE_TOP
from pipeline.write.progress import PROGRESS_ROWS, insert_progress
from pipeline.write.safe import cell_text
from pipeline.write.totals import (
    GROUPS_TOP,
    ITEMS_TOP,
    countifs,
    how_counted,
    quoted,
    respondents_top,
)
from pipeline.write.trend import has_trend

_LABEL = 2  # columns of the topics before the sentences
_SCALE = 80  # percent: 10 points then print as 8


def write_overview(book: Book, report: Report) -> None:
    """Write 概況: the five questions in sentences, the key figures, charts."""
    sheet = book.sheet(OVERVIEW_SHEET)
    sheet.columns(*([COLUMN] * WIDE), 3, 3, 44, 12, 3, 44, 12, 3, 14, 12)
    lead = f"{report.turnout.line}。{how_counted(book)}"
    sheet.heading(f"概況　{era_month_words(report.month)}", lead, last=WIDE - 1)
    top = _write_figures(sheet, report, _write_sentences(sheet, report))
    blocks = _write_blocks(sheet, report)
    middle = insert_summary(sheet, report, blocks, top, fitting_rows(sheet, top))
    rows = DETAIL_ROWS - (PROGRESS_ROWS if report.progress else 0)
    bottom = insert_details(sheet, report, blocks, middle, rows)
    if report.progress:
        bottom = insert_progress(sheet, report, bottom)
    sheet.raw.activate()
    sheet.page(upright=True)
    sheet.raw.set_print_scale(_SCALE)  # Excel breaks no page by hand that is fitted
    sheet.raw.center_horizontally()
    sheet.raw.set_h_pagebreaks([middle])
    sheet.raw.print_area(0, 0, bottom - 1, WIDE - 1)


def _write_sentences(sheet: Sheet, report: Report) -> int:
    """Write the sentences and the place for a remark; give the row after them."""
    width, right = MERGED * (WIDE - _LABEL), WIDE - 1
    row = 3
    for row, one in enumerate(report.sentences, start=3):
        sheet.merge(row, 0, row, _LABEL - 1, one.topic, "total_text")
        sheet.merge(row, _LABEL, row, right, one.text, "text")
        sheet.fit_width(row, one.text, width, least=22)
    if sheet.book.only and not report.remark:  # what is written there would be read by nobody
        sheet.height(row + 1, 8)
        return row + 2
    label = sheet.book.variant("total_text", text_wrap=True)
    sheet.merge(row + 1, 0, row + 1, _LABEL - 1, REMARK, label)
    sheet.merge(row + 1, _LABEL, row + 1, right, cell_text(report.remark), "remark")
    sheet.fit_width(row + 1, report.remark, width, least=2 * LINE_POINTS + 3)
    sheet.height(row + 2, 8)
    return row + 3


def _write_figures(sheet: Sheet, report: Report, top: int) -> int:
    """Write the key figures in two rows of boxes; give the row after them."""
    # Long: a line for each figure.
    figures, counts, turnout = report.figures, report.figures.counts, report.turnout
    bottom = GROUPS_TOP + len(report.checklist.categories) + 1  # the sum row, 1-based
    total = f"'分野別集計'!{{}}{bottom}"
    unread = f"={total.format('H')}+{total.format('I')}"
    asked = "名簿がありません" if turnout.asked is None else f"対象 {turnout.asked:,}団体"
    beside = f"・名簿外 {turnout.beside_roster:,}" if turnout.beside_roster else ""
    share, returned = counts.done_share, figures.return_share
    goal = "" if report.target is None else f"・目標 {report.target:.0%}"
    boxes: tuple[tuple[str, str, Value, str, str], ...] = (
        (
            "回収率", "", "－" if returned is None else returned,
            asked if turnout.asked is None else turnout.absent_words, "figure_percent",
        ),
        ("提出", "", turnout.returned, f"{asked}{beside}", "figure"),
        (
            "対応済み率", f"={total.format('K')}", "－" if share is None else share,
            f"{report.ranges[0].span}{goal}", "figure_percent",
        ),
        (
            "対応予定（②）", f"={total.format('E')}", counts.planned,
            f"月の記載なし {figures.no_month:,}件", "figure",
        ),
        (
            "期限超過", countifs(("期限超過", quoted("はい"))), figures.overdue,
            "予定月を過ぎた②", "figure",
        ),
        (
            "未記入・判読不能", unread, counts.blank + counts.unclear,
            f"要修正の指摘 {figures.findings.fix:,}件", "figure",
        ),
    )  # fmt: skip
    before = _before(report)
    boxes = (*boxes, *_moves(report)) if before else boxes
    across = len(boxes) // 2
    for start in (0, across):
        for place, box in enumerate(boxes[start : start + across], start=start):
            told = before[place] if place < len(before) else ""
            _write_box(sheet, top, (place - start) * (WIDE // across), WIDE // across, (*box, told))
        top += 4 if before else 3
    sheet.height(top, 8)
    return top + 1


def _write_box(
    sheet: Sheet, top: int, left: int, across: int, box: tuple[str, str, Value, str, str, str]
) -> None:
    """Write a label, a figure with what it means, and that of the month before where told."""
    label, formula, value, note, style, before = box
    right = left + across - 1
    notes = (note, before) if before else (note,)
    heights = (18.0, 34.0, *(18.0 for _ in notes))
    for row, points in enumerate(heights, start=top):
        sheet.height(row, points)
    sheet.merge(top, left, top, right, label, "figure_label")
    sheet.merge(top + 1, left, top + 1, right, "", style)
    if formula:
        sheet.count(top + 1, left, formula, value, style)
    else:
        sheet.number(top + 1, left, value, style)
    for row, words in enumerate(notes, start=top + 2):
        sheet.merge(row, left, row, right, words, "figure_note")


def _moves(report: Report) -> tuple[tuple[str, str, Value, str, str], ...]:
    """Give the boxes of how many answers went forward and back."""
    months = report.months
    moved = [line.moves for line in months.items]
    return (
        (
            "進んだ回答", "", sum(m.improved for m in moved),
            f"{month_words(months.compared_with)}から", "figure",
        ),
        (
            "後戻りした回答", "", sum(m.regressed for m in moved),
            f"ほかに先送り {sum(m.postponed for m in moved):,}件", "figure",
        ),
    )  # fmt: skip


def _before(report: Report) -> tuple[str, ...]:
    """Give what stands of the month compared with under each key figure."""
    before = report.months.before
    if before is None or not has_trend(report):
        return ()
    share, returned = before.counts.done_share, before.return_share
    unread = before.counts.blank + before.counts.unclear
    came = (before.asked - (before.missing or 0)) if before.asked else before.submissions
    figures = (
        "－" if returned is None else f"{returned:.1%}",
        f"{came:,}",
        "－" if share is None else f"{share:.1%}",
        f"{before.counts.planned:,}",
        f"{before.overdue:,}",
        f"{unread:,}",
    )
    return (*(f"前月 {figure}" for figure in figures), "　", "　")


def _write_blocks(sheet: Sheet, report: Report) -> dict[str, tuple[int, int, int]]:
    """Write what the charts show; give each block's first row, last row and label column."""
    # Long: the blocks of the sheet, top down.
    returns = [(state, "", count) for state, count in states(report) if count]
    codes = [(_short(c.title), "", c.count) for c in report.codes]
    codes = sorted(codes, key=lambda line: -line[2])[:10]
    top = respondents_top(report)
    rows = {total.number: top + n + 1 for n, total in enumerate(report.respondents)}
    least = [
        (
            _short(t.item.title),
            f"='項目別集計'!L{ITEMS_TOP + t.number}",
            t.counts.done_share or 0,
        )
        for t in report.least_done
    ]
    most = [
        (
            _short(t.respondent.name),
            "='団体別集計'!G{0}+'団体別集計'!H{0}+'団体別集計'!J{0}".format(rows[t.number]),
            t.counts.open,
        )
        for t in report.most_open
    ]
    blocks: dict[str, tuple[int, int, int]] = {}
    data = DATA
    sheet.text(0, data, "グラフのもとの数（印刷されません）", "lead")
    places = {
        "returns": (2, data),
        "least": (10, data),
        "codes": (2, data + 3),
        "most": (16, data + 3),
        "due": (28, data + 3),
    }
    content: dict[str, tuple[str, str, list[Any], str]] = {
        "returns": ("回収の状況", "団体数", returns, "number"),
        "codes": ("指摘の種類（多い順）", "件数", codes, "number"),
        "least": ("対応済みが少ない項目", "対応済み率", least, "percent"),
        "most": ("未対応が多い団体", "未対応の項目数", most, "number"),
        "due": ("②の予定月", "件数", _due(report), "number"),
    }
    for name, (label, unit, lines, style) in content.items():
        row, place = places[name]
        sheet.text(row, place, label, "head")
        sheet.text(row, place + 1, unit, "head")
        for offset, (text, formula, value) in enumerate(lines, start=1):
            sheet.text(row + offset, place, text, "line")
            if formula:
                sheet.count(row + offset, place + 1, formula, value, style)
            else:
                sheet.number(row + offset, place + 1, value, style)
        blocks[name] = (row + 1, row + len(lines), place)
    return blocks


def _due(report: Report) -> list[tuple[str, str, int]]:
    """Give the months of ②: label, formula over 対応予定, count."""
    place = column_letters(len(report.checklist.categories) + 1)
    return [
        (_month_label(one), f"='対応予定'!{place}{row}", sum(one.by_category))
        for row, one in enumerate(report.due_months, start=DUE_TOP + 1)
    ]


def _month_label(one: DueMonth) -> str:
    """Name a month below its column, where there is little room."""
    if not one.month:
        return "月なし"
    late = "\n超過" if one.overdue else ""
    return one.month[2:].replace("-", "/") + late


def _short(text: str) -> str:
    """Shorten a label to what fits beside the bars of a chart across the page."""
    return text if len(text) <= 25 else f"{text[:24]}…"

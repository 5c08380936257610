"""概況: key figures and charts on one page to print; what the charts show stands beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.model.plan import OVERVIEW_SHEET, REMARK
from pipeline.texts.calendar import era_month_words
from pipeline.write.charts import CHART_ROWS, column, insert_charts, states, wide
from pipeline.write.lists import DUE_TOP, due_label
from pipeline.write.progress import PROGRESS_ROWS, insert_progress
from pipeline.write.safe import cell_text
from pipeline.write.totals import (
    GROUPS_TOP,
    ITEMS_TOP,
    countifs,
    how_counted,
    letters,
    quoted,
    respondents_top,
)
from pipeline.write.trend import has_trend

if TYPE_CHECKING:
    from pipeline.model.report import Report
    from pipeline.write.book import Book, Sheet, Value

BOXES = 4  # rows of the key figures


def write_overview(book: Book, report: Report) -> None:
    """Write 概況: the five questions in sentences, the key figures, charts."""
    sheet = book.sheet(OVERVIEW_SHEET)
    width = wide(report)
    sheet.columns(*([column(report)] * width), 3, 3, 44, 12, 3, 44, 12, 3, 14, 12)
    lead = f"{report.turnout.line}。{how_counted(book)}"
    sheet.heading(f"概況　{era_month_words(report.month)}", lead, last=width - 1)
    top = _write_sentences(sheet, report, width)
    _write_figures(sheet, report, top)
    chart_top = top + BOXES
    blocks = _write_blocks(sheet, report)
    insert_charts(sheet, report, blocks, chart_top)
    bottom = chart_top + 2 * CHART_ROWS
    if report.progress:
        insert_progress(sheet, report, bottom)
        bottom += PROGRESS_ROWS
    sheet.raw.activate()
    sheet.page()
    sheet.raw.print_area(0, 0, bottom, width - 1)
    sheet.raw.fit_to_pages(1, 1)


def _write_sentences(sheet: Sheet, report: Report, across: int) -> int:
    """Write the sentences and the place for a remark; give the row after them."""
    width = column(report) * (across - 2)
    row = 3
    for row, one in enumerate(report.sentences, start=3):
        sheet.merge(row, 0, row, 1, one.topic, "total_text")
        sheet.merge(row, 2, row, across - 1, one.text, "text")
        sheet.fit_width(row, one.text, width, least=22)
    if sheet.book.only and not report.remark:  # what is written there would be read by nobody
        sheet.height(row + 1, 8)
        return row + 2
    label = sheet.book.variant("total_text", text_wrap=True)
    sheet.merge(row + 1, 0, row + 1, 1, REMARK, label)
    sheet.merge(row + 1, 2, row + 1, across - 1, cell_text(report.remark), "remark")
    sheet.fit_width(row + 1, report.remark, width, least=40)
    sheet.height(row + 2, 8)
    return row + 3


def _write_figures(sheet: Sheet, report: Report, top: int) -> None:
    """Write the key figures in boxes from row ``top`` on."""
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
            "期限超過", "=" + countifs(("期限超過", quoted("はい"))), figures.overdue,
            "予定月を過ぎた②", "figure",
        ),
        (
            "未記入・判読不能", unread, counts.blank + counts.unclear,
            f"要修正の指摘 {figures.findings.fix:,}件", "figure",
        ),
    )  # fmt: skip
    if has_trend(report):
        _write_moves(sheet, report, top, 2 * len(boxes))
        _write_before(sheet, report, top + 3)
    sheet.height(top, 18)
    sheet.height(top + 1, 34)
    sheet.height(top + 2, 18)
    for place, (label, formula, value, note, style) in enumerate(boxes):
        left = 2 * place
        sheet.merge(top, left, top, left + 1, label, "figure_label")
        sheet.merge(top + 1, left, top + 1, left + 1, "", style)
        if formula:
            sheet.count(top + 1, left, formula, value, style)
        else:
            sheet.number(top + 1, left, value, style)
        sheet.merge(top + 2, left, top + 2, left + 1, note, "figure_note")


def _write_moves(sheet: Sheet, report: Report, top: int, left: int) -> None:
    """Write how many answers went forward and back, in the boxes after the others."""
    months = report.months
    moved = [line.moves for line in months.items]
    for place, (label, value, note) in enumerate(
        (
            ("進んだ回答", sum(m.improved for m in moved), f"{months.compared_with} から"),
            (
                "後戻りした回答", sum(m.regressed for m in moved),
                f"先送り {sum(m.postponed for m in moved):,}件",
            ),
        )
    ):  # fmt: skip
        start = left + 2 * place
        sheet.merge(top, start, top, start + 1, label, "figure_label")
        sheet.merge(top + 1, start, top + 1, start + 1, "", "figure")
        sheet.number(top + 1, start, value, "figure")
        sheet.merge(top + 2, start, top + 2, start + 1, note, "figure_note")
        sheet.merge(top + 3, start, top + 3, start + 1, "", "figure_note")


def _write_before(sheet: Sheet, report: Report, row: int) -> None:
    """Write the figure of the month compared with under each key figure."""
    before = report.months.before
    if before is None:
        return
    share, returned = before.counts.done_share, before.return_share
    unread = before.counts.blank + before.counts.unclear
    texts = (
        "－" if returned is None else f"{returned:.1%}",
        f"{(before.asked or 0) - (before.missing or 0):,}"
        if before.asked
        else f"{before.submissions:,}",
        "－" if share is None else f"{share:.1%}",
        f"{before.counts.planned:,}",
        f"{before.overdue:,}",
        f"{unread:,}",
    )
    for place, text in enumerate(texts):
        sheet.merge(row, 2 * place, row, 2 * place + 1, f"前月 {text}", "figure_note")


def _write_blocks(sheet: Sheet, report: Report) -> dict[str, tuple[int, int, int]]:
    """Write what the charts show; give each block's first row, last row and label column."""
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
    data = wide(report) + 2  # right of the printed page
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
    place = letters(len(report.checklist.categories) + 1)
    return [
        (due_label(one), f"='対応予定'!{place}{row}", sum(one.by_category))
        for row, one in enumerate(report.due_months, start=DUE_TOP + 1)
    ]


def _short(text: str) -> str:
    """Shorten a label to what fits beside the bars of a chart."""
    return text if len(text) <= 17 else f"{text[:16]}…"

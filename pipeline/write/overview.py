"""概況: key figures and charts on one page to print; what the charts show stands beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.calendar import era_month_words
from pipeline.model import Status
from pipeline.model.plan import OVERVIEW_SHEET, REMARK
from pipeline.write.lists import DUE_TOP, due_label
from pipeline.write.safe import cell_text
from pipeline.write.style import COLOURS, FONT, INK, LABELS, LINE, MUTED, SYMBOLS, WHITE
from pipeline.write.totals import (
    GROUPS_TOP,
    ITEMS_TOP,
    STATUSES,
    countifs,
    how_counted,
    letters,
    quoted,
    respondents_top,
)
from pipeline.write.trend import (
    CHANGES_SHEET,
    MOVES,
    TREND_RETURNS,
    TREND_SHARE,
    has_trend,
    places,
)

if TYPE_CHECKING:
    from pipeline.model.report import Report
    from pipeline.write.book import Book, Sheet, Value

WIDE = 12  # columns of the printed page without a month to compare with
TREND_WIDE = 16
TARGET_TOP = 32  # row of the first month of the line of the target
BOXES = 4  # rows of the key figures
CHART_ROWS = 14
STATE_COLOURS = {
    "提出": COLOURS[Status.DONE][0],
    "要再提出": COLOURS[Status.UNCLEAR][0],
    "確認待ち": COLOURS[Status.NOT_APPLICABLE][0],
    "未提出": COLOURS[Status.NOT_PLANNED][0],
}


def write_overview(book: Book, report: Report) -> None:
    """Write 概況: the five questions in sentences, the key figures, charts."""
    sheet = book.sheet(OVERVIEW_SHEET)
    wide = _wide(report)
    sheet.columns(*([_column(report)] * wide), 3, 3, 44, 12, 3, 44, 12)
    lead = f"{report.turnout.line}。{how_counted(book)}"
    sheet.heading(f"概況　{era_month_words(report.month)}", lead, last=wide - 1)
    top = _write_sentences(sheet, report, wide)
    _write_figures(sheet, report, top)
    chart_top = top + BOXES
    blocks = _write_blocks(sheet, report)
    _insert_charts(sheet, report, blocks, chart_top)
    sheet.raw.activate()
    sheet.page()
    sheet.raw.print_area(0, 0, chart_top + 2 * CHART_ROWS, wide - 1)
    sheet.raw.fit_to_pages(1, 1)


def _write_sentences(sheet: Sheet, report: Report, wide: int) -> int:
    """Write the sentences and the place for a remark; give the row after them."""
    width = _column(report) * (wide - 2)
    row = 3
    for row, one in enumerate(report.sentences, start=3):
        sheet.merge(row, 0, row, 1, one.topic, "total_text")
        sheet.merge(row, 2, row, wide - 1, one.text, "text")
        sheet.fit_width(row, one.text, width, least=22)
    if sheet.book.only and not report.remark:  # what is written there would be read by nobody
        sheet.height(row + 1, 8)
        return row + 2
    label = sheet.book.variant("total_text", text_wrap=True)
    sheet.merge(row + 1, 0, row + 1, 1, REMARK, label)
    sheet.merge(row + 1, 2, row + 1, wide - 1, cell_text(report.remark), "remark")
    sheet.fit_width(row + 1, report.remark, width, least=40)
    sheet.height(row + 2, 8)
    return row + 3


def _wide(report: Report) -> int:
    """Give the printed columns: two charts and two figures more where months are compared."""
    return TREND_WIDE if has_trend(report) else WIDE


def _column(report: Report) -> float:
    """Give the width of a column, so that either page fills a sheet of A4."""
    return 192 / _wide(report)


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
    returns = [(state, "", count) for state, count in _states(report) if count]
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
    data = _wide(report) + 2  # right of the printed page
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


def _states(report: Report) -> tuple[tuple[str, int], ...]:
    """Give the parts of the equation of who answered."""
    turnout = report.turnout
    return (
        ("提出", turnout.returned),
        ("要再提出", turnout.again),
        ("確認待ち", turnout.waiting),
        ("未提出", turnout.missing),
    )


def _insert_charts(
    sheet: Sheet, report: Report, blocks: dict[str, tuple[int, int, int]], top: int
) -> None:
    makers: tuple[Made, ...] = (
        _chart_categories(sheet, report),
        _chart_returns(sheet, report, blocks["returns"]),
        _chart_months(sheet, report, blocks["due"]),
        _chart_bars(sheet, "指摘の種類（多い順）", blocks["codes"], COLOURS[Status.UNCLEAR][0]),
        _chart_bars(
            sheet, "対応済みが少ない項目（対応済み率）", blocks["least"],
            COLOURS[Status.DONE][0], "0%",
        ),
        _chart_bars(
            sheet, "未対応が多い団体（①・対象外・判読不能を除く数）", blocks["most"],
            COLOURS[Status.NOT_PLANNED][0],
        ),
    )  # fmt: skip
    if has_trend(report):
        makers = (
            *makers[:3],
            _chart_trend(sheet, report),
            *makers[3:],
            _chart_moves(sheet, report),
        )
    across = len(makers) // 2
    for place, (chart, title) in enumerate(makers):
        row, left = top + (place // across) * CHART_ROWS, (place % across) * 4
        if chart is None:
            sheet.text(row, left, f"{title}：該当がありません", "lead")
            continue
        chart.set_title({"name": title, "overlay": False, "name_font": _font(11, bold=True)})
        chart.set_chartarea({"border": {"color": LINE}})
        chart.set_size({"width": 28 * _column(report) + 16, "height": 330})
        sheet.raw.insert_chart(
            row, left, chart,
            {"x_offset": 2, "y_offset": 2, "object_position": 1, "description": title},
        )  # fmt: skip


Made = tuple[Any, str]


def _chart_categories(sheet: Sheet, report: Report) -> Made:
    title = "分野別の回答の割合"
    if not report.answers:
        return None, title
    first, last = GROUPS_TOP, GROUPS_TOP + len(report.checklist.categories) - 1
    chart = sheet.book.chart({"type": "bar", "subtype": "percent_stacked"})
    for place, status in enumerate(STATUSES, start=3):
        chart.add_series(
            {
                "name": f"{SYMBOLS[status]} {LABELS[status]}",
                "categories": ["分野別集計", first, 0, last, 0],
                "values": ["分野別集計", first, place, last, place],
                "fill": {"color": COLOURS[status][0]},
                "border": {"color": "#FFFFFF", "width": 0.5},
                "gap": 40,
                "data_labels": _shares_told(report, status),
            }
        )
    chart.set_y_axis({"reverse": True, "num_font": _font(8), "line": {"color": LINE}})
    chart.set_x_axis(
        {"num_font": _font(8), "major_gridlines": {"visible": True, "line": {"color": LINE}},
         "num_format": "0%", "label_position": "high"}
    )  # fmt: skip
    chart.set_legend({"position": "bottom", "font": _font(8)})
    return chart, title


DARK = (Status.DONE, Status.NOT_PLANNED, Status.UNCLEAR)  # fills that white letters stand on
TOLD_FROM = 0.09  # a narrower part of a bar has no room for its percentage


def _shares_told(report: Report, status: Status) -> dict[str, object]:
    """Give the percentages that stand in the bars of a status, one a category."""
    shares = [
        group.counts.of(status) / group.counts.total if group.counts.total else 0.0
        for group in report.groups
        if not group.section
    ]
    return {
        "value": True,
        "font": {**_font(8), "color": WHITE if status in DARK else INK},
        "custom": [
            {"value": f"{share:.0%}"} if share >= TOLD_FROM else {"delete": True}
            for share in shares
        ],
    }


def _chart_returns(sheet: Sheet, report: Report, block: tuple[int, int, int]) -> Made:
    share = report.figures.return_share
    title = "回収の状況" if share is None else f"回収の状況（回収率 {share:.1%}）"
    first, last, place = block
    if last < first:
        return None, title
    colours = [STATE_COLOURS[state] for state, count in _states(report) if count]
    chart = sheet.book.chart({"type": "doughnut"})
    chart.add_series(
        {
            "name": "回収の状況",
            "categories": [sheet.name, first, place, last, place],
            "values": [sheet.name, first, place + 1, last, place + 1],
            "points": [
                {"fill": {"color": colour}, "border": {"color": "#FFFFFF"}} for colour in colours
            ],
            "data_labels": {
                "value": True,
                "percentage": True,
                "separator": "\n",
                "font": {**_font(9, bold=True), "color": "#FFFFFF"},
            },
        }
    )
    chart.set_hole_size(55)
    chart.set_legend({"position": "bottom", "font": _font(9)})
    return chart, title


def _chart_months(sheet: Sheet, report: Report, block: tuple[int, int, int]) -> Made:
    title = "②の予定月（件数）"
    if not report.figures.counts.planned:
        return None, title
    months = report.due_months
    first, last, place = block
    late, later = COLOURS[Status.NOT_PLANNED][0], COLOURS[Status.PLANNED][0]
    none = COLOURS[Status.UNCLEAR][0]
    chart = sheet.book.chart({"type": "column"})
    chart.add_series(
        {
            "name": "件数",
            "categories": [sheet.name, first, place, last, place],
            "values": [sheet.name, first, place + 1, last, place + 1],
            "fill": {"color": later},
            "points": [
                {"fill": {"color": late if m.overdue else later if m.month else none}}
                for m in months
            ],
            "gap": 50,
            "data_labels": {"value": True, "font": _font(8)},
        }
    )
    chart.set_legend({"none": True})
    chart.set_x_axis({"num_font": {**_font(8), "rotation": -45}, "line": {"color": LINE}})
    chart.set_y_axis(
        {"num_font": _font(8), "major_gridlines": {"visible": True, "line": {"color": LINE}},
         "num_format": "#,##0", "line": {"none": True}}
    )  # fmt: skip
    return chart, title


def _chart_trend(sheet: Sheet, report: Report) -> Made:
    """Draw 対応済み率 and, where there is a roster, 回収率 month by month."""
    months, top = report.months, places(report).trend
    last = top + len(months.points) - 1
    chart = sheet.book.chart({"type": "line"})
    if report.target is not None:
        chart.add_series(_target_line(sheet, report))
    shown = [(TREND_SHARE, "対応済み率", COLOURS[Status.DONE][0], "circle")]
    if all(point.return_share is not None for point in months.points):
        shown.append((TREND_RETURNS, "回収率", COLOURS[Status.NOT_APPLICABLE][0], "diamond"))
    for column, name, colour, marker in shown:
        chart.add_series(
            {
                "name": name,
                "categories": [CHANGES_SHEET, top, 0, last, 0],
                "values": [CHANGES_SHEET, top, column, last, column],
                "line": {"color": colour, "width": 2.25},
                "marker": {
                    "type": marker, "size": 6, "fill": {"color": colour},
                    "border": {"color": colour},
                },
                "data_labels": {
                    "value": True, "position": "above", "font": _font(8), "num_format": "0.0%",
                },
            }
        )  # fmt: skip
    chart.set_legend({"position": "bottom", "font": _font(8)})
    chart.set_x_axis({"num_font": _font(8), "line": {"color": LINE}, "text_axis": True})
    chart.set_y_axis(
        {"num_font": _font(8), "major_gridlines": {"visible": True, "line": {"color": LINE}},
         "num_format": "0%", "min": 0, "max": 1, "line": {"none": True}}
    )  # fmt: skip
    return chart, "月ごとの推移"


def _target_line(sheet: Sheet, report: Report) -> dict[str, object]:
    """Give the line of the target; its points stand beside the other figures of the charts."""
    row, column = TARGET_TOP, _wide(report) + 2
    points = report.months.points
    sheet.text(row - 1, column, "目標", "head")
    sheet.text(row - 1, column + 1, "対応済み率", "head")
    for offset, point in enumerate(points):
        sheet.text(row + offset, column, point.month, "line")
        sheet.number(row + offset, column + 1, report.target, "percent")
    last = row + len(points) - 1
    return {
        "name": f"目標 {report.target:.0%}",
        "categories": [sheet.name, row, column, last, column],
        "values": [sheet.name, row, column + 1, last, column + 1],
        "line": {"color": COLOURS[Status.NOT_PLANNED][0], "width": 1.5, "dash_type": "dash"},
    }


def _chart_moves(sheet: Sheet, report: Report) -> Made:
    """Draw how many answers of each category went forward, back or were put off."""
    top = places(report).categories
    last = top + len(report.months.categories) - 1
    chart = sheet.book.chart({"type": "bar"})
    for offset, (name, colour) in enumerate(
        (
            ("前進", COLOURS[Status.DONE][0]),
            ("後退", COLOURS[Status.NOT_PLANNED][0]),
            ("先送り", COLOURS[Status.PLANNED][0]),
        )
    ):
        chart.add_series(
            {
                "name": name,
                "categories": [CHANGES_SHEET, top, 0, last, 0],
                "values": [CHANGES_SHEET, top, MOVES + offset, last, MOVES + offset],
                "fill": {"color": colour},
                "gap": 60,
            }
        )
    chart.set_legend({"position": "bottom", "font": _font(8)})
    chart.set_y_axis({"reverse": True, "num_font": _font(8), "line": {"color": LINE}})
    chart.set_x_axis(
        {"num_font": _font(8), "major_gridlines": {"visible": True, "line": {"color": LINE}},
         "num_format": "#,##0", "label_position": "high", "min": 0}
    )  # fmt: skip
    return chart, f"{report.months.compared_with} からの動き（件数）"


def _chart_bars(
    sheet: Sheet, title: str, block: tuple[int, int, int], colour: str, form: str = "#,##0"
) -> Made:
    first, last, place = block
    if last < first:
        return None, title
    chart = sheet.book.chart({"type": "bar"})
    chart.add_series(
        {
            "name": title,
            "categories": [sheet.name, first, place, last, place],
            "values": [sheet.name, first, place + 1, last, place + 1],
            "fill": {"color": colour},
            "gap": 40,
            "data_labels": {"value": True, "font": _font(8), "num_format": form},
        }
    )
    chart.set_legend({"none": True})
    chart.set_y_axis(
        {"reverse": True, "interval_unit": 1, "num_font": _font(8), "line": {"color": LINE}}
    )
    chart.set_x_axis(
        {"visible": False, "major_gridlines": {"visible": False}, "num_format": form, "min": 0}
    )
    return chart, title


def _short(text: str) -> str:
    """Shorten a label to what fits beside the bars of a chart."""
    return text if len(text) <= 17 else f"{text[:16]}…"


def _font(size: int, *, bold: bool = False) -> dict[str, object]:
    return {"name": FONT, "size": size, "bold": bold, "color": INK if bold else MUTED}

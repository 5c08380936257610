"""The charts of 概況: the summary two in a row, the details below each other across the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.model import Status
from pipeline.texts.calendar import month_words
from pipeline.write.book import PADDING
from pipeline.write.style import COLOURS, FONT, INK, LABELS, LINE, MUTED, SYMBOLS, WHITE
from pipeline.write.totals import GROUPS_TOP, STATUSES
from pipeline.write.trend import CHANGES_SHEET, MOVES, TREND_RETURNS, TREND_SHARE, has_trend, places

if TYPE_CHECKING:
    from pipeline.model.report import Report
    from pipeline.write.book import Sheet

WIDE, COLUMN = 12, 8.0  # columns of the printed page and their width
MERGED = COLUMN + PADDING  # what a column adds to cells that are one
DATA = WIDE + 2  # the first column right of the page: there stands what the charts show
TARGET_TOP = 32  # row of the first month of the line of the target
_PIXELS = int(COLUMN * 7 + 5)  # of a column
_ROW, _PAGE = 18.0, 950.0  # points of a row, and of an upright page of A4 at 80 percent
DETAIL_ROWS = 51  # of all charts of the second page
_HALF, _MORE = WIDE // 2, 8  # columns of a chart
LABEL = 10  # points of the letters in a chart; 8 on paper
STATE_COLOURS = {
    "提出": COLOURS[Status.DONE][0],
    "要再提出": COLOURS[Status.UNCLEAR][0],
    "確認待ち": COLOURS[Status.NOT_APPLICABLE][0],
    "未提出": COLOURS[Status.NOT_PLANNED][0],
}


def states(report: Report) -> tuple[tuple[str, int], ...]:
    """Give the parts of the equation of who answered."""
    turnout = report.turnout
    return (
        ("提出", turnout.returned),
        ("要再提出", turnout.again),
        ("確認待ち", turnout.waiting),
        ("未提出", turnout.missing),
    )


def fitting_rows(sheet: Sheet, top: int) -> tuple[int, int]:
    """Give the rows of two charts below each other that fill the page from row ``top`` on."""
    rows = min(30, max(20, int((_PAGE - sheet.points_above(top)) / _ROW)))
    return rows - rows * 9 // 20, rows * 9 // 20


def insert_summary(
    sheet: Sheet, report: Report, blocks: Blocks, top: int, rows: tuple[int, int]
) -> int:
    """Draw the charts of the first page, two in a row; give the row after them."""
    months = _chart_months(sheet, report, blocks["due"])
    returns = _chart_returns(sheet, report, blocks["returns"])
    _insert(sheet, _chart_categories(sheet, report), (top, 0), (rows[0], _MORE))
    _insert(sheet, returns, (top, _MORE), (rows[0], WIDE - _MORE))
    below = top + rows[0]
    if has_trend(report):
        _insert(sheet, months, (below, 0), (rows[1], _HALF))
        _insert(sheet, _chart_trend(sheet, report), (below, _HALF), (rows[1], _HALF))
    else:
        _insert(sheet, months, (below, 0), (rows[1], WIDE))
    return below + rows[1]


def insert_details(sheet: Sheet, report: Report, blocks: Blocks, top: int, rows: int) -> int:
    """Draw the charts of the second page across it, in so many rows; give the row after them."""
    done, left = COLOURS[Status.DONE][0], COLOURS[Status.NOT_PLANNED][0]
    most = "対応が残っている項目が多い団体（②③と未記入の数）"
    charts = [
        _chart_bars(sheet, most, blocks["most"], left, 0.3),
        _chart_bars(sheet, "対応済みが少ない項目（対応済み率）", blocks["least"], done, 0.5, "0%"),
        _chart_bars(
            sheet, "指摘の種類（多い順の件数）", blocks["codes"], COLOURS[Status.UNCLEAR][0], 0.5
        ),
    ]
    if has_trend(report):
        charts.append(_chart_moves(sheet, report))
    for made in charts:
        top = insert_across(sheet, made, top, rows // len(charts))
    return top


def insert_across(sheet: Sheet, made: Made, top: int, rows: int) -> int:
    """Insert a chart across the page; give the row after it."""
    _insert(sheet, made, (top, 0), (rows, WIDE))
    return top + rows


def _insert(sheet: Sheet, made: Made, at: tuple[int, int], size: tuple[int, int]) -> None:
    """Insert a chart with its title, or say that there is nothing to draw."""
    (chart, title), (row, left), (rows, columns) = made, at, size
    if chart is None:
        sheet.text(row, left, f"{title}：該当がありません", "lead")
        return
    chart.set_title({"name": title, "overlay": False, "name_font": font(12, bold=True)})
    chart.set_chartarea({"border": {"color": LINE}})
    pixels = {"width": columns * _PIXELS - 6, "height": rows * _ROW / 0.75 - 6}
    chart.set_size(pixels)
    sheet.raw.insert_chart(
        row, left, chart,
        {"x_offset": 3, "y_offset": 3, "object_position": 1, "description": title},
    )  # fmt: skip


Blocks = dict[str, tuple[int, int, int]]
Made = tuple[Any, str]


def _chart_categories(sheet: Sheet, report: Report) -> Made:
    title = "分野別の回答の割合"
    if not report.answers:
        return None, title
    rows = GROUPS_TOP, GROUPS_TOP + len(report.checklist.categories) - 1
    chart = sheet.book.chart({"type": "bar", "subtype": "percent_stacked"})
    for place, status in enumerate(STATUSES, start=3):
        look = {
            "border": {"color": "#FFFFFF", "width": 0.5},
            "gap": 40,
            "data_labels": _shares_told(report, status),
        }
        name = f"{SYMBOLS[status]} {LABELS[status]}"
        chart.add_series(series(name, "分野別集計", rows, (0, place), COLOURS[status][0], **look))
    chart.set_y_axis(axis(reverse=True))
    chart.set_x_axis(_HIDDEN)
    chart.set_legend(_BELOW)
    return chart, title


DARK = (Status.DONE, Status.NOT_PLANNED, Status.UNCLEAR)  # fills that white letters stand on
_SLICE = 0.04  # of the ring, which holds its count and percentage
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
        "font": {**font(LABEL), "color": WHITE if status in DARK else INK},
        "custom": [
            {"value": f"{share:.0%}"} if share >= TOLD_FROM else {"delete": True}
            for share in shares
        ],
    }


def _chart_returns(sheet: Sheet, report: Report, block: tuple[int, int, int]) -> Made:
    share = report.figures.return_share
    title = "回収の状況" if share is None else f"回収率 {share:.1%}"
    first, last, place = block
    if last < first:
        return None, title
    shown = [(state, count) for state, count in states(report) if count]
    colours = [STATE_COLOURS[state] for state, _ in shown]
    parts = [count / sum(count for _, count in shown) for _, count in shown]
    white = {"color": "#FFFFFF"}
    points = [{"fill": {"color": colour}, "border": white} for colour in colours]
    labels = {
        "value": True,
        "percentage": True,
        "separator": "\n",
        "custom": [{} if part >= _SLICE else {"delete": True} for part in parts],
        "font": {**font(LABEL, bold=True), **white},
    }
    chart = sheet.book.chart({"type": "doughnut"})
    chart.add_series(
        series(
            "回収の状況",
            sheet.name,
            (first, last),
            (place, place + 1),
            points=points,
            data_labels=labels,
        )
    )
    chart.set_hole_size(55)
    chart.set_legend(_BELOW)
    return chart, title


def _chart_months(sheet: Sheet, report: Report, block: tuple[int, int, int]) -> Made:
    title = "②の予定月（件数）"
    if not report.figures.counts.planned:
        return None, title
    first, last, place = block
    late, later = COLOURS[Status.NOT_PLANNED][0], COLOURS[Status.PLANNED][0]
    none = COLOURS[Status.UNCLEAR][0]
    fills = [late if m.overdue else later if m.month else none for m in report.due_months]
    points = [{"fill": {"color": colour}} for colour in fills]
    chart = sheet.book.chart({"type": "column"})
    chart.add_series(
        series(
            "件数",
            sheet.name,
            (first, last),
            (place, place + 1),
            later,
            points=points,
            gap=50,
            data_labels=told(),
        )
    )
    chart.set_legend({"none": True})
    chart.set_x_axis(axis())
    chart.set_y_axis(scale("#,##0"))
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
        labels = told(position="above", num_format="0.0%")
        chart.add_series(
            {
                **series(name, CHANGES_SHEET, (top, last), (0, column), data_labels=labels),
                **line(colour, marker, 6, border={"color": colour}),
            }
        )
    chart.set_legend(_BELOW)
    chart.set_x_axis(axis(text_axis=True))
    chart.set_y_axis(scale("0%", min=0, max=1))
    return chart, "月ごとの推移"


def _target_line(sheet: Sheet, report: Report) -> dict[str, object]:
    """Give the line of the target; its points stand beside the other figures of the charts."""
    row, column = TARGET_TOP, DATA
    points = report.months.points
    sheet.text(row - 1, column, "目標", "head")
    sheet.text(row - 1, column + 1, "対応済み率", "head")
    for offset, point in enumerate(points):
        sheet.text(row + offset, column, point.month, "line")
        sheet.number(row + offset, column + 1, report.target, "percent")
    dashed = {"color": COLOURS[Status.NOT_PLANNED][0], "width": 1.5, "dash_type": "dash"}
    rows = row, row + len(points) - 1
    return series(f"目標 {report.target:.0%}", sheet.name, rows, (column, column + 1), line=dashed)


def _chart_moves(sheet: Sheet, report: Report) -> Made:
    """Draw how many answers of each category went forward, back or were put off."""
    top = places(report).categories
    last = top + len(report.months.categories) - 1
    chart = sheet.book.chart({"type": "bar"})
    drawn = {"進んだ": Status.DONE, "後戻り": Status.NOT_PLANNED, "先送り": Status.PLANNED}
    for column, (name, status) in enumerate(drawn.items(), start=MOVES):
        look = {"gap": 60, "data_labels": told(num_format="#,##0")}
        colour = COLOURS[status][0]
        chart.add_series(series(name, CHANGES_SHEET, (top, last), (0, column), colour, **look))
    chart.set_legend(_BELOW)
    chart.set_y_axis(axis(reverse=True))
    chart.set_x_axis({**_HIDDEN, "min": 0})
    return chart, f"{month_words(report.months.compared_with)}からの動き（件数）"


def _chart_bars(
    sheet: Sheet, title: str, block: tuple[int, int, int], colour: str, labels: float,
    form: str = "#,##0",
) -> Made:  # fmt: skip
    """Draw bars with their words in the left part of the chart, ``labels`` of its width."""
    first, last, place = block
    if last < first:
        return None, title
    look = {"gap": 40, "data_labels": told(num_format=form)}
    chart = sheet.book.chart({"type": "bar"})
    chart.add_series(series(title, sheet.name, (first, last), (place, place + 1), colour, **look))
    chart.set_legend({"none": True})
    chart.set_y_axis(axis(reverse=True, interval_unit=1))
    chart.set_x_axis({**_HIDDEN, "num_format": form, "min": 0})
    plot = {"x": labels, "y": 0.14, "width": 0.93 - labels, "height": 0.82}
    chart.set_plotarea({"layout": plot})
    return chart, title


def series(
    name: str, sheet: str, rows: tuple[int, int], columns: tuple[int, int], colour: str = "",
    **look: object,
) -> dict[str, object]:  # fmt: skip
    """Give a series: the column of its words and that of its values, first row and last."""
    (first, last), (words, values) = rows, columns
    return {
        "name": name,
        "categories": [sheet, first, words, last, words],
        "values": [sheet, first, values, last, values],
        **({"fill": {"color": colour}} if colour else {}),
        **look,
    }


def line(colour: str, marker: str, size: int, **look: object) -> dict[str, object]:
    """Give the look of a line and its markers."""
    fill = {"color": colour}
    return {
        "line": {"color": colour, "width": 2.25},
        "marker": {"type": marker, "size": size, "fill": fill, **look},
    }


def told(**look: object) -> dict[str, object]:
    """Give the labels that tell values."""
    return {"value": True, "font": font(LABEL), **look}


def axis(**look: object) -> dict[str, object]:
    """Give an axis with words."""
    return {"num_font": font(LABEL), "line": {"color": LINE}, **look}


def scale(form: str, **look: object) -> dict[str, object]:
    """Give an axis with numbers."""
    grid = {"visible": True, "line": {"color": LINE}}
    return axis(major_gridlines=grid, num_format=form, **look) | {"line": {"none": True}}


def font(size: int, *, bold: bool = False) -> dict[str, object]:
    """Give the font of a chart's text."""
    return {"name": FONT, "size": size, "bold": bold, "color": INK if bold else MUTED}


_BELOW = {"position": "bottom", "font": font(LABEL)}
_HIDDEN = {"visible": False, "major_gridlines": {"visible": False}}

"""Where the months stand on 前月比, so that other sheets can draw their trends from there."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from pipeline.frame.columns import together
from pipeline.model import Status
from pipeline.write.listing import Column, placed
from pipeline.write.style import COLOURS
from pipeline.write.tables import lines_of, of, put_heads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.frame.columns import Coded, Frame
    from pipeline.model.report import Report
    from pipeline.write.book import Sheet

CHANGES_SHEET = "前月比"
TREND_HEAD, TREND_WIDTH = "対応済み率の推移", 18
NOTICES_TOP = 3
LAST = 21  # the last printed column
MONTH_COLUMN = 24  # the first month of a row of shares, right of the printed page
# Columns of the table of months, and the first column of 進んだ, 後戻り, 先送り.
TREND_RETURNS, TREND_SHARE, MOVES = 5, 13, 19


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The 0-based rows where the blocks of 前月比 have their first line of content."""

    trend: int
    flows: int
    categories: int
    standouts: int
    items: int
    respondents: int


def places(report: Report) -> Places:
    """Give the places of the blocks; those after ``trend`` exist only where months are compared."""
    months = report.months
    gap = 3  # a blank row, the block's title, its heads
    trend = NOTICES_TOP + max(1, len(months.notices)) + gap
    flows = trend + len(months.points) + gap
    categories = flows + len(months.flows) + 1 + gap
    standouts = categories + len(months.categories) + 1 + 2
    shown = months.standouts
    size = sum(
        max(1, len(left), len(right)) + 1
        for left, right in (
            (shown.improved_respondents, shown.concerning_respondents),
            (shown.improved_items, shown.concerning_items),
        )
    )
    items = standouts + size + gap
    respondents = items + len(months.items) + gap
    return Places(
        trend=trend,
        flows=flows,
        categories=categories,
        standouts=standouts,
        items=items,
        respondents=respondents,
    )


def has_trend(report: Report) -> bool:
    """Tell whether there are two months to draw a line between."""
    return bool(report.months.compared_with) and len(report.months.points) > 1


def sparklines(sheet: Sheet, column: int, report: Report, rows: Sequence[tuple[int, int]]) -> None:
    """Draw trends in cells of a column: ``rows`` pair a row with its row of shares on 前月比.

    One group, so that a person can restyle them together.
    """
    from xlsxwriter.utility import xl_range, xl_rowcol_to_cell  # noqa: PLC0415 - kept from --help

    if not rows:
        return
    last = MONTH_COLUMN + len(report.months.points) - 1
    colour = COLOURS[Status.DONE][0]
    sheet.raw.add_sparkline(
        rows[0][0],
        column,
        {
            "location": [xl_rowcol_to_cell(row, column) for row, _ in rows],
            "range": [
                f"'{CHANGES_SHEET}'!{xl_range(source, MONTH_COLUMN, source, last)}"
                for _, source in rows
            ],
            "type": "column",  # LibreOffice prints nothing of a line but its dots
            "min": 0,
            "max": 1,
            "series_color": colour,
        },
    )


def month_columns(
    report: Report,
    taken: int,
    shares: Callable[[Frame], Coded],
    current: Callable[[Frame], Coded],
) -> list[Column]:
    """Give the shares, right of the page, that the small trend lines of other sheets draw.

    ``taken`` are the columns before; ``current`` counts that of this month, the last.
    """
    gap = [Column("", 0, "", of(lambda _: None))] * (MONTH_COLUMN - taken)
    last = len(report.months.points) - 1

    def of_month(place: int) -> Column:
        def share(frame: Frame) -> Coded:  # a gap in the line; text would be drawn as nought
            return shares(frame).of(itemgetter(place))

        def formula(frame: Frame) -> Coded:
            return together(lambda f, own: "" if own is None else f, current(frame), share(frame))

        head = report.months.points[place].month
        return Column(head, 0, "percent", share, formula=formula if place == last else "")

    return [*gap, *map(of_month, range(last + 1))]


def put_months(
    sheet: Sheet, top: int, columns: list[Column], lines: Sequence[object], name: str
) -> None:
    """Write an Excel table with the shares of `month_columns` beside it."""
    inner = [each for place, each in placed(columns, 0) if place <= LAST and each.head]
    heads, looks = [each.head for each in inner], [each.look for each in inner]
    sheet.table(top - 1, 0, len(lines), heads, name, looks)
    sheet.text(top - 2, MONTH_COLUMN, "対応済み率の推移（印刷されません）", "plain")
    outer = [each for place, each in placed(columns, 0) if place >= MONTH_COLUMN]
    put_heads(sheet, top - 1, outer, left=MONTH_COLUMN)
    sheet.listing(top, columns, lines_of(lines))

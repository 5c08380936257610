"""The pivot sheet as plain cells, right also where nothing refreshes a pivot."""

from typing import TYPE_CHECKING

from pipeline.write.pivot.cache import DATA_CAPTION, Cache, build_cache
from pipeline.write.pivot.grid import (
    BODY_ROW,
    CAPTION_ROW,
    FIRST_COLUMN,
    PAGE_ROW,
    TOTAL_CAPTION,
    Grid,
    lay_out,
)
from pipeline.write.pivot.model import PivotDesign, PivotSource

if TYPE_CHECKING:
    from pipeline.write.book import Book, Sheet

ALL_PAGES = "(すべて)"  # what Japanese Excel shows in a page filter that lets all pass
NO_ROWS = "集計する回答がまだないため、ピボットテーブルはありません。"
_SLICER_WIDTH = 16.0  # of each of the two columns that the slicers lie on
_NUMBER_WIDTH = 14.0
_PRINT_SCALE = 75  # per cent: one table fills the width of an A3 page
_LEAD_COLUMNS = FIRST_COLUMN + 1
# Excel draws its own style over these; dark text on light stays readable whatever it keeps.
_HEAD, _LABEL, _NUMBER = "total_text", "line", "number"
_TOTAL_LABEL, _TOTAL = "total_text", "total_number"


def write_pivot_sheet(
    book: "Book", sheet_name: str, source: PivotSource, design: PivotDesign
) -> None:
    """Add the sheet at this place of the workbook and write every value of every table.

    `add_pivots` with the same arguments must follow once the workbook is closed.
    """
    sheet = book.sheet(sheet_name)
    sheet.columns(*[_SLICER_WIDTH] * FIRST_COLUMN)
    if not source.count:
        sheet.heading(design.title, NO_ROWS, last=_LEAD_COLUMNS + 4)
        return
    cache = build_cache(source, design)
    grids = lay_out(cache, design)
    for grid in grids:
        _write_labels(sheet, grid, cache)
        _write_numbers(sheet, grid)
    sheet.heading(design.title, design.lead, last=_LEAD_COLUMNS)
    sheet.raw.freeze_panes(BODY_ROW + 2, 0)
    sheet.page(paper="A3", repeat=(BODY_ROW, BODY_ROW + 1))
    sheet.raw.set_print_scale(_PRINT_SCALE)  # all three on one width would be too small to read
    sheet.raw.set_v_pagebreaks([grid.left for grid in grids[1:]])


def _write_labels(sheet: "Sheet", grid: Grid, cache: Cache) -> None:
    """Write the titles, the page filter, the heads and the row labels of a table."""
    table, left, top = grid.table, grid.left, BODY_ROW
    sheet.columns(*table.widths, start=left)
    sheet.columns(*[_NUMBER_WIDTH] * (len(grid.columns) + 1), start=grid.first_number)
    sheet.text(CAPTION_ROW, left, table.title, "section")
    if table.page is not None:
        field, value = table.page
        sheet.text(PAGE_ROW, left, field, _LABEL)
        sheet.text(PAGE_ROW, left + 1, ALL_PAGES if grid.page is None else value, _LABEL)
    for column in range(left, grid.right + 1):
        sheet.text(top, column, "", _HEAD)
    sheet.text(top, left, DATA_CAPTION, _HEAD)
    sheet.text(top, grid.first_number, table.columns, _HEAD)
    for place, field in enumerate(table.labels):
        labels = cache.items[field].labels()
        sheet.text(top + 1, left + place, field, _HEAD)
        for row, key in enumerate(grid.rows, start=top + 2):
            sheet.text(row, left + place, labels[key[place]], _LABEL)
        sheet.text(grid.bottom, left + place, "" if place else TOTAL_CAPTION, _TOTAL_LABEL)
    labels = cache.items[table.columns].labels()
    for column, item in enumerate(grid.columns, start=grid.first_number):
        sheet.text(top + 1, column, labels[item], _HEAD)
    sheet.text(top + 1, grid.right, TOTAL_CAPTION, _HEAD)


def _write_numbers(sheet: "Sheet", grid: Grid) -> None:
    """Write counts and totals. What does not occur stays empty, as in Excel."""
    columns = {item: place for place, item in enumerate(grid.columns, start=grid.first_number)}
    rows = {key: place for place, key in enumerate(grid.rows, start=BODY_ROW + 2)}
    totals = grid.row_totals()
    for key, row in rows.items():
        for item, column in columns.items():
            sheet.number(row, column, grid.counts.get((key, item)), _NUMBER)
        sheet.number(row, grid.right, totals[key], _TOTAL)
    for item, count in grid.column_totals().items():
        sheet.number(grid.bottom, columns[item], count, _TOTAL)
    sheet.number(grid.bottom, grid.right, totals.total(), _TOTAL)

"""The pivot sheet as plain cells, right also where nothing refreshes a pivot."""

from typing import TYPE_CHECKING, Any

from pipeline.write.pivot.cache import DATA_CAPTION, Cache, build_cache
from pipeline.write.pivot.grid import (
    BODY_ROW,
    CAPTION_ROW,
    FIRST_COLUMN,
    LEAD_ROW,
    PAGE_ROW,
    TITLE_ROW,
    TOTAL_CAPTION,
    Grid,
    lay_out,
)
from pipeline.write.pivot.model import PivotDesign, PivotSource
from pipeline.write.safe import cell_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

ALL_PAGES = "(すべて)"  # what Japanese Excel shows in a page filter that lets all pass
NO_ROWS = "集計する回答がまだないため、ピボットテーブルはありません。"
_SLICER_WIDTH = 13.0  # of each of the two columns that the slicers lie on
_NUMBER_WIDTH = 11.0


def write_pivot_sheet(
    workbook: "Workbook", sheet_name: str, source: PivotSource, design: PivotDesign
) -> "Worksheet":
    """Add the sheet at this place of the workbook and write every value of every table.

    `add_pivots` with the same arguments must follow once the workbook is closed. Gives the sheet
    for links and print settings of the caller; cells from row 5 on belong to the pivots.
    """
    sheet = workbook.add_worksheet(sheet_name)
    pen = _Pen(workbook, sheet)
    pen.write(TITLE_ROW, 0, design.title, pen.title)
    if not source.rows:
        pen.write(LEAD_ROW, 0, NO_ROWS, pen.plain)
        return sheet
    cache = build_cache(source, design)
    pen.write(LEAD_ROW, 0, design.lead, pen.plain)
    sheet.set_column(0, FIRST_COLUMN - 1, _SLICER_WIDTH)
    grids = lay_out(cache, design)
    for grid in grids:
        _write_grid(pen, grid, cache)
    sheet.freeze_panes(BODY_ROW + 2, 0)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(BODY_ROW, BODY_ROW + 1)
    sheet.print_area(0, 0, max(grid.bottom for grid in grids), max(grid.right for grid in grids))
    return sheet


def _write_grid(pen: "_Pen", grid: Grid, cache: Cache) -> None:
    """Write one table in the tabular form that Excel itself draws."""
    _write_labels(pen, grid, cache)
    columns = {item: grid.first_number + place for place, item in enumerate(grid.columns)}
    rows = {key: BODY_ROW + 2 + place for place, key in enumerate(grid.rows)}
    row_totals = grid.row_totals()
    for (key, item), count in grid.counts.items():
        pen.write(rows[key], columns[item], count, pen.number)
    for key, count in row_totals.items():
        pen.write(rows[key], grid.right, count, pen.number)
    for item, count in grid.column_totals().items():
        pen.write(grid.bottom, columns[item], count, pen.total)
    pen.write(grid.bottom, grid.right, row_totals.total(), pen.total)


def _write_labels(pen: "_Pen", grid: Grid, cache: Cache) -> None:
    """Write the titles, the page filter, the heads and the row labels of a table."""
    table, left, top = grid.table, grid.left, BODY_ROW
    pen.write(CAPTION_ROW, left, table.title, pen.caption)
    if table.page is not None:
        field, value = table.page
        pen.write(PAGE_ROW, left, field, pen.plain)
        pen.write(PAGE_ROW, left + 1, ALL_PAGES if grid.page is None else value, pen.plain)
    for column in range(left, grid.right + 1):
        pen.write(top, column, "", pen.head)
    pen.write(top, left, DATA_CAPTION, pen.head)
    pen.write(top, grid.first_number, table.columns, pen.head)
    for place, field in enumerate(table.labels):
        labels = cache.items[field].labels()
        pen.write(top + 1, left + place, field, pen.head)
        for row, key in enumerate(grid.rows, start=top + 2):
            pen.write(row, left + place, labels[key[place]], pen.plain)
        pen.write(grid.bottom, left + place, "" if place else TOTAL_CAPTION, pen.total)
        pen.sheet.set_column(left + place, left + place, table.widths[place])
    labels = cache.items[table.columns].labels()
    for column, item in enumerate(grid.columns, start=grid.first_number):
        pen.write(top + 1, column, labels[item], pen.head)
    pen.write(top + 1, grid.right, TOTAL_CAPTION, pen.head)
    pen.sheet.set_column(grid.first_number, grid.right, _NUMBER_WIDTH)


class _Pen:
    """Writes texts only as texts, and refuses to lose a cell in silence."""

    def __init__(self, workbook: "Workbook", sheet: "Worksheet") -> None:
        self.sheet = sheet
        self.title: Any = workbook.add_format({"bold": True, "font_size": 16})
        self.caption: Any = workbook.add_format({"bold": True, "font_size": 12})
        self.plain: Any = workbook.add_format({})
        self.number: Any = workbook.add_format({"num_format": "#,##0"})
        self.head: Any = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1})
        self.total: Any = workbook.add_format(
            {"bold": True, "bg_color": "#DDEBF7", "top": 1, "num_format": "#,##0"}
        )

    def write(self, row: int, column: int, value: str | int, form: Any) -> None:
        if isinstance(value, int):
            result = self.sheet.write_number(row, column, value, form)
        else:
            result = self.sheet.write_string(row, column, cell_text(value), form)
        if result:
            raise ValueError(f"row {row}, column {column}: xlsxwriter refused it ({result})")

"""The pivot sheet as plain cells, right also where nothing refreshes a pivot."""

from typing import TYPE_CHECKING, Any

from pipeline.write.pivot.cache import build_cache
from pipeline.write.pivot.grid import (
    BODY_ROW,
    CAPTION_ROW,
    DATA_CAPTION,
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
_LONGEST_LABEL = 60.0


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
        _write_grid(
            pen,
            grid,
            cache.items[grid.table.rows].labels(),
            cache.items[grid.table.columns].labels(),
        )
    sheet.freeze_panes(BODY_ROW + 2, 0)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(BODY_ROW, BODY_ROW + 1)
    sheet.print_area(0, 0, max(grid.bottom for grid in grids), max(grid.right for grid in grids))
    return sheet


def _write_grid(
    pen: "_Pen", grid: Grid, row_labels: tuple[str, ...], column_labels: tuple[str, ...]
) -> None:
    """Write one table in the compact form that Excel itself draws."""
    table, left = grid.table, grid.left
    pen.write(CAPTION_ROW, left, table.title, pen.caption)
    if table.page is not None:
        field, value = table.page
        pen.write(PAGE_ROW, left, field, pen.plain)
        pen.write(PAGE_ROW, left + 1, ALL_PAGES if grid.page is None else value, pen.plain)
    top = BODY_ROW
    pen.write(top, left, DATA_CAPTION, pen.head)
    pen.write(top, left + 1, table.columns, pen.head)
    for column in range(left + 2, grid.right + 1):
        pen.write(top, column, "", pen.head)
    pen.write(top + 1, left, table.rows, pen.head)
    columns = {item: left + 1 + place for place, item in enumerate(grid.columns)}
    rows = {item: top + 2 + place for place, item in enumerate(grid.rows)}
    for item, column in columns.items():
        pen.write(top + 1, column, column_labels[item], pen.head)
    pen.write(top + 1, grid.right, TOTAL_CAPTION, pen.head)
    for item, row in rows.items():
        pen.write(row, left, row_labels[item], pen.plain)
    for (row_item, column_item), count in grid.counts.items():
        pen.write(rows[row_item], columns[column_item], count, pen.number)
    for item, count in grid.row_totals().items():
        pen.write(rows[item], grid.right, count, pen.number)
    pen.write(grid.bottom, left, TOTAL_CAPTION, pen.total)
    for item, count in grid.column_totals().items():
        pen.write(grid.bottom, columns[item], count, pen.total)
    pen.write(grid.bottom, grid.right, grid.row_totals().total(), pen.total)
    pen.sheet.set_column(left, left, min(table.row_width, _LONGEST_LABEL))
    pen.sheet.set_column(left + 1, grid.right, _NUMBER_WIDTH)


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

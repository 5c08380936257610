"""The pivot sheet as plain cells, right also where nothing refreshes a pivot."""

from collections.abc import Callable

from pipeline.write.book import Book, Sheet
from pipeline.write.listing import Column, Styled
from pipeline.write.pivot.cache import DATA_CAPTION, Cache
from pipeline.write.pivot.grid import (
    BODY_ROW,
    CAPTION_ROW,
    FIRST_COLUMN,
    PAGE_ROW,
    TOTAL_CAPTION,
    Grid,
    Pivots,
)
from pipeline.write.table import Field
from pipeline.write.tables import lines_of, of

ALL_PAGES = "(すべて)"  # what Japanese Excel shows in a page filter that lets all pass
_SLICER_WIDTH = 16.0  # of each of the two columns that the slicers lie on
_NUMBER_WIDTH = 14.0
_PRINT_SCALE = 75  # per cent: one table fills the width of an A3 page
_LEAD_COLUMNS = FIRST_COLUMN + 1
# Excel draws its own style over these; dark text on light stays readable whatever it keeps.
_HEAD, _LABEL, _NUMBER = "total_text", "line", "number"
_TOTAL_LABEL, _TOTAL = "total_text", "total_number"


def write_pivot_sheet(book: Book, sheet_name: str, pivots: Pivots) -> None:
    """Add the sheet at this place of the workbook and write every value of every table."""
    cache, design, grids = pivots
    sheet = book.sheet(sheet_name)
    sheet.columns(*[_SLICER_WIDTH] * FIRST_COLUMN)
    columns: list[Column] = []
    lines = max(len(grid.rows) for grid in grids) + 1
    for grid in grids:
        _write_top(sheet, grid)
        gap = grid.left - FIRST_COLUMN - len(columns)
        columns += [Column("", 0, "", of(lambda _: None))] * gap
        columns += _columns(grid, cache)
    sheet.heading(design.title, design.lead, last=_LEAD_COLUMNS)
    sheet.listing(BODY_ROW + 1, columns, lines_of(range(-1, lines)), left=FIRST_COLUMN)
    sheet.raw.freeze_panes(BODY_ROW + 2, 0)
    sheet.page(paper="A3", repeat=(BODY_ROW, BODY_ROW + 1))
    sheet.raw.set_print_scale(_PRINT_SCALE)  # all three on one width would be too small to read
    sheet.raw.set_v_pagebreaks([grid.left for grid in grids[1:]])


def _write_top(sheet: Sheet, grid: Grid) -> None:
    """Write title, page filter and the head above the heads of a table."""
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


def _columns(grid: Grid, cache: Cache) -> list[Column]:
    """Give the columns of a table over the numbers of its rows; -1 are the heads.

    What does not occur stays empty, as in Excel.
    """
    size = len(grid.rows)

    def column(head: str, cell: Callable[[int], Field], style: str, total: Styled) -> Column:
        def shown(row: int) -> Styled | None:
            if row > size:
                return None
            if row == size:
                return total
            return Styled(head, _HEAD) if row < 0 else Styled(cell(row), style)

        return Column(head, 0, "", of(shown))

    def label(place: int, field: str) -> Column:
        labels = cache.items[field].labels()
        total = Styled("" if place else TOTAL_CAPTION, _TOTAL_LABEL)
        return column(field, lambda row: labels[grid.rows[row][place]], _LABEL, total)

    def counts(item: int) -> Column:
        total = Styled(across[item], _TOTAL)
        head = labels[item]
        return column(head, lambda row: grid.counts.get((grid.rows[row], item)), _NUMBER, total)

    labels, down, across = (
        cache.items[grid.table.columns].labels(),
        grid.row_totals(),
        grid.column_totals(),
    )
    whole = Styled(down.total(), _TOTAL)
    return [
        *(label(place, field) for place, field in enumerate(grid.table.labels)),
        *map(counts, grid.columns),
        column(TOTAL_CAPTION, lambda row: down[grid.rows[row]], _TOTAL, whole),
    ]

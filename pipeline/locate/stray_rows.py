"""Find the filled rows of a table that stand for no item, so that nothing is lost."""

from pipeline.locate.columns import Columns
from pipeline.locate.grid import Grid
from pipeline.locate.index import Index
from pipeline.locate.item_hit import ItemHit
from pipeline.model import CellKey
from pipeline.model.layout import OtherRow
from pipeline.texts.folding import tidy


def stray_rows(
    grid: Grid,
    index: Index,
    hits: list[ItemHit],
    columns: Columns,
    covered: set[int],
    header_rows: set[int],
) -> list[OtherRow]:
    """Give the rows among and below a table's items that are filled and stand for no item."""
    first = columns.header_row + 1 if columns.header_row is not None else hits[0].row
    after = min((row for row in header_rows if row > hits[-1].row), default=hits[-1].row + 6)
    result = []
    for row in range(first, after):
        if row in covered or row in header_rows or row not in grid.rows:
            continue
        mark = _outside_cell(grid, index, row, columns.mark)
        note = _outside_cell(grid, index, row, columns.note)
        texts = [
            (row, column)
            for column, said in grid.rows[row].items()
            if column not in (columns.mark, columns.note) and not said.category
        ]
        if mark is None and (note is None or not texts):
            continue
        heads = row == first and row < hits[0].row
        if heads and mark is not None and not grid.at(mark).mark_like:
            continue  # the second line of a header
        if mark is None and row > hits[-1].row:
            continue
        key = next(filter(None, (*texts, mark)))
        result.append(
            OtherRow(
                sheet=grid.place,
                text_cell=key,
                text=tidy(grid.text(key)) if texts else "",
                mark_cell=mark,
                note_cell=note,
            )
        )
    return result


def _outside_cell(grid: Grid, index: Index, row: int, column: int | None) -> CellKey | None:
    """Give the cell of a row in a column where it is its own and holds more than the form does."""
    if column is None:
        return None
    key = (row, column)
    said = grid.at(key)
    if said.blank or grid.anchor(row, column) != key or said.legend:
        return None
    if not said.key or said.header is not None or index.is_heading(said.key):
        return None
    return key

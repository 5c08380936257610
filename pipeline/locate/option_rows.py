"""Items with a row for each option: ①, ② and ③ listed below each other, one of them ticked."""

from collections.abc import Sequence

from pipeline.locate.grid import Grid
from pipeline.locate.guess import YES, Reach, above
from pipeline.locate.head_words import HeaderKind
from pipeline.locate.index import Index
from pipeline.locate.item_hit import ItemHit
from pipeline.model import CellKey

_ABOVE = 3  # rows above the first item in which heads stand

Option = tuple[int, CellKey, CellKey]  # its number, its text, the cell to tick
OptionRows = dict[int, tuple[Option, ...]]  # by the row of the item


def option_rows(
    grid: Grid, index: Index, hits: Sequence[ItemHit], item_rows: set[int], edge: int | None
) -> OptionRows:
    """Give the cells to tick of each item; nothing unless every item has its options in rows.

    ``edge`` is where the table beside this one begins. Of two columns with ticks neither is read,
    but where the head of one says that it is not meant.
    """
    size = len(index.checklist.options)
    if size < 2 or any(hit.row + step in item_rows for hit in hits for step in range(1, size)):
        return {}
    text = hits[0].column
    inside = Reach(text, edge)
    listed = {hit.row: _listed(grid, hit.row, size, inside) for hit in hits}
    columns = {column for column, _ in listed.values()}
    listing = columns.pop()
    if columns or listing is None:
        return {}
    ticks = _tick_columns(grid, index, hits, listing, inside)
    if len(ticks) != 1:
        return {}
    return {
        row: tuple(
            (number, (row + step, listing), (row + step, ticks[0]))
            for step, number in enumerate(numbers)
        )
        for row, (_, numbers) in listed.items()
    }


def _listed(grid: Grid, row: int, size: int, inside: Reach) -> tuple[int | None, tuple[int, ...]]:
    """Give the column that lists the options of an item, and their numbers from its row on."""
    for column in grid.row(row):
        numbers = [grid.at((row + step, column)).option for step in range(size)]
        found = tuple(number for number in numbers if number)
        if column in inside and sorted(found) == list(range(1, size + 1)):
            return column, found
    return None, ()


def _tick_columns(
    grid: Grid, index: Index, hits: Sequence[ItemHit], listing: int, inside: Reach
) -> list[int]:
    """Give the columns in which options are ticked; where none is, the one to tick."""
    size = len(index.checklist.options)
    top = min(hit.row for hit in hits)
    ticked = {
        column
        for hit in hits
        for step in range(size)
        for column, said in grid.row(hit.row + step).items()
        if len(said.folded) == 1 and said.folded in YES
    }
    headed = {
        column
        for row in range(max(0, top - _ABOVE), top)
        for column, said in grid.row(row).items()
        if said.header is not None and said.header.kind is HeaderKind.MARK
    }
    for columns in (ticked, headed, {listing + 1}):
        live = [
            column
            for column in sorted(columns - {listing})
            if column in inside and not index.called(above(grid, top, column)).dead
        ]
        if live:
            return live
    return []

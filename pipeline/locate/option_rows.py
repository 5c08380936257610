"""Items with a row for each option: ①, ② and ③ listed below each other, one of them ticked."""

from collections import Counter
from collections.abc import Sequence

from pipeline.locate.grid import Grid
from pipeline.locate.guess import YES
from pipeline.locate.head_words import HeaderKind
from pipeline.locate.index import Index
from pipeline.locate.item_hit import ItemHit
from pipeline.model import CellKey

Option = tuple[int, CellKey, CellKey]  # its number, its text, the cell to tick
OptionRows = dict[int, tuple[Option, ...]]  # by the row of the item


def option_rows(
    grid: Grid, index: Index, hits: Sequence[ItemHit], item_rows: set[int]
) -> OptionRows:
    """Give the cells to tick of each item; nothing unless every item has its options in rows."""
    size = len(index.checklist.options)
    if size < 2 or any(hit.row + step in item_rows for hit in hits for step in range(1, size)):
        return {}
    listed = {hit.row: _listed(grid, hit, size) for hit in hits}
    columns = {column for column, _ in listed.values()}
    if len(columns) != 1 or None in columns:
        return {}
    ticks = _tick_column(grid, hits, max(column for column in columns if column is not None), size)
    return {
        row: tuple(
            (number, (row + step, column or 0), (row + step, ticks))
            for step, number in enumerate(numbers)
        )
        for row, (column, numbers) in listed.items()
    }


def _listed(grid: Grid, hit: ItemHit, size: int) -> tuple[int | None, tuple[int, ...]]:
    """Give the column that lists the options of an item, and their numbers from its row on."""
    for column in grid.row(hit.row):
        if column == hit.column:
            continue
        numbers = [grid.at((hit.row + step, column)).option for step in range(size)]
        if sorted(number for number in numbers if number) == list(range(1, size + 1)):
            return column, tuple(number for number in numbers if number)
    return None, ()


def _tick_column(grid: Grid, hits: Sequence[ItemHit], listing: int, size: int) -> int:
    """Give the column in which options are ticked, beside the list unless elsewhere they are."""
    ticked = Counter(
        column
        for hit in hits
        for step in range(size)
        for column, said in grid.row(hit.row + step).items()
        if column != listing and len(said.folded) == 1 and said.folded in YES
    )
    if ticked:
        return ticked.most_common(1)[0][0]
    top = min(hit.row for hit in hits)
    heads = [
        column
        for row in range(max(0, top - 3), top)
        for column, said in grid.row(row).items()
        if column != listing and said.header is not None and said.header.kind is HeaderKind.MARK
    ]
    return heads[0] if heads else listing + 1

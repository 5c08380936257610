"""Items with a row for each option: ①, ② and ③ listed below each other, one of them ticked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.locate.grid import Grid
from pipeline.locate.guess import YES, Reach, above
from pipeline.locate.head_words import HeaderKind
from pipeline.locate.index import Index
from pipeline.locate.item_hit import ItemHit
from pipeline.model import CellKey

_ABOVE = 3  # rows above the first item in which heads stand

Option = tuple[int, CellKey, CellKey]  # its number, its text, the cell to tick


@dataclass(frozen=True, slots=True)
class OptionRows:
    """The cells to tick of each item, by its row; and of columns called dead their names.

    An option has the number 0 where several columns are ticked and nothing tells which is meant; an
    item has none where the only ticks are those of last time.
    """

    ticks: Mapping[int, tuple[Option, ...]]
    orders: Mapping[int, tuple[int, ...]]  # the numbers of the options from the item's row on
    dead: Mapping[int, str]

    @property
    def column(self) -> int | None:
        """The first column to tick."""
        return next((key[1] for each in self.ticks.values() for _, _, key in each), None)

    def ticks_in(self, column: int, row: int) -> tuple[tuple[int, CellKey], ...]:
        """Give the options of an item with their cells in another column."""
        return tuple((number, (row + step, column)) for step, number in enumerate(self.orders[row]))


def option_rows(
    grid: Grid, index: Index, hits: Sequence[ItemHit], item_rows: set[int], edge: int | None
) -> OptionRows | None:
    """Give the cells to tick of each item; None unless every item has its options in rows.

    ``edge`` is where the table beside this one begins. The texts of the options are never answers.
    """
    size = len(index.checklist.options)
    if size < 2 or any(hit.row + step in item_rows for hit in hits for step in range(1, size)):
        return None
    text = hits[0].column
    inside = Reach(text, edge)
    listed = {hit.row: _listed(grid, hit.row, size, inside) for hit in hits}
    columns = {column for column, _ in listed.values()}
    listing = columns.pop()
    if columns or listing is None:
        return None
    live, dead = _tick_columns(grid, index, hits, listing, inside)
    ticks = {
        row: tuple(
            (number if len(live) == 1 else 0, (row + step, listing), (row + step, column))
            for column in live
            for step, number in enumerate(numbers)
        )
        for row, (_, numbers) in listed.items()
    }
    top = min(hit.row for hit in hits)
    return OptionRows(
        ticks=ticks,
        dead={column: " ".join(above(grid, top, column).split()) for column in dead},
        orders={row: numbers for row, (_, numbers) in listed.items()},
    )


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
) -> tuple[list[int], list[int]]:
    """Give the columns in which options are ticked, or the one to tick; and those called dead."""
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
    inside_ticked = [each for each in sorted(ticked - {listing}) if each in inside]
    dead = [each for each in inside_ticked if index.called(above(grid, top, each)).dead]
    for columns in (ticked, headed, {listing + 1}):
        live = [
            column
            for column in sorted(columns - {listing})
            if column in inside and not index.called(above(grid, top, column)).dead
        ]
        if live:
            return live, dead
    return [], dead

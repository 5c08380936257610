"""Where the month of ② stands apart from its number: beside it under one head, or a row below."""

from dataclasses import replace

from pipeline.locate.grid import Grid
from pipeline.locate.head_words import HeaderKind
from pipeline.locate.headers import HeaderRow
from pipeline.locate.item_hit import ItemHit
from pipeline.locate.wording import Wording
from pipeline.model import CellKey

_WIDEST = 8  # columns beyond the first that one header stands over


def month_columns(grid: Grid, header: HeaderRow, rows: list[ItemHit]) -> tuple[int, ...]:
    """Give the columns under a head over several, or without one behind it, that hold months alone.

    The numbers stand in another of them. A bare number is a month only beside ②, and only where
    some are no number of an option.
    """
    for _, left, right in header.marks:
        columns = [*range(left, min(right, left + _WIDEST) + 1)]
        if left == right:
            if right + 1 in header.others or grid.text(grid.anchor(header.row, right + 1)):
                continue
            columns.append(right + 1)
        months = [column for column in columns[1:] if _holds_months(grid, rows, column, columns)]
        if months:
            return tuple(months)
    return ()


def _holds_months(grid: Grid, rows: list[ItemHit], column: int, columns: list[int]) -> bool:
    cells = {found.row: grid.at((found.row, column)) for found in rows}
    filled = {row: said for row, said in cells.items() if not said.blank}
    if not filled or any((row, column) != grid.anchor(row, column) for row in filled):
        return False
    numbers = [said for said in filled.values() if not said.month_like and said.key.isdecimal()]
    if not all(said.month_like or said in numbers for said in filled.values()):
        return False
    beside = [
        (row, said)
        for found in rows
        for other in columns
        if other != column and (said := grid.at((row := found.row, other))).mark_like
    ]
    if not any(not said.month_like for _, said in beside):
        return False
    planned = {row for row, said in beside if said.key.startswith(("②", "2"))}
    sure = all(row in planned for row, said in filled.items() if said in numbers)
    return sure and (len(numbers) < len(filled) or any(3 < int(said.key) <= 12 for said in numbers))


def without_columns(header: HeaderRow, columns: tuple[int, ...]) -> HeaderRow:
    """Give a header whose heads of answers stand over none of some columns."""
    if not columns:
        return header
    marks = tuple(
        (rank, column, column)
        for rank, left, right in header.marks
        for column in range(left, min(right, left + _WIDEST) + 1)
        if column not in columns
    )
    return replace(header, marks=marks, others=header.others | frozenset(columns))


def month_below(grid: Grid, row: int, mark: int) -> CellKey | None:
    """Give the cell in the row below an item that holds the month of its answer.

    Nothing but a label (予定月) stands before it there, and no number of an option in it.
    """
    key = (row, mark)
    said = grid.at(key)
    if said.blank or grid.anchor(row, mark) != key:
        return None
    before = [each for column, each in grid.row(row).items() if column < mark and each.key]
    if before and not all(map(_is_label, before)):
        return None
    labelled = bool(before) and not said.mark_like and said.key.isdecimal()
    return key if said.month_like or labelled or _is_placeholder(said) else None


def _is_label(said: Wording) -> bool:
    return said.header is not None and said.header.kind is HeaderKind.DUE


def _is_placeholder(said: Wording) -> bool:
    """Tell a month that is left to be filled in: （　　月）."""
    return said.folded.strip("( )○〇_") == "月"

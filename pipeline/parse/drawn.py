"""Whose item an object belongs to that lies over no answer: in a row, on a card, in a column."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline.model import CellKey, Drawing, RawSheet, TableFound, TableShape
from pipeline.model.layout import ItemRow
from pipeline.texts.marks import CONTROLS

Owned = Mapping[CellKey, tuple[Drawing, ...]]  # by the cell of the item's text


def owned_drawings(sheet: RawSheet, rows: Sequence[ItemRow], tables: Sequence[TableFound]) -> Owned:
    """Give each object beside the answers of a sheet to one item, or to none.

    ``rows`` are the items of this sheet. An object over the answer of one item is no other's.
    """
    over = {key for row in rows for key in row.answer_cells}
    lines = defaultdict[tuple[bool, int], list[ItemRow]](list)  # by (a column?, its place)
    for row in rows:
        shape = tables[row.table].shape
        for at in _lines(row, shape):
            lines[shape is TableShape.ACROSS, at].append(row)
    owned = defaultdict[CellKey, list[Drawing]](list)
    for drawing in sheet.drawings:
        near = [*lines[False, drawing.row], *lines[True, drawing.column]]
        if near and (drawing.row, drawing.column) not in over:
            own = max(near, key=lambda row: _nearness(row, drawing))
            owned[own.text_cell].append(drawing)
    return {cell: tuple(drawings) for cell, drawings in owned.items()}


def _lines(row: ItemRow, shape: TableShape) -> Iterable[int]:
    """Give the rows of an item, on a card from its first to its last, or the columns of its answer.

    On a card the last is that of the note or the month.
    """
    if shape is TableShape.ACROSS:
        return {key[1] for key in row.answer_cells}
    found = {row.text_cell[0], *(key[0] for key in row.answer_cells)}
    if shape is not TableShape.CARDS:
        return found
    found.update(key[0] for key in (*row.note_cells, *row.due_cells))
    return range(min(found), max(found) + 1)


def _nearness(row: ItemRow, drawing: Drawing) -> tuple[bool, int, int]:
    """Order the items an object may belong to: one that begins before it, and ends there."""
    before = row.text_cell[1] <= drawing.column
    return before, row.text_cell[1] if before else -row.text_cell[1], row.text_cell[0]


def beside_answer(row: ItemRow, shape: TableShape, owned: Sequence[Drawing]) -> list[Drawing]:
    """Give the objects right beside an item's answer, and the controls in its line."""
    if not owned or shape is TableShape.ACROSS:
        return []
    lines = {row.text_cell[0], *(key[0] for key in row.answer_cells)}
    near = {key[1] + step for key in row.answer_cells for step in (-1, 1)}
    return [
        drawing
        for drawing in owned
        if drawing.row in lines
        and drawing.column != row.text_cell[1]
        and (drawing.kind in CONTROLS or drawing.column in near)
    ]

"""Sheets with a card for each item: its labels stand beside or above what belongs to it.

項目       | ガバナンス①-1：…        ガバナンス①-1：…
チェック欄 | ①                        チェック欄 | 補足説明欄
補足説明欄 | 策定済み                 ①          | 策定済み
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.locate.grid import Grid
from pipeline.locate.head_words import HeaderKind
from pipeline.locate.index import Index
from pipeline.locate.item_hit import ItemHit
from pipeline.model import CellKey, TableFound, TableShape
from pipeline.model.layout import ItemRow

_FEWEST = 3  # cards; fewer labels are those of tables
_LONGEST = 12  # rows of a card

Labels = Mapping[CellKey, HeaderKind]
_Value = Callable[[CellKey], CellKey]


@dataclass(frozen=True, slots=True)
class _Card:
    """One item with the labels on its card."""

    hit: ItemHit
    mark: CellKey
    note: CellKey | None
    due: CellKey | None
    end: int  # the row after it


def read_cards(
    grid: Grid, labels: Labels, found: Sequence[ItemHit]
) -> tuple[tuple[ItemRow, ...], TableFound] | None:
    """Give the items of a sheet of cards; None unless each has exactly one label of its answer.

    A label above the first item would leave every answer to the neighbour of its item.
    """
    marks = [key for key, kind in labels.items() if kind is HeaderKind.MARK]
    if len(marks) < _FEWEST or len(marks) != len(found) or min(marks)[0] < found[0].row:
        return None
    cards = [card for card in _cards(grid, labels, found) if card is not None]
    if len(cards) != len(found):
        return None
    value = _values(grid, labels, cards)
    rows = tuple(_item_row(grid, card, value) for card in cards)
    if any(_is_outside(row, card, labels) for row, card in zip(rows, cards, strict=True)):
        return None
    table = TableFound(
        sheet=grid.sheet.name,
        header_row=None,
        text_column=found[0].column,
        mark_column=rows[0].mark_cells[0][1],
        note_column=rows[0].note_cells[0][1] if rows[0].note_cells else None,
        guessed=False,
        items=len(rows),
        shape=TableShape.CARDS,
    )
    return rows, table


def labels_of(grid: Grid, index: Index) -> Labels:
    """Give the cells that are labels, where there are enough of answers for cards.

    前回のチェック欄 is none: it stands for no answer. A note may well say メモ, so the label of
    notes is the common one.
    """
    heads = [(key, said) for key, said in grid.words.items() if said.label is not None]
    found = {
        key: HeaderKind.MARK
        for key, said in heads
        if said.label is HeaderKind.MARK and not index.called(said.text).dead
    }
    if len(found) < _FEWEST:
        return {}
    notes = Counter(said.key for _, said in heads if said.label is HeaderKind.NOTE)
    ranks = {said.key: said.header.rank for _, said in heads if said.header is not None}
    common = max(notes, key=lambda text: (notes[text], -ranks.get(text, 0), text), default="")
    found.update((key, HeaderKind.NOTE) for key, said in heads if common and said.key == common)
    found.update((key, HeaderKind.DUE) for key, said in heads if said.label is HeaderKind.DUE)
    return found


def holds_cards(grid: Grid, labels: Labels) -> bool:
    """Tell whether answers stand beside or below labels of their own, as on cards."""
    marks = [key for key, kind in labels.items() if kind is HeaderKind.MARK]
    filled = [
        key
        for key in marks
        if grid.at(grid.anchor(key[0], grid.right(key) + 1)).mark_like
        or grid.at(grid.anchor(grid.bottom(key) + 1, key[1])).mark_like
    ]
    return len(filled) >= _FEWEST


def _cards(grid: Grid, labels: Labels, found: Sequence[ItemHit]) -> list[_Card | None]:
    hits = sorted(found, key=lambda hit: hit.row)
    ends = [after.row for _, after in pairwise(hits)] + [max(grid.rows) + 2]
    cards: list[_Card | None] = []
    for hit, after in zip(hits, ends, strict=True):
        end = min(after, hit.row + _LONGEST)
        inside = sorted(key for key in labels if hit.row <= key[0] < end)
        marks = [key for key in inside if labels[key] is HeaderKind.MARK]
        notes = [key for key in inside if labels[key] is HeaderKind.NOTE]
        dues = [key for key in inside if labels[key] is HeaderKind.DUE]
        if len(marks) == 1 and len(notes) <= 1 and len(dues) <= 1:
            cards.append(_Card(hit, marks[0], _only(notes), _only(dues), end))
        else:
            cards.append(None)
    return cards


def _only(keys: Sequence[CellKey]) -> CellKey | None:
    return keys[0] if keys else None


def _values(grid: Grid, labels: Labels, cards: Sequence[_Card]) -> _Value:
    """Give where the cards' labels have what they stand for: below, or else beside them."""

    def beside(label: CellKey) -> CellKey:
        return grid.anchor(label[0], grid.right(label) + 1)

    def below(label: CellKey) -> CellKey:
        return grid.anchor(grid.bottom(label) + 1, label[1])

    if any(card.note is not None and card.note[0] == card.mark[0] for card in cards):
        # チェック欄 | ① | 補足説明欄 | 策定済み in one row, or two heads side by side
        heads = any(beside(card.mark) in labels for card in cards)
        return below if heads else beside
    empty = all(grid.at(beside(card.mark)).blank for card in cards)
    under = any(grid.at(key).mark_like for card in cards if (key := below(card.mark)) not in labels)
    return below if empty and under else beside


def _item_row(grid: Grid, card: _Card, value: _Value) -> ItemRow:
    own = grid.anchor(card.hit.row, card.hit.column)
    place = value(card.mark)
    note = value(card.note) if card.note is not None else None
    return ItemRow(
        item_id=card.hit.item_id,
        sheet=grid.place,
        table=0,
        text_cell=own,
        matched_by=card.hit.matched_by,
        mark_place=place,
        mark_cells=(place,),
        note_place=note,
        note_cells=(note,) if note is not None else (),
        due_cells=(value(card.due),) if card.due is not None else (),
        hidden=grid.is_hidden(place) or grid.is_hidden(own),
    )


def _is_outside(row: ItemRow, card: _Card, labels: Labels) -> bool:
    """Tell a card whose answer would be a label, its item's text, or another card's."""
    keys = (*row.mark_cells, *row.note_cells, *row.due_cells)
    return any(
        key in labels or key == row.text_cell or not card.hit.row <= key[0] < card.end
        for key in keys
    )

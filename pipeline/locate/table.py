"""One table of item rows: its columns, the cells to read, and what in it does not count."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pipeline.locate.additions import added_text
from pipeline.locate.callings import Alone
from pipeline.locate.columns import Columns, choose_columns
from pipeline.locate.grid import Grid
from pipeline.locate.headers import HeaderRow
from pipeline.locate.index import Fit, Index
from pipeline.locate.item_hit import ItemHit
from pipeline.locate.months import month_below
from pipeline.locate.option_columns import PLANNED
from pipeline.locate.option_rows import Option, OptionRows, option_rows
from pipeline.locate.wording import Wording
from pipeline.model import CellKey, MatchedBy, TableFound
from pipeline.model.layout import ItemRow, SetAside
from pipeline.texts.folding import tidy

Segment = tuple[HeaderRow | None, list[ItemHit], int | None]  # header, rows, next table's column

_ABOVE = 2  # rows above the first item in which the head of its column stands
_MAX_BLOCK = 12  # rows one item may take where a PDF was pasted line by line


@dataclass(frozen=True, slots=True)
class Table:
    """One table. ``found`` and the tables of ``rows`` go by check column, the first one's first.

    ``aside`` are columns that do not count, ``doubted`` the name of a dead one that does.
    """

    hits: list[ItemHit]
    columns: Columns
    number: int
    found: tuple[TableFound, ...]
    rows: tuple[ItemRow, ...]
    covered: frozenset[int]  # the rows that belong to an item
    aside: tuple[SetAside, ...]
    doubted: str

    @property
    def items(self) -> frozenset[str]:
        """The ids found in the table."""
        return frozenset(hit.item_id for hit in self.hits)


def read_table(
    grid: Grid,
    index: Index,
    segment: Segment,
    item_rows: set[int],
    header_rows: set[int],
    *,
    number: int,
) -> Table:
    """Find the columns of a table and the cells to read of each of its items.

    ``number`` is the table's place among those of the sheet.
    """
    # Long: items, rival columns and ticks make one table of the same rows.
    _header, hits, edge = segment
    columns = choose_columns(grid, index, *segment)
    ticks = option_rows(grid, index, hits, item_rows, edge)
    if ticks is not None:
        columns = replace(columns, mark=ticks.column, rivals=(), options=())
    reader = _Reader(grid, index, columns, item_rows, header_rows)
    blocks = [reader.block(hit) for hit in hits]
    rows = [reader.item_row(hit, block, number) for hit, block in zip(hits, blocks, strict=True)]
    if ticks is not None:
        rows = [_ticked(row, ticks.ticks[row.text_cell[0]]) for row in rows]
        blocks = [tuple(range(hit.row, hit.row + len(ticks.orders[hit.row]))) for hit in hits]
    below = {key[0] for row in rows for key in row.due_cells}
    top = hits[0].row
    called = _called(grid, top, columns.mark) if columns.rivals else ""
    found = [_table_found(grid, hits, columns, called)]
    for rival in columns.rivals:
        again = replace(columns, mark=rival, note=None, rivals=())
        reader = _Reader(grid, index, again, item_rows, header_rows)
        at = number + len(found)
        rows += [reader.item_row(hit, reader.block(hit), at) for hit in hits]
        found.append(_table_found(grid, hits, again, _called(grid, top, rival)))
    if columns.rivals and not columns.differing:
        rows = _answered(grid, rows, number)
    aside = _columns_aside(grid, hits, columns)
    if ticks is not None:
        aside += _ticks_aside(grid, hits, columns, ticks)
    doubted, never = _standing_alone(columns)
    if never:
        head = _head(columns, columns.mark or 0, hits)
        marks = marks_of(grid, rows)
        aside.append(SetAside(sheet=grid.place, called=never, head=head, marks=marks))
        rows = [without_answers(row) for row in rows]
    return Table(
        hits=hits,
        columns=columns,
        number=number,
        found=tuple(found),
        rows=tuple(rows),
        covered=frozenset(row for block in blocks for row in block) | below,
        aside=tuple(aside),
        doubted=doubted,
    )


def _standing_alone(columns: Columns) -> tuple[str, str]:
    """Give the words of a column that alone may answer: where doubted, where it never does."""
    alone = columns.alone
    if alone is None:
        return "", ""
    return (
        alone.words if alone.alone is Alone.TOLD else "",
        alone.words if alone.alone is Alone.NEVER else "",
    )


def _ticked(row: ItemRow, options: Sequence[Option]) -> ItemRow:
    """Give an item that is answered by ticking one of the rows of its options."""
    return replace(
        row,
        mark_cells=(),
        option_cells=tuple((number, cell) for number, _, cell in options),
        mark_place=options[0][2] if options else None,
        due_cells=tuple(text for number, text, _ in options if number == PLANNED),
    )


def _ticks_aside(
    grid: Grid, hits: list[ItemHit], columns: Columns, ticks: OptionRows
) -> list[SetAside]:
    """Give the columns of ticks that are called 前回 and the like."""
    return [
        SetAside(
            sheet=grid.place,
            called=called,
            head=_head(columns, column, hits),
            beside=True,
            options=tuple((hit.item_id, ticks.ticks_in(column, hit.row)) for hit in hits),
        )
        for column, called in ticks.dead.items()
    ]


def _answered(grid: Grid, rows: list[ItemRow], number: int) -> list[ItemRow]:
    """Leave out the empty cells of items that are answered in another of several columns.

    An empty cell contradicts nothing, unless nobody knows whose columns they are.
    """
    first = {row.text_cell: row for row in rows if row.table == number}
    filled = [row for row in rows if grid.is_answered(row.answer_cells)]
    given = {row.text_cell for row in filled}
    noted = [
        replace(
            row,
            note_cells=first[row.text_cell].note_cells,
            note_place=first[row.text_cell].note_place,
        )
        for row in filled
    ]
    noted += [row for row in first.values() if row.text_cell not in given]
    return sorted(noted, key=lambda row: (row.table, row.text_cell))


def _head(columns: Columns, column: int, hits: list[ItemHit]) -> CellKey:
    row = columns.header_row
    return (hits[0].row if row is None else row, column)


def _columns_aside(grid: Grid, hits: list[ItemHit], columns: Columns) -> list[SetAside]:
    """Give the columns of a table that do not count, where something stands in them."""
    result: list[SetAside] = []
    for aside in sorted(columns.asides, key=lambda aside: aside.column):
        keys = [(hit.item_id, grid.anchor(hit.row, aside.column)) for hit in hits]
        filled = tuple((item, key) for item, key in keys if grid.is_answered((key,)))
        notes = tuple(key for _, key in filled) if aside.note else ()
        if notes and result:
            result[-1] = replace(result[-1], notes=result[-1].notes + notes)
        elif filled:
            result.append(
                SetAside(
                    sheet=grid.place,
                    called=aside.called,
                    head=_head(columns, aside.column, hits),
                    hidden=aside.hidden,
                    beside=aside.beside,
                    marks=() if aside.note else filled,
                    notes=notes,
                )
            )
    return result + [
        SetAside(
            sheet=grid.place,
            called=" ".join(aside.called.split()),
            head=_head(columns, aside.columns[0][0], hits),
            beside=True,
            options=tuple(
                (hit.item_id, tuple((n, grid.anchor(hit.row, at)) for at, n in aside.columns))
                for hit in hits
            ),
        )
        for aside in columns.options_aside
    ]


def marks_of(grid: Grid, rows: Sequence[ItemRow]) -> tuple[tuple[str, CellKey], ...]:
    """Give the filled check cells of rows with their items."""
    return tuple(
        (row.item_id, key) for row in rows for key in row.answer_cells if grid.is_answered((key,))
    )


def without_answers(row: ItemRow) -> ItemRow:
    """Give a row whose cells are not read."""
    return replace(row, mark_cells=(), option_cells=(), note_cells=(), due_cells=())


def _called(grid: Grid, top: int, column: int | None) -> str:
    """Give the words right above one of several columns that hold answers."""
    texts = [grid.text(grid.anchor(top - up, column or 0)) for up in range(1, min(_ABOVE, top) + 1)]
    return next((tidy(text) for text in texts if text), "")


def _table_found(grid: Grid, hits: list[ItemHit], columns: Columns, called: str = "") -> TableFound:
    return TableFound(
        sheet=grid.sheet.name,
        header_row=columns.header_row,
        text_column=columns.text,
        mark_column=columns.mark if not columns.options else columns.options[0][0],
        note_column=columns.note,
        guessed=columns.guessed,
        items=len(hits),
        called=called,
    )


class _Reader:
    """The item rows of one table, with the cells to read of each."""

    def __init__(
        self,
        grid: Grid,
        index: Index,
        columns: Columns,
        item_rows: set[int],
        header_rows: set[int],
    ) -> None:
        self.grid = grid
        self.index = index
        self.columns = columns
        self.apart = columns.apart
        self.item_rows = item_rows
        self.header_rows = header_rows

    def block(self, hit: ItemHit) -> tuple[int, ...]:
        """Give the rows of an item: its own, and those that carry on its text."""
        if hit.row + 1 in self.item_rows:
            return (hit.row,)  # nearly always
        grid, mark = self.grid, self.columns.mark
        rows = self._merged_rows(hit)
        whole = self.index.whole[hit.item_id]
        skipped = 0
        for row in range(rows[-1] + 1, rows[-1] + 1 + _MAX_BLOCK):
            if row in self.item_rows or row in self.header_rows:
                break
            texts = [
                said
                for column, said in grid.row(row).items()
                if column not in (mark, self.columns.note) and said.key and not said.category
            ]
            if not texts:
                key = grid.anchor(row, mark) if mark is not None else (row, 0)
                if grid.text(key) and key[0] > rows[-1]:
                    if row == rows[-1] + 1 and self._answers_stand_below:
                        rows.append(row)
                    break
                skipped += 1
                if skipped > 2:
                    break
                continue
            if not all(said.key in whole for said in texts):
                break
            alone = hit.fit is Fit.BARE and len(grid.rows[hit.row]) == 1  # an id over its title
            if not alone and len(grid.rows[row]) > 1 and any(said.titled for said in texts):
                break  # a twin of this item with an answer of its own
            rows.append(row)
        return tuple(rows)

    @cached_property
    def _answers_stand_below(self) -> bool:
        """Tell whether every answer of the table stands in the row under its item, none beside."""
        mark = self.columns.mark
        if mark is None:
            return False
        rows = {*self.item_rows, min(self.item_rows) - 1} - self.header_rows
        return not any(self.grid.is_answered((self.grid.anchor(row, mark),)) for row in rows)

    def _due_cells(self, hit: ItemHit, block: tuple[int, ...]) -> tuple[CellKey, ...]:
        """Give the cells in which the month of ② stands apart from it."""
        keys = tuple([self.grid.anchor(hit.row, column) for column in self.columns.dues])
        row, mark = block[-1] + 1, self.columns.mark
        if mark is None or row in self.item_rows or row in self.header_rows:
            return keys
        below = month_below(self.grid, row, mark)
        return keys if below is None else (*keys, below)

    def _merged_rows(self, hit: ItemHit) -> list[int]:
        """Give an item's row and those merged with it, down to the next item."""
        rows = [hit.row]
        for row in range(hit.row + 1, self.grid.bottom((hit.row, hit.column)) + 1):
            if row in self.item_rows:
                break
            rows.append(row)
        return rows

    def item_row(self, hit: ItemHit, block: tuple[int, ...], table: int) -> ItemRow:
        """Give an item's row with the anchors of the cells to read."""
        grid, columns = self.grid, self.columns
        own = grid.anchor(hit.row, hit.column)
        options = tuple(
            [(number, grid.anchor(hit.row, column)) for column, number in columns.options]
        )
        marks = self._cells(columns.mark, block, own) if not options else ()
        alone = not columns.dues and hit.row + 1 in self.item_rows  # nearly always
        dues = () if alone else self._due_cells(hit, block)
        taken = [*marks, *dues, *(key for _, key in options)]
        notes = self._cells(columns.note, block, own)
        notes = tuple([key for key in notes if key not in taken])
        place = marks[0] if marks else options[0][1] if options else None
        texts = self._texts(hit, block)
        return ItemRow(
            item_id=hit.item_id,
            sheet=grid.place,
            table=table,
            text_cell=own,
            matched_by=hit.matched_by,
            title_written=self._title_written(hit, texts),
            mark_place=place,
            mark_cells=marks,
            option_cells=options,
            note_place=notes[0] if notes else None,
            note_cells=notes,
            due_cells=tuple([key for key in dues if key not in marks]) if dues else (),
            hidden=grid.hides and (grid.is_hidden(place or own) or grid.is_hidden(own)),
            added=self._added(hit, texts),
        )

    def _cells(
        self, column: int | None, block: tuple[int, ...], own: CellKey
    ) -> tuple[CellKey, ...]:
        """Give the anchors in a column over a block of rows: the filled ones, else the first."""
        if column is None:
            return ()
        keys = dict.fromkeys([self.grid.anchor(row, column) for row in block])
        keys.pop(own, None)
        if len(keys) < 2:
            return tuple(keys)
        filled = tuple(key for key in keys if not self.grid.at(key).blank)
        return filled or tuple(keys)[:1]

    def _texts(self, hit: ItemHit, block: tuple[int, ...]) -> list[Wording]:
        """Give what stands from the item's id on to its check cell."""
        mark = self.columns.mark
        edge = mark if mark is not None and mark > hit.column else None
        return [
            said
            for row in block
            for column, said in self.grid.row(row).items()
            if column >= hit.column and column not in self.apart and (edge is None or column < edge)
        ]

    def _added(self, hit: ItemHit, texts: list[Wording]) -> str:
        """Give what was typed behind the item's own text."""
        added = [added_text(self.index, hit.item_id, said.text) for said in texts]
        return "\n".join(text for text in added if text)

    def _title_written(self, hit: ItemHit, texts: list[Wording]) -> str:
        """Give the row's text where it differs from the form's title, else nothing."""
        grid = self.grid
        if hit.matched_by is not MatchedBy.ID:
            return tidy(grid.text((hit.row, hit.column)))
        if self.index.title[hit.item_id] in "".join([said.key for said in texts]):
            return ""
        match = texts[0].match if texts else None
        if match is None or (not match.rest and len(texts) == 1):
            return ""
        return tidy("\n".join(said.text for said in texts))

"""Turn the item rows and columns of one sheet into tables with the cells to read."""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.locate.additions import added_text
from pipeline.locate.columns import SURE_HEADERS, Columns, choose_columns
from pipeline.locate.doubts import (
    answer_cells,
    is_alien,
    is_captioned_example,
    is_summary,
    is_unlike,
)
from pipeline.locate.found import Found
from pipeline.locate.grid import Grid
from pipeline.locate.headers import HeaderRow, find_headers
from pipeline.locate.index import EXAMPLE, Index
from pipeline.locate.others import other_rows
from pipeline.locate.rows import find_rows, is_worth_reading
from pipeline.locate.wording import Wording
from pipeline.model import CellKey, MatchedBy, RawSheet, TableFound
from pipeline.model.layout import ItemRow, OtherRow
from pipeline.text import fold, tidy

Segment = tuple[HeaderRow | None, list[Found], int | None]  # header, rows, next table's column

_MAX_BLOCK = 12  # rows one item may take where a PDF was pasted line by line


@dataclass(frozen=True, slots=True)
class SheetFound:
    """What one sheet holds of the checklist. ``answers`` counts check cells with content."""

    place: int
    name: str
    visible: bool
    tables: tuple[TableFound, ...]
    rows: tuple[ItemRow, ...]
    others: tuple[OtherRow, ...]
    found: tuple[Found, ...]
    headed: bool
    surely_headed: bool  # by チェック欄 itself, not by 回答, 状況 and the like
    answers: int
    unlike: int  # of ``answers``, those that look like no answer
    alien: int  # rows with an id beside another question than the item's
    example: bool  # shows how to answer: by its name, or by a caption above the table

    @property
    def items(self) -> frozenset[str]:
        """The ids found on the sheet."""
        return frozenset(row.item_id for row in self.rows)


def read_sheet(sheet: RawSheet, place: int, index: Index) -> SheetFound | None:
    """Find the checklist's tables on one sheet; None where there is no item row."""
    if not is_worth_reading(sheet, index):
        return None
    grid = Grid(sheet, place, index)
    found = find_rows(grid, index)
    if not found:
        return None
    item_rows = {hit.row for hit in found}
    headers = find_headers(grid, index, item_rows)
    header_rows = {header.row for header in headers}
    tables: list[TableFound] = []
    rows: list[ItemRow] = []
    covered = set(item_rows)
    parts = _segments(found, headers)
    segments = _without_examples(grid, parts)
    chosen = [choose_columns(grid, index, *segment) for segment in segments]
    for (_header, hits, _edge), columns in zip(segments, chosen, strict=True):
        reader = _TableReader(grid, index, columns, item_rows, header_rows)
        for hit in hits:
            block = reader.block(hit)
            covered.update(block)
            rows.append(reader.item_row(hit, block, len(tables)))
        tables.append(_table_found(sheet, hits, columns))
        for rival in columns.rivals:
            again = replace(columns, mark=rival, note=None, rivals=())
            reader = _TableReader(grid, index, again, item_rows, header_rows)
            rows.extend(reader.item_row(hit, reader.block(hit), len(tables)) for hit in hits)
            tables.append(_table_found(sheet, hits, again))
    pairs = [(columns, hits) for (_, hits, _), columns in zip(segments, chosen, strict=True)]
    if any(is_summary(grid, columns, hits) for columns, hits in pairs):
        return None
    others = [
        row
        for columns, hits in reversed(pairs)
        for row in reversed(other_rows(grid, index, hits, columns, covered, header_rows))
    ]
    cells = [answer_cells(row) for row in rows]
    return SheetFound(
        place=place,
        name=sheet.name,
        visible=sheet.visible,
        tables=tuple(tables),
        rows=tuple(rows),
        others=_apart_from(rows, others) if others else (),
        found=found,
        headed=bool(headers),
        surely_headed=any(
            rank < SURE_HEADERS for header in headers for rank, _first, _last in header.marks
        ),
        answers=sum([_is_answered(grid, keys) for keys in cells]),
        unlike=sum([is_unlike(grid, keys) for keys in cells]),
        alien=sum(is_alien(grid, index, hit, columns) for columns, hits in pairs for hit in hits),
        example=EXAMPLE.search(fold(sheet.name)) is not None
        or (len(segments) == len(parts) and is_captioned_example(grid, min(item_rows))),
    )


def _table_found(sheet: RawSheet, hits: list[Found], columns: Columns) -> TableFound:
    return TableFound(
        sheet=sheet.name,
        header_row=columns.header_row,
        text_column=columns.text,
        mark_column=columns.mark if not columns.options else columns.options[0][0],
        note_column=columns.note,
        guessed=columns.guessed,
        items=len(hits),
    )


def _apart_from(rows: list[ItemRow], others: list[OtherRow]) -> tuple[OtherRow, ...]:
    """Give the rows that stand for no item, each once, where no item has their cells."""
    used = {key for row in rows for key in (*answer_cells(row), *row.note_cells)}
    left = {
        row.text_cell: row
        for row in others
        if row.mark_cell not in used and row.note_cell not in used
    }
    return tuple(left[key] for key in sorted(left))


def _is_answered(grid: Grid, keys: tuple[CellKey, ...]) -> bool:
    """Tell whether one of an item's check cells holds more than the form printed there."""
    for key in keys:
        said = grid.at(key)
        if not said.blank and not said.legend:
            return True
        decoration = grid.sheet.decorations.get(key)
        if decoration is not None and (decoration.runs or decoration.struck):
            return True
        if any((drawing.row, drawing.column) == key for drawing in grid.sheet.drawings):
            return True
    return False


def _segments(found: tuple[Found, ...], headers: tuple[HeaderRow, ...]) -> list[Segment]:
    """Group item rows by the header above them and, side by side, by band of columns."""
    per_row: dict[int, list[int]] = defaultdict(list)
    for hit in found:
        per_row[hit.row].append(hit.column)
    bands = sorted({col for columns in per_row.values() if len(columns) > 1 for col in columns})
    groups: dict[tuple[int, int], list[Found]] = {}
    header_rows = [header.row for header in headers]
    for hit in found:
        above = bisect_left(header_rows, hit.row) - 1
        band = max((col for col in bands if col <= hit.column), default=-1) if bands else -1
        groups.setdefault((above, band), []).append(hit)
    result: list[Segment] = []
    for (above, band), hits in groups.items():
        edge = min((col for col in bands if col > band), default=1 << 20) if bands else None
        header = headers[above] if above >= 0 else None
        result.extend((header, run, edge) for run in _runs(hits))
    return result


def _runs(hits: list[Found]) -> list[list[Found]]:
    """Part the rows below one header where a second table has no header and other columns."""
    runs = [list(run) for _column, run in groupby(hits, key=lambda hit: hit.column)]
    return runs if len(runs) <= 3 and all(len(run) > 1 for run in runs) else [hits]


def _without_examples(grid: Grid, segments: list[Segment]) -> list[Segment]:
    """Leave out a table under 記入例 where the same items stand in another table of the sheet."""
    if len(segments) < 2:
        return segments
    kept: list[Segment] = []
    for place, segment in enumerate(segments):
        header, hits, _edge = segment
        elsewhere = {
            hit.item_id
            for other, (_header, others, _) in enumerate(segments)
            if other != place
            for hit in others
        }
        shown = header is not None and _is_example(grid, header.row)
        if not (shown and all(hit.item_id in elsewhere for hit in hits)):
            kept.append(segment)
    return kept or segments


def _is_example(grid: Grid, header_row: int) -> bool:
    """Tell whether one of the three rows above a header calls the table an example."""
    return any(
        len(said.text) < 30 and EXAMPLE.search(said.folded)
        for row in range(max(0, header_row - 3), header_row)
        for said in grid.row(row).values()
    )


class _TableReader:
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

    def block(self, hit: Found) -> tuple[int, ...]:
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
                    break
                skipped += 1
                if skipped > 2:
                    break
                continue
            if not all(said.key in whole for said in texts):
                break
            if len(grid.rows[row]) > 1 and any(said.titled for said in texts):
                break  # a twin of this item with an answer of its own
            rows.append(row)
        return tuple(rows)

    def _merged_rows(self, hit: Found) -> list[int]:
        """Give an item's row and those merged with it, down to the next item."""
        rows = [hit.row]
        for row in range(hit.row + 1, self.grid.bottom((hit.row, hit.column)) + 1):
            if row in self.item_rows:
                break
            rows.append(row)
        return rows

    def item_row(self, hit: Found, block: tuple[int, ...], table: int) -> ItemRow:
        """Give an item's row with the anchors of the cells to read."""
        grid, columns = self.grid, self.columns
        own = grid.anchor(hit.row, hit.column)
        options = tuple(
            [(number, grid.anchor(hit.row, column)) for column, number in columns.options]
        )
        marks = self._cells(columns.mark, block, own) if not options else ()
        taken = [*marks, *(key for _, key in options)]
        notes = self._cells(columns.note, block, own)
        notes = tuple([key for key in notes if key not in taken])
        place = marks[0] if marks else options[0][1] if options else None
        return ItemRow(
            item_id=hit.item_id,
            sheet=grid.place,
            table=table,
            text_cell=own,
            matched_by=hit.matched_by,
            title_written=self._title_written(hit, block),
            mark_place=place,
            mark_cells=marks,
            option_cells=options,
            note_place=notes[0] if notes else None,
            note_cells=notes,
            hidden=grid.is_hidden(place or own) or grid.is_hidden(own),
            added=self._added(hit, block),
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

    def _texts(self, hit: Found, block: tuple[int, ...]) -> list[Wording]:
        """Give what stands from the item's id on to its check cell."""
        mark = self.columns.mark
        edge = mark if mark is not None and mark > hit.column else None
        return [
            said
            for row in block
            for column, said in self.grid.row(row).items()
            if column >= hit.column and column not in self.apart and (edge is None or column < edge)
        ]

    def _added(self, hit: Found, block: tuple[int, ...]) -> str:
        """Give what was typed behind the item's own text."""
        texts = self._texts(hit, block)
        added = [added_text(self.index, hit.item_id, said.text) for said in texts]
        return "\n".join(text for text in added if text)

    def _title_written(self, hit: Found, block: tuple[int, ...]) -> str:
        """Give the row's text where it differs from the form's title, else nothing."""
        grid = self.grid
        if hit.matched_by is not MatchedBy.ID:
            return tidy(grid.text((hit.row, hit.column)))
        texts = self._texts(hit, block)
        if self.index.title[hit.item_id] in "".join([said.key for said in texts]):
            return ""
        match = texts[0].match if texts else None
        if match is None or (not match.rest and len(texts) == 1):
            return ""
        return tidy("\n".join(said.text for said in texts))

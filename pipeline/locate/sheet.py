"""What one sheet holds of the checklist: its tables, and which of them count."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.locate.callings import NOTHING, Alone, Calling, Standing
from pipeline.locate.cards import holds_cards, labels_of, read_cards
from pipeline.locate.choice import Choice, Place, choose_places
from pipeline.locate.columns import SURE_HEADERS
from pipeline.locate.foreign_sheets import is_alien, is_captioned_example, is_summary, is_unlike
from pipeline.locate.grid import Grid
from pipeline.locate.headers import HeaderRow, find_headers
from pipeline.locate.index import EXAMPLE, Index
from pipeline.locate.item_hit import ItemHit
from pipeline.locate.rows import find_rows, is_worth_reading
from pipeline.locate.stray_rows import stray_rows
from pipeline.locate.table import Segment, Table, marks_of, read_table
from pipeline.locate.turned import (
    lies_across,
    turned,
    turned_aside,
    turned_key,
    turned_other,
    turned_row,
)
from pipeline.model import CellKey, RawSheet, TableFound, TableShape
from pipeline.model.layout import ItemRow, OtherRow, SetAside
from pipeline.texts.folding import fold

_ABOVE = 8  # rows above a table in which its title stands
DAY = re.compile(r"\d\s*日|\d[./-]\d{1,2}[./-]\d")


@dataclass(frozen=True, slots=True)
class SheetFound:
    """What one sheet holds of the checklist. ``answers`` counts check cells with content."""

    place: int
    name: str
    visible: bool
    calling: Calling
    tables: tuple[TableFound, ...]
    rows: tuple[ItemRow, ...]
    others: tuple[OtherRow, ...]
    found: tuple[ItemHit, ...]
    headed: bool
    surely_headed: bool  # by チェック欄 itself, not by 回答, 状況 and the like
    answers: int
    unlike: int  # of ``answers``, those that look like no answer
    alien: int  # rows with an id beside another question than the item's
    example: bool  # shows how to answer: by its name, or by a caption above the table
    marks: tuple[tuple[str, CellKey], ...]  # the filled check cells with their items
    aside: tuple[SetAside, ...]  # tables and columns that do not count
    doubted: tuple[str, ...]  # names of tables and columns that count although called dead

    @property
    def items(self) -> frozenset[str]:
        """The ids found on the sheet."""
        return frozenset(row.item_id for row in self.rows)


def read_sheet(sheet: RawSheet, place: int, index: Index) -> SheetFound | None:
    """Find the checklist's tables on one sheet; None where there is no item row."""
    if not is_worth_reading(sheet, index):
        return None
    grid = Grid(sheet, place, index)
    if not lies_across(grid):
        return _read_grid(grid, index)
    across = _read_grid(Grid(turned(sheet), place, index), index)
    return across and turned_sheet(across)


def _read_grid(grid: Grid, index: Index) -> SheetFound | None:
    """Find the checklist's tables on a sheet whose items stand below each other."""
    # Long: the order of the steps by which a sheet is read.
    sheet, place = grid.sheet, grid.place
    found = find_rows(grid, index)
    if not found:
        return None
    labels = labels_of(grid, index)
    cards = read_cards(grid, labels, found) if labels else None
    if cards is not None:
        return _of_cards(grid, index, found, *cards)
    item_rows = {hit.row for hit in found}
    headers = find_headers(grid, index, item_rows)
    header_rows = {header.row for header in headers}
    segments = _segments(grid, index, found, headers)
    tables: list[Table] = []
    for segment in segments:
        number = sum(len(table.found) for table in tables)
        tables.append(read_table(grid, index, segment, item_rows, header_rows, number=number))
    if any(is_summary(grid, table.columns, table.hits) for table in tables):
        return None
    titles = [_title(grid, index, segment, item_rows) for segment in segments]
    choice = _chosen(titles, tables)
    kept = [tables[number] for number in choice.read]
    rows, found_tables = _renumbered(kept)
    covered = item_rows.union(*(table.covered for table in tables))
    others = [
        row
        for table in reversed(kept)
        for row in reversed(
            stray_rows(grid, index, table.hits, table.columns, covered, header_rows)
        )
    ]
    aside = [aside for table in kept for aside in table.aside]
    aside += [_unread(grid, titles[number], tables[number]) for number in choice.aside]
    first = min(item_rows) if len(kept) == len(tables) else None
    calling, example = _sheet_calling(grid, index, [titles[each] for each in choice.read], first)
    cells = [row.answer_cells for row in rows]
    answers = sum([grid.is_answered(keys) for keys in cells])
    if not answers and holds_cards(grid, labels):
        return None
    return SheetFound(
        place=place,
        name=sheet.name,
        visible=sheet.visible,
        calling=calling,
        tables=found_tables,
        rows=rows,
        others=_apart_from(rows, others) if others else (),
        found=found,
        headed=bool(headers) or any(table.columns.asides for table in tables),
        surely_headed=any(
            rank < SURE_HEADERS for header in headers for rank, _first, _last in header.marks
        ),
        answers=answers,
        unlike=sum([is_unlike(grid, keys) for keys in cells]),
        alien=sum(
            is_alien(grid, index, hit, table.columns) for table in kept for hit in table.hits
        ),
        example=example,
        marks=marks_of(grid, rows),
        aside=_by_column(aside),
        doubted=tuple(dict.fromkeys(table.doubted for table in kept if table.doubted)),
    )


def turned_sheet(found: SheetFound) -> SheetFound:
    """Give what was found on a sheet that was turned, with the cells as they stand on it."""
    return replace(
        found,
        tables=tuple(replace(table, shape=TableShape.ACROSS) for table in found.tables),
        rows=tuple(map(turned_row, found.rows)),
        others=tuple(map(turned_other, found.others)),
        marks=tuple((item_id, turned_key(key)) for item_id, key in found.marks),
        aside=tuple(map(turned_aside, found.aside)),
    )


def _of_cards(
    grid: Grid,
    index: Index,
    found: tuple[ItemHit, ...],
    rows: tuple[ItemRow, ...],
    table: TableFound,
) -> SheetFound:
    """Give what a sheet holds that has a card for each item."""
    calling, example = _sheet_calling(grid, index, [_Title()], found[0].row)
    cells = [row.answer_cells for row in rows]
    return SheetFound(
        place=grid.place,
        name=grid.sheet.name,
        visible=grid.sheet.visible,
        calling=calling,
        tables=(table,),
        rows=rows,
        others=(),
        found=found,
        headed=True,
        surely_headed=True,
        answers=sum(map(grid.is_answered, cells)),
        unlike=sum([is_unlike(grid, keys) for keys in cells]),
        alien=0,
        example=example,
        marks=marks_of(grid, rows),
        aside=(),
        doubted=(),
    )


@dataclass(frozen=True, slots=True)
class _Title:
    """What the cells above a table call it."""

    calling: Calling = NOTHING
    cell: CellKey | None = None


def _chosen(titles: Sequence[_Title], tables: Sequence[Table]) -> Choice:
    """Choose the tables to read by what stands above them."""
    return choose_places(
        [
            Place(
                rank=title.calling.standing,
                calling=title.calling,
                items=table.items,
                filled=True,
                firm=not title.calling.dead,
            )
            for title, table in zip(titles, tables, strict=True)
        ]
    )


def _unread(grid: Grid, title: _Title, table: Table) -> SetAside:
    return SetAside(
        sheet=grid.place,
        called=title.calling.words,
        head=title.cell,
        marks=marks_of(grid, table.rows),
    )


def _title(grid: Grid, index: Index, segment: Segment, item_rows: set[int]) -> _Title:
    """Give the nearest title above a table that says whose or when its answers are.

    It stands over the items, not over the answers. A day is the one on which a form was filled in.
    """
    header, hits, edge = segment
    top = hits[0].row
    if header is not None and not any(header.row < row < top for row in item_rows):
        top = min(top, header.row)
    before = [row for row in item_rows if row < top]
    left = min(hit.column for hit in hits) if edge is not None else 0
    right = max(hit.column for hit in hits)
    for row in range(top, max([top - _ABOVE, *(each + 1 for each in before)]) - 1, -1):
        if row in item_rows:
            continue
        for column, said in grid.row(row).items():
            if not left <= column <= right or not grid.is_text((row, column)):
                continue
            calling = index.called(said.text)
            if calling.standing is Standing.PLAIN or DAY.search(said.folded):
                continue
            near = row >= top - 3 and calling.standing is Standing.DEAD and calling.span is None
            if calling.telling or near:
                return _Title(calling, (row, column))
    return _Title()


def _sheet_calling(
    grid: Grid, index: Index, titles: Sequence[_Title], first: int | None
) -> tuple[Calling, bool]:
    """Give what a sheet is called by its name or its tables' titles; whether it is an example.

    ``first`` is its first item row, None where a table above was left out as an example.
    """
    name = index.called(grid.sheet.name)
    example = EXAMPLE.search(fold(grid.sheet.name)) is not None
    if name.dead:
        return name, example
    if all(title.calling.dead for title in titles):
        name = replace(titles[0].calling, alone=Alone.COUNTED)
    elif name.standing is Standing.PLAIN:
        told = (title.calling for title in titles if title.calling.standing > Standing.PLAIN)
        name = next(told, name)
    if example or (first is not None and is_captioned_example(grid, first)):
        return Calling(Standing.DEAD, Alone.TOLD, words=grid.sheet.name), True
    return name, False


def _renumbered(tables: Sequence[Table]) -> tuple[tuple[ItemRow, ...], tuple[TableFound, ...]]:
    """Number the tables of a sheet through."""
    rows: list[ItemRow] = []
    found: list[TableFound] = []
    for table in tables:
        moved = len(found) - table.number  # where a table before it was left out
        rows.extend(replace(row, table=row.table + moved) if moved else row for row in table.rows)
        found.extend(table.found)
    return tuple(rows), tuple(found)


def _by_column(places: Sequence[SetAside]) -> tuple[SetAside, ...]:
    """Join what does not count in one column of several tables."""
    joined: dict[int | None, SetAside] = {}
    for each in places:
        column = each.head[1] if each.head is not None else None
        before = joined.get(column)
        joined[column] = (
            each
            if before is None
            else replace(
                before,
                marks=before.marks + each.marks,
                options=before.options + each.options,
                notes=before.notes + each.notes,
            )
        )
    return tuple(joined.values())


def _segments(
    grid: Grid, index: Index, found: tuple[ItemHit, ...], headers: tuple[HeaderRow, ...]
) -> list[Segment]:
    """Group item rows by the header above them and, side by side, by band of columns."""
    per_row: dict[int, list[int]] = defaultdict(list)
    for hit in found:
        per_row[hit.row].append(hit.column)
    bands = sorted({col for columns in per_row.values() if len(columns) > 1 for col in columns})
    groups: dict[tuple[int, int, int], list[ItemHit]] = {}
    header_rows = [header.row for header in headers]
    titles = _title_rows(grid, index, found)
    for hit in found:
        above = bisect_left(header_rows, hit.row) - 1
        band = max((col for col in bands if col <= hit.column), default=-1) if bands else -1
        groups.setdefault((above, band, bisect_left(titles, hit.row)), []).append(hit)
    result: list[Segment] = []
    for (above, band, _title_above), hits in groups.items():
        edge = min((col for col in bands if col > band), default=1 << 20) if bands else None
        header = headers[above] if above >= 0 else None
        result.extend((header, run, edge) for run in _runs(hits))
    return result


def _title_rows(grid: Grid, index: Index, found: tuple[ItemHit, ...]) -> list[int]:
    """Give the rows that call the items below them 前回 or the like, where items stand twice."""
    if len({hit.item_id for hit in found}) == len(found):
        return []
    item_rows = {hit.row for hit in found}
    columns = {hit.column for hit in found}
    first, last = min(item_rows), max(item_rows)
    return [
        row
        for row, cells in grid.rows.items()
        if first < row < last and row not in item_rows
        if any(
            column <= max(columns)
            and grid.is_text((row, column))
            and index.called(said.text).telling
            for column, said in cells.items()
        )
    ]


def _runs(hits: list[ItemHit]) -> list[list[ItemHit]]:
    """Part the rows below one header where a second table has no header and other columns."""
    runs = [list(run) for _column, run in groupby(hits, key=lambda hit: hit.column)]
    return runs if len(runs) <= 3 and all(len(run) > 1 for run in runs) else [hits]


def _apart_from(rows: Sequence[ItemRow], others: list[OtherRow]) -> tuple[OtherRow, ...]:
    """Give the rows that stand for no item, each once, where no item has their cells."""
    used = {key for row in rows for key in (*row.answer_cells, *row.note_cells, *row.due_cells)}
    left = {
        row.text_cell: row
        for row in others
        if row.mark_cell not in used and row.note_cell not in used
    }
    return tuple(left[key] for key in sorted(left))

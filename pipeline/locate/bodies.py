"""The columns of several bodies on one sheet: 甲市, 乙市 and 丙町 side by side."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from pipeline.locate.grid import Grid
from pipeline.locate.head_words import HeaderKind
from pipeline.locate.index import Index
from pipeline.locate.rows import find_rows
from pipeline.locate.turned import lies_across, turned, turned_key
from pipeline.model import CellKey, CellKind, RawCell, RawSheet

_LONGEST = 40  # letters of a head that names a body
_ABOVE = 8  # rows above the first item in which the names stand

NameBody = Callable[[str], str]  # the body that a text names, empty for none
_Heads = Mapping[int, tuple[str, str]]  # column -> (body, its name as written)


@dataclass(frozen=True, slots=True)
class BodyOnSheet:
    """A body with its columns of a sheet: the sheet as if no other body stood on it.

    ``body`` is what the name was found to mean, ``name`` the name as written at ``head``.
    """

    body: str
    name: str
    head: CellKey
    sheet: RawSheet


def bodies_on(
    sheet: RawSheet, place: int, index: Index, body_of: NameBody
) -> tuple[BodyOnSheet, ...]:
    """Give the bodies that have columns (or, where items stand across, rows) of their own."""
    if not sheet.visible or not _may_name_several(sheet, index, body_of):
        return ()
    grid = Grid(sheet, place, index)
    if not lies_across(grid):
        return tuple(_found(grid, index, body_of))
    across = Grid(turned(sheet), place, index)
    return tuple(
        replace(each, head=turned_key(each.head), sheet=turned(each.sheet))
        for each in _found(across, index, body_of)
    )


def named(text: str, index: Index, body_of: NameBody) -> tuple[str, str]:
    """Give the body that a head names and its name as written: チェック欄（甲市）, 甲市の回答."""
    names = _names(text, index)
    if not names:
        return "", ""  # nearly every cell
    return next(((body, name) for name in names if (body := body_of(name))), ("", ""))


@lru_cache(maxsize=8192)  # the heads and labels of a form stand in every copy of it
def _names(text: str, index: Index) -> tuple[str, ...]:
    """Give what a head says that may be the name of a body."""
    if not 1 < len(text) <= _LONGEST:
        return ()
    calling = index.called(text)
    if calling.dead or not calling.unknown:
        return ()
    whole = text.strip()
    nouns = index.checklist.mark_headers
    noun = max((noun for noun in nouns if whole.endswith(noun)), key=len, default="")
    before = whole.removesuffix(noun).rstrip("の（( 　")
    return tuple(
        name
        for name in dict.fromkeys((before, whole, calling.unknown))
        if name and index.wording(name).header is None and index.noun(name) is None
    )


def _may_name_several(sheet: RawSheet, index: Index, body_of: NameBody) -> bool:
    """Tell cheaply whether one row above the items, or one column before them, names two bodies."""
    first = next(
        (
            key
            for key, cell in sheet.cells.items()
            if (said := index.wording(cell.text)).begins and said.match is not None
        ),
        None,
    )
    if first is None:
        return False
    found: dict[tuple[str, int], str] = {}
    for key, cell in sheet.cells.items():
        above = key[0] < first[0]
        if (not above and key[1] >= first[1]) or cell.kind is not CellKind.TEXT:
            continue
        body, _ = named(cell.text, index, body_of)
        line = ("row", key[0]) if above else ("column", key[1])
        if body and found.setdefault(line, body) != body:
            return True
    return False


def _found(grid: Grid, index: Index, body_of: NameBody) -> Iterator[BodyOnSheet]:
    items = find_rows(grid, index)
    first = min((hit.row for hit in items), default=0)
    text = max((hit.column for hit in items), default=0)
    for row in range(first - 1, max(-1, first - _ABOVE), -1):
        heads: dict[int, tuple[str, str]] = {}
        for column, said in grid.row(row).items():
            body, name = named(said.text, index, body_of) if column > text else ("", "")
            if body and _may_answer(grid, index, row, first, column):
                heads[column] = (body, name)
        if len({body for body, _ in heads.values()}) > 1:
            yield from _parted(grid, index, row, first, heads)
            return


def _may_answer(grid: Grid, index: Index, row: int, first: int, column: int) -> bool:
    """Tell whether no head below a name asks for anything but answers in its column."""
    said = [grid.at(grid.anchor(below, column)) for below in range(row + 1, first)]
    heads = [each for each in said if each.header is not None]
    return not heads or any(index.asks_for_answers(each.text) for each in heads)


def _parted(grid: Grid, index: Index, row: int, first: int, heads: _Heads) -> Iterator[BodyOnSheet]:
    """Give the sheet of each body, where nothing else beside them is answered."""
    spans = _spans(grid, row, heads)
    taken = {column for columns in spans.values() for column in columns}
    own = {
        column
        for at in range(max(0, row - 1), first)
        for column, said in grid.row(at).items()
        if column not in taken and said.header is not None and said.header.kind is HeaderKind.MARK
        for column in range(column, grid.right((at, column)) + 1)
    } - taken
    cells = [(key, said) for key, said in grid.words.items() if key[0] >= first]
    if any(key[1] in own and grid.is_answered((key,)) for key, _ in cells):
        return
    if not any(key[1] in taken and said.mark_like for key, said in cells):
        return
    by_body: dict[str, list[int]] = {}
    for column, (body, _) in heads.items():
        by_body.setdefault(body, []).append(column)
    for body, columns in by_body.items():
        kept = {each for column in columns for each in spans[column]}
        yield BodyOnSheet(
            body=body,
            name=heads[columns[0]][1],
            head=(row, columns[0]),
            sheet=_without(grid, index, (taken | own) - kept, row, first, columns),
        )


def _spans(grid: Grid, row: int, heads: _Heads) -> dict[int, range]:
    """Give the columns of each name: those it is merged over, or up to the next head."""
    ends = sorted(grid.row(row))
    spans: dict[int, range] = {}
    widest = 1
    for column in sorted(heads):
        right = grid.right((row, column))
        after = next((each for each in ends if each > column), column + widest)
        spans[column] = range(column, max(right + 1, min(after, right + 1 + 8)))
        if right > column:
            spans[column] = range(column, right + 1)
        widest = max(widest, len(spans[column]))
    return spans


def _without(
    grid: Grid, index: Index, columns: set[int], row: int, first: int, names: list[int]
) -> RawSheet:
    """Give a sheet without some columns, the names over the others as heads of answers."""
    sheet = grid.sheet
    cells = {key: cell for key, cell in sheet.cells.items() if key[1] not in columns}
    headed = any(
        said.header is not None and said.header.kind is HeaderKind.MARK
        for at in range(row, first)
        for column, said in grid.row(at).items()
        if column not in columns and (at > row or column in names)
    )
    if not headed:
        cells[row, names[0]] = RawCell(kind=CellKind.TEXT, text=index.checklist.mark_headers[0])
    return replace(
        sheet,
        cells=cells,
        merged=tuple(
            area
            for area in sheet.merged
            if not columns.issuperset(range(area.left, area.right + 1))
        ),
        drawings=tuple(each for each in sheet.drawings if each.column not in columns),
        comments={key: each for key, each in sheet.comments.items() if key[1] not in columns},
        decorations={key: each for key, each in sheet.decorations.items() if key[1] not in columns},
    )

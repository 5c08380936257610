"""Find the rows that head tables, and what each header cell says of its column."""

import re
from dataclasses import dataclass

from pipeline.locate.grid import Grid
from pipeline.locate.head_words import HeaderKind
from pipeline.locate.index import Index

_MONTH = re.compile(r"[年月日期]")


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """A row that heads a table: (rank, first column, last column) of its marks and notes.

    ``options`` are (column, number), each number once or, for 前回 and 今回, as often as others.
    """

    row: int
    marks: tuple[tuple[int, int, int], ...]
    notes: tuple[tuple[int, int, int], ...]
    others: frozenset[int]
    options: tuple[tuple[int, int], ...] = ()


def find_headers(grid: Grid, index: Index, item_rows: set[int]) -> tuple[HeaderRow, ...]:
    """Give the rows that head tables, top down."""
    single: dict[int, HeaderRow] = {}
    for row in grid.rows:
        if row in item_rows:
            continue
        header = _read_header(grid, index, row)
        if header is not None:
            single[row] = header
    result = []
    for row, header in single.items():
        if not header.marks and not header.options:
            continue
        near = [single[each] for each in range(row - 2, row + 3) if each in single]
        options = header.options
        if not options:
            options = next((each.options for each in near if each.options and each.row > row), ())
        marks = header.marks or tuple(mark for each in near for mark in each.marks)
        notes = header.notes or tuple(note for each in near for note in each.notes)
        others = frozenset(column for each in near for column in each.others)
        result.append(HeaderRow(row=row, marks=marks, notes=notes, others=others, options=options))
    return tuple(result)


def _asks_for_month(grid: Grid, row: int, column: int) -> bool:
    said = grid.at((row, column))
    due = said.header is not None and said.header.kind is HeaderKind.DUE
    return due and _MONTH.search(said.key) is not None


def _is_whole(options: list[tuple[int, int]], every: list[int]) -> bool:
    numbers = [number for _, number in options]
    return sorted(numbers) == sorted(every * (len(numbers) // len(every)))


def _read_header(grid: Grid, index: Index, row: int) -> HeaderRow | None:
    marks: list[tuple[int, int, int]] = []
    notes: list[tuple[int, int, int]] = []
    others: set[int] = set()
    options: list[tuple[int, int]] = []
    for column, said in grid.rows[row].items():
        header = said.header
        if said.option is not None and (header is None or header.kind is not HeaderKind.OTHER):
            options.append((column, said.option))
        if header is None:
            continue
        right = grid.right((row, column))
        if header.kind in (HeaderKind.OTHER, HeaderKind.DUE):
            others.update(range(column, right + 1))
            continue
        span = (header.rank, column, right)
        (marks if header.kind is HeaderKind.MARK else notes).append(span)
    every = [option.number for option in index.checklist.options]
    if not _is_whole(options, every):  # 対応予定, 予定月
        options = [each for each in options if not _asks_for_month(grid, row, each[0])]
    if not _is_whole(options, every):
        options = []
    others -= {column for column, _ in options}  # 予定月 may be the head of ②
    if not marks and not notes and not options:
        return None
    return HeaderRow(
        row=row,
        marks=tuple(sorted(marks)),
        notes=tuple(sorted(notes)),
        others=frozenset(others),
        options=tuple(sorted(options)),
    )

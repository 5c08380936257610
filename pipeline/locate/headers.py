"""Find the rows that head tables, and what each header cell says of its column."""

import re
from dataclasses import dataclass

from pipeline.locate.grid import Grid
from pipeline.locate.index import HeaderKind, Index
from pipeline.text import fold

# Words of a column that is not this month's answer although its header says チェック欄.
_ASIDE = re.compile(r"前回|前月|先月|前年|昨年|過去|記入例|回答例|記載例|サンプル|事務局|確認者")


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """A row that heads a table: (rank, first column, last column) of its marks and notes."""

    row: int
    marks: tuple[tuple[int, int, int], ...]
    notes: tuple[tuple[int, int, int], ...]
    others: frozenset[int]
    options: tuple[tuple[int, int], ...] = ()


def find_headers(grid: Grid, index: Index, item_rows: set[int]) -> tuple[HeaderRow, ...]:
    """Give the rows that head tables, top down."""
    single: dict[int, HeaderRow] = {}
    for row, columns in grid.rows.items():
        if row in item_rows:
            continue
        header = _read_header(grid, index, row, columns)
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


def _read_header(grid: Grid, index: Index, row: int, columns: list[int]) -> HeaderRow | None:
    marks: list[tuple[int, int, int]] = []
    notes: list[tuple[int, int, int]] = []
    others: set[int] = set()
    options: list[tuple[int, int]] = []
    for column in columns:
        text = grid.text((row, column))
        number = index.option(text)
        if number is not None:
            options.append((column, number))
        header = index.header(text)
        if header is None:
            continue
        area = grid.area((row, column))
        span = (header.rank, column, area.right)
        if header.kind is HeaderKind.OTHER:
            others.update(range(column, area.right + 1))
        elif header.kind is HeaderKind.MARK:
            aside = _ASIDE.search(fold(text)) or _aside_above(grid, row, column)
            marks.append((span[0] + (100 if aside else 0), span[1], span[2]))
        else:
            aside = _ASIDE.search(fold(text)) or _aside_above(grid, row, column)
            notes.append((span[0] + (100 if aside else 0), span[1], span[2]))
    numbers = [number for _, number in options]
    whole = sorted(numbers) == [option.number for option in index.checklist.options]
    if not whole:
        options = []
    if not marks and not notes and not options:
        return None
    return HeaderRow(
        row=row,
        marks=tuple(sorted(marks)),
        notes=tuple(sorted(notes)),
        others=frozenset(others),
        options=tuple(sorted(options)),
    )


def _aside_above(grid: Grid, row: int, column: int) -> bool:
    """Tell whether a header of two lines puts a column under 前回 or the like."""
    for above in (row - 1, row - 2):
        if above < 0:
            break
        key = grid.anchor(above, column)
        text = grid.text(key)
        if text:
            return len(text) < 30 and _ASIDE.search(fold(text)) is not None
    return False

"""Columns of which each stands for one option: which set is ticked, and which is not meant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.locate.grid import Grid
from pipeline.locate.guess import YES, as_sent
from pipeline.locate.head_words import HeaderKind
from pipeline.locate.headers import HeaderRow
from pipeline.locate.index import Index
from pipeline.locate.item_hit import ItemHit
from pipeline.texts.folding import circled

_EMPTY_MARKS = frozenset({"", "-", "ー", "―", "－", "‐", "□", "☐", "・", "/", "×", "✕", "false"})
_OVER = 2  # rows above option heads in which words stand over all of them
PLANNED = 2  # the option that asks for a month
_MONTH = re.compile(r"\d\s*月|^(?:20\d\d|[rh令]\S?\d|\d{1,2}[./]\d|年度|未定)")
Options = tuple[tuple[int, int], ...]  # (column, number)


@dataclass(frozen=True, slots=True)
class OptionsAside:
    """A set of option columns, (column, number), that does not answer, and what it is called."""

    columns: Options
    called: str


def option_columns(grid: Grid, index: Index, header: HeaderRow, rows: list[ItemHit]) -> Options:
    """Accept option headers only where the rows below are ticked and not numbered.

    A check column that stands apart from them and is filled in has the answers.
    """
    options = _live_options(grid, index, header)
    if not options:
        return ()
    first, last = options[0][0], options[-1][0]
    apart = [
        column
        for _, left, right in header.marks
        for column in range(left, right + 1)
        if not first <= column <= last
    ]
    if any(first <= found.column <= last for found in rows) or not all(
        as_sent(grid, rows, column) for column in apart
    ):
        return ()
    lines = [
        [
            (number, text)
            for column, number in options
            if (text := grid.at((found.row, column)).folded) not in _EMPTY_MARKS
        ]
        for found in rows
    ]
    alone = all(len(line) <= 1 for line in lines)
    fitting = [_fits_option(*each, alone=alone) for line in lines for each in line]
    if not fitting:
        drawn = {(drawing.row, drawing.column) for drawing in grid.sheet.drawings}
        over = any((found.row, column) in drawn for found in rows for column, _ in options)
        return options if over or not header.marks else ()
    return options if sum(fitting) * 2 >= len(fitting) else ()


def _live_options(grid: Grid, index: Index, header: HeaderRow) -> Options:
    """Give the option columns that no words over them call somebody else's or another time's.

    Nothing where several such groups are left, since one of them asks something else.
    """
    live = [group for group, called in _option_groups(grid, index, header) if not called]
    return live[0] if len(live) == 1 else ()


def _option_groups(grid: Grid, index: Index, header: HeaderRow) -> list[tuple[Options, str]]:
    """Give the sets of option columns with the words over them that say they do not answer."""
    size = len(index.checklist.options)
    starts = range(0, len(header.options), size)
    groups = [header.options[start : start + size] for start in starts]
    return [
        (group, next(_words_against(grid, index, header, group), ""))
        for group in groups
        if len({number for _, number in group}) == size
    ]


def _words_against(grid: Grid, index: Index, header: HeaderRow, group: Options) -> Iterator[str]:
    for column, _ in group:
        for row in range(max(0, header.row - _OVER), header.row + 1):
            text = grid.text(grid.anchor(row, column))
            if text and (index.called(text).dead or _asks_otherwise(index, text)):
                yield text


def _asks_otherwise(index: Index, text: str) -> bool:
    said = index.wording(text)
    header = said.short_header
    return said.option is None and header is not None and header.kind is HeaderKind.OTHER


def _fits_option(number: int, text: str, *, alone: bool) -> bool:
    """Tell what stands in an option's own column: a tick, or alone in its row a number or month."""
    if text[0] in YES or text == "true":
        return True
    own = text in ("1", str(number), circled(number))
    return alone and (own or (number == PLANNED and _MONTH.search(text) is not None))


def options_aside(
    grid: Grid, index: Index, header: HeaderRow, rows: list[ItemHit], columns: Options
) -> tuple[OptionsAside, ...]:
    """Give the sets of option columns that are ticked and do not answer: last time's, another's."""
    taken = {column for column, _ in columns}
    return tuple(
        OptionsAside(group, called)
        for group, called in _option_groups(grid, index, header)
        if taken.isdisjoint(column for column, _ in group)
        and any(
            grid.at((found.row, column)).folded not in _EMPTY_MARKS
            for found in rows
            for column, _ in group
        )
        and (called or columns)
    )

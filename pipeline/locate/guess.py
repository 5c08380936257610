"""Tell columns by what they hold, where no header says it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.locate.grid import Grid
from pipeline.locate.head_words import Header, HeaderKind
from pipeline.locate.headers import HeaderRow
from pipeline.locate.index import Index
from pipeline.locate.item_hit import ItemHit
from pipeline.locate.letters import loose
from pipeline.model import CellKey
from pipeline.texts.folding import TICKS, fold

_ID_SHAPE = re.compile(r"[\u2460-\u2473\d]\s*[-.]\s*\d{1,2}\s*$")  # ①-3 is no answer ①
_NUMBER_HEAD = re.compile(r"(番号|no)(欄|\W|[\u2460-\u2473]|\d|$)")
YES = TICKS | set("☒vx")


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a table's columns may be: not in the items' own one, in no table beside it, not out."""

    text: int
    edge: int | None = None  # where the table beside it begins
    out: frozenset[int] = frozenset()

    def __contains__(self, column: int) -> bool:
        """Tell whether a column may be the check or note column."""
        inside = self.edge is None or self.text < column < self.edge
        return inside and column != self.text and column not in self.out


def mark_score(grid: Grid, rows: list[ItemHit], column: int) -> tuple[int, int]:
    """Count (mark-like cells, other cells) of a column over the item rows."""
    written = [said for found in rows if (said := grid.at(grid.anchor(found.row, column))).text]
    numbers = [said.text for said in written if said.mark_like or said.legend]
    hits, misses = len(numbers), len(written) - len(numbers)
    if column >= rows[0].column:
        return hits, misses
    numbered = sum(_ID_SHAPE.match(loose(text)) is not None for text in numbers)
    if _is_running(numbers) or numbered * 2 > len(numbers):
        return 0, misses + hits
    return hits, misses


def _is_running(texts: list[str]) -> bool:
    """Tell whether texts are a running number: 1, 2, 3."""
    digits = [fold(text) for text in texts]
    return len(digits) > 2 and digits == [str(n + 1) for n in range(len(digits))]


def is_running(grid: Grid, rows: list[ItemHit], column: int) -> bool:
    """Tell whether a column numbers the rows."""
    said = [grid.at(grid.anchor(found.row, column)) for found in rows]
    return _is_running([each.text for each in said if each.text])


def as_sent(grid: Grid, rows: list[ItemHit], column: int) -> bool:
    """Tell whether a check column holds nothing but what the form prints there."""
    return not any(grid.is_answered((grid.anchor(found.row, column),)) for found in rows)


def guess_mark(
    grid: Grid,
    index: Index,
    rows: list[ItemHit],
    reach: Reach,
    header: HeaderRow | None,
) -> tuple[int | None, tuple[int, ...]]:
    """Guess the mark column: where the official layout has it, else where marks stand.

    Also gives the columns that hold marks as well.
    """
    # Long: one choice among the same candidates by the same scores.
    right = max(grid.right((found.row, found.column)) for found in rows)
    official = max(text_edge(grid, index, found) for found in rows)
    official = max(official, right)
    used = {column for found in rows for column in grid.row(found.row)}
    top = min(found.row for found in rows)
    apart: set[int] = set()
    if header is None or all(span[1] != reach.text for span in header.marks):  # else moved sideways
        apart.update(span[1] for span in (header.notes if header else ()))
        apart.update(
            column
            for column in used | {official + 1}
            if is_named_otherwise(grid, top, column)
            and not (column > right and _numbers_marks(grid, rows, column, top))
        )
    candidates = [
        column
        for column in sorted(used | {official + 1})
        if column not in apart and column in reach
    ]
    scores = {column: mark_score(grid, rows, column) for column in candidates}
    best = max(
        candidates,
        key=lambda column: (scores[column][0] - scores[column][1], column == official + 1, -column),
        default=None,
    )
    expected = scores.get(official + 1, (0, 0))
    if best is None or scores[best][0] <= scores[best][1]:
        plain = official + 1 in candidates and (expected[1] == 0 or expected[0] >= expected[1])
        return (official + 1 if plain else best), ()
    rivals = [
        column
        for column in candidates
        if scores[column][0] > scores[column][1]
        and scores[column][0] * 2 >= scores[best][0]
        and column not in grid.sheet.hidden_columns
    ]
    if best not in rivals:
        return best, ()
    return best, tuple(column for column in rivals if column != best)


def keys_above(grid: Grid, top: int, column: int) -> Iterator[CellKey]:
    """Give the cells above a table's first row in one column, the nearest first."""
    for row in range(top - 1, max(0, top - 6) - 1, -1):
        yield grid.anchor(row, column)


def above(grid: Grid, top: int, column: int) -> str:
    """Give the nearest short texts above a table's first row in one column."""
    keys = dict.fromkeys(grid.anchor(row, column) for row in range(max(0, top - 6), top))
    return " ".join([text for key in keys if 0 < len(text := grid.text(key)) < 40][-2:])


def is_named_otherwise(grid: Grid, top: int, column: int) -> bool:
    """Tell whether a column stands under a header that rules out answers: 補足, 担当, 重要度."""
    header = _header_above(grid, top, column)
    return header is not None and header.kind is not HeaderKind.MARK


def _numbers_marks(grid: Grid, rows: list[ItemHit], column: int, top: int) -> bool:
    """Tell whether a column headed 番号 or No. behind the items holds their answers' numbers."""
    if not _NUMBER_HEAD.match(loose(above(grid, top, column))):
        return False
    written = [said for found in rows if (said := grid.at(grid.anchor(found.row, column))).text]
    numbered = [said.text for said in written if said.mark_like]
    return len(numbered) * 2 > len(written) and not _is_running([said.text for said in written])


def _header_above(grid: Grid, top: int, column: int) -> Header | None:
    """Give what the nearest header cell above a table's first row says of a column."""
    for key in keys_above(grid, top, column):
        said = grid.at(key)
        header = said.header if 0 < len(said.text) < 40 else None
        if header is not None:
            return header
    return None


def tick_columns(
    grid: Grid,
    index: Index,
    rows: list[ItemHit],
    reach: Reach,
) -> tuple[int, ...]:
    """Give the columns right of the items that hold one tick each and nothing else."""
    top = min(found.row for found in rows)
    used = {column for found in rows for column in grid.row(found.row) if column > reach.text}
    ticks: dict[str, list[int]] = {}
    for column in sorted(used):
        written = {grid.at((found.row, column)).folded for found in rows} - {""}
        if column in reach and len(written) == 1 and not is_named_otherwise(grid, top, column):
            (tick,) = written
            if tick[0] in YES and len(tick) == 1:
                ticks.setdefault(tick, []).append(column)
    for columns in ticks.values():
        if len(columns) == len(index.checklist.options):
            return ticked_apart(grid, rows, tuple(columns))
    return ()


def ticked_apart(grid: Grid, rows: list[ItemHit], columns: tuple[int, ...]) -> tuple[int, ...]:
    """Give columns that together are one question: each ticked in one way, never two in a row."""
    if len(columns) < 2:
        return ()
    texts = [[grid.at((found.row, column)).folded for column in columns] for found in rows]
    if any(sum(bool(text) for text in line) > 1 for line in texts):
        return ()
    written = {text for line in texts for text in line if text}
    return tuple(sorted(columns)) if len(written) == 1 else ()


def captioned_note(
    grid: Grid,
    rows: list[ItemHit],
    reach: Reach,
) -> int | None:
    """Give the first column right of the items under a note header of its own."""
    top = min(found.row for found in rows)
    used = sorted({column for found in rows for column in grid.row(found.row)})
    for column in used:
        if column > reach.text and column in reach:
            header = _header_above(grid, top, column)
            if header is not None and header.kind is HeaderKind.NOTE:
                return column
    return None


def text_edge(grid: Grid, index: Index, found: ItemHit) -> int:
    """Give the last column that holds an item's own text (id, title, description)."""
    last = found.column
    whole = index.whole[found.item_id]
    for column, said in grid.row(found.row).items():
        if column > found.column and len(said.key) >= 4 and said.key[:20] in whole:
            last = max(last, grid.right((found.row, column)))
    return last


def guess_note(grid: Grid, rows: list[ItemHit], mark: int, text: int) -> int | None:
    """Give the column behind the marks as that of notes, unless marks stand in it, too."""
    beyond = mark + 1
    if beyond == text:
        return None
    hits, misses = mark_score(grid, rows, beyond)
    return beyond if misses >= hits else None

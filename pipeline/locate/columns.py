"""Choose the columns of a table: by its header, by the official layout, by what they hold."""

from collections import Counter
from dataclasses import dataclass, replace

from pipeline.locate.callings import Calling, Standing
from pipeline.locate.grid import Grid
from pipeline.locate.guess import (
    Reach,
    above,
    as_sent,
    captioned_note,
    guess_mark,
    guess_note,
    is_running,
    keys_above,
    mark_score,
    tick_columns,
    ticked_apart,
)
from pipeline.locate.headers import HeaderRow
from pipeline.locate.heads import Aside, Settled, settle_heads
from pipeline.locate.index import Index
from pipeline.locate.item_hit import ItemHit
from pipeline.locate.months import month_columns, without_columns
from pipeline.locate.option_columns import OptionsAside, option_columns, options_aside

_STRONG_HEADERS = 5  # チェック欄, 回答欄 and the like; other columns are called what comes after
SURE_HEADERS = 3  # the first names of mark_headers mean the check column whatever it holds


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one table. ``options`` are (column, number) where each option has its own.

    The number is 0 where a column is ticked and nothing says which option it stands for.
    ``asides`` do not answer; ``alone`` is what the check column is called where it is one of
    those and has no rival. ``differing``: an empty cell of one rival contradicts the others.
    """

    header_row: int | None
    text: int
    mark: int | None
    note: int | None
    guessed: bool
    options: tuple[tuple[int, int], ...] = ()
    others: frozenset[int] = frozenset()
    rivals: tuple[int, ...] = ()  # further check columns that nothing tells from ``mark``
    asides: tuple[Aside, ...] = ()
    alone: Calling | None = None
    differing: bool = False
    dues: tuple[int, ...] = ()  # the columns of the month of ②
    options_aside: tuple[OptionsAside, ...] = ()

    @property
    def asked(self) -> set[int | None]:
        """The columns of check cells, one or one for each option."""
        return {self.mark, *(column for column, _ in self.options)}

    @property
    def apart(self) -> set[int | None]:
        """The columns that hold no part of an item's own text."""
        return {*self.asked, self.note, *self.others, *self.dues}


def choose_columns(
    grid: Grid, index: Index, header: HeaderRow | None, rows: list[ItemHit], edge: int | None
) -> Columns:
    """Choose the columns of one table of item rows. ``edge`` is where the next table begins.

    What the columns are called comes first; only among those left it counts what they hold.
    """
    text = Counter(found.column for found in rows).most_common(1)[0][0]
    inside = _inside(header, text, edge) if header is not None else None
    settled = settle_heads(grid, index, inside, rows, edge)
    columns = None
    if settled.header is not None:
        columns = _headed(grid, index, settled, settled.header, rows, text)
    if columns is None:
        columns = _guessed(grid, index, settled, rows, text, edge)
    asides = settled.asides
    if header is not None and columns.mark is not None and as_sent(grid, rows, columns.mark):
        asides += _unread(grid, header, rows, columns, settled)
    return replace(
        columns,
        guessed=columns.guessed or header is None,
        asides=asides,
        options_aside=()
        if header is None
        else options_aside(grid, index, header, rows, columns.options),
        alone=settled.alone or _called_dead(grid, index, rows, columns),
        differing=settled.apart,
        dues=columns.dues or tuple(each for each in settled.dues if each not in columns.asked),
    )


def _called_dead(grid: Grid, index: Index, rows: list[ItemHit], columns: Columns) -> Calling | None:
    """Give what a column taken for want of a headed one is called, where it is last year's."""
    if not columns.guessed or columns.mark is None or columns.rivals:
        return None
    top = min(found.row for found in rows)
    head = next((key for key in keys_above(grid, top, columns.mark) if grid.text(key)), None)
    if head is None or head[1] <= columns.text:  # a title over the whole table
        return None
    calling = index.called(" ".join(grid.text(head).split()))
    return calling if calling.standing is Standing.DEAD else None


def _unread(
    grid: Grid, header: HeaderRow, rows: list[ItemHit], columns: Columns, settled: Settled
) -> tuple[Aside, ...]:
    """Give the columns that hold answers beside an empty check column and may not stand for it."""
    known = {*columns.asked, columns.note, *columns.dues, *columns.rivals}
    top = min(found.row for found in rows)
    return tuple(
        Aside(column, " ".join(above(grid, top, column).split()), beside=True)
        for column in _answered_beside(grid, settled, header, rows, {*filter(None, known)})
        if column > columns.text
        and not all(grid.at((found.row, column)).key.isdecimal() for found in rows)  # a count
    )


def _guessed(
    grid: Grid, index: Index, settled: Settled, rows: list[ItemHit], text: int, edge: int | None
) -> Columns:
    """Take the columns from where the official layout has them, or from what they hold."""
    header, out = settled.header, settled.out
    reach = Reach(text, edge, out)
    mark, rivals = guess_mark(grid, index, rows, reach, header)
    headed_note = captioned_note(grid, rows, reach)
    others = (header.others if header else frozenset[int]()) | out
    first = header.row if header else None
    ticked = ticked_apart(grid, rows, (mark, *rivals)) if mark is not None else ()
    ticked = ticked or tick_columns(grid, index, rows, reach)
    if ticked:
        note = headed_note or guess_note(grid, rows, max(ticked), text)
        options = tuple((column, 0) for column in ticked)
        return Columns(first, text, mark, note, True, options, others)
    note = None
    if header is not None and any(span[1] != mark for span in header.notes):
        note = _pick(grid, tuple(span for span in header.notes if span[1] != mark), rows)
    elif headed_note is not None and headed_note != mark:
        note = headed_note
    elif mark is not None:
        note = guess_note(grid, rows, max(mark, *rivals) if rivals else mark, text)
    note = None if note in out else note
    return Columns(first, text, mark, note, True, (), others, rivals)


def _headed(
    grid: Grid, index: Index, settled: Settled, header: HeaderRow, rows: list[ItemHit], text: int
) -> Columns | None:
    """Take the columns from the header; None where it cannot be the header of these rows."""
    options = option_columns(grid, index, header, rows)
    dues = () if options else settled.dues or month_columns(grid, header, rows)
    header = without_columns(header, dues)
    mark = _pick(grid, header.marks, rows)
    if mark is None and not options:
        return None
    rivals: tuple[int, ...] = ()
    if not options and mark is not None:
        mark, rivals = _among_rivals(grid, index, settled, header, mark, rows)
    if not options and mark is not None and not _is_plausible(grid, header, mark, rows):
        better, _ = guess_mark(grid, index, rows, Reach(text, out=settled.out), header)
        if better is not None and better != mark and mark_score(grid, rows, better)[0]:
            return None
    note = _pick(grid, header.notes, rows)
    if note is None:
        beside = (mark, *rivals, *(each for each in dues if each - 1 == mark))
        last = max((column for column in beside if column is not None), default=None)
        note = _unheaded_note(grid, header, rows, last)
    return Columns(header.row, text, mark, note, False, options, header.others, rivals, dues=dues)


def _among_rivals(
    grid: Grid, index: Index, settled: Settled, header: HeaderRow, mark: int, rows: list[ItemHit]
) -> tuple[int, tuple[int, ...]]:
    """Give the check column meant, and those that hold answers and may as well be meant.

    Headers are rivals only within one class: チェック欄 and 回答欄, or the weaker 状況, 評価. A
    tick in every row of チェック beside numbers under 回答 says that the row was looked at.
    """
    # Long: ranks, marks and likeness of the same columns decide together which one is meant.
    if any(found.column == mark for found in rows):
        return mark, ()  # the rows of another table, moved sideways
    ranks = {
        column: span[0]
        for span in sorted(header.marks, reverse=True)
        for column in range(span[1], min(span[2], span[1] + 8) + 1)
    }
    ranks.update(
        (mark + step, ranks[mark])
        for step in (1, 2)
        if mark + step not in ranks
        and mark + step not in settled.out | header.others
        and not grid.text(grid.anchor(header.row, mark + step))
    )
    scores = {column: mark_score(grid, rows, column) for column in ranks}
    filled = {
        column
        for column, (hits, misses) in scores.items()
        if (
            hits > misses
            or (ranks[column] < _STRONG_HEADERS and _in_words(grid, header, rows, column))
        )
        and not as_sent(grid, rows, column)
        and not any(found.column == column for found in rows)
    }
    alike = {
        column
        for column in (ranks if settled.apart else filled)
        if (ranks[column] < _STRONG_HEADERS) == (ranks[mark] < _STRONG_HEADERS)
    }
    if settled.apart and filled & alike:
        return mark, tuple(sorted(alike - {mark}))
    if mark not in filled:
        strong = sorted(column for column in filled if ranks[column] < _STRONG_HEADERS)
        if strong and (scores[mark][0] == 0 or as_sent(grid, rows, mark)):
            return strong[0], tuple(strong[1:])
        return _instead(grid, index, settled, header, mark, rows), ()
    left = sorted(alike)
    return left[0], tuple(left[1:])


def _instead(
    grid: Grid, index: Index, settled: Settled, header: HeaderRow, mark: int, rows: list[ItemHit]
) -> int:
    """Give the one column that is answered where the check column is as sent, if its head may ask.

    Somebody's judgement (評価, 判定) is no answer, and neither is a running number.
    """
    if not as_sent(grid, rows, mark):
        return mark
    top, text = min(found.row for found in rows), max(found.column for found in rows)
    headed = {column for _, left, right in header.marks for column in (left, right)}
    answering = [
        column
        for column in _answered_beside(grid, settled, header, rows, {mark, *settled.dues})
        if (column > text or column in headed)  # before the items stand numbers of sections
        and index.asks_for_answers(above(grid, top, column))
    ]
    return answering[0] if len(answering) == 1 else mark


def _answered_beside(
    grid: Grid, settled: Settled, header: HeaderRow, rows: list[ItemHit], known: set[int]
) -> list[int]:
    """Give the table's columns besides the known ones that hold answers by what stands in them."""
    notes = {each for _, left, right in header.notes for each in range(left, right + 1)}
    texts = {found.column for found in rows}
    used = {column for found in rows for column in grid.row(found.row)}
    if settled.edge is not None:  # of two tables side by side
        used = {column for column in used if min(texts) < column < settled.edge}
    options = {column for column, _ in header.options}
    return [
        column
        for column in sorted(used - notes - texts - known - settled.out - options)
        if (score := mark_score(grid, rows, column))[0] > 0 and not score[1]
        if not is_running(grid, rows, column)
    ]


def _in_words(grid: Grid, header: HeaderRow, rows: list[ItemHit], column: int) -> bool:
    """Tell whether a check column with a head of its own is answered in words: 対応済み."""
    if not grid.text((header.row, column)):
        return False
    said = [grid.at(grid.anchor(found.row, column)) for found in rows]
    return any(each.mark_like or len(each.key) > 1 for each in said)


def _inside(header: HeaderRow, text: int, edge: int | None) -> HeaderRow:
    """Leave out the headers that belong to the table beside this one."""
    if edge is None:
        return header

    def own(spans: tuple[tuple[int, int, int], ...]) -> tuple[tuple[int, int, int], ...]:
        return tuple(span for span in spans if text < span[1] < edge)

    return HeaderRow(
        row=header.row,
        marks=own(header.marks),
        notes=own(header.notes),
        others=header.others,
        options=tuple(each for each in header.options if text < each[0] < edge),
    )


def _is_plausible(grid: Grid, header: HeaderRow, mark: int, rows: list[ItemHit]) -> bool:
    """Doubt a header over a column without marks: one in other words, or of another table."""
    hits, misses = mark_score(grid, rows, mark)
    if mark == rows[0].column + 1 or min(span[0] for span in header.marks) < SURE_HEADERS:
        moved = any(found.column == mark for found in rows)
        return not moved
    return hits > 0 or misses == 0


def _pick(grid: Grid, spans: tuple[tuple[int, int, int], ...], rows: list[ItemHit]) -> int | None:
    """Choose the best-ranked header, and in a header over several columns the fullest one."""
    if not spans:
        return None
    best = min(span[0] for span in spans)
    choices = [span for span in spans if span[0] == best]
    columns = [
        column for span in choices for column in range(span[1], min(span[2], span[1] + 8) + 1)
    ]
    if len(columns) == 1:
        return columns[0]
    filled = Counter(
        column
        for found in rows
        for column in columns
        if (key := grid.anchor(found.row, column))[1] == column and grid.text(key)
    )
    hidden = grid.sheet.hidden_columns
    return max(columns, key=lambda column: (column not in hidden, filled[column], -column))


def _unheaded_note(
    grid: Grid, header: HeaderRow, rows: list[ItemHit], mark: int | None
) -> int | None:
    """Take the column right of the marks as notes where no known header stands over it."""
    if mark is None or mark + 1 in header.others:
        return None
    if any(found.column == mark + 1 for found in rows):
        return None
    return guess_note(grid, rows, mark, rows[0].column)

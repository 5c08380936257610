"""Find the columns of a table: by its header, by the official layout, by what they hold."""

import re
from collections import Counter
from dataclasses import dataclass

from pipeline.locate.found import Found
from pipeline.locate.grid import Grid
from pipeline.locate.index import HeaderKind, Index
from pipeline.locate.letters import squeeze
from pipeline.locate.rivals import settle
from pipeline.text import fold

_YES = frozenset("○◯〇●◎✓✔☑☒レvx■★✅☆")
_EMPTY_MARKS = frozenset({"", "-", "ー", "―", "－", "‐", "□", "☐", "・", "/", "×", "✕", "false"})
_STRONG_HEADERS = 5  # チェック欄, 回答欄 and the like; other columns are called what comes after
SURE_HEADERS = 3  # the first names of mark_headers mean the check column whatever it holds
# Words of a column that is not this month's answer although its header says チェック欄.
_ASIDE = re.compile(r"前回|前月|先月|前年|昨年|過去|記入例|回答例|記載例|サンプル|事務局|確認者")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one table. ``options`` are (column, number) where each option has its own.

    The number is 0 where a column is ticked and nothing says which option it stands for.
    """

    header_row: int | None
    text: int
    mark: int | None
    note: int | None
    guessed: bool
    options: tuple[tuple[int, int], ...] = ()
    others: frozenset[int] = frozenset()
    rivals: tuple[int, ...] = ()  # further check columns that nothing tells from ``mark``


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


def choose_columns(
    grid: Grid, index: Index, header: HeaderRow | None, rows: list[Found], edge: int | None
) -> Columns:
    """Choose the columns of one table of item rows. ``edge`` is where the next table begins."""
    text = Counter(found.column for found in rows).most_common(1)[0][0]
    if header is not None:
        headed = _headed(grid, index, _inside(header, text, edge), rows, text)
        if headed is not None:
            return headed
    mark, rivals = _guess_mark(grid, index, rows, text, edge, header)
    others = header.others if header else frozenset[int]()
    first = header.row if header else None
    ticked = _ticked_apart(grid, rows, (mark, *rivals)) if mark is not None else ()
    if ticked:
        note = _guess_note(grid, index, rows, max(ticked), text)
        options = tuple((column, 0) for column in ticked)
        return Columns(first, text, mark, note, True, options, others)
    note = None
    if header is not None and any(span[1] != mark for span in header.notes):
        note = _pick(grid, tuple(span for span in header.notes if span[1] != mark), rows)
    elif mark is not None:
        note = _guess_note(grid, index, rows, max(mark, *rivals) if rivals else mark, text)
    return Columns(first, text, mark, note, True, (), others, rivals)


def _headed(
    grid: Grid, index: Index, header: HeaderRow, rows: list[Found], text: int
) -> Columns | None:
    """Take the columns from the header; None where it cannot be the header of these rows."""
    options = _option_columns(grid, header, rows)
    mark = _pick(grid, header.marks, rows)
    if mark is None and not options:
        return None
    rivals: tuple[int, ...] = ()
    if not options and mark is not None:
        mark, rivals = _among_rivals(grid, index, header, mark, rows)
    if not options and mark is not None and not _is_plausible(grid, index, header, mark, rows):
        better, _ = _guess_mark(grid, index, rows, text, None, header)
        if better is not None and better != mark and _mark_score(grid, index, rows, better)[0]:
            return None
    note = _pick(grid, header.notes, rows)
    if note is None:
        last = max((column for column in (mark, *rivals) if column is not None), default=None)
        note = _unheaded_note(grid, index, header, rows, last)
    return Columns(header.row, text, mark, note, False, options, header.others, rivals)


def _among_rivals(
    grid: Grid, index: Index, header: HeaderRow, mark: int, rows: list[Found]
) -> tuple[int, tuple[int, ...]]:
    """Give the check column meant, and those that hold answers and may as well be meant.

    Headers are rivals only within one class: チェック欄 and 回答欄, or the weaker 状況, 評価. A
    tick in every row of チェック beside numbers under 回答 says that the row was looked at.
    """
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
        if mark + step not in ranks and not _caption(grid, header.row, mark + step)
    )
    scores = {column: _mark_score(grid, index, rows, column) for column in ranks}
    filled = {
        column
        for column, (hits, misses) in scores.items()
        if hits > misses
        and column not in grid.sheet.hidden_columns
        and not any(found.column == column for found in rows)
    }
    if mark not in filled:
        strong = [column for column in filled if ranks[column] < _STRONG_HEADERS]
        if scores[mark][0] == 0 and len(strong) == 1:
            return strong[0], ()
        return mark, ()
    alike = sorted(
        column
        for column in filled
        if ranks[column] < 100
        and (ranks[column] < _STRONG_HEADERS) == (ranks[mark] < _STRONG_HEADERS)
    )
    if len(alike) < 2 or mark not in alike:
        return mark, ()
    left = [alike[place] for place in settle([_caption(grid, header.row, c) for c in alike])]
    chosen = mark if mark in left else left[0]
    return chosen, tuple(column for column in left if column != chosen)


def _caption(grid: Grid, header_row: int, column: int) -> str:
    """Give the words over a column: the header cell with the short lines around it."""
    keys = dict.fromkeys(
        grid.anchor(row, column) for row in range(max(0, header_row - 1), header_row + 2)
    )
    return " ".join(text for key in keys if 0 < len(text := grid.text(key)) < 40)


def _ticked_apart(grid: Grid, rows: list[Found], columns: tuple[int, ...]) -> tuple[int, ...]:
    """Give columns that together are one question: each ticked in one way, never two in a row."""
    if len(columns) < 2:
        return ()
    texts = [[fold(grid.text((found.row, column))) for column in columns] for found in rows]
    if any(sum(bool(text) for text in line) > 1 for line in texts):
        return ()
    written = {text for line in texts for text in line if text}
    return tuple(sorted(columns)) if len(written) == 1 else ()


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


def _is_plausible(
    grid: Grid, index: Index, header: HeaderRow, mark: int, rows: list[Found]
) -> bool:
    """Doubt a header over a column without marks: one in other words, or of another table."""
    hits, misses = _mark_score(grid, index, rows, mark)
    if mark == rows[0].column + 1 or min(span[0] for span in header.marks) < SURE_HEADERS:
        moved = any(found.column == mark for found in rows)
        return not moved
    return hits > 0 or misses == 0


def _pick(grid: Grid, spans: tuple[tuple[int, int, int], ...], rows: list[Found]) -> int | None:
    """Choose the best-ranked header, and in a header over several columns the fullest one."""
    if not spans:
        return None
    best = min(span[0] for span in spans)
    choices = [span for span in spans if span[0] == best]
    columns = [
        column for span in choices for column in range(span[1], min(span[2], span[1] + 8) + 1)
    ]
    filled = Counter(
        column
        for found in rows
        for column in columns
        if grid.text(grid.anchor(found.row, column)) and grid.anchor(found.row, column)[1] == column
    )
    hidden = grid.sheet.hidden_columns
    return max(columns, key=lambda column: (column not in hidden, filled[column], -column))


def _option_columns(
    grid: Grid, header: HeaderRow, rows: list[Found]
) -> tuple[tuple[int, int], ...]:
    """Accept option headers only where the rows below are ticked and not numbered."""
    if not header.options:
        return ()
    columns = {column for column, _ in header.options}
    if any(found.column in columns for found in rows):
        return ()
    texts = [fold(grid.text((found.row, column))) for found in rows for column in columns]
    written = [text for text in texts if text not in _EMPTY_MARKS]
    ticked = [text for text in written if text[0] in _YES or text in ("true", "1")]
    if header.marks and not ticked:
        return ()
    own = [text for text in texts if text in _own_numbers(header)]
    alone = all(
        sum(bool(grid.text((found.row, column))) for column in columns) <= 1 for found in rows
    )
    if own and alone and not header.marks:
        return header.options
    return header.options if len(ticked) * 2 >= len(written) else ()


def _own_numbers(header: HeaderRow) -> set[str]:
    return {form for _, number in header.options for form in (str(number), chr(0x245F + number))}


def looks_like_mark(text: str, index: Index) -> bool:
    """Tell whether a cell's text looks like an answer: an option's number or words."""
    folded = fold(text)
    if not folded or len(folded) > 60 or index.is_heading(squeeze(text)):
        return False
    last = len(index.checklist.options)
    head = re.match(r"^[\s(「【\[]*([\u2460-\u2473]|\d{1,2})(?!\d)", folded)
    if head is not None:
        token = head[1]
        value = ord(token) - 0x245F if not token.isdecimal() else int(token)
        return 1 <= value <= last
    key = squeeze(text)
    return any(squeeze(option.label) in key for option in index.checklist.options)


def _mark_score(grid: Grid, index: Index, rows: list[Found], column: int) -> tuple[int, int]:
    """Count (mark-like cells, other cells) of a column over the item rows."""
    hits = misses = 0
    numbers = []
    for found in rows:
        key = grid.anchor(found.row, column)
        text = grid.text(key)
        if not text:
            continue
        if looks_like_mark(text, index) or index.is_legend(text):
            hits += 1
            numbers.append(text)
        else:
            misses += 1
    if column < rows[0].column and _is_running(numbers):
        return 0, misses + hits
    return hits, misses


def _is_running(texts: list[str]) -> bool:
    """Tell whether texts are a running number: 1, 2, 3."""
    digits = [fold(text) for text in texts]
    return len(digits) > 2 and digits == [str(n + 1) for n in range(len(digits))]


def _guess_mark(
    grid: Grid,
    index: Index,
    rows: list[Found],
    text: int,
    edge: int | None,
    header: HeaderRow | None,
) -> tuple[int | None, tuple[int, ...]]:
    """Guess the mark column: where the official layout has it, else where marks stand.

    Also gives the columns that hold marks as well, where no word over them tells.
    """
    right = max(grid.area((found.row, found.column)).right for found in rows)
    official = max(_text_edge(grid, index, found) for found in rows)
    official = max(official, right)
    used = {column for found in rows for column in grid.rows.get(found.row, ())}
    top = min(found.row for found in rows)
    apart: set[int] = set()
    if header is None or all(span[1] != text for span in header.marks):  # else moved sideways
        apart = {span[1] for span in header.notes} if header else set()
        apart.update(
            column
            for column in used | {official + 1}
            if _is_named_otherwise(grid, index, top, column)
        )
    candidates = [
        column
        for column in sorted(used | {official + 1})
        if column not in apart and column != text and (edge is None or text < column < edge)
    ]
    scores = {column: _mark_score(grid, index, rows, column) for column in candidates}
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
    ticked = _ticked_apart(grid, rows, tuple(rivals))
    left = [rivals[place] for place in settle([_above(grid, top, each) for each in rivals])]
    left = left if not ticked else rivals
    chosen = best if best in left else left[0]
    return chosen, tuple(column for column in left if column != chosen)


def _above(grid: Grid, top: int, column: int) -> str:
    """Give the nearest short texts above a table's first row in one column."""
    keys = dict.fromkeys(grid.anchor(row, column) for row in range(max(0, top - 6), top))
    return " ".join([text for key in keys if 0 < len(text := grid.text(key)) < 40][-2:])


def _is_named_otherwise(grid: Grid, index: Index, top: int, column: int) -> bool:
    """Tell whether a column stands under a header that rules out answers: 補足, 担当, 重要度."""
    for row in range(top - 1, max(0, top - 6) - 1, -1):
        text = grid.text(grid.anchor(row, column))
        header = index.header(text) if 0 < len(text) < 40 else None
        if header is not None:
            return header.kind is not HeaderKind.MARK
    return False


def _text_edge(grid: Grid, index: Index, found: Found) -> int:
    """Give the last column that holds an item's own text (id, title, description)."""
    last = found.column
    whole = index.whole[found.item_id]
    for column in grid.rows.get(found.row, ()):
        key = squeeze(grid.text((found.row, column)))
        if column > found.column and len(key) >= 4 and key[:20] in whole:
            last = max(last, grid.area((found.row, column)).right)
    return last


def _guess_note(grid: Grid, index: Index, rows: list[Found], mark: int, text: int) -> int | None:
    beyond = mark + 1
    if beyond == text:
        return None
    hits, misses = _mark_score(grid, index, rows, beyond)
    return beyond if misses >= hits else None


def _unheaded_note(
    grid: Grid, index: Index, header: HeaderRow, rows: list[Found], mark: int | None
) -> int | None:
    """Take the column right of the marks as notes where no header stands over it."""
    if mark is None or mark + 1 in header.others:
        return None
    if grid.text(grid.anchor(header.row, mark + 1)):
        return None
    if any(found.column == mark + 1 for found in rows):
        return None
    return _guess_note(grid, index, rows, mark, rows[0].column)

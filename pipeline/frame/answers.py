"""The answers of a month as one frame: columns from the file on, objects where one is judged.

A worker turns the answers of a return into rows of plain values (`stored`) and packs the objects
away. What is asked of all answers of a month (counts, lists, comparisons, keys) is asked of the
frame (`answers_of`); whoever looks at single answers unpacks those of one return.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import compress
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from pipeline.frame.columns import Coded, Frame
from pipeline.frame.findings import FIELDS, Findings, columns_of
from pipeline.frame.packing import Columns
from pipeline.frame.table import Table
from pipeline.model import Answer, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from pipeline.frame.table import Column
    from pipeline.model import CountedSubmission, Finding, Submission

_ANSWERS = Columns(Answer)
# What the month knows of every answer: texts and truth values. ``status`` is the one that counts,
# ``due`` whatever month was read; ``sheet`` and ``cell`` are those of the row, ``file`` and
# ``part`` are empty for those of the return itself.
ROW = (
    "item_id", "status", "doubt", "in_scope", "due", "due_precision", "due_inferred",
    "due_source", "mark", "object_text", "note", "note_empty", "tags", "comment",
    "file", "part", "sheet", "cell",
)  # fmt: skip
# What a coordinator decided about an answer, None where nothing; ``status_read`` and ``due_read``
# are those before.
DECIDED = ("words", "status_read", "changed", "due_read", "reason", "by", "on")
_PLACES = {name: place for place, name in enumerate((*ROW, *DECIDED))}


class Tables:
    """The answers of a month, and what workers found in them, as they come in."""

    __slots__ = ("answers", "findings")

    def __init__(self) -> None:
        self.answers = Table(len(_PLACES))
        self.findings = Table(len(FIELDS))


class StoredAnswers(Sequence[Answer]):
    """The answers of one return as a worker sent them: columns for the frame, objects packed.

    With them goes what the rules found that ask for one return alone; `judged` is False where no
    rules ran. Nothing unpacked is kept here: a large month would hold all of it. Taken into
    `Tables`, columns stand there alone.
    """

    __slots__ = ("_found", "_packed", "_rows", "found", "judged", "own", "tables")

    def __init__(
        self,
        size: int,
        rows: tuple[Column, ...],
        packed: bytes | tuple[Answer, ...],
        found: tuple[Column, ...] | None,
    ) -> None:
        self._rows = rows
        self._packed = packed
        self._found = found or ()
        self.judged = found is not None
        self.tables: Tables | None = None
        self.own = range(size)  # rows of ``tables.answers``
        self.found = range(len(self._found[0]) if self._found else 0)  # rows of ``tables.findings``

    def __reduce__(self) -> tuple[Any, ...]:
        return StoredAnswers, self.parts

    @property
    def parts(self) -> tuple[Any, ...]:
        """Give what they are made of."""
        return len(self), self.rows, self._packed, self.findings if self.judged else None

    @property
    def rows(self) -> tuple[Column, ...]:
        """Give the columns of `ROW`, and those of `DECIDED` where any answer was decided."""
        if self.tables is None:
            return self._rows
        return tuple(self.tables.answers.column(place, self.own) for place in _PLACES.values())

    @property
    def findings(self) -> tuple[Column, ...]:
        """Give the columns of what was found, as `findings.FIELDS` names them."""
        if self.tables is None:
            return self._found
        return tuple(self.tables.findings.column(place, self.found) for place in range(len(FIELDS)))

    def column(self, name: str) -> Column:
        """Give one column of the answers, a value an answer."""
        place = _PLACES[name]
        if self.tables is not None:
            return self.tables.answers.column(place, self.own)
        values = self._rows[place] if place < len(self._rows) else (None,)
        return values if len(values) == len(self) else values * len(self)

    def within(self, tables: Tables) -> StoredAnswers:
        """Give the answers with their columns in the tables of the month."""
        there = StoredAnswers(len(self), (), self._packed, () if self.judged else None)
        there.tables = tables
        there.own = tables.answers.add(self.rows, len(self))
        there.found = tables.findings.add(self.findings, len(self.found))
        return there

    def __len__(self) -> int:
        return len(self.own)

    @overload
    def __getitem__(self, place: int) -> Answer: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Answer, ...]: ...
    def __getitem__(self, place: int | slice) -> Answer | tuple[Answer, ...]:
        return _unpacked(self._packed)[place]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, StoredAnswers) and other._packed == self._packed:
            return True
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(self._packed)


@lru_cache(maxsize=64)  # those who join or compare returns look at a few again and again
def _unpacked(packed: bytes | tuple[Answer, ...]) -> tuple[Answer, ...]:
    return packed if isinstance(packed, tuple) else _ANSWERS.unpack(packed)


def _packed(answers: Sequence[Answer]) -> bytes | tuple[Answer, ...]:
    try:
        return _ANSWERS.pack(answers)
    except UnicodeEncodeError:  # half a letter, which a cell can hold as _xD83D_
        return tuple(answers)


def stored(submission: Submission, findings: Iterable[Finding] | None = None) -> Submission:
    """Give a return with its answers as columns, and with what was found in it."""
    answers, source = submission.answers, submission.source
    rows = tuple(map(_column, rows_of(answers, source.path, source.part)))
    found = None if findings is None else columns_of(findings)
    told = StoredAnswers(len(answers), rows, _packed(answers), found)
    return replace(submission, answers=told)


def _column(values: Column) -> Column:
    """Give a column as it travels: the values, or the one that stands in every row."""
    return values[:1] if values and values.count(values[0]) == len(values) else values


def within(submission: Submission, tables: Tables) -> Submission:
    """Give a return that came from a worker with its columns in the tables of the month."""
    answers = submission.answers
    if not isinstance(answers, StoredAnswers):
        return submission
    return replace(submission, answers=answers.within(tables))


def rows_of(answers: Sequence[Answer], path: str, part: str) -> tuple[Column, ...]:
    """Give the columns of `ROW`, and those of `DECIDED` where any answer was decided."""
    if isinstance(answers, StoredAnswers):
        return answers.rows
    rows = [_row(answer, path, part) for answer in answers]
    if any(answer.decision for answer in answers):
        rows = [row + _decided(answer) for row, answer in zip(rows, answers, strict=True)]
    return tuple(zip(*rows, strict=True))


def _row(answer: Answer, path: str, part: str) -> tuple[Any, ...]:
    mark, note, due, place = answer.mark, answer.note, answer.due, answer.row_place
    elsewhere = place is not None and (place.file != path or place.part != part)
    return (
        answer.item_id, answer.counted_status._value_, mark.doubt._value_, answer.in_scope,
        due.month, due.precision._value_, due.inferred, due.source._value_,
        mark.raw, mark.object_text, note.raw, note.empty, " ".join(note.tags), answer.comment,
        place.file if place and elsewhere else "", place.part if place and elsewhere else "",
        place.sheet if place else "", (answer.mark_cell or "") if place else "",
    )  # fmt: skip


def _decided(answer: Answer) -> tuple[Any, ...]:
    told = answer.decision
    if told is None:
        return (None,) * len(DECIDED)
    words = "、".join(told.verdicts)
    return words, told.status.value, told.changed, told.due, told.reason, told.by, told.on


def answers_of(submissions: Sequence[CountedSubmission]) -> Frame:
    """Give the answers of submissions in their order: `ROW`, `DECIDED` and ``number``.

    ``number`` counts submissions from 0. ``status`` and ``status_read`` are of `Status`.
    """
    told = [one.submission.answers for one in submissions]
    tables = _tables_of(told)
    beside, firsts = Table(len(_PLACES)), []
    for one, answers in zip(submissions, told, strict=True):
        if isinstance(answers, StoredAnswers) and answers.tables is tables:
            firsts.append(answers.own.start)
            continue
        source, rows = one.submission.source, tables.answers.rows
        own = rows_of(answers, source.path, source.part)
        firsts.append(rows + beside.add(own, len(answers)).start)
    sizes = [*map(len, told)]
    columns = tables.answers.chosen(beside, _ranges(firsts, sizes))
    frame = dict(zip(_PLACES, columns, strict=True))
    for name in ("status", "status_read"):
        frame[name] = frame[name].of(lambda value: value and Status(value))
    frame["number"] = _numbers(sizes)
    return frame


def found_alone(submissions: Sequence[CountedSubmission]) -> tuple[Findings, Coded]:
    """Give what workers found in single returns, and the number of the return of each, from 0.

    They name nobody yet.
    """
    told = [one.submission.answers for one in submissions]
    tables = _tables_of(told)
    beside, firsts, sizes = Table(len(FIELDS)), [], []
    for answers in told:
        first, size = 0, 0
        if isinstance(answers, StoredAnswers):
            first, size = answers.found.start, len(answers.found)
            if answers.tables is not tables:
                first = tables.findings.rows + beside.add(answers.findings, size).start
        firsts.append(first)
        sizes.append(size)
    columns = tables.findings.chosen(beside, _ranges(firsts, sizes))
    return Findings(dict(zip(FIELDS, columns, strict=True))), _numbers(sizes)


def _tables_of(told: Iterable[Sequence[Answer]]) -> Tables:
    """Give the tables of the month; empty ones where no return came from a worker."""
    known = (answers.tables for answers in told if isinstance(answers, StoredAnswers))
    return next((tables for tables in known if tables is not None), None) or Tables()


def _ranges(firsts: Sequence[int], sizes: Sequence[int]) -> NDArray[np.int64]:
    """Give the numbers of all rows of runs that begin there and are so long."""
    moved = np.array(firsts, np.int64) - np.cumsum([0, *sizes])[:-1]
    rows: NDArray[np.int64] = np.arange(sum(sizes)) + np.repeat(moved, sizes)
    return rows


def _numbers(sizes: Sequence[int]) -> Coded:
    """Give the number of the run that each row lies in."""
    return Coded(tuple(range(len(sizes))), np.repeat(np.arange(len(sizes), dtype=np.uint32), sizes))


def first_rows(frame: Frame) -> list[int]:
    """Give the row where each submission's answers begin and, last, how many rows there are."""
    numbers = frame["number"]
    rows: list[int] = np.searchsorted(numbers.codes, np.arange(len(numbers.values) + 1)).tolist()
    return rows


def item_ids(answers: Sequence[Answer]) -> tuple[str, ...]:
    """Give the items that are answered, in order, without unpacking the answers."""
    if isinstance(answers, StoredAnswers):
        return answers.column("item_id")
    return tuple(answer.item_id for answer in answers)


def changed_items(answers: Sequence[Answer]) -> tuple[str, ...]:
    """Give the items whose answer a decision replaced, without unpacking the answers."""
    if isinstance(answers, StoredAnswers):
        return tuple(compress(answers.column("item_id"), answers.column("changed")))
    return tuple(one.item_id for one in answers if one.decision and one.decision.changed)


def answers_at(
    submissions: Sequence[CountedSubmission], frame: Frame, rows: Iterable[int]
) -> Iterator[Answer]:
    """Give the answers of some rows of the frame, few of many."""
    first = first_rows(frame)
    for row in rows:
        number = frame["number"].at(row)
        yield submissions[number].submission.answers[row - first[number]]

"""The answers of a month as one frame: columns from the file on, objects where one is judged.

A worker turns the answers of a return into rows of plain values (`stored`) and packs the objects
away. What is asked of all answers of a month (counts, lists, comparisons, keys) is asked of the
frame (`answers_of`); whoever looks at single answers unpacks those of one return.
"""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import compress
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from pipeline.frame.columns import Coded, Frame
from pipeline.frame.table import Table
from pipeline.model import Answer, Status
from pipeline.model.pickling import Columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.frame.table import Column
    from pipeline.model import CountedSubmission, Submission

_ANSWERS = Columns(Answer, few=("item_id", "mark_cell", "row_cell", "note_cell"))
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
_WIDTH = len(_PLACES)


def answer_table() -> Table:
    """Give an empty table for the answers of a month."""
    return Table(_WIDTH)


class StoredAnswers(Sequence[Answer]):
    """The answers of one return as a worker sent them: ``rows`` for the frame, objects packed.

    ``findings`` are those of the rules that ask for one return alone, packed field by field;
    None where no rules ran. All stand in the file of the return. Nothing unpacked is kept here: a
    large month would hold all of it. Taken into an `Table`, it holds the place of its rows.
    """

    __slots__ = ("_packed", "_sent", "_size", "findings", "first", "table")

    def __init__(
        self,
        size: int,
        rows: tuple[Column, ...],
        packed: bytes,
        findings: tuple[Any, ...] | None,
        table: Table | None = None,
    ) -> None:
        self._size = size
        self._sent = rows
        self._packed = packed
        self.findings = findings
        self.table = table
        self.first = table.rows if table else 0

    def __reduce__(self) -> tuple[Any, ...]:
        return (StoredAnswers, (self._size, self.rows, self._packed, self.findings))

    @property
    def rows(self) -> tuple[Column, ...]:
        """Give the columns of `ROW`, and those of `DECIDED` where any answer was decided."""
        if self.table is None:
            return self._sent
        return tuple(self.table.column(place, self.first, self._size) for place in range(_WIDTH))

    def column(self, name: str) -> Column:
        """Give one column, a value an answer."""
        place = _PLACES[name]
        if self.table is not None:
            return self.table.column(place, self.first, self._size)
        values = self._sent[place] if place < len(self._sent) else (None,)
        return values if len(values) == self._size else values * self._size

    def within(self, table: Table) -> StoredAnswers:
        """Give the answers with their rows in a table of the month."""
        rows = self.rows
        there = StoredAnswers(self._size, (), self._packed, self.findings, table)
        table.add(rows, self._size)
        return there

    def __len__(self) -> int:
        return self._size

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
def _unpacked(packed: bytes) -> tuple[Answer, ...]:
    return _ANSWERS.unpack(pickle.loads(zlib.decompress(packed)))  # noqa: S301 - made by `stored`


def stored(submission: Submission, findings: tuple[Any, ...] | None = None) -> Submission:
    """Give a return with its answers as columns."""
    answers, source = submission.answers, submission.source
    rows = tuple(map(_column, rows_of(answers, source.path, source.part)))
    packed = zlib.compress(pickle.dumps(_ANSWERS.pack(answers), 5), 1)
    return replace(submission, answers=StoredAnswers(len(answers), rows, packed, findings))


def _column(values: Column) -> Column:
    """Give a column as it travels: the values, or the one that stands in every row."""
    return values[:1] if values and values.count(values[0]) == len(values) else values


def in_table(submission: Submission, table: Table) -> Submission:
    """Give a return that came from a worker with its rows in the table of the month."""
    answers = submission.answers
    if not isinstance(answers, StoredAnswers):
        return submission
    return replace(submission, answers=answers.within(table))


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
    table = next((a.table for a in told if isinstance(a, StoredAnswers) and a.table), None)
    beside, firsts = answer_table(), []
    for one, answers in zip(submissions, told, strict=True):
        if isinstance(answers, StoredAnswers) and answers.table and answers.table is table:
            firsts.append(answers.first)
            continue
        firsts.append((table.rows if table else 0) + beside.rows)
        source = one.submission.source
        beside.add(rows_of(answers, source.path, source.part), len(answers))
    sizes = [*map(len, told)]
    numbers = np.repeat(np.arange(len(sizes), dtype=np.uint32), sizes)
    moved = np.array(firsts, np.int64) - np.cumsum([0, *sizes])[:-1]
    rows = np.arange(len(numbers)) + np.repeat(moved, sizes)
    columns = (table or answer_table()).chosen(beside, rows)
    frame = dict(zip(_PLACES, columns, strict=True))
    for name in ("status", "status_read"):
        frame[name] = frame[name].of(lambda value: value and Status(value))
    frame["number"] = Coded(tuple(range(len(sizes))), numbers)
    return frame


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

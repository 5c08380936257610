"""What a decision is bound to: the respondent, the item, the code and what was written."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from pipeline.frame.answers import answers_at, answers_of, first_rows
from pipeline.frame.columns import Coded, Frame, stacked, taken, together
from pipeline.frame.findings import Findings
from pipeline.frame.rows import Rows
from pipeline.model import Answer, Batch, Finding, SkipReason, Status, file_digest, text_digest
from pipeline.model.history import PastAnswer
from pipeline.model.review import ReviewKey
from pipeline.model.sources import Skipped
from pipeline.texts.folding import tidy

_DIGESTED = ("status_read", "status", "in_scope", "mark", "object_text", "note")
_DIGESTED_OF_FILE = ("file", "cell", "bound", "written")


class Said(NamedTuple):
    """What is written at an answer: the check cell, the note, the comments."""

    mark: str
    note: str
    comment: str


class Keys(Rows[ReviewKey]):
    """The keys of findings in their order; ``frame`` has a column for each field of a key."""

    __slots__ = ()

    def made(self, column: Callable[[str], tuple[Any, ...]]) -> Iterable[ReviewKey]:
        """Give keys."""
        return map(ReviewKey._make, zip(*map(column, ReviewKey._fields), strict=True))


class Binder:
    """Gives the keys of the findings of a batch; ``frame`` are its answers, where known."""

    def __init__(self, batch: Batch, frame: Frame | None = None) -> None:
        self._month = batch.month
        self._submissions = batch.submissions
        self._frame = answers_of(batch.submissions) if frame is None else frame
        starts = zip(batch.submissions, first_rows(self._frame), strict=False)
        self._starts = {counted.respondent.id: start for counted, start in starts}
        self._places = {item.id: place for place, item in enumerate(batch.checklist.items)}
        self._contents = {
            record.source.path: record.source.sha256
            for record in batch.files
            if not (isinstance(record.content, Skipped)
                    and record.content.reason is SkipReason.ROSTER)
        }  # fmt: skip

    def _row(self, respondent_id: str, item_id: str) -> int | None:
        start, place = self._starts.get(respondent_id), self._places.get(item_id)
        return None if start is None or place is None else start + place

    def answer(self, respondent_id: str, item_id: str) -> Answer | None:
        """Give a respondent's answer to an item, None where there is none."""
        row = self._row(respondent_id, item_id)
        if row is None:
            return None
        return next(answers_at(self._submissions, self._frame, (row,)))

    def said(self, respondent_id: str, item_id: str) -> Said | None:
        """Give what is written at an answer, None where there is none."""
        row = self._row(respondent_id, item_id)
        if row is None:
            return None
        return Said(*(self._frame[name].at(row) for name in Said._fields))

    def keys(self, findings: Findings) -> Keys:
        """Give the key of each finding."""
        who, item = findings.frame["respondent_id"], findings.frame["item_id"]
        starts = np.array([self._starts.get(one, -1) for one in who.values], np.int64)
        places = np.array([self._places.get(one, -1) for one in item.values], np.int64)
        start, place = starts[who.codes], places[item.codes]
        of_answer = (start >= 0) & (place >= 0)
        rows, others = (start + place)[of_answer], np.flatnonzero(~of_answer)
        asked, back = np.unique(rows, return_inverse=True)  # an answer has three findings and more
        told = taken(self._frame, asked)
        answers = together(_row_digest, *(told[name] for name in _DIGESTED))
        files = findings.take(others).frame
        digests = stacked(
            Coded(answers.values, answers.codes[back]),
            together(self._of_file, *(files[name] for name in _DIGESTED_OF_FILE)),
        )
        order = np.empty(len(findings), np.int64)
        order[np.flatnonzero(of_answer)] = np.arange(len(rows))
        order[others] = np.arange(len(rows), len(order))
        return Keys(
            {
                "subject": together(subject_of, who, findings.frame["file"]),
                "item_id": item,
                "code": findings.frame["code"],
                "digest": Coded(digests.values, digests.codes[order]),
            }
        )

    def _of_file(self, file: str, cell: str, bound: str, written: str) -> str:
        """Stand for a whole file: the text told of, else its content.

        A respondent who sent nothing wrote nothing: such a decision holds for the month alone.
        """
        if bound:
            return bound
        if written:
            return text_digest("text", cell, tidy(written))
        if file in self._contents:
            return file_digest(self._contents[file] or file)
        return text_digest("month", self._month)


def subject_of(respondent_id: str, file: str) -> str:
    """Give whom a finding is about: the respondent, else the file."""
    return respondent_id or f"file:{file}"


def shown_text(finding: Finding, said: Said | None) -> str:
    """Give what was written, as the form shows it: the check cell, the note, the comments."""
    if said is None:
        return finding.written
    beside = {"補足説明": said.note, "コメント": said.comment}
    told = finding.written in beside.values()
    mark = said.mark if told else finding.written or said.mark
    notes = (f"\n（{name}）{text}" for name, text in beside.items() if tidy(text))
    return f"{mark}{''.join(notes)}".lstrip("\n")


def digest_of(answer: Answer) -> str:
    """Stand for what an answer says: check cell, whatever lies over it, and note.

    The status as read belongs to it, since a circle over the printed options changes no text.
    An empty cell is the same whether the roster asks for it or not.
    """
    status = answer.decision.status if answer.decision else answer.mark.status
    mark = answer.mark
    return _answer_digest(status, answer.in_scope, mark.raw, mark.object_text, answer.note.raw)


def digest_of_past(answer: PastAnswer) -> str:
    """Stand for what an answer of an earlier month said, where no decision changed it."""
    return text_digest(answer.status, tidy(answer.mark), "", tidy(answer.note))


def _row_digest(
    read: Status | None, status: Status, in_scope: bool, mark: str, object_text: str, note: str
) -> str:
    return _answer_digest(read or status, in_scope, mark, object_text, note)


def _answer_digest(status: Status, in_scope: bool, mark: str, object_text: str, note: str) -> str:
    empty = status is Status.NOT_APPLICABLE and not in_scope and not tidy(mark)
    texts = (tidy(text) if text else "" for text in (mark, object_text, note))
    return text_digest(Status.BLANK if empty else status, *texts)

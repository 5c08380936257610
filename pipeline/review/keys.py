"""What a decision is bound to: the respondent, the item, the code and what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipeline.frame.answers import answers_at, answers_of, first_rows
from pipeline.model import SkipReason, Status, file_digest, text_digest
from pipeline.model.review import ReviewKey
from pipeline.model.sources import Skipped
from pipeline.texts.folding import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.model import Answer, Batch, Finding
    from pipeline.model.history import PastAnswer

_DIGESTED = ("status_read", "status", "in_scope", "mark", "object_text", "note")


class Said(NamedTuple):
    """What is written at an answer: the check cell, the note, the comments."""

    mark: str
    note: str
    comment: str


class Binder:
    """Gives the key of each finding of a batch."""

    def __init__(self, batch: Batch) -> None:
        self._month = batch.month
        self._submissions = batch.submissions
        self._frame = answers_of(batch.submissions)
        starts = zip(batch.submissions, first_rows(self._frame), strict=False)
        self._starts = {counted.respondent.id: start for counted, start in starts}
        self._places = {item.id: place for place, item in enumerate(batch.checklist.items)}
        self._contents = {
            record.source.path: record.source.sha256
            for record in batch.files
            if not (isinstance(record.content, Skipped)
                    and record.content.reason is SkipReason.ROSTER)
        }  # fmt: skip
        self._digests: dict[int, str] = {}

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

    def key(self, finding: Finding) -> ReviewKey:
        """Give the key of one finding."""
        row = self._row(finding.respondent_id, finding.item_id)
        digest = self._of_file(finding) if row is None else self._digests.get(row)
        if digest is None and row is not None:  # an answer has three findings and more
            digest = self._digests[row] = self._of_row(row)
        subject = finding.respondent_id or f"file:{finding.location.file}"
        return ReviewKey(subject, finding.item_id, finding.code, digest or "")

    def _of_row(self, row: int) -> str:
        told = {name: self._frame[name].at(row) for name in _DIGESTED}
        return _answer_digest(
            told["status_read"] or told["status"], told["in_scope"],
            told["mark"], told["object_text"], told["note"],
        )  # fmt: skip

    def _of_file(self, finding: Finding) -> str:
        """Stand for a whole file: the text told of, else its content.

        A respondent who sent nothing wrote nothing: such a decision holds for the month alone.
        """
        file = finding.location.file
        if finding.bound:
            return finding.bound
        if finding.written:
            return text_digest("text", finding.location.cell, tidy(finding.written))
        if file in self._contents:
            return file_digest(self._contents[file] or file)
        return text_digest("month", self._month)


def keys_of(findings: Iterable[Finding], batch: Batch) -> tuple[ReviewKey, ...]:
    """Give the key of each finding. ``batch`` is the one the findings were made from."""
    binder = Binder(batch)
    return tuple(binder.key(finding) for finding in findings)


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


def _answer_digest(status: Status, in_scope: bool, mark: str, object_text: str, note: str) -> str:
    empty = status is Status.NOT_APPLICABLE and not in_scope and not tidy(mark)
    texts = (tidy(text) if text else "" for text in (mark, object_text, note))
    return text_digest(Status.BLANK if empty else status, *texts)

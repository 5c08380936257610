"""What a decision is bound to: the respondent, the item, the code and what was written."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pipeline.model import SkipReason, Status
from pipeline.model.raw import Skipped
from pipeline.model.review import ReviewKey
from pipeline.text import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.model import Answer, Batch, Finding
    from pipeline.model.history import PastAnswer

_DIGITS = 16  # of the hash: enough for any month, short enough for a cell


class Binder:
    """Gives the key of each finding of a batch."""

    def __init__(self, batch: Batch) -> None:
        self._month = batch.month
        self._submissions: dict[str, list[Answer]] = {}
        for counted in batch.submissions:
            answers = self._submissions.setdefault(counted.respondent.id, [])
            answers.extend(counted.submission.answers)
        self._answers: dict[str, dict[str, Answer]] = {}
        self._contents = {
            record.source.path: record.source.sha256
            for record in batch.files
            if not (isinstance(record.content, Skipped)
                    and record.content.reason is SkipReason.ROSTER)
        }  # fmt: skip
        self._digests: dict[tuple[str, str], str] = {}

    def answer(self, respondent_id: str, item_id: str) -> Answer | None:
        """Give a respondent's answer to an item, None where there is none."""
        known = self._answers.get(respondent_id)
        if known is None:
            answers = self._submissions.get(respondent_id, ())
            known = {answer.item_id: answer for answer in answers}
            self._answers[respondent_id] = known
        return known.get(item_id)

    def key(self, finding: Finding) -> ReviewKey:
        """Give the key of one finding."""
        respondent, item = finding.respondent_id, finding.item_id
        digest = self._digests.get((respondent, item))
        if digest is None:
            answer = self.answer(respondent, item)
            if answer is None:
                digest = self._of_file(finding)
            else:  # an answer has three findings and more
                digest = self._digests[respondent, item] = digest_of(answer)
        subject = respondent or f"file:{finding.location.file}"
        return ReviewKey(subject, item, finding.code, digest)

    def _of_file(self, finding: Finding) -> str:
        """Stand for a whole file: the text told of, else its content.

        A respondent who sent nothing wrote nothing: such a decision holds for the month alone.
        """
        file = finding.location.file
        if finding.bound:
            return finding.bound
        if finding.written:
            return _digest("text", finding.location.cell, tidy(finding.written))
        if file in self._contents:
            return _digest("file", self._contents[file] or file)
        return _digest("month", self._month)


def keys_of(findings: Iterable[Finding], batch: Batch) -> tuple[ReviewKey, ...]:
    """Give the key of each finding. ``batch`` is the one the findings were made from."""
    binder = Binder(batch)
    return tuple(binder.key(finding) for finding in findings)


def shown_text(finding: Finding, answer: Answer | None) -> str:
    """Give what was written, as the form shows it: the check cell, the note, the comments."""
    if answer is None:
        return finding.written
    beside = {"補足説明": answer.note.raw, "コメント": answer.comment}
    told = finding.written in beside.values()
    mark = answer.mark.raw if told else finding.written or answer.mark.raw
    notes = (f"\n（{name}）{text}" for name, text in beside.items() if tidy(text))
    return f"{mark}{''.join(notes)}".lstrip("\n")


def digest_of(answer: Answer) -> str:
    """Stand for what an answer says: check cell, whatever lies over it, and note.

    The status as read belongs to it, since a circle over the printed options changes no text.
    An empty cell is the same whether the roster asks for it or not.
    """
    status = answer.decision.status if answer.decision else answer.mark.status
    empty = status is Status.NOT_APPLICABLE and not answer.in_scope and not tidy(answer.mark.raw)
    mark = answer.mark
    texts = (tidy(text) if text else "" for text in (mark.raw, mark.object_text, answer.note.raw))
    return _digest(Status.BLANK if empty else status, *texts)


def digest_of_past(answer: PastAnswer) -> str:
    """Stand for what an answer of an earlier month said, where no decision changed it."""
    return _digest(answer.status, tidy(answer.mark), "", tidy(answer.note))


def _digest(*parts: str) -> str:
    text = "\x1f".join(parts).encode("utf-8", "replace")
    return hashlib.sha256(text).hexdigest()[:_DIGITS]

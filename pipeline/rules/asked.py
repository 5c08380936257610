"""The answers of a month, sorted once into what the rules look at.

There are a hundred thousand answers and thirty rules about them. Nearly every rule is about one
status, about a mark that is no plain number, or about a note: it goes through those alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.model import Answer, CountedSubmission, Doubt, Note, ReadBy, Status

Asked = tuple[CountedSubmission, Answer]


class Remark(NamedTuple):
    """Something written beside a mark: where, in words, and what it says."""

    where: str
    said: Note


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAnswers:
    """Every answer that counts and was asked for: in scope, of a counted submission.

    ``unusual`` are those whose mark is neither a number alone nor nothing at all, ``noted`` those
    with something in the note cell, ``asides`` those with something beside both. All are in the
    order of the submissions and of the form.
    """

    by_status: Mapping[Status, Sequence[Asked]]
    unusual: Sequence[Asked]
    noted: Sequence[Asked]
    asides: Sequence[Asked]

    def remarks(self) -> Iterator[tuple[CountedSubmission, Answer, Remark]]:
        """Give all that was written beside marks: notes, comments, additions to the item text."""
        for counted, answer in self.noted:
            yield counted, answer, Remark(NOTED, answer.note)
        for counted, answer in self.asides:
            for remark in _beside(answer):
                yield counted, answer, remark

    def of(self, *statuses: Status) -> Iterator[Asked]:
        """Give the answers of these statuses, one status after the other."""
        for status in statuses:
            yield from self.by_status.get(status, ())


NOTED = "補足説明欄"


def remarks_of(answer: Answer) -> Iterator[Remark]:
    """Give what was written beside a mark, empty notes left out."""
    if answer.note.raw:
        yield Remark(NOTED, answer.note)
    yield from _beside(answer)


def _beside(answer: Answer) -> Iterator[Remark]:
    if answer.aside is not None:
        if answer.aside.comment.raw:
            yield Remark("セルのコメント", answer.aside.comment)
        if answer.aside.added.raw:
            yield Remark("項目文の後ろ", answer.aside.added)


def sort_answers(submissions: Iterable[CountedSubmission]) -> AskedAnswers:
    """Sort the answers that were asked for."""
    by_status: defaultdict[Status, list[Asked]] = defaultdict(list)
    unusual: list[Asked] = []
    noted: list[Asked] = []
    asides: list[Asked] = []
    plain, nothing, sound = ReadBy.NUMBER, ReadBy.NOTHING, Doubt.NONE
    for counted in submissions:
        for answer in counted.submission.answers:
            if not answer.in_scope:
                continue
            asked, mark = (counted, answer), answer.mark
            by_status[mark.status].append(asked)
            if (
                (mark.read_by is not plain and mark.read_by is not nothing)
                or mark.doubt is not sound
                or mark.legend_untouched
                or mark.object_text
            ):
                unusual.append(asked)
            if answer.note.raw:
                noted.append(asked)
            if answer.aside is not None:
                asides.append(asked)
    return AskedAnswers(by_status=by_status, unusual=unusual, noted=noted, asides=asides)


NOTHING_ASKED = AskedAnswers(by_status={}, unusual=(), noted=(), asides=())

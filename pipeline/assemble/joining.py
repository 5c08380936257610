"""One answer an item from several returns that all count: what agrees, what differs, whose it is.

Nothing here knows which return is the later one: that is settled before (see `succession`). What
one return leaves blank and another answers is answered. Where two say different things the item
is unclear, with both texts kept, until somebody decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from pipeline.model import Answer, Doubt, Due, Mark, Status, Submission, shown_key
from pipeline.texts.folding import is_blank, tidy
from pipeline.texts.notes import effective_due, read_note, with_comments_of

_SIGNS = {
    Status.DONE: "①",
    Status.PLANNED: "②",
    Status.NOT_PLANNED: "③",
    Status.NOT_APPLICABLE: "対象外",
}
_LONGEST = 60  # letters of an answer that are repeated beside another


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Several returns as one form.

    ``submission`` is that of ``form``, with answers that keep the place they stand in.
    """

    form: Submission
    submission: Submission


def join(
    returns: Sequence[Submission],
    *,
    month: str,
    replaced: Mapping[str, Sequence[Submission]] = MappingProxyType({}),
    disputing: Sequence[Submission] = (),
    followed: Mapping[str, Sequence[Submission]] = MappingProxyType({}),
) -> Joined:
    """Give what returns that all count say together. ``month`` is YYYY-MM.

    The form is the one with most answers, then the one with the plainest path. ``replaced`` are
    the returns that each of them replaced, by its key: what it leaves blank is not filled in from
    them, but what they say there still speaks against another return. ``disputing`` are returns
    that give no answer and speak against every other one. ``followed`` are the returns here that
    are proven to follow each one, by its key, although it counts: what one of them leaves blank is
    not filled in from it.
    """
    # Long: the answers of one place in all returns are held against each other at once.
    order = sorted(returns, key=lambda one: (-_answered(one), *plainness(one)))
    form = next((one for one in order if one.overrides is None), order[0])
    if len(order) == 1 and not disputing:
        return Joined(form=form, submission=form)
    order = [form, *(one for one in order if one is not form)]
    answers: list[Answer] = []
    for place in range(len(form.answers)):
        same = [one.answers[place] for one in order]
        older = [
            before
            for one in order
            if not _is_given(one.answers[place])
            for before in replaced.get(one.source.key, ())
        ]
        before = [
            one.answers[place] for one in (*older, *disputing) if _is_given(one.answers[place])
        ]
        withheld = any(
            _is_given(one.answers[place]) and not _is_given(after.answers[place])
            for one in order
            for after in followed.get(one.source.key, ())
        )
        joined = _joined(same, before, month)
        if withheld and _is_given(joined) and joined.mark.doubt is not Doubt.RETURNS:
            joined = _noted(_differing([one for one in same if _is_given(one)]), same, month)
        answers.append(with_comments_of(joined, same, month=month))
    files = {answer.item_id: answer.files for answer in answers}
    submission = replace(
        form,
        answers=tuple(answers),
        repeated=tuple(
            each
            for one in order
            for each in one.repeated
            if one is form or one.source.key in files[each.item_id]
        ),
        extra_rows=tuple(row for one in order for row in one.extra_rows),
    )
    return Joined(form=form, submission=submission)


def plainness(submission: Submission) -> tuple[bool, int, int, str]:
    """Order returns by their path: the plainest first."""
    path = submission.source.path
    return ("!" in path, path.count("/"), len(path), submission.source.key)


def with_note_of(noted: Answer, answer: Answer) -> Answer:
    """Give an answer with the note of another one."""
    return replace(answer, note=noted.note, note_place=noted.note_place, note_cell=noted.note_cell)


def _answered(submission: Submission) -> int:
    return sum(map(_is_given, submission.answers))


def _is_given(answer: Answer) -> bool:
    return answer.mark.status is not Status.BLANK


def _joined(same: Sequence[Answer], before: Sequence[Answer], month: str) -> Answer:
    """Give one answer of those to an item, the form's first.

    ``before`` are answers of replaced returns where the later one is blank.
    """
    given = [answer for answer in same if _is_given(answer)]
    if not given:
        return _noted(max(same, key=lambda answer: answer.has_row), same, month)
    if len({_meaning(answer) for answer in (*given, *before)}) > 1:
        return _noted(_differing((*given, *before)), same, month)
    if len(_months(given)) > 1:
        return _noted(_differing(given), same, month)
    with_month = next((answer for answer in given if answer.due.month), given[0])
    return _noted(with_month, same, month)


def _meaning(answer: Answer) -> tuple[Status, str | bool]:
    """Give what an answer says: two unclear ones say the same where they are written alike."""
    unclear = answer.mark.status is Status.UNCLEAR
    return (answer.mark.status, unclear and _said(answer))


def _months(given: Sequence[Answer]) -> set[str]:
    return {answer.due.month for answer in given if answer.due.month}


def _differing(given: Sequence[Answer]) -> Answer:
    """Give an unclear answer that keeps what each return says, in an order that stays."""
    by_file = sorted(given, key=lambda answer: answer.files)
    said = dict.fromkeys(
        f"{_said(answer)}（{shown_key(answer.files[0])}）" if answer.files else _said(answer)
        for answer in by_file
    )
    mark = Mark(status=Status.UNCLEAR, raw="／".join(said), doubt=Doubt.RETURNS)
    return replace(given[0], mark=mark, due=Due(), aside=None)


def _said(answer: Answer) -> str:
    """Give an answer in one line: as written, or as read where a legend or drawing holds it."""
    raw = " ".join(tidy(answer.mark.raw).split())
    if raw and len(raw) <= _LONGEST and "\n" not in tidy(answer.mark.raw):
        return raw
    sign = _SIGNS.get(answer.mark.status, "")
    month = f"（{answer.due.month}）" if sign and answer.due.month else ""
    return f"{sign}{month}" or f"{raw[:_LONGEST]}…"


def _noted(ours: Answer, same: Sequence[Answer], month: str) -> Answer:
    """Give an answer with every note written to the item, in an order that stays."""
    noted = sorted(
        (answer for answer in same if not is_blank(answer.note.raw)),
        key=lambda answer: answer.files,
    )
    texts = list(dict.fromkeys(tidy(answer.note.raw) for answer in noted))
    if not texts:
        return ours
    if len(texts) == 1:
        own = not is_blank(ours.note.raw)
        answer = ours if own else with_note_of(noted[0], ours)
    else:
        written = "\n".join(answer.note.raw for answer in noted)
        last = next(answer for answer in noted if answer is not ours)
        answer = replace(with_note_of(last, ours), note=read_note(written, month=month))
    if answer.mark.doubt is Doubt.RETURNS:
        return answer
    return replace(answer, due=effective_due(answer.mark, answer.note))

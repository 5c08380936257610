"""Find submissions that are nearly the same as another respondent's (rule B505).

Comparing every pair of 2,000 submissions would be two million comparisons. Instead the notes
that say something of their own are put into buckets by item and by their first and last
characters; only submissions that meet in several buckets are compared in full. A bucket that
many share links each member with its nearest neighbours only, so the work grows with the
number of submissions and not with its square.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.frame.columns import Frame
from pipeline.model import CountedSubmission
from pipeline.texts.folding import fold

_ENDS = 8  # characters of a note's beginning and end that make its bucket
_NEIGHBOURS = 6  # how far a member of a crowded bucket looks
_AT_ONCE = 4096  # pairs compared at once
_SAME_NOTE = 90.0  # rapidfuzz ratio from which two notes count as the same
_STANDARD_LEAST = 5  # a note is standard wording when at least so many
_STANDARD_SHARE = 0.1  # and more than this share of the submissions carry it


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """The most similar submission of another respondent; shares are 0 to 1."""

    other: CountedSubmission
    answers: float
    notes: float
    more: int = 0  # how many further respondents are as similar as the threshold asks


_Notes = Mapping[str, str]  # of a submission, by item: those with words of their own


def find_twins(
    submissions: Sequence[CountedSubmission],
    frame: Frame,
    *,
    share: float,
    least_notes: int,
    least_length: int,
) -> Iterator[tuple[CountedSubmission, Twin]]:
    """Give each submission that has a twin, in their order, with the most similar one.

    ``frame`` are their answers.
    Two submissions are twins where ``share`` of the answers and of the notes agree, and at
    least ``least_notes`` different notes of ``least_length`` characters or more are the same.
    """
    notes = _own_notes(submissions, frame, least_length)
    pairs = [
        (left, right)
        for left, right in _candidates(notes, least_notes)
        if submissions[left].respondent.of_body != submissions[right].respondent.of_body
    ]
    found: dict[int, list[tuple[float, int, Twin]]] = defaultdict(list)
    for (left, right), answers in zip(pairs, _agreement(frame, pairs), strict=True):
        same = _same_notes(notes[left], notes[right], share, least_notes) if answers >= share else 0
        if not same:
            continue
        for one, other in ((left, right), (right, left)):
            twin = Twin(other=submissions[other], answers=answers, notes=same)
            found[one].append((-(answers + same), other, twin))
    for index in sorted(found):
        ranked = sorted(found[index], key=lambda entry: entry[:2])
        best = ranked[0][2]
        yield (
            submissions[index],
            Twin(
                other=best.other,
                answers=best.answers,
                notes=best.notes,
                more=len(ranked) - 1,
            ),
        )


def _agreement(frame: Frame, pairs: Sequence[tuple[int, int]]) -> Iterator[float]:
    """Give for each pair the share of the items answered by both whose status and month agree.

    -1 where they answer no item both.
    """
    rows = np.flatnonzero(frame["in_scope"].where(bool))
    number, item = frame["number"], frame["item_id"]
    said = frame["status"].codes.astype(np.int32) * len(frame["due"].values) + frame["due"].codes
    table = np.zeros((len(number.values), len(item.values)), np.int32)  # 0: not answered
    table[number.codes[rows], item.codes[rows]] = said[rows] + 1
    for start in range(0, len(pairs), _AT_ONCE):
        left, right = (
            table[[*some]] for some in zip(*pairs[start : start + _AT_ONCE], strict=True)
        )
        both = (left > 0) & (right > 0)
        agreeing, answered = ((left == right) & both).sum(axis=1), both.sum(axis=1)
        yield from np.where(answered, agreeing / np.maximum(answered, 1), -1.0).tolist()


def _own_notes(
    submissions: Sequence[CountedSubmission], frame: Frame, least_length: int
) -> list[_Notes]:
    folded = _notes(submissions, frame, least_length)
    carried = Counter(text for notes in folded for text in set(notes.values()))
    limit = max(_STANDARD_LEAST - 1, len(folded) * _STANDARD_SHARE)
    return [
        {item: text for item, text in notes.items() if carried[text] <= limit} for notes in folded
    ]


def _notes(
    submissions: Sequence[CountedSubmission], frame: Frame, least_length: int
) -> list[dict[str, str]]:
    """Fold the notes long enough to compare; the respondent's own name is left out of them."""
    notes: list[dict[str, str]] = [{} for _ in submissions]
    names = [fold(one.respondent.body_name or one.respondent.name) for one in submissions]
    said = (
        frame["note"].where(lambda raw: len(raw) >= least_length)
        & frame["in_scope"].where(bool)
        & ~frame["note_empty"].where(bool)
    )
    rows = np.flatnonzero(said)
    texts = frame["note"].take(rows).of(fold)
    for number, item, text in zip(
        frame["number"].take(rows), frame["item_id"].take(rows), texts, strict=True
    ):
        name = names[number]
        own = (text.replace(name, "") if name else text).replace(" ", "")
        if len(own) >= least_length:
            notes[number][item] = own
    return notes


def _candidates(own: Sequence[_Notes], least_notes: int) -> Iterator[tuple[int, int]]:
    """Give pairs that meet in at least ``least_notes`` items' buckets, each pair once."""
    order = {
        index: place
        for place, index in enumerate(
            sorted(range(len(own)), key=lambda i: (tuple(own[i].values()), i))
        )
    }
    buckets: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, notes in enumerate(own):
        if len(set(notes.values())) < least_notes:
            continue
        for item, text in notes.items():
            for key in ((item, "<" + text[:_ENDS]), (item, ">" + text[-_ENDS:])):
                buckets[key].append(index)
    met: dict[tuple[int, int], set[str]] = defaultdict(set)
    for (item, _end), members in buckets.items():
        members.sort(key=order.__getitem__)
        for place, one in enumerate(members):
            for other in members[place + 1 : place + 1 + _NEIGHBOURS]:
                met[min(one, other), max(one, other)].add(item)
    for pair in sorted(met):
        if len(met[pair]) >= least_notes:
            yield pair


def _same_notes(left: _Notes, right: _Notes, share: float, least_notes: int) -> float:
    """Give the share of equal notes, 0 where they are too few for twins."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - only a batch with candidates needs it

    noted = left.keys() | right.keys()
    same = {
        item: left[item]
        for item in left.keys() & right.keys()
        if fuzz.ratio(left[item], right[item], score_cutoff=_SAME_NOTE)
    }
    if len(set(same.values())) < least_notes or len(same) < share * len(noted):
        return 0.0
    return len(same) / len(noted)

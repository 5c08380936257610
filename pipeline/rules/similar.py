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
from functools import cached_property

import numpy as np

from pipeline.frame.answers import first_rows
from pipeline.frame.columns import Frame
from pipeline.model import CountedSubmission
from pipeline.texts.folding import fold

_ENDS = 8  # characters of a note's beginning and end that make its bucket
_NEIGHBOURS = 6  # how far a member of a crowded bucket looks
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


@dataclass(frozen=True, kw_only=True)
class _Profile:
    """What is compared: per item the answer, and the notes with words of their own."""

    frame: Frame
    rows: range
    notes: Mapping[str, str]

    @cached_property
    def answers(self) -> Mapping[str, tuple[str, str]]:
        """Give status and month by item; few submissions are ever asked for them."""
        asked = ("item_id", "status", "due", "in_scope")
        rows = zip(
            *(self.frame[name].take(slice(self.rows.start, self.rows.stop)) for name in asked),
            strict=True,
        )
        return {item: (status.value, due) for item, status, due, in_scope in rows if in_scope}


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
    profiles = _profiles(submissions, frame, least_length)
    found: dict[int, list[tuple[float, int, Twin]]] = defaultdict(list)
    for left, right in _candidates(profiles, least_notes):
        if submissions[left].respondent.of_body == submissions[right].respondent.of_body:
            continue
        shares = _compare(profiles[left], profiles[right], share, least_notes)
        if shares is None:
            continue
        for one, other in ((left, right), (right, left)):
            twin = Twin(other=submissions[other], answers=shares[0], notes=shares[1])
            found[one].append((-sum(shares), other, twin))
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


def _profiles(
    submissions: Sequence[CountedSubmission], frame: Frame, least_length: int
) -> list[_Profile]:
    first = first_rows(frame)
    folded = _notes(submissions, frame, least_length)
    carried = Counter(text for notes in folded for text in set(notes.values()))
    limit = max(_STANDARD_LEAST - 1, len(folded) * _STANDARD_SHARE)
    return [
        _Profile(
            frame=frame,
            rows=range(first[number], first[number + 1]),
            notes={item: text for item, text in notes.items() if carried[text] <= limit},
        )
        for number, notes in enumerate(folded)
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


def _candidates(profiles: list[_Profile], least_notes: int) -> Iterator[tuple[int, int]]:
    """Give pairs that meet in at least ``least_notes`` items' buckets, each pair once."""
    order = {
        index: place
        for place, index in enumerate(
            sorted(range(len(profiles)), key=lambda i: (tuple(profiles[i].notes.values()), i))
        )
    }
    buckets: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, profile in enumerate(profiles):
        if len(set(profile.notes.values())) < least_notes:
            continue
        for item, text in profile.notes.items():
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


def _compare(
    left: _Profile, right: _Profile, share: float, least_notes: int
) -> tuple[float, float] | None:
    """Give the shares of equal answers and equal notes, None where they are no twins."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - only a batch with candidates needs it

    items = left.answers.keys() & right.answers.keys()
    agreeing = sum(left.answers[item] == right.answers[item] for item in items)
    if not items or agreeing < share * len(items):
        return None
    noted = left.notes.keys() | right.notes.keys()
    same = {
        item: left.notes[item]
        for item in left.notes.keys() & right.notes.keys()
        if fuzz.ratio(left.notes[item], right.notes[item], score_cutoff=_SAME_NOTE)
    }
    if len(set(same.values())) < least_notes or len(same) < share * len(noted):
        return None
    return agreeing / len(items), len(same) / len(noted)

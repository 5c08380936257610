"""The promise ledger: every ② from the month it was first said to what became of it. Pure.

A promise is judged by what was reported: it is kept where ① was reported in a collection month
no later than the month promised. ① reported later is 遅れて対応, also where the work may have
been done in time: what was not seen is not assumed. Where no month was ever promised there was
none to keep: such a ① is counted, and left out of the share of promises kept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pipeline.frame.columns import Frame, constant, together
from pipeline.frame.promises import Promises, promises_of
from pipeline.model import Batch, Respondent, Status
from pipeline.model.history import History, Outcome, PastMonth, PastRespondent, Promise, PromiseRate
from pipeline.texts.calendar import month_after, months_between


class _Said(NamedTuple):
    """What stood at an item in one collection month."""

    month: str
    status: Status
    due: str


def ledger(batch: Batch, frame: Frame, history: History) -> Promises:
    """Give the latest promise of each item of each respondent that ever made one.

    ``frame`` are the answers of the batch. In the order of the submissions and of the form, then
    those who sent nothing this month: silence keeps no promise and ends none. Without history
    these are this month's ②.
    """
    if not history.months:
        return _first_said(batch, frame)
    categories = {item.id: item.category for item in batch.checklist.items}
    promised = _promised(batch, frame, history)
    people: list[tuple[Respondent | PastRespondent, Mapping[str, _Said]]] = []
    people += zip((c.respondent for c in batch.submissions), _now(batch, frame), strict=True)
    people += [(person, {}) for person in _silent(batch, history)]
    promises = []
    for person, now in people:
        own = promised.get(person.id, ())
        earlier = [past for past in history.months if person.id in past.respondents]
        for item_id, category in categories.items():
            if item_id in own:
                story = _story((person.id, item_id), now.get(item_id), earlier)
                promise = _latest_promise(story)
                if promise:
                    promises.append(_promise(person, item_id, category, promise, batch.month))
    return promises_of(promises)


def _first_said(batch: Batch, frame: Frame) -> Promises:
    """Give the promises of a first month: nothing can have become of them yet."""
    planned = np.flatnonzero(frame["status"].where(lambda status: status is Status.PLANNED))
    whose, item, due = (frame[name].take(planned) for name in ("number", "item_id", "due"))
    people = [counted.respondent for counted in batch.submissions]
    categories = {asked.id: asked.category for asked in batch.checklist.items}
    now, rows = batch.month, len(planned)
    outcome = due.of(lambda month: _outcome((_Said(now, Status.PLANNED, month),), month, now=now))
    return Promises(
        {
            "respondent_id": whose.of(lambda number: people[number].id),
            "respondent": whose.of(lambda number: people[number].name),
            "role": whose.of(lambda number: people[number].role),
            "item_id": item,
            "category": item.of(categories.__getitem__),
            "first_said": constant(now, rows),
            "first_due": due,
            "due": due,
            "slips": constant(0, rows),
            "slipped_months": constant(0, rows),
            "overdue_since": due.of(lambda month: month_after(month) if "" < month < now else ""),
            "outcome": outcome,
            "last_said": constant(now, rows),
            "project": whose.of(lambda number: people[number].project),
        }
    )


def _promised(batch: Batch, frame: Frame, history: History) -> Mapping[str, set[str]]:
    """Give the items that were ② in any month, by respondent: a quarter of all."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for past in history.months:
        for (person, item_id), said in past.answers.items():
            if said.status is Status.PLANNED:
                found[person].add(item_id)
    planned = np.flatnonzero(frame["status"].where(lambda status: status is Status.PLANNED))
    for number, item_id in zip(
        frame["number"].take(planned), frame["item_id"].take(planned), strict=True
    ):
        found[batch.submissions[number].respondent.id].add(item_id)
    return found


def rates(promises: Promises, *, by: str) -> tuple[PromiseRate, ...]:
    """Count promises by ``respondent`` or ``category``, in the order they first come."""
    told = promises.frame
    key, name = ("respondent_id", "respondent") if by == "respondent" else ("category", "category")
    names: dict[str, str] = {}
    outcomes: defaultdict[str, Counter[Outcome]] = defaultdict(Counter)
    slipped: Counter[str] = Counter()
    asked = (told[name] for name in (key, name, "outcome", "slips"))
    for one, words, outcome, slips in zip(*asked, strict=True):
        names.setdefault(one, words)
        outcomes[one][outcome] += 1
        slipped[one] += slips > 0
    return tuple(
        PromiseRate(
            key=one,
            name=names[one],
            promises=found.total(),
            kept=found[Outcome.KEPT],
            late=found[Outcome.LATE],
            overdue=found[Outcome.OVERDUE],
            withdrawn=found[Outcome.WITHDRAWN],
            slipped=slipped[one],
        )
        for one, found in outcomes.items()
    )


def _now(batch: Batch, frame: Frame) -> list[dict[str, _Said]]:
    """Give what stands at each item this month, by submission."""
    found: list[dict[str, _Said]] = [{} for _ in batch.submissions]
    said = together(
        lambda status, due: _Said(batch.month, status, due if status is Status.PLANNED else ""),
        frame["status"],
        frame["due"],
    )
    for number, item_id, now in zip(frame["number"], frame["item_id"], said, strict=True):
        found[number][item_id] = now
    return found


def _silent(batch: Batch, history: History) -> list[PastRespondent]:
    """Give those who answered in an earlier month, not in this one, and are still asked."""
    here = {counted.respondent.id for counted in batch.submissions}
    asked = None
    if batch.roster is not None:
        # Those set aside are not asked any more; those who left the roster neither.
        asked = {person.id for person in batch.missing}
    silent = {id_: person for past in history.months for id_, person in past.respondents.items()}
    return [
        person
        for id_, person in silent.items()
        if id_ not in here and id_ not in batch.excluded and (asked is None or id_ in asked)
    ]


def _story(key: tuple[str, str], now: _Said | None, earlier: Iterable[PastMonth]) -> list[_Said]:
    """Give an item's answers from the oldest month to this one, absent months left out."""
    said = ((past.month, past.answers.get(key)) for past in earlier)
    story = [_Said(at, found.status, found.due) for at, found in said if found]
    if now is not None:
        story.append(now)
    return story


def _latest_promise(story: Sequence[_Said]) -> list[_Said]:
    """Give the last unbroken run of ②, followed by what came right after it if anything did.

    A run that ended in an earlier month stays on the ledger with its outcome.
    """
    last = len(story) - 1
    while last >= 0 and story[last].status is not Status.PLANNED:
        last -= 1
    if last < 0:
        return []
    first = last
    while first > 0 and story[first - 1].status is Status.PLANNED:
        first -= 1
    return list(story[first : last + 2])


def _promise(
    person: Respondent | PastRespondent,
    item_id: str,
    category: str,
    promise: Sequence[_Said],
    month: str,
) -> Promise:
    said = [entry for entry in promise if entry.status is Status.PLANNED]
    dues = [entry.due for entry in said if entry.due]
    due = dues[-1] if dues else ""
    outcome = _outcome(promise, due, now=month)
    return Promise(
        respondent_id=person.id,
        respondent=person.name,
        role=person.role,
        item_id=item_id,
        category=category,
        first_said=said[0].month,
        first_due=dues[0] if dues else "",
        due=due,
        slips=sum(later > earlier for earlier, later in pairwise(dues)),
        slipped_months=months_between(dues[0], due) if dues and due > dues[0] else 0,
        overdue_since=month_after(due) if outcome is Outcome.OVERDUE else "",
        outcome=outcome,
        last_said=promise[-1].month,
        project=person.project,
    )


def _outcome(promise: Sequence[_Said], due: str, *, now: str) -> Outcome:
    end = promise[-1]
    if end.status is Status.DONE:
        if not due:
            return Outcome.UNDATED_DONE
        return Outcome.KEPT if end.month <= due else Outcome.LATE
    if end.status is not Status.PLANNED:
        return Outcome.WITHDRAWN
    if not due:
        return Outcome.UNDATED
    return Outcome.OVERDUE if due < now else Outcome.OPEN

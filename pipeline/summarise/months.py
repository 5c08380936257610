"""The months of a report: what changed, the trend, and what became of the promises.

Counts of an earlier month are those its data files tell; they hold every respondent counted
then, whoever is gone since.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.frame.columns import Frame
from pipeline.frame.promises import Promises
from pipeline.history.promises import ledger, rates
from pipeline.model import Batch, Status
from pipeline.model.counts import StatusCounts
from pipeline.model.history import (
    Change,
    Comparison,
    History,
    Movement,
    Outcome,
    PastMonth,
    PromiseRate,
)
from pipeline.model.months import (
    BeforeAndNow,
    ChangeRow,
    MonthPoint,
    Months,
    Moves,
    Presence,
    RespondentMonths,
    Shares,
    Standout,
    Standouts,
    StatusFlow,
)
from pipeline.summarise.counts import PLACES, Counts, Tally, no_counts, status_counts, summed
from pipeline.summarise.returns import asked_entries

TOP = 5
_OUTCOMES = {
    outcome: place
    for place, outcome in enumerate(
        (Outcome.OVERDUE, Outcome.OPEN, Outcome.UNDATED, Outcome.WITHDRAWN, Outcome.LATE,
         Outcome.UNDATED_DONE, Outcome.KEPT)
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Month:
    """One month's answers, counted. ``items`` and ``respondents`` go by id."""

    all: StatusCounts
    items: Mapping[str, StatusCounts]
    respondents: Mapping[str, StatusCounts]
    categories: Mapping[str, StatusCounts]
    overdue: int


def summarise_months(
    batch: Batch,
    frame: Frame,
    tally: Tally,
    history: History,
    comparison: Comparison | None,
) -> Months:
    """Give the months. ``frame`` are the answers, ``tally`` counts them.

    Without an earlier month there are the promises alone.
    """
    categories = {item.id: item.category for item in batch.checklist.items}
    now = _present(batch, tally)
    past = {month.month: _past(month, categories) for month in history.months}
    points = (
        *(_past_point(month, past[month.month]) for month in history.months),
        _present_point(batch, now),
    )
    promises = ledger(batch, frame, history)
    months = Months(
        notices=history.notices,
        points=points,
        promises=_most_pressing_first(promises),
        promise_rates=rates(promises, by="respondent"),
        category_rates=_in_form_order(batch, promises),
    )
    if comparison is None or history.compare_with is None:
        return months
    flows = _flows(batch, frame, history.compare_with, past[comparison.compared_with], now)
    return _compared(replace(months, flows=flows), batch, comparison, now, past)


def _compared(
    months: Months,
    batch: Batch,
    comparison: Comparison,
    now: _Month,
    past: Mapping[str, _Month],
) -> Months:
    """Add what only two months together tell."""
    before = past[comparison.compared_with]
    ordered = [*past.values(), now]
    items = {item.id: item for item in batch.checklist.items}
    respondents = _respondents(batch, comparison, before, ordered)
    return replace(
        months,
        compared_with=comparison.compared_with,
        before=next(p for p in months.points if p.month == comparison.compared_with),
        items=_sides(items, before, ordered, comparison.changes, lambda m: m.items, _item_of),
        categories=_sides(
            batch.checklist.categories, before, ordered, comparison.changes,
            lambda m: m.categories, _category_of,
        ),
        respondents=respondents,
        changes=_change_rows(batch, comparison),
        standouts=_standouts(
            _by(comparison.changes, _respondent_of),
            _by(comparison.changes, _item_of),
            {id_: (items[id_].id, items[id_].title) for id_ in items},
            {line.id: (line.name, "") for line in respondents},
        ),
    )  # fmt: skip


def _present(batch: Batch, tally: Tally) -> _Month:
    """Give this month's counts; every submission has an answer, since every item has one."""
    people = (counted.respondent.id for counted in batch.submissions)
    return _Month(
        all=tally.all(),
        items={total.item.id: total.counts for total in tally.items()},
        respondents=dict(zip(people, tally.submissions(), strict=True)),
        categories={g.category: g.counts for g in tally.groups() if not g.section},
        overdue=tally.overdue,
    )


def _past(month: PastMonth, categories: Mapping[str, str]) -> _Month:
    """Count an earlier month; items that the form no longer has are in no category."""
    items: defaultdict[str, Counts] = defaultdict(no_counts)
    respondents: defaultdict[str, Counts] = defaultdict(no_counts)
    overdue = 0
    for (respondent, item), answer in month.answers.items():
        place = PLACES[answer.status]
        items[item][place] += 1
        respondents[respondent][place] += 1
        if answer.status is Status.PLANNED and "" < answer.due < month.month:
            overdue += 1
    return _Month(
        all=summed(("", counts) for counts in items.values()).get("", StatusCounts()),
        items={key: status_counts(counts) for key, counts in items.items()},
        respondents={key: status_counts(counts) for key, counts in respondents.items()},
        categories=summed((categories.get(item, ""), counts) for item, counts in items.items()),
        overdue=overdue,
    )


def _past_point(month: PastMonth, counted: _Month) -> MonthPoint:
    return MonthPoint(
        month=month.month,
        submissions=len(month.respondents),
        asked=month.asked,
        missing=month.missing,
        counts=counted.all,
        overdue=counted.overdue,
    )


def _present_point(batch: Batch, counted: _Month) -> MonthPoint:
    return MonthPoint(
        month=batch.month,
        submissions=len(batch.submissions),
        asked=None if batch.roster is None else len(asked_entries(batch)),
        missing=None if batch.roster is None else len(batch.missing),
        counts=counted.all,
        overdue=counted.overdue,
    )


def _flows(
    batch: Batch, frame: Frame, past: PastMonth, before: _Month, now: _Month
) -> tuple[StatusFlow, ...]:
    """Split each status' change into answers that changed, came and left."""
    into: Counter[Status] = Counter()
    out_of: Counter[Status] = Counter()
    came: Counter[Status] = Counter()
    ids = [counted.respondent.id for counted in batch.submissions]
    for number, item, status in zip(
        frame["number"], frame["item_id"], frame["status"], strict=True
    ):
        old = past.answers.get((ids[number], item))
        if old is None:
            came[status] += 1
        else:
            into[status] += 1
            out_of[old.status] += 1
    return tuple(
        StatusFlow(
            status=status,
            before=before.all.of(status),
            changed=into[status] - out_of[status],
            came=came[status],
            left=before.all.of(status) - out_of[status],
            now=now.all.of(status),
        )
        for status in Status
    )


def _sides(
    keys: Iterable[str],
    before: _Month,
    ordered: Sequence[_Month],
    changes: Iterable[Change],
    counts_of: Callable[[_Month], Mapping[str, StatusCounts]],
    key_of: Callable[[Change], str],
) -> tuple[BeforeAndNow, ...]:
    moves, none = _by(changes, key_of), StatusCounts()
    return tuple(
        BeforeAndNow(
            before=counts_of(before).get(key, none),
            now=counts_of(ordered[-1]).get(key, none),
            moves=moves.get(key, Moves()),
            shares=_shares(key, ordered, counts_of),
        )
        for key in keys
    )


def _respondents(
    batch: Batch, comparison: Comparison, before: _Month, ordered: Sequence[_Month]
) -> tuple[RespondentMonths, ...]:
    """Give this month's respondents in their order, then those who are gone."""
    came = {id_ for id_, _ in comparison.returned}
    moves = _by(comparison.changes, _respondent_of)
    people = [
        (counted.respondent.id, counted.respondent.name, number)
        for number, counted in enumerate(batch.submissions, start=1)
    ]
    return tuple(
        RespondentMonths(
            id=id_,
            name=name,
            number=number,
            presence=_presence(id_, came, number),
            before=before.respondents.get(id_),
            now=ordered[-1].respondents.get(id_) if number else None,
            moves=moves.get(id_, Moves()),
            same_file=id_ in comparison.unchanged_files,
            shares=_shares(id_, ordered, lambda month: month.respondents),
        )
        for id_, name, number in [*people, *((id_, name, None) for id_, name in comparison.gone)]
    )


def _presence(id_: str, came: set[str], number: int | None) -> Presence:
    if number is None:
        return Presence.LEFT
    return Presence.CAME if id_ in came else Presence.BOTH


def _change_rows(batch: Batch, comparison: Comparison) -> tuple[ChangeRow, ...]:
    items = {item.id: place for place, item in enumerate(batch.checklist.items)}
    first = {c.respondent.id: n * len(items) for n, c in enumerate(batch.submissions)}
    return tuple(
        ChangeRow(change=change, answer=first[change.respondent_id] + items[change.item_id])
        for change in comparison.changes
    )


def _standouts(
    respondents: Mapping[str, Moves],
    items: Mapping[str, Moves],
    item_names: Mapping[str, tuple[str, str]],
    respondent_names: Mapping[str, tuple[str, str]],
) -> Standouts:
    return Standouts(
        improved_respondents=_top(respondents, respondent_names, _gain),
        improved_items=_top(items, item_names, _gain),
        concerning_respondents=_top(respondents, respondent_names, lambda m: m.concern),
        concerning_items=_top(items, item_names, lambda m: m.concern),
    )


def _gain(moves: Moves) -> int:
    return moves.improved - moves.regressed


def _top(
    moves: Mapping[str, Moves],
    names: Mapping[str, tuple[str, str]],
    worth: Callable[[Moves], int],
) -> tuple[Standout, ...]:
    """Give the five of highest worth above 0; equal ones in the order of ``names``."""
    ranked = sorted(
        (key for key in names if key in moves and worth(moves[key]) > 0),
        key=lambda key: -worth(moves[key]),
    )
    return tuple(
        Standout(name=names[key][0], detail=names[key][1], moves=moves[key]) for key in ranked[:TOP]
    )


def _most_pressing_first(promises: Promises) -> Promises:
    """Order promises: overdue first, then those still to come by month, what is settled last."""
    told = [*zip(promises.frame["outcome"], promises.frame["due"], strict=True)]

    def urgency(row: int) -> tuple[int, bool, str]:
        outcome, due = told[row]
        return _OUTCOMES[outcome], not due, due

    return promises.take(sorted(range(len(told)), key=urgency))


def _in_form_order(batch: Batch, promises: Promises) -> tuple[PromiseRate, ...]:
    places = batch.checklist.categories
    return tuple(sorted(rates(promises, by="category"), key=lambda rate: places.index(rate.key)))


def _shares(
    key: str,
    ordered: Sequence[_Month],
    counts_of: Callable[[_Month], Mapping[str, StatusCounts]],
) -> Shares:
    found = (counts_of(month).get(key) for month in ordered)
    return tuple(counts.done_share if counts else None for counts in found)


def _by(changes: Iterable[Change], key_of: Callable[[Change], str]) -> dict[str, Moves]:
    found: defaultdict[str, Counter[Movement]] = defaultdict(Counter)
    for change in changes:
        found[key_of(change)][change.movement] += 1
    return {
        key: Moves(**{movement.name.lower(): count for movement, count in counts.items()})
        for key, counts in found.items()
    }


def _item_of(change: Change) -> str:
    return change.item_id


def _category_of(change: Change) -> str:
    return change.category


def _respondent_of(change: Change) -> str:
    return change.respondent_id

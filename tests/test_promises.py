"""前月比 and the promise ledger, against small stories told line by line."""

from dataclasses import replace

import pytest
from batches import make_batch

from pipeline.frame.answers import answers_of
from pipeline.frame.promises import Promises, promises_of
from pipeline.history.changes import compare, movement_of
from pipeline.history.promises import ledger, rates
from pipeline.model import Batch, Due, Location, Mark, Status
from pipeline.model.history import (
    Comparison,
    History,
    Movement,
    Outcome,
    PastAnswer,
    PastMonth,
    PastRespondent,
    Promise,
)
from pipeline.texts.calendar import month_after, months_between

WORDS = {
    "①": Status.DONE,
    "②": Status.PLANNED,
    "③": Status.NOT_PLANNED,
    "空": Status.BLANK,
    "？": Status.UNCLEAR,
    "－": Status.NOT_APPLICABLE,
}


def owed(batch: Batch, history: History) -> Promises:
    return ledger(batch, answers_of(batch.submissions), history)


def compared(batch: Batch, history: History) -> Comparison | None:
    return compare(batch, answers_of(batch.submissions), history)


def said(text: str) -> tuple[Status, str]:
    """Read 「②2026-12」 as (PLANNED, 2026-12)."""
    return WORDS[text[0]], text[1:]


def story(lines: dict[str, str]) -> tuple[Batch, History]:
    """Make the months of one item of one respondent; the last line is the present month."""
    *earlier, (now, text) = lines.items()
    batch = make_batch(1, roster=False)
    counted = batch.submissions[0]
    status, due = said(text)
    first = replace(
        counted.submission.answers[0],
        mark=Mark(status=status, due=Due(month=due)),
        due=Due(month=due),
    )
    counted = replace(counted, submission=replace(counted.submission, answers=(first,)))
    person = PastRespondent(id=counted.respondent.id, name=counted.respondent.name)
    months = tuple(
        PastMonth(
            month=month,
            product_version="",
            checklist=batch.checklist.id,
            checklist_version="",
            answers={
                (person.id, first.item_id): PastAnswer(status=said(text)[0], due=said(text)[1])
            },
            respondents={person.id: person},
        )
        for month, text in earlier
    )
    history = History(months=months, compare_with=months[-1] if months else None)
    return replace(batch, month=now, submissions=(counted,)), history


def only_promise(lines: dict[str, str]) -> Promise:
    (promise,) = owed(*story(lines))
    return promise


@pytest.mark.parametrize(
    ("lines", "outcome", "first", "due", "slips", "slipped", "since"),
    [
        ({"2026-11": "②2026-12"}, Outcome.OPEN, "2026-12", "2026-12", 0, 0, ""),
        ({"2026-11": "②"}, Outcome.UNDATED, "", "", 0, 0, ""),
        ({"2026-11": "②2026-10"}, Outcome.OVERDUE, "2026-10", "2026-10", 0, 0, "2026-11"),
        (
            {"2026-09": "②2026-10", "2026-10": "②2026-12", "2026-11": "②2027-03"},
            Outcome.OPEN, "2026-10", "2027-03", 2, 5, "",
        ),
        ({"2026-10": "②2026-11", "2026-11": "①"}, Outcome.KEPT, "2026-11", "2026-11", 0, 0, ""),
        ({"2026-10": "②2026-10", "2026-11": "①"}, Outcome.LATE, "2026-10", "2026-10", 0, 0, ""),
        ({"2026-10": "②", "2026-11": "①"}, Outcome.UNDATED_DONE, "", "", 0, 0, ""),
        (
            {"2026-10": "②2026-12", "2026-11": "③"},
            Outcome.WITHDRAWN, "2026-12", "2026-12", 0, 0, "",
        ),
        (
            {"2026-10": "②2026-12", "2026-11": "？"},
            Outcome.WITHDRAWN, "2026-12", "2026-12", 0, 0, "",
        ),
        # a date taken away and given again later is one promise put off
        (
            {"2026-09": "②2026-11", "2026-10": "②", "2026-11": "②2027-01"},
            Outcome.OPEN, "2026-11", "2027-01", 1, 2, "",
        ),
        # brought forward is no slip
        (
            {"2026-10": "②2027-03", "2026-11": "②2026-12"},
            Outcome.OPEN, "2027-03", "2026-12", 0, 0, "",
        ),
        # a promise kept long ago stays on the ledger
        (
            {"2026-08": "②2026-09", "2026-09": "①", "2026-10": "①", "2026-11": "①"},
            Outcome.KEPT, "2026-09", "2026-09", 0, 0, "",
        ),
        # a new promise after a withdrawn one begins anew
        (
            {"2026-08": "②2026-09", "2026-09": "③", "2026-11": "②2027-01"},
            Outcome.OPEN, "2027-01", "2027-01", 0, 0, "",
        ),
    ],
)  # fmt: skip
def test_what_became_of_a_promise(  # noqa: PLR0917 - a story and all that is told of it
    lines: dict[str, str],
    outcome: Outcome,
    first: str,
    due: str,
    slips: int,
    slipped: int,
    since: str,
) -> None:
    promise = only_promise(lines)
    assert promise.outcome is outcome
    assert (promise.first_due, promise.due) == (first, due)
    assert (promise.slips, promise.slipped_months) == (slips, slipped)
    assert promise.overdue_since == since


def test_no_promise_no_line() -> None:
    assert owed(*story({"2026-10": "③", "2026-11": "①"})) == ()


def test_the_first_month_said_is_kept() -> None:
    assert only_promise({"2026-09": "②2026-12", "2026-11": "②2026-12"}).first_said == "2026-09"


def silent(lines: dict[str, str], *, roster: bool | None, excluded: bool = False) -> list[Promise]:
    """Follow a promise of a respondent who sends nothing in the month after the last line."""
    batch, history = story({**lines, "2026-11": "①"})
    (past,) = history.months
    person = batch.submissions[0].respondent
    asked = make_batch(1).roster
    assert asked is not None
    return list(
        owed(
            replace(
                batch,
                submissions=(),
                roster=None if roster is None else asked,
                missing=(person,) if roster else (),
                excluded=(person.id,) if excluded else (),
            ),
            replace(history, months=(past,), compare_with=past),
        )
    )


def test_silence_keeps_no_promise_and_ends_none() -> None:
    for roster in (True, None):
        (promise,) = silent({"2026-09": "②2026-10"}, roster=roster)
        assert (promise.outcome, promise.last_said) == (Outcome.OVERDUE, "2026-09")
        (promise,) = silent({"2026-09": "②2026-12"}, roster=roster)
        assert promise.outcome is Outcome.OPEN


def test_who_is_not_asked_any_more_is_not_followed() -> None:
    assert silent({"2026-09": "②2026-10"}, roster=False) == []
    assert silent({"2026-09": "②2026-10"}, roster=None, excluded=True) == []


def test_what_is_out_of_scope_neither_changes_nor_promises() -> None:
    batch, history = story({"2026-10": "－", "2026-11": "空"})
    counted = batch.submissions[0]
    (answer,) = counted.submission.answers
    out = replace(counted.submission, answers=(replace(answer, in_scope=False),))
    batch = replace(batch, submissions=(replace(counted, submission=out),))
    comparison = compared(batch, history)
    assert comparison is not None
    assert comparison.changes == ()
    assert owed(batch, history) == ()


def test_a_month_beside_an_answer_that_is_not_planned_is_no_promise() -> None:
    comparison = compared(*story({"2026-10": "②2026-12", "2026-11": "①2026-11"}))
    assert comparison is not None
    assert [change.new_due for change in comparison.changes] == [""]


def test_two_respondents_of_one_name_are_not_one() -> None:
    one = only_promise({"2026-11": "②2026-10"})
    two = replace(one, respondent_id="Z9", outcome=Outcome.KEPT)
    assert [
        (r.key, r.kept, r.overdue) for r in rates(promises_of((one, two)), by="respondent")
    ] == [
        (one.respondent_id, 0, 1),
        ("Z9", 1, 0),
    ]
    assert [r.promises for r in rates(promises_of((one, two)), by="category")] == [2]


def test_rates_count_what_can_be_judged() -> None:
    promises = [
        only_promise({"2026-10": "②2026-11", "2026-11": "①"}),
        only_promise({"2026-10": "②2026-10", "2026-11": "①"}),
        only_promise({"2026-11": "②2026-10"}),
        only_promise({"2026-11": "②2027-10"}),
        only_promise({"2026-10": "②", "2026-11": "①"}),  # no month was promised: none was kept
    ]
    (rate,) = rates(promises_of(promises), by="respondent")
    assert (rate.promises, rate.judged, rate.kept) == (5, 3, 1)
    assert rate.kept_share == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("old", "new", "movement"),
    [
        ("②2026-12", "①", Movement.IMPROVED),
        ("③", "②2026-12", Movement.IMPROVED),
        ("空", "③", Movement.IMPROVED),
        ("①", "②2026-12", Movement.REGRESSED),
        ("②2026-12", "③", Movement.REGRESSED),
        ("①", "？", Movement.REGRESSED),
        ("空", "？", Movement.CHANGED),
        ("①", "－", Movement.CHANGED),
        ("②2026-12", "②2027-01", Movement.POSTPONED),
        ("②2026-12", "②", Movement.POSTPONED),
        ("②2027-01", "②2026-12", Movement.ADVANCED),
        ("②", "②2026-12", Movement.CHANGED),
        ("②2026-12", "②2026-12", None),
        ("①", "①", None),
    ],
)
def test_how_an_answer_moved(old: str, new: str, movement: Movement | None) -> None:
    assert movement_of(*said(old), *said(new)) is movement
    comparison = compared(*story({"2026-10": old, "2026-11": new}))
    assert comparison is not None
    assert [change.movement for change in comparison.changes] == ([movement] if movement else [])


def test_who_came_and_who_is_gone() -> None:
    batch, history = story({"2026-10": "①", "2026-11": "①"})
    (past,) = history.months
    other = PastRespondent(id="Z9", name="むこう市")
    past = replace(past, respondents={other.id: other}, answers={})
    comparison = compared(batch, replace(history, months=(past,), compare_with=past))
    assert comparison is not None
    assert comparison.gone == (("Z9", "むこう市"),)
    assert [id_ for id_, _ in comparison.returned] == [batch.submissions[0].respondent.id]


def test_an_unchanged_file_is_told() -> None:
    batch, history = story({"2026-10": "①", "2026-11": "①"})
    (past,) = history.months
    sha256 = batch.submissions[0].submission.source.sha256
    answers = {key: replace(answer, sha256=sha256) for key, answer in past.answers.items()}
    past = replace(past, answers=answers)
    comparison = compared(batch, replace(history, months=(past,), compare_with=past))
    assert comparison is not None
    assert comparison.unchanged_files == {batch.submissions[0].respondent.id}


def test_a_new_file_for_some_items_leaves_the_others_as_carried() -> None:
    batch, history = story({"2026-10": "①", "2026-11": "①"})
    (past,) = history.months
    counted = batch.submissions[0]
    (first,) = counted.submission.answers
    own = counted.submission.source
    elsewhere = Location(file="差戻し.xlsx")
    second = replace(first, item_id=batch.checklist.items[1].id, place=elsewhere, mark_cell="B2")
    counted = replace(counted, submission=replace(counted.submission, answers=(first, second)))
    answers = {
        (counted.respondent.id, answer.item_id): PastAnswer(status=Status.DONE, sha256=own.sha256)
        for answer in (first, second)
    }
    past = replace(past, answers=answers)
    comparison = compared(
        replace(batch, submissions=(counted,)),
        replace(history, months=(past,), compare_with=past),
    )
    assert comparison is not None
    assert comparison.carried == {(counted.respondent.id, first.item_id)}
    assert comparison.unchanged_files == frozenset()


def test_nothing_to_compare_with() -> None:
    batch, _ = story({"2026-11": "①"})
    assert compared(batch, History()) is None


@pytest.mark.parametrize(
    ("earlier", "later", "months"),
    [("2026-11", "2026-11", 0), ("2026-11", "2027-02", 3), ("2027-02", "2026-11", -3)],
)
def test_months_between(earlier: str, later: str, months: int) -> None:
    assert months_between(earlier, later) == months


def test_month_after() -> None:
    assert [month_after(m) for m in ("2026-11", "2026-12")] == ["2026-12", "2027-01"]

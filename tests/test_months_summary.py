"""The months of a report, against plain loops over hand-made months."""

from collections import Counter
from dataclasses import replace

import pytest
from batches import make_batch, make_settings

from pipeline.model import Batch, Status
from pipeline.model.history import History, Movement, PastAnswer, PastMonth, PastRespondent
from pipeline.model.months import Months, Presence
from pipeline.model.report import Report
from pipeline.summarise import summarise


def past_month(batch: Batch, month: str) -> PastMonth:
    """Give a batch as its own data files would tell it later."""
    return PastMonth(
        month=month,
        product_version="",
        checklist=batch.checklist.id,
        checklist_version="",
        answers={
            (counted.respondent.id, answer.item_id): PastAnswer(
                status=answer.counted_status, due=answer.counted_due, sha256="old"
            )
            for counted in batch.submissions
            for answer in counted.submission.answers
        },
        respondents={
            counted.respondent.id: PastRespondent(
                id=counted.respondent.id, name=counted.respondent.name
            )
            for counted in batch.submissions
        },
        asked=12,
        missing=3,
    )


def history_of(*months: PastMonth) -> History:
    return History(months=months, compare_with=months[-1] if months else None)


def report_of(batch: Batch, *months: PastMonth) -> Report:
    return summarise(batch, (), make_settings(), history=history_of(*months))


BEFORE = past_month(make_batch(8, seed=2), "2026-10")
NOW = replace(make_batch(9), submissions=make_batch(9).submissions[2:])


@pytest.fixture(scope="module")
def report() -> Report:
    return report_of(NOW, past_month(make_batch(3, seed=5), "2026-08"), BEFORE)


@pytest.fixture(scope="module")
def months(report: Report) -> Months:
    return report.months


def test_without_history_there_are_this_month_and_its_promises() -> None:
    months = report_of(NOW).months
    assert months.compared_with == ""
    assert [point.month for point in months.points] == [NOW.month]
    assert not months.items + months.categories
    assert not months.respondents
    assert not months.changes
    planned = sum(
        answer.mark.status is Status.PLANNED
        for counted in NOW.submissions
        for answer in counted.submission.answers
    )
    assert len(months.promises) == planned


def test_points_are_every_month_oldest_first(months: Months) -> None:
    assert [point.month for point in months.points] == ["2026-08", "2026-10", NOW.month]
    assert [point.submissions for point in months.points] == [3, 8, 7]
    assert months.points[1] == months.before
    assert months.points[1].return_share == pytest.approx(9 / 12)
    late = sum(
        answer.status is Status.PLANNED and "" < answer.due < "2026-10"
        for answer in BEFORE.answers.values()
    )
    assert months.points[1].overdue == late


def test_each_flow_adds_up(months: Months) -> None:
    for flow in months.flows:
        assert flow.before + flow.changed + flow.came - flow.left == flow.now
    assert sum(flow.changed for flow in months.flows) == 0
    assert sum(flow.came for flow in months.flows) == len(NOW.checklist.items)  # one came
    assert sum(flow.left for flow in months.flows) == 2 * len(NOW.checklist.items)


def test_moves_of_items_categories_and_respondents_are_the_changes(months: Months) -> None:
    counts = Counter(row.change.movement for row in months.changes)
    for sides in (months.items, months.categories, months.respondents):
        for movement in Movement:
            assert sum(side.moves.of(movement) for side in sides) == counts[movement]
    assert counts[Movement.IMPROVED] > 0
    assert counts[Movement.REGRESSED] > 0


def test_who_is_in_which_month(months: Months) -> None:
    presence = {line.id: line.presence for line in months.respondents}
    past, here = set(BEFORE.respondents), {c.respondent.id for c in NOW.submissions}
    assert {id_ for id_, p in presence.items() if p is Presence.BOTH} == past & here
    assert {id_ for id_, p in presence.items() if p is Presence.CAME} == here - past
    assert {id_ for id_, p in presence.items() if p is Presence.LEFT} == past - here
    left = [line for line in months.respondents if line.presence is Presence.LEFT]
    assert all(line.now is None and line.number is None for line in left)


def test_shares_leave_a_gap_where_nothing_was_sent(months: Months) -> None:
    for line in months.respondents:
        there = [line.id in month.respondents for month in history_of(BEFORE).months]
        assert (line.shares[1] is not None) == there[0]
        assert (line.shares[2] is not None) == (line.presence is not Presence.LEFT)
        assert len(line.shares) == len(months.points)


def test_each_change_points_at_its_answer(report: Report) -> None:
    for row in report.months.changes:
        answer = report.answers[row.answer]
        change = row.change
        assert (answer.respondent_id, answer.item_id) == (change.respondent_id, change.item_id)
        assert (answer.status, answer.due) == (change.new_status, change.new_due)


def test_standouts_are_at_most_five_and_never_of_nothing(months: Months) -> None:
    shown = months.standouts
    for lines in (
        shown.improved_items, shown.improved_respondents,
        shown.concerning_items, shown.concerning_respondents,
    ):  # fmt: skip
        assert 0 < len(lines) <= 5
    assert all(line.moves.improved > line.moves.regressed for line in shown.improved_items)
    concerns = [line.moves.regressed + line.moves.postponed for line in shown.concerning_items]
    assert concerns == sorted(concerns, reverse=True)
    every = [side.moves.regressed + side.moves.postponed for side in months.items]
    assert concerns[0] == max(every)


def test_promises_stand_with_the_most_pressing_first(months: Months) -> None:
    words = [promise.outcome.value for promise in months.promises]
    first = list(dict.fromkeys(words))
    assert first[0] == "期限超過"
    assert len(first) == len({*words})  # each outcome stands together
    late = [promise.due for promise in months.promises if promise.outcome.value == "期限超過"]
    assert late == sorted(late)


def test_answers_tell_whether_their_file_is_last_months() -> None:
    sha256 = NOW.submissions[0].submission.source.sha256
    person = NOW.submissions[0].respondent.id
    answers = {
        key: replace(answer, sha256=sha256 if key[0] == person else "other")
        for key, answer in BEFORE.answers.items()
    }
    same = report_of(NOW, replace(BEFORE, answers=answers))
    assert {row.same_file for row in same.answers if row.respondent_id == person} == {True}
    assert {row.same_file for row in same.answers if row.respondent_id != person} == {False}
    assert {row.same_file for row in report_of(NOW).answers} == {None}


def test_an_older_form_with_other_items_is_compared_as_far_as_it_goes() -> None:
    person = NOW.submissions[0].respondent.id
    answers = {**BEFORE.answers, (person, "昔の項目-1"): PastAnswer(status=Status.DONE)}
    months = report_of(NOW, replace(BEFORE, answers=answers)).months
    assert all(f.before + f.changed + f.came - f.left == f.now for f in months.flows)
    assert len(months.items) == len(NOW.checklist.items)
    assert all(row.change.item_id != "昔の項目-1" for row in months.changes)

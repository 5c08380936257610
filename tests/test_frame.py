"""The frame of a month's answers says what the answers say, whether they were stored or not."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from batches import make_batch
from hypothesis import given
from hypothesis import strategies as st

from pipeline.frame.answers import (
    ROW,
    StoredAnswers,
    Tables,
    answers_at,
    answers_of,
    first_rows,
    item_ids,
    stored,
    within,
)
from pipeline.frame.columns import encoded, taken, together
from pipeline.model import Batch, CountedSubmission, Status
from pipeline.model.answers import AnswerDecision
from pipeline.rules import RULES
from pipeline.rules.check import check, own_findings
from pipeline.settings import RuleSettings

SEVERE = RuleSettings(severity={"A307": next(iter(RULES.values())).severity})


def sent(batch: Batch, settings: RuleSettings | None = None) -> Batch:
    """Give a batch as workers send it, judged where there are settings."""

    def one(counted: CountedSubmission) -> CountedSubmission:
        found = None
        if settings is not None:
            found = own_findings(counted.submission, batch.checklist, batch.month, settings)
        there = pickle.loads(pickle.dumps(stored(counted.submission, found)))  # noqa: S301 - our own
        return replace(counted, submission=within(there, tables))

    tables = Tables()
    return replace(batch, submissions=tuple(map(one, batch.submissions)))


@pytest.mark.parametrize("hostile", [False, True])
def test_answers_come_back_as_they_went(hostile: bool) -> None:
    batch = make_batch(12, hostile=hostile)
    for before, after in zip(batch.submissions, sent(batch).submissions, strict=True):
        assert isinstance(after.submission.answers, StoredAnswers)
        assert tuple(after.submission.answers) == tuple(before.submission.answers)
        assert after == before
        assert after.submission.answers[-1] == before.submission.answers[-1]
        assert item_ids(after.submission.answers) == item_ids(before.submission.answers)


@pytest.mark.parametrize("hostile", [False, True])
def test_the_frame_says_what_the_answers_say(hostile: bool) -> None:
    batch = make_batch(12, hostile=hostile)
    frame, packed = answers_of(batch.submissions), answers_of(sent(batch).submissions)
    for name in frame:
        assert [*frame[name]] == [*packed[name]], name
    said = [a for one in batch.submissions for a in one.submission.answers]
    assert [*frame["status"]] == [answer.counted_status for answer in said]
    assert [*frame["mark"]] == [answer.mark.raw for answer in said]
    assert [*frame["note"]] == [answer.note.raw for answer in said]
    assert [*frame["due"]] == [answer.due.month for answer in said]
    assert [*frame["in_scope"]] == [answer.in_scope for answer in said]
    assert [*answers_at(batch.submissions, frame, range(len(said)))] == said
    size = len(batch.checklist.items)
    assert first_rows(frame) == [n * size for n in range(len(batch.submissions) + 1)]


def test_a_decided_answer_says_what_it_was_before() -> None:
    batch = make_batch(2)
    first = batch.submissions[0]
    answers = [*first.submission.answers]
    answers[3] = replace(
        answers[3],
        mark=replace(answers[3].mark, status=Status.DONE),
        decision=AnswerDecision(
            verdicts=("修正する",),
            status=Status.UNCLEAR,
            due="2026-12",
            changed=True,
            reason="確認",
        ),
    )
    decided = replace(first, submission=replace(first.submission, answers=tuple(answers)))
    frame = answers_of((*sent(batch).submissions[1:], decided))
    row = len(batch.checklist.items) + 3
    told = {name: column.at(row) for name, column in frame.items()}
    assert (told["status"], told["status_read"], told["due_read"], told["words"]) == (
        Status.DONE, Status.UNCLEAR, "2026-12", "修正する",
    )  # fmt: skip
    assert frame["words"].at(row - 1) is None


def test_no_answers_are_an_empty_frame() -> None:
    batch = make_batch(1)
    empty = replace(
        batch.submissions[0], submission=replace(batch.submissions[0].submission, answers=())
    )
    for submissions in ((), (empty,)):
        frame = answers_of(submissions)
        assert {len(column) for column in frame.values()} == {0}
        assert {*ROW} <= frame.keys()
        assert not frame["note"].where(lambda raw: len(raw) > 3).any()


@pytest.mark.parametrize("settings", [RuleSettings(), SEVERE])
def test_what_a_worker_found_is_what_is_found_here(settings: RuleSettings) -> None:
    batch = make_batch(20, seed=4)
    assert check(sent(batch, settings), settings) == check(batch, settings)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 300)), max_size=400))
def test_a_column_holds_its_values_in_order(rows: list[tuple[str, int]]) -> None:
    letters, numbers = encoded([row[0] for row in rows]), encoded([row[1] for row in rows])
    assert [*letters] == [row[0] for row in rows]
    assert [*together(lambda *both: both, letters, numbers)] == rows
    assert [*numbers.of(lambda number: number % 7)] == [row[1] % 7 for row in rows]
    assert [*letters.where(lambda letter: letter == "a")] == [row[0] == "a" for row in rows]
    some = [*range(0, len(rows), 3)]
    assert [*taken({"n": numbers}, some)["n"]] == [rows[n][1] for n in some]


def test_columns_of_very_many_values_are_not_mistaken_for_one_another() -> None:
    """20,000 values in each of five columns: their combinations are more than a number holds."""
    column = encoded(range(20_000))
    rows = [*together(lambda *values: values, *[column] * 5)]
    assert rows == [(value,) * 5 for value in range(20_000)]
    turned = column.take(range(19_999, -1, -1))
    rows = [*together(lambda *values: values, turned, column, turned, column, turned)]
    assert rows == [
        (value, other) * 2 + (value,) for value, other in zip(turned, column, strict=True)
    ]

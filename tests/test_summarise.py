"""The report of a month, counted again here with plain loops."""

from collections import Counter
from dataclasses import replace

import pytest
from batches import make_batch, make_findings, make_settings

from pipeline.model import Doubt, FileState, Mark, Status
from pipeline.model.answers import AnswerDecision
from pipeline.model.counts import StatusCounts
from pipeline.model.report import Report
from pipeline.summarise import summarise


@pytest.fixture(scope="module")
def report() -> Report:
    batch = make_batch(12)
    return summarise(batch, make_findings(batch), make_settings())


def test_every_answer_and_file_is_in_the_report(report: Report) -> None:
    batch = make_batch(12)
    assert len(report.answers) == 12 * len(batch.checklist.items)
    assert [row.file for row in report.files] == [record.source.path for record in batch.files]
    assert all(check.agrees for check in report.checks)


def test_counts_agree_with_a_plain_count(report: Report) -> None:
    by_item = Counter((row.item_id, row.status) for row in report.answers)
    by_respondent = Counter((row.respondent_id, row.status) for row in report.answers)
    by_category = Counter((row.category, row.status) for row in report.answers)
    for status in Status:
        for item in report.items:
            assert item.counts.of(status) == by_item[item.item.id, status]
        for total in report.respondents:
            assert total.counts.of(status) == by_respondent[total.respondent.id, status]
        for group in report.groups:
            if not group.section:
                assert group.counts.of(status) == by_category[group.category, status]


def test_an_empty_answer_out_of_scope_does_not_apply_and_a_given_one_stands() -> None:
    batch = make_batch(1)
    counted = batch.submissions[0]
    answers = tuple(replace(answer, in_scope=False) for answer in counted.submission.answers)
    submission = replace(counted.submission, answers=answers)
    changed = replace(batch, submissions=(replace(counted, submission=submission),))
    report = summarise(changed, (), make_settings())
    for answer, row in zip(answers, report.answers, strict=True):
        if answer.mark.status is Status.BLANK:
            assert row.status is Status.NOT_APPLICABLE
        else:
            assert row.status is answer.mark.status


def test_a_month_without_any_submission_has_a_report() -> None:
    batch = make_batch(0)
    report = summarise(batch, make_findings(batch), make_settings())
    assert not report.answers
    assert report.figures.counts.done_share is None
    assert report.exit_code == 1
    assert report.files[0].state is FileState.UNREADABLE


def test_what_rows_have_in_common_is_one_object(report: Report) -> None:
    for name in ("respondent", "item", "due", "tags", "findings"):
        values = [getattr(row, name) for row in report.answers]
        assert len({id(value) for value in values}) == len(set(values)), name


def test_a_row_tells_of_a_decision_and_of_none() -> None:
    batch = make_batch(1)
    counted = batch.submissions[0]
    told = AnswerDecision(
        verdicts=("修正する", "差戻し"), status=Status.BLANK, due="2026-12", changed=True,
        reason="電話で確認", by="佐藤", on="11/20",
    )  # fmt: skip
    kept = replace(told, changed=False)
    first, second, *others = counted.submission.answers
    answers = (replace(first, decision=told), replace(second, decision=kept), *others)
    submission = replace(counted.submission, answers=answers)
    changed = replace(batch, submissions=(replace(counted, submission=submission),))
    rows = summarise(changed, (), make_settings()).answers
    shown = [
        (row.decision, row.status_before, row.due_before, row.decision_reason, row.decided_by,
         row.decided_on)
        for row in rows[:3]
    ]  # fmt: skip
    assert shown == [
        ("修正する、差戻し", Status.BLANK, "2026-12", "電話で確認", "佐藤", "11/20"),
        ("修正する、差戻し", None, "", "電話で確認", "佐藤", "11/20"),
        ("", None, "", "", "", ""),
    ]


def test_answers_by_signs_are_filled_and_are_no_open_work() -> None:
    """Who wrote ○△× everywhere has answered; what it means is asked, not held against them."""
    counts = StatusCounts(done=0, planned=0, not_planned=0, not_applicable=0, blank=5, unclear=50)
    assert counts.filled_share == 50 / 55
    assert counts.open == 5


def test_what_could_not_be_read_is_listed_by_how_often_it_stands() -> None:
    batch = make_batch(2)
    strange = Mark(status=Status.UNCLEAR, raw="対応ずみ半分", doubt=Doubt.NO_NUMBER)
    error = Mark(status=Status.UNCLEAR, raw="#REF!", doubt=Doubt.ERROR)
    first, second = batch.submissions
    answers = [replace(answer, mark=strange) for answer in first.submission.answers[:-1]]
    answers.append(replace(first.submission.answers[-1], mark=error))
    changed = replace(first, submission=replace(first.submission, answers=tuple(answers)))
    report = summarise(replace(batch, submissions=(changed, second)), (), make_settings())
    listed = {notation.raw: notation.count for notation in report.notations}
    assert listed["対応ずみ半分"] == len(answers) - 1
    assert "#REF!" not in listed
    assert report.notations[0].location == first.submission.answers[0].location

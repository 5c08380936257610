"""One line of 確認票 about many cells: what it decides, how it is kept, and where two disagree."""

from dataclasses import replace
from pathlib import Path

import pytest
from opened import opened
from reviewing import lines, load, step
from rule_examples import run_example
from test_review_bulk import decide, form_of

from pipeline.model import Batch, Location
from pipeline.model.review import (
    BODY_CHOICES,
    ENTRIES,
    FACTS,
    Entry,
    Reach,
    Review,
    ReviewKey,
    Verdict,
)
from pipeline.review import given_bodies

BOTH = (
    "ファイル: 若葉市.xlsx\n運用①-1 | {} |\n運用①-2 | {} |\nファイル: 白雲町.xlsx\n運用①-1 | {} |\n"
)
REMARK = "①（北部）"


def month(*marks: str) -> Batch:
    return run_example(BOTH.format(*marks))[0]


def test_a_line_for_all_bodies_is_kept_under_the_name_of_each_whose_answer_has_changed(
    tmp_path: Path,
) -> None:
    path = form_of(tmp_path, step(month("○", "○", "○")))
    decide(path, ("2団体", "○"), {"判断": Verdict.SEND_BACK.value, "担当": "佐藤"})
    mended = form_of(tmp_path, step(month("○", "○", "①"), load(path)))
    kept = {
        (line["団体名"].split("\n")[0], line["判断"])
        for sheet in opened(mended).sheetnames
        for line in lines(mended, sheet)
        if line.get("担当") == "佐藤"
    }
    assert ("白雲町", Verdict.SEND_BACK.value) in kept
    assert not {name for name, _ in kept if "団体" in name}


@pytest.mark.parametrize("verdict", [Verdict.COUNT_OF_BODY, Verdict.COUNT_OF_ALL])
def test_a_verdict_about_all_equal_writings_in_a_line_is_about_the_cells_of_the_line(
    tmp_path: Path, verdict: Verdict
) -> None:
    """A cell that is written so afterwards was not on the line that somebody looked at."""
    path = form_of(tmp_path, step(month(REMARK, "③", REMARK)))
    decide(path, ("2団体", REMARK), {"判断": verdict.value})
    result = step(month(REMARK, REMARK, REMARK), load(path))
    counted = {
        (one.respondent.name, answer.item_id)
        for one in result.reviewed.batch.submissions
        for answer in one.submission.answers
        if answer.decision
    }
    assert counted == {("若葉市", "運用①-1"), ("白雲町", "運用①-1")}


def given(reach: Reach, body: str, verdict: Verdict = Verdict.CORRECT) -> Entry:
    key = ReviewKey(subject="x", item_id="", code=BODY_CHOICES[0], digest="d")
    told = {"判断": verdict.value, "修正後の回答": body}
    place = Location(file="確認票_2026-11.xlsx", sheet="確認票", cell="L5")
    return Entry(
        key=key,
        facts=("",) * len(FACTS),
        written=tuple(told.get(head, "") for head in ENTRIES),
        location=place,
        places=(place,) * len(ENTRIES),
        reach=reach,
    )


@pytest.mark.parametrize(
    ("entries", "body"),
    [
        ([given(Reach.ONE, "若葉市")], "若葉市"),
        ([given(Reach.ONE, "若葉市"), given(Reach.ONE, "若葉市")], "若葉市"),
        ([given(Reach.ONE, "若葉市"), given(Reach.ONE, "白雲町")], ""),
        ([given(Reach.ALL, "若葉市"), given(Reach.ONE, "白雲町")], "白雲町"),
        ([given(Reach.ONE, "若葉市", Verdict.SEND_BACK)], ""),
        ([given(Reach.ONE, "")], ""),
        ([replace(given(Reach.ONE, "若葉市"), key=None)], ""),
    ],
)
def test_a_file_is_given_to_the_body_that_the_nearest_entries_agree_on(
    entries: list[Entry], body: str
) -> None:
    assert given_bodies(Review(entries=tuple(entries))).get("d", "") == body

"""Entries of 確認票 that are odd in themselves: copied heads and rows, entries of nothing."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from opened import opened
from reviewing import Step, heads, keys_of, lines, load, put, step
from rows import every_row
from rule_examples import run_example
from test_assemble import ASKED, put_together, returned

from pipeline.model import (
    Batch,
    CellKind,
    FileKind,
    FileState,
    Location,
    RawCell,
    RawSheet,
    RawWorkbook,
    SourceFile,
    Status,
    contents_of,
    rivals_of,
)
from pipeline.model.history import PastAnswer, PastMonth
from pipeline.model.review import (
    ENTRIES,
    FACTS,
    FILE_CHOICE,
    HEADER_ROW,
    KEY,
    Decision,
    Entry,
    Review,
    ReviewKey,
    Verdict,
)
from pipeline.review import apply_review, at_present_ids, read_review
from pipeline.review.choices import with_chosen_files
from pipeline.review.keys import digest_of, digest_of_past
from pipeline.review.states import words_of
from pipeline.review.verdicts import EntryError, _body, decision_of
from pipeline.write.review_form import write_review_form

FORM = "確認票_2026-11.xlsx"


def batch_of(text: str = "ファイル: 若葉市.xlsx\n運用①-1 | ○ |") -> Batch:
    return run_example(text)[0]


def written(folder: Path, result: Step) -> Path:
    return write_review_form(result.form, folder)


def entry(key: ReviewKey | None, **told: str) -> Entry:
    """Give a row in which this was written, by the heads of the columns."""
    place = Location(file=FORM, sheet="確認票", cell="L5")
    return Entry(
        key=key,
        facts=("",) * len(FACTS),
        written=tuple(told.get(head, "") for head in ENTRIES),
        location=place,
        places=(place,) * len(ENTRIES),
    )


def key_of(batch: Batch, code: str) -> ReviewKey:
    found = [finding for finding in step(batch).settled.open if finding.code == code]
    return keys_of(found, batch)[0]


# --- rows -----------------------------------------------------------------------------------------


def sheet_of(*rows: Mapping[int, str]) -> RawWorkbook:
    cells = {
        (number, column): RawCell(kind=CellKind.TEXT, text=text)
        for number, row in enumerate(rows)
        for column, text in row.items()
    }
    return RawWorkbook(
        source=SourceFile(path=FORM, location=Path(FORM)),
        kind=FileKind.XLSX,
        sheets=(RawSheet(name="確認票", cells=cells),),
    )


def test_a_copied_head_is_a_column_of_its_own_and_a_copied_header_no_entry() -> None:
    header = {0: "コード", 1: "判断", 2: "理由", 3: "理由", 4: "理由", 5: KEY}
    review = read_review(
        sheet_of(header, {0: "A305", 1: "差戻し", 2: "一", 3: "二", 4: "三"}, header)
    )
    (only,) = review.entries
    assert (only.text("判断"), only.text("理由")) == ("差戻し", "一")
    assert only.extra == (("理由(2)", "二"), ("理由(3)", "三"))
    assert review.extra == ("理由(2)", "理由(3)")


def test_a_remark_on_a_row_of_nothing_stays_and_nothing_is_asked(tmp_path: Path) -> None:
    batch = batch_of()
    path = written(tmp_path, step(batch))
    book = opened(path)
    sheet = book["確認票"]
    places = heads(sheet)
    put(sheet, HEADER_ROW + 1, sheet.max_column + 1, "メモ")
    put(sheet, HEADER_ROW + 3, sheet.max_column, "後で見る")
    put(sheet, HEADER_ROW + 3, places[KEY], "?")
    book.save(path)
    result = step(batch, load(path))
    assert result.reviewed.batch.entry_problems == ()
    assert [row["メモ"] for row in lines(written(tmp_path, result)) if row["メモ"]] == ["後で見る"]


def test_entries_go_with_their_items_into_another_edition() -> None:
    keys = [ReviewKey("若葉市", item, "A305", "x") for item in ("旧-1", "旧-2", "同じ")]
    review = Review(file=FORM, entries=(*map(entry, keys), entry(None)))
    moved = at_present_ids(review, {"旧-1": "新-1", "旧-2": ""}, {})
    assert [each.key and each.key.item_id for each in moved.entries] == [
        "新-1", "旧-2（前の版）", "同じ", None,
    ]  # fmt: skip
    assert at_present_ids(review, {}, {}) is review


def test_entries_go_with_a_body_whose_code_is_spelled_otherwise_now() -> None:
    keys = [ReviewKey("11002", "①-1", "A305", "x"), ReviewKey("11002", "", "B501", "y")]
    review = Review(file=FORM, entries=tuple(map(entry, keys)))
    moved = at_present_ids(review, {"①-2": "①-3"}, {"11002": "011002"})
    assert [each.key for each in moved.entries] == [key._replace(subject="011002") for key in keys]


# --- decisions ------------------------------------------------------------------------------------


def test_decisions_that_differ_on_an_answer_that_is_gone_wait_without_a_word() -> None:
    key = key_of(batch_of(), "A305")._replace(digest="gone")
    review = Review(
        file=FORM,
        entries=(
            entry(key, 判断="修正する", 修正後の回答="①"),
            entry(key, 判断="修正する", 修正後の回答="③"),
        ),
    )
    result = step(batch_of(), review)
    assert result.reviewed.batch.entry_problems == ()
    assert [bound.decision for bound in result.reviewed.bound] == [None, None]
    assert len(result.form.decided) == 2


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"判断": "修正する", "修正後の回答": "①"}, "修正済み"),
        ({"判断": "そのまま認める"}, "認容"),
        ({"判断": "差戻し"}, "差戻し"),
    ],
)
def test_a_decision_whose_finding_is_not_made_now_is_kept_with_its_state(
    told: dict[str, str], state: str
) -> None:
    review = Review(file=FORM, entries=(entry(key_of(batch_of(), "A305"), **told),))
    result = step(batch_of(), review, findings=())
    (kept,) = result.form.decided
    assert kept.facts[0] == state


@pytest.mark.parametrize(
    ("verdict", "unchanged", "holds"),
    [
        ("そのまま認める", True, True),
        ("差戻し", True, True),
        ("修正する", True, False),  # it was handed out as corrected
        ("そのまま認める", False, False),
    ],
)
def test_a_decision_follows_an_answer_into_the_form_that_was_handed_out(
    verdict: str, unchanged: bool, holds: bool
) -> None:
    """②（6月） of last month stands in this month's form as ②（2026年6月）."""
    batch = batch_of("ファイル: 若葉市.xlsx\n運用①-2 | ②（2026年6月） |")
    (counted,) = batch.submissions
    kept = ("運用①-2",) if unchanged else ()
    form = replace(counted.submission, prefilled_from="2026-10", as_handed_out=kept)
    batch = replace(batch, submissions=(replace(counted, submission=form),))
    then = PastAnswer(status=Status.PLANNED, due="2026-06", mark="②（6月）")
    past = PastMonth(
        month="2026-10",
        product_version="",
        checklist="example",
        checklist_version="1",
        answers={(counted.respondent.id, "運用①-2"): then},
        respondents={},
    )
    key = key_of(batch, "A308")._replace(digest=digest_of_past(then))
    told = {"判断": verdict, "修正後の回答": "③" if verdict == "修正する" else ""}
    review = Review(file=FORM, entries=(entry(key, **told),))
    found = step(batch).settled.open
    (bound,) = apply_review(batch, found, review, past=past).bound
    assert bound.standing is holds
    other = apply_review(batch, found, review, past=replace(past, month="2026-09"))
    assert not other.bound[0].standing
    answer = next(a for a in form.answers if a.item_id == "運用①-2")
    assert (bound.key is not None and bound.key.digest == digest_of(answer)) is holds


# --- choosing a file ------------------------------------------------------------------------------


def rivals() -> Batch:
    return put_together(
        returned("若葉市.xlsx", marks="1113"),
        returned("b/若葉市.xlsx", marks="3113"),
        returned("c/若葉市.xlsx", marks="-113"),
    )


def test_the_file_that_is_chosen_decides_and_others_are_told_so() -> None:
    batch = rivals()
    assert [record.state for record in batch.files if not record.differs] == [FileState.DUPLICATE]
    subject = batch.submissions[0].respondent.id
    key = ReviewKey(subject, "", FILE_CHOICE, contents_of(r.source for r in rivals_of(batch.files)))
    decision = decision_of(key, entry(key, 判断="修正する", 修正後の回答="b/若葉市.xlsx"), batch)
    assert decision is not None
    chosen = with_chosen_files(batch, {key: decision})
    assert chosen.submissions[0].submission.answers[0].mark.status is Status.NOT_PLANNED
    told = {record.source.path: record for record in chosen.files}
    assert "このファイルの回答を数えました" in told["b/若葉市.xlsx"].reason
    assert "「b/若葉市.xlsx」の回答を数えました" in told["若葉市.xlsx"].reason
    assert told["c/若葉市.xlsx"].reason == next(
        record.reason for record in batch.files if record.source.path == "c/若葉市.xlsx"
    )


def test_a_choice_of_another_respondent_changes_nothing() -> None:
    batch = rivals()
    key = ReviewKey("somebody", "", FILE_CHOICE, "")
    decision = Decision(key=key, verdict=Verdict.CORRECT, file="b/若葉市.xlsx")
    assert with_chosen_files(batch, {key: decision}) == batch


def test_a_choice_of_a_file_takes_no_month() -> None:
    batch = rivals()
    key = ReviewKey(batch.submissions[0].respondent.id, "", FILE_CHOICE, "")
    told = entry(key, 判断="修正する", 修正後の回答="若葉市.xlsx", 修正後の予定月="2027-03")
    with pytest.raises(EntryError) as mistake:
        decision_of(key, told, batch)
    assert (mistake.value.code, mistake.value.head) == ("R602", "修正後の予定月")


@every_row(
    ("changes", "words"),
    [
        ({"verdict": Verdict.ACCEPT}, "そのまま認める"),
        ({"status": Status.DONE}, "修正する（①既に対応済み）"),
        ({"status": Status.PLANNED, "due": "2027-03"}, "修正する（②これから対応予定 2027年3月）"),
        ({"file": "若葉市_2.xlsx"}, "修正する（「若葉市_2.xlsx」を使う）"),
        ({"body": "若葉市"}, "修正する（「若葉市」の回答とする）"),
    ],
)
def test_a_decision_in_words(changes: Mapping[str, Any], words: str) -> None:
    key = ReviewKey(subject="S01", item_id="", code="A301", digest="x")
    assert words_of(Decision(key=key, verdict=Verdict.CORRECT)) == "修正する"
    assert words_of(replace(Decision(key=key, verdict=Verdict.CORRECT), **changes)) == words


@pytest.mark.parametrize("listed", [True, False])
def test_whose_a_file_is_is_a_name_of_the_roster_where_there_is_one(listed: bool) -> None:
    batch = put_together(returned("若葉市.xlsx"), asked=ASKED if listed else None)
    assert _body("若葉市", "", batch) == "若葉市"
    for written, month in (("", ""), ("若葉市", "2026-12")):
        with pytest.raises(EntryError):
            _body(written, month, batch)
    if listed:
        with pytest.raises(EntryError):
            _body("どこにもない市", "", batch)
    else:
        assert _body("どこにもない市", "", batch) == "どこにもない市"

"""What findings say in the rarer cases: which words stand for which fact."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from rule_examples import out_of_scope, run_example

from pipeline.frame.answers import answers_of
from pipeline.model import (
    Answer,
    Aside,
    Batch,
    Doubt,
    Evidence,
    EvidenceKind,
    ExtraRow,
    FileKind,
    FileState,
    Finding,
    Location,
    Mark,
    MatchedBy,
    NotChecklist,
    OwnBook,
    Severity,
    Status,
    Submission,
    Uncounted,
    Unreadable,
)
from pipeline.rules.check import check
from pipeline.rules.similar import find_twins
from pipeline.texts.notes import read_remark

FILE = "若葉市.xlsx"
ITEM = "運用①-2"


def batch_of(text: str = f"ファイル: {FILE}") -> Batch:
    return run_example(text)[0]


def found(batch: Batch, code: str) -> list[Finding]:
    return [finding for finding in check(batch) if finding.code == code]


def with_submission(batch: Batch, change: Callable[[Submission], Submission]) -> Batch:
    """Give a batch whose first return is another one."""
    first, *others = batch.submissions
    first = replace(first, submission=change(first.submission))
    record, *rest = batch.files
    return replace(
        batch,
        submissions=(first, *others),
        files=(replace(record, content=first.submission), *rest),
    )


def with_answer(batch: Batch, item_id: str, change: Callable[[Answer], Answer]) -> Batch:
    """Give a batch whose first return answers an item otherwise."""
    return with_submission(
        batch,
        lambda one: replace(
            one,
            answers=tuple(
                change(answer) if answer.item_id == item_id else answer for answer in one.answers
            ),
        ),
    )


# --- answers --------------------------------------------------------------------------------------


def test_a_comment_beside_a_blank_cell_is_told_and_its_note_is_not_told_twice() -> None:
    (told,) = found(
        batch_of(f"ファイル: {FILE}\n{ITEM} | 〈コメント 確認中〉 | 予算要求中"), "A301"
    )
    assert "コメントに「確認中」とあります" in told.message
    assert "予算要求中" not in told.message


@pytest.mark.parametrize(
    ("mark", "unsupported", "words"),
    [
        (
            Mark(
                status=Status.UNCLEAR,
                notation="object",
                doubt=Doubt.UNREADABLE_OBJECT,
                object_text="部品",
            ),
            (),
            "セルに重ねた部品（部品）があり、中身を読み取れません",
        ),
        (
            Mark(status=Status.BLANK, notation="legend", legend_untouched=True),
            ("図形", "取り消し線"),
            "このファイル形式では図形・取り消し線を確認できません",
        ),
        (
            Mark(status=Status.UNCLEAR, doubt=Doubt.NO_NUMBER, raw="未定", object_text="修正"),
            (),
            "文字の入った図形（修正）が重なっています",
        ),
    ],
)
def test_what_lies_over_a_cell_is_told(
    mark: Mark, unsupported: tuple[str, ...], words: str
) -> None:
    batch = with_answer(
        batch_of(), ITEM, lambda answer: replace(answer, mark=mark, unsupported=unsupported)
    )
    (told,) = found(batch, "A316")
    assert words in told.message
    assert told.fix.startswith("ファイルのこのセルを開")


def test_a_month_beside_an_empty_check_cell_is_told_as_it_was_written() -> None:
    batch = with_answer(
        batch_of(f"ファイル: {FILE}\n{ITEM} | |"),
        ITEM,
        lambda answer: replace(answer, aside=Aside(due="12月")),
    )
    (told,) = found(batch, "L209")
    assert told.written == "12月"
    assert "予定月の欄に「12月」" in told.message


# --- files ----------------------------------------------------------------------------------------


def test_a_link_out_of_the_inbox_is_told_gravely_where_it_is_a_bodys() -> None:
    (nobodys,) = found(batch_of("ファイル: 回答.lnk（対象外: link other）"), "F103")
    assert nobodys.severity is Severity.INFO
    (theirs,) = found(batch_of("名簿: 若葉市\nファイル: 若葉市.lnk（対象外: link other）"), "F103")
    assert theirs.severity is Severity.CHECK
    assert "リンク先のファイルそのもの" in theirs.fix


@pytest.mark.parametrize("own", [*OwnBook])
def test_a_workbook_of_the_product_among_the_returns_is_told_by_its_name(own: OwnBook) -> None:
    batch = batch_of(f"ファイル: {FILE}（チェックシートなし: Sheet1）")
    record = batch.files[0]
    content = NotChecklist(source=record.source, kind=FileKind.XLSX, own=own)
    (told,) = found(replace(batch, files=(replace(record, content=content),)), "F105")
    assert told.severity is Severity.CHECK
    assert own.value in told.message


def test_a_broken_file_of_a_known_kind_is_called_by_its_kind() -> None:
    batch = batch_of(f"ファイル: {FILE}（読めない: broken）")
    record = batch.files[0]
    assert isinstance(record.content, Unreadable)
    (plain,) = [f for f in check(batch) if f.code.startswith("F1")]
    content = replace(record.content, kind=FileKind.PROTECTED)
    other = replace(batch, files=(replace(record, content=content),))
    (told,) = [f for f in check(other) if f.code.startswith("F1")]
    assert told.message != plain.message


# --- who answered ---------------------------------------------------------------------------------


def test_a_name_in_the_cell_that_tells_nobody_is_repeated() -> None:
    batch = with_submission(
        batch_of(f"ファイル: {FILE}（回答者: file_name）"),
        lambda one: replace(one, evidence=(Evidence(kind=EvidenceKind.CELL, text="情報政策課"),)),
    )
    (told,) = found(batch, "B509")
    assert "団体名の欄の「情報政策課」からは団体が分からない" in told.message


@pytest.mark.parametrize(
    ("kind", "is_slip", "words"),
    [
        (EvidenceKind.FILE_NAME, True, "どの団体に送った差戻し票か"),
        (EvidenceKind.TAB, False, "シート名と団体名の欄"),
        (EvidenceKind.CELL, False, "正しい団体名を1つだけ"),
    ],
)
def test_how_a_dispute_is_settled_depends_on_what_told(
    kind: EvidenceKind, is_slip: bool, words: str
) -> None:
    batch = batch_of("ファイル: 001.xlsx（団体: 若葉市、白雲町）")
    (record,) = batch.files
    claims = tuple(replace(each, identified_by=kind) for each in record.claims)
    record = replace(record, claims=claims, is_slip=is_slip)
    (told,) = found(replace(batch, files=(record,)), "B509")
    assert words in told.fix


# --- the form -------------------------------------------------------------------------------------


def test_a_row_that_is_gone_is_no_matter_where_nobody_asks_for_it() -> None:
    batch = batch_of(f"ファイル: {FILE}\nほかの項目: 行なし\n{ITEM} | ① |")
    assert len(found(batch, "L201")) == 11
    assert found(out_of_scope(batch), "L201") == []


@pytest.mark.parametrize(("count", "expected"), [(4, 4), (5, 1)])
def test_additions_to_many_rows_are_one_finding(count: int, expected: int) -> None:
    aside = Aside(added=read_remark("一部の課のみ", month="2026-11"))
    batch = with_submission(
        batch_of(),
        lambda one: replace(
            one,
            answers=tuple(
                replace(answer, aside=aside) if place < count else answer
                for place, answer in enumerate(one.answers)
            ),
        ),
    )
    told = found(batch, "L203")
    assert len(told) == expected
    assert (f"書き足しが{count}項目" in told[0].message) is (expected == 1)


@pytest.mark.parametrize(("count", "expected"), [(4, 4), (5, 1)])
def test_many_rows_without_their_numbers_are_one_finding(count: int, expected: int) -> None:
    batch = with_submission(
        batch_of(),
        lambda one: replace(
            one,
            answers=tuple(
                replace(answer, matched_by=MatchedBy.TITLE) if place < count else answer
                for place, answer in enumerate(one.answers)
            ),
        ),
    )
    told = found(batch, "L203")
    assert len(told) == expected
    assert (f"項目番号が{count}項目でありません" in told[0].message) is (expected == 1)


def test_what_a_slip_holds_beside_what_it_asks_is_told() -> None:
    batch = batch_of()
    record = batch.files[0]
    assert isinstance(record.content, Submission)
    content = replace(
        record.content,
        extra_rows=(
            ExtraRow(
                location=Location(file=FILE, sheet="票", cell="B9"), text="独自", mark="①", note=""
            ),
        ),
        unasked=(record.content.answers[1],),
    )
    slip = replace(record, content=content, is_slip=True, respondent=None)
    told = found(replace(batch, files=(slip,), submissions=()), "L204")
    assert len(told) == 2
    assert "この差戻し票で聞いていない項目の行" in told[0].message
    assert "差戻し票にない行に記入があります（チェック欄「①」）" in told[1].message
    aside = replace(slip, state=FileState.EXCLUDED)
    assert found(replace(batch, files=(aside,), submissions=()), "L204") == []


@pytest.mark.parametrize(
    ("hidden", "cell", "words"),
    [
        (True, "D3", "非表示の行・列「前回」"),
        (False, "D3", "「前回」の欄"),
        (True, "", "非表示のシート「控え」"),
        (False, "", "シート「控え」"),
    ],
)
def test_a_place_that_does_not_count_is_named_as_its_sender_knows_it(
    hidden: bool, cell: str, words: str
) -> None:
    place = Uncounted(
        location=Location(file=FILE, sheet="控え", cell=cell),
        called="前回",
        hidden=hidden,
        answers=((ITEM, Status.DONE, "①"),),
        notes=("補足",),
    )
    batch = with_submission(batch_of(), lambda one: replace(one, uncounted=(place,)))
    (told,) = found(batch, "L210")
    assert words in told.message
    assert "補足説明1件" in told.message


# --- likeness -------------------------------------------------------------------------------------

NOTES = (
    "情報化推進部会で規程の改正を決めて公表した",
    "委託先の担当者と復旧の手順を決めて試した",
    "全職員の研修を開いて参加の記録を残した",
)


def noted(*names: str, body: str = "") -> Batch:
    rows = "".join(f"\n運用①-{place} | ① | {note}" for place, note in enumerate(NOTES, start=1))
    batch = batch_of("\n".join(f"ファイル: {name}.xlsx{rows}" for name in names))
    return replace(
        batch,
        submissions=tuple(
            replace(one, respondent=replace(one.respondent, body=body)) for one in batch.submissions
        ),
    )


def twins(batch: Batch, share: float = 0.9) -> list[str]:
    frame = answers_of(batch.submissions)
    pairs = find_twins(batch.submissions, frame, share=share, least_notes=3, least_length=5)
    return [one.respondent.name for one, _ in pairs]


def test_two_projects_of_one_body_may_say_the_same() -> None:
    assert twins(noted("若葉市", "白雲町")) == ["若葉市", "白雲町"]
    assert twins(noted("若葉市", "白雲町", body="月影市")) == []


def test_notes_that_begin_and_end_alike_are_not_yet_the_same() -> None:
    batch = noted("若葉市", "白雲町")
    other = batch.submissions[1]

    def longer(answer: Answer) -> Answer:
        text = answer.note.raw
        middle = f"{text[:9]}{'それとは関わりのない長い文がここに入り' * 4}{text[-9:]}"
        return replace(answer, note=replace(answer.note, raw=middle)) if text else answer

    answers = tuple(map(longer, other.submission.answers))
    changed = replace(other, submission=replace(other.submission, answers=answers))
    assert twins(replace(batch, submissions=(batch.submissions[0], changed))) == []

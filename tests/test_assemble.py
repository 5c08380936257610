"""Putting a month together: who answered, what counts, who is missing, and nothing lost."""

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import every_row

from pipeline.assemble import assemble, conservation
from pipeline.forms.checklists import load_checklist
from pipeline.model import (
    Answer,
    Batch,
    Checklist,
    ControlLine,
    Evidence,
    EvidenceKind,
    FileKind,
    FileRecord,
    FileState,
    Item,
    Mark,
    NotChecklist,
    Note,
    Option,
    Outcome,
    Roster,
    RosterEntry,
    Skipped,
    SkipReason,
    SourceFile,
    Status,
    Submission,
    Unreadable,
    UnreadableReason,
)
from pipeline.texts.file_names import FileNames
from pipeline.texts.garbled import readable
from pipeline.texts.name_index import NameIndex
from pipeline.texts.respondents import fold_name

TESTS = Path(__file__).parent
MONTH = "2026-11"
FORM = load_checklist(TESTS.parent / "templates" / "smartcity-security")
FILE_NAMES: list[tuple[str, str]] = [
    (name, meant)
    for name, meant in tomllib.loads(
        (TESTS / "cases" / "filenames.toml").read_text(encoding="utf-8")
    )["cases"]
]
NAMES = tomllib.loads((TESTS / "cases" / "names.toml").read_text(encoding="utf-8"))

CHECKLIST = Checklist(
    id="kitchen",
    version="1",
    title="台所の点検表",
    source="",
    licence="",
    categories=("火", "水"),
    items=tuple(
        Item(
            id=f"{category}①-{n}", title="", description="", category=category, section="", table=0
        )
        for category in ("火", "水")
        for n in (1, 2)
    ),
    options=(Option(number=1, status=Status.DONE, label="済"),),
    legend=(),
    mark_headers=(),
    note_headers=(),
    respondent_labels=("団体名",),
    date_labels=(),
    file_words=("台所の点検表", "点検表"),
)


def returned(
    path: str,
    *,
    cell: str = "",
    hidden: str = "",
    marks: str = "1111",
    filled_on: str = "",
    modified: str = "2026-11-05T09:00:00+09:00",
    sha256: str = "",
    overrides: tuple[str, ...] | None = None,
) -> Submission:
    """Make one returned file; a mark is 1 (done), 3 (not planned) or - (blank)."""
    statuses = {"1": Status.DONE, "3": Status.NOT_PLANNED, "-": Status.BLANK}
    evidence = []
    if hidden:
        evidence.append(Evidence(kind=EvidenceKind.HIDDEN_ID, text=hidden))
    if cell:
        evidence.append(Evidence(kind=EvidenceKind.CELL, text=cell))
    return Submission(
        source=_source(path, modified=modified, sha256=sha256 or f"hash of {path}"),
        kind=FileKind.XLSX,
        checklist_id=CHECKLIST.id,
        answers=tuple(
            Answer(item_id=item.id, mark=Mark(status=statuses[mark], raw=mark.strip("-")))
            for item, mark in zip(CHECKLIST.items, marks, strict=True)
        ),
        evidence=tuple(evidence),
        filled_on=filled_on,
        overrides=overrides,
    )


def _source(path: str, *, modified: str = "", sha256: str = "") -> SourceFile:
    return SourceFile(path=path, location=Path(path), modified=modified, sha256=sha256)


def roster(*entries: RosterEntry) -> Roster:
    return Roster(entries=entries, file="名簿.xlsx")


WAKABA = RosterEntry(code="S01", name="若葉市", aliases=("わかば",), role="推進主体")
SHIRAKUMO = RosterEntry(code="S02", name="白雲町")
AOZORA = RosterEntry(code="V01", name="株式会社青空システム", scope=("水",))
ASKED = roster(WAKABA, SHIRAKUMO, AOZORA)


def put_together(
    *outcomes: Outcome, asked: Roster | None = None, exclusions: Iterable[str] = ()
) -> Batch:
    """Assemble and insist on conservation."""
    lines = tuple(ControlLine(number=n, text=text) for n, text in enumerate(exclusions, start=1))
    batch = assemble(outcomes, checklist=CHECKLIST, roster=asked, exclusions=lines, month=MONTH)
    assert conservation(batch) == ()
    assert len(batch.files) == len(outcomes)
    return batch


def states(batch: Batch) -> dict[str, FileState]:
    return {record.source.path: record.state for record in batch.files}


def record(batch: Batch, path: str) -> FileRecord:
    return next(record for record in batch.files if record.source.path == path)


# --- names ------------------------------------------------------------------------------------


@every_row(("name", "meant"), FILE_NAMES)
def test_file_name_tells_the_respondent(name: str, meant: str) -> None:
    names = FileNames(FORM.file_words, (*FORM.respondent_labels, *FORM.categories))
    assert next(iter(names.clean(readable(name))), "") == meant


@every_row("spellings", NAMES["same"])
def test_spellings_of_one_name_fold_alike(spellings: list[str]) -> None:
    assert len({fold_name(spelling) for spelling in spellings}) == 1


@every_row("pair", NAMES["different"])
def test_different_names_stay_apart(pair: tuple[str, str]) -> None:
    assert fold_name(pair[0]) != fold_name(pair[1])


@given(st.text(max_size=60))
def test_any_text_is_folded_and_cleaned(text: str) -> None:
    assert fold_name(fold_name(text)) == fold_name(fold_name(fold_name(text)))
    for word in FileNames(FORM.file_words).clean(text):
        assert word.strip()
    NameIndex(ASKED.entries).within(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("点検表_若葉市", "S01"),
        ("若葉市企画課提出", "S01"),
        ("第3回若葉市の回答", "S01"),
        ("白峰県若葉市", "S01"),
        ("わかば_回答", "S01"),
        ("S02_回答", "S02"),
        ("青空システム(株)回答", "V01"),
        ("新若葉市", None),
        ("若葉市立病院", None),
        ("若葉市と白雲町", None),
        ("青空システムズ", None),
        ("回答", None),
    ],
)
def test_a_roster_name_is_found_as_a_whole_word_only(text: str, code: str | None) -> None:
    found = NameIndex(ASKED.entries).within(text)
    assert (found.code if found else None) == code


def test_a_name_of_two_prefectures_is_not_guessed() -> None:
    index = NameIndex(
        (RosterEntry(code="1", name="東京都府中市"), RosterEntry(code="2", name="広島県府中市"))
    )
    assert index.by_name("府中市") is None
    found = index.by_name("広島県府中市役所")
    assert found is not None
    assert found.code == "2"


# --- who answered -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "cell", "hidden", "respondent", "kind"),
    [
        ("白雲町.xlsx", "若葉市", "S01", "S01", EvidenceKind.HIDDEN_ID),
        ("白雲町.xlsx", "白雲町", "S01", "S02", EvidenceKind.CELL),
        ("白雲町.xlsx", "若葉市", "", "S01", EvidenceKind.CELL),
        ("白雲町.xlsx", "若葉市役所　企画課", "", "S01", EvidenceKind.CELL),
        ("白雲町.xlsx", "", "", "S02", EvidenceKind.FILE_NAME),
        ("白雲町.xlsx", "情報政策課", "", "S02", EvidenceKind.FILE_NAME),
        ("若葉市/点検表.xlsx", "", "", "S01", EvidenceKind.FOLDER),
        ("若葉市/回答/点検表.xlsx", "", "", "S01", EvidenceKind.FOLDER),
        ("【若葉市】回答.zip!点検表.xlsx", "", "", "S01", EvidenceKind.FOLDER),
        ("申請.zip!回答/若葉市.xlsx", "", "", "S01", EvidenceKind.FILE_NAME),
        ("S02.xlsx", "", "", "S02", EvidenceKind.FILE_NAME),
        ("株式会社青空システム様.xlsx", "", "", "V01", EvidenceKind.FILE_NAME),
    ],
)
def test_the_strongest_evidence_decides(
    path: str, cell: str, hidden: str, respondent: str, kind: EvidenceKind
) -> None:
    batch = put_together(returned(path, cell=cell, hidden=hidden), asked=ASKED)
    found = batch.submissions[0].respondent
    assert (found.id, found.on_roster, found.identified_by) == (respondent, True, kind)


def test_another_organisation_in_the_cell_is_believed() -> None:
    batch = put_together(returned("若葉市.xlsx", cell="青嶺市"), asked=ASKED)
    found = batch.submissions[0].respondent
    assert (found.name, found.on_roster) == ("青嶺市", False)
    assert found.identified_by is EvidenceKind.CELL
    assert "S01" in {respondent.id for respondent in batch.missing}


def test_without_a_roster_spellings_are_one_respondent() -> None:
    batch = put_together(
        returned("a.xlsx", cell="㈱青空システム", modified="2026-11-01T00:00:00+09:00"),
        returned("青空システム株式会社_点検表.xlsx", modified="2026-11-02T00:00:00+09:00"),
    )
    (counted,) = batch.submissions
    assert counted.respondent.name == "㈱青空システム"
    assert counted.respondent.on_roster is None
    assert counted.respondent.id.startswith("x-")
    assert batch.missing == ()


def test_the_id_of_a_name_is_the_same_every_month() -> None:
    first = put_together(returned("a.xlsx", cell="青嶺市")).submissions[0].respondent
    later = put_together(returned("b.xlsx", cell="青嶺市役所")).submissions[0].respondent
    assert first.id == later.id == "x-a0c8c47e"


def test_a_town_with_and_without_its_prefecture() -> None:
    one = put_together(returned("a.xlsx", cell="東京都港区"), returned("b.xlsx", cell="港区"))
    assert len(one.submissions) == 1
    three = put_together(
        returned("a.xlsx", cell="東京都府中市"),
        returned("b.xlsx", cell="広島県府中市"),
        returned("c.xlsx", cell="府中市"),
    )
    assert len(three.submissions) == 3


def test_files_that_tell_nobody_all_count() -> None:
    batch = put_together(returned("Book1.xlsx"), returned("回答/Book1.xlsx"), asked=ASKED)
    names = {counted.respondent.name for counted in batch.submissions}
    assert names == {"Book1", "回答/Book1"}
    kinds = {counted.respondent.identified_by for counted in batch.submissions}
    assert kinds == {EvidenceKind.NONE}


@pytest.mark.parametrize(
    "cell", ["情報政策課", "○○市", "〇〇〇", "団体名を記入してください", "市町村名", "なし", "××県"]
)
def test_a_text_that_names_nobody_does_not_make_one_of_two(cell: str) -> None:
    batch = put_together(returned("a/点検表.xlsx", cell=cell), returned("b/点検表.xlsx", cell=cell))
    assert len(batch.submissions) == 2
    named = put_together(returned("若葉市.xlsx", cell=cell), returned("白雲町.xlsx", cell=cell))
    assert {counted.respondent.name for counted in named.submissions} == {"若葉市", "白雲町"}


def test_a_hidden_id_without_a_roster_still_tells_respondents_apart() -> None:
    batch = put_together(returned("a.xlsx", hidden="S07"), returned("点検表.xlsx", hidden="S07"))
    assert [counted.respondent.id for counted in batch.submissions] == ["S07"]


def test_a_file_that_cannot_be_read_still_tells_whose_it_is() -> None:
    outcomes = (
        Unreadable(source=_source("若葉市_点検表.xlsx"), reason=UnreadableReason.PASSWORD),
        NotChecklist(source=_source("予算書.xlsx"), kind=FileKind.XLSX),
    )
    batch = put_together(*outcomes, asked=ASKED)
    found = record(batch, "若葉市_点検表.xlsx")
    assert found.respondent is not None
    assert found.respondent.id == "S01"
    assert "passwords.txt" in found.reason
    assert record(batch, "予算書.xlsx").respondent is None
    assert [respondent.id for respondent in batch.missing] == ["S01", "S02", "V01"]


# --- several returns --------------------------------------------------------------------------

OLD, NEW = "2026-11-01T09:00:00+09:00", "2026-11-09T09:00:00+09:00"


@pytest.mark.parametrize(
    ("wins", "loses", "because"),
    [
        (
            returned("若葉市.xlsx", filled_on="2026-11-05", modified=OLD),
            returned("若葉市_最終.xlsx", filled_on="2026-11-02", modified=NEW),
            "記入日",
        ),
        (
            returned("若葉市_修正版.xlsx", modified=OLD),
            returned("若葉市.xlsx", modified=NEW),
            "版",
        ),
        (
            returned("若葉市_修正版.xlsx", modified=OLD),
            returned("若葉市.xlsx", modified=NEW, filled_on="2026-11-02"),
            "版",
        ),
        (returned("若葉市ver10.xlsx", modified=OLD), returned("若葉市ver9.xlsx"), "版"),
        (returned("若葉市_v1.2.xlsx", modified=OLD), returned("若葉市_v1.1.xlsx"), "版"),
        (returned("若葉市_再提出.xlsx", modified=OLD), returned("若葉市_第2版.xlsx"), "版"),
        (returned("若葉市_最終.xlsx", modified=OLD), returned("若葉市_修正3.xlsx"), "版"),
        (returned("若葉市_修正2.xlsx", modified=OLD), returned("若葉市_修正.xlsx"), "版"),
        (returned("若葉市.xlsx", modified=OLD), returned("若葉市_案.xlsx", modified=NEW), "版"),
        (
            returned("若葉市_R8.11.5.xlsx", modified=OLD),
            returned("若葉市_20261028.xlsx", modified=NEW),
            "ファイル名の日付",
        ),
        (
            returned("若葉市.xlsx", modified=OLD),
            returned("若葉市_最終.xlsx", marks="----", modified=NEW, filled_on="2026-11-09"),
            "記入がある",
        ),
    ],
)
def test_which_return_counts(wins: Submission, loses: Submission, because: str) -> None:
    for outcomes in ((wins, loses), (loses, wins)):
        batch = put_together(*outcomes, asked=ASKED)
        assert batch.submissions[0].submission.source == wins.source
        replaced = record(batch, loses.source.path)
        assert replaced.state is FileState.SUPERSEDED
        assert replaced.replaced_by == wins.source.path
        assert because in replaced.reason
        assert wins.source.path in replaced.reason
        assert loses.source.path in replaced.reason


def test_identical_files_are_duplicates_and_the_plainest_path_is_kept() -> None:
    batch = put_together(
        returned("再送/若葉市 (1).xlsx", sha256="same"),
        returned("若葉市.xlsx", sha256="same"),
        returned("a.zip!若葉市.xlsx", sha256="same"),
    )
    assert states(batch) == {
        "a.zip!若葉市.xlsx": FileState.DUPLICATE,
        "再送/若葉市 (1).xlsx": FileState.DUPLICATE,
        "若葉市.xlsx": FileState.COUNTED,
    }
    assert record(batch, "再送/若葉市 (1).xlsx").replaced_by == "若葉市.xlsx"


def test_identical_files_of_two_respondents_both_count() -> None:
    batch = put_together(
        returned("若葉市.xlsx", sha256="same"), returned("白雲町.xlsx", sha256="same")
    )
    assert len(batch.submissions) == 2


def test_a_duplicate_of_a_replaced_file_points_to_what_counts() -> None:
    batch = put_together(
        returned("若葉市.xlsx", sha256="old"),
        returned("b/若葉市.xlsx", sha256="old"),
        returned("若葉市_修正版.xlsx"),
    )
    assert states(batch)["b/若葉市.xlsx"] is FileState.DUPLICATE
    assert record(batch, "b/若葉市.xlsx").replaced_by == "若葉市_修正版.xlsx"


def test_the_same_answers_saved_again_are_replaced_and_it_says_so() -> None:
    batch = put_together(returned("若葉市.xlsx"), returned("若葉市_修正版.xlsx"))
    assert "内容は同じ" in record(batch, "若葉市.xlsx").reason
    changed = put_together(returned("若葉市.xlsx"), returned("若葉市_修正版.xlsx", marks="1113"))
    assert "内容は同じ" not in record(changed, "若葉市.xlsx").reason


def test_an_untouched_form_counts_where_it_is_all_there_is() -> None:
    assert len(put_together(returned("若葉市.xlsx", marks="----")).submissions) == 1


def test_a_note_alone_is_no_untouched_form() -> None:
    blank = returned("若葉市_最終.xlsx", marks="----", modified=NEW)
    answers = (replace(blank.answers[0], note=Note(raw="確認中", empty=False)), *blank.answers[1:])
    batch = put_together(returned("若葉市.xlsx", modified=OLD), replace(blank, answers=answers))
    assert batch.submissions[0].submission.source.path == "若葉市_最終.xlsx"


def test_a_slip_is_laid_over_the_form_it_answers() -> None:
    ids = (CHECKLIST.items[1].id,)
    batch = put_together(
        returned("若葉市.xlsx", marks="1-11", modified=OLD),
        returned("若葉市_票.xlsx", marks="-3--", modified=NEW, overrides=ids),
    )
    (counted,) = batch.submissions
    given = [answer.mark.status for answer in counted.submission.answers]
    assert given == [Status.DONE, Status.NOT_PLANNED, Status.DONE, Status.DONE]
    assert record(batch, "若葉市_票.xlsx").replaced_by == "若葉市.xlsx"


# --- exclusions, scope, missing ---------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "若葉市_案.xlsx",
        "旧/若葉市_案.xlsx",
        "旧\\若葉市_案.XLSX",
        "旧/",
        "*_案.xlsx",
        "旧/*",
        "若葉市",
        "若葉市役所",
        "わかば",
        "S01",
    ],
)
def test_a_line_of_the_exclusions(line: str) -> None:
    outcomes = (returned("旧/若葉市_案.xlsx"), returned("白雲町.xlsx"))
    batch = put_together(*outcomes, asked=ASKED, exclusions=[line])
    assert states(batch) == {
        "旧/若葉市_案.xlsx": FileState.EXCLUDED,
        "白雲町.xlsx": FileState.COUNTED,
    }
    assert line in record(batch, "旧/若葉市_案.xlsx").reason
    assert batch.control_problems == ()


@every_row("mark", ["：", ":", "\t", " ： ", "→"])
@every_row("what", ["若葉市", "旧/若葉市_案.xlsx", "*_案.xlsx", "S01", "わかば"])
def test_a_line_may_give_its_reason(what: str, mark: str) -> None:
    outcomes = (returned("旧/若葉市_案.xlsx"), returned("白雲町.xlsx"))
    batch = put_together(*outcomes, asked=ASKED, exclusions=[f"{what}{mark}試験のため"])
    excluded = record(batch, "旧/若葉市_案.xlsx")
    assert excluded.state is FileState.EXCLUDED
    assert f"「{what}」" in excluded.reason
    assert "理由: 試験のため" in excluded.reason
    assert record(batch, "白雲町.xlsx").state is FileState.COUNTED
    assert batch.control_problems == ()


def test_a_colon_may_be_part_of_a_file_name() -> None:
    batch = put_together(
        returned("若葉市：案.xlsx"), returned("若葉市.xlsx"), exclusions=["若葉市：案.xlsx"]
    )
    assert states(batch)["若葉市：案.xlsx"] is FileState.EXCLUDED


@pytest.mark.parametrize(
    ("line", "near"),
    [
        ("存在しない市", ""),
        ("若場市", "若葉市"),
        ("若場市：試験のため", "若葉市"),
        ("白雲町（案）.xlsx", "白雲町.xlsx"),
        ("若葉市 試験のため", "若葉市"),
        ("若葉市（試験のため）", "若葉市"),
        ("旧2/", ""),
        ("*.pptx", ""),
    ],
)
def test_a_line_that_fits_nothing_is_told_with_its_number(line: str, near: str) -> None:
    outcomes = (returned("旧/若葉市_案.xlsx"), returned("白雲町.xlsx"))
    batch = put_together(*outcomes, asked=ASKED, exclusions=["旧/若葉市_案.xlsx", line])
    (problem,) = batch.control_problems
    assert (problem.location.file, problem.subject, problem.written) == ("除外.txt", "2行目", line)
    assert (f"「{near}」のことであれば" in problem.fix) is bool(near)


def test_a_line_is_used_where_another_already_says_the_same() -> None:
    lines = ["若葉市.xlsx", "若葉市：重ねて", "株式会社青空システム", "申請.pdf"]
    aside = Skipped(source=_source("申請.pdf"), reason=SkipReason.OTHER_KIND)
    batch = put_together(returned("若葉市.xlsx"), aside, asked=ASKED, exclusions=lines)
    assert batch.control_problems == ()


def test_brackets_in_an_exclusion_stand_for_themselves() -> None:
    batch = put_together(
        returned("[1]若葉市.xlsx"), returned("1若葉市.xlsx"), exclusions=["[1]*.xlsx"]
    )
    assert states(batch)["[1]若葉市.xlsx"] is FileState.EXCLUDED
    assert states(batch)["1若葉市.xlsx"] is FileState.COUNTED


def test_an_excluded_file_leaves_its_respondent_missing_a_respondent_does_not() -> None:
    file = put_together(returned("若葉市.xlsx"), asked=ASKED, exclusions=["若葉市.xlsx"])
    assert "S01" in {respondent.id for respondent in file.missing}
    name = put_together(returned("若葉市.xlsx"), asked=ASKED, exclusions=["若葉市"])
    assert "S01" not in {respondent.id for respondent in name.missing}


def test_the_roster_excludes_with_its_reason() -> None:
    asked = roster(replace(WAKABA, excluded="契約終了"), SHIRAKUMO)
    batch = put_together(returned("若葉市.xlsx"), asked=asked)
    assert states(batch) == {"若葉市.xlsx": FileState.EXCLUDED}
    assert "契約終了" in record(batch, "若葉市.xlsx").reason
    assert [respondent.id for respondent in batch.missing] == ["S02"]


def test_what_was_not_asked_for_is_not_left_blank() -> None:
    batch = put_together(returned("株式会社青空システム.xlsx", marks="-3-1"), asked=ASKED)
    answers = batch.submissions[0].submission.answers
    assert [(answer.in_scope, answer.mark.status) for answer in answers] == [
        (False, Status.NOT_APPLICABLE),
        (False, Status.NOT_PLANNED),
        (True, Status.BLANK),
        (True, Status.DONE),
    ]


def test_order_follows_the_roster_then_the_name() -> None:
    batch = put_together(
        returned("青嶺市.xlsx"), returned("株式会社青空システム.xlsx"), returned("若葉市.xlsx"),
        asked=ASKED,
    )  # fmt: skip
    names = [counted.respondent.name for counted in batch.submissions]
    assert names == ["若葉市", "株式会社青空システム", "青嶺市"]
    assert [respondent.name for respondent in batch.missing] == ["白雲町"]


@pytest.mark.parametrize("reason", [*SkipReason])
def test_every_file_set_aside_has_a_reason(reason: SkipReason) -> None:
    batch = put_together(Skipped(source=_source("a"), reason=reason))
    assert states(batch) == {"a": FileState.IGNORED}


@pytest.mark.parametrize("reason", [*UnreadableReason])
def test_every_unreadable_file_has_a_reason_and_a_next_step(reason: UnreadableReason) -> None:
    batch = put_together(Unreadable(source=_source("a.xlsx"), reason=reason))
    assert states(batch) == {"a.xlsx": FileState.UNREADABLE}
    assert "ください。" in record(batch, "a.xlsx").reason


# --- conservation -----------------------------------------------------------------------------

_STEMS = (
    "若葉市",
    "白雲町",
    "青嶺市",
    "株式会社青空システム",
    "Book1",
    "点検表",
    "港区",
    "東京都港区",
)
_VERSIONS = ("", "_修正版", "_最終", "_R8.11.5", "_ver2", " (1)", "_案")


@st.composite
def outcome(draw: st.DrawFn) -> Outcome:
    """Draw any kind of outcome with a path that says who and which version."""
    folder = draw(st.sampled_from(("", "旧/", "若葉市/", "申請.zip!")))
    path = f"{folder}{draw(st.sampled_from(_STEMS))}{draw(st.sampled_from(_VERSIONS))}.xlsx"
    kind = draw(st.integers(0, 5))
    source = _source(path, modified=draw(st.sampled_from((OLD, NEW, ""))))
    if kind == 0:
        return Skipped(source=source, reason=draw(st.sampled_from([*SkipReason])))
    if kind == 1:
        return Unreadable(source=source, reason=draw(st.sampled_from([*UnreadableReason])))
    if kind == 2:
        return NotChecklist(source=source, kind=FileKind.XLSX)
    return returned(
        path,
        cell=draw(st.sampled_from(("", "", "若葉市役所", "青空システム㈱", "港区", "企画課"))),
        marks=draw(st.text("13-", min_size=4, max_size=4)),
        filled_on=draw(st.sampled_from(("", "2026-11-02", "2026-11-05"))),
        modified=source.modified,
        sha256=draw(st.sampled_from(("", "same", "other"))),
        overrides=draw(st.sampled_from((None, None, None, (CHECKLIST.items[0].id,)))),
    )


@given(
    st.lists(outcome(), max_size=12, unique_by=lambda o: o.source.path),
    st.randoms(use_true_random=False),
    st.sampled_from((None, ASKED)),
    st.sampled_from(((), ("若葉市",), ("*_案.xlsx", "旧/"))),
)
def test_nothing_is_lost_and_the_order_of_files_does_not_matter(
    outcomes: list[Outcome],
    random: Random,
    asked: Roster | None,
    exclusions: tuple[str, ...],
) -> None:
    batch = put_together(*outcomes, asked=asked, exclusions=exclusions)
    shuffled = [*outcomes]
    random.shuffle(shuffled)
    assert put_together(*shuffled, asked=asked, exclusions=exclusions) == batch
    assert [record.source.path for record in batch.files] == sorted(
        outcome.source.path for outcome in outcomes
    )
    answers = sum(len(counted.submission.answers) for counted in batch.submissions)
    assert answers == len(batch.submissions) * len(CHECKLIST.items)


def test_conservation_tells_what_does_not_add_up() -> None:
    batch = put_together(
        returned("若葉市.xlsx", sha256="a"), returned("旧/若葉市.xlsx", sha256="a"), asked=ASKED
    )
    counted = batch.submissions[0]
    short = replace(counted.submission, answers=counted.submission.answers[:-1])
    broken = {
        "記録されています": replace(batch, files=batch.files * 2),
        "回答がありません": replace(batch, submissions=()),
        "集計対象のファイルは 0 件": replace(batch, files=batch.files[:-1]),
        "集計対象にありません": replace(
            batch, files=tuple(replace(r, state=FileState.DUPLICATE) for r in batch.files)
        ),
        "理由がありません": replace(batch, files=tuple(replace(r, reason="") for r in batch.files)),
        "回答 3 件": replace(batch, submissions=(replace(counted, submission=short),)),
        "件集計されています": replace(batch, submissions=batch.submissions * 2),
        "未提出とされています": replace(batch, missing=(counted.respondent,)),
        "提出済みでも未提出でもありません": replace(batch, missing=()),
    }
    for words, wrong in broken.items():
        assert any(words in line for line in conservation(wrong)), words

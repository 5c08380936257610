"""The rarer ways in which returns name their sender, their project and one another."""

from dataclasses import replace

import pytest
from test_assemble import (
    CHECKLIST,
    MONTH,
    SHIRAKUMO,
    WAKABA,
    put_together,
    record,
    returned,
    roster,
    states,
)

from pipeline.assemble.stakeholders import rest_of
from pipeline.model import (
    Answer,
    Batch,
    Doubt,
    Due,
    EvidenceKind,
    FileKind,
    FileState,
    NotChecklist,
    Note,
    OwnBook,
    Precision,
    Roster,
    RosterEntry,
    SourceFile,
    Status,
    Submission,
    Unreadable,
    UnreadableReason,
)
from pipeline.model.submission import Slip
from pipeline.texts.notes import read_note
from pipeline.texts.respondents import entry_id

FIRST = CHECKLIST.items[0].id
TOKIWAGI = RosterEntry(code="C03", name="常磐木市")
TOURS = RosterEntry(code="", name="月影市", project="観光MaaS事業")
FLOODS = RosterEntry(code="", name="月影市", project="防災データ連携事業")


def source(path: str) -> SourceFile:
    return SourceFile(path=path, location=returned(path).source.location)


def changed(submission: Submission, **changes: object) -> Submission:
    """Give a return whose first answer is another one."""
    first, *others = submission.answers
    answer: Answer = replace(first, **changes)  # type: ignore[arg-type] # as replace checks them
    return replace(submission, answers=(answer, *others))


def counted(batch: Batch) -> dict[str, str]:
    """Give the respondents that count and by what each was told."""
    return {each.respondent.name: each.respondent.identified_by.value for each in batch.submissions}


# --- files of the coordinator, files of nobody ---------------------------------------------------


def test_a_workbook_of_the_product_is_called_by_its_name() -> None:
    totals = NotChecklist(source=source("前の集計.xlsx"), kind=FileKind.XLSX, own=OwnBook.TOTALS)
    assert "集計表のため" in record(put_together(totals), "前の集計.xlsx").reason


def test_a_list_of_bodies_by_another_name_is_told_where_there_is_no_roster() -> None:
    nearly = NotChecklist(source=source("団体名簿.xlsx"), kind=FileKind.XLSX)
    (problem,) = put_together(nearly).control_problems
    assert "名簿.xlsx" in problem.fix
    assert put_together(nearly, asked=roster(WAKABA)).control_problems == ()


def test_a_file_between_two_bodies_can_be_excluded() -> None:
    batch = put_together(
        returned("a.xlsx", cell="若葉市・白雲町"),
        asked=roster(WAKABA, SHIRAKUMO),
        exclusions=["a.xlsx"],
    )
    assert states(batch) == {"a.xlsx": FileState.EXCLUDED}


# --- who answered ---------------------------------------------------------------------------------


def test_a_slip_of_the_pen_in_the_name_of_the_form_is_that_name() -> None:
    batch = put_together(
        returned("a.xlsx", cell="常盤木市", hidden="C03"), asked=roster(WAKABA, TOKIWAGI)
    )
    (one,) = batch.submissions
    assert (one.respondent.id, one.respondent.identified_by) == ("C03", EvidenceKind.HIDDEN_ID)
    assert [each.name for each in one.respondent.outvoted] == ["常盤木市"]


@pytest.mark.parametrize(
    "cell", ["若葉市・青嶺広域連合", "若葉市・白嶺町広域連合", "青嶺町・若葉市", "若葉市、青嶺市"]
)
def test_a_name_beside_another_organisation_is_not_the_body_alone(cell: str) -> None:
    batch = put_together(returned("a.xlsx", cell=cell), asked=roster(WAKABA, SHIRAKUMO))
    assert counted(batch) == {cell: "cell"}
    assert [each.name for each in batch.missing] == ["若葉市", "白雲町"]


@pytest.mark.parametrize("asked", [None, roster(WAKABA)])
def test_a_file_name_of_two_towns_is_nobodys(asked: Roster | None) -> None:
    batch = put_together(returned("若葉市_青嶺市.xlsx"), asked=asked)
    (found,) = batch.files
    assert found.state is FileState.DISPUTED
    assert {each.name for each in found.claims} == {"若葉市", "青嶺市"}


def test_a_sheet_of_several_that_names_nobody_is_called_by_file_and_sheet() -> None:
    one = returned("若葉市.xlsx")
    part = replace(one, source=replace(one.source, part="シート1"))
    assert counted(put_together(part)) == {"若葉市［シート1］": "none"}


def test_a_form_made_for_one_unlisted_body_and_named_by_another_is_disputed() -> None:
    own = returned("a.xlsx", cell="青嶺市")
    made_for = put_together(own).submissions[0].respondent.id
    batch = put_together(own, returned("b.xlsx", cell="黒潮市", hidden=made_for))
    assert {each.name for each in record(batch, "b.xlsx").claims} == {"青嶺市", "黒潮市"}
    assert counted(batch) == {"青嶺市": "cell"}


def test_an_id_that_nothing_else_explains_disputes_no_cell() -> None:
    batch = put_together(
        returned("a.xlsx", hidden="S07"), returned("b.xlsx", cell="黒潮市", hidden="S07")
    )
    assert counted(batch) == {"S07": "hidden_id", "黒潮市": "cell"}


def test_what_stands_behind_a_name_is_not_left_over_from_it() -> None:
    assert rest_of(("若葉市の", "若葉市の観光MaaS事業"), ("若葉市",)) == ("観光MaaS事業",)


# --- which project --------------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_is_that_of_the_project_it_names() -> None:
    unread = [
        Unreadable(source=source(path), reason=UnreadableReason.PASSWORD)
        for path in ("月影市.xlsx", "月影市_観光MaaS事業.xlsx")
    ]
    batch = put_together(*unread, asked=roster(TOURS, FLOODS))
    assert [each.respondent and each.respondent.name for each in batch.files] == [
        "月影市",
        "月影市／観光MaaS事業",
    ]


def test_the_form_of_one_project_that_says_another_is_nobodys() -> None:
    hidden = entry_id(TOURS)
    batch = put_together(
        returned("a.xlsx", hidden=hidden),
        replace(returned("b.xlsx", hidden=hidden), project=FLOODS.project),
        asked=roster(TOURS, FLOODS),
    )
    assert counted(batch) == {"月影市／観光MaaS事業": "hidden_id"}
    assert record(batch, "b.xlsx").state is FileState.NOT_CHECKLIST


def test_a_project_in_the_cell_is_the_rosters_or_one_of_its_own() -> None:
    batch = put_together(
        replace(returned("a.xlsx", cell="月影市"), project="観光ＭａａＳ事業"),
        replace(returned("b.xlsx", cell="月影市", marks="1113"), project="農業スマート化事業"),
        asked=roster(TOURS, FLOODS),
    )
    told = {each.respondent.name: each.respondent.on_roster for each in batch.submissions}
    assert told == {"月影市／観光MaaS事業": True, "月影市／農業スマート化事業": False}


def test_a_copy_that_says_no_project_is_that_of_its_twin() -> None:
    batch = put_together(
        returned("月影市_観光MaaS事業.xlsx", cell="月影市", sha256="same"),
        returned("月影市.xlsx", cell="月影市", sha256="same"),
        asked=roster(TOURS, FLOODS),
    )
    assert sorted(counted(batch)) == ["月影市／観光MaaS事業"]
    assert {*states(batch).values()} == {FileState.COUNTED, FileState.DUPLICATE}


def test_a_return_that_says_no_project_beside_two_that_do_is_neithers() -> None:
    batch = put_together(
        replace(returned("1.xlsx", cell="月影市"), project=TOURS.project),
        replace(returned("2.xlsx", cell="月影市", marks="1113"), project=FLOODS.project),
        returned("3.xlsx", cell="月影市", marks="3113"),
    )
    assert sorted(counted(batch)) == ["月影市／観光MaaS事業", "月影市／防災データ連携事業"]
    assert "どちらの回答か分からない" in record(batch, "3.xlsx").reason


# --- several returns of one body ------------------------------------------------------------------


def planned(path: str, month: str, note: str = "") -> Submission:
    due = Due(month=month, precision=Precision.MONTH)
    one = returned(path)
    mark = replace(one.answers[0].mark, status=Status.PLANNED, raw="②", due=due)
    return changed(one, mark=mark, due=due, note=read_note(note, month=MONTH))


def test_two_plans_of_different_months_are_unclear() -> None:
    batch = put_together(planned("若葉市.xlsx", "2026-12"), planned("b/若葉市.xlsx", "2027-03"))
    answer = batch.submissions[0].submission.answers[0]
    assert (answer.mark.status, answer.mark.doubt) == (Status.UNCLEAR, Doubt.RETURNS)
    alike = put_together(planned("若葉市.xlsx", "2026-12"), planned("b/若葉市.xlsx", "2026-12"))
    assert alike.submissions[0].submission.answers[0].due.month == "2026-12"


def test_every_note_written_to_an_item_is_kept() -> None:
    batch = put_together(
        planned("若葉市.xlsx", "2026-12", "議会に諮る"),
        planned("b/若葉市.xlsx", "", "担当が代わる"),
    )
    answer = batch.submissions[0].submission.answers[0]
    assert (answer.mark.status, answer.due.month) == (Status.PLANNED, "2026-12")
    assert sorted(answer.note.raw.split("\n")) == ["担当が代わる", "議会に諮る"]


def test_a_note_of_a_slip_settles_nothing_that_forms_differ_on() -> None:
    slip = returned("若葉市_票.xlsx", marks="----", overrides=(FIRST,), filled_on="2026-11-20")
    batch = put_together(
        returned("若葉市.xlsx", marks="1111", filled_on="2026-11-01"),
        returned("b/若葉市.xlsx", marks="3111", filled_on="2026-11-01"),
        changed(slip, note=Note(raw="確認中", empty=False)),
    )
    answer = batch.submissions[0].submission.answers[0]
    assert (answer.mark.status, answer.mark.doubt) == (Status.UNCLEAR, Doubt.RETURNS)
    assert answer.note.raw == "確認中"


def test_a_form_handed_out_after_the_month_of_a_slip_goes_before_it() -> None:
    every = tuple(item.id for item in CHECKLIST.items)
    last = CHECKLIST.items[3].id
    form = replace(returned("若葉市.xlsx", marks="1113"), prefilled_from="2026-10")
    slip = returned("若葉市_票.xlsx", marks="---1", overrides=(last,))
    batch = put_together(
        replace(form, as_handed_out=every), replace(slip, slip=Slip(month="2026-10"))
    )
    assert batch.submissions[0].submission.answers[3].mark.status is Status.NOT_PLANNED
    assert record(batch, "若葉市_票.xlsx").state is FileState.SUPERSEDED
    assert "全 4 項目とも前月のまま" in record(batch, "若葉市.xlsx").reason
    partly = put_together(replace(form, as_handed_out=every[:3]))
    assert "3 項目は前月のまま" in record(partly, "若葉市.xlsx").reason

"""Bodies with several projects, and what is nobody's return: put together without a workbook."""

from dataclasses import replace
from typing import Any

import pytest
from test_assemble import ASKED, SHIRAKUMO, WAKABA, put_together, record, returned, roster, states

from pipeline.model import (
    EvidenceKind,
    FileKind,
    FileState,
    Mark,
    RosterEntry,
    Skipped,
    SkipReason,
    SourceFile,
    Status,
    Submission,
    Unreadable,
    UnreadableReason,
)

TOURISM = replace(WAKABA, project="観光MaaS事業", mail="kanko@example.jp")
RESCUE = replace(WAKABA, project="防災DX事業", mail="bosai@example.jp", aliases=())


def source(path: str) -> SourceFile:
    return replace(returned(path).source, path=path)


def about(project: str, path: str, **changes: Any) -> Submission:
    return replace(returned(path, cell="若葉市", **changes), project=project)


def test_a_projects_of_the_roster_are_units_with_their_own_contact() -> None:
    batch = put_together(
        about("観光MaaS事業", "若葉市_1.xlsx"),
        about("", "若葉市_防災DX事業.xlsx", marks="3333"),
        asked=roster(TOURISM, RESCUE, SHIRAKUMO),
    )
    units = {one.respondent.project: one.respondent for one in batch.submissions}
    assert units.keys() == {"観光MaaS事業", "防災DX事業"}
    assert units["観光MaaS事業"].mail == "kanko@example.jp"
    assert units["防災DX事業"].mail == "bosai@example.jp"
    assert units["観光MaaS事業"].identified_by is EvidenceKind.CELL
    assert units["防災DX事業"].identified_by is EvidenceKind.FILE_NAME
    assert {unit.body_name for unit in units.values()} == {"若葉市"}
    assert {unit.name for unit in units.values()} == {"若葉市／観光MaaS事業", "若葉市／防災DX事業"}


def test_projects_that_cells_name_are_units_and_a_name_is_weaker_evidence() -> None:
    batch = put_together(
        about("観光MaaS", "若葉市_a.xlsx"),
        about("防災DX事業", "若葉市_b.xlsx", marks="3333"),
        about("", "若葉市_水道事業.xlsx", marks="3131"),
        asked=ASKED,
    )
    units = {one.respondent.project: one.respondent for one in batch.submissions}
    assert units.keys() == {"観光MaaS", "防災DX事業", "水道事業"}
    assert units["観光MaaS"].identified_by is EvidenceKind.CELL
    assert units["水道事業"].identified_by is EvidenceKind.FILE_NAME
    assert units["水道事業"].evidence == "水道事業"
    assert {unit.body for unit in units.values()} == {"S01"}


def test_of_two_writings_of_a_project_the_shorter_names_it() -> None:
    batch = put_together(
        about("観光MaaS事業", "若葉市_a.xlsx", filled_on="2026-11-01"),
        about("観光MaaS", "若葉市_b.xlsx", filled_on="2026-11-09"),
        about("防災DX", "若葉市_c.xlsx", marks="3333"),
        asked=ASKED,
    )
    assert {one.respondent.project for one in batch.submissions} == {"観光MaaS", "防災DX"}
    assert states(batch)["若葉市_a.xlsx"] is FileState.SUPERSEDED


def test_the_same_answers_twice_are_no_two_projects() -> None:
    batch = put_together(
        returned("若葉市_観光MaaS事業.xlsx", cell="若葉市"),
        returned("若葉市_防災DX事業.xlsx", cell="若葉市"),
        asked=ASKED,
    )
    assert [one.respondent.id for one in batch.submissions] == ["S01"]


@pytest.mark.parametrize("digest", ["", "one"])
def test_a_copy_without_a_project_is_that_projects_only_where_its_bytes_are(digest: str) -> None:
    batch = put_together(
        about("観光MaaS事業", "若葉市_a.xlsx", sha256="one"),
        about("防災DX事業", "若葉市_b.xlsx", marks="3333"),
        about("", "若葉市_c.xlsx", sha256=digest or "another"),
        asked=roster(TOURISM, RESCUE),
    )
    copied = FileState.DUPLICATE if digest else FileState.NOT_CHECKLIST
    assert states(batch)["若葉市_c.xlsx"] is copied


@pytest.mark.parametrize("reason", SkipReason)
def test_only_what_somebody_sent_points_to_a_respondent(reason: SkipReason) -> None:
    """Thumbs.db in the folder of a body is no answer of it, a PDF or a late return is."""
    sent = reason in {SkipReason.OTHER_KIND, SkipReason.LINK, SkipReason.LATE}
    skipped = Skipped(source=source("若葉市/回答.pdf"), reason=reason, kind=FileKind.PDF)
    found = record(put_together(skipped, asked=ASKED), "若葉市/回答.pdf")
    assert (found.respondent.id if found.respondent else "") == ("S01" if sent else "")
    aside = put_together(skipped, asked=ASKED, exclusions=["若葉市"])
    assert (states(aside)["若葉市/回答.pdf"] is FileState.EXCLUDED) is sent


def test_a_body_set_aside_is_so_with_what_could_not_be_read_of_it() -> None:
    broken = Unreadable(source=source("わかば.xlsx"), reason=UnreadableReason.BROKEN)
    batch = put_together(broken, asked=ASKED, exclusions=["若葉市"])
    assert states(batch) == {"わかば.xlsx": FileState.EXCLUDED}


def test_who_is_on_no_roster_and_bears_no_name_is_not_on_the_roster() -> None:
    batch = put_together(returned("20261105.xlsx"), asked=ASKED)
    (counted,) = batch.submissions
    assert counted.respondent.on_roster is False
    assert put_together(returned("20261105.xlsx")).submissions[0].respondent.on_roster is None


def test_an_answer_on_which_returns_differ_keeps_what_the_first_of_them_says_beside_it() -> None:
    one, other = (
        returned("若葉市_1.xlsx", cell="若葉市"),
        returned("若葉市_2.xlsx", cell="若葉市", marks="3111"),
    )
    one = replace(one, answers=(replace(one.answers[0], title_written="最初"), *one.answers[1:]))
    batch = put_together(other, one, asked=ASKED)
    answer = batch.submissions[0].submission.answers[0]
    assert answer.mark == Mark(status=Status.UNCLEAR, raw="1／3", doubt=answer.mark.doubt)
    assert answer.title_written == "最初"


@pytest.mark.parametrize(
    ("first", "second", "counted"),
    [
        ("2026-11-09", "2026-11-01", "a.xlsx"),
        ("2026-11-01", "2026-11-09", "b.xlsx"),
        ("2026-11-09", "", None),
        ("", "2026-11-09", None),
        ("2026-11-09", "2026-11-09", None),
    ],
)
def test_the_date_inside_tells_the_later_only_where_both_have_one(
    first: str, second: str, counted: str | None
) -> None:
    batch = put_together(
        returned("a.xlsx", cell="若葉市", filled_on=first),
        returned("b.xlsx", cell="若葉市", filled_on=second, marks="3333"),
        asked=ASKED,
    )
    forms = {path for path, state in states(batch).items() if state is FileState.COUNTED}
    assert forms == ({counted} if counted else {"a.xlsx", "b.xlsx"})
    reasons = {
        one.source.path: one.reason for one in batch.files if one.state is FileState.SUPERSEDED
    }
    assert all("シート内の記入日が新しいもの" in reason for reason in reasons.values())


def test_two_towns_in_one_name_are_another_organisation() -> None:
    """若葉市X is 若葉市 with a letter; 若葉市・白雲町広域連合 is not 若葉市."""
    batch = put_together(
        returned("a.xlsx", cell="若葉市・白雲町広域連合"),
        returned("b.xlsx", cell="若葉市", marks="3333"),
        asked=roster(WAKABA, RosterEntry(code="S09", name="別市")),
    )
    assert {one.respondent.name for one in batch.submissions} == {
        "若葉市・白雲町広域連合",
        "若葉市",
    }

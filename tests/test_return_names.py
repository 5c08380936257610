"""What the file names of several returns of one body say: projects, succession, or nothing."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rows import every_row
from test_assemble import CHECKLIST, returned

from pipeline.assemble import assemble, conservation
from pipeline.forms.checklists import load_checklist
from pipeline.model import Batch, FileState, Roster, RosterEntry, Status

TESTS = Path(__file__).parent
FORM = load_checklist(TESTS.parent / "templates" / "smartcity-security")
KITCHEN = replace(CHECKLIST, file_words=FORM.file_words, respondent_labels=FORM.respondent_labels)
CASES: dict[str, Any] = tomllib.loads(
    (TESTS / "cases" / "returns.toml").read_text(encoding="utf-8")
)
BODY = "月影市"
ASKED = Roster(
    file="名簿.xlsx",
    entries=tuple(
        RosterEntry(code="M01", name=BODY, project=project)
        for project in ("観光MaaS事業", "防災DX事業")
    ),
)


def put_together(names: list[str], roster: Roster | None = None) -> Batch:
    """Assemble files of 月影市 that differ in every item; the first one was changed last."""
    returns = [
        returned(name, cell=BODY, marks=marks, modified=f"2026-11-{20 - place}T09:00:00+09:00")
        for place, (name, marks) in enumerate(zip(names, ("1111", "3333", "1313"), strict=False))
    ]
    batches = [
        assemble(files, checklist=KITCHEN, roster=roster, exclusions=(), month="2026-11")
        for files in (returns, returns[::-1])
    ]
    assert batches[0] == batches[1]
    assert conservation(batches[0]) == ()
    return batches[0]


def together(batch: Batch) -> set[frozenset[str]]:
    """Give the files of each unit."""
    units: dict[str, set[str]] = {}
    for record in batch.files:
        assert record.respondent
        units.setdefault(record.respondent.id, set()).add(record.source.path)
    return {frozenset(files) for files in units.values()}


@every_row("names", CASES["projects"], ids=" ".join)
def test_each_file_is_a_project_of_its_own(names: list[str]) -> None:
    batch = put_together(names)
    assert together(batch) == {frozenset({name}) for name in names}
    assert all(one.respondent.project for one in batch.submissions)
    assert all(one.respondent.name.startswith(f"{BODY}／") for one in batch.submissions)


@pytest.mark.parametrize("case", CASES["grouped"], ids=" ".join)
def test_files_of_one_project_are_one_unit(case: list[str]) -> None:
    groups, *names = case
    meant = {frozenset(names[int(n) - 1] for n in group.split()) for group in groups.split("|")}
    assert together(put_together(names)) == meant


@every_row("names", CASES["asked"], ids=" ".join)
def test_nothing_proves_which_is_the_later_one(names: list[str]) -> None:
    batch = put_together(names)
    (only,) = batch.submissions
    assert {answer.mark.status for answer in only.submission.answers} == {Status.UNCLEAR}
    assert {record.state for record in batch.files} == {FileState.COUNTED}


@every_row("names", CASES["newest"], ids=" ".join)
def test_the_last_name_proves_to_be_the_later_one(names: list[str]) -> None:
    batch = put_together(names)
    (only,) = batch.submissions
    assert only.submission.source.path == names[-1]
    states = {record.source.path: record.state for record in batch.files}
    assert all(states[name] is FileState.SUPERSEDED for name in names[:-1])


@every_row(("project", "name"), CASES["rostered"], ids=" ".join)
def test_which_project_of_the_roster(project: str, name: str) -> None:
    batch = put_together([name], ASKED)
    assert [one.respondent.project for one in batch.submissions] == [project] * bool(project)
    assert len(batch.missing) == 2 - bool(project)
    assert bool(batch.files[0].between) is not bool(project)

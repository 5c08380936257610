"""Three months, told in the sample, run one after the other into one outbox.

Every figure of 前月比 and of the promise ledger is worked out anew (`pencil`) from what the
respondents of the story meant; nothing of the product's own counting is used for that.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pencil
import pytest
from gates import lint, recalc, render, schema
from inboxes import fingerprint, load, settings_for
from opened import opened
from pencil import Told, below, block, changes, grid, tally
from three_months import MEMBERS, MONTHS, write_year, year_answers

from pipeline.model import Checklist, Status
from pipeline.run import RunResult, aggregate

PAIRS = tuple(pairwise(MONTHS))
NAMES = {member.code: member.name for member in MEMBERS}
both_months = pytest.mark.parametrize(("before", "now"), PAIRS)
each_month = pytest.mark.parametrize("now", MONTHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """The outbox of the story after all months, and how each month looked when it was new."""

    folder: Path
    results: Mapping[str, RunResult]
    fresh: Mapping[str, Mapping[str, str]]

    def month(self, month: str) -> Path:
        return self.folder / "outbox" / month

    def table(self, month: str, name: str) -> list[dict[str, str]]:
        return pencil.table(self.month(month), name)


@pytest.fixture(scope="module")
def checklist() -> Checklist:
    return load()


@pytest.fixture(scope="module")
def story(checklist: Checklist) -> Told:
    said = year_answers(checklist)
    repeats = {(member.repeats, member.code) for member in MEMBERS}
    return Told(
        months=MONTHS,
        said=said,
        names=NAMES,
        same=frozenset(key for key in said if key[:2] in repeats),
    )


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory, checklist: Checklist) -> Year:
    folder = tmp_path_factory.mktemp("year")
    results, fresh = {}, {}
    for month in write_year(folder, checklist):
        settings = settings_for(
            folder, month=month, inbox=folder / month / "inbox", pivot=month == MONTHS[-1]
        )
        results[month] = aggregate(settings)
        fresh[month] = fingerprint(folder / "outbox" / month)
    return Year(folder=folder, results=results, fresh=fresh)


@pytest.fixture(scope="module")
def books(year: Year) -> Mapping[str, Any]:
    return {month: opened(year.results[month].workbook, data_only=True) for month in MONTHS}


def test_every_month_is_read_as_it_was_meant(year: Year, story: Told) -> None:
    for month in MONTHS:
        read = {
            (row["respondent_id"], row["item_id"]): (Status(row["status"]), row["due"])
            for row in year.table(month, "answers")
        }
        meant = {key[1:]: said for key, said in story.said.items() if key[0] == month}
        assert read == meant


def test_a_month_without_year_never_becomes_next_year(year: Year) -> None:
    said = {"②（6月）": 0, "②（10月）": 0}
    for row in year.table("2026-11", "answers"):
        if row["mark"] in said and row["respondent"] != NAMES["131004"]:
            said[row["mark"]] += 1
            assert row["due"][:4] == "2026"
            assert row["due_inferred"] == "true"
    assert min(said.values()) > 10
    new = [row for row in year.table("2026-11", "answers") if row["respondent_id"] == "131004"]
    assert {row["due"] for row in new if row["mark"] == "②（6月）"} == {"2027-06"}


def test_earlier_months_are_never_touched(year: Year) -> None:
    for month in MONTHS:
        assert fingerprint(year.folder / "outbox" / month) == year.fresh[month]


def test_the_same_months_again_give_the_same_bytes(
    year: Year, checklist: Checklist, tmp_path: Path
) -> None:
    for month in write_year(tmp_path, checklist)[:2]:
        settings = settings_for(
            tmp_path, month=month, inbox=tmp_path / month / "inbox", pivot=False
        )
        aggregate(settings)
        again = fingerprint(tmp_path / "outbox" / month)
        assert {k: v for k, v in again.items() if k != "run.json"} == {
            k: v for k, v in year.fresh[month].items() if k != "run.json"
        }


def test_the_first_month_has_no_sheet_about_others(books: Mapping[str, Any]) -> None:
    assert not {"前月比", "対応予定の履行状況"} & {*books[MONTHS[0]].sheetnames}


@both_months
def test_changes_are_those_of_the_story(year: Year, story: Told, before: str, now: str) -> None:
    found = pencil.check_changes(year.month(now), story, before, now)
    assert found >= {"進んだ", "先送り", "変更"}


@both_months
def test_every_figure_of_the_comparison(
    books: Mapping[str, Any], story: Told, checklist: Checklist, before: str, now: str
) -> None:
    sheets = pencil.compared(books[now]), grid(books[now], "概況")
    pencil.check_comparison(*sheets, story, checklist, before, now)


@each_month
def test_answers_of_an_unchanged_file_are_marked(
    books: Mapping[str, Any], story: Told, now: str
) -> None:
    pencil.check_same_files(grid(books[now], "明細"), story, now)
    assert story.same


@each_month
def test_the_ledger_is_that_of_the_story(
    year: Year, books: Mapping[str, Any], story: Told, checklist: Checklist, now: str
) -> None:
    rows = pencil.check_ledger(year.month(now), story, now)
    if now != MONTHS[0]:
        sheet = grid(books[now], "対応予定の履行状況")
        pencil.check_rates(sheet, story, checklist, now)
        pencil.check_promise_list(sheet, rows, now)
    pencil.check_planned(grid(books[now], "対応予定"), story, now)
    if now == MONTHS[-1]:
        assert {row["outcome"] for row in rows} == {*pencil.OUTCOMES} - {"時期未定のまま対応"}
        assert {row["slips"] for row in rows} == {"0", "1", "2"}


def test_a_month_that_is_left_out_is_told(checklist: Checklist, tmp_path: Path) -> None:
    write_year(tmp_path, checklist)
    for month in (MONTHS[0], MONTHS[2]):
        settings = settings_for(
            tmp_path, month=month, inbox=tmp_path / month / "inbox", pivot=False
        )
        result = aggregate(settings)
    rows = grid(opened(result.workbook, data_only=True), "前月比")
    texts = [str(cell) for row in rows[:5] for cell in row if cell]
    assert any("2026-10" in text and "2026-09 と比べています" in text for text in texts)
    found = pencil.table(result.folder, "changes")
    assert {row["compared_with"] for row in found} == {MONTHS[0]}


def test_the_public_edition_names_nobody_of_any_month(
    year: Year, story: Told, checklist: Checklist, tmp_path: Path
) -> None:
    before, now = PAIRS[-1]
    shutil.copytree(year.folder, tmp_path, dirs_exist_ok=True)
    settings = settings_for(
        tmp_path, month=now, inbox=tmp_path / now / "inbox", edition="public", pivot=False
    )
    result = aggregate(settings)
    book = opened(result.workbook, data_only=True)
    texts = "\n".join(
        str(cell) for sheet in book.worksheets for row in grid(book, sheet.title) for cell in row
    )
    data = "\n".join(
        path.read_text(encoding="utf-8-sig") for path in (result.folder / "data").glob("*.csv")
    )
    for member in MEMBERS:
        assert member.name not in texts + data
        assert member.code not in texts + data
    total = block(
        below(grid(book, "前月比"), "分野別の増減"), (0, "分野"), len(checklist.categories) + 1
    )[-1]
    assert total[4] == tally(story, before)[Status.DONE]
    moves = [movement for movement, _, _ in changes(story, before, now).values()]
    assert list(total[19:22]) == [moves.count(word) for word in ("進んだ", "後戻り", "先送り")]


@pytest.mark.outside
@pytest.mark.parametrize("month", [MONTHS[0], MONTHS[-1]])
@pytest.mark.parametrize("gate", [lint, schema, recalc, render])
def test_the_months_pass_the_outside_gates(gate: Any, month: str, year: Year) -> None:
    assert gate.problems(year.results[month].workbook) == []

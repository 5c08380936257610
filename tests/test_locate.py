"""Locating and reading a checklist in any layout: every answer at its item, never at another."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import smartcity, text_cell, workbook_from, workbook_of

from pipeline.locate import locate
from pipeline.model import Area, CellKey, MatchedBy, RawCell, RawSheet, RawWorkbook, Submission
from pipeline.parse import parse

MONTH = "2026-11"
CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "cases" / "layouts.toml").read_text(encoding="utf-8")
)["case"]


def submission_of(workbook: RawWorkbook) -> Submission:
    checklist = smartcity()
    layout = locate(workbook, checklist)
    assert layout is not None, "no checklist found"
    return parse(workbook, layout, checklist, month=MONTH)


def pairs(lines: list[str]) -> dict[str, str]:
    return {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_layout(case: dict[str, Any]) -> None:
    workbook = workbook_from(case["sheets"])
    if case.get("none"):
        assert locate(workbook, smartcity()) is None
        return
    submission = submission_of(workbook)
    found = [answer for answer in submission.answers if answer.matched_by is not MatchedBy.NONE]
    free = case.get("notes_free", False)
    written = {
        answer.item_id: answer.mark.raw
        + (f" // {answer.note.raw}" if answer.note.raw and not free else "")
        for answer in found
    }
    assert written == pairs(case["answers"])
    statuses = {answer.item_id: answer.mark.status.value for answer in found}
    wanted = pairs(case.get("statuses", []))
    assert {item_id: statuses[item_id] for item_id in wanted} == wanted
    assert [row.text for row in submission.extra_rows] == case.get("others", [])
    by_title = [answer.item_id for answer in found if answer.matched_by is MatchedBy.TITLE]
    assert by_title == case.get("by_title", [])
    titles = [answer.item_id for answer in found if answer.title_written]
    assert titles == case.get("titles", by_title)
    assert [answer.item_id for answer in found if answer.hidden] == case.get("hidden", [])
    assert list(submission.copies) == case.get("copies", [])
    assert list(submission.hidden_copies) == case.get("hidden_copies", [])
    repeated = [
        f"{each.item_id} {'agrees' if each.agree else 'differs'}" for each in submission.repeated
    ]
    assert repeated == case.get("repeated", [])
    assert any(table.guessed for table in submission.tables) == case.get("guessed", False)


def test_cases_are_many_and_named_once() -> None:
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names)) >= 40

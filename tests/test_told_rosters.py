"""What is read of a roster, whole: every line, every remark with its place, every mistake.

`cases/rosters.toml` has sheets as text tables, cells parted by ``|``; ``=5`` is a number.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from rows import every_row
from test_roster import TEMPLATES, workbook

from pipeline.assemble.roster import read_roster
from pipeline.errors import TorimatomeError
from pipeline.forms.checklists import load_checklist
from pipeline.model import CellKind, ControlProblem, RawCell, RawWorkbook, RosterEntry

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "cases" / "rosters.toml").read_text(encoding="utf-8")
)["roster"]
FORM = load_checklist(TEMPLATES / "smartcity-security")


@every_row("case", CASES, ids=[case["what"] for case in CASES])
def test_all_that_is_told_of_a_roster(case: dict[str, Any]) -> None:
    assert [*told(with_numbers(workbook(*case["sheets"])))] == case["told"]


def with_numbers(book: RawWorkbook) -> RawWorkbook:
    def read(cell: RawCell) -> RawCell:
        number = cell.text.startswith("=")
        return replace(cell, kind=CellKind.NUMBER, text=cell.text[1:]) if number else cell

    sheets = (
        replace(sheet, cells={key: read(cell) for key, cell in sheet.cells.items()})
        for sheet in book.sheets
    )
    return replace(book, sheets=tuple(sheets))


def told(book: RawWorkbook) -> Iterable[str]:
    """Give each entry with its place and what is not usual, each remark, each mistake."""
    try:
        found = read_roster(book, FORM)
    except TorimatomeError as problem:
        yield f"{problem.exit_code.name}: {problem}"
        return
    assert found.file == book.source.path
    yield from map(_entry, found.entries)
    yield from map(_problem, found.problems)
    yield from (f"0 を補う: {code}" for code in sorted(found.zeros_added))


def _entry(entry: RosterEntry) -> str:
    place = entry.location
    words = [f"{place.file}［{place.sheet}!{place.cell}］" if place else "", entry.code, entry.name]
    for each in fields(entry)[2:-1]:
        value = getattr(entry, each.name)
        if value != each.default:
            words.append(f"{each.name}={value}")
    return " ".join(words)


def _problem(problem: ControlProblem) -> str:
    place = problem.location
    where = f"{place.file}［{place.sheet}!{place.cell}］"
    return f"{where}「{problem.written}」{problem.problem}{problem.fix}"

"""The demo's workbook through every gate, as a ministry's Excel would meet it."""

from pathlib import Path

import pytest
from gates import lint, recalc, render, schema

from pipeline.cli import main
from pipeline.errors import ExitCode

GATES = {
    "lint": lint.problems,
    "schema": schema.problems,
    "recalculation": recalc.problems,
    "rendering": render.problems,
}


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    assert main(["demo", "--into", str(folder), "--quiet"]) == ExitCode.OK
    return folder / "outbox" / "2026-11" / "集計_2026-11.xlsx"


@pytest.mark.outside
@pytest.mark.parametrize("gate", GATES)
def test_the_demo_passes_every_gate(workbook: Path, gate: str) -> None:
    assert GATES[gate](workbook) == []


@pytest.mark.outside
def test_a_workbook_without_pivots_passes_too(workbook: Path, tmp_path: Path) -> None:
    inbox = workbook.parents[2] / "inbox"
    arguments = ["--inbox", str(inbox), "--outbox", str(tmp_path), "--month", "2026-11"]
    assert main(["aggregate", *arguments, "--no-pivot", "--quiet"]) == ExitCode.SOME_UNREADABLE
    plain = tmp_path / "2026-11" / "集計_2026-11.xlsx"
    assert [problem for gate in GATES.values() for problem in gate(plain)] == []


@pytest.mark.outside
def test_the_public_edition_passes_too(workbook: Path, tmp_path: Path) -> None:
    inbox = workbook.parents[2] / "inbox"
    arguments = ["--inbox", str(inbox), "--outbox", str(tmp_path), "--month", "2026-11"]
    code = main(["aggregate", *arguments, "--edition", "public", "--quiet"])
    assert code == ExitCode.SOME_UNREADABLE
    public = tmp_path / "2026-11" / "配布用" / "配布用_集計_2026-11.xlsx"
    assert [problem for gate in GATES.values() for problem in gate(public)] == []

"""Half a year by chance: whatever the coordinator does, the figures are those of a pencil."""

import random
from pathlib import Path

import pytest
from office import MONTHS, Office

# What a killed command had open stays open here: it is no process of its own.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


# What the first two months of seed 8 have; `make verify` plays ten halves of a year.
DEEDS = {
    "slip",
    "decisions",
    "spoilt data",
    "really killed",
    "killed close",
    "undone close",
    "forgotten close",
    "late return",
}


def play(
    folder: Path, seed: int, patched: pytest.MonkeyPatch, *, months: tuple[str, ...] = MONTHS
) -> Office:
    office = Office(folder=folder, chance=random.Random(seed), patched=patched)  # noqa: S311
    for month in months:
        office.month(month)
    return office


@pytest.mark.workbook_once
def test_a_story_by_chance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = play(tmp_path, 8, monkeypatch, months=MONTHS[:2])
    assert office.played == list(MONTHS[:2])
    assert set(+office.deeds) >= DEEDS


@pytest.mark.outside
@pytest.mark.parametrize("seed", [1, 2, *range(120, 128)])
def test_many_stories(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert play(tmp_path, seed, monkeypatch).played == list(MONTHS)

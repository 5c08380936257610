"""Half a year by chance: whatever the coordinator does, the figures are those of a pencil."""

import random
from pathlib import Path

import pytest
from office import MONTHS, Office

# What a killed command had open stays open here: it is no process of its own.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def play(folder: Path, seed: int, patched: pytest.MonkeyPatch) -> Office:
    office = Office(folder=folder, chance=random.Random(seed), patched=patched)  # noqa: S311
    for month in MONTHS:
        office.month(month)
    return office


def test_a_story_by_chance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = play(tmp_path, 1, monkeypatch)
    assert office.played == list(MONTHS)
    assert {"slip", "decisions", "spoilt data"} <= set(+office.deeds)


@pytest.mark.outside
@pytest.mark.parametrize("seed", [2, *range(120, 128)])
def test_many_stories(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert play(tmp_path, seed, monkeypatch).played == list(MONTHS)

"""The measurements compare the same thing: every tool can read every generated file."""

import hashlib
import re
import zipfile
from collections import Counter
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from bench import floor, naive
from bench.generate import TEMPLATE, generate
from pipeline.forms.checklists import load_checklist

FILES = 60


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench") / "inbox"
    generate(folder, FILES, seed=3)
    return folder


def _digests(folder: Path) -> dict[str, str]:
    paths = sorted(folder.iterdir())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_the_same_seed_gives_the_same_files_and_another_gives_others(
    inbox: Path, tmp_path: Path
) -> None:
    generate(tmp_path / "same", FILES, seed=3)
    generate(tmp_path / "other", FILES, seed=4)
    first = _digests(inbox)
    assert _digests(tmp_path / "same") == first
    assert _digests(tmp_path / "other").keys() == first.keys()
    assert not set(_digests(tmp_path / "other").values()) & set(first.values())


def test_a_longer_run_begins_with_the_shorter_one(inbox: Path, tmp_path: Path) -> None:
    generate(tmp_path / "short", 5, seed=3)
    first = _digests(inbox)
    assert _digests(tmp_path / "short").items() <= first.items()


def test_notes_that_differ(tmp_path: Path) -> None:
    """Most stand once in the set, two of three files are openpyxl's, and all are read."""
    generate(tmp_path, 12, seed=3, distinct=True)
    notes: list[str] = []
    rewritten = 0
    for path in tmp_path.iterdir():
        with zipfile.ZipFile(path) as package:
            rewritten += "docProps/app.xml" in package.namelist()
        frames = pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl").values()
        cells = (str(cell) for frame in frames for cell in frame.to_numpy().ravel())
        notes += [text for text in cells if text.endswith("。")]
    assert 7 <= rewritten <= 8
    texts = Counter(notes)
    assert sum(count for count in texts.values() if count == 1) > 0.7 * len(notes) > 150
    checklist = load_checklist(TEMPLATE)
    assert naive.consolidate(tmp_path, tmp_path / "naive.out.xlsx") == 12 * len(checklist.items)


def test_every_item_stands_once_in_every_file(inbox: Path) -> None:
    """By title, since some respondents type the ids again."""
    checklist = load_checklist(TEMPLATE)
    titles = sorted(item.title for item in checklist.items)
    for path in inbox.iterdir():
        book = openpyxl.load_workbook(path, read_only=True)
        texts = [
            str(cell)
            for sheet in book.worksheets
            for row in sheet.iter_rows(values_only=True)
            for cell in row
            if cell is not None
        ]
        book.close()
        heads = (text.partition("\n")[0] for text in texts if "\n" in text)
        found = [re.split("[：:]", head)[-1] for head in heads]
        assert sorted(title for title in found if title in titles) == titles, path.name


def test_the_floor_reads_the_cells_that_openpyxl_sees(inbox: Path) -> None:
    seen = 0
    for path in inbox.iterdir():
        book = openpyxl.load_workbook(path)
        seen += sum(
            cell.value is not None
            for sheet in book.worksheets
            for row in sheet.iter_rows()
            for cell in row
        )
    assert floor.read(inbox) == seen


def test_the_naive_loop_finds_every_item_of_every_file(inbox: Path, tmp_path: Path) -> None:
    checklist = load_checklist(TEMPLATE)
    target = tmp_path / "naive.xlsx"
    assert naive.consolidate(inbox, target) == FILES * len(checklist.items)
    written = pd.read_excel(target, sheet_name=None, engine="openpyxl")
    assert list(written) == ["明細", "項目別", "団体別"]
    assert len(written["明細"]) == FILES * len(checklist.items)


def test_the_floor_writes_the_cells_it_was_given(inbox: Path, tmp_path: Path) -> None:
    source = min(inbox.iterdir())
    cells = floor.cells_of(source)
    count = floor.write(cells, tmp_path / "floor.xlsx")
    assert count == sum(len(sheet.cells) for sheet in cells) > 0
    assert floor.cells_of(tmp_path / "floor.xlsx") == cells

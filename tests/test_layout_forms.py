"""Whole forms in other shapes, as real workbooks through the whole run: read as they are meant."""

import datetime
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from inboxes import settings_for, table
from layout_forms import IDS, Form, forms
from layouts import workbook_from
from openpyxl.utils import get_column_letter
from rows import every_row

from pipeline.model import CellKind, RawCell
from pipeline.run import aggregate

MONTH = "2026-11"
LETTERS = {"done": "a", "planned": "b", "not_planned": "c", "blank": "-", "unclear": "?"}
KANA = "あいうえおかきくけこさしすせそたちつてとなにぬねの"


def saved(form: Form, path: Path) -> None:
    """Write a form as Excel does."""
    book = openpyxl.Workbook()
    del book["Sheet"]
    for raw in workbook_from(form.sheets).sheets:
        sheet = book.create_sheet(raw.name)
        for (row, column), cell in raw.cells.items():
            sheet.cell(row + 1, column + 1).value = _value(cell)
        for area in raw.merged:
            sheet.merge_cells(
                start_row=area.top + 1,
                start_column=area.left + 1,
                end_row=area.bottom + 1,
                end_column=area.right + 1,
            )
        for row in raw.hidden_rows:
            sheet.row_dimensions[row + 1].hidden = True
        for column in raw.hidden_columns:
            sheet.column_dimensions[get_column_letter(column + 1)].hidden = True
        if not raw.visible:
            sheet.sheet_state = "hidden"
    book.save(path)


def _value(cell: RawCell) -> str | float | datetime.date:
    if cell.kind is CellKind.NUMBER:
        return float(cell.text)
    return datetime.date.fromisoformat(cell.text) if cell.kind is CellKind.DATE else cell.text


FORMS = {form.name: form for form in forms()}
Read = Mapping[str, Mapping[str, Mapping[str, str]]]  # form -> body -> item -> letter


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Give what a run made of all forms at once."""
    folder = tmp_path_factory.mktemp("forms")
    (folder / "inbox").mkdir()
    files = {}
    for place, form in enumerate(FORMS.values()):
        file = f"{KANA[place // 25]}{KANA[place % 25]}里市.xlsx"
        files[file] = form.name
        saved(form, folder / "inbox" / file)
    aggregate(settings_for(folder, month=MONTH, pivot=False))
    found: dict[str, dict[str, dict[str, str]]] = {name: {} for name in FORMS}
    for row in table(folder, "answers", month=MONTH):
        letter = LETTERS[row["status"]]
        letter = "B" if letter == "b" and row["due"] != "2026-12" else letter
        name = files[row["file"]]
        body = "" if "" in FORMS[name].meant else row["respondent"]
        found[name].setdefault(body, {})[row["item_id"]] = letter
    return found


@every_row("name", FORMS)
def test_a_form_in_another_shape_is_read_as_it_is_meant(name: str, read: Read) -> None:
    letters = {body: "".join(items[item] for item in IDS) for body, items in read[name].items()}
    assert letters == dict(FORMS[name].meant)


def test_both_held_out_sets_are_there() -> None:
    counts = [sum(form.held_out == each for form in FORMS.values()) for each in ("first", "second")]
    assert min(counts) >= 60

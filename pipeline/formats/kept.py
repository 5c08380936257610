"""What openpyxl says of a workbook that others made: its drop-downs, and what must stay in it.

It is the one reader here that did not come with this product, and knows what ours need not read:
drop-downs, protection, print set-up. It never saves a workbook (see `filling`).
"""

import io
import warnings
from collections.abc import Mapping
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.model import CellKey, address


class Opened:
    """A workbook as openpyxl reads it."""

    def __init__(self, content: bytes) -> None:
        """Read a workbook; whatever it does not know of it raises in any way."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells what it would lose if it saved
            self._book = load_workbook(io.BytesIO(content))

    def choices(self, sheet: str, key: CellKey) -> tuple[str, ...]:
        """Give the entries of a cell's drop-down; none where it has none or they are computed."""
        place = address(*key)
        for rule in self._book[sheet].data_validations.dataValidation:
            if rule.type == "list" and rule.formula1 and place in rule.sqref:
                return self._entries(sheet, str(rule.formula1))
        return ()

    def _entries(self, sheet: str, formula: str) -> tuple[str, ...]:
        if formula.startswith('"'):
            return tuple(each.strip() for each in formula.strip('"').split(","))
        name, _, area = formula.rpartition("!")
        named = self._book.defined_names.get(formula)
        if named is not None:
            name, _, area = named.attr_text.rpartition("!")
        place = name.strip("'").replace("''", "'") or sheet
        if place not in self._book.sheetnames:
            return ()
        try:
            left, top, right, bottom = range_boundaries(area.replace("$", ""))
        except ValueError:
            return ()  # OFFSET(…), INDIRECT(…)
        rows = self._book[place].iter_rows(top, bottom, left, right, values_only=True)
        return tuple(str(value) for row in rows for value in row if value is not None)

    def lost(self, later: "Opened", filled: Mapping[str, frozenset[CellKey]]) -> tuple[str, ...]:
        """Name what a later state of the workbook has lost or changed, but for cells filled in."""
        told = []
        if self._book.sheetnames != later._book.sheetnames:
            return ("シートの名前や並び",)
        for sheet in self._book.sheetnames:
            if not isinstance(self._book[sheet], Worksheet):
                continue  # a sheet of a chart has no cells
            was, is_now = (
                _state(book[sheet], filled.get(sheet, frozenset()))
                for book in (self._book, later._book)
            )
            told += [f"{sheet} の{what}" for what in was if was[what] != is_now[what]]
        return tuple(told)


def _state(sheet: Worksheet, filled: frozenset[CellKey]) -> Mapping[str, Any]:
    """Give what a sheet holds beside the texts filled in, in a form that can be compared."""
    return {
        "セル": {
            (cell.row, cell.column): cell.value
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None and (cell.row - 1, (cell.column or 0) - 1) not in filled
        },
        "書式": {
            (cell.row, cell.column): cell.style_id
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell, Cell)
        },
        "結合": sorted(map(str, sheet.merged_cells.ranges)),
        "入力規則": [str(rule.sqref) for rule in sheet.data_validations.dataValidation],
        "保護": {**vars(sheet.protection)},
        "印刷の設定": (sheet.print_title_rows, sheet.print_title_cols, sheet.print_area),
    }

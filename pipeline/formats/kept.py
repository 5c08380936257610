"""What openpyxl says of a workbook that others made: its drop-downs, and what must stay in it.

It is the one reader here that did not come with this product, and knows what ours need not read:
drop-downs, protection, print set-up. It never saves a workbook (see `filling`).
"""

import io
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils.cell import range_boundaries
from openpyxl.workbook.workbook import Workbook

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

    def stands_low(self, sheet: str, key: CellKey) -> bool:
        """Tell whether the last line of a cell is the one in sight where its row is too low."""
        return self._book[sheet][address(*key)].alignment.vertical in (None, "bottom")

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

    def lost(self, later: "Opened", filled: Iterable[tuple[str, CellKey]]) -> tuple[str, ...]:
        """Name what a later state of the workbook has lost or changed, but for cells filled in."""
        cells = frozenset((sheet, address(*key)) for sheet, key in filled)
        was, is_now = (_state(each._book, cells) for each in (self, later))
        return tuple(what for what in {**was, **is_now} if was.get(what) != is_now.get(what))


def _state(book: Workbook, filled: frozenset[tuple[str, str]]) -> Mapping[str, Any]:
    """Give what each sheet holds beside the texts filled in, in a form that can be compared."""
    found: dict[str, Any] = {}
    for sheet in book.worksheets:
        kept = [
            cell
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell, Cell) and (sheet.title, cell.coordinate) not in filled
        ]
        rules = sheet.data_validations.dataValidation
        found |= {
            f"{sheet.title} の文字": {c.coordinate: c.value for c in kept if c.value is not None},
            f"{sheet.title} の書式": {c.coordinate: c.style_id for c in kept if c.has_style},
            f"{sheet.title} の結合": sorted(map(str, sheet.merged_cells.ranges)),
            f"{sheet.title} の入力規則": [str(rule.sqref) for rule in rules],
            f"{sheet.title} の保護": {**vars(sheet.protection)},
            f"{sheet.title} の印刷": (sheet.print_title_rows, sheet.print_area),
        }
    return found

"""The floor: the least any tool has to do. calamine reads the files, XlsxWriter writes the cells.

No parsing, checking or summarising. What is written are the cells of a workbook that the product
made, values only, so that the comparison is about the same amount of cells.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

Value = Any  # what calamine gives: str, float, bool, date … or '' for an empty cell


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetCells:
    """One sheet's cells that hold something: (row, column, value), 0-based, in row order."""

    name: str
    cells: tuple[tuple[int, int, Value], ...]


def read(inbox: Path) -> int:
    """Read every cell of every .xlsx in ``inbox``; give the number of cells that hold something."""
    count = 0
    for path in sorted(inbox.glob("*.xlsx")):
        workbook = CalamineWorkbook.from_path(path)
        for name in workbook.sheet_names:
            for row in workbook.get_sheet_by_name(name).to_python():
                count += sum(value != "" for value in row)
    return count


def cells_of(workbook: Path) -> tuple[SheetCells, ...]:
    """Give the cells of a workbook, for `write`; not part of what is timed."""
    source = CalamineWorkbook.from_path(workbook)
    return tuple(
        SheetCells(
            name=name,
            cells=tuple(
                (row, column, value)
                for row, line in enumerate(
                    source.get_sheet_by_name(name).to_python(skip_empty_area=False)
                )
                for column, value in enumerate(line)
                if value != ""
            ),
        )
        for name in source.sheet_names
    )


def write(sheets: tuple[SheetCells, ...], target: Path) -> int:
    """Write the cells with XlsxWriter's cheapest mode; give their number."""
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    book = xlsxwriter.Workbook(str(target), options)
    count = 0
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        for row, column, value in sheet.cells:
            if isinstance(value, str):
                page.write_string(row, column, value)
            elif isinstance(value, (int, float)):
                page.write_number(row, column, value)
            else:
                page.write_string(row, column, str(value))
            count += 1
    book.close()
    return count

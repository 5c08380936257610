"""The sheets of a workbook as a reader sees them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook

if TYPE_CHECKING:
    from pathlib import Path

Row = tuple[Any, ...]


def sheets_of(book: Path) -> dict[str, list[Row]]:
    """Give the values of each sheet, row by row."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*extension is not supported")
        opened = load_workbook(book, data_only=True, read_only=True)
        return {
            sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)]
            for sheet in opened
        }

"""Workbooks that the product wrote, opened to look at."""

import warnings
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl
from openpyxl.reader.workbook import WorkbookParser
from openpyxl.worksheet.merge import MergedCellRange

_NO_PIVOT_CACHES: dict[int, Any] = {}


def opened(path: Path, *, data_only: bool = False) -> Any:
    """Open a workbook without its pivot tables and without drawing borders around merged cells.

    These take openpyxl 15 seconds for the demo, all else half a second. It says that it cannot
    keep data bars, trend lines and slicers; nothing of a month is saved.
    """
    with (
        warnings.catch_warnings(),
        patch("openpyxl.reader.excel.TableDefinition.rel_type", "no such part"),
        patch.object(WorkbookParser, "pivot_caches", _NO_PIVOT_CACHES),
        patch.object(MergedCellRange, "format"),
    ):
        warnings.filterwarnings("ignore", message=".*extension is not supported")
        return openpyxl.load_workbook(path, data_only=data_only)

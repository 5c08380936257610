"""Workbooks that the product wrote, opened to look at."""

import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from zipfile import ZipFile

from openpyxl.reader.excel import ExcelReader
from openpyxl.reader.workbook import WorkbookParser
from openpyxl.worksheet.merge import MergedCellRange

_NO_PIVOT_CACHES: dict[int, Any] = {}


def opened(path: Path, *, data_only: bool = False) -> Any:
    """Open a workbook as it is now: a book of openpyxl's whose sheets are read when asked for.

    Reading all fifteen takes as long as the run that wrote them, and most tests look at one.
    """
    return _Book(path.read_bytes(), data_only=data_only)


class _Book:
    """What needs more than a sheet by its name is asked of the whole workbook."""

    def __init__(self, content: bytes, *, data_only: bool) -> None:
        self._reader = ExcelReader(BytesIO(content), data_only=data_only)
        with (
            patch.object(ExcelReader, "read_worksheets"),
            patch.object(WorkbookParser, "assign_names"),
        ):
            self._reader.read()
        self._reader.archive = self._reader.parser.archive = ZipFile(BytesIO(content))
        self._parts = {part[0].name: part for part in self._reader.parser.find_sheets()}
        self._sheets: dict[str, Any] = {}
        self.sheetnames = [*self._parts]

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def __iter__(self) -> Iterator[Any]:
        return iter(self._whole())

    def __getitem__(self, name: str) -> Any:
        if name not in self._sheets:
            self._read(name)
        return self._sheets[name]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole(), name)

    def _whole(self) -> Any:
        for name in self._parts:
            _ = self[name]
        return self._reader.wb

    def _read(self, name: str) -> None:
        """Read a sheet, but no pivot tables and no borders around merged cells.

        These take openpyxl 15 seconds for the demo, all else half a second. It says that it cannot
        keep data bars, trend lines and slicers; nothing of a month is saved.
        """
        wb: Any = self._reader.wb  # its sheets are its own affair; there is no other way
        parser = self._reader.parser
        with (
            warnings.catch_warnings(),
            patch("openpyxl.reader.excel.TableDefinition.rel_type", "no such part"),
            patch.object(WorkbookParser, "pivot_caches", _NO_PIVOT_CACHES),
            patch.object(MergedCellRange, "format"),
            patch.object(parser, "find_sheets", return_value=[self._parts[name]]),
        ):
            warnings.filterwarnings("ignore", message=".*extension is not supported")
            self._reader.read_worksheets()
        self._sheets[name] = wb._sheets[-1]
        # A name that belongs to a sheet knows it by its number.
        wb._sheets = [
            self._sheets.get(each, SimpleNamespace(defined_names={})) for each in self._parts
        ]
        parser.assign_names()
        wb._sheets = [self._sheets[each] for each in self._parts if each in self._sheets]

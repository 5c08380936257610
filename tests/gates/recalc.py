"""Every formula recalculated by LibreOffice and compared with the value stored in the file."""

import math
import tempfile
from pathlib import Path

from gates.tools import convert

_CLOSE = 1e-9
_SHOWN = 50  # problems beyond it are only counted

CellValue = object
Values = dict[tuple[str, str], CellValue]


def problems(path: Path) -> list[str]:
    """Give each formula whose stored value differs from the recalculated one."""
    with tempfile.TemporaryDirectory() as folder:
        recalculated = _values(convert(path, Path(folder), "xlsx:Calc MS Excel 2007 XML"))
    stored = _values(path)
    found = []
    for (sheet, cell), formula in formulas(path).items():
        before, after = stored.get((sheet, cell)), recalculated.get((sheet, cell))
        if not _same(before, after):
            found.append(f"{sheet}!{cell}: {formula[:80]}: stored {before!r}, is {after!r}")
    if len(found) > _SHOWN:
        return [*found[:_SHOWN], f"and {len(found) - _SHOWN} more"]
    return found


def formulas(path: Path) -> dict[tuple[str, str], str]:
    """Give each formula by sheet and cell, so that a test can tell that there are some."""
    return {
        place: str(value)
        for place, value in _cells(path, data_only=False).items()
        if isinstance(value, str) and value.startswith("=")
    }


def _values(path: Path) -> Values:
    return _cells(path, data_only=True)


def _cells(path: Path, *, data_only: bool) -> Values:
    from opened import opened  # noqa: PLC0415 - heavy, and only this gate needs it

    book = opened(path, data_only=data_only)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and (data_only or cell.data_type == "f")
    }


def _same(before: CellValue, after: CellValue) -> bool:
    if before in (None, "") and after in (None, ""):
        return True
    if isinstance(before, (int, float)) and isinstance(after, (int, float)):
        return math.isclose(before, after, rel_tol=_CLOSE, abs_tol=_CLOSE)
    return before == after

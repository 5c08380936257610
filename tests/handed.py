"""What openpyxl does not tell about forms handed out."""

import re
import zipfile
from pathlib import Path

from openpyxl.worksheet.worksheet import Worksheet

_ROW = re.compile(r"<row ([^>]*)>")
_NUMBER = re.compile(r'r="(\d+)"')


def growing_rows(path: Path) -> list[int]:
    """Give the rows (from 1) of the first sheet with a height that nobody fixed."""
    with zipfile.ZipFile(path) as archive:
        text = archive.read("xl/worksheets/sheet1.xml").decode()
    rows = [row for row in _ROW.findall(text) if " ht=" in row and "customHeight" not in row]
    return [int(number[1]) for row in rows if (number := _NUMBER.search(row))]


def widths(sheet: Worksheet) -> list[float]:
    """Give the width of each column in letters; equal neighbours are one entry of the file."""
    return [
        dimension.width
        for dimension in sheet.column_dimensions.values()
        for _ in range(dimension.min or 0, (dimension.max or 0) + 1)
    ]

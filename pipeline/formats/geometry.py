"""Where things lie on a sheet: cells and objects as rectangles, in EMU (914,400 to the inch)."""

import unicodedata
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.formats.parts import SheetPart
from pipeline.formats.styles import PLAIN, CellStyle
from pipeline.model import Area, CellKey, RawCell

POINT = 12_700
PIXEL = 9_525  # at 96 dots per inch
_DEFAULT_HEIGHT = 15.0  # points
_DEFAULT_WIDTH = 8.43  # characters
_LAST_ROW = 1_048_576
_LAST_COLUMN = 16_384
# Height of a line of text over the font size, as Excel makes rows of one line.
_LINE_HEIGHTS = (1.15, 1.36, 1.8)  # least, usual, greatest
_FONT_LINE_HEIGHTS = (
    ("游", 1.70),
    ("yu ", 1.70),
    ("meiryo ui", 1.36),
    ("メイリオ", 1.64),
    ("meiryo", 1.64),
    ("ms ", 1.23),
    ("biz ud", 1.23),
    ("hg", 1.23),
)


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle; lines have no height or no width."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def between(cls, *points: tuple[float, float]) -> "Rect":
        """Give the smallest rectangle round points, corners in any order."""
        across, down = zip(*points, strict=True)
        return cls(min(across), min(down), max(across), max(down))

    @property
    def middle(self) -> tuple[float, float]:
        """The centre as (x, y)."""
        return ((self.left + self.right) / 2, (self.top + self.bottom) / 2)

    def overlap(self, other: "Rect") -> float:
        """Give the common area."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(width, 0.0) * max(height, 0.0)

    def grown(self, by: float) -> "Rect":
        """Give the rectangle, larger on each side."""
        return Rect(self.left - by, self.top - by, self.right + by, self.bottom + by)


class Axis:
    """Rows or columns in a row: a usual size and those that differ."""

    def __init__(self, usual: float, sizes: Mapping[int, float], count: int) -> None:
        self.usual = usual
        self.count = count
        self._sizes = sizes
        self._indexes = sorted(sizes)
        self._differences = [0.0]
        for index in self._indexes:
            self._differences.append(self._differences[-1] + sizes[index] - usual)

    def size(self, index: int) -> float:
        """Give the size of one row or column."""
        return self._sizes.get(index, self.usual)

    def start(self, index: int) -> float:
        """Give where a row or column begins."""
        index = max(0, min(index, self.count))
        return index * self.usual + self._differences[bisect_left(self._indexes, index)]

    def at(self, position: float) -> int:
        """Give the row or column that lies at a position."""
        low, high = 0, self.count - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.start(middle) <= position:
                low = middle
            else:
                high = middle - 1
        return low


class Grid:
    """The cells of one sheet as rectangles, merged areas as one."""

    def __init__(
        self, sheet: SheetPart, merged: Sequence[Area], styles: Sequence[CellStyle]
    ) -> None:
        self.sheet = sheet
        self.styles = styles
        first = styles[0] if styles else PLAIN
        self.font_size = first.font_size
        height = sheet.default_height or _DEFAULT_HEIGHT
        low, usual, high = _LINE_HEIGHTS
        ratio = height / self.font_size
        self.line_ratio = ratio if low <= ratio <= high else usual
        self._areas = merged
        self._owners: dict[CellKey, Area] = {
            (row, column): area
            for area in merged
            for row in range(area.top, area.bottom + 1)
            for column in range(area.left, area.right + 1)
        }
        widths = {column: _width(chars) for column, chars in sheet.column_widths.items()}
        widths.update(dict.fromkeys(sheet.hidden_columns, 0.0))
        default_width = _width(sheet.default_width or _DEFAULT_WIDTH)
        self.columns = Axis(default_width, widths, _LAST_COLUMN)
        self.rows = Axis(height * POINT, self._heights(height), _LAST_ROW)

    def style(self, key: CellKey) -> CellStyle:
        """Give the style of a cell."""
        index = self.sheet.styles.get(key, 0)
        return self.styles[index] if index < len(self.styles) else PLAIN

    def owner(self, key: CellKey) -> CellKey:
        """Give the cell itself or, in a merged area, its top-left."""
        area = self._owners.get(key)
        return (area.top, area.left) if area else key

    def area(self, key: CellKey) -> Area:
        """Give the merged area of a cell, or the cell alone."""
        found = self._owners.get(key)
        return found or Area(top=key[0], left=key[1], bottom=key[0], right=key[1])

    def rect(self, key: CellKey) -> Rect:
        """Give the rectangle of a cell or of its merged area."""
        area = self.area(key)
        return Rect(
            self.columns.start(area.left),
            self.rows.start(area.top),
            self.columns.start(area.right + 1),
            self.rows.start(area.bottom + 1),
        )

    def shown(self, key: CellKey) -> bool:
        """Tell whether a cell, or its merged area, has any size: its row and column are shown."""
        rect = self.rect(key)
        return rect.right > rect.left and rect.bottom > rect.top

    def corner(self, row: int, column: int, dx: float, dy: float) -> tuple[float, float]:
        """Give the point of an anchor: a cell and an offset inside it, at most its size.

        LibreOffice counts the second corner back from the next cell (an offset below zero).
        """
        return (
            max(self.columns.start(column) + min(dx, self.columns.size(column)), 0.0),
            max(self.rows.start(row) + min(dy, self.rows.size(row)), 0.0),
        )

    def line_height(self, key: CellKey) -> float:
        """Give the height of one line of a cell's text."""
        style = self.style(key)
        name = unicodedata.normalize("NFKC", style.font_name).casefold()
        ratios = (ratio for start, ratio in _FONT_LINE_HEIGHTS if name.startswith(start))
        return style.font_size * next(ratios, self.line_ratio) * POINT

    def _heights(self, default: float) -> dict[int, float]:
        """Give the rows that differ; a row without a height is as high as its text asks."""
        heights = {row: points * POINT for row, points in self.sheet.row_heights.items()}
        heights.update(dict.fromkeys(self.sheet.hidden_rows, 0.0))
        grown: dict[int, float] = {}
        for key, cell in self.sheet.cells.items():
            if key[0] in heights or key in self._owners:
                continue
            lines = sum(self.wrapped(key, cell))
            height = max(lines * self.line_height(key), default * POINT)
            if height > grown.get(key[0], 0.0):
                grown[key[0]] = min(height, 409.0 * POINT)  # as high as Excel lets a row be
        return grown | heights

    def wrapped(self, key: CellKey, cell: RawCell, slack: float = 1.0) -> tuple[int, ...]:
        """Give for each line of the text into how many the column breaks it.

        A full-width character takes two units of a column's width, which ``slack`` widens.
        """
        style = self.style(key)
        lines = cell.text.replace("\r\n", "\n").split("\n")
        if not style.wrap and len(lines) == 1:
            return (1,)
        area = self.area(key)
        width = self.columns.start(area.right + 1) - self.columns.start(area.left)
        units = max((width / PIXEL - 5) / 7 * self.font_size / style.font_size * slack, 2.0)
        return tuple(max(1, -int(-_units(line) // units)) for line in lines)


def _units(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in line)


def _width(chars: float) -> float:
    """Give a column's width; a character of the default font is 7 pixels wide ([ECMA-376])."""
    return int((256 * chars + int(128 / 7)) / 256 * 7) * PIXEL

"""A sheet as a grid: its cells row by row, with the merged areas they lie in."""

from pipeline.locate.index import Index
from pipeline.locate.wording import Wording
from pipeline.model import Area, CellKey, CellKind, RawSheet

_NONE: dict[int, Wording] = {}


class Grid:
    """Look-ups on one sheet.

    ``rows`` maps a row to what stands in it by column, both in order; ``words`` is the same by
    cell, in the order of the file.
    """

    def __init__(self, sheet: RawSheet, place: int, index: Index) -> None:
        self.sheet = sheet
        self.place = place
        self.hides = bool(not sheet.visible or sheet.hidden_rows or sheet.hidden_columns)
        self.areas: dict[CellKey, Area] = {}
        self._columns: dict[int, list[Area]] = {}
        self._anchors: dict[CellKey, CellKey] = {}
        for area in sheet.merged:
            self.areas[area.top, area.left] = area
            for column in range(area.left, min(area.right, area.left + 512) + 1):
                self._columns.setdefault(column, []).append(area)
        wording = index.wording
        self._nothing = index.nothing
        self.words: dict[CellKey, Wording] = {
            key: wording(cell.text) for key, cell in sheet.cells.items()
        }
        self.rows: dict[int, dict[int, Wording]] = {}
        for key in sorted(self.words):
            self.rows.setdefault(key[0], {})[key[1]] = self.words[key]

    def row(self, row: int) -> dict[int, Wording]:
        """Give what stands in a row by column; nothing in a row without cells."""
        return self.rows.get(row, _NONE)

    def anchor(self, row: int, column: int) -> CellKey:
        """Give the top-left of the merged area a cell lies in, else the cell itself."""
        if column not in self._columns:
            return (row, column)
        key = (row, column)
        found = self._anchors.get(key)
        if found is None:
            inside = (area for area in self._columns[column] if area.top <= row <= area.bottom)
            area = next(inside, None)
            found = self._anchors[key] = (area.top, area.left) if area else key
        return found

    def right(self, key: CellKey) -> int:
        """Give the last column of the merged area that starts at a cell, else the cell's own."""
        area = self.areas.get(key)
        return area.right if area else key[1]

    def bottom(self, key: CellKey) -> int:
        """Give the last row of the merged area that starts at a cell, else the cell's own."""
        area = self.areas.get(key)
        return area.bottom if area else key[0]

    def at(self, key: CellKey) -> Wording:
        """Give what stands in a cell; the empty wording for an empty one."""
        return self.words.get(key, self._nothing)

    def text(self, key: CellKey) -> str:
        """Give the cell's text as written, empty for an empty cell."""
        return self.at(key).text

    def is_text(self, key: CellKey) -> bool:
        """Tell whether a cell holds text (not a number, date or error)."""
        cell = self.sheet.cells.get(key)
        return cell is not None and cell.kind is CellKind.TEXT

    def is_number(self, key: CellKey) -> bool:
        """Tell whether a cell holds a number."""
        cell = self.sheet.cells.get(key)
        return cell is not None and cell.kind is CellKind.NUMBER

    def is_hidden(self, key: CellKey) -> bool:
        """Tell whether a cell is out of sight: its sheet, or every row or column of its area."""
        if not self.hides:
            return False
        sheet = self.sheet
        rows = range(key[0], self.bottom(key) + 1)
        columns = range(key[1], self.right(key) + 1)
        return (
            not sheet.visible
            or (bool(sheet.hidden_rows) and all(row in sheet.hidden_rows for row in rows))
            or (bool(sheet.hidden_columns) and all(col in sheet.hidden_columns for col in columns))
        )

    def is_answered(self, keys: tuple[CellKey, ...]) -> bool:
        """Tell whether one of an item's check cells holds more than the form printed there."""
        sheet = self.sheet
        for key in keys:
            said = self.at(key)
            if not said.blank and not said.legend:
                return True
            decoration = sheet.decorations.get(key)
            if decoration is not None and (decoration.runs or decoration.struck):
                return True
            if sheet.drawings and any(
                (drawing.row, drawing.column) == key for drawing in sheet.drawings
            ):
                return True
        return False

"""A sheet as a grid: its cells row by row, with the merged areas they lie in."""

from pipeline.model import Area, CellKey, CellKind, RawCell, RawSheet


class Grid:
    """Look-ups on one sheet. ``rows`` maps a row to its columns that hold something, in order."""

    def __init__(self, sheet: RawSheet, place: int) -> None:
        self.sheet = sheet
        self.place = place
        self.areas: dict[CellKey, Area] = {}
        self._columns: dict[int, list[Area]] = {}
        for area in sheet.merged:
            self.areas[area.top, area.left] = area
            for column in range(area.left, min(area.right, area.left + 512) + 1):
                self._columns.setdefault(column, []).append(area)
        self.rows: dict[int, list[int]] = {}
        for row, column in sorted(sheet.cells):
            self.rows.setdefault(row, []).append(column)

    def anchor(self, row: int, column: int) -> CellKey:
        """Give the top-left of the merged area a cell lies in, else the cell itself."""
        for area in self._columns.get(column, ()):
            if area.top <= row <= area.bottom:
                return (area.top, area.left)
        return (row, column)

    def area(self, key: CellKey) -> Area:
        """Give the merged area that starts at a cell, else the cell as an area."""
        row, column = key
        return self.areas.get(key) or Area(top=row, left=column, bottom=row, right=column)

    def cell(self, key: CellKey) -> RawCell | None:
        """Give the cell there, None for an empty one."""
        return self.sheet.cells.get(key)

    def text(self, key: CellKey) -> str:
        """Give the cell's text as written, empty for an empty cell."""
        cell = self.sheet.cells.get(key)
        return cell.text if cell else ""

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
        area = self.area(key)
        sheet = self.sheet
        return (
            not sheet.visible
            or (
                bool(sheet.hidden_rows)
                and all(row in sheet.hidden_rows for row in range(area.top, area.bottom + 1))
            )
            or (
                bool(sheet.hidden_columns)
                and all(col in sheet.hidden_columns for col in range(area.left, area.right + 1))
            )
        )

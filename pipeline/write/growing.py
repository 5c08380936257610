"""Rows that grow with what people write into them.

xlsxwriter marks every height as chosen by hand, and Excel and LibreOffice then cut off a longer
text. Without that mark a height is where the row starts: the program that edits a cell fits the
row again. To leave the height out is no way: LibreOffice shows such a row one line high.
"""

from collections.abc import Sequence
from typing import Any

from xlsxwriter.worksheet import Worksheet

_BY_HAND = "customHeight"


class GrowingSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter ships no type information
    """A sheet with such rows; given to ``Workbook.add_worksheet``, which takes a class."""

    def __init__(self) -> None:
        super().__init__()
        self._growing: set[int] = set()

    def start_row(self, row: int, points: float) -> None:
        """Set the height that a row starts with. ``row`` is 0-based."""
        self.set_row(row, points)
        self._growing.add(row)

    def _xml_start_tag_unencoded(
        self, tag: str, attributes: Sequence[tuple[str, Any]] | None = None
    ) -> None:
        named = dict(attributes or ())
        if tag == "row" and named["r"] - 1 in self._growing:
            named.pop(_BY_HAND, None)
        super()._xml_start_tag_unencoded(tag, [*named.items()])

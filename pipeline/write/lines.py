"""The lines of long lists, and the XML of their cells.

A list has few values that differ in each of its columns. The XML of a cell is made once for each
value and look and put together line by line; only the row's number is filled in later.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pipeline.write.safe import cell_text
from pipeline.write.table import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.write.pivot.model import Cell

ROW = "\0"  # stands for the row's number until a row is put together; no text of XML holds it
_LONGEST_TIP = 120  # letters; Excel takes 255
_SPECIAL = re.compile(r'[&"<>\n]')
_ESCAPES = str.maketrans({"&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;", "\n": "&#xA;"})


class Link(NamedTuple):
    """A link of a line's cell to a place in the workbook (``'明細'!A5``). Columns are 0-based.

    ``tip`` may be a respondent's words; `link_xml` makes it safe and short.
    """

    column: int
    target: str
    tip: str = ""


class Line(NamedTuple):
    """One line of a list: a value and the name of its style for each cell from column A on.

    ``points`` is the height of the row.
    """

    cells: Sequence[tuple[Cell, str]]
    points: float
    links: Sequence[Link] = ()


class CellXml(dict["tuple[Cell, str]", str]):
    """The XML of the cells of one column. An empty cell with a style keeps its look.

    ``index_of`` gives a text's place among the shared strings, ``style_of`` the attribute of a
    style's name.
    """

    def __init__(
        self, name: str, index_of: Callable[[str], int], style_of: Callable[[str], str]
    ) -> None:
        super().__init__()
        self._head = f'<c r="{name}{ROW}"'
        self._index_of = index_of
        self._style_of = style_of

    def __missing__(self, cell: tuple[Cell, str]) -> str:
        value, name = cell
        style = self._style_of(name)
        if isinstance(value, str) and value:
            made = f'{self._head}{style} t="s"><v>{self._index_of(value)}</v></c>'
        elif isinstance(value, (int, float)):
            made = f"{self._head}{style}><v>{value:.16g}</v></c>"
        else:
            made = f"{self._head}{style}/>" if style else ""
        self[cell] = made
        return made


def row_xml(row: int, points: float, cells: str) -> str:
    """Give a row; ``row`` is 1-based, ``points`` are rounded to whole pixels as Excel does."""
    height = int(points * 4 / 3 + 0.5) * 0.75
    return f'<row r="{ROW}" ht="{height:g}" customHeight="1">{cells}</row>'.replace(ROW, str(row))


def link_xml(name: str, link: Link) -> str:
    """Give the entry of a link that stands in the cell ``name`` (A1)."""
    words = cell_text(link.tip)[:_LONGEST_TIP]
    tip = f' tooltip="{_attribute(words)}"' if words else ""
    return f'<hyperlink ref="{name}" location="{_attribute(link.target)}"{tip}/>'


def _attribute(text: str) -> str:
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text


def plain_rows(
    first: int, columns: Sequence[Sequence[str]], codes: Sequence[Sequence[int]]
) -> Iterator[str]:
    """Give rows without height or style from row ``first`` (1-based) on.

    ``columns`` holds each column's cells that differ, with ROW for the number; ``codes`` which
    of them stands in each row.
    """
    for row, cells in enumerate(joined(columns, codes), start=first):
        yield f'<row r="{ROW}">{cells}</row>'.replace(ROW, str(row))

"""Lists and tables: each column is declared, and the rows are put together column by column.

A cell's XML is made once for each value of a column; Arrow joins the columns to rows, a few
thousand at a time, while the workbook is packed. Formulas, row heights and links come the same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from xlsxwriter.utility import xl_col_to_name

from pipeline.frame.columns import Coded, together
from pipeline.write.safe import cell_text, content_xml
from pipeline.write.table import BATCH, bytes_of, strings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.frame.columns import Frame
    from pipeline.write.table import Field

    Expression = str | Callable[[Frame], Coded]

R = "\0"  # in a formula: the number of the row it stands in
_LONGEST_TIP = 120  # letters; Excel takes 255
_SPECIAL = re.compile(r'[&"<>\n]')
_ESCAPES = str.maketrans({"&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;", "\n": "&#xA;"})


class Styled(NamedTuple):
    """A value with a style of its own, where not the whole column has one, and its formula."""

    value: Field
    style: str
    formula: str = ""


def look_alone(value: Any) -> Any:
    """Give the look of a cell without its text: of those that are one, the first holds it."""
    return Styled(None, value.style) if isinstance(value, Styled) else None


def shown_text(value: Any) -> str:
    """Give the text of a cell, an empty one of a number."""
    shown = value.value if isinstance(value, Styled) else value
    return shown if isinstance(shown, str) else ""


class Total(NamedTuple):
    """What stands below a column: None is the sum of its cells, else a value and its formula."""

    style: str = "total_number"
    value: Field = None
    formula: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the cells of a column lead: to lines of a list, counted from 0, -1 nowhere.

    ``sheets`` are those the list goes on on, as ``'明細'!A``; each holds so many ``rows`` below its
    heads.
    """

    lines: NDArray[np.int64]
    sheets: Sequence[str]
    rows: int
    tips: Coded | None = None  # may be respondents' words; made safe and short here


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list: its head, its width, the style of its cells, and what they hold.

    ``expression`` is the name of a column of the frame, or makes one of it, of values or `Styled`
    values. ``wraps``: the row is made as high as the text needs. ``links`` says where they lead.
    ``formula`` counts in a live workbook what the expression holds: one text for all rows, in
    which `R` is the row's number, or one for each row. ``look`` is the style of the head,
    ``span`` the number of columns that are one; ``total`` is what stands below, see `tables`.
    """

    head: str
    width: float
    style: str
    expression: Expression
    wraps: bool = False
    links: Callable[[Frame], Links] | None = None
    formula: str | Callable[[Frame], Coded] = ""
    look: str = "head"
    span: int = 1
    total: Total | None = None

    def cells(self, frame: Frame) -> Coded:
        """Give what the cells of a frame's rows hold."""
        if isinstance(self.expression, str):
            return frame[self.expression]
        return self.expression(frame)

    def live_cells(self, frame: Frame) -> Coded:
        """Give what the cells of a frame's rows hold, with their formulas."""
        cells = self.cells(frame)
        if not self.formula:
            return cells
        if isinstance(self.formula, str):
            return cells.of(lambda value: self._live(value, self.formula))
        return together(self._live, cells, self.formula(frame))

    def _live(self, given: Any, formula: Any) -> Any:
        value, style = given[:2] if isinstance(given, Styled) else (given, self.style)
        return Styled(value, style, formula)


def placed(columns: Sequence[Column], left: int) -> Iterator[tuple[int, Column]]:
    """Give each column with the place of its first cell."""
    for column in columns:
        yield left, column
        left += column.span


class Given(NamedTuple):
    """A column of cells: where it stands (0-based), what the cells hold, and their look."""

    place: int
    values: Coded
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """A column ready for the rows: ``tails`` is the XML of each value behind the row's number.

    In it `R` is that number, too.
    """

    place: int
    tails: Sequence[str | None]  # None: no cell at all
    codes: NDArray[Any]

    def strings(self, made: dict[int, Any], rows: slice, number: Any) -> list[Any]:
        """Give what some rows are joined of; ``made`` keeps the tails, which columns may share."""
        if id(self.tails) not in made:
            made[id(self.tails)] = _pieces(self.tails)
        pieces = [piece.take(pa.array(self.codes[rows])) for piece in made[id(self.tails)]]
        head, first, *others = f'<c r="{xl_col_to_name(self.place)}', *pieces
        if first.null_count:  # no cell where there is no tail
            return [pc.fill_null(pc.binary_join_element_wise(head, number, first, ""), "")]
        return [head, number, first, *(part for other in others for part in (number, other))]


def _pieces(tails: Sequence[str | None]) -> list[Any]:
    """Give what stands before, between and behind the numbers in the XML of values."""
    parts = [[None] if tail is None else tail.split(R) for tail in tails]
    most = max(map(len, parts), default=1)
    if any(len(own) < most for own in parts):
        raise ValueError("formulas of one column name their row as often")
    return [pa.array(piece, pa.string()) for piece in zip(*parts, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The finished rows of a list. ``first`` is 1-based; ``heights`` are points, None: no own.

    ``rest`` is the XML of other cells that stand to the right of the list, by row, ``attributes``
    that of every row.
    """

    first: int
    count: int
    cells: Sequence[Cells]
    heights: NDArray[Any] | None
    rest: Mapping[int, str]
    attributes: str

    def pieces(self) -> Iterator[memoryview]:
        """Give the rows' XML in batches."""
        made: dict[int, Any] = {}  # of a sheet with a column a body many hold the same
        for start in range(0, self.count, BATCH):
            stop = min(start + BATCH, self.count)
            numbers = np.arange(self.first + start, self.first + stop, dtype=np.int32)
            number = pc.cast(pa.array(numbers), pa.string())
            parts: list[Any] = ['<row r="', number, '"']
            if self.heights is not None:
                parts.append(_height_attributes(self.heights[start:stop]))
            parts.append(f"{self.attributes}>")
            for column in self.cells:
                parts += column.strings(made, slice(start, stop), number)
            if self.rest:
                texts = [self.rest.get(row, "") for row in range(start, stop)]
                parts.append(pa.array(texts, pa.string()))
            yield bytes_of(pc.binary_join_element_wise(*parts, "</row>", ""))


def tails_of(
    values: Sequence[Any], style: str, text_of: Callable[[str], int], look: Callable[[str], str]
) -> list[str | None]:
    """Give the XML of each value behind the row's number, like ``" s="7" t="s"><v>12</v></c>``.

    ``text_of`` gives a text's place among the shared strings, ``look`` the attribute of a style.
    """
    made: list[str | None] = []
    for given in values:
        value, name, formula = given if isinstance(given, Styled) else (given, style, "")
        attribute = look(name)
        if formula:
            made.append(f'"{attribute}{_result(formula, value)}')
        elif isinstance(value, str) and value:
            made.append(f'"{attribute} t="s"><v>{text_of(value)}</v></c>')
        elif isinstance(value, (int, float)):
            made.append(f'"{attribute}><v>{value:.16g}</v></c>')
        else:  # an empty cell keeps its look
            made.append(f'"{attribute}/>' if attribute else None)
    return made


def _result(formula: str, value: Field) -> str:
    kind = ' t="str"' if isinstance(value, str) and value else ""
    shown = "" if value is None else content_xml(str(value))
    return f"{kind}><f>{content_xml(formula.removeprefix('='))}</f><v>{shown}</v></c>"


def text_cells(cells: Coded) -> int:
    """Count the rows that hold a text."""
    values = (_text_of(value) for value in cells.values)
    texts = np.fromiter((isinstance(v, str) and v != "" for v in values), bool, len(cells.values))
    return int(np.count_nonzero(texts[cells.codes])) if len(cells) else 0


def _text_of(given: Any) -> Any:
    if isinstance(given, Styled):
        return None if given.formula else given.value
    return given


def _height_attributes(points: NDArray[Any]) -> Any:
    """Give the attributes of rows; heights are rounded to whole pixels as Excel does."""
    distinct, codes = np.unique(points, return_inverse=True)
    texts = [f' ht="{int(p * 4 / 3 + 0.5) * 0.75:g}" customHeight="1"' for p in distinct.tolist()]
    return strings(Coded(tuple(texts), codes), texts)


def link_pieces(first: int, column: int, links: Links, room: int) -> tuple[list[memoryview], int]:
    """Give the entries of the links of a column from row ``first`` (1-based) on, and their number.

    Of more than ``room`` the first are given.
    """
    rows = np.flatnonzero(links.lines >= 0)[:room]
    if not len(rows):
        return [], 0
    sheet, line = np.divmod(links.lines[rows], links.rows)
    parts = [
        f'<hyperlink ref="{xl_col_to_name(column)}',
        pc.cast(pa.array(rows + first), pa.string()),
        '" location="',
        pa.array([*map(_attribute, links.sheets)], pa.string()).take(pa.array(sheet)),
        pc.cast(pa.array(line + 2), pa.string()),
        '"',
    ]
    if links.tips is not None:
        tips = links.tips.take(rows)
        parts.append(strings(tips, [_tip(text) for text in tips.values]))
    return [bytes_of(pc.binary_join_element_wise(*parts, "/>", ""))], len(rows)


def link_xml(row: int, column: int, target: str, tip: str) -> str:
    """Give the entry of one link; ``row`` is 1-based."""
    place = f"{xl_col_to_name(column)}{row}"
    return f'<hyperlink ref="{place}" location="{_attribute(target)}"{_tip(tip)}/>'


def _tip(text: str) -> str:
    words = cell_text(text)[:_LONGEST_TIP]
    return f' tooltip="{_attribute(words)}"' if words else ""


def _attribute(text: str) -> str:
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text

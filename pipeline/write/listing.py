"""Long lists: each column is declared, and the rows are put together column by column.

A cell's XML is made once for each value of a column; Arrow joins the columns to rows, a few
thousand at a time, while the workbook is packed. Row heights and links come the same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from xlsxwriter.utility import xl_col_to_name

from pipeline.frame.columns import Coded
from pipeline.write.safe import cell_text
from pipeline.write.table import BATCH, bytes_of, strings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.frame.columns import Frame
    from pipeline.write.table import Field

    Expression = str | Callable[[Frame], Coded]

_LONGEST_TIP = 120  # letters; Excel takes 255
_SPECIAL = re.compile(r'[&"<>\n]')
_ESCAPES = str.maketrans({"&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;", "\n": "&#xA;"})


class Styled(NamedTuple):
    """A value with a style of its own, where not the whole column has one."""

    value: Field
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the cells of a column lead: for each row a text like ``'明細'!A5``, or None."""

    targets: Coded
    tips: Coded | None = None  # may be respondents' words; made safe and short here


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list: its head, its width, the style of its cells, and what they hold.

    ``expression`` is the name of a column of the frame, or makes one of it, of values or `Styled`
    values. ``wraps``: the row is made as high as the text needs. ``links`` says where they lead.
    """

    head: str
    width: float
    style: str
    expression: Expression
    wraps: bool = False
    links: Callable[[Frame], Links] | None = None

    def cells(self, frame: Frame) -> Coded:
        """Give what the cells of a frame's rows hold."""
        if isinstance(self.expression, str):
            return frame[self.expression]
        return self.expression(frame)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """A column ready for the rows: ``tails`` is the XML of each value behind the row's number."""

    tails: Sequence[str | None]  # None: no cell at all
    codes: NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The finished rows of a list. ``first`` is 1-based; ``heights`` are points, None: no own.

    ``rest`` is the XML of other cells that stand to the right of the list, by row.
    """

    first: int
    count: int
    cells: Sequence[Cells]
    heights: NDArray[Any] | None
    rest: Mapping[int, str]

    def pieces(self) -> Iterator[memoryview]:
        """Give the rows' XML in batches."""
        made: dict[int, Any] = {}  # of a sheet with a column a body many hold the same
        for column in self.cells:
            if id(column.tails) not in made:
                made[id(column.tails)] = pa.array(column.tails, pa.string())
        for start in range(0, self.count, BATCH):
            stop = min(start + BATCH, self.count)
            numbers = np.arange(self.first + start, self.first + stop, dtype=np.int32)
            number = pc.cast(pa.array(numbers), pa.string())
            parts: list[Any] = ['<row r="', number, '"']
            if self.heights is not None:
                parts.append(_height_attributes(self.heights[start:stop]))
            parts.append(">")
            for place, column in enumerate(self.cells):
                head = f'<c r="{xl_col_to_name(place)}'
                tails = made[id(column.tails)]
                picked = tails.take(pa.array(column.codes[start:stop]))
                if not tails.null_count:
                    parts += [head, number, picked]
                elif tails.null_count < len(tails):  # no cell where there is no tail
                    cell = pc.binary_join_element_wise(head, number, picked, "")
                    parts.append(pc.fill_null(cell, ""))
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
        value, name = given if isinstance(given, Styled) else (given, style)
        attribute = look(name)
        if isinstance(value, str) and value:
            made.append(f'"{attribute} t="s"><v>{text_of(value)}</v></c>')
        elif isinstance(value, (int, float)):
            made.append(f'"{attribute}><v>{value:.16g}</v></c>')
        else:  # an empty cell keeps its look
            made.append(f'"{attribute}/>' if attribute else None)
    return made


def text_cells(cells: Coded) -> int:
    """Count the rows that hold a text."""
    values = (v.value if isinstance(v, Styled) else v for v in cells.values)
    texts = np.fromiter((isinstance(v, str) and v != "" for v in values), bool, len(cells.values))
    return int(np.count_nonzero(texts[cells.codes])) if len(cells) else 0


def _height_attributes(points: NDArray[Any]) -> Any:
    """Give the attributes of rows; heights are rounded to whole pixels as Excel does."""
    distinct, codes = np.unique(points, return_inverse=True)
    texts = [f' ht="{int(p * 4 / 3 + 0.5) * 0.75:g}" customHeight="1"' for p in distinct.tolist()]
    return strings(Coded(tuple(texts), codes), texts)


def link_pieces(first: int, column: int, links: Links, room: int) -> tuple[list[memoryview], int]:
    """Give the entries of the links of a column from row ``first`` (1-based) on, and their number.

    Of more than ``room`` the first are given.
    """
    leads = np.fromiter((v is not None for v in links.targets.values), bool)
    rows = np.flatnonzero(leads[links.targets.codes])[:room] if len(leads) else leads.nonzero()[0]
    if not len(rows):
        return [], 0
    number = pc.cast(pa.array(rows + first), pa.string())
    targets = links.targets.take(rows)
    escaped = [None if v is None else _attribute(v) for v in targets.values]
    parts = [
        f'<hyperlink ref="{xl_col_to_name(column)}',
        number,
        '" location="',
        strings(targets, escaped),
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

"""Tables of a sheet: heads, a row a line, and what stands below, all said by their columns.

A line is whatever the report holds (a respondent, a file, a month); `of` makes an expression of
what is asked of one. Long lists over a frame go by the same columns.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from pipeline.frame.columns import Coded, Frame
from pipeline.model.raw import column_letters
from pipeline.write.book import Sheet
from pipeline.write.listing import Column, R, Styled, Total, placed

PLACE = "place in the list"
_LINE = "line of the report"
BLANK = Total("total_text", "")  # below a column that has no sum


def lines_of(lines: Iterable[Any]) -> Frame:
    """Give the frame of a table whose columns ask lines of the report."""
    kept = tuple(lines)
    places = np.arange(len(kept))
    return {_LINE: Coded(kept, places), PLACE: Coded(range(len(kept)), places)}


def of(asked: str | Callable[[Any], Any]) -> Callable[[Frame], Coded]:
    """Give an expression: what is asked of each line, or the attribute of that name."""
    make = attrgetter(asked) if isinstance(asked, str) else asked
    return lambda frame: frame[_LINE].of(make)


def numbered(frame: Frame) -> Coded:
    """Number the lines from 1 on, over all sheets of a list."""
    return frame[PLACE].of(lambda place: place + 1)


def put_table(
    sheet: Sheet, top: int, columns: Sequence[Column], lines: Iterable[Any] | Frame, *,
    name: str = "", left: int = 0,
) -> int:  # fmt: skip
    """Write a table, its heads in row ``top``; give the row below it.

    ``name`` makes an Excel table of it.
    """
    frame = lines if isinstance(lines, dict) else lines_of(lines)
    count = len(next(iter(frame.values())))
    if name:
        heads, looks = [each.head for each in columns], [each.look for each in columns]
        sheet.table(top, left, count, heads, name, looks)
    else:
        put_heads(sheet, top, columns, left=left)
    sheet.listing(top + 1, columns, frame, left=left)
    below = top + 1 + max(count, 1 if name else 0)
    if all(each.total is None for each in columns):
        return below
    for place, each in placed(columns, left):
        if each.total is not None:
            _put_total(sheet, (top + 1, below), place, each, frame)
    return below + 1


def put_heads(sheet: Sheet, row: int, columns: Sequence[Column], *, left: int = 0) -> None:
    """Write the heads of columns."""
    for place, each in placed(columns, left):
        sheet.spread(row, place, each.span, each.head, each.look)


def _put_total(
    sheet: Sheet, rows: tuple[int, int], place: int, column: Column, frame: Frame
) -> None:
    """Write what stands below a column; ``rows`` are its first and that of the total."""
    total, (top, row) = column.total or BLANK, rows
    value, formula, name = total.value, total.formula, column_letters(place)
    if value is None:
        cells = column.cells(frame)
        value = sum(_number(cell) for cell in cells)
        formula = f"=SUM({name}{top + 1}:{name}{row})"
    if formula:
        sheet.count(row, place, formula.replace(R, str(row + 1)), value, total.style)
    elif isinstance(value, str):
        sheet.spread(row, place, column.span, value, total.style)
    else:
        sheet.number(row, place, value, total.style)


def _number(cell: Any) -> Any:
    value = cell.value if isinstance(cell, Styled) else cell
    return 0 if isinstance(value, str) or value is None else value

"""What the columns of 明細 and of data/answers show of the values of a frame.

Pivot tables, formulas and コード表 name a column of 明細 by its head (`declared`).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from pipeline.frame.columns import Coded, Frame
from pipeline.write.declared import TABLES, DataColumn
from pipeline.write.frame import GROUPING
from pipeline.write.listing import Links
from pipeline.write.style import LABELS
from pipeline.write.table import Field

DETAIL_SHEET = "明細"
DETAIL_TABLE = "tbl_meisai"


def _as_is(value: Any) -> Field:
    return value  # type: ignore[no-any-return]  # a Field, by columns.toml


def _value(value: Any) -> Field:
    return "" if value is None else str(value.value)


def _label(value: Any) -> Field:
    return "" if value is None else LABELS[value]


def _code(status: Any) -> Field:
    return status.code  # type: ignore[no-any-return]  # of Status


def _scope(inside: Any) -> Field:
    return "範囲内" if inside else "範囲外"


def _first_day(month: str) -> Field:
    return f"{month}-01" if month else ""


def _yes(flag: Any) -> Field:
    return "" if flag is None else "はい" if flag else "いいえ"


def _grouped(value: Any) -> Field:
    return value or NONE_GIVEN  # spreadsheets do not agree on counting what is empty


MADE: Mapping[str, Callable[[Any], Field]] = {
    "": _as_is,
    "as_is": _as_is,
    "value": _value,
    "label": _label,
    "code": _code,
    "scope": _scope,
    "first_day": _first_day,
    "yes": _yes,
    "grouped": _grouped,
}
COLUMNS = tuple(one for one in TABLES["answers"] if one.head)  # of 明細
HEADS: tuple[str, ...] = tuple(column.head for column in COLUMNS)
# Whole numbers; every other column of 明細 is text.
NUMBERS = frozenset(column.head for column in COLUMNS if column.kind == "integer")
NONE_GIVEN = "（名簿に記載なし）"


def grouping_head(head: str) -> str:
    """Give the head in 明細 of a column of the roster; one that 明細 has is told apart."""
    return f"名簿の{head}" if head in HEADS else head


def _grouping_columns(answers: Frame) -> Iterator[DataColumn]:
    for name in answers:
        if name.startswith(GROUPING):
            head = grouping_head(name[len(GROUPING) :])
            yield DataColumn(head=head, name=name, means="名簿の列", shown="grouped", data="as_is")


def shown_columns(answers: Frame) -> Frame:
    """Give the columns of 明細 by their heads, as shown; those of the roster stand last."""
    columns = (*COLUMNS, *_grouping_columns(answers))
    return {one.head: answers[one.source].of(MADE[one.shown]) for one in columns}


def data_columns(answers: Frame) -> Frame:
    """Give the columns of data/answers by name, with what they hold."""
    columns = (*TABLES["answers"], *_grouping_columns(answers))
    return {
        one.name: answers[one.source].of(MADE[one.data or one.shown]) for one in columns if one.name
    }


def lines_in_detail(lines: Coded, rows: int) -> Links:
    """Give links to the lines of 明細; ``rows`` go on each sheet, None leads nowhere."""
    numbers = [-1 if number is None else number for number in lines.values]
    places = np.array(numbers, np.int64)[lines.codes]
    parts = range(int(places.max(initial=0)) // rows + 1)
    sheets = [f"'{part_name(DETAIL_SHEET, part)}'!A" for part in parts]
    return Links(lines=places, sheets=sheets, rows=rows)


def column(head: str) -> str:
    """Name a column of 明細 in a formula; ValueError where there is none of that head."""
    HEADS.index(head)
    return f"{DETAIL_TABLE}[{head}]"


def part_name(name: str, part: int) -> str:
    """Name the sheet (or table) on which a long list goes on: 明細, 明細(2), 明細(3)."""
    return f"{name}({part + 1})" if part else name

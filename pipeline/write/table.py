"""Long tables column by column: the values that differ, and which of them stands in each row.

明細 has a row for each answer, and most of its columns hold few values that differ. What is made of
a value (its cell, its field in a CSV, its place in the pivot cache) is made once for each, and the
whole is small enough to be handed to another process.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

_KINDS = (("B", 1 << 8), ("H", 1 << 16), ("I", 1 << 32))  # most columns take a byte a row
Field = str | int | float | None  # a truth value is an int


@dataclass(frozen=True, slots=True)
class Column:
    """``values`` in the order they first appear; ``codes`` are their places, one for each row.

    The values are fields, or whatever is hashable and becomes fields by `of`.
    """

    values: tuple[Any, ...]
    codes: array[int]

    def of(self, make: Callable[[Any], Any]) -> Column:
        """Give the column with something else for each value, each once."""
        made = [*map(make, self.values)]
        column = encoded(made)
        if len(column.values) == len(made):
            return Column(column.values, self.codes)
        kind = column.codes.typecode
        return Column(column.values, array(kind, map(column.codes.__getitem__, self.codes)))

    def part(self, start: int, stop: int) -> Column:
        """Give the rows from ``start`` to before ``stop``."""
        return Column(self.values, self.codes[start:stop])

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.codes)

    def __iter__(self) -> Iterator[Any]:
        """Give the value of each row."""
        return map(self.values.__getitem__, self.codes)


def encoded(values: Iterable[Hashable]) -> Column:
    """Give a column of these values."""
    given = values if isinstance(values, (list, tuple)) else [*values]
    distinct = tuple(dict.fromkeys(given))
    places = {value: place for place, value in enumerate(distinct)}
    kind = next(code for code, most in _KINDS if len(distinct) <= most)
    return Column(distinct, array(kind, map(places.__getitem__, given)))


def columns_of(rows: Iterable[Sequence[Hashable]], width: int) -> tuple[Column, ...]:
    """Give the columns of rows of this width. Raises ValueError where a row has another one."""
    given = [*rows]
    if any(len(row) != width for row in given):
        raise ValueError(f"a row has not {width} values")
    return tuple(map(encoded, zip(*given, strict=True))) if given else (encoded(()),) * width


def joined(
    columns: Sequence[Sequence[str]], codes: Sequence[Sequence[int]], between: str = ""
) -> Iterator[str]:
    """Give each row put together of what ``columns`` hold for the codes."""
    texts = [map(column.__getitem__, row) for column, row in zip(columns, codes, strict=True)]
    return map(between.join, zip(*texts, strict=True))


def batches(pieces: Iterable[str], size: int = 4_096) -> Iterator[bytes]:
    """Give pieces of text in larger ones, encoded."""
    given = iter(pieces)
    while some := [*islice(given, size)]:
        yield "".join(some).encode()

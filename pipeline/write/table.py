"""Columns of a long table: each holds the values that differ and which of them stands in each row.

明細 has a row for each answer, and most of its columns hold few values that differ. What is made of
a value (its cell, its field in a CSV, its place in the pivot cache) is made once for each; the rows
are put together by Arrow, without a Python object for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

pa.set_memory_pool(pa.system_memory_pool())  # its own keeps what it once had: 50 MB
_KINDS = ((np.uint8, 1 << 8), (np.uint16, 1 << 16), (np.uint32, 1 << 32))
BATCH = 4_096  # rows put together at once: of 16,384 the memory is four times as large
Field = str | int | float | None  # a truth value is an int


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """``values`` in the order they first appear; ``codes`` are their places, one for each row.

    The values are fields, or whatever is hashable and becomes fields by `of`.
    """

    values: tuple[Any, ...]
    codes: NDArray[Any]

    def of(self, make: Callable[[Any], Any]) -> Coded:
        """Give the column with something else for each value, each once."""
        made = encoded(map(make, self.values))
        if len(made.values) == len(self.values):
            return Coded(made.values, self.codes)
        return Coded(made.values, made.codes[self.codes])

    def take(self, rows: Any) -> Coded:
        """Give some rows with their values only: a slice, or numbers in the order wanted."""
        codes = self.codes[rows if isinstance(rows, slice) else np.array(rows, np.int64)]
        if len(codes) < len(self.values):  # of many values few stand there: look at those alone
            kept, codes = np.unique(codes, return_inverse=True)
            return Coded(tuple(self.values[n] for n in kept.tolist()), codes)
        used = np.zeros(len(self.values), bool)
        used[codes] = True
        if used.all():
            return Coded(self.values, codes)
        kept = np.flatnonzero(used)
        places = np.zeros(len(self.values), self.codes.dtype)
        places[kept] = np.arange(len(kept))
        return Coded(tuple(self.values[n] for n in kept.tolist()), places[codes])

    def where(self, test: Callable[[Any], bool]) -> NDArray[Any]:
        """Give the numbers of the rows whose value passes."""
        passes = np.fromiter(map(test, self.values), bool, len(self.values))
        return np.flatnonzero(passes[self.codes])

    def strings(self, made: Sequence[str | None]) -> Any:
        """Give an Arrow column: for each row what was made of its value."""
        return pa.array(made, pa.string()).take(pa.array(self.codes))

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.codes)

    def __iter__(self) -> Iterator[Any]:
        """Give the value of each row."""
        return map(self.values.__getitem__, self.codes.tolist())


Frame = dict[str, Coded]  # the columns of a list by name, all of one length


def encoded(values: Iterable[Hashable]) -> Coded:
    """Give a column of these values."""
    given = values if isinstance(values, (list, tuple)) else [*values]
    places = {value: place for place, value in enumerate(dict.fromkeys(given))}
    kind = next(code for code, most in _KINDS if len(places) <= most)
    codes = np.fromiter(map(places.__getitem__, given), kind, len(given))
    return Coded(tuple(places), codes)


def together(make: Callable[..., Any], *columns: Coded) -> Coded:
    """Give a column made of several: ``make`` is asked once for each combination that occurs."""
    number = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        number = number * len(column.values) + column.codes
    found, first, codes = np.unique(number, return_index=True, return_inverse=True)
    del found
    parts = [[column.values[code] for code in column.codes[first]] for column in columns]
    made = encoded(map(make, *parts))
    return Coded(made.values, made.codes[codes])


def columns_of(rows: Iterable[Sequence[Hashable]], width: int) -> tuple[Coded, ...]:
    """Give the columns of rows of this width. Raises ValueError where a row has another one."""
    given = [*rows]
    if any(len(row) != width for row in given):
        raise ValueError(f"a row has not {width} values")
    return tuple(map(encoded, zip(*given, strict=True))) if given else (encoded(()),) * width


def taken(frame: Mapping[str, Coded], rows: Any) -> Frame:
    """Give some rows of a frame; see `Coded.take`."""
    return {name: column.take(rows) for name, column in frame.items()}


def joined(
    columns: Sequence[Coded],
    made: Sequence[Sequence[str | None]],
    *,
    before: str = "",
    between: str = "",
    after: str = "",
) -> Iterator[memoryview]:
    """Give the bytes of all rows, each joined of what ``made`` holds for the values of columns."""
    texts = [pa.array(strings, pa.string()) for strings in made]
    for start in range(0, len(columns[0]), BATCH):
        parts = [
            text.take(pa.array(column.codes[start : start + BATCH]))
            for text, column in zip(texts, columns, strict=True)
        ]
        parts[0] = pc.binary_join_element_wise(before, parts[0], "")
        parts[-1] = pc.binary_join_element_wise(parts[-1], after, "")
        yield bytes_of(pc.binary_join_element_wise(*parts, between))


def bytes_of(strings: Any) -> memoryview:
    """Give the bytes of an Arrow column of strings, one behind another."""
    _, offsets, content = strings.buffers()
    ends = np.frombuffer(offsets, np.int32, len(strings) + 1, strings.offset * 4)
    return memoryview(content or b"")[ends[0] : ends[-1]]

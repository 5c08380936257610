"""Columns of a long table: each holds the values that differ and which of them stands in each row.

A month has a row for each answer, and most columns hold few values that differ. What is made of a
value (its count, its cell, its field in a CSV) is made once for each; nothing walks over the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

_LARGEST = (1 << 63) - 1  # number of a combination of values
_KINDS = ((np.uint8, 1 << 8), (np.uint16, 1 << 16), (np.uint32, 1 << 32))


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """``values`` in the order they first appear; ``codes`` are their places, one for each row.

    The values are fields, or whatever is hashable and becomes fields by `of`.
    """

    values: Sequence[Any]
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
            return Coded(
                tuple(self.values[n] for n in kept.tolist()), codes.astype(_kind(len(kept)))
            )
        used = np.zeros(len(self.values), bool)
        used[codes] = True
        if used.all():
            return Coded(self.values, codes)
        kept = np.flatnonzero(used)
        places = np.zeros(len(self.values), self.codes.dtype)
        places[kept] = np.arange(len(kept))
        return Coded(tuple(self.values[n] for n in kept.tolist()), places[codes])

    def where(self, test: Callable[[Any], bool]) -> NDArray[np.bool_]:
        """Tell for each row whether its value passes; each value is tried once."""
        if not self.values:
            return np.zeros(len(self.codes), bool)
        passed: NDArray[np.bool_] = np.fromiter(map(test, self.values), bool, len(self.values))
        found: NDArray[np.bool_] = passed[self.codes]
        return found

    def ordered(self) -> Coded:
        """Give the column with its values in the order they first appear, whatever it came from."""
        return in_order(self.values, self.codes)

    def at(self, row: int) -> Any:
        """Give the value of one row."""
        return self.values[self.codes[row]]

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.codes)

    def __iter__(self) -> Iterator[Any]:
        """Give the value of each row."""
        return map(self.values.__getitem__, self.codes.tolist())


Frame = dict[str, Coded]  # the columns of a table by name, all of one length


def encoded(values: Iterable[Hashable]) -> Coded:
    """Give a column of these values."""
    given = values if isinstance(values, (list, tuple)) else [*values]
    places = {value: place for place, value in enumerate(dict.fromkeys(given))}
    codes = np.fromiter(map(places.__getitem__, given), _kind(len(places)), len(given))
    return Coded(tuple(places), codes)


def stacked(*columns: Coded) -> Coded:
    """Give columns one below the other."""
    places: dict[Any, int] = {}
    moved = [[places.setdefault(value, len(places)) for value in c.values] for c in columns]
    kind = _kind(len(places))
    codes = [np.array(own, kind)[c.codes] for own, c in zip(moved, columns, strict=True)]
    return Coded(tuple(places), np.concatenate([np.zeros(0, kind), *codes]))


def _kind(count: int) -> type[np.unsignedinteger[Any]]:
    """Give the least kind of number that so many values need."""
    return next(kind for kind, most in _KINDS if count <= most)


def in_order(values: Sequence[Any], codes: NDArray[Any]) -> Coded:
    """Give a column whose values are numbered anew, in the order they first appear."""
    count = len(codes)
    first = np.full(len(values), count)
    first[codes[::-1]] = np.arange(count - 1, -1, -1)  # the last number written is the first row
    kept = np.argsort(first, kind="stable")[: np.count_nonzero(first < count)]
    places = np.zeros(len(values), _kind(len(kept)))
    places[kept] = np.arange(len(kept))
    return Coded(tuple(map(values.__getitem__, kept.tolist())), places[codes])


def constant(value: Any, rows: int) -> Coded:
    """Give a column that holds one value."""
    return Coded((value,), np.zeros(rows, np.uint8))


def together(make: Callable[..., Any], *columns: Coded) -> Coded:
    """Give a column made of several: ``make`` is asked once for each combination that occurs."""
    number, most = np.zeros(len(columns[0]), np.int64), 1
    for column in columns:
        if most * len(column.values) > _LARGEST:  # number anew what occurs, before it overflows
            occurring, number = np.unique(number, return_inverse=True)
            most = len(occurring)
        number = number * len(column.values) + column.codes
        most *= len(column.values)
    _, first, codes = np.unique(number, return_index=True, return_inverse=True)
    order = np.argsort(first)
    first, codes = first[order], np.argsort(order)[codes]
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

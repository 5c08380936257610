"""A table that grows: the rows of a month's returns as they come in, column by column.

Each value is held once and each row as its number, in as few bytes as the numbers need. Returns
come in any order; what is asked of the table is asked in an order of its own (`chosen`).
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.frame.columns import Coded, in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# The values of a column, or the one that all its rows hold.
Column = tuple[Any, ...]
_BYTE = 1 << 8
_ONE = [bytes((code,)) for code in range(_BYTE)]
_NUMBERS = ((_BYTE, "B"), (1 << 16, "H"), (1 << 32, "I"))


class _Growing:
    """One column of a table."""

    __slots__ = ("codes", "places", "room")

    def __init__(self) -> None:
        self.places: dict[Any, int] = {}
        self.codes = array("B")
        self.room = _BYTE

    def add(self, values: Column, rows: int) -> None:
        places = self.places
        if len(values) == 1 and self.room == _BYTE and values[0] in places:  # most columns
            self.codes.frombytes(_ONE[places[values[0]]] * rows)
            return
        codes = [places.setdefault(value, len(places)) for value in values]
        if len(places) > self.room:
            self.room, kind = next(fit for fit in _NUMBERS if fit[0] >= len(places))
            self.codes = array(kind, self.codes)
        self.codes.extend(codes if len(codes) == rows else codes * rows)

    def taken(self) -> NDArray[Any]:
        """Give the codes as they are now; the column may grow on."""
        return np.array(self.codes)


class Table:
    """Rows of so many columns. ``rows`` counts them."""

    __slots__ = ("_columns", "rows")

    def __init__(self, width: int) -> None:
        self._columns = tuple(_Growing() for _ in range(width))
        self.rows = 0

    def add(self, columns: Sequence[Column], rows: int) -> range:
        """Take in the rows of one return and give their places; columns not given hold None."""
        first = self.rows
        for place, column in enumerate(self._columns):
            column.add(columns[place] if place < len(columns) else (None,), rows)
        self.rows += rows
        return range(first, self.rows)

    def column(self, place: int, rows: range) -> Column:
        """Give one column of some rows, a value a row."""
        column = self._columns[place]
        codes = column.codes[rows.start : rows.stop]
        return tuple(map([*column.places].__getitem__, codes))

    def chosen(self, beside: Table, rows: NDArray[np.int64]) -> tuple[Coded, ...]:
        """Give the columns of some rows, counted over this table and then over another one."""
        return tuple(
            _chosen(own, other, rows)
            for own, other in zip(self._columns, beside._columns, strict=True)
        )


def _chosen(own: _Growing, other: _Growing, rows: NDArray[np.int64]) -> Coded:
    places, codes = own.places, own.taken()
    if other.codes:
        places = dict(places)
        moved = np.array([places.setdefault(value, len(places)) for value in other.places])
        codes = np.concatenate((codes, moved[other.taken()]))
    return in_order(tuple(places), codes[rows])

"""The promises of a month as a frame."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from pipeline.frame.columns import columns_of
from pipeline.frame.packing import Columns
from pipeline.frame.rows import Rows
from pipeline.model.history import Promise

FIELDS = tuple(field.name for field in fields(Promise))
_PROMISES = Columns(Promise)


class Promises(Rows[Promise]):
    """Promises in an order; ``frame`` has a column for each field of `Promise`."""

    __slots__ = ()

    def made(self, column: Callable[[str], tuple[Any, ...]]) -> Iterable[Promise]:
        """Give promises."""
        return _PROMISES.made([*map(column, FIELDS)])


def promises_of(promises: Sequence[Promise]) -> Promises:
    """Give promises as a frame."""
    if isinstance(promises, Promises):
        return promises
    columns = columns_of(map(attrgetter(*FIELDS), promises), len(FIELDS))
    return Promises(dict(zip(FIELDS, columns, strict=True)))

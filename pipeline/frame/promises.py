"""The promises of a month as a frame."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from operator import attrgetter

from pipeline.frame.columns import columns_of
from pipeline.frame.rows import Rows
from pipeline.model.history import Promise
from pipeline.model.pickling import Columns

FIELDS = tuple(field.name for field in fields(Promise))
_PROMISES = Columns(Promise)


class Promises(Rows[Promise]):
    """Promises in an order; ``frame`` has a column for each field of `Promise`."""

    __slots__ = ()

    def at(self, rows: Iterable[int] | slice) -> Iterator[Promise]:
        """Give the promises of some rows, in the order they are asked for."""
        chosen = rows if isinstance(rows, slice) else [*rows]
        yield from _PROMISES.unpack([self.column(name, chosen) for name in FIELDS])


def promises_of(promises: Sequence[Promise]) -> Promises:
    """Give promises as a frame."""
    if isinstance(promises, Promises):
        return promises
    columns = columns_of(map(attrgetter(*FIELDS), promises), len(FIELDS))
    return Promises(dict(zip(FIELDS, columns, strict=True)))

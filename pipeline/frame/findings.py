"""The findings of a month as one frame: a column for each field, an object where one is looked at.

A large month has a quarter of a million findings, and nearly all are only counted, sorted and
listed. Whoever asks for one gets a `Finding` made for him; nobody holds all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from pipeline.frame.columns import Coded, encoded, stacked, taken, together
from pipeline.model import Finding, Location, return_key
from pipeline.model.pickling import Columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.frame.columns import Frame
    from pipeline.frame.table import Column

PLACE = tuple(field.name for field in fields(Location))
FIELDS = (*(field.name for field in fields(Finding) if field.name != "location"), *PLACE)
_FINDINGS, _PLACES = Columns(Finding), Columns(Location)
_VALUES = attrgetter(*(f"location.{name}" if name in PLACE else name for name in FIELDS))
_BATCH = 4096  # findings that are objects at a time while all are walked through


class Findings(Sequence[Finding]):
    """Findings in an order; ``frame`` has the columns of `FIELDS`."""

    __slots__ = ("frame",)

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def __len__(self) -> int:
        return len(self.frame["code"])

    @overload
    def __getitem__(self, row: int) -> Finding: ...
    @overload
    def __getitem__(self, row: slice) -> Findings: ...
    def __getitem__(self, row: int | slice) -> Finding | Findings:
        if isinstance(row, slice):
            return self.take(range(len(self))[row])
        return next(self.at((row,)))

    def __iter__(self) -> Iterator[Finding]:
        for start in range(0, len(self), _BATCH):
            yield from self.at(slice(start, start + _BATCH))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as of a list

    def at(self, rows: Iterable[int] | slice) -> Iterator[Finding]:
        """Give the findings of some rows, in the order they are asked for."""
        chosen: Any = rows if isinstance(rows, slice) else [*rows]

        def column(name: str) -> tuple[Any, ...]:
            coded = self.frame[name]
            return tuple(map(coded.values.__getitem__, coded.codes[chosen].tolist()))

        places = _PLACES.unpack(tuple(map(column, PLACE)))
        yield from _FINDINGS.unpack(
            tuple(
                places if field.name == "location" else column(field.name)
                for field in fields(Finding)
            )
        )

    def take(self, rows: Any) -> Findings:
        """Give some of the findings; see `Coded.take`."""
        return Findings(taken(self.frame, rows))

    def where(self, column: str, values: Iterable[object]) -> NDArray[np.bool_]:
        """Tell for each finding whether a column holds one of some values."""
        wanted = frozenset(values)
        return self.frame[column].where(wanted.__contains__)

    def replaced(self, others: Mapping[int, Finding]) -> Findings:
        """Give the findings with others in some rows."""
        if not others:
            return self
        order = np.arange(len(self))
        order[[*others]] = np.arange(len(self), len(self) + len(others))
        return joined(self, findings_of(others.values())).take(order)

    def with_columns(self, **columns: Coded) -> Findings:
        """Give the findings with other columns in place of theirs."""
        return Findings({**self.frame, **columns})


def findings_of(findings: Iterable[Finding]) -> Findings:
    """Give findings as a frame."""
    if isinstance(findings, Findings):
        return findings
    return Findings(dict(zip(FIELDS, map(encoded, columns_of(findings)), strict=True)))


def columns_of(findings: Iterable[Finding]) -> tuple[Column, ...]:
    """Give the values of `FIELDS`, each for all findings."""
    rows = [*map(_VALUES, findings)]
    return tuple(zip(*rows, strict=True)) if rows else ((),) * len(FIELDS)


def joined(*parts: Findings) -> Findings:
    """Give findings one behind the other."""
    return Findings({name: stacked(*(part.frame[name] for part in parts)) for name in FIELDS})


def keys_of_files(findings: Findings) -> Coded:
    """Give the key of the return that each finding lies in, see `Location.key`."""
    return together(return_key, findings.frame["file"], findings.frame["part"])

"""The findings of a month as one frame: a column for each field, an object where one is looked at.

A large month has a quarter of a million findings, and nearly all are only counted, sorted and
listed. Whoever asks for one gets a `Finding` made for him; nobody holds all of them.
"""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.frame.columns import Coded, encoded, together
from pipeline.frame.packing import Columns
from pipeline.frame.rows import Rows
from pipeline.model import Finding, Location, return_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from pipeline.frame.table import Column

PLACE = tuple(field.name for field in fields(Location))
_NAMES = [field.name for field in fields(Finding)]
FIELDS = (*(name for name in _NAMES if name != "location"), *PLACE)
_FINDINGS, _PLACES = Columns(Finding), Columns(Location)
_VALUES = attrgetter(*(f"location.{name}" if name in PLACE else name for name in FIELDS))


class Findings(Rows[Finding]):
    """Findings in an order; ``frame`` has the columns of `FIELDS`."""

    __slots__ = ()

    def made(self, column: Callable[[str], tuple[Any, ...]]) -> Iterable[Finding]:
        """Give findings, each with its place."""
        places = _PLACES.made([*map(column, PLACE)])
        return _FINDINGS.made([places if n == "location" else column(n) for n in _NAMES])

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
        return self.before(findings_of(others.values())).take(order)

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


def keys_of_files(findings: Findings) -> Coded:
    """Give the key of the return that each finding lies in, see `Location.key`."""
    if tuple(findings.frame["part"].values) == ("",):  # no file holds several returns
        return findings.frame["file"]
    return together(return_key, findings.frame["file"], findings.frame["part"])

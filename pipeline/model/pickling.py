"""Pickling for the values that workers send back by the hundred thousand.

A frozen dataclass with slots asks for its list of fields each time one of its objects is pickled
or unpickled, which took the parent longer than the objects themselves. And a row of values, such
as the answers of a submission, goes faster field by field than value by value.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import fields
from itertools import repeat
from operator import attrgetter
from sys import intern
from typing import Any, TypeVar

Value = TypeVar("Value")


class Columns:
    """A row of values of one frozen dataclass with slots, field by field.

    ``few`` are fields whose texts are the same in every file: unpacked, they are one in memory.
    """

    def __init__(self, cls: type[Any], *, few: Sequence[str] = ()) -> None:
        self._cls = cls
        self._names = [field.name for field in fields(cls)]
        self._few = frozenset(few)
        self._values_of = attrgetter(*self._names)
        self._setters = [vars(cls)[name].__set__ for name in self._names]

    def pack(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """Give the fields of all values, each as a row."""
        return tuple(zip(*map(self._values_of, values), strict=True))

    def unpack(self, packed: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
        """Give the values that were packed."""
        if not packed:
            return ()
        made = tuple(map(object.__new__, repeat(self._cls, len(packed[0]))))
        for name, put, row in zip(self._names, self._setters, packed, strict=True):
            values = [value and intern(value) for value in row] if name in self._few else row
            deque(map(put, made, values), maxlen=0)  # one by one; keep nothing
        return made


def quickly_pickled(cls: type[Value]) -> type[Value]:
    """Let a frozen dataclass with slots, of two fields or more, pickle without looking about."""
    names = [field.name for field in fields(cls)]  # type: ignore[arg-type]  # a dataclass
    values_of = attrgetter(*names)
    setters = [vars(cls)[name].__set__ for name in names]

    def getstate(self: Value) -> tuple[Any, ...]:
        values: tuple[Any, ...] = values_of(self)
        return values

    def setstate(self: Value, values: Sequence[Any]) -> None:
        for put, value in zip(setters, values, strict=True):
            put(self, value)

    cls.__getstate__ = getstate  # type: ignore[method-assign, assignment]  # made by dataclass
    cls.__setstate__ = setstate  # type: ignore[attr-defined]  # made by dataclass
    return cls

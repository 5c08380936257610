"""Pickling for the values that workers send back by the hundred thousand.

A frozen dataclass with slots asks for its list of fields each time one of its objects is pickled
or unpickled, which took the parent longer than the objects themselves.
"""

from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar

Value = TypeVar("Value")


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

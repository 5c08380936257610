"""Values by the hundred thousand, taken apart and put together field by field.

A row of values, such as the answers of a submission, goes faster so than value by value.
"""

import copyreg
from collections import deque
from collections.abc import Sequence
from dataclasses import fields
from itertools import repeat
from operator import attrgetter
from sys import intern
from typing import Any


class Columns:
    """A row of values of one frozen dataclass with slots, field by field.

    ``few`` are fields whose texts are the same in every file: unpacked, they are one in memory.
    """

    def __init__(self, cls: type[Any], *, few: Sequence[str] = ()) -> None:
        self._cls = cls
        self._names = [field.name for field in fields(cls)]
        self._few = frozenset(few)
        self._values_of = attrgetter(*self._names)
        self._setters = _setters(cls)

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


def pickled_by_fields(*classes: type[Any]) -> None:
    """Let values of frozen dataclasses with slots be pickled without asking each for its fields.

    That is what dataclasses do, in Python; it is half the cost of a pickle of answers.
    """
    for cls in classes:
        copyreg.pickle(cls, _Taken(cls))


class _Taken:
    """Takes a value apart: what makes it again, and from what."""

    def __init__(self, cls: type[Any]) -> None:
        self._cls = cls
        self._values_of = attrgetter(*(field.name for field in fields(cls)))

    def __call__(self, value: Any) -> tuple[Any, ...]:
        return _made, (self._cls, self._values_of(value))


def _made(cls: type[Any], values: Sequence[Any]) -> Any:
    made = object.__new__(cls)
    setters = _SETTERS.get(cls) or _SETTERS.setdefault(cls, _setters(cls))
    for put, value in zip(setters, values, strict=True):
        put(made, value)
    return made


_SETTERS: dict[type[Any], tuple[Any, ...]] = {}  # of the classes that were made here


def _setters(cls: type[Any]) -> tuple[Any, ...]:
    return tuple(vars(cls)[field.name].__set__ for field in fields(cls))

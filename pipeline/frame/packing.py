"""Values of the model as bytes and back: what a worker sends, and what is kept for the next run.

Bytes that are kept lie in a folder that others share, where a pickle would be code. These say
values alone, and each is checked against the types of the model when it comes back.
"""

import zlib
from collections import deque
from collections.abc import Sequence
from dataclasses import fields
from functools import cached_property
from itertools import repeat
from operator import attrgetter
from pathlib import Path
from types import GenericAlias
from typing import Any, Generic, TypeVar, get_type_hints

from msgspec.msgpack import Decoder, Encoder

try:
    from zlib_ng.zlib_ng import compress as deflated
except ImportError:  # a machine for which there is no wheel
    from zlib import compress as deflated

Value = TypeVar("Value")
_FAST = 1  # level of zlib


def _as_text(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(type(value))


_encoder = Encoder(enc_hook=_as_text)


def as_bytes(value: object) -> bytes:
    """Give a value of the model as bytes. UnicodeEncodeError where a text holds half a letter."""
    return _encoder.encode(value)


def made_of(kind: Any) -> Decoder[Any]:
    """Give what makes values of a type from bytes; it raises MsgspecError where they are none."""
    return Decoder(kind, dec_hook=lambda kind, told: kind(told))


class Columns(Generic[Value]):
    """A row of values of one frozen dataclass with slots, field by field."""

    def __init__(self, cls: type[Value]) -> None:
        self._cls = cls
        self._names = [field.name for field in fields(cls)]  # type: ignore[arg-type]  # see above
        self._values_of = attrgetter(*self._names)
        self._setters = [vars(cls)[name].__set__ for name in self._names]

    def pack(self, values: Sequence[Value]) -> bytes:
        """Give values as bytes; what several fields share is told once. Raises as `as_bytes`."""
        columns = tuple(zip(*map(self._values_of, values), strict=True)) or ((),) * len(self._names)
        return deflated(as_bytes([_numbered(column) for column in columns]), _FAST)

    def unpack(self, packed: bytes) -> tuple[Value, ...]:
        """Give the values that were packed."""
        columns = self._decoder.decode(zlib.decompress(packed))
        return self.made([[*map(values.__getitem__, codes)] for values, codes in columns])

    @cached_property
    def _decoder(self) -> Decoder[Any]:
        hints = get_type_hints(self._cls)
        values = (GenericAlias(list, (hints[name],)) for name in self._names)
        columns = tuple(GenericAlias(tuple, (each, list[int])) for each in values)
        return made_of(GenericAlias(tuple, columns))

    def made(self, columns: Sequence[Sequence[Any]]) -> tuple[Value, ...]:
        """Give values from their fields, each as a row."""
        made = tuple(map(object.__new__, repeat(self._cls, len(columns[0]))))
        for put, row in zip(self._setters, columns, strict=True):
            deque(map(put, made, row), maxlen=0)  # one by one; keep nothing
        return made


def _numbered(column: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """Give the objects of a column, each once, and which stands in each row."""
    own = {id(value): value for value in column}
    places = dict(zip(own, range(len(own)), strict=True))
    return [*own.values()], [places[id(value)] for value in column]

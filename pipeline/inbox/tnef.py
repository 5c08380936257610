"""Outlook's own wrapping of a mail (winmail.dat, MS-OXTNEF): its texts and its attachments.

A list of attributes; those of an attachment follow the one that begins it. What MAPI knows stands
in one attribute of the message and in one of each attachment, as a list of properties.
"""

import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.inbox.mapi import (
    TNEF,
    Attached,
    OutlookMessage,
    TooManyError,
    attachment_of,
    message_of,
    narrow_text,
)

_HEAD = len(TNEF) + 2  # and a key that nothing here needs
_ATTRIBUTE = struct.Struct("<BHHL")  # level, number, type, length
_CHECKSUM = 2
_OF_MESSAGE, _OF_ATTACHMENT = 1, 2
_CODE_PAGE, _PROPERTIES = 0x9007, 0x9003
_BEGINS, _CONTENT, _ITS_PROPERTIES = 0x9002, 0x800F, 0x9005
_OLDER_TEXTS = {0x0037: 0x8004, 0x1000: 0x800C, 0x3001: 0x8010}  # what MAPI's may miss
_OBJECT, _WIDE = 0x0D, 0x1F
_SIZES = {0x01: 0, 0x02: 2, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 2,
          0x14: 8, 0x40: 8, 0x48: 16}  # fmt: skip
_SEVERAL = 0x1000  # of a type: more values than one
_NAMED = 0x8000  # from this number on a property has a name, which nothing here needs
_DATA = 0x3701
_CLASS = 16  # bytes before an object: what kind it is
_DEEPEST = 5
_STEPS = 100_000  # attributes and properties; Outlook writes some hundreds


def read_message(content: bytes, most_parts: int) -> OutlookMessage:
    """Read a message; raises anything where the file is damaged or hostile."""
    return _Reader(most_parts).message(content, 0)


@dataclass(slots=True)
class _Held:
    """What is told of the message, or of one attachment."""

    code_page: str = ""
    attributes: dict[int, bytes] = field(default_factory=dict)
    properties: dict[int, tuple[int, bytes]] = field(default_factory=dict)

    def text(self, number: int) -> str:
        kind, content = self.properties.get(number, (0, b""))
        if kind == _WIDE:
            return content.decode("utf-16-le", "replace").rstrip("\0")
        content = content or self.attributes.get(_OLDER_TEXTS.get(number, 0), b"")
        return narrow_text(content, self.code_page)

    def number(self, number: int) -> int:
        return int.from_bytes(self.properties.get(number, (0, b""))[1], "little")

    def bytes_of(self, number: int) -> bytes:
        return self.properties.get(number, (0, b""))[1]


class _Reader:
    """Reads one file; what the limits allow is for all the messages in it."""

    def __init__(self, most_parts: int) -> None:
        self._parts = most_parts
        self._steps = _STEPS

    def message(self, content: bytes, depth: int) -> OutlookMessage:
        if depth > _DEEPEST:
            raise TooManyError("depth")
        message = _Held()
        attached: list[_Held] = []
        for level, number, value in self._attributes(content):
            if number == _BEGINS:
                self._parts -= 1
                attached.append(_Held(message.code_page))
            held = attached[-1] if level == _OF_ATTACHMENT else message
            held.attributes[number] = value
            if number == _CODE_PAGE:
                page = int.from_bytes(value[:4], "little")
                message.code_page = "utf-8" if page == 65001 else f"cp{page}"
            elif number in {_PROPERTIES, _ITS_PROPERTIES}:
                with contextlib.suppress(struct.error):  # what it told up to there stands
                    for name, told in self._properties(value):
                        held.properties.setdefault(name, told)
        if not message.attributes:
            raise ValueError("no attribute")
        return message_of(message, [self._attachment(each, depth) for each in attached])

    def _attachment(self, held: _Held, depth: int) -> Attached:
        kind, content = held.properties.get(_DATA, (0, b""))
        if kind == _OBJECT:
            content = content[_CLASS:]
            if content.startswith(TNEF):
                return attachment_of(held, content, self.message(content, depth + 1))
        return attachment_of(held, content or held.attributes.get(_CONTENT, b""))

    def _step(self) -> None:
        self._steps -= 1
        if self._steps < 0 or self._parts < 0:
            raise TooManyError("attributes")

    def _attributes(self, content: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Give level, number and value; what follows the last one is no part of it."""
        at = _HEAD
        while at + _ATTRIBUTE.size <= len(content):
            self._step()
            level, number, _, length = _ATTRIBUTE.unpack_from(content, at)
            if level not in {_OF_MESSAGE, _OF_ATTACHMENT}:
                return
            at += _ATTRIBUTE.size
            if at + length > len(content):
                raise ValueError("cut off")
            yield level, number, content[at : at + length]
            at += length + _CHECKSUM

    def _properties(self, content: bytes) -> Iterator[tuple[int, tuple[int, bytes]]]:
        """Give number, type and value of each property; of several values the last."""
        (count,) = struct.unpack_from("<L", content)
        at = 4
        for _ in range(count):
            self._step()
            kind, number = struct.unpack_from("<HH", content, at)
            at += 4
            if number >= _NAMED:
                by_name, length = struct.unpack_from("<LL", content, at + 16)
                at += 24 + (_padded(length) if by_name else 0)
            size = _SIZES.get(kind & ~_SEVERAL)
            values = 1
            if size is None or kind & _SEVERAL:
                (values,) = struct.unpack_from("<L", content, at)
                at += 4
            value = b""
            if size is not None:
                value = content[at : at + size]
                at += _padded(size * values)
            else:
                for _ in range(values):
                    self._step()
                    (length,) = struct.unpack_from("<L", content, at)
                    value = content[at + 4 : at + 4 + length]
                    at += 4 + _padded(length)
            yield number, (kind, value)


def _padded(length: int) -> int:
    return -(-length // 4) * 4

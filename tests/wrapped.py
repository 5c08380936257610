"""winmail.dat as Outlook and Exchange write it (MS-OXTNEF), put together byte by byte."""

import struct
from collections.abc import Mapping

SIGNATURE = struct.pack("<LH", 0x223E9F78, 0x0102)
IMESSAGE = bytes.fromhex("0703020000000000C000000000000046")
SUBJECT, BODY, SENDER, LONG_NAME, DATA, CONTENT_ID = 0x37, 0x1000, 0x5D01, 0x3707, 0x3701, 0x3712
Value = str | bytes | tuple[int, bytes]  # a text, bytes, or a type and what it holds


def attribute(level: int, number: int, content: bytes) -> bytes:
    """Give one attribute with its checksum."""
    head = struct.pack("<BLL", level, number, len(content))
    return head + content + struct.pack("<H", sum(content) & 0xFFFF)


def properties(told: Mapping[int, Value]) -> bytes:
    """Give a list of properties, a named one and one of several values before them."""
    named = struct.pack("<HH", 0x1E, 0x8001) + bytes(16) + struct.pack("<LL", 1, 6) + b"a\0b\0\0\0"
    named += bytes(2) + _one(b"x")
    several = struct.pack("<HHL", 0x1002, 0x4000, 3) + bytes(8)
    found = [named, several, struct.pack("<HHHH", 0x0B, 0x0E1F, 1, 0)]
    for number, value in told.items():
        kind, content = _typed(value)
        found.append(struct.pack("<HH", kind, number) + _one(content))
    return struct.pack("<L", len(found)) + b"".join(found)


def _typed(value: Value) -> tuple[int, bytes]:
    if isinstance(value, str):
        return 0x1F, value.encode("utf-16-le") + b"\0\0"
    return (0x0102, value) if isinstance(value, bytes) else value


def _one(content: bytes) -> bytes:
    return struct.pack("<LL", 1, len(content)) + content + bytes(-len(content) % 4)


def attached(
    content: bytes | None,
    told: Mapping[int, Value] | None = None,
    *,
    title: bytes = b"",
) -> bytes:
    """Give an attachment; ``title`` is the name as Outlook of old writes it."""
    found = attribute(2, 0x00069002, struct.pack("<HLHHL", 1, 0xFFFFFFFF, 32, 32, 0))
    if title:
        found += attribute(2, 0x00018010, title + b"\0")
    if content is not None:
        found += attribute(2, 0x0006800F, content)
    return found + (attribute(2, 0x00069005, properties(told)) if told is not None else b"")


def within(message: bytes) -> dict[int, Value]:
    """Give what an attachment tells that is itself a message."""
    return {DATA: (0x0D, IMESSAGE + message)}


def wrapped(
    *attachments: bytes, told: Mapping[int, Value] | None = None, code_page: int = 932
) -> bytes:
    """Give winmail.dat."""
    found = SIGNATURE + attribute(1, 0x00089006, struct.pack("<L", 0x10000))
    if code_page:
        found += attribute(1, 0x00069007, struct.pack("<LL", code_page, 0))
    if told is not None:
        found += attribute(1, 0x00069003, properties(told))
    return found + b"".join(attachments)

"""The records of binary OOXML parts (BIFF12, [MS-XLSB] 2.1.4)."""

import struct
from collections.abc import Iterator

from pipeline.formats.refusal import broken


def records(content: bytes, part: str) -> Iterator[tuple[int, bytes]]:
    """Give (number, body) of each record. Refused where one runs past the end of the part."""
    position, end = 0, len(content)
    while position < end:
        code = content[position]
        position += 1
        if code & 0x80:
            if position >= end:
                raise broken(f"{part}: cut off inside a record number")
            code = (code & 0x7F) | (content[position] & 0x7F) << 7
            position += 1
        size = shift = 0
        while True:
            if position >= end or shift > 21:
                raise broken(f"{part}: cut off inside a record size")
            byte = content[position]
            position += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if position + size > end:
            raise broken(f"{part}: a record runs past the end")
        yield code, content[position : position + size]
        position += size


def wide_string(body: bytes, offset: int) -> tuple[str, int]:
    """Give the XLWideString at an offset and the offset behind it; null strings are empty."""
    (length,) = struct.unpack_from("<I", body, offset)
    if length == 0xFFFFFFFF:
        return "", offset + 4
    end = offset + 4 + 2 * length
    if end > len(body):
        raise broken("a string runs past its record")
    return body[offset + 4 : end].decode("utf-16-le", "replace"), end

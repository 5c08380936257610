"""Mends of a workbook stream ([MS-XLS]) that xlrd trips over; every record keeps its place."""

import struct
from collections.abc import Collection, Iterator

from xlrd.book import unpack_SST_table  # no stubs; mypy is told so in pyproject.toml

_MEANS_NOTHING = 0x0FFF
_STRINGS, _CONTINUE = 0x00FC, 0x003C
_SHORTEST = 3  # bytes of a string: its length and how it is written


def without_records(stream: bytes, codes: Collection[int]) -> bytes:
    """Give a stream in which records of these codes mean nothing."""
    found = bytearray(stream)
    for code, place, _ in _records(stream):
        if code in codes:
            struct.pack_into("<H", found, place, _MEANS_NOTHING)
    return bytes(found)


def with_counted_strings(stream: bytes) -> bytes:
    """Give a stream whose table of strings says as many as there are."""
    table: list[bytes] = []
    begins = 0
    for code, place, body in _records(stream):
        if table and code != _CONTINUE:
            break
        if table or code == _STRINGS:
            begins = begins if table else place
            table.append(body)
    if not table or len(table[0]) < 8:
        return stream
    low, high = 0, sum(map(len, table)) // _SHORTEST
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _holds(table, middle) else (low, middle - 1)
    found = bytearray(stream)
    struct.pack_into("<I", found, begins + 8, low)
    return bytes(found)


def _holds(table: list[bytes], count: int) -> bool:
    try:
        unpack_SST_table(table, count)
    except Exception:  # noqa: BLE001 - xlrd trips over the end of the table in any way
        return False
    return True


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Give code, place and body of each record."""
    place = 0
    while place + 4 <= len(stream):
        code, size = struct.unpack_from("<HH", stream, place)
        yield code, place, stream[place + 4 : place + 4 + size]
        place += 4 + size

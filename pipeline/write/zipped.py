"""Zip archives whose entries are compressed apart, on other threads while rows are still made.

The standard library compresses where it writes and cannot copy an entry as it stands. Here an
entry is compressed into a file of its own first and put into the archive later. Every entry is
dated 1980-01-01, so that the same parts give the same bytes. Files beyond 4 GiB are not written
(zip64).
"""

from __future__ import annotations

import shutil
import struct
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_VERSION: Final = 20
_UTF8_NAME: Final = 0x800
_DATE: Final = (1 << 5) | 1  # 1980-01-01; the time is 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A compressed part that waits in a file without a name. ``size`` is that before."""

    file: BinaryIO
    crc: int
    packed: int
    size: int


def pack(pieces: Iterable[bytes]) -> Packed:
    """Compress the pieces of a part. zlib lets other threads run meanwhile."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever puts the part in closes it
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    crc = size = packed = 0
    for piece in pieces:
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        packed += file.write(deflate.compress(piece))
    packed += file.write(deflate.flush())
    file.seek(0)
    return Packed(file=file, crc=crc, packed=packed, size=size)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    name: bytes
    method: int
    crc: int
    packed: int
    size: int
    offset: int

    def local(self) -> bytes:
        return LOCAL.pack(
            b"PK\3\4", _VERSION, _UTF8_NAME, self.method, 0, _DATE,
            self.crc, self.packed, self.size, len(self.name), 0,
        ) + self.name  # fmt: skip

    def central(self) -> bytes:
        return _CENTRAL.pack(
            b"PK\1\2", _VERSION, _VERSION, _UTF8_NAME, self.method, 0, _DATE,
            self.crc, self.packed, self.size, len(self.name), 0, 0, 0, 0, 0, self.offset,
        ) + self.name  # fmt: skip


class ZipWriter:
    """Writes zip entries one after another."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries: list[_Entry] = []

    def copy(self, info: zipfile.ZipInfo, raw: bytes) -> None:
        """Take over an entry of another archive without unpacking it."""
        self._begin(
            _Entry(
                name=info.filename.encode(),
                method=info.compress_type,
                crc=info.CRC,
                packed=info.compress_size,
                size=info.file_size,
                offset=self._file.tell(),
            )
        )
        self._file.write(raw)

    def add(self, name: str, part: Packed) -> None:
        """Put in a compressed part, whose file is closed."""
        self._begin(
            _Entry(
                name=name.encode(),
                method=zipfile.ZIP_DEFLATED,
                crc=part.crc,
                packed=part.packed,
                size=part.size,
                offset=self._file.tell(),
            )
        )
        with part.file:
            shutil.copyfileobj(part.file, self._file, 1 << 20)

    def close(self) -> None:
        """Write the central directory."""
        start = self._file.tell()
        size = sum(self._file.write(entry.central()) for entry in self._entries)
        count = len(self._entries)
        self._file.write(_END.pack(b"PK\5\6", 0, 0, count, count, size, start, 0))

    def _begin(self, entry: _Entry) -> None:
        self._file.write(entry.local())
        self._entries.append(entry)

"""Zip archives whose entries are compressed apart, while rows are still made.

The standard library compresses where it writes and cannot copy an entry as it stands. Here an
entry is compressed first, in pieces that are made at different times and places, and put into the
archive later. Every entry is dated 1980-01-01, so that the same parts give the same bytes. Files
beyond 4 GiB are not written (zip64).
"""

from __future__ import annotations

import shutil
import struct
import tempfile
import zipfile
import zlib
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Executor, Future
    from pathlib import Path

LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_VERSION: Final = 20
_UTF8_NAME: Final = 0x800
_DATE: Final = (1 << 5) | 1  # 1980-01-01; the time is 0
_LAST_BLOCK: Final = b"\x03\x00"  # an empty one, after which a reader of deflate stops
_ZEROS: Final = bytes(1 << 20)
_HANDED_OVER: Final = 1 << 19  # letters given to the thread at once
_MOST_UNDER_WAY: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A piece of a part, compressed: blocks that end on a whole byte, so that more may follow.

    ``crc`` and ``size`` are those of the bytes before. ``file`` holds ``packed`` bytes and stands
    at its beginning.
    """

    file: BinaryIO
    crc: int
    packed: int
    size: int


class Packing:
    """Compresses a piece bit by bit; `finish` gives it. zlib lets other threads run meanwhile."""

    def __init__(self, file: BinaryIO | None = None) -> None:
        self._file = file or _nameless()
        self._deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        self._crc = self._size = self._packed = 0

    def add(self, content: bytes) -> None:
        """Compress some more."""
        self._crc = zlib.crc32(content, self._crc)
        self._size += len(content)
        self._packed += self._file.write(self._deflate.compress(content))

    def finish(self) -> Packed:
        """Give the whole; nothing can be added any more."""
        self._packed += self._file.write(self._deflate.flush(zlib.Z_SYNC_FLUSH))
        self._file.seek(0)
        return Packed(file=self._file, crc=self._crc, packed=self._packed, size=self._size)


def pack(pieces: Iterable[bytes], file: BinaryIO | None = None) -> Packed:
    """Compress what is given into a file, without one into a file of its own."""
    packing = Packing(file)
    for piece in pieces:
        packing.add(piece)
    return packing.finish()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFile:
    """A compressed piece in a file with a name, as one process tells another of it."""

    path: Path
    crc: int
    packed: int
    size: int

    def open(self) -> Packed:
        """Give the piece."""
        return Packed(file=self.path.open("rb"), crc=self.crc, packed=self.packed, size=self.size)


def pack_file(pieces: Iterable[bytes], path: Path) -> PackedFile:
    """Compress what is given into a file at ``path``."""
    with path.open("wb") as file:
        made = pack(pieces, file)
        return PackedFile(path=path, crc=made.crc, packed=made.packed, size=made.size)


def _nameless() -> BinaryIO:
    """Open a file that is gone with its last user."""
    return cast("BinaryIO", tempfile.TemporaryFile())


class LatePacking:
    """Compresses a piece on a thread of ``pool``, one after another, while more of it is made.

    The pool has one thread: what is handed over first is compressed first. Little is held: whoever
    writes waits where the thread falls behind.
    """

    def __init__(self, pool: Executor) -> None:
        self._pool = pool
        self._packing = Packing()
        self._texts: list[str] = []
        self._length = 0
        self._under_way: deque[Future[None]] = deque()

    def write(self, text: str) -> None:
        """Take some more."""
        self._texts.append(text)
        self._length += len(text)
        if self._length > _HANDED_OVER:
            self._hand_over()

    def finish(self) -> Future[Packed]:
        """Give what will be the whole."""
        self._hand_over()
        while self._under_way:
            self._under_way.popleft().result()
        return self._pool.submit(self._packing.finish)

    def _hand_over(self) -> None:
        while len(self._under_way) >= _MOST_UNDER_WAY:
            self._under_way.popleft().result()
        content = "".join(self._texts).encode()
        self._under_way.append(self._pool.submit(self._packing.add, content))
        self._texts.clear()
        self._length = 0


def crc_of(pieces: Iterable[Packed]) -> int:
    """Give the checksum of pieces one after another.

    A checksum is linear: what n bytes do to the one before them is what n zeros do to it, and
    what they are themselves comes on top.
    """
    whole = 0
    for piece in pieces:
        whole = piece.crc ^ _past_zeros(whole, piece.size) ^ _past_zeros(0, piece.size)
    return whole


def _past_zeros(crc: int, count: int) -> int:
    for _ in range(count // len(_ZEROS)):
        crc = zlib.crc32(_ZEROS, crc)
    return zlib.crc32(_ZEROS[: count % len(_ZEROS)], crc)


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

    def add(self, name: str, *pieces: Packed) -> None:
        """Put in a part, which consists of these pieces; their files are closed."""
        self._begin(
            _Entry(
                name=name.encode(),
                method=zipfile.ZIP_DEFLATED,
                crc=crc_of(pieces) if len(pieces) > 1 else pieces[0].crc,
                packed=sum(piece.packed for piece in pieces) + len(_LAST_BLOCK),
                size=sum(piece.size for piece in pieces),
                offset=self._file.tell(),
            )
        )
        for piece in pieces:
            with piece.file:
                shutil.copyfileobj(piece.file, self._file, 1 << 20)
        self._file.write(_LAST_BLOCK)

    def close(self) -> None:
        """Write the central directory."""
        start = self._file.tell()
        size = sum(self._file.write(entry.central()) for entry in self._entries)
        count = len(self._entries)
        self._file.write(_END.pack(b"PK\5\6", 0, 0, count, count, size, start, 0))

    def _begin(self, entry: _Entry) -> None:
        self._file.write(entry.local())
        self._entries.append(entry)

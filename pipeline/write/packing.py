"""How a workbook becomes a file: long lists and parts are compressed while the next are made.

xlsxwriter writes the parts one by one into temporary files and compresses them at the end, which
was a fifth of the time of a large month. `Workbook._get_packager` is its hook for another way.
A sheet may have had long pieces of it compressed before (`insertions`): they go in between.
"""

from __future__ import annotations

import io
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import xlsxwriter
from xlsxwriter.packager import Packager

from pipeline.write.zipped import Packed, PackedFile, ZipWriter, pack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

_SHEET = re.compile(r"xl/worksheets/sheet([0-9]+)\.xml")


class Insertion(NamedTuple):
    """A piece of a sheet that is compressed apart; ``place`` in bytes of the rest before it."""

    place: int
    piece: Future[Packed] | Future[PackedFile]


class PackedWorkbook(xlsxwriter.Workbook):  # type: ignore[misc]  # no type information
    """A workbook whose parts are compressed on another thread."""

    def __init__(self, path: Path, options: dict[str, Any]) -> None:
        super().__init__(io.BytesIO(), options)  # stays empty: the packager writes the file
        self._path = path
        self.pool = ThreadPoolExecutor(1)

    def _get_packager(self) -> _Packager:
        return _Packager(self._path, self.pool)


class _Packager(Packager):  # type: ignore[misc]  # xlsxwriter ships no type information
    def __init__(self, path: Path, pool: ThreadPoolExecutor) -> None:
        super().__init__()
        self._path = path
        self._pool = pool
        self._parts: list[tuple[str, Future[list[Packed]]]] = []

    def _filename(self, xml_filename: str) -> Any:
        """Name the file of the next part; by then the one before is complete."""
        self._hand_over()
        return super()._filename(xml_filename)

    def _create_package(self) -> list[Any]:
        """Write all parts; there is nothing left then for xlsxwriter to put into an archive."""
        with self._pool:
            super()._create_package()
            self._hand_over()
            with self._path.open("wb") as file:
                archive = ZipWriter(file)
                for name, pieces in self._parts:
                    archive.add(name, *pieces.result())
                archive.close()
        return []

    def _hand_over(self) -> None:
        for path, name, _is_binary in self.filenames[len(self._parts) :]:
            inserted = self._insertions(name)
            self._parts.append((name, self._pool.submit(_pack_file, Path(path), inserted)))

    def _insertions(self, name: str) -> Sequence[Insertion]:
        sheet = _SHEET.fullmatch(name)
        if sheet is None:
            return ()
        found: Sequence[Insertion] = self.workbook.worksheets()[int(sheet[1]) - 1].insertions
        return found


def _pack_file(path: Path, insertions: Sequence[Insertion]) -> list[Packed]:
    """Compress a file piece by piece; what was compressed before goes in at its places."""
    pieces: list[Packed] = []
    try:
        with path.open("rb") as file:
            for place, piece in insertions:
                made = piece.result()
                pieces.append(pack(_read(file, place - file.tell())))
                pieces.append(made.open() if isinstance(made, PackedFile) else made)
            pieces.append(pack(_read(file, sys.maxsize)))
    finally:
        path.unlink()
    return pieces


def _read(file: BinaryIO, count: int) -> Iterator[bytes]:
    while count > 0 and (piece := file.read(min(count, 1 << 20))):
        count -= len(piece)
        yield piece

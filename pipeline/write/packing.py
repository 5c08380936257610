"""How a finished workbook becomes a file: each part is compressed while the next is made.

xlsxwriter writes the parts one by one into temporary files and compresses them at the end, which
was a fifth of the time of a large month. `Workbook._get_packager` is its hook for another way.
"""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.packager import Packager

from pipeline.write.zipped import Packed, ZipWriter, pack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future


class PackedWorkbook(xlsxwriter.Workbook):  # type: ignore[misc]  # no type information
    """A workbook whose parts are compressed on another thread."""

    def __init__(self, path: Path, options: dict[str, Any]) -> None:
        super().__init__(io.BytesIO(), options)  # stays empty: the packager writes the file
        self._path = path

    def _get_packager(self) -> _Packager:
        return _Packager(self._path)


class _Packager(Packager):  # type: ignore[misc]  # xlsxwriter ships no type information
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._pool = ThreadPoolExecutor(1)
        self._parts: list[tuple[str, Future[Packed]]] = []

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
                for name, part in self._parts:
                    archive.add(name, part.result())
                archive.close()
        return []

    def _hand_over(self) -> None:
        for path, name, _is_binary in self.filenames[len(self._parts) :]:
            self._parts.append((name, self._pool.submit(_pack_file, Path(path))))


def _pack_file(path: Path) -> Packed:
    try:
        return pack(_pieces(path))
    finally:
        path.unlink()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece

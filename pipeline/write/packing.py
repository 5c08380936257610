"""How a workbook becomes a file: its parts, with the rows of long lists still to be made.

xlsxwriter writes the parts one by one and packs them at the end. `Workbook._get_packager` is its
hook for another way: the parts stay in memory without the rows of long lists, which are made while
they are compressed (`listing.row_pieces`), and what the library cannot write is added before.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.packager import Packager

from pipeline.machine.zipped import write_archive
from pipeline.write.safe import string_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

Pieces = list["Iterable[bytes | memoryview]"]
Parts = dict[str, Pieces]
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_AT_ONCE = 1024  # texts
_HELD = 1 << 16  # letters that are kept before they become bytes


class Part(io.StringIO):
    """A part being written: text, and pieces that are made when it is packed.

    xlsxwriter writes into it as it does into its own `StringIO` in memory.
    """

    def __init__(self) -> None:
        super().__init__()
        self._pieces: Pieces = []

    def write(self, text: str) -> int:
        """Take some text."""
        count = super().write(text)
        if self.tell() > _HELD:
            self._settle()
        return count

    def insert(self, pieces: Iterable[bytes | memoryview]) -> None:
        """Take what is made later, at this place."""
        self._settle()
        self._pieces.append(pieces)

    def finish(self) -> Pieces:
        """Give all there is."""
        self._settle()
        return self._pieces

    def _settle(self) -> None:
        if self.tell():
            self._pieces.append([self.getvalue().encode()])
            self.seek(0)
            self.truncate()


class PackedWorkbook(xlsxwriter.Workbook):  # type: ignore[misc]  # no type information
    """A workbook that is packed by `write_archive`; ``complete`` may add to its parts before."""

    def __init__(self, path: Path, options: dict[str, Any]) -> None:
        super().__init__(io.BytesIO(), {**options, "in_memory": True})  # the packager writes
        self._path = path
        self.complete: Callable[[Parts], None] | None = None
        # Every formula stands with its value; as of Excel 2019, so that none recalculates at load.
        self.set_calc_mode("auto", "191029")
        self.calc_on_load = False

    def _get_packager(self) -> _Packager:
        return _Packager(self._path, self.complete)


class _Packager(Packager):  # type: ignore[misc]  # xlsxwriter ships no type information
    def __init__(self, path: Path, complete: Callable[[Parts], None] | None) -> None:
        super().__init__()
        self._path = path
        self._complete = complete
        self._parts: dict[str, Part] = {}

    def _filename(self, xml_filename: str) -> Part:
        part = self._parts[xml_filename] = Part()
        return part

    def _write_shared_strings_file(self) -> None:
        """Write the texts; xlsxwriter's own way takes five times as long for the same."""
        table = self.workbook.str_table
        if not table.count:
            return
        part = self._filename("xl/sharedStrings.xml")
        part.write(
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            f'<sst xmlns="{_MAIN}" count="{table.count}" uniqueCount="{table.unique_count}">'
        )
        for start in range(0, len(table.string_array), _AT_ONCE):
            part.write("".join(map(string_xml, table.string_array[start : start + _AT_ONCE])))
        part.write("</sst>")

    def _create_package(self) -> list[Any]:
        """Write all parts; there is nothing left then for xlsxwriter to put into an archive."""
        super()._create_package()
        parts = {name: part.finish() for name, part in self._parts.items()}
        if self._complete is not None:
            self._complete(parts)
        write_archive(self._path, {name: _in_order(pieces) for name, pieces in parts.items()})
        return []


def _in_order(given: Pieces) -> Iterable[bytes | memoryview]:
    return (piece for pieces in given for piece in pieces)

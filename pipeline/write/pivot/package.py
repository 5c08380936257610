"""A finished xlsx to which parts are added; parts that stay are copied still compressed.

The standard library cannot copy a zip entry as it stands, and unpacking and packing 明細 again
would cost more than making the pivots. So the archive is written here: local headers, data, and
the central directory, each entry dated 1980-01-01 so that the same parts give the same bytes.
Files beyond 4 GiB are not written (zip64).
"""

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from lxml import etree

from pipeline.write.pivot.ooxml import REL, root, serialise

_TYPES: Final = "[Content_Types].xml"
_TYPES_NS: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS_NS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_VERSION: Final = 20
_UTF8_NAME: Final = 0x800
_DATE: Final = (1 << 5) | 1  # 1980-01-01; the time is 0


class Package:
    """The parts of one xlsx, with the changes to be written by `save`."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = archive.namelist()
        self._trees: dict[str, etree._Element] = {}
        self._streams: dict[str, Iterable[bytes]] = {}

    def tree(self, name: str) -> etree._Element:
        """Give a part as a tree; changes to it are saved. Raises KeyError where there is none."""
        if name not in self._trees:
            self._trees[name] = etree.fromstring(self._archive.read(name), _PARSER)
        return self._trees[name]

    def has(self, name: str) -> bool:
        """Tell whether there is a part of that name."""
        return name in self._names or name in self._trees or name in self._streams

    def free(self, pattern: str) -> str:
        """Give the first part name of a numbered pattern that is not taken."""
        number = 1
        while self.has(pattern.format(number)):
            number += 1
        return pattern.format(number)

    def add(self, name: str, content_type: str, content: etree._Element | Iterable[bytes]) -> None:
        """Add a part: a tree, or pieces of bytes that are written as they come."""
        if isinstance(content, etree._Element):
            self._trees[name] = content
        else:
            self._streams[name] = content
        types = self.tree(_TYPES)
        etree.SubElement(
            types, f"{{{_TYPES_NS}}}Override", PartName=f"/{name}", ContentType=content_type
        )

    def relate(self, owner: str, target: str, kind: str) -> str:
        """Add a relationship from a part to another and give its id.

        ``kind`` is a full URI, or the last word of an Office relationship type.
        """
        relations = self._relations(owner)
        taken = {item.get("Id") for item in relations}
        number = next(n for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
        etree.SubElement(
            relations,
            f"{{{_RELS_NS}}}Relationship",
            Id=f"rId{number}",
            Type=kind if "://" in kind else f"{REL}/{kind}",
            Target=posixpath.relpath(target, posixpath.dirname(owner)),
        )
        return f"rId{number}"

    def target(self, owner: str, relation: str) -> str:
        """Give the part that a relationship id points to. Raises KeyError for an unknown id."""
        for item in self._relations(owner):
            if item.get("Id") == relation:
                base = "/" + posixpath.dirname(owner)
                return posixpath.normpath(posixpath.join(base, item.get("Target", "")))[1:]
        raise KeyError(relation)

    def _relations(self, owner: str) -> etree._Element:
        folder, name = posixpath.split(owner)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(path):
            self._trees[path] = root("Relationships", {None: _RELS_NS})
        return self.tree(path)

    def save(self, path: Path) -> None:
        """Write the package: old parts in their order, changed ones in place, then new ones."""
        with path.open("wb") as file:
            writer = _Writer(file)
            for info in self._archive.infolist():
                if info.filename in self._trees:
                    writer.write(info.filename, [serialise(self._trees[info.filename])])
                else:
                    writer.copy(info, _raw(self._archive, info))
            for name, tree in self._trees.items():
                if name not in self._names:
                    writer.write(name, [serialise(tree)])
            for name, pieces in self._streams.items():
                writer.write(name, pieces)
            writer.close()


_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True)


def _raw(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Read an entry's bytes as they stand in the archive."""
    file = archive.fp
    if file is None:
        raise ValueError("the archive is closed")
    file.seek(info.header_offset)
    head = _LOCAL.unpack(file.read(_LOCAL.size))
    file.seek(head[-2] + head[-1], 1)  # its own name and extra field
    return file.read(info.compress_size)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    name: bytes
    method: int
    crc: int
    packed: int
    size: int
    offset: int

    def local(self) -> bytes:
        return _LOCAL.pack(
            b"PK\3\4", _VERSION, _UTF8_NAME, self.method, 0, _DATE,
            self.crc, self.packed, self.size, len(self.name), 0,
        ) + self.name  # fmt: skip

    def central(self) -> bytes:
        return _CENTRAL.pack(
            b"PK\1\2", _VERSION, _VERSION, _UTF8_NAME, self.method, 0, _DATE,
            self.crc, self.packed, self.size, len(self.name), 0, 0, 0, 0, 0, self.offset,
        ) + self.name  # fmt: skip


class _Writer:
    """Writes zip entries one after another into a seekable file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries: list[_Entry] = []

    def copy(self, info: zipfile.ZipInfo, raw: bytes) -> None:
        """Take over an entry without unpacking it."""
        entry = _Entry(
            name=info.filename.encode(),
            method=info.compress_type,
            crc=info.CRC,
            packed=info.compress_size,
            size=info.file_size,
            offset=self._file.tell(),
        )
        self._file.write(entry.local())
        self._file.write(raw)
        self._entries.append(entry)

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Compress the pieces into an entry; sizes go into its header afterwards."""
        start = self._file.tell()
        self._file.write(b"\0" * (_LOCAL.size + len(name.encode())))
        deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        crc = size = packed = 0
        for piece in pieces:
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            packed += self._file.write(deflate.compress(piece))
        packed += self._file.write(deflate.flush())
        entry = _Entry(
            name=name.encode(),
            method=zipfile.ZIP_DEFLATED,
            crc=crc,
            packed=packed,
            size=size,
            offset=start,
        )
        self._file.seek(start)
        self._file.write(entry.local())
        self._file.seek(0, 2)
        self._entries.append(entry)

    def close(self) -> None:
        """Write the central directory."""
        start = self._file.tell()
        size = sum(self._file.write(entry.central()) for entry in self._entries)
        count = len(self._entries)
        self._file.write(_END.pack(b"PK\5\6", 0, 0, count, count, size, start, 0))

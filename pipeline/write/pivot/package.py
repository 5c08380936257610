"""A finished xlsx to which parts are added; parts that stay are copied still compressed.

Unpacking and packing 明細 again would cost more than making the pivots.
"""

import posixpath
import zipfile
from pathlib import Path
from typing import Final

from lxml import etree

from pipeline.write.pivot.ooxml import REL, root, serialise
from pipeline.write.zipped import LOCAL, PackedFile, ZipWriter, pack

_TYPES: Final = "[Content_Types].xml"
_TYPES_NS: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS_NS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"


class Package:
    """The parts of one xlsx, with the changes to be written by `save`."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = archive.namelist()
        self._trees: dict[str, etree._Element] = {}
        self._packed: dict[str, PackedFile] = {}

    def tree(self, name: str) -> etree._Element:
        """Give a part as a tree; changes to it are saved. Raises KeyError where there is none."""
        if name not in self._trees:
            self._trees[name] = etree.fromstring(self._archive.read(name), _PARSER)
        return self._trees[name]

    def has(self, name: str) -> bool:
        """Tell whether there is a part of that name."""
        return name in self._names or name in self._trees or name in self._packed

    def free(self, pattern: str) -> str:
        """Give the first part name of a numbered pattern that is not taken."""
        number = 1
        while self.has(pattern.format(number)):
            number += 1
        return pattern.format(number)

    def add(self, name: str, content_type: str, content: etree._Element | PackedFile) -> None:
        """Add a part: a tree, or what is compressed already."""
        if isinstance(content, etree._Element):
            self._trees[name] = content
        else:
            self._packed[name] = content
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
            writer = ZipWriter(file)
            for info in self._archive.infolist():
                if info.filename in self._trees:
                    writer.add(info.filename, pack([serialise(self._trees[info.filename])]))
                else:
                    writer.copy(info, _raw(self._archive, info))
            for name, tree in self._trees.items():
                if name not in self._names:
                    writer.add(name, pack([serialise(tree)]))
            for name, part in self._packed.items():
                writer.add(name, part.open())
            writer.close()


_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True)


def _raw(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Read an entry's bytes as they stand in the archive."""
    file = archive.fp
    if file is None:
        raise ValueError("the archive is closed")
    file.seek(info.header_offset)
    head = LOCAL.unpack(file.read(LOCAL.size))
    file.seek(head[-2] + head[-1], 1)  # its own name and extra field
    return file.read(info.compress_size)

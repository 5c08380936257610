"""The parts of a workbook about to be packed, to which others are added."""

import posixpath
from collections.abc import Iterable
from typing import Final

from lxml import etree

from pipeline.write.packing import Parts
from pipeline.write.pivot.ooxml import REL, root, serialise

_TYPES: Final = "[Content_Types].xml"
_TYPES_NS: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS_NS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"


class Package:
    """The parts of one xlsx, with the changes that `save` carries out."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._trees: dict[str, etree._Element] = {}
        self._added: Parts = {}

    def tree(self, name: str) -> etree._Element:
        """Give a part as a tree; changes to it are saved. Raises KeyError where there is none."""
        if name not in self._trees:
            content = b"".join(piece for pieces in self._parts[name] for piece in pieces)
            self._trees[name] = etree.fromstring(content, _PARSER)
        return self._trees[name]

    def has(self, name: str) -> bool:
        """Tell whether there is a part of that name."""
        return name in self._parts or name in self._trees or name in self._added

    def free(self, pattern: str) -> str:
        """Give the first part name of a numbered pattern that is not taken."""
        number = 1
        while self.has(pattern.format(number)):
            number += 1
        return pattern.format(number)

    def add(
        self, name: str, content_type: str, content: etree._Element | Iterable[bytes | memoryview]
    ) -> None:
        """Add a part: a tree, or pieces that are made when it is packed."""
        if isinstance(content, etree._Element):
            self._trees[name] = content
        else:
            self._added[name] = [content]
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

    def save(self) -> None:
        """Carry out the changes: changed parts in place, new ones behind the others."""
        self._parts.update({name: [[serialise(tree)]] for name, tree in self._trees.items()})
        self._parts.update(self._added)


_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True)

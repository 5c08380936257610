"""An xlsx package opened for the lint: parts as trees, relationships, sheets and their cells."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lxml import etree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
WORKBOOK = "xl/workbook.xml"
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})\Z")

Tree = etree._Element
Area = tuple[int, int, int, int]  # first row, first column, last row, last column; from 1


def area(reference: str) -> Area | None:
    """Read an A1 range; None where it is none or lies beyond the sheet's edge."""
    first, _, last = reference.partition(":")
    corners = []
    for corner in (first, last or first):
        found = _CELL.match(corner)
        if found is None:
            return None
        column = 0
        for letter in found[1]:
            column = column * 26 + ord(letter) - 64
        corners.append((int(found[2]), column))
    (top, left), (bottom, right) = corners
    inside = 1 <= top <= bottom <= LAST_ROW and 1 <= left <= right <= LAST_COLUMN
    return (top, left, bottom, right) if inside else None


def overlap(one: Area, other: Area) -> bool:
    """Tell whether two ranges share a cell."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Where a relationship of a part leads. ``kind`` is the last word of its type."""

    kind: str
    target: str
    external: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A worksheet: ``texts`` holds each valued cell's text by row and column, both from 1."""

    name: str
    part: str
    tree: Tree
    texts: dict[tuple[int, int], str] = field(default_factory=dict)


class Book:
    """The package. Parts that are not well-formed are missing from ``trees``."""

    def __init__(self, path: Path) -> None:
        self.broken: list[str] = []
        self.trees: dict[str, Tree] = {}
        with zipfile.ZipFile(path) as archive:
            self.entries = archive.namelist()
            self.names = frozenset(self.entries)
            damaged = archive.testzip()
            if damaged:
                self.broken.append(f"{damaged}: damaged entry")
            for name in sorted(self.names):
                if name.endswith((".xml", ".rels", ".vml")) and name != damaged:
                    try:
                        self.trees[name] = etree.fromstring(archive.read(name), _PARSER)
                    except etree.XMLSyntaxError as error:
                        self.broken.append(f"{name}: not well-formed: {error}")

    def relations(self, part: str) -> dict[str, Relation]:
        """Give a part's relationships by id."""
        folder, name = posixpath.split(part)
        tree = self.trees.get(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = {}
        for item in tree if tree is not None else ():
            target = item.get("Target", "")
            external = item.get("TargetMode") == "External"
            if not external:
                target = posixpath.normpath(posixpath.join("/" + folder, target))[1:]
            kind = item.get("Type", "").rsplit("/", 1)[-1]
            found[item.get("Id", "")] = Relation(kind=kind, target=target, external=external)
        return found

    def related(self, part: str, kind: str) -> Iterator[tuple[str, Tree]]:
        """Give the readable parts of one kind that a part leads to."""
        for relation in self.relations(part).values():
            if relation.kind == kind and relation.target in self.trees:
                yield relation.target, self.trees[relation.target]

    def rooted(self, tag: str) -> Iterator[tuple[str, Tree]]:
        """Give the parts whose root element has that tag."""
        return ((name, tree) for name, tree in self.trees.items() if tree.tag == tag)

    @property
    def workbook(self) -> Tree:
        """Give the workbook part. Raises KeyError where it is missing or broken."""
        return self.trees[WORKBOOK]

    @cached_property
    def shared_texts(self) -> list[str]:
        """Give the shared strings, without their readings (furigana)."""
        tree = self.trees.get("xl/sharedStrings.xml")
        return [_text(item) for item in (tree if tree is not None else ())]

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """Give the worksheets that can be read, in order."""
        relations = self.relations(WORKBOOK)
        found = []
        for entry in self.workbook.iterfind(f"{MAIN}sheets/{MAIN}sheet"):
            relation = relations.get(entry.get(f"{REL}id", ""))
            tree = self.trees.get(relation.target) if relation else None
            if relation is not None and tree is not None:
                sheet = Sheet(name=entry.get("name", ""), part=relation.target, tree=tree)
                sheet.texts.update(self._cell_texts(tree))
                found.append(sheet)
        return tuple(found)

    def _cell_texts(self, tree: Tree) -> Iterator[tuple[tuple[int, int], str]]:
        for cell in tree.iter(f"{MAIN}c"):
            place = area(cell.get("r", ""))
            value = cell.findtext(f"{MAIN}v")
            if place is None or value is None:
                continue
            if cell.get("t") == "s":
                number = int(value)
                value = self.shared_texts[number] if number < len(self.shared_texts) else ""
            yield place[:2], value

    @cached_property
    def defined_names(self) -> tuple[tuple[str, str], ...]:
        """Give name and content of every defined name."""
        entries = self.workbook.iter(f"{MAIN}definedName")
        return tuple((entry.get("name", ""), entry.text or "") for entry in entries)


def _text(item: Tree) -> str:
    runs = item.iter(f"{MAIN}t")
    return "".join(
        run.text or "" for run in runs if getattr(run.getparent(), "tag", "") != f"{MAIN}rPh"
    )

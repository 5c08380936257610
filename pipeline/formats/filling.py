"""Fill cells of a workbook that others made; every other part stays as it is, byte for byte.

A library that loads a whole workbook and saves it writes what it knows: openpyxl drops shapes, form
controls and much of what later versions of Excel added. Here only the cells that are filled in
change, and the package's list of custom properties.
"""

import copy
import io
import re
from collections.abc import Mapping

from lxml import etree

from pipeline.formats.cells import cell_key
from pipeline.formats.package import Package
from pipeline.formats.relations import main_part, parts_by_kind, relations
from pipeline.formats.xml import attribute, parse
from pipeline.machine.zipped import write_archive
from pipeline.model import CellKey, address
from pipeline.settings import Limits
from pipeline.write.safe import cell_text

_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_EMPTY = f'<Properties xmlns="{_CUSTOM}" xmlns:vt="{_VALUES}"/>'.encode()
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_CONTENT = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # of every custom property ([MS-OLEPS] 2.18)
_STRICT = "http://purl.oclc.org/"  # the namespaces of Strict Open XML begin so
_LINE = 18.75  # points: a line of 11-point letters in Japanese fonts
_TRUE = frozenset({"1", "true"})
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_ESCAPE = re.compile("(_x[0-9a-fA-F]{4}_)")  # what the format would read as a control character

Filled = Mapping[tuple[str, CellKey], str]  # (name of the sheet, cell) -> text


class Fillable:
    """A workbook (xlsx) of which copies are made with cells and properties filled in."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        """Open the package; Refused where it is none."""
        self._package = package = Package(content, limits)
        main = main_part(package, "xl/workbook.xml")
        root, related = parse(package.read(main), main), relations(package, main)
        self.strict = str(root.tag).startswith("{" + _STRICT)
        self._sheets = {
            element.get("name") or "": related[key].target
            for element in root.iter("{*}sheet")
            if (key := attribute(element, "id")) in related
        }
        self._parts = {name: package.read(name) for name in package.names if not name.endswith("/")}
        self._bare: dict[str, etree._Element] = {}

    def filled(self, cells: Filled, properties: Mapping[str, str]) -> bytes:
        """Give a copy with texts in these cells and with these custom properties."""
        changed = self._properties(properties)
        by_part: dict[str, dict[CellKey, str]] = {}
        for (sheet, key), text in cells.items():
            by_part.setdefault(self._sheets[sheet], {})[key] = text
        for part, texts in by_part.items():
            root = copy.deepcopy(self._sheet(part))
            for key, text in sorted(texts.items()):
                _write(root, key, text)
            changed[part] = _bytes(root)
        stored = {name.casefold(): name for name in self._parts}
        named = {stored.get(part.casefold(), part): content for part, content in changed.items()}
        saved = io.BytesIO()
        write_archive(saved, {name: (part,) for name, part in {**self._parts, **named}.items()})
        return saved.getvalue()

    def _sheet(self, part: str) -> etree._Element:
        """Give a sheet of which each row and each cell says where it stands."""
        if part not in self._bare:
            root = self._bare[part] = parse(self._package.read(part), part)
            row = -1
            for line in _data(root):
                row = int(line.get("r") or row + 2) - 1
                line.set("r", str(row + 1))
                column = -1
                for cell in line:
                    place = cell_key(cell.get("r") or "") or (row, column + 1)
                    column = place[1]
                    cell.set("r", address(*place))
        return self._bare[part]

    def _properties(self, values: Mapping[str, str]) -> dict[str, bytes]:
        """Give the parts that tell custom properties: theirs, and these behind them."""
        usual = "docProps/custom.xml"
        known = parts_by_kind(self._package, relations(self._package, ""))
        part = known.get("custom-properties", usual)
        changed: dict[str, bytes] = {}
        if part in self._package:
            root = parse(self._package.read(part), part)
        else:
            root = parse(_EMPTY, part)
        if part not in known.values():
            changed = self._announced(part)
        last = max((int(each.get("pid") or 1) for each in root), default=1)
        for number, (name, value) in enumerate(values.items(), start=last + 1):
            each = etree.SubElement(
                root,
                f"{{{_CUSTOM}}}property",
                {"fmtid": _FORMAT_ID, "pid": str(number), "name": name},
            )
            etree.SubElement(each, f"{{{_VALUES}}}lpwstr").text = _legal(value)
        return {**changed, part: _bytes(root)}

    def _announced(self, part: str) -> dict[str, bytes]:
        """Give the lists of the package with a part for custom properties among theirs."""
        types = parse(self._package.read("[Content_Types].xml"), "[Content_Types].xml")
        space = str(types.tag).rpartition("}")[0]
        if not any(each.get("PartName") == f"/{part}" for each in types):
            etree.SubElement(
                types, f"{space}}}Override", {"PartName": f"/{part}", "ContentType": _CONTENT}
            )
        related = parse(self._package.read("_rels/.rels"), "_rels/.rels")
        space = str(related.tag).rpartition("}")[0]
        etree.SubElement(
            related,
            f"{space}}}Relationship",
            {"Id": "torimatomeProperties", "Type": _RELATION, "Target": part},
        )
        return {"[Content_Types].xml": _bytes(types), "_rels/.rels": _bytes(related)}


def _data(root: etree._Element) -> etree._Element:
    data = root.find("{*}sheetData")
    return etree.SubElement(root, _named(root, "sheetData")) if data is None else data


def _write(root: etree._Element, key: CellKey, text: str) -> None:
    """Write a text into a cell, which keeps its style, or into a new one in its place."""
    row = _row(_data(root), key[0])
    row.attrib.pop("spans", "")  # a hint, which a new cell may belie
    cell, after = None, 0
    for number, each in enumerate(row, start=1):
        place = cell_key(each.get("r") or "")
        if place == key:
            cell = each
        elif place is not None and place < key:
            after = number
    if cell is None:
        cell = etree.Element(_named(root, "c"), {"r": address(*key)})
        style = row.get("s") if row.get("customFormat") in _TRUE else _column_style(root, key[1])
        if style:
            cell.set("s", style)
        row.insert(after, cell)
    if len(cell) and row.get("ht"):  # a line is added to what was printed there
        row.set("ht", f"{float(row.get('ht') or 0) + _LINE:g}")
    for name in ("t", "cm", "vm"):
        cell.attrib.pop(name, "")
    cell[:] = []
    cell.set("t", "inlineStr")
    content = etree.SubElement(etree.SubElement(cell, _named(root, "is")), _named(root, "t"))
    content.set(_SPACE, "preserve")
    content.text = _legal(text)


def _row(data: etree._Element, row: int) -> etree._Element:
    """Give a row, a new one in its place where the sheet has none."""
    after = 0
    for number, each in enumerate(data, start=1):
        place = int(each.get("r") or 0) - 1
        if place == row:
            return each
        if place < row:
            after = number
    made = etree.Element(_named(data, "row"), {"r": str(row + 1)})
    data.insert(after, made)
    return made


def _column_style(root: etree._Element, column: int) -> str | None:
    """Give the style that an empty column has for cells to come: it may be unlocked."""
    for each in root.iterfind("{*}cols/{*}col"):
        if int(each.get("min") or 0) - 1 <= column <= int(each.get("max") or 0) - 1:
            return each.get("style")
    return None


def _named(beside: etree._Element, name: str) -> str:
    """Give the full name of an element in the namespace of another."""
    return f"{str(beside.tag).rpartition('}')[0]}}}{name}"


def _legal(text: str) -> str:
    return _ESCAPE.sub(r"_x005F\1", cell_text(text))


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

"""OpenDocument spreadsheets (.ods): content.xml read sparsely, repeated cells counted first."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from lxml import etree

from pipeline.formats.comments import plain_comment
from pipeline.formats.numbers import iso_text, number_cell, shown_cell
from pipeline.formats.ods_styles import PLAIN, Looks, Style, automatic_styles, count
from pipeline.formats.package import Package
from pipeline.formats.parts import SLIM_COLUMN, SLIM_ROW, SheetPart
from pipeline.formats.properties import ods_properties
from pipeline.formats.refusal import Refused, broken, too_large
from pipeline.formats.strings import decoration, dressed
from pipeline.formats.xml import attribute, local, parse, whole_text
from pipeline.model import (
    Area,
    CellKey,
    CellKind,
    Decoration,
    Drawing,
    FileKind,
    RawCell,
    RawWorkbook,
    Run,
    SourceFile,
    UnreadableReason,
)
from pipeline.settings import Limits

_LONG = 1_000  # rows or columns alike that are the usual ones of their sheet
_CHARACTER = 5.25  # points
_UNDECORATED = Decoration()
_LAST_ROW = 1_048_576
_LAST_COLUMN = 16_384


@dataclass(slots=True)
class _Sheet:
    """A sheet while it is read."""

    table: etree._Element
    limits: Limits
    styles: Mapping[str, Style]
    part: SheetPart = field(default_factory=SheetPart)
    comments: dict[CellKey, str] = field(default_factory=dict)
    objects: list[tuple[etree._Element, CellKey | None]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name on its tab."""
        return attribute(self.table, "name")

    def size(self, element: etree._Element) -> float:
        """Give the height of a row or width of a column in points; 0 where none is told."""
        return self.styles.get(attribute(element, "style-name"), PLAIN).size


def read_ods(package: Package, source: SourceFile, limits: Limits) -> RawWorkbook:
    """Give the sheets. Refused (PASSWORD) where the manifest says that parts are encrypted."""
    manifest = package.read_or_none("META-INF/manifest.xml") or b""
    if b"encryption-data" in manifest:
        raise Refused(UnreadableReason.PASSWORD, "an encrypted OpenDocument file")
    root = parse(package.read("content.xml"), "content.xml")
    styles = automatic_styles(root)
    tables = root.findall("{*}body/{*}spreadsheet/{*}table")
    if not tables:
        raise broken("no sheet in content.xml")
    sheets = [_read_table(table, styles, limits) for table in tables]
    for sheet in sheets:
        sheet.part.fit_merged(limits)
    drawings = _drawings(package, root, sheets)
    return RawWorkbook(
        source=source,
        kind=FileKind.ODS,
        sheets=tuple(
            sheet.part.sheet(
                sheet.name,
                visible=styles.get(attribute(sheet.table, "style-name"), PLAIN).shown,
                drawings=found,
                comments=sheet.comments,
            )
            for sheet, found in zip(sheets, drawings, strict=True)
        ),
        macros=any(name.startswith("Basic/") for name in package.names),
        properties=ods_properties(package),
    )


def _drawings(
    package: Package, root: etree._Element, sheets: Sequence[_Sheet]
) -> Sequence[tuple[Drawing, ...] | None]:
    """Give what floats over each sheet; None where the styles it takes are damaged."""
    if not any(sheet.objects for sheet in sheets):
        return [()] * len(sheets)
    # Imported here: most returned files have no drawing.
    from pipeline.formats.ods_drawings import read_floating  # noqa: PLC0415 - see above

    try:
        content = package.read_or_none("styles.xml")
        roots = [root] if content is None else [root, parse(content, "styles.xml")]
    except Refused as refusal:
        if refusal.reason is not UnreadableReason.BROKEN:
            raise
        return [None if sheet.objects else () for sheet in sheets]
    looks = Looks(roots)
    cells = {sheet.name: sheet.part.cells for sheet in sheets}
    return [
        read_floating(sheet.table, sheet.objects, sheet.part, looks, cells) if sheet.objects else ()
        for sheet in sheets
    ]


def _read_table(table: etree._Element, styles: Mapping[str, Style], limits: Limits) -> _Sheet:
    sheet = _Sheet(table=table, limits=limits, styles=styles)
    column = 0
    for element in table.iter("{*}table-column"):
        repeat = count(element, "number-columns-repeated")
        columns = range(column, min(column + repeat, _LAST_COLUMN))
        width, hidden = sheet.size(element) / _CHARACTER, _is_hidden(element)
        if repeat > _LONG and width >= SLIM_COLUMN and not hidden:
            sheet.part.default_width = width
        else:
            sheet.part.size_columns(columns, width, hidden=hidden)
        column += repeat
    row = 0
    for element in table.iter("{*}table-row"):
        repeat = count(element, "number-rows-repeated")
        _take_row(sheet, element, row, repeat)
        row += repeat
    sheet.objects += [(each, None) for shapes in table.findall("{*}shapes") for each in shapes]
    return sheet


def _is_hidden(element: etree._Element) -> bool:
    return attribute(element, "visibility") in {"collapse", "filter"}


def _take_row(sheet: _Sheet, element: etree._Element, row: int, repeat: int) -> None:
    height, hidden = sheet.size(element), _is_hidden(element)
    if repeat > _LONG and height >= SLIM_ROW and not hidden:
        sheet.part.default_height = height
    elif repeat < 100_000:
        rows = range(row, min(row + repeat, _LAST_ROW))
        sheet.part.size_rows(rows, height, hidden=hidden)
    column = 0
    for cell in element:
        name = local(cell)
        if name not in {"table-cell", "covered-table-cell"}:
            continue
        width = count(cell, "number-columns-repeated")
        if len(cell) or cell.attrib:
            _take_cell(
                sheet,
                cell,
                Area(top=row, left=column, bottom=row + repeat - 1, right=column + width - 1),
            )
        column += width


def _take_cell(sheet: _Sheet, element: etree._Element, area: Area) -> None:
    """Read one cell element, which stands for each cell of an area."""
    style = sheet.styles.get(attribute(element, "style-name"), PLAIN)
    runs, comment = _content(sheet, element, style.run, (area.top, area.left))
    value = _value(element, "".join(run.text for run in runs), formatted=style.formatted)
    look = decoration(runs, struck=style.run.struck, fill=style.fill)
    if local(element) == "table-cell":
        _take_span(sheet, element, area)
    size = _size(area)
    if value is None and (look == _UNDECORATED or size > 1000) and not comment:
        return
    if len(sheet.part.cells) + size > sheet.limits.values and value is not None:
        raise too_large(f"{sheet.name}: more than {sheet.limits.values} cells with a value")
    if area.bottom >= _LAST_ROW or area.right >= _LAST_COLUMN:
        raise too_large(f"{sheet.name}: a value in row {area.bottom + 1}")
    keys = [
        (row, column)
        for row in range(area.top, area.bottom + 1)
        for column in range(area.left, area.right + 1)
    ]
    if value is not None:
        sheet.part.cells.update(dict.fromkeys(keys, value))
        if style.unseen:
            sheet.part.unseen.update(dict.fromkeys(keys, style.unseen))
    if look != _UNDECORATED:
        sheet.part.decorations.update(dict.fromkeys(keys, look))
    if comment:
        sheet.comments.update(dict.fromkeys(keys, comment))


def _take_span(sheet: _Sheet, element: etree._Element, area: Area) -> None:
    rows = count(element, "number-rows-spanned")
    columns = count(element, "number-columns-spanned")
    if rows == columns == 1:
        return
    bottom, right = area.top + rows - 1, area.left + columns - 1
    span = Area(top=area.top, left=area.left, bottom=bottom, right=right)
    sheet.part.merge(span, sheet.limits)


def _value(  # noqa: PLR0911 - one return for each type of cell
    element: etree._Element, text: str, *, formatted: bool
) -> RawCell | None:
    formula = attribute(element, "formula")
    has_formula = bool(formula)
    kind = element.get(f"{{{_CALCEXT}}}value-type") or attribute(element, "value-type")
    if kind == "error":
        return RawCell(kind=CellKind.ERROR, text=text or "#ERROR!", formula=has_formula)
    if kind == "boolean":
        value = "TRUE" if attribute(element, "boolean-value") == "true" else "FALSE"
        return RawCell(kind=CellKind.BOOLEAN, text=value, formula=has_formula)
    if kind == "date":
        return _date(attribute(element, "date-value"), text, has_formula)
    if formula.endswith((":=TRUE()", ":=FALSE()")):
        # LibreOffice writes a truth value without the format for one as a formula
        return RawCell(kind=CellKind.BOOLEAN, text=formula[formula.index("=") + 1 : -2])
    if kind in {"float", "percentage", "currency"}:
        return _number(element, text, kind, formatted=formatted)
    stored = element.get(_STRING_VALUE) or text
    if stored:
        if kind == "time":
            return RawCell(kind=CellKind.DATE, text=text, formula=has_formula)
        if has_formula and text.startswith("#") and text.rstrip("!?").isupper():
            return RawCell(kind=CellKind.ERROR, text=text, formula=True)
        cell = RawCell(kind=CellKind.TEXT, text=stored, formula=has_formula)
        same = "".join(stored.split()) == "".join(text.split())
        return cell if same or element.find("{*}p") is None else shown_cell(cell, text)
    if has_formula and not kind:
        plain = formula.partition(":=")[2] or formula.lstrip("=")
        return RawCell(kind=CellKind.NO_VALUE, text=f"={plain}", formula=True)
    return None


def _number(element: etree._Element, text: str, kind: str, *, formatted: bool) -> RawCell:
    """Give a number as the paragraphs show it; where they round it, nobody should read it."""
    cell = number_cell(
        attribute(element, "value"),
        is_date=False,
        epoch_1904=False,
        formula=bool(attribute(element, "formula")),
    )
    if text == cell.text or not (text or formatted) or cell.kind is not CellKind.NUMBER:
        return cell
    if not text and element.find("{*}p") is None:
        return replace(cell, kind=CellKind.UNRENDERED, stored=cell.text)
    value = float(cell.text)
    shown = [float(found.replace(",", "")) for found in _SHOWN_NUMBER.findall(text)]
    alone = len(shown) == 1 and _SHOWN_NUMBER.fullmatch(text.strip())
    if alone and math.isclose(shown[0], value):
        return shown_cell(cell, text) if value.is_integer() else cell
    whole = value * 100 if kind == "percentage" else value
    told = any(math.isclose(each, abs(whole)) for each in shown)
    if shown and not told:
        return replace(cell, kind=CellKind.UNRENDERED, stored=cell.text)
    return shown_cell(cell, text)


_SHOWN_NUMBER = re.compile(r"(?<![\d.,])-?\d[\d,]*(?:\.\d+)?")
_STRING_VALUE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}string-value"
_CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"


def _date(written: str, text: str, formula: bool) -> RawCell:
    try:
        moment = datetime.fromisoformat(written.removesuffix("Z"))
    except ValueError:
        return RawCell(kind=CellKind.TEXT, text=text or written, formula=formula)
    return RawCell(kind=CellKind.DATE, text=iso_text(moment), formula=formula)


def _content(
    sheet: _Sheet, element: etree._Element, own: Run, key: CellKey
) -> tuple[list[Run], str]:
    """Give the runs of a cell's paragraphs, and its comment; ``own`` is the cell's look."""
    runs: list[Run] = []
    comment = ""
    first = True
    for child in element:
        name = local(child)
        if name == "p":
            if not first:
                runs.append(Run(text="\n"))
            first = False
            _paragraph(sheet, child, own, runs)
        elif name == "annotation":
            paragraphs = child.findall("{*}p")
            lines = "\n".join(map(whole_text, paragraphs))
            comment = plain_comment(lines, _creator(child))
        else:
            sheet.objects.append((child, key))
    return runs, comment


def _creator(annotation: etree._Element) -> tuple[str, ...]:
    creator = annotation.find("{*}creator")
    return (creator.text or "",) if creator is not None else ()


def _paragraph(sheet: _Sheet, element: etree._Element, look: Run, runs: list[Run]) -> None:
    def add(text: str | None) -> None:
        if text:
            runs.append(dressed(text, look))

    add(element.text)
    for child in element:
        match local(child):
            case "span":
                style = sheet.styles.get(attribute(child, "style-name"))
                _paragraph(sheet, child, style.run if style else look, runs)
            case "a" | "ruby" | "ruby-base":
                _paragraph(sheet, child, look, runs)
            case "s":
                add(" " * min(count(child, "c"), 1000))
            case "tab":
                add("\t")
            case "line-break":
                add("\n")
            case _:
                pass  # ruby-text is the reading, not the text
        add(child.tail)


def _size(area: Area) -> int:
    return (area.bottom - area.top + 1) * (area.right - area.left + 1)

"""OpenDocument spreadsheets (.ods): content.xml read sparsely, repeated cells counted first."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from lxml import etree

from pipeline.model import (
    Area,
    CellKey,
    CellKind,
    Decoration,
    FileKind,
    RawCell,
    RawSheet,
    RawWorkbook,
    Run,
    SourceFile,
    UnreadableReason,
    Unseen,
)
from pipeline.read.colours import BLACK, WHITE, hexadecimal, sight
from pipeline.read.comments import plain_comment
from pipeline.read.numbers import iso_text, number_cell, shown_cell
from pipeline.read.package import Package
from pipeline.read.parts import SLIM_COLUMN, SLIM_ROW
from pipeline.read.refusal import Refused, broken, too_large
from pipeline.read.strings import decoration, dressed
from pipeline.read.xml import attribute, local, parse
from pipeline.settings import Limits

_LAST_ROW = 1_048_576
_LAST_COLUMN = 16_384


@dataclass(frozen=True, slots=True)
class _Style:
    """What an automatic style says, whichever of its properties are used."""

    run: Run
    fill: str = ""
    shown: bool = True
    formatted: bool = False  # a number format of its own
    unseen: Unseen | None = None
    slim: bool = False  # of a row or column: next to no height or width


_PLAIN = _Style(Run(text=""))


@dataclass(slots=True)
class _Sheet:
    """A sheet while it is read."""

    name: str
    limits: Limits
    styles: Mapping[str, _Style]
    cells: dict[CellKey, RawCell] = field(default_factory=dict)
    decorations: dict[CellKey, Decoration] = field(default_factory=dict)
    comments: dict[CellKey, str] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    merged_area: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    slim_rows: set[int] = field(default_factory=set)
    slim_columns: set[int] = field(default_factory=set)
    unseen: dict[CellKey, Unseen] = field(default_factory=dict)
    shapes: int = 0

    def is_slim(self, element: etree._Element) -> bool:
        """Tell whether a row or column has next to no size."""
        style = self.styles.get(attribute(element, "style-name"))
        return style is not None and style.slim


def read_ods(package: Package, source: SourceFile, limits: Limits) -> RawWorkbook:
    """Give the sheets. Refused (PASSWORD) where the manifest says that parts are encrypted."""
    manifest = package.read_or_none("META-INF/manifest.xml") or b""
    if b"encryption-data" in manifest:
        raise Refused(UnreadableReason.PASSWORD, "an encrypted OpenDocument file")
    root = parse(package.read("content.xml"), "content.xml")
    styles = _styles(root)
    tables = root.findall("{*}body/{*}spreadsheet/{*}table")
    if not tables:
        raise broken("no sheet in content.xml")
    return RawWorkbook(
        source=source,
        kind=FileKind.ODS,
        sheets=tuple(_read_table(table, styles, limits) for table in tables),
        macros=any(name.startswith("Basic/") for name in package.names),
    )


def _read_table(table: etree._Element, styles: Mapping[str, _Style], limits: Limits) -> RawSheet:
    sheet = _Sheet(name=attribute(table, "name"), limits=limits, styles=styles)
    column = 0
    for element in table.iter("{*}table-column"):
        repeat = _count(element, "number-columns-repeated")
        columns = range(column, min(column + repeat, _LAST_COLUMN))
        if attribute(element, "visibility") in {"collapse", "filter"}:
            sheet.hidden_columns.update(columns)
        elif sheet.is_slim(element):
            sheet.slim_columns.update(columns)
        column += repeat
    row = 0
    for element in table.iter("{*}table-row"):
        repeat = _count(element, "number-rows-repeated")
        _take_row(sheet, element, row, repeat)
        row += repeat
    sheet.shapes += sum(len(shapes) for shapes in table.findall("{*}shapes"))
    style = styles.get(attribute(table, "style-name"))
    return RawSheet(
        name=sheet.name,
        cells=sheet.cells,
        merged=tuple(sheet.merged),
        visible=style is None or style.shown,
        hidden_rows=frozenset(sheet.hidden_rows | sheet.slim_rows),
        hidden_columns=frozenset(sheet.hidden_columns | sheet.slim_columns),
        slim_rows=frozenset(sheet.slim_rows),
        slim_columns=frozenset(sheet.slim_columns),
        unseen=sheet.unseen,
        decorations=sheet.decorations,
        comments=sheet.comments,
        unsupported=("図形",) if sheet.shapes else (),
    )


def _take_row(sheet: _Sheet, element: etree._Element, row: int, repeat: int) -> None:
    if repeat < 100_000:
        rows = range(row, min(row + repeat, _LAST_ROW))
        if attribute(element, "visibility") in {"collapse", "filter"}:
            sheet.hidden_rows.update(rows)
        elif sheet.is_slim(element):
            sheet.slim_rows.update(rows)
    column = 0
    for cell in element:
        name = local(cell)
        if name not in {"table-cell", "covered-table-cell"}:
            continue
        width = _count(cell, "number-columns-repeated")
        if len(cell) or cell.attrib:
            _take_cell(
                sheet,
                cell,
                Area(top=row, left=column, bottom=row + repeat - 1, right=column + width - 1),
            )
        column += width


def _take_cell(sheet: _Sheet, element: etree._Element, area: Area) -> None:
    """Read one cell element, which stands for each cell of an area."""
    style = sheet.styles.get(attribute(element, "style-name"), _PLAIN)
    runs, comment = _content(sheet, element, style.run)
    value = _value(element, "".join(run.text for run in runs), formatted=style.formatted)
    look = decoration(runs, struck=style.run.struck, fill=style.fill)
    if local(element) == "table-cell":
        _take_span(sheet, element, area)
    if value is None and (look == Decoration() or _size(area) > 1000) and not comment:
        return
    if len(sheet.cells) + _size(area) > sheet.limits.values and value is not None:
        raise too_large(f"{sheet.name}: more than {sheet.limits.values} cells with a value")
    if area.bottom >= _LAST_ROW or area.right >= _LAST_COLUMN:
        raise too_large(f"{sheet.name}: a value in row {area.bottom + 1}")
    keys = [
        (row, column)
        for row in range(area.top, area.bottom + 1)
        for column in range(area.left, area.right + 1)
    ]
    if value is not None:
        sheet.cells.update(dict.fromkeys(keys, value))
        if style.unseen:
            sheet.unseen.update(dict.fromkeys(keys, style.unseen))
    if look != Decoration():
        sheet.decorations.update(dict.fromkeys(keys, look))
    if comment:
        sheet.comments.update(dict.fromkeys(keys, comment))


def _take_span(sheet: _Sheet, element: etree._Element, area: Area) -> None:
    rows = _count(element, "number-rows-spanned")
    columns = _count(element, "number-columns-spanned")
    if rows * columns == 1:
        return
    sheet.merged_area += rows * columns
    if sheet.merged_area > sheet.limits.merged_area or len(sheet.merged) >= sheet.limits.merges:
        raise too_large(f"{sheet.name}: merged areas of {sheet.merged_area} cells")
    sheet.merged.append(
        Area(
            top=area.top,
            left=area.left,
            bottom=area.top + rows - 1,
            right=area.left + columns - 1,
        )
    )


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


def _content(sheet: _Sheet, element: etree._Element, own: Run) -> tuple[list[Run], str]:
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
            lines = ("".join(str(part) for part in line.itertext()) for line in paragraphs)
            comment = plain_comment("\n".join(lines), _creator(child))
        else:
            sheet.shapes += 1
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
                add(" " * min(_count(child, "c"), 1000))
            case "tab":
                add("\t")
            case "line-break":
                add("\n")
            case _:
                pass  # ruby-text is the reading, not the text
        add(child.tail)


def _styles(root: etree._Element) -> Mapping[str, _Style]:
    return {
        attribute(element, "name"): _style(element)
        for element in root.findall("{*}automatic-styles/{*}style")
    }


def _style(element: etree._Element) -> _Style:
    run = Run(text="")
    fill = ink = paper = ""
    size = _USUAL_SIZE
    shown, slim = True, False
    for child in element:
        name = local(child)
        if name == "text-properties":
            line = attribute(child, "text-line-through-style") or attribute(
                child, "text-line-through-type"
            )
            ink = colour = attribute(child, "color").lstrip("#").upper()
            size = _points(attribute(child, "font-size")) or size
            run = Run(
                text="",
                struck=line not in {"", "none"},
                bold=attribute(child, "font-weight") in {"bold", "600", "700", "800", "900"},
                underlined=attribute(child, "text-underline-style") not in {"", "none"},
                color=f"rgb:{colour}" if colour and colour != "000000" else "",
            )
        elif name == "table-cell-properties":
            paper = colour = attribute(child, "background-color").lstrip("#").upper()
            fill = "" if colour in {"", "TRANSPARENT", "FFFFFF"} else f"rgb:{colour}"
        elif name == "table-properties":
            shown = attribute(child, "display") != "false"
        elif name in _SLIM:
            size_name, smallest = _SLIM[name]
            slim = 0 < _points(attribute(child, size_name)) < smallest
    return _Style(
        run=run,
        fill=fill,
        shown=shown,
        formatted=bool(attribute(element, "data-style-name")),
        unseen=sight(
            hexadecimal(ink) if ink else BLACK,
            hexadecimal(paper) if paper not in {"", "TRANSPARENT"} else WHITE,
            size,
        ),
        slim=slim,
    )


_USUAL_SIZE = 11.0  # points
# The size that a row or column style gives, and the points below which it is as good as hidden.
_SLIM = {
    "table-row-properties": ("row-height", SLIM_ROW),
    "table-column-properties": ("column-width", SLIM_COLUMN * 5.25),
}
_LENGTH = re.compile(r"(\d*\.?\d+)(cm|mm|in|pt)")
_UNITS = {"cm": 72 / 2.54, "mm": 72 / 25.4, "in": 72.0, "pt": 1.0}


def _points(length: str) -> float:
    """Give a length in points; 0 where it is none."""
    found = _LENGTH.fullmatch(length)
    return float(found[1]) * _UNITS[found[2]] if found else 0.0


def _count(element: etree._Element, name: str) -> int:
    written = attribute(element, name)
    return max(int(written), 1) if written.isascii() and written.isdigit() else 1


def _size(area: Area) -> int:
    return (area.bottom - area.top + 1) * (area.right - area.left + 1)

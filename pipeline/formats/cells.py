"""One worksheet part of an OOXML workbook, read sparsely: only what stands in the file.

The declared ``<dimension>`` is never asked, and a value at XFD1048576 costs as much as one at A1.
"""

import re
from datetime import datetime
from functools import lru_cache

from lxml import etree

from pipeline.formats.book import Board, Book, text_cell
from pipeline.formats.numbers import iso_text, number_cell
from pipeline.formats.parts import SLIM_ROW, SheetPart, read_control
from pipeline.formats.refusal import broken, too_large
from pipeline.formats.strings import Piece, RichText, read_text
from pipeline.formats.styles import CellStyle
from pipeline.formats.xml import attribute, local, stream
from pipeline.model import Area, CellKey, CellKind, RawCell
from pipeline.settings import Limits
from pipeline.texts.folding import unescape

_LAST_ROW = 1_048_576
_LAST_COLUMN = 16_384
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
# Sheet data, in any spelling, that holds an element; under other names its rows would be no rows.
_FILLED = re.compile(rb"<[\w:.-]*sheetdata(?:\s[^<>]*)?(?<!/)>\s*<(?![/!?])", re.IGNORECASE)
_PARTS_OF_A_CELL = frozenset({"v", "f", "is"})
Content = tuple[RawCell | None, tuple[Piece, ...]]
NOTHING: Content = (None, ())
_TEXTS = frozenset({"str", "inlineStr"})  # whose value is what stands in the cell
_TAGS = (
    "row", "sheetFormatPr", "col", "mergeCell", "drawing", "legacyDrawing", "control",
)  # fmt: skip


@lru_cache(maxsize=16384)
def cell_key(reference: str) -> CellKey | None:
    """Give the 0-based place of an address such as ``C12`` or ``$C$12``; None if it is none."""
    match = _ADDRESS.fullmatch(reference)
    if match is None:
        return None
    row, column = int(match[2]), _column(match[1])
    if not (1 <= row <= _LAST_ROW and 0 <= column < _LAST_COLUMN):
        return None
    return (row - 1, column)


def _column(letters: str) -> int:
    """Give the 0-based column of up to three letters."""
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column - 1


def cell_area(reference: str) -> Area | None:
    """Give the area of a reference such as ``A1:C3``; None if it is none."""
    first, _, last = reference.partition(":")
    start, end = cell_key(first), cell_key(last or first)
    if start is None or end is None:
        return None
    return Area(
        top=min(start[0], end[0]),
        left=min(start[1], end[1]),
        bottom=max(start[0], end[0]),
        right=max(start[1], end[1]),
    )


class Rows:
    """Takes the rows of a sheet in order, counting where the file leaves addresses out."""

    def __init__(self, sheet: SheetPart, book: Book, limits: Limits, part: str) -> None:
        self.sheet = sheet
        self.book = book
        self.board = Board(sheet, book)
        self.limits = limits
        self.part = part
        self.row = -1
        self.shared_formulas: dict[str, str] = {}
        self.shared: dict[str, Content] = {}

    def take(self, element: etree._Element) -> None:
        """Read one ``row`` element."""
        number = element.get("r")
        self.row = int(number) - 1 if number and number.isdigit() else self.row + 1
        if not 0 <= self.row < _LAST_ROW:
            raise too_large(f"{self.part}: row {self.row + 1}")
        self.size(element.get("ht"), element.get("hidden"))
        key: CellKey = (self.row, -1)
        put, value = self.board.put, self.value
        for cell in element:
            key = cell_key(cell.get("r") or "") or (self.row, key[1] + 1)
            style = style_index(cell.get("s"))
            put(key, style, *value(cell, style))
        self.count()

    def size(self, height: str | None, hidden: str | None) -> None:
        """Take the height of a row, and whether it is hidden, as written."""
        unseen = height == "0" or hidden in {"1", "true"}
        if unseen or height:
            self.sheet.size_rows((self.row,), _positive(height), hidden=unseen)

    def count(self) -> None:
        """Refuse a sheet of too many cells."""
        if len(self.sheet.cells) > self.limits.values:
            raise too_large(f"{self.part}: more than {self.limits.values} cells with a value")

    def value(self, element: etree._Element, style: int) -> Content:
        """Read what stands in one ``c`` element."""
        stored: str | None = None
        formula: str | None = None
        inline: RichText | None = None
        for child in element:
            tag = child.tag
            if tag.endswith("}v") or tag == "v":
                stored = child.text
            elif tag.endswith("}f") or tag == "f":
                formula = self._formula(child)
            elif tag.endswith("}is") or tag == "is":
                inline = read_text(child)
        found = self.found(element.get("t") or "n", stored, formula, inline, style)
        if found is not None:
            return found
        return self._nothing(element) if len(element) else NOTHING

    def found(
        self,
        kind: str,
        stored: str | None,
        formula: str | None,
        inline: RichText | None,
        style: int,
    ) -> Content | None:
        """Give what stands in a cell of a type; None where nothing is stored there."""
        if kind == "s" and stored and (known := self.shared.get(stored)):
            return known
        if stored and kind not in _TEXTS:  # a pretty printer breaks lines around the value
            stored = stored.strip()
        if kind == "s" and stored:
            return self._shared(stored)
        if inline is not None and (kind == "inlineStr" or not stored):
            computed = formula is not None
            cell = text_cell(inline.text, formula=True) if computed else inline.cell
            return cell, inline.pieces
        if not stored and formula is None:
            return None
        return self._plain_value(kind, stored, formula, self.book.style(style)), ()

    def _nothing(self, element: etree._Element) -> Content:
        """Give an empty cell. One whose value goes by no known name is damage."""
        for child in element:
            name = local(child)
            if name.lower() in _PARTS_OF_A_CELL and name not in _PARTS_OF_A_CELL:
                raise broken(f"{self.part}: {name} in a cell")
        return NOTHING

    def _plain_value(  # noqa: PLR0911 - one return for each type of cell
        self, kind: str, stored: str | None, formula: str | None, style: CellStyle
    ) -> RawCell | None:
        has_formula = formula is not None
        if not stored:
            if formula is None or kind == "str":
                return None  # a formula that gave an empty text shows nothing
            return RawCell(kind=CellKind.NO_VALUE, text=f"={formula}", formula=True)
        if kind == "b":
            text = "TRUE" if stored in {"1", "true", "TRUE"} else "FALSE"
            return RawCell(kind=CellKind.BOOLEAN, text=text, formula=has_formula)
        if kind == "e":
            return RawCell(kind=CellKind.ERROR, text=stored, formula=has_formula)
        if kind == "d":
            return _iso_cell(stored, has_formula)
        if kind == "n":
            return number_cell(
                stored,
                is_date=style.is_date,
                epoch_1904=self.book.epoch_1904,
                formula=has_formula,
            )
        if kind not in _TEXTS:  # what is stored may be the index of a string, and no answer
            raise broken(f"{self.part}: a cell of the type {kind[:20]}")
        text = unescape(stored) if "_x" in stored else stored
        return RawCell(kind=CellKind.TEXT, text=text, formula=has_formula)

    def _shared(self, stored: str) -> Content:
        """Give a shared string. One that is not there is damage: its index is no answer."""
        index = int(stored) if stored.isascii() and stored.isdigit() else -1
        if not 0 <= index < len(self.book.strings):
            raise broken(f"{self.part}: shared string {stored[:20]} is not in the workbook")
        text = self.book.strings[index]
        found = self.shared[stored] = (text.cell, text.pieces)
        return found

    def _formula(self, element: etree._Element) -> str:
        """Give the formula; the further cells of a shared one name only its index."""
        text = element.text or ""
        index = element.get("si")
        if index is None:
            return text
        if text:
            self.shared_formulas[index] = text
        return text or self.shared_formulas.get(index, "")


def read_tree(content: bytes, part: str, book: Book, limits: Limits) -> SheetPart:
    """Give what a worksheet part holds. Refused over the limits or where it is no XML."""
    sheet = SheetPart()
    rows = Rows(sheet, book, limits, part)
    take_tree(content, rows)
    if rows.row < 0 and _FILLED.search(content):
        raise broken(f"{part}: no row among what the sheet holds")
    take_slim_rows(sheet)
    return sheet


def take_tree(content: bytes, rows: Rows) -> None:
    """Take what a worksheet part holds: its rows, and what stands around them."""
    sheet = rows.sheet
    for element in stream(content, rows.part, tags=_TAGS):
        name = local(element)
        if name == "row":
            rows.take(element)
        elif name == "col":
            _take_columns(sheet, element)
        elif name == "mergeCell":
            _take_merge(sheet, element, rows.limits)
        elif name == "sheetFormatPr":
            sheet.default_height = _positive(element.get("defaultRowHeight"))
            sheet.default_width = _positive(element.get("defaultColWidth"))
        elif name == "drawing":
            sheet.drawings.append(attribute(element, "id"))
        elif name == "legacyDrawing":
            sheet.legacy_drawings.append(attribute(element, "id"))
        elif name == "control":
            sheet.controls.append(read_control(element))


def take_slim_rows(sheet: SheetPart) -> None:
    """Note down the rows that have the usual height where that is next to none."""
    if sheet.default_height is not None and sheet.default_height < SLIM_ROW:
        slim = {row for row, _ in sheet.cells} - sheet.row_heights.keys() - sheet.hidden_rows
        sheet.slim_rows |= slim
        sheet.hidden_rows |= slim


def _iso_cell(stored: str, formula: bool) -> RawCell:
    """Read ``t="d"``: ISO 8601, as strict files write dates."""
    try:
        moment = datetime.fromisoformat(stored.removesuffix("Z"))
    except ValueError:
        return RawCell(kind=CellKind.TEXT, text=stored, formula=formula)
    return RawCell(kind=CellKind.DATE, text=iso_text(moment), formula=formula)


def _take_columns(sheet: SheetPart, element: etree._Element) -> None:
    try:
        first, last = int(element.get("min") or 0), int(element.get("max") or 0)
    except ValueError:
        return
    columns = range(max(first, 1) - 1, min(last, _LAST_COLUMN))
    width = element.get("width")
    hidden = width == "0" or element.get("hidden") in {"1", "true"}
    sheet.size_columns(columns, _positive(width), hidden=hidden)


def _take_merge(sheet: SheetPart, element: etree._Element, limits: Limits) -> None:
    area = cell_area(element.get("ref") or "")
    if area is not None:
        sheet.merge(area, limits)


@lru_cache(maxsize=1024)
def style_index(written: str | None) -> int:
    """Give the index of a style as a cell names it; that of the first where it names none."""
    return int(written) if written and written.isdigit() else 0


@lru_cache(maxsize=1024)
def _positive(text: str | None) -> float | None:
    try:
        number = float(text or 0)
    except ValueError:
        return None
    return number if 0 < number < 10_000 else None

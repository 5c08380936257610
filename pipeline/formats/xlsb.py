"""Binary OOXML workbooks (.xlsb, BIFF12 after [MS-XLSB]), read sparsely record by record."""

import struct
from collections.abc import Iterator, Mapping

from pipeline.formats.biff12 import records, wide_string
from pipeline.formats.book import Board, Book, book_of, text_cell
from pipeline.formats.comments import plain_comment
from pipeline.formats.numbers import number_cell
from pipeline.formats.package import Package, resolve
from pipeline.formats.parts import SheetControl, SheetPart
from pipeline.formats.properties import ooxml_properties
from pipeline.formats.refusal import Refused, broken, too_large
from pipeline.formats.relations import Relation, main_part, parts_by_kind, relations
from pipeline.formats.sheets import Page, finished
from pipeline.formats.strings import Piece, RichText
from pipeline.formats.xlsb_styles import Styles, read_strings, read_styles, rich_string
from pipeline.model import Area, CellKey, CellKind, FileKind, RawCell, RawWorkbook, SourceFile
from pipeline.settings import Limits

# Record numbers, [MS-XLSB] 2.3.2
_ROW = 0
_CELLS = range(1, 12)
_SHARED_TEXT, _RICH_CELL = 7, 62
_COLUMN, _MERGE, _SIZES = 60, 176, 485
_DRAWING, _LEGACY_DRAWING, _ACTIVEX = 550, 551, 644
_AUTHOR, _COMMENT, _COMMENT_TEXT = 632, 635, 637
_WORKBOOK, _SHEET = 153, 156
_NO_WIDTH = 0xFFFFFFFF
_LAST_ROW = 1_048_576
_LAST_COLUMN = 16_384

_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA",
}  # fmt: skip


def read_xlsb(package: Package, source: SourceFile, limits: Limits) -> RawWorkbook:
    """Give the worksheets of the package. Refused over a limit or where parts are missing."""
    main = main_part(package, "xl/workbook.bin")
    related = relations(package, main)
    listed: list[tuple[str, str, bool]] = []
    epoch_1904 = False
    for code, body in records(package.read(main), main):
        if code == _WORKBOOK:
            epoch_1904 = bool(body[0] & 1)
        elif code == _SHEET:
            relation_id, after = wide_string(body, 8)
            name, _ = wide_string(body, after)
            listed.append((name, relation_id, body[0] == 0))
    if lost := [key for _, key, _ in listed if key and key not in related]:
        raise broken(f"{main}: no relationship {lost[0]}")
    styles, book = _book(package, related, main, limits, epoch_1904=epoch_1904)
    pages = []
    for name, relation_id, visible in listed:
        relation = related.get(relation_id)
        if relation is not None and relation.kind == "worksheet":
            part = _Rows(book, styles, limits, name).take_all(package.read(relation.target))
            pages.append(Page(name, visible, part, relations(package, relation.target)))
    return RawWorkbook(
        source=source,
        kind=FileKind.XLSB,
        sheets=finished(package, pages, book.styles, limits, notes_of=_notes),
        macros="xl/vbaProject.bin" in package,
        properties=ooxml_properties(package),
    )


def _book(
    package: Package,
    related: Mapping[str, Relation],
    main: str,
    limits: Limits,
    *,
    epoch_1904: bool,
) -> tuple[Styles, Book]:
    targets = parts_by_kind(package, related)
    styles = Styles()
    strings: tuple[RichText, ...] = ()
    # Some programs write these parts and forget to relate them.
    if (part := targets.get("styles", resolve(main, "styles.bin"))) in package:
        styles = read_styles(package.read(part), part)
    if (part := targets.get("sharedStrings", resolve(main, "sharedStrings.bin"))) in package:
        strings = read_strings(package.read(part), part, styles, limits)
    return styles, book_of(package, targets, strings, styles.cells, epoch_1904=epoch_1904)


class _Rows:
    """Takes the records of one sheet."""

    def __init__(self, book: Book, styles: Styles, limits: Limits, name: str) -> None:
        self.book = book
        self.styles = styles
        self.limits = limits
        self.name = name
        self.sheet = SheetPart()
        self.board = Board(self.sheet, book)
        self.row = -1

    def take_all(self, content: bytes) -> SheetPart:
        """Give what the part holds. Refused over the limits or where a record is cut off."""
        for code, body in records(content, self.name):
            if code == _ROW:
                self._take_row(body)
            elif code in _CELLS or code == _RICH_CELL:
                self._take_cell(code, body)
            elif code == _MERGE:
                top, bottom, left, right = struct.unpack_from("<IIII", body)
                area = Area(top=top, left=left, bottom=bottom, right=right)
                self.sheet.merge(area, self.limits)
            elif code == _COLUMN:
                self._take_columns(body)
            elif code == _SIZES:
                width, characters, height = struct.unpack_from("<IHH", body)
                wide = characters if width == _NO_WIDTH else width / 256
                self.sheet.default_width = wide or None
                self.sheet.default_height = height / 20 or None
            elif code == _DRAWING:
                self.sheet.drawings.append(_relation_id(body))
            elif code == _LEGACY_DRAWING:
                self.sheet.legacy_drawings.append(_relation_id(body))
            elif code == _ACTIVEX:
                shape_id = str(int.from_bytes(body[:4], "little"))
                relation_id = _relation_id(body[4:])
                control = SheetControl(shape_id=shape_id, relation_id=relation_id, name="")
                self.sheet.controls.append(control)
        return self.sheet

    def _take_row(self, body: bytes) -> None:
        """Read a row record: height in twentieths of a point, flags."""
        sheet = self.sheet
        self.row = struct.unpack_from("<I", body)[0]
        if self.row >= _LAST_ROW or len(sheet.cells) > self.limits.values:
            raise too_large(f"{self.name}: row {self.row + 1}, {len(sheet.cells)} cells")
        if len(body) <= 11:
            return
        height = struct.unpack_from("<H", body, 8)[0] / 20
        sheet.size_rows((self.row,), height, hidden=bool(body[11] & 0x10))

    def _take_columns(self, body: bytes) -> None:
        """Read a record of columns: first, last, width in 256ths of a character, flags."""
        first, last, width = struct.unpack_from("<III", body)
        columns = range(first, min(last, _LAST_COLUMN - 1) + 1)
        self.sheet.size_columns(columns, width / 256, hidden=bool(body[16] & 1))

    def _take_cell(self, code: int, body: bytes) -> None:
        column, style = struct.unpack_from("<II", body)
        style &= 0xFFFFFF
        if column >= _LAST_COLUMN:
            return
        pieces: tuple[Piece, ...] = ()
        if code in {_SHARED_TEXT, _RICH_CELL}:
            text = self._rich(code, body)
            pieces = text.pieces
            cell = text.cell
        else:
            cell = _value(code, body, self.book.style(style).is_date, self.book.epoch_1904)
        self.board.put((self.row, column), style, cell, pieces)

    def _rich(self, code: int, body: bytes) -> RichText:
        if code == _RICH_CELL:
            return rich_string(body, 8, self.styles)
        index: int = struct.unpack_from("<I", body, 8)[0]
        if index >= len(self.book.strings):  # damage: what stood there is lost
            raise broken(f"shared string {index} is not in the workbook")
        return self.book.strings[index]


def _relation_id(body: bytes) -> str:
    """Give the id in a record; one that is cut off leads to no part."""
    try:
        return wide_string(body, 0)[0]
    except (Refused, struct.error):
        return ""


def _notes(content: bytes, part: str) -> Iterator[tuple[CellKey, str]]:
    authors: list[str] = []
    key: CellKey = (0, 0)
    for code, body in records(content, part):
        if code == _AUTHOR:
            authors.append(wide_string(body, 0)[0])
        elif code == _COMMENT:
            row, column = struct.unpack_from("<I4xI", body, 4)
            key = (row, column)
        elif code == _COMMENT_TEXT:
            yield key, plain_comment(wide_string(body, 1)[0], authors)


def _value(code: int, body: bytes, is_date: bool, epoch_1904: bool) -> RawCell | None:
    """Read a cell record after its column and style (8 bytes)."""
    formula = code in range(8, 12)
    match code:
        case 6 | 8:
            return text_cell(wide_string(body, 8)[0], formula=formula)
        case 3 | 11:
            error = _ERRORS.get(body[8], "#ERROR!")
            return RawCell(kind=CellKind.ERROR, text=error, formula=formula)
        case 4 | 10:
            boolean = "TRUE" if body[8] else "FALSE"
            return RawCell(kind=CellKind.BOOLEAN, text=boolean, formula=formula)
        case 2 | 5 | 9:
            number = _rk(body) if code == 2 else struct.unpack_from("<d", body, 8)[0]
            return number_cell(
                repr(number), is_date=is_date, epoch_1904=epoch_1904, formula=formula
            )
    return None


def _rk(body: bytes) -> float:
    """Decode an RkNumber: 30 bits of an integer or of a double, perhaps in hundredths."""
    (raw,) = struct.unpack_from("<I", body, 8)
    number: float
    if raw & 2:
        number = struct.unpack_from("<i", body, 8)[0] >> 2
    else:
        number = struct.unpack("<d", b"\0\0\0\0" + struct.pack("<I", raw & 0xFFFFFFFC))[0]
    return number / 100 if raw & 1 else number

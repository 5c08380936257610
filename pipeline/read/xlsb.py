"""Binary OOXML workbooks (.xlsb, BIFF12 after [MS-XLSB]), read sparsely record by record."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pipeline.model import (
    Area,
    CellKey,
    CellKind,
    FileKind,
    RawCell,
    RawSheet,
    RawWorkbook,
    SourceFile,
)
from pipeline.read.comments import plain_comment, read_comments
from pipeline.read.numbers import as_shown, format_of, number_cell
from pipeline.read.package import Package, resolve
from pipeline.read.parts import SLIM_COLUMN, SLIM_ROW
from pipeline.read.refusal import broken, too_large
from pipeline.read.relations import main_part, parts_by_kind, relations
from pipeline.settings import Limits

# Record numbers, [MS-XLSB] 2.3.2
_ROW = 0
_CELLS = range(1, 12)
_RICH_CELL = 62
_SST_ITEM = 19
_FORMAT, _XF, _CELL_XFS, _CELL_XFS_END = 44, 47, 617, 618
_COLUMN, _MERGE = 60, 176
_AUTHOR, _COMMENT, _COMMENT_TEXT = 632, 635, 637
_WORKBOOK, _SHEET = 153, 156

_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA",
}  # fmt: skip
_UNSUPPORTED = ("文字の書式", "図形")


@dataclass(frozen=True, slots=True)
class _Book:
    strings: tuple[str, ...]
    styles: tuple[tuple[bool, str], ...]  # whether it shows dates, and its number format
    epoch_1904: bool
    limits: Limits


def read_xlsb(package: Package, source: SourceFile, limits: Limits) -> RawWorkbook:
    """Give the worksheets' values, errors, hidden rows and columns, and merged areas."""
    main = main_part(package, "xl/workbook.bin")
    related = relations(package, main)
    targets = parts_by_kind(package, related)
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
    book = _Book(
        # Some programs write these parts and forget to relate them.
        strings=_strings(
            package, targets.get("sharedStrings", resolve(main, "sharedStrings.bin")), limits
        ),
        styles=_styles(package, targets.get("styles", resolve(main, "styles.bin"))),
        epoch_1904=epoch_1904,
        limits=limits,
    )
    sheets = tuple(
        _with_comments(
            _sheet(package.read(related[relation_id].target), name, visible, book),
            read_comments(package, relations(package, related[relation_id].target), _notes),
        )
        for name, relation_id, visible in listed
        if relation_id in related and related[relation_id].kind == "worksheet"
    )
    if not sheets:
        raise broken("no worksheet in the package")
    return RawWorkbook(
        source=source,
        kind=FileKind.XLSB,
        sheets=sheets,
        macros="xl/vbaProject.bin" in package,
    )


def records(content: bytes, part: str) -> Iterator[tuple[int, bytes]]:
    """Give (number, body) of each record. Refused where one runs past the end of the part."""
    position, end = 0, len(content)
    while position < end:
        code = content[position]
        position += 1
        if code & 0x80:
            if position >= end:
                raise broken(f"{part}: cut off inside a record number")
            code = (code & 0x7F) | (content[position] & 0x7F) << 7
            position += 1
        size = shift = 0
        while True:
            if position >= end or shift > 21:
                raise broken(f"{part}: cut off inside a record size")
            byte = content[position]
            position += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if position + size > end:
            raise broken(f"{part}: a record runs past the end")
        yield code, content[position : position + size]
        position += size


def wide_string(body: bytes, offset: int) -> tuple[str, int]:
    """Give the XLWideString at an offset and the offset behind it; null strings are empty."""
    (length,) = struct.unpack_from("<I", body, offset)
    if length == 0xFFFFFFFF:
        return "", offset + 4
    end = offset + 4 + 2 * length
    if end > len(body):
        raise broken("a string runs past its record")
    return body[offset + 4 : end].decode("utf-16-le", "replace"), end


def _strings(package: Package, part: str, limits: Limits) -> tuple[str, ...]:
    if part not in package:
        return ()
    content = package.read(part)
    if len(content) > limits.shared_strings:
        raise too_large(f"{part}: {len(content)} bytes of shared strings")
    return tuple(
        wide_string(body, 1)[0] for code, body in records(content, part) if code == _SST_ITEM
    )


def _styles(package: Package, part: str) -> tuple[tuple[bool, str], ...]:
    if part not in package:
        return ()
    formats: dict[int, str] = {}
    styles: list[tuple[bool, str]] = []
    inside = False
    for code, body in records(package.read(part), part):
        if code == _FORMAT:
            formats[struct.unpack_from("<H", body)[0]] = wide_string(body, 2)[0]
        elif code in {_CELL_XFS, _CELL_XFS_END}:
            inside = code == _CELL_XFS
        elif code == _XF and inside:
            styles.append(format_of(struct.unpack_from("<H", body, 2)[0], formats))
    return tuple(styles)


@dataclass(slots=True)
class _Sizes:
    """Rows and columns that are hidden, or next to it, as their records say."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    slim_rows: set[int] = field(default_factory=set)
    slim_columns: set[int] = field(default_factory=set)

    def take_row(self, row: int, body: bytes) -> None:
        """Read a row record: height in twentieths of a point, flags."""
        if len(body) > 11 and body[11] & 0x10:
            self.hidden_rows.add(row)
        elif len(body) > 11 and 0 < struct.unpack_from("<H", body, 8)[0] < SLIM_ROW * 20:
            self.slim_rows.add(row)

    def take_columns(self, body: bytes) -> None:
        """Read a record of columns: first, last, width in 256ths of a character, flags."""
        first, last, width = struct.unpack_from("<III", body)
        columns = range(first, min(last, 16_383) + 1)
        if body[16] & 1:
            self.hidden_columns.update(columns)
        elif 0 < width < SLIM_COLUMN * 256:
            self.slim_columns.update(columns)


def _sheet(content: bytes, name: str, visible: bool, book: _Book) -> RawSheet:
    cells: dict[CellKey, RawCell] = {}
    merged: list[Area] = []
    sizes = _Sizes()
    area = 0
    row = -1
    for code, body in records(content, name):
        if code == _ROW:
            row = struct.unpack_from("<I", body)[0]
            sizes.take_row(row, body)
            if row >= 1_048_576 or len(cells) > book.limits.values:
                raise too_large(f"{name}: row {row + 1}, {len(cells)} cells with a value")
        elif code in _CELLS or code == _RICH_CELL:
            column, style = struct.unpack_from("<II", body)
            is_date, shown_by = _style(book, style & 0xFFFFFF)
            cell = _value(code, body, is_date, book)
            if cell is not None and column < 16_384:
                cells[(row, column)] = as_shown(cell, shown_by) if shown_by else cell
        elif code == _MERGE:
            top, bottom, left, right = struct.unpack_from("<IIII", body)
            merged.append(Area(top=top, left=left, bottom=bottom, right=right))
            area += (bottom - top + 1) * (right - left + 1)
            if area > book.limits.merged_area or len(merged) > book.limits.merges:
                raise too_large(f"{name}: merged areas of {area} cells")
        elif code == _COLUMN:
            sizes.take_columns(body)
    return RawSheet(
        name=name,
        cells=cells,
        merged=tuple(merged),
        visible=visible,
        hidden_rows=frozenset(sizes.hidden_rows | sizes.slim_rows),
        hidden_columns=frozenset(sizes.hidden_columns | sizes.slim_columns),
        slim_rows=frozenset(sizes.slim_rows),
        slim_columns=frozenset(sizes.slim_columns),
        unsupported=_UNSUPPORTED,
    )


def _style(book: _Book, index: int) -> tuple[bool, str]:
    return book.styles[index] if index < len(book.styles) else (False, "")


def _with_comments(sheet: RawSheet, comments: Mapping[CellKey, str] | None) -> RawSheet:
    if comments is None:
        return replace(sheet, unsupported=(*sheet.unsupported, "コメント"))
    return replace(sheet, comments=comments) if comments else sheet


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


def _value(code: int, body: bytes, is_date: bool, book: _Book) -> RawCell | None:
    """Read a cell record after its column and style (8 bytes)."""
    formula = code in range(8, 12)
    text = _text(code, body, book)
    if text is not None:
        return RawCell(kind=CellKind.TEXT, text=text, formula=formula) if text else None
    match code:
        case 3 | 11:
            error = _ERRORS.get(body[8], "#ERROR!")
            return RawCell(kind=CellKind.ERROR, text=error, formula=formula)
        case 4 | 10:
            boolean = "TRUE" if body[8] else "FALSE"
            return RawCell(kind=CellKind.BOOLEAN, text=boolean, formula=formula)
        case 2 | 5 | 9:
            number = _rk(body) if code == 2 else struct.unpack_from("<d", body, 8)[0]
            return number_cell(
                repr(number), is_date=is_date, epoch_1904=book.epoch_1904, formula=formula
            )
    return None


def _text(code: int, body: bytes, book: _Book) -> str | None:
    if code == 7:
        index: int = struct.unpack_from("<I", body, 8)[0]
        if index >= len(book.strings):  # damage: what stood there is lost
            raise broken(f"shared string {index} is not in the workbook")
        return book.strings[index]
    if code in {6, 8}:
        return wide_string(body, 8)[0]
    if code == _RICH_CELL:
        return wide_string(body, 9)[0]
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

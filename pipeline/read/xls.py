"""Workbooks of Excel 95 to 2003 (.xls, BIFF5 and BIFF8) through xlrd."""

import io
import struct
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import xlrd  # no stubs; mypy is told so in pyproject.toml
from xlrd.biffh import XL_CELL_BOOLEAN, XL_CELL_DATE, XL_CELL_ERROR, XL_CELL_NUMBER, XL_CELL_TEXT

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
)
from pipeline.read.numbers import built_in_date, number_cell, shows_date
from pipeline.read.refusal import broken, too_large
from pipeline.read.strings import decoration
from pipeline.settings import Limits

_FORMULA, _BOF, _OBJ = 0x0006, 0x0809, 0x005D
_WORKSHEET = 0x0010
# Object types of the common object data that are no marks of a respondent: comments, charts,
# drop-down arrows of filters and validations.
_SILENT_OBJECTS = frozenset({0x05, 0x14, 0x19})
_AUTOMATIC_COLOURS = frozenset({0, 8, 64, 0x7FFF})
_WHITES = frozenset({1, 9, 64, 65})


@dataclass(slots=True)
class Substream:
    """What xlrd does not tell of one worksheet: its formulas and how many objects lie on it."""

    formulas: set[CellKey] = field(default_factory=set)
    objects: int = 0


def read_xls(content: bytes, source: SourceFile, limits: Limits) -> RawWorkbook:
    """Give the sheets of an .xls file. Refused where xlrd cannot read it."""
    try:
        book = xlrd.open_workbook(
            file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
        )
    except Exception as error:
        # xlrd trips over damage in any way: struct.error, IndexError, AssertionError, KeyError
        raise broken(f"xlrd: {error!r}") from error
    substreams = scan_substreams(content)
    sheets = [
        _sheet(book, sheet, substreams[index] if index < len(substreams) else Substream(), limits)
        for index, sheet in enumerate(book.sheets())
    ]
    if not sheets:
        raise broken("no worksheet in the file")
    return RawWorkbook(
        source=source,
        kind=FileKind.XLS,
        sheets=tuple(sheets),
        macros=_has_macros(content),
    )


def _sheet(book: Any, sheet: Any, substream: Substream, limits: Limits) -> RawSheet:
    cells: dict[CellKey, RawCell] = {}
    decorations: dict[CellKey, Decoration] = {}
    looks: dict[int, tuple[bool, Decoration]] = {}
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            index = cell.xf_index
            if index not in looks:
                looks[index] = _look(book, index)
            is_date, plain = looks[index]
            key = (row, column)
            value = _value(book, cell, is_date, key in substream.formulas)
            if value is not None:
                cells[key] = value
            runs = _runs(book, sheet, key, cell)
            if runs:
                plain = decoration(runs, struck=plain.struck, fill=plain.fill)
            if plain != Decoration():
                decorations[key] = plain
        if len(cells) > limits.values:
            raise too_large(f"{sheet.name}: more than {limits.values} cells with a value")
    return RawSheet(
        name=sheet.name,
        cells=cells,
        merged=_merged(sheet, limits),
        visible=sheet.visibility == 0,
        hidden_rows=frozenset(row for row, info in sheet.rowinfo_map.items() if info.hidden),
        hidden_columns=frozenset(
            column for column, info in sheet.colinfo_map.items() if info.hidden
        ),
        decorations=decorations,
        comments={key: note.text for key, note in sheet.cell_note_map.items() if note.text},
        unsupported=("図形",) if substream.objects else (),
    )


def _value(book: Any, cell: Any, is_date: bool, formula: bool) -> RawCell | None:
    kind, value = cell.ctype, cell.value
    if kind == XL_CELL_TEXT:
        return RawCell(kind=CellKind.TEXT, text=value, formula=formula) if value else None
    if kind in {XL_CELL_NUMBER, XL_CELL_DATE}:
        return number_cell(
            repr(value), is_date=is_date, epoch_1904=book.datemode == 1, formula=formula
        )
    if kind == XL_CELL_BOOLEAN:
        return RawCell(kind=CellKind.BOOLEAN, text="TRUE" if value else "FALSE", formula=formula)
    if kind == XL_CELL_ERROR:
        text = xlrd.error_text_from_code.get(value, "#ERROR!")
        return RawCell(kind=CellKind.ERROR, text=text, formula=formula)
    return None


def _look(book: Any, index: int | None) -> tuple[bool, Decoration]:
    if index is None or not 0 <= index < len(book.xf_list):
        return False, Decoration()
    style = book.xf_list[index]
    number_format = book.format_map.get(style.format_key)
    if number_format is None:
        is_date = built_in_date(style.format_key)
    else:
        is_date = shows_date(number_format.format_str) or (
            built_in_date(style.format_key) and style.format_key < 60
        )
    struck = 0 <= style.font_index < len(book.font_list) and bool(
        book.font_list[style.font_index].struck_out
    )
    background = style.background
    solid = background.fill_pattern == 1 and background.pattern_colour_index not in _WHITES
    return is_date, Decoration(
        struck=struck, fill=f"indexed:{background.pattern_colour_index}" if solid else ""
    )


def _runs(book: Any, sheet: Any, key: CellKey, cell: Any) -> list[Run]:
    """Give the runs of a rich text; the stretch before the first has the cell's own font."""
    starts = sheet.rich_text_runlist_map.get(key)
    if not starts or cell.ctype != XL_CELL_TEXT:
        return []
    own_font = book.xf_list[cell.xf_index].font_index
    bounds = [(0, own_font), *starts, (len(cell.value), own_font)]
    return [_run(book, cell.value[start:end], font) for (start, font), (end, _) in pairwise(bounds)]


def _run(book: Any, text: str, font_index: int) -> Run:
    if not 0 <= font_index < len(book.font_list):
        return Run(text=text)
    font = book.font_list[font_index]
    colour = font.colour_index
    return Run(
        text=text,
        struck=bool(font.struck_out),
        bold=font.weight >= 600,
        underlined=bool(font.underline_type),
        color="" if colour in _AUTOMATIC_COLOURS else f"indexed:{colour}",
    )


def _merged(sheet: Any, limits: Limits) -> tuple[Area, ...]:
    areas = tuple(
        Area(top=top, left=left, bottom=bottom - 1, right=right - 1)
        for top, bottom, left, right in sheet.merged_cells
    )
    total = sum((area.bottom - area.top + 1) * (area.right - area.left + 1) for area in areas)
    if len(areas) > limits.merges or total > limits.merged_area:
        raise too_large(f"{sheet.name}: merged areas of {total} cells")
    return areas


def _workbook_stream(content: bytes) -> bytes:
    import olefile  # type: ignore[import-untyped]  # noqa: PLC0415 - no stubs; not for bare BIFF

    if not olefile.isOleFile(content):
        return content
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        for name in ("Workbook", "Book"):
            if ole.exists(name):
                return bytes(ole.openstream(name).read())
    return b""


def scan_substreams(content: bytes) -> list[Substream]:
    """Count formulas and objects of each worksheet, in the order of the sheets.

    A stream that breaks off gives what was found before.
    """
    try:
        stream = _workbook_stream(content)
    except Exception:  # noqa: BLE001 - olefile trips over damage in any way; xlrd has read the file
        return []
    found: list[Substream] = []
    current: Substream | None = None
    position = 0
    while position + 4 <= len(stream):
        code, size = struct.unpack_from("<HH", stream, position)
        body = stream[position + 4 : position + 4 + min(size, 16)]
        position += 4 + size
        if code == _BOF and len(body) >= 4:
            is_sheet = struct.unpack_from("<H", body, 2)[0] == _WORKSHEET
            if is_sheet:
                current = Substream()
                found.append(current)
        elif current is not None and len(body) >= 6:
            if code == _FORMULA:
                row, column = struct.unpack_from("<HH", body)
                current.formulas.add((row, column))
            elif code == _OBJ and struct.unpack_from("<H", body, 4)[0] not in _SILENT_OBJECTS:
                current.objects += 1
    return found


def _has_macros(content: bytes) -> bool:
    return "_VBA_PROJECT".encode("utf-16-le") in content

"""Workbooks of Excel 95 to 2003 (.xls, BIFF5 and BIFF8) through xlrd."""

import contextlib
import io
import struct
from collections.abc import Sequence, Set
from functools import partial
from itertools import pairwise, zip_longest
from typing import Any

import xlrd  # no stubs; mypy is told so in pyproject.toml
import xlrd.compdoc
from xlrd.biffh import XL_CELL_BOOLEAN, XL_CELL_DATE, XL_CELL_ERROR, XL_CELL_NUMBER, XL_CELL_TEXT

from pipeline.formats.book import Board, Book, text_cell
from pipeline.formats.colours import OFFICE_THEME
from pipeline.formats.comments import plain_comment
from pipeline.formats.geometry import Grid
from pipeline.formats.numbers import built_in_date, number_cell, shows_date, value_format
from pipeline.formats.parts import SheetPart
from pipeline.formats.placing import place
from pipeline.formats.properties import xls_properties
from pipeline.formats.refusal import Refused, broken, too_large
from pipeline.formats.strings import Piece, token_of
from pipeline.formats.styles import VERTICALS, WHITE_FILLS, CellStyle, Font, unseen_styles
from pipeline.formats.xls_drawings import Substream, read_objects, scan_substreams
from pipeline.formats.xls_mending import with_counted_strings, without_records
from pipeline.model import (
    Area,
    CellKey,
    CellKind,
    Drawing,
    FileKind,
    RawCell,
    RawWorkbook,
    Run,
    SourceFile,
    UnreadableReason,
)
from pipeline.settings import Limits
from pipeline.texts.number_formats import BUILT_IN


def read_xls(content: bytes, source: SourceFile, limits: Limits) -> RawWorkbook:
    """Give the sheets of an .xls file; of one that xlrd cannot read, the values alone.

    Refused where no reader opens it.
    """
    try:
        book, commented = _open(content)
    except Exception as error:
        # xlrd trips over damage in any way: struct.error, IndexError, AssertionError, KeyError
        if "encrypted" in str(error):
            raise Refused(UnreadableReason.PASSWORD, f"xlrd: {error!r}") from error
        from pipeline.formats.values import read_values  # noqa: PLC0415 - hardly ever needed

        return read_values(content, source, FileKind.XLS, limits)
    sheets = list(book.sheets())
    if not sheets:
        raise broken("no worksheet in the file")
    substreams = _substreams(content)
    formulas = [substream.formulas for substream in substreams or ()]
    styles = _book(book)
    parts = [
        _part(styles, sheet, formed or frozenset(), limits)
        for sheet, formed in zip_longest(sheets, formulas[: len(sheets)])
    ]
    drawings = _drawings(styles, sheets, parts, substreams)
    return RawWorkbook(
        source=source,
        kind=FileKind.XLS,
        sheets=tuple(
            part.sheet(
                sheet.name,
                visible=sheet.visibility == 0,
                drawings=found,
                comments=_comments(sheet) if commented else None,
            )
            for sheet, part, found in zip(sheets, parts, drawings, strict=True)
        ),
        macros=_has_macros(content),
        properties=xls_properties(content),
    )


def _open(content: bytes) -> tuple[Any, bool]:
    """Open a book with xlrd, more leniently try by try; tell whether its comments are read.

    Raises what the last try raised.
    """
    opening = partial(
        xlrd.open_workbook, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
    )
    try:
        return opening(file_contents=content), True
    except xlrd.compdoc.CompDocError:
        with contextlib.suppress(xlrd.compdoc.CompDocError):
            return opening(file_contents=content, ignore_workbook_corruption=True), True
    except Exception as error:  # xlrd trips over damage in any way; more is tried below
        if "encrypted" in str(error):
            raise
    stream = with_counted_strings(_workbook_stream(content))
    try:
        return opening(file_contents=without_records(stream, _UNNEEDED)), True
    except Exception:  # noqa: BLE001 - xlrd trips over damage in any way
        return opening(file_contents=without_records(stream, _UNNEEDED | _FLOATING)), False


# Names and the links they use (xlrd works out each, and knows no relative areas), hyperlinks,
# conditional formats, the country, the user, the list of sheets for an older Excel.
_UNNEEDED = frozenset(
    {0x0017, 0x0018, 0x0023, 0x005C, 0x008C, 0x01AE, 0x01B0, 0x01B1, 0x01B8, 0x0218, 0x0223}
)
# Comments, objects and their texts: xlrd reads them for the comments alone.
_FLOATING = frozenset({0x001C, 0x005D, 0x01B6})


def _part(book: Book, sheet: Any, formulas: Set[CellKey], limits: Limits) -> SheetPart:
    part = SheetPart(default_height=(sheet.default_row_height or 255) / 20)
    board = Board(part, book)
    for top, bottom, left, right in sheet.merged_cells:
        part.merge(Area(top=top, left=left, bottom=bottom - 1, right=right - 1), limits)
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            key, style = (row, column), cell.xf_index or 0
            value = _value(book, cell, key in formulas)
            board.put(key, style, value, _pieces(sheet, key, cell))
        if len(part.cells) > limits.values:
            raise too_large(f"{sheet.name}: more than {limits.values} cells with a value")
    for row, info in sheet.rowinfo_map.items():
        part.size_rows((row,), info.height / 20, hidden=bool(info.hidden))
    for column, info in sheet.colinfo_map.items():
        part.size_columns((column,), info.width / 256, hidden=bool(info.hidden))
    part.fit_merged(limits)
    return part


def _comments(sheet: Any) -> dict[CellKey, str]:
    return {
        key: text
        for key, note in sheet.cell_note_map.items()
        if (text := plain_comment(note.text or "", (note.author or "",)))
    }


def _value(book: Book, cell: Any, formula: bool) -> RawCell | None:
    kind, value = cell.ctype, cell.value
    if kind == XL_CELL_TEXT:
        return text_cell(value, formula=formula)
    if kind in {XL_CELL_NUMBER, XL_CELL_DATE}:
        is_date = book.style(cell.xf_index or 0).is_date
        return number_cell(
            repr(value), is_date=is_date, epoch_1904=book.epoch_1904, formula=formula
        )
    if kind == XL_CELL_BOOLEAN:
        return RawCell(kind=CellKind.BOOLEAN, text="TRUE" if value else "FALSE", formula=formula)
    if kind == XL_CELL_ERROR:
        text = xlrd.error_text_from_code.get(value, "#ERROR!")
        return RawCell(kind=CellKind.ERROR, text=text, formula=formula)
    return None


def _pieces(sheet: Any, key: CellKey, cell: Any) -> tuple[Piece, ...]:
    """Give the stretches of a rich text; the one before the first run has the cell's own font."""
    starts = sheet.rich_text_runlist_map.get(key)
    if not starts or cell.ctype != XL_CELL_TEXT:
        return ()
    bounds = [(0, -1), *starts, (len(cell.value), -1)]
    return tuple(
        Piece(text=cell.value[start:end], look=_font(sheet.book, font).run if font >= 0 else None)
        for (start, font), (end, _) in pairwise(bounds)
        if end > start
    )


def _book(book: Any) -> Book:
    """Give what cells refer to; colours come from the book's palette."""
    styles = tuple(_style(book, style) for style in book.xf_list)
    return Book(
        styles=styles,
        epoch_1904=book.datemode == 1,
        unseen=unseen_styles(styles, lambda: OFFICE_THEME),
    )


def _style(book: Any, style: Any) -> CellStyle:
    number_format = book.format_map.get(style.format_key)
    # Formats built into Japanese Excel are not written out: xlrd knows their numbers alone.
    written = number_format.format_str if number_format else None
    code = BUILT_IN.get(style.format_key, "") if written is None else written
    is_date = shows_date(code) or built_in_date(style.format_key)
    font, background, alignment = _font(book, style.font_index), style.background, style.alignment
    pattern, shade = background.fill_pattern, background.pattern_colour_index
    paper = _colour(book, shade) or f"indexed:{shade}"
    token = paper if paper == _BLACK else _colour(book, shade, ink=True)
    return CellStyle(
        is_date=is_date,
        number_format="" if is_date else value_format(code),
        run=font.run,
        fill=token if pattern == 1 and token not in WHITE_FILLS else "",
        paper={0: "", 1: paper}.get(pattern, "?"),
        font_size=font.size,
        font_name=font.name,
        vertical=VERTICALS.get(alignment.vert_align, "bottom"),
        wrap=bool(alignment.text_wrapped),
    )


_BLACK = "rgb:000000"


def _colour(book: Any, index: int, *, ink: bool = False) -> str:
    """Give the token of a colour of the palette; empty for one of the system's own."""
    found = book.colour_map.get(index)
    code = bytes(found).hex().upper() if found else ""
    return token_of(rgb=code) if ink or not code else f"rgb:{code}"


def _font(book: Any, index: int) -> Font:
    if not 0 <= index < len(book.font_list):
        return Font()
    font = book.font_list[index]
    return Font(
        Run(
            text="",
            struck=bool(font.struck_out),
            bold=font.weight >= 600,
            underlined=bool(font.underline_type),
            color=_colour(book, font.colour_index, ink=True),
        ),
        font.height / 20 or Font().size,
        font.name,
    )


def _workbook_stream(content: bytes) -> bytes:
    import olefile  # type: ignore[import-untyped]  # noqa: PLC0415 - no stubs; not for bare BIFF

    if not olefile.isOleFile(content):
        return content
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        for name in ("Workbook", "Book"):
            if ole.exists(name):
                return bytes(ole.openstream(name).read())
    return b""


def _substreams(content: bytes) -> list[Substream] | None:
    """Give the records of each worksheet that xlrd leaves out; None where they are damaged."""
    try:
        return scan_substreams(_workbook_stream(content))
    except Exception:  # noqa: BLE001 - olefile trips over damage in any way; xlrd has read the file
        return None


def _drawings(
    book: Book, sheets: Sequence[Any], parts: Sequence[SheetPart], found: Sequence[Substream] | None
) -> list[tuple[Drawing, ...] | None]:
    """Give what floats over each sheet; None where that is damaged."""
    if found is None:
        return [None] * len(parts)
    cells = {sheet.name: part.cells for sheet, part in zip(sheets, parts, strict=True)}
    drawings: list[tuple[Drawing, ...] | None] = []
    for part, substream in zip_longest(parts, found[: len(parts)]):
        if substream is None or not substream.objects:
            drawings.append(())
            continue
        grid = Grid(part, part.merged, book.styles)
        try:
            objects = read_objects(substream, grid, cells)
        except struct.error:
            objects = None
        drawings.append(None if objects is None else place(objects, grid, part.cells))
    return drawings


def _has_macros(content: bytes) -> bool:
    return "_VBA_PROJECT".encode("utf-16-le") in content

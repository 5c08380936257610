"""Workbooks of Excel 95 to 2003 (.xls, BIFF5 and BIFF8) through xlrd."""

import contextlib
import io
import struct
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise, zip_longest
from typing import Any

import xlrd  # no stubs; mypy is told so in pyproject.toml
import xlrd.compdoc
from xlrd.biffh import XL_CELL_BOOLEAN, XL_CELL_DATE, XL_CELL_ERROR, XL_CELL_NUMBER, XL_CELL_TEXT

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
    Unseen,
)
from pipeline.number_formats import BUILT_IN
from pipeline.read.colours import BLACK, WHITE, sight
from pipeline.read.comments import plain_comment
from pipeline.read.geometry import Grid
from pipeline.read.numbers import (
    as_shown,
    built_in_date,
    number_cell,
    shows_date,
    value_format,
)
from pipeline.read.parts import SLIM_COLUMN, SLIM_ROW, SheetPart
from pipeline.read.placing import place
from pipeline.read.refusal import Refused, broken, too_large
from pipeline.read.strings import decoration
from pipeline.read.styles import CellStyle
from pipeline.read.xls_drawings import Substream, read_objects, scan_substreams
from pipeline.read.xls_mending import with_counted_strings, without_records
from pipeline.settings import Limits

_AUTOMATIC_COLOURS = frozenset({0, 8, 64, 0x7FFF})
_USUAL_SIZE = 11.0  # points
_WHITES = frozenset({1, 9, 64, 65})


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
        from pipeline.read.values import read_values  # noqa: PLC0415 - hardly ever needed

        return read_values(content, source, FileKind.XLS, limits)
    sheets = list(book.sheets())
    if not sheets:
        raise broken("no worksheet in the file")
    substreams = _substreams(content)
    formulas = [substream.formulas for substream in substreams or ()]
    parts = [
        _part(book, sheet, formed or frozenset(), limits)
        for sheet, formed in zip_longest(sheets, formulas[: len(sheets)])
    ]
    drawings = _drawings(book, sheets, parts, substreams)
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


def _part(book: Any, sheet: Any, formulas: Set[CellKey], limits: Limits) -> SheetPart:
    part = SheetPart()
    for top, bottom, left, right in sheet.merged_cells:
        part.merge(Area(top=top, left=left, bottom=bottom - 1, right=right - 1), limits)
    looks = cache(partial(_look, book))
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            look = looks(cell.xf_index)
            plain = look.plain
            key = (row, column)
            value = _value(book, cell, look.is_date, key in formulas)
            if value is not None:
                shown = as_shown(value, look.number_format) if look.number_format else value
                part.cells[key] = shown
                if look.unseen:
                    part.unseen[key] = look.unseen
            runs = _runs(book, sheet, key, cell)
            if runs:
                plain = decoration(runs, struck=plain.struck, fill=plain.fill)
            if plain != _UNDECORATED:
                part.decorations[key] = plain
        if len(part.cells) > limits.values:
            raise too_large(f"{sheet.name}: more than {limits.values} cells with a value")
    _take_sizes(sheet, part)
    part.fit_merged(limits)
    return part


def _take_sizes(sheet: Any, part: SheetPart) -> None:
    """Note down which rows and columns are hidden, or next to it."""
    for row, info in sheet.rowinfo_map.items():
        if 0 < info.height < SLIM_ROW * 20:
            part.slim_rows.add(row)
        if info.hidden or row in part.slim_rows:
            part.hidden_rows.add(row)
    for column, info in sheet.colinfo_map.items():
        if 0 < info.width < SLIM_COLUMN * 256:
            part.slim_columns.add(column)
        if info.hidden or column in part.slim_columns:
            part.hidden_columns.add(column)


def _comments(sheet: Any) -> dict[CellKey, str]:
    return {
        key: text
        for key, note in sheet.cell_note_map.items()
        if (text := plain_comment(note.text or "", (note.author or "",)))
    }


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


_UNDECORATED = Decoration()


@dataclass(frozen=True, slots=True)
class _Look:
    """What a cell format (XF) says of the cells that use it."""

    is_date: bool = False
    number_format: str = ""  # empty where it shows values as they are
    plain: Decoration = _UNDECORATED
    unseen: Unseen | None = None


def _look(book: Any, index: int | None) -> _Look:
    if index is None or not 0 <= index < len(book.xf_list):
        return _Look()
    style = book.xf_list[index]
    number_format = book.format_map.get(style.format_key)
    # Formats built into Japanese Excel are not written out: xlrd knows their numbers alone.
    written = number_format.format_str if number_format else None
    code = BUILT_IN.get(style.format_key, "") if written is None else written
    is_date = shows_date(code) or built_in_date(style.format_key)
    struck = 0 <= style.font_index < len(book.font_list) and bool(
        book.font_list[style.font_index].struck_out
    )
    background = style.background
    solid = background.fill_pattern == 1 and background.pattern_colour_index not in _WHITES
    fill = f"indexed:{background.pattern_colour_index}" if solid else ""
    return _Look(
        is_date=is_date,
        number_format="" if is_date else value_format(code),
        plain=Decoration(struck=struck, fill=fill),
        unseen=_unseen(book, style),
    )


def _unseen(book: Any, style: Any) -> Unseen | None:
    """Tell why nobody sees the letters of a cell format; colours come from the book's palette."""
    if not 0 <= style.font_index < len(book.font_list):
        return None
    font, background = book.font_list[style.font_index], style.background
    colours = {**book.colour_map, 64: BLACK, 65: WHITE, 0x7FFF: BLACK}
    papers = {0: WHITE, 1: colours.get(background.pattern_colour_index)}
    size = font.height / 20 or _USUAL_SIZE
    return sight(colours.get(font.colour_index), papers.get(background.fill_pattern), size)


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
    book: Any, sheets: Sequence[Any], parts: Sequence[SheetPart], found: Sequence[Substream] | None
) -> list[tuple[Drawing, ...] | None]:
    """Give what floats over each sheet; None where that is damaged."""
    if found is None:
        return [None] * len(parts)
    cells = {sheet.name: part.cells for sheet, part in zip(sheets, parts, strict=True)}
    drawings: list[tuple[Drawing, ...] | None] = []
    for sheet, part, substream in zip_longest(sheets, parts, found[: len(parts)]):
        if substream is None or not substream.objects:
            drawings.append(())
            continue
        _lay_out(sheet, part)
        grid = Grid(part, part.merged, [_cell_style(book, style) for style in book.xf_list])
        try:
            objects = read_objects(substream, grid, cells)
        except struct.error:
            objects = None
        drawings.append(None if objects is None else place(objects, grid, part.cells))
    return drawings


def _lay_out(sheet: Any, part: SheetPart) -> None:
    """Note down the size of each row and column and the style of each cell."""
    part.default_height = (sheet.default_row_height or 255) / 20
    for row, info in sheet.rowinfo_map.items():
        if info.height:
            part.row_heights[row] = info.height / 20
    for column, info in sheet.colinfo_map.items():
        part.column_widths[column] = info.width / 256
    part.styles.update({key: sheet.cell_xf_index(*key) for key in part.cells})


_VERTICAL = {0: "top", 1: "center", 2: "bottom", 3: "justify", 4: "distributed"}


def _cell_style(book: Any, style: Any) -> CellStyle:
    known = 0 <= style.font_index < len(book.font_list)
    font = book.font_list[style.font_index] if known else None
    return CellStyle(
        font_size=max(font.height / 20, 1.0) if font else 11.0,
        font_name=font.name if font else "",
        vertical=_VERTICAL.get(style.alignment.vert_align, "bottom"),
        wrap=bool(style.alignment.text_wrapped),
    )


def _has_macros(content: bytes) -> bool:
    return "_VBA_PROJECT".encode("utf-16-le") in content

"""Workbooks of Excel 95 to 2003 (.xls, BIFF5 and BIFF8) through xlrd."""

import contextlib
import io
import struct
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
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
    RawSheet,
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
    substreams = _substreams(content)
    sheets = [
        _sheet(book, sheet, substreams[index] if index < len(substreams) else Substream(), limits)
        for index, sheet in enumerate(book.sheets())
    ]
    if not commented:
        sheets = [replace(sheet, unsupported=(*sheet.unsupported, "コメント")) for sheet in sheets]
    if not sheets:
        raise broken("no worksheet in the file")
    return RawWorkbook(
        source=source,
        kind=FileKind.XLS,
        sheets=tuple(sheets),
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


def _sheet(book: Any, sheet: Any, substream: Substream, limits: Limits) -> RawSheet:
    cells: dict[CellKey, RawCell] = {}
    decorations: dict[CellKey, Decoration] = {}
    looks: dict[int, _Look] = {}
    unseen: dict[CellKey, Unseen] = {}
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            index = cell.xf_index
            if index not in looks:
                looks[index] = _look(book, index)
            look = looks[index]
            plain = look.plain
            key = (row, column)
            value = _value(book, cell, look.is_date, key in substream.formulas)
            if value is not None:
                cells[key] = as_shown(value, look.number_format) if look.number_format else value
                if look.unseen:
                    unseen[key] = look.unseen
            runs = _runs(book, sheet, key, cell)
            if runs:
                plain = decoration(runs, struck=plain.struck, fill=plain.fill)
            if plain != Decoration():
                decorations[key] = plain
        if len(cells) > limits.values:
            raise too_large(f"{sheet.name}: more than {limits.values} cells with a value")
    slim_rows = frozenset(
        row for row, info in sheet.rowinfo_map.items() if 0 < info.height < SLIM_ROW * 20
    )
    slim_columns = frozenset(
        column for column, info in sheet.colinfo_map.items() if 0 < info.width < SLIM_COLUMN * 256
    )
    merged = _merged(sheet, limits)
    drawings = _drawings(book, sheet, merged, cells, substream)
    return RawSheet(
        name=sheet.name,
        cells=cells,
        merged=merged,
        visible=sheet.visibility == 0,
        hidden_rows=slim_rows.union(row for row, info in sheet.rowinfo_map.items() if info.hidden),
        hidden_columns=slim_columns.union(
            column for column, info in sheet.colinfo_map.items() if info.hidden
        ),
        slim_rows=slim_rows,
        slim_columns=slim_columns,
        unseen=unseen,
        decorations=decorations,
        comments={
            key: text
            for key, note in sheet.cell_note_map.items()
            if (text := plain_comment(note.text or "", (note.author or "",)))
        },
        drawings=drawings or (),
        unsupported=() if drawings is not None else ("図形",),
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


def _substreams(content: bytes) -> list[Substream]:
    """Give the records of each worksheet that xlrd leaves out; none where they are damaged."""
    try:
        return scan_substreams(_workbook_stream(content))
    except Exception:  # noqa: BLE001 - olefile trips over damage in any way; xlrd has read the file
        return []


def _drawings(
    book: Any, sheet: Any, merged: tuple[Area, ...], cells: dict[CellKey, RawCell], found: Substream
) -> tuple[Drawing, ...] | None:
    """Give what floats over a sheet; None where that is damaged."""
    if not found.objects:
        return ()
    styles = tuple(_cell_style(book, style) for style in book.xf_list)
    part = SheetPart(cells=cells, default_height=(sheet.default_row_height or 255) / 20)
    for row, info in sheet.rowinfo_map.items():
        if info.hidden:
            part.hidden_rows.add(row)
        elif info.height:
            part.row_heights[row] = info.height / 20
    for column, info in sheet.colinfo_map.items():
        if info.hidden:
            part.hidden_columns.add(column)
        else:
            part.column_widths[column] = info.width / 256
    part.styles.update({key: sheet.cell_xf_index(*key) for key in cells})
    grid = Grid(part, merged, styles)
    try:
        objects = read_objects(found, grid)
    except struct.error:
        return None
    return None if objects is None else place(objects, grid, cells)


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

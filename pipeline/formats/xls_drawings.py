"""Drawings of .xls sheets: Office Art records ([MS-ODRAW]) and OBJ records ([MS-XLS] 2.4.181).

The MSODRAWING records of a sheet, put together, are a tree of shapes; each shape with client data
has one OBJ record, in the same order, and perhaps a TXO record with its text.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.formats.choices import chosen
from pipeline.formats.geometry import Grid, Rect
from pipeline.formats.outlines import LINES, outline_kind
from pipeline.formats.parts import Cells
from pipeline.formats.placing import Floating
from pipeline.formats.xls_objects import (
    CHECK_BOX,
    DROP_DOWN,
    LIST_BOX,
    OPTION_BUTTON,
    PICTURE,
    Links,
    ObjectRecord,
    external_sheets,
    read_object,
    sheet_name,
)
from pipeline.model import CellKey, DrawingKind

_FORMULA, _BOF, _CONTINUE, _OBJ, _DRAWING, _TXO = 0x0006, 0x0809, 0x003C, 0x005D, 0x00EC, 0x01B6
_BOUND_SHEET, _BOOK, _EXTERNAL_SHEET = 0x0085, 0x01AE, 0x0017
_THIS_BOOK = b"\x01\x04"
_WORKSHEET = 0x0010
_GROUP, _SHAPE = 0xF003, 0xF004
_GROUP_FRAME, _SHAPE_INFO, _PROPERTIES = 0xF009, 0xF00A, 0xF00B
_CHILD_ANCHOR, _ANCHOR, _CLIENT_DATA = 0xF00F, 0xF010, 0xF011
_DEEPEST = 20  # groups in groups

_CONTROLS = {
    CHECK_BOX: DrawingKind.CHECK_BOX,
    OPTION_BUTTON: DrawingKind.OPTION_BUTTON,
    LIST_BOX: DrawingKind.DROP_DOWN,
    DROP_DOWN: DrawingKind.DROP_DOWN,
}
_FREEHAND = frozenset({0, 100, 4095})


@dataclass(slots=True)
class Substream:
    """One worksheet's records that xlrd leaves out."""

    formulas: set[CellKey] = field(default_factory=set)
    art: bytearray = field(default_factory=bytearray)
    objects: list["ObjectRecord"] = field(default_factory=list)


@dataclass(slots=True)
class _Shape:
    """A shape of the tree; filled and outlined unless it says otherwise."""

    type: int = 0
    is_group: bool = False
    rect: Rect | None = None
    home: CellKey | None = None  # the cell its anchor begins in
    frame: Rect | None = None  # a group's own coordinates
    has_object: bool = False
    filled: bool = True
    white: bool = True  # of its fill
    outlined: bool = True
    closed: bool = False  # of a freehand outline


def scan_substreams(stream: bytes) -> list[Substream]:
    """Give the worksheets of a workbook stream in order; damage ends the list early."""
    found: list[Substream] = []
    current: Substream | None = None
    links = Links()
    position, before = 0, 0
    while position + 4 <= len(stream):
        code, size = struct.unpack_from("<HH", stream, position)
        body = stream[position + 4 : position + 4 + size]
        position += 4 + size
        if code == _BOF and len(body) >= 4:
            if struct.unpack_from("<H", body, 2)[0] == _WORKSHEET:
                current = Substream()
                found.append(current)
        elif current is not None:
            _take(current, code, body, before, links)
        elif code == _BOUND_SHEET:
            links.names.append(sheet_name(body))
        elif code == _BOOK:
            links.books.append(body[2:4] == _THIS_BOOK)
        elif code == _EXTERNAL_SHEET:
            links.sheets += external_sheets(body)
        if code != _CONTINUE:
            before = code
        elif before == _TXO:
            before = 0  # only the first record behind holds the text
    return found


def _take(sheet: Substream, code: int, body: bytes, before: int, links: Links) -> None:
    if code == _FORMULA and len(body) >= 4:
        row, column = struct.unpack_from("<HH", body)
        sheet.formulas.add((row, column))
    elif code == _DRAWING or (code == _CONTINUE and before == _DRAWING):
        sheet.art += body
    elif code == _OBJ and len(body) >= 6:
        sheet.objects.append(read_object(body, links))
    elif code == _CONTINUE and before == _TXO and sheet.objects and body:
        wide = body[0] & 1
        sheet.objects[-1].text = body[1:].decode("utf-16-le" if wide else "latin-1", "replace")


def read_objects(
    sheet: Substream, grid: Grid, sheets: Mapping[str, Cells]
) -> list[Floating] | None:
    """Give the objects of a worksheet; None where shapes and objects do not go together.

    ``sheets`` are the cells of all sheets: a list may show those of another.
    """
    shapes = [shape for shape in _shapes(bytes(sheet.art), grid, None, 0) if shape.has_object]
    if len(shapes) != len(sheet.objects):
        return None
    found: list[Floating] = []
    for shape, record in zip(shapes, sheet.objects, strict=True):
        kind = _kind(shape, record)
        if kind is None or shape.rect is None:
            continue
        text, checked, number = record.text.strip(), record.checked, 0
        if kind is DrawingKind.DROP_DOWN:
            text, checked, number = chosen(record.choice, sheets, grid.sheet.cells)
        elif record.type not in _CONTROLS:
            checked = None
        found.append(
            Floating(
                kind=kind,
                rect=shape.rect,
                home=shape.home,
                text=text,
                checked=checked,
                number=number,
            )
        )
    return found


def _kind(  # noqa: PLR0911 - one return for each kind
    shape: _Shape, record: ObjectRecord
) -> DrawingKind | None:
    if shape.is_group or record.silent:
        return None
    if record.type in _CONTROLS:
        return _CONTROLS[record.type]
    if shape.type == 201:
        return DrawingKind.ACTIVEX if record.type == PICTURE else DrawingKind.OTHER
    if record.text.strip():
        return DrawingKind.TEXT_BOX
    if shape.type == 75 or record.type == PICTURE:
        return DrawingKind.PICTURE
    if str(shape.type) in LINES:
        return DrawingKind.LINE
    if shape.type in _FREEHAND and (shape.filled or shape.outlined):
        return DrawingKind.ELLIPSE if shape.closed else DrawingKind.INK
    return outline_kind(
        str(shape.type),
        outlined=shape.outlined,
        filled=shape.filled,
        covers=shape.filled and shape.white,
    )


def _records(art: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Give (type, instance, body) of the records on one level."""
    position = 0
    while position + 8 <= len(art):
        head, kind, size = struct.unpack_from("<HHI", art, position)
        yield kind, head >> 4, art[position + 8 : position + 8 + size]
        position += 8 + size


def _shapes(
    art: bytes, grid: Grid, group: tuple[Rect, Rect] | None, depth: int
) -> Iterator[_Shape]:
    """Give all shapes below a record; ``group`` is the inner and outer frame of their group."""
    if depth > _DEEPEST:
        return
    for kind, _, body in _records(art):
        if kind == _SHAPE:
            yield _shape(body, grid, group)
        elif kind == _GROUP:
            first = next((part for code, _, part in _records(body) if code == _SHAPE), b"")
            head = _shape(first, grid, group)
            inner = group
            if head.frame is not None and head.rect is not None:
                inner = (head.frame, head.rect)
            yield from _shapes(body, grid, inner, depth + 1)
        elif kind == 0xF002:
            yield from _shapes(body, grid, group, depth + 1)


def _shape(art: bytes, grid: Grid, group: tuple[Rect, Rect] | None) -> _Shape:
    shape = _Shape()
    for kind, instance, body in _records(art):
        if kind == _SHAPE_INFO and len(body) >= 8:
            shape.type = instance
            shape.is_group = bool(struct.unpack_from("<I", body, 4)[0] & 1)
        elif kind == _GROUP_FRAME and len(body) >= 16:
            shape.frame = Rect(*struct.unpack_from("<4i", body))
        elif kind == _ANCHOR and len(body) >= 18:
            shape.rect = _anchor(body, grid)
            left, _, top = struct.unpack_from("<3H", body, 2)
            shape.home = (top, left)
        elif kind == _CHILD_ANCHOR and len(body) >= 16 and group is not None:
            shape.rect = _mapped(Rect(*struct.unpack_from("<4i", body)), *group)
        elif kind == _CLIENT_DATA:
            shape.has_object = True
        elif kind == _PROPERTIES:
            _take_properties(shape, instance, body)
    return shape


def _take_properties(shape: _Shape, count: int, body: bytes) -> None:
    """Read whether a shape is filled (447) and outlined (511): value and mask in one number.

    The colour of the fill is 385.
    Long values, such as the segments of a freehand path (326), follow the list in its order.
    """
    behind = count * 6
    for index in range(min(count, len(body) // 6)):
        number, value = struct.unpack_from("<HI", body, index * 6)
        if number & 0x8000:
            size = value + _uncounted_header(body, behind, value)
            if number & 0x3FFF == 326:
                shape.closed = _closes(body[behind : behind + size])
            behind += size
            continue
        if number & 0x3FFF == 385:  # 0x08000009 is the colour of the window
            shape.white = value in (0xFFFFFF, 0x08000009, 0x08000041)
        elif number & 0x3FFF == 447 and value & 0x100000:
            shape.filled = bool(value & 0x10)
        elif number & 0x3FFF == 511 and value & 0x80000:
            shape.outlined = bool(value & 0x8)


def _uncounted_header(body: bytes, offset: int, size: int) -> int:
    """Give 6 where an array's size leaves out its header, as many programs write it."""
    if offset + 6 > len(body):
        return 0
    elements, _, width = struct.unpack_from("<3H", body, offset)
    return 6 if elements and elements * width == size else 0


def _closes(segments: bytes) -> bool:
    """Tell whether a path holds a segment that closes it (type 3 in the upper three bits)."""
    numbers = segments[6 : len(segments) - len(segments) % 2]
    return any(number >> 13 == 3 for (number,) in struct.iter_unpack("<H", numbers))


def _anchor(body: bytes, grid: Grid) -> Rect:
    """Read a client anchor: offsets in 1/1024 of a column's width and 1/256 of a row's height."""
    left, dx, top, dy, right, dx2, bottom, dy2 = struct.unpack_from("<8H", body, 2)
    start = grid.corner(
        top, left, dx / 1024 * grid.columns.size(left), dy / 256 * grid.rows.size(top)
    )
    end = grid.corner(
        bottom, right, dx2 / 1024 * grid.columns.size(right), dy2 / 256 * grid.rows.size(bottom)
    )
    return Rect.between(start, end)


def _mapped(child: Rect, inner: Rect, outer: Rect) -> Rect:
    """Give the place of a group's member on the sheet."""
    width, height = inner.right - inner.left, inner.bottom - inner.top
    across = (outer.right - outer.left) / width if width else 1.0
    down = (outer.bottom - outer.top) / height if height else 1.0
    return Rect(
        outer.left + (child.left - inner.left) * across,
        outer.top + (child.top - inner.top) * down,
        outer.left + (child.right - inner.left) * across,
        outer.top + (child.bottom - inner.top) * down,
    )

"""What floats over an OpenDocument sheet: shapes, frames, and form controls with their state."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from lxml import etree

from pipeline.formats.geometry import POINT, Grid, Rect
from pipeline.formats.ods_forms import FormControl, read_controls
from pipeline.formats.ods_styles import Looks, count, points
from pipeline.formats.outlines import LINES, outline_kind, returns
from pipeline.formats.parts import Cells, SheetPart
from pipeline.formats.placing import Floating, place
from pipeline.formats.styles import CellStyle
from pipeline.formats.xml import attribute, local, whole_text
from pipeline.model import CellKey, Drawing, DrawingKind

_DEEPEST = 20  # groups in groups
_FARTHEST = 1e9  # points; no sheet is as large
_WHITE = frozenset({"#ffffff", ""})
_STRAIGHT = frozenset({"line", "connector", "measure"})
_FREE = frozenset({"path", "polyline", "polygon", "non-primitive", "0", "100"})
_SHAPES = {"circle": "ellipse", "regular-polygon": "octagon", "frame": "rect"}
_SEE_THROUGH = 70.0  # per cent


def read_floating(
    table: etree._Element,
    anchored: Sequence[tuple[etree._Element, CellKey | None]],
    part: SheetPart,
    looks: Looks,
    sheets: Mapping[str, Cells],
) -> tuple[Drawing, ...]:
    """Give the objects of a sheet with their cells.

    ``anchored`` are the elements, each with the cell it stands in (None: it lies on the sheet);
    ``sheets`` are the cells of all sheets.
    """
    styles = _lay_out(table, part, looks)
    grid = Grid(part, part.merged, styles)
    reader = _Reader(grid, read_controls(table, sheets, part.cells), looks)
    found: list[Floating] = []
    for element, cell in anchored:
        origin = (0.0, 0.0) if cell is None else grid.corner(*cell, 0.0, 0.0)
        found += reader.objects(element, cell, origin)
    return place(found, grid, part.cells)


def _lay_out(table: etree._Element, part: SheetPart, looks: Looks) -> tuple[CellStyle, ...]:
    """Note down the style of each cell with text: its own, its row's or its column's."""
    names: dict[str, int] = {"": 0}
    of_columns: dict[int, str] = {}
    column = 0
    for element in table.iter("{*}table-column"):
        repeat = count(element, "number-columns-repeated")
        if default := attribute(element, "default-cell-style-name"):
            of_columns.update(dict.fromkeys(range(column, column + min(repeat, 1_000)), default))
        column += repeat
    row = 0
    for element in table.iter("{*}table-row"):
        of_row = attribute(element, "default-cell-style-name")
        column = 0
        for cell in element:
            if local(cell) in {"table-cell", "covered-table-cell"}:
                if (row, column) in part.cells:
                    name = attribute(cell, "style-name") or of_row or of_columns.get(column, "")
                    part.styles[row, column] = names.setdefault(name, len(names))
                column += count(cell, "number-columns-repeated")
        row += count(element, "number-rows-repeated")
    return tuple(map(looks.cell, names))


class _Reader:
    """Turns the elements of one sheet into objects."""

    def __init__(self, grid: Grid, controls: Mapping[str, FormControl], looks: Looks) -> None:
        self.grid = grid
        self.controls = controls
        self.looks = looks

    def objects(
        self,
        element: etree._Element,
        home: CellKey | None,
        origin: tuple[float, float],
        depth: int = 0,
    ) -> Iterator[Floating]:
        """Give the object of an element, or all of a group; ``origin`` is that of its cell."""
        name = local(element)
        if name in {"g", "a"} and depth < _DEEPEST:
            for child in element:
                yield from self.objects(child, home, origin, depth + 1)
            return
        rect = _rect(element, origin)
        if rect is None or attribute(element, "display") == "none":
            return
        if home is not None and not self.grid.shown(self.grid.owner(home)):
            rect = Rect(*origin, *origin)  # it went out of sight with its cell
        if name == "control":
            yield from self._control(element, rect, home)
            return
        text = _text(element)
        kind = self._kind(element, name, text)
        if kind is not None:
            title = attribute(element, "name")
            yield Floating(kind=kind, rect=rect, text=text, name=title, home=home)

    def _control(
        self, element: etree._Element, rect: Rect, home: CellKey | None
    ) -> Iterator[Floating]:
        control = self.controls.get(attribute(element, "control"))
        if control is None:
            yield Floating(kind=DrawingKind.OTHER, rect=rect, home=home)
        elif control.kind is not None:
            yield Floating(
                kind=control.kind,
                rect=rect,
                text=control.text.strip(),
                checked=control.checked,
                name=control.name,
                number=control.number,
                home=home,
            )

    def _kind(self, element: etree._Element, name: str, text: str) -> DrawingKind | None:
        shape = _shape(element, name)
        if name in _STRAIGHT or shape in LINES:
            return DrawingKind.LINE
        if text.strip():
            return DrawingKind.TEXT_BOX
        if name == "frame":
            inner = {local(child) for child in element}
            if "text-box" not in inner:
                picture = "image" in inner and "object" not in inner
                return DrawingKind.PICTURE if picture else DrawingKind.OTHER
        if shape in _FREE:
            return DrawingKind.ELLIPSE if _closed(element, name) else DrawingKind.INK
        outlined, filled, covers = self._paint(element)
        return outline_kind(shape, outlined=outlined, filled=filled, covers=covers)

    def _paint(self, element: etree._Element) -> tuple[bool, bool, bool]:
        """Tell whether a shape has an outline, a fill, and a fill of the paper's colour."""
        look = self.looks.properties("graphic", attribute(element, "style-name"))
        outlined = look.get("stroke", "solid") != "none"
        fill = look.get("fill", "solid")
        opacity = look.get("opacity", "100%").rstrip("%")
        clear = opacity.replace(".", "", 1).isdigit() and float(opacity) <= _SEE_THROUGH
        filled = fill != "none" and not clear
        covers = filled and fill == "solid" and look.get("fill-color", "").lower() in _WHITE
        return outlined, filled, covers


def _shape(element: etree._Element, name: str) -> str:
    """Give the name of a shape as `outlines` knows it."""
    if name == "rect" and points(attribute(element, "corner-radius")) > 0:
        return "roundRect"
    if name != "custom-shape":
        return _SHAPES.get(name, name)
    geometry = element.find("{*}enhanced-geometry")
    kind = attribute(geometry, "type") if geometry is not None else ""
    return kind.removeprefix("ooxml-").removeprefix("mso-spt")


def _closed(element: etree._Element, name: str) -> bool:
    """Tell whether a freehand outline closes, or ends near where it began."""
    if name == "polygon":
        return True
    if name == "polyline":
        numbers = [float(part) for part in _NUMBER.findall(attribute(element, "points"))]
        return returns(list(zip(numbers[::2], numbers[1::2], strict=False)))
    geometry = element.find("{*}enhanced-geometry")
    path = attribute(element, "d") if geometry is None else attribute(geometry, "enhanced-path")
    return bool(_CLOSING.search(path))


_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_CLOSING = re.compile(r"[zZ](?![A-Za-z])")


def _text(element: etree._Element) -> str:
    """Give the text of a shape, one line for each paragraph."""
    box = element.find("{*}text-box")
    paragraphs = (element if box is None else box).findall("{*}p")
    return "\n".join(map(whole_text, paragraphs)).strip("\n")


def _rect(element: etree._Element, origin: tuple[float, float]) -> Rect | None:
    """Give the rectangle of an object in EMU, turned ones with all their corners."""
    x1 = element.get(_SVG + "x1")
    if x1 is not None:
        x, y, x2, y2 = (points(attribute(element, name)) for name in ("x1", "y1", "x2", "y2"))
        corners = [(x, y), (x2, y2)]
    else:
        width, height = (abs(points(attribute(element, name))) for name in ("width", "height"))
        left, top = points(attribute(element, "x")), points(attribute(element, "y"))
        corners = [
            (left + x, top + y) for x, y in ((0, 0), (width, 0), (0, height), (width, height))
        ]
    for turn, numbers in _TURN.findall(attribute(element, "transform")):
        corners = [_turned(corner, turn, numbers.split()) for corner in corners]
    if max(abs(number) for corner in corners for number in corner) > _FARTHEST:
        return None
    x, y = origin
    return Rect.between(*((x + across * POINT, y + down * POINT) for across, down in corners))


_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_TURN = re.compile(r"(rotate|translate) ?\(([^()]{1,100})\)")


def _turned(corner: tuple[float, float], turn: str, numbers: list[str]) -> tuple[float, float]:
    """Give where a point comes to lie; a positive angle turns against the clock."""
    x, y = corner
    if turn == "translate":
        down = points(numbers[1]) if len(numbers) > 1 else 0.0
        return x + points(numbers[0]), y + down
    try:
        angle = float(numbers[0])
    except ValueError:
        return corner
    sine, cosine = math.sin(angle), math.cos(angle)
    return x * cosine + y * sine, y * cosine - x * sine

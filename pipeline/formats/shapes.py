"""Drawings of an OOXML sheet (DrawingML): shapes, lines, pictures, ink and groups of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from pipeline.formats.geometry import Grid, Rect
from pipeline.formats.outlines import LINES, outline_kind, returns
from pipeline.formats.placing import Floating
from pipeline.formats.xml import attribute, local
from pipeline.model import CellKey, DrawingKind

_PAPER = frozenset({"bg1", "lt1", "ffffff", "window", "white"})  # colours that cover


@dataclass(frozen=True, slots=True)
class Shape:
    """An object with the shape id and VML id that form controls refer to."""

    floating: Floating
    shape_id: str
    control: str  # shape id of the form control it draws, else empty


@dataclass(frozen=True, slots=True)
class _Frame:
    """How the coordinates inside a group become those of the sheet."""

    scale_x: float = 1.0
    scale_y: float = 1.0
    left: float = 0.0
    top: float = 0.0

    def rect(self, element: etree._Element | None) -> Rect | None:
        """Give the rectangle of an ``xfrm`` (``off`` and ``ext``) on the sheet."""
        if element is None:
            return None
        offset, extent = element.find("{*}off"), element.find("{*}ext")
        if offset is None or extent is None:
            return None
        left = self.left + _number(offset, "x") * self.scale_x
        top = self.top + _number(offset, "y") * self.scale_y
        return Rect(
            left,
            top,
            left + abs(_number(extent, "cx") * self.scale_x),
            top + abs(_number(extent, "cy") * self.scale_y),
        )


def read_shapes(
    root: etree._Element, grid: Grid, controls: frozenset[str] = frozenset()
) -> list[Shape]:
    """Give the objects of a drawing part in their order (lowest first).

    ``controls`` are the shape ids of the sheet's form controls: their shapes are only the look.
    """
    shapes: list[Shape] = []
    for anchor in _branches(root):
        name = local(anchor)
        if name not in {"twoCellAnchor", "oneCellAnchor", "absoluteAnchor"}:
            continue
        rect = _anchor_rect(anchor, grid)
        if rect is None:
            continue
        before = len(shapes)
        for element in _branches(anchor):
            shapes += _objects(element, rect, None)
        home = _home(anchor.find("{*}from"))
        shapes[before:] = [
            replace(shape, floating=replace(shape.floating, home=home)) for shape in shapes[before:]
        ]
    return [
        replace(shape, control=shape.shape_id)
        if not shape.control and shape.shape_id in controls
        else shape
        for shape in shapes
    ]


def _branches(element: etree._Element) -> Iterator[etree._Element]:
    """Give the children, of alternative contents the first that is known, never both."""
    for child in element:
        if local(child) != "AlternateContent":
            yield child
            continue
        choice, fallback = child.find("{*}Choice"), child.find("{*}Fallback")
        for branch in (choice, fallback):
            inner = list(_branches(branch)) if branch is not None else []
            if inner:
                yield from inner
                break


def _anchor_rect(anchor: etree._Element, grid: Grid) -> Rect | None:
    start = _corner(anchor.find("{*}from"), grid)
    position = anchor.find("{*}pos")
    if position is not None:
        start = (_number(position, "x"), _number(position, "y"))
    if start is None:
        return None
    end = _corner(anchor.find("{*}to"), grid)
    extent = anchor.find("{*}ext")
    if end is None and extent is not None:
        end = (start[0] + _number(extent, "cx"), start[1] + _number(extent, "cy"))
    if end is None:
        return None
    return Rect.between(start, end)


def _home(start: etree._Element | None) -> CellKey | None:
    if start is None:
        return None
    return int(_text_number(start, "row")), int(_text_number(start, "col"))


def _corner(element: etree._Element | None, grid: Grid) -> tuple[float, float] | None:
    if element is None:
        return None
    return grid.corner(
        int(_text_number(element, "row")),
        int(_text_number(element, "col")),
        _text_number(element, "colOff"),
        _text_number(element, "rowOff"),
    )


def _objects(element: etree._Element, rect: Rect, frame: _Frame | None) -> Iterator[Shape]:
    """Give the object of an element, or all objects of a group.

    ``rect`` is the place of the anchor; ``frame`` is None for the object that fills the anchor.
    """
    name = local(element)
    if name == "grpSp":
        yield from _group(element, rect, frame)
        return
    if name not in {"sp", "cxnSp", "pic", "graphicFrame", "contentPart"}:
        return
    if frame is not None:
        own = frame.rect(element.find("{*}spPr/{*}xfrm"))
        own = own or frame.rect(element.find("{*}xfrm"))
        if own is None:
            return
        rect = own
    label = next(element.iter("{*}cNvPr"), None)
    control = _control_id(element)
    kind = _kind(element)
    if kind is None and not control:
        return
    if label is not None and label.get("hidden") in {"1", "true"} and not control:
        return
    yield Shape(
        Floating(
            kind=kind or DrawingKind.OTHER,
            rect=rect,
            text=shape_text(element) if name == "sp" else "",
            name=(label.get("name") or "") if label is not None else "",
        ),
        (label.get("id") or "") if label is not None else "",
        control,
    )


def _group(element: etree._Element, rect: Rect, frame: _Frame | None) -> Iterator[Shape]:
    transform = element.find("{*}grpSpPr/{*}xfrm")
    if transform is None:
        inner = frame or _Frame()
    else:
        outer = rect if frame is None else (frame.rect(transform) or rect)
        offset, extent = transform.find("{*}chOff"), transform.find("{*}chExt")
        width = _number(extent, "cx") if extent is not None else 0.0
        height = _number(extent, "cy") if extent is not None else 0.0
        scale_x = (outer.right - outer.left) / width if width else 1.0
        scale_y = (outer.bottom - outer.top) / height if height else 1.0
        inner = _Frame(
            scale_x,
            scale_y,
            outer.left - (_number(offset, "x") if offset is not None else 0.0) * scale_x,
            outer.top - (_number(offset, "y") if offset is not None else 0.0) * scale_y,
        )
    for child in _branches(element):
        yield from _objects(child, rect, inner)


def _control_id(element: etree._Element) -> str:
    """Give the shape id of the form control that a shape draws (``_x0000_s1025`` → 1025)."""
    for extension in element.iter("{*}compatExt", "{*}compatSp"):
        return (extension.get("spid") or "").rpartition("_s")[2]
    return ""


def _kind(  # noqa: PLR0911 - one return for each kind
    element: etree._Element,
) -> DrawingKind | None:
    """Tell what an object is; None where it shows nothing."""
    name = local(element)
    if name == "cxnSp":
        return DrawingKind.LINE
    if name == "pic":
        return DrawingKind.PICTURE
    if name == "contentPart":
        return DrawingKind.INK
    if name == "graphicFrame":
        return DrawingKind.OTHER
    if shape_text(element).strip():
        return DrawingKind.TEXT_BOX
    properties = element.find("{*}spPr")
    if properties is None:
        return DrawingKind.OTHER
    preset = properties.find("{*}prstGeom")
    if preset is not None:
        return _preset_kind(element, properties, preset.get("prst") or "")
    path = properties.find("{*}custGeom")
    if path is not None:
        return DrawingKind.ELLIPSE if _closed(path) else DrawingKind.INK
    return DrawingKind.OTHER


def _preset_kind(
    element: etree._Element, properties: etree._Element, preset: str
) -> DrawingKind | None:
    if preset in LINES:
        return DrawingKind.LINE
    outlined, filled, covers = _paint(element, properties)
    return outline_kind(preset, outlined=outlined, filled=filled, covers=covers)


def _paint(element: etree._Element, properties: etree._Element) -> tuple[bool, bool, bool]:
    """Tell whether a shape has an outline, a fill, and a fill of the paper's colour (a cover)."""
    style = element.find("{*}style")

    def styled(name: str) -> bool:
        reference = style.find(f"{{*}}{name}") if style is not None else None
        return reference is not None and reference.get("idx") not in {None, "0"}

    outline = properties.find("{*}ln")
    painted = (
        [child for child in outline if local(child).endswith("Fill")] if outline is not None else []
    )
    if painted:
        outlined = local(painted[0]) != "noFill"
    else:
        outlined = outline is not None or styled("lnRef") or style is None
    fill = next((child for child in properties if local(child).endswith("Fill")), None)
    if fill is None:
        return outlined, styled("fillRef"), False
    filled = local(fill) != "noFill" and not _see_through(fill)
    covers = filled and any((child.get("val") or "").casefold() in _PAPER for child in fill.iter())
    return outlined, filled, covers


def _see_through(fill: etree._Element) -> bool:
    return any(_number(alpha, "val") <= 70_000 for alpha in fill.iter("{*}alpha"))


def _closed(geometry: etree._Element) -> bool:
    """Tell whether a freehand outline closes, or ends near where it began."""
    path = next(geometry.iter("{*}path"), None)
    if path is None:
        return False
    if path.find("{*}close") is not None:
        return True
    return returns([(_number(point, "x"), _number(point, "y")) for point in path.iter("{*}pt")])


def shape_text(element: etree._Element) -> str:
    """Give the text of a shape, one line for each paragraph."""
    body = element.find("{*}txBody")
    if body is None:
        return ""
    lines = [
        "".join(
            "\n" if local(child) == "br" else child.text or ""
            for child in paragraph.iter("{*}t", "{*}br")
        )
        for paragraph in body.findall("{*}p")
    ]
    return "\n".join(lines).strip("\n")


def _number(element: etree._Element, name: str) -> float:
    """Give a coordinate; what is none or out of all measure is 0."""
    return _coordinate(attribute(element, name))


def _text_number(element: etree._Element, name: str) -> float:
    child = element.find(f"{{*}}{name}")
    return _coordinate((child.text or "") if child is not None else "")


def _coordinate(written: str) -> float:
    try:
        number = float(written)
    except ValueError:
        return 0.0
    return number if abs(number) < 1e13 else 0.0

"""Form controls and legacy drawings (VML) of an OOXML sheet, and ActiveX controls.

Excel writes a form control three times: its state in ``ctrlProps``, its place in the sheet's
``<controls>``, its look in VML (and again as a shape). LibreOffice leaves the place in
``<controls>`` at zero, and Excel 2007 writes VML alone. So the three are joined by shape id, and
each fact is taken from the first that has it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lxml import etree

from pipeline.formats.choices import Choice, Chosen
from pipeline.formats.geometry import PIXEL, POINT, Grid, Rect
from pipeline.formats.parts import SheetControl
from pipeline.formats.placing import Floating
from pipeline.formats.xml import attribute, local, whole_text
from pipeline.model import CellKey, DrawingKind

Lists = Callable[[Choice], Chosen]  # see choices.chosen

_STATEFUL = {
    "checkbox": DrawingKind.CHECK_BOX,
    "radio": DrawingKind.OPTION_BUTTON,
    "drop": DrawingKind.DROP_DOWN,
    "list": DrawingKind.DROP_DOWN,
}
_SIZE = re.compile(r"(?<![-\w])width:(\d{1,5}(?:\.\d{1,4})?)pt;height:(\d{1,5}(?:\.\d{1,4})?)pt")
_JOINED = frozenset({*_STATEFUL.values(), DrawingKind.ACTIVEX})
# Controls that say nothing of an answer.
_SILENT = frozenset({"button", "gbox", "note", "dialog"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlState:
    """A ``ctrlProp`` part: the type of a form control, whether it is ticked, what is chosen."""

    type: str
    checked: bool | None
    choice: Choice


def read_state(root: etree._Element) -> ControlState:
    """Give what a ``formControlPr`` says; a mixed check box has no state."""
    checked = (root.get("checked") or "Unchecked").casefold()
    states = {"checked": True, "1": True, "unchecked": False, "0": False}
    several = (root.get("seltype") or root.get("selType") or "single").casefold() != "single"
    return ControlState(
        type=root.get("objectType") or "",
        checked=states.get(checked),
        choice=_choice(
            root.get("fmlaRange"), root.get("sel"), root.get("fmlaLink"), several=several
        ),
    )


def _choice(
    entries: str | None, number: str | None, linked: str | None, *, several: bool
) -> Choice:
    """Give what a list stores; of several chosen entries nobody knows which is meant."""
    written = (number or ("0" if entries else "")).strip()
    known = not several and written.isascii() and written.isdigit() and len(written) < 6
    return Choice(
        entries=(entries or "").strip(),
        number=int(written) if known else None,
        linked=(linked or "").strip(),
    )


def read_vml(root: etree._Element, grid: Grid, lists: Lists) -> dict[str, Floating]:
    """Give the objects of a VML part by shape id (or by order), comments left out."""
    found: dict[str, Floating] = {}
    for index, shape in enumerate(root.iter()):
        name = local(shape)
        if name not in {"shape", "oval", "rect", "roundrect", "line", "arc", "polyline", "curve"}:
            continue
        data = shape.find("{*}ClientData")
        if data is None:
            continue
        kind, checked = _vml_kind(shape, data)
        rect = _vml_rect(shape, data, grid)
        if kind is None or rect is None:
            continue
        box = shape.find("{*}textbox")
        text = whole_text(box) if box is not None else ""
        number = 0
        if kind is DrawingKind.DROP_DOWN:
            text, checked, number = lists(_vml_choice(data))
        spid = attribute(shape, "spid") or shape.get("id") or ""
        key = spid.rpartition("_s")[2]
        # LibreOffice names each of its shapes shape_0.
        found[f"#{index}" if not key.isdigit() or key in found else key] = Floating(
            kind=kind, rect=rect[0], text=" ".join(text.split()), checked=checked,
            name=shape.get("alt") or "", number=number, home=rect[1],
        )  # fmt: skip
    return found


def _vml_choice(data: etree._Element) -> Choice:
    def told(name: str) -> str | None:
        element = data.find(f"{{*}}{name}")
        return element.text if element is not None else None

    several = (told("SelType") or "single").strip().casefold() != "single"
    return _choice(told("FmlaRange"), told("Sel"), told("FmlaLink"), several=several)


def _vml_kind(  # noqa: PLR0911 - one return for each kind
    shape: etree._Element, data: etree._Element
) -> tuple[DrawingKind | None, bool | None]:
    kind = (data.get("ObjectType") or "").casefold()
    if kind in _SILENT:
        return None, None
    if kind in _STATEFUL:
        state = data.find("{*}Checked")
        value = (state.text or "").strip() if state is not None else "0"
        return _STATEFUL[kind], {"0": False, "1": True}.get(value)
    if kind == "pict":
        ocx = data.find("{*}MapOCX")
        return (DrawingKind.PICTURE if ocx is None else DrawingKind.ACTIVEX), None
    box = shape.find("{*}textbox")
    if box is not None and whole_text(box).strip():
        return DrawingKind.TEXT_BOX, None
    name = local(shape)
    if name in {"oval", "arc", "roundrect"} or "t3" in (shape.get("type") or "").split("_"):
        return DrawingKind.ELLIPSE, None
    if name == "line" or kind == "line":
        return DrawingKind.LINE, None
    return DrawingKind.OTHER, None


def _vml_rect(
    shape: etree._Element, data: etree._Element, grid: Grid
) -> tuple[Rect, CellKey] | None:
    """Give the rectangle of ``x:Anchor`` and the cell it begins in.

    It holds left column, offset, top row, offset, and the other corner; offsets in pixels.
    """
    anchor = data.find("{*}Anchor")
    try:
        numbers = (
            [int(part) for part in (anchor.text or "").split(",")] if anchor is not None else []
        )
    except ValueError:
        return None
    if len(numbers) != 8 or not any(numbers):
        return None
    rect = anchor_rect([n * PIXEL if i % 2 else n for i, n in enumerate(numbers)], grid)
    home = (numbers[2], numbers[0])
    size = _SIZE.search(shape.get("style") or "")
    if min(numbers[5], numbers[7]) >= 0 or size is None:
        return rect, home
    # LibreOffice counts the second corner back from the next cell, in its own column widths.
    left, top = grid.corner(numbers[2], numbers[0], numbers[1] * PIXEL, numbers[3] * PIXEL)
    wide, high = float(size[1]) * POINT, float(size[2]) * POINT
    return Rect(left, top, left + wide, top + high), home


def anchor_rect(numbers: list[int] | tuple[int, ...], grid: Grid) -> Rect:
    """Give the rectangle of two corners: column, dx, row, dy twice; offsets in EMU."""
    c0, x0, r0, y0, c1, x1, r1, y1 = numbers
    return Rect.between(grid.corner(r0, c0, x0, y0), grid.corner(r1, c1, x1, y1))


def join_controls(
    controls: list[SheetControl],
    states: Mapping[str, ControlState],
    vml: dict[str, Floating],
    shapes: Mapping[str, Floating],
    grid: Grid,
    lists: Lists,
) -> list[Floating]:
    """Give each control once, and what VML alone has.

    ``states`` are by relationship id (a control without one is ActiveX); ``vml`` and ``shapes``
    by shape id. Where LibreOffice numbers them differently the order of those of a kind decides.
    """
    # Long: controls are told by three parts of the file, which are gone through in turn.
    left = dict(vml)
    ids = {control.shape_id for control in controls}
    unmatched = [key for key in vml if key not in ids and vml[key].kind in _JOINED]
    found: list[Floating] = []
    for control in controls:
        state = states.get(control.relation_id)
        kind = DrawingKind.ACTIVEX if state is None else _STATEFUL.get(state.type.casefold())
        look = left.pop(control.shape_id, None)
        if look is None:
            like = next((key for key in unmatched if vml[key].kind is kind), None)
            if like is not None:
                unmatched.remove(like)
                look = left.pop(like)
        if kind is None and state is not None and state.type.casefold() in _SILENT:
            continue
        shape = shapes.get(control.shape_id)
        rect = anchor_rect(control.anchor, grid) if control.anchor else None
        home = (int(control.anchor[2]), int(control.anchor[0])) if control.anchor else None
        if rect is None and shape is not None and shape.rect.right > shape.rect.left:
            rect, home = shape.rect, shape.home
        if rect is None and look is not None:
            rect, home = look.rect, look.home
        if rect is None:
            continue
        text = (shape.text if shape else "") or (look.text if look else "")
        checked = state.checked if state is not None and kind is not None else None
        number = 0
        if state is not None and kind is DrawingKind.DROP_DOWN:
            text, checked, number = lists(state.choice)
        found.append(
            Floating(
                kind=kind or DrawingKind.OTHER,
                rect=rect,
                text=text.strip(),
                checked=checked,
                name=control.name,
                number=number,
                home=home,
            )
        )
    return [*found, *left.values()]

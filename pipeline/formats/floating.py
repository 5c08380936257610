"""Everything that floats over one OOXML sheet, from the parts that it is spread over."""

from collections.abc import Mapping, Sequence
from functools import partial

from lxml import etree

from pipeline.formats.choices import chosen
from pipeline.formats.controls import ControlState, join_controls, read_state, read_vml
from pipeline.formats.geometry import Grid
from pipeline.formats.package import Package
from pipeline.formats.parts import Cells, SheetControl, SheetPart
from pipeline.formats.placing import Floating, place
from pipeline.formats.refusal import Refused
from pipeline.formats.relations import Relation
from pipeline.formats.shapes import Shape, read_shapes
from pipeline.formats.styles import CellStyle
from pipeline.formats.xml import parse
from pipeline.model import Drawing


def read_floating(
    package: Package,
    part: SheetPart,
    around: Mapping[str, Relation],
    styles: Sequence[CellStyle],
    sheets: Mapping[str, Cells],
) -> tuple[Drawing, ...]:
    """Give the objects of a sheet with their cells. A part that is missing gives none.

    ``sheets`` are the cells of all sheets: a list may show those of another.
    """
    grid = Grid(part, part.merged, styles)
    lists = partial(chosen, sheets=sheets, own=part.cells)
    ids = frozenset(control.shape_id for control in part.controls)
    shapes: list[Shape] = []
    for relation_id in part.drawings:
        root = _part(package, around, relation_id)
        if root is not None:
            shapes += read_shapes(root, grid, ids)
    vml: dict[str, Floating] = {}
    for relation_id in part.legacy_drawings:
        root = _part(package, around, relation_id, forgiving=True)
        if root is not None:
            vml.update(read_vml(root, grid, lists))
    states: dict[str, ControlState] = {}
    for control in part.controls:
        relation = around.get(control.relation_id)
        if relation is not None and relation.kind == "ctrlProp":
            root = _part(package, around, control.relation_id)
            if root is not None:
                states[control.relation_id] = read_state(root)
    looks = {shape.control: shape.floating for shape in shapes if shape.control}
    objects = [shape.floating for shape in shapes if not shape.control]
    objects += join_controls(_once(part), states, vml, looks, grid, lists)
    return place(objects, grid, part.cells)


def _once(part: SheetPart) -> list[SheetControl]:
    """Give each control once: a fallback repeats it without its anchor."""
    found: dict[str, SheetControl] = {}
    for control in part.controls:
        known = found.get(control.shape_id)
        if known is None or (control.anchor and not known.anchor):
            found[control.shape_id] = control
    return list(found.values())


def _part(
    package: Package,
    around: Mapping[str, Relation],
    relation_id: str,
    *,
    forgiving: bool = False,
) -> etree._Element | None:
    relation = around.get(relation_id)
    if relation is None or relation.target not in package:
        return None
    try:
        return parse(package.read(relation.target), relation.target, forgiving=forgiving)
    except Refused:
        if forgiving:
            return None  # VML that no mending helps; its controls still have their own parts
        raise

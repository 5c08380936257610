"""What one sheet of a workbook says, in whatever format, before it becomes a RawSheet."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, fields, replace
from typing import Self

from lxml import etree

from pipeline.formats.refusal import too_large
from pipeline.formats.xml import attribute
from pipeline.model import Area, CellKey, Decoration, Drawing, RawCell, RawSheet, Unseen
from pipeline.settings import Limits

Cells = Mapping[CellKey, RawCell]

# Rows below this many points and columns below this many characters are as good as hidden.
SLIM_ROW = 2.0
SLIM_COLUMN = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetControl:
    """A ``<control>`` of a worksheet: what it refers to, and the anchor where it has one."""

    shape_id: str
    relation_id: str
    name: str
    anchor: tuple[int, ...] = ()  # column, dx, row, dy twice; offsets in EMU


def read_control(element: etree._Element) -> SheetControl:
    """Give a ``<control>`` element; its contents are gone after the row of the stream."""
    numbers: list[int] = []
    for corner in ("from", "to"):
        place = element.find(f"{{*}}controlPr/{{*}}anchor/{{*}}{corner}")
        if place is not None:
            numbers += [_whole(place, name) for name in ("col", "colOff", "row", "rowOff")]
    return SheetControl(
        shape_id=element.get("shapeId") or "",
        relation_id=attribute(element, "id"),
        name=element.get("name") or "",
        anchor=tuple(numbers) if len(numbers) == 8 and any(numbers) else (),
    )


@dataclass(slots=True, kw_only=True)
class SheetPart:
    """What one sheet says; filled while it is read, then left alone.

    Heights are in points, widths in characters, both None where the file gives none. Hidden rows
    and columns include the slim ones.
    """

    cells: dict[CellKey, RawCell] = field(default_factory=dict)
    decorations: dict[CellKey, Decoration] = field(default_factory=dict)
    styles: dict[CellKey, int] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    slim_rows: set[int] = field(default_factory=set)  # of the hidden ones
    slim_columns: set[int] = field(default_factory=set)
    unseen: dict[CellKey, Unseen] = field(default_factory=dict)
    row_heights: dict[int, float] = field(default_factory=dict)
    column_widths: dict[int, float] = field(default_factory=dict)
    default_height: float | None = None
    default_width: float | None = None
    drawings: list[str] = field(default_factory=list)  # relationship ids
    legacy_drawings: list[str] = field(default_factory=list)
    controls: list[SheetControl] = field(default_factory=list)

    def copied(self) -> Self:
        """Give the same, to be filled on its own."""
        return replace(self, **{each.name: copy(getattr(self, each.name)) for each in fields(self)})

    def size_rows(self, rows: Iterable[int], points: float | None, *, hidden: bool) -> None:
        """Note down the height of rows, and which of them nobody sees."""
        if hidden:
            self.hidden_rows.update(rows)
        elif points:
            for row in rows:  # nearly always one
                self.row_heights[row] = points
            if points < SLIM_ROW:
                self.hidden_rows.update(rows)
                self.slim_rows.update(rows)

    def size_columns(self, columns: Iterable[int], width: float | None, *, hidden: bool) -> None:
        """Note down the width of columns in characters, and which of them nobody sees."""
        if hidden:
            self.hidden_columns.update(columns)
        elif width:
            self.column_widths.update(dict.fromkeys(columns, width))
            if width < SLIM_COLUMN:
                self.hidden_columns.update(columns)
                self.slim_columns.update(columns)

    def merge(self, area: Area, limits: Limits) -> None:
        """Note down a merged area; one cell is none."""
        if (area.top, area.left) == (area.bottom, area.right):
            return
        self.merged.append(area)
        if len(self.merged) > limits.merges:
            raise too_large(f"more than {limits.merges} merged areas")

    def fit_merged(self, limits: Limits) -> None:
        """Cut huge merged areas down to where the sheet holds values."""
        if any(_size(area) > _HUGE for area in self.merged):
            bottom = max((row for row, _ in self.cells), default=0)
            right = max((column for _, column in self.cells), default=0)
            self.merged = [
                fitting for area in self.merged if _size(fitting := _cut(area, bottom, right)) > 1
            ]
        total = sum(map(_size, self.merged))
        if total > limits.merged_area:
            raise too_large(f"merged areas of {total} cells")

    def sheet(
        self,
        name: str,
        *,
        visible: bool,
        drawings: tuple[Drawing, ...] | None,
        comments: Mapping[CellKey, str] | None,
        unsupported: tuple[str, ...] = (),
    ) -> RawSheet:
        """Give the sheet; drawings and comments are None where they are damaged."""
        damaged = (("図形", drawings), ("コメント", comments))
        return RawSheet(
            name=name,
            cells=self.cells,
            merged=tuple(self.merged),
            visible=visible,
            hidden_rows=frozenset(self.hidden_rows),
            hidden_columns=frozenset(self.hidden_columns),
            slim_rows=frozenset(self.slim_rows),
            slim_columns=frozenset(self.slim_columns),
            decorations=self.decorations,
            drawings=drawings or (),
            comments=comments or {},
            unseen=self.unseen,
            unsupported=(*unsupported, *(what for what, found in damaged if found is None)),
        )


_HUGE = 2_000  # cells


def _size(area: Area) -> int:
    return (area.bottom - area.top + 1) * (area.right - area.left + 1)


def _cut(area: Area, bottom: int, right: int) -> Area:
    if _size(area) <= _HUGE:
        return area
    return Area(
        top=area.top,
        left=area.left,
        bottom=max(area.top, min(area.bottom, bottom)),
        right=max(area.left, min(area.right, right)),
    )


def _whole(element: etree._Element, name: str) -> int:
    child = element.find(f"{{*}}{name}")
    try:
        return min(max(int((child.text or "") if child is not None else ""), 0), 1 << 40)
    except ValueError:
        return 0

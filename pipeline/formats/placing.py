"""From rectangles to cells: which cell an object means, and which lines of its text."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.formats.geometry import PIXEL, Grid, Rect
from pipeline.model import CellKey, Drawing, DrawingKind, RawCell

_SLACK = (1.0, 0.93, 1.1)  # widths of a column that its text may really have, the best first
_MANY = 4_096  # cells under one object that are compared one by one
_CONTROLS = frozenset({DrawingKind.CHECK_BOX, DrawingKind.OPTION_BUTTON, DrawingKind.ACTIVEX})

_LINELESS = frozenset({DrawingKind.OTHER, DrawingKind.DROP_DOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Floating:
    """An object and its rectangle on the sheet, before it belongs to a cell.

    ``home`` is the cell that its anchor begins in, where the file says so.
    """

    kind: DrawingKind
    rect: Rect
    text: str = ""
    checked: bool | None = None
    name: str = ""
    number: int = 0
    home: CellKey | None = None


def place(
    objects: list[Floating], grid: Grid, cells: Mapping[CellKey, RawCell]
) -> tuple[Drawing, ...]:
    """Give each object its cell and lines, in the order of the sheet.

    A line drawn through several cells means each of them and is given once for each.
    """
    found = [
        Drawing(
            kind=thing.kind,
            row=key[0],
            column=key[1],
            lines=_lines(thing, key, grid, cells.get(key)),
            text=thing.text,
            checked=thing.checked,
            name=thing.name,
            number=thing.number,
        )
        for thing in objects
        for key in _cells_under(thing, grid)
    ]
    return tuple(sorted(found, key=lambda drawing: (drawing.row, drawing.column)))


def _cells_under(thing: Floating, grid: Grid) -> list[CellKey]:
    """Give the cell most of which the object covers; for a line, each it runs through."""
    if _folded(thing, grid):
        return [grid.owner(thing.home or (0, 0))]
    box = thing.rect.grown(PIXEL)
    x, y = thing.rect.middle
    middle = grid.owner((grid.rows.at(y), grid.columns.at(x)))
    top, bottom = grid.rows.at(max(box.top, 0)), grid.rows.at(box.bottom)
    left, right = grid.columns.at(max(box.left, 0)), grid.columns.at(box.right)
    if (bottom - top + 1) * (right - left + 1) > _MANY:
        return [middle]
    keys = {
        grid.owner((row, column))
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    }
    if thing.kind is DrawingKind.LINE:
        through = sorted(key for key in keys if _runs_through(thing.rect, grid.rect(key)))
        return through or [middle]
    # Where two cells are covered alike, the one under the centre is meant.
    ordered = sorted(keys)
    return [max(ordered, key=lambda key: (round(box.overlap(grid.rect(key))), key == middle))]


def _folded(thing: Floating, grid: Grid) -> bool:
    """Tell whether an object has no size because it lies in a hidden row or column."""
    if thing.home is None or grid.shown(grid.owner(thing.home)):
        return False
    rect = thing.rect
    return min(rect.right - rect.left, rect.bottom - rect.top) < PIXEL


def _runs_through(line: Rect, cell: Rect) -> bool:
    """Tell whether a line runs over at least half of a cell's width or height."""
    width = min(line.right, cell.right) - max(line.left, cell.left)
    height = min(line.bottom, cell.bottom) - max(line.top, cell.top)
    if width < 0 or height < 0:
        return False
    wide = cell.right > cell.left and width >= 0.5 * (cell.right - cell.left)
    high = cell.bottom > cell.top and height >= 0.5 * (cell.bottom - cell.top)
    return wide or high


def _lines(thing: Floating, key: CellKey, grid: Grid, cell: RawCell | None) -> tuple[int, ...]:
    """Give the lines of the cell's text that the object covers or, for a control, is beside."""
    # Where a cover or an arrow lies says nothing of the line it means: it may hide or point. A
    # drop-down says itself what is meant.
    if cell is None or thing.kind in _LINELESS:
        return ()
    if _folded(thing, grid) or _empty(thing):
        return ()
    # Where a line nearly fills its column, nobody here knows whether Excel broke it.
    breaks = dict.fromkeys(grid.wrapped(key, cell, slack) for slack in _SLACK)
    found = [
        _touched(thing, _spans(key, grid, wrapped, fitted=fitted), key, grid)
        for wrapped in breaks
        for fitted in (True, False)
    ]
    return tuple(sorted(set().union(*found))) if all(found) else found[0]


def _touched(
    thing: Floating, spans: list[tuple[float, float]], key: CellKey, grid: Grid
) -> tuple[int, ...]:
    """Give the lines, at these places, that the object covers or is beside."""
    y = thing.rect.middle[1]
    margin = grid.line_height(key) / 2
    if thing.rect.bottom < spans[0][0] - margin or thing.rect.top > spans[-1][1] + margin:
        return ()
    nearest = min(range(len(spans)), key=lambda index: abs(_centre(spans[index]) - y))
    if thing.kind in _CONTROLS:
        return (nearest,)
    return _covered(thing.rect, spans, nearest)


def _empty(thing: Floating) -> bool:
    """Tell whether an object has no extent at all; a click without a drag leaves such ones."""
    rect = thing.rect
    return rect.right - rect.left < PIXEL and rect.bottom - rect.top < PIXEL


def _covered(box: Rect, spans: list[tuple[float, float]], nearest: int) -> tuple[int, ...]:
    """Tell which lines a shape means.

    A hand draws round a line with room to spare: a shape of up to 2.4 lines whose centre is
    near the centre of one line means that line. Between two lines it means both, for the rules
    must not see more certainty than the eye.
    """
    start, end = spans[nearest]
    height = box.bottom - box.top
    line = end - start
    off_centre = abs(_centre(spans[nearest]) - box.middle[1])
    if height <= max(2.4 * line, line + 2 * PIXEL) and off_centre <= 0.3 * line:
        return (nearest,)
    covered: list[int] = []
    for index, (top, bottom) in enumerate(spans):
        common = min(box.bottom, bottom) - max(box.top, top)
        if height < 0.2 * line:
            touched = top - 0.2 * line <= box.middle[1] <= bottom + 0.2 * line
        else:
            touched = common >= 0.3 * min(height, bottom - top)
        if touched:
            covered.append(index)
    return tuple(covered) or (nearest,)


def _spans(
    key: CellKey, grid: Grid, wrapped: tuple[int, ...], *, fitted: bool
) -> list[tuple[float, float]]:
    """Give top and bottom of each line of the text, as it is aligned in its cell.

    A row that Excel ``fitted`` to the text is filled by it, whatever its font's lines measure.
    """
    rect = grid.rect(key)
    space = rect.bottom - rect.top
    height = grid.line_height(key)
    shown = sum(wrapped)
    if fitted and shown > 1 and 0.8 <= space / (shown * height) <= 1.25:
        height = space / shown
    total = shown * height
    vertical = grid.style(key).vertical
    top = rect.top
    if total < space:
        if vertical in {"center", "distributed", "justify"}:
            top += (space - total) / 2
        elif vertical == "bottom":
            top += space - total
    spans: list[tuple[float, float]] = []
    for count in wrapped:
        spans.append((top, top + count * height))
        top += count * height
    return spans


def _centre(span: tuple[float, float]) -> float:
    return (span[0] + span[1]) / 2

"""Read an answer where each option has a column of its own: the one that is ticked."""

import re
from collections.abc import Mapping
from dataclasses import replace

from pipeline.model import (
    CellKind,
    Checklist,
    Doubt,
    Drawing,
    DrawingKind,
    Mark,
    RawCell,
    ReadBy,
    Status,
)
from pipeline.texts.folding import TICKS, circled, fold
from pipeline.texts.marks import CONTROLS, read_mark

_TICKS = TICKS | {"☒"}
_PLANNED = 2  # the one option that asks for a month
_A_MONTH = re.compile(r"\d\s*月|^\d{1,4}[./]\d|年度")
_NOT_TICKED = frozenset(
    {"", "-", "ー", "―", "－", "‐", "□", "☐", "・", "/", "×", "✕", "false", "0"}
)


def read_options(
    cells: tuple[tuple[int, RawCell | None], ...], *, month: str, checklist: Checklist
) -> Mark:
    """Give the mark of a row of option columns: (number, cell). Only one tick is an answer.

    Number 0: nothing says which option the column stands for, so that its tick is no answer.
    """
    written = [
        (number, cell)
        for number, cell in cells
        if cell is not None and fold(cell.text) not in _NOT_TICKED
    ]
    raw = " / ".join(f"{circled(number) if number else ''}{cell.text}" for number, cell in written)
    if not written:
        crossed = "".join(cell.text for _, cell in cells if cell is not None and "×" in cell.text)
        if crossed:
            return Mark(status=Status.UNCLEAR, raw=crossed, doubt=Doubt.SYMBOL)
        return Mark(status=Status.BLANK)
    if len(written) > 1:
        return Mark(status=Status.UNCLEAR, raw=raw, doubt=Doubt.SEVERAL)
    return _read_tick(*written[0], month=month, checklist=checklist)


_STATUS = {1: Status.DONE, 2: Status.PLANNED, 3: Status.NOT_PLANNED}


def _says_something(drawing: Drawing) -> bool:
    return drawing.kind is not DrawingKind.LINE and drawing.checked is not False


def with_ticks_drawn(mark: Mark, drawn: Mapping[int, tuple[Drawing, ...]]) -> Mark:
    """Give the mark of option columns with the objects over their cells: (number, objects)."""
    chosen: dict[int, ReadBy] = {}
    for number, drawings in drawn.items():
        for drawing in drawings:
            if drawing.kind in CONTROLS and drawing.checked is not None:
                if drawing.checked:
                    chosen[number] = ReadBy.CONTROL
            elif drawing.kind is DrawingKind.ELLIPSE or fold(drawing.text) in _TICKS:
                chosen[number] = ReadBy.DRAWING
            elif _says_something(drawing) and mark.status is Status.BLANK:
                return replace(mark, status=Status.UNCLEAR, doubt=Doubt.UNREADABLE_OBJECT)
    if not chosen or mark.status not in (Status.BLANK, *_STATUS.values()):
        return mark
    statuses = {_STATUS.get(number) for number in chosen}
    if mark.status is not Status.BLANK:
        against = statuses != {mark.status}
        return replace(mark, status=Status.UNCLEAR, doubt=Doubt.SEVERAL) if against else mark
    (number, read_by), *more = chosen.items()
    if more or number not in _STATUS:
        doubt = Doubt.SEVERAL if more else Doubt.UNREADABLE_OBJECT
        return replace(mark, status=Status.UNCLEAR, doubt=doubt)
    return replace(mark, status=_STATUS[number], read_by=read_by, notation="object")


def _read_tick(number: int, cell: RawCell, *, month: str, checklist: Checklist) -> Mark:
    """Read the one cell that is filled in; a month alone is an answer under ② only."""
    text = fold(cell.text)
    ticked = text[0] in _TICKS or text in ("true", "v", "1", fold(circled(number)), str(number))
    astray = not ticked and number != _PLANNED and _A_MONTH.search(text)
    if not number or astray or cell.kind is CellKind.UNRENDERED:
        doubt = Doubt.SYMBOL if not number else Doubt.NO_NUMBER
        return Mark(status=Status.UNCLEAR, raw=cell.text, doubt=doubt)
    rest = cell.text.strip()
    if ticked:
        rest = rest[1:] if text != "true" else ""
    elif text.startswith(fold(circled(number))):  # ②（12月） in the column of ②
        rest = rest[1:]
    mark = read_mark(
        RawCell(kind=CellKind.TEXT, text=circled(number) + rest),
        month=month,
        legend=checklist.legend,
    )
    if mark.status is Status.UNCLEAR:
        return replace(mark, raw=cell.text)
    return replace(mark, raw=cell.text, read_by=ReadBy.LEGEND_MARK)

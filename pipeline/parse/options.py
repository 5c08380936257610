"""Read an answer where each option has a column of its own: the one that is ticked."""

import re
from dataclasses import replace

from pipeline.marks import read_mark
from pipeline.model import CellKind, Checklist, Doubt, Mark, RawCell, ReadBy, Status
from pipeline.text import TICKS, circled, fold

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
    mark = read_mark(
        RawCell(kind=CellKind.TEXT, text=circled(number) + rest),
        month=month,
        legend=checklist.legend,
    )
    if mark.status is Status.UNCLEAR:
        return replace(mark, raw=cell.text)
    return replace(mark, raw=cell.text, read_by=ReadBy.LEGEND_MARK)

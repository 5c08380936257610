"""Read an answer where each option has a column of its own: the one that is ticked."""

from dataclasses import replace

from pipeline.marks import read_mark
from pipeline.model import CellKind, Checklist, Doubt, Mark, RawCell, ReadBy, Status
from pipeline.text import TICKS, circled, fold

_TICKS = TICKS | {"☒"}
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
    number, cell = written[0]
    if not number or cell.kind is CellKind.UNRENDERED:
        doubt = Doubt.SYMBOL if not number else Doubt.NO_NUMBER
        return Mark(status=Status.UNCLEAR, raw=cell.text, doubt=doubt)
    text = fold(cell.text)
    ticked = text[0] in _TICKS or text in ("true", "v", "1", fold(circled(number)), str(number))
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

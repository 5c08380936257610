"""What a check cell (チェック欄) says. Total: any cell gives a Mark."""

from pipeline.model import (
    CellKind,
    Decoration,
    Doubt,
    Drawing,
    Due,
    DueSource,
    Mark,
    RawCell,
    ReadBy,
    Status,
)
from pipeline.months import read_due
from pipeline.text import fold, fold_lines, is_blank

_NUMBERS = {
    "①": Status.DONE,
    "1": Status.DONE,
    "②": Status.PLANNED,
    "2": Status.PLANNED,
    "③": Status.NOT_PLANNED,
    "3": Status.NOT_PLANNED,
}


def read_mark(  # noqa: PLR0913 - the facts of one cell, each from another place
    cell: RawCell | None,
    *,
    month: str,
    legend: tuple[str, ...],
    decoration: Decoration | None = None,
    drawings: tuple[Drawing, ...] = (),
    above: Mark | None = None,
) -> Mark:
    """Read a check cell."""
    del decoration, drawings, above
    if cell is None or is_blank(cell.text):
        return Mark(status=Status.BLANK, raw=cell.text if cell else "")
    text = fold(cell.text)
    if fold_lines(cell.text) == tuple(fold(line) for line in legend):
        return Mark(status=Status.BLANK, raw=cell.text, legend_untouched=True)
    status = _NUMBERS.get(text)
    if status is None and text[:1] == "②" and cell.kind is CellKind.TEXT:
        status = Status.PLANNED
    if status is None:
        return Mark(status=Status.UNCLEAR, raw=cell.text, doubt=Doubt.NO_NUMBER)
    due = Due(source=DueSource.NONE)
    if status is Status.PLANNED:
        due = read_due(text[1:], month)
    return Mark(status=status, raw=cell.text, read_by=ReadBy.NUMBER, due=due)

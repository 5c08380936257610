"""A check cell with everything over it: kind of cell, legend, formatting, drawings, text."""

from dataclasses import replace
from functools import lru_cache

from pipeline.model import CellKind, Decoration, Doubt, Drawing, Mark, RawCell, ReadBy, Status
from pipeline.texts.folding import is_blank
from pipeline.texts.marks.labelled import without_labels
from pipeline.texts.marks.legend import read_legend
from pipeline.texts.marks.objects import overlay
from pipeline.texts.marks.words import RETRACTED, STATUS_OF, Reading, read_text, unclear

__all__ = ["read_mark"]


def read_mark(
    cell: RawCell | None,
    *,
    month: str,
    legend: tuple[str, ...],
    decoration: Decoration | None = None,
    drawings: tuple[Drawing, ...] = (),
    above: Mark | None = None,
) -> Mark:
    """Read a check cell. Total: any cell gives a Mark, and what decides nothing is UNCLEAR.

    ``month`` is the collection month (YYYY-MM), ``legend`` the lines printed in the cell by the
    form, ``above`` the mark of the item above, to which 同上 points. ``raw`` is never cleaned.
    """
    if cell is not None and not drawings:
        mark = _read_bare(cell.kind, cell.text, month, legend, decoration)
    else:
        found = _read_cell(cell, month, legend, decoration, drawings)
        mark = replace(found, raw=cell.text if cell else "")
    return replace(_ditto(above), raw=mark.raw) if mark.notation == "ditto" else mark


@lru_cache(maxsize=16384)
def _read_bare(
    kind: CellKind, text: str, month: str, legend: tuple[str, ...], decoration: Decoration | None
) -> Mark:
    """Read a cell with nothing over it; nearly all are, and few differ."""
    cell = RawCell(kind=kind, text=text)
    return replace(_read_cell(cell, month, legend, decoration, ()), raw=text)


_COPIED = (Status.DONE, Status.PLANNED, Status.NOT_PLANNED, Status.NOT_APPLICABLE)


def _ditto(above: Mark | None) -> Mark:
    if above is None or above.status not in _COPIED:
        return Mark(status=Status.UNCLEAR, notation="ditto", doubt=Doubt.DITTO)
    return Mark(status=above.status, notation="ditto", read_by=ReadBy.DITTO, due=above.due)


def _read_cell(
    cell: RawCell | None,
    month: str,
    legend: tuple[str, ...],
    decoration: Decoration | None,
    drawings: tuple[Drawing, ...],
) -> Mark:
    if cell and any(each.number and cell.text == str(each.number) for each in drawings):
        cell = None  # what a drop-down keeps in its cell is the number of an entry, and no answer
    if cell is None or (cell.kind is CellKind.TEXT and is_blank(cell.text)):
        mark = Mark(status=Status.BLANK)
        return overlay(mark, None, drawings, month) if drawings else mark
    if cell.kind is not CellKind.TEXT:
        mark = _read_value(cell, month).mark()
        return overlay(mark, None, drawings, month) if drawings else mark
    found = read_legend(cell.text, legend, month, decoration)
    if found:
        return overlay(found.mark, found, drawings, month) if drawings else found.mark
    mark = _read_plain(cell.text, month, decoration)
    return overlay(mark, None, drawings, month) if drawings else mark


_NO_NUMBER = {
    CellKind.BOOLEAN: (Doubt.SYMBOL, "boolean"),
    CellKind.DATE: (Doubt.DATE, "date-cell"),
    CellKind.ERROR: (Doubt.ERROR, "error-cell"),
    CellKind.NO_VALUE: (Doubt.ERROR, "error-cell"),
    CellKind.UNRENDERED: (Doubt.NO_NUMBER, "unrendered"),
}


def _read_value(cell: RawCell, month: str) -> Reading:
    """Read a cell whose value is no text. True equals 1 in Python: the kind goes first."""
    if cell.kind in _NO_NUMBER:
        return unclear(*_NO_NUMBER[cell.kind])
    try:
        number = float(cell.text)
    except ValueError:
        return unclear(Doubt.OUT_OF_RANGE, "out-of-range")
    if number not in STATUS_OF:
        return unclear(Doubt.OUT_OF_RANGE, "out-of-range")
    return read_text(f"{number:g}", month)


def _read_plain(text: str, month: str, decoration: Decoration | None) -> Mark:
    """Read a text without legend; what is struck through was retracted."""
    runs = decoration.runs if decoration else ()
    if decoration and decoration.struck and not runs:
        return RETRACTED
    if not any(run.struck and not is_blank(run.text) for run in runs):
        parts = without_labels(text)
        return read_text(text if parts is None else parts, month).mark()
    kept = "".join(run.text for run in runs if not run.struck)
    if is_blank(kept):
        return RETRACTED
    mark = read_text(kept, month).mark(ReadBy.FORMAT)
    return replace(mark, object_text="取り消し線の部分を除いて読み取り")

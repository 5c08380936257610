"""The month of ② where it has a cell of its own: read with the number it belongs to."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.model import CellKind, DueProblem, DueSource, Mark, RawCell, ReadBy, Status
from pipeline.texts.folding import circled, fold
from pipeline.texts.marks import read_mark

_NUMBER_OF = {Status.DONE: 1, Status.PLANNED: 2, Status.NOT_PLANNED: 3}
_NOTHING = re.compile(r"[\s\-ー―－‐–—/()○◯〇_:年月頃]*|(?:該当|特に)?(?:なし|無し?)")
_DAY = re.compile(r"(\d{4})-(\d\d)-\d\d")
_YEAR = re.compile(r"(?:令和|[r令])?\.?\s*\d{1,2}|20\d\d")
# An option as it is listed, with what is filled in
_PRINTED = re.compile(r"[\u2460-\u24681-9]?[.:)\s]*(?:これから|今後|対応|実施)[^(]*\((.*)\)")


def written_due(cells: Sequence[RawCell]) -> str:
    """Give what stands in the cells of a month; empty for nothing and what the form prints."""
    return "".join(cell.text for cell in cells if not _NOTHING.fullmatch(fold(cell.text)))


def with_due(mark: Mark, cells: Sequence[RawCell], *, month: str, legend: tuple[str, ...]) -> Mark:
    """Give a mark with the month beside it, read as if it stood in brackets behind the number.

    It never makes an answer of anything, and no other answer of one. Beside ① it may contradict.
    """
    written = written_due(cells)
    if not written or mark.status is Status.BLANK:
        return mark
    raw = f"{mark.raw}\n{written}"
    number = _NUMBER_OF.get(mark.status)
    if number is None:
        return replace(mark, raw=raw)
    shown = "".join(_shown(cell, last=cell is cells[-1]) for cell in cells)
    text = RawCell(kind=CellKind.TEXT, text=f"{circled(number)}（{shown}）")
    read = read_mark(text, month=month, legend=legend)
    if mark.status is Status.DONE and read.status is not Status.DONE:
        return replace(read, raw=raw)
    own = mark.due if mark.read_by is not ReadBy.DITTO else read.due
    due = read.due if read.status is mark.status else own
    if not own.month and own.problem is not DueProblem.IMPOSSIBLE:
        own = replace(due, source=DueSource.COLUMN if due.month else due.source)
    elif due.month and due.month != own.month:
        own = replace(own, month="", source=DueSource.NONE, problem=DueProblem.CONFLICTING)
    return replace(mark, raw=raw, due=own)


def _shown(cell: RawCell, *, last: bool) -> str:
    """Give a cell as it is said behind a number: a day as its month, R8 | 12 as R8年12月."""
    if cell.kind is CellKind.DATE and (day := _DAY.match(cell.text)):
        return f"{day[1]}年{int(day[2])}月"
    text = cell.text.strip()
    folded = fold(text)
    if found := _PRINTED.fullmatch(folded):
        return found[1]
    if not last and _YEAR.fullmatch(folded):
        return f"{text}年"
    return f"{text}月" if last and folded.isdecimal() and len(text) <= 2 else text

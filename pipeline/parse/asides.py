"""What stands beside an answer and in no cell of it: comments, additions, what hides it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pipeline.model import Answer, Aside, CellKey, Note, RawCell, RawSheet, Unseen
from pipeline.model.layout import ItemRow
from pipeline.notes import read_note
from pipeline.text import is_blank

_NOTHING = Aside()
_NAUGHT = frozenset({"0", "0.0"})  # hidden by many forms; it is no answer
_POINTING = "→⇒➡➔▶►>＞:：=＝ \u3000\t"  # before an answer typed behind a text


def gather_comments(sheet: RawSheet) -> Mapping[CellKey, str]:
    """Give the comments of a sheet by the top-left of the merged area they lie on."""
    if not sheet.comments:
        return {}
    anchors = {
        (row, column): (area.top, area.left)
        for area in sheet.merged
        for row in range(area.top, area.bottom + 1)
        for column in range(area.left, area.right + 1)
    }
    found: dict[CellKey, list[str]] = {}
    for key, text in sorted(sheet.comments.items()):
        found.setdefault(anchors.get(key, key), []).append(text)
    return {key: "\n".join(texts) for key, texts in found.items()}


def find_aside(
    row: ItemRow, sheet: RawSheet, comments: Mapping[CellKey, str], *, month: str
) -> Aside | None:
    """Give what stands beside the answer of a row; None for nearly every row."""
    marks = row.mark_cells or tuple(key for _, key in row.option_cells)
    cell = next((found for key in marks if (found := sheet.cells.get(key)) and found.stored), None)
    unseen = _unseen(row, sheet, marks, cell)
    if not (comments or cell or unseen or row.added):
        return None
    texts = [comments[key] for key in dict.fromkeys((*marks, *row.note_cells)) if key in comments]
    aside = Aside(
        comment=_remark("\n".join(texts), month),
        added=_remark(row.added, month),
        stored=cell.stored if cell else "",
        number_format=cell.number_format if cell else "",
        unseen=unseen,
    )
    return None if aside == _NOTHING else aside


def _remark(text: str, month: str) -> Note:
    """Read a remark as a note is read; an arrow in front of it points to it."""
    if is_blank(text):
        return Note()
    return replace(read_note(text.lstrip(_POINTING), month=month), raw=text)


def _unseen(
    row: ItemRow, sheet: RawSheet, marks: tuple[CellKey, ...], cell: RawCell | None
) -> Unseen | None:
    """Tell why nobody sees an answer that stands in a row, a column and a sheet in sight."""
    if row.hidden and sheet.visible:
        for key in marks:
            if key[0] in sheet.slim_rows:
                return Unseen.HEIGHT
            if key[1] in sheet.slim_columns:
                return Unseen.WIDTH
    if cell is not None and is_blank(cell.text) and cell.stored not in _NAUGHT:
        return Unseen.FORMAT
    return next((sheet.unseen[key] for key in marks if key in sheet.unseen), None)


def join_asides(first: Answer, given: Iterable[Answer], *, month: str) -> Aside:
    """Give the aside of an answer that stands several times: with the comments on all its rows."""
    texts = dict.fromkeys(answer.comment for answer in given if answer.comment)
    return replace(first.aside or _NOTHING, comment=_remark("\n".join(texts), month))

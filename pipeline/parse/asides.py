"""What stands beside an answer and in no cell of it: comments, additions, what hides it."""

from collections.abc import Mapping

from pipeline.model import Aside, CellKey, RawCell, RawSheet, Unseen
from pipeline.model.layout import ItemRow
from pipeline.texts.folding import is_blank
from pipeline.texts.notes import read_remark

_NOTHING = Aside()
_NAUGHT = frozenset({"0", "0.0"})  # hidden by many forms; it is no answer


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
    row: ItemRow, sheet: RawSheet, comments: Mapping[CellKey, str], *, month: str, due: str = ""
) -> Aside | None:
    """Give what stands beside the answer of a row; None for nearly every row.

    ``due`` is a month in a cell of its own beside an empty check cell.
    """
    marks = row.mark_cells or tuple(key for _, key in row.option_cells)
    cell = next((found for key in marks if (found := sheet.cells.get(key)) and found.stored), None)
    unseen = _unseen(row, sheet, marks, cell)
    if not (comments or cell or unseen or row.added or due):
        return None
    texts = [comments[key] for key in dict.fromkeys((*marks, *row.note_cells)) if key in comments]
    aside = Aside(
        comment=read_remark("\n".join(texts), month=month),
        added=read_remark(row.added, month=month),
        stored=cell.stored if cell else "",
        number_format=cell.number_format if cell else "",
        unseen=unseen,
        due=due,
    )
    return None if aside == _NOTHING else aside


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

"""Layouts remembered: most returns are copies of one form, and differ in their answers alone.

A layout is kept where nothing in its answer cells could have made it another one: every item is
there by id and title, each table stands under one チェック欄 and one note header, each item has one
cell of each. It is given again to a workbook that is the same but for what stands in these cells
and above the first table, as long as nothing there reads like a part of the form. Everything else
is searched anew, so this only ever saves time; tests/test_locate_memory.py compares the two.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.locate.callings import Standing
from pipeline.locate.columns import SURE_HEADERS
from pipeline.locate.head_words import HeaderKind
from pipeline.locate.index import EXAMPLE
from pipeline.locate.letters import squeeze
from pipeline.locate.sheet import DAY
from pipeline.locate.wording import Wording
from pipeline.model import CellKey, CellKind, Decoration, MatchedBy, RawSheet, RawWorkbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.locate.index import Index
    from pipeline.model.layout import ItemRow, Layout

_KEPT = 32  # layouts; offices send back a form in a handful of shapes
_SILENT = 16384  # answers that say no place
_HEAD = 60  # letters of a head
_NEAR = 2  # rows round a header in which another one belongs to it
_EDITION = re.compile(r"版|ver|別紙", re.IGNORECASE)

_Shown = tuple[str, CellKind]
_Kind = tuple[bool, bool]


@dataclass(frozen=True, slots=True)
class _SheetKept:
    """A sheet without what may differ: ``head`` tells the kind of each free cell above the tables.

    ``answers`` are the cells of which it does not matter whether they are filled.
    """

    look: tuple[object, ...]
    fixed: Mapping[CellKey, _Shown]
    head: Mapping[CellKey, _Kind]
    answers: frozenset[CellKey]
    decorations: Mapping[CellKey, Decoration]  # but for those of the answers


class Memory:
    """The layouts of one checklist and collection month, the last one used first."""

    def __init__(self) -> None:
        self._kept: list[tuple[tuple[_SheetKept, ...], Layout]] = []
        # Answers that say no place. Hardly two notes are alike: `Index.wording` keeps none of them.
        self._silent: set[str] = set()

    def recall(self, workbook: RawWorkbook, index: Index) -> Layout | None:
        """Give the layout of a workbook that is laid out like an earlier one, else None."""
        if any(map(_is_drawn_on, workbook.sheets)):
            return None
        looks = [_look(sheet) for sheet in workbook.sheets]
        for place, (sheets, layout) in enumerate(self._kept):
            if len(sheets) == len(looks) and all(
                kept.look == look and self._is_like(sheet, kept, index)
                for kept, look, sheet in zip(sheets, looks, workbook.sheets, strict=True)
            ):
                if place:
                    self._kept.insert(0, self._kept.pop(place))
                return layout
        return None

    def keep(self, workbook: RawWorkbook, layout: Layout, index: Index) -> None:
        """Remember the layout that a search gave, where answers could not have changed it."""
        if any(map(_is_drawn_on, workbook.sheets)) or not _is_plain(workbook, layout, index):
            return
        sheets = []
        for place, sheet in enumerate(workbook.sheets):
            kept = _kept(sheet, [row for row in layout.rows if row.sheet == place], index)
            if kept is None:
                return
            sheets.append(kept)
        self._kept.insert(0, (tuple(sheets), layout))
        del self._kept[_KEPT:]

    def _is_like(self, sheet: RawSheet, kept: _SheetKept, index: Index) -> bool:
        """Tell whether a sheet differs from a kept one only where it may."""
        cells = sheet.cells
        if _decorated(sheet, kept.answers) != kept.decorations:
            return False
        for key, (text, kind) in kept.fixed.items():
            cell = cells.get(key)
            if cell is None or cell.text != text or cell.kind is not kind:
                return False
        for key, expected in kept.head.items():
            cell = cells.get(key)
            if cell is None or _head_kind(index.wording(cell.text), cell.kind, index) != expected:
                return False
        filled = 0
        for key in kept.answers:
            cell = cells.get(key)
            if cell is not None:
                if cell.text not in self._silent and not self._is_silent(cell.text, index):
                    return False
                filled += 1
        return len(kept.fixed) + len(kept.head) + filled == len(cells)

    def _is_silent(self, text: str, index: Index) -> bool:
        if not _says_no_place(Wording(text, index)):
            return False
        if len(self._silent) >= _SILENT:
            self._silent.clear()
        self._silent.add(text)
        return True


def _is_drawn_on(sheet: RawSheet) -> bool:
    return bool(sheet.drawings or sheet.comments)


def _look(sheet: RawSheet) -> tuple[object, ...]:
    return (
        sheet.name,
        sheet.visible,
        frozenset(sheet.merged),  # some programs write them in any order
        sheet.hidden_rows,
        sheet.hidden_columns,
    )


def _decorated(sheet: RawSheet, answers: frozenset[CellKey]) -> Mapping[CellKey, Decoration]:
    """Give the decorations of what is no answer: those of answers say what texts may say, too."""
    return {key: each for key, each in sheet.decorations.items() if key not in answers}


def _says_no_place(said: Wording) -> bool:
    """Tell whether a text is no id, title, caption or head of answers: no search stops at it."""
    if said.may_head and said.header is not None and said.header.kind is HeaderKind.MARK:
        return False
    return not said.begins or not (
        said.match is not None or said.category or said.stem or said.items or said.titled
    )


def _head_kind(said: Wording, kind: CellKind, index: Index) -> _Kind | None:
    """Give what of a cell above the tables matters: text or not, a day or not.

    None where its words may matter: it may then not differ. A name or a day says nothing of
    whose or when the answers below are.
    """
    calling = index.called(said.text)
    free = (
        _says_no_place(said)
        and said.header is None
        and said.option is None
        and not said.legend
        and (_is_day(said, index) or (calling.standing is Standing.PLAIN and not calling.telling))
        and not EXAMPLE.search(said.folded)
        and not _EDITION.search(said.folded)
        and not any(squeeze(printed) in said.key for printed in index.checklist.old_versions)
        and index.caption not in said.key
    )
    return (kind is CellKind.TEXT, calling.telling) if free else None


def _is_day(said: Wording, index: Index) -> bool:
    calling = index.called(said.text)
    return calling.telling and calling.span is not None and DAY.search(said.folded) is not None


def _is_plain(workbook: RawWorkbook, layout: Layout, index: Index) -> bool:
    """Tell a layout that follows from ids, titles and headers alone: each item in one row."""
    if layout.aside or layout.doubted or layout.copies or layout.version_written:
        return False
    if sorted(row.item_id for row in layout.rows) != sorted(index.by_id):
        return False
    if any(table.guessed or table.header_row is None for table in layout.tables):
        return False
    if len({(row.sheet, row.text_cell[0]) for row in layout.rows}) != len(layout.rows):
        return False
    for place in layout.sheets:
        texts = _texts_by_row(workbook.sheets[place])
        rows = [row for row in layout.rows if row.sheet == place]
        plain = all(_is_plain_row(row, texts, index) for row in rows)
        if not plain or _is_answered_beside(rows, texts, index):
            return False
    return True


def _is_answered_beside(
    rows: Sequence[ItemRow], texts: Mapping[int, Mapping[int, str]], index: Index
) -> bool:
    """Tell whether another column holds answers, which may count where a check column is empty."""
    scores: Counter[int] = Counter()
    for row in rows:
        own = {column for _, column in (row.text_cell, *row.mark_cells, *row.note_cells)}
        for column, text in texts[row.text_cell[0]].items():
            if column not in own and column > row.text_cell[1]:
                scores[column] += 1 if index.wording(text).mark_like else -len(rows)
    return any(score > 0 for score in scores.values())


def _texts_by_row(sheet: RawSheet) -> dict[int, dict[int, str]]:
    texts: dict[int, dict[int, str]] = {}
    for (row, column), cell in sheet.cells.items():
        texts.setdefault(row, {})[column] = cell.text
    return texts


def _is_plain_row(row: ItemRow, texts: Mapping[int, Mapping[int, str]], index: Index) -> bool:
    """Tell an item that is named by id and title, with one cell for each part of its answer."""
    answers = (*row.mark_cells, *row.note_cells)
    if row.matched_by is not MatchedBy.ID or row.title_written or row.added:
        return False
    if row.option_cells or row.due_cells:
        return False
    if len(row.mark_cells) != 1 or len(row.note_cells) != 1:
        return False
    if any(key[0] != row.text_cell[0] for key in answers):
        return False
    (at, left), mark = row.text_cell, row.mark_cells[0][1]
    written = "".join(
        text
        for column, text in sorted(texts[at].items())
        if left <= column and (column < mark or mark < left) and (at, column) not in answers
    )
    return index.title[row.item_id] in squeeze(written)


def _kept(sheet: RawSheet, rows: list[ItemRow], index: Index) -> _SheetKept | None:
    """Part a sheet's cells into those that may differ and those that may not."""
    answers = frozenset(key for row in rows for key in (*row.mark_cells, *row.note_cells))
    said = {key: index.wording(cell.text) for key, cell in sheet.cells.items()}
    if not all(_says_no_place(said[key]) for key in answers if key in said):
        return None
    head: dict[CellKey, _Kind] = {}
    if rows:
        top = _first_header(said, answers, sheet, index)
        columns = {key[1] for key in answers}
        if top is None or any(
            area.bottom >= top - _NEAR and not columns.isdisjoint(range(area.left, area.right + 1))
            for area in sheet.merged
        ):
            return None
        head = _free_head(sheet, said, min(top, *(row.text_cell[0] for row in rows)), index)
    return _SheetKept(
        look=_look(sheet),
        fixed={
            key: (cell.text, cell.kind)
            for key, cell in sheet.cells.items()
            if key not in answers and key not in head
        },
        head=head,
        answers=answers,
        decorations=_decorated(sheet, answers),
    )


def _free_head(
    sheet: RawSheet, said: Mapping[CellKey, Wording], top: int, index: Index
) -> dict[CellKey, _Kind]:
    """Give the cells above the first header that may differ, with what has to stay.

    In the rows right above it a word that tells whose or when makes heads of the others; a day in
    a cell of its own does not.
    """
    free: dict[CellKey, _Kind] = {}
    telling: dict[int, list[CellKey]] = {}
    for key, cell in sheet.cells.items():
        if key[0] >= top:
            continue
        if index.called(said[key].text).telling:
            telling.setdefault(key[0], []).append(key)
        kind = _head_kind(said[key], cell.kind, index)
        if kind is not None:
            free[key] = kind
    wide = _wide(sheet)
    for row in range(top - _NEAR, top):
        keys = telling.get(row, [])
        if keys and (len(keys) > 1 or keys[0] in wide or keys[0] not in free):
            free = {key: kind for key, kind in free.items() if key[0] != row}
    return free


def _wide(sheet: RawSheet) -> set[CellKey]:
    """Give the cells that are merged over several columns."""
    return {(area.top, area.left) for area in sheet.merged if area.right > area.left}


def _has_rivals(heads: Mapping[CellKey, Wording], index: Index) -> bool:
    """Tell whether a column of one's own or a set of options may answer for an empty check cell."""
    options = Counter(row for (row, _), said in heads.items() if said.option is not None)
    if max(options.values(), default=0) >= len(index.checklist.options):
        return True
    return any(
        said.header is None
        and 0 < len(said.text) <= _HEAD
        and (noun := index.noun(said.text)) is not None
        and noun.kind is HeaderKind.MARK
        and not index.called(said.text).unknown
        for said in heads.values()
    )


def _first_header(
    said: Mapping[CellKey, Wording], answers: frozenset[CellKey], sheet: RawSheet, index: Index
) -> int | None:
    """Give the first row that heads a table; None unless one header of each kind stands there.

    Every such row must have exactly one sure head of the answers and one of the notes, each over
    one column: then the search never asks what the columns hold. The rows right above it may say
    whose or when the answers are; none of them may be an item's.
    """
    wide = _wide(sheet)
    heads: dict[int, list[HeaderKind]] = {}
    for key, each in said.items():
        header = each.header
        if key in answers or header is None or header.kind is HeaderKind.OTHER:
            continue
        if key in wide or (header.kind is HeaderKind.MARK and header.rank >= SURE_HEADERS):
            return None
        heads.setdefault(key[0], []).append(header.kind)
    once = [HeaderKind.MARK, HeaderKind.NOTE]
    if not heads or any(sorted(kinds) != once for kinds in heads.values()):
        return None
    near = {row + step for row in heads for step in range(-_NEAR, _NEAR + 1)}
    if _has_rivals({key: said[key] for key in said.keys() - answers if key[0] in near}, index):
        return None
    tops = sorted(heads)
    items = {key[0] for key in answers}
    for top in tops:
        if heads.keys() & {top - 1, top - 2} or top - 1 in items:
            return None
        above = [each for key, each in said.items() if key[0] == top - 1]
        if top - 2 in items and any(index.called(each.text).telling for each in above):
            return None
    return tops[0]

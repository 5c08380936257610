"""Find the checklist in a workbook: RawWorkbook -> Layout, by item id and header, never by address.

The cheap way comes first: a cell whose folded text begins with a known id. Only what is left
over is compared with titles. Which sheets count is decided last, when it is known what each holds.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from pipeline.locate.callings import Alone, Standing
from pipeline.locate.choice import Place, choose_places
from pipeline.locate.index import Fit, Index, index_of
from pipeline.locate.letters import squeeze
from pipeline.locate.memory import Memory
from pipeline.locate.sheet import SheetFound, read_sheet
from pipeline.locate.table import without_answers
from pipeline.model import CellKey, CellKind, Checklist, MatchedBy, RawWorkbook
from pipeline.model.layout import ItemRow, Layout, SetAside
from pipeline.texts.folding import fold, tidy

_EDITION = re.compile(
    r"第?\s*(\d+(?:\.\d+)*)\s*版|ver(?:sion)?\.?\s*(\d+(?:\.\d+)*)|別紙\s*\d+(?:[-－]\d+)*"
)
_MOST_ITEMS = 28
_EXAMPLE_ITEMS = 10  # items from which a form filled in on its example sheet is believed


def locate(workbook: RawWorkbook, checklist: Checklist, *, month: str) -> Layout | None:
    """Find where the checklist's tables, columns and item rows are; None: there is none here.

    Of several places for one item those are read whose names fit the collection month (YYYY-MM);
    hidden and example sheets are passed over unless they alone hold the checklist.
    """
    index = index_of(checklist, month)
    memory = _memory_of(index)
    layout = memory.recall(workbook, index)
    if layout is None:
        layout = search(workbook, index)
        if layout is not None:
            memory.keep(workbook, layout, index)
    return layout


def count_items(workbook: RawWorkbook, checklist: Checklist, *, month: str) -> int:
    """Count the items whose ids stand in sight in a workbook that `locate` finds nothing in."""
    index = index_of(checklist, month)
    said = (
        index.wording(cell.text)
        for sheet in workbook.sheets
        if sheet.visible
        for cell in sheet.cells.values()
        if cell.kind is CellKind.TEXT
    )
    return len(
        {
            each.match.item_id
            for each in said
            if each.begins and each.match is not None and each.match.fit > Fit.WEAK
        }
    )


@lru_cache(maxsize=1)
def _memory_of(_index: Index) -> Memory:
    return Memory()


def search(workbook: RawWorkbook, index: Index) -> Layout | None:
    """Find what `locate` gives, whatever was located before."""
    found = [
        sheet_found
        for place, sheet in enumerate(workbook.sheets)
        if (sheet_found := read_sheet(sheet, place, index)) is not None
    ]
    if not found or not _is_checklist(workbook, found, index):
        return None
    others = {sheet.calling.rest for sheet in found if not _is_low(sheet)} - {""}
    choice = choose_places([_as_place(sheet, apart=len(others) > 1) for sheet in found])
    chosen = [_believed(found[number]) for number in choice.read]
    aside = [each for sheet in chosen for each in sheet.aside]
    aside += [_set_aside(found[number]) for number in choice.aside if found[number].marks]
    rows, unseen = _in_sight(_renumbered(chosen), workbook)
    copies = [found[number] for number in choice.copies]
    copies += [
        sheet
        for number in choice.aside
        if not (sheet := found[number]).marks and not _is_low(sheet)
    ]
    return Layout(
        tables=tuple(table for sheet in chosen for table in sheet.tables),
        rows=rows,
        other_rows=tuple(row for sheet in chosen for row in sheet.others),
        sheets=tuple(sheet.place for sheet in chosen),
        copies=tuple(sheet.name for sheet in sorted(copies, key=lambda sheet: sheet.place)),
        aside=tuple(sorted((*aside, *unseen), key=lambda each: each.sheet)),
        doubted=tuple((sheet.place, name) for sheet in chosen for name in sheet.doubted),
        version_written=_version_written(workbook, chosen, index),
    )


def _is_low(sheet: SheetFound) -> bool:
    """Tell a sheet that never answers for another: hidden, or called 前回, 例 and the like."""
    return not sheet.visible or sheet.calling.dead


def _as_place(sheet: SheetFound, *, apart: bool) -> Place:
    """Give a sheet as it stands among others, best first: in sight, hidden, a mere list.

    ``apart``: sheets bear different names (甲市_R8, 乙市), of which none is the newer one.
    """
    rank = int(sheet.calling.standing)
    if apart and sheet.calling.rest:
        rank = min(rank, int(Standing.PLAIN))
    if sheet.visible and not sheet.headed and not sheet.answers:
        rank -= 20
    elif not sheet.visible:
        rank -= 10
    return Place(
        rank=rank,
        calling=sheet.calling,
        items=sheet.items,
        filled=bool(sheet.answers),
        firm=not _is_low(sheet),
    )


def _believed(sheet: SheetFound) -> SheetFound:
    """Give a sheet that has no rival: one that is no answer by its name is read without any."""
    calling = sheet.calling
    if calling.standing is not Standing.DEAD or not sheet.marks:
        return sheet
    if calling.alone is Alone.NEVER or not sheet.visible:
        return replace(
            sheet,
            rows=tuple(without_answers(row) for row in sheet.rows),
            aside=(*sheet.aside, _set_aside(sheet)),
        )
    if calling.alone is Alone.TOLD:
        return replace(sheet, doubted=(sheet.name, *sheet.doubted))
    return sheet


def _set_aside(sheet: SheetFound) -> SetAside:
    return SetAside(
        sheet=sheet.place,
        called=sheet.calling.words,
        hidden=not sheet.visible,
        beside=sheet.example,
        marks=sheet.marks,
    )


def _in_sight(
    rows: Sequence[ItemRow], workbook: RawWorkbook
) -> tuple[tuple[ItemRow, ...], list[SetAside]]:
    """Leave out the hidden rows of items that have a row in sight, too."""
    if not any(row.hidden for row in rows):
        return tuple(rows), []
    seen = {row.item_id for row in rows if not row.hidden}
    kept = tuple(row for row in rows if not row.hidden or row.item_id not in seen)
    left: dict[int, list[tuple[str, CellKey]]] = {}
    for row in rows:
        if row.hidden and row.item_id in seen:
            cells = workbook.sheets[row.sheet].cells
            filled = [(row.item_id, key) for key in row.answer_cells if key in cells]
            left.setdefault(row.sheet, []).extend(filled)
    return kept, [
        SetAside(sheet=sheet, called="", hidden=True, head=marks[0][1], marks=tuple(marks))
        for sheet, marks in left.items()
        if marks
    ]


def _is_checklist(workbook: RawWorkbook, found: list[SheetFound], index: Index) -> bool:
    """Tell a checklist from a workbook that mentions some items by chance.

    An id with its title is hardly chance; an id alone (サービス1-1) or a title alone may be, and
    counts only beside a header, the caption, or many others. Ids whose rows ask something else,
    and texts or page numbers where answers would stand, speak against it.
    """
    ids: dict[str, Fit] = {}
    titles: set[str] = set()
    for hit in (hit for sheet in found for hit in sheet.found):
        if hit.matched_by is not MatchedBy.ID:
            titles.add(hit.item_id)
        else:
            ids[hit.item_id] = max(hit.fit, ids.get(hit.item_id, Fit.MENTION))
    strong = sum(fit is Fit.STRONG for fit in ids.values())
    bare = {item_id for item_id, fit in ids.items() if fit in (Fit.BARE, Fit.WEAK)}
    categories = {index.by_id[item_id].category for item_id in bare}
    headed = any(sheet.headed for sheet in found)
    surely = any(sheet.surely_headed for sheet in found)
    if _speaks_against(found, strong + len(titles), len({*ids, *titles})):
        return False
    captioned = _is_captioned(workbook, index)
    return (
        strong >= 3
        or bool(strong and headed)
        or len(titles) >= 10
        or bool(bare and surely)
        or (len(bare) >= 3 and headed and len(categories) > 1)
        or bool(headed and titles and len(titles) + len(bare) >= 5)
        or (captioned and (len(bare) >= 3 or bool(titles and headed)))
        or (len(bare) >= 10 and len(categories) > 1)
    )


def _speaks_against(found: list[SheetFound], named: int, items: int) -> bool:
    """Tell signs of another workbook: other questions under the ids, no answers beside them."""
    if all(sheet.example for sheet in found) and items < _EXAMPLE_ITEMS:
        return True
    if sum(sheet.alien for sheet in found) > max(named, 1):
        return True
    unlike = sum(sheet.unlike for sheet in found)
    if any(sheet.surely_headed for sheet in found):
        return False
    if any(sheet.headed for sheet in found) and named >= _MOST_ITEMS:
        return False  # a whole form answered in words of its own
    return unlike * 2 > sum(sheet.answers for sheet in found)


def _is_captioned(workbook: RawWorkbook, index: Index) -> bool:
    """Tell whether a cell carries the checklist's title."""
    return any(
        index.caption in squeeze(cell.text)
        for sheet in workbook.sheets
        for key, cell in sheet.cells.items()
        if key[0] < 10
    )


def _renumbered(chosen: list[SheetFound]) -> list[ItemRow]:
    """Number the tables of all chosen sheets through."""
    rows: list[ItemRow] = []
    before = 0
    for sheet in chosen:
        if before:
            rows.extend(replace(row, table=row.table + before) for row in sheet.rows)
        else:
            rows.extend(sheet.rows)
        before += len(sheet.tables)
    return rows


def _version_written(workbook: RawWorkbook, chosen: list[SheetFound], index: Index) -> str:
    """Give the name of another edition printed above the first item row, empty for none."""
    checklist = index.checklist
    own = {squeeze(word) for word in _editions(checklist.version)}
    for sheet in chosen:
        first = min(row.text_cell[0] for row in sheet.rows)
        for (row, _column), cell in workbook.sheets[sheet.place].cells.items():
            if row >= first or len(cell.text) > 120:
                continue
            key = squeeze(cell.text)
            for printed, name in checklist.old_versions.items():
                if squeeze(printed) in key:
                    return name
            if index.caption in key or fold(cell.text).startswith("別紙"):
                others = [word for word in _editions(cell.text) if squeeze(word) not in own]
                if others:
                    return tidy(cell.text)
    return ""


def _editions(text: str) -> list[str]:
    return [match[0] for match in _EDITION.finditer(fold(text).replace("−", "-"))]

"""Find the checklist in a workbook: RawWorkbook -> Layout, by item id and header, never by address.

The cheap way comes first: a cell whose folded text begins with a known id. Only what is left
over is compared with titles. Which sheets count is decided last, when it is known what each holds.
"""

import re
from collections.abc import Collection
from dataclasses import replace

from pipeline.locate.index import Fit, Index, index_of
from pipeline.locate.letters import squeeze
from pipeline.locate.rivals import settle
from pipeline.locate.table import SheetFound, read_sheet
from pipeline.model import Checklist, MatchedBy, RawWorkbook
from pipeline.model.layout import ItemRow, Layout
from pipeline.text import fold, tidy

_EDITION = re.compile(
    r"第?\s*(\d+(?:\.\d+)*)\s*版|ver(?:sion)?\.?\s*(\d+(?:\.\d+)*)|別紙\s*\d+(?:[-－]\d+)*"
)
_MOST_ITEMS = 28
_EXAMPLE_ITEMS = 10  # items from which a form filled in on its example sheet is believed


def locate(workbook: RawWorkbook, checklist: Checklist) -> Layout | None:
    """Find where the checklist's tables, columns and item rows are; None: there is none here.

    Hidden and example sheets are passed over unless they alone hold the checklist.
    """
    index = index_of(checklist)
    found = [
        sheet_found
        for place, sheet in enumerate(workbook.sheets)
        if (sheet_found := read_sheet(sheet, place, index)) is not None
    ]
    if not found or not _is_checklist(workbook, found, index):
        return None
    chosen, copies, hidden = _choose(found)
    return Layout(
        tables=tuple(table for sheet in chosen for table in sheet.tables),
        rows=tuple(_renumbered(chosen)),
        other_rows=tuple(row for sheet in chosen for row in sheet.others),
        sheets=tuple(sheet.place for sheet in chosen),
        copies=copies,
        hidden_copies=hidden,
        version_written=_version_written(workbook, chosen, index),
    )


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


def _choose(
    found: list[SheetFound],
) -> tuple[list[SheetFound], tuple[str, ...], tuple[str, ...]]:
    """Choose the sheets that count: parts of one checklist together, of copies the filled one.

    Of several filled copies the one counts that its name says is the latest or final; where no
    name tells, all are read, and `parse` keeps only what they agree on.
    """

    def standing(sheet: SheetFound) -> tuple[bool, bool, bool, int]:
        return (sheet.example, not sheet.visible, not sheet.answers, sheet.place)

    order = sorted(found, key=standing)
    if any(sheet.answers and not sheet.example for sheet in found) and not any(
        sheet.answers and sheet.visible and not sheet.example for sheet in found
    ):
        # only hidden sheets hold answers
        order.sort(key=lambda sheet: (sheet.example, not sheet.answers, sheet.place))
    filled = [sheet for sheet in order if sheet.answers and sheet.visible and not sheet.example]
    rivals: list[SheetFound] = []
    if len(filled) > 1 and all(_covers_again(sheet, filled[0].items) for sheet in filled[1:]):
        rivals = [filled[place] for place in settle([sheet.name for sheet in filled])]
        order = rivals + [sheet for sheet in order if sheet not in rivals]
    chosen: list[SheetFound] = []
    copies: list[SheetFound] = []
    hidden: list[SheetFound] = []
    covered: set[str] = set()
    for sheet in order:
        again = _covers_again(sheet, covered)
        if not chosen or (
            not again and not sheet.example and (sheet.visible or not sheet.items & covered)
        ):
            chosen.append(sheet)
            covered |= sheet.items
        elif sheet.example:
            continue
        elif not sheet.visible:
            if sheet.answers:
                hidden.append(sheet)
        else:
            copies.append(sheet)
            if sheet in rivals:
                chosen.append(sheet)
    chosen.sort(key=lambda sheet: sheet.place)
    copies.sort(key=lambda sheet: sheet.place)
    return chosen, tuple(each.name for each in copies), tuple(each.name for each in hidden)


def _covers_again(sheet: SheetFound, covered: Collection[str]) -> bool:
    """Tell whether a sheet holds for the most part items that stand elsewhere too."""
    return len(sheet.items.intersection(covered)) * 2 >= len(sheet.items)


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

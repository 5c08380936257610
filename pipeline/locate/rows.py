"""Find the item rows of one sheet: by id, by an id split over columns, by title."""

import re
from collections import Counter, defaultdict
from dataclasses import replace

from pipeline.locate.found import Found
from pipeline.locate.grid import Grid
from pipeline.locate.index import Fit, IdMatch, Index
from pipeline.locate.letters import loose, squeeze
from pipeline.locate.titles import by_title, has_titles
from pipeline.model import CellKey, CellKind, MatchedBy, RawSheet

_ID_START = re.compile(r"[\W\d_\u2460-\u24ff\u2776-\u2793]")


def find_rows(grid: Grid, index: Index) -> tuple[Found, ...]:
    """Give the item rows of a sheet, top down, at most one per row and band of columns."""
    found = _with_slips_of_the_pen(grid, index, _by_id(grid, index))
    found = found + _by_split_id(grid, index, found)
    if found or has_titles(grid, index):
        found = found + by_title(grid, index, found)
    return tuple(sorted(found, key=lambda each: (each.row, each.column)))


def is_worth_reading(sheet: RawSheet, index: Index) -> bool:
    """Tell cheaply whether a sheet may hold item rows; most foreign sheets end here."""
    if index.category(sheet.name):
        return True
    return any(
        cell.kind is CellKind.TEXT
        and index.may_begin(cell.text)
        and (
            index.match_id(cell.text) is not None
            or index.category(cell.text)
            or index.titled(squeeze(cell.text[:200]))
            or index.described(squeeze(cell.text[:200]))
        )
        for cell in sheet.cells.values()
    )


# by id


def _by_id(grid: Grid, index: Index) -> tuple[Found, ...]:
    hits: list[Found] = []
    for (row, column), cell in grid.sheet.cells.items():
        if cell.kind is CellKind.TEXT and index.may_begin(cell.text):
            match = index.match_id(cell.text)
            if match is not None:
                fit = _with_neighbours(grid, index, (row, column), match)
                hits.append(Found(row, column, match.item_id, fit))
    if not hits:
        return ()
    weight: Counter[int] = Counter()
    for hit in hits:
        weight[hit.column] += int(hit.fit)
    heaviest = max(weight.values())
    strong = Counter(hit.column for hit in hits if hit.fit is Fit.STRONG)
    strong_columns = {column for column, count in strong.items() if count > 1}
    by_row: dict[int, list[Found]] = defaultdict(list)
    for hit in hits:
        by_row[hit.row].append(hit)
    kept: list[Found] = []
    for row_hits in by_row.values():
        kept.extend(_best_of_row(row_hits, weight, strong_columns))
    sure = {hit.item_id for hit in kept if hit.fit is not Fit.MENTION}
    first = min((hit.row for hit in kept if hit.fit is not Fit.MENTION), default=None)
    return tuple(
        hit
        for hit in kept
        if (hit.fit is Fit.STRONG or weight[hit.column] * 4 >= heaviest)
        and (
            hit.fit is not Fit.MENTION
            or (hit.item_id not in sure and first is not None and hit.row > first)
        )
    )


def _with_neighbours(grid: Grid, index: Index, key: CellKey, match: IdMatch) -> Fit:
    """Count a title in a cell further right as the text of an id that stands alone."""
    if match.fit is not Fit.BARE:
        return match.fit
    row, column = key
    beside = (grid.text((row, other)) for other in grid.rows[row] if other > column)
    if any(index.has_title(match.item_id, squeeze(text)) for text in beside):
        return Fit.STRONG
    return Fit.BARE


def _best_of_row(hits: list[Found], weight: Counter[int], strong_columns: set[int]) -> list[Found]:
    """Keep one hit of a row, or one per table where tables stand side by side."""
    if len(hits) == 1:
        return hits
    beside = [hit for hit in hits if hit.fit is Fit.STRONG and hit.column in strong_columns]
    if len({hit.item_id for hit in beside}) > 1:
        return beside
    return [max(hits, key=lambda hit: (weight[hit.column], hit.fit, -hit.column))]


def _with_slips_of_the_pen(grid: Grid, index: Index, found: tuple[Found, ...]) -> tuple[Found, ...]:
    """Give a row with another row's id to the item whose title it carries, if nothing else is it.

    Only where the id's own row stands there too, and the title is that of one item alone.
    """
    rightful = {hit.item_id for hit in found if hit.fit is Fit.STRONG}
    known = {hit.item_id for hit in found}
    result = []
    for hit in found:
        if hit.fit is Fit.WEAK and hit.item_id in rightful:
            match = index.match_id(grid.text((hit.row, hit.column)))
            items = index.titled(squeeze(match.rest)) if match else ()
            if len(items) == 1 and items[0] not in known:
                result.append(replace(hit, item_id=items[0], matched_by=MatchedBy.TITLE))
                known.add(items[0])
                continue
        result.append(hit)
    return tuple(result)


# by an id split over columns


def _by_split_id(grid: Grid, index: Index, found: tuple[Found, ...]) -> tuple[Found, ...]:
    """Join neighbours (ガバナンス | ①-1 | title) and categories carried down from above."""
    taken = {hit.row for hit in found}
    category = index.category(grid.sheet.name)
    stem = ""  # ガバナンス① in a merged cell, its items numbered 1, 2, 3 beside it
    hits: list[Found] = []
    for row, columns in grid.rows.items():
        stem = next(filter(None, (index.stem(grid.text((row, col))) for col in columns[:3])), stem)
        labels = [column for column in columns if index.category(grid.text((row, column)))]
        if labels:
            category = index.category(grid.text((row, labels[0])))
        if row in taken:
            continue
        for place, column in enumerate(columns[:4]):
            text = grid.text((row, column))
            if not (_ID_START.match(text) or index.may_begin(text)):
                continue
            texts = [_number_text(grid, (row, each)) for each in columns[place : place + 4]]
            hit = _joined(texts, index, category)
            if hit is None and stem and texts[0] != stem:
                match = index.match_id(" ".join([stem, *texts]))
                hit = (match.item_id, match.fit) if match and match.fit is Fit.STRONG else None
            if hit is not None:
                named = index.category(texts[0]) and place + 1 < len(columns)
                hits.append(Found(row, columns[place + 1] if named else column, *hit))
                break
    votes = Counter(hit.column for hit in hits)
    return tuple(
        hit
        for hit in hits
        if hit.fit is Fit.STRONG or (hit.fit is not Fit.MENTION and votes[hit.column] >= 3)
    )


def _number_text(grid: Grid, key: CellKey) -> str:
    """Give a cell's text; a date that Excel made of 1-3 becomes 1-3 again."""
    cell = grid.cell(key)
    if cell is None:
        return ""
    if cell.kind is CellKind.DATE and len(cell.text) >= 10:
        return f"{int(cell.text[5:7])}-{int(cell.text[8:10])}"
    return cell.text


def _joined(texts: list[str], index: Index, category: str) -> tuple[str, Fit] | None:
    """Read an id out of neighbouring cells, the first of them the one it begins in."""
    first = texts[0]
    if len(first) > 200:
        return None
    number = index.match_number(first, category) if category else None
    if number is not None and _stands(number, texts, index):
        return number.item_id, Fit.STRONG
    if number is not None and number.fit is Fit.BARE and len(loose(first)) >= 3:
        return number.item_id, Fit.BARE
    for length in range(2, len(texts) + 1):
        joined = " ".join(texts[:length])
        match = index.match_id(joined)
        if match is None and category:
            match = index.match_number(joined, category)
        if match is None:
            continue
        if match.fit is Fit.STRONG or (match.fit is Fit.BARE and index.category(first)):
            return match.item_id, match.fit
    return None


def _stands(number: IdMatch, texts: list[str], index: Index) -> bool:
    """Tell whether the item's title follows its number, in the same cell or in a later one."""
    if number.fit is Fit.BARE:
        return any(index.has_title(number.item_id, squeeze(other)) for other in texts[1:])
    return number.fit is Fit.STRONG

"""Find the item rows of one sheet: by id, by an id split over columns, by title."""

import re
from collections import Counter, defaultdict
from dataclasses import replace

from pipeline.locate.found import Found
from pipeline.locate.grid import Grid
from pipeline.locate.index import Fit, HeaderKind, IdMatch, Index
from pipeline.locate.letters import squeeze
from pipeline.locate.titles import by_title, has_titles
from pipeline.model import CellKey, CellKind, MatchedBy, RawSheet

_HEADER_LENGTH = 40
_ID_START = re.compile(r"[\W\d_\u2460-\u24ff\u2776-\u2793]")


def find_rows(grid: Grid, index: Index) -> tuple[Found, ...]:
    """Give the item rows of a sheet, top down, at most one per row and band of columns."""
    heads = Heads(grid, index)
    found = _with_slips_of_the_pen(grid, index, _by_id(grid, index, heads), heads)
    found = found + _by_split_id(grid, index, found, heads)
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
            or index.recognised(cell.text)
        )
        for cell in sheet.cells.values()
    )


# by id


class Heads:
    """Which columns stand under a check or note header, so that no item begins there."""

    def __init__(self, grid: Grid, index: Index) -> None:
        self._rows: list[tuple[int, frozenset[int]]] = []
        for row, columns in grid.rows.items():
            texts = {column: grid.text((row, column)) for column in columns}
            kinds = {
                column: header.kind
                for column, text in texts.items()
                if len(text) <= _HEADER_LENGTH and (header := index.header(text)) is not None
            }
            if HeaderKind.MARK not in kinds.values() or any(map(index.match_id, texts.values())):
                continue
            self._rows.append(
                (
                    row,
                    frozenset(
                        each
                        for column, kind in kinds.items()
                        if kind is not HeaderKind.OTHER
                        for each in range(column, grid.area((row, column)).right + 1)
                    ),
                )
            )

    def answers(self, row: int, column: int) -> bool:
        """Tell whether the nearest header above puts a column among checks and notes."""
        above = next((columns for head, columns in reversed(self._rows) if head < row), None)
        return above is not None and column in above


def _by_id(grid: Grid, index: Index, heads: Heads) -> tuple[Found, ...]:
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
    for row, row_hits in by_row.items():
        own = [hit for hit in row_hits if not heads.answers(row, hit.column)]
        kept.extend(_best_of_row(own or row_hits, weight, strong_columns))
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
    if any(
        index.has_title(match.item_id, squeeze(text)) for text in beside if not index.category(text)
    ):
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


def _with_slips_of_the_pen(
    grid: Grid, index: Index, found: tuple[Found, ...], heads: Heads
) -> tuple[Found, ...]:
    """Let the title decide where a row carries one item's id and another's title.

    The text is what was read and answered; ids slip when a column is filled or moved by hand.
    Where several items share the title, the row is left to the search by title. An id whose row
    stands nowhere else is kept against a title that is found elsewhere too.
    """
    rightful = {hit.item_id for hit in found if hit.fit is Fit.STRONG}
    named = {(hit.row, hit.column): _other_items(grid, index, hit, heads) for hit in found}
    claims = Counter(items for items in named.values() if items)
    result = []
    for hit in found:
        items = named[hit.row, hit.column]
        if not items or rightful & set(items) or (len(items) == 1 and claims[items] > 1):
            result.append(hit)
        elif len(items) == 1:
            result.append(replace(hit, item_id=items[0], matched_by=MatchedBy.TITLE))
    return tuple(result)


def _other_items(grid: Grid, index: Index, hit: Found, heads: Heads) -> tuple[str, ...]:
    """Give the items whose whole title stands behind the id of a row, if it is not among them."""
    if hit.fit is Fit.STRONG or hit.fit is Fit.MENTION:
        return ()
    match = index.match_id(grid.text((hit.row, hit.column)))
    texts = [match.rest] if match is not None and match.rest else []
    if not texts:
        beside = [column for column in grid.rows[hit.row] if column > hit.column]
        texts = [
            grid.text((hit.row, column))
            for column in beside[:3]
            if not heads.answers(hit.row, column)
        ]
    items = next((found for text in texts if (found := index.titled(squeeze(text)))), ())
    return () if hit.item_id in items else items


# by an id split over columns


def _by_split_id(
    grid: Grid, index: Index, found: tuple[Found, ...], heads: Heads
) -> tuple[Found, ...]:
    """Join neighbours (ガバナンス | ①-1 | title) and categories carried down from above."""
    taken = {hit.row for hit in found}
    known = {hit.item_id for hit in found}
    category = index.category(grid.sheet.name)
    stem = ""  # ガバナンス① in a merged cell, its items numbered 1, 2, 3 beside it
    hits: list[Found] = []
    for row, filled in grid.rows.items():
        columns = [column for column in filled if not heads.answers(row, column)]
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
            if hit is not None and not (stem and hit[0] in known):
                named = index.category(texts[0]) and place + 1 < len(columns)
                hits.append(Found(row, columns[place + 1] if named else column, *hit))
                break
    return tuple(hit for hit in hits if hit.fit is Fit.STRONG or _is_id_column(hit, hits, index))


def _is_id_column(hit: Found, hits: list[Found], index: Index) -> bool:
    """Tell whether bare numbers in a column are ids: hardly one repeats, answers do.

    Two numbers (①-1) are an id's own shape; one alone (①) may be an answer, and counts only
    where the column names all items of the category, once each and in order.
    """
    if hit.fit is Fit.MENTION:
        return False
    column = [each for each in hits if each.column == hit.column and each.fit is not Fit.MENTION]
    if len({each.item_id for each in column}) * 10 < len(column) * 9:
        return False
    category = index.by_id[hit.item_id].category
    same = [each.item_id for each in column if index.by_id[each.item_id].category == category]
    if hit.fit is Fit.BARE and index.is_single(hit.item_id):
        return same == [item.id for item in index.items if item.category == category]
    return len(column) >= 3


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
    if number is not None and number.fit is Fit.BARE:
        return number.item_id, Fit.BARE
    bare: tuple[str, Fit] | None = None
    for length in range(2, len(texts) + 1):
        joined = " ".join(texts[:length])
        match = index.match_id(joined)
        if match is None and category:
            match = index.match_number(joined, category)
        if match is not None and match.fit is Fit.STRONG:
            return match.item_id, match.fit
        if match is not None and match.fit is Fit.BARE and index.category(first):
            bare = bare or (match.item_id, match.fit)
    return bare


def _stands(number: IdMatch, texts: list[str], index: Index) -> bool:
    """Tell whether the item's title follows its number, in the same cell or in a later one."""
    if number.fit is Fit.BARE:
        return any(
            index.has_title(number.item_id, squeeze(other))
            for other in texts[1:]
            if not index.category(other)
        )
    return number.fit is Fit.STRONG

"""Find the item rows of one sheet: by id, by an id split over columns, by title."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import replace
from functools import lru_cache

from pipeline.locate.grid import Grid
from pipeline.locate.head_words import HeaderKind
from pipeline.locate.index import Fit, IdMatch, Index
from pipeline.locate.item_hit import ItemHit
from pipeline.locate.letters import squeeze
from pipeline.locate.titles import by_title, has_titles
from pipeline.model import CellKey, CellKind, MatchedBy, RawSheet

_ID_START = re.compile(r"[\W\d_\u2460-\u24ff\u2776-\u2793]")


def find_rows(grid: Grid, index: Index) -> tuple[ItemHit, ...]:
    """Give the item rows of a sheet, top down, at most one per row and band of columns."""
    heads = Heads(grid)
    found = _with_slips_of_the_pen(grid, index, _by_id(grid, index, heads), heads)
    found = found + _by_split_id(grid, index, found, heads)
    if found or has_titles(grid):
        found = found + by_title(grid, index, found)
    return tuple(sorted(found, key=lambda each: (each.row, each.column)))


def is_worth_reading(sheet: RawSheet, index: Index) -> bool:
    """Tell cheaply whether a sheet may hold item rows; most foreign sheets end here."""
    if index.wording(sheet.name).category:
        return True
    texts = (cell.text for cell in sheet.cells.values() if cell.kind is CellKind.TEXT)
    return any(
        said.begins and (said.match is not None or said.category or said.items)
        for said in map(index.wording, texts)
    )


# by id


class Heads:
    """Which columns stand under a check or note header, so that no item begins there."""

    def __init__(self, grid: Grid) -> None:
        self._rows: list[int] = []
        self._columns: list[frozenset[int]] = []
        headed = {row for (row, _), said in grid.words.items() if said.short_header is not None}
        for row in sorted(headed):
            cells = grid.rows[row]
            kinds = {
                column: header.kind
                for column, said in cells.items()
                if (header := said.short_header) is not None
            }
            if HeaderKind.MARK not in kinds.values():
                continue
            if any(said.match is not None for said in cells.values()):
                continue
            self._rows.append(row)
            self._columns.append(
                frozenset(
                    each
                    for column, kind in kinds.items()
                    if kind is not HeaderKind.OTHER
                    for each in range(column, grid.right((row, column)) + 1)
                )
            )

    def above(self, row: int) -> frozenset[int]:
        """Give the columns that the nearest header above a row puts among checks and notes."""
        place = bisect_left(self._rows, row)
        return self._columns[place - 1] if place else frozenset()


def _by_id(grid: Grid, index: Index, heads: Heads) -> tuple[ItemHit, ...]:
    hits: list[ItemHit] = []
    for key, said in grid.words.items():
        if said.begins and said.match is not None and grid.is_text(key):
            fit = _with_neighbours(grid, index, key, said.match)
            hits.append(ItemHit(*key, said.match.item_id, fit))
    if not hits:
        return ()
    weight: dict[int, int] = {}
    by_row: dict[int, list[ItemHit]] = defaultdict(list)
    for hit in hits:
        weight[hit.column] = weight.get(hit.column, 0) + hit.fit
        by_row[hit.row].append(hit)
    heaviest = max(weight.values())
    strong = Counter([hit.column for hit in hits if hit.fit is Fit.STRONG])
    strong_columns = {column for column, count in strong.items() if count > 1}
    kept: list[ItemHit] = []
    for row, row_hits in by_row.items():
        if len(row_hits) > 1:
            answers = heads.above(row)
            own = [hit for hit in row_hits if hit.column not in answers]
            kept.extend(_best_of_row(own or row_hits, weight, strong_columns, answers))
        else:
            kept.extend(row_hits)
    sure = [hit for hit in kept if hit.fit is not Fit.MENTION]
    surely_named = {hit.item_id for hit in sure}
    first = min([hit.row for hit in sure], default=None)
    return tuple(
        hit
        for hit in kept
        if (hit.fit is Fit.STRONG or weight[hit.column] * 4 >= heaviest)
        and (
            hit.fit is not Fit.MENTION
            or (hit.item_id not in surely_named and first is not None and hit.row > first)
        )
    )


def _with_neighbours(grid: Grid, index: Index, key: CellKey, match: IdMatch) -> Fit:
    """Count a title in a cell further right as the text of an id that stands alone."""
    if match.fit is not Fit.BARE:
        return match.fit
    row, column = key
    beside = (said for other, said in grid.rows[row].items() if other > column)
    if any(index.has_title(match.item_id, said.key) for said in beside if not said.category):
        return Fit.STRONG
    return Fit.BARE


def _best_of_row(
    hits: list[ItemHit], weight: dict[int, int], strong_columns: set[int], answers: frozenset[int]
) -> list[ItemHit]:
    """Keep one hit of a row, or one per table where tables stand side by side.

    Two tables of the same items (前回, 今回) have check columns of their own between them.
    """
    if len(hits) == 1:
        return hits
    beside = [hit for hit in hits if hit.fit is Fit.STRONG and hit.column in strong_columns]
    first, last = min(hit.column for hit in hits), max(hit.column for hit in beside or hits)
    twice = len(beside) > 1 and any(first < column < last for column in answers)
    if len({hit.item_id for hit in beside}) > 1 or twice:
        return beside
    return [max(hits, key=lambda hit: (weight[hit.column], hit.fit, -hit.column))]


def _with_slips_of_the_pen(
    grid: Grid, index: Index, found: tuple[ItemHit, ...], heads: Heads
) -> tuple[ItemHit, ...]:
    """Let the title decide where a row carries one item's id and another's title.

    The text is what was read and answered; ids slip when a column is filled or moved by hand.
    Where several items share the title, the row is left to the search by title. An id whose row
    stands nowhere else is kept against a title that is found elsewhere too.
    """
    rightful = {hit.item_id for hit in found if hit.fit is Fit.STRONG}
    named = {(hit.row, hit.column): _other_items(grid, index, hit, heads) for hit in found}
    claims = Counter([items for items in named.values() if items])
    if not claims:
        return found
    result = []
    for hit in found:
        items = named[hit.row, hit.column]
        if not items or rightful & set(items) or (len(items) == 1 and claims[items] > 1):
            result.append(hit)
        elif len(items) == 1:
            result.append(replace(hit, item_id=items[0], matched_by=MatchedBy.MOVED))
    return _of_an_older_edition(tuple(result), index)


def _of_an_older_edition(found: tuple[ItemHit, ...], index: Index) -> tuple[ItemHit, ...]:
    """Let `was` decide on a form of an older edition where neither number nor title is this one's.

    Where numbers have moved, a number before a text that is not its item's is the number of then:
    it is the item that says so (`was`), or no item of this form, never the one that has it now.
    """
    renumbered = {_section(hit, index) for hit in found if hit.matched_by is MatchedBy.MOVED}
    if not renumbered:
        return found
    then = {old: item.id for item in index.items for _, old in item.was if old}
    kept = []
    for hit in found:
        if (
            hit.matched_by is MatchedBy.MOVED
            or hit.fit is not Fit.WEAK
            or _section(hit, index) not in renumbered
        ):
            kept.append(hit)
        elif hit.item_id in then:
            kept.append(replace(hit, item_id=then[hit.item_id], matched_by=MatchedBy.MOVED))
    return tuple(kept)


def _section(hit: ItemHit, index: Index) -> tuple[str, str]:
    item = index.by_id[hit.item_id]
    return item.category, item.section


def _other_items(grid: Grid, index: Index, hit: ItemHit, heads: Heads) -> tuple[str, ...]:
    """Give the items whose whole title stands behind the id of a row, if it is not among them."""
    if hit.fit is Fit.STRONG or hit.fit is Fit.MENTION:
        return ()
    match = grid.at((hit.row, hit.column)).match
    if match is not None and match.rest:
        items = index.titled(squeeze(match.rest))
        return () if hit.item_id in items else items
    answers = heads.above(hit.row)
    beside = [column for column in grid.rows[hit.row] if column > hit.column]
    texts = [grid.at((hit.row, column)) for column in beside[:3] if column not in answers]
    items = next((said.titled for said in texts if said.titled), ())
    return () if hit.item_id in items else items


# by an id split over columns


def _by_split_id(
    grid: Grid, index: Index, found: tuple[ItemHit, ...], heads: Heads
) -> tuple[ItemHit, ...]:
    """Join neighbours (ガバナンス | ①-1 | title) and categories carried down from above."""
    taken = {hit.row for hit in found}
    known = {hit.item_id for hit in found}
    category = index.wording(grid.sheet.name).category
    stem = ""  # ガバナンス① in a merged cell, its items numbered 1, 2, 3 beside it
    labelled = {
        row for (row, _), said in grid.words.items() if said.begins and (said.category or said.stem)
    }
    hits: list[ItemHit] = []
    for row, filled in grid.rows.items():
        if row in taken and row not in labelled:
            continue
        answers = heads.above(row)
        cells = [(column, said) for column, said in filled.items() if column not in answers]
        for _, said in reversed(cells[:3]):
            stem = said.stem or stem
        for _, said in reversed(cells):
            category = said.category or category
        if row in taken:
            continue
        for place, (column, said) in enumerate(cells[:4]):
            if not (said.begins or _ID_START.match(said.text)):
                continue
            texts = tuple(_number_text(grid, (row, each)) for each, _ in cells[place : place + 4])
            hit = _joined(texts, index, category)
            if hit is None and stem and texts[0] != stem:
                match = index.wording(" ".join([stem, *texts])).match
                hit = (match.item_id, match.fit) if match and match.fit is Fit.STRONG else None
            if hit is not None and not (stem and hit[0] in known):
                named = index.wording(texts[0]).category and place + 1 < len(cells)
                hits.append(ItemHit(row, cells[place + 1][0] if named else column, *hit))
                break
    return tuple(hit for hit in hits if hit.fit is Fit.STRONG or _is_id_column(hit, hits, index))


def _is_id_column(hit: ItemHit, hits: list[ItemHit], index: Index) -> bool:
    """Tell whether bare numbers in a column are ids: hardly one repeats, answers do.

    Two numbers (①-1) are an id's own shape; one alone (①) may be an answer, and counts only
    where the column names all items of the category, once each and in order.
    """
    column = [each for each in hits if each.column == hit.column]
    if len({each.item_id for each in column}) * 10 < len(column) * 9:
        return False
    category = index.by_id[hit.item_id].category
    same = [each.item_id for each in column if index.by_id[each.item_id].category == category]
    if hit.fit is Fit.BARE and index.is_single(hit.item_id):
        return same == [item.id for item in index.items if item.category == category]
    return len(column) >= 3


def _number_text(grid: Grid, key: CellKey) -> str:
    """Give a cell's text; a date that Excel made of 1-3 becomes 1-3 again."""
    cell = grid.sheet.cells[key]
    if cell.kind is CellKind.DATE and len(cell.text) >= 10:
        return f"{int(cell.text[5:7])}-{int(cell.text[8:10])}"
    return cell.text


@lru_cache(maxsize=4096)
def _joined(texts: tuple[str, ...], index: Index, category: str) -> tuple[str, Fit] | None:
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
        match = index.wording(joined).match
        if match is None and category:
            match = index.match_number(joined, category)
        if match is not None and match.fit is Fit.STRONG:
            return match.item_id, match.fit
        if match is not None and match.fit is Fit.BARE and index.wording(first).category:
            bare = bare or (match.item_id, match.fit)
    return bare


def _stands(number: IdMatch, texts: tuple[str, ...], index: Index) -> bool:
    """Tell whether the item's title follows its number, in the same cell or in a later one."""
    if number.fit is Fit.BARE:
        return any(
            index.has_title(number.item_id, other.key)
            for other in map(index.wording, texts[1:])
            if not other.category
        )
    return number.fit is Fit.STRONG

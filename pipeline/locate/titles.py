"""Find item rows whose id is gone, by their titles; twins are told apart or left to nobody."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise

from pipeline.locate.grid import Grid
from pipeline.locate.index import Fit, Index
from pipeline.locate.item_hit import ItemHit
from pipeline.locate.wording import Wording
from pipeline.model import MatchedBy

_MIN_TITLE = 5  # squeezed letters a text needs before it may be a title
_NEAR = 84.0  # rapidfuzz ratio from which a text is a mistyped title


def has_titles(grid: Grid) -> bool:
    """Tell whether a sheet without ids carries the checklist's titles all the same."""
    hits: set[str] = set()
    for key, said in grid.words.items():
        if said.begins and grid.is_text(key):
            hits.update(said.items[:1])
            if len(hits) >= 3:
                return True
    return False


def _in_order(known: dict[int, ItemHit], index: Index) -> bool:
    """Tell whether the known rows stand in the form's order, so that neighbours tell."""
    places = [index.order[known[row].item_id] for row in sorted(known)]
    descents = sum(later < earlier for earlier, later in pairwise(places))
    return descents * 10 <= len(places)


@dataclass(frozen=True, slots=True)
class _Candidate:
    row: int
    column: int
    items: tuple[str, ...]
    category: str


def by_title(grid: Grid, index: Index, found: tuple[ItemHit, ...]) -> tuple[ItemHit, ...]:
    """Give the rows that are known by their title, where one item alone can be meant."""
    missing = set(index.order) - {hit.item_id for hit in found}
    if not missing:
        return ()
    waiting = _candidates(grid, index, found)
    known: dict[int, ItemHit] = {hit.row: hit for hit in found}
    added: list[ItemHit] = []
    neighbours: list[int] = []  # none in the first pass: titles that tell by themselves come first
    while waiting:
        claims: dict[str, list[_Candidate]] = defaultdict(list)
        for candidate in waiting:
            choice = _decide(candidate, missing, known, neighbours, index)
            if choice:
                claims[choice].append(candidate)
        single = {item_id: each[0] for item_id, each in claims.items() if len(each) == 1}
        for item_id, candidate in single.items():
            hit = ItemHit(candidate.row, candidate.column, item_id, Fit.STRONG, MatchedBy.TITLE)
            known[hit.row] = hit
            added.append(hit)
            missing.discard(item_id)
            waiting.remove(candidate)
        before, neighbours = neighbours, sorted(known) if _in_order(known, index) else []
        if not single and neighbours == before:
            break
    return tuple(added)


def _candidates(grid: Grid, index: Index, found: tuple[ItemHit, ...]) -> list[_Candidate]:
    by_row = {hit.row: hit.item_id for hit in found}
    columns = _title_columns(grid, index, found)
    category = index.wording(grid.sheet.name).category
    last = ""  # the item whose text the row may carry on
    result: list[_Candidate] = []
    for row, cells in grid.rows.items():
        category = next((said.category for said in cells.values() if said.category), category)
        if row in by_row:
            last = by_row[row]
            continue
        for column, said in cells.items():
            if column not in columns or said.category or not grid.is_text((row, column)):
                continue
            twin = len(cells) > 1 and said.titled
            if last and len(said.key) > 2 and said.key in index.whole[last] and not twin:
                break  # the next line of the item above
            items = _items_of(said, index, near=bool(found))
            if items:
                last = items[0] if len(items) == 1 else ""
                result.append(_Candidate(row, column, items, category))
                break
    return result


def _items_of(said: Wording, index: Index, *, near: bool) -> tuple[str, ...]:
    """Give the items a text without an id may stand for; several where titles are alike."""
    key = said.key
    if len(key) < _MIN_TITLE or index.is_heading(key) or said.legend or said.header is not None:
        return ()
    items = index.named_after(said.text, said.titled) or said.items
    if not items and near:
        items = index.near(key, cutoff=_NEAR)
    return index.narrow(items, key) if len(items) > 1 else items


def _title_columns(grid: Grid, index: Index, found: tuple[ItemHit, ...]) -> set[int]:
    """Give the columns where titles may stand: those of the ids, or of the titles beside them."""
    votes: Counter[int] = Counter()
    for hit in found:
        if hit.matched_by is MatchedBy.ID:
            votes[hit.column] += 1
            for column, said in grid.row(hit.row).items():
                named = index.has_title(hit.item_id, said.key) and not said.category
                if column != hit.column and named:
                    votes[column] += 1
    if not votes:
        for key, said in grid.words.items():
            if said.items and grid.is_text(key):
                votes[key[1]] += 1
    most = max(votes.values(), default=0)
    return {column for column, count in votes.items() if count * 4 >= most}


def _decide(
    candidate: _Candidate,
    missing: set[str],
    known: dict[int, ItemHit],
    rows: list[int],
    index: Index,
) -> str:
    """Choose the item of a title, empty where more than one is left that it could be."""
    options = [item_id for item_id in candidate.items if item_id in missing]
    if not options:
        return ""
    if len(candidate.items) == 1:
        return options[0]
    if candidate.category:
        inside = [
            each for each in candidate.items if index.by_id[each].category == candidate.category
        ]
        if len(inside) == 1:
            return inside[0] if inside[0] in missing else ""
        if inside:
            options = [each for each in options if each in inside]
    if not rows:
        return ""
    above = max((row for row in rows if row < candidate.row), default=None)
    below = min((row for row in rows if row > candidate.row), default=None)
    before = index.order[known[above].item_id] if above is not None else -1
    after = index.order[known[below].item_id] if below is not None else len(index.order)
    # between its neighbours only one may have its place, whether its own row was found or not
    between = [each for each in candidate.items if before < index.order[each] < after]
    return between[0] if len(between) == 1 and between[0] in options else ""

"""Signs that a sheet with known ids or titles is no return: foreign questions, texts, summaries."""

import re

from rapidfuzz import fuzz

from pipeline.locate.columns import Columns
from pipeline.locate.grid import Grid
from pipeline.locate.guess import above
from pipeline.locate.index import EXAMPLE, Fit, Index
from pipeline.locate.item_hit import ItemHit
from pipeline.locate.letters import squeeze
from pipeline.model import CellKey, MatchedBy
from pipeline.texts.respondents import is_organisation

_LETTERS = re.compile(r"[\d\u2460-\u2473]")
_SYMBOL = re.compile(r"[^\d]?")  # レ, v, nothing but signs
_SAME_QUESTION = 60.0  # likeness from which a respondent's own words still ask the same


def is_unlike(grid: Grid, keys: tuple[CellKey, ...]) -> bool:
    """Tell whether what stands in a row's check cells looks like no answer at all."""
    written = [said for key in keys if not (said := grid.at(key)).blank]
    for said in written:
        if said.mark_like or said.legend or _SYMBOL.fullmatch(said.key):
            return False
    return bool(written)


def is_alien(grid: Grid, index: Index, hit: ItemHit, columns: Columns) -> bool:
    """Tell whether a row that has an item's id asks something else."""
    if hit.fit is Fit.STRONG or hit.matched_by is not MatchedBy.ID:
        return False
    whole = index.whole[hit.item_id]
    apart = {*columns.apart, *columns.rivals}
    for column, said in grid.rows[hit.row].items():
        key = squeeze(said.match.rest) if said.match is not None else said.key
        if column in apart or len(_LETTERS.sub("", key)) < 3 or said.category:
            continue
        if key not in whole and fuzz.partial_ratio(key, whole) < _SAME_QUESTION:
            return True
    return False


def is_summary(grid: Grid, columns: Columns, hits: list[ItemHit]) -> bool:
    """Tell a table of several organisations' answers, or of counts, from one return."""
    top = hits[0].row
    if columns.rivals and columns.mark is not None:
        names = [above(grid, top, column) for column in (columns.mark, *columns.rivals)]
        if sum(is_organisation(name) for name in names) * 2 > len(names):
            return True
        numbers = [
            sum(grid.is_number((hit.row, column)) for column in (columns.mark, *columns.rivals))
            for hit in hits
        ]
        return len(names) > 2 and sum(count > 2 for count in numbers) * 2 > len(hits)
    return False


def is_captioned_example(grid: Grid, first: int) -> bool:
    """Tell whether a row above the first item says 記入例 and nothing more: no head of a column."""
    return any(
        len(said.key) <= 8
        and (found := EXAMPLE.search(said.key)) is not None
        and len(said.key) - len(found[0]) <= 3
        for row in range(max(0, first - 8), first)
        if len(grid.row(row)) == 1
        for said in grid.row(row).values()
    )

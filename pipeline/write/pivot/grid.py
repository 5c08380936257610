"""The numbers of each table and its place on the sheet; the cells and the XML both follow it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pipeline.frame.columns import together
from pipeline.model import address
from pipeline.write.pivot.cache import Cache, build_cache
from pipeline.write.pivot.model import PivotDesign, PivotSource, PivotTable

CAPTION_ROW = 3
PAGE_ROW = 4  # Excel wants one empty row between the page filter and the body
BODY_ROW = 6
FIRST_COLUMN = 2  # the slicers stand to the left
TOTAL_CAPTION = "総計"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table with its counts, at a 0-based place.

    ``rows`` and ``columns`` are the item indices that are shown, in display order, a row having
    one for each label column; what has no counted row is left out, as Excel does. ``counts`` has
    no zero.
    """

    table: PivotTable
    rows: tuple[tuple[int, ...], ...]
    columns: tuple[int, ...]
    counts: Mapping[tuple[tuple[int, ...], int], int]
    page: int | None  # the item index of the page filter
    left: int

    def row_totals(self) -> Counter[tuple[int, ...]]:
        """Give the total of each row."""
        totals: Counter[tuple[int, ...]] = Counter()
        for (row, _), count in self.counts.items():
            totals[row] += count
        return totals

    def column_totals(self) -> Counter[int]:
        """Give the total of each column item."""
        totals: Counter[int] = Counter()
        for (_, column), count in self.counts.items():
            totals[column] += count
        return totals

    @property
    def first_number(self) -> int:
        """Give the 0-based column right of the labels."""
        return self.left + len(self.table.labels)

    @property
    def bottom(self) -> int:
        """Give the 0-based row of the totals."""
        return BODY_ROW + 2 + len(self.rows)

    @property
    def right(self) -> int:
        """Give the 0-based column of the totals."""
        return self.first_number + len(self.columns)

    @property
    def area(self) -> str:
        """Give the range of the body without the page filter."""
        return f"{address(BODY_ROW, self.left)}:{address(self.bottom, self.right)}"


class Pivots(NamedTuple):
    """All tables over a source, counted."""

    cache: Cache
    design: PivotDesign
    grids: tuple[Grid, ...]


def pivots_of(source: PivotSource, design: PivotDesign) -> Pivots:
    """Count every table of a design over a source with rows."""
    cache = build_cache(source, design)
    return Pivots(cache, design, _lay_out(cache, design))


def _lay_out(cache: Cache, design: PivotDesign) -> tuple[Grid, ...]:
    """Place every table, side by side with room for columns that a refresh may bring."""
    grids = []
    left = FIRST_COLUMN
    for table in design.tables:
        grid = _count(cache, table, left)
        grids.append(grid)
        known = max(
            len(cache.items[table.columns].values), len(design.orders.get(table.columns, ()))
        )
        left += len(table.labels) + known + 2  # the totals and one empty column
    return tuple(grids)


def _count(cache: Cache, table: PivotTable, left: int) -> Grid:
    fields = [*table.labels, table.columns, *([table.page[0]] if table.page else [])]
    axes = [cache.items[name] for name in fields]
    columns = [cache.source.columns[cache.column(name)] for name in fields]
    # Combinations of codes are counted first and looked up afterwards: few of them differ.
    combined = together(lambda *values: values, *columns)
    counted = zip(combined.values, np.bincount(combined.codes).tolist(), strict=True)
    page = None
    if table.page is not None:
        page_field, value = table.page
        try:
            page = cache.items[page_field].find(value)
        except KeyError:
            page = None  # no such answer this month: Excel shows all
    counts: Counter[tuple[tuple[int, ...], int]] = Counter()
    for values, count in counted:
        found = [items.find(value) for items, value in zip(axes, values, strict=True)]
        *row, across = found[: len(table.labels) + 1]
        if page is None or found[-1] == page:
            counts[tuple(row), across] += count
    return Grid(
        table=table,
        rows=tuple(sorted({row for row, _ in counts})),
        columns=tuple(sorted({column for _, column in counts})),
        counts=dict(counts),
        page=page,
        left=left,
    )

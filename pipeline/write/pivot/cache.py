"""The pivot cache as values: the items of each axis field, and the records in their XML form.

Excel compares items without regard to case; two shared items that differ only by case make it
repair the file, so the first spelling stands for all, as after a refresh in Excel itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.frame.columns import Coded
from pipeline.write.pivot.cells import LONG_TEXT, attribute, number
from pipeline.write.pivot.model import Cell, PivotDesign, PivotSource
from pipeline.write.safe import cell_text
from pipeline.write.table import joined

DATA_CAPTION: Final = "件数"  # the name of the counts
BLANK_LABEL: Final = "(空白)"  # what Japanese Excel shows for an empty cell on an axis
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<pivotCacheRecords '
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="{}">'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """The values of an axis field in display order; None is the empty cell and comes last."""

    values: tuple[str | None, ...]
    index: Mapping[str | None, int]  # by case-folded value

    def labels(self) -> tuple[str, ...]:
        """Give the values as they are shown."""
        return tuple(BLANK_LABEL if value is None else value for value in self.values)

    def find(self, value: Cell) -> int:
        """Give the index of a cell's value. Raises KeyError where it is none of the items."""
        return self.index[_key(value)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """A source with the items of those fields that stand on an axis, a page or a slicer."""

    source: PivotSource
    items: Mapping[str, Items]

    def column(self, field: str) -> int:
        """Give the 0-based column of a field. Raises ValueError for a name not in the header."""
        return self.source.header.index(field)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the cache definition must say about a field that is not enumerated."""

    texts: bool
    numbers: tuple[float, float] | None  # smallest and largest
    whole: bool
    blanks: bool
    long: bool


def build_cache(source: PivotSource, design: PivotDesign) -> Cache:
    """Collect the items of every field of the design. Raises ValueError for an unknown field."""
    if DATA_CAPTION in source.header:
        raise ValueError(f"{DATA_CAPTION} is a field already; Excel takes no second one")
    ascending = {table.rows for table in design.tables if table.sorted_rows}
    items = {}
    for name in design.fields():
        found: dict[str | None, str | None] = {}
        for value in source.columns[source.header.index(name)].values:
            if isinstance(value, (int, float)):
                raise TypeError(f"{name}: a number stands on an axis; give the label as text")
            found.setdefault(_key(value), cell_text(value) if value else None)
        items[name] = _arrange(found, design.orders.get(name, ()), ascending=name in ascending)
    return Cache(source=source, items=items)


def _arrange(
    found: Mapping[str | None, str | None], order: Sequence[str], *, ascending: bool
) -> Items:
    """Put values in display order: the given one, then by text or as they came, blank last."""
    texts = [value for value in found.values() if value is not None]
    if ascending:
        texts.sort()
    rank = {_key(value): place for place, value in enumerate(order)}
    texts.sort(key=lambda text: rank.get(_key(text), len(rank)))  # stable
    values = (*texts, *([None] if None in found else []))
    return Items(values=values, index={_key(value): place for place, value in enumerate(values)})


def _key(value: Cell) -> str | None:
    return cell_text(str(value)).casefold() if value not in (None, "") else None


def describe(column: Coded) -> Facts:
    """Tell what kinds of value a column holds."""
    numbers = [value for value in column.values if isinstance(value, (int, float))]
    texts = [value for value in column.values if isinstance(value, str) and value]
    return Facts(
        texts=bool(texts),
        numbers=(min(numbers), max(numbers)) if numbers else None,
        whole=all(value == int(value) for value in numbers),
        blanks=len(numbers) + len(texts) < len(column.values),
        long=max(map(len, texts), default=0) > LONG_TEXT,
    )


def record_pieces(cache: Cache) -> Iterator[bytes | memoryview]:
    """Give the part of the records in pieces, so that a large month needs no tree in memory."""
    source = cache.source
    made = [
        [_record(value, cache.items.get(name)) for value in column.values]
        for name, column in zip(source.header, source.columns, strict=True)
    ]
    yield _HEAD.format(source.count).encode()
    yield from joined(source.columns, made, before="<r>", after="</r>")
    yield b"</pivotCacheRecords>"


def _record(value: Cell, items: Items | None) -> str:
    if items is not None:
        return f'<x v="{items.find(value)}"/>'
    if value is None or value == "":
        return "<m/>"
    if isinstance(value, str):
        return f'<s v="{attribute(value)}"/>'
    return f'<n v="{number(value)}"/>'

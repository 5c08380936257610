"""Which check and note columns of a table are meant, told by the words over them alone.

What is filled in is looked at only to leave out columns that hold something else than answers.
"""

import re
from dataclasses import dataclass, replace
from functools import cached_property

from pipeline.locate.callings import Calling, Standing, settle
from pipeline.locate.grid import Grid
from pipeline.locate.guess import mark_score
from pipeline.locate.head_words import HeaderKind
from pipeline.locate.headers import HeaderRow
from pipeline.locate.index import Index
from pipeline.locate.item_hit import ItemHit
from pipeline.model import CellKey

_WIDEST = 8  # columns beyond the first that one header stands over
_LONGEST = 60
_ABOVE = 6  # rows above the first item in which a table without a known header may have heads
_BELOW = 3
_WORDS = 20  # letters of an answer in words
_CALLED_ONLY = 90  # the rank of a head that says whose or when, and nothing else
# Those who answer together for one body: what one of them leaves empty, another may fill in.
_PART = re.compile(r"(?:課|部|室|係|班|局|所|担当|主体|事業者|提供者|実施者|本社)$")


@dataclass(frozen=True, slots=True)
class Aside:
    """A column that does not answer. ``beside``: its head does not even ask for answers."""

    column: int
    called: str
    note: bool = False
    hidden: bool = False
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """A table's header with the columns that may be meant, and those that are left out.

    ``apart``: nobody here knows what the heads left say, so an empty cell under one contradicts
    an answer under another. ``alone`` is the column that is called dead and has no rival.
    """

    header: HeaderRow | None
    asides: tuple[Aside, ...] = ()
    apart: bool = False
    alone: Calling | None = None
    dues: tuple[int, ...] = ()  # the columns of the month of ②
    edge: int | None = None  # where the table beside this one begins

    @property
    def out(self) -> frozenset[int]:
        """The columns left out."""
        return frozenset(aside.column for aside in self.asides)


def settle_heads(
    grid: Grid, index: Index, header: HeaderRow | None, rows: list[ItemHit], edge: int | None
) -> Settled:
    """Leave out of a table's header the columns whose heads say that they are not meant."""
    # Long: the columns of marks, notes and months of one header are kept or left out together.
    heads = _Heads(grid, index, header, rows, edge)
    marks, named = heads.marks, heads.named
    group: dict[int, Calling] = {}
    if any(not calling.dead for calling in marks.values()):
        group = marks
    elif (
        marks or any(map(heads.may_answer, named)) or any(map(heads.holds_marks, heads.companions))
    ):
        group = {**named, **marks}
        if all(calling.dead for calling in group.values()):
            group.update(heads.unknown)
    kept = heads.kept(group)
    asides = [heads.aside(column) for column in group if column not in kept]
    asides += [
        heads.aside(column, beside=True)
        for column, calling in {**named, **heads.companions}.items()
        if column not in group
        and (calling.dead or (column in heads.hidden and (group or not heads.is_next(column))))
        and heads.holds_marks(column)
    ]
    notes = heads.notes
    kept_notes = heads.kept(notes)
    live = bool(kept) and not group[kept[0]].dead
    if kept_notes and live and notes[kept_notes[0]].standing is Standing.DEAD:
        kept_notes = []
    asides += [heads.aside(column, note=True) for column in notes if column not in kept_notes]
    alone = group[kept[0]] if kept and group[kept[0]].standing is Standing.DEAD else None
    rests = {
        group[column].unknown
        for column in kept
        if len(kept) == 1 or group[column].unknown or heads.is_answered(column)
    }
    apart = len(rests) > 1 and not all(_PART.search(rest) for rest in rests)
    dues = heads.dues
    if not asides and not heads.adds_to(header):
        return Settled(header, apart=apart, alone=alone, dues=dues, edge=edge)
    out = frozenset(aside.column for aside in asides)
    left = heads.restricted(kept, kept_notes, out)
    return Settled(left, tuple(asides), apart, alone, dues, edge)


class _Heads:
    """The words over the columns of one table."""

    def __init__(
        self,
        grid: Grid,
        index: Index,
        header: HeaderRow | None,
        rows: list[ItemHit],
        edge: int | None,
    ) -> None:
        self.grid = grid
        self.index = index
        self.header = header
        self.rows = rows
        self.edge = edge
        self.first = min(found.row for found in rows)
        self.texts = _text_columns(grid, index, rows)

    # columns by what their heads ask for

    @cached_property
    def marks(self) -> dict[int, Calling]:
        """The columns whose heads ask for answers: チェック欄, R8回答."""
        return {column: self.calling(column) for column in self.columns if column in self._ranks}

    @cached_property
    def named(self) -> dict[int, Calling]:
        """The columns whose heads say whose or when the answers are, and nothing else: 新, R8."""
        found: dict[int, Calling] = {}
        groups: set[CellKey] = set()
        for column in self.columns:
            if column in self._ranks or column in self.kinds:
                continue
            calling = self.calling(column)
            if not calling.telling:
                continue
            if self.written(column) and not self.may_answer(column):
                continue
            anchors = set(self.anchors(column))
            if anchors & groups and not self.holds_marks(column):
                continue  # the note column of one that is called 今回
            groups |= anchors
            found[column] = calling
        return found

    @cached_property
    def unknown(self) -> dict[int, Calling]:
        """The columns under words that nobody here knows, where no text stands."""
        found: dict[int, Calling] = {}
        for column in self.columns:
            if column in self._ranks or column in self.kinds or column in self.named:
                continue
            if self.caption(column) and (self.may_answer(column) or not self.written(column)):
                found[column] = self.calling(column)
        return found

    @cached_property
    def companions(self) -> dict[int, Calling]:
        """The columns that ask for something else by their heads and may hold answers: 前回."""
        found = {
            column: self.calling(column)
            for column, kind in self.kinds.items()
            if kind is HeaderKind.OTHER
        }
        for column in self.hidden:
            if column not in self.kinds and column not in self._ranks:
                found[column] = self.calling(column)
        return found

    @cached_property
    def notes(self) -> dict[int, Calling]:
        """The note columns."""
        return {
            column: self.calling(column)
            for column, kind in self.kinds.items()
            if kind is HeaderKind.NOTE
        }

    @property
    def dues(self) -> tuple[int, ...]:
        """The columns in sight that ask for the month of ②, but last time's and other people's."""
        columns = [column for column, kind in self.kinds.items() if kind is HeaderKind.DUE]
        callings = {column: self.calling(column) for column in columns}
        return tuple(
            column
            for column in self.kept({c: each for c, each in callings.items() if not each.dead})
            if column not in self.hidden
        )

    @cached_property
    def kinds(self) -> dict[int, HeaderKind]:
        """The columns under a known header that asks for no answers."""
        found = {column: self._kind(column) for column in self.columns}
        return {column: kind for column, kind in found.items() if kind is not None}

    def _kind(self, column: int) -> HeaderKind | None:
        said = [self.grid.at(key) for key in self.anchors(column)]
        heads = [(each, each.short_header) for each in said]
        kinds = [(each, head.kind) for each, head in heads if head is not None]
        if not kinds:
            noun = self.index.noun(self.caption(column)) if self.calling(column).telling else None
            return HeaderKind.NOTE if noun and noun.kind is HeaderKind.NOTE else None
        last, kind = kinds[-1]
        under_marks = any(each is HeaderKind.MARK for _, each in kinds)
        if kind is HeaderKind.MARK:
            return None
        if kind is HeaderKind.OTHER and under_marks and self.index.called(last.text).telling:
            return None  # チェック欄 over 前回 and 今回
        return kind

    @cached_property
    def _ranks(self) -> dict[int, int]:
        """The rank of each column whose head asks for answers."""
        ranks: dict[int, int] = {}
        spans = self.header.marks if self.header else ()
        for rank, left, right in sorted(spans, reverse=True):
            ranks.update(
                (column, rank)
                for column in range(left, min(right, left + _WIDEST) + 1)
                if column not in self.kinds or column == left
            )
        for column in self.columns:
            if column in ranks or column in self.kinds:
                continue
            calling = self.calling(column)
            if calling.rest and not calling.telling:
                continue
            noun = self.index.noun(self.caption(column))
            if noun is not None:
                ranks[column] = noun.rank
        return ranks

    # what stands over a column

    @cached_property
    def columns(self) -> list[int]:
        """The columns of the table that hold no item's text."""
        used = {column for found in self.rows for column in self.grid.row(found.row)}
        for row in self.head_rows:
            for column in self.grid.row(row):
                used.update(
                    range(column, min(self.grid.right((row, column)), column + _WIDEST) + 1)
                )
        left = -1 if self.edge is None else min(self.texts)
        right = max(used, default=0) + 1 if self.edge is None else self.edge
        return sorted(column for column in used - self.texts if left < column < right)

    @cached_property
    def head_rows(self) -> list[int]:
        """The rows that hold the heads, top down."""
        if self.header is None:
            rows = range(max(0, self.first - _ABOVE), self.first)
            return [row for row in rows if self._tells(row)][-_BELOW:]
        own = self.header.row
        above = []
        for row in (own - 1, own - 2):
            if row < 0 or not self._tells(row):
                break
            above.append(row)
        below = range(own, min(self.first, own + 1 + _BELOW) if self.first > own else own + 1)
        return [*reversed(above), *below]

    def _tells(self, row: int) -> bool:
        """Tell whether a row says nothing but whose or when the columns below it are.

        A date alone over one column is the day on which the form was filled in.
        """
        callings = {
            column: calling
            for column, said in self.grid.row(row).items()
            if column not in self.texts and said.text
            if (calling := self.index.called(said.text)).telling or said.header is None
        }
        telling = [calling for calling in callings.values() if calling.telling]
        if len(telling) > 1 or not telling:
            return bool(telling)
        (column,) = (column for column, calling in callings.items() if calling.telling)
        dated = telling[0].span is not None and self.grid.right((row, column)) == column
        return not dated and (len(callings) == 1 or self.header is None)

    def anchors(self, column: int) -> list[CellKey]:
        """Give the cells over a column, top down."""
        keys = dict.fromkeys(self.grid.anchor(row, column) for row in self.head_rows)
        return [key for key in keys if key[1] not in self.texts and key[0] < self.first]

    def caption(self, column: int) -> str:
        """Give the words over a column, without the legend."""
        said = [self.grid.at(key) for key in self.anchors(column)]
        return " ".join(
            each.text for each in said if 0 < len(each.text) <= _LONGEST and not each.legend
        )

    def calling(self, column: int) -> Calling:
        """Give what the words over a column say."""
        return self.index.called(self.caption(column))

    # choosing

    @cached_property
    def hidden(self) -> frozenset[int]:
        """The columns of the table that nobody sees."""
        if not self.grid.sheet.hidden_columns:
            return frozenset()
        return self.grid.sheet.hidden_columns.intersection(self.columns)

    def written(self, column: int) -> list[str]:
        """Give the texts that stand in a column beside the items."""
        keys = dict.fromkeys(self.grid.anchor(found.row, column) for found in self.rows)
        return [said.text for key in keys if not (said := self.grid.at(key)).blank]

    def may_answer(self, column: int) -> bool:
        """Tell whether what stands in a column may be answers: numbers, or words as short."""
        return (
            self.holds_marks(column) or 0 < max(map(len, self.written(column)), default=0) <= _WORDS
        )

    def holds_marks(self, column: int) -> bool:
        """Tell whether a column holds answers by what stands in it."""
        hits, misses = mark_score(self.grid, self.rows, column)
        return hits > misses

    def is_answered(self, column: int) -> bool:
        """Tell whether anything but what the form prints stands in a column."""
        grid = self.grid
        return any(grid.is_answered((grid.anchor(found.row, column),)) for found in self.rows)

    def is_next(self, column: int) -> bool:
        """Tell whether a column stands where the form has its answers."""
        return column == max(self.texts) + 1

    def kept(self, group: dict[int, Calling]) -> list[int]:
        """Give the columns of a group that may be meant: those seen, then by their names."""
        seen = [column for column in group if column not in self.hidden] or list(group)
        return [seen[place] for place in settle([group[column] for column in seen])] if seen else []

    def adds_to(self, header: HeaderRow | None) -> bool:
        """Tell whether columns ask for answers by heads that are no header's by themselves."""
        if header is None or header.options:
            return False
        known = {each for _, left, right in header.marks for each in range(left, right + 1)}
        return not known.issuperset(self.marks)

    def aside(self, column: int, *, note: bool = False, beside: bool = False) -> Aside:
        """Give a column that is left out."""
        called = " ".join(self.caption(column).split())
        return Aside(column, called, note, column in self.hidden, beside)

    def restricted(
        self, kept: list[int], notes: list[int], out: frozenset[int]
    ) -> HeaderRow | None:
        """Give the header with the columns left over."""
        if not kept:
            return self.header and replace(self.header, others=self.header.others | out)
        header = self.header
        return HeaderRow(
            row=header.row if header else self.head_rows[-1],
            marks=tuple(sorted((self._ranks.get(each, _CALLED_ONLY), each, each) for each in kept)),
            notes=tuple((0, each, each) for each in notes),
            others=(header.others if header else frozenset[int]()) | out,
            options=header.options if header else (),
        )


def _text_columns(grid: Grid, index: Index, rows: list[ItemHit]) -> frozenset[int]:
    """Give the columns that hold ids, titles and descriptions, told by three of the rows."""
    columns = {found.column for found in rows}
    for found in (rows[0], rows[len(rows) // 2], rows[-1]):
        whole = index.whole[found.item_id]
        columns.update(
            column
            for column, said in grid.row(found.row).items()
            if len(said.key) >= 4 and said.key[:20] in whole
        )
    return frozenset(columns)

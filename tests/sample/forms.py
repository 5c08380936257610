"""A returned form as pages of cells, before any file type: who lays it out how.

Rows and columns are 0-based. `workbooks` turns pages into bytes.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from pipeline.model import Area, Checklist, Item
from sample.hands import Entry, Way, Written

CellKey = tuple[int, int]


class Ids(StrEnum):
    """How the item ids look after somebody has typed the form again."""

    OFFICIAL = "official"
    NARROW = "narrow"  # half-width katakana
    RETYPED = "retyped"  # plain digits, another hyphen, spaces
    DELETED = "deleted"  # the title alone


class Split(StrEnum):
    """What shares a sheet."""

    ONE = "one"
    TABLE = "table"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What stands in a cell: text, or an answer with the way it was given."""

    text: str = ""
    style: str = "text"
    answer: Written | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One sheet. ``widths`` are characters by column, ``heights`` points by row."""

    name: str
    cells: Mapping[CellKey, Cell]
    merged: tuple[Area, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    widths: Mapping[int, float] = field(default_factory=dict)
    heights: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What became of the official layout. ``columns`` are in the order they stand on the sheet:
    category, item, mark, note, and any other word is a column the respondent added.
    """

    columns: tuple[str, ...] = ("category", "item", "mark", "note")
    split: Split = Split.ONE
    ids: Ids = Ids.OFFICIAL
    rows_above: int = 0  # inserted over the title
    remark_every: int = 0  # an inserted row of the respondent's own after every n items
    headers: tuple[str, str] = ("チェック欄", "補足説明欄（任意）")
    label: str = ""  # 団体名 … beside which the respondent stands, empty: nowhere inside
    date_label: str = ""
    hidden: frozenset[int] = frozenset()  # item numbers (0-based) whose rows are hidden
    merged_marks: tuple[tuple[int, int], ...] = ()  # first and last item of one check cell
    guide: bool = False  # a guidance sheet in front


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedForm:
    """One respondent's filled form: one entry per item, in the checklist's order."""

    respondent: str
    entries: tuple[Entry, ...]
    look: Look = Look()
    filled_on: str = ""  # as written: 令和8年11月5日
    project: str = ""  # beside 事業名

    def __post_init__(self) -> None:
        """A merged check cell holds one answer, so its items must mean the same."""
        for first, last in self.look.merged_marks:
            meant = {(e.status, e.due) for e in self.entries[first : last + 1]}
            if len(meant) != 1:
                raise ValueError(f"{self.respondent}: items {first}-{last} share a check cell")


def pages(form: ReturnedForm, checklist: Checklist) -> tuple[Page, ...]:
    """Lay a form out. Sheet names are what Excel users leave or type."""
    numbered = list(enumerate(checklist.items))
    groups: list[tuple[str, list[tuple[int, Item]]]]
    if form.look.split is Split.TABLE:
        groups = [
            (f"チェックシート{table + 1}", list(group))
            for table, group in groupby(numbered, key=lambda pair: pair[1].table)
        ]
    elif form.look.split is Split.CATEGORY:
        groups = [
            (category, list(group))
            for category, group in groupby(numbered, key=lambda pair: pair[1].category)
        ]
    else:
        groups = [("チェックシート", numbered)]
    laid = tuple(_Writer(form, checklist, name).page(items) for name, items in groups)
    return (_guide(), *laid) if form.look.guide else laid


class _Writer:
    """Fills one page from top to bottom; it lives for one page only."""

    def __init__(self, form: ReturnedForm, checklist: Checklist, name: str) -> None:
        self.form = form
        self.look = form.look
        self.checklist = checklist
        self.name = name
        self.row = form.look.rows_above
        self.cells: dict[CellKey, Cell] = {}
        self.merged: list[Area] = []
        self.hidden: set[int] = set()
        self.heights: dict[int, float] = {}
        self.rows: dict[int, int] = {}  # of each item
        self.column = {word: index for index, word in enumerate(form.look.columns)}

    def page(self, items: list[tuple[int, Item]]) -> Page:
        self._top()
        for table, group in groupby(items, key=lambda pair: pair[1].table):
            self._table(table, list(group))
        self._merge_marks()
        known = {"category": 6.0, "item": 62.0, "mark": 36.0, "note": 44.0}
        widths = {index: known.get(word, 12.0) for word, index in self.column.items()}
        return Page(
            name=self.name,
            cells=self.cells,
            merged=tuple(self.merged),
            hidden_rows=frozenset(self.hidden),
            widths=widths,
            heights=self.heights,
        )

    def _top(self) -> None:
        left = 0
        self.cells[(self.row, left)] = Cell(text=self.checklist.title, style="title")
        self.row += 1
        for label, value in (
            (self.look.label, self.form.respondent),
            ("事業名", self.form.project),
            (self.look.date_label, self.form.filled_on),
        ):
            if label and value:
                item = self.column["item"]
                self.cells[(self.row, item)] = Cell(text=label, style="label")
                self.cells[(self.row, item + 1)] = Cell(text=value)
                self.row += 1
        self.row += 1

    def _table(self, table: int, items: list[tuple[int, Item]]) -> None:
        mark, note = self.look.headers
        for word, index in self.column.items():
            text = {"mark": mark, "note": note, "category": "", "item": ""}.get(word, word)
            self.cells[(self.row, index)] = Cell(text=text, style="header")
        self.heights[self.row] = 18.75 * (1 + max(mark.count("\n"), note.count("\n")))
        self.row += 1
        legend_at = next(n for n, item in enumerate(self.checklist.items) if item.table == table)
        for category, group in groupby(items, key=lambda pair: pair[1].category):
            first_row = self.row
            for section, members in groupby(group, key=lambda pair: pair[1].section):
                if section:
                    self.cells[(self.row, self.column["item"])] = Cell(
                        text=section, style="heading"
                    )
                    self.row += 1
                for number, item in members:
                    self._item(number, item, legend=number == legend_at)
            self._category(category, first_row)
        self.row += 1

    def _category(self, category: str, first_row: int) -> None:
        if "category" not in self.column:
            return
        left = self.column["category"]
        self.cells[(first_row, left)] = Cell(text=category, style="category")
        if self.row - first_row > 1:
            self.merged.append(Area(top=first_row, left=left, bottom=self.row - 1, right=left))

    def _item(self, number: int, item: Item, *, legend: bool) -> None:
        entry = self.form.entries[number]
        text = f"{_item_id(item, self.look.ids)}{item.title}\n{item.description}"
        self.cells[(self.row, self.column["item"])] = Cell(text=text, style="item")
        for word in set(self.column) - {"category", "item", "mark", "note"}:
            text = str(number + 1) if word == "No." else ""
            self.cells[(self.row, self.column[word])] = Cell(text=text, style="note")
        self._mark(number, entry, legend=legend)
        self.cells[(self.row, self.column["note"])] = Cell(text=entry.note, style="note")
        if legend or _keeps_legend(entry.written):
            self.heights[self.row] = 78.0
        else:
            self.heights[self.row] = 18.75 * (2 + len(item.description) // 34)
        if number in self.look.hidden:
            self.hidden.add(self.row)
        self.row += 1
        if self.look.remark_every and (number + 1) % self.look.remark_every == 0:
            self.cells[(self.row, self.column["item"])] = Cell(text="（庁内確認用メモ）")
            self.row += 1

    def _merge_marks(self) -> None:
        column = self.column["mark"]
        for first, last in self.look.merged_marks:
            if first in self.rows:
                area = Area(top=self.rows[first], left=column, bottom=self.rows[last], right=column)
                self.merged.append(area)

    def _mark(self, number: int, entry: Entry, *, legend: bool) -> None:
        column = self.column["mark"]
        self.rows[number] = self.row
        if any(first < number <= last for first, last in self.look.merged_marks):
            return
        if entry.written.way is Way.UNTOUCHED:
            text = "\n".join(self.checklist.legend) if legend else ""
            self.cells[(self.row, column)] = Cell(text=text, style="mark")
        else:
            self.cells[(self.row, column)] = Cell(style="mark", answer=entry.written)


def _keeps_legend(written: Written) -> bool:
    return written.way in {Way.STRUCK, Way.BOLD, Way.COLOURED, Way.CIRCLED, Way.TICKED}


def _item_id(item: Item, ids: Ids) -> str:
    if ids is Ids.DELETED:
        return ""
    if ids is Ids.NARROW:
        return f"{_narrow(item.id)}："
    if ids is Ids.RETYPED:
        plain = "".join(_digits(item.id))
        return f"{plain} "
    return f"{item.id}："


def _digits(item_id: str) -> Iterator[str]:
    for character in item_id:
        yield {"-": "－"}.get(character, unicodedata.normalize("NFKC", character))


_NARROW = {
    unicodedata.normalize("NFKC", chr(code)): chr(code)
    for code in range(0xFF66, 0xFF9E)
} | {"\u3099": "\uff9e", "\u309a": "\uff9f"}  # fmt: skip


def _narrow(text: str) -> str:
    """Give katakana in half width, as old systems print it: ガ is ｶ and ﾞ."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(_NARROW.get(character, character) for character in apart)


def _guide() -> Page:
    lines = (
        "記入要領",
        "1. チェック欄には①～③のうち当てはまる番号を記入してください。",
        "2. ②の場合は予定月を（　）内に記入してください。",
        "3. 補足説明欄の記入は任意です。",
    )
    cells = {(row, 0): Cell(text=line) for row, line in enumerate(lines)}
    return Page(name="記入要領", cells=cells, widths={0: 80.0})

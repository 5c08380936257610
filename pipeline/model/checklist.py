"""An official checklist as data; `template` loads it from templates/<id>/checklist.toml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """What a check cell says. The values are fixed by the data files."""

    DONE = "done"
    PLANNED = "planned"
    NOT_PLANNED = "not_planned"
    NOT_APPLICABLE = "not_applicable"
    BLANK = "blank"
    UNCLEAR = "unclear"

    @property
    def code(self) -> int | None:
        """The number on the form (1, 2, 3), None where the form has none."""
        return _CODES.get(self)


_CODES = {Status.DONE: 1, Status.PLANNED: 2, Status.NOT_PLANNED: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the answers the form offers: ①既に対応済み."""

    number: int
    status: Status
    label: str  # without the number: 既に対応済み


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line to answer. ``id`` is the official one (ガバナンス①-1).

    ``was`` are pairs of an edition and the id of the same question there, empty where it had none;
    the edition before this one is named by an empty text. See `editions`.
    """

    id: str
    title: str
    description: str
    category: str
    section: str  # the heading above it, empty where the category has none
    table: int  # 0-based table of the form it stands in
    was: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """A checklist: items in form order, options, and the names its columns go by."""

    id: str
    version: str
    title: str
    source: str
    licence: str
    categories: tuple[str, ...]
    items: tuple[Item, ...]
    options: tuple[Option, ...]
    legend: tuple[str, ...]  # the lines printed in the first check cell of each table
    mark_headers: tuple[str, ...]  # チェック欄 and its variants
    note_headers: tuple[str, ...]  # 補足説明欄 and its variants
    respondent_labels: tuple[str, ...]  # 団体名, 事業者名 …
    date_labels: tuple[str, ...]  # 記入日 …
    headings: tuple[str, ...] = ()  # section headings and table captions: text, never answers
    file_words: tuple[str, ...] = ()  # words of the form's own file name (別紙3-2, チェックシート)
    # printed title or version of another edition -> its name, for rule L206
    old_versions: Mapping[str, str] = field(default_factory=dict)
    caption: str = ""  # the line printed at the head of the form; empty: the title
    other_headers: tuple[str, ...] = ()  # columns that hold neither (前回回答, 担当課 …)
    project_labels: tuple[str, ...] = ()  # 事業名, 提案名 …
    other_labels: tuple[str, ...] = ()  # labels of a form's head that name no respondent (電話 …)

    def item(self, item_id: str) -> Item:
        """Give the item of that id; KeyError where there is none."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)

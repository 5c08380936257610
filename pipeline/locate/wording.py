"""One text and what it says to a checklist, found out once however often it is asked.

Returned forms are copies of one form: nearly every cell of a file holds a text that stood in the
files before it, and every step of the search asks the same of it.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.locate.letters import squeeze
from pipeline.texts.folding import fold, is_blank, number_of
from pipeline.texts.months import split_due

if TYPE_CHECKING:
    from pipeline.locate.head_words import Header, HeaderKind
    from pipeline.locate.index import IdMatch, Index

_HEADER_LENGTH = 40
_LABEL_LENGTH = 12
_MARK_LENGTH = 60
_MONTH_LENGTH = 24
_TELLS_MONTH = re.compile(r"\d\s*月|[年期]|\d[./-]\d|[来今翌]月")
_SMALL_WORDS = re.compile(r"予定|完了|対応|実施|目途|目処|見込み?|まで|ころ|頃|中|末|内|に|の|を")
_FIRST_NUMBER = re.compile(r"^[\s(「【\[]*([\u2460-\u2473]|\d{1,2}(?![a-z]))(?!\d)")


class Wording:
    """A text as one checklist understands it. Get it from `Index.wording`, which remembers it."""

    def __init__(self, text: str, index: Index) -> None:
        self.text = text
        self._index = index

    @cached_property
    def folded(self) -> str:
        """The text as `fold` gives it."""
        return fold(self.text)

    @cached_property
    def key(self) -> str:
        """The text as `squeeze` gives it."""
        return squeeze(self.text)

    @cached_property
    def blank(self) -> bool:
        """Whether the text holds nothing but white space."""
        return is_blank(self.text)

    @cached_property
    def begins(self) -> bool:
        """Whether the text may begin with an id, a category or an item's text."""
        return self._index.may_begin(self.text)

    @cached_property
    def may_head(self) -> bool:
        """Whether the text may begin or end with the name of a head."""
        return self._index.may_head(self.text)

    @cached_property
    def match(self) -> IdMatch | None:
        """The item id at the start of the text."""
        return self._index.match_id(self.text)

    @cached_property
    def items(self) -> tuple[str, ...]:
        """The items that the text names without an id."""
        return () if self.category else self._index.recognised(self.text)

    @cached_property
    def titled(self) -> tuple[str, ...]:
        """The items whose title the text begins with."""
        return self._index.titled(self.key)

    @cached_property
    def category(self) -> str:
        """The category that the text is a caption of, empty for none."""
        return self._index.category_of(self.text)

    @cached_property
    def stem(self) -> str:
        """The text where it is an id without its last number, else nothing."""
        return self._index.stem(self.text)

    @cached_property
    def header(self) -> Header | None:
        """What the text says as the header of a column."""
        return self._index.header_of(self.text)

    @cached_property
    def short_header(self) -> Header | None:
        """The same, for a text that is short enough to stand over a column of answers."""
        return self.header if len(self.text) <= _HEADER_LENGTH else None

    @cached_property
    def label(self) -> HeaderKind | None:
        """What a cell on a card stands for that holds this: a head, or a noun of one (ご回答)."""
        head = self.short_header
        if head is None and 0 < len(self.text) <= _LABEL_LENGTH and not self.mark_like:
            noun = self._index.noun(self.text)  # the cheap look first: a note is hardly ever one
            head = None if noun and self._index.called(self.text).unknown else noun
        return head.kind if head is not None else None

    @cached_property
    def option(self) -> int | None:
        """The number of the option that the text names as a header."""
        return self._index.option(self.text)

    @cached_property
    def legend(self) -> bool:
        """Whether the text is nothing but printed lines of the legend."""
        return self._index.is_legend(self.text)

    @cached_property
    def month_like(self) -> bool:
        """Whether the text is a month and nothing more: 12月, 令和9年3月頃, 年度内."""
        folded = self.folded
        if not 1 < len(folded) <= _MONTH_LENGTH or not _TELLS_MONTH.search(folded):
            return False
        due, rest = split_due(folded, self._index.month)
        return bool(due.month) and not _SMALL_WORDS.sub("", squeeze(rest))

    @cached_property
    def mark_like(self) -> bool:
        """Whether the text looks like an answer: an option's number or words."""
        folded = self.folded
        if not folded or len(folded) > _MARK_LENGTH or self._index.is_heading(self.key):
            return False
        labels = self._index.option_labels
        number = _FIRST_NUMBER.match(folded)
        if number is not None:
            return 1 <= number_of(number[1]) <= len(labels)
        return any(label in self.key for label in labels)

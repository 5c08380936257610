"""What the words of a head say: answers, notes, a month, an option, or something else."""

import re
from dataclasses import dataclass
from enum import StrEnum

from pipeline.locate.callings import Names
from pipeline.locate.letters import NOISE, base_letter, loose, squeeze
from pipeline.model import Checklist
from pipeline.texts.folding import circled, number_of

# Heads of columns of which each stands for one option: ① 対応済, 予定（　月）, 3 なし
_OPTION_NUMBER = re.compile(r"[1-9\u2460-\u2468](?![\d\u2460-\u2473])")
_LETTERED = re.compile(r"^[アイウabc](?=[^ぁ-んァ-ヴーa-z])")
_OPTION_WORDS = (
    (3, re.compile(r"(?:なし|無し|無|ない|しません)\)?$")),
    (2, re.compile(r"^(?:今後|これから)(?:対応|実施|取組|策定)?$")),
    (1, re.compile(r"(?<!未)(?:済み?|ずみ|完了)$")),
    (
        2,
        re.compile(
            r"^(?:未(?:対応|実施|着手|策定)?\(?)?(?:今後|これから)?(?:対応|実施|取組|策定)?"
            r"(?:予定|する)(?:あり|有り?|月|時期|年月|○)*\)?$"
        ),
    ),
)
_SPACE = re.compile(r"\s")
_FRONT = re.compile(r"^[\W_]*")  # what stands before the words of a header


class HeaderKind(StrEnum):
    """What a column holds, told by its header."""

    MARK = "mark"
    NOTE = "note"
    DUE = "due"  # the month of ②
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Header:
    """A header cell: what its column holds, and how early in the alias list it stands."""

    kind: HeaderKind
    rank: int


class HeadWords:
    """The heads of one checklist. ``headings`` are its own, squeezed, that head no column."""

    def __init__(self, checklist: Checklist, headings: frozenset[str], callings: Names) -> None:
        self._checklist = checklist
        self._headings = headings
        self._callings = callings
        self._options = {
            squeeze(form): option.number
            for option in checklist.options
            for form in (
                option.label,
                f"{circled(option.number)}{option.label}",
                f"{option.number}{option.label}",
                f"{circled(option.number)}",
                f"{option.number}",
            )
        }
        for number, line in enumerate(checklist.legend[: len(checklist.options)], start=1):
            self._options[squeeze(line)] = number
        self._headers = (
            (HeaderKind.MARK, tuple(squeeze(name) for name in checklist.mark_headers)),
            (HeaderKind.NOTE, tuple(squeeze(name) for name in checklist.note_headers)),
            (HeaderKind.OTHER, tuple(squeeze(name) for name in checklist.other_headers)),
        )
        self._heads = tuple(name for _kind, names in self._headers for name in names)
        self._firsts = {base_letter(name[0]) for name in self._heads if name}
        self._lasts = {base_letter(name[-1]) for name in self._heads if name}
        self._nouns = tuple(name for _kind, names in self._headers[:2] for name in names)

    def option(self, text: str) -> int | None:
        """Give the number of the option that a header cell names, None for none.

        By the number in front, by words that say it (済, 予定, なし), or by both if they agree.
        """
        if len(text) >= 30:
            return None
        key = squeeze(text)
        if key in self._options:
            return self._options[key]
        found = _OPTION_NUMBER.match(key)
        words = key[found.end() :] if found else _LETTERED.sub("", key)
        said = next((number for number, says in _OPTION_WORDS if says.search(words)), None)
        if found is None:
            return said
        number = number_of(found[0])
        plain = number <= len(self._checklist.options) and key not in self._headings
        return number if plain and said in (number, None) else None

    def header_of(self, text: str) -> Header | None:
        """Tell what column a header cell stands over; None for a text that is no header."""
        if len(text) > 120:
            return None
        header = self._named_header(text)
        if header is not None and header.kind is not HeaderKind.OTHER:
            return header
        if header is not None and self._callings.ends_as_answers(text):  # 担当課回答
            return Header(HeaderKind.MARK, len(self._checklist.mark_headers))
        return Header(HeaderKind.DUE, 0) if self._callings.asks_for_due(squeeze(text)) else header

    def may_head(self, text: str) -> bool:
        """Tell cheaply whether a text may begin or end with the name of a head: few notes do."""
        return _end(text, 0) in self._firsts or _end(text[::-1], -1) in self._lasts

    def _named_header(self, text: str) -> Header | None:
        compact = squeeze(text)
        if not (compact.startswith(self._heads) or compact.endswith(self._heads)):
            return None  # nearly every text: one look at all names instead of one at each
        head = _FRONT.sub("", _SPACE.sub("", loose(text)))
        kinds = dict(self._headers)
        if compact not in kinds[HeaderKind.MARK] and any(
            _begins_word(head, name) for name in kinds[HeaderKind.OTHER]
        ):
            return Header(HeaderKind.OTHER, 0)
        for kind in (HeaderKind.MARK, HeaderKind.NOTE):
            for rank, name in enumerate(kinds[kind]):
                if compact.startswith(name) and _is_header(head, compact, name):
                    return Header(kind, rank)
        for kind in (HeaderKind.MARK, HeaderKind.NOTE):
            # an addition in front: 「今回のチェック欄」「貴団体の補足説明」
            name = kinds[kind][0]
            if len(compact) <= len(name) + 12 and compact.endswith(name):
                return Header(kind, len(kinds[kind]))
        return None

    def asks_for_answers(self, text: str) -> bool:
        """Tell whether a head may answer where the check column is as sent."""
        head = self.header_of(text) or self.noun(text)
        headed = head is not None and head.kind is HeaderKind.MARK
        return self._callings.asks_for_answers(text, headed=headed)

    def noun(self, text: str) -> Header | None:
        """Give what a head is about that says whose or when before or behind it: R8回答."""
        key = squeeze(text)
        if not (key.startswith(self._nouns) or key.endswith(self._nouns)):
            return None  # nearly every text
        return next(
            Header(kind, rank)
            for kind, names in self._headers[:2]
            for rank, name in enumerate(names)
            if key.endswith(name) or key.startswith(name)
        )


def _end(letters: str, place: int) -> str:
    """Give the first of some letters that is one to a head, in its base form."""
    return base_letter(next(filter(None, map(squeeze, letters)), " ")[place])


def _begins_word(head: str, name: str) -> bool:
    """Tell whether a header begins with a name: 番号（分野別), no.1, but not note with no."""
    after = head[len(name) :]
    return head.startswith(name) and not (
        name.isascii() and after[:1].isascii() and after[:1].isalpha()
    )


def _is_header(head: str, compact: str, name: str) -> bool:
    """Tell whether a header that begins with an alias has brackets, digits or 欄 after it at most.

    ``compact`` is the header's letters and digits alone.
    """
    if compact == name:
        return True
    letters = [place for place, letter in enumerate(head) if not NOISE.fullmatch(letter)]
    tail = head[letters[len(name) - 1] + 1 :]  # behind the alias in the text as written
    return re.match(r"^(欄|記入欄|番号|結果|\W|\d|[\u2460-\u2473])", tail) is not None

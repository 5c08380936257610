"""The roster's names, looked up in a text: as a whole, nearly, or within it."""

import re
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import OSA

from pipeline.model import RosterEntry
from pipeline.texts.file_names import OWN_WORDS, STRONG, WEAK_WORDS
from pipeline.texts.folding import fold
from pipeline.texts.local_codes import other_spelling
from pipeline.texts.respondents import (
    BODY,
    DASHES,
    UNIT,
    fold_name,
    same_body,
    with_blanks,
    without_prefecture,
)

_LEAST_NEAR = 3  # signs of a name that may be a slip of the pen for another one


class NameIndex:
    """Finds roster entries by code, name and 別名. What fits two bodies fits none.

    Of a body with several projects the first entry stands for all.
    """

    def __init__(self, entries: Sequence[RosterEntry]) -> None:
        """Index the entries of a roster."""
        self._codes: dict[str, set[int]] = {}
        self._names: dict[str, set[int]] = {}
        self._looser: dict[str, set[int]] = {}  # without prefecture
        self._bare: dict[str, set[int]] = {}  # and without 市, 町 …
        self._entries = tuple(entries)
        for number, entry in same_body(entries):
            if entry.code:
                self._codes.setdefault(_code(entry.code), set()).add(number)
            for name in (entry.name, *entry.aliases):
                key = fold_name(name)
                self._add(self._names, key, number)
                self._add(self._looser, without_prefecture(key), number)
                bare = re.sub(r"(?<=..)[市区町村県]$", "", without_prefecture(key))
                self._add(self._bare, bare, number)
        lengths = {len(key) for key in (*self._names, *self._looser, *self._bare)}
        self._lengths = sorted(lengths, reverse=True)

    @staticmethod
    def _add(keys: dict[str, set[int]], key: str, number: int) -> None:
        if key:
            keys.setdefault(key, set()).add(number)

    def _whole(self, key: str) -> set[int]:
        return self._names.get(key) or self._looser.get(key) or set()

    def _numbers(self, key: str) -> set[int]:
        return self._whole(key) or self._bare.get(key) or set()

    def names(self) -> Iterator[tuple[str, RosterEntry]]:
        """Give each folded name that means one entry alone."""
        for key in {*self._names, *self._looser, *self._bare}:
            found = self._only(self._numbers(key))
            if found is not None:
                yield key, found

    def by_code(self, code: str) -> RosterEntry | None:
        """Give the entry of that code, also where one of them has lost its first zero."""
        found = self._codes.get(_code(code)) or self._codes.get(_code(other_spelling(code)))
        return self._only(found or set())

    def by_name(self, name: str) -> RosterEntry | None:
        """Give the entry whose name, 別名 or code this is, in whatever spelling."""
        key = fold_name(name)
        if key in self._names:
            return self._only(self._names[key])
        found = self._numbers(key) or self._numbers(without_prefecture(key))
        return self._only(found) or self.by_code(name)

    def is_name(self, name: str) -> bool:
        """Tell whether this is a name or 別名 of one entry, no abbreviation of it."""
        return self._only(self._names.get(fold_name(name), set())) is not None

    def near(self, name: str) -> RosterEntry | None:
        """Give the one entry whose name differs from this one in a single sign; never a match."""
        key = fold_name(name)
        if len(key) < _LEAST_NEAR:
            return None
        found: set[int] = set()
        for other, numbers in self._names.items():
            if len(other) >= _LEAST_NEAR and OSA.distance(key, other, score_cutoff=1) == 1:
                found |= numbers
        return self._only(found)

    def within(self, text: str) -> RosterEntry | None:
        """Give the one entry whose name stands in a longer text as a word of its own."""
        found = self.all_within(text)
        return found[0] if len(found) == 1 else None

    def all_within(self, text: str) -> tuple[RosterEntry, ...]:
        """Give every entry whose name stands in a longer text as a word of its own.

        東・西野原町 names 東野原町 too. A prefecture before its town is part of the address.
        Abbreviations (若葉) count where no whole name stands there, a code only without either.
        """
        spaced = with_blanks(text)
        places = self._places(spaced)
        named: list[set[int]] = []
        for start, end in _without_addresses(spaced, self._telling(spaced, places)):
            named += [self._elided(spaced, start, end), self._numbers(spaced[start:end])]
        found = dict.fromkeys(n for numbers in named if len(numbers) == 1 for n in numbers)
        if not places:
            only = self._code_within(spaced)
            return () if only is None else (only,)
        return tuple(self._entries[number] for number in found)

    def _places(self, spaced: str) -> list[tuple[int, int]]:
        """Give where names stand in a folded text, longer ones taken first, in their order."""
        covered: list[tuple[int, int]] = []
        for length in self._lengths:
            for start in range(len(spaced) - length + 1):
                end = start + length
                if (
                    self._numbers(spaced[start:end])
                    and not any(a <= start and end <= b for a, b in covered)
                    and _stands_alone(spaced, start, end)
                ):
                    covered.append((start, end))
        return sorted(covered)

    def _telling(self, spaced: str, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Leave out abbreviations beside whole names, but for one right before (若葉・西野原町).

        What is like one behind a town's name may be a person's.
        """
        whole = {place for place in places if self._whole(spaced[place[0] : place[1]])}
        before = {spaced[:start].rstrip("|") for start, _ in whole}
        kept = [place for place in places if place in whole or spaced[: place[1]] in before]
        return kept if whole else places

    def _elided(self, spaced: str, start: int, end: int) -> set[int]:
        """Give whom 東 means before ・西野原町: the name that it makes with the latter half."""
        before = re.search(r"(?:^|\|)([^|\d]{1,4})\|$", spaced[:start])
        if before is None:
            return set()
        name = spaced[start:end]
        halves = (before[1] + name[cut:] for cut in range(1, len(name)))
        return next((numbers for half in halves if (numbers := self._whole(half))), set())

    def _code_within(self, spaced: str) -> RosterEntry | None:
        """Find a code among the words of a name; short numbers there are mere numbering."""
        words = {word for word in spaced.split("|") if len(word) >= 5 or not word.isdigit()}
        found: set[int] = set().union(*(self._codes.get(word, set()) for word in words))
        return self._only(found)

    def _only(self, numbers: set[int]) -> RosterEntry | None:
        return self._entries[next(iter(numbers))] if len(numbers) == 1 else None


def _without_addresses(spaced: str, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out a prefecture right before its town: 白峰県若葉市 names one body."""
    return [
        (start, end)
        for number, (start, end) in enumerate(places)
        if not (
            spaced[end - 1] in "都道府県"
            and number + 1 < len(places)
            and spaced[end : places[number + 1][0]] in {"", "|"}
            and spaced[places[number + 1][1] - 1] in "市区町村"
        )
    ]


def _code(text: str) -> str:
    return fold(text).translate(DASHES).replace(" ", "")


_AND = "(?:と|及び|および|並びに|ならびに)"
_BEFORE = re.compile(
    rf"(?:^|[|0-9の]|\d[回版]|(?:都|道|府|県|郡)|[市区町村]{_AND}|{OWN_WORDS}|{WEAK_WORDS})$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"$|[|0-9]|{_AND}|役所|役場|庁|長|様|御中|殿|さん|の|版|分|提出|(?!.*(?:{BODY}))[^|]{{1,16}}(?:{UNIT})(?:$|[|(]|{STRONG})|"
    rf"{STRONG}|{WEAK_WORDS}",
    re.IGNORECASE,
)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether text[start:end] is a whole word: 津市 does not stand in 大津市."""
    before, after = text[:start], text[end:]
    if text[start].isascii() and before[-1:].isascii() and before[-1:].isalnum():
        return False
    if text[end - 1].isascii() and after[:1].isascii() and after[:1].isalnum():
        return False
    latin_before = before[-1:].isascii() and before[-1:].isalpha()
    latin_after = after[:1].isascii() and after[:1].isalpha()
    fits_before = latin_before or bool(_BEFORE.search(before[-24:]))
    return fits_before and (latin_after or bool(_AFTER.match(after)))

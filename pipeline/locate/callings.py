"""What a sheet, column or table is called, and what that says of the answers in it.

The words are data (places.toml); years, months and counts are compared with the collection month
and with each other. What a place is called settles which of several answers, before anything is
looked at that is filled in.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pipeline.model import Checklist
from pipeline.texts.calendar import ERA, REIWA, month_number
from pipeline.texts.folding import fold

_PATH = Path(__file__).parent / "places.toml"
_REMEMBERED = 4096  # names and heads; files of one form share nearly all of theirs
_OWN = "own"  # the kind of words that say whose: 市, 自己
_LONGEST_ANSWER = 24  # letters of a head that asks for answers
_LONGEST_DUE = 24  # letters of a head that asks for a month
_LONGEST = 120  # letters from which a text is a sentence and no name


class Standing(IntEnum):
    """How a place stands among those that hold the same item, worst first."""

    DEAD = 0  # called 前回, 例, 目標 …: never answers for another
    DOUBTED = 1  # such a word inside a longer one or a sentence
    LATER = 2  # a time still to come
    PLAIN = 3  # called nothing special
    NOW = 4  # 今回, 提出用, the collection month or its year


class Alone(StrEnum):
    """What becomes of answers in a dead place where no other holds the item."""

    COUNTED = "counted"
    TOLD = "told"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Calling:
    """What a name says. ``words`` are those that tell, ``rest`` what nobody here knows."""

    standing: Standing = Standing.PLAIN
    alone: Alone = Alone.COUNTED
    words: str = ""
    rest: str = ""
    telling: bool = False  # nothing but known words, at least one of which tells
    span: tuple[int, int] | None = None  # the months named, counted from year 0
    count: int = 0  # 第2回, ver.2

    @property
    def unknown(self) -> str:
        """What nobody here knows; 市の回答 says nothing but that the answers are one's own."""
        return self.rest.removesuffix(_OWN).rstrip()

    @property
    def dead(self) -> bool:
        """Whether another place of the same items comes before this one."""
        return self.standing <= Standing.DOUBTED


NOTHING = Calling()


def settle(callings: Sequence[Calling]) -> list[int]:
    """Give the places of those that may be meant: one where the names tell, else several."""
    best = max(calling.standing for calling in callings)
    left = [place for place, each in enumerate(callings) if each.standing is best]
    if best is Standing.DEAD and any(callings[each].alone is not Alone.NEVER for each in left):
        left = [place for place in left if callings[place].alone is not Alone.NEVER]
    counts = [callings[place].count for place in left]
    if all(counts) and len(set(counts)) == len(counts):
        return [left[counts.index(max(counts))]]
    ends = [callings[place].span for place in left]
    if best is not Standing.NOW and all(ends) and len(set(ends)) == len(ends):
        return [max(left, key=lambda place: callings[place].span or (0, 0))]
    return left


@dataclass(frozen=True, slots=True)
class _Piece:
    """A known part of a name: a word of the table, a time or a count."""

    kind: str
    standing: Standing | None = None  # None: says nothing of when or whose
    alone: Alone = Alone.COUNTED
    span: tuple[int, int] | None = None
    count: int = 0


_NEUTRAL = _Piece("neutral")
_STANDINGS = {
    "now": Standing.NOW,
    "later": Standing.LATER,
    "plain": Standing.PLAIN,
    "dead": Standing.DEAD,
}


class Names:
    """Reads names for one checklist and one collection month (YYYY-MM)."""

    def __init__(self, checklist: Checklist, month: str) -> None:
        self._now = month_number(month)
        self._words: dict[str, _Piece] = {}
        due = _load()["due"]
        self._due = re.compile("|".join(map(re.escape, due["words"])))
        self._due_alone = frozenset(due["whole"])
        self._never_due = re.compile("|".join(map(re.escape, due["never"])))
        answers = _load()["answers"]
        self._answer_ends = tuple(map(fold, answers["ends"]))
        self._answer_heads = frozenset(map(_letters, answers["whole"]))
        self._judgement = re.compile(rf"(?<!自己)(?:{'|'.join(answers['judged'])})")
        self._within: list[tuple[re.Pattern[str], Standing]] = []
        self._read(_load())
        own = (
            *(checklist.title, checklist.version, *checklist.categories),
            *(*checklist.mark_headers, *checklist.note_headers),
        )
        for text in own:
            for word in (fold(text), *_SEPARATOR.split(fold(text))):
                if word:
                    self._words.setdefault(word, _NEUTRAL)
        self._lengths = sorted({len(word) for word in self._words}, reverse=True)
        self.calling = lru_cache(maxsize=_REMEMBERED)(self._calling)

    def asks_for_answers(self, text: str, *, headed: bool) -> bool:
        """Tell whether a head may answer for an empty check column: ご回答, 担当課回答, 自己評価.

        ``headed``: it is one that the checklist itself has for answers.
        """
        calling = self.calling(text)
        folded = _BRACKETED.sub("", fold(text)).strip() or fold(text)
        never = calling.dead or calling.standing is Standing.LATER
        if never or len(folded) > _LONGEST_ANSWER or self._judgement.search(folded):
            return False
        if headed or _letters(folded).removesuffix("欄") in self._answer_heads:
            return True
        if self.ends_as_answers(text):
            return True
        return calling.standing is Standing.NOW or (calling.rest == _OWN and calling.telling)

    def ends_as_answers(self, text: str) -> bool:
        """Tell whether a head ends with a word for answers, whoever is named before: 担当課回答."""
        key = _letters(_BRACKETED.sub("", fold(text))).removesuffix("欄")
        return key.endswith(self._answer_ends) and not self.calling(text).dead

    def asks_for_due(self, key: str) -> bool:
        """Tell whether a squeezed head asks for the month of ②."""
        if len(key) > _LONGEST_DUE or self._never_due.search(key):
            return False
        return key in self._due_alone or self._due.search(key) is not None

    def _read(self, data: Mapping[str, Any]) -> None:
        self._words.update((fold(word), _NEUTRAL) for word in data["neutral"])
        for row in data["kind"]:
            standing = _STANDINGS[row["standing"]]
            piece = _Piece(row["name"], standing, Alone(row.get("alone", "counted")))
            self._words.update((fold(word), piece) for word in row["words"])
            words = "|".join(row.get("within", ()))
            if words:
                self._within.append((re.compile(words), standing))

    def _calling(self, text: str) -> Calling:
        if len(text) > _LONGEST:
            return NOTHING
        folded = _OPTION_WITH_MONTH.sub(" ", _HYPHENED.sub(r"\1\2", fold(text)))
        shown = _INLINE_EXAMPLE.search(folded)
        if shown is not None:
            folded = folded[: shown.start()]
        times: list[_Piece] = []

        def keep(found: re.Match[str]) -> str:
            times.append(self._time(found))
            return chr(0xE000 + len(times) - 1)

        marked = _TIME.sub(keep, folded)
        pieces: list[_Piece] = []
        rest: list[str] = []
        for word in filter(None, _SEPARATOR.split(marked)):
            parts = self._parts(word, times)
            if parts is None:
                rest.append(word)
            else:
                pieces.extend(parts)
        return self._judged(text, pieces, " ".join(rest), shown is not None)

    def _parts(self, word: str, times: list[_Piece]) -> list[_Piece] | None:
        """Part a word into known pieces, the longest first; None where some letters are left."""
        if len(word) > _LONGEST // 2:
            return None
        ways: list[list[_Piece] | None] = [None] * len(word) + [[]]
        for start in range(len(word) - 1, -1, -1):
            for length, piece in self._pieces_at(word, start, times):
                after = ways[start + length]
                if after is not None:
                    ways[start] = [piece, *after]
                    break
        return ways[0]

    def _pieces_at(self, word: str, start: int, times: list[_Piece]) -> list[tuple[int, _Piece]]:
        place = ord(word[start]) - 0xE000
        if 0 <= place < len(times):
            return [(1, times[place])]
        found = [
            (length, piece)
            for length in self._lengths
            if (piece := self._words.get(word[start : start + length])) is not None
            and start + length <= len(word)
        ]
        count = _COUNT.match(word, start)
        if count is not None:
            found.insert(0, (len(count[0]), _Piece("count", count=_count_of(count))))
        number = _DIGITS.match(word, start)
        if number is not None:
            found.append((len(number[0]), _NEUTRAL))
        return found

    def _judged(self, text: str, pieces: list[_Piece], rest: str, shown: bool) -> Calling:
        telling = [piece for piece in pieces if piece.standing is not None]
        standings = {piece.standing for piece in telling}
        dead = [piece for piece in telling if piece.standing is Standing.DEAD]
        inside = {standing for pattern, standing in self._within if rest and pattern.search(rest)}
        doubted = shown or (Standing.DEAD in inside and Standing.NOW not in inside)
        if dead:
            standing = Standing.DEAD
        elif Standing.NOW in standings:
            standing = Standing.NOW
        elif doubted:
            standing = Standing.DOUBTED
        elif Standing.LATER in standings | inside:
            standing = Standing.LATER
        elif Standing.NOW in inside and Standing.DEAD not in inside:
            standing = Standing.NOW
        else:
            standing = Standing.PLAIN
        alone = [piece.alone for piece in dead]
        spans = [piece.span for piece in pieces if piece.span is not None]
        count = max((piece.count for piece in pieces), default=0)
        return Calling(
            standing=standing,
            alone=next(
                (each for each in (Alone.NEVER, Alone.TOLD) if each in alone), Alone.COUNTED
            ),
            words=text.strip() if standing is not Standing.PLAIN else "",
            rest=" ".join(filter(None, (rest, *(p.kind for p in telling if p.kind == _OWN)))),
            telling=bool(telling or count) and not rest,
            span=spans[-1] if spans else None,
            count=count,
        )

    def _time(self, found: re.Match[str]) -> _Piece:
        """Give a year, month, half or quarter as a piece."""
        span = _span(found, self._now)
        if span[1] < self._now:
            # the state at the end of last month is what this month is asked for
            told = Alone.COUNTED if found["at"] else Alone.TOLD
            return _Piece("time", Standing.DEAD, told, span)
        return _Piece("time", Standing.LATER if span[0] > self._now else Standing.NOW, span=span)


def _letters(text: str) -> str:
    return fold(text).replace(" ", "").replace("〜", "~").strip("・:*")


@cache
def _load() -> dict[str, Any]:
    with _PATH.open("rb") as file:
        return tomllib.load(file)


_BRACKETED = re.compile(r"[(\[【〔<].*?[)\]】〕>]")
_SEPARATOR = re.compile(r"[^\w\ue000-\uf8ff\u2460-\u2473]+|_+")
_DIGITS = re.compile(r"[\d\u2460-\u2473]+")
_HYPHENED = re.compile(r"(as|to)[ -](is|be)(?![a-z])")
_OPTION_WITH_MONTH = re.compile(r"[\u2460-\u2473][^\d\u2460-\u2473]{0,14}\d{1,2}\s*月")
_INLINE_EXAMPLE = re.compile(r"(?:記入|記載|回答|入力)?例\s*(?:[::]|[\u2460-\u2473])")
_KANJI = {"元": 1, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_COUNT = re.compile(
    r"第?(?P<n>\d{1,2}|[一二三四五六])\s*(?:回目|回|次|版|稿|校)|(?:ver(?:sion)?|v)\s*(?P<v>\d{1,2})"
)
_TIME = re.compile(
    r"""
    (?: (?: (?P<era>令和|平成|(?<![a-z])[rh]) \s* (?P<of>\d{1,2}|元) (?!\d)
          | (?<!\d) (?P<year>20\d\d) (?: (?!\d) | (?=(?:0[1-9]|1[0-2])(?:[0-3]\d)?(?!\d)) )
          | (?<![\d第]) (?P<short>\d{1,2}) (?=年度) )
        \s* (?: (?P<fiscal>年度) | 年 )?
        (?: \s* [./_-]? (?P<month>1[0-2]|0?[1-9])
            (?: \s*月 (?:\s*\d{1,2}日)? | [./_-]\d{1,2} (?!\d) | [0-3]\d (?!\d) | (?!\d) ) )?
      | (?<!\d) (?P<alone>1[0-2]|[1-9]) \s*月 (?:\s*\d{1,2}日)?
      | (?P<half>[上下]) 半?期
      | 第? (?P<quarter>[1-4一二三四]) \s* 四半期
      | (?<![a-z\d]) (?: (?P<q>[1-4])q | q(?P<q_after>[1-4]) ) (?![a-z\d]) )
    (?P<at> \s* 末? 日? \s* (?:時点|現在) | \s* 末日? )?
    """,
    re.VERBOSE,
)


def _span(found: re.Match[str], now: int) -> tuple[int, int]:
    """Give the first and last month of a time, counted from year 0."""
    if found["alone"]:
        # the nearest one: from six months back to five ahead
        month = now - 6 + (int(found["alone"]) - 1 - (now - 6)) % 12
        return month, month
    year = _year(found)
    if year is None:
        first, last = _part_of_year(found)
        april = (now - 3) // 12 * 12 + 3
        return april + first, april + last
    if found["month"]:
        number = int(found["month"])
        if found["fiscal"] and number < 4:
            year += 1
        return year * 12 + number - 1, year * 12 + number - 1
    if found["fiscal"]:
        return year * 12 + 3, year * 12 + 14
    # a year alone may be either: R8 lasts to March of R9 for an office
    return year * 12, year * 12 + 14


def _year(found: re.Match[str]) -> int | None:
    if found["year"]:
        return int(found["year"])
    if found["short"]:
        number = int(found["short"])
        return number + (REIWA if number < 20 else 2000)
    if not found["era"]:
        return None
    number = 1 if found["of"] == "元" else int(found["of"])
    return number + ERA[found["era"]]


def _part_of_year(found: re.Match[str]) -> tuple[int, int]:
    """Give the months of a half or quarter, counted from April."""
    if found["half"]:
        return (0, 5) if found["half"] == "上" else (6, 11)
    number = _number(found["quarter"] or found["q"] or found["q_after"])
    return number * 3 - 3, number * 3 - 1


def _count_of(found: re.Match[str]) -> int:
    return _number(found["n"] or found["v"])


def _number(written: str) -> int:
    return _KANJI.get(written) or int(written)

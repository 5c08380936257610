"""A checklist prepared for matching: ids in any notation, titles, headers, captions, names.

Every lookup works on folded text. An Index is built once per checklist and collection month; what
it finds out about a text it remembers in a Wording, since thousands of workbooks carry the same
cells.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from unicodedata import normalize

from rapidfuzz import fuzz

from pipeline.locate.callings import Names
from pipeline.locate.head_words import HeadWords
from pipeline.locate.letters import base_letter, loose, squeeze
from pipeline.locate.wording import Wording
from pipeline.model import Checklist, Item
from pipeline.texts.folding import CIRCLED, fold, number_of

_NUMBER = r"(?:[\u2460-\u2473]|\d{1,2})"
_LEAD = r"[\W_]*"
# A number of the respondent's own before the id: 12. / No.3 / 1-12 / ①
_OWN_NUMBER = r"(?:(?:no)?[\W_]*(?:\d{1,3}(?:[-.]\d{1,3}){0,2}|[\u2460-\u2473])[\W_]+)?"
_NUMBERS = re.compile(r"^[\d\u2460-\u2473]+")
# What people number rows with in place of the id: ①-3, No.12, 項番7, ガバナンス一の二
_OWN_LABEL = re.compile(
    r"^[\W_]*[^\W\d_ぁ-ん\u2460-\u2473]{0,12}[\W_]*"
    r"(?:[\d\u2460-\u2473一二三四五六七八九十][\W_の]*){1,5}(?:について)?"
)
_HIRAGANA = re.compile(r"[ぁ-ん]")
_MIN_SHORT = 6  # letters of a title that was cut short
_BETWEEN = r"(?:\s*(?:[-._/(の・]|第)\s*|\s+)"
_BARE_ID = re.compile(
    rf"^{_LEAD}(?P<a>{_NUMBER})\)?(?:(?P<between>{_BETWEEN}?)(?P<b>{_NUMBER})\)?)?"
    rf"(?![\d\u2460-\u2473])"
)
# What follows an id where a sentence only speaks of it: 「ガバナンス①-3参照」「サービス①-1～④-3は」
_MENTION = re.compile(
    r"^\s*[)」』】\]]?\s*(?:は|を|が|に|と|も|から|及び|又は|、|,|-|参照|同様|で|より|まで|以外|のみ|等|など|&|;|\+)"
)
_AFTER = re.compile(r"^[\s:;.,、。)）」』】\]>|\-_/]+")
# Captions of sheets and tables that show how to answer and hold no answer.
EXAMPLE = re.compile(
    r"記入例|記載例|回答例|入力例|見本|サンプル|記入要領|記載要領|手引|sample|example"
    r"|^[(【]?例[)】]?\s*\d*$|[(【]例[)】]"
)
_LEADING = re.compile(
    r"[\W\d_\u2460-\u24ff\u2776-\u2793]*"
    r"(?:(?:[NnＮｎ][OoＯｏ]|[A-Za-zＡ-Ｚａ-ｚ]{1,2}(?=[\W_]?\d)|設?問|質問|項番|項目|第(?=\d))[\W\d問]*)?"
)
_STRONG_PREFIX = _MIN_SHORT
_REMEMBERED = 8192  # texts; a file holds some 150, all but a few of them the form's own
_START = 400  # letters of a cell in which its id and title stand


class Fit(IntEnum):
    """How well a row's text fits the item it names, worst first."""

    MENTION = 0  # a sentence about the item
    WEAK = 1  # the id with some other text
    BARE = 2  # the id alone
    STRONG = 3  # the id with the item's title


@dataclass(frozen=True, slots=True)
class IdMatch:
    """An id found at the start of a text, and what follows it."""

    item_id: str
    rest: str  # loosely folded text after the id
    fit: Fit


class Index:
    """Lookups for one checklist. All answers are functions of the text alone."""

    def __init__(self, checklist: Checklist, month: str) -> None:
        # Long: a line for each table that the index keeps.
        self.checklist = checklist
        self.month = month
        callings = Names(checklist, month)
        self.called = callings.calling
        self.items: tuple[Item, ...] = checklist.items
        self.order = {item.id: place for place, item in enumerate(checklist.items)}
        self.by_id = {item.id: item for item in checklist.items}
        self.title = {item.id: squeeze(item.title) for item in checklist.items}
        self.description = {item.id: squeeze(item.description) for item in checklist.items}
        self.whole = {key: self.title[key] + self.description[key] for key in self.order}
        headings = [squeeze(text) for text in checklist.headings]
        # an id-less row may repeat a heading without its number
        self.headings = frozenset((*headings, *(_NUMBERS.sub("", key) for key in headings)))
        words = HeadWords(checklist, self.headings, callings)
        self.header_of, self.noun, self.option = words.header_of, words.noun, words.option
        self.may_head = words.may_head
        self.asks_for_answers = words.asks_for_answers
        self.caption = squeeze(checklist.title)
        self._ids: dict[tuple[str, tuple[int, ...]], str] = {}
        self._by_numbers: dict[tuple[str, tuple[int, ...]], str] = {}
        self._prefixes: dict[str, str] = {}
        self._bare_prefixes: dict[str, str] = {}
        self._category_prefix: dict[str, str] = {}
        self._read_ids()
        self._id_pattern = self._build_id_pattern()
        names = "|".join(re.escape(name) for name in self._prefixes)
        self._stem_pattern = re.compile(rf"{_LEAD}(?:{names})\s?-?\s?{_NUMBER}[\])」】:.\s]*")
        self._categories = {squeeze(name): name for name in checklist.categories}
        self._category_names = tuple(self._categories)
        self._titles: dict[str, list[str]] = {}
        for item in self.items:
            self._titles.setdefault(self.title[item.id][:_STRONG_PREFIX], []).append(item.id)
        self._descriptions: dict[str, list[str]] = {}
        for item in self.items:
            head = self.description[item.id][:10]
            if head:
                self._descriptions.setdefault(head, []).append(item.id)
        self._first = frozenset(
            base_letter(text[:1])
            for text in (
                *self._prefixes,
                *self._categories,
                *self.title.values(),
                *self.description.values(),
            )
        )
        self._legend = frozenset(fold(line) for line in checklist.legend)
        self.option_labels = tuple(squeeze(option.label) for option in checklist.options)
        self._core = {key: _HIRAGANA.sub("", title) for key, title in self.title.items()}
        self._cores = frozenset(self._core.values())
        self.wording = lru_cache(maxsize=_REMEMBERED)(self._wording)
        self.nothing = self.wording("")

    def _wording(self, text: str) -> Wording:
        return Wording(text, self)

    def may_begin(self, text: str) -> bool:
        """Tell cheaply whether a text may begin with an id, a category or an item's text."""
        found = _LEADING.match(text)
        start = found.end() if found else 0
        return start < len(text) and base_letter(text[start]) in self._first

    # ids

    def _read_ids(self) -> None:
        for item in self.items:
            text = loose(item.id)
            tokens = re.findall(_NUMBER, text)
            found = re.search(_NUMBER, text)
            prefix = text[: found.start()].replace(" ", "") if found else text
            numbers = tuple(number_of(token) for token in tokens)
            self._prefixes[prefix] = prefix
            self._bare_prefixes[_bare(prefix)] = prefix
            self._ids[prefix, numbers] = item.id
            self._by_numbers[item.category, numbers] = item.id
            self._category_prefix[item.category] = prefix

    def _build_id_pattern(self) -> re.Pattern[str]:
        names = sorted(self._prefixes, key=len, reverse=True)
        forms = "|".join(r"\s?".join(_alike(letter) for letter in name) for name in names)
        return re.compile(
            rf"^{_LEAD}{_OWN_NUMBER}(?P<prefix>{forms})(?:{_BETWEEN}|[-\])」】:]\s*)?(?P<a>{_NUMBER})\)?"
            rf"(?:(?P<between>{_BETWEEN}?)(?P<b>{_NUMBER})\)?)?(?![\d\u2460-\u2473])"
        )

    def match_id(self, text: str) -> IdMatch | None:
        """Find an item id at the start of a text, in any width, dash and digit style."""
        folded = _LETTER_FOR_ONE.sub("1", loose(text[:_START]))
        found = self._id_pattern.match(folded)
        if found is None:
            return None
        prefix = self._bare_prefixes[_bare(found["prefix"])]
        first = number_of(found["a"])
        if found["b"]:
            item_id = self._ids.get((prefix, (first, number_of(found["b"]))))
            if item_id is not None:
                fit, rest = self.fit(item_id, folded[found.end() :])
                unsure = not found["between"] and found["b"] in CIRCLED and found["a"] in CIRCLED
                if unsure and fit is not Fit.STRONG:
                    return None
                return IdMatch(item_id, rest, fit)
        item_id = self._ids.get((prefix, (first,)))
        if item_id is None:
            return None
        fit, rest = self.fit(item_id, folded[found.end("a") :])
        if found["b"] and "-" in (found["between"] or "") and fit is not Fit.STRONG:
            return None  # another checklist's number: サプライチェーン①-2
        return IdMatch(item_id, rest, fit)

    def is_single(self, item_id: str) -> bool:
        """Tell whether an item's id has one number only, like an answer (サプライチェーン①)."""
        return len(re.findall(_NUMBER, item_id)) == 1

    def match_number(self, text: str, category: str) -> IdMatch | None:
        """Find an item by a number without its name (①-1) under a category known from elsewhere."""
        folded = loose(text)
        found = _BARE_ID.match(folded)
        if found is None:
            return None
        if found["b"] and (found["between"] or found["a"] in CIRCLED):
            numbers: tuple[int, ...] = (number_of(found["a"]), number_of(found["b"]))
            item_id = self._by_numbers.get((category, numbers))
            if item_id is not None:
                fit, rest = self.fit(item_id, folded[found.end() :])
                return IdMatch(item_id, rest, fit)
        item_id = self._by_numbers.get((category, (number_of(found["a"]),)))
        if item_id is None:
            return None
        fit, rest = self.fit(item_id, folded[found.end("a") :])
        return IdMatch(item_id, rest, fit)

    def fit(self, item_id: str, after: str) -> tuple[Fit, str]:
        """Judge the text after an id: the item's title, nothing, another text, or a sentence."""
        rest = _AFTER.sub("", after)
        key = squeeze(rest)
        if not key:
            return Fit.BARE, ""
        if self.has_title(item_id, key):
            return Fit.STRONG, rest
        if _MENTION.match(after):
            return Fit.MENTION, rest
        return Fit.WEAK, rest

    def has_title(self, item_id: str, key: str) -> bool:
        """Tell whether a squeezed text begins with the item's title, nearly or in part."""
        title = self.title[item_id]
        if key.startswith(title) or (len(key) >= 4 and title.startswith(key)):
            return True
        return fuzz.ratio(key[: len(title)], title) >= 80

    # titles

    def titled(self, key: str) -> tuple[str, ...]:
        """Give the items whose title a squeezed text begins with (the longest title wins)."""
        hits = [
            item_id
            for item_id in self._titles.get(key[:_STRONG_PREFIX], ())
            if key.startswith(self.title[item_id])
        ]
        longest = max((len(self.title[item_id]) for item_id in hits), default=0)
        return tuple(item_id for item_id in hits if len(self.title[item_id]) == longest)

    def named_after(self, text: str, items: tuple[str, ...]) -> tuple[str, ...]:
        """Keep the item whose id stands in brackets behind its title, if one does."""
        for found in re.finditer(r"[(（【\[]", text[:_START]):
            match = self.wording(text[found.end() :]).match
            if match is not None and match.item_id in items:
                return (match.item_id,)
        return items

    def stem(self, text: str) -> str:
        """Give a text that is an id without its last number (ガバナンス①), else nothing."""
        if len(text) > 30 or not self.may_begin(text):
            return ""
        return text if self._stem_pattern.fullmatch(loose(text)) else ""

    def described(self, key: str) -> tuple[str, ...]:
        """Give the items whose description a squeezed text begins with."""
        if len(key) < 10:
            return ()
        return tuple(
            item_id
            for item_id in self._descriptions.get(key[:10], ())
            if fuzz.ratio(key[: len(self.description[item_id])], self.description[item_id]) >= 80
        )

    def recognised(self, text: str) -> tuple[str, ...]:
        """Give the items that a text without an id names: by title, whole or cut, or description.

        Several where titles are alike; none for a heading of the form.
        """
        key = squeeze(text[:_START])
        if len(key) < _MIN_SHORT - 1 or self.is_heading(key):
            return ()
        label = _OWN_LABEL.match(letters := loose(text[:_START]))
        plain = squeeze(letters[label.end() :]) if label else key
        for each in dict.fromkeys((key, plain)):
            items = self.titled(each) or self.described(each) or self._shortened(each)
            if items:
                return items
        return ()

    def _shortened(self, key: str) -> tuple[str, ...]:
        """Give the items of the one title that a squeezed text is cut from or rewords slightly.

        基本方針の策定 for 基本方針を策定する: the same but for its small words.
        """
        if len(key) < _MIN_SHORT or self.is_heading(key):
            return ()
        core = _HIRAGANA.sub("", key)
        if core not in self._cores and key[:_STRONG_PREFIX] not in self._titles:
            return ()  # notes, nearly always
        hits = [
            item_id
            for item_id, title in self.title.items()
            if (title.startswith(key) and len(key) * 2 >= len(title))
            or (len(core) >= _MIN_SHORT - 1 and core == self._core[item_id])
        ]
        return tuple(hits) if len({self.title[item_id] for item_id in hits}) == 1 else ()

    def near(self, key: str, *, cutoff: float) -> tuple[str, ...]:
        """Give the items whose title is close to the start of a squeezed text, the best alone."""
        scores = {
            item_id: max(fuzz.ratio(key[: len(title)], title), fuzz.ratio(key, self.whole[item_id]))
            for item_id, title in self.title.items()
        }
        best = max(scores.values(), default=0.0)
        if best < cutoff:
            return ()
        return tuple(item_id for item_id, score in scores.items() if score > best - 5)

    def narrow(self, candidates: tuple[str, ...], key: str) -> tuple[str, ...]:
        """Keep the candidates whose description fits what a text says after the title best."""
        scores = {}
        for item_id in candidates:
            tail = key[len(self.title[item_id]) :]
            if len(tail) < 8:
                return candidates
            scores[item_id] = fuzz.ratio(tail, self.description[item_id][: len(tail)])
        best = max(scores.values(), default=0.0)
        return tuple(item_id for item_id, score in scores.items() if score > best - 3)

    # captions and headers

    def category_of(self, text: str) -> str:
        """Give the category a caption names (【ガバナンス】, 1. ガバナンス), empty for none."""
        if len(text) > 60 or not self.may_begin(text):
            return ""
        key = re.sub(r"^[\d\u2460-\u2473]+", "", squeeze(text))
        if key in self._categories:
            return self._categories[key]
        if not key.startswith(self._category_names):
            return ""
        for name, category in self._categories.items():
            if key.startswith(name) and re.fullmatch(
                r"(分野|編|項目|関連|関係|について|シート|全?\d+項目|\d+|\(.*\))*", key[len(name) :]
            ):
                return category
        return ""

    def is_heading(self, key: str) -> bool:
        """Tell whether a squeezed text is a section heading or caption of the form."""
        return key in self.headings

    def is_legend(self, text: str) -> bool:
        """Tell whether a text is nothing but printed lines of the legend."""
        lines = [fold(line) for line in text.splitlines()]
        return all(not line or line in self._legend for line in lines)


# Letters that hands and keyboards confuse in an id: カバナンス, サ一ビス, 都市0S, ①-l
_CONFUSED = str.maketrans({"一": "-", "0": "o", "口": "ロ", "二": "ニ", "才": "オ", "力": "カ"})
_LETTER_FOR_ONE = re.compile(r"(?<=[-\u2460-\u2473])\s?[l|i](?![a-z\d])")


def _bare(prefix: str) -> str:
    """Give the letters of an id's name without voice marks and the like."""
    letters = prefix.replace(" ", "").translate(_CONFUSED)
    return "".join(base_letter(letter) for letter in letters)


@lru_cache(maxsize=256)
def _alike(letter: str) -> str:
    """Give a pattern for a letter and those written in its place."""
    same = {letter, base_letter(letter)}
    same.update(chr(code) for code, name in _CONFUSED.items() if name == letter)
    same.update(
        mark for voice in "\u3099\u309a" if len(mark := normalize("NFC", letter + voice)) == 1
    )
    return f"[{''.join(re.escape(each) for each in sorted(same))}]"


_BUILT: dict[int, Index] = {}


def index_of(checklist: Checklist, month: str) -> Index:
    """Give the index of a checklist in a month; the last one built is kept."""
    kept = _BUILT.get(0)
    same = kept is not None and kept.month == month
    if (
        kept is None
        or not same
        or (kept.checklist is not checklist and kept.checklist != checklist)
    ):
        kept = _BUILT[0] = Index(checklist, month)
    return kept

"""Passwords that senders mail after the file (PPAP): tried for the same sender's files alone.

They are kept while the inbox is read and go nowhere else.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from operator import itemgetter
from types import MappingProxyType

from pipeline.texts.folding import fold
from pipeline.texts.passwords import bracketed

_WORDS = re.compile(
    r"パスワード|パスコード|暗証|(?:解凍|開封|復号|展開)(?:用の?)?(?:キー|鍵|pw)"
    r"|pass ?word|passwd|pass ?phrase|(?<![a-z])(?:pass|pw|pwd)(?![a-z])"
)
_TOLD = re.compile(r"[:：=＝→]\s*(\S[^\r\n]*)")
_NAMED = re.compile(r"^(?:パスワード|パスコード|pass\s?word|pass|pw)\s+", re.IGNORECASE)
_WIDE_SIGNS = re.compile(r"[：＝（）「」『』【】→]")
_LATIN = re.compile(r"[!-~]{4,}")
_ADDRESS = re.compile(r"https?://\S*|\S+@\S+|pass ?word|passwd", re.IGNORECASE)
_SHORTEST, _LONGEST = 4, 64
_FOLLOWING = 4  # lines after the one that speaks of a password
_LETTER = 12  # of one mail; the likeliest come first
# Of one sender, and the likeliest of each mail in any case: each costs a tenth of a second on a
# workbook of today's Excel.
_SENDER = 120


def lines_about_passwords(body: str) -> tuple[str, ...]:
    """Give the lines that speak of a password, and those right after them."""
    lines = [line.lstrip("> 　\t").rstrip() for line in body.splitlines()]
    lines = [line for line in lines if line]
    chosen = {
        place + after
        for place, line in enumerate(lines)
        if _WORDS.search(fold(line))
        for after in range(_FOLLOWING)
    }
    return tuple(line for place, line in enumerate(lines) if place in chosen)


def told_in(body: str) -> tuple[str, ...]:
    """Give what a mail's text may mean as a password, the likeliest first.

    A line that speaks of it and tells it comes first, then lines that hold nothing else, then what
    is told of something (件名：…), then single words.
    """
    if not _WORDS.search(fold(body)):
        return ()
    told = [each for line in lines_about_passwords(body) for each in _candidates(line)]
    found = dict.fromkeys(
        form
        for _, text in sorted(told, key=itemgetter(0))
        for form in (text, unicodedata.normalize("NFKC", text))
        if _SHORTEST <= len(form) <= _LONGEST and any(map(str.isalnum, form))
    )
    return tuple(found)[:_LETTER]


def _candidates(line: str) -> Iterator[tuple[int, str]]:
    """Give what a line may tell, each with its rank."""
    speaks = _WORDS.search(fold(line)) is not None
    told = _TOLD.search(line)
    first = 0 if speaks else 2
    for text in bracketed(line):
        likely = re.search(r"[!-~]", unicodedata.normalize("NFKC", text)) and not told
        yield (first if likely and not _WORDS.search(fold(text)) else first + 1), text
    if told:
        text = _NAMED.sub("", told[1]).strip()
        yield first, text
        yield first, text.rstrip("。です")
    elif not speaks and not re.search(r"[\s。、]", line):
        yield 1, line
    bare = unicodedata.normalize("NFKC", _WIDE_SIGNS.sub(" ", line))
    latin = _LATIN.findall(_ADDRESS.sub(" ", bare))
    alone = 0 if speaks and not told else 1 if not told else 3
    for word in sorted(latin, key=len, reverse=True):
        yield alone, word.rstrip(".,;")
        yield alone + 1, word


_NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class MailedPasswords:
    """What the mails of each sender told so far; filled while the inbox is opened."""

    def __init__(self, known: Mapping[str, tuple[str, ...]] = _NOTHING) -> None:
        """Begin with what is known by sender."""
        self._letters = {sender: {told: None} for sender, told in known.items()}

    def hear(self, sender: str, body: str) -> None:
        """Remember what one mail tells."""
        told = told_in(body) if sender else ()
        if told:
            self._letters.setdefault(sender, {})[told] = None

    def of(self, sender: str) -> tuple[str, ...]:
        """Give what to try on a sender's files: first the likeliest of each mail."""
        letters = sorted(self._letters.get(sender, ()))
        ranks = itertools.zip_longest(*letters)
        found = dict.fromkeys(each for rank in ranks for each in rank if each)
        return tuple(found)[: max(_SENDER, len(letters))]

    def by_sender(self) -> dict[str, tuple[str, ...]]:
        """Give all of them."""
        return {sender: self.of(sender) for sender in sorted(self._letters)}

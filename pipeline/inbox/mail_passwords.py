"""Passwords that senders mail after the file (PPAP): tried for the same sender's files alone.

They are kept while the inbox is read and go nowhere else.
"""

import itertools
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pipeline.texts.folding import fold
from pipeline.texts.passwords import bracketed

_WORDS = re.compile(
    r"パスワード|パスコード|暗証|(?:解凍|開封|復号|展開)(?:用の?)?(?:キー|鍵|pw)"
    r"|pass ?word|passwd|pass ?phrase|(?<![a-z])(?:pass|pw|pwd)(?![a-z])"
)
_TOLD = re.compile(r"[:：=＝→]\s*(\S[^\r\n]*)")
_LATIN = re.compile(r"[!-~]{4,}")
_ADDRESS = re.compile(r"https?://\S*|\S+@\S+|pass ?word|passwd", re.IGNORECASE)
_FOLLOWING = 4  # lines after the one that speaks of a password
_LETTER = 12  # of one mail; the likeliest come first
_SENDER = 120  # of one sender; each costs a tenth of a second on a workbook of today's Excel


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
    """Give what a mail's text may mean as a password, the likeliest first."""
    if not _WORDS.search(fold(body)):
        return ()
    lines = lines_about_passwords(body)
    found: dict[str, None] = {}
    for line in lines:
        for each in _candidates(line):
            text = each.strip()
            if 4 <= len(text) <= 64:
                found.setdefault(text)
    return tuple(found)[:_LETTER]


def _candidates(line: str) -> Iterator[str]:
    yield from bracketed(line)
    told = _TOLD.search(line)
    if told:
        yield told[1]
        yield told[1].rstrip("。です")
    bare = _ADDRESS.sub(" ", line)
    for word in sorted(_LATIN.findall(bare), key=len, reverse=True):
        yield word
        yield word.rstrip(".,;")


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
        return tuple(found)[:_SENDER]

    def by_sender(self) -> dict[str, tuple[str, ...]]:
        """Give all of them."""
        return {sender: self.of(sender) for sender in sorted(self._letters)}

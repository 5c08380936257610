"""Distinct unclear notations, to be sent to a developer who adds one line to marks.toml."""

import unicodedata
from collections.abc import Iterable

from pipeline.model import Answer, Doubt, UnknownNotation
from pipeline.texts.folding import is_blank
from pipeline.texts.marks.table import matching_key

_OF_SPELLING = frozenset(
    {Doubt.SEVERAL, Doubt.OUT_OF_RANGE, Doubt.NO_NUMBER, Doubt.REMARK, Doubt.SYMBOL}
)
_POINTS_SHOWN = 20  # of code points: enough to tell look-alikes, and a cell that can be read


def code_points(text: str) -> str:
    """Give the code points of a text: ``U+2461 U+FF08``."""
    return " ".join(f"U+{ord(sign):04X}" for sign in text)


def unusual(text: str) -> tuple[str, ...]:
    """Name each sign that is no ordinary ASCII, kana, kanji, full-width sign or ①②③.

    Look-alikes and invisible characters are what makes a notation hard to read by eye.
    """
    return tuple(
        f"U+{ord(sign):04X} {unicodedata.name(sign, '(名前なし)')}"
        for sign in dict.fromkeys(text)
        if not _ordinary(sign)
    )


def _ordinary(sign: str) -> bool:
    code = ord(sign)
    ranges = ((0x20, 0x7E), (0x3041, 0x30FF), (0x4E00, 0x9FFF), (0xFF01, 0xFF5E))
    return sign in "\n\u3000、。「」①②③" or any(low <= code <= high for low, high in ranges)


def unknown_notations(answers: Iterable[Answer]) -> tuple[UnknownNotation, ...]:
    """Collect the distinct unclear values, most frequent first, then by folded form.

    Values that fold alike are one; ``raw`` and ``location`` are those of the first. What no row of
    the table of notations could settle (an error value, a picture, a date) is none of them.
    """
    first: dict[str, Answer] = {}
    count: dict[str, int] = {}
    for answer in answers:
        if answer.mark.doubt not in _OF_SPELLING or is_blank(answer.mark.raw):
            continue
        key = matching_key(answer.mark.raw)
        first.setdefault(key, answer)
        count[key] = count.get(key, 0) + 1
    return tuple(
        UnknownNotation(
            raw=first[key].mark.raw,
            folded=key,
            count=count[key],
            code_points=code_points(first[key].mark.raw[:_POINTS_SHOWN]),
            location=first[key].location,
        )
        for key in sorted(first, key=lambda key: (-count[key], key))
    )

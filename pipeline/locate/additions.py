"""What somebody typed behind an item's own text: 「…を策定する → ③」."""

import re
from functools import lru_cache

from rapidfuzz import fuzz

from pipeline.locate.index import Index
from pipeline.locate.letters import squeeze

_PIECE = 6  # squeezed letters by which a line is known as the form's own
_BEGINNING = 12  # squeezed letters by which a cell is known as the item's
_LONG = 8  # squeezed letters from which likeness tells anything
_ALIKE = 70.0  # rapidfuzz ratio from which a line is the form's, reworded
_SAME_WORD = re.compile(r"[ぁ-ん]{1,6}[。.]?\s*")  # 策定すること: the sentence only ends otherwise


@lru_cache(maxsize=8192)  # files carry the same cells
def added_text(index: Index, item_id: str, text: str) -> str:
    """Give the lines and line ends of a cell that are not the item's, where the item's begins."""
    lines = text.splitlines()
    begins = tuple(
        start[:_BEGINNING] for start in (index.title[item_id], index.description[item_id]) if start
    )
    if not any(_key(index, line).startswith(begins) for line in lines):
        return ""
    tails = ((line, _tail(index, item_id, line)) for line in lines)
    kept = (line if tail is None else tail for line, tail in tails)
    return "\n".join(part.strip() for part in kept if squeeze(part))


def _key(index: Index, line: str) -> str:
    """Give a line squeezed, without the id in front, which other editions count otherwise."""
    match = index.match_id(line)
    return squeeze(match.rest if match else line)


def _tail(index: Index, item_id: str, line: str) -> str | None:
    """Give what a line says behind the item's text; None where it says nothing of that text."""
    whole = index.whole[item_id]
    key = _key(index, line)
    if key in whole:
        return ""
    length = min(_PIECE, len(index.title[item_id]))
    starts = [n for n in range(len(whole)) if whole.startswith(key[:length], n)]
    if not starts or len(key) < length:
        return "" if _reworded(key, whole) else None
    common = max(_common(key, whole[start:]) for start in starts)
    ends = {len(index.title[item_id]), len(whole)}
    at_end = any(
        start + common in ends and whole.startswith(key[:common], start) for start in starts
    )
    tail = _written(line, key[common:])
    same = _SAME_WORD.fullmatch(tail) or _reworded(key[common:], whole)
    return tail if at_end and not same else ""


def _common(one: str, other: str) -> int:
    """Count the letters that two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _reworded(key: str, whole: str) -> bool:
    return len(key) >= _LONG and fuzz.partial_ratio(key, whole) >= _ALIKE


def _written(line: str, key: str) -> str:
    """Give the end of a line that squeezes to a key, with the signs in front of it."""
    starts = [n for n in range(len(line)) if squeeze(line[n:]) == key]
    return line[starts[0] :] if starts else ""

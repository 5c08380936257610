"""Whether a sentence says that the work is still open: weights learned from labelled notes.

The weights (unfinished.tsv) are those of a ridge regression over the notes of tests/cases, made by
tests/learn_notes.py and never edited by hand: a new wording is a labelled line there.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations_with_replacement
from math import sqrt
from pathlib import Path
from typing import Any

__all__ = ["framed", "load_openness", "openness_of", "told"]

_PATH = Path(__file__).parent / "unfinished.toml"
_REMEMBERED = 32768  # of three letters
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Openness:
    """unfinished.toml with the weights beside it: points are thousandths."""

    sure: int  # from these points on it is said
    doubtful: int  # from these on a person may look
    start: int  # where nothing is known
    weights: Mapping[str, int]


def openness_of(words: str, clauses: Iterable[frozenset[str]]) -> float:
    """Weigh a sentence and the features of its clauses, in points."""
    table, text = load_openness(), framed(words)
    weighed = sum([_weights_from[text[at : at + 3]] for at in range(len(text))])
    count = 3 * len(text) - 3  # letters, pairs and threes
    for features in clauses:
        more, told = _weighed(features)
        weighed, count = weighed + more, count + told
    return table.start + weighed / sqrt(count)


@cache
def load_openness() -> Openness:
    """Load the table. Raises KeyError or ValueError where it is wrong."""
    data = _table()
    lines = _PATH.with_suffix(".tsv").read_text(encoding="utf-8").split("\n")
    weights = {piece: int(weight) for piece, weight in (line.split("\t") for line in lines if line)}
    start = weights.pop("")
    return Openness(sure=data["sure"], doubtful=data["doubtful"], start=start, weights=weights)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_PATH.read_text(encoding="utf-8"))


@cache
def _polite() -> tuple[re.Pattern[str], dict[str, str]]:
    forms: dict[str, str] = _table()["polite"]
    return re.compile("|".join(sorted(forms, key=len, reverse=True))), forms


def framed(words: str) -> str:
    """Give a sentence as its letters are weighed: plain forms, one digit, between two signs."""
    pattern, forms = _polite()
    plain = pattern.sub(lambda found: forms[found[0]], words)
    return f"^{_DIGITS.sub('0', plain)}$"


class _WeightsFrom(dict[str, int]):
    """The weights of a letter alone, with the next one, and with the two behind it, added up."""

    def __missing__(self, letters: str) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
        weights = load_openness().weights
        ends = range(1, len(letters) + 1)
        found = self[letters] = sum(weights.get(letters[:end], 0) for end in ends)
        return found


_weights_from = _WeightsFrom()  # a cache that keeps an order costs a third more


def told(features: frozenset[str]) -> list[str]:
    """Give what the features of a clause tell, alone and by two."""
    return [" & ".join(pair) for pair in combinations_with_replacement(sorted(features), 2)]


@lru_cache(maxsize=4096)
def _weighed(features: frozenset[str]) -> tuple[int, int]:
    pairs, weights = told(features), load_openness().weights
    return sum(weights.get(each, 0) for each in pairs), len(pairs)

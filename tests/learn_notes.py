"""The weights by which a note says that the work is still open, learned from the labelled notes.

    python tests/learn_notes.py      writes pipeline/texts/unfinished.tsv again

Ridge regression over letters in a row and the features of clauses, solved exactly: of the ways
tried on notes kept apart it was as good as any, and needs nothing but numpy. Notes of
cases/held_out_notes.toml are never learned from.
"""

import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

TESTS = Path(__file__).parent
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

from pipeline.texts.clauses import sentences  # noqa: E402 - also run as a script
from pipeline.texts.months import find_months, plain_dates  # noqa: E402 - the same
from pipeline.texts.notes import normalise_lines  # noqa: E402 - the same
from pipeline.texts.unfinished import framed, told  # noqa: E402 - the same

CASES = TESTS / "cases" / "contradictions.toml"
WEIGHTS = TESTS.parent / "pipeline" / "texts" / "unfinished.tsv"
MONTH = "2026-11"
_STIFFNESS = 0.3  # of 0.1 to 1, the best on notes kept apart
_LEAST = 100  # thousandths; smaller weights change nothing

_EXACT = 1e-7  # what is left of the answers; weights are told in thousandths

Labelled = tuple[list[str], bool]
Vector = NDArray[Any]


def notes() -> Iterator[tuple[str, bool]]:
    """Give every labelled note beside ①, and whether it says that the work is open."""
    cases = tomllib.loads(CASES.read_text(encoding="utf-8"))
    rows = [(case["mark"], case["note"], case["contradicts"]) for case in cases["case"]]
    for group in cases["group"]:
        rows += [(group["mark"], note, group["contradicts"]) for note in group["notes"]]
    seen = dict.fromkeys((note, said) for mark, note, said in rows if mark == "①" and note)
    yield from seen


def labelled(note: str, said: bool) -> Iterator[Labelled]:
    """Give what is learned from a note: each sentence of a harmless one is harmless, too."""
    months = find_months(note, MONTH)
    found = [
        [
            *_letters(each.words),
            *chain.from_iterable(told(clause.features) for clause in each.clauses),
        ]
        for each in sentences(plain_dates(normalise_lines(note)), months, month=MONTH)
    ]
    if said and len(found) > 1:
        found = [list(chain.from_iterable(found))]
    yield from ((each, said) for each in found)


def _letters(words: str) -> list[str]:
    """Give the letters of a sentence, one, two and three in a row."""
    text = framed(words)
    return [text[at : at + length] for length in (1, 2, 3) for at in range(len(text) - length + 1)]


def learn(given: Sequence[Labelled]) -> dict[str, int]:
    """Give the weights in thousandths; that of nothing is the start."""
    counted = Counter(piece for found, _ in given for piece in set(found))
    names = sorted(piece for piece, count in counted.items() if count > 1)
    column = {name: at for at, name in enumerate(names)}
    filled = [
        (row, column[piece], count / sqrt(len(found)))
        for row, (found, _) in enumerate(given)
        for piece, count in Counter(found).items()
        if piece in column
    ]
    rows, columns = np.array([each[:2] for each in filled]).T
    values = np.array([value for *_, value in filled])
    wanted = np.array([1.0 if said else -1.0 for _, said in given])
    share = np.where(wanted > 0, np.mean(wanted < 0), np.mean(wanted > 0)) * 2
    middle = np.bincount(columns, values * share[rows], len(names)) / share.sum()
    mean = share @ wanted / share.sum()

    def over_pieces(parts: Vector) -> Vector:
        """Sum the centred rows, each taken so many times."""
        summed: Vector = np.bincount(columns, values * parts[rows], len(names))
        summed -= middle * parts.sum()
        return summed

    def alike(parts: Vector) -> Vector:
        weights = over_pieces(parts)
        found: Vector = np.bincount(rows, values * weights[columns], len(given))
        found += _STIFFNESS / share * parts - middle @ weights
        return found

    weights = over_pieces(_solved(alike, wanted - mean))
    start = mean - middle @ weights
    rounded = {name: round(weight * 1000) for name, weight in zip(names, weights, strict=True)}
    kept = {name: weight for name, weight in rounded.items() if abs(weight) >= _LEAST}
    return {"": round(start * 1000), **kept}


def _solved(times: Callable[[Vector], Vector], wanted: Vector) -> Vector:
    """Give what `times` makes into ``wanted``, by conjugate gradients: few pieces are in a row."""
    found, left = np.zeros_like(wanted), wanted
    ahead = left
    while np.abs(left).max() > _EXACT:
        made = times(ahead)
        step = left @ left / (ahead @ made)
        found = found + step * ahead
        before, left = left, left - step * made
        ahead = left + (left @ left) / (before @ before) * ahead
    return found


def examples() -> list[Labelled]:
    """Give what is learned from."""
    return [each for note, said in notes() for each in labelled(note, said)]


def main() -> None:
    """Write the weights."""
    weights = learn(examples())
    lines = [f"{name}\t{weight}" for name, weight in sorted(weights.items())]
    WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(weights)} weights\n")


if __name__ == "__main__":
    main()

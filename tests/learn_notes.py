"""The weights by which a note says that the work is still open, learned from the labelled notes.

    python tests/learn_notes.py      writes pipeline/texts/unfinished.tsv again

Ridge regression over letters in a row and the features of clauses, solved in one step: of the ways
tried on notes kept apart it was as good as any, and needs nothing but numpy. Notes of
cases/held_out_notes.toml are never learned from.
"""

import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from math import sqrt
from pathlib import Path

import numpy as np

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

Labelled = tuple[list[str], bool]


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
    values = np.zeros((len(given), len(names)), dtype=np.float32)
    for row, (found, _) in enumerate(given):
        for each in found:
            if each in column:
                values[row, column[each]] += 1 / sqrt(len(found))
    wanted = np.array([1.0 if said else -1.0 for _, said in given])
    share = np.where(wanted > 0, np.mean(wanted < 0), np.mean(wanted > 0)) * 2
    middle = share @ values / share.sum()
    values -= middle.astype(np.float32)
    mean = share @ wanted / share.sum()
    alike = (values @ values.T).astype(np.float64)
    alike[np.diag_indices_from(alike)] += _STIFFNESS / share
    weights = values.T.astype(np.float64) @ np.linalg.solve(alike, wanted - mean)
    start = mean - middle @ weights
    rounded = {name: round(weight * 1000) for name, weight in zip(names, weights, strict=True)}
    kept = {name: weight for name, weight in rounded.items() if abs(weight) >= _LEAST}
    return {"": round(start * 1000), **kept}


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

"""What a note says of the work it stands beside, clause by clause: open, done, dropped, planned.

A note is gone through once. The words of clauses.toml divide it into clauses and give each its
features; the scores of the same table add up what the features say.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.model import Due

__all__ = ["SENSES", "Said", "read_clauses"]

_PATH = Path(__file__).parent / "clauses.toml"
_SILENT = frozenset({"break", "stop", "plain", "cond", "risk", "separate", "event", "other"})
_TELLING = "いんずり月頃中末ら降旬た"  # last letters of the endings that tell something alone
SENSES = ("open", "done", "dropped", "planned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The words of the clause that says it most, by sense, where they are sure or doubtful."""

    sure: dict[str, str] = field(default_factory=dict)
    doubtful: dict[str, str] = field(default_factory=dict)


class _Score(NamedTuple):
    has: frozenset[str]  # all of these
    sense: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    token: re.Pattern[str]  # literal words, longest first, then the patterns by name
    kinds: dict[str, str]  # of the literal words
    rest: re.Pattern[str]  # what may follow a word that still ends its clause
    endings: tuple[tuple[str, re.Pattern[str]], ...]
    scores: dict[str, tuple[_Score, ...]]  # by one of the features they ask for
    sure: int
    doubtful: int


class _Token(NamedTuple):
    kind: str
    start: int
    end: int


@cache
def _table(path: Path = _PATH) -> _Table:
    """Load clauses.toml. Raises ValueError where a word has two kinds or a pattern is wrong."""
    with path.open("rb") as file:
        data: dict[str, Any] = tomllib.load(file)
    kinds: dict[str, str] = {}
    for kind, words in data["words"].items():
        for word in words:
            if kinds.setdefault(word, kind) != kind:
                raise ValueError(f"{path.name}: {word} is {kinds[word]} and {kind}")
    patterns = [f"(?P<{kind}>{pattern})" for kind, pattern in data["patterns"].items()]
    try:
        return _Table(
            token=re.compile(
                f"(?=[{data['starts']}])(?:{'|'.join(patterns)})|{_alternatives(kinds)}"
            ),
            kinds=kinds,
            rest=re.compile(data["rest"]),
            endings=tuple((name, re.compile(text)) for name, text in data["endings"].items()),
            scores=_scores(data),
            sure=data["sure"],
            doubtful=data["doubtful"],
        )
    except re.error as error:
        raise ValueError(f"{path.name}: {error}") from error


def _scores(data: dict[str, Any]) -> dict[str, tuple[_Score, ...]]:
    scores = defaultdict[str, list[_Score]](list)
    for sense in SENSES:
        for has, points in data[sense].items():
            features = has.split()
            scores[features[0]].append(_Score(frozenset(features), sense, points))
    return {feature: tuple(held) for feature, held in scores.items()}


def _alternatives(words: Iterable[str]) -> str:
    """Give one pattern for many words, the longest first; each first letter is tried once."""
    ordered = sorted(words, key=lambda word: (word[0], -len(word), word))
    groups = []
    for first, same in groupby(ordered, key=lambda word: word[0]):
        rests = "|".join(re.escape(word[1:]) for word in same)
        groups.append(f"{re.escape(first)}(?:{rests})")
    return "|".join(groups)


def read_clauses(text: str, months: Sequence[Due], *, month: str) -> Said:
    """Read a note that is normalised line by line; ``months`` are those it names."""
    table = _table()
    tokens = [
        _Token(
            found.lastgroup.partition("_")[0] if found.lastgroup else table.kinds[found[0]],
            *found.span(),
        )
        for found in table.token.finditer(text)
    ]
    if not months and all(token.kind in _SILENT for token in tokens):
        return Said()
    told = [*_times(text, months, month)]
    best = dict.fromkeys(SENSES, (0, ""))
    for sentence in _parts(text, tokens, "stop"):
        clauses = _clauses(table, text, sentence, told)
        for at, (words, features) in enumerate(clauses):
            others = [other[1] for other in (*clauses[:at], *clauses[at + 1 :])]
            for sense, points in _points(table, features, others).items():
                if points > best[sense][0]:
                    best[sense] = points, words
    sure = {sense: words for sense, (points, words) in best.items() if points >= table.sure}
    doubtful = {
        sense: words
        for sense, (points, words) in best.items()
        if table.doubtful <= points < table.sure
    }
    return Said(sure=sure, doubtful=doubtful)


def _points(table: _Table, own: set[str], others: Sequence[set[str]]) -> dict[str, int]:
    """Add up what the features of a clause, and of the others of its sentence, score."""
    told = own.union(*({f"~{feature}" for feature in other} for other in others)) if others else own
    points = dict.fromkeys(SENSES, 0)
    for feature in own:
        for score in table.scores.get(feature, ()):
            if score.has <= told:
                points[score.sense] += score.points
    return points


def _times(text: str, months: Sequence[Due], month: str) -> Iterable[_Token]:
    """Give where the months stand and whether they lie after the collection month.

    A month without a year may be one gone by.
    """
    for due in months:
        at = text.find(due.written) if due.written else -1
        if at < 0:
            continue
        told = not due.inferred or due.written[0] in "来翌次再"
        kind = ("dated" if due.month > month else "then") if told else "month"
        yield _Token(kind, at, at + len(due.written))


def _parts(text: str, tokens: Sequence[_Token], at: str) -> Iterable[tuple[int, int, list[_Token]]]:
    """Divide a text where tokens of a kind stand: start, end and the tokens of each part."""
    start, held = 0, list[_Token]()
    for token in tokens:
        if token.kind == at:
            yield start, token.start, held
            start, held = token.end, []
        else:
            held.append(token)
    yield start, len(text), held


def _clauses(
    table: _Table,
    text: str,
    sentence: tuple[int, int, list[_Token]],
    times: Sequence[_Token],
) -> list[tuple[str, set[str]]]:
    """Give the words and the features of each clause of a sentence."""
    found = []
    begin, until, tokens = sentence
    shifted = [_Token(kind, start - begin, end - begin) for kind, start, end in tokens]
    own = text[begin:until]
    for start, end, held in _parts(own, shifted, "break"):
        words = own[start:end].strip()
        if not words:
            continue
        marks = [token for token in held if token.kind != "plain"]
        for kind, first, last in times:
            if start <= first - begin < end:
                marks.append(_Token(kind, first - begin, last - begin))
        features = {token.kind for token in marks}
        ends = max((token.end for token in marks), default=start)
        if marks and table.rest.fullmatch(own, ends, end):
            features.update(f"{token.kind}!" for token in marks if token.end == ends)
        if marks or words[-1] in _TELLING:
            features.update(name for name, ending in table.endings if ending.search(words))
        found.append((words, features))
    return found

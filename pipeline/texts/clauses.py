"""What a note says of the work it stands beside, clause by clause: open, done, dropped, planned.

A note is gone through once. The words of clauses.toml divide it into clauses and give each its
features. The scores of the same table add up what the features say of work done, dropped or
planned; that work is still open is told by weights learned from labelled notes (unfinished.py).
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import groupby, product
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.model import Due
from pipeline.texts.unfinished import load_openness, openness_of

__all__ = ["SENSES", "Said", "read_clauses", "sentences"]

_PATH = Path(__file__).parent / "clauses.toml"
_SILENT = frozenset({"break", "stop", "plain", "cond", "risk", "separate", "event", "other"})
_NAME = re.compile(r"\{([a-z]+)\}")
_KANA = re.compile("[ぁ-んァ-ヶ]")
_STEPS = (8, 8, 8)  # looks at first letters that one look before them spares
_LONGEST_ENDING = 24  # characters
_NO_FEATURES = frozenset[str]()
_DUE = "due"
SENSES = ("done", "dropped", "planned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The words that say it most, by sense."""

    sure: dict[str, str] = field(default_factory=dict)
    still_open: str = ""  # the clause that says that the work is not done
    perhaps_open: str = ""  # the same, where that is doubtful
    dues: tuple[Due, ...] = ()  # the months by which it says that the work will be done


class _Score(NamedTuple):
    has: frozenset[str]  # all of these
    sense: str
    points: int


class _Kind(NamedTuple):
    """What a word gives its clause: features, and those it gives where it ends the clause."""

    inside: frozenset[str]
    last: frozenset[str]
    silent: bool  # tells nothing alone
    breaks: bool  # ends a clause
    stops: bool  # ends a sentence


# Start, end and kind of a word in a note, or of a time: then with the due that is the clause's own.
_Found = tuple[int, int, _Kind, Due | None]


class _Clause(NamedTuple):
    words: str
    features: frozenset[str]
    dues: tuple[Due, ...]


class _Sentence(NamedTuple):
    words: str
    clauses: list[_Clause]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    token: re.Pattern[str]  # literal words, longest first, then the patterns by name
    kinds: dict[str, _Kind]  # of the literal words, and of the patterns by name
    rest: re.Pattern[str]  # what may follow a word that still ends its clause
    endings: Mapping[str, tuple[tuple[str, re.Pattern[str]], ...]]  # by last letter, "": any other
    telling: re.Pattern[str]  # an ending that tells something alone
    attribute: re.Pattern[str]  # what a month belongs to, right behind it
    scores: dict[str, tuple[_Score, ...]]  # by one of the features they ask for
    sure: int


@cache
def _table(path: Path = _PATH) -> _Table:
    """Load clauses.toml. Raises re.error or KeyError where a pattern or a class is wrong."""
    with path.open("rb") as file:
        data: dict[str, Any] = tomllib.load(file)
    classes = data["classes"]
    named = defaultdict[str, list[str]](list)
    for kind, words in data["words"].items():
        for word in dict.fromkeys(spelt for each in words for spelt in _spelt(each, classes)):
            named[word].append(kind)
    patterns = [
        (
            letters,
            f"(?=[{letters}])(?P<{name}>"
            f"{_NAME.sub(lambda found: _any_of(classes[found[1]]), pattern)})",
        )
        for name, (letters, pattern) in data["patterns"].items()
    ]
    token = f"{_gated(patterns)}|{_any_of(named)}"
    named.update((name, [name.partition("_")[0]]) for name in data["patterns"])
    return _Table(
        token=re.compile(token),
        kinds={word: _kind(kinds, data["also"]) for word, kinds in named.items()},
        rest=re.compile(data["rest"]),
        attribute=re.compile(
            _NAME.sub(lambda found: _any_of(classes[found[1]]), data["attribute"])
        ),
        telling=re.compile(data["telling"]),
        endings=_by_last_letter(data["endings"]),
        scores=_scores(data),
        sure=data["sure"],
    )


def _gated(patterns: Iterable[tuple[str, str]]) -> str:
    """Give one pattern for many, each with the letters it begins with: kana apart from the rest."""
    gates = defaultdict[bool, list[tuple[str, str]]](list)
    for letters, pattern in patterns:
        gates[bool(_KANA.search(letters))].append((letters, pattern))
    return "|".join(
        f"(?=[{''.join(letters for letters, _ in gated)}])(?:{'|'.join(each for _, each in gated)})"
        for gated in gates.values()
    )


def _by_last_letter(
    endings: Mapping[str, tuple[str, str]],
) -> dict[str, tuple[tuple[str, re.Pattern[str]], ...]]:
    """Give the endings worth trying by the last letter of a clause."""
    compiled = [(name, letters, re.compile(text)) for name, (letters, text) in endings.items()]
    every = "".join(letters for _, letters, _ in compiled)
    return {
        last: tuple((n, each) for n, letters, each in compiled if not letters or last in letters)
        if last
        else tuple((n, each) for n, letters, each in compiled if not letters)
        for last in ("", *every)
    }


def _kind(names: Sequence[str], also: Mapping[str, str]) -> _Kind:
    told = {*names, *(also[name] for name in names if name in also)} - {"plain"}
    return _Kind(
        inside=frozenset(told),
        last=frozenset(f"{name}!" for name in told),
        silent=told <= _SILENT,
        breaks=not told.isdisjoint(("break", "stop")),
        stops="stop" in told,
    )


def _scores(data: dict[str, Any]) -> dict[str, tuple[_Score, ...]]:
    scores = defaultdict[str, list[_Score]](list)
    for sense in (*SENSES, _DUE):
        for has, points in data[sense].items():
            features = has.split()
            scores[features[0]].append(_Score(frozenset(features), sense, points))
    return {feature: tuple(held) for feature, held in scores.items()}


def _spelt(word: str, classes: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Give each word that one with {classes} in it stands for."""
    pieces = _NAME.split(word)  # every other piece is a name
    yield from map(
        "".join, product(*(classes[p] if at % 2 else (p,) for at, p in enumerate(pieces)))
    )


def _any_of(words: Iterable[str]) -> str:
    """Give one pattern for many words, the longest first.

    Looks at the first letter, each at fewer of them, spare trying hundreds of words.
    """
    ordered = sorted(words, key=lambda word: (word[0], -len(word), word))
    groups = []
    for first, same in groupby(ordered, key=lambda word: word[0]):
        rests = "|".join(re.escape(word[1:]) for word in same)
        groups.append((first, f"{re.escape(first)}(?:{rests})"))
    for step in _STEPS:
        groups = [_looked_at(groups[at : at + step]) for at in range(0, len(groups), step)]
    return f"(?:{'|'.join(tried for _, tried in groups)})"


def _looked_at(groups: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Give patterns, each with the letters it can begin with, as one behind a look at these."""
    firsts = "".join(letters for letters, _ in groups)
    tried = "|".join(pattern for _, pattern in groups)
    return firsts, f"(?=[{re.escape(firsts)}])(?:{tried})"


def read_clauses(text: str, months: Sequence[Due], *, month: str) -> Said:
    """Read a note that is normalised line by line; ``months`` are those it names."""
    table, openness = _table(), load_openness()
    best = dict.fromkeys(SENSES, (0, ""))
    dues = list[Due]()
    most, sentence_of_most = float("-inf"), None
    for sentence in sentences(text, months, month=month):
        points = openness_of(sentence.words, [each.features for each in sentence.clauses])
        if points > most:
            most, sentence_of_most = points, sentence
        for at, clause in enumerate(sentence.clauses):
            for sense, scored in _points_of(sentence.clauses, at):
                if sense == _DUE:
                    dues += clause.dues if scored >= table.sure else ()
                elif scored > best[sense][0]:
                    best[sense] = scored, clause.words
    words = _telling(sentence_of_most) if sentence_of_most and most >= openness.doubtful else ""
    return Said(
        sure={sense: words for sense, (scored, words) in best.items() if scored >= table.sure},
        still_open=words if most >= openness.sure else "",
        perhaps_open="" if most >= openness.sure else words,
        dues=tuple(dues),
    )


def _telling(sentence: _Sentence) -> str:
    """Give the clause that says most that the work is open."""
    if len(sentence.clauses) < 2:
        return sentence.words
    clauses = sentence.clauses
    return max(clauses, key=lambda each: openness_of(each.words, [each.features])).words


def _points_of(clauses: Sequence[_Clause], at: int) -> Iterable[tuple[str, int]]:
    own = clauses[at].features
    if own.isdisjoint(_table().scores):
        return ()
    return _points(own, _told(clauses[:at]) if at else _NO_FEATURES, _told(clauses[at + 1 :]))


def _told(clauses: Sequence[_Clause]) -> frozenset[str]:
    return _NO_FEATURES.union(*[each.features for each in clauses]) if clauses else _NO_FEATURES


@lru_cache(maxsize=4096)
def _points(
    own: frozenset[str], before: frozenset[str], after: frozenset[str]
) -> tuple[tuple[str, int], ...]:
    """Add up what the features of a clause, and of the others of its sentence, score."""
    table = _table()
    told = own | {f"~{feature}" for feature in before | after} | {f"+{each}" for each in after}
    points = dict.fromkeys((*SENSES, _DUE), 0)
    for feature in own:
        for score in table.scores.get(feature, ()):
            if score.has <= told:
                points[score.sense] += score.points
    return tuple(item for item in points.items() if item[1] > 0)


def _times(table: _Table, text: str, months: Sequence[Due], month: str) -> Iterator[_Found]:
    """Give where the months stand and whether they lie after the collection month.

    A month without a year may be one gone by.
    """
    end = 0
    for due in months:
        start = text.find(due.written, end)
        if start < 0:  # written over a line break
            continue
        end = start + len(due.written)
        told = not due.inferred or due.written[0] in "来翌次再"
        kind = ("dated" if due.month > month else "then") if told else "month"
        yield start, end, _TIMES[kind], None if table.attribute.match(text, end) else due


def sentences(text: str, months: Sequence[Due], *, month: str) -> Iterator[_Sentence]:
    """Divide a text, normalised line by line, into sentences and these into clauses with words."""
    table = _table()
    found: list[_Found] = [
        (match.start(), match.end(), table.kinds[match.lastgroup or match[0]], None)
        for match in table.token.finditer(text)
    ]
    if months:
        found = sorted((*found, *_times(table, text, months, month)), key=lambda each: each[:2])
    elif all(kind.silent for _, _, kind, _ in found) and not table.telling.search(text):
        yield from (_Sentence(words, []) for words in _STOPS.split(text) if words.strip())
        return
    clauses = list[_Clause]()
    first, begin, held = 0, 0, list[_Found]()
    for each in (*found, (len(text), len(text), _STOP, None)):
        start, end, kind, _ = each
        if not kind.breaks:
            if kind.inside:
                held.append(each)
            continue
        words = text[begin:start].strip()
        if words:
            features = _features(table, text, words, held, start)
            dues = tuple(due for *_, due in held if due) if months else ()
            clauses.append(_Clause(words, features, dues))
        begin, held = end, []
        if kind.stops:
            if clauses:
                yield _Sentence(text[first:start].strip(), clauses)
            first, clauses = end, []


def _features(
    table: _Table, text: str, words: str, held: Sequence[_Found], until: int
) -> frozenset[str]:
    """Give the features of a clause: of the words it holds, of the last of them, its endings."""
    if not held and not table.telling.search(words):
        return _NO_FEATURES
    tail = max(0, len(words) - _LONGEST_ENDING)
    endings = table.endings.get(words[-1], table.endings[""])
    features = {name for name, ending in endings if ending.search(words, tail)}
    last = max([end for _, end, _, _ in held]) if held else until
    ends = last == until or table.rest.fullmatch(text, last, until)
    for _, end, kind, _ in held:
        features |= kind.inside
        if ends and end == last:
            features |= kind.last
    return frozenset(features)


_STOPS = re.compile("[。\n!?]")
_STOP = _kind(["stop"], {})
_TIMES = {name: _kind([name], {}) for name in ("dated", "then", "month")}

"""The table of notations, loaded once from marks.toml and checked while loading."""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.model import CellKind, Doubt, Status
from pipeline.texts.folding import circled
from pipeline.texts.months import normalise

DITTO = "ditto"
_PATH = Path(__file__).parent.parent / "marks.toml"
_OPENING = "「『【〔[<{〈《≪〖⦅“‘"
_CLOSING = "」』】〕]>}〉》≫〗⦆”’"
_BRACKETS = str.maketrans(_OPENING + _CLOSING, "(" * len(_OPENING) + ")" * len(_CLOSING))
_NAME = re.compile(r"\{([a-z_]+)\}")
_NOTHING = "(?!)"


class TableError(ValueError):
    """marks.toml contradicts itself; the message names the rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notation:
    """One row: what it means and the pattern that finds it; that of an exact row finds nothing.

    ``status`` is None for the signs that repeat the item above. ``whole`` asks that the pattern
    matches everything, ``due`` that a month stands beside it (True) or that none does (False),
    ``joined`` that the words follow a plain digit without anything between.
    """

    id: str
    description: str
    status: Status | None
    doubt: Doubt = Doubt.NONE
    pattern: re.Pattern[str]
    numbers: tuple[int, ...] = ()
    whole: bool = False
    due: bool | None = None
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All rows of marks.toml, ready for matching."""

    signs: Mapping[str, frozenset[Status]]  # a sign before or behind words, and what it agrees with
    exact: Mapping[tuple[CellKind, str], Notation]
    words: tuple[Notation, ...]
    claims: tuple[Notation, ...]
    beside: tuple[Notation, ...]

    def describe(self, notation_id: str) -> str:
        """Give the description of a row, or an empty text."""
        rows = (*self.exact.values(), *self.words, *self.claims, *self.beside)
        return next((row.description for row in rows if row.id == notation_id), "")


def matching_key(text: str) -> str:
    """Give the form of a cell used as a key: normalised, one shape of brackets and numbers."""
    numeral, spelling = _spellings()
    if not text.isascii() or "I" in text or "i" in text:
        text = numeral.pattern.sub(lambda found: found[1] + numeral.plain[found[2]], text)
    key = normalise(text).translate(_BRACKETS)
    return spelling.pattern.sub(lambda run: _plainly(run[0], spelling.plain), key)


def _plainly(run: str, plain: Mapping[str, str]) -> str:
    """Spell a run of words in katakana as the rows do: ヨテイナシ."""
    return re.sub("|".join(plain), lambda word: plain[word[0]], run)


@dataclass(frozen=True, slots=True)
class _Spelling:
    """Ways of writing (of numbers, of words) and the one that the rows of the table use."""

    pattern: re.Pattern[str]
    plain: Mapping[str, str]


@cache
def _spellings() -> tuple[_Spelling, _Spelling]:
    data = _data(_PATH)
    numerals = {
        written: circled(row["number"]) for row in data["numeral"] for written in row["written"]
    }
    one = "|".join(map(re.escape, numerals))
    words = data["spelling"]
    return (
        _Spelling(
            re.compile(
                rf"^([\W_]*)({one})(?=$|[\W_]|予定|これから|今後|対応|既に|すでに|実施|済|\d{{1,2}}月)"
                rf"(?![\s、・,，/／と~～〜→]+(?:{one}))(?!・?四半期)"
            ),
            numerals,
        ),
        _Spelling(re.compile(rf"(?<![ァ-ヶー])(?:{'|'.join(words)})+(?![ァ-ヶー])"), words),
    )


def _exact_key(text: str) -> str:
    """Quotation marks are brackets too, but here they may be the sign itself (\")."""
    return normalise(text).translate(_BRACKETS)


@cache
def load_table(path: Path = _PATH) -> Table:
    """Load and check the table. Raises `TableError` where two rows claim one notation."""
    return build_table(_data(path))


@cache
def _data(path: Path) -> Mapping[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def build_table(data: Mapping[str, Any]) -> Table:
    """Build the table from parsed TOML; see `load_table`."""
    vocabulary = {name: _any_of(words) for name, words in data.get("vocabulary", {}).items()}
    exact: dict[tuple[CellKind, str], Notation] = {}
    ids: set[str] = set()
    for row in data.get("notation", ()):
        notation = _notation(row, ids, vocabulary)
        for written in row["written"]:
            key = (CellKind(row.get("kind", CellKind.TEXT)), _exact_key(written))
            before = exact.setdefault(key, notation)
            if before is not notation:
                raise TableError(f"{written!r} is claimed by {before.id} and by {notation.id}")

    def rows(kind: str) -> tuple[Notation, ...]:
        return tuple(_notation(row, ids, vocabulary) for row in data.get(kind, ()))

    return Table(
        signs={
            sign: frozenset(map(Status, row["status"]))
            for row in data.get("sign", ())
            for sign in row["written"]
        },
        exact=exact,
        words=rows("words"),
        claims=rows("claim"),
        beside=rows("beside"),
    )


def _any_of(words: Collection[str]) -> str:
    """Give a pattern for any of some words, each before its own beginning.

    A look at the first sign spares trying hundreds of words where none begins.
    """
    ordered = sorted(map(re.escape, words), reverse=True)
    firsts = "".join(sorted({re.escape(word[0]) for word in words}))
    return f"(?:(?=[{firsts}])(?:{'|'.join(ordered)}))"


def _notation(row: Mapping[str, Any], ids: set[str], vocabulary: Mapping[str, str]) -> Notation:
    if row["id"] in ids:
        raise TableError(f"two rows are called {row['id']}")
    ids.add(row["id"])
    written = (
        f"(?>{'|'.join(row['pieces'])})*+" if "pieces" in row else row.get("pattern", _NOTHING)
    )
    try:
        pattern = re.compile(_NAME.sub(lambda name: vocabulary[name[1]], written))
    except (KeyError, re.error) as error:
        raise TableError(f"the pattern of {row['id']} is wrong: {error}") from error
    status = None if row["status"] == DITTO else Status(row["status"])
    doubt = Doubt(row.get("doubt", Doubt.NONE))
    if (status is Status.UNCLEAR) != (doubt is not Doubt.NONE):
        raise TableError(f"{row['id']}: a doubt belongs to status unclear and to no other")
    return Notation(
        id=row["id"],
        description=row["description"],
        status=status,
        doubt=doubt,
        pattern=pattern,
        numbers=tuple(row.get("number", ())),
        whole=row.get("whole", False),
        due=row.get("due"),
        joined=row.get("joined", False),
    )

"""The facts of a note (補足説明欄). Tags and wording are data: pipeline/texts/notes.toml."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pipeline.model import Answer, Aside, Due, DueProblem, DueSource, Mark, Note, Precision, Status
from pipeline.texts.clauses import read_clauses
from pipeline.texts.folding import fold, is_blank
from pipeline.texts.months import find_months, normalise, plain_dates

__all__ = [
    "NoteTable",
    "effective_due",
    "load_note_table",
    "read_note",
    "read_remark",
    "with_comments_of",
]

_PATH = Path(__file__).parent / "notes.toml"
_LONGEST_MARK = 40  # characters; a longer note is prose, not an answer
_DASHES = re.compile("[‐‑‒–—―−─ー]")
_SPACED_DASH = re.compile(r"(?<=\d) ?- ?(?=\d)")
_NUMBERS = re.compile("[①②③]")
_NUMBERED = {"①": Status.DONE, "②": Status.PLANNED, "③": Status.NOT_PLANNED}
_PUNCTUATION = re.compile(r"[。、,・\s]|\.$")
# A cheap look before the costly one: no telephone number has fewer digits.
_REACHED = re.compile(r"@|[(\[](?:at|アット)|内線|\d(?:[^\d]{0,3}\d){8}")
_MAIL = re.compile(
    r"(?<![a-z0-9._%+\-])[a-z0-9._%+\-]++(?:@| ?[(\[](?:at|アット|@)[)\]] ?)"
    r"[a-z0-9\-]++(?:\.[a-z0-9\-]++)+"
)
# Japanese numbers have ten or eleven digits and begin with 0 (総務省 電気通信番号計画).
_PHONE = re.compile(
    r"(?<![\d\-.])0[5789]0[ .・]\d{4}[ .・]\d{4}(?!\d)|\+81 \d{1,4}[ \-]\d{1,4}[ \-]\d{3,4}(?!\d)"
    r"|(?:tel|fax|電話|携帯)(?:番号)?[は:. ]*\(?0\d{1,4}[ .・)]{1,2}\d{1,4}[ .・]\d{3,4}(?!\d)|"
    r"(?<![\d\-.])(?:\+81[\-(]?\d{1,4}|\(?0\d{1,4})[\-()]{1,2}\d{1,4}[\-)]{1,2}\d{3,4}(?![\d\-])"
    r"|(?<![\d\-.])0(?:[5789]0\d{8}|[1-9]\d{8})(?!\d)|内線(?:番号)?[: ]*\d{2,6}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tag:
    name: str
    words: re.Pattern[str]  # any of them
    exceptions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTable:
    """notes.toml, folded and compiled."""

    empty: frozenset[str]
    tags: tuple[_Tag, ...]
    tagged: re.Pattern[str]  # any word of any tag: a cheap look before the costly one
    facts: dict[str, re.Pattern[str]]
    mark_like: tuple[tuple[Status, re.Pattern[str]], ...]


@cache
def load_note_table(path: Path = _PATH) -> NoteTable:
    """Load notes.toml. Raises re.error where a pattern is wrong, ValueError where a status is."""
    with path.open("rb") as file:
        data: dict[str, Any] = tomllib.load(file)
    tags = tuple(
        _Tag(
            name=row["name"],
            words=re.compile("|".join(re.escape(_plain(word)) for word in row["words"])),
            exceptions=tuple(map(_plain, row.get("except", ()))),
        )
        for row in data["tag"]
    )
    return NoteTable(
        empty=frozenset(map(_plain, data["empty"])),
        tags=tags,
        tagged=re.compile("|".join(tag.words.pattern for tag in tags)),
        facts={name: re.compile(pattern) for name, pattern in data["facts"].items()},
        mark_like=tuple(
            (Status(row["status"]), re.compile(row["pattern"])) for row in data["mark_like"]
        ),
    )


def _plain(text: str) -> str:
    return normalise(text).replace(" ", "")


@lru_cache(maxsize=16384)
def read_note(text: str, *, month: str) -> Note:
    """Read a note cell; ``month`` is the collection month (YYYY-MM). Total."""
    if is_blank(text):
        return Note(raw=text)
    table = load_note_table()
    plain = _plain(text)
    bare = plain.rstrip("。.")
    optional = table.facts["nothing"].fullmatch(bare) if bare.endswith(")") else None
    if not plain or (optional["word"] if optional else bare) in table.empty:
        return Note(raw=text)
    attachment = bool(table.facts["attachment"].search(plain)) and not table.facts[
        "no_attachment"
    ].search(plain)
    months = find_months(text, month)
    said = read_clauses(plain_dates(normalise_lines(text)), months, month=month)
    return Note(
        raw=text,
        empty=False,
        tags=_tags(table, plain),
        months=_distinct(months),
        dues=_distinct(said.dues),
        says_done=said.sure.get("done", ""),
        says_not_done=said.still_open,
        says_dropped=said.sure.get("dropped", ""),
        says_planned=said.sure.get("planned", ""),
        may_not_be_done=said.perhaps_open,
        personal=_personal(text) if _REACHED.search(plain) else (),
        refers_to_attachment=attachment,
        mark_like=_mark_like(table, plain),
    )


def _distinct(months: Iterable[Due]) -> tuple[Due, ...]:
    found: dict[str, Due] = {}
    for due in months:
        found.setdefault(due.month, due)
    return tuple(found.values())


_POINTING = "→⇒➡➔▶►>＞:：=＝ \u3000\t"  # before an answer typed behind a text


def read_remark(text: str, *, month: str) -> Note:
    """Read a comment, or an addition to the form's text, as a note is read."""
    if is_blank(text):
        return Note()
    return replace(read_note(text.lstrip(_POINTING), month=month), raw=text)


def with_comments_of(answer: Answer, given: Iterable[Answer], *, month: str) -> Answer:
    """Give an answer with the comments on all the answers it stands for."""
    texts = dict.fromkeys(each.comment for each in given if each.aside and each.comment)
    if not texts or tuple(texts) == (answer.comment,):
        return answer
    comment = read_remark("\n".join(texts), month=month)
    return replace(answer, aside=replace(answer.aside or Aside(), comment=comment))


def normalise_lines(text: str) -> str:
    """Normalise each line apart, so that a line break still ends a clause."""
    return "\n".join(normalise(line) for line in re.split(r"[\r\n\v\f\x85\u2028\u2029]+", text))


def _tags(table: NoteTable, plain: str) -> tuple[str, ...]:
    if not table.tagged.search(plain):
        return ()
    found = []
    for tag in table.tags:
        rest = plain
        for exception in tag.exceptions:
            rest = rest.replace(exception, "")
        if tag.words.search(rest):
            found.append(tag.name)
    return tuple(found)


def _personal(text: str) -> tuple[str, ...]:
    """Give the mail addresses and telephone numbers of a note."""
    spaced = _DASHES.sub("-", fold(text))
    return tuple(dict.fromkeys([*_MAIL.findall(spaced), *_phones(spaced)]))


def _phones(text: str) -> list[str]:
    return [
        found[0]
        for found in _PHONE.finditer(_SPACED_DASH.sub("-", text))
        if found[0].startswith("内線")
        or 10 <= sum(map(str.isdigit, found[0].replace("+81", "0"))) <= 11
    ]


def _mark_like(table: NoteTable, plain: str) -> Status | None:
    if len(plain) > _LONGEST_MARK:
        return None
    named = table.facts["names_answer"].search(plain) if _NUMBERS.search(plain) else None
    if named:
        return _NUMBERED[named["number"] or named["named"]]
    bare = _PUNCTUATION.sub("", plain)
    for status, pattern in table.mark_like:
        if pattern.fullmatch(bare):
            return status
    return None


def effective_due(mark: Mark, note: Note) -> Due:
    """Give the mark's due or, where ② names none, the one month by which its note will have it.

    An exact month goes before a vague term (来年度予算で令和9年10月までに). Two different months
    decide nothing, and neither does a note beside an impossible month (A309) or beside ① or ③.
    """
    if mark.status is not Status.PLANNED or mark.due.month:
        return mark.due
    if mark.due.problem is DueProblem.IMPOSSIBLE:
        return mark.due
    for wanted in (
        [due for due in note.dues if due.precision is Precision.MONTH],
        list(note.dues),
    ):
        if len({due.month for due in wanted}) > 1:
            return mark.due
        if wanted:
            return replace(wanted[0], source=DueSource.NOTE)
    return mark.due

"""What a month asks of its reader: who returned what, whom to ask first, and the month in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.model.batch import Severity

OVERVIEW_SHEET = "概況"
NEXT = "次にすること"  # the topic of the sentence that tells whom to ask
REMARK = "担当者から（次の集計でも残ります）"  # the label before the place for a remark

_LONGEST_NAME = 40


def called(name: str) -> str:
    """Give a name as a sentence bears it: on one line, and not endless."""
    line = " ".join(name.split())
    return line if len(line) <= _LONGEST_NAME else f"{line[: _LONGEST_NAME - 1]}…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnout:
    """Who answered, as one equation. ``asked`` is None without a roster; the rest of it is then 0.

    ``again`` sent what has to be sent again, ``waiting`` may have sent something, ``missing`` sent
    nothing. ``beside_roster`` answered and stand on no roster.
    """

    asked: int | None
    returned: int
    again: int = 0
    waiting: int = 0
    missing: int = 0
    beside_roster: int = 0

    @property
    def absent(self) -> int:
        """Count all of those asked whose answers are not there."""
        return self.again + self.waiting + self.missing

    @property
    def absent_words(self) -> str:
        """Give the parts of those who are absent: 要再提出 2・未提出 3団体."""
        parts = [("要再提出", self.again), ("確認待ち", self.waiting)]
        shown = [part for part in parts if part[1]]
        told = [f"{name} {count:,}" for name, count in [*shown, ("未提出", self.missing)]]
        return f"{'・'.join(told)}団体"

    @property
    def equation(self) -> str:
        """Give the whole: 対象 31 = 提出 26 + 要再提出 2 + 未提出 3、名簿外 1."""
        if self.asked is None:
            return f"提出 {self.returned:,}団体（名簿がないため、対象と未提出は分かりません）"
        parts = [("提出", self.returned), ("要再提出", self.again), ("確認待ち", self.waiting)]
        shown = [f"{name} {count:,}" for name, count in parts if count or name != "確認待ち"]
        beside = f"、名簿外 {self.beside_roster:,}" if self.beside_roster else ""
        return f"対象 {self.asked:,} = {' + '.join([*shown, f'未提出 {self.missing:,}'])}{beside}"

    @property
    def line(self) -> str:
        """Give the equation with what it counts."""
        return self.equation if self.asked is None else f"{self.equation}（団体）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One line of 連絡の順 and of 今月まず対応すること: a body, and what to ask it.

    ``body`` is its id, empty where nobody knows whose file it is; ``name`` is then the file's.
    ``settles`` counts the open answers its reply settles; ``width`` is that of the headline range
    in points once everybody up to here has answered. ``rows`` are the places in the report of the
    findings somebody has to act on, ``lines`` the places of their lines in ``Report.lines``.
    """

    body: str
    name: str
    contact: str
    severity: Severity
    asks: tuple[str, ...]
    kinds: int  # of questions, of which ``asks`` spells out the first
    settles: int
    width: float
    rows: tuple[int, ...] = ()
    lines: tuple[int, ...] = ()

    @property
    def first_ask(self) -> str:
        """Give what to ask first, and of how many kinds the rest is."""
        return f"{self.asks[0]}（ほか {self.kinds - 1}種類）" if self.kinds > 1 else self.asks[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of 概況, of 要約.txt and of the report: what it is about, and what it says."""

    topic: str
    text: str


def first_of(found: Iterable[Contact], limit: int) -> tuple[Contact, ...]:
    """Give the first of 今月まず対応すること: who must answer again before whom to look at."""
    return tuple(sorted(found, key=lambda one: list(Severity).index(one.severity))[:limit])

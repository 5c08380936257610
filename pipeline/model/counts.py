"""Counts of answers by status, and how far a figure made of them can still move.

Of a `Range` nothing is estimated. ``least`` takes every answer that is still open for not done,
``most`` for done; whatever the open answers turn out to be, the figure lies between them.
"""

from dataclasses import dataclass

from pipeline.model.checklist import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCounts:
    """How many answers have each status."""

    done: int = 0
    planned: int = 0
    not_planned: int = 0
    not_applicable: int = 0
    blank: int = 0
    unclear: int = 0

    def of(self, status: Status) -> int:
        """Give the count of one status."""
        return int(getattr(self, status))

    @property
    def total(self) -> int:
        """All answers."""
        readable = self.done + self.planned + self.not_planned + self.not_applicable
        return readable + self.blank + self.unclear

    @property
    def applicable(self) -> int:
        """All answers but those that say the item does not apply."""
        return self.total - self.not_applicable

    @property
    def open(self) -> int:
        """Answers known not to be closed; what could not be read is asked, not held against one."""
        return self.applicable - self.done - self.unclear

    @property
    def done_share(self) -> float | None:
        """対応済み率: done of what applies. Blank and unclear answers count as not done."""
        return self.done / self.applicable if self.applicable else None

    @property
    def filled_share(self) -> float | None:
        """記入率: answers given, readable or not, of all asked."""
        return (self.total - self.blank) / self.total if self.total else None

    @property
    def read_share(self) -> float | None:
        """読み取れた割合: answers that could be read, of all asked."""
        read = self.total - self.blank - self.unclear
        return read / self.total if self.total else None


NOTHING = StatusCounts()
FIRM = 1.0  # points: a range narrower than this changes no sentence of a report


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """対応済み率 of everybody or of a part, as it stands, and how far it can still move.

    ``scope`` is all, category, role, group, respondent or item, ``key`` which of them: the
    category's or role's name, the id of a respondent or item, empty for all. ``counts`` are the
    answers given; ``in_question`` those of them that something open contradicts, by the status they
    are counted with; ``absent`` the answers asked of those who sent none.
    """

    scope: str
    key: str
    counts: StatusCounts = NOTHING
    in_question: StatusCounts = NOTHING
    absent: int = 0

    @property
    def done_rate(self) -> float | None:
        """Give 対応済み率 as every sheet shows it: done of what applies, of those who answered."""
        return self.counts.done_share

    @property
    def done(self) -> int:
        """Count what is certainly done."""
        return self.counts.done - self.in_question.done

    @property
    def open(self) -> int:
        """Count what may still be done: not returned, blank, unclear, contradicted."""
        return self.counts.blank + self.counts.unclear + self.in_question.total + self.absent

    @property
    def asked(self) -> int:
        """Count what applies, everything open with it."""
        certain = self.counts.planned + self.counts.not_planned
        certain -= self.in_question.planned + self.in_question.not_planned
        return self.done + certain + self.open

    @property
    def least(self) -> float | None:
        """Give the share if nothing open is done; None where nothing is asked."""
        return self.done / self.asked if self.asked else None

    @property
    def most(self) -> float | None:
        """Give the share if everything open is done."""
        return (self.done + self.open) / self.asked if self.asked else None

    @property
    def width(self) -> float:
        """Give the width in points (hundredths): 19.4."""
        return self.width_without(0)

    def width_without(self, settled: int) -> float:
        """Give the width in points once so many of the open answers are settled."""
        return 100 * (self.open - settled) / self.asked if self.asked else 0.0

    @property
    def span(self) -> str:
        """Give least and most in words: 48.7～65.3%."""
        if self.least is None or self.most is None:
            return "－"
        return f"{100 * self.least:.1f}～{self.most:.1%}"

    @property
    def words(self) -> str:
        """Give value and range in words: 対応済み 56.3%（48.7～65.3%）."""
        value = "－" if self.done_rate is None else f"{self.done_rate:.1%}"
        return f"対応済み {value}（{self.span}）"

    @property
    def firm(self) -> bool:
        """Tell whether the range is so narrow that the figure can be passed on."""
        return self.width < FIRM

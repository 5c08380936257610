"""What a report says about the months: this one beside an earlier one, and all of them in a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.model.checklist import Status
from pipeline.model.counts import StatusCounts
from pipeline.model.history import Change, Movement, Promise, PromiseRate

Shares = tuple[float | None, ...]  # 対応済み率 by month, as in `Months.points`; None: no answers


class Presence(StrEnum):
    """Whether a respondent is in both months. The value is the word shown."""

    BOTH = "両方の月に提出"
    CAME = "新しく提出"
    LEFT = "今月は提出なし"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """How many answers moved in which way since the month compared with."""

    improved: int = 0
    regressed: int = 0
    postponed: int = 0
    advanced: int = 0
    changed: int = 0

    def of(self, movement: Movement) -> int:
        """Give the count of one movement."""
        return int(getattr(self, movement.name.lower()))

    @property
    def total(self) -> int:
        """All answers that moved."""
        return sum(self.of(movement) for movement in Movement)

    @property
    def concern(self) -> int:
        """Answers that moved away from being done, or were put off."""
        return self.regressed + self.postponed


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPoint:
    """One month of the trend. ``asked`` and ``missing`` are None where nobody knows."""

    month: str
    submissions: int
    asked: int | None
    missing: int | None
    counts: StatusCounts
    overdue: int

    @property
    def return_share(self) -> float | None:
        """回収率, None without a roster."""
        if not self.asked or self.missing is None:
            return None
        return (self.asked - self.missing) / self.asked


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFlow:
    """How the count of one status went from the month compared with to this one.

    ``before + changed + came - left == now``: answers that changed into or out of it, answers of
    respondents who are new, and of those who are gone.
    """

    status: Status
    before: int
    changed: int
    came: int
    left: int
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeAndNow:
    """An item, a category or everything in both months. Counts are over all respondents."""

    before: StatusCounts
    now: StatusCounts
    moves: Moves
    shares: Shares


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondentMonths:
    """A respondent of this month or of the one compared with.

    ``number`` is that of this month's submission. ``same_file``: the same bytes as last month.
    """

    id: str
    name: str
    number: int | None
    presence: Presence
    before: StatusCounts | None
    now: StatusCounts | None
    moves: Moves
    same_file: bool
    shares: Shares


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """A change with the line of 明細 it is about: an index into ``Report.answers``."""

    change: Change
    answer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standout:
    """One line of the lists of what went best and what worries. ``detail`` tells an item's name."""

    name: str
    detail: str
    moves: Moves


@dataclass(frozen=True, slots=True, kw_only=True)
class Standouts:
    """The respondents and items that improved most, and those that give cause for concern."""

    improved_respondents: tuple[Standout, ...] = ()
    improved_items: tuple[Standout, ...] = ()
    concerning_respondents: tuple[Standout, ...] = ()
    concerning_items: tuple[Standout, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """The months of a report. ``compared_with`` is empty where there is no earlier month.

    ``points`` are oldest first and end with this month. ``items`` and ``categories`` are in form
    order; both are empty where nothing is compared, and so are ``flows`` and ``respondents``.
    ``before`` is the point of the month compared with.
    """

    compared_with: str = ""
    notices: tuple[str, ...] = ()
    points: tuple[MonthPoint, ...] = ()
    before: MonthPoint | None = None
    flows: tuple[StatusFlow, ...] = ()
    items: tuple[BeforeAndNow, ...] = ()
    categories: tuple[BeforeAndNow, ...] = ()
    respondents: tuple[RespondentMonths, ...] = ()
    changes: tuple[ChangeRow, ...] = ()
    standouts: Standouts = Standouts()
    promises: Sequence[Promise] = ()  # overdue first, the longest overdue on top
    promise_rates: tuple[PromiseRate, ...] = ()  # by respondent
    category_rates: tuple[PromiseRate, ...] = ()

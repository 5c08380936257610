"""What `summarise` gives and `write` shows: every number of a month, ready to be put down.

Counts are of answers unless a name says otherwise; shares are fractions of 1, None where there
is nothing to divide by. ``write`` computes nothing beyond places on a sheet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.model.batch import Finding, Respondent, Severity
from pipeline.model.checklist import Checklist, Item
from pipeline.model.counts import Range, StatusCounts
from pipeline.model.months import Months
from pipeline.model.plan import Contact, Sentence, Turnout
from pipeline.model.report_rows import (
    AnswerRows,
    FileRow,
    ReportedLine,
    ReturnRow,
    RuleRow,
    SeverityCounts,
)
from pipeline.model.submission import UnknownNotation


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTotal:
    """One line of 項目別集計."""

    number: int
    item: Item
    counts: StatusCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTotal:
    """One line of 分野別集計. ``section`` is empty for a whole category."""

    category: str
    section: str
    items: int
    counts: StatusCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleTotal:
    """One role's submissions and answers. ``role`` is empty where the roster gives none."""

    role: str
    submissions: int
    counts: StatusCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """The answers by a column of the roster. ``of`` gives the value of each respondent by its id.

    ``totals`` hold the values as their roles; an empty one is of those the roster tells nothing of.
    """

    head: str
    of: Mapping[str, str]
    totals: tuple[RoleTotal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeTotal:
    """A bundle of an office below, or a prefecture that sent none. ``state`` is in words.

    ``own_share`` is 対応済み率 as the office sealed it, ``counts`` what counts of it here;
    ``missing`` are the names of those who had not answered it.
    """

    office: str
    state: str
    file: str = ""
    sealed_at: str = ""
    returns: int = 0
    missing: tuple[str, ...] = ()
    own_share: float | None = None
    counts: StatusCounts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondentTotal:
    """One line of 団体別集計. ``rank`` is 1 for the highest done share, equal ranks shared."""

    number: int
    respondent: Respondent
    key: str  # of the return
    counts: StatusCounts
    rank: int | None
    overdue: int
    findings: SeverityCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotal:
    """How many returns that count had come by the end of a day (YYYY-MM-DD)."""

    day: str
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMonth:
    """How many planned answers fall into a month, by category. ``month`` empty: none given."""

    month: str
    overdue: bool
    by_category: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCount:
    """How often a finding code occurs."""

    code: str
    severity: Severity
    title: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCount:
    """How many notes carry a tag, by status of the answer beside them."""

    tag: str
    counts: StatusCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the reconciliation: two ways to count the same thing."""

    title: str
    left: str
    left_count: int
    right: str
    right_count: int

    @property
    def agrees(self) -> bool:
        """Tell whether both ways give the same."""
        return self.left_count == self.right_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The key figures. ``asked``, ``missing`` and ``return_share`` are None without a roster."""

    files: int
    counted: int
    unreadable: int
    other: int
    asked: int | None
    returned: int
    missing: int | None
    return_share: float | None
    counts: StatusCounts
    overdue: int
    no_month: int
    findings: SeverityCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A month, summed up."""

    month: str  # YYYY-MM
    made_at: str  # ISO 8601
    checklist: Checklist
    exit_code: int
    figures: Figures
    answers: AnswerRows
    findings: Sequence[Finding]
    lines: tuple[ReportedLine, ...]  # the same, those of one cause as one
    files: tuple[FileRow, ...]
    returns: tuple[ReturnRow, ...]
    items: tuple[ItemTotal, ...]
    groups: tuple[GroupTotal, ...]  # each category, followed by its sections
    roles: tuple[RoleTotal, ...]
    respondents: tuple[RespondentTotal, ...]  # by role, then in the order of the submissions
    due_months: tuple[DueMonth, ...]
    planned: tuple[int, ...]  # indexes into answers: overdue, by month, without month
    notes: tuple[int, ...]  # indexes into answers with a note
    tags: tuple[TagCount, ...]
    codes: tuple[CodeCount, ...]
    least_done: tuple[ItemTotal, ...]
    most_open: tuple[RespondentTotal, ...]
    notations: tuple[UnknownNotation, ...]
    checks: tuple[Check, ...]
    turnout: Turnout
    # of every headline figure: all, categories, roles, respondents, items
    ranges: tuple[Range, ...]
    rules: tuple[RuleRow, ...] = ()
    groupings: tuple[Grouping, ...] = ()
    # cells (role, status) of the table by role that the public edition withholds; None: internal
    withheld: frozenset[tuple[int, int]] | None = None
    months: Months = field(default_factory=Months)
    # answers and lines that the lists of the workbook leave to data/, where there are too many
    beyond: int = 0
    lines_beyond: int = 0
    # findings that need nothing more (認容, 修正済み, 解消): only findings.csv lists them
    settled: Sequence[Finding] = ()
    # what puts the month as a whole in doubt, for the cover; the public edition has none
    alerts: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()  # the names of workbooks that were changed by hand and kept
    # tells by which key the public edition's aliases were made; empty: internal
    key_number: str = ""
    impacts: tuple[int, ...] = ()  # of each finding: how many open answers it settles
    contacts: tuple[Contact, ...] = ()  # 連絡の順
    sentences: tuple[Sentence, ...] = ()
    target: float | None = None  # 目標 of 対応済み率, from torimatome.toml
    remark: str = ""  # what the coordinator wrote on 概況
    offices: tuple[OfficeTotal, ...] = ()  # whose bundles came; the public edition has none
    progress: tuple[DayTotal, ...] = ()  # of two days or more; the public edition has none

    @property
    def public(self) -> bool:
        """Tell the public edition: no notes, no sizes of files."""
        return bool(self.key_number)

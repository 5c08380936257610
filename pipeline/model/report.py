"""What `summarise` gives and `write` shows: every number of a month, ready to be put down.

Counts are of answers unless a name says otherwise; shares are fractions of 1, None where there
is nothing to divide by. ``write`` computes nothing beyond places on a sheet.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, overload

from pipeline.model.answers import Due, DueSource, Precision
from pipeline.model.batch import FileState, Finding, Respondent, Severity
from pipeline.model.checklist import Checklist, Item, Status
from pipeline.model.counts import Range, StatusCounts
from pipeline.model.months import Months
from pipeline.model.plan import Contact, Sentence, Turnout
from pipeline.model.sources import return_key
from pipeline.model.submission import UnknownNotation


class RowDecision(NamedTuple):
    """What 確認票 says about an answer. ``before`` is set only where a decision replaced it."""

    words: str  # 修正する …, several joined by 、
    before: Status | None = None
    due_before: str = ""
    reason: str = ""
    by: str = ""
    on: str = ""


class AnswerRow(NamedTuple):
    """One line of 明細 and of data/answers: one item of one counted submission.

    A month has a hundred thousand of them: they are kept as columns (`AnswerRows`), and a row is
    made for whoever asks for it. What many rows have in common is told field by field.

    ``number`` counts submissions from 1, ``item_number`` items in form order from 1; formulas
    count by these two, since no spreadsheet reads a plain number as something else.
    ``status`` is the one that counts: an empty answer outside the roster's scope is
    NOT_APPLICABLE. ``planned`` is the month promised, without the words. ``tags`` and
    ``findings`` are space-separated. ``decided`` is what 確認票 says about it; ``mark`` and
    ``note`` stay as written.
    """

    number: int
    item_number: int
    who: Respondent
    asked: Item
    status: Status
    planned: Due
    mark: str
    note: str
    tags: str
    findings: str
    file: str
    sheet: str
    cell: str
    in_scope: bool = True
    note_empty: bool = True
    overdue: bool = False  # planned for a month before the collection month
    # The file is the one of the month compared with; None where nothing is compared.
    same_file: bool | None = None
    decided: RowDecision | None = None
    comment: str = ""  # comments and threads on check cell and note

    @property
    def respondent_id(self) -> str:
        """Give the respondent's code."""
        return self.who.id

    @property
    def respondent(self) -> str:
        """Give the respondent's name."""
        return self.who.name

    @property
    def role(self) -> str:
        """Give the respondent's role, empty where the roster gives none."""
        return self.who.role

    @property
    def project(self) -> str:
        """Give the project the answer is about, empty where none is given."""
        return self.who.project

    @property
    def category(self) -> str:
        """Give the item's category."""
        return self.asked.category

    @property
    def section(self) -> str:
        """Give the heading above the item, empty where there is none."""
        return self.asked.section

    @property
    def item_id(self) -> str:
        """Give the item's id."""
        return self.asked.id

    @property
    def item(self) -> str:
        """Give the item's title."""
        return self.asked.title

    @property
    def due(self) -> str:
        """Give the month promised (YYYY-MM), empty where there is none."""
        return self.planned.month

    @property
    def due_precision(self) -> Precision:
        """Tell how exactly the month was given."""
        return self.planned.precision

    @property
    def due_inferred(self) -> bool:
        """Tell whether the year was not written."""
        return self.planned.inferred

    @property
    def due_source(self) -> DueSource:
        """Tell where the month was written."""
        return self.planned.source

    @property
    def decision(self) -> str:
        """Give the decision in words, empty where nothing was decided."""
        return self.decided.words if self.decided else ""

    @property
    def status_before(self) -> Status | None:
        """Give the status that a decision replaced, None where none did."""
        return self.decided.before if self.decided else None

    @property
    def due_before(self) -> str:
        """Give the month (YYYY-MM) that a decision replaced."""
        return self.decided.due_before if self.decided else ""

    @property
    def decision_reason(self) -> str:
        """Give the reason written in 確認票."""
        return self.decided.reason if self.decided else ""

    @property
    def decided_by(self) -> str:
        """Give the name of whoever decided, as written in 確認票."""
        return self.decided.by if self.decided else ""

    @property
    def decided_on(self) -> str:
        """Give the date of the decision, as written in 確認票."""
        return self.decided.on if self.decided else ""


class AnswerRows(Sequence[AnswerRow]):
    """The rows of a month by column (`frame.columns.Coded`), in the order of the fields."""

    __slots__ = ("columns",)

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns["number"])

    @overload
    def __getitem__(self, place: int) -> AnswerRow: ...
    @overload
    def __getitem__(self, place: slice) -> "AnswerRows": ...
    def __getitem__(self, place: int | slice) -> "AnswerRow | AnswerRows":
        if isinstance(place, slice):
            return AnswerRows({name: each.take(place) for name, each in self.columns.items()})
        return AnswerRow(*(each.at(place) for each in self.columns.values()))

    def __iter__(self) -> Iterator[AnswerRow]:
        return map(AnswerRow, *self.columns.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One line of data/files: a file seen, and what became of it.

    A workbook with the returns of several bodies has a line for each, told apart by ``sheets``.
    """

    file: str
    sha256: str
    size: int
    modified: str
    kind: str
    state: FileState
    reason: str
    respondent_id: str
    respondent: str
    identified_by: str
    sheets: tuple[str, ...]
    answers: int
    part: str = ""  # of the return, see SourceFile
    project: str = ""
    received: str = ""  # what the mail tells that brought it, as the two that follow
    sender: str = ""
    subject: str = ""
    on_time: str = ""  # yes, no; empty where there is no deadline or nothing tells when it came

    @property
    def key(self) -> str:
        """Give the key of the return."""
        return return_key(self.file, self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedLine:
    """A line of 要確認 or of 今月まず対応すること: ``shown`` stands for ``findings`` of one cause.

    ``answer`` is the line of 明細 that the first of them is about: an index into
    ``Report.answers``.
    """

    shown: Finding
    findings: tuple[Finding, ...]
    answer: int | None = None
    impact: int = 0  # how many open answers they settle


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityCounts:
    """How many findings of each severity."""

    fix: int = 0
    check: int = 0
    info: int = 0

    def of(self, severity: Severity) -> int:
        """Give the count of one severity."""
        names = {Severity.FIX: self.fix, Severity.CHECK: self.check, Severity.INFO: self.info}
        return names[severity]


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
class ReturnRow:
    """One line of 回収状況. ``state`` is the Japanese word shown there.

    ``number`` is that of the counted submission, None where there is none.
    """

    number: int | None = None
    state: str
    reason: str
    respondent: Respondent
    contact: str
    file: str
    modified: str
    filled_on: str
    counts: StatusCounts | None
    findings: SeverityCounts
    received: str = ""  # when its mail came, empty where no mail tells
    punctual: str = ""  # in words; empty where there is no deadline, or no return


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
class RuleRow:
    """A finding code as コード表 shows it; given by whoever knows the rules."""

    code: str
    severity: str
    title: str
    why: str
    fix: str


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
    findings: tuple[Finding, ...]
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
    settled: tuple[Finding, ...] = ()
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

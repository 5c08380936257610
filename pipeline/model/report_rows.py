"""Rows of the report: an answer with all that lists say of it, a file, a return, a rule."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, overload

from pipeline.model.answers import Due, DueSource, Precision
from pipeline.model.batch import FileState, Finding, Respondent, Severity
from pipeline.model.checklist import Item, Status
from pipeline.model.counts import StatusCounts
from pipeline.model.sources import return_key


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
    """A line of 要確認 or of 今月まず対応すること: ``shown`` stands for findings of one cause.

    ``rows`` are their places among ``Report.findings``. ``answer`` is the line of 明細
    that the first of them is about: an index into ``Report.answers``.
    """

    shown: Finding
    rows: tuple[int, ...]
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
class RuleRow:
    """A finding code as コード表 shows it; given by whoever knows the rules."""

    code: str
    severity: str
    title: str
    why: str
    fix: str

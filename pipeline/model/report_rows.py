"""Rows of the report: the answers with all that lists say of them, a file, a return, a rule."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, overload

from pipeline.model.batch import FileState, Finding, Respondent, Severity
from pipeline.model.counts import StatusCounts
from pipeline.model.sources import return_key


class AnswerRows(Sequence[Any]):
    """The lines of 明細 and of data/answers by column (`frame.columns.Coded`), named as in data/.

    One line for each item of each counted submission, a hundred thousand in a month; who asks for
    one is given its values by the names of the columns. ``number`` counts submissions from 1,
    ``item_number`` items in form order from 1; formulas count by these two, since no spreadsheet
    reads a plain number as something else. ``status`` is the one that counts: an empty answer
    outside the roster's scope is NOT_APPLICABLE. ``due`` and what belongs to it tell the month
    promised, ``overdue`` one before the collection month. ``tags`` and ``findings`` are
    space-separated. ``decision`` is what 確認票 says, ``status_before`` is set only where that
    replaced the answer; ``mark`` and ``note`` stay as written. ``same_file``: the file is the one
    of the month compared with; None where nothing is compared.
    """

    __slots__ = ("columns",)

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns["number"])

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> "AnswerRows": ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return AnswerRows({name: each.take(place) for name, each in self.columns.items()})
        return SimpleNamespace(**{name: each.at(place) for name, each in self.columns.items()})

    def __iter__(self) -> Iterator[Any]:
        for values in zip(*self.columns.values(), strict=True):
            yield SimpleNamespace(**dict(zip(self.columns, values, strict=True)))


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

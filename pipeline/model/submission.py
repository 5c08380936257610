"""What `locate` and `parse` give: one file's answers, with every fact a rule may judge.

Facts only: nothing here says whether something is good or bad.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.model.answers import Answer, ExtraRow, Location, Repeated
from pipeline.model.checklist import Status
from pipeline.model.sources import FileKind, SourceFile


class TableShape(StrEnum):
    """How the items of a table stand. The value is the word shown."""

    ROWS = "1項目1行"
    ACROSS = "1項目1列"
    CARDS = "1項目1枚"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFound:
    """One table of item rows on a sheet. Columns are 0-based; None where there is none."""

    sheet: str
    header_row: int | None
    text_column: int
    mark_column: int | None
    note_column: int | None
    guessed: bool  # the columns were told by position or content, not by a header
    items: int  # how many rows are items of the form
    shape: TableShape = TableShape.ROWS
    called: str = ""  # the words over its check column, where several hold answers


class EvidenceKind(StrEnum):
    """By what a respondent was identified, strongest first."""

    DECISION = "decision"  # somebody gave the file to this body in 確認票
    SEALED = "sealed"  # another office has counted the return, and says whose it is
    HIDDEN_ID = "hidden_id"
    CELL = "cell"
    TAB = "tab"  # the name of the sheet, where a workbook holds the returns of several bodies
    FILE_NAME = "file_name"
    FOLDER = "folder"
    SENDER = "sender"  # who sent the mail that brought the file
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A name (or hidden id) found for the respondent, where, and behind which label (folded)."""

    kind: EvidenceKind
    text: str
    location: Location | None = None
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What a send-back slip (差戻し票) says of itself.

    ``month`` is the collection month it was made in (YYYY-MM), ``base`` the sha256 of the file
    it asks about, ``issued`` the time the month stood at when it was made (ISO 8601). Empty
    where the slip does not say. ``asked`` are the items it asks, None where it does not say.
    """

    month: str = ""
    base: str = ""
    issued: str = ""
    asked: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncounted:
    """A sheet, table or column whose answers do not count: called 前回, 例, 県 …, or hidden.

    ``location`` has a cell where only a part of the sheet is meant. ``beside``: a column that
    does not even ask for answers. ``answers`` are (item, status, as written).
    """

    location: Location
    called: str
    hidden: bool = False
    beside: bool = False
    answers: tuple[tuple[str, Status, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    """A sheet or column that counts for want of another, although it is called 前回 or the like."""

    location: Location
    called: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A finding that the office which counted a return has decided to let stand."""

    item_id: str
    code: str
    digest: str  # of what was written, as `ReviewKey` has it
    reason: str = ""
    by: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Which office counted a return before us, and whose it is, as that office knows it.

    ``id`` is the body's id there: the roster's code, else one made from the name. ``name`` is that
    of the body, without the project; ``unit`` is the respondent's id there, one of several projects
    of the body perhaps.
    """

    office: str
    id: str
    name: str
    unit: str
    role: str = ""
    mail: str = ""
    accepted: tuple[Accepted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One file read as a checklist: exactly one answer per item, in form order.

    ``evidence`` is strongest first. ``filled_on`` is the 記入日 inside as YYYY-MM-DD or empty.
    ``overrides`` is None for a full form; for a send-back slip the ids it answers, and ``slip``
    then says which slip it is. ``as_handed_out`` are the items that still stand as they were
    filled in for the respondent, from the answers of ``prefilled_from`` (YYYY-MM).
    """

    source: SourceFile
    kind: FileKind
    checklist_id: str
    answers: Sequence[Answer]
    tables: tuple[TableFound, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    sheets: tuple[str, ...] = ()  # every sheet of the workbook
    filled_on: str = ""
    repeated: tuple[Repeated, ...] = ()
    extra_rows: tuple[ExtraRow, ...] = ()
    copies: tuple[str, ...] = ()  # sheets that hold the checklist again (L208)
    version_written: str = ""  # another edition's title, where the form carries one
    macros: bool = False
    damaged: bool = False  # the file gave its values alone; answers say what was not seen
    objects: tuple[str, ...] = ()  # objects over no check cell, in words
    overrides: tuple[str, ...] | None = None
    uncounted: tuple[Uncounted, ...] = ()  # places whose answers do not count (L210)
    doubted: tuple[Doubted, ...] = ()  # places that count although they are called 前回 (L213)
    slip: Slip | None = None
    project: str = ""  # what a cell 事業名 near the top says
    unasked: tuple[Answer, ...] = ()  # of a slip: to items that it does not ask, never used
    prefilled_from: str = ""
    as_handed_out: tuple[str, ...] = ()
    sealed: Sealed | None = None  # counted by another office; its answers are those it decided

    @property
    def office(self) -> str:
        """Give the office that counted it before us, empty for what came from the body itself."""
        return self.sealed.office if self.sealed else ""


class OwnBook(StrEnum):
    """A workbook of this product that is no return. The value is the word shown."""

    REVIEW = "確認票"
    TOTALS = "集計表"
    ROSTER = "名簿"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotChecklist:
    """A workbook that could be read and holds no checklist. ``own``: one of the product's own.

    ``items_found`` are the ids that stand in it all the same.
    """

    source: SourceFile
    kind: FileKind
    sheets: tuple[str, ...] = ()
    items_found: int = 0
    own: OwnBook | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownNotation:
    """A distinct unclear value of the check cells, so that a developer can add one line.

    ``code_points`` are those of ``raw`` (``U+2461 U+FF08``), ``location`` the first place.
    """

    raw: str
    folded: str
    count: int
    code_points: str
    location: Location | None = None

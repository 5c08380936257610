"""An answer: the mark and its due month, the note, the place, and what was decided about it."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.model.checklist import Status
from pipeline.model.raw import Unseen
from pipeline.model.sources import SourceFile, return_key


class Precision(StrEnum):
    """How exactly a due month was given."""

    NONE = ""
    MONTH = "month"
    SPAN = "span"
    QUARTER = "quarter"
    HALF = "half"
    FISCAL_YEAR = "fiscal_year"
    YEAR = "year"
    SEASON = "season"


class DueSource(StrEnum):
    """Where a due month was written."""

    NONE = ""
    MARK = "mark"
    NOTE = "note"
    COLUMN = "column"  # a cell of its own: 予定月
    DECISION = "decision"  # in 確認票


class DueProblem(StrEnum):
    """Why ② carries no usable month."""

    NONE = ""
    MISSING = "missing"  # ② alone, or the placeholder left in
    UNDECIDED = "undecided"  # 未定, 検討中
    IMPOSSIBLE = "impossible"  # 13月
    CONFLICTING = "conflicting"  # several months that are no span


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A month as read. ``month`` is YYYY-MM, the last month of a span or vague term."""

    month: str = ""
    precision: Precision = Precision.NONE
    inferred: bool = False  # the year was not written
    source: DueSource = DueSource.NONE
    problem: DueProblem = DueProblem.NONE
    written: str = ""  # the part that was read as the month


class ReadBy(StrEnum):
    """By what a status was told; the rules A313-A317 ask for it."""

    NUMBER = "number"
    WORDS = "words"  # 対応済み without a number
    FORMAT = "format"  # struck out: what is left
    EMPHASIS = "emphasis"  # bold, underlined or coloured unlike the other options
    DRAWING = "drawing"  # an ellipse, a text box, a line
    CONTROL = "control"  # a ticked check box or option button, a drop-down
    LEGEND_MARK = "legend_mark"  # ○ in front of one option line, or in its column
    FILLED_MONTH = "filled_month"  # a month in one line of the legend, and no sign
    OBJECT = "object"  # words without a number on a shape, or on a control beside the cell
    DITTO = "ditto"
    NOTHING = "nothing"  # blank, unclear


# What shows the answer without saying it, and no one doubts; bold letters may be by chance.
BY_PLAIN_SIGN = frozenset({ReadBy.FORMAT, ReadBy.DRAWING, ReadBy.CONTROL, ReadBy.LEGEND_MARK})


class Doubt(StrEnum):
    """Why a cell is unclear; each value has one rule."""

    NONE = ""
    SEVERAL = "several"  # A302
    OUT_OF_RANGE = "out_of_range"  # A303
    NO_NUMBER = "no_number"  # A304
    REMARK = "remark"  # A304 as 要確認: ① or 済 with words that no table knows
    SYMBOL = "symbol"  # A305
    DATE = "date"  # A313
    ERROR = "error"  # A314
    DITTO = "ditto"  # A315 with nothing readable above
    RETURNS = "returns"  # B511: several returns say different things, none proven the later
    UNREADABLE_OBJECT = "unreadable_object"  # ActiveX, ink, pictures: a person must look


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A check cell as read. ``raw`` is the cell as written; ``notation`` names the table row."""

    status: Status
    raw: str = ""
    notation: str = ""
    read_by: ReadBy = ReadBy.NOTHING
    doubt: Doubt = Doubt.NONE
    due: Due = Due()
    object_text: str = ""  # text of a box lying over the cell, or what the format said
    legend_untouched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note cell as read. ``tags`` and the facts below come from notes.toml."""

    raw: str = ""
    empty: bool = True  # nothing, or 特になし and the like
    tags: tuple[str, ...] = ()
    months: tuple[Due, ...] = ()  # every distinct month named
    dues: tuple[Due, ...] = ()  # those by which the work will be done
    says_done: str = ""  # the words that say it is done, empty where none do
    says_not_done: str = ""  # 未策定, 検討中, 今後…予定
    says_dropped: str = ""  # 取りやめ, 対応しない
    says_planned: str = ""  # 令和9年3月に策定予定, not merely 検討
    may_not_be_done: str = ""  # like says_not_done, where that is doubtful
    personal: tuple[str, ...] = ()  # mail addresses, telephone numbers
    refers_to_attachment: bool = False  # 別紙参照
    mark_like: Status | None = None  # the note reads as an answer (rule L209)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """What a few answers carry beside mark and note. A remark is read as a note is.

    ``stored`` is the value of the check cell where a number format shows something else, and
    ``number_format`` that format, empty where the file does not say it.
    """

    comment: Note = Note()  # comments and threads on check and note cells
    added: Note = Note()  # what was typed behind the item text of the form
    stored: str = ""
    number_format: str = ""
    unseen: Unseen | None = None  # why nobody sees the answer
    due: str = ""  # what stands in the cell of the month, where the check cell is empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place as a user finds it: ``cell`` is ``C12``, empty for a whole sheet or file.

    ``part`` is that of the return (`SourceFile.part`), empty but where a file holds several.
    """

    file: str
    sheet: str = ""
    cell: str = ""
    part: str = ""

    @property
    def key(self) -> str:
        """Give the key of the return this place lies in, as `SourceFile.key` does."""
        return return_key(self.file, self.part)


def place_in(source: SourceFile, sheet: str = "", cell: str = "") -> Location:
    """Give a place in a return; the whole of one that shares its file is its sheet."""
    return Location(file=source.path, sheet=sheet or source.part, cell=cell, part=source.part)


class MatchedBy(StrEnum):
    """How an item row was recognised."""

    ID = "id"
    TITLE = "title"
    MOVED = "moved"  # by its text, although another item's number stands before it
    NONE = ""  # the item has no row in this file


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDecision:
    """What a coordinator decided about an answer. ``status`` and ``due`` are those before.

    ``verdicts`` are the words of 確認票; ``reason``, ``by`` and ``on`` are as written there.
    """

    verdicts: tuple[str, ...]
    status: Status
    due: str = ""  # YYYY-MM
    changed: bool = False
    reason: str = ""
    by: str = ""
    on: str = ""


def _cell(place: Location | None, cell: str | None) -> Location | None:
    if place is None or cell is None:
        return None
    return Location(file=place.file, sheet=place.sheet, cell=cell, part=place.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One item's answer in one submission. Items without a row keep ``matched_by`` NONE."""

    item_id: str
    mark: Mark
    note: Note = Note()
    due: Due = Due()  # of the mark or, where that has none, of the note
    # Where it stands: the sheet, one object for all its answers, and the cells on it. None where
    # there is none. A note may come from another file than the mark.
    place: Location | None = None
    mark_cell: str | None = None
    row_cell: str | None = None  # the cell with id and title
    note_place: Location | None = None
    note_cell: str | None = None
    matched_by: MatchedBy = MatchedBy.NONE
    title_written: str = ""  # the row's text where it differs from the form, else empty
    hidden: bool = False  # its row, column or sheet is hidden
    in_scope: bool = True  # False: the roster puts its category out of scope
    unsupported: tuple[str, ...] = ()  # decorations that could not be looked at
    decision: AnswerDecision | None = None  # mark and due are then those decided
    aside: Aside | None = None

    @property
    def has_row(self) -> bool:
        """Tell whether the item stands in the file at all."""
        return self.matched_by is not MatchedBy.NONE or self.location is not None

    @property
    def comment(self) -> str:
        """Give the comments on check cell and note."""
        return self.aside.comment.raw if self.aside else ""

    @property
    def location(self) -> Location | None:
        """Give the check cell."""
        return _cell(self.place, self.mark_cell)

    @property
    def note_location(self) -> Location | None:
        """Give the note's cell."""
        return _cell(self.note_place, self.note_cell)

    @property
    def row_location(self) -> Location | None:
        """Give the cell with id and title."""
        return _cell(self.place, self.row_cell)

    @property
    def row_place(self) -> Location | None:
        """Give the sheet on which check cell, or id and title, stand; None without a row."""
        return None if self.mark_cell is None and self.row_cell is None else self.place

    @property
    def files(self) -> tuple[str, ...]:
        """Give the returns in which check cell and note stand, by their keys."""
        marked = () if self.place is None or self.mark_cell is None else (self.place.key,)
        noted = () if self.note_place is None or self.note_cell is None else (self.note_place.key,)
        return marked + noted

    @property
    def counted_status(self) -> Status:
        """Give the status that counts.

        What the roster does not ask of a respondent, and what stands empty, does not apply; an
        answer given all the same stands as it was given.
        """
        if not self.in_scope and self.mark.status is Status.BLANK:
            return Status.NOT_APPLICABLE
        return self.mark.status

    @property
    def counted_due(self) -> str:
        """Give the month (YYYY-MM or empty) that is promised: only ② promises one."""
        return self.due.month if self.counted_status is Status.PLANNED else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """An item that stands more than once in a submission."""

    item_id: str
    locations: tuple[Location, ...]
    written: tuple[str, ...]
    agree: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraRow:
    """A filled row that belongs to no item of the form."""

    location: Location
    text: str
    mark: str
    note: str

"""What `discover` and `read` give: files and cells as they are, with no meaning attached.

Nothing here knows a checklist. Rows and columns are 0-based everywhere in the product;
``Location.cell`` alone carries the address as a user sees it (``C12``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from pipeline.model.sources import FileKind, SourceFile


class CellKind(StrEnum):
    """The type of a cell's value; an empty cell is absent, not a kind."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    ERROR = "error"
    NO_VALUE = "no_value"  # a formula that was never calculated
    UNRENDERED = "unrendered"  # a value whose number format shows nobody knows what


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCell:
    """One cell that holds something. ``text`` is what it shows, never cleaned.

    NUMBER: shortest decimal (``1``, ``2.5``). BOOLEAN: ``TRUE`` or ``FALSE``. DATE: ISO
    (``2026-02-10``, with the time where there is one). ERROR: ``#REF!``. NO_VALUE: the formula
    with its ``=``. ``formula`` tells that a stored value came from a formula. Where a number
    format shows something else than the value, ``stored`` is the value, ``number_format`` the
    format (empty where the file does not say it) and the cell is TEXT, perhaps an empty one.
    UNRENDERED: the value, which nobody should read as it stands.
    """

    kind: CellKind
    text: str
    formula: bool = False
    stored: str = ""
    number_format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of rich text inside a cell. ``color`` is any stable token, empty for default."""

    text: str
    struck: bool = False
    bold: bool = False
    underlined: bool = False
    color: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoration:
    """Formatting that may carry meaning. ``runs`` is empty where the text is uniform."""

    runs: tuple[Run, ...] = ()
    struck: bool = False  # the whole cell is struck through
    fill: str = ""  # token of a solid cell fill, empty for none or white


class DrawingKind(StrEnum):
    """What kind of object floats over a cell."""

    ELLIPSE = "ellipse"  # ellipse, circle, donut, rounded or freehand closed outline
    LINE = "line"  # a straight line or connector (a strike by hand)
    TEXT_BOX = "text_box"  # any shape with text of its own
    CHECK_BOX = "check_box"  # form control
    OPTION_BUTTON = "option_button"  # form control
    DROP_DOWN = "drop_down"  # form control, a list too; its text is the entry that is chosen
    ACTIVEX = "activex"  # present, state not readable
    PICTURE = "picture"
    INK = "ink"  # handwriting, open freehand strokes
    OTHER = "other"  # arrows, opaque covers, scroll bars …: a person must look


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """An object over a cell, resolved to the cell its centre lies over.

    ``row`` and ``column`` are the top-left of that cell (of its merged area). ``lines`` are the
    0-based lines of the cell's displayed text that the object covers or, for a control, stands
    beside; empty where it lies beside the text and always for OTHER. A line that the column
    wraps counts once: the numbers are those of ``text.split("\n")``. ``checked`` is None unless
    it has a state; of a drop-down it tells whether anything is chosen, None where nobody can, and
    ``number`` which entry, counted from 1.
    """

    kind: DrawingKind
    row: int
    column: int
    lines: tuple[int, ...] = ()
    text: str = ""
    checked: bool | None = None
    name: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A merged range, all edges inclusive and 0-based."""

    top: int
    left: int
    bottom: int
    right: int


CellKey = tuple[int, int]  # (row, column), 0-based


class Unseen(StrEnum):
    """What keeps people from seeing what a cell holds, on a sheet that they do see."""

    COLOUR = "colour"  # letters in the colour of the paper
    SIZE = "size"  # letters next to nothing
    FORMAT = "format"  # a number format that shows nothing
    HEIGHT = "height"  # a row next to nothing
    WIDTH = "width"  # a column next to nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSheet:
    """One sheet: the cells that hold something, by (row, column), and what lies over them.

    Rows and columns of next to no size are among the hidden ones and in ``slim_rows`` and
    ``slim_columns``. ``comments`` are notes and threads without their authors; ``unseen`` are the
    cells whose letters nobody sees. ``unsupported`` names, in Japanese, decorations that this
    file type's reader cannot see (``図形``, ``文字の書式``), so that a blank beside them is not
    taken for granted.
    """

    name: str
    cells: Mapping[CellKey, RawCell]
    merged: tuple[Area, ...] = ()
    visible: bool = True
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    slim_rows: frozenset[int] = frozenset()
    slim_columns: frozenset[int] = frozenset()
    decorations: Mapping[CellKey, Decoration] = field(default_factory=dict)
    drawings: tuple[Drawing, ...] = ()
    comments: Mapping[CellKey, str] = field(default_factory=dict)
    unseen: Mapping[CellKey, Unseen] = field(default_factory=dict)
    unsupported: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawWorkbook:
    """A workbook as read. ``complete`` is False where it is damaged and gave its values alone."""

    source: SourceFile
    kind: FileKind
    sheets: tuple[RawSheet, ...]
    macros: bool = False
    encrypted: bool = False  # it opened with a password
    complete: bool = True
    properties: Mapping[str, str] = field(default_factory=dict)  # custom document properties


@lru_cache(maxsize=16384)
def address(row: int, column: int, *, fixed: bool = False) -> str:
    """Give the address of a 0-based cell as a user sees it: (11, 2) is ``C12``, fixed ``$C$12``."""
    sign = "$" if fixed else ""
    return f"{sign}{column_letters(column)}{sign}{row + 1}"


@lru_cache(maxsize=1024)
def column_letters(column: int) -> str:
    """Give the letters of a 0-based column: 27 is ``AB``."""
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

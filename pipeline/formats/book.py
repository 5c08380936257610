"""What the cells of an OOXML workbook refer to, and how each comes onto its sheet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.formats.colours import OFFICE_THEME, Colour, read_theme
from pipeline.formats.numbers import as_shown
from pipeline.formats.package import Package
from pipeline.formats.parts import SheetPart
from pipeline.formats.strings import Piece, RichText, decoration, dressed
from pipeline.formats.styles import PLAIN, CellStyle, unseen, unseen_styles
from pipeline.model import CellKey, CellKind, Decoration, RawCell, Unseen

_UNDECORATED = Decoration()


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What cells refer to: the workbook's strings, styles and calendar."""

    strings: Sequence[RichText] = ()
    styles: Sequence[CellStyle] = ()
    epoch_1904: bool = False
    unseen: Mapping[int, Unseen] = field(default_factory=dict)  # styles whose letters are not seen
    theme: Callable[[], Sequence[Colour]] = lambda: OFFICE_THEME

    def style(self, index: int) -> CellStyle:
        """Give a style; a plain one where the workbook has none of that number."""
        return self.styles[index] if index < len(self.styles) else PLAIN


def book_of(
    package: Package,
    targets: Mapping[str, str],
    strings: Sequence[RichText],
    styles: Sequence[CellStyle],
    *,
    epoch_1904: bool,
) -> Book:
    """Put a book together; its theme is read where a colour asks for it."""

    def theme() -> Sequence[Colour]:
        part = targets.get("theme", "")
        return read_theme(package.read(part), part) if part in package else OFFICE_THEME

    return Book(
        strings=strings,
        styles=styles,
        unseen=unseen_styles(styles, theme),
        theme=theme,
        epoch_1904=epoch_1904,
    )


@lru_cache(maxsize=8192)
def text_cell(text: str, *, formula: bool) -> RawCell | None:
    """Give the cell of a text; the same text stands in file after file."""
    return RawCell(kind=CellKind.TEXT, text=text, formula=formula) if text else None


class Board:
    """Puts cells on a sheet, each with what its style says."""

    def __init__(self, sheet: SheetPart, book: Book) -> None:
        self.sheet = sheet
        self.cells = sheet.cells
        self.styles = sheet.styles
        self.book = book
        self.dressed = {
            index: Decoration(struck=style.struck, fill=style.fill)
            for index, style in enumerate(book.styles)
            if style.struck or style.fill
        }
        self.formats = {
            index: style.number_format
            for index, style in enumerate(book.styles)
            if style.number_format
        }
        self.telling = {*self.dressed, *self.formats, *book.unseen}  # styles that say something

    def put(
        self, key: CellKey, style: int, cell: RawCell | None, pieces: tuple[Piece, ...]
    ) -> None:
        """Put a cell, or the style of an empty one; ``pieces`` are those of rich text."""
        if style:
            self.styles[key] = style
        if cell is not None:
            if style in self.formats:
                cell = as_shown(cell, self.formats[style])
            self.cells[key] = cell
            if style in self.book.unseen and not pieces:
                self.sheet.unseen[key] = self.book.unseen[style]
        if pieces:
            self._decorate(key, style, pieces)
        elif style in self.dressed:
            self.sheet.decorations[key] = self.dressed[style]

    def _decorate(self, key: CellKey, style: int, pieces: tuple[Piece, ...]) -> None:
        look = self.book.style(style)
        runs = [dressed(piece.text, piece.look or look.run) for piece in pieces]
        found = decoration(runs, struck=look.struck, fill=look.fill)
        if found != _UNDECORATED:
            self.sheet.decorations[key] = found
        inks = {run.color for run in runs if not run.text.isspace()}
        lost = {unseen(ink, look, self.book.theme) for ink in inks}
        if None not in lost and lost:
            self.sheet.unseen[key] = Unseen.COLOUR

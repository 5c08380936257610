"""A thin shell round xlsxwriter that lets nothing slip.

Every return value is checked (xlsxwriter drops what it cannot write and says so only in a
return value), text is always written as text, and a formula always carries the value that
`summarise` computed.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.write.list_sheet import ListSheet, SharedTexts
from pipeline.write.listing import Given, look_alone, placed, shown_text
from pipeline.write.names import sheet_name
from pipeline.write.packing import PackedWorkbook
from pipeline.write.safe import cell_text, line_count
from pipeline.write.style import FONT, STYLES, TABS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.frame.columns import Frame
    from pipeline.write.listing import Column
    from pipeline.write.packing import Parts
    from pipeline.write.style import Props

Value = int | float | str | None
PAPER = {"A4": 9, "A3": 8}
ROWS, COLUMNS = 1_048_576, 16_384  # a sheet of Excel 2007 and later
LINKS = 65_000  # Excel refuses 65,531 links on one sheet
COVER = "はじめに"
HEAD_POINTS = 2 * 16.5 + 6  # two lines of heads and the filter buttons
MOST_POINTS = 220.0  # a longer text shows its beginning; the cell holds it all
PADDING = 0.7  # of a column, in its widths: cells that are one have room there, too
ROW_POINTS = 18.0  # of a row without a height of its own
LINE_POINTS = 16.5  # height of one line of 10-point text


class SheetError(RuntimeError):
    """The workbook library refused something: a fault of the product, never of a respondent."""


def check(code: object, what: str) -> None:
    """Raise SheetError where xlsxwriter reports that it did not write."""
    if isinstance(code, int) and code != 0:
        raise SheetError(f"xlsxwriter returned {code} for {what}")


class Book:
    """A workbook being written.

    ``live``: counts are formulas over 明細, not plain values. ``rows``: the data rows a sheet
    takes at most; longer tables go on on a numbered sheet. ``only`` are the sheets it will have,
    where that is not the whole workbook: nothing leads to another. ``edition`` stands in every
    footer and, where it is ``marked``, behind every title. ``groups``, where it is set,
    tells by name what a sheet is for: its tab is coloured by it. ``head`` stands at the top of
    every printed page, beside the edition.
    """

    def __init__(
        self,
        path: Path,
        *,
        live: bool = True,
        rows: int = ROWS - 1,
        edition: str = "",
        marked: bool = False,
        only: Collection[str] = (),
    ) -> None:
        self.live = live
        self.only = only
        self.edition = edition
        self.title_mark = f"　【{edition}】" if marked else ""
        self.rows = rows
        self.groups: Mapping[str, str] = {}
        self.head = ""
        self._styles: dict[str, Any] = {}
        self._names: set[str] = set()
        self._book: Any = PackedWorkbook(
            path,
            {
                "default_format_properties": {"font_name": FONT, "font_size": 10},
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._known = SharedTexts(self._book.str_table)

    def properties(self, *, title: str, subject: str, comments: str, made_at: str) -> None:
        """Set the document properties. ``made_at`` is ISO 8601: the only clock there is."""
        created = datetime.fromisoformat(made_at)
        self._book.set_properties(
            {
                "title": title,
                "subject": subject,
                "author": "torimatome",
                "comments": comments,
                "created": created.replace(tzinfo=None),
            }
        )

    def custom_property(self, name: str, value: str) -> None:
        """Set a document property of one's own, at most 255 characters long."""
        self._book.set_custom_property(name, value, "text")

    def style(self, name: str) -> Any:
        """Give the format of a named style, or of a variant made before."""
        if name not in self._styles:
            self._styles[name] = self._book.add_format(dict(STYLES[name]))
        return self._styles[name]

    def variant(self, name: str, **props: object) -> str:
        """Name a style that is ``name`` with some properties changed, and make it once."""
        key = f"{name}|{sorted(props.items())}"
        if key not in self._styles:
            merged: Props = {**STYLES[name], **props}
            self._styles[key] = self._book.add_format(merged)
        return key

    def difference(self, **props: object) -> Any:
        """Give a format for conditional formatting: only what it changes."""
        key = f"dxf|{sorted(props.items())}"
        if key not in self._styles:
            self._styles[key] = self._book.add_format(props)
        return self._styles[key]

    def chart(self, options: dict[str, object]) -> Any:
        """Give a new chart."""
        return self._book.add_chart(options)

    def sheet(self, name: str, *, row_height: float = ROW_POINTS) -> Sheet:
        """Add a sheet. The name is made legal and distinct from the others.

        ``row_height`` in points is that of rows without a height of their own; 0 leaves it to
        the program that opens the file.
        """
        legal = sheet_name(name, self._names)
        self._names.add(legal.casefold())
        sheet = Sheet(self, self._book.add_worksheet(legal, ListSheet), legal, row_height)
        if group := self.groups.get(legal.partition("(")[0]):
            sheet.raw.set_tab_color(TABS[group])
        sheet.raw.known, sheet.raw.look = self._known, self.style
        if row_height:
            sheet.raw.set_default_row(row_height)
        return sheet

    def leads_to(self, target: str) -> bool:
        """Tell whether the sheet of a link's target (``'明細'!A5``) is in this workbook."""
        return not self.only or target.rpartition("!")[0].strip("'") in self.only

    def close(self, complete: Callable[[Parts], None] | None = None) -> None:
        """Write the file; ``complete`` may change its parts before."""
        self._book.complete = complete
        self._book.close()


class Sheet:
    """A sheet being written. Rows and columns are 0-based."""

    def __init__(self, book: Book, sheet: Any, name: str, row_height: float) -> None:
        self.book = book
        self.row_height = row_height
        self.name = name
        self.widths: dict[int, float] = {}
        self.heights: dict[int, float] = {}
        self.links = 0
        self.raw = sheet

    def text(self, row: int, column: int, text: str, style: str = "plain") -> None:
        """Write a text as text, whatever it looks like. An empty one leaves the cell blank."""
        form = self.book.style(style)
        if text:
            code = self.raw.put_text(row, column, text, form)
        else:
            code = self.raw.put_blank(row, column, form)
        if code:
            check(code, f"{self.name} {row},{column}")

    def number(self, row: int, column: int, value: Value, style: str = "number") -> None:
        """Write a number; None leaves the cell blank, which is not 0."""
        if value is None or isinstance(value, str):
            self.text(row, column, value or "", style)
            return
        if not math.isfinite(value):
            raise SheetError(f"{value} for {self.name} {row},{column}")
        code = self.raw.put_number(row, column, value, self.book.style(style))
        if code:
            check(code, f"{self.name} {row},{column}")

    def count(
        self, row: int, column: int, formula: str, value: Value, style: str = "number"
    ) -> None:
        """Write a formula with its value; only the value where the book is not live."""
        if not self.book.live:
            self.number(row, column, value, style)
            return
        form = self.book.style(style)
        shown = "" if value is None else value
        code = self.raw.put_formula(row, column, formula, form, shown)
        if code:
            check(code, f"{self.name} {row},{column}")

    def link(
        self, row: int, column: int, target: str, text: str, style: str = "link", tip: str = ""
    ) -> bool:
        """Write a link to a place in this workbook (``'明細'!A5``).

        Past the number of links a sheet can hold, and where the workbook has no such sheet, the
        text alone is written and False given.
        """
        if not self.book.leads_to(target):
            self.text(
                row, column, "" if style == "link" else "－", style.replace("celllink", "center")
            )
            return False
        if self.links >= LINKS:
            self.text(row, column, text, style)
            return False
        form = self.book.style(style)
        code = self.raw.put_link(row, column, target, cell_text(text)[:255], form, tip)
        if code:
            check(code, f"{self.name} {row},{column}")
        self.links += 1
        return True

    def number_link(
        self, row: int, column: int, target: str, value: int, style: str = "number_link"
    ) -> None:
        """Write a number that leads to a place in this workbook; past `LINKS` it stands alone."""
        self.number(row, column, value, style)
        if self.links < LINKS:
            self.raw.put_way(row, column, target)
            self.links += 1

    def merge(
        self, row: int, column: int, last_row: int, last_column: int, text: str, style: str
    ) -> None:
        """Write a text over several cells. Never on 明細."""
        form = self.book.style(style)
        code = self.raw.merge_range(row, column, last_row, last_column, "", form)
        check(code, f"{self.name} {row},{column}")
        self.text(row, column, text, style)

    def spread(self, row: int, column: int, span: int, text: str, style: str) -> None:
        """Write a text over so many cells beside each other."""
        if span > 1:
            self.merge(row, column, row, column + span - 1, text, style)
        else:
            self.text(row, column, text, style)

    def columns(self, *widths: float, start: int = 0) -> None:
        """Set the widths of columns, in half-width letters."""
        for column, width in enumerate(widths, start=start):
            self.widths[column] = width
            check(self.raw.set_column(column, column, width), f"{self.name} width {column}")

    def height(self, row: int, points: float) -> None:
        """Set the height of a row."""
        self.heights[row] = points
        check(self.raw.set_row(row, points), f"{self.name} height {row}")

    def points_above(self, row: int) -> float:
        """Add up the heights of the rows above one."""
        return sum(self.heights.get(one, ROW_POINTS) for one in range(row))

    def points(self, texts: Iterable[tuple[int, str]], *, least: float = 18.0) -> float:
        """Give the height that the longest of these wrapped texts needs, at most MOST_POINTS.

        A text is given with its column, whose width is set.
        """
        lines = max((self._lines_of(column, text) for column, text in texts), default=1)
        return points_of(lines, least)

    def _lines_of(self, column: int, text: str) -> int:
        return line_count(text[:2000], self.widths.get(column, 9.0))

    def fit(self, row: int, texts: Iterable[tuple[int, str]], *, least: float = 18.0) -> None:
        """Make a row as high as the longest of its wrapped texts needs; see `points`."""
        self.height(row, self.points(texts, least=least))

    def listing(
        self, top: int, columns: Sequence[Column], frame: Frame, *,
        left: int = 0, least: float = ROW_POINTS, most: float = MOST_POINTS,
    ) -> None:  # fmt: skip
        """Write the rows of a list from row ``top`` and column ``left`` on, as its columns say.

        A row is as high as the longest of its wrapped texts needs. Past the number of links a
        sheet can hold, the cell's text stands alone.
        """
        lines: list[NDArray[Any]] = []
        given: list[Given] = []
        spans: list[tuple[int, int]] = []
        for place, column in placed(columns, left):
            values = column.live_cells(frame) if self.book.live else column.cells(frame)
            given.append(Given(place, values, column.style))
            if column.wraps and len(values):
                width = sum(self.widths.get(place + n, 9.0) for n in range(column.span))
                counts = [line_count(shown_text(v)[:2000], width) for v in values.values]
                lines.append(np.array(counts)[values.codes])
            if column.span > 1:
                spans.append((place, place + column.span - 1))
                bare = values.of(look_alone)
                given += [Given(place + n, bare, column.style) for n in range(1, column.span)]
            if column.links is not None:
                room = LINKS - self.links
                self.links += self.raw.put_links(top, place, column.links(frame), room)
        count, heights = len(given[0].values), None
        if lines:
            points = np.maximum.reduce(lines) * LINE_POINTS + 3
            heights = np.minimum(np.maximum(points, least), most)
        elif self.row_height:
            heights = np.full(count, self.row_height)
        check(self.raw.put_list(top, given, heights), f"{self.name} list")
        for row in range(top, top + count) if spans else ():
            self.raw.merge += [[row, first, row, last] for first, last in spans]

    def fit_width(self, row: int, text: str, width: float, *, least: float = 18.0) -> None:
        """Make a row as high as a text needs that is wrapped at ``width``."""
        self.height(row, points_of(line_count(text[:2000], width), least))

    def section(self, row: int, text: str, *, last: int) -> None:
        """Write a heading inside a sheet, underlined up to column ``last``."""
        self.height(row, 28)
        for column in range(last + 1):
            self.text(row, column, "" if column else text, "section")

    def table(
        self, row: int, column: int, rows: int, heads: Sequence[str], name: str,
        styles: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Make an Excel table with filters of a head row and ``rows`` rows (at least one)."""
        columns = [
            {"header": head, "header_format": self.book.style(styles[n] if styles else "head")}
            for n, head in enumerate(heads)
        ]
        code = self.raw.put_table(
            row,
            column,
            row + max(rows, 1),
            column + len(heads) - 1,
            {"name": name, "columns": columns, "style": None, "autofilter": True},
        )
        check(code, f"{self.name} table {name}")
        if row:
            self.height(row, HEAD_POINTS)

    def page(
        self,
        *,
        paper: str = "A4",
        repeat: tuple[int, int] | None = None,
        upright: bool = False,
    ) -> None:
        """Set up printing: landscape, fit to width, page numbers, repeated head rows."""
        if upright:
            self.raw.set_portrait()
        else:
            self.raw.set_landscape()
        self.raw.set_paper(PAPER[paper])
        self.raw.fit_to_pages(1, 0)
        self.raw.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        edition = self.book.edition
        if edition:
            head = f"&L&9 {self.book.head.replace('&', '&&')}" if self.book.head else ""
            self.raw.set_header(f"{head}&R&9{edition}", {"margin": 0.25})
        middle = f"&C&9{edition}" if edition else ""
        self.raw.set_footer(f"&L&9{self.name}{middle}&R&9&P / &N ページ")
        self.raw.hide_gridlines(2)
        if repeat:
            check(self.raw.repeat_rows(*repeat), f"{self.name} repeat")

    def heading(self, title: str, lead: str, *, last: int, back: bool = True) -> None:
        """Write title, a sentence on how to read the sheet, and the way back: rows 1 to 3."""
        self.height(0, 30)
        self.text(0, 0, f"{title}{self.book.title_mark}", "title")
        width = sum(self.widths.get(column, 9.0) for column in range(last + 1))
        self.merge(1, 0, 1, last, lead, "lead")
        self.height(1, max(18, line_count(lead, width) * LINE_POINTS + 3))
        if back:
            self.link(2, 0, f"'{COVER}'!A1", "← はじめにへ戻る")


def points_of(lines: int, least: float = ROW_POINTS) -> float:
    """Give the height of a row of wrapped text: at most MOST_POINTS."""
    return min(max(least, lines * LINE_POINTS + 3), MOST_POINTS)

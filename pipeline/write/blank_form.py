"""Write the official form of a checklist as a workbook, the same bytes every time.

The look follows the printed form: a caption, one table after the other with its own header, the
category in merged cells at the left, section headings, id and title above the description in one
cell, the legend in the first check cell of each table. Nothing is added to it unless asked for:
a form that is handed out (`Handout`) has drop-downs, a name, and what was answered last month.
"""

import contextlib
import math
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.model import Checklist, Item
from pipeline.write.choices import AS_TYPED, Choices, marks_sheet, protect

SHEET = "チェックシート"

_FONT = "游ゴシック"
_SIZE = 10
_WIDTHS = (6.0, 66.0, 30.0, 38.0)  # category, item, check, note: in characters of the default font
_LINE = 16.5  # points of one line of 10-point text
_MARGIN = 7.0
_TALLEST = 400.0  # points; Excel ends at 409
_LAST = len(_WIDTHS) - 1
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed stamp, so that the bytes never change


@dataclass(frozen=True, slots=True, kw_only=True)
class Handout:
    """What a form made for one respondent carries beside the official text.

    ``head`` are labelled lines above the form: a value is printed and locked, an empty one is
    for the respondent to fill in. ``lines`` explain how to fill in the form. ``properties`` are
    hidden. ``choices`` are the texts of the drop-down in each check cell. ``prefill`` gives mark
    and note of items as answered before.
    """

    head: Mapping[str, str]
    lines: tuple[str, ...]
    properties: Mapping[str, str]
    choices: tuple[str, ...]
    prefill: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def write_handout(checklist: Checklist, path: Path, handout: Handout) -> None:
    """Write the form for one respondent to ``path`` (.xlsx): drop-downs, protected, marked.

    Check and note cells and the empty head lines can be filled in; the rest is locked without a
    password. Raises OSError where the path cannot be written.
    """
    with form_workbook(path, title=checklist.title, subject=checklist.source) as book:
        form = _Form(book, checklist, handout)
        form.write(handout.head)
        marks_sheet(book, handout.choices, handout.properties)
        protect(form.sheet)


def write_blank_form(
    checklist: Checklist, path: Path, *, head: Mapping[str, str] | None = None
) -> None:
    """Write the blank form to ``path`` (.xlsx). Raises OSError where that cannot be written.

    ``head`` adds labelled lines above the form (団体名 -> a name, or empty for the respondent to
    fill in); the official form has none.
    """
    with form_workbook(path, title=checklist.title, subject=checklist.source) as book:
        _Form(book, checklist).write(head or {})


@contextlib.contextmanager
def form_workbook(path: Path, *, title: str, subject: str) -> Iterator[Any]:
    """Open a new workbook with the form's font and close it; OSError where that fails."""
    import xlsxwriter  # noqa: PLC0415 - heavy, and only this function needs it

    book: Any = xlsxwriter.Workbook(
        str(path),
        {
            "default_format_properties": {"font_name": _FONT, "font_size": _SIZE},
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": title, "subject": subject, "created": _MADE})
    yield book
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(str(error)) from error


class _Form:
    """One form on one sheet, written top down."""

    def __init__(self, book: Any, checklist: Checklist, handout: Handout | None = None) -> None:
        self.checklist = checklist
        self.handout = handout
        from pipeline.write.growing import GrowingSheet  # noqa: PLC0415 - xlsxwriter is slow

        self.sheet = book.add_worksheet(SHEET, GrowingSheet)
        self.choices = Choices(book, self.sheet, handout.choices) if handout else None
        self.row = 0
        frame = {"border": 1, "text_wrap": True, "valign": "vcenter"}
        self.formats = {
            name: book.add_format(properties)
            for name, properties in {
                "caption": {"bold": True, "font_size": 13, "valign": "vcenter"},
                "label": {**frame, "bold": True, "bg_color": "#F2F2F2"},
                "plain": frame,
                "header": {**frame, "bold": True, "align": "center", "bg_color": "#D9E2EF"},
                "category": {
                    "border": 1,
                    "bold": True,
                    "align": "center",
                    "valign": "vcenter",
                    "rotation": 270,
                },
                "section": {**frame, "bold": True, "bg_color": "#F2F2F2"},
                "title": {"bold": True},
                "text": {},
                "item": {**frame, "valign": "top"},
                "check": {**frame, **AS_TYPED, "align": "center"},
                "legend": {**frame, **AS_TYPED, "font_size": 9, "align": "left"},
                "note": {**frame, "valign": "top"},
                "source": {"font_size": 8, "font_color": "#595959", "valign": "top"},
            }.items()
        }
        if handout:
            self._add_handout_formats(book, frame)

    def _add_handout_formats(self, book: Any, frame: Mapping[str, Any]) -> None:
        """Add the formats of a form to be filled in on the screen: unlocked cells stand out."""
        unlocked = {**frame, "locked": False, "bg_color": "#FFFFF0"}
        self.formats |= {
            name: book.add_format(properties)
            for name, properties in {
                "fill_in": unlocked,
                "check": {**unlocked, **AS_TYPED, "align": "center"},
                "note": {**unlocked, "valign": "top"},
                "explanation": {"text_wrap": True, "valign": "vcenter", "bg_color": "#F2F7FC"},
            }.items()
        }

    def write(self, head: Mapping[str, str]) -> None:
        """Write caption, head lines, tables and source line, and set up the page."""
        for column, width in enumerate(_WIDTHS):
            self.sheet.set_column(column, column, width)
        self._line(26.0, self.checklist.caption or self.checklist.title, "caption")
        for label, value in head.items():
            self.sheet.set_row(self.row, 21.0)
            self.sheet.merge_range(self.row, 0, self.row, 1, label, self.formats["label"])
            style = "plain" if value or not self.handout else "fill_in"
            self.sheet.merge_range(self.row, 2, self.row, _LAST, value, self.formats[style])
            self.row += 1
        if self.handout:
            self._explanation(self.handout.lines)
        self.row += 1
        first_header = self.row
        tables = groupby(self.checklist.items, key=lambda item: item.table)
        for place, (_table, items) in enumerate(tables):
            if place:
                self.row += 1
            self._table(tuple(items))
        terms = f"出典：{self.checklist.source}（{self.checklist.licence}）"
        self._line(16.0, terms, "source")
        self._page(first_header)

    def _line(self, height: float, text: str, style: str) -> None:
        self.sheet.set_row(self.row, height)
        self.sheet.write_string(self.row, 0, text, self.formats[style])
        self.row += 1

    def _table(self, items: tuple[Item, ...]) -> None:
        """Write one table: its header, then the categories with their sections and items."""
        self.sheet.set_row(self.row, 24.0)
        self.sheet.merge_range(self.row, 0, self.row, 1, "", self.formats["header"])
        for column, names in ((2, self.checklist.mark_headers), (3, self.checklist.note_headers)):
            self.sheet.write_string(self.row, column, names[0], self.formats["header"])
        self.row += 1
        legend = True
        for category, members in groupby(items, key=lambda item: item.category):
            top = self.row
            for section, entries in groupby(members, key=lambda item: item.section):
                if section:
                    self._section(section)
                for item in entries:
                    self._item(item, legend=legend)
                    legend = False
            self._category(category, top, self.row - 1)

    def _section(self, section: str) -> None:
        self.sheet.set_row(self.row, 21.0)
        self.sheet.merge_range(self.row, 1, self.row, _LAST, section, self.formats["section"])
        self.row += 1

    def _item(self, item: Item, *, legend: bool) -> None:
        """Write one item; the first of a table carries the legend in its check cell."""
        title = f"{item.id}：{item.title}"
        lines = _lines(title, _WIDTHS[1]) + _lines(item.description, _WIDTHS[1])
        check = "\n".join(self.checklist.legend) if legend and not self.handout else ""
        lines = max(lines, sum(_lines(line, _WIDTHS[2]) for line in check.split("\n")))
        mark, note = self.handout.prefill.get(item.id, ("", "")) if self.handout else ("", "")
        lines = max(lines, sum(_lines(line, _WIDTHS[3]) for line in note.split("\n")))
        self.sheet.start_row(self.row, min(lines * _LINE + _MARGIN, _TALLEST))
        if item.description:
            self.sheet.write_rich_string(
                self.row, 1, self.formats["title"], title,
                self.formats["text"], f"\n{item.description}", self.formats["item"],
            )  # fmt: skip
        else:
            self.sheet.write_string(self.row, 1, title, self.formats["item"])
        if self.choices:
            self.choices.check_cell(self.row, 2, mark, self.formats["check"])
            self.choices.note_cell(self.row, 3, note, self.formats["note"])
        else:
            if legend:
                self.sheet.write_string(self.row, 2, check, self.formats["legend"])
            else:
                self.sheet.write_blank(self.row, 2, None, self.formats["check"])
            self.sheet.write_blank(self.row, 3, None, self.formats["note"])
        self.row += 1

    def _explanation(self, lines: tuple[str, ...]) -> None:
        """Write how to fill in the form above the first table."""
        width = sum(_WIDTHS)
        for line in lines:
            self.sheet.set_row(self.row, _lines(line, width) * _LINE + 4.0)
            self.sheet.merge_range(self.row, 0, self.row, _LAST, line, self.formats["explanation"])
            self.row += 1

    def _category(self, category: str, top: int, bottom: int) -> None:
        if bottom > top:
            self.sheet.merge_range(top, 0, bottom, 0, category, self.formats["category"])
        else:
            self.sheet.write_string(top, 0, category, self.formats["category"])

    def _page(self, header: int) -> None:
        """A4 upright, one page wide, the header on every page, page numbers below."""
        self.sheet.set_paper(9)
        self.sheet.set_portrait()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(header)
        if not self.handout:  # its head and explanation would take half of a laptop's screen
            self.sheet.freeze_panes(header + 1, 2)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        self.sheet.set_footer("&C&P / &N")
        self.sheet.print_area(0, 0, self.row - 1, _LAST)


def _lines(text: str, width: float) -> int:
    """Count the lines a text takes in a column; a full-width letter is two characters wide."""
    units = sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)
    return max(1, math.ceil(units / (width - 1)))

"""The send-back slip (差戻し票): only the items to answer again, on one sheet of its own.

Each line says what stands where, what is wrong and how to mend it, and has an empty check cell
with a drop-down. Nothing in it comes from any other respondent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.model import Checklist
from pipeline.write.blank_form import form_workbook
from pipeline.write.choices import AS_TYPED, Choices, marks_sheet, protect
from pipeline.write.safe import cell_text, line_count

SHEET = "差戻し票"

_LINE = 16.5  # points of one line of 10-point text
_MARGIN = 8.0
_TALLEST = 400.0  # points; Excel ends at 409
# In half-width letters: all columns stand side by side on a screen 1,366 dots wide.
_WIDTHS = (32.0, 13.0, 17.0, 25.0, 25.0, 17.0, 26.0)
_CHECK, _NOTE = 5, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipLine:
    """One item to answer again. All texts are for the respondent to read."""

    item_id: str
    place: str  # file, sheet and cell of the answer
    written: str
    problem: str
    ask: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipSheet:
    """A slip. ``head`` and ``properties`` as of a form handed out, ``lines`` explain it."""

    title: str
    head: Mapping[str, str]
    explanation: tuple[str, ...]
    properties: Mapping[str, str]
    choices: tuple[str, ...]
    lines: tuple[SlipLine, ...]


def write_slip(slip: SlipSheet, checklist: Checklist, path: Path) -> None:
    """Write a slip to ``path`` (.xlsx). OSError where the path cannot be written."""
    with form_workbook(path, title=slip.title, subject=checklist.title) as book:
        _Slip(book, checklist, slip).write()
        marks_sheet(book, slip.choices, slip.properties)


class _Slip:
    """One slip on one sheet, written top down."""

    def __init__(self, book: Any, checklist: Checklist, slip: SlipSheet) -> None:
        self.checklist = checklist
        self.slip = slip
        from pipeline.write.growing import GrowingSheet  # noqa: PLC0415 - xlsxwriter is slow

        self.sheet = book.add_worksheet(SHEET, GrowingSheet)
        self.choices = Choices(book, self.sheet, slip.choices)
        self.row = 0
        frame = {"border": 1, "text_wrap": True, "valign": "vcenter"}
        unlocked = {**frame, "locked": False, "bg_color": "#FFFFF0"}
        self.formats = {
            name: book.add_format(properties)
            for name, properties in {
                "title": {"bold": True, "font_size": 13, "valign": "vcenter"},
                "label": {**frame, "bold": True, "bg_color": "#F2F2F2"},
                "plain": frame,
                "fill_in": unlocked,
                "explanation": {"text_wrap": True, "valign": "vcenter", "bg_color": "#F2F7FC"},
                "header": {**frame, "bold": True, "align": "center", "bg_color": "#D9E2EF"},
                "asked": {**frame, "bold": True, "align": "center", "bg_color": "#FFE699"},
                "bold": {"bold": True},
                "text": {},
                "cell": {**frame, "valign": "top"},
                "check": {**unlocked, **AS_TYPED, "align": "center"},
                "note": {**unlocked, "valign": "top"},
            }.items()
        }

    def write(self) -> None:
        """Write title, head, explanation and table, and set up page and protection."""
        for column, width in enumerate(_WIDTHS):
            self.sheet.set_column(column, column, width)
        self.sheet.set_row(0, 26.0)
        self.sheet.write_string(0, 0, cell_text(self.slip.title), self.formats["title"])
        self.row = 1
        for label, value in self.slip.head.items():
            self.sheet.set_row(self.row, 21.0)
            self.sheet.write_string(self.row, 0, label, self.formats["label"])
            style = self.formats["plain" if value else "fill_in"]
            self.sheet.merge_range(self.row, 1, self.row, 3, "", style)
            if value:
                self.sheet.write_string(self.row, 1, cell_text(value), style)
            self.row += 1
        for text in self.slip.explanation:
            self.sheet.set_row(self.row, line_count(text, sum(_WIDTHS)) * _LINE + 4.0)
            style = self.formats["explanation"]
            self.sheet.merge_range(self.row, 0, self.row, _NOTE, cell_text(text), style)
            self.row += 1
        self.row += 1
        header = self.row
        self._header()
        for line in self.slip.lines:
            self._line(line)
        self._page(header)
        protect(self.sheet)

    def _header(self) -> None:
        names = (
            "項目",
            "ご記入の場所",
            "前回のご記入",
            "確認していただきたいこと",
            "直し方",
            self.checklist.mark_headers[0],
            self.checklist.note_headers[0],
        )
        self.sheet.set_row(self.row, 24.0)
        for column, name in enumerate(names):
            style = "asked" if column in (_CHECK, _NOTE) else "header"
            self.sheet.write_string(self.row, column, name, self.formats[style])
        self.row += 1

    def _line(self, line: SlipLine) -> None:
        """Write one item with its empty cells."""
        item = self.checklist.item(line.item_id)
        title = f"{item.id}：{item.title}"
        texts = [f"{title}\n{item.description}".strip(), line.place, line.written]
        texts = [cell_text(text) for text in (*texts, line.problem, line.ask)]
        lines = max(line_count(text, width) for text, width in zip(texts, _WIDTHS, strict=False))
        self.sheet.start_row(self.row, min(lines * _LINE + _MARGIN, _TALLEST))
        if item.description:
            self.sheet.write_rich_string(
                self.row, 0, self.formats["bold"], title,
                self.formats["text"], f"\n{item.description}", self.formats["cell"],
            )  # fmt: skip
        else:
            self.sheet.write_string(self.row, 0, title, self.formats["cell"])
        for column, text in enumerate(texts[1:], start=1):
            self.sheet.write_string(self.row, column, text, self.formats["cell"])
        self.choices.check_cell(self.row, _CHECK, "", self.formats["check"])
        self.choices.note_cell(self.row, _NOTE, "", self.formats["note"])
        self.row += 1

    def _page(self, header: int) -> None:
        """A4 landscape, one page wide, the header on every page, page numbers below."""
        self.sheet.set_paper(9)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(header)
        self.sheet.freeze_panes(0, 1)  # with the rows above, little of a laptop's screen is left
        self.sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.sheet.set_footer("&C&P / &N")
        self.sheet.print_area(0, 0, self.row - 1, _NOTE)

"""Pages of a returned form as files: xlsx through XlsxWriter, CSV, zip. Same pages, same bytes."""

import csv
import io
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pipeline.model import Checklist
from sample.drawings import with_check_boxes, with_ellipses
from sample.forms import Cell, Page
from sample.hands import Way, Written, legend_lines

_MADE = datetime(2026, 11, 2, 9, 0)  # noqa: DTZ001 - document properties carry no zone here
_FONT: dict[str, object] = {"font_name": "游ゴシック", "font_size": 11}
_STYLES: Mapping[str, Mapping[str, object]] = {
    "text": {"text_wrap": True, "valign": "vcenter"},
    "title": {"bold": True, "font_size": 14},
    "label": {"bold": True, "align": "right"},
    "header": {
        "bold": True,
        "border": 1,
        "align": "center",
        "text_wrap": True,
        "bg_color": "#D9E1F2",
    },
    "heading": {"bold": True, "border": 1, "bg_color": "#F2F2F2"},
    "category": {"border": 1, "rotation": 270, "align": "center", "valign": "vcenter"},
    "item": {"border": 1, "text_wrap": True, "valign": "top"},
    "mark": {"border": 1, "text_wrap": True, "valign": "vcenter"},
    "note": {"border": 1, "text_wrap": True, "valign": "vcenter"},
}
_LINE_PIXELS = 25  # one line of 游ゴシック 11 pt; the legend's row is four lines and a little high
_ERROR_FORMULA = "=VLOOKUP(B4,#REF!,3,FALSE)"  # the sheet it looked into is gone


def xlsx(pages: tuple[Page, ...], checklist: Checklist, *, project: bytes = b"") -> bytes:
    """Give the workbook's bytes; with a VBA ``project`` it is an .xlsm."""
    import xlsxwriter  # noqa: PLC0415 - heavy, and only the demo needs it

    memory = io.BytesIO()
    book: Any = xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": _MADE})
    if project:
        book.add_vba_project(io.BytesIO(project), is_stream=True)
    formats = {name: book.add_format({**_FONT, **style}) for name, style in _STYLES.items()}
    for page in pages:
        _Sheet(book, formats, page, checklist).write()
    book.close()
    ways = {cell.answer.way for page in pages for cell in page.cells.values() if cell.answer}
    content = memory.getvalue()
    if Way.CIRCLED in ways:
        content = with_ellipses(content)
    if Way.TICKED in ways:
        content = with_check_boxes(content)
    return content


class _Sheet:
    """Writes one page into an open workbook."""

    def __init__(
        self, book: Any, formats: Mapping[str, Any], page: Page, checklist: Checklist
    ) -> None:
        self.book = book
        self.sheet = book.add_worksheet(page.name)
        self.formats = formats
        self.page = page
        self.checklist = checklist

    def write(self) -> None:
        page = self.page
        for column, width in page.widths.items():
            self.sheet.set_column(column, column, width)
        last = max(row for row, _ in page.cells)
        for row in range(last + 1):
            options = {"hidden": True} if row in page.hidden_rows else {}
            self.sheet.set_row(row, page.heights.get(row, 18.75), None, options)
        for area in page.merged:
            style = self.formats[page.cells[(area.top, area.left)].style]
            self.sheet.merge_range(area.top, area.left, area.bottom, area.right, "", style)
        for (row, column), cell in page.cells.items():
            self._cell(row, column, cell)
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)

    def _cell(self, row: int, column: int, cell: Cell) -> None:
        style = self.formats[cell.style]
        if cell.answer is not None:
            self._answer(row, column, cell.answer, style)
        elif cell.text:
            self.sheet.write_string(row, column, cell.text, style)
        else:
            self.sheet.write_blank(row, column, None, style)

    def _answer(self, row: int, column: int, written: Written, style: Any) -> None:
        if written.way is Way.TEXT:
            self.sheet.write_string(row, column, written.text, style)
        elif written.way is Way.NUMBER:
            self.sheet.write_number(row, column, float(written.text), style)
        elif written.way is Way.DATE:
            shape = self.book.add_format({**_FONT, **_STYLES["mark"], "num_format": 'm"月"d"日"'})
            self.sheet.write_datetime(row, column, date.fromisoformat(written.text), shape)
        elif written.way is Way.ERROR:
            self.sheet.write_formula(row, column, _ERROR_FORMULA, style, written.text)
        else:
            self._legend(row, column, written, style)

    def _legend(self, row: int, column: int, written: Written, style: Any) -> None:
        lines = legend_lines(self.checklist, written.text)
        if written.way is Way.CIRCLED:
            self.sheet.write_string(row, column, "\n".join(lines), style)
            place = {"x_offset": 2, "y_offset": 2 + written.option * _LINE_PIXELS}
            size = {"width": 215, "height": _LINE_PIXELS - 1}
            pen = {"fill": {"none": True}, "line": {"color": "#FF0000", "width": 1.5}}
            self.sheet.insert_textbox(row, column, "", {**place, **size, **pen})
        elif written.way is Way.TICKED:
            self.sheet.write_string(row, column, "\n".join(lines), style)
            for option in range(len(self.checklist.options)):
                caption = "checked" if option == written.option else "unchecked"
                place = {"x_offset": 232, "y_offset": 4 + option * _LINE_PIXELS}
                box = {"caption": caption, "width": 18, "height": 18}
                self.sheet.insert_button(row, column, {**place, **box})
        else:
            self.sheet.write_rich_string(row, column, *self._runs(lines, written), style)

    def _runs(self, lines: tuple[str, ...], written: Written) -> list[Any]:
        """Give fragments as XlsxWriter takes them: a format before each text."""
        looks: Mapping[Way, Mapping[str, object]] = {
            Way.STRUCK: {"font_strikeout": True},
            Way.BOLD: {"bold": True},
            Way.COLOURED: {"font_color": "#FF0000"},
        }
        plain = self.book.add_format(_FONT)
        special = self.book.add_format(_FONT | dict(looks[written.way]))
        parts: list[Any] = []
        for number, line in enumerate(lines):
            option = number < len(self.checklist.options)
            struck = written.way is Way.STRUCK and option and number != written.option
            chosen = written.way is not Way.STRUCK and number == written.option
            end = "\n" if number + 1 < len(lines) else ""
            parts += [special if struck or chosen else plain, line + end]
        return parts


def plain_table(name: str, rows: tuple[tuple[Any, ...], ...]) -> bytes:
    """Give a workbook of one sheet with the rows as they are."""
    import xlsxwriter  # noqa: PLC0415 - heavy, and only the demo needs it

    memory = io.BytesIO()
    book: Any = xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": _MADE})
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 7, 18)
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return memory.getvalue()


def text_of(cell: Cell, checklist: Checklist) -> str:
    """Give a cell's text without its formatting, as file types without any keep it."""
    if cell.answer is None:
        return cell.text
    if cell.answer.way in {Way.TEXT, Way.NUMBER, Way.DATE, Way.ERROR}:
        return cell.answer.text
    return "\n".join(legend_lines(checklist, cell.answer.text))


def csv_bytes(page: Page, checklist: Checklist, *, encoding: str = "cp932") -> bytes:
    """Give one page as the CSV that Excel saves in Japan (cp932, CRLF)."""
    rows = 1 + max(row for row, _ in page.cells)
    columns = 1 + max(column for _, column in page.cells)
    memory = io.StringIO()
    writer = csv.writer(memory, lineterminator="\r\n")
    for row in range(rows):
        cells = (page.cells.get((row, column), Cell()) for column in range(columns))
        writer.writerow([text_of(cell, checklist) for cell in cells])
    return memory.getvalue().encode(encoding, errors="replace")


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    """Give an archive as Windows' own zip folders write it in Japan: names in CP932, no flag."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, content in members.items():
            entry = _Cp932Entry(name, date_time=(2026, 11, 6, 10, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return memory.getvalue()


class _Cp932Entry(zipfile.ZipInfo):
    """A zip entry whose stored name is CP932 bytes, with the UTF-8 flag off."""

    __slots__ = ()

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - the name zipfile calls
        return self.filename.encode("cp932"), self.flag_bits & ~0x800

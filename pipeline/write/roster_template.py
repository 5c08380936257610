"""Write templates/名簿.xlsx: the roster to fill in, the same bytes every time.

Sheet 名簿 holds the header that `roster` reads and empty lines with drop-downs; sheet 書き方 tells
what each column is for. Only text columns: a code keeps its leading zeros.
"""

from datetime import datetime
from pathlib import Path

import xlsxwriter

from pipeline.model import Checklist
from pipeline.texts.tables import table_of
from pipeline.write.safe import line_count

_LINES = 500
_FONT = "游ゴシック"
_GUIDE_WIDTH = 80.0
_WRITTEN = datetime(2026, 1, 1)  # noqa: DTZ001 - the format knows no zone; fixed for equal bytes
_WORDS = table_of(__file__)
_COLUMNS = [(name, one["width"], one["means"]) for name, one in _WORDS["columns"].items()]


def write_roster_template(checklist: Checklist, path: Path) -> None:
    """Write the empty roster; the drop-down of 対象分野 offers the checklist's categories."""
    book = xlsxwriter.Workbook(path)
    book.set_properties({"title": "名簿", "created": _WRITTEN})
    header = book.add_format(
        {"bold": True, "bg_color": "#DDEBF7", "border": 1, "font_name": _FONT, "valign": "vcenter"}
    )
    text = book.add_format(
        {"num_format": "@", "border": 1, "border_color": "#BFBFBF", "font_name": _FONT}
    )
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "font_name": _FONT})
    _write_roster(book, checklist, header, text)
    _write_guide(book, checklist, header, wrapped)
    book.close()


def _write_roster(
    book: xlsxwriter.Workbook,
    checklist: Checklist,
    header: xlsxwriter.format.Format,
    text: xlsxwriter.format.Format,
) -> None:
    sheet = book.add_worksheet("名簿")
    sheet.set_row(0, 24)
    for column, (name, width, meaning) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, header)
        for row in range(1, _LINES + 1):
            sheet.write_blank(row, column, None, text)
        rule: dict[str, object] = {"validate": "any"}
        if name in ("役割", "対象分野"):
            choices = _WORDS["roles"] if name == "役割" else checklist.categories
            # A list that others may add to: 、 between several categories is no mistake.
            rule = {"validate": "list", "source": list(choices), "show_error": False}
        rule |= {"input_title": name, "input_message": meaning}
        sheet.data_validation(1, column, _LINES, column, rule)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, _LINES, len(_COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, 40, len(_COLUMNS) - 1)


def _write_guide(
    book: xlsxwriter.Workbook,
    checklist: Checklist,
    header: xlsxwriter.format.Format,
    wrapped: xlsxwriter.format.Format,
) -> None:
    sheet = book.add_worksheet("書き方")
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, _GUIDE_WIDTH)
    lines = [
        ("使い方", "「名簿」シートの2行目から1行に1団体を書き、inbox フォルダに 名簿.xlsx の名前で"
         "置いてください。見出しの行は消さないでください。"),
        *((name, meaning) for name, _width, meaning in _COLUMNS),
        ("分野の一覧", "、".join(checklist.categories)),
    ]  # fmt: skip
    for row, (name, meaning) in enumerate(lines):
        sheet.write_string(row, 0, name, header)
        sheet.write_string(row, 1, meaning, wrapped)
        sheet.set_row(row, 4 + 16 * line_count(meaning, _GUIDE_WIDTH))
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)

"""確認票 read by the fast reader: what the whole reader reads of it, whatever people did to it."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from opened import opened
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.worksheet.worksheet import Worksheet
from reviewing import step
from test_review_entries import batch_of, written

from pipeline.formats import read_texts, read_workbook, texts
from pipeline.model import RawWorkbook, SourceFile
from pipeline.settings import Limits

Change = Callable[[Worksheet], object]
HEADER = 5


@pytest.fixture
def form(tmp_path: Path) -> Path:
    return written(tmp_path, step(batch_of()))


def changed(form: Path, change: Change) -> Path:
    book = opened(form)
    change(book["確認票"])
    book.save(form)
    return form


def both(form: Path) -> tuple[RawWorkbook, RawWorkbook, bool]:
    """Give a form as the two readers read it, and whether the fast one needed no other."""
    source = SourceFile(path=form.name, location=form)
    fast, whole = read_texts(source, limits=Limits()), read_workbook(source, limits=Limits())
    assert isinstance(fast, RawWorkbook)
    assert isinstance(whole, RawWorkbook)
    try:
        alone = texts._read(source, Limits()) is not None
    except Exception:  # noqa: BLE001 - whatever it was, the whole reader took over
        alone = False
    return fast, whole, alone


def same(fast: RawWorkbook, whole: RawWorkbook) -> bool:
    sheets = zip(fast.sheets, whole.sheets, strict=True)
    return fast.properties == whole.properties and all(
        one.name == other.name and one.cells == other.cells for one, other in sheets
    )


def _put(value: Any) -> Change:
    def change(sheet: Worksheet) -> None:
        sheet.cell(HEADER + 1, 12, value)

    return change


def _dated(value: Any, code: str) -> Change:
    def change(sheet: Worksheet) -> None:
        sheet.cell(HEADER + 1, 16, value).number_format = code

    return change


def _struck(sheet: Worksheet) -> None:
    text = CellRichText("認める", TextBlock(InlineFont(strike=True), "差戻し"))
    sheet.cell(HEADER + 1, 12, text)


def _merged(sheet: Worksheet) -> None:
    sheet.cell(HEADER + 3, 14, "二行分の理由")
    sheet.merge_cells(start_row=HEADER + 3, end_row=HEADER + 4, start_column=14, end_column=14)


def _emptied(sheet: Worksheet) -> None:
    sheet.delete_rows(HEADER + 1, 1)
    sheet.insert_cols(1)


FAST: dict[str, Change] = {
    "as written": lambda _: None,
    "a decision": _put("そのまま認める"),
    "spaces and lines": _put("  修正する \n\n 12月 "),
    "a number as text": _put("1"),
    "signs of XML": _put("<f>=\"1\" & 'e'</f>"),
    "letters beyond the first plane": _put("𠮷野家🙂"),
    "a date": _dated(date(2026, 12, 1), "yyyy/m/d"),
    "a date and time": _dated(datetime(2026, 12, 1, 9, 30), "yyyy/m/d h:mm"),  # noqa: DTZ001
    "a month": _dated(date(2027, 3, 1), 'yyyy"年"m"月"'),
    "a Japanese date": _dated(46357, 'ggge"年"m"月"'),
    "rich text": _struck,
    "merged": _merged,
    "rows and columns moved": _emptied,
}
WHOLE: dict[str, Change] = {
    "a number": _put(1),
    "a truth value": _put(True),
    "a formula": _put('="差戻"&"し"'),
    "an error value": _put("#REF!"),
    "a format that hides": _dated("2027-03", ";;;"),
    "a format that adds": _dated("3", '@"月"'),
    "hours": _dated(0.5, "[h]:mm"),
    "a cell at the far end": lambda sheet: sheet.cell(1_048_576, 16_384, "遠く"),
    "a cell far below": lambda sheet: sheet.cell(900_000, 2, "遠く"),
    "a column far right": lambda sheet: sheet.cell(3, 500, "遠く"),
}


@pytest.mark.parametrize("name", [*FAST, *WHOLE])
def test_both_readers_give_the_same_cells(form: Path, name: str) -> None:
    fast, whole, alone = both(changed(form, (FAST | WHOLE)[name]))
    assert same(fast, whole)
    assert alone == (name in FAST)


def _rewritten(form: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Change a part of the package as another program would have written it."""
    with zipfile.ZipFile(form) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    assert change(parts[part]) != parts[part]
    parts[part] = change(parts[part])
    with zipfile.ZipFile(form, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return form


STRINGS, SHEET, BOOK = "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"
_READING = "<r><t>確認</t></r><rPh sb='0' eb='2'><t>カクニン</t></rPh><phoneticPr fontId='1'/></si>"
PARTS: dict[str, tuple[str, Callable[[bytes], bytes], bool]] = {
    "readings of kanji": (
        STRINGS,
        lambda part: part.replace(b"</si>", _READING.encode(), 1),
        True,
    ),
    "an escaped character": (STRINGS, lambda part: part.replace(b"<t>", b"<t>_x0041_", 1), False),
    "days counted from 1904": (
        BOOK,
        lambda part: part.replace(b"<workbookPr", b'<workbookPr date1904="1"', 1),
        False,
    ),
    "other quotes": (SHEET, lambda part: part.replace(b' r="A1"', b" r='A1'", 1), False),
    "an error value": (
        SHEET,
        lambda part: part.replace(
            b"</row></sheetData>", b'<c r="BA99" t="e"><v>#N/A</v></c></row></sheetData>'
        ),
        False,
    ),
}


@pytest.mark.parametrize("name", PARTS)
def test_parts_of_other_programs(form: Path, name: str) -> None:
    part, change, fast_enough = PARTS[name]
    fast, whole, alone = both(_rewritten(form, part, change))
    assert same(fast, whole)
    assert alone == fast_enough


def test_what_is_no_workbook_is_told_as_the_whole_reader_tells_it(form: Path) -> None:
    source = SourceFile(path=form.name, location=form)
    for content in (b"", b"PK\x03\x04", form.read_bytes()[:2000], b"<html></html>"):
        form.write_bytes(content)
        assert read_texts(source, limits=Limits()) == read_workbook(source, limits=Limits())

"""The quick sheet against the library's own, cell by cell."""

from pathlib import Path

import xlsxwriter
from openpyxl import load_workbook

from pipeline.write.book import Book
from pipeline.write.swift import SwiftSheet

ROWS = [
    ("あ", 1, None, "", "あ"),
    ("<&>\"'", 0, 2_000_000, "_x000D_", " 前後 "),
    (None, None, None, None, None),
    ("=1+1", 3, "改\n行", "あ", None),
]


def write_some(path: Path, worksheet_class: type | None) -> None:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("試験", worksheet_class)
    bold = book.add_format({"bold": True})
    sheet.set_row(2, 30)
    sheet.set_row(9, 30)
    for row, cells in enumerate(ROWS, start=2):
        for column, cell in enumerate(cells):
            form = bold if column % 2 else None
            if isinstance(cell, str):
                sheet.write_string(row, column, cell, form)
            elif cell is None:
                sheet.write_blank(row, column, None, form)
            else:
                sheet.write_number(row, column, cell + 0.25, form)
    sheet.write_formula(0, 3, "=1+1", bold, 2)
    sheet.write_boolean(0, 4, True)
    sheet.write_url(1, 1, "internal:'試験'!A1", bold, "先頭へ")
    book.close()


def test_it_writes_what_the_library_writes(tmp_path: Path) -> None:
    write_some(tmp_path / "plain.xlsx", None)
    write_some(tmp_path / "swift.xlsx", SwiftSheet)
    plain, swift = (load_workbook(tmp_path / f"{n}.xlsx")["試験"] for n in ("plain", "swift"))
    assert plain.dimensions == swift.dimensions
    for expected, found in zip(plain.iter_rows(), swift.iter_rows(), strict=True):
        for a, b in zip(expected, found, strict=True):
            assert (a.value, a.data_type, a.font.b) == (b.value, b.data_type, b.font.b)
    for row in (3, 10):
        assert plain.row_dimensions[row].height == swift.row_dimensions[row].height == 30


def test_streamed_rows_are_the_rows_given(tmp_path: Path) -> None:
    book = Book(tmp_path / "stream.xlsx")
    sheet = book.sheet("明細")
    sheet.table(0, 0, len(ROWS), ["一", "二", "三", "四", "五"], "tbl")
    sheet.stream(1, 5, ROWS)
    book.close()
    read = list(load_workbook(tmp_path / "stream.xlsx")["明細"].iter_rows(values_only=True))
    assert read[0] == ("一", "二", "三", "四", "五")
    expected = [tuple(None if cell == "" else cell for cell in row) for row in ROWS]
    assert [tuple(_unescaped(cell) for cell in row) for row in read[1:]] == expected


def _unescaped(cell: object) -> object:
    # openpyxl leaves Excel's escape of a written "_x000D_" in place
    return cell.replace("_x005F_", "_") if isinstance(cell, str) else cell

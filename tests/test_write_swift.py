"""The quick sheet against the library's own, cell by cell."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import load_workbook

from pipeline.write.apart import AtOnce
from pipeline.write.book import Book, Sheet
from pipeline.write.detail import DetailRows, pack_rows
from pipeline.write.lines import Line, Link
from pipeline.write.swift import SwiftSheet
from pipeline.write.table import columns_of

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


def test_lines_are_what_single_cells_would_be(tmp_path: Path) -> None:
    """The same list, cell by cell and line by line."""
    for name, quick in (("cells.xlsx", False), ("lines.xlsx", True)):
        book = Book(tmp_path / name)
        sheet = book.sheet("一覧")
        sheet.columns(10, 20, 30, 10, 10)
        sheet.heading("一覧", "説明", last=4)
        sheet.table(3, 0, len(ROWS), ["一", "二", "三", "四", "五"], "tbl")
        if quick:
            sheet.lines(4, _lines(sheet))
        else:
            for row, cells in enumerate(ROWS, start=4):
                sheet.link(row, 0, f"'明細'!A{row}", str(cells[0] or "－"), STYLES[0], "説明<&>")
                for column, cell in enumerate(cells[1:], start=1):
                    sheet.number(row, column, cell, STYLES[column])
                sheet.height(row, sheet.points([(2, str(cells[2] or ""))]))
        sheet.text(20, 0, "下の行")
        book.close()
    assert _look(tmp_path / "cells.xlsx") == _look(tmp_path / "lines.xlsx")
    strings = "xl/sharedStrings.xml"
    parts = _parts(tmp_path / "cells.xlsx"), _parts(tmp_path / "lines.xlsx")
    assert parts[0][strings] == parts[1][strings]


STYLES = ("celllink", "number", "text", "center", "long")


def _lines(sheet: Sheet) -> Iterator[Line]:
    for row, cells in enumerate(ROWS, start=4):
        first = (str(cells[0] or "－"), STYLES[0])
        yield Line(
            cells=(first, *zip(cells[1:], STYLES[1:], strict=True)),
            points=sheet.points([(2, str(cells[2] or ""))]),
            links=(Link(0, f"'明細'!A{row}", "説明<&>"),),
        )


def _look(path: Path) -> list[object]:
    sheet = load_workbook(path)["一覧"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    return [
        sheet.dimensions,
        [sheet.row_dimensions[row].height for row in range(1, sheet.max_row + 1)],
        [(c.coordinate, c.value, c.number_format) for c in cells],
        [repr((c.font, c.fill, c.alignment, c.hyperlink)) for c in cells],
    ]


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_list_without_lines_leaves_the_sheet_as_it_is(tmp_path: Path) -> None:
    book = Book(tmp_path / "empty.xlsx")
    sheet = book.sheet("一覧")
    sheet.table(0, 0, 0, ["一", "二"], "tbl")
    sheet.lines(1, [])
    book.close()
    read = load_workbook(tmp_path / "empty.xlsx")["一覧"]
    assert [tuple(row) for row in read.iter_rows(values_only=True)] == [("一", "二")]


def test_cells_to_the_right_of_a_line_stay(tmp_path: Path) -> None:
    book = Book(tmp_path / "right.xlsx")
    sheet = book.sheet("一覧")

    def lines() -> Iterator[Line]:
        for row in range(3):
            sheet.count(row, 2, f"=COUNTA(A{row + 1}:B{row + 1})", 2)
            yield Line((("あ", "text"), (row, "number")), 18)

    sheet.lines(0, lines())
    book.close()
    read = load_workbook(tmp_path / "right.xlsx")["一覧"]
    assert [tuple(row) for row in read.iter_rows(values_only=True)] == [
        ("あ", row, f"=COUNTA(A{row + 1}:B{row + 1})") for row in range(3)
    ]


def test_past_the_links_a_sheet_can_hold_the_text_stands_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.write.book.LINKS", 3)
    book = Book(tmp_path / "links.xlsx")
    sheet = book.sheet("一覧")
    line = Line((("あ", "text"), ("い", "text")), 18, (Link(0, "'一覧'!A1"), Link(1, "'一覧'!A1")))
    sheet.lines(0, [line] * 3)
    book.close()
    read = load_workbook(tmp_path / "links.xlsx")["一覧"]
    assert [bool(cell.hyperlink) for row in read.iter_rows() for cell in row] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
    assert [cell.value for row in read.iter_rows() for cell in row] == ["あ", "い"] * 3


def test_nothing_is_written_above_rows_that_are_finished(tmp_path: Path) -> None:
    book = Book(tmp_path / "order.xlsx")
    sheet = book.sheet("一覧")
    sheet.lines(5, [Line((("あ", "text"),), 18)])
    with pytest.raises(ValueError, match="finished"):
        sheet.lines(5, [Line((("い", "text"),), 18)])
    book.close()


def test_rows_packed_elsewhere_are_the_rows_given(tmp_path: Path) -> None:
    book = Book(tmp_path / "packed.xlsx")
    columns = columns_of(ROWS, 5)
    cells = tuple(book.cells(place, column) for place, column in enumerate(columns))
    rows = DetailRows(cells=cells, codes=tuple(column.codes for column in columns))
    sheet = book.sheet("明細")
    sheet.table(0, 0, len(ROWS), ["一", "二", "三", "四", "五"], "tbl")
    made = AtOnce().submit(pack_rows, rows, tmp_path / "rows")
    sheet.packed(1, len(ROWS), 5, made)
    book.close()
    read = list(load_workbook(tmp_path / "packed.xlsx")["明細"].iter_rows(values_only=True))
    assert read[0] == ("一", "二", "三", "四", "五")
    expected = [tuple(None if cell == "" else cell for cell in row) for row in ROWS]
    assert [tuple(_unescaped(cell) for cell in row) for row in read[1:]] == expected
    strings = _parts(tmp_path / "packed.xlsx")["xl/sharedStrings.xml"].decode()
    texts = sum(isinstance(cell, str) and cell != "" for row in ROWS for cell in row)
    assert f'count="{texts + 5}"' in strings


def _unescaped(cell: object) -> object:
    # openpyxl leaves Excel's escape of a written "_x000D_" in place
    return cell.replace("_x005F_", "_") if isinstance(cell, str) else cell


def test_rows_between_two_lists_are_kept(tmp_path: Path) -> None:
    book = Book(tmp_path / "between.xlsx")
    sheet = book.sheet("一覧")
    sheet.lines(0, [Line((("あ", "text"),), 18)])
    sheet.section(2, "見出し", last=0)
    sheet.text(4, 0, "い")
    sheet.done(4)
    sheet.text(6, 0, "う")
    book.close()
    read = load_workbook(tmp_path / "between.xlsx")["一覧"]
    assert [row[0] for row in read.iter_rows(values_only=True)] == [
        "あ", None, "見出し", None, "い", None, "う",
    ]  # fmt: skip

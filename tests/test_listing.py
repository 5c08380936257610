"""The quick sheet against the library's own, cell by cell."""

import re
import zipfile
from operator import itemgetter
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter
from openpyxl import load_workbook

from pipeline.frame.columns import Frame, columns_of, encoded
from pipeline.write.book import Book
from pipeline.write.list_sheet import ListSheet
from pipeline.write.listing import Column, Links, R, Styled, Total
from pipeline.write.tables import of, put_table

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
    write_some(tmp_path / "quick.xlsx", ListSheet)
    plain, quick = (load_workbook(tmp_path / f"{n}.xlsx")["試験"] for n in ("plain", "quick"))
    assert plain.dimensions == quick.dimensions
    for expected, found in zip(plain.iter_rows(), quick.iter_rows(), strict=True):
        for a, b in zip(expected, found, strict=True):
            assert (a.value, a.data_type, a.font.b) == (b.value, b.data_type, b.font.b)
    for row in (3, 10):
        assert plain.row_dimensions[row].height == quick.row_dimensions[row].height == 30


def test_lines_are_what_single_cells_would_be(tmp_path: Path) -> None:
    """The same list, cell by cell and line by line."""
    for name, quick in (("cells.xlsx", False), ("lines.xlsx", True)):
        book = Book(tmp_path / name)
        sheet = book.sheet("一覧")
        sheet.columns(10, 20, 30, 10, 10)
        sheet.heading("一覧", "説明", last=4)
        sheet.table(3, 0, len(ROWS), ["一", "二", "三", "四", "五"], "tbl")
        if quick:
            sheet.listing(4, COLUMNS, dict(zip("abcde", columns_of(ROWS, 5), strict=True)))
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
    texts = [sorted(re.findall(b"<si>.*?</si>", each[strings], re.DOTALL)) for each in parts]
    assert texts[0] == texts[1]  # a list numbers its texts column by column


STYLES = ("celllink", "number", "text", "center", "long")


COLUMNS = [
    Column(
        "一", 10, STYLES[0],
        lambda rows: rows["a"].of(lambda value: str(value or "－")),
        links=lambda rows: Links(
            lines=np.arange(2, 2 + len(rows["a"])),
            sheets=["'明細'!A"],
            rows=100,
            tips=rows["a"].of(lambda _: "説明<&>"),
        ),
    ),
    Column("二", 20, STYLES[1], "b"),
    Column("三", 30, STYLES[2], lambda rows: rows["c"], wraps=True),
    Column("四", 10, "", lambda rows: rows["d"].of(lambda value: Styled(value, STYLES[3]))),
    Column("五", 10, STYLES[4], "e"),
]  # fmt: skip


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


def one_column(*values: str | int | None, style: str = "text") -> tuple[list[Column], Frame]:
    return [Column("一", 10, style, "a")], {"a": encoded(values)}


def read(path: Path, name: str = "一覧") -> list[tuple[object, ...]]:
    return [tuple(row) for row in load_workbook(path)[name].iter_rows(values_only=True)]


def test_a_list_without_rows_leaves_the_sheet_as_it_is(tmp_path: Path) -> None:
    book = Book(tmp_path / "empty.xlsx")
    sheet = book.sheet("一覧")
    sheet.table(0, 0, 0, ["一"], "tbl")
    sheet.listing(1, *one_column())
    book.close()
    assert read(tmp_path / "empty.xlsx") == [("一",)]


def test_cells_to_the_right_of_a_list_stay(tmp_path: Path) -> None:
    book = Book(tmp_path / "right.xlsx")
    sheet = book.sheet("一覧")
    for row in (0, 2):
        sheet.count(row, 1, f"=COUNTA(A{row + 1}:A{row + 1})", 1)
    sheet.listing(0, *one_column("あ", "い", "う"))
    book.close()
    expected = [("あ", "=COUNTA(A1:A1)"), ("い", None), ("う", "=COUNTA(A3:A3)")]
    assert read(tmp_path / "right.xlsx") == expected


def test_past_the_links_a_sheet_can_hold_the_text_stands_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.write.book.LINKS", 3)
    book = Book(tmp_path / "links.xlsx")
    sheet = book.sheet("一覧")
    place = Links(lines=np.array([0, -1, 5]), sheets=["'一覧'!A", "'一覧(2)'!A"], rows=4)
    columns = [Column(head, 10, "text", head, links=lambda _: place) for head in "ab"]
    frame = {head: encoded([head] * 3) for head in "ab"}
    sheet.listing(0, columns, frame)
    book.close()
    cells = [
        cell for row in load_workbook(tmp_path / "links.xlsx")["一覧"].iter_rows() for cell in row
    ]
    linked = {cell.coordinate: cell.hyperlink.location for cell in cells if cell.hyperlink}
    assert linked == {"A1": "'一覧'!A2", "B1": "'一覧'!A2", "A3": "'一覧(2)'!A3"}
    assert [cell.value for cell in cells] == ["a", "b"] * 3


def test_no_list_is_written_over_another(tmp_path: Path) -> None:
    book = Book(tmp_path / "order.xlsx")
    sheet = book.sheet("一覧")
    sheet.listing(5, *one_column("あ"))
    with pytest.raises(ValueError, match="taken by the list above"):
        sheet.listing(5, *one_column("い"))
    book.close()


def test_cells_without_a_style_and_a_value_are_no_cells(tmp_path: Path) -> None:
    """明細 has no styles: an empty answer is no cell at all, and texts stay as written."""
    book = Book(tmp_path / "plain.xlsx")
    sheet = book.sheet("明細")
    columns = [Column(head, 10, "", head) for head in "abcde"]
    sheet.listing(1, columns, dict(zip("abcde", columns_of(ROWS, 5), strict=True)))
    book.close()
    found = read(tmp_path / "plain.xlsx", "明細")
    expected = [tuple(None if cell == "" else cell for cell in row) for row in ROWS]
    assert [tuple(_unescaped(cell) for cell in row) for row in found[1:]] == expected
    parts = _parts(tmp_path / "plain.xlsx")
    texts = sum(isinstance(cell, str) and cell != "" for row in ROWS for cell in row)
    assert f'count="{texts}"' in parts["xl/sharedStrings.xml"].decode()
    filled = sum(cell not in ("", None) for row in ROWS for cell in row)
    assert parts["xl/worksheets/sheet1.xml"].count(b"<c ") == filled


def _unescaped(cell: object) -> object:
    # openpyxl leaves Excel's escape of a written "_x000D_" in place
    return cell.replace("_x005F_", "_") if isinstance(cell, str) else cell


def test_rows_between_two_lists_are_kept(tmp_path: Path) -> None:
    book = Book(tmp_path / "between.xlsx")
    sheet = book.sheet("一覧")
    sheet.listing(0, *one_column("あ"))
    sheet.section(2, "見出し", last=0)
    sheet.listing(4, *one_column("い"))
    sheet.text(6, 0, "う")
    book.close()
    assert [row[0] for row in read(tmp_path / "between.xlsx")] == [
        "あ", None, "見出し", None, "い", None, "う",
    ]  # fmt: skip


@pytest.mark.parametrize("live", [True, False])
def test_a_formula_stands_with_its_value_in_a_live_workbook_alone(
    tmp_path: Path, live: bool
) -> None:
    columns = [
        Column("一", 10, "number", "a"),
        Column("二", 10, "number", "b", formula=f"=A{R}*2+SUM(A{R}:A{R})-A{R}"),
        Column("三", 10, "text", "c", formula=lambda rows: rows["c"].of(SOME.__getitem__)),
    ]
    book = Book(tmp_path / "live.xlsx", live=live)
    sheet = book.sheet("一覧")
    frame = {"a": encoded([1, 2]), "b": encoded([2, "－"]), "c": encoded(["<あ>", "い"])}
    sheet.listing(1, columns, frame)
    book.close()
    values = [(1, 2, "<あ>"), (2, "－", "い")]
    formulas = [(1, "=A2*2+SUM(A2:A2)-A2", '="<あ>"'), (2, "=A3*2+SUM(A3:A3)-A3", "い")]
    assert read(tmp_path / "live.xlsx")[1:] == (formulas if live else values)
    shown = load_workbook(tmp_path / "live.xlsx", data_only=True)["一覧"]
    assert [*shown.iter_rows(min_row=2, values_only=True)] == values


SOME = {"<あ>": '="<あ>"', "い": ""}  # not every cell of a column is a formula


def test_a_table_has_heads_over_joined_cells_and_its_sum_below(tmp_path: Path) -> None:
    columns = [
        Column("名前", 10, "text", of(itemgetter(0)), span=2, total=Total("total_text", "計")),
        Column("数", 10, "number", of(itemgetter(1)), total=Total()),
    ]
    book = Book(tmp_path / "table.xlsx")
    below = put_table(book.sheet("一覧"), 0, columns, [("あ", 2), ("い", None), ("う", 3)])
    book.close()
    sheet = load_workbook(tmp_path / "table.xlsx")["一覧"]
    assert below == 5
    assert [*sheet.iter_rows(values_only=True)] == [
        ("名前", None, "数"), ("あ", None, 2), ("い", None, None), ("う", None, 3),
        ("計", None, "=SUM(C2:C4)"),
    ]  # fmt: skip
    joined = [str(area) for area in sheet.merged_cells.ranges]
    assert sorted(joined) == ["A1:B1", "A2:B2", "A3:B3", "A4:B4", "A5:B5"]


def test_a_function_that_needs_a_prefix_is_refused(tmp_path: Path) -> None:
    book = Book(tmp_path / "new.xlsx")
    column = Column("一", 10, "", "a", formula="=TEXTJOIN(A1)")
    with pytest.raises(ValueError, match="TEXTJOIN"):
        book.sheet("一覧").listing(0, [column], {"a": encoded([1])})
    book.close()

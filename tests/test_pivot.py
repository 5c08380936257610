"""The pivots read back: cells, cache and records against a count made apart from the product."""

import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from every_case import examples
from gates import lint
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import range_boundaries
from pivot_books import (
    HEADER,
    PLANNED,
    Row,
    design,
    put_pivots,
    read_book,
    rows,
    source,
    write_book,
    write_table,
)

from pipeline.frame.columns import columns_of
from pipeline.texts.folding import unescape
from pipeline.write.book import Book
from pipeline.write.pivot import PIVOT_SHEET, PivotSource, inject, pivots_of
from pipeline.write.pivot.model import Cell
from pipeline.write.safe import CELL_LIMIT, CUT

BLANK = "(空白)"
Counts = dict[tuple[str, ...], int]


def test_cells_equal_a_group_by(tmp_path: Path) -> None:
    table = rows()
    shown = shown_counts(write_book(tmp_path / "a.xlsx", table))
    assert shown["ピボット_項目別"] == grouped(table, "項目ID", "項目", "回答")
    assert shown["ピボット_団体別"] == grouped(table, "団体コード", "団体", "回答")
    planned = [row for row in table if row[HEADER.index("回答")] == PLANNED]
    assert 0 < len(planned) < len(table)
    assert shown["ピボット_予定月別"] == grouped(planned, "予定月", "分野")


def test_records_give_the_table_back(tmp_path: Path) -> None:
    table = rows()
    book = read_book(write_book(tmp_path / "a.xlsx", table))
    cache = book[PIVOT_SHEET]._pivots[0].cache
    assert tuple(field.name for field in cache.cacheFields) == HEADER
    assert cache.refreshOnLoad
    assert cache.cacheSource.worksheetSource.name == "tbl_meisai"
    assert decoded(cache) == table


def test_all_three_share_one_cache_and_the_slicers_name_them(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", rows())
    parts = zipfile.ZipFile(path).namelist()
    assert [name for name in parts if "pivotCacheDefinition" in name and "rels" not in name] == [
        "xl/pivotCache/pivotCacheDefinition1.xml"
    ]
    assert sum(name.startswith("xl/slicerCaches/") for name in parts) == 3
    names = [pivot.name for pivot in read_book(path)[PIVOT_SHEET]._pivots]
    assert names == ["ピボット_項目別", "ピボット_団体別", "ピボット_予定月別"]


def test_statuses_stand_in_the_order_of_the_form_and_months_ascend(tmp_path: Path) -> None:
    sheet = read_book(write_book(tmp_path / "a.xlsx", rows(respondents=9)))[PIVOT_SHEET]
    by_item, _, by_month = (cells(sheet, pivot) for pivot in sheet._pivots)
    assert by_item[1][2:-1] == ["対応済み", "対応予定", "対応予定なし", "未記入"]
    assert [row[0] for row in by_month[2:-1]] == ["2026-12", "2027-03", BLANK]


def test_no_planned_answer_leaves_the_month_table_unfiltered(tmp_path: Path) -> None:
    table = [row for row in rows() if row[HEADER.index("回答")] != PLANNED]
    path = write_book(tmp_path / "a.xlsx", table)
    assert shown_counts(path)["ピボット_予定月別"] == grouped(table, "予定月", "分野")
    assert lint.problems(path) == []


def test_names_that_differ_by_case_are_one_item(tmp_path: Path) -> None:
    table = [renamed(row, {"団体1": "ABC市", "団体2": "abc市"}) for row in rows()]
    path = write_book(tmp_path / "a.xlsx", table)
    counted = shown_counts(path)["ピボット_団体別"]
    merged = [renamed(row, {"abc市": "ABC市"}) for row in table]
    assert counted == grouped(merged, "団体コード", "団体", "回答")
    assert lint.problems(path) == []


HOSTILE = {
    "control": "a\x00b\x0bc",
    "surrogate": "a\ud800b",
    "escape": "_x0041_ and _x000D_",
    "formula": '=HYPERLINK("http://example.com","x")',
    "markup": "<a b='c'>&amp;\"</a>",
    "lines": "一行目\n二行目\t三",
    "astral": "𠮷野家" * 3,
    "long": "あ" * 300,
    "too long": "長" * 40_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_any_text_of_a_respondent_is_kept_as_text(text: str, tmp_path: Path) -> None:
    table = [renamed(row, {"団体1": text, "補足 0-1": text}) for row in rows()]
    path = write_book(tmp_path / "a.xlsx", table)
    assert lint.problems(path) == []
    book = read_book(path)
    in_table = [row[-1] for row in book["明細"].iter_rows(min_row=2, values_only=True)]
    in_records = [row[-1] for row in decoded(book[PIVOT_SHEET]._pivots[0].cache)]
    assert in_records == in_table
    assert in_table[1] is not None
    labels = {row[1] for row in cells(book[PIVOT_SHEET], book[PIVOT_SHEET]._pivots[1])}
    assert in_table[1] in labels


def test_a_text_over_the_limit_ends_as_in_the_cell(tmp_path: Path) -> None:
    table = [renamed(row, {"補足 0-1": "長" * 40_000}) for row in rows()]
    cache = read_book(write_book(tmp_path / "a.xlsx", table))[PIVOT_SHEET]._pivots[0].cache
    note = decoded(cache)[1][-1]
    assert isinstance(note, str)
    assert note.endswith(CUT)
    assert len(note) == CELL_LIMIT
    assert cache.cacheFields[-1].sharedItems.longText


def test_a_field_of_blanks_alone_says_so_as_excel_does(tmp_path: Path) -> None:
    role = HEADER.index("役割")
    table = [(*row[:role], None, *row[role + 1 :]) for row in rows()]
    with zipfile.ZipFile(write_book(tmp_path / "a.xlsx", table)) as package:
        part = package.read("xl/pivotCache/pivotCacheDefinition1.xml").decode()
    field = re.search(r'<cacheField name="役割"[^>]*>(<sharedItems[^>]*>)', part)
    assert field is not None
    for said in ('containsNonDate="0"', 'containsString="0"', 'containsBlank="1"'):
        assert said in field[1]


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write_book(tmp_path / "a.xlsx", rows()).read_bytes()
    assert write_book(tmp_path / "b.xlsx", rows()).read_bytes() == first
    dates = {entry.date_time for entry in zipfile.ZipFile(tmp_path / "a.xlsx").infolist()}
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_untouched_parts_are_copied_and_none_is_lost(tmp_path: Path) -> None:
    with zipfile.ZipFile(write_book(tmp_path / "a.xlsx", rows(), pivots=False)) as plain:
        old = {name: plain.read(name) for name in plain.namelist()}
    with zipfile.ZipFile(write_book(tmp_path / "b.xlsx", rows())) as pivoted:
        assert pivoted.testzip() is None
        new = {name: pivoted.read(name) for name in pivoted.namelist()}
    assert list(new)[: len(old)] == list(old)
    assert {name for name in old if new[name] != old[name]} == {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/worksheets/sheet2.xml",
    }


def test_a_large_table_goes_without_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inject, "RECORDS_UP_TO", len(rows()) - 1)
    path = write_book(tmp_path / "a.xlsx", rows())
    assert not any("Records" in name for name in zipfile.ZipFile(path).namelist())
    assert b'saveData="0"' in zipfile.ZipFile(path).read("xl/pivotCache/pivotCacheDefinition1.xml")
    assert lint.problems(path) == []


def test_a_failure_leaves_the_workbook_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = Book(path)
    write_table(book, rows())
    book.sheet(PIVOT_SHEET).raw.insert_textbox(0, 0, "a drawing")
    book.close()
    before = path.read_bytes()
    with pytest.raises(ValueError, match="has a drawing already"):
        put_pivots(path, source(rows()), design())
    with pytest.raises(KeyError):
        put_pivots(path, source(rows()), design(), "別のシート")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_mistakes_of_the_caller_are_told() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        PivotSource(sheet="s", table="t", header=("a", "A"), columns=columns_of([], 2))
    with pytest.raises(ValueError, match="1 columns, and the header names 2"):
        PivotSource(sheet="s", table="t", header=("a", "b"), columns=columns_of([("x",)], 1))
    uneven = (*columns_of([("x",)], 1), *columns_of([("x",), ("y",)], 1))
    with pytest.raises(ValueError, match="different length"):
        PivotSource(sheet="s", table="t", header=("a", "b"), columns=uneven)
    number_on_axis = [tuple(1 if name == "分野" else "x" for name in HEADER)]
    with pytest.raises(TypeError, match="分野"):
        pivots_of(source(number_on_axis), design())


AXIS_TEXT = st.sampled_from(["ア", "イ", "い", "ab", "AB", None, ""])
NUMBERS = st.none() | st.integers(-5, 5) | st.floats(-1e6, 1e6)
ANY_ROW = st.tuples(
    *[NUMBERS if name == "コード" else AXIS_TEXT for name in HEADER if name not in {"番号", "補足"}]
)


@settings(max_examples=examples(40), deadline=None)  # each example writes and reads a workbook
@given(st.lists(ANY_ROW, min_size=1, max_size=12), st.text(max_size=20))
def test_counts_and_records_hold_for_any_table(made: list[tuple[Cell, ...]], note: str) -> None:
    table = [(*row[:5], number, *row[5:], note) for number, row in enumerate(made, start=1)]
    with TemporaryDirectory() as folder:
        path = write_book(Path(folder) / "a.xlsx", table)
        assert lint.problems(path) == []
        shown = shown_counts(path)
    folded = [tuple("ab" if value == "AB" else value for value in row) for row in table]
    lower = {tuple(part.lower() for part in key): n for key, n in shown["ピボット_団体別"].items()}
    assert lower == grouped(folded, "団体コード", "団体", "回答")


def renamed(row: Row, names: dict[str, str]) -> tuple[Cell, ...]:
    """Replace texts in a row."""
    return tuple(names.get(value, value) if isinstance(value, str) else value for value in row)


def grouped(table: Sequence[Row], *fields: str) -> Counts:
    """Count rows by fields, with every total, under the labels that a pivot shows."""
    counts: Counter[tuple[str, ...]] = Counter()
    for row in table:
        *outer, column = (str(row[HEADER.index(name)] or BLANK) for name in fields)
        padding = [""] * (len(outer) - 1)
        counts[*outer, column] += 1
        counts[*outer, "総計"] += 1
        counts["総計", *padding, column] += 1
        counts["総計", *padding, "総計"] += 1
    return dict(counts)


def cells(sheet: Any, pivot: Any) -> list[list[Any]]:
    """Give the cells in the range that a pivot claims."""
    left, top, right, bottom = range_boundaries(pivot.location.ref)
    area = sheet.iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right)
    return [[cell.value for cell in row] for row in area]


def shown_counts(path: Path) -> dict[str, Counts]:
    """Read each pivot's cells as counts by labels."""
    sheet = read_book(path)[PIVOT_SHEET]
    found = {}
    for pivot in sheet._pivots:
        labels = pivot.location.firstDataCol
        _, heads, *body = cells(sheet, pivot)
        found[pivot.name] = {
            (*(str(label or "") for label in row[:labels]), str(head)): number
            for row in body
            for head, number in zip(heads[labels:], row[labels:], strict=True)
            if number is not None
        }
    return found


def decoded(cache: Any) -> list[tuple[Cell, ...]]:
    """Give the records as rows, shared items looked up."""
    shared = [field.sharedItems._fields for field in cache.cacheFields]
    table = []
    for record in cache.records.r:
        row: list[Cell] = []
        for column, value in enumerate(record._fields):
            item = shared[column][value.v] if type(value).__name__ == "Index" else value
            text = getattr(item, "v", None)
            row.append(unescape(text) if isinstance(text, str) else text)
        table.append(tuple(row))
    return table

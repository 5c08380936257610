"""Columns of the roster by which bodies are put together: 都道府県, 人口区分 …."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from gates import recalc
from inboxes import good, load, put, settings_for, table, workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.run import aggregate

FORM = load()
HEADS = ("団体コード", "団体名", "都道府県", "区分", "電話番号", "備考", "人口区分", "項目")
BODIES = (
    ("A01", "若葉市", "白峰県", "市", "01-1", "初めて", "5万人以上", "甲"),
    ("A02", "白雲町", "白峰県", "町村", "01-2", "", "5万人未満", "乙"),
    ("A03", "楓村", "青海県", "町村", "01-3", "電話で督促", "5万人未満", "甲"),
    ("A04", "月影市", "青海県", "市", "01-4", "", "", "乙"),
    ("A05", "青葉町", "白峰県", "町村", "01-5", "", "5万人未満", "甲"),
)
MARKS = {"若葉市": "①", "白雲町": "③", "楓村": "①", "月影市": "②（2027年3月）", "名簿外市": "③"}


def roster() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (HEADS, *BODIES):
        sheet.append(row)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("grouped")
    files = {f"{name}.xlsx": good(name, FORM, mark) for name, mark in MARKS.items()}
    put(folder, {"名簿.xlsx": roster(), **files})
    aggregate(settings_for(folder))
    return folder


def block(sheet: Worksheet, title: str) -> list[tuple[object, ...]]:
    rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows()]
    start = next(n for n, row in enumerate(rows) if row[0] == title)
    found: list[tuple[object, ...]] = []
    for row in rows[start + 2 :]:
        if row[2] is None:
            break
        found.append((row[2], row[4], *row[5:12]))
    return found


def test_bodies_are_counted_by_each_such_column(month: Path) -> None:
    sheet = workbook(month)["団体別集計"]
    assert block(sheet, "都道府県別") == [
        ("白峰県", 2, 55, 0, 55, 0, 0, 0, 110),
        ("青海県", 2, 55, 55, 0, 0, 0, 0, 110),
        ("（名簿に記載なし）", 1, 0, 0, 55, 0, 0, 0, 55),
    ]
    assert block(sheet, "人口区分別") == [
        ("5万人以上", 1, 55, 0, 0, 0, 0, 0, 55),
        ("5万人未満", 2, 55, 0, 55, 0, 0, 0, 110),
        ("（名簿に記載なし）", 2, 0, 55, 55, 0, 0, 0, 110),
    ]


def test_what_tells_one_body_from_another_is_no_grouping(month: Path) -> None:
    rows = table(month, "answers")
    extra = [head for head in rows[0] if head.startswith("roster_")]
    assert extra == ["roster_都道府県", "roster_人口区分", "roster_項目"]
    assert [*rows[0]][-3:] == extra  # 区分 is the role, 電話番号 and 備考 group nobody
    found = {row["respondent"]: row["roster_都道府県"] for row in rows}
    assert found["楓村"] == "青海県"
    assert found["名簿外市"] == ""


def test_the_pivots_offer_them_and_a_head_that_is_taken_is_told_apart(month: Path) -> None:
    path = month / "outbox" / "2026-11" / "集計_2026-11.xlsx"
    heads = [cell.value for cell in workbook(month)["明細"][1]]
    assert heads[-3:] == ["都道府県", "人口区分", "名簿の項目"]
    with zipfile.ZipFile(path) as archive:
        caches = [name for name in archive.namelist() if "pivotCacheDefinition" in name]
        text = archive.read(next(n for n in caches if n.endswith(".xml"))).decode()
    assert 'name="都道府県"' in text


def test_the_public_edition_groups_nobody(month: Path) -> None:
    aggregate(settings_for(month, edition="public", pivot=False))
    text = (month / "outbox/2026-11/配布用/data/answers.csv").read_text(encoding="utf-8-sig")
    assert "白峰県" not in text
    assert "roster_" not in text


@pytest.mark.outside
def test_its_formulas_give_the_values_that_stand_there(month: Path) -> None:
    assert recalc.problems(month / "outbox" / "2026-11" / "集計_2026-11.xlsx") == []


def test_the_list_of_bodies_can_be_filtered_by_such_columns(month: Path) -> None:
    sheet = workbook(month)["団体別集計"]
    heads, *rows = (row[:20] for row in sheet[sheet.tables["tbl_respondents"].ref])
    own = [[str(cell.value) for cell in row] for row in rows]
    places = [cell.value for cell in heads]
    columns = [places.index(head) for head in ("団体名", "都道府県", "人口区分")]
    assert columns[1:] == [18, 19]
    assert {tuple(row[place] for place in columns) for row in own} == {
        ("若葉市", "白峰県", "5万人以上"),
        ("白雲町", "白峰県", "5万人未満"),
        ("楓村", "青海県", "5万人未満"),
        ("月影市", "青海県", "（名簿に記載なし）"),
        ("名簿外市", "（名簿に記載なし）", "（名簿に記載なし）"),
    }
    told = [tuple(cell.value for cell in row[:4]) for row in workbook(month)["コード表"]]
    assert ("都道府県", "roster_都道府県") in {row[:2] for row in told}

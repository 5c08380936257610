"""Rarer layouts, each a way of the search that no common one takes (cases/odd_layouts.toml)."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from layouts import LETTERS, smartcity, workbook_from
from rows import every_row

from pipeline.locate import search
from pipeline.locate.callings import Names, Standing
from pipeline.locate.index import Index, index_of
from pipeline.locate.memory import Memory
from pipeline.model import Submission
from pipeline.parse import parse

MONTH = "2026-11"
INDEX = index_of(smartcity(), MONTH)
ITEMS = tuple(item.id for item in smartcity().items)
CASES: list[dict[str, str]] = tomllib.loads(
    (Path(__file__).parent / "cases" / "odd_layouts.toml").read_text(encoding="utf-8")
)["case"]
FORM = " | チェック欄 | 補足説明欄"


def table(head: str, cells: str | Callable[[int], str], count: int = 5, *, start: int = 0) -> str:
    """Give a head and the rows of some items, each with the same cells or with those of a place."""
    rows = (
        f"{{{item}}} | {cells if isinstance(cells, str) else cells(place)}"
        for place, item in enumerate(ITEMS[start : start + count])
    )
    return "\n".join((*([head] if head else []), *rows)) + "\n"


def sheet(text: str) -> str:
    return f"== 回答\n{text}\n"


def read(sheets: str) -> Submission | None:
    workbook = workbook_from(sheets)
    layout = search(workbook, INDEX)
    return None if layout is None else parse(workbook, layout, smartcity(), month=MONTH)


def letters(sheets: str) -> str:
    """Give one letter for each item that has a row, and x for a sheet that is refused."""
    found = read(sheets)
    if found is None:
        return "x"
    rows = (answer for answer in found.answers if answer.matched_by.value)
    return "".join(LETTERS[answer.mark.status] for answer in rows)


@every_row("case", CASES, ids=[case["name"] for case in CASES])
def test_an_odd_layout_is_read_as_it_is_meant(case: dict[str, str]) -> None:
    assert letters(case["sheets"]) == case["meant"]


@pytest.mark.parametrize(
    ("name", "standing"),
    [
        ("8年度", Standing.NOW),
        ("7年度", Standing.DEAD),
        ("令和8年度3月", Standing.LATER),
        ("前回" * 31, Standing.DOUBTED),
        ("若葉市提出用の回答", Standing.NOW),
        ("2q", Standing.DEAD),
        ("q3", Standing.NOW),
    ],
)
def test_a_rarer_name_says_how_its_place_stands(name: str, standing: Standing) -> None:
    assert Names(smartcity(), MONTH).calling(name).standing is standing


def test_what_stands_below_the_text_of_an_item_in_its_cell_is_told() -> None:
    found = read(
        sheet(table(FORM, "① | ").replace(f"{{{ITEMS[0]}}}", f"{{{ITEMS[0]}}}\\n全庁で実施"))
    )
    assert found is not None
    aside = found.answers[0].aside
    assert aside is not None
    assert aside.added.raw == "全庁で実施"


@pytest.mark.parametrize("text", ["ガバナンス①②のとおり", "サプライチェーン①-2：別の点検"])
def test_a_number_that_is_no_items_is_no_id(text: str) -> None:
    assert INDEX.match_id(text) is None


WHOLE = len(ITEMS)
HALF = WHOLE // 2
SECOND = table(f"今回\n{FORM}", "① | ", WHOLE - HALF, start=HALF)


@pytest.mark.parametrize(
    "plain",
    [
        table(f" | 今回 | <\n{FORM}", "① | ", WHOLE),
        table(f" | 今回 | R8\n{FORM}", "① | ", WHOLE),
        table(f"{FORM} | ①済 | ②予定 | ③なし", "① | ", WHOLE),
        table(f"{FORM} | 補足説明欄", "① | ", WHOLE),
        table(FORM, "① | ", HALF) + SECOND,
        table(FORM, lambda n: "① | {ガバナンス①-2 t}" if n == 7 else "① | ", WHOLE),
        table(FORM, "① | ", WHOLE),
    ],
)
def test_a_layout_is_remembered_only_where_nothing_in_it_may_mean_another(plain: str) -> None:
    workbook = workbook_from(sheet(plain))
    layout = search(workbook, INDEX)
    assert layout is not None
    memory = Memory()
    memory.keep(workbook, layout, INDEX)
    for marks in ("③", "②（12月）", ""):
        other = workbook_from(sheet(plain.replace("| ① |", f"| {marks} |")))
        recalled = memory.recall(other, INDEX)
        assert recalled is None or recalled == search(other, INDEX)


def test_a_row_of_an_older_edition_is_the_item_that_says_so() -> None:
    """Three rows moved on by one; a fourth with words of then is told by `was`, a fifth is none."""
    checklist = smartcity()
    items = tuple(
        replace(item, was=(("第1版", "ガバナンス①-6"),)) if item.id == "ガバナンス①-8" else item
        for item in checklist.items
    )
    index = Index(replace(checklist, items=items), MONTH)
    moved = "".join(
        f"ガバナンス①-{n + 1}：{checklist.items[n - 1].title} | ③\n" for n in range(1, 4)
    )
    then = "ガバナンス①-6：庁内の約束ごとを年に一度見なおしている | ①\n"
    other = "ガバナンス①-7：近隣の団体と申し合わせを結んでいる | ①\n"
    workbook = workbook_from(
        sheet(f"{FORM}\n{moved}{then}{other}" + table("", "③ | ", 4, start=12))
    )
    layout = search(workbook, index)
    assert layout is not None
    assert [row.item_id for row in layout.rows if row.item_id.startswith("ガバナンス①")] == [
        "ガバナンス①-1", "ガバナンス①-2", "ガバナンス①-3", "ガバナンス①-8",
    ]  # fmt: skip


def test_a_title_that_items_of_one_category_share_is_the_one_between_its_neighbours() -> None:
    checklist = smartcity()
    alike = ("ガバナンス①-2", "ガバナンス①-3", "サービス②-3")
    items = tuple(
        replace(item, title="記録を必ず残す", description="") if item.id in alike else item
        for item in checklist.items
    )
    index = Index(replace(checklist, items=items), MONTH)

    def found(*rows: str) -> list[str]:
        lines = "".join(f"{row} | ③\n" for row in rows)
        layout = search(workbook_from(sheet(f"{FORM}\n【ガバナンス】\n{lines}")), index)
        assert layout is not None
        return [row.item_id for row in layout.rows]

    first, fourth = (f"{{ガバナンス①-{number}}}" for number in (1, 4))
    second, bare = "ガバナンス①-2：記録を必ず残す", "記録を必ず残す"
    assert found(first, second, bare, fourth) == [f"ガバナンス①-{number}" for number in range(1, 5)]
    assert found(first, bare, fourth) == ["ガバナンス①-1", "ガバナンス①-4"]


@pytest.mark.parametrize(
    ("head", "doubted"),
    [
        ("令和7年度", True), ("R7", True), ("2025年度", True), ("H30", True),
        ("令和8年度", False), ("R8.11", False), ("今年度", False), ("対応", False),
    ],
)  # fmt: skip
def test_a_column_of_last_year_counts_for_want_of_another_and_is_told(
    head: str, doubted: bool
) -> None:
    found = read(sheet(table(f"項目 | {head} | 補足説明欄", "① |")))
    assert found is not None
    assert [place.called for place in found.doubted] == ([head] if doubted else [])
    assert letters(sheet(table(f"項目 | {head} | 補足説明欄", "① |"))) == "aaaaa"


def test_a_title_over_the_whole_table_calls_no_column() -> None:
    head = "令和7年度版 導入状況 | < | <\n項目 | 対応 | 補足説明欄"
    found = read(sheet(table(head, "① |")))
    assert found is not None
    assert not found.doubted

"""Returns of several bodies in one workbook: each read, judged and counted on its own."""

import io
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from inboxes import workbook
from layouts import smartcity, workbook_from
from returned_books import Page, Seen, book, item_rows, run

from pipeline.parse.returns import returns_side_by_side
from pipeline.sample import MONTH

pytestmark = pytest.mark.workbook_once

ASKED = (("K1", "甲市", "こう市"), ("K2", "乙市"), ("K3", "丙町"), ("K4", "株式会社みらい"))
FIRST, REST = range(30), range(30, 55)


def statuses(seen: Seen) -> dict[str, dict[str, int]]:
    return {name: dict(found) for name, found in seen.answers.items()}


def three(*titles: str, named: bool = True) -> tuple[Page, ...]:
    marks = {"甲市": "③", "乙市": "①", "丙町": "②（12月）"}
    return tuple(
        Page(name=name if named else "", mark=mark, title=title)
        for (name, mark), title in zip(marks.items(), titles, strict=True)
    )


THREE = {"甲市": {"not_planned": 55}, "乙市": {"done": 55}, "丙町": {"planned": 55}}


@pytest.mark.parametrize("asked", [(), ASKED])
@pytest.mark.parametrize("titles", [("甲市", "乙市", "丙町"), ("1", "2", "3")])
def test_three_towns_in_one_book_are_three_returns(
    tmp_path: Path, titles: tuple[str, ...], asked: Sequence[Sequence[str]]
) -> None:
    seen = run(tmp_path, {"郡内3市町.xlsx": book(*three(*titles))}, asked)
    assert statuses(seen) == THREE
    assert [finding["severity"] for finding in seen.of("L211")] == ["参考"]
    assert not seen.of("L202")
    assert not any("消して" in finding["message"] + finding["fix"] for finding in seen.findings)
    rows = [row for row in seen.files if row["file"] == "郡内3市町.xlsx"]
    assert sorted(row["sheets"] for row in rows) == sorted(titles)
    assert {row["state"] for row in rows} == {"counted"}


def test_the_file_is_one_file_wherever_files_are_counted(tmp_path: Path) -> None:
    run(tmp_path, {"郡内3市町.xlsx": book(*three("甲市", "乙市", "丙町"))})
    record = workbook(tmp_path)["処理記録"]
    texts = [str(cell.value) for row in record.iter_rows() for cell in row if cell.value]
    assert "見つかったファイル（1件）" in texts
    assert not any("不一致" in text for text in texts)
    run_json = (tmp_path / "outbox" / MONTH / "run.json").read_text(encoding="utf-8")
    assert '"counted": 1,' in run_json
    assert '"submissions": 3,' in run_json


@pytest.mark.parametrize(
    "titles", [("甲市", "乙市", "丙町"), ("甲市_回答", "2.乙市", "回答（丙町）")]
)
def test_sheets_named_after_the_towns_are_their_returns(
    tmp_path: Path, titles: tuple[str, ...]
) -> None:
    seen = run(tmp_path, {"郡内.xlsx": book(*three(*titles, named=False))}, ASKED)
    assert statuses(seen) == THREE
    assert {finding["severity"] for finding in seen.of("B509")} == {"参考"}


def test_two_that_agree_are_two_and_an_untouched_one_is_untouched(tmp_path: Path) -> None:
    pages = (
        Page(name="甲市", title="甲市"),
        Page(name="乙市", title="乙市"),
        Page(title="丙町", mark=None),
    )
    seen = run(tmp_path, {"郡内.xlsx": book(*pages)}, ASKED)
    assert statuses(seen) == {"甲市": {"done": 55}, "乙市": {"done": 55}, "丙町": {"blank": 55}}
    assert [finding["respondent"] for finding in seen.of("F107")] == ["丙町"]


def test_each_town_may_have_several_sheets(tmp_path: Path) -> None:
    pages = [
        Page(
            name=name if number == 1 else "",
            mark=mark,
            title=f"{name}_{number}",
            only=FIRST if number == 1 else REST,
        )
        for name, mark in (("甲市", "①"), ("乙市", "③"))
        for number in (1, 2)
    ]
    seen = run(tmp_path, {"郡内.xlsx": book(*pages)}, ASKED)
    assert statuses(seen) == {"甲市": {"done": 55}, "乙市": {"not_planned": 55}}


@pytest.mark.parametrize(
    "names", [("甲市", ""), ("甲市", "甲市"), ("甲市", "甲市 総務課"), ("甲市", "情報政策課")]
)
def test_the_sheets_of_one_body_stay_one_return(tmp_path: Path, names: tuple[str, str]) -> None:
    pages = [
        Page(name=name, title=f"表{number}", only=only)
        for number, (name, only) in enumerate(zip(names, (FIRST, REST), strict=True), 1)
    ]
    seen = run(tmp_path, {"甲市.xlsx": book(*pages)}, ASKED)
    assert statuses(seen) == {"甲市": {"done": 55}}
    assert not seen.of("L211")
    assert len(seen.files) == 2  # and the roster


def test_a_sheet_named_after_one_town_that_names_another_is_nobodys(tmp_path: Path) -> None:
    pages = (Page(name="甲市", title="甲市"), Page(name="甲市", title="乙市", mark="③"))
    seen = run(tmp_path, {"郡内.xlsx": book(*pages)}, ASKED)
    assert statuses(seen) == {"甲市": {"done": 55}}
    (disputed,) = [f for f in seen.of("B509") if f["severity"] == "要修正"]
    assert "甲市" in disputed["message"]
    assert "乙市" in disputed["message"]
    missing = {f["respondent"]: f["message"] for f in seen.of("B501")}
    assert "郡内.xlsx［乙市］" in missing["乙市"]


def test_the_hidden_id_of_the_book_is_not_that_of_every_sheet_in_it(tmp_path: Path) -> None:
    content = book(*three("甲市", "乙市", "丙町"), hidden_id="K2")
    assert statuses(run(tmp_path, {"乙市.xlsx": content}, ASKED)) == THREE


def test_a_hidden_sheet_is_no_body(tmp_path: Path) -> None:
    pages = (Page(name="甲市", mark="③"), Page(name="乙市", title="乙市", hidden=True))
    seen = run(tmp_path, {"甲市.xlsx": book(*pages)}, ASKED)
    assert statuses(seen) == {"甲市": {"not_planned": 55}}


def test_the_cover_of_the_county_names_no_town(tmp_path: Path) -> None:
    covers = {"送付状": {"A1": "団体名", "B1": "株式会社みらい"}}
    seen = run(tmp_path, {"郡.xlsx": book(*three("甲市", "乙市", "丙町"), covers=covers)}, ASKED)
    assert statuses(seen) == THREE


def test_a_second_book_replaces_each_return_of_the_first(tmp_path: Path) -> None:
    first = book(*three("甲市", "乙市", "丙町"))
    better = book(*(Page(name=name, title=name) for name in ("甲市", "乙市")))
    seen = run(tmp_path, {"郡内.xlsx": first, "郡内_修正版.xlsx": better}, ASKED)
    assert seen.done == {"甲市": 55, "乙市": 55}
    assert statuses(seen)["丙町"] == {"planned": 55}
    states = {(row["file"], row["sheets"]): row["state"] for row in seen.files}
    assert states["郡内.xlsx", "甲市"] == "superseded"
    assert states["郡内.xlsx", "丙町"] == "counted"


def test_the_same_book_twice_counts_once(tmp_path: Path) -> None:
    content = book(*three("甲市", "乙市", "丙町"))
    seen = run(tmp_path, {"郡内.xlsx": content, "郡内 (1).xlsx": content}, ASKED)
    assert statuses(seen) == THREE
    copies = [row for row in seen.files if row["file"] == "郡内 (1).xlsx"]
    assert [row["state"] for row in copies] == ["duplicate"] * 3


# bodies side by side on one sheet

SIDE_BY_SIDE = {
    "names alone": (("甲市", "乙市", "丙町"), ()),
    "names under the head": (("チェック欄", "チェック欄", "チェック欄"), ("甲市", "乙市", "丙町")),
    "names in the heads": (("チェック欄（甲市）", "チェック欄（乙市）", "丙町の回答"), ()),
}


def beside(
    heads: Sequence[str], below: Sequence[str], marks: Sequence[str], *, left: int = 0
) -> bytes:
    """Give the form with a check column for each body, the form's own before them if ``left``."""
    made = openpyxl.load_workbook(io.BytesIO(book(Page(mark="" if left else None))))
    sheet = made.worksheets[0]
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    rows = [row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 3).value == "チェック欄"]
    first = 3 + left
    sheet.insert_cols(4, len(heads) - 1 + left)
    for row in rows:
        for place, head in enumerate(heads):
            sheet.cell(row, first + place).value = head
            if below:
                sheet.cell(row + 1, first + place).value = below[place]
    for row in item_rows(sheet):
        for place, mark in enumerate(marks):
            sheet.cell(row, first + place).value = mark
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("kind", SIDE_BY_SIDE)
@pytest.mark.parametrize("asked", [(), ASKED])
def test_three_towns_side_by_side_are_three_returns(
    tmp_path: Path, kind: str, asked: Sequence[Sequence[str]]
) -> None:
    heads, below = SIDE_BY_SIDE[kind]
    seen = run(tmp_path, {"郡内.xlsx": beside(heads, below, ("③", "①", "②（12月）"))}, asked)
    assert statuses(seen) == THREE
    assert [finding["severity"] for finding in seen.of("L211")] == ["参考"]
    assert not seen.of("L202")
    assert not seen.of("B509")


def test_of_towns_side_by_side_one_that_is_empty_answers_nothing(tmp_path: Path) -> None:
    heads, below = SIDE_BY_SIDE["names alone"]
    seen = run(tmp_path, {"郡内.xlsx": beside(heads, below, ("①", "", "③"))}, ASKED)
    assert statuses(seen) == {
        "甲市": {"done": 55},
        "乙市": {"blank": 55},
        "丙町": {"not_planned": 55},
    }
    assert [finding["respondent"] for finding in seen.of("F107")] == ["乙市"]


def test_towns_shown_for_comparison_answer_for_nobody(tmp_path: Path) -> None:
    heads, below = SIDE_BY_SIDE["names alone"]
    made = openpyxl.load_workbook(io.BytesIO(beside(heads, below, ("①", "①", "①"), left=1)))
    sheet = made.worksheets[0]
    for row in item_rows(sheet):
        sheet.cell(row, 3).value = "③"
    stream = io.BytesIO()
    made.save(stream)
    seen = run(tmp_path, {"乙市.xlsx": stream.getvalue()}, ASKED)
    assert statuses(seen) == {"乙市": {"not_planned": 55}}


# the columns of bodies, in this process

TYPED = {"甲市": "①", "乙市": "③"}
ITEM_TEXTS = [f"{{{item.id}}}" for item in smartcity().items[:6]]
HEADS = {
    "names": (["項目 | 甲市 | 乙市 | 備考"], "{i} | ① | ③ | メモ", "甲市 乙市"),
    "notes each": (
        ["項目 | 甲市 | < | 乙市 | <", "^ | 番号 | 補足 | 番号 | 補足"],
        "{i} | ① | 甲のメモ | ③ | 乙のメモ",
        "甲市 乙市",
    ),
    "an empty check column before": (
        ["項目 | チェック欄 | 甲市 | 乙市"],
        "{i} | | ① | ③",
        "甲市 乙市",
    ),
    "an answered check column before": (
        ["項目 | チェック欄 | 甲市 | 乙市"],
        "{i} | ② | ① | ③",
        "",
    ),
    "names in the heads": (
        ["A | 団体ごとの回答", "項目 | チェック欄（甲市） | チェック欄（乙市）"],
        "{i} | ① | ③",
        "甲市 乙市",
    ),
    "nothing answered": (["項目 | 甲市 | 乙市"], "{i} | |", ""),
    "examples": (["項目 | 甲市の例 | 乙市の例"], "{i} | ① | ③", ""),
    "names over notes": (
        ["甲市 | 乙市 | 丙町", "項目 | チェック欄 | 補足説明欄"],
        "{i} | ① |",
        "",
    ),
    "the head again": (["項目 | 甲市 | 甲市の回答 | 備考"], "{i} | ① | ① |", ""),
    "one name alone": (["項目 | 甲市 | 備考"], "{i} | ① |", ""),
    "a sheet of nothing": (["甲市 | 乙市"], "", ""),
}


@pytest.mark.parametrize("kind", HEADS)
def test_columns_of_bodies_are_parted_where_they_are_answers(kind: str) -> None:
    head, row, names = HEADS[kind]
    lines = [*head, *(row.replace("{i}", text) for text in ITEM_TEXTS if row)]
    book = workbook_from("\n".join(("== 回答", *lines)) + "\n")
    found = returns_side_by_side(book, smartcity(), month=MONTH, known={})
    assert [each.source.part for each in found] == [f"{name}の列" for name in names.split()]
    for each in found:
        name = each.source.part.removesuffix("の列")
        assert each.evidence[0].text == name
        assert {answer.mark.raw for answer in each.answers[:6]} == {TYPED[name]}


def test_bodies_in_rows_and_hidden_sheets_and_other_sheets_with_items() -> None:
    across = (
        f"== 回答\n団体 | {' | '.join(ITEM_TEXTS)}\n"
        "甲市 | ① | ① | ① | ① | ① | ①\n乙市 | ③ | ③ | ③ | ③ | ③ | ③\n"
    )
    plain = "== 様式\n項目 | チェック欄\n" + "\n".join(f"{text} | ②" for text in ITEM_TEXTS) + "\n"
    cover = "== 表紙\nお願い\n"

    def parts(sheets: str) -> list[str]:
        book = workbook_from(sheets)
        found = returns_side_by_side(book, smartcity(), month=MONTH, known={})
        return [each.source.part for each in found]

    assert parts(cover + across) == ["甲市の列", "乙市の列"]
    assert parts(across.replace("回答", "回答 (hidden)")) == []
    assert parts(across + plain) == []

"""Locating and reading a checklist in any layout: every answer at its item, never at another."""

import tomllib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import smartcity, text_cell, workbook_from, workbook_of
from rows import every_row

from pipeline.locate import locate
from pipeline.model import Area, CellKey, MatchedBy, RawCell, RawSheet, RawWorkbook, Submission
from pipeline.parse import parse

MONTH = "2026-11"
CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "cases" / "layouts.toml").read_text(encoding="utf-8")
)["case"]


def submission_of(workbook: RawWorkbook) -> Submission:
    checklist = smartcity()
    layout = locate(workbook, checklist, month=MONTH)
    assert layout is not None, "no checklist found"
    return parse(workbook, layout, checklist, month=MONTH)


def pairs(lines: list[str]) -> dict[str, str]:
    return {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}


@every_row("case", CASES, ids=[case["name"] for case in CASES])
def test_layout(case: dict[str, Any]) -> None:
    workbook = workbook_from(case["sheets"])
    if case.get("none"):
        assert locate(workbook, smartcity(), month=MONTH) is None
        return
    submission = submission_of(workbook)
    found = [answer for answer in submission.answers if answer.matched_by is not MatchedBy.NONE]
    free = case.get("notes_free", False)
    written = {
        answer.item_id: answer.mark.raw
        + (f" // {answer.note.raw}" if answer.note.raw and not free else "")
        for answer in found
    }
    assert written == pairs(case["answers"])
    statuses = {answer.item_id: answer.mark.status.value for answer in found}
    wanted = pairs(case.get("statuses", []))
    assert {item_id: statuses[item_id] for item_id in wanted} == wanted
    assert [row.text for row in submission.extra_rows] == case.get("others", [])
    by_title = [
        answer.item_id
        for answer in found
        if answer.matched_by in {MatchedBy.TITLE, MatchedBy.MOVED}
    ]
    assert by_title == case.get("by_title", [])
    titles = [answer.item_id for answer in found if answer.title_written]
    assert titles == case.get("titles", by_title)
    assert [answer.item_id for answer in found if answer.hidden] == case.get("hidden", [])
    assert list(submission.copies) == case.get("copies", [])
    aside = [
        f"{place.called or place.location.sheet} {len(place.answers)}"
        for place in submission.uncounted
    ]
    assert aside == case.get("aside", [])
    assert [place.called for place in submission.doubted] == case.get("doubted", [])
    repeated = [
        f"{each.item_id} {'agrees' if each.agree else 'differs'}" for each in submission.repeated
    ]
    assert repeated == case.get("repeated", [])
    assert any(table.guessed for table in submission.tables) == case.get("guessed", False)


def test_cases_are_many_and_named_once() -> None:
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names)) >= 40


# the whole form, changed in every way that may not move an answer


def full_form(
    *, order: list[int] | None = None, id_style: int = 0, gap_rows: frozenset[int] = frozenset()
) -> list[list[str]]:
    """Give the whole form as rows of cells: text, mark, note; each mark tells its item."""
    checklist = smartcity()
    rows: list[list[str]] = []
    table = section = None
    for place in order or range(len(checklist.items)):
        item = checklist.items[place]
        if order is None and item.table != table:
            rows.append(["", "チェック欄", "補足説明欄（任意）"])
        if order is None and item.section != section:
            rows.append([item.section, "", ""])
        table, section = item.table, item.section
        if place in gap_rows:
            rows.append(["", "", ""])
        written = styled(item.id, id_style)
        text = f"{written}：{item.title}\n{item.description}"
        rows.append([text, f"② {place}番", f"メモ{place}"])
    return rows if order is None else [["項目", "チェック欄", "補足説明欄"], *rows]


def styled(item_id: str, style: int) -> str:
    """Write an id the way one of several hands does."""
    plain = str.maketrans("①②③④⑤⑥", "123456")
    wide = str.maketrans("①②③④⑤⑥-12345678", "１２３４５６－１２３４５６７８")
    return [
        item_id,
        item_id.translate(plain),
        item_id.translate(wide),
        item_id.replace("-", " ー "),
        f"【{item_id}】",
    ][style]


def sheet_from(
    rows: list[list[str]], *, name: str = "回答", columns: tuple[int, ...] = (0, 1, 2)
) -> RawSheet:
    cells: dict[CellKey, RawCell] = {}
    for row, texts in enumerate(rows):
        for column, text in zip(columns, texts, strict=True):
            if text:
                cells[row, column] = text_cell(text)
    return RawSheet(name=name, cells=cells)


def assert_all_in_place(submission: Submission) -> None:
    for place, answer in enumerate(submission.answers):
        assert (answer.mark.raw, answer.note.raw) == (f"② {place}番", f"メモ{place}"), (
            answer.item_id
        )
    assert submission.extra_rows == ()
    assert submission.repeated == ()


PLACES = st.integers(0, 54)


@settings(max_examples=25, deadline=None)
@given(
    st.permutations(range(55)),
    st.integers(0, 4),
    st.permutations(range(6)).map(lambda order: tuple(order[:3])),
    st.integers(0, 6),
)
def test_order_columns_and_rows_never_move_an_answer(
    order: list[int], style: int, columns: tuple[int, ...], blank: int
) -> None:
    rows = [["", "", ""]] * blank + full_form(order=order, id_style=style)
    assert_all_in_place(submission_of(workbook_of(sheet_from(rows, columns=columns))))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 4), st.frozensets(PLACES, max_size=12), st.integers(0, 3))
def test_inserted_rows_never_move_an_answer(style: int, gaps: frozenset[int], blank: int) -> None:
    rows = [["", "", ""]] * blank + full_form(id_style=style, gap_rows=gaps)
    assert_all_in_place(submission_of(workbook_of(sheet_from(rows))))


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(55)), st.lists(PLACES, min_size=1, max_size=6, unique=True))
def test_splitting_over_sheets_never_moves_an_answer(order: list[int], cuts: list[int]) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut), 55]
    parts = [
        sheet_from(full_form(order=order[start:end]), name=f"表{start}")
        for start, end in pairwise(edges)
    ]
    assert_all_in_place(submission_of(workbook_of(*parts)))


@settings(max_examples=25, deadline=None)
@given(st.frozensets(PLACES, max_size=54))
def test_missing_rows_are_missing_and_nobody_inherits_them(gone: frozenset[int]) -> None:
    order = [place for place in range(55) if place not in gone]
    submission = submission_of(workbook_of(sheet_from(full_form(order=order))))
    for place, answer in enumerate(submission.answers):
        if place in gone:
            assert answer.matched_by is MatchedBy.NONE
            assert answer.location is None
        else:
            assert answer.mark.raw == f"② {place}番"


@settings(max_examples=40, deadline=None)
@given(st.frozensets(PLACES, min_size=1, max_size=55), st.permutations(range(55)), st.booleans())
def test_deleted_ids_never_give_somebody_elses_answer(
    nameless: frozenset[int], order: list[int], shuffled: bool
) -> None:
    """Title rows reach their item or, where twins cannot be told apart, nobody.

    Rows with the very same text that changed places are the one thing nobody can see.
    """
    checklist = smartcity()
    places = order if shuffled else list(range(55))
    rows = [["項目", "チェック欄", "補足説明欄"]]
    for place in places:
        item = checklist.items[place]
        head = "" if place in nameless else f"{item.id}："
        rows.append([f"{head}{item.title}\n{item.description}", f"② {place}番", f"メモ{place}"])
    submission = submission_of(workbook_of(sheet_from(rows)))
    texts = [item.title + item.description for item in checklist.items]
    lost = 0
    for place, answer in enumerate(submission.answers):
        if answer.matched_by is MatchedBy.NONE:
            lost += 1
        else:
            by_title = place in nameless
            assert (answer.matched_by is MatchedBy.TITLE) == by_title
            twins = [other for other in nameless if texts[other] == texts[place]]
            may = twins if by_title and shuffled else [place]
            assert answer.mark.raw in [f"② {other}番" for other in may], answer.item_id
    assert lost == len(submission.extra_rows)
    if not shuffled:
        assert lost == 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 54), min_size=1, max_size=8), st.integers(2, 4))
def test_merged_check_cells_answer_the_rows_they_cover(starts: list[int], height: int) -> None:
    rows = full_form(order=list(range(55)))
    merged = []
    expected = {place: f"② {place}番" for place in range(55)}
    used: set[int] = set()
    for start in starts:
        covered = set(range(start, min(start + height, 55)))
        if covered & used:
            continue
        used |= covered
        merged.append(Area(top=start + 1, left=1, bottom=max(covered) + 1, right=1))
        for place in covered:
            expected[place] = f"② {start}番"
            if place != start:
                rows[place + 1][1] = ""
    sheet = replace(sheet_from(rows), merged=tuple(merged))
    submission = submission_of(workbook_of(sheet))
    assert {place: answer.mark.raw for place, answer in enumerate(submission.answers)} == expected


FRAGMENTS = [
    *("①", "②（12月）", "同上", "1", "①-2", "チェック欄", "補足説明欄", "記入日", "団体名"),
    *("ガバナンス", "ガバナンス①-1", "データ連携①", "認証機能を実装する"),
    "サービス②-3：認証機能を実装する",
]


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 12), st.integers(0, 5)),
        st.sampled_from(FRAGMENTS),
        max_size=40,
    )
)
def test_any_sheet_is_read_without_an_error(texts: dict[CellKey, str]) -> None:
    """Whatever stands where: no exception, one answer per item, no check cell read twice over."""
    sheet = RawSheet(name="x", cells={key: text_cell(text) for key, text in texts.items()})
    workbook = workbook_of(sheet)
    layout = locate(workbook, smartcity(), month=MONTH)
    if layout is None:
        return
    submission = parse(workbook, layout, smartcity(), month=MONTH)
    assert [answer.item_id for answer in submission.answers] == [
        item.id for item in smartcity().items
    ]
    for row in layout.rows:
        assert row.text_cell not in row.mark_cells


@pytest.mark.parametrize("described", [True, False], ids=["described", "titles alone"])
@pytest.mark.parametrize("headed", [True, False], ids=["headed", "no header"])
def test_a_form_without_any_id_is_read_by_its_titles(described: bool, headed: bool) -> None:
    rows = [["項目", "チェック欄", "補足説明欄"]] if headed else []
    for place, item in enumerate(smartcity().items):
        text = f"{item.title}\n{item.description}" if described else item.title
        rows.append([text, f"② {place}番", f"メモ{place}"])
    submission = submission_of(workbook_of(sheet_from(rows)))
    assert_all_in_place(submission)
    assert {answer.matched_by for answer in submission.answers} == {MatchedBy.TITLE}


def test_category_sheets_without_ids_keep_twins_apart() -> None:
    """Titles that several categories share are told apart by the name of the sheet."""
    checklist = smartcity()
    sheets = []
    for category in checklist.categories:
        rows = [["項目", "チェック欄", "補足説明欄"]]
        rows += [
            [item.title, f"② {place}番", f"メモ{place}"]
            for place, item in enumerate(checklist.items)
            if item.category == category
        ]
        sheets.append(sheet_from(rows, name=category))
    assert_all_in_place(submission_of(workbook_of(*sheets)))

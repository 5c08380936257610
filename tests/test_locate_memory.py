"""A layout that is remembered is the one that a search would give."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import pytest
from every_case import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import smartcity, workbook_of
from rows import every_row
from sample.forms import Ids, Look, ReturnedForm, Split, pages
from sample.hands import Entry, Way, Written

from pipeline.locate import memory as remembering
from pipeline.locate import search
from pipeline.locate.index import index_of
from pipeline.locate.letters import squeeze
from pipeline.locate.memory import Memory
from pipeline.model import (
    Area,
    CellKey,
    CellKind,
    Decoration,
    RawCell,
    RawSheet,
    RawWorkbook,
    Run,
    Status,
)
from pipeline.model.layout import Layout

MONTH = "2026-11"
CHECKLIST = smartcity()
INDEX = index_of(CHECKLIST, MONTH)
LOOKS = (
    Look(label="団体名", date_label="記入日"),
    Look(columns=("No.", "item", "mark", "note"), label="団体名"),
    Look(split=Split.TABLE, label="団体名"),
    Look(split=Split.CATEGORY, label="団体名"),
    Look(guide=True, label="団体名", rows_above=2),
    Look(ids=Ids.NARROW, label="自治体名", date_label="記入日"),
    Look(remark_every=8, label="団体名"),
    Look(columns=("category", "item", "note", "mark")),
    Look(headers=("回答", "備考")),
    Look(columns=("category", "item", "mark", "担当課", "note")),
    Look(columns=("category", "item", "前回", "mark", "note")),
)
# What may stand in an answer cell and does not change where the answers are …
ANSWERS = (
    "", "①", "②（12月）", "③", "対応済み", "検討中", "1", "該当なし", "-", "　",
    "担当者が不在のため", "備考のとおり", "令和8年11月5日に実施", "R9.3", "2026-11-05",
    "第2回で確認", "前回と同じ", "今回", "昨年度", "規程第5条による。" * 20,
    "①既に対応済み\n②これから対応予定（○月）\n③対応の予定なし",
)  # fmt: skip
# … and what reads like a part of the form.
FORM = (
    *(item.id for item in CHECKLIST.items[:3]),
    *(f"{item.id}：{item.title}" for item in CHECKLIST.items[5:9]),
    *(item.title for item in CHECKLIST.items[9:12]),
    CHECKLIST.items[12].description,
    f"{CHECKLIST.items[20].id}参照",
    CHECKLIST.items[1].id.rpartition("-")[0],
    *CHECKLIST.categories[:3],
    *CHECKLIST.headings[:3],
    *CHECKLIST.mark_headers[:6],
    *CHECKLIST.note_headers[:3],
    *CHECKLIST.other_headers[:4],
    CHECKLIST.title,
    "記入例", "例", "別紙3-1", "第2.0版", "R7回答", "前回", "新", "甲市", "1-3", "①-1",
    *(option.label for option in CHECKLIST.options),
)  # fmt: skip
OWN = st.sampled_from(ANSWERS) | st.text(max_size=12)
WORDS = OWN | st.sampled_from(FORM)
HEAD = st.sampled_from(("港町", "若葉市危機管理課", "令和8年11月19日", "令和9年1月5日")) | WORDS
KINDS = st.sampled_from((CellKind.TEXT,) * 6 + (CellKind.NUMBER, CellKind.DATE, CellKind.ERROR))


def filled(look: Look, texts: Sequence[str], name: str = "若葉市", day: str = "") -> RawWorkbook:
    """Give a workbook of a look, answers and notes taken in turn from some texts."""
    entries = tuple(
        Entry(
            written=Written(way=Way.TEXT, text=texts[n % len(texts)]),
            note=texts[(n * 7 + 3) % len(texts)],
            status=Status.DONE,
        )
        for n in range(len(CHECKLIST.items))
    )
    form = ReturnedForm(respondent=name, entries=entries, look=look, filled_on=day)
    sheets = [
        RawSheet(
            name=page.name,
            cells={
                key: RawCell(kind=CellKind.TEXT, text=text)
                for key, cell in sorted(page.cells.items())
                if (text := cell.answer.text if cell.answer is not None else cell.text)
            },
            merged=page.merged,
            hidden_rows=page.hidden_rows,
        )
        for page in pages(form, CHECKLIST)
    ]
    return workbook_of(*sheets)


@lru_cache
def kept(look: Look) -> tuple[Memory, RawWorkbook]:
    """Give a memory that has seen the look blank and filled in, and the blank one."""
    memory, blank = Memory(), filled(look, ("",), day="令和8年11月5日")
    for seen in (blank, filled(look, ("①", "", "③", "規程による。"), "青葉町", "令和8年10月1日")):
        layout = search(seen, INDEX)
        assert layout is not None
        memory.keep(seen, layout, INDEX)
    return memory, blank


def insist_equal(memory: Memory, workbook: RawWorkbook) -> Layout | None:
    recalled = memory.recall(workbook, INDEX)
    if recalled is not None:
        assert recalled == search(workbook, INDEX)
    return recalled


@pytest.mark.parametrize("look", LOOKS[:6])
def test_other_answers_in_the_same_form_are_found_at_once(look: Look) -> None:
    memory, _ = kept(look)
    other = filled(look, ANSWERS, "港町", "令和8年11月19日")
    assert insist_equal(memory, other) is not None


def test_a_full_memory_of_answers_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "_SILENT", 2)
    memory, _ = kept.__wrapped__(LOOKS[0])
    for day in ("令和8年11月19日", "令和8年11月20日"):
        assert insist_equal(memory, filled(LOOKS[0], ANSWERS, "港町", day)) is not None
    assert 0 < len(memory._silent) <= 2


@pytest.mark.parametrize("look", LOOKS)
@every_row("text", FORM)
def test_a_text_of_the_form_among_the_answers(look: Look, text: str) -> None:
    memory, _ = kept(look)
    insist_equal(memory, filled(look, ("①", text, "", "③", "②（3月）")))


Change = tuple[int, int, int, str, CellKind]
CHANGES = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 75), st.integers(0, 6), WORDS, KINDS), max_size=4
)


@settings(max_examples=examples(200), derandomize=True, deadline=None)
@given(
    look=st.sampled_from(LOOKS),
    texts=st.lists(OWN, min_size=1, max_size=6) | st.lists(WORDS, min_size=1, max_size=6),
    name=HEAD,
    day=HEAD,
    changes=CHANGES,
)
def test_whatever_else_is_written_anywhere(
    look: Look, texts: list[str], name: str, day: str, changes: list[Change]
) -> None:
    memory, _ = kept(look)
    workbook = filled(look, texts, name, day)
    insist_equal(memory, workbook)
    insist_equal(memory, changed(workbook, changes))


def changed(workbook: RawWorkbook, changes: Sequence[Change]) -> RawWorkbook:
    """Write into some cells, or empty them."""
    sheets = list(workbook.sheets)
    for place, row, column, text, kind in changes:
        number = place % len(sheets)
        cells: dict[CellKey, RawCell] = dict(sheets[number].cells)
        cells.pop((row, column), None)
        if text:
            cells[row, column] = RawCell(kind=kind, text=text)
        sheets[number] = replace(sheets[number], cells=cells)
    return replace(workbook, sheets=tuple(sheets))


@settings(max_examples=examples(80), derandomize=True, deadline=None)
@given(
    look=st.sampled_from(LOOKS),
    rows=st.tuples(st.integers(0, 70), st.integers(0, 2)),
    columns=st.tuples(st.integers(0, 4), st.integers(0, 2)),
    hidden=st.frozensets(st.integers(0, 70), max_size=2),
    visible=st.booleans(),
)
def test_merged_and_hidden_cells(
    look: Look,
    rows: tuple[int, int],
    columns: tuple[int, int],
    hidden: frozenset[int],
    visible: bool,
) -> None:
    _, blank = kept(look)
    (top, down), (left, right) = rows, columns
    area = Area(top=top, left=left, bottom=top + down, right=left + right)

    def bent(workbook: RawWorkbook) -> RawWorkbook:
        first, *rest = workbook.sheets
        first = replace(
            first, merged=(*first.merged, area), hidden_rows=hidden, visible=visible or bool(rest)
        )
        return replace(workbook, sheets=(first, *rest))

    memory = Memory()
    seen = bent(blank)
    layout = search(seen, INDEX)
    if layout is not None:
        memory.keep(seen, layout, INDEX)
    insist_equal(memory, bent(filled(look, ANSWERS, day="令和8年11月5日")))


PLACES = st.tuples(st.integers(0, 75), st.integers(0, 6))
DECORATIONS = st.sampled_from(
    (
        Decoration(struck=True),
        Decoration(fill="rgb:FFFF00"),
        Decoration(runs=(Run(text="①", struck=True), Run(text="②"))),
    )
)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    look=st.sampled_from(LOOKS),
    texts=st.lists(OWN, min_size=1, max_size=6),
    decorations=st.dictionaries(PLACES, DECORATIONS, max_size=4),
)
def test_whatever_is_struck_or_coloured(
    look: Look, texts: list[str], decorations: dict[CellKey, Decoration]
) -> None:
    memory, _ = kept(look)
    workbook = filled(look, texts, day="令和8年11月5日")
    sheets = tuple(replace(sheet, decorations=decorations) for sheet in workbook.sheets)
    insist_equal(memory, replace(workbook, sheets=sheets))


def test_struck_answers_are_found_at_once_and_struck_heads_are_not() -> None:
    memory, blank = kept(LOOKS[0])
    row = min(key[0] for key, cell in blank.sheets[0].cells.items() if cell.text == "チェック欄")
    for at, recalled in ((row + 5, True), (row, False)):
        struck = dict.fromkeys([(at, column) for column in range(2, 4)], Decoration(struck=True))
        workbook = filled(LOOKS[0], ANSWERS, day="令和8年11月19日")
        sheets = (replace(workbook.sheets[0], decorations=struck),)
        found = insist_equal(memory, replace(workbook, sheets=sheets))
        assert (found is not None) is recalled


def test_a_drawing_or_comment_is_always_looked_at() -> None:
    memory, blank = kept(LOOKS[0])
    (sheet,) = blank.sheets
    comments: Mapping[CellKey, str] = {(7, 2): "①"}
    assert memory.recall(blank, INDEX) is not None
    assert memory.recall(workbook_of(replace(sheet, comments=comments)), INDEX) is None


@pytest.mark.parametrize(
    "heads", [("団体記入欄", "", ""), ("ご回答", "", ""), ("済", "予定", "なし")], ids="".join
)
def test_a_column_beside_an_empty_check_column_is_always_looked_at(
    heads: tuple[str, ...],
) -> None:
    """Where such a column answers depends on whether the check column is filled in."""

    def returned(mark: str) -> RawWorkbook:
        rows = [["項目", "チェック欄", "補足説明欄", *heads]]
        rows += [
            [f"{item.id}：{item.title}", mark, "", "○" if heads[1] else "①", "", ""]
            for item in CHECKLIST.items
        ]
        cells = {
            (row, column): RawCell(kind=CellKind.TEXT, text=text)
            for row, line in enumerate(rows)
            for column, text in enumerate(line)
            if text
        }
        return workbook_of(RawSheet(name="回答", cells=cells))

    for first, second in (("③", ""), ("", "③")):
        memory = Memory()
        layout = search(returned(first), INDEX)
        assert layout is not None
        memory.keep(returned(first), layout, INDEX)
        recalled = memory.recall(returned(second), INDEX)
        assert recalled in (None, search(returned(second), INDEX))


def _named(text: str) -> bool:
    heads = (*CHECKLIST.mark_headers, *CHECKLIST.note_headers, *CHECKLIST.other_headers)
    names, key = tuple(map(squeeze, heads)), squeeze(text)
    return key.startswith(names) or key.endswith(names)


@given(
    before=st.text(st.sampled_from("ー「 ㈱①ﾞ゙_\u200b-のあＡ"), max_size=3),
    head=st.sampled_from((*FORM, *CHECKLIST.mark_headers, "ﾁｪｯｸ欄", "チェック", "備考")),
    behind=st.text(st.sampled_from("ー」 ㌔①ﾞ゙_\u200b-欄。"), max_size=3),
)
def test_a_look_at_both_ends_passes_over_no_head(before: str, head: str, behind: str) -> None:
    """What begins or ends with the name of a head is never told to have none by the cheap look."""
    text = f"{before}{head}{behind}"
    assert INDEX.may_head(text) or not _named(text)

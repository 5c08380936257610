"""Which of several sheets, tables and columns answers: told by names, never upwards or silently."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Literal

from every_case import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from inboxes import settings_for, table
from layouts import FOLDER, smartcity, text_cell, workbook_of
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from rows import every_row

from pipeline.locate import locate
from pipeline.locate.callings import Names
from pipeline.model import RawSheet, RawWorkbook, Status, Submission
from pipeline.parse import parse
from pipeline.run import aggregate

MONTH = "2026-11"
NAMES: dict[str, list[str]] = tomllib.loads(
    (Path(__file__).parent / "cases" / "places.toml").read_text(encoding="utf-8")
)["names"]
WORDS = tomllib.loads(
    (Path(__file__).parent.parent / "pipeline" / "locate" / "places.toml").read_text(
        encoding="utf-8"
    )
)
DEAD = [word for kind in WORDS["kind"] if kind["standing"] == "dead" for word in kind["words"]]
TIMES = ["R7", "令和7年度", "2025", "10月", "R8.10", "令和8年9月", "2025年度", "上半期", "H30"]


@every_row(
    ("standing", "name"), [(standing, name) for standing in NAMES for name in NAMES[standing]]
)
def test_a_name_says_how_its_place_stands(standing: str, name: str) -> None:
    calling = Names(smartcity(), MONTH).calling(name)
    assert calling.standing.name.lower() == standing


def test_times_are_compared_with_the_collection_month() -> None:
    """In February 2027 the fiscal year is still R8, and R9 has begun as a calendar year."""
    said = Names(smartcity(), "2027-02").calling
    assert [said(name).standing.name for name in ("R8年度", "2027年2月", "1月", "3月")] == [
        *("NOW", "NOW", "DEAD", "LATER")
    ]
    assert said("令和9年度").standing.name == "LATER"


# real workbooks through the whole run: the inputs of the fault list and their right values

State = Literal["visible", "hidden", "veryHidden"]
CHECK, NOTE = 3, 4  # columns of the form, from 1


def item_rows(sheet: Worksheet, column: int = 2) -> list[int]:
    ids = tuple(f"{item.id}：" for item in smartcity().items)
    return [row for row in range(1, 90) if str(sheet.cell(row, column).value).startswith(ids)]


def filled(sheet: Worksheet, mark: str, *, column: int = CHECK, count: int = 55) -> None:
    for row in item_rows(sheet)[:count]:
        sheet.cell(row, column).value = mark


def form() -> tuple[Workbook, Worksheet]:
    book = load_workbook(FOLDER / "blank.xlsx")
    return book, book.worksheets[0]


def sheets(live: str, dead: str, *, live_mark: str = "", state: State = "visible") -> Workbook:
    """A form for this time beside one that is all ①."""
    book, sheet = form()
    other = book.copy_worksheet(sheet)
    sheet.title, other.title, other.sheet_state = live, dead, state
    filled(other, "①")
    if live_mark:
        filled(sheet, live_mark, count=27)
    return book


def columns(old: str, new: str, *, mark: str = "", where: str = "head") -> Workbook:
    """A form with two check columns, the first all ①; ``where`` their names stand."""
    book, sheet = form()
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    sheet.insert_cols(CHECK)
    for head in [row for row in range(1, 80) if sheet.cell(row, CHECK + 1).value == "チェック欄"]:
        if where == "head":
            sheet.cell(head, CHECK).value, sheet.cell(head, CHECK + 1).value = old, new
            continue
        sheet.cell(head, CHECK).value = sheet.cell(head, CHECK + 1).value = "チェック欄"
        if where == "above":
            sheet.cell(head - 1, CHECK).value, sheet.cell(head - 1, CHECK + 1).value = old, new
        else:
            sheet.cell(head, CHECK + 1).value = None
            sheet.merge_cells(
                start_row=head, end_row=head, start_column=CHECK, end_column=CHECK + 1
            )
            sheet.cell(head + 1, CHECK).value, sheet.cell(head + 1, CHECK + 1).value = old, new
    for row in item_rows(sheet):
        sheet.cell(row, CHECK).value, sheet.cell(row, CHECK + 1).value = "①", None
    if mark:
        filled(sheet, mark, column=CHECK + 1, count=27)
    return book


BLANK = {"blank": 55}
HALF = {"not_planned": 27, "blank": 28}


def books() -> dict[str, tuple[Workbook, dict[str, int], str]]:
    """Give forms with two places each, what counts, and the codes that must tell of it."""
    return {
        **{
            f"{dead}市": (sheets("チェックシート", dead), BLANK, "F107 L210")
            for dead in ("昨年度", "前回", "修正前", "下書き", "参考", "他市の例")
        },
        "年度市": (sheets("令和8年度", "令和7年度"), BLANK, "F107 L210"),
        "非表示市": (sheets("チェックシート", "前回", state="hidden"), BLANK, "F107 L210"),
        "深い市": (sheets("チェックシート", "作業", state="veryHidden"), BLANK, "F107 L210"),
        "半分市": (sheets("チェックシート", "下書き", live_mark="③"), HALF, "L210"),
        "今回市": (sheets("今回", "前回", live_mark="③"), HALF, "L210"),
        "記載例市": (sheets("チェックシート", "記載例"), BLANK, "F107 L210"),
        "記載例済市": (sheets("チェックシート", "記入例", live_mark="③"), HALF, "L210"),
        "写し市": (sheets("チェックシート", "チェックシート (2)"), {"done": 55}, "L208"),
        "例列市": (columns("チェック欄（例）", "チェック欄"), BLANK, "F107 L210"),
        **{
            f"{old}列市{where}": (
                columns(head.format(old), head.format(new), where=where),
                BLANK,
                "F107 L210",
            )
            for old, new in (("R7", "R8"), ("10月", "11月"), ("目標", "現状"), ("県", "市"))
            for where, head in (("head", "チェック欄（{}）"), ("above", "{}"), ("below", "（{}）"))
        },
        **{
            f"{old}新市": (columns(old, new, mark="③"), HALF, "L210")
            for old, new in (
                *(("R7回答", "R8回答"), ("修正前", "修正後"), ("旧", "新")),
                ("10月回答", "11月回答"),
            )
        },
    }


def test_the_places_of_real_workbooks_go_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    made = books()
    files = {name: f"{chr(0x3042 + 2 * place) * 2}市.xlsx" for place, name in enumerate(made)}
    for name, (book, _, _) in made.items():
        book.save(tmp_path / "inbox" / files[name])
    aggregate(settings_for(tmp_path, month=MONTH, pivot=False))
    statuses: dict[str, dict[str, int]] = {}
    for row in table(tmp_path, "answers", month=MONTH):
        counts = statuses.setdefault(row["file"], {})
        counts[row["status"]] = counts.get(row["status"], 0) + 1
    codes: dict[str, set[str]] = {}
    for row in table(tmp_path, "findings", month=MONTH):
        codes.setdefault(row["file"], set()).add(row["code"])
    for name, (_, wanted, needed) in made.items():
        file = files[name]
        assert (name, statuses[file]) == (name, wanted)
        assert (name, set(needed.split()) - codes[file]) == (name, set())


# generated workbooks: what is added or moved changes nothing

MARKS = st.sampled_from(["①", "②（12月）", "③", "", "1", "対応済み", "検討中"])
ITEMS = smartcity().items[:9]
NUMBERS = st.lists(
    st.sampled_from(["①", "②（12月）", "③", ""]), min_size=len(ITEMS), max_size=len(ITEMS)
)
COLUMN = st.lists(MARKS, min_size=len(ITEMS), max_size=len(ITEMS))
CALLED = st.sampled_from([*DEAD, *TIMES])


def sheet_of(name: str, heads: list[str], answers: list[list[str]]) -> RawSheet:
    rows = [["項目", *heads]]
    for place, item in enumerate(ITEMS):
        text = f"{item.id}：{item.title}\n{item.description}"
        rows.append([text, *(column[place] for column in answers)])
    cells = {
        (row, column): text_cell(text)
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
        if text
    }
    return RawSheet(name=name, cells=cells)


def read(workbook: RawWorkbook) -> Submission:
    layout = locate(workbook, smartcity(), month=MONTH)
    assert layout is not None
    return parse(workbook, layout, smartcity(), month=MONTH)


def statuses_of(workbook: RawWorkbook) -> list[str]:
    return [answer.mark.status.value for answer in read(workbook).answers[: len(ITEMS)]]


def plain_form(answers: list[str], name: str = "チェックシート") -> RawSheet:
    return sheet_of(name, ["チェック欄", "補足説明欄"], [answers, [""] * len(ITEMS)])


@settings(max_examples=examples(150), deadline=None)
@given(COLUMN, COLUMN, CALLED, st.booleans(), st.booleans(), st.booleans())
def test_a_dead_sheet_changes_no_answer(
    live: list[str], dead: list[str], word: str, first: bool, hidden: bool, bracketed: bool
) -> None:
    own = plain_form(live)
    name = f"チェックシート（{word}）" if bracketed else word
    other = replace(plain_form(dead, name), visible=not hidden)
    book = workbook_of(other, own) if first else workbook_of(own, other)
    assert statuses_of(book) == statuses_of(workbook_of(own))
    if any(dead) and not any(live):
        assert read(book).uncounted


HEADS = st.sampled_from(["チェック欄（{}）", "チェック欄\n【{}】", "{}チェック欄", "{}の回答"])


@settings(max_examples=examples(200), deadline=None)
@given(COLUMN, COLUMN, CALLED, HEADS, st.integers(0, 2), st.booleans())
def test_a_dead_column_changes_no_answer(
    live: list[str], dead: list[str], word: str, head: str, place: int, hidden: bool
) -> None:
    heads, answers = ["チェック欄", "補足説明欄"], [live, [""] * len(ITEMS)]
    own = sheet_of("チェックシート", heads, answers)
    heads.insert(place, head.format(word))
    answers.insert(place, dead)
    other = sheet_of("チェックシート", heads, answers)
    if hidden:
        other = replace(other, hidden_columns=frozenset({place + 1}))
    assert statuses_of(workbook_of(other)) == statuses_of(workbook_of(own))


LIVE = st.sampled_from(["今回", "R8", "11月", "現状", "修正後", "新", "最新", "今年度", "2026"])


@settings(max_examples=examples(150), deadline=None)
@given(NUMBERS, COLUMN, CALLED, LIVE, st.sampled_from(["{}", "{}回答", "チェック欄（{}）"]))
def test_a_dead_head_beside_a_live_one_changes_no_answer_in_either_order(
    live: list[str], dead: list[str], old: str, new: str, head: str
) -> None:
    own = statuses_of(workbook_of(plain_form(live)))
    heads, answers = [head.format(old), head.format(new)], [dead, live]
    for order in (1, -1):
        both = sheet_of("回答", heads[::order], answers[::order])
        got = statuses_of(workbook_of(both))
        assert not any(a == "done" != b for a, b in zip(got, own, strict=True)), (old, new)
        if any(dead) and any(live):
            assert got == own


@settings(max_examples=examples(60), deadline=None)
@given(st.permutations(["チェックシート", "前回", "案", "R7", "Sheet2"]), COLUMN, COLUMN, COLUMN)
def test_the_order_of_sheets_changes_no_status(
    order: list[str], one: list[str], two: list[str], three: list[str]
) -> None:
    held = dict(zip(["チェックシート", "前回", "Sheet2"], (one, two, three), strict=True))
    book = workbook_of(*(plain_form(held.get(name, two), name) for name in order))
    straight = workbook_of(*(plain_form(held.get(name, two), name) for name in sorted(order)))
    assert statuses_of(book) == statuses_of(straight)


@settings(max_examples=examples(80), deadline=None)
@given(
    COLUMN, COLUMN, st.booleans(), st.sampled_from(["（総務課） （福祉課）", " ", "（甲） （乙）"])
)
def test_of_two_live_places_that_differ_neither_order_gives_done(
    one: list[str], two: list[str], beside: bool, names: str
) -> None:
    for first, second in ((one, two), (two, one)):
        if beside:
            heads = [f"チェック欄{name}" for name in names.split(" ")]
            book = workbook_of(sheet_of("回答", heads, [first, second]))
        else:
            book = workbook_of(plain_form(first, "Sheet1"), plain_form(second, "Sheet2"))
        alone = [statuses_of(workbook_of(plain_form(each))) for each in (first, second)]
        for got, *both in zip(statuses_of(book), *alone, strict=True):
            assert got != Status.DONE.value or set(both) <= {"done", "blank"}

"""Controls and shapes in an item's row but over no check cell, and over option columns."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from layouts import smartcity, workbook_from

from pipeline.locate import locate
from pipeline.model import Answer, Doubt, Drawing, DrawingKind, ReadBy, Status
from pipeline.parse import parse

MONTH = "2026-11"
FORM = "== 回答\n項目 | チェック欄 | 補足説明欄\n{ガバナンス①-1} | %s |\n{ガバナンス①-2} | ③ |\n"
OPTIONS = (
    "== 回答\n項目 | チェック欄 | < | < | 補足説明欄\n^ | ①対応済 | ②予定 | ③なし | ^\n"
    "{ガバナンス①-1} | %s | | |\n{ガバナンス①-2} | | | |\n"
)
BOX, BUTTON, SHAPE = DrawingKind.CHECK_BOX, DrawingKind.OPTION_BUTTON, DrawingKind.TEXT_BOX
RING, INK, LINE = DrawingKind.ELLIPSE, DrawingKind.INK, DrawingKind.LINE


def at(
    column: int, kind: DrawingKind, text: str = "", checked: bool | None = None, row: int = 1
) -> Drawing:
    return Drawing(kind=kind, row=row, column=column, text=text, checked=checked)


def first(form: str, drawings: Sequence[Drawing]) -> Answer:
    book = workbook_from(form)
    (sheet,) = book.sheets
    below = form.count("\n^")  # a second row of heads
    drawings = [replace(drawing, row=drawing.row + below) for drawing in drawings]
    book = replace(book, sheets=(replace(sheet, drawings=tuple(drawings)),))
    layout = locate(book, smartcity(), month=MONTH)
    assert layout is not None
    return parse(book, layout, smartcity(), month=MONTH).answers[0]


THREE = ("①既に対応済み", "②これから対応予定", "③対応の予定なし")


def buttons(ticked: int, kind: DrawingKind = BUTTON, column: int = 2) -> list[Drawing]:
    """Three controls in one cell beside the check cell, one of them ticked (0: none)."""
    return [at(column, kind, text, place == ticked) for place, text in enumerate(THREE, start=1)]


@pytest.mark.parametrize("kind", [BOX, BUTTON])
@pytest.mark.parametrize("column", [2, 3, 6])
@pytest.mark.parametrize(
    ("ticked", "status"),
    [(1, Status.DONE), (2, Status.PLANNED), (3, Status.NOT_PLANNED), (0, Status.BLANK)],
)
def test_a_ticked_control_beside_an_empty_cell_says_what_is_written_on_it(
    kind: DrawingKind, column: int, ticked: int, status: Status
) -> None:
    mark = first(FORM % "", buttons(ticked, kind, column)).mark
    assert mark.status is status
    assert (mark.read_by is ReadBy.OBJECT) is (ticked > 0)


@pytest.mark.parametrize(
    ("drawings", "doubt"),
    [
        ([at(2, BOX, "", True)], Doubt.UNREADABLE_OBJECT),
        ([at(2, BOX, "はい", True)], Doubt.UNREADABLE_OBJECT),
        ([at(2, BOX, THREE[0], None)], Doubt.UNREADABLE_OBJECT),
        ([at(2, BOX, THREE[0], True), at(3, BOX, THREE[2], True)], Doubt.SEVERAL),
        ([at(2, BOX, THREE[0], True), at(2, INK)], Doubt.UNREADABLE_OBJECT),
        ([at(2, SHAPE, "①")], Doubt.UNREADABLE_OBJECT),
        ([at(2, RING)], Doubt.UNREADABLE_OBJECT),
        ([at(2, DrawingKind.OTHER)], Doubt.UNREADABLE_OBJECT),
        ([at(2, DrawingKind.ACTIVEX)], Doubt.UNREADABLE_OBJECT),
    ],
)
def test_what_nobody_can_tell_beside_an_empty_cell_is_a_doubt_about_its_item(
    drawings: list[Drawing], doubt: Doubt
) -> None:
    mark = first(FORM % "", drawings).mark
    assert (mark.status, mark.doubt) == (Status.UNCLEAR, doubt)


@pytest.mark.parametrize(
    "drawings",
    [
        [at(2, LINE)],
        [at(2, SHAPE, "①", row=9)],
        [at(5, SHAPE, "①")],
        [at(0, BOX, THREE[0], True)],
        [at(2, BOX, THREE[0], False)],
    ],
)
def test_what_lies_elsewhere_or_says_nothing_leaves_a_cell_empty(drawings: list[Drawing]) -> None:
    assert first(FORM % "", drawings).mark.status is Status.BLANK


def test_beside_an_answer_only_another_ticked_one_counts() -> None:
    assert first(FORM % "①", buttons(1)).mark.status is Status.DONE
    assert first(FORM % "①", [at(2, SHAPE, "③"), at(2, RING)]).mark.status is Status.DONE
    assert first(FORM % "①", buttons(3)).mark.doubt is Doubt.SEVERAL
    assert first(FORM % "検討中", buttons(1)).mark.status is Status.UNCLEAR


@pytest.mark.parametrize(
    ("column", "status"), [(1, Status.DONE), (2, Status.PLANNED), (3, Status.NOT_PLANNED)]
)
@pytest.mark.parametrize("kind", [BOX, BUTTON, RING])
def test_what_ticks_an_option_column_may_be_drawn(
    kind: DrawingKind, column: int, status: Status
) -> None:
    unticked = [at(each, kind, "", False) for each in (1, 2, 3) if kind is not RING]
    mark = first(OPTIONS % "", [*unticked, at(column, kind, "", kind is not RING)]).mark
    assert mark.status is status
    assert mark.read_by in (ReadBy.CONTROL, ReadBy.DRAWING)


def test_option_columns_drawn_on_twice_or_against_a_tick_are_unclear() -> None:
    both = [at(1, BOX, "", True), at(2, BOX, "", True)]
    assert first(OPTIONS % "", both).mark.doubt is Doubt.SEVERAL
    assert first(OPTIONS % "○", [at(3, BOX, "", True)]).mark.doubt is Doubt.SEVERAL
    assert first(OPTIONS % "○", [at(1, BOX, "", True)]).mark.status is Status.DONE
    assert first(OPTIONS % "", [at(1, INK)]).mark.doubt is Doubt.UNREADABLE_OBJECT


ITEMS = [item.id for item in smartcity().items[:4]]
TEXTS = " | ".join("{" + item + "}" for item in ITEMS)
ACROSS = f"== 回答\n項目 | {TEXTS}\nチェック欄 | | | |\n補足説明欄 | メモ | メモ | メモ | メモ\n"
CARDS = "== 回答\n" + "".join(
    f"項目 | {{{item}}}\nチェック欄 |\n補足説明欄 | メモ\n" for item in ITEMS
)
PAIR = (
    "== 回答\n項目 | チェック欄 | | 項目 | チェック欄\n"
    f"{{{ITEMS[0]}}} | | | {{{ITEMS[2]}}} |\n{{{ITEMS[1]}}} | | | {{{ITEMS[3]}}} |\n"
)


def statuses(form: str, *drawings: Drawing) -> list[Status]:
    book = workbook_from(form)
    (sheet,) = book.sheets
    book = replace(book, sheets=(replace(sheet, drawings=drawings),))
    layout = locate(book, smartcity(), month=MONTH)
    assert layout is not None
    return [each.mark.status for each in parse(book, layout, smartcity(), month=MONTH).answers[:4]]


BLANK, DONE, DOUBT = Status.BLANK, Status.DONE, Status.UNCLEAR


@pytest.mark.parametrize(
    ("form", "row", "column", "meant"),
    [
        (ACROSS, 1, 1, [DONE, BLANK, BLANK, BLANK]),
        (ACROSS, 1, 3, [BLANK, BLANK, DONE, BLANK]),
        (ACROSS, 2, 1, [DOUBT, BLANK, BLANK, BLANK]),
        (ACROSS, 4, 4, [BLANK, BLANK, BLANK, DOUBT]),
        (ACROSS, 1, 9, [BLANK] * 4),
        (CARDS, 1, 1, [DONE, BLANK, BLANK, BLANK]),
        (CARDS, 1, 3, [DONE, BLANK, BLANK, BLANK]),
        (CARDS, 2, 2, [DOUBT, BLANK, BLANK, BLANK]),
        (CARDS, 5, 1, [BLANK, DOUBT, BLANK, BLANK]),
        (PAIR, 1, 2, [DONE, BLANK, BLANK, BLANK]),
        (PAIR, 1, 5, [BLANK, BLANK, DONE, BLANK]),
        (PAIR, 2, 4, [BLANK, BLANK, BLANK, DONE]),
    ],
)
@pytest.mark.parametrize("kind", [BOX, BUTTON])
def test_a_control_belongs_to_the_one_item_in_whose_row_card_or_column_it_lies(
    kind: DrawingKind, form: str, row: int, column: int, meant: list[Status]
) -> None:
    """Off the line of the answer nobody can tell what it means: a doubt, and never silence."""
    assert statuses(form, at(column, kind, THREE[0], True, row=row)) == meant


def test_an_unticked_control_or_a_line_on_a_card_says_nothing() -> None:
    assert statuses(CARDS, at(2, BOX, THREE[0], False, row=2)) == [BLANK] * 4
    assert statuses(ACROSS, at(1, LINE, row=2), at(1, BOX, THREE[0], False, row=3)) == [BLANK] * 4


def test_an_answered_card_is_not_doubted_for_what_is_drawn_elsewhere_on_it() -> None:
    filled = CARDS.replace("チェック欄 |", "チェック欄 | ③", 1)
    assert statuses(filled, at(2, SHAPE, "確認済", row=2))[0] is Status.NOT_PLANNED

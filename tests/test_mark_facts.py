"""Every fact of a check cell by its kind: what it counts as, why it is unclear, its raw text."""

from dataclasses import replace

import pytest
from rows import every_row
from test_marks import KIND, WHOLE, over, read

from pipeline.model import CellKind, Decoration, Drawing, Due, DueProblem, Mark, Run, Status
from pipeline.texts.marks import read_mark

TEXT, NUMBER = CellKind.TEXT, CellKind.NUMBER
CELLS = [
    # kind, text, status, notation, doubt, month or problem of ②
    (NUMBER, "1", "done", "done-number", "", ""),
    (NUMBER, "1.0", "done", "done-number", "", ""),
    (NUMBER, "2", "planned", "planned-number", "", "missing"),
    (NUMBER, "3", "not_planned", "not-planned-number", "", ""),
    (NUMBER, "4", "unclear", "out-of-range", "out_of_range", ""),
    (NUMBER, "0", "unclear", "out-of-range", "out_of_range", ""),
    (NUMBER, "1.5", "unclear", "out-of-range", "out_of_range", ""),
    (NUMBER, "1/2", "unclear", "out-of-range", "out_of_range", ""),
    (CellKind.BOOLEAN, "TRUE", "unclear", "boolean", "symbol", ""),
    (CellKind.DATE, "2026-12-01", "unclear", "date-cell", "date", ""),
    (CellKind.ERROR, "#N/A", "unclear", "error-cell", "error", ""),
    (CellKind.NO_VALUE, "", "unclear", "error-cell", "error", ""),
    (CellKind.UNRENDERED, "1", "unclear", "unrendered", "no_number", ""),
    (TEXT, "①", "done", "done-number", "", ""),
    (TEXT, "対応済み", "done", "done-words", "", ""),
    (TEXT, "②（12月）", "planned", "planned-with-remark", "", "2026-12"),
    (TEXT, "②（？月）", "planned", "planned-with-remark", "", "missing"),
    (TEXT, "①（？月）", "unclear", "done-with-doubt", "no_number", ""),
    (TEXT, "①（○月）", "done", "done-with-remark", "", ""),
    (TEXT, "1-2", "unclear", "several-numbers", "several", ""),
    (TEXT, "1.2", "unclear", "several-numbers", "several", ""),
    (TEXT, "1、2", "unclear", "several-numbers", "several", ""),
    (TEXT, "1:2", "unclear", "several-numbers", "several", ""),
    (TEXT, "①" + "長" * 400, "unclear", "long-text", "no_number", ""),
]


@every_row(("kind", "text", "status", "notation", "doubt", "due"), CELLS)
def test_each_kind_of_cell(
    kind: CellKind, text: str, status: str, notation: str, doubt: str, due: str
) -> None:
    mark = read(text, kind)
    assert (mark.status, mark.notation, mark.doubt) == (status, notation, doubt)
    assert (mark.due.month or mark.due.problem) == due
    assert mark.raw == text


@every_row(
    ("text", "kind", "drawings", "status"),
    [
        ("①", TEXT, over(KIND.ELLIPSE, 0), "done"),
        (WHOLE, TEXT, over(KIND.ELLIPSE, 1), "planned"),
        ("3", NUMBER, over(KIND.TEXT_BOX, text=" "), "not_planned"),
    ],
)
def test_an_object_over_a_cell_leaves_its_text_as_it_is(
    text: str, kind: CellKind, drawings: tuple[Drawing, ...], status: str
) -> None:
    mark = read(text, kind, drawings=drawings)
    assert (mark.status, mark.raw) == (status, text)
    empty = read_mark(None, month="2026-11", legend=(), drawings=drawings)
    assert empty.raw == ""


@pytest.mark.parametrize(
    ("text", "number", "status"),
    [("2", 2, "blank"), ("2", 3, "planned"), ("", 2, "blank")],
)
def test_the_number_that_a_drop_down_keeps_in_its_cell_is_no_answer(
    text: str, number: int, status: str
) -> None:
    """The raw text stays what the cell holds."""
    (drawing,) = over(KIND.TEXT_BOX, text=" ")
    mark = read(text, NUMBER if text else TEXT, drawings=(replace(drawing, number=number),))
    assert (mark.status, mark.raw) == (status, text)


@pytest.mark.parametrize(
    ("above", "status", "doubt"),
    [
        (Mark(status=Status.DONE), "done", ""),
        (Mark(status=Status.PLANNED, due=Due(month="2026-12")), "planned", ""),
        (Mark(status=Status.PLANNED, due=Due(problem=DueProblem.MISSING)), "planned", ""),
        (Mark(status=Status.NOT_APPLICABLE), "not_applicable", ""),
        (Mark(status=Status.BLANK), "unclear", "ditto"),
        (Mark(status=Status.UNCLEAR), "unclear", "ditto"),
        (None, "unclear", "ditto"),
    ],
)
def test_the_same_as_above(above: Mark | None, status: str, doubt: str) -> None:
    mark = read("同上", above=above)
    assert (mark.status, mark.doubt, mark.notation, mark.raw) == (status, doubt, "ditto", "同上")
    assert mark.due == (above.due if above and status != "unclear" else Due())


@every_row(
    ("text", "status", "due"),
    [
        ("番号（　　）予定月（　　月）", "blank", ""),
        ("番号（　②　）予定月（　12月）", "planned", "2026-12"),
        ("番号：①", "done", ""),
        ("回答欄", "unclear", ""),
    ],
)
def test_a_printed_cell_is_read_alike_in_any_colour(text: str, status: str, due: str) -> None:
    bold = (Run(text=text[:3], bold=True), Run(text=text[3:]))
    marks = {
        read(text, decoration=decoration)
        for decoration in (None, Decoration(fill="FFFFFF00"), Decoration(runs=bold))
    }
    (mark,) = marks
    assert (mark.status, mark.due.month, mark.object_text) == (status, due, "")

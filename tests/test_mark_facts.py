"""Every fact of a check cell by its kind: what it counts as, why it is unclear, its raw text."""

from dataclasses import replace

import pytest
from rows import every_row
from test_marks import KIND, WHOLE, over, read

from pipeline.model import CellKind, Decoration, Drawing, Due, DueProblem, Mark, Run, Status
from pipeline.texts.marks import read_mark
from pipeline.texts.marks.labelled import without_labels
from pipeline.texts.marks.table import build_table, load_table, matching_key
from pipeline.texts.marks.words import _exact

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
        ("1", NUMBER, over(KIND.TEXT_BOX, text="②"), "unclear"),
        ("TRUE", CellKind.BOOLEAN, over(KIND.TEXT_BOX, text="①"), "unclear"),
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


def test_a_box_over_a_number_gives_its_month() -> None:
    mark = read("2", NUMBER, drawings=over(KIND.TEXT_BOX, text="②（12月）"))
    assert (mark.status, mark.due.month, mark.read_by) == ("planned", "2026-12", "number")


@every_row(
    ("text", "answer"),
    [
        ("番号（　②　）予定月（　12月）", "②(12月)"),
        ("番号（　②　）予定月（__12__月）", "②(12月)"),
        ("番号（　②　）予定月（　　月）", "②"),
        ("番号（　　）予定月（　　月）", ""),
        ("番号（　　）予定月（　12月）", None),  # a month and no number
        ("番号：②", "②"),
        ("番号：", ""),
        ("番号", None),
        ("番号1", "1"),
        ("回答欄", None),
        ("該当番号：[　]", ""),
        ("回答：②　予定月：12月", "②(12月)"),
        ("回答：②（12月）", "②(12月)"),
        ("回答：②、12月", "②(12月)"),
        ("回答：②（　　月）", "②"),
        ("区分【②】予定時期【令和9年3月】", "②(令和9年3月)"),
        ("番号：② ②の場合は（12月）", "②(12月)"),
        ("番号：② （②の場合、予定月：3月）", "②(3月)"),
        ("番号：②　実施予定日：12/15", "②(12/15)"),
        ("番号：②　予定月：令和8年　月", "②"),
        ("番号：②　予定月：来年3月", "②(来年3月)"),
        ("番号：②　予定月：今月", "②(今月)"),
        ("番号（2）予定（3）", "2(3)"),
        ("番号（2）予定（3日）", None),
        ("回答番号欄：①", "①"),
        ("番号：12", "12"),
        ("番号：123", None),
        # without a label both a counter and a bracket must be there
        ("1番", None),
        ("②番（12月）", "②(12月)"),
        ("2番（　月）", "2"),
        ("②番12月", None),
        ("番（12月）", None),
        ("番（　月）", ""),
        ("① 12月", None),
        ("①", None),
        ("対応区分：①既に対応済み", None),
    ],
)
def test_what_stands_in_printed_parts(text: str, answer: str | None) -> None:
    assert without_labels(text) == answer


@every_row(
    ("row", "words"),
    [
        ("done-number", "①の番号だけ"),
        ("done-already", "既に対応している、既に実施"),
        ("claim-with-remark", "済んでいることを示す語に、食い違わない語が添えてある"),
        ("planned-with-remark", "②に月や語が添えてある"),
        ("nobody", ""),
    ],
)
def test_a_row_of_any_kind_is_described(row: str, words: str) -> None:
    assert load_table().describe(row) == words


@every_row(
    ("text", "key"),
    [
        ("Ⅱ", "②"), ("II", "②"), ("ii", "②"), ("ⅱ", "②"), ("㈡", "②"), ("二", "②"), ("三", "③"),
        ("Ⅲ対応", "③対応"), ("III", "③"), ("IV", "④"), ("II、III", "ii、iii"), ("II~III", "ii~iii"),
        ("【二】", "(②)"), ("二 対応", "②対応"), ("二12月", "②12月"), ("二年", "2年"),
        ("IT", "it"), ("二、三", "二、三"), ("第4四半期", "第4四半期"), ("四半期", "四半期"),
        ("ヨテイナシ", "予定なし"), ("ﾖﾃｲﾅｼ", "予定なし"), ("タイオウズミ", "対応ずみ"),
        ("ミタイオウ", "未対応"), ("タイショウガイ", "対象外"), ("ミジッシ", "未実施"),
        ("カンリョウ", "完了"), ("カンリョウズミノ", "カンリョウズミノ"), ("スミス", "スミス"),
        ("アリマス", "アリマス"), ("モンダイナシー", "モンダイナシー"), ("「①」", "(①)"),
        ("［1］", "(1)"), ("“済”", "(済)"), ("㎡", "m2"), ("", ""), ("\u200b ", ""),
    ],
)  # fmt: skip
def test_the_form_under_which_a_text_is_looked_up(text: str, key: str) -> None:
    assert matching_key(text) == key


def test_a_text_of_four_hundred_signs_may_be_an_answer() -> None:
    text = "①" + "対応済み、" * 79 + "対応済み"
    assert len(text) == 400
    assert read(text).status == "done"
    assert read(text + "、").notation == "long-text"


def test_words_that_are_a_whole_cell_are_told_by_words() -> None:
    rows = [
        {"id": each, "description": "", "status": "done", "written": [each]}
        for each in ("ready", "number-ready")
    ]
    table = build_table({"notation": rows})
    for word, read_by in (("ready", "words"), ("number-ready", "number"), ("(ready)。", "words")):
        found = _exact(table, word)
        assert found is not None
        assert (found.status, found.read_by) == ("done", read_by)
    assert _exact(table, "already") is None

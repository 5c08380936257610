"""The pieces that a check cell is read by, each alone: what they hand on, to the last sign."""

from dataclasses import replace
from typing import Any

import pytest
from rows import every_row

from pipeline.model import (
    Answer,
    CellKind,
    Decoration,
    Doubt,
    Drawing,
    DrawingKind,
    Due,
    Location,
    Mark,
    RawCell,
    ReadBy,
    Run,
    Status,
)
from pipeline.model.answers import BY_PLAIN_SIGN
from pipeline.texts.marks import read_mark
from pipeline.texts.marks.legend import (
    LegendFound,
    _faded,
    _formats,
    _main_color,
    _signed,
    _weight,
    read_legend,
)
from pipeline.texts.marks.objects import beside, elsewhere, overlay
from pipeline.texts.marks.options import Segment, form_of, squeeze
from pipeline.texts.marks.table import TableError, build_table
from pipeline.texts.marks.unknown import unknown_notations, unusual

MONTH = "2026-11"
LEGEND = ("①既に対応済み", "②これから対応予定（○月）", "③対応の予定なし", "※番号を記載ください。")
WHOLE = "\n".join(LEGEND)

# --- folding with the way back ------------------------------------------------------------------


@every_row(
    ("raw", "text", "raw_at", "line_at"),
    [
        ("", "", (), ()),
        ("① ②", "①②", (0, 2), (0, 0)),
        ("ａ\nｂ", "ab", (0, 2), (0, 1)),
        ("a\r\nb\rc", "abc", (0, 3, 5), (0, 1, 2)),
        ("a\n\nb", "ab", (0, 3), (0, 2)),
        ("a\vb\fc\x85d", "abcd", (0, 2, 4, 6), (0, 1, 2, 3)),
        ("a\u2028b\u2029c", "abc", (0, 2, 4), (0, 1, 2)),
        ("ｶﾞ①", "ガ①", (0, 2), (0, 0)),
        ("ﾊﾟ①", "パ①", (0, 2), (0, 0)),
        ("か\u3099①", "が①", (0, 2), (0, 0)),
        ("㈱x", "(株)x", (0, 0, 0, 1), (0, 0, 0, 0)),
        ("ﷺ", "صلىاللهعليهوسلم", (0,) * 15, (0,) * 15),  # one sign that folds to four words
        ("aXXb", "axxb", (0, 1, 2, 3), (0, 0, 0, 0)),
        ("三参Ⅲ", "三参③", (0, 1, 2), (0, 0, 0)),
    ],
)
def test_squeeze_knows_where_each_sign_came_from(
    raw: str, text: str, raw_at: tuple[int, ...], line_at: tuple[int, ...]
) -> None:
    squeezed = squeeze(raw)
    assert (squeezed.text, squeezed.raw_at, squeezed.line_at) == (text, raw_at, line_at)
    assert squeezed.raw == raw


@every_row(
    ("raw", "at", "apart"),
    [
        ("ab", 0, True),
        ("ab", 1, False),
        ("a b", 1, True),
        ("a　b", 1, True),
        ("a\nb", 1, True),
        ("ab\nc", 1, False),
        ("㈱b", 3, False),
    ],
)
def test_a_sign_stands_apart_after_a_break_or_white_space(raw: str, at: int, apart: bool) -> None:
    assert squeeze(raw).apart(at) is apart


def test_the_form_of_a_legend() -> None:
    form = form_of(LEGEND)
    assert [number for number, _ in form.options] == [1, 2, 3]
    assert form.instructions == (squeeze(LEGEND[3]).text,)
    found = form.options[1][1].fullmatch("②これから対応予定(12月)")
    assert found is not None
    assert found["due"] == "12月"
    for written in ("(2)これから対応予定", "2.これから対応予定(", "これから対応予定"):
        assert form.options[1][1].fullmatch(written), written


# --- signs and formatting of option lines ---------------------------------------------------------


def segments(*signs: str, filled: int = 0) -> list[Segment]:
    return [
        Segment(number=n, start=0, end=1, lines=frozenset({n}), signs=each, filled=n == filled)
        for n, each in enumerate(signs, start=1)
    ]


@every_row(
    ("signs", "weight"),
    [("", 0), ("□", 0), ("(|)", 0), ("×", 1), ("x-", 1), ("○", 2), ("○×", 2), ("✓", 3), ("○✓", 3)],
)
def test_how_much_a_sign_weighs(signs: str, weight: int) -> None:
    assert _weight(signs) == weight


@every_row(
    ("signs", "filled", "told"),
    [
        (("", "", ""), 0, (None, False)),
        (("○", "", ""), 0, (1, False)),
        (("", "✓", ""), 0, (2, False)),
        (("", "", "(|)"), 0, (3, False)),
        (("", "", ""), 2, (2, False)),
        (("○", "○", ""), 0, (None, True)),
        (("✓", "✓", ""), 0, (None, True)),
        (("○", "○", "✓"), 0, (3, False)),  # ○ ○ ● are radio buttons
        (("○", "", "✓"), 0, (None, True)),
        (("×", "", ""), 0, (None, True)),
        (("×", "×", "○"), 0, (3, False)),
        (("(|)", "(|)", ""), 0, (None, False)),
    ],
)
def test_which_line_the_signs_choose(
    signs: tuple[str, ...], filled: int, told: tuple[int | None, bool]
) -> None:
    assert _signed(segments(*signs, filled=filled)) == told


@every_row(
    ("color", "faded"),
    [
        ("", False),
        ("FFFF0000", False),
        ("FF808080", True),
        ("rgb:FFFFFF", True),
        ("FF808097", True),  # 0x17 apart
        ("FF808098", False),  # 0x18 apart
        ("FF988080", False),
        ("FF809880", False),
        ("theme:0", True),
        ("theme:1:0.5", True),
        ("theme:1", False),
        ("theme:2", True),
        ("theme:4", False),
        ("indexed:22", True),
        ("indexed:23", True),
        ("indexed:55", True),
        ("indexed:63", True),
        ("indexed:9", True),
        ("indexed:1", True),
        ("indexed:2", False),
        ("xFF808080", False),
        ("FF8080800", False),
    ],
)
def test_a_grey_sets_a_line_back(color: str, faded: bool) -> None:
    assert _faded(color) is faded


@every_row(
    ("colors", "main"),
    [((), ""), (("", ""), ""), (("A", "", ""), "A"), (("B", "A", "B"), "B"), (("B", "A"), "A")],
)
def test_the_colour_of_most_signs(colors: tuple[str, ...], main: str) -> None:
    assert _main_color([Run(text="a", color=color) for color in colors]) == main


@every_row(
    ("raw", "texts", "signs"),
    [
        ("ab", ("a", "b"), "01"),
        ("ab", ("ab",), "00"),
        ("a\nb", ("a\r\n", "b"), "001"),
        ("a\r\nb", ("a\n", "b"), None),  # as many signs as neither has
        ("ab", ("a", "c"), "01"),  # as long: the text may have been shown another way
        ("abc", ("a", "b"), None),
        ("ab", (), None),
    ],
)
def test_the_run_of_each_sign(raw: str, texts: tuple[str, ...], signs: str | None) -> None:
    runs = tuple(Run(text=text, color=str(place)) for place, text in enumerate(texts))
    found = _formats(raw, Decoration(runs=runs))
    assert (None if found is None else "".join(run.color for run in found)) == signs


def test_no_formatting_has_no_runs() -> None:
    assert _formats("ab", None) is None


@every_row(
    ("text", "status", "notation"),
    [
        ("1.対応済み\n2.対応予定\n3.予定なし", Status.BLANK, "legend"),
        ("1.対応済み\n2.対応予定\n3.予定なし（理由は 補足へ）", Status.BLANK, "legend"),
        ("1.対応済み\n2.対応予定\n3.予定なし 補足へ", Status.UNCLEAR, "legend-part"),
        ("①対応済み\n②対応予定（○月）\n③対応予定なし（補足説明 記入）", Status.BLANK, "legend"),
        ("①対応済み\n②対応予定（○月）\n③対応予定なし 済", Status.UNCLEAR, "legend-part"),
    ],
)
def test_a_space_within_brackets_adds_nothing_to_the_last_line(
    text: str, status: Status, notation: str
) -> None:
    mark = read_mark(RawCell(kind=CellKind.TEXT, text=text), month=MONTH, legend=LEGEND)
    assert (mark.status, mark.notation) == (status, notation)
    assert mark.legend_untouched is (status is Status.BLANK)


@every_row(
    ("text", "status"),
    [("・丸1", Status.DONE), ("・マル3", Status.NOT_PLANNED), ("・まる２", Status.PLANNED)],
)
def test_a_circle_in_words_is_looked_for_behind_what_begins_the_line(
    text: str, status: Status
) -> None:
    assert (
        read_mark(RawCell(kind=CellKind.TEXT, text=text), month=MONTH, legend=LEGEND).status
        is status
    )


# --- a cell struck as a whole ---------------------------------------------------------------------


@every_row(
    ("decoration", "status", "doubt", "read_by"),
    [
        (Decoration(struck=True), Status.UNCLEAR, Doubt.NO_NUMBER, ReadBy.NOTHING),
        (
            Decoration(struck=True, runs=(Run(text="①", struck=True),)),
            Status.UNCLEAR,
            Doubt.NO_NUMBER,
            ReadBy.NOTHING,
        ),
        (
            Decoration(struck=True, runs=(Run(text="③", struck=True), Run(text="①"))),
            Status.DONE,
            Doubt.NONE,
            ReadBy.FORMAT,
        ),
        (Decoration(runs=(Run(text="①"),)), Status.DONE, Doubt.NONE, ReadBy.NUMBER),
        (
            Decoration(runs=(Run(text="①"), Run(text=" ", struck=True))),
            Status.DONE,
            Doubt.NONE,
            ReadBy.NUMBER,
        ),
        (
            Decoration(runs=(Run(text="①", struck=True), Run(text=" "))),
            Status.UNCLEAR,
            Doubt.NO_NUMBER,
            ReadBy.NOTHING,
        ),
    ],
)
def test_what_is_struck_was_taken_back(
    decoration: Decoration, status: Status, doubt: Doubt, read_by: ReadBy
) -> None:
    text = "".join(run.text for run in decoration.runs) or "①"
    cell = RawCell(kind=CellKind.TEXT, text=text)
    mark = read_mark(cell, month=MONTH, legend=LEGEND, decoration=decoration)
    assert (mark.status, mark.doubt, mark.read_by, mark.raw) == (status, doubt, read_by, text)
    if read_by is ReadBy.FORMAT:
        assert mark.object_text == "取り消し線の部分を除いて読み取り"
    if status is Status.UNCLEAR:
        assert (mark.notation, mark.object_text) == ("retracted", "取り消し線で消されています")


# --- objects --------------------------------------------------------------------------------------

DONE = Mark(status=Status.DONE, raw="①", notation="one", read_by=ReadBy.NUMBER)
PLANNED = Mark(status=Status.PLANNED, raw="②", notation="two", read_by=ReadBy.NUMBER)
BLANK = Mark(status=Status.BLANK)
ASKED = Mark(status=Status.UNCLEAR, raw="？", notation="symbol", doubt=Doubt.SYMBOL)
BELOW = Mark(status=Status.UNCLEAR, raw="〃", notation="ditto", doubt=Doubt.DITTO)


def thing(kind: str, text: str = "", checked: bool | None = None, *lines: int) -> Drawing:
    return Drawing(kind=DrawingKind(kind), row=0, column=0, text=text, checked=checked, lines=lines)


TICKED = thing("check_box", "対応済み", True)
OTHER = thing("check_box", "対応予定なし", True)
EMPTY = thing("check_box", "対応済み", False)
ONE = (Status.DONE, Doubt.NONE, ReadBy.CONTROL)
LOOK = (Status.UNCLEAR, Doubt.UNREADABLE_OBJECT, ReadBy.NOTHING)
SEVERAL = (Status.UNCLEAR, Doubt.SEVERAL, ReadBy.NOTHING)
NO_NUMBER = (Status.UNCLEAR, Doubt.NO_NUMBER, ReadBy.NOTHING)
SYMBOL = (Status.UNCLEAR, Doubt.SYMBOL, ReadBy.NOTHING)
NONE = (Status.BLANK, Doubt.NONE, ReadBy.NOTHING)
ERROR = (Status.UNCLEAR, Doubt.ERROR, ReadBy.NOTHING)
KEPT = (Status.PLANNED, Doubt.NONE, ReadBy.NUMBER)
STAYS = (Status.DONE, Doubt.NONE, ReadBy.NUMBER)


@every_row(
    ("mark", "things", "told", "text"),
    [
        (BLANK, (TICKED,), ONE, "対応済み"),
        (BLANK, (EMPTY,), NONE, ""),
        (BLANK, (thing("check_box", "対応済み"),), LOOK, ""),
        (BLANK, (TICKED, OTHER), SEVERAL, "対応済み\n対応予定なし"),
        (BLANK, (TICKED, thing("picture")), LOOK, "対応済み"),
        (BLANK, (thing("check_box", "Check Box 7", True),), SYMBOL, ""),
        (BLANK, (thing("drop_down", "Check Box 7", True),), LOOK, ""),
        (BLANK, (thing("line"),), NONE, ""),
        (BLANK, (thing("line", "", None, 0),), NONE, ""),
        (BLANK, (thing("ellipse"),), SYMBOL, ""),
        (BLANK, (thing("text_box", "①"),), (Status.DONE, Doubt.NONE, ReadBy.DRAWING), "①"),
        (BLANK, (thing("text_box", "済"),), (Status.DONE, Doubt.NONE, ReadBy.OBJECT), "済"),
        (BLANK, (thing("text_box", ""),), NONE, ""),
        (BLANK, (thing("text_box", "別紙参照"), TICKED), NO_NUMBER, "別紙参照\n対応済み"),
        (DONE, (TICKED,), STAYS, "対応済み"),
        (DONE, (OTHER,), SEVERAL, "対応予定なし"),
        (DONE, (thing("picture"),), STAYS, ""),
        (DONE, (thing("picture", "", None, 0),), LOOK, ""),
        (DONE, (thing("other"),), LOOK, ""),
        (DONE, (thing("line", "", None, 0),), NO_NUMBER, "線で消されています"),
        (DONE, (thing("line", "", None, 0), TICKED), NO_NUMBER, "対応済み"),
        (DONE, (thing("drop_down", "", False),), LOOK, ""),
        (DONE, (thing("text_box", "別紙参照"),), NO_NUMBER, "別紙参照"),
        (BLANK, (thing("text_box", "済"), TICKED), ONE, "済\n対応済み"),
        (BLANK, (TICKED, thing("text_box", "済")), ONE, "対応済み\n済"),
        (BLANK, (thing("text_box", "○"),), SYMBOL, ""),
        (BLANK, (thing("text_box", "v"),), SYMBOL, ""),
        (BLANK, (thing("text_box", "○○"),), SYMBOL, "○○"),
        (BLANK, (thing("text_box", "同上"),), NO_NUMBER, "同上"),
        (BLANK, (thing("text_box", "#REF!"),), ERROR, "#REF!"),
        (BLANK, (thing("text_box", "検討中"), thing("ellipse")), NO_NUMBER, "検討中"),
        (BLANK, (thing("ellipse"), TICKED), ONE, "対応済み"),
        (BLANK, (thing("ink"),), LOOK, ""),
        (BLANK, (thing("line", "", None, 0), TICKED), ONE, "対応済み"),
        (BLANK, (thing("drop_down", "", False),), NONE, ""),
        (BLANK, (thing("drop_down", "対応済み", True),), ONE, "対応済み"),
        (BLANK, (thing("option_button", "対応済み", True),), ONE, "対応済み"),
        (BLANK, (thing("option_button", "対象外", True),),
         (Status.NOT_APPLICABLE, Doubt.NONE, ReadBy.CONTROL), "対象外"),
        (DONE, (thing("ellipse"),), STAYS, ""),
        (DONE, (thing("drop_down", "対応済み", True),), STAYS, "対応済み"),
        (DONE, (thing("line"),), STAYS, ""),
        (DONE, (thing("activex"),), STAYS, ""),
        (DONE, (thing("other"), OTHER), SEVERAL, "対応予定なし"),
        (DONE, (thing("line", "", None, 0), thing("picture", "", None, 0)), LOOK, ""),
        (PLANNED, (thing("text_box", "修正"),), KEPT, "修正"),
        (PLANNED, (thing("line", "", None, 1),), NO_NUMBER, "線で消されています"),
        (ASKED, (TICKED,), SYMBOL, "対応済み"),
        (ASKED, (thing("picture"),), SYMBOL, ""),
        (BELOW, (thing("ellipse"),), (Status.UNCLEAR, Doubt.DITTO, ReadBy.NOTHING), ""),
        (BELOW, (thing("text_box", "検討中"),), LOOK, "検討中"),
        (BELOW, (thing("line", "", None, 0),), LOOK, ""),
        (BELOW, (thing("picture"),), LOOK, ""),
        (BELOW, (TICKED,), LOOK, "対応済み"),
        (BELOW, (EMPTY,), (Status.UNCLEAR, Doubt.DITTO, ReadBy.NOTHING), ""),
    ],
)  # fmt: skip
def test_objects_over_a_cell_without_a_legend(
    mark: Mark, things: tuple[Drawing, ...], told: tuple[Status, Doubt, ReadBy], text: str
) -> None:
    found = overlay(mark, None, things, MONTH)
    assert (found.status, found.doubt, found.read_by) == told
    assert found.object_text == text
    assert found.raw == mark.raw


@every_row(
    ("mark", "things", "told", "text"),
    [
        (BLANK, (TICKED,), (Status.DONE, Doubt.NONE, ReadBy.OBJECT), "対応済み"),
        (BLANK, (TICKED, EMPTY), (Status.DONE, Doubt.NONE, ReadBy.OBJECT), "対応済み"),
        (BLANK, (TICKED, thing("check_box", "①", True)),
         (Status.DONE, Doubt.NONE, ReadBy.OBJECT), "対応済み\n①"),
        (BLANK, (TICKED, thing("line")), (Status.DONE, Doubt.NONE, ReadBy.OBJECT), "対応済み"),
        (BLANK, (TICKED, thing("check_box", "Check Box 7", True)), LOOK, "対応済み"),
        (BLANK, (TICKED, OTHER, thing("picture")), SEVERAL, "対応済み\n対応予定なし"),
        (BLANK, (thing("line", "", True),), NONE, ""),
        (BLANK, (thing("option_button", "対象外", True),),
         (Status.NOT_APPLICABLE, Doubt.NONE, ReadBy.OBJECT), "対象外"),
        (DONE, (TICKED, OTHER), SEVERAL, "対応済み\n対応予定なし"),
        (DONE, (thing("picture"),), STAYS, ""),
        (ASKED, (thing("picture"),), SYMBOL, ""),
        (BLANK, (EMPTY,), NONE, ""),
        (BLANK, (thing("check_box", "対応済み"),), LOOK, ""),
        (BLANK, (thing("check_box", "Check Box 7", True),), LOOK, ""),
        (BLANK, (TICKED, OTHER), SEVERAL, "対応済み\n対応予定なし"),
        (BLANK, (TICKED, thing("ellipse")), LOOK, "対応済み"),
        (BLANK, (thing("line"),), NONE, ""),
        (BLANK, (thing("drop_down", "", False),), NONE, ""),
        (BLANK, (thing("drop_down", "対応済み", True),), LOOK, ""),
        (DONE, (TICKED,), STAYS, ""),
        (DONE, (thing("ellipse"),), STAYS, ""),
        (DONE, (OTHER,), SEVERAL, "対応予定なし"),
        (ASKED, (TICKED,), SYMBOL, ""),
    ],
)  # fmt: skip
def test_objects_beside_a_cell(
    mark: Mark, things: tuple[Drawing, ...], told: tuple[Status, Doubt, ReadBy], text: str
) -> None:
    found = beside(mark, things, MONTH)
    if mark is BLANK and told != NONE:  # over the legend left in the cell all the same
        printed = beside(replace(BLANK, notation="legend", legend_untouched=True), things, MONTH)
        assert printed == found
    assert (found.status, found.doubt, found.read_by) == told
    assert found.read_by is not ReadBy.OBJECT or found.notation == "object"
    assert found.object_text == text
    assert not found.legend_untouched


@every_row(
    ("things", "told"),
    [
        ((thing("line"),), NONE),
        ((thing("drop_down", "", False),), NONE),
        ((EMPTY,), NONE),
        ((thing("line"), TICKED), LOOK),
        ((thing("ellipse"),), LOOK),
        ((), NONE),
    ],
)
def test_objects_elsewhere_on_the_card(
    things: tuple[Drawing, ...], told: tuple[Status, Doubt, ReadBy]
) -> None:
    found = elsewhere(BLANK, things)
    assert (found.status, found.doubt, found.read_by) == told
    assert found.object_text == ""


def legend_of(text: str) -> LegendFound:
    found = read_legend(text, LEGEND, MONTH, None)
    assert found is not None
    return found


@every_row(
    ("text", "things", "told", "due"),
    [
        (WHOLE, (thing("ellipse", "", None, 0),), (Status.DONE, Doubt.NONE, ReadBy.DRAWING), ""),
        (WHOLE, (thing("ellipse", "", None, 1),), (Status.PLANNED, Doubt.NONE, ReadBy.DRAWING), ""),
        (WHOLE.replace("○月", "12月"), (thing("ellipse", "", None, 1),),
         (Status.PLANNED, Doubt.NONE, ReadBy.DRAWING), "2026-12"),
        (WHOLE, (thing("option_button", "", True, 2),),
         (Status.NOT_PLANNED, Doubt.NONE, ReadBy.CONTROL), ""),
        (WHOLE, (thing("ellipse", "", None, 0, 1),), SEVERAL, ""),
        (WHOLE, (thing("ellipse"),), LOOK, ""),
        (WHOLE, (thing("line", "", None, 0), thing("line", "", None, 1)),
         (Status.NOT_PLANNED, Doubt.NONE, ReadBy.DRAWING), ""),
        (WHOLE, (thing("line", "", None, 0, 1, 2),), NO_NUMBER, ""),
        (WHOLE, (thing("line", "", None, 0),), SEVERAL, ""),
        (WHOLE, (thing("line"),), NONE, ""),
        (WHOLE, (thing("line", "", None, 0), thing("ellipse", "", None, 0)), SEVERAL, ""),
        (WHOLE, (thing("line", "", None, 0), thing("ellipse", "", None, 1)),
         (Status.PLANNED, Doubt.NONE, ReadBy.DRAWING), ""),
        (WHOLE, (thing("picture"),), LOOK, ""),
    ],
)  # fmt: skip
def test_objects_over_the_legend(
    text: str, things: tuple[Drawing, ...], told: tuple[Status, Doubt, ReadBy], due: str
) -> None:
    legend = legend_of(text)
    found = overlay(untouched(legend.mark), legend, things, MONTH)
    assert (found.status, found.doubt, found.read_by) == told
    assert found.due.month == due
    assert found.legend_untouched is (told == NONE)


def untouched(mark: Mark) -> Mark:
    """Give the legend untouched: its month filled in would be an answer of its own."""
    return Mark(status=Status.BLANK, notation="legend", legend_untouched=True, raw=mark.raw)


def test_a_ticked_control_beside_the_cell_gives_its_month() -> None:
    found = beside(BLANK, (thing("check_box", "②（12月）", True),), MONTH)
    assert (found.status, found.due.month, found.read_by) == (
        Status.PLANNED, "2026-12", ReadBy.OBJECT,
    )  # fmt: skip
    blank = replace(BLANK, raw=" ", legend_untouched=True)
    assert beside(blank, (EMPTY, thing("line")), MONTH) is blank
    assert elsewhere(blank, (EMPTY, thing("line"))) is blank
    assert not elsewhere(blank, (TICKED,)).legend_untouched


@every_row(
    ("things", "read_by"),
    [
        ((thing("ellipse", "", None, 1),), ReadBy.DRAWING),
        ((thing("check_box", "", True, 1),), ReadBy.CONTROL),
        ((thing("text_box", "対応予定"),), ReadBy.OBJECT),
        ((thing("text_box", "対応予定"), thing("ellipse", "", None, 1)), ReadBy.DRAWING),
        ((thing("ellipse", "", None, 1), thing("text_box", "対応予定")), ReadBy.DRAWING),
        ((thing("text_box", "別紙"),), None),
        ((), None),
    ],
)
def test_a_plainer_sign_for_the_same_option(
    things: tuple[Drawing, ...], read_by: ReadBy | None
) -> None:
    legend = legend_of(WHOLE.replace("○月", "12月"))
    for weak in (ReadBy.FILLED_MONTH, ReadBy.EMPHASIS, ReadBy.LEGEND_MARK):
        told = read_by if read_by and weak is not ReadBy.LEGEND_MARK else weak
        mark = replace(legend.mark, read_by=weak)
        found = overlay(mark, legend, things, MONTH)
        assert (found.status, found.read_by, found.due.month) == (Status.PLANNED, told, "2026-12")


def test_what_the_format_said_is_kept_where_no_object_has_words() -> None:
    said = replace(DONE, object_text="太字")
    assert overlay(said, None, (thing("ellipse"),), MONTH).object_text == "太字"
    assert overlay(said, None, (TICKED,), MONTH).object_text == "対応済み"


@every_row(
    ("struck", "chosen", "told"),
    [
        (0, 0, SEVERAL),  # a circle over what is struck out by format
        (0, 1, (Status.PLANNED, Doubt.NONE, ReadBy.DRAWING)),
        (0, 2, (Status.NOT_PLANNED, Doubt.NONE, ReadBy.DRAWING)),
    ],
)
def test_a_circle_over_lines_of_which_one_is_struck_by_format(
    struck: int, chosen: int, told: tuple[Status, Doubt, ReadBy]
) -> None:
    runs = tuple(Run(text=line + "\n", struck=n == struck) for n, line in enumerate(LEGEND))
    cell = RawCell(kind=CellKind.TEXT, text=WHOLE + "\n")
    mark = read_mark(
        cell, month=MONTH, legend=LEGEND, decoration=Decoration(runs=runs),
        drawings=(thing("ellipse", "", None, chosen),),
    )  # fmt: skip
    assert (mark.status, mark.doubt, mark.read_by) == told


@every_row(
    ("formats", "signs", "told"),
    [
        # two lines in bold choose none, two signs neither: a circle over one of them does
        ((0, 1), "", (Status.DONE, Doubt.NONE, ReadBy.DRAWING)),
        ((), "○○", (Status.DONE, Doubt.NONE, ReadBy.DRAWING)),
    ],
)
def test_a_circle_over_lines_that_say_several_things(
    formats: tuple[int, ...], signs: str, told: tuple[Status, Doubt, ReadBy]
) -> None:
    lines = [f"{sign}{line}\n" for line, sign in zip(LEGEND, signs.ljust(4), strict=True)]
    runs = tuple(Run(text=line, bold=n in formats) for n, line in enumerate(lines))
    cell = RawCell(kind=CellKind.TEXT, text="".join(lines))
    for things in ((), (thing("ellipse", "", None, 0),)):
        mark = read_mark(
            cell, month=MONTH, legend=LEGEND, decoration=Decoration(runs=runs), drawings=things
        )
        assert (mark.status, mark.doubt, mark.read_by) == (told if things else SEVERAL)


def test_a_circle_over_a_legend_without_lines_points_at_nothing() -> None:
    asks = legend_of(LEGEND[3])
    assert asks.numbers == ()
    for kind, doubt in (("ellipse", Doubt.SYMBOL), ("line", Doubt.NO_NUMBER)):
        found = overlay(asks.mark, asks, (thing(kind, "", None, 0),), MONTH)
        assert (found.status, found.doubt) == (Status.UNCLEAR, doubt)


def test_a_circle_over_a_legend_in_one_line_must_be_looked_at() -> None:
    line = legend_of("".join(LEGEND[:3]))
    assert line.numbers == (1, 2, 3)
    found = overlay(untouched(line.mark), line, (thing("ellipse", "", None, 0),), MONTH)
    assert found.doubt is Doubt.UNREADABLE_OBJECT
    control = overlay(untouched(line.mark), line, (thing("check_box", "③", True, 0),), MONTH)
    assert (control.status, control.read_by) == (Status.NOT_PLANNED, ReadBy.CONTROL)


def test_a_planned_answer_takes_its_month_from_the_object_over_it() -> None:
    found = overlay(PLANNED, None, (thing("text_box", "②（12月）"),), MONTH)
    assert (found.status, found.due.month) == (Status.PLANNED, "2026-12")
    own = Mark(status=Status.PLANNED, read_by=ReadBy.NUMBER, due=Due(month="2027-03"))
    assert overlay(own, None, (thing("text_box", "②（12月）"),), MONTH).due.month == "2027-03"


THINGS = (
    TICKED, OTHER, EMPTY, thing("check_box", "対応済み"), thing("check_box", "Check Box 7", True),
    thing("drop_down", "", False), thing("drop_down", "①", True), thing("text_box", "①"),
    thing("text_box", "済"), thing("text_box", "検討中"), thing("text_box", "○", None, 1),
    thing("picture"), thing("picture", "", None, 0), thing("other"), thing("line"),
    thing("line", "", None, 0), thing("line", "", None, 1), thing("ellipse"),
    thing("ellipse", "", None, 0), thing("ellipse", "", None, 1, 2),
    thing("option_button", "", True, 2),
)  # fmt: skip


def test_the_order_of_objects_says_nothing() -> None:
    """No object takes back what another one says."""
    legend = legend_of(WHOLE)
    cells: list[tuple[Mark, LegendFound | None]] = [
        (mark, None) for mark in (DONE, PLANNED, BLANK, ASKED, BELOW)
    ]

    def told(mark: Mark, form: LegendFound | None, things: tuple[Drawing, ...]) -> list[Any]:
        marks = (
            overlay(mark, form, things, MONTH), beside(mark, things, MONTH), elsewhere(mark, things)
        )  # fmt: skip
        return [(each.status, each.doubt, each.read_by in BY_PLAIN_SIGN) for each in marks]

    for mark, form in (*cells, (untouched(legend.mark), legend)):
        for first in THINGS:
            for second in THINGS:
                assert told(mark, form, (first, second)) == told(mark, form, (second, first))


# --- the answer above, and what no row knows ---


@every_row(
    ("above", "told"),
    [
        (DONE, (Status.DONE, Doubt.NONE, ReadBy.DITTO)),
        (BLANK, (Status.UNCLEAR, Doubt.DITTO, ReadBy.NOTHING)),
        (ASKED, (Status.UNCLEAR, Doubt.DITTO, ReadBy.NOTHING)),
        (None, (Status.UNCLEAR, Doubt.DITTO, ReadBy.NOTHING)),
    ],
)
def test_what_points_to_the_answer_above(
    above: Mark | None, told: tuple[Status, Doubt, ReadBy]
) -> None:
    cell = RawCell(kind=CellKind.TEXT, text="同上")
    mark = read_mark(cell, month=MONTH, legend=LEGEND, above=above)
    assert (mark.status, mark.doubt, mark.read_by) == told
    assert (mark.notation, mark.raw) == ("ditto", "同上")


@every_row(
    ("text", "told"),
    [
        ("対応済み、①②③「Aﾞ", ("U+FF9E HALFWIDTH KATAKANA VOICED SOUND MARK",)),
        ("④④", ("U+2463 CIRCLED DIGIT FOUR",)),
        ("\x00a", ("U+0000 (名前なし)",)),
        ("\n\u3000 ~ぁヿ一鿿！～", ()),
        ("\x1f\x7f", ("U+001F (名前なし)", "U+007F (名前なし)")),
        ("\u3040\u3100", ("U+3040 (名前なし)", "U+3100 (名前なし)")),
        ("㋿\ua000", ("U+32FF SQUARE ERA NAME REIWA", "U+A000 YI SYLLABLE IT")),
        ("\uff00｟", ("U+FF00 (名前なし)", "U+FF5F FULLWIDTH LEFT WHITE PARENTHESIS")),
    ],
)
def test_signs_that_nobody_types_are_named(text: str, told: tuple[str, ...]) -> None:
    assert unusual(text) == told


def test_what_is_unknown_is_counted_by_its_folded_form() -> None:
    def answer(mark: Mark, cell: str) -> Answer:
        place = Location(file="a.xlsx", sheet="1")
        return Answer(item_id=cell, mark=mark, place=place, mark_cell=cell)

    def unclear(raw: str, doubt: Doubt = Doubt.SYMBOL) -> Mark:
        return Mark(status=Status.UNCLEAR, raw=raw, doubt=doubt)

    long = "要" * 21
    marks = [
        unclear("Ｂ"), unclear(" ", Doubt.SEVERAL), unclear("x", Doubt.ERROR), unclear(long),
        unclear("b", Doubt.REMARK), unclear("a", Doubt.OUT_OF_RANGE), DONE,
    ]  # fmt: skip
    found = unknown_notations(answer(mark, f"C{n}") for n, mark in enumerate(marks, start=1))
    assert [(one.raw, one.folded, one.count) for one in found] == [
        ("Ｂ", "b", 2), ("a", "a", 1), (long, long, 1),
    ]  # fmt: skip
    assert found[0].code_points == "U+FF22"
    assert found[2].code_points.split() == ["U+8981"] * 20
    assert [one.location and one.location.cell for one in found] == ["C1", "C6", "C4"]


# --- marks.toml at load ---------------------------------------------------------------------------


def row(**changes: Any) -> dict[str, Any]:
    plain = {"id": "a", "description": "説明", "status": "done", "written": ["①"]}
    return {**plain, **changes}


@every_row(
    ("data", "words"),
    [
        ({"notation": [row(), row(id="b", written=["x", "①"])]}, "'①' is claimed by a and by b"),
        ({"notation": [row(), row(written=["x"])]}, "two rows are called a"),
        ({"notation": [row(status="unclear")]}, "a: a doubt belongs to status unclear"),
        ({"notation": [row(doubt="symbol")]}, "a: a doubt belongs to status unclear"),
        ({"words": [row(pattern="(")]}, "the pattern of a is wrong"),
        ({"words": [row(pattern="{nobody}")]}, "the pattern of a is wrong: 'nobody'"),
        ({"notation": [row()], "words": [row(pattern="x")]}, "two rows are called a"),
    ],
)
def test_a_mistake_in_the_table_is_named(data: dict[str, Any], words: str) -> None:
    with pytest.raises(TableError) as told:
        build_table(data)
    assert words in str(told.value)


def test_a_row_hands_on_all_that_it_says() -> None:
    built = build_table({
        "vocabulary": {"harm": ["損", "損害", "(害)"]},
        "notation": [row()],
        "words": [row(id="w", pattern="{harm}x", number=[1], whole=True, due=True, joined=True)],
        "claim": [row(id="c", status="unclear", doubt="symbol", pieces=["ab", "c", "{harm}"])],
        "sign": [{"written": ["!", "?"], "status": ["done", "planned"]}],
    })  # fmt: skip
    (words,) = built.words
    assert (words.numbers, words.whole, words.due, words.joined) == ((1,), True, True, True)
    assert words.pattern is not None
    for text in ("損x", "損害x", "(害)x"):
        assert words.pattern.fullmatch(text), text
    assert not words.pattern.fullmatch("害x")
    (claim,) = built.claims
    assert (claim.id, claim.description, claim.status) == ("c", "説明", Status.UNCLEAR)
    assert claim.doubt is Doubt.SYMBOL
    assert (claim.numbers, claim.whole, claim.due, claim.joined) == ((), False, None, False)
    assert claim.pattern is not None
    assert claim.pattern.fullmatch("abcab損害")
    assert not claim.pattern.fullmatch("aba")
    assert built.signs == {sign: {Status.DONE, Status.PLANNED} for sign in "!?"}
    assert built.exact[CellKind.TEXT, "①"].id == "a"
    assert built.beside == ()

"""The check cell: every case of cases/marks.toml, formatting, objects, and properties."""

import re
import tomllib
import unicodedata
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import every_row

import pipeline.texts.marks.table
from pipeline.model import (
    Answer,
    CellKind,
    Decoration,
    Doubt,
    Drawing,
    DrawingKind,
    DueProblem,
    DueSource,
    Location,
    Mark,
    RawCell,
    ReadBy,
    Run,
    Status,
)
from pipeline.texts.marks import read_mark, unknown_notations
from pipeline.texts.marks.table import TableError, build_table, load_table

MONTH = "2026-11"
LEGEND = (
    "①既に対応済み",
    "②これから対応予定（○月）",
    "③対応の予定なし",
    "※当てはまる番号を記載ください。",
)
WHOLE = "\n".join(LEGEND)


@cache
def cases() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "cases/marks.toml").read_text(encoding="utf-8"))


def read(
    text: str,
    kind: CellKind = CellKind.TEXT,
    *,
    decoration: Decoration | None = None,
    drawings: tuple[Drawing, ...] = (),
    above: Mark | None = None,
) -> Mark:
    return read_mark(
        RawCell(kind=kind, text=text),
        month=MONTH,
        legend=LEGEND,
        decoration=decoration,
        drawings=drawings,
        above=above,
    )


def with_legend(written: str) -> str:
    """Put the lines of the legend into a case; {2:12} fills in the month."""

    def line(found: re.Match[str]) -> str:
        text = LEGEND[int(found[1]) - 1]
        return text.replace("○月", f"{found[2]}月") if found[2] else text

    return re.sub(r"\{(\d)(?::(\d+))?\}", line, written)


def text_cases() -> list[Any]:
    return [
        pytest.param(written, group, id=f"{group['name']}: {written}")
        for group in cases()["cases"]
        for written in group["written"]
    ]


def expect(mark: Mark, group: dict[str, str]) -> None:
    assert mark.status == group["status"], (mark.notation, mark.doubt, mark.due)
    if "doubt" in group:
        assert mark.doubt in (group["doubt"], group.get("allow"))
    if "problem" in group:
        assert mark.due.problem == group["problem"]
    if "due" in group:
        assert mark.due.month == group["due"]
    if "read_by" in group:
        assert mark.read_by == group["read_by"]


@every_row(("written", "group"), text_cases())
def test_text(written: str, group: dict[str, str]) -> None:
    mark = read(written)
    expect(mark, group)
    assert mark.raw == written
    assert (mark.status is Status.UNCLEAR) == (mark.doubt is not Doubt.NONE)
    assert (mark.due.source is DueSource.MARK) == bool(mark.due.month)


@every_row(
    ("written", "group"),
    [
        pytest.param(written, group, id=f"{group['name']}: {written}")
        for group in cases()["legend"]
        for written in group["written"]
    ],
)
def test_legend_in_the_cell(written: str, group: dict[str, str]) -> None:
    mark = read(with_legend(written))
    expect(mark, group)
    assert mark.legend_untouched == (group["status"] == "blank")


@cache
def remarks() -> dict[str, list[str]]:
    path = Path(__file__).parent / "cases/remarks.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_a_harmless_remark_is_no_reason_to_ask_again() -> None:
    marks = [read(written) for written in remarks()["harmless"]]
    done = sum(mark.status is Status.DONE for mark in marks)
    asked = [m.raw for m in marks if m.status is not Status.DONE and m.doubt is not Doubt.REMARK]
    assert done >= 0.8 * len(marks)
    assert len(asked) <= 0.04 * len(marks), asked


@pytest.mark.parametrize("frame", ["①（{}）", "①　{}", "対応済み（{}）", "済（{}）"])
def test_a_doubtful_remark_is_never_done(frame: str) -> None:
    marks = [read(frame.format(written)) for written in remarks()["doubtful"]]
    assert [m.raw for m in marks if m.status is not Status.UNCLEAR] == []
    looked_at = [m.raw for m in marks if m.doubt is Doubt.REMARK]
    assert len(looked_at) <= 0.03 * len(marks), looked_at


def test_a_sound_word_holds_a_doubt_word() -> None:
    """A word that overrules nothing is a row too many."""
    path = Path(pipeline.texts.marks.table.__file__).parent.parent / "marks.toml"
    words = tomllib.loads(path.read_text(encoding="utf-8"))["vocabulary"]
    doubt = re.compile(
        "|".join(map(re.escape, words["doubt"])) + "|中|案|前|後|無|ー|要|による|割|難"
    )
    assert [word for word in words["sound"] if not doubt.search(word)] == []


@every_row(("written", "due"), cases()["due"]["rows"])
def test_due_of_the_mark(written: str, due: str) -> None:
    mark = read(written)
    assert (mark.status, mark.due.month) == (Status.PLANNED, due)


@every_row(("kind", "text", "status", "doubt"), cases()["values"]["rows"])
def test_values_that_are_no_text(kind: str, text: str, status: str, doubt: str) -> None:
    mark = read(text, CellKind(kind))
    assert (mark.status, mark.doubt, mark.raw) == (status, doubt, text)


def test_formula_with_a_stored_value_reads_the_value() -> None:
    cell = RawCell(kind=CellKind.NUMBER, text="1", formula=True)
    assert read_mark(cell, month=MONTH, legend=LEGEND).status is Status.DONE


def test_empty_cell_is_blank() -> None:
    mark = read_mark(None, month=MONTH, legend=LEGEND)
    assert (mark.status, mark.raw, mark.legend_untouched) == (Status.BLANK, "", False)


def test_month_beside_done_is_told_but_no_due() -> None:
    for written in ("①（12月）", "③（12月）"):
        mark = read(written)
        assert (mark.due.month, mark.due.written) == ("", "12月")


# ---- ditto -----------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["①", "②（12月）", "③", "対象外"])
def test_ditto_repeats_a_readable_answer(written: str) -> None:
    above = read(written)
    mark = read("〃", above=above)
    assert (mark.status, mark.due, mark.read_by) == (above.status, above.due, ReadBy.DITTO)
    assert mark.raw == "〃"
    assert read("同上", above=mark).status is above.status


@pytest.mark.parametrize("written", ["", "検討中", "①②", WHOLE])
def test_ditto_below_nothing_readable_is_unclear(written: str) -> None:
    mark = read("同上", above=read(written))
    assert (mark.status, mark.doubt) == (Status.UNCLEAR, Doubt.DITTO)


# ---- formatting ------------------------------------------------------------------------------


def formatted(**by_line: Run) -> Decoration:
    """Give the legend as rich text; keywords l0 to l3 change the run of a line."""
    lines = [text + ("\n" if index < 3 else "") for index, text in enumerate(LEGEND)]
    return Decoration(
        runs=tuple(
            Run(
                text=text,
                struck=by_line[f"l{index}"].struck if f"l{index}" in by_line else False,
                bold=by_line[f"l{index}"].bold if f"l{index}" in by_line else False,
                underlined=by_line[f"l{index}"].underlined if f"l{index}" in by_line else False,
                color=by_line[f"l{index}"].color if f"l{index}" in by_line else "",
            )
            for index, text in enumerate(lines)
        )
    )


STRUCK = Run(text="", struck=True)
BOLD = Run(text="", bold=True)
LINED = Run(text="", underlined=True)
RED = Run(text="", color="FFFF0000")
BLUE = Run(text="", color="FF0000FF")


@pytest.mark.parametrize(
    ("decoration", "status"),
    [
        (formatted(l1=STRUCK, l2=STRUCK), Status.DONE),
        (formatted(l0=STRUCK, l2=STRUCK), Status.PLANNED),
        (formatted(l0=STRUCK, l1=STRUCK, l3=STRUCK), Status.NOT_PLANNED),
        (formatted(l0=BOLD), Status.DONE),
        (formatted(l1=LINED), Status.PLANNED),
        (formatted(l2=RED), Status.NOT_PLANNED),
        (formatted(l0=RED, l1=BLUE, l2=BLUE), Status.DONE),
        (formatted(l0=BOLD, l3=RED), Status.DONE),
    ],
)
def test_format_chooses_one_option(decoration: Decoration, status: Status) -> None:
    mark = read(WHOLE, decoration=decoration)
    struck = any(run.struck for run in decoration.runs)
    assert (mark.status, mark.read_by) == (status, ReadBy.FORMAT if struck else ReadBy.EMPHASIS)
    assert mark.object_text


@pytest.mark.parametrize(
    "decoration",
    [
        formatted(l0=STRUCK),
        formatted(l0=BOLD, l1=BOLD),
        formatted(l0=BOLD, l1=LINED),
        formatted(l0=RED, l1=BLUE),
        formatted(l0=STRUCK, l1=STRUCK, l2=STRUCK),
        Decoration(struck=True),
    ],
)
def test_format_that_chooses_no_single_option_is_unclear(decoration: Decoration) -> None:
    assert read(WHOLE, decoration=decoration).status is Status.UNCLEAR


@pytest.mark.parametrize(
    "decoration",
    [
        formatted(l3=RED),
        formatted(l0=BOLD, l1=BOLD, l2=BOLD),
        formatted(l0=RED, l1=RED, l2=RED),
        Decoration(fill="FFFFFF00"),
        Decoration(runs=(Run(text="other text", bold=True),)),
    ],
)
def test_format_of_no_option_leaves_the_legend_untouched(decoration: Decoration) -> None:
    mark = read(WHOLE, decoration=decoration)
    assert (mark.status, mark.legend_untouched) == (Status.BLANK, True)


GREY = Run(text="", color="rgb:A6A6A6")


PAPER = Run(text="", color="theme:0:-0.35")


@pytest.mark.parametrize(
    "decoration", [formatted(l0=GREY), formatted(l1=GREY, l2=GREY), formatted(l2=PAPER)]
)
def test_options_set_back_in_grey_choose_none(decoration: Decoration) -> None:
    assert read(WHOLE, decoration=decoration).status is Status.UNCLEAR


def test_circle_over_a_struck_option_is_several() -> None:
    mark = read(WHOLE, decoration=formatted(l0=STRUCK), drawings=over(KIND.ELLIPSE, 0))
    assert mark.doubt is Doubt.SEVERAL


def test_struck_month_of_an_option_is_no_month() -> None:
    written = WHOLE.replace("○月", "12月→1月")
    head, tail = written.split("12月", 1)
    runs = (Run(text=head), Run(text="12月", struck=True), Run(text=tail))
    mark = read(written, decoration=Decoration(runs=runs))
    assert (mark.status, mark.due.month) == (Status.PLANNED, "2027-01")
    alone = WHOLE.replace("○月", "12月")
    head, tail = alone.split("12月", 1)
    runs = (Run(text=head), Run(text="12月", struck=True), Run(text=tail))
    assert read(alone, decoration=Decoration(runs=runs)).status is not Status.PLANNED


def test_format_against_a_sign_is_several() -> None:
    decoration = Decoration(runs=(Run(text="○" + LEGEND[0] + "\n"), *formatted(l1=BOLD).runs[1:]))
    assert read("○" + WHOLE, decoration=decoration).doubt is Doubt.SEVERAL


def test_struck_answer_is_retracted() -> None:
    for decoration in (
        Decoration(struck=True),
        Decoration(runs=(Run(text="①", struck=True),)),
    ):
        mark = read("①", decoration=decoration)
        assert (mark.status, mark.doubt) == (Status.UNCLEAR, Doubt.NO_NUMBER)


def test_what_is_struck_of_the_last_option_line_left_is_retracted() -> None:
    left = "\n".join((LEGEND[0], LEGEND[3]))
    for decoration in (
        Decoration(struck=True),
        Decoration(runs=(Run(text=LEGEND[0], struck=True), Run(text="\n" + LEGEND[3]))),
    ):
        mark = read(left, decoration=decoration)
        assert (mark.status, mark.doubt) == (Status.UNCLEAR, Doubt.NO_NUMBER)


def test_an_answer_that_nothing_strikes_is_read_as_it_stands() -> None:
    mark = read("①", decoration=Decoration(runs=(Run(text="①", bold=True),)))
    assert (mark.status, mark.read_by, mark.object_text) == (Status.DONE, ReadBy.NUMBER, "")


def test_what_is_left_of_a_struck_answer_may_be_none() -> None:
    runs = (Run(text="①", struck=True), Run(text="検討中"))
    mark = read("①検討中", decoration=Decoration(runs=runs))
    assert (mark.status, mark.read_by) == (Status.UNCLEAR, ReadBy.NOTHING)
    assert mark.object_text


def test_formats_fit_a_text_whose_lines_end_otherwise() -> None:
    ended = Decoration(
        runs=tuple(
            replace(run, text=run.text.replace("\n", "\r\n")) for run in formatted(l1=BOLD).runs
        )
    )
    assert read(WHOLE, decoration=ended).status is Status.PLANNED
    untold = read(WHOLE.replace("\n", "\r\n"), decoration=formatted(l1=BOLD))
    assert (untold.status, untold.legend_untouched) == (Status.BLANK, True)


def test_a_legend_in_letters_and_their_marks_apart_is_the_legend() -> None:
    assert read(unicodedata.normalize("NFD", WHOLE)).legend_untouched


def test_what_is_left_of_a_struck_answer_counts() -> None:
    runs = (Run(text="①", struck=True), Run(text="②（12月）"))
    mark = read("①②（12月）", decoration=Decoration(runs=runs))
    assert (mark.status, mark.due.month, mark.read_by) == (
        Status.PLANNED,
        "2026-12",
        ReadBy.FORMAT,
    )


# ---- objects ---------------------------------------------------------------------------------

KIND = DrawingKind
FILLED = WHOLE.replace("○月", "12月")


def over(
    kind: DrawingKind, *lines: int, text: str = "", checked: bool | None = None
) -> tuple[Drawing, ...]:
    return (Drawing(kind=kind, row=0, column=0, lines=lines, text=text, checked=checked),)


@every_row(
    ("written", "drawings", "status", "read_by"),
    [
        (WHOLE, over(KIND.ELLIPSE, 0), "done", "drawing"),
        (WHOLE, over(KIND.ELLIPSE, 1), "planned", "drawing"),
        (WHOLE, over(KIND.ELLIPSE, 2), "not_planned", "drawing"),
        (WHOLE, over(KIND.ELLIPSE, 2, 3), "not_planned", "drawing"),
        (WHOLE, over(KIND.TEXT_BOX, 1, text="○"), "planned", "drawing"),
        (WHOLE, over(KIND.LINE, 0) + over(KIND.LINE, 2), "planned", "drawing"),
        (WHOLE, over(KIND.LINE, 0, 1), "not_planned", "drawing"),
        (WHOLE, over(KIND.CHECK_BOX, 0, checked=True), "done", "control"),
        (
            WHOLE,
            over(KIND.OPTION_BUTTON, 0, checked=False) + over(KIND.OPTION_BUTTON, 2, checked=True),
            "not_planned",
            "control",
        ),
        ("", over(KIND.CHECK_BOX, text="①既に対応済み", checked=True), "done", "control"),
        ("", over(KIND.TEXT_BOX, text="②（12月）"), "planned", "drawing"),
        (WHOLE, over(KIND.TEXT_BOX, text="③"), "not_planned", "drawing"),
        ("", over(KIND.TEXT_BOX, text="済"), "done", "object"),  # perhaps a checker's stamp
        (WHOLE, over(KIND.TEXT_BOX, text="済") + over(KIND.ELLIPSE, 0), "done", "drawing"),
        (FILLED, over(KIND.ELLIPSE, 1), "planned", "drawing"),
        (FILLED, over(KIND.TEXT_BOX, text="これから対応予定"), "planned", "object"),
        ("①", over(KIND.TEXT_BOX, text="①"), "done", "number"),
        ("①", over(KIND.PICTURE), "done", "number"),
        ("①", over(KIND.ELLIPSE, 0), "done", "number"),
        ("①", over(KIND.LINE), "done", "number"),
        ("②", over(KIND.TEXT_BOX, text="修正"), "planned", "number"),
        (WHOLE, over(KIND.CHECK_BOX, 0, checked=False), "blank", "nothing"),
        ("", over(KIND.TEXT_BOX, text=" "), "blank", "nothing"),
    ],
)
def test_object_tells_the_answer(
    written: str, drawings: tuple[Drawing, ...], status: str, read_by: str
) -> None:
    mark = read(written, drawings=drawings)
    assert (mark.status, mark.read_by) == (status, read_by)


@every_row(
    ("written", "drawings", "doubt"),
    [
        (WHOLE, over(KIND.ELLIPSE, 0) + over(KIND.ELLIPSE, 2), Doubt.SEVERAL),
        (WHOLE, over(KIND.ELLIPSE, 0, 1), Doubt.SEVERAL),
        (WHOLE, over(KIND.LINE, 0), Doubt.SEVERAL),
        (WHOLE, over(KIND.LINE, 0, 1, 2), Doubt.NO_NUMBER),
        (WHOLE, over(KIND.ELLIPSE), Doubt.UNREADABLE_OBJECT),
        (WHOLE.replace("\n", ""), over(KIND.ELLIPSE, 0), Doubt.UNREADABLE_OBJECT),
        (WHOLE, over(KIND.ACTIVEX), Doubt.UNREADABLE_OBJECT),
        (WHOLE, over(KIND.PICTURE), Doubt.UNREADABLE_OBJECT),
        ("", over(KIND.INK), Doubt.UNREADABLE_OBJECT),
        ("", over(KIND.ACTIVEX), Doubt.UNREADABLE_OBJECT),
        ("", over(KIND.CHECK_BOX), Doubt.UNREADABLE_OBJECT),
        ("①", over(KIND.INK, 0), Doubt.UNREADABLE_OBJECT),
        ("", over(KIND.OTHER), Doubt.UNREADABLE_OBJECT),
        (WHOLE, over(KIND.OTHER), Doubt.UNREADABLE_OBJECT),
        ("○" + WHOLE, over(KIND.OTHER), Doubt.UNREADABLE_OBJECT),
        ("①", over(KIND.OTHER), Doubt.UNREADABLE_OBJECT),
        ("①", over(KIND.DROP_DOWN, checked=False), Doubt.UNREADABLE_OBJECT),
        ("", over(KIND.ELLIPSE), Doubt.SYMBOL),
        ("", over(KIND.CHECK_BOX, checked=True), Doubt.SYMBOL),
        ("①", over(KIND.LINE, 0), Doubt.NO_NUMBER),
        ("①", over(KIND.TEXT_BOX, text="②"), Doubt.SEVERAL),
        ("①", over(KIND.TEXT_BOX, text="未対応"), Doubt.NO_NUMBER),
        ("", over(KIND.TEXT_BOX, text="検討中"), Doubt.NO_NUMBER),
        ("検討中", over(KIND.TEXT_BOX, text="①"), Doubt.NO_NUMBER),
        ("①\n" + WHOLE, over(KIND.ELLIPSE, 2), Doubt.SEVERAL),
        (WHOLE, over(KIND.ELLIPSE, 0) + over(KIND.INK, 1), Doubt.UNREADABLE_OBJECT),
        (WHOLE, over(KIND.ELLIPSE, 0) + over(KIND.PICTURE), Doubt.UNREADABLE_OBJECT),
        (WHOLE, over(KIND.ELLIPSE, 0) + over(KIND.OTHER), Doubt.UNREADABLE_OBJECT),
        ("同上", over(KIND.LINE, 0), Doubt.UNREADABLE_OBJECT),
        (
            "",
            over(KIND.CHECK_BOX, text="①", checked=True) + over(KIND.TEXT_BOX, text="検討中"),
            Doubt.NO_NUMBER,
        ),
    ],
)
def test_object_that_decides_nothing(
    written: str, drawings: tuple[Drawing, ...], doubt: Doubt
) -> None:
    mark = read(written, drawings=drawings)
    assert (mark.status, mark.doubt) == (Status.UNCLEAR, doubt)


def test_drawing_over_blank_without_any_cell() -> None:
    mark = read_mark(None, month=MONTH, legend=LEGEND, drawings=over(KIND.TEXT_BOX, text="②R9.3"))
    assert (mark.status, mark.due.month, mark.object_text, mark.raw) == (
        Status.PLANNED,
        "2027-03",
        "②R9.3",
        "",
    )


def test_circle_over_the_second_line_takes_the_month_filled_in() -> None:
    mark = read(WHOLE.replace("○", "12"), drawings=over(KIND.ELLIPSE, 1))
    assert (mark.status, mark.due.month) == (Status.PLANNED, "2026-12")


# ---- the tables ------------------------------------------------------------------------------


def all_marks() -> list[Mark]:
    texts = [read(w) for group in cases()["cases"] for w in group["written"]]
    legends = [read(with_legend(w)) for group in cases()["legend"] for w in group["written"]]
    values = [read(text, CellKind(kind)) for kind, text, _, _ in cases()["values"]["rows"]]
    return texts + legends + values


def test_every_row_of_the_table_has_a_case() -> None:
    table = load_table()
    ids = {row.id for row in (*table.exact.values(), *table.words, *table.beside)}
    assert ids - {mark.notation for mark in all_marks()} == set()


def test_every_status_doubt_and_problem_has_a_case() -> None:
    marks = all_marks()
    assert {mark.status for mark in marks} == set(Status)
    # Objects have cases of their own above; no single cell says what returns differ on.
    elsewhere = {Doubt.UNREADABLE_OBJECT, Doubt.RETURNS}
    assert {mark.doubt for mark in marks} == set(Doubt) - elsewhere
    assert {mark.due.problem for mark in marks} == set(DueProblem)


def row(**values: Any) -> dict[str, Any]:
    return {"id": "a", "status": "done", "description": "", "written": ["①"], **values}


@pytest.mark.parametrize(
    "data",
    [
        {"notation": [row(), row(id="b", written=["❶"])]},
        {"notation": [row(), row(written=["x"])]},
        {"notation": [row(status="unclear")]},
        {"notation": [row(doubt="symbol")]},
        {"words": [row(pattern="(")]},
        {"words": [row(pattern="{nothing}")]},
    ],
    ids=["one form twice", "one id twice", "no doubt", "doubt", "broken pattern", "no such list"],
)
def test_contradictions_fail_at_load(data: dict[str, Any]) -> None:
    with pytest.raises(TableError):
        build_table(data)


def test_same_form_under_two_kinds_is_no_contradiction() -> None:
    built = build_table(
        {"notation": [row(), row(id="b", kind="boolean", status="unclear", doubt="symbol")]}
    )
    assert len(built.exact) == 2


# ---- unknown notations -----------------------------------------------------------------------


def answer(written: str, cell: str) -> Answer:
    place = Location(file="a.xlsx", sheet="1")
    return Answer(item_id=cell, mark=read(written), place=place, mark_cell=cell)


def test_unknown_notations_are_counted_with_their_first_place() -> None:
    found = unknown_notations(
        [
            answer("要相談", "C3"),
            answer("①", "C4"),
            answer("②☆？", "C5"),
            answer(" 要相談", "C6"),
            answer("", "C7"),
        ]
    )
    assert [(one.raw, one.count) for one in found] == [("要相談", 2), ("②☆？", 1)]
    assert found[0].location == Location(file="a.xlsx", sheet="1", cell="C3")
    assert found[1].code_points == "U+2461 U+2606 U+FF1F"


# ---- properties ------------------------------------------------------------------------------

PIECES = (
    "①②③④123 　（）()月年度末頃までに対応予定なしない済み完了未検討中既一部○×・、→～/.-?？R9令和"
    "※\n☑□策定実施しましたです以外同上"
)
written_texts = st.one_of(st.text(max_size=40), st.text(alphabet=PIECES, max_size=14))


@given(written_texts, st.sampled_from(CellKind))
def test_total_and_raw_unchanged(text: str, kind: CellKind) -> None:
    mark = read(text, kind)
    assert mark.raw == text
    assert (mark.status is Status.UNCLEAR) == (mark.doubt is not Doubt.NONE)
    assert mark.status is Status.PLANNED or not mark.due.month


@given(st.text(alphabet=PIECES, max_size=14))
def test_nothing_that_points_to_done_is_never_done(text: str) -> None:
    if not re.search("[①1１]|済|完了|対応|実施|策定", text):
        assert read(text).status is not Status.DONE


@given(st.text(alphabet=PIECES, max_size=10))
def test_doubt_beside_done_is_never_done(text: str) -> None:
    for doubt in ("未対応", "検討中", "一部", "予定", "ではない", "？"):
        assert read("①" + doubt + text).status is not Status.DONE
        assert read("①" + text + doubt).status is not Status.DONE
        assert read("1 " + doubt + text).status is not Status.DONE


ANSWERS = [w for group in cases()["cases"] if group["status"] != "blank" for w in group["written"]]
WIDE = str.maketrans({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


def gist(mark: Mark) -> tuple[Status, Doubt, str]:
    return (mark.status, mark.doubt, mark.due.month)


@given(st.sampled_from(ANSWERS), st.sampled_from([" ", "　", "\n", "\u00a0", "\u200b", "\t"]))
def test_surrounding_spaces_are_irrelevant(text: str, space: str) -> None:
    assert gist(read(space + text + space)) == gist(read(text))


@given(st.sampled_from(ANSWERS))
def test_width_is_irrelevant(text: str) -> None:
    assert gist(read(text.translate(WIDE))) == gist(read(text))


@given(st.text(alphabet=PIECES + "既に対応済みこれから", max_size=60))
def test_legend_reading_is_total(text: str) -> None:
    for written in (text + WHOLE, WHOLE + text, text.join(LEGEND)):
        assert read(written).raw == written


@given(st.lists(st.sampled_from(KIND), max_size=3), st.sampled_from(["", WHOLE, "①", "②"]))
def test_objects_never_make_done_of_another_answer(kinds: list[DrawingKind], text: str) -> None:
    drawings = tuple(d for kind in kinds for d in over(kind, 1, text="", checked=True))
    mark = read(text, drawings=drawings)
    assert mark.status is not Status.DONE or text == "①"

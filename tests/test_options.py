"""A legend in any words: untouched it is no answer, whatever its form; marks on it are read."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import (
    CellKind,
    Decoration,
    Doubt,
    Drawing,
    DrawingKind,
    Mark,
    RawCell,
    ReadBy,
    Run,
    Status,
)
from pipeline.texts.marks import read_mark

LEGEND = ("①既に対応済み", "②これから対応予定（○月）", "③対応の予定なし")
FIRST = (
    "①既に対応済み", "①対応済み", "①対応済", "①済", "①既に対応している", "① 既に対応済み",
    "①既に対応済", "①すでに対応済み", "①対応している", "①既に実施済み", "①実施済", "①はい",
    "①完了", "１．既に対応済み", "1 対応済", "①…既に対応済み",
)  # fmt: skip
SECOND = (
    "②これから対応予定（○月）", "②対応予定（○月）", "②（　月）", "②（○月頃）",
    "②今後対応予定（○月）", "②これから対応予定", "②予定（○月）", "２．これから対応予定（○月）",
    "2 予定（ 月）", "②（○年○月）",
)  # fmt: skip
THIRD = (
    "③対応の予定なし", "③対応予定なし", "③予定なし", "③対応しない", "３．対応の予定なし",
    "3 予定なし",
)  # fmt: skip
TAIL = ("", "※当てはまる番号を記載ください。", "※該当する番号を選択してください")
OTHER_WORDS = "①対応済\n②対応予定（○月）\n③予定なし"
FOREIGN_WORDS = "①未対応\n②対応中\n③対応済"


def read(
    text: str, *, decoration: Decoration | None = None, drawings: tuple[Drawing, ...] = ()
) -> Mark:
    return read_mark(
        RawCell(kind=CellKind.TEXT, text=text),
        month="2026-11",
        legend=LEGEND,
        decoration=decoration,
        drawings=drawings,
    )


def test_the_legend_in_any_wording_gives_no_answer() -> None:
    wordings = [
        separator.join(filter(None, lines))
        for *lines, separator in itertools.product(FIRST, SECOND, THIRD, TAIL, "\n 　")
    ]
    assert len(wordings) == 8640
    marks = [read(wording) for wording in wordings]
    assert {mark.status for mark in marks} <= {Status.BLANK, Status.UNCLEAR}
    # …: a line that begins so may have been written on; all others are untouched.
    doubted = [text for text, mark in zip(wordings, marks, strict=True) if mark.doubt]
    assert all("…" in text for text in doubted)


@given(
    st.lists(
        st.text("対応済予定なし未実施中はいえ検討（）○月 ", min_size=1, max_size=9),
        min_size=3,
        max_size=3,
    ),
    st.sampled_from(["①②③", "１２３", "⑴⑵⑶", "❶❷❸"]),
    st.sampled_from(["\n", "　", "；", " / "]),
)
def test_three_numbered_lines_of_any_words_are_never_done(
    words: list[str], numbers: str, separator: str
) -> None:
    lines = [f"{number}．{word}" for number, word in zip(numbers, words, strict=True)]
    assert read(separator.join(lines)).status is not Status.DONE or _ticked(words)


def _ticked(words: list[str]) -> bool:
    """A circle of its own behind or before a line chooses it."""
    return any(re.search(r"○", word) for word in words)


def rich(text: str, **by_line: Run) -> Decoration:
    lines = text.splitlines(keepends=True)
    plain = Run(text="")
    chosen = [by_line.get(f"l{index}", plain) for index in range(len(lines))]
    return Decoration(
        runs=tuple(
            Run(text=line, struck=run.struck, bold=run.bold, color=run.color)
            for line, run in zip(lines, chosen, strict=True)
        )
    )


STRUCK = Run(text="", struck=True)
BOLD = Run(text="", bold=True)


@pytest.mark.parametrize(
    ("decoration", "status"),
    [
        (rich(OTHER_WORDS, l1=STRUCK, l2=STRUCK), Status.DONE),
        (rich(OTHER_WORDS, l0=STRUCK, l2=STRUCK), Status.PLANNED),
        (rich(OTHER_WORDS, l2=BOLD), Status.NOT_PLANNED),
        (rich(OTHER_WORDS, l0=BOLD, l1=BOLD), Status.UNCLEAR),
        (rich(OTHER_WORDS, l0=STRUCK), Status.UNCLEAR),
    ],
)
def test_formats_choose_a_line_in_other_words(decoration: Decoration, status: Status) -> None:
    assert read(OTHER_WORDS, decoration=decoration).status is status


def test_numbers_in_the_line_that_asks_are_no_options() -> None:
    asking = "※1～3の番号を記入してください"
    assert read(f"{OTHER_WORDS}\n{asking}").legend_untouched
    assert read(f"{asking}\n{OTHER_WORDS}").legend_untouched


def test_a_circle_chooses_a_line_in_other_words() -> None:
    over = (Drawing(kind=DrawingKind.ELLIPSE, row=0, column=0, lines=(0,)),)
    mark = read(OTHER_WORDS, drawings=over)
    assert (mark.status, mark.read_by) == (Status.DONE, ReadBy.DRAWING)


@pytest.mark.parametrize("line", [0, 1, 2])
def test_nothing_chooses_a_line_whose_words_mean_something_else(line: int) -> None:
    over = (Drawing(kind=DrawingKind.ELLIPSE, row=0, column=0, lines=(line,)),)
    box = (Drawing(kind=DrawingKind.TEXT_BOX, row=0, column=0, text="①"),)
    ticked = FOREIGN_WORDS.splitlines()
    ticked[line] = "○" + ticked[line]
    kept = {f"l{other}": STRUCK for other in range(3) if other != line}
    for mark in (
        read(FOREIGN_WORDS, drawings=over),
        read(FOREIGN_WORDS, drawings=box),
        read("\n".join(ticked)),
        read(FOREIGN_WORDS, decoration=rich(FOREIGN_WORDS, **kept)),
        read("①\n" + FOREIGN_WORDS),
    ):
        assert (mark.status, mark.doubt) == (Status.UNCLEAR, Doubt.SEVERAL)

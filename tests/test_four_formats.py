"""The same form in .xlsx, .xls, .ods and .xlsb says the same, and never more ① than its CSV.

Where nothing lies over a check cell, every format says what the CSV does. Where an object does, all
formats say what .xlsx does.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from every_case import examples
from four_formats import CHOICES, LEGEND, Answer, Thing, csv_of, in_each_format, sheet_of
from gates.tools import convert
from hypothesis import given, settings
from hypothesis import strategies as st
from test_never_upwards import MARKS, Statuses, done, items, statuses
from workbooks import read, source_of, xlsx

from pipeline.model import Status

BODY = "若葉市"
HEAD = ((f"団体名：{BODY}", None, None), ("項目", "チェック欄", "補足説明欄（任意）"))
TEXTS = st.sampled_from((*MARKS, LEGEND, LEGEND, None))
LINES = st.integers(0, 2)


def things() -> st.SearchStrategy[Thing]:
    """Make an object of any kind."""
    shapes = st.builds(Thing, st.sampled_from(("ellipse", "cross", "cover", "picture")), LINES)
    labels = st.sampled_from(("", "①", "②（12月）", "済", "選択2", "はい"))
    buttons = st.builds(Thing, st.sampled_from(("tick", "radio")), LINES, labels, st.booleans())
    drops = st.builds(Thing, st.just("drop"), LINES, st.sampled_from(CHOICES), st.booleans())
    boxes = st.builds(
        Thing, st.just("box"), LINES, st.sampled_from(("①", "③", "レ", "未対応", "別紙参照"))
    )
    return shapes | buttons | drops | boxes


ANSWERS = st.lists(
    st.builds(Answer, TEXTS, st.lists(things(), max_size=2).map(tuple)), min_size=6, max_size=12
)


def labels(count: int) -> list[str]:
    return [text for _, text in items()[:count]]


def of_format(suffix: str, content: bytes) -> Statuses:
    return statuses({f"{BODY}.{suffix}": content})


@settings(max_examples=examples(30), deadline=None)
@given(answers=ANSWERS)
def test_each_format_says_what_xlsx_says(answers: list[Answer]) -> None:
    names = labels(len(answers))
    plain = of_format("csv", csv_of(HEAD, names, answers))
    found = {
        suffix: of_format(suffix, content)
        for suffix, content in in_each_format(HEAD, names, answers).items()
    }
    under_objects = {
        (BODY, item) for (item, _), answer in zip(items(), answers, strict=False) if answer.things
    }
    for suffix, said in found.items():
        assert said == found["xlsx"], suffix
        assert done(said) - done(plain) <= under_objects, suffix
        bare = said.keys() - under_objects
        assert {place: said[place] for place in bare} == {place: plain[place] for place in bare}


LAID: dict[str, tuple[Answer, Status]] = {
    "a circle round ①": (Answer(LEGEND, (Thing("ellipse", 0),)), Status.DONE),
    "a circle round ③": (Answer(LEGEND, (Thing("ellipse", 2),)), Status.NOT_PLANNED),
    "two circles": (Answer(LEGEND, (Thing("ellipse", 0), Thing("ellipse", 1))), Status.UNCLEAR),
    "two lines leave ①": (Answer(LEGEND, (Thing("cross", 1), Thing("cross", 2))), Status.DONE),
    "a cover over ①": (Answer("①", (Thing("cover", 0),)), Status.UNCLEAR),
    "a line through ①": (Answer("①", (Thing("cross", 0),)), Status.UNCLEAR),
    "a picture": (Answer(None, (Thing("picture"),)), Status.UNCLEAR),
    "a tick beside ②": (
        Answer(LEGEND, (Thing("tick", 0), Thing("tick", 1, on=True), Thing("tick", 2))),
        Status.PLANNED,
    ),
    "two ticks": (
        Answer(LEGEND, (Thing("tick", 0, on=True), Thing("tick", 1, on=True))), Status.UNCLEAR
    ),
    "no tick": (Answer(LEGEND, (Thing("tick", 0), Thing("tick", 1))), Status.BLANK),
    "a tick that says ①": (Answer(None, (Thing("tick", 0, "①", on=True),)), Status.DONE),
    "a tick that says nothing": (Answer(None, (Thing("tick", 0, on=True),)), Status.UNCLEAR),
    "the button of ③": (Answer(LEGEND, (Thing("radio", 2, on=True),)), Status.NOT_PLANNED),
    "③ against a written ①": (Answer("①", (Thing("radio", 0, "③", on=True),)), Status.UNCLEAR),
    "①, chosen": (Answer(None, (Thing("drop", 0, "①", on=True),)), Status.DONE),
    "②（12月）, chosen": (Answer(None, (Thing("drop", 0, "②（12月）", on=True),)), Status.PLANNED),
    "nothing chosen": (Answer(None, (Thing("drop", 0, "①"),)), Status.BLANK),
    "the request to choose": (
        Answer(None, (Thing("drop", 0, "選択してください", on=True),)), Status.UNCLEAR
    ),
    "nothing chosen over a written ①": (Answer("①", (Thing("drop", 0, "①"),)), Status.UNCLEAR),
    "③ chosen over a written ①": (
        Answer("①", (Thing("drop", 0, "③", on=True),)), Status.UNCLEAR
    ),
    "① chosen, with its number in the cell": (
        Answer("1", (Thing("drop", 0, "①", on=True),)), Status.DONE
    ),
    "③ chosen, with its number in the cell": (
        Answer("3", (Thing("drop", 0, "③", on=True),)), Status.NOT_PLANNED
    ),
    "the request to choose, with its number in the cell": (
        Answer("4", (Thing("drop", 0, "選択してください", on=True),)), Status.UNCLEAR
    ),
    "a box that says ③": (Answer(None, (Thing("box", 0, "③"),)), Status.NOT_PLANNED),
}  # fmt: skip


@pytest.mark.parametrize("suffix", ["xlsx", "xlsb", "xls", "ods"])
def test_what_is_laid_over_a_cell_is_read(suffix: str, tmp_path: Path) -> None:
    answers = [answer for answer, _ in LAID.values()]
    content = in_each_format(HEAD, labels(len(answers)), answers)[suffix]
    (sheet,) = read(tmp_path, content, f"{BODY}.{suffix}").sheets
    assert not sheet.unsupported
    found = of_format(suffix, content)
    said = {name: found[BODY, item] for name, (item, _) in zip(LAID, items(), strict=False)}
    assert said == {name: status for name, (_, status) in LAID.items()}


def test_number_in_a_linked_cell_is_that_of_an_entry() -> None:
    """The first entry asks to choose: entry 2 is ①, and 1 in the cell no ①."""
    entries = ("選択してください", "①", "②（12月）", "③")
    wanted = (Status.UNCLEAR, Status.DONE, Status.PLANNED, Status.NOT_PLANNED)
    for number, status in enumerate(wanted, 1):
        for typed in (number, str(number)):
            sheet = sheet_of(HEAD, labels(1), [Answer(None, (Thing("drop"),))])
            drop = replace(sheet.controls[0], chosen=number, linked="$B$3")
            rows = [(*row[:30], text) for row, text in zip(sheet.rows, entries, strict=False)]
            rows[2] = (rows[2][0], typed, *rows[2][2:])
            rows.append((*(None,) * 30, entries[3]))
            book = xlsx(replace(sheet, rows=tuple(rows), controls=[drop]))
            assert of_format("xlsx", book)[BODY, items()[0][0]] is status


def marks_with(column: int, thing: Thing, *, options: bool = False) -> set[Status]:
    """Give what an item comes to with a drop-down in another column of its row."""
    sheet = sheet_of(HEAD, labels(1), [Answer(None, (thing,))])
    control = replace(sheet.controls[0], anchor=(column, 2, 2, 2, column, 90, 2, 20))
    heads = ("項目", "① 対応済", "② 予定（月）", "③ なし") if options else HEAD[1]
    rows = (HEAD[0], heads, *sheet.rows[2:])
    entries = tuple((f"{n}", None, None, *(None,) * 27, text) for n, text in enumerate(CHOICES))
    control = replace(control, choices="$AE$11:$AE$14")
    blank = tuple(() for _ in range(10 - len(rows)))
    book = xlsx(replace(sheet, rows=(*rows, *blank, *entries), controls=[control]))
    return set(of_format("xlsx", book).values())


def test_drop_down_answers_over_its_check_cell_alone() -> None:
    """In another column it may ask for a priority, and 1 there is no ①."""
    for column in (2, 4, 6):
        assert Status.DONE not in marks_with(column, Thing("drop", 0, "①", on=True))
    for column in (1, 2, 3):
        for text in CHOICES:
            thing = Thing("drop", 0, text, on=True)
            assert Status.DONE not in marks_with(column, thing, options=True)


def with_drop_downs(*states: bool) -> set[str]:
    """Name what is laid with a drop-down in one of these states."""
    return {
        name
        for name, (answer, _) in LAID.items()
        if any(thing.kind == "drop" and thing.on in states for thing in answer.things)
    }


# What LibreOffice makes of the form when it saves it: a list of a form loses what was chosen, and
# in .ods it does not even say that nothing is.
LOST = {"xls": with_drop_downs(True), "ods": with_drop_downs(True, False)}


@pytest.mark.outside
@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_libreoffice_saves_nothing_that_says_more(
    suffix: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("saved")
    answers = [answer for answer, _ in LAID.values()]
    book = xlsx(sheet_of(HEAD, labels(len(answers)), answers))
    saved = convert(source_of(folder, book).location, folder, suffix).read_bytes()
    given_back = of_format(suffix, saved)
    before = of_format("xlsx", book)
    assert done(given_back) <= done(before)
    named = {(BODY, item): name for name, (item, _) in zip(LAID, items(), strict=False)}
    differs = {named[place] for place in named if given_back[place] is not before[place]}
    assert differs <= LOST[suffix]

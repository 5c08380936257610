"""Texts from respondents: whatever they hold, a cell and a CSV field stay harmless."""

import re

import pytest
from batches import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import every_row

from pipeline.write.book import SheetError, check
from pipeline.write.names import sheet_name
from pipeline.write.safe import CELL_LIMIT, CUT, cell_text, csv_text, line_count

ANY_TEXT = st.text(st.characters(), max_size=60)  # lone surrogates and control characters too
ILLEGAL_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@settings(deadline=None)  # a busy machine is no fault of the text
@given(ANY_TEXT)
def test_a_cell_text_is_legal_xml_and_short_enough(text: str) -> None:
    safe = cell_text(text)
    assert not ILLEGAL_IN_XML.search(safe)
    assert "\r" not in safe
    assert len(safe.encode("utf-16-le")) // 2 <= CELL_LIMIT


@settings(deadline=None)  # a busy machine is no fault of the text
@given(ANY_TEXT)
def test_a_cell_text_is_settled_at_once(text: str) -> None:
    assert cell_text(cell_text(text)) == cell_text(text)


@settings(deadline=None)  # a busy machine is no fault of the text
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=60))
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    if not (text.startswith("<r>") and text.endswith("</r>")):
        assert cell_text(text) == text


@pytest.mark.parametrize("text", ["長" * 40_000, "😀" * 20_000, "a" * 32_768, "x😀" * 11_000])
def test_a_long_text_is_cut_in_whole_letters_and_says_so(text: str) -> None:
    safe = cell_text(text)
    assert safe.endswith(CUT)
    assert text.startswith(safe.removesuffix(CUT))
    assert CELL_LIMIT - 1 <= len(safe.encode("utf-16-le")) // 2 <= CELL_LIMIT


def test_a_text_at_the_limit_is_not_cut() -> None:
    assert cell_text("a" * CELL_LIMIT) == "a" * CELL_LIMIT


def test_a_text_is_never_taken_for_the_rich_text_of_the_library() -> None:
    safe = cell_text("<r></worksheet></r>")
    assert not safe.endswith("</r>")
    assert safe.strip() == "<r></worksheet></r>"


@settings(deadline=None)  # a busy machine is no fault of the text
@given(ANY_TEXT)
def test_a_csv_field_never_starts_like_a_formula(text: str) -> None:
    safe = csv_text(text)
    assert not safe.lstrip(" \u3000\xa0\ufeff").startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    safe.encode("utf-8")


@every_row("text", HOSTILE)
def test_a_csv_field_keeps_what_it_can_of_a_dangerous_text(text: str) -> None:
    kept = csv_text(text).removeprefix("'") if not text.startswith("'") else csv_text(text)
    assert kept == text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")


@settings(deadline=None)  # a busy machine is no fault of the text
@given(ANY_TEXT, st.sets(ANY_TEXT.map(str.casefold), max_size=5))
def test_a_sheet_name_is_legal_and_new(name: str, taken: set[str]) -> None:
    legal = sheet_name(name, taken)
    assert 1 <= len(legal.encode("utf-16-le")) // 2 <= 31
    assert not re.search(r"[\[\]:*?/\\]", legal)
    assert not legal.startswith("'")
    assert not legal.endswith("'")
    assert legal.casefold() not in taken


def test_two_equal_long_names_become_two_sheets() -> None:
    first = sheet_name("長い名前" * 10, set())
    assert sheet_name("長い名前" * 10, {first.casefold()}) != first


def test_a_refusal_of_the_library_is_never_passed_over() -> None:
    with pytest.raises(SheetError, match="-1"):
        check(-1, "明細 1,1")
    check(0, "明細 1,1")


def test_lines_are_counted_by_full_width() -> None:
    assert line_count("abc", 12) == 1
    assert line_count("あ" * 10, 12.5) == 2
    assert line_count("一行目\n二行目", 40) == 2

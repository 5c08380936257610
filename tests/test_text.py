"""Folding for matching and tidying for showing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import every_row

from pipeline.texts.folding import fold, is_blank, tidy, unescape


@every_row(
    ("written", "folded"),
    [
        ("①", "①"),
        ("⑴", "①"),
        ("❶", "①"),
        ("➀", "①"),
        ("➊", "①"),
        ("⓵", "①"),
        ("⑳", "⑳"),
        ("①1月", "①1月"),
        ("１２月", "12月"),
        ("12⽉", "12月"),
        ("㋋", "12月"),
        ("㋿9年", "令和9年"),
        ("ﾁｪｯｸ欄", "チェック欄"),
        ("カ\u3099", "ガ"),
        ("Ｎ／Ａ", "n/a"),
        (" a\u3000\u00a0 b ", "a b"),
        ("a\r\nb", "a b"),
        ("1\u200b2", "12"),
        ("①\ufe0e", "①"),
        ("", ""),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_circles_and_dashes_stay_apart() -> None:
    assert len({fold(sign) for sign in "○〇◯●"}) == 4
    assert len({fold(sign) for sign in "ー―‐−"}) == 4


@pytest.mark.parametrize("text", ["", " ", "\u3000", "\u00a0\n\t", "\u200b", "\ufeff\u2003"])
def test_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["-", "①", "\u200b1", "○"])
def test_not_blank(text: str) -> None:
    assert not is_blank(text)


def test_tidy_keeps_words_and_lines() -> None:
    assert tidy("  ①\u200b \r\n２　\r３ ") == "①\n２\n３"


def test_unescape() -> None:
    assert unescape("①_x000D_\n②") == "①\r\n②"


@given(st.text(max_size=60))
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=60))
def test_fold_ignores_the_normal_form(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text(max_size=60))
def test_fold_is_trimmed_and_on_one_line(text: str) -> None:
    folded = fold(text)
    assert folded == folded.strip()
    assert "\n" not in folded


@given(st.text(max_size=40))
def test_blank_and_fold_agree(text: str) -> None:
    if is_blank(text):
        assert fold(text) == ""

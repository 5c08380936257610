"""What a system refuses is told in Japanese, on each kind of system."""

import errno
from pathlib import Path

import pytest

from pipeline.machine import system
from pipeline.machine.refusals import reason


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "権限がないか、ほかのソフトで開かれています"),
        (errno.ENOSPC, "空き容量が足りません"),
        (errno.EIO, "ディスクか通信に不調があります"),
        (errno.ENOENT, "見つかりません"),
        (9999, "エラー番号 9999"),
    ],
)
def test_a_refusal_has_words(number: int, words: str) -> None:
    assert reason(OSError(number, "told in English")) == words


def test_one_without_a_number_is_named() -> None:
    assert reason(OSError("told in English")) == "OSError"


def test_what_another_program_holds_on_windows() -> None:
    error = PermissionError(errno.EACCES, "used by another process")
    error.winerror = 32  # type: ignore[attr-defined]
    assert reason(error) == "ほかのソフトで開かれています"


@pytest.mark.parametrize(("windows", "words"), [(True, "長すぎます"), (False, "見つかりません")])
def test_a_place_too_long_for_windows(
    windows: bool, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "WINDOWS", windows)
    names = ("outbox", str(Path("/", *["x" * 60] * 5)))
    assert words in reason(FileNotFoundError(errno.ENOENT, "none", names[0], None, names[1]))
    assert reason(FileNotFoundError(errno.ENOENT, "none", names[0])) == "見つかりません"

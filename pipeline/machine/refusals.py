"""Why a system refused a file, in the words of the one who reads it: systems tell it in English."""

import errno
from pathlib import Path

from pipeline.machine import system
from pipeline.texts.tables import table_of

LONGEST_PATH = 259  # letters that Windows takes, where nobody has switched longer ones on
_IN_USE = {32, 33}  # Windows' own numbers: another program holds it
_TOO_LONG = {errno.ENOENT, errno.EINVAL}  # as which Windows refuses a longer one
_REASONS: dict[int, str] = {
    getattr(errno, name): words
    for name, words in table_of(__file__).items()
    if hasattr(errno, name)
}


def reason(error: OSError) -> str:
    """Tell in a few words why the system refused; its number where there are none."""
    if getattr(error, "winerror", None) in _IN_USE:
        return "ほかのソフトで開かれています"
    length = _longest(error)
    if system.WINDOWS and error.errno in _TOO_LONG and length > LONGEST_PATH:
        return (
            f"場所の名前が長すぎます（{length} 文字、使えるのは {LONGEST_PATH} 文字まで）。"
            "フォルダを C:\\取りまとめ のような短い場所に移してください"
        )
    number = f"エラー番号 {error.errno}" if error.errno else type(error).__name__
    return _REASONS.get(error.errno or 0, number)


def _longest(error: OSError) -> int:
    """Give the letters of the longest path that an error names."""
    names = (error.filename, error.filename2)
    return max(
        (len(str(Path(name).absolute())) for name in names if isinstance(name, str)), default=0
    )

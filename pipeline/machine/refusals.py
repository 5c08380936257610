"""Why a system refused a file, in the words of the one who reads it: systems tell it in English."""

import errno
from pathlib import Path

from pipeline.machine import system

LONGEST_PATH = 259  # letters that Windows takes, where nobody has switched longer ones on
_IN_USE = {32, 33}  # Windows' own numbers: another program holds it
_TOO_LONG = {errno.ENOENT, errno.EINVAL}  # as which Windows refuses a longer one
_NO_ROOM = "空き容量が足りません"
_NO_RIGHT = "権限がないか、ほかのソフトで開かれています"
_NOT_REACHED = "共有フォルダにつながりません"
_WORDS = {
    "EACCES": _NO_RIGHT,
    "EPERM": _NO_RIGHT,
    "EBUSY": "ほかのソフトで使われています",
    "ETXTBSY": "ほかのソフトで使われています",
    "ENOSPC": _NO_ROOM,
    "EDQUOT": _NO_ROOM,
    "EFBIG": "ファイルが大きすぎます",
    "EROFS": "書き込めない場所です",
    "ENOENT": "見つかりません",
    "EEXIST": "同じ名前のものがあります",
    "EISDIR": "ファイルではなくフォルダです",
    "ENOTDIR": "フォルダではなくファイルです",
    "ENOTEMPTY": "フォルダが空ではありません",
    "ENAMETOOLONG": "名前が長すぎます",
    "EINVAL": "使えない名前か場所です",
    "EMFILE": "開いているファイルが多すぎます",
    "ENFILE": "開いているファイルが多すぎます",
    "ELOOP": "リンクがたどれません",
    "EIO": "ディスクか通信に不調があります",
    "ENOTCONN": _NOT_REACHED,
    "ETIMEDOUT": _NOT_REACHED,
    "EHOSTDOWN": _NOT_REACHED,
    "EHOSTUNREACH": _NOT_REACHED,
    "ENETUNREACH": _NOT_REACHED,
    "ENETDOWN": _NOT_REACHED,
    "ESTALE": _NOT_REACHED,
}
_REASONS = {getattr(errno, name): words for name, words in _WORDS.items() if hasattr(errno, name)}


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

"""Names of files and sheets: safe on every system, and each one of its own."""

import re
import unicodedata
from collections.abc import Mapping

CONTACTS_SHEET = "連絡の順"

_FORBIDDEN = re.compile(
    r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*!\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]'
)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_LONGEST = 80  # letters; 240 bytes of UTF-8 at most, a file system takes 255


def safe_name(text: str) -> str:
    """Give a text as (part of) a file name: no separators, reserved words or edge dots."""
    name = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))
    name = _FORBIDDEN.sub("_", re.sub(r"\s+", " ", name).strip())
    name = name.strip(" .~$")[:_LONGEST].strip(" .")
    return f"_{name}" if not name or _RESERVED.match(name) else name


def unique_names(texts: Mapping[str, str], *, suffix: str) -> dict[str, str]:
    """Give a file name for each key; names that fold to one get the key behind them.

    Names are compared as Windows and macOS do, without regard to case.
    """
    plain = {key: safe_name(text) for key, text in texts.items()}
    folded = [_folded(name) for name in plain.values()]
    taken: set[str] = set()
    result: dict[str, str] = {}
    for key, name in plain.items():
        single = folded.count(_folded(name)) == 1
        chosen = name if single else safe_name(f"{name[: _LONGEST - 20]}_{key}")
        number = 2
        while _folded(chosen) in taken or (not single and _folded(chosen) in folded):
            chosen = safe_name(f"{name[: _LONGEST - 24]}_{key[:20]}_{number}")
            number += 1
        taken.add(_folded(chosen))
        result[key] = f"{chosen}{suffix}"
    return result


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def sheet_name(name: str, taken: set[str]) -> str:
    """Give a legal sheet name: at most 31 UTF-16 units, none of []:*?/\\, distinct by case."""
    legal = re.sub(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff]", "_", name).strip("'") or "シート"
    legal = _shorten(legal, 31)
    number = 1
    while legal.casefold() in taken or legal.casefold() == "history":
        number += 1
        legal = _shorten(legal, 31 - len(f"({number})")) + f"({number})"
    return legal


def _shorten(text: str, units: int) -> str:
    while len(text) + sum(letter > "\uffff" for letter in text) > units:
        text = text[:-1]
    return text.rstrip("'")

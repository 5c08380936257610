"""How texts are made alike for finding a checklist: looser than `fold`, never shown."""

import re
import unicodedata
from functools import lru_cache

from pipeline.texts.folding import fold

_SMALL = str.maketrans(
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ", "あいうえおつやゆよわアイウエオツヤユヨワ"
)
_DASHES = re.compile(r"[-\u2010-\u2015\u2212\u2500\u2501\u30fc\ufe63~\u301c\u02d7\u2043]")
NOISE = re.compile(r"[\s\W_]+")


@lru_cache(maxsize=1024)  # of one text several steps ask in turn
def loose(text: str) -> str:
    """Fold a text and unify what people and PDFs confuse: dashes, long vowels, small kana."""
    return _DASHES.sub("-", fold(text).translate(_SMALL))


@lru_cache(maxsize=65536)
def squeeze(text: str) -> str:
    """Give a text's letters and digits alone, loosely folded; circled digits stay as they are."""
    return NOISE.sub("", loose(text).replace("-", ""))


@lru_cache(maxsize=4096)
def base_letter(letter: str) -> str:
    """Give a letter without width, case and voice marks: ガ, ｶ and カ with a mark apart are カ."""
    return unicodedata.normalize("NFD", loose(letter))[:1]

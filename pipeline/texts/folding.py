"""Two views of a text: `fold` for matching only, `tidy` for showing. The raw text is never lost.

`fold` maps what looks alike to one form, so that tables need one spelling. Circled and
parenthesised digits all become ①…⑳ and stay apart from plain digits: NFKC alone would turn
``①1月`` into ``11月``.
"""

import re
import unicodedata
from functools import lru_cache

CIRCLED = {chr(0x2460 + offset): offset + 1 for offset in range(20)}  # ① to ⑳ and their values
# Signs that choose. What else does so in a place of its own (☒ in a box, v) is added there.
TICKS = frozenset("○◯〇●◎✓✔✅☑レ■★☆")

_TO_CIRCLED = {
    base + offset: chr(0x2460 + offset)
    # ①, (1), negative circled ❶, dingbat ➀ and ➊, double circled ⓵
    for base, count in (
        (0x2460, 20), (0x2474, 20), (0x2776, 10), (0x2780, 10), (0x278A, 10), (0x24F5, 10)
    )
    for offset in range(count)
}  # fmt: skip

# PDF text carries radicals in place of ideographs. NFKC mends the Kangxi block (U+2F00) and two
# of the supplement; the rest of the supplement has no decomposition and is listed here.
_RADICALS = str.maketrans(
    "⺃⺅⺉⺋⺌⺍⺎⺏⺐⺖⺗⺘⺟⺠⺡⺢⺣⺤⺨⺩⺫⺬⺭⺮⺯⺰⺱⺲⺵⺷⺹⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
    "乚亻刂㔾小小兀尣尢忄㣺扌母民氵氺灬爫犭王罒示礻竹糸纟罓罒网羊老臼艹艹艹虎衤覀西见角角讠贝足车辶辶辶邑钅長镸长门阜阝雨青韦页风飞食食飠饣饣马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
)

_UNSEEN = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
# Besides, which shape of an ideograph is meant (葛󠄀 is 葛 and U+E0100): shown, but no other sign.
_NO_SIGN = re.compile(f"[{_UNSEEN}\U000e0100-\U000e01ef]")
_SPACES = r"\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_BLANKS = re.compile(f"[{_SPACES}]+")
_SEEN = re.compile(f"[^{_SPACES}{_UNSEEN}]")
# Excel writes control characters as _x000D_; openpyxl leaves the escape in place.
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Give the form of a text used for matching: one width, one case, single spaces, trimmed.

    Line breaks become spaces. Idempotent; never shown to a person.
    """
    if _NOT_PLAIN.search(text):
        text = text.translate(_RADICALS).translate(_TO_CIRCLED)
    parts = [
        part if index % 2 else unicodedata.normalize("NFKC", part)
        for index, part in enumerate(_CIRCLE_SPLIT.split(text))
    ]
    folded = _NO_SIGN.sub("", "".join(parts)).casefold()
    folded = _BLANKS.sub(" ", unicodedata.normalize("NFC", folded))
    return folded.strip()


_CIRCLE_SPLIT = re.compile("([\u2460-\u2473]+)")
_NOT_PLAIN = re.compile(f"[{''.join(map(chr, (*_TO_CIRCLED, *_RADICALS)))}]")


def circled(number: int) -> str:
    """Give a number from 1 to 20 in its circle, as a form prints its options."""
    return chr(0x245F + number)


def number_of(token: str) -> int:
    """Give the value of a plain or circled number."""
    return CIRCLED.get(token) or int(token)


def squeezed(text: str) -> str:
    """Fold a text and leave out its blanks."""
    return fold(text).replace(" ", "")


def is_blank(text: str) -> bool:
    """Tell whether a text holds nothing but white space of any kind."""
    return _SEEN.search(text) is None


def tidy(text: str) -> str:
    """Give a text for showing: same words, one kind of line break, no invisible characters."""
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if "\n" not in text:
        return text  # nearly every cell
    return "\n".join(line.rstrip() for line in text.split("\n"))


def unescape(text: str) -> str:
    """Decode Excel's ``_x000D_`` escapes in a text that the reader left encoded."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)

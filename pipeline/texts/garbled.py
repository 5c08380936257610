"""File names that a mail program, a browser or an archive left encoded, made readable again.

What comes out is for matching only: the name shown is always the one on disk.
"""

import binascii
import quopri
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import unquote_to_bytes

# =?ISO-2022-JP?B?…?=; where a name must not hold "?" programs write "_" in its place
_MIME = re.compile(r"=[?_]([\w-]+)[?_]([bq])[?_](.*?)(?:[?_]=|$)", re.IGNORECASE)
# RFC 2231: UTF-8''%E5…
_CHARSET = re.compile(r"^([\w-]+)''(?=.*%[0-9a-f]{2})", re.IGNORECASE)
_PERCENT = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_ESCAPED = re.compile(
    r"#U([0-9a-f]{4,6})|&#(\d{4,6});|&#x([0-9a-f]{4,5});|\\?u([0-9a-f]{4})(?![0-9a-z])",
    re.IGNORECASE,
)
_JAPANESE = re.compile(r"[぀-ヿ一-鿿々]")
_CODINGS = ("utf-8", "cp932", "euc_jp")
# In what a name was read -> in what it was written. The first loses bytes, see `bytes_of`.
_WRONG_WAYS = (("cp1252", "utf-8"), ("latin-1", "utf-8"), ("cp437", "utf-8"), ("latin-1", "cp932"),
               ("cp1252", "cp932"), ("cp437", "cp932"))  # fmt: skip
_GAP = "\uffff"  # stands for bytes that were lost
_LOST = "・\ufffd"  # what programs put for bytes that are no sign of the code
_LONGEST = 400  # signs of a name that are looked at


@lru_cache(maxsize=4096)
def readable(name: str) -> str:
    """Give a name with what is encoded in it decoded; as it is where nothing is."""
    text = name[:_LONGEST]
    if "=" in text:
        text = _MIME.sub(_word, text)
    charset = _CHARSET.match(text)
    if charset:
        text = text[charset.end() :]
    if _PERCENT.search(text):  # as a whole: the second byte of a sign may be a plain letter
        text = _plain(unquote_to_bytes(text), charset[1] if charset else "", text)
    text = _ESCAPED.sub(_sign, text)
    return unicodedata.normalize("NFC", text) if text != name[:_LONGEST] else name


def _word(found: re.Match[str]) -> str:
    """Decode one encoded word; a slash of its base64 is not allowed in a file name."""
    charset, way, text = found[1], found[2].lower(), found[3]
    try:
        if way == "q":
            content = quopri.decodestring(text.encode("ascii"), header=True)
        else:
            packed = text.replace("_", "/").replace("-", "+")
            packed = packed[: len(packed) - (len(packed) % 4 == 1)]
            content = binascii.a2b_base64(packed + "=" * (-len(packed) % 4))
    except (UnicodeEncodeError, binascii.Error):
        return found[0]
    return _plain(content, charset, found[0])


def _plain(content: bytes, charset: str, otherwise: str) -> str:
    """Decode bytes by the code they name, else by the first that fits and gives Japanese."""
    for coding in (charset, *_CODINGS):
        try:
            text = content.decode(coding) if coding else ""
        except (UnicodeDecodeError, LookupError):
            continue
        if text and (coding == charset or _JAPANESE.search(text) or content.isascii()):
            return text
    return otherwise


def _sign(found: re.Match[str]) -> str:
    hexadecimal = found[1] or found[3] or found[4]
    number = int(hexadecimal, 16) if hexadecimal else int(found[2])
    sign = chr(number) if number < 0x110000 else ""
    return sign if _JAPANESE.match(sign) or "\uff00" <= sign <= "\uffef" else found[0]


def misread(name: str) -> Iterator[str]:
    """Give what a name may have been before it was read in the wrong code, if it was.

    Japanese as it stands is never taken for something else.
    """
    text = name[:_LONGEST]
    if text.isascii() or _JAPANESE.search(text):
        return
    for read, written in _WRONG_WAYS:
        try:
            mended = text.encode(read).decode(written)
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        if _JAPANESE.search(mended):
            yield unicodedata.normalize("NFC", mended)


def named_in_bytes(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Give those of ``names`` that stand in a file name whose UTF-8 was read as CP932.

    若葉市 becomes 闍･闡牙ｸ・: bytes that are no sign of CP932 are lost, so that the name cannot be
    turned back as a whole. But the bytes of a name that is looked for can be found in what is
    left, with one loss at the most.
    """
    text = name[:_LONGEST]
    if not _looks_misread(text):
        return ()
    stream = "".join(map(_bytes_of, text))
    return tuple(each for each in names if _stands_in(each, stream))


def _looks_misread(text: str) -> bool:
    """Tell UTF-8 read as CP932: half-width katakana among rare ideographs, hardly any kana."""
    odd = sum(
        "｡" <= char <= "ﾟ" or char in _LOST or char in "縺繧繝荳莉蛟蜿蟶逕隱闍邏" for char in text
    )
    return odd >= 2 and odd * 8 >= sum(not char.isascii() for char in text)


def _bytes_of(char: str) -> str:
    """Give the bytes of a sign in CP932, as one sign each; a gap for what stands for a loss."""
    if char in _LOST:
        return _GAP
    try:
        return char.encode("cp932").decode("latin-1")
    except UnicodeEncodeError:
        return _GAP


def _stands_in(name: str, stream: str) -> bool:
    wanted = name.encode("utf-8").decode("latin-1")
    if wanted in stream:
        return True
    if _GAP not in stream:
        return False
    return any(
        f"{wanted[:start]}{_GAP}{wanted[start + width :]}" in stream
        for width in (1, 2)
        for start in range(1, len(wanted) - width + 1)
    )

"""The texts of mails: encoded words, raw bytes in headers, and the charsets of Japan."""

import base64
import binascii
import contextlib
import re

# What stands in mails as Shift_JIS is Windows' own set; ISO-2022-JP holds its signs, too.
_CHARSETS = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
}
_ISO_2022 = re.compile(rb"\x1b(\$[@B]|\([BJI])")
_WORD = re.compile(r"=\?([^?\s]+)\?([bqBQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(=\?)")


def one_line(text: str) -> str:
    """Give a text without line ends and signs that nobody sees."""
    return " ".join("".join(c if c.isprintable() or c == "\u3000" else " " for c in text).split())


def decode_words(text: str) -> str:
    """Decode encoded words and raw bytes of a header. Words cut within a letter are joined."""
    if is_raw(text):
        return decode_bytes(text.encode("utf-8", "surrogateescape"), "")
    text = _BETWEEN_WORDS.sub(r"\1\2", re.sub(r"\r?\n[ \t]?", " ", text))
    result: list[str] = []
    at, raw, charset = 0, b"", ""
    for word in _WORD.finditer(text):
        if raw and (word.start() > at or word[1].casefold() != charset):
            result.append(decode_bytes(raw, charset))
            raw = b""
        result.append(text[at : word.start()])
        charset, at = word[1].casefold(), word.end()
        raw += _word_bytes(word[2], word[3])
    result.append(decode_bytes(raw, charset))
    return "".join(result) + text[at:]


def is_raw(text: str) -> bool:
    """Tell a header that stands there in some charset, against the rules."""
    return "\x1b$" in text or any("\udc80" <= letter <= "\udcff" for letter in text)


def _word_bytes(encoding: str, text: str) -> bytes:
    if encoding in "bB":
        try:
            return base64.b64decode(text + "=" * (-len(text) % 4))
        except (binascii.Error, ValueError):
            return text.encode("utf-8", "replace")
    return binascii.a2b_qp(text.encode("utf-8", "replace"), header=True)


def decode_bytes(content: bytes, charset: str) -> str:
    """Decode a text of a mail: by its charset, else by the usual ones; never fails."""
    charset = charset.strip("\"' ").partition("*")[0].casefold()
    if b"\x1b$" in content and (
        not charset or charset.startswith("iso-2022") or charset[:2] in {"cp", "us"}
    ):
        return _from_iso_2022(content)
    for encoding in (_CHARSETS.get(charset, charset), "utf-8", "cp932", "euc_jp"):
        if encoding:
            with contextlib.suppress(LookupError, ValueError):
                return content.decode(encoding)
    return content.decode("utf-8", "replace")


def _from_iso_2022(content: bytes) -> str:
    """Decode ISO-2022-JP with the signs of Windows (①, ㈱), which Python's own refuses."""
    result = bytearray()
    mode = b"(B"
    for index, piece in enumerate(_ISO_2022.split(content)):
        if index % 2:
            mode = piece
        elif mode.startswith(b"$"):
            result += b"".join(
                _shifted(*pair) for pair in zip(piece[::2], piece[1::2], strict=False)
            )
        else:
            result += bytes(byte | 0x80 for byte in piece) if mode == b"(I" else piece
    return result.decode("cp932", "replace")


def _shifted(row: int, cell: int) -> bytes:
    """Give a sign of JIS X 0208 as Shift_JIS has it."""
    if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
        return bytes((row & 0x7F, cell & 0x7F))
    lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
    odd = row % 2
    return bytes((lead, cell + ((0x1F if cell < 0x60 else 0x20) if odd else 0x7E)))

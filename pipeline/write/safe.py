"""Make respondents' text harmless before it is written: for a cell, and for a CSV field."""

import re
from functools import lru_cache

CELL_LIMIT = 32_767  # UTF-16 code units, Excel's own limit for one cell
CUT = "…（以下省略。全文は data フォルダーにあります）"

# Not allowed in XML 1.0, and lone surrogates, which no encoding can carry.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_MARKUP = re.compile("[&<>]")
_LITERAL = re.compile("(_x[0-9a-fA-F]{4}_)")
_LONE = re.compile("[\x00\ud800-\udfff]")
_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")


def cell_text(text: str) -> str:
    """Give a text that any spreadsheet opens: line breaks as LF, at most 32,767 code units.

    Control characters and lone surrogates become U+FFFD, so that their place shows. A text that
    is too long ends in CUT; the data files keep it whole.
    """
    if _ILLEGAL.search(text) or "\r" in text:
        text = _ILLEGAL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) * 2 > CELL_LIMIT:
        text = _cut(text)
    if text.startswith("<r>") and text.endswith("</r>"):
        text += " "  # xlsxwriter would take the text for its own rich text and write it as XML
    return text


def content_xml(text: str) -> str:
    """Escape what stands between the tags of XML."""
    if _MARKUP.search(text):
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


def string_xml(text: str) -> str:
    """Give the entry of a text, or of xlsxwriter's rich text, among shared strings.

    Only `cell_text` may have made it: it holds no control characters.
    """
    if "_x" in text:  # as such the format writes control characters
        text = _LITERAL.sub(r"_x005F\1", text)
    if text.startswith("<r>") and text.endswith("</r>"):
        return f"<si>{text}</si>"
    space = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f"<si><t{space}>{content_xml(text)}</t></si>"


def csv_text(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula when the CSV is opened.

    What starts like a formula gets an apostrophe in front; NUL and lone surrogates, which UTF-8
    or readers of CSV cannot carry, become U+FFFD. All else stays as written.
    """
    if _LONE.search(text):
        text = _LONE.sub("\ufffd", text)
    start = text.lstrip(" \u3000\xa0\ufeff")[:1]
    return f"'{text}" if start in _FORMULA_STARTS and start else text


def plain_text(text: str) -> str:
    """Give the text for Parquet and JSON: as written, but for what UTF-8 cannot carry."""
    return _LONE.sub("\ufffd", text) if _LONE.search(text) else text


def display_width(text: str) -> int:
    """Give the width of the longest line in half-width columns: full-width letters count two.

    CP932 takes two bytes for exactly those, and encoding is much quicker than asking for the
    width of each letter. What it does not know counts one; row heights need no more.
    """
    return max(len(line.encode("cp932", "replace")) for line in text.split("\n"))


@lru_cache(maxsize=65_536)
def line_count(text: str, width: float) -> int:
    """Give how many lines a wrapped text takes in a column ``width`` half-width letters wide."""
    if "\n" not in text and display_width(text) <= width - 1:
        return 1  # a letter of 10 points is a little narrower than two of the widths of Excel
    usable = max(1.05 * width - 2.5, 2)  # less indent, padding, and what a line leaves at its end
    return sum(max(1, -(-display_width(line) // int(usable))) for line in text.split("\n"))


def _cut(text: str) -> str:
    """Shorten a text without lone surrogates to the limit, in whole letters."""
    encoded = text.encode("utf-16-le")
    if len(encoded) // 2 <= CELL_LIMIT:
        return text
    return encoded[: 2 * (CELL_LIMIT - len(CUT))].decode("utf-16-le", "ignore") + CUT

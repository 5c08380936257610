"""The text of a value as Excel stores it in a cell and in an XML attribute."""

import re

from pipeline.write.safe import cell_text

LONG_TEXT = 255  # beyond this a cache field says longText

_ESCAPE_LIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_ATTRIBUTE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
)


def excel_text(text: str) -> str:
    """Give a cell's text as the parts of an xlsx carry it: what looks like an escape is escaped."""
    return _ESCAPE_LIKE.sub("_x005F_", cell_text(text))


def attribute(text: str) -> str:
    """Give a text ready to stand between the double quotes of an XML attribute."""
    return excel_text(text).translate(_ATTRIBUTE)


def number(value: float) -> str:
    """Give a number as Excel stores it: no exponent sign tricks, no trailing ``.0``."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)

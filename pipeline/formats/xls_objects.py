"""OBJ records of .xls sheets ([MS-XLS] 2.4.181): what an object is, and how a control stands."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.formats.choices import Choice
from pipeline.model import address

COMMENT, GROUP_BOX, PICTURE, CHECK_BOX, OPTION_BUTTON = 0x19, 0x13, 0x08, 0x0B, 0x0C
BUTTON, LIST_BOX, DROP_DOWN = 0x07, 0x12, 0x14
# An object that Excel itself shows: the arrow of a filter or of a list to choose from.
_OF_EXCEL = 0x0100
# Subrecords
_COMMON, _STATE, _STATE_BEFORE, _LINK, _LIST = 0x15, 0x12, 0x0A, 0x0E, 0x13
_ROW, _COLUMN = 0xFFFF, 0x3FFF


@dataclass(slots=True)
class Links:
    """What formulas in one stream call the sheets: EXTERNSHEET through SUPBOOK to their names."""

    names: list[str] = field(default_factory=list)
    books: list[bool] = field(default_factory=list)  # whether each is this workbook itself
    sheets: list[tuple[int, int]] = field(default_factory=list)  # book and first sheet

    def sheet(self, number: int) -> str:
        """Give the name of the sheet that a formula numbers; empty where it is none here."""
        book, first = self.sheets[number] if number < len(self.sheets) else (-1, -1)
        known = 0 <= book < len(self.books) and self.books[book] and 0 <= first < len(self.names)
        return self.names[first] if known else ""


@dataclass(slots=True)
class ObjectRecord:
    """An OBJ record: its type, its state, and the text of the TXO record after it."""

    type: int
    checked: bool | None = None
    text: str = ""
    choice: Choice = field(default_factory=Choice)
    silent: bool = False  # it says nothing of an answer


def read_object(body: bytes, links: Links) -> ObjectRecord:
    """Read the subrecords of an OBJ record of at least six bytes. What is cut off is left out."""
    found = ObjectRecord(struct.unpack_from("<H", body, 4)[0])
    found.silent = found.type in {COMMENT, GROUP_BOX, BUTTON}
    linked, position = "", 0
    while position + 6 <= len(body):
        kind, size = struct.unpack_from("<HH", body, position)
        inner = body[position + 4 : position + 4 + size]
        if kind == _COMMON and len(inner) >= 6 and found.type == DROP_DOWN:
            found.silent = bool(struct.unpack_from("<H", inner, 4)[0] & _OF_EXCEL)
        # LibreOffice writes the state under the number of the record before it.
        elif kind == _STATE or (kind == _STATE_BEFORE and size == 8):
            state = struct.unpack_from("<H", body, position + 4)[0]
            found.checked = {0: False, 1: True}.get(state)
        elif kind == _LINK:
            linked = _reference(inner, links)
        elif kind == _LIST:  # the last one; its size is none
            found.choice = _list(body[position + 4 :], linked, links)
            break
        elif kind == 0:
            break
        position += 4 + size
    return found


def _list(inner: bytes, linked: str, links: Links) -> Choice:
    """Read FtLbsData: the cells with the entries, and which entry is chosen."""
    try:
        (size,) = struct.unpack_from("<H", inner)
        entries = _reference(inner[2 : 2 + size], links)
        _, number, flags = struct.unpack_from("<HHH", inner, 2 + size)
    except struct.error:
        return Choice()
    several = flags & 0x30
    return Choice(entries=entries, number=None if several else number, linked=linked)


def _reference(formula: bytes, links: Links) -> str:
    """Give the cells that a formula of one reference names; empty for any other."""
    tokens = formula[6:]  # behind its size and four bytes that mean nothing
    try:
        kind = tokens[0] & 0x1F
        start = 3 if kind in {0x1A, 0x1B} else 1
        if kind in {0x04, 0x1A}:
            top, left = struct.unpack_from("<HH", tokens, start)
            bottom, right = top, left
        elif kind in {0x05, 0x1B}:
            top, bottom, left, right = struct.unpack_from("<HHHH", tokens, start)
        else:
            return ""
        sheet = links.sheet(struct.unpack_from("<H", tokens, 1)[0]) if start == 3 else None
    except (struct.error, IndexError):
        return ""
    corners = f"{address(top, left & _COLUMN)}:{address(bottom, right & _COLUMN)}"
    if sheet is None:
        return corners
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{corners}" if sheet else ""


def sheet_name(body: bytes) -> str:
    """Give the name in a BOUNDSHEET record."""
    wide = len(body) > 7 and body[7] & 1
    return body[8:].decode("utf-16-le" if wide else "latin-1", "replace")


def external_sheets(body: bytes) -> Sequence[tuple[int, int]]:
    """Give book and first sheet of each entry of an EXTERNSHEET record."""
    return [
        (book, first)
        for book, first, _ in struct.iter_unpack("<Hhh", body[2 : len(body) // 6 * 6 + 2])
    ]

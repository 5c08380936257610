"""Drop-downs and lists that lie over a sheet: which entry is chosen, and what it says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.formats.cells import cell_area
from pipeline.formats.parts import Cells

# A sheet's name, in quotes where it has odd letters, before ``!`` (Excel) or ``.`` (OpenDocument).
_REFERENCE = re.compile(r"\$?(?:'((?:[^']|'')*)'|([^'!.]+))[!.](.+)", re.DOTALL)


def _split(reference: str) -> tuple[str | None, str]:
    """Give the sheet that a reference names (None: its own) and the cells there."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        return None, reference
    name = found[2] if found[1] is None else found[1].replace("''", "'")
    # OpenDocument names the sheet before each corner.
    first, _, last = found[3].partition(":")
    return name, f"{first}:{_split(last)[1]}" if last else first


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a list stores: where its entries stand, and which of them is chosen.

    ``number`` counts from 1 and is 0 where none is chosen, None where the file does not say.
    """

    entries: str = ""
    number: int | None = None
    linked: str = ""  # the cell that holds the number


class Chosen(NamedTuple):
    """What a list says: the entry, whether there is one (None: nobody can tell), its number."""

    text: str = ""
    checked: bool | None = None
    number: int = 0


def chosen(choice: Choice, sheets: Mapping[str, Cells], own: Cells) -> Chosen:
    """Look up what is chosen."""
    number = choice.number
    stored = entry(choice.linked, 1, sheets, own) if choice.linked else None
    if stored:
        if number is not None and stored != str(number):
            return Chosen()
        number = int(stored) if stored.isascii() and stored.isdigit() and len(stored) < 6 else None
    if not number:
        return Chosen(checked=None if number is None else False)
    text = entry(choice.entries, number, sheets, own)
    return Chosen(text, True, number) if text else Chosen()


def entry(reference: str, number: int, sheets: Mapping[str, Cells], own: Cells) -> str | None:
    """Give one entry, counted from 1, of the cells that a list shows; None where it is none."""
    name, corners = _split(reference)
    area = cell_area(corners)
    cells = own if name is None else sheets.get(name)
    if area is None or cells is None or not 1 <= number <= area.bottom - area.top + 1:
        return None
    cell = cells.get((area.top + number - 1, area.left))
    return cell.text if cell is not None else ""

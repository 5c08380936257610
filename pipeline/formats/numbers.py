"""Numbers of spreadsheets: shortest decimals, date formats, day counts of 1900 and 1904."""

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from pipeline.model import CellKind, RawCell
from pipeline.texts.number_formats import BUILT_IN, is_plain, show_number, show_text

# Built-in number formats that show a date or a time (ECMA-376 part 1, 18.8.30), with the
# Japanese and other East Asian ones (27-36, 50-58).
_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})

# Text in quotes, escaped and padding characters, and brackets ([Red], [>=1], [$-411]) show
# nothing of the value; [h], [mm] and [ss] are elapsed time and do.
_SILENT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE | re.DOTALL)
_DATE_LETTERS = re.compile(r"[ymdhsgeabr年月日]|am/pm", re.IGNORECASE)


@lru_cache(maxsize=4096)
def shows_date(code: str) -> bool:
    """Tell whether a number format shows its number as a date or time (``yyyy/m/d``, ``ggge年``).

    Only the first section counts: the others are for negative numbers and text. ``General`` and
    ``0.00E+00`` carry letters of dates and are none.
    """
    if code.strip().casefold() in {"", "general", "g/標準", "standard", "@"}:
        return False
    section = _SILENT.sub("", code).split(";")[0]
    section = re.sub(r"general|g/標準|standard", "", section, flags=re.IGNORECASE)
    if re.search(r"[0#?]", section) and not re.search(r"[ymdhs]", section, re.IGNORECASE):
        return False
    return bool(_DATE_LETTERS.search(section))


def value_format(code: str) -> str:
    """Give a number format where it may show a value otherwise than it is; dates are told apart."""
    return "" if is_plain(code) or shows_date(code) else code


_EXACT_NUMBER = re.compile(r"(\d+)(?:\.0+)?")


@lru_cache(maxsize=16384)
def as_shown(cell: RawCell, code: str) -> RawCell:
    """Give a cell as a number format shows it: the same cell where that changes nothing.

    What is rounded or scaled, or cannot be rendered, is read as nothing at all.
    """
    if cell.kind is CellKind.NUMBER:
        shown = show_number(cell.text, code)
    elif cell.kind is CellKind.TEXT:
        shown = show_text(cell.text, code)
    else:
        return cell
    if shown is None or not shown.exact:
        return replace(cell, kind=CellKind.UNRENDERED, stored=cell.text, number_format=code)
    return shown_cell(cell, shown.text, code)


def shown_cell(cell: RawCell, text: str, code: str = "") -> RawCell:
    """Give a cell that shows a text: itself where the text is its value and no more."""
    number = _EXACT_NUMBER.fullmatch(text.strip()) if cell.kind is CellKind.NUMBER else None
    if text == cell.text or (number and number[1] == cell.text):
        return cell
    return replace(cell, kind=CellKind.TEXT, text=text, stored=cell.text, number_format=code)


def built_in_date(number_format: int) -> bool:
    """Tell whether a built-in number format id shows a date or time."""
    return number_format in _BUILT_IN_DATES


def format_of(number: int, formats: Mapping[int, str]) -> tuple[bool, str]:
    """Tell of a format id whether it shows dates, and its code where values need rendering.

    ``formats`` are those that the workbook declares itself; they go before the built-in ones.
    """
    code = formats.get(number)
    if code is None:
        return built_in_date(number), BUILT_IN.get(number, "")
    return shows_date(code), value_format(code)


def shortest(value: float) -> str:
    """Write a number as shortly as it can be read back: ``1``, ``2.5``, ``1e+20``."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def number_text(written: str) -> str | None:
    """Give the shortest form of a number as a file stores it; None where it is no number."""
    if written.isascii() and written.isdigit() and len(written) < 16:
        return str(int(written))
    try:
        value = float(written) if written.isascii() else math.nan
    except ValueError:
        return None
    return shortest(value) if math.isfinite(value) else None


def date_text(serial: float, *, epoch_1904: bool) -> str | None:
    """Give a day count as ISO text; None where no calendar has that day.

    The count of 1900 holds the 29 February 1900 that never was (day 60); the days before it are
    one off. A count below 1 is a time of day alone.
    """
    if not 0 <= serial < 2_958_466:  # 9999-12-31
        return None
    if serial < 1:
        return _time_text(serial)
    if epoch_1904:
        start = datetime(1904, 1, 1)  # noqa: DTZ001 - cells carry no zone
    elif serial < 60:
        start = datetime(1899, 12, 31)  # noqa: DTZ001 - cells carry no zone
    else:
        start = datetime(1899, 12, 30)  # noqa: DTZ001 - cells carry no zone
    try:
        moment = start + timedelta(seconds=round(serial * 86400))
    except OverflowError:
        return None
    return iso_text(moment)


def iso_text(moment: datetime | date) -> str:
    """Give ISO text; the time only where there is one."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return moment.date().isoformat()
    return moment.replace(microsecond=0).isoformat()


def _time_text(part: float) -> str:
    seconds = round(part * 86400)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


@lru_cache(maxsize=16384)
def number_cell(written: str, *, is_date: bool, epoch_1904: bool, formula: bool) -> RawCell:
    """Give the cell of a stored number. What is no number after all stays as text."""
    text = number_text(written)
    if text is None:
        return RawCell(kind=CellKind.TEXT, text=written, formula=formula)
    if is_date:
        moment = date_text(float(written), epoch_1904=epoch_1904)
        if moment is not None:
            return RawCell(kind=CellKind.DATE, text=moment, formula=formula)
    return RawCell(kind=CellKind.NUMBER, text=text, formula=formula)

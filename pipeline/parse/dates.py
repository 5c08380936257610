"""Read the 記入日 of a form's head in any Japanese writing of a date."""

import re
from datetime import date, timedelta

from pipeline.model import CellKind, RawCell
from pipeline.texts.calendar import ERA, REIWA
from pipeline.texts.folding import fold

_KANJI = str.maketrans("〇一二三四五六七八九", "0123456789")
_ERA = r"(?P<era>令和|平成|令|平|r|h)\s*\.?\s*"
_YEAR = re.compile(
    rf"(?:{_ERA})?(?P<year>\d{{1,4}}|元)\s*[年/.\-]\s*(?P<month>\d{{1,2}})\s*[月/.\-]\s*"
    rf"(?P<day>\d{{1,2}})(?!\d)"
)
_PLAIN = re.compile(r"^(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)$")
_SHORT = re.compile(r"(?<!\d)(?P<month>\d{1,2})\s*[月/]\s*(?P<day>\d{1,2})\s*日?(?!\d)")


def read_date(cell: RawCell, month: str) -> str:
    """Give a cell's date as YYYY-MM-DD, empty where it holds none.

    A date without a year is the one nearest to the collection month.
    """
    if cell.kind is CellKind.DATE:
        return cell.text[:10]
    if cell.kind is CellKind.NUMBER:
        return _serial(cell.text)
    return read_date_text(cell.text, month)


def read_date_text(text: str, month: str) -> str:
    """Give the date a text names as YYYY-MM-DD, empty where it names none."""
    folded = _plain_digits(fold(text))
    found = _YEAR.search(folded) or _PLAIN.match(folded.strip())
    if found is not None:
        year = 1 if found["year"] == "元" else int(found["year"])
        era = found.groupdict().get("era")
        if era:
            year += ERA[era]
        elif year < 100:
            # 8/11/5 and 26/11/5: two digits are a western year from 20 on, else an era year
            year += 2000 if year >= 20 else REIWA
        return _date(year, int(found["month"]), int(found["day"]))
    short = _SHORT.search(folded)
    if short is None:
        return ""
    return _nearest(int(short["month"]), int(short["day"]), month)


def _plain_digits(text: str) -> str:
    """Write 二十五 as 25; the text is folded."""

    def value(found: re.Match[str]) -> str:
        tens, _, ones = found[0].partition("十")
        first = int(tens.translate(_KANJI)) if tens else 1
        return str(first * 10 + (int(ones.translate(_KANJI)) if ones else 0))

    text = re.sub(r"[一二三四五六七八九]?十[一二三四五六七八九]?(?=[年月日])", value, text)
    return re.sub(
        r"[〇一二三四五六七八九]+(?=[年月日])", lambda found: found[0].translate(_KANJI), text
    )


def _date(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _nearest(number: int, day: int, month: str) -> str:
    """Give the date of that month and day that lies nearest to the collection month."""
    year, reference = int(month[:4]), int(month[5:7])
    distance = number - reference
    if distance > 6:
        year -= 1
    elif distance < -6:
        year += 1
    return _date(year, number, day)


def _serial(text: str) -> str:
    """Read an Excel serial number (or 20261105 typed as a number)."""
    if re.fullmatch(r"20\d{6}", text):
        return _date(int(text[:4]), int(text[4:6]), int(text[6:]))
    try:
        days = float(text)
    except ValueError:
        return ""
    if not 36526 <= days < 73051:  # years 2000 to 2099
        return ""
    return (date(1899, 12, 30) + timedelta(days=int(days))).isoformat()

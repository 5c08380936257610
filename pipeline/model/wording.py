"""How a place and a respondent's text are repeated in a message."""

from functools import lru_cache

from pipeline.model.submission import Location
from pipeline.text import tidy

QUOTED = 40  # characters of a respondent's text that a message repeats


def place(location: Location) -> str:
    """Give a place as a message begins with it: ``若葉市.xlsx［チェックシート!C12］``."""
    sheet, cell = location.sheet, location.cell
    inside = f"{sheet}!{cell}" if sheet and cell else sheet or cell
    return f"{location.file}［{inside}］" if inside else f"{location.file} "


@lru_cache(maxsize=4_096)  # the same few marks and notes again and again
def quote(text: str, limit: int = QUOTED) -> str:
    """Give a respondent's text as a message repeats it: one line, cut where it is long."""
    line = " ／ ".join(part.strip() for part in tidy(text).split("\n") if part.strip())
    return line if len(line) <= limit else f"{line[:limit]}…"

"""A month as YYYY-MM: its arithmetic and its words; the eras that Japanese years are counted in."""

import re
from datetime import datetime, timedelta, timezone

MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
# The first year of an era minus one: 令和1年 is 2019. Folded texts say it with a letter as well.
ERA = {"令和": 2018, "令": 2018, "r": 2018, "平成": 1988, "平": 1988, "h": 1988}
REIWA = ERA["令和"]
_WEEKDAYS = "月火水木金土日"
JAPAN = timezone(timedelta(hours=9))  # Japan has no daylight saving time


def present_month() -> str:
    """Give the present month in Japan. The one place where the clock decides anything."""
    return datetime.now(JAPAN).strftime("%Y-%m")


def month_number(month: str) -> int:
    """Count a month from year 0, ``year * 12 + month - 1``, so that spans are plain arithmetic."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def numbered_month(number: int) -> str:
    """Give the month that `month_number` counts."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def months_between(earlier: str, later: str) -> int:
    """Give how many months lie between two months, negative where ``later`` is earlier."""
    return month_number(later) - month_number(earlier)


def month_after(month: str, steps: int = 1) -> str:
    """Give the month so many steps after a month; before it where ``steps`` is negative."""
    return numbered_month(month_number(month) + steps)


def era_month_words(month: str) -> str:
    """Give a month in both calendars, ``令和8年11月（2026年11月）``, from 令和 on."""
    year, words = int(month[:4]) - REIWA, month_words(month)
    if month < "2019-05":
        return words
    return f"令和{'元' if year == 1 else year}年{int(month[5:7])}月（{words}）"


def month_words(month: str) -> str:
    """Give a month in words: ``2026年11月``."""
    return f"{month[:4]}年{int(month[5:7])}月"


def day_words(day: str) -> str:
    """Give a day, or a time of it, with era and weekday: 令和8年11月30日（月）, …（月）17時15分."""
    value = datetime.fromisoformat(day)
    weekday = _WEEKDAYS[value.weekday()]
    era = value.year - REIWA
    year = "元" if era == 1 else str(era)
    reiwa = (value.year, value.month) >= (2019, 5)
    written = f"令和{year}年" if reiwa else f"{value.year}年"
    clock = ""
    if "T" in day:
        clock = f"{value.hour}時" + (f"{value.minute}分" if value.minute else "")
    return f"{written}{value.month}月{value.day}日（{weekday}）{clock}"


def is_past(deadline: str, now: str) -> bool:
    """Tell whether a deadline (a day, which ends with it, or a local time) is over at ``now``."""
    return now[: len(deadline)] > deadline

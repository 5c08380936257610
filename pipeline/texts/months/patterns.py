"""How months, quarters, halves, years and seasons are written, as patterns and tables.

All patterns match normalised text (`normalise`).
"""

import re
from functools import lru_cache

from pipeline.texts.folding import fold

_KANJI = {digit: value for value, digit in enumerate("〇一二三四五六七八九")}

_WAVES = "〜∼〰˜"
_STROKE = re.compile(f"[‐‑‒–—―−─━﹣{_WAVES}]")
_KANJI_NUMBER = re.compile(
    r"(?<![〇一二三四五六七八九十])(?!〇+月)[〇一二三四五六七八九十]++"
    r"(?=年|月|日|四半期|か月|ヶ月|カ月|ヵ月|ケ月|ヶ年|q|末)"
)


_LONG_DASH = re.compile(r"(?<=\d)ー(?=\d)|(?<=\d月)ー(?=\d{1,2}月)")
# 2027,3 and r9,3: a comma between a year and its month, typed for the dot beside it.
_COMMA = re.compile(r"(?<![\w.])(20\d\d|(?:令和|令|r)\d{1,2})[,、](?=(?:0?[1-9]|1[0-2])(?!\d))")
_COMMA_BEFORE_DIGIT = re.compile(r"[,、](?=\d)")
_ROMAN_QUARTER = re.compile(r"(?<![a-z])(iv|i{1,3})(?=四半期)")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_SPACE = re.compile(r"(?<!\d) | (?!\d)")
_QUARTER = re.compile(r"第?([一二三四])四半期")
_QUARTER_NUMBER = re.compile(r"(?<=第)[一二三四](?=四半期)")
_FIRST_YEAR = re.compile(r"(令和|平成|令|平|r|h)元(?=年|\.|/|-)")
_MONTHS = re.compile(r"[ヶヵカケ個箇]月")


@lru_cache(maxsize=65536)
def normalise(text: str) -> str:
    """Fold a text further for dates: Arabic digits, one dash, one wave, no needless spaces."""
    text = _STROKE.sub(lambda found: "~" if found[0] in _WAVES else "-", fold(text))
    if "ー" in text:
        text = _LONG_DASH.sub("-", text)
    if " " in text:
        text = _SPACE.sub("", text)
    if _COMMA_BEFORE_DIGIT.search(text):
        text = _COMMA.sub(r"\1.", text)
    if "四半期" in text:
        text = _ROMAN_QUARTER.sub(lambda found: _ROMAN[found[0]], text)
        text = _QUARTER.sub(r"第\1四半期", text)
        text = _QUARTER_NUMBER.sub(_arabic, text)
    text = _KANJI_NUMBER.sub(_arabic, text)
    if "元" in text:
        text = _FIRST_YEAR.sub(r"\g<1>1", text)
    return _MONTHS.sub("か月", text) if "月" in text else text


def _arabic(found: re.Match[str]) -> str:
    return str(_kanji_value(found[0]))


_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = (
    r"(?<![a-z])(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])\.?"
)
_ENGLISH_MONTH = re.compile(
    rf"(?:(?<![\d/.])(?P<before>20\d\d)[ \-/.,]*|(?<!\d)\d{{1,2}}[ \-/]*)?{_NAME}"
    r"(?:[ \-/.,]*\d{1,2},[ ]?(?=20\d\d))?"
    r"(?:[ \-/,]*'?(?P<after>20\d\d|\d\d)(?![\d月日]))?"
)
_DAY_FIRST = re.compile(r"(?<![\d/.])(\d{1,2})([/.])(\d{1,2})\2(20\d\d)(?!\d)")
_SHOWA = re.compile(r"昭和(\d{2,3})年")
_FY_BEHIND = re.compile(r"(?<![a-z\d])'?(\d{2}|20\d\d)fy(?![\da-z])")


def _named(found: re.Match[str]) -> str:
    """Give Mar-27 and March 2027 as 2027年3月, and December alone as 12月."""
    year = found["before"] or found["after"] or ""
    month = _ENGLISH.index(found["name"][:3]) + 1
    return f"{'20' if len(year) == 2 else ''}{year}年{month}月" if year else f"{month}月"


def _day_first(found: re.Match[str]) -> str:
    """Give 31/3/2027 in the order of the country; 3/4/2027 may be either month."""
    first, second, year = int(found[1]), int(found[3]), found[4]
    if first > 12 >= second:
        return f"{year}年{second}月{first}日"
    return f"{year}年{first}月{second}日" if second > 12 >= first else found[0]


@lru_cache(maxsize=65536)
def plain_dates(text: str) -> str:
    """Give a text, `normalise`d, with the dates of other calendars and countries in one form."""
    if not _FOREIGN.search(text):
        return text
    text = _ENGLISH_MONTH.sub(_named, text)
    text = _DAY_FIRST.sub(_day_first, text)
    text = _SHOWA.sub(lambda found: f"{1925 + int(found[1])}年", text)
    text = re.sub(r"(?<=\d)(?:がつ|ガツ|gatsu)", "月", text)
    return _FY_BEHIND.sub(r"fy\1", text)


_FOREIGN = re.compile(r"[a-z]{3}|[/.]20\d\d|昭和|\dfy|\d(?:がつ|ガツ)")


def _kanji_value(written: str) -> int:
    """Give the number of 十二, 二十七 or 二〇二七."""
    if "十" not in written:
        return int("".join(str(_KANJI[digit]) for digit in written))
    tens, _, ones = written.partition("十")
    if any(digit not in _KANJI for digit in tens + ones):
        return 0  # 十十: no number, and no month
    return (_digits(tens) if tens else 1) * 10 + (_digits(ones) if ones else 0)


def _digits(written: str) -> int:
    return int("".join(str(_KANJI[digit]) for digit in written))


# ○月 as printed, and what people leave or put in its place. A text with digits needs the
# stricter signs: 12・1月 is no placeholder.
SIGN = "[○〇◯●◎×✕✖x_?*△▲□■☐…n]"
PLACEHOLDER = re.compile(
    rf"(?:(?:令和|r)?\.?(?:{SIGN}+|\d*)年度?)?(?:\d?{SIGN}+\d?|(?<![\d)])[-・.…]+)月(?:{SIGN}*日)?"
    rf"|r?{SIGN}+[./]{SIGN}+|第{SIGN}+四半期|(?<![\d今来翌々先前当本毎次か々])月(?![内末曜例度次間])"
)
TAIL = (
    r"(?:\((?:月|火|水|木|金|土|日)\)|(?:上|中|下|初)旬?[~\-・/](?:上|中|下)旬|"
    r"上旬|中旬|下旬|初旬|初め|はじめ|始め|半ば|なかば|末日|末|中|内|前半|後半|頭|期|頃|ごろ|ころ|"
    r"いっぱい|一杯|位|くらい|ぐらい|前後|目処|目途|めど)*"
)
DAY = (
    r"(?:[/.\-]?(?P<day>\d{1,2})(?!\d*月|\d|[./]\d)日?(?:[~\-]\d{1,2}日)?"
    r"|[/.\-](?:末|上旬|中旬|下旬|中|上|下))?"
)
YEAR = re.compile(
    r"fy'?(?P<fy>\d{4}|\d{2})(?:年度?)?"
    r"|(?<![a-z])(?P<era>令和|平成|令|平|r|h)\.?(?P<era_year>\d{1,2})(?P<era_unit>年度|年|fy)?"
    r"|(?<!\d)(?P<west>(?:19|20)\d\d)(?:(?P<west_unit>年度|年|fy)|(?!\d))"
    r"|(?<![\d.])'?(?P<short>\d{1,2})(?P<short_unit>年度|年(?!後|以内|間|程度|半|ほど|くらい|目))"
    r"|(?P<fiscal>再来年度|翌々年度|来年度|次年度|翌年度|明年度|新年度|来期|今年度|本年度|当年度|"
    r"現年度|同年度|今期|当期|昨年度|前年度|一昨年度|(?<![毎各計\d])年度(?!ごと|毎|別|単位))"
    r"|(?P<calendar>再来年|翌々年|来年|翌年|明年|次年|今年|本年|当年|同年|昨年|去年|前年|翌(?=\d))"
)
FISCAL_OFFSET = {
    **dict.fromkeys(("再来年度", "翌々年度"), 2),
    **dict.fromkeys(("来年度", "次年度", "翌年度", "明年度", "新年度", "来期"), 1),
    **dict.fromkeys(("昨年度", "前年度"), -1),
    "一昨年度": -2,
}
CALENDAR_OFFSET = {
    **dict.fromkeys(("再来年", "翌々年"), 2),
    **dict.fromkeys(("来年", "翌年", "明年", "次年", "翌"), 1),
    **dict.fromkeys(("昨年", "去年", "前年"), -1),
}
NUMERIC_MONTH = re.compile(
    r"[./\-・](?P<month>\d{1,2})(?!\d|q|/4|・?四半期|年)月?"
    r"(?:~(?P<until>\d{1,2})(?![\d月日./\-年]))?" + DAY + TAIL
)
MONTH = re.compile(r"(?P<month>\d{1,3})月(?!間|額|例|次)(?:分)?" + DAY + TAIL)
COMPACT = re.compile(r"(?<!\d)(?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])(?:[0-3]\d)?(?!\d)" + TAIL)
LISTED_MONTH = re.compile(r"(?<![\d.])(?P<month>\d{1,2})(?=[~\-・,、/](?:翌年?)?\d{1,2}月)")
QUARTER = re.compile(
    r"(?:第?(?P<a>\d)(?:[~\-・,、](?:第)?(?P<b>\d))?(?:/4)?(?:・?四半期|クォーター|クオーター|q(?![a-z\d]))"
    r"|(?P<c>[1-4])/4(?:半期|期)|(?<![a-z])q(?P<d>\d)(?:[~\-・]q?(?P<e>\d))?(?!\d))" + TAIL
)
HALF = re.compile(
    r"(?:(?P<early>上半期|上期|前期|前半期|前半|上半|(?<!以)上(?=$|\)))"
    r"|(?P<late>下半期|下期|後期|後半期|後半|下半|下(?=$|\))))" + TAIL
)
SURE_HALF = re.compile(r"(?:(?P<early>上半期|上期)|(?P<late>下半期|下期))" + TAIL)
SEASON = re.compile(
    r"(?P<when>再来|来|今|翌|この|次の)?(?:初|晩|早|真)?(?P<season>[春夏秋冬])"
    r"(?:季|期|先|休み|場|口)?" + TAIL
)
SURE_SEASON = re.compile(
    r"(?:(?P<when>再来|来|今|翌|この|次の)(?P<season>[春夏秋冬])(?![^\W\d_ぁ-ん頃])|"
    r"(?<![\w])(?P<alone>[春夏秋冬])(?=頃|ごろ|まで|以降))" + TAIL
)
SEASON_END = {"春": 5, "夏": 8, "秋": 11, "冬": 2}
RELATIVE_MONTH = re.compile(
    r"(?P<name>再来月|翌々月|今月|当月|本月|来月|翌月|次月|先月|前月|(?<![\d々])月(?=内|末))" + TAIL
)
# Beside ② a time; in a note the day on which it was written.
NEAR_DAY = re.compile(r"(?P<name>今週|来週|本日|今日|明日)" + TAIL)
MONTH_OFFSET = {
    **dict.fromkeys(("再来月", "翌々月"), 2),
    **dict.fromkeys(("来月", "翌月", "次月"), 1),
    **dict.fromkeys(("先月", "前月"), -1),
}
DURATION = re.compile(
    r"(?:(?P<half>半年)|(?P<count>\d{1,2})(?:[~\-・](?P<upto>\d{1,2}))?"
    r"(?P<unit>か月|年|週間?)(?P<and_half>半)?)(?:後|以内|程度|ほど|くらい|ぐらい|位|間|内|先|を目途)*"
)
TURN = re.compile(
    r"(?P<year>年末年始|年明け?(?:早々)?|年始|年初|年頭|新年(?!度)(?:早々|明け)?|正月(?:明け)?)"
    r"|(?P<end>年末|年内|年中|年越し)" + TAIL
)
EARLY_EDGE = re.compile(
    r"の?(?:当初|早々|早期|初頭|初め|はじめ|始め|初旬|頭|明け|初|の早い時期)" + TAIL
)
FISCAL_END = re.compile(r"(?:年?度)?(?:明け|替わり|代わり|またぎ)" + TAIL)
EDGE = re.compile(r"の?(?:末頃?|内|中|いっぱい|一杯|以内|度内|終わり)?" + TAIL)
MONTH_DAY = re.compile(
    r"(?<![\d./\-])'?(?P<a>\d{1,2})(?P<sep>[/.\-])(?P<b>\d{1,2})(?![\d./年]|か月)日?" + TAIL
)
MONTH_EDGE = re.compile(r"(?<![\d./])(?P<month>\d{1,2})/?(?:末日?|上旬|中旬|下旬|初旬)" + TAIL)
BARE_SPAN = re.compile(r"(?<!\d)(?P<a>\d{1,2})~(?P<b>\d{1,2})(?!\d)" + TAIL)
GLUE = re.compile(r"の|[(、,: ]")
_SIGNS = (
    r"[\d年月期令平rhf'来翌再明次新今本当現同一昨去前先上下後第q"
    r"春夏秋冬初晩早真こ半正○〇◯●◎×✕✖x_?*△▲□■☐…n\-・.]"
)
_ANYWHERE = (
    DURATION, TURN, COMPACT, YEAR, QUARTER, RELATIVE_MONTH, MONTH, LISTED_MONTH, MONTH_DAY,
)  # fmt: skip


def _one_of(*patterns: re.Pattern[str]) -> re.Pattern[str]:
    """Give a pattern for the places where one of several matches."""
    nameless = [re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern) for pattern in patterns]
    return re.compile(f"(?={_SIGNS})(?:{'|'.join(nameless)})")


# Every term begins where one of these matches; the rest of a text is skipped.
START = _one_of(*_ANYWHERE, SURE_HALF, SURE_SEASON)
LOOSE_START = _one_of(*_ANYWHERE, NEAR_DAY, HALF, SEASON, PLACEHOLDER, BARE_SPAN, MONTH_EDGE)
DIGITS = re.compile(r"\d++")

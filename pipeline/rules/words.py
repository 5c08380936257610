"""Japanese wording shared by the rules: quotations, months, lists."""

from collections.abc import Sequence
from functools import lru_cache

from pipeline.model import Answer, Precision, Status
from pipeline.texts.calendar import month_words
from pipeline.texts.folding import tidy

QUOTED = 40  # characters of a respondent's text that a message repeats
LISTED = 5  # members of a list that a message names before ほか…

STATUS_WORDS = {
    Status.DONE: "①既に対応済み",
    Status.PLANNED: "②これから対応予定",
    Status.NOT_PLANNED: "③対応の予定なし",
    Status.NOT_APPLICABLE: "対象外",
    Status.BLANK: "未記入",
    Status.UNCLEAR: "判読不能",
}

# Months that a term of this precision spans, its last month included.
WIDTH = {
    Precision.MONTH: 1,
    Precision.QUARTER: 3,
    Precision.SEASON: 3,
    Precision.HALF: 6,
    Precision.SPAN: 6,  # its first month is not kept
    Precision.FISCAL_YEAR: 12,
    Precision.YEAR: 12,
}


@lru_cache(maxsize=4_096)  # the same few marks and notes again and again
def quote(text: str, limit: int = QUOTED) -> str:
    """Give a respondent's text as a message repeats it: one line, cut where it is long."""
    line = " ／ ".join(part.strip() for part in tidy(text).split("\n") if part.strip())
    return line if len(line) <= limit else f"{line[:limit]}…"


def shown_words(answer: Answer) -> str:
    """Tell how a number format comes to show what a cell shows; empty where none does."""
    aside = answer.aside
    if aside is None or not aside.stored:
        return ""
    code = f"「{quote(aside.number_format, 60)}」" if aside.number_format else ""
    if answer.mark.raw == aside.stored:
        return f"セルの値は「{quote(aside.stored)}」ですが、表示形式{code}の見え方が分かりません。"
    return f"セルの値は「{quote(aside.stored)}」で、表示形式{code}によりこの表示になっています。"


def listed(names: Sequence[str], unit: str = "件", limit: int = LISTED) -> str:
    """Name the members of a list: ``C12、C15 ほか3か所``."""
    head = "、".join(names[:limit])
    rest = len(names) - limit
    return f"{head} ほか{rest}{unit}" if rest > 0 else head


def answer_words(answer: Answer) -> str:
    """Give an answer in words: ``②これから対応予定（2027年3月）``."""
    words = STATUS_WORDS[answer.mark.status]
    if answer.mark.status is Status.PLANNED and answer.due.month:
        return f"{words}（{month_words(answer.due.month)}）"
    return words

"""Reading the text of a check cell that holds no legend: numbers first, then wording."""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.model import CellKind, Doubt, Due, DueProblem, Mark, Precision, ReadBy, Status
from pipeline.texts.calendar import months_between
from pipeline.texts.folding import CIRCLED, fold, number_of
from pipeline.texts.marks import patterns
from pipeline.texts.marks.table import Notation, Table, load_table, matching_key
from pipeline.texts.months import split_due

LONGEST = 400  # characters; a longer text is a remark in the wrong column, not an answer

STATUS_OF = {1: Status.DONE, 2: Status.PLANNED, 3: Status.NOT_PLANNED}
_A_YEAR = 12  # months
_NO_DUE = Due()
_ENDS = "。.、,:;!"
_QUOTES = "'\"`“”‘’ "


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a text says, before it becomes a Mark. ``ditto`` points to the item above."""

    status: Status
    notation: str = ""
    read_by: ReadBy = ReadBy.NOTHING
    doubt: Doubt = Doubt.NONE
    due: Due = _NO_DUE
    ditto: bool = False

    def mark(self, told_by: ReadBy | None = None) -> Mark:
        """Give the mark of a cell that says just this; its raw text is the cell's to add.

        ``told_by`` is what told where the answer stands, if more than the text.
        """
        told = told_by if self.status is not Status.UNCLEAR else None
        return Mark(
            status=self.status,
            notation=self.notation,
            read_by=told or self.read_by,
            doubt=self.doubt,
            due=self.due,
        )


def unclear(doubt: Doubt, notation: str) -> Reading:
    """Give the reading of a text that decides nothing."""
    return Reading(status=Status.UNCLEAR, doubt=doubt, notation=notation)


RETRACTED = Mark(
    status=Status.UNCLEAR,
    notation="retracted",
    doubt=Doubt.NO_NUMBER,
    object_text="取り消し線で消されています",
)


@lru_cache(maxsize=65536)
def read_text(text: str, month: str) -> Reading:
    """Read a text as an answer. ``text`` holds no legend; ``month`` is YYYY-MM. Total."""
    table = load_table()
    key = matching_key(text)
    if not key:
        return Reading(status=Status.BLANK)
    if len(key) > LONGEST:
        return unclear(Doubt.NO_NUMBER, "long-text")
    return (
        _exact(table, key)
        or _no_words(key)
        or _numbered(table, key, month, joined=bool(patterns.JOINED.match(fold(text))))
        or _worded(table, key, month)
    )


def _no_words(key: str) -> Reading | None:
    """Read what holds neither number nor wording: errors, dates, signs."""
    if patterns.ERROR.fullmatch(key):
        return unclear(Doubt.ERROR, "error-text")
    if patterns.DATE.fullmatch(key):
        return unclear(Doubt.DATE, "date-text")
    if patterns.NO_LETTER.fullmatch(key):
        return unclear(Doubt.SYMBOL, "symbol")
    return None


def _exact(table: Table, key: str) -> Reading | None:
    if patterns.HESITANT.fullmatch(key):
        return unclear(Doubt.NO_NUMBER, "number-denied")
    for form in (key, _unwrapped(key), key.rstrip(_ENDS)):
        row = table.exact.get((CellKind.TEXT, form))
        if row:
            read_by = ReadBy.NUMBER if "number" in row.id else ReadBy.WORDS
            return _reading(row, read_by, Due(problem=DueProblem.MISSING))
    return None


def _unwrapped(key: str) -> str:
    """Take away brackets and quotes around the whole: 「①」, （【①】）."""
    form = key.removeprefix(")").strip(_QUOTES + _ENDS)
    while patterns.WRAPPED.fullmatch(form):
        form = form[1:-1].strip()
    if form.startswith("(") and ")" not in form:
        form = form[1:].strip()  # （１ with the closing bracket forgotten
    return form


def _reading(row: Notation, read_by: ReadBy, due: Due) -> Reading:
    if row.status is None:
        return Reading(status=Status.UNCLEAR, notation=row.id, ditto=True)
    if row.status is Status.UNCLEAR:
        return unclear(row.doubt, row.id)
    if row.status is not Status.PLANNED:
        due = Due(written=due.written)
    return Reading(status=row.status, notation=row.id, read_by=read_by, due=due)


def _numbered(table: Table, key: str, month: str, *, joined: bool) -> Reading | None:
    """Read a text that leads with a number, or holds one circled number among words.

    ``joined`` tells that words follow the first digit without a space or sign: 3社.
    """
    key = _unwrapped(key)
    text = patterns.BEFORE.sub("", key)
    signs = text[:1] if text[:1] in table.signs else ""
    lead = patterns.LEAD.match(text, len(signs))
    if lead is None:
        return _among_words(table, key, month)
    number = _number(lead)
    rest = text[lead.end() :]
    if _several(lead, number, rest):
        return unclear(Doubt.SEVERAL, "several-numbers")
    if number not in STATUS_OF:
        return unclear(Doubt.OUT_OF_RANGE, "out-of-range")
    if _ambiguous(lead, rest):
        return unclear(Doubt.NO_NUMBER, "ambiguous-number")
    if patterns.ONLY_TICKS.fullmatch(rest):
        rest = ""
    if rest.strip("() ") in table.signs:
        signs, rest = signs + rest.strip("() "), ""
    if any(STATUS_OF[number] not in table.signs[sign] for sign in signs):
        return unclear(Doubt.NO_NUMBER, "number-denied")
    joined &= bool(lead["plain"]) and lead["sep"] != "." and not lead[0].endswith(("番", "目"))
    return _beside(table, number, rest, month, joined=joined)


def _number(lead: re.Match[str]) -> int:
    written = lead["circled"] or lead["paren"] or lead["plain"]
    return CIRCLED.get(written) or int(float(written))


def _several(lead: re.Match[str], number: int, rest: str) -> bool:
    if patterns.ANY_CIRCLED.search(rest):
        return True
    if patterns.JOINED_NUMBERS.fullmatch(lead.string[lead.start() :]) and not (
        number == 2 and re.fullmatch(r"\(\d\)", rest) and lead["paren"] is None
    ):
        return True
    if lead["circled"] and number == 2 and re.match(r"\d", rest):
        return False  # ②3 is ② in March
    if rest.startswith("(") and lead["paren"] is None and number == 2:
        return False  # 2(3) is ② in March
    return bool(patterns.SEVERAL_AFTER.match(rest))


def _ambiguous(lead: re.Match[str], rest: str) -> bool:
    """Tell where the digits may be one number torn apart: ``1 2月``, ``2-10``."""
    if lead["plain"] is None:
        return False
    if lead["sep"] in (".", ",", "、", ":") and re.fullmatch(r"\d+", rest):
        return True
    return bool(re.match(r" \d月", rest)) and lead["plain"] == "1"


def _beside(table: Table, number: int, rest: str, month: str, *, joined: bool = False) -> Reading:
    """Read what stands beside a number; the number alone decides only with nothing against it."""
    pointed = (
        number == 1 and rest.startswith(("→", "⇒", ">")) and not patterns.SEE_NOTE.match(rest[1:])
    )
    if patterns.DANGLING.fullmatch(rest) or pointed:
        return unclear(Doubt.NO_NUMBER, "number-denied")
    if not re.match(r"[-.]\d", rest):
        rest = rest.lstrip(" .:、,)→⇒>=").removeprefix("-")
    due, words = split_due(rest, month)
    if number == 2:
        words = _settled(words, due)
    words = _bare(words)
    doubt = _time_beside_done(due, words, month) if number == 1 else Doubt.NONE
    if doubt:
        return unclear(doubt, "done-with-plan" if doubt is Doubt.SEVERAL else "done-with-doubt")
    fitting = (  # the last row of each number fits anything
        row
        for row in table.beside
        if number in row.numbers and _fits(row, words, due, joined=joined)
    )
    return _reading(next(fitting), ReadBy.NUMBER, due)


def _fits(row: Notation, words: str, due: Due, *, joined: bool) -> bool:
    if row.joined and not joined:
        return False
    if row.due is not None and row.due != bool(due.month):
        return False
    match = row.pattern.fullmatch if row.whole else row.pattern.search
    return bool(match(words))


def _time_beside_done(due: Due, words: str, month: str) -> Doubt:
    """Say what a time beside ① has against it: SEVERAL for one to come, NONE for one gone by."""
    if not due.written or due.problem is DueProblem.UNDECIDED:
        return Doubt.NONE
    length = patterns.LENGTH.fullmatch(due.written)
    if length and (length[0].endswith("間") or patterns.KEPT.search(words)):
        return Doubt.NONE
    if due.problem is DueProblem.CONFLICTING and patterns.LISTED.search(due.written):
        parts = (split_due(part, month) for part in patterns.LISTED.split(due.written))
        return next(filter(None, (_time_beside_done(*part, month) for part in parts)), Doubt.NONE)
    if _ahead(due, month):
        return Doubt.SEVERAL
    running = bool(patterns.RUNNING.match(due.written)) or _is_running(due, month)
    gone = running and bool(re.search("済|した|^も", words))
    gone |= (
        bool(patterns.BYGONE.match(due.written) and patterns.ACT.search(words))
        and due.month <= month
    )
    planned = (
        due.month > month
        and bool(patterns.ACT.search(words))
        and not patterns.NO_LATE_ACT.search(words)
    )
    settled = gone or _past_or_month(due, month)
    return Doubt.NO_NUMBER if planned or not settled else Doubt.NONE


def _ahead(due: Due, month: str) -> bool:
    """Tell whether a time beside ① is one to come by its own words: 令和9年4月, 来年3月, 来年度."""
    if not due.month > month:
        return False
    if patterns.TO_COME.search(due.written):
        return True
    return not due.inferred and due.precision is Precision.MONTH


def _settled(words: str, due: Due) -> str:
    """Take away question marks that doubt the time of ②, not the choice of ②."""
    if due.month:
        return re.sub(r"^\(?\?+\)?|\(\?+\)|\?$", "", words)
    if due.written:
        return words.replace("?", "")
    return "" if re.fullmatch(r"\(\?+\)", words) else words


def _past_or_month(due: Due, month: str) -> bool:
    """Tell whether a time beside ① is a plain month or a year gone by, not a plan."""
    if due.problem:  # ①（○月）: the placeholder of ② left in
        return due.problem is DueProblem.MISSING and "?" not in due.written
    gone = not due.inferred and due.month <= month
    if due.precision is Precision.MONTH:
        if _term(due, month) and not gone:
            return False
        return bool(patterns.WRITTEN_MONTH.search(due.written)) and (
            "月" in due.written or not due.inferred
        )
    return gone


def _term(due: Due, month: str) -> bool:
    """Tell whether a month is a term to be kept: 12月中 at any time, 12月末 while it lies ahead."""
    return bool(patterns.TERM_TO_COME.search(due.written)) or (
        due.month > month and due.written.endswith("末")
    )


def _among_words(table: Table, key: str, month: str) -> Reading | None:
    """Read 既に対応済み① and 対応済み:1, where wording and number must agree."""
    circled = patterns.ANY_CIRCLED.findall(key)
    if len(circled) > 1:
        return unclear(Doubt.SEVERAL, "several-numbers")
    found = patterns.ANY_CIRCLED.search(key) or re.search(r"(?<=[:(=→])[1-9](?=\)?$)", key)
    if found is None:
        return None
    number = number_of(found[0])
    words = key[: found.start()] + key[found.end() :]
    reading = _worded(table, patterns.EMPTY_BRACKETS.sub("", words), month)
    if STATUS_OF.get(number) is reading.status:
        return Reading(
            status=reading.status, notation=reading.notation, read_by=ReadBy.NUMBER, due=reading.due
        )
    if number not in STATUS_OF:
        return unclear(Doubt.OUT_OF_RANGE, "out-of-range")
    if reading.status in STATUS_OF.values():
        return unclear(Doubt.SEVERAL, "words-against-number")
    return unclear(Doubt.NO_NUMBER, "number-among-words")


def _worded(table: Table, key: str, month: str) -> Reading:
    """Read wording without a number."""
    if patterns.JOINED_NUMBERS.fullmatch(key):
        return unclear(Doubt.SEVERAL, "several-numbers")
    if patterns.TORN_NUMBERS.fullmatch(key):
        return unclear(Doubt.NO_NUMBER, "ambiguous-number")
    return _signed(table, key, month) or _by_rows(table, key, month)


def _signed(table: Table, key: str, month: str) -> Reading | None:
    """Read words with a sign before or behind them: ○対応済み. Words decide, if the sign agrees."""
    agreeing = table.signs.get(key[:1]) or table.signs.get(key[-1:])
    if not agreeing:
        return None
    words = _unwrapped(key[1:].strip() if key[0] in table.signs else key[:-1].strip())
    reading = _worded(table, words, month) if words else unclear(Doubt.SYMBOL, "symbol")
    if reading.status in agreeing or reading.status is Status.UNCLEAR:
        return reading
    if reading.status in STATUS_OF.values():
        return unclear(Doubt.SEVERAL, "sign-against-words")
    return None


def _by_rows(table: Table, key: str, month: str) -> Reading:
    due, words = split_due(_unwrapped(key), month)
    if due.month:
        words = re.sub(r"(?<!^)\(\?+\)$", "", words)
    words = _bare(patterns.SEE_NOTE.sub("", words)).strip(":-/~")
    if "?" not in words and not any(character.isdigit() for character in words):
        for row in table.words:
            if not row.pattern.fullmatch(words):
                continue
            if row.due and (not due.month or _may_be_past(due, month) or "?" in key):
                continue
            if row.status is Status.DONE and not _finished(due, words, month):
                return unclear(Doubt.NO_NUMBER, "done-words-with-time")
            return _reading(row, ReadBy.WORDS, due)
    return _claimed(table, key, due, month) or unclear(Doubt.NO_NUMBER, "unknown-text")


def _claimed(table: Table, key: str, due: Due, month: str) -> Reading | None:
    """Read wording that claims 済 and says more: 策定済み（令和5年改訂）."""
    row = next((row for row in table.claims if row.pattern.fullmatch(key)), None)
    if row is None:
        return None
    reading = _beside(table, row.numbers[0], key, month)
    if reading.status is Status.UNCLEAR:
        doubt = Doubt.REMARK if reading.doubt is Doubt.REMARK else Doubt.NO_NUMBER
        return unclear(doubt, reading.notation)
    if row.status is Status.UNCLEAR:
        return unclear(row.doubt, row.id)
    if due.month > month or not _finished(due, key, month):
        return unclear(Doubt.NO_NUMBER, "done-words-with-time")
    return _reading(row, ReadBy.WORDS, reading.due)


def _bare(words: str) -> str:
    return patterns.EMPTY_BRACKETS.sub(
        "", patterns.DROPPED.sub("", patterns.EMPTY_BRACKETS.sub("", words))
    )


def _may_be_past(due: Due, month: str) -> bool:
    """Tell a time that may be when it was done: before the collection month, or R8 during R8."""
    running = due.precision is Precision.YEAR and _is_running(due, month)
    return running or (not due.inferred and due.month < month)


def _is_running(due: Due, month: str) -> bool:
    """Tell whether a time names the year of the collection month, not its end: 令和8年度, R8."""
    fiscal = due.precision is Precision.FISCAL_YEAR and due.written.endswith("年度")
    named = not due.inferred and (fiscal or due.precision is Precision.YEAR)
    return named and 0 <= months_between(month, due.month) < _A_YEAR


def _finished(due: Due, words: str, month: str) -> bool:
    """Tell whether done words beside a time speak of the past: 3月完了 may be a plan."""
    if not due.month and not due.written:
        return True
    if _ahead(due, month):
        return False
    past = "済" in words or "した" in words
    gone = bool(due.month) and not due.inferred and (due.month, not past) <= (month, False)
    whole = due.precision in (Precision.MONTH, Precision.YEAR, Precision.FISCAL_YEAR)
    if gone or not due.month or not whole:
        return gone
    if not due.inferred:
        # The running fiscal year ends in the future, yet 令和8年度対応済み speaks of what is done.
        return past and _is_running(due, month)
    open_end = _term(due, month) or (due.month > month and words.startswith(("より", "から")))
    return past and not open_end and bool(re.search(r"\d月", due.written))

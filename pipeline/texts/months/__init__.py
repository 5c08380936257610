"""The month in a mark or a note: what was written, as ``YYYY-MM`` with its precision.

The point of reference is the collection month (基準月). The fiscal year (年度) runs April to
March; quarters and halves are those of the fiscal year, and without a year those of the fiscal
year that holds the collection month. A span or a vague term gives its last month.
"""

import re
from dataclasses import replace
from functools import lru_cache

from pipeline.model import Due, DueProblem, DueSource, Precision
from pipeline.texts.calendar import month_number, numbered_month
from pipeline.texts.months.patterns import TAIL, normalise, plain_dates
from pipeline.texts.months.terms import Reader, Term, joined

__all__ = ["find_months", "normalise", "plain_dates", "read_due", "split_due"]

_BARE = re.compile(r"[(~、,:]*(?P<n>\d{1,4})(?P<tail>" + TAIL + r")[)]*(?:\?|です|。)*")
_SPAN_JOINER = re.compile(r"[)]?(?:~|-|->|→|⇒|から|より|ないし|乃至)[(]?同?")
_EITHER_JOINER = re.compile(r"[)]?(?:又は|または|or|もしくは|若しくは|か|あるいは|或いは)[(]?")
_LIST_JOINER = re.compile(r"[・、,/&+と]|及び|および|and")
# 12月議会 is a step on the way, 3月完了 the end of it.
_EVENT = re.compile(r"の?(?:定例)?[市町村県区]?(?:議会|補正|着手|から着手|に着手)")
_FINISH = re.compile(r"(?:まで)?に?(?:対応|策定|整備|導入)?(?:を|が)?(?:完了|終了)")
_OR_NEVER = re.compile(r"(?:か|又は|または|or|もしくは)\(?(?:時期)?(?:未定|不明)")
_AT_LATEST = re.compile(r"遅くとも(?:\(|、)?$")
_OPEN_END = re.compile(r"以降|以後|~(?!\d)")
_UNDECIDED = re.compile(
    r"未定|検討|調整|協議(?!会)|不明|未決|未確定|決まって|決定後|別途|次第|tbd|追って|適宜|順次|随時|いずれ|"
    r"将来|当面|早急|早期|速やか|近日|近い|なるべく|可能な限り|数か月|数年|中長期|長期|中期|分から|わから|確認中"
)
_TRIGGER = re.compile(r"[\d年月期春夏秋冬q翌]")
_LOOSE_TRIGGER = re.compile(rf"{_TRIGGER.pattern}|[今来]週|[本今明]日")


def _merge(text: str, terms: list[Term]) -> list[Term]:
    """Join terms that a wave, から or 又は makes one span."""
    merged: list[Term] = []
    for term in terms:
        before = merged[-1] if merged else None
        if before is None or before.problem is DueProblem.MISSING or term.problem:
            merged.append(term)
            continue
        gap = text[before.end : term.start]
        span = joined(before, term, Precision.SPAN)
        listed = _LIST_JOINER.fullmatch(gap) and span.last - before.last <= 1
        if listed or _SPAN_JOINER.fullmatch(gap) or _EITHER_JOINER.fullmatch(gap):
            merged[-1] = span
        else:
            merged.append(term)
    return [
        replace(term, precision=Precision.SPAN)
        if term.precision is Precision.MONTH and _OPEN_END.match(text, term.end)
        else term
        for term in merged
    ]


_FINENESS = (
    Precision.MONTH, Precision.SPAN, Precision.QUARTER, Precision.SEASON, Precision.HALF,
    Precision.YEAR, Precision.FISCAL_YEAR,
)  # fmt: skip


def _agreed(terms: list[Term]) -> Term | None:
    """Give the finest of several terms where all others hold it: 今年度中（12月）."""
    finest, *others = sorted(terms, key=lambda term: _FINENESS.index(term.precision))
    if finest.floating and others:
        for shift in (0, 12, -12):
            moved = replace(finest, first=finest.first + shift, last=finest.last + shift)
            if all(term.first <= moved.last <= term.last for term in others):
                return moved
        return None
    return finest if all(t.first <= finest.last <= t.last for t in others) else None


def _due(text: str, term: Term) -> Due:
    if term.problem:
        return Due(problem=term.problem, written=text[term.start : term.end])
    return Due(
        month=numbered_month(term.last),
        precision=term.precision,
        inferred=term.inferred,
        written=text[term.start : term.end],
    )


@lru_cache(maxsize=65536)
def split_due(text: str, month: str) -> tuple[Due, str]:
    """Read the month of a mark, and give what is left of the text without it.

    ``text`` is what stands beside the number; the rest is normalised. ``month`` is the
    collection month, ``YYYY-MM``. Without a usable month the Due says why.
    """
    text = plain_dates(normalise(text))
    bare = _BARE.fullmatch(text)
    if bare and len(bare["n"]) <= 2:
        reader = Reader(text, month_number(month), loose=True)
        term = reader.floating(0, len(text), int(bare["n"]))
        return replace(_due(text, term), source=_source(term)), ""
    told = _LOOSE_TRIGGER.search(text)
    terms = Reader(text, month_number(month), loose=True).terms() if told else []
    terms = _merge(text, terms)
    rest, at = "", 0
    for term in terms:
        rest += text[at : term.start]
        at = term.end
    rest += text[at:]
    due = _choose(text, terms)
    return replace(due, source=DueSource.MARK if due.month else DueSource.NONE), rest


def _source(term: Term) -> DueSource:
    return DueSource.NONE if term.problem else DueSource.MARK


def _choose(text: str, terms: list[Term]) -> Due:
    for problem in (DueProblem.IMPOSSIBLE, DueProblem.CONFLICTING):
        for term in terms:
            if term.problem is problem:
                return _due(text, term)
    open_end = _OR_NEVER.search(text)
    if open_end:
        return Due(problem=DueProblem.UNDECIDED, written=open_end[0])
    good = [term for term in terms if not term.problem]
    if len(good) > 1:
        good = [term for term in good if not _EVENT.match(text, term.end)] or good
    if good:
        finishing = [term for term in good if _FINISH.match(text, term.end)]
        latest = [term for term in good if _AT_LATEST.search(text[: term.start])]
        agreed = _agreed(good) or next((t[0] for t in (finishing, latest) if len(t) == 1), None)
        if agreed:
            return _due(text, agreed)
        return Due(problem=DueProblem.CONFLICTING, written=text)
    undecided = _UNDECIDED.search(text)
    if undecided:
        return Due(problem=DueProblem.UNDECIDED, written=undecided[0])
    placeholder = next((text[term.start : term.end] for term in terms), "")
    return Due(problem=DueProblem.MISSING, written=placeholder)


def read_due(text: str, month: str) -> Due:
    """Read the month written beside ②; ``month`` is the collection month, ``YYYY-MM``."""
    return split_due(text, month)[0]


# A fiscal year that names a budget, an edition or a plan is no due month, nor is the past.
_NO_DUE = re.compile(
    r"の?(?:当初|補正)?(?:予算(?!で|を|に|確保)|版|計画(?!的)|決算|改定版|改訂版)|(?:に|から|より)?"
    r"(?:策定|制定|改定|改訂|実施|整備|導入|作成|施行|締結|取得|発行|公表|運用)?(?:済|した(?!い)|しました|してい)"
)


def _bygone(text: str, term: Term, month: str) -> bool:
    """Tell whether a dated month lies before the window and is no plan: 令和5年3月策定."""
    past = not term.inferred and term.last < month_number(month) - 3
    return past and "予定" not in text[term.end : term.end + 12]


@lru_cache(maxsize=65536)
def find_months(text: str, month: str) -> tuple[Due, ...]:
    """Give every month a note names, in the order of the text, source NOTE.

    Stricter than `read_due`: in prose a bare number, 1/2 or 春日 is no month.
    """
    text = plain_dates(normalise(text))
    if not _TRIGGER.search(text):
        return ()
    terms = _merge(text, Reader(text, month_number(month), loose=False).terms())
    return tuple(
        replace(_due(text, term), source=DueSource.NOTE)
        for term in terms
        if not (term.problem or _NO_DUE.match(text, term.end) or _bygone(text, term, month))
    )

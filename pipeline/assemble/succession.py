"""Which of two returns of one respondent is the later one, where something written proves it.

Proof is, in this order, the first that tells: the month a form was handed out filled in with, or
the moment a slip was made; 記入日 where both returns have one; the version word in the file name;
the date that people wrote into both file names. The time of the last change, a copy's counter and
the order of the files prove nothing: they come from saving, not from answering.

Last comes the time at which a server of ours received two mails of one sender, where neither return
has a 記入日.
"""

import datetime
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.assemble.contradictions import names_within
from pipeline.model import Receipt, Slip, Status, Submission
from pipeline.texts.calendar import REIWA
from pipeline.texts.folding import fold, is_blank

# What may follow a version word that stands for itself: 更新 of データ更新事業 is none.
_END = (
    r"(?=$|[^一-鿿ァ-ヺぁ-ん]|(?:版|稿|案|済|後|分|え|ver|回答|提出|報告|修正|訂正|確定|決定|完成|最終|"
    r"再|追|送付|反映|箇所|シート|チェック|データ|ファイル|の(?!予定)|です|しました))"
)
_FINAL = re.compile(
    rf"(?:最終|確定|完成|最新|決定){_END}|(?<![a-z])(?:final|latest|fix(?:ed)?)(?![a-z])"
)
_REVISED = re.compile(
    r"(?:再修正|修正|訂正|改訂|改定|更新|変更|差し?替え?|再提出|再送付?|再回答|追記|(?<![a-z])revised)"
    rf"(?!前|なし|無|不要|依頼|願){_END}(?:版|済み?|後|分|ver)?\s*\(?(\d{{0,2}}(?!\d|[.\-/月年]))"
    r"|(?<![一-鿿])新(?:版|(?![一-鿿]))"
)
_AGAIN = re.compile(r"再提出|再送|再回答")
_TWICE = re.compile(r"再修正|再々|再再|修正再")
_NUMBERED = re.compile(
    r"(?<![a-z])(?:ver(?:sion)?|rev(?:ision)?|v)[.\s_-]*(\d+)(?:[._](\d+))?(?!\d)"
    r"|第?\s*(\d+)\s*(?:版|回目|稿)|第?([二三四五])(?:版|回目|稿)"
)
_KANJI = {"二": 2, "三": 3, "四": 4, "五": 5}
_DRAFT = re.compile(
    r"(?<![提起立])案(?=$|[^一-鿿ァ-ヺぁ-ん])|たたき台|素案|暫定|初版|(?<![a-z])(?:draft|old)(?![a-z])"
    r"|(?:修正|訂正|改訂|更新|変更|差し?替え?)前|(?<![一-鿿])旧(?:版|回答|様式)?(?![一-鿿])|旧版"
)
_ERA = re.compile(
    r"(?:令和|(?<![a-z])r)\.?\s*(\d{1,2})[年.\-/_]\s*(\d{1,2})[月.\-/_]\s*(\d{1,2})(?!\d)"
)
_PACKED_ERA = re.compile(r"(?<![a-z])r(\d{1,2})(\d{2})(\d{2})(?!\d)")
_WESTERN = re.compile(r"(?<!\d)(20\d{2})[年.\-/_]?\s*(\d{1,2})[月.\-/_]?\s*(\d{1,2})(?!\d)")
_PACKED = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)")
_DAY = re.compile(r"(?<![\d年.\-/])(\d{1,2})月\s*(\d{1,2})日")


_Order = Callable[[Submission, Submission], int]


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """The version words of a file name: ``level`` draft -1, none 0, numbered 1, revised 2, final 3.

    ``again`` tells a return that was sent once more; it does not count for the order.
    """

    level: int
    revision: int = 0
    number: tuple[int, int] = (0, 0)
    again: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class _Proof:
    """One way to tell the later of two: 1, it is the first; -1, the second; 0, it tells not."""

    order: _Order
    words: str


def later(one: Submission, other: Submission) -> tuple[int, str]:
    """Tell by proof which return is the later one: 1 the first, -1 the second, 0 no proof.

    With the words for the proof: シート内の記入日が新しいもの.
    """
    for proof in _PROOFS:
        found = proof.order(one, other)
        if found:
            return found, proof.words
    return 0, ""


Related = Callable[[Submission, Submission], bool]


def layers(
    returns: Collection[Submission],
    *,
    of_one_hand: Related = lambda _one, _other: True,
    apart: Related = lambda _one, _other: False,
) -> list[list[Submission]]:
    """Give the returns in layers, newest first.

    Each return is proven to be older than one of the layer before; within a layer nothing proves
    an order. A proof counts between returns ``of_one_hand``: the revised file of one stakeholder
    does not replace another's. Two that are ``apart`` are parts of one answer: neither replaces
    the other.
    """

    def replaces(other: Submission, one: Submission) -> bool:
        return of_one_hand(one, other) and later(other, one)[0] > 0 and not apart(one, other)

    left = sorted(returns, key=lambda submission: submission.source.key)
    found: list[list[Submission]] = []
    while left:
        newest = [one for one in left if not any(replaces(other, one) for other in left)]
        if not newest and found:  # proofs go round in a circle: who is older than those above?
            newest = [one for one in left if any(replaces(other, one) for other in found[-1])]
            found[-1] += [one for one in left if one not in newest]
            return [*found, newest] if newest else found
        newest = newest or left  # proofs that contradict each other prove nothing
        found.append(newest)
        left = [one for one in left if one not in newest]
    return found


def is_untouched(submission: Submission) -> bool:
    """Tell whether nothing at all was filled in."""
    return all(
        answer.mark.status is Status.BLANK and answer.note.empty for answer in submission.answers
    )


def answered_items(submission: Submission) -> frozenset[str]:
    """Give the items that a return says something about."""
    return frozenset(
        answer.item_id
        for answer in submission.answers
        if answer.mark.status is not Status.BLANK or not is_blank(answer.note.raw)
    )


def _compared(mine: Any, theirs: Any) -> int:
    return int(mine > theirs) - int(mine < theirs)


def _by_text(text: Callable[[Submission], str]) -> _Order:
    """Order by a text that tells only where both have one."""

    def order(one: Submission, other: Submission) -> int:
        mine, theirs = text(one), text(other)
        return _compared(mine, theirs) if mine and theirs else 0

    return order


def _of_one_kind(order: _Order) -> _Order:
    """Let file names tell between two forms or two slips only: both are named by people."""

    def alike(one: Submission, other: Submission) -> int:
        return order(one, other) if (one.slip is None) == (other.slip is None) else 0

    return alike


def _by_version(one: Submission, other: Submission) -> int:
    mine, theirs = version_of(one.source.path), version_of(other.source.path)
    if mine.number[0] and theirs.number[0] and mine.number != theirs.number:
        return _compared(mine.number, theirs.number)
    levels = {mine.level, theirs.level}
    if levels == {0, 1} and max(mine.number, theirs.number) < (1, 1):
        return 0  # 第1版 beside a name without a version: either may be the first
    finals = [each for each in (mine, theirs) if each.level == 3]
    if len(finals) == 1 and (mine.again or theirs.again) and not finals[0].again:
        return 0  # 最終版 beside 再提出: either may have come first
    return _compared(mine, theirs)


def version_of(path: str) -> Version:
    """Read the version words of a file name."""
    name = fold(names_within(path)[-1]).rpartition(".")[0]
    numbers = [_number(found) for found in _NUMBERED.finditer(name)]
    number = max(numbers, default=(0, 0))
    revisions = [int(found[1] or 1) for found in _REVISED.finditer(name)]
    revision = max(revisions, default=0) + (1 if revisions and _TWICE.search(name) else 0)
    if _FINAL.search(name):
        level = 3
    elif revision:
        level = 2
    elif numbers:
        level = 1
    else:
        level = -1 if _DRAFT.search(name) else 0
    again = bool(revisions) and _AGAIN.search(name) is not None
    return Version(level, revision, number, again)


def _number(found: re.Match[str]) -> tuple[int, int]:
    if found[4]:
        return (_KANJI[found[4]], 0)
    return (int(found[1] or found[3]), int(found[2] or 0))


def _by_name_date(one: Submission, other: Submission) -> int:
    mine, theirs = name_date(one.source.path), name_date(other.source.path)
    return _compared(mine, theirs) if len(mine) == len(theirs) else 0


def name_date(path: str) -> str:
    """Give the day written in a file name, empty where there is none.

    YYYY-MM-DD, or MM-DD where no year is written: the two are not compared with each other.
    """
    name = fold(names_within(path)[-1])
    for pattern, era in ((_ERA, True), (_PACKED_ERA, True), (_PACKED, False), (_WESTERN, False)):
        found = pattern.search(name)
        if found:
            year = int(found[1]) + (REIWA if era else 0)
            day = _day(year, int(found[2]), int(found[3]))
            if day:
                return day
    found = _DAY.search(name)
    # Any leap year: the day alone is read.
    return _day(2028, int(found[1]), int(found[2]))[5:] if found else ""


def _day(year: int, month: int, day: int) -> str:
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return ""


def _of_slip_and_form(order: Callable[[Slip, Submission], int]) -> _Order:
    """Order a slip and a form: 1, the slip is the later one."""

    def told(one: Submission, other: Submission) -> int:
        if one.slip and not other.slip:
            return order(one.slip, other)
        return -order(other.slip, one) if other.slip and not one.slip else 0

    return told


def _by_base_and_month(slip: Slip, form: Submission) -> int:
    """Order by the form a slip was made from, and by the month each belongs to."""
    if slip.base and slip.base == form.source.sha256:
        return 1
    # The form was handed out when the slip's month was over.
    return -1 if slip.month and slip.month <= form.prefilled_from else 0


def _made_when_the_form_was_there(slip: Slip, form: Submission) -> int:
    return 1 if slip.issued and form.source.modified <= slip.issued else 0


def _by_receipt(one: Submission, other: Submission) -> int:
    """Order what one sender mailed, where a server of ours wrote down when it came.

    When a mail was passed on does not tell when it was sent, nor does the sender's own clock.
    """
    mine, theirs = one.source, other.source
    if not mine.sender or mine.sender != theirs.sender or one.filled_on or other.filled_on:
        return 0
    if any(each.passed_on or each.receipt is not Receipt.SERVER for each in (mine, theirs)):
        return 0
    return _by_text(lambda submission: submission.source.received)(one, other)


_PROOFS: Sequence[_Proof] = (
    _Proof(_of_slip_and_form(_by_base_and_month), "様式や差戻し票の控えから後のもの"),
    _Proof(_by_text(lambda s: s.slip.issued if s.slip else ""), "後から出した差戻し票"),
    _Proof(_by_text(lambda s: s.prefilled_from), "後の月に配布した様式"),
    _Proof(_by_text(lambda s: s.filled_on), "シート内の記入日が新しいもの"),
    _Proof(_of_slip_and_form(_made_when_the_form_was_there), "その回答の後に出した差戻し票"),
    _Proof(_of_one_kind(_by_version), "ファイル名の版（修正版・再提出・最終など）が新しいもの"),
    _Proof(_of_one_kind(_by_name_date), "ファイル名の日付が新しいもの"),
    _Proof(_by_receipt, "後から届いたメールのもの"),
)

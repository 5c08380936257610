"""Which of several returns of one respondent counts, and the reason in words.

In this order, each only where it tells: a filled form before an untouched one; the later 記入日
where every return has one; the higher version word in the file name; the later date in the file
name; the later 記入日 among those left; the later change of the file; at last the path, so that
the order of the files never matters. An untouched form never replaces answers: it is what people
send by mistake, and nothing may be lost by it.
"""

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.model import Status, Submission, shown_key
from pipeline.text import fold

_FINAL = re.compile(r"最終|確定|完成|最新|決定|(?<![a-z])(?:final|latest|fix(?:ed)?)(?![a-z])")
_REVISED = re.compile(
    r"(?:再修正|修正|訂正|改訂|改定|更新|変更|差し?替|再提出|再送|再回答|追記|(?<![a-z])revised)"
    r"(?:版|済み?|後|分|ver|え)?\s*\(?(\d{0,2})"
)
_TWICE = re.compile(r"再修正|再々|再再|修正再")
_NUMBERED = re.compile(
    r"(?<![a-z])(?:ver(?:sion)?|rev(?:ision)?|v)[.\s_-]*(\d+)(?:[._](\d+))?(?!\d)|第?\s*(\d+)\s*(?:版|回目|稿)"
)
_DRAFT = re.compile(
    r"(?<![提起立])案(?![内件])|たたき台|素案|暫定|旧|初版|(?<![a-z])(?:draft|old)(?![a-z])"
)
_ERA = re.compile(
    r"(?:令和|(?<![a-z])r)\.?\s*(\d{1,2})[年.\-/_]\s*(\d{1,2})[月.\-/_]\s*(\d{1,2})(?!\d)"
)
_PACKED_ERA = re.compile(r"(?<![a-z])r(\d{1,2})(\d{2})(\d{2})(?!\d)")
_WESTERN = re.compile(r"(?<!\d)(20\d{2})[年.\-/_]?\s*(\d{1,2})[月.\-/_]?\s*(\d{1,2})(?!\d)")
_PACKED = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)")
_REIWA = 2018  # 令和1 is 2019

Version = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Criterion:
    """One way to tell the later return: a key (None: it does not tell) and the words for it."""

    key: Callable[[Submission], str | Version | None]
    words: str
    everyone: bool = False  # it tells only where every return has a key


def choose(returns: Sequence[Submission]) -> tuple[Submission, dict[str, str]]:
    """Give the return that counts, and for each other one, by key, why it does not."""
    left = sorted(returns, key=lambda submission: submission.source.key)
    reasons: dict[str, str] = {}
    for criterion in _CRITERIA:
        if len(left) == 1:
            break
        keys = {s.source.key: criterion.key(s) for s in left}
        given = [key for key in keys.values() if key is not None]
        if not given or (criterion.everyone and len(given) < len(left)):
            continue
        best = max(given)
        for submission in left:
            if keys[submission.source.key] != best:
                reasons[submission.source.key] = criterion.words
        left = [s for s in left if keys[s.source.key] == best]
    winner = left[0]
    for submission in left[1:]:
        reasons[submission.source.key] = "新旧を示す手がかりがないため、ファイル名の順で先のもの"
    return winner, {key: _sentence(key, winner, words) for key, words in reasons.items()}


def _sentence(key: str, winner: Submission, words: str) -> str:
    return (
        f"同じ回答者の「{winner.source.shown}」を集計に入れ、この「{shown_key(key)}」は入れていません"
        f"（選んだ理由: {words}）。"
    )


def is_untouched(submission: Submission) -> bool:
    """Tell whether nothing at all was filled in."""
    return all(
        answer.mark.status is Status.BLANK and answer.note.empty for answer in submission.answers
    )


def version_of(path: str) -> Version:
    """Rank the version words of a file name: draft, none, numbered, revised, final."""
    name = fold(path.replace("!", "/").rpartition("/")[2])
    numbers = [_number(found) for found in _NUMBERED.finditer(name)]
    number = max(numbers, default=(0, 0))
    revisions = [int(found[1] or 1) for found in _REVISED.finditer(name)]
    revision = max(revisions, default=0) + (1 if _TWICE.search(name) else 0)
    if _FINAL.search(name):
        level = 3
    elif revision:
        level = 2
    elif numbers:
        level = 1
    else:
        level = -1 if _DRAFT.search(name) else 0
    return (level, revision, *number)


def _number(found: re.Match[str]) -> tuple[int, int]:
    return (int(found[1] or found[3]), int(found[2] or 0))


def name_date(path: str) -> str | None:
    """Give the day written in a file name as YYYY-MM-DD; None where there is none."""
    name = fold(path.replace("!", "/").rpartition("/")[2])
    for pattern, era in ((_ERA, True), (_PACKED_ERA, True), (_PACKED, False), (_WESTERN, False)):
        found = pattern.search(name)
        if found:
            year = int(found[1]) + (_REIWA if era else 0)
            day = _day(year, int(found[2]), int(found[3]))
            if day:
                return day
    return None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None


_CRITERIA = (
    _Criterion(
        key=lambda s: (0.0,) if is_untouched(s) else (1.0,),
        words="記入があるもの（もう一方は未記入の様式のまま）",
    ),
    _Criterion(
        key=lambda s: s.filled_on or None, words="シート内の記入日が新しいもの", everyone=True
    ),
    _Criterion(
        key=lambda s: version_of(s.source.path),
        words="ファイル名の版（修正版・再提出・最終など）が新しいもの",
    ),
    _Criterion(
        key=lambda s: s.filled_on or None, words="シート内の記入日が新しいもの", everyone=True
    ),
    _Criterion(
        key=lambda s: name_date(s.source.path),
        words="ファイル名の日付が新しいもの",
        everyone=True,
    ),
    _Criterion(key=lambda s: s.source.modified or None, words="ファイルの更新日時が新しいもの"),
)

"""Choose among several places that all hold answers: check columns side by side, sheets again.

What a name or header says decides (今回 over 前回, 最終 over 一次, 11月 over 10月). Where nothing
says which is meant, all are read and compared: only what they agree on is an answer.
"""

import re
from collections.abc import Sequence

from pipeline.text import fold

_PAST = re.compile(
    r"前回|前月|先月|前年|昨年|過去|以前|従前|旧|当初|初回|変更前|修正前|見直し前|改訂前|更新前|対応前|"
    r"一次|1次|下書|ドラフト|たたき|案(?![内件])|仮(?!名)|目標|計画|見込|理想|控|コピー|copy|複製|バックアップ|bak|backup|old|作業用"
)
_NOW = re.compile(
    r"今回|今月|当月|今年|本年|最新|最終|確定|決定|現在|現状|変更後|修正後|見直し後|改訂後|更新後|対応後|"
    r"^新(?=\W|チェック|回答|$)|\(新\)|新版|二次|2次|提出用|提出版|清書|final|latest|全庁|全体|総合|取りまとめ|とりまとめ|まとめ|統合"
)
_NUMBERED = re.compile(
    r"(?:令和|(?<![a-z])r)\.?\s*(?P<era>\d{1,2})|(?P<year>20\d\d)|(?P<month>\d{1,2})\s*月|"
    r"(?:第|ver\.?|v)?\s*(?P<count>\d{1,2})\s*(?:回目?|次|版|稿|期)"
)


def settle(names: Sequence[str]) -> list[int]:
    """Give the places of the names that may be the latest or final one: one where they tell."""
    words = [fold(name) for name in names]
    scores = [bool(_NOW.search(word)) - bool(_PAST.search(word)) for word in words]
    best = max(scores)
    left = [place for place, score in enumerate(scores) if score == best]
    latest = _latest([words[place] for place in left])
    return left if latest is None else [left[latest]]


def _latest(words: Sequence[str]) -> int | None:
    """Give the place of the highest year or number, or of the last of months in a row."""
    numbers = [_number(word) for word in words]
    kinds = {kind for kind, _ in numbers}
    values = [value for _, value in numbers]
    if len(kinds) != 1 or len(set(values)) != len(values) or "" in kinds:
        return None
    if kinds != {"month"}:
        return values.index(max(values))
    # of months in a row, in any order, the last: 9月, 10月, 11月; 12月, 1月
    ends = [value for value in values if value % 12 + 1 not in values]
    return values.index(ends[0]) if len(ends) == 1 else None


def _number(word: str) -> tuple[str, int]:
    """Give what a name counts by and its number; a month is nearer than its year."""
    found = {
        match.lastgroup or "": int(match[match.lastgroup or 0])
        for match in _NUMBERED.finditer(word)
    }
    year = found.get("year") or (found["era"] + 2018 if "era" in found else 0)
    if year and "month" in found:
        return "year", year * 12 + found["month"]
    if year:
        return "year", year * 12
    for kind in ("month", "count"):
        if kind in found:
            return kind, found[kind]
    return "", 0

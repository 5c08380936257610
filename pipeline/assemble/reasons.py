"""The words for what became of a file: what happened, and what to do next."""

from collections.abc import Sequence

from pipeline.model import (
    Bundle,
    BundleProblem,
    Skipped,
    SkipReason,
    SourceFile,
    Unreadable,
)
from pipeline.rules.kinds import KINDS
from pipeline.rules.unreadable import words_of
from pipeline.texts.calendar import month_words
from pipeline.texts.tables import table_of

_TABLE = table_of(__file__)


def skipped_reason(outcome: Skipped) -> str:
    """Give why a file was set aside."""
    if outcome.reason is SkipReason.OTHER_KIND:
        return f"{KINDS[outcome.kind].name}のため、回答として読んでいません。"
    told = str(_TABLE["skipped"][outcome.reason])
    if outcome.reason is SkipReason.MAIL:
        told += _TABLE["receipt"].get(outcome.source.receipt, "")
    return told


def letter_words(source: SourceFile) -> str:
    """Give what the text of the mail answers that brought a file."""
    if not source.letter:
        return ""
    return f"メールの本文に「{source.letter}」とあります（本文は集計に入れていません）。"


def bundle_reason(bundle: Bundle) -> str:
    """Give what became of another office's bundle."""
    office = f"「{bundle.office}」" if bundle.office else "他の機関"
    if not bundle.problem:
        return f"{office}が集計した回答 {len(bundle.respondents)} 件を、1件ずつ集計に入れました。"
    month = bundle.wanted.month and month_words(bundle.wanted.month)
    why = {
        BundleProblem.CHANGED: "作られたときのままではないため",
        BundleProblem.OLDER: f"より新しい「{bundle.instead}」があるため",
        BundleProblem.STALE: "前回の集計で数えたものより古いため",
        BundleProblem.TWICE: f"「{bundle.instead}」と同じものであるため",
        BundleProblem.MONTH: f"{month}分であるため",
        BundleProblem.CHECKLIST: "調査している様式と違う様式（版）のものであるため",
    }[bundle.problem]
    return f"{office}の提出用のまとまりです。{why}、中の回答は集計に入れていません。"


def unreadable_reason(outcome: Unreadable) -> str:
    """Give why a file could not be read, and the next step."""
    words = words_of(outcome)
    return words.what + words.step


def listed_items(items: Sequence[str], limit: int = 3) -> str:
    """Name the first items and count them: ``4 項目（A、B、C ほか）``."""
    if len(items) == 1:
        return f"「{items[0]}」"
    more = " ほか" if len(items) > limit else ""
    return f"{len(items)} 項目（{'、'.join(items[:limit])}{more}）"

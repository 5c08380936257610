"""The words for what became of a file: what happened, and what to do next."""

from collections.abc import Sequence

from pipeline.model import Skipped, SkipReason, Unreadable, UnreadableReason

_SKIPPED = {
    SkipReason.TEMPORARY: "Excel などが作る一時ファイルのため、対象にしていません。",
    SkipReason.SYSTEM: "OS などが作る管理用のファイルのため、対象にしていません。",
    SkipReason.ROSTER: "名簿として読みました。",
    SkipReason.CONTROL: "設定用のファイルとして読みました。",
    SkipReason.GUIDE: "はじめから入っている使い方の説明のため、対象にしていません。",
    SkipReason.ARCHIVE: "zip の中のファイルを1つずつ読みました。",
    SkipReason.OTHER_KIND: "チェックシートとして読める種類（Excel など）ではないため、"
    "対象にしていません。",
    SkipReason.LINK: "ショートカット（リンク）のため、たどっていません。"
    "必要なファイルであれば、実物を inbox に置いてください。",
    SkipReason.LATE: "締めた月のフォルダを読んだため、読んでいません。"
    "この月の回答であれば、月のフォルダに移して集計し直してください。",
}
_UNREADABLE = {
    UnreadableReason.PASSWORD: "パスワードがかかっていて開けません。"
    "パスワードを inbox/passwords.txt に書くか、解除したファイルを送ってもらってください。",
    UnreadableReason.BROKEN: "ファイルが壊れていて読めません。もう一度送ってもらってください。",
    UnreadableReason.TOO_LARGE: "大きすぎるか、展開・読み取りの上限を超えたため読んでいません。"
    "不要なシートや画像を除いて送り直してもらってください。",
    UnreadableReason.NESTED_ARCHIVE: "zip の中の zip は開きません。"
    "取り出したファイルを inbox に置いてください。",
    UnreadableReason.UNSAFE: "通常の Excel では作られない、安全でない構造のため読んでいません。"
    "送り主に確認し、Excel で保存し直したものを送ってもらってください。",
    UnreadableReason.NO_ACCESS: "ファイルを開けません（使用中、または権限がありません）。"
    "開いている場合は閉じてから、もう一度実行してください。",
}


def skipped_reason(outcome: Skipped) -> str:
    """Give why a file was set aside."""
    return _SKIPPED[outcome.reason]


def unreadable_reason(outcome: Unreadable) -> str:
    """Give why a file could not be read, and the next step."""
    return _UNREADABLE[outcome.reason]


def listed_items(items: Sequence[str], limit: int = 3) -> str:
    """Name the first items and count them: ``4 項目（A、B、C ほか）``."""
    if len(items) == 1:
        return f"「{items[0]}」"
    more = " ほか" if len(items) > limit else ""
    return f"{len(items)} 項目（{'、'.join(items[:limit])}{more}）"


def month_words(month: str) -> str:
    """Give a month (YYYY-MM) in words."""
    return f"{month[:4]}年{int(month[5:])}月"

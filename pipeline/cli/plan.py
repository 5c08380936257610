"""The first line of a command that writes: what it is about to do, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.settings import Settings

_PLANS = {
    "aggregate": "{inbox} の回答を集計し、{folder} に書き出します。",
    "aggregate dry_run": "{inbox} の回答を試しに集計し、前回との違いを調べます（書き出しません）。",
    "sendback": "{month} の差戻し票・依頼文・督促文を {outbox}/{month} に作ります。",
    "feedback": "{month} の集計から、回答した団体へのお返し（還元カード）を作ります。",
    "seal": "{month} の集計を、上位の機関へ提出する1つのファイルにします。",
    "distribute": "{month} の配布用チェックシートを {into} に作ります。",
    "close": "{month} を締め、集計の済んだファイルを {inbox}/{month} に移します。",
    "close dry_run": "{month} を締めるときに移すファイルを調べます（移しません）。",
    "close undo": "{month} の締めを取り消し、ファイルを {inbox} に戻します。",
    "close undo dry_run": "{month} の締めを取り消すときに戻すファイルを調べます（戻しません）。",
}


def plan_line(command: str, options: Mapping[str, Any], settings: Settings) -> str:
    """Tell what a command will do with a month. ``options`` are those of the command line."""
    told = [name for name in ("undo", "dry_run") if options.get(name)]
    return _PLANS[" ".join((command, *told))].format(
        month=settings.month,
        inbox=settings.inbox_url or settings.inbox,
        outbox=settings.outbox,
        folder=settings.folder,
        into=options.get("into") or settings.outbox / f"配布_{settings.month}",
    )

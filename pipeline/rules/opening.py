"""Rules about files that nobody here could open, or only in part (F)."""

from collections.abc import Iterator
from dataclasses import replace

from pipeline.model import FileState, Severity, Unreadable, UnreadableReason
from pipeline.rules.registry import (
    About,
    Context,
    Effect,
    Hit,
    fires,
    on_file,
    on_submission,
    rule,
    silent,
)
from pipeline.rules.unreadable import REASONS, words_of


def _unreadable(context: Context, code: str) -> Iterator[Hit]:
    for record in context.batch.files:
        content = record.content
        if record.state is not FileState.UNREADABLE:
            continue  # an excluded file is nobody's concern
        if isinstance(content, Unreadable) and (words := words_of(content)).code == code:
            yield replace(on_file(record, what=words.what, step=words.step), ask=words.ask)


@rule(
    code="F101",
    compares=True,
    severity=Severity.FIX,
    title="パスワード付きで開けない",
    because="1件も数えられず、開けられるのは送った人だけです。",
    about=About.FILE,
    effect=Effect.LOST,
    message="{what}",
    fix=REASONS[UnreadableReason.PASSWORD].step,
    ask=REASONS[UnreadableReason.PASSWORD].ask,
    why="開けないファイルの回答は集計に入りません。"
    "passwords.txt のどのパスワードでも開けませんでした（文のまま貼り付けた行は、"
    "かぎ括弧の中や「:」のうしろも試します）。",
    examples=(
        fires("ファイル: 若葉市.xlsx（読めない: password）"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def password(context: Context) -> Iterator[Hit]:
    """Find files that no known password opens."""
    yield from _unreadable(context, "F101")


@rule(
    code="F102",
    compares=True,
    severity=Severity.FIX,
    title="壊れていて読めない",
    because="1件も数えられず、こちらでは直せません。値だけ読めたファイルは、見れば足りるため要確認です。",
    about=About.FILE,
    effect=Effect.LOST,
    message="{what}",
    fix=REASONS[UnreadableReason.BROKEN].step,
    ask=REASONS[UnreadableReason.BROKEN].ask,
    why="読めないファイルの回答は集計に入りません。ほかのファイルの集計は続けています。"
    "秘密度ラベル（IRM）の付いたファイル、XML スプレッドシート 2003、Excelの名前で保存された"
    "Webページなど、何のファイルか分かるものは、そのことを書きます。",
    examples=(
        fires("ファイル: 若葉市.xlsx（読めない: broken）"),
        fires("ファイル: 若葉市.xlsx（読めない: unsafe）"),
        fires("ファイル: 若葉市.xls（傷み）\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx（読めない: password）"),
        silent("ファイル: 若葉市.xlsx（読めない: no_access）"),
    ),
)
def broken(context: Context) -> Iterator[Hit]:
    """Find files that are damaged, unsafe or of a form that nobody here can open.

    A person must look where a damaged file gave its values, and nothing of how they look.
    """
    yield from _unreadable(context, "F102")
    for counted in context.batch.submissions:
        if counted.submission.damaged:
            unseen = {name for a in counted.submission.answers for name in a.unsupported}
            names = "・".join(sorted(unseen)) or "書式"
            hit = on_submission(
                counted,
                what=f"ファイルに傷みがあるため、値だけを読みました（{names}は確認できません）。",
                step="Excelで開いて回答が同じか確かめてください。"
                "『名前を付けて保存』で Excel ブック (.xlsx) として保存し直すと、すべて読めます。",
            )
            yield replace(hit, severity=Severity.CHECK)


@rule(
    code="F112",
    compares=True,
    severity=Severity.CHECK,
    title="このパソコンから開けない",
    because="こちらのパソコンの側で直せます。回答者に落ち度はありません。",
    about=About.FILE,
    effect=Effect.LOST,
    message="{what}",
    fix=REASONS[UnreadableReason.NO_ACCESS].step,
    why="権限がない、OneDriveなどから取り込まれていない、集計の間に移された・書き換えられた、"
    "読むための部品が動かない、といったこのパソコンの側の理由です。集計の終わりにもう一度だけ読み直しています。"
    "回答者に落ち度はないため、差戻しや督促の文面は作りません。",
    since="0.2.0",
    examples=(
        fires("ファイル: 若葉市.xlsx（読めない: no_access）"),
        fires("ファイル: 若葉市.xlsx（読めない: not_here）"),
        fires("ファイル: 若葉市.xls（読めない: no_part）"),
        silent("ファイル: 若葉市.xlsx（読めない: broken）"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def not_opened_here(context: Context) -> Iterator[Hit]:
    """Find files that this computer does not give."""
    yield from _unreadable(context, "F112")


@rule(
    code="F104",
    compares=True,
    severity=Severity.FIX,
    title="大きすぎる・展開すると上限を超える",
    because="1件も数えられず、小さくして送り直せるのは送った人だけです。",
    about=About.FILE,
    effect=Effect.LOST,
    message="{what}",
    fix="不要なシートや画像を除いて送り直してもらうか、圧縮ファイルの中身を取り出して入れ直してください。",
    ask=REASONS[UnreadableReason.TOO_LARGE].ask,
    why="小さなファイルが展開すると数百倍になるものがあり、集計全体を止めないよう上限を設けています。",
    examples=(
        fires("ファイル: 若葉市.xlsx（読めない: too_large）"),
        fires("ファイル: 回答.zip!中.zip（読めない: nested_archive）"),
        silent("ファイル: 若葉市.xlsx（読めない: broken）"),
    ),
)
def too_large(context: Context) -> Iterator[Hit]:
    """Find files over a limit and archives in archives in archives."""
    yield from _unreadable(context, "F104")

"""The rule about returns that came after the deadline (B513)."""

from collections.abc import Iterator

from pipeline.inbox.arrival import InTime, arrivals, in_time
from pipeline.model import Batch, CountedSubmission, FileState, Severity
from pipeline.rules.registry import About, Context, Effect, Hit, fires, on_submission, rule, silent
from pipeline.texts.calendar import day_words


@rule(
    code="B513",
    compares=True,
    severity=Severity.CHECK,
    title="期限を過ぎて届いた",
    because="回答は数えていて、期限後の提出をどう扱うかは担当者が決めることです。",
    about=About.BODY,
    effect=Effect.NONE,
    message="提出期限の{deadline}を過ぎて、{received}に{came}{again}。回答は集計に入っています。",
    fix="期限後の提出として認めるときは、確認票のこの行で「認容」を選んでください。"
    "認めないときは、ファイルを 除外.txt に書いて集計し直してください。",
    why="届いた日時は、受信フォルダに入れたメール（.eml・.msg）の受信日時（なければ送信日時）で判断します。ファイルの更新日時は"
    "届いた日時ではないため、使いません（回収状況では「不明」です）。期限の後に転送されたメールも、"
    "もとのメールがいつ届いたか分からないため「不明」とします。合わせて1つの回答としたファイルは、"
    "最後に届いたもので判断します。差戻し票は、はじめの提出が期限内なら期限内のままです。"
    "期限は torimatome.toml の deadline です。",
    examples=(
        fires("ファイル: 若葉市.xlsx（受信: 2026-11-21T09:30:00+09:00）\n期限: 2026-11-20"),
        fires(
            "ファイル: 若葉市.xlsx（受信: 2026-11-20T12:00:01+09:00）\n期限: 2026-11-20T12:00:00"
        ),
        silent("ファイル: 若葉市.xlsx（受信: 2026-11-20T23:59:59+09:00）\n期限: 2026-11-20"),
        silent("ファイル: 若葉市.xlsx\n期限: 2026-11-20"),
        silent("ファイル: 若葉市.xlsx（受信: 2026-11-21T09:30:00+09:00）"),
    ),
)
def late(context: Context) -> Iterator[Hit]:
    """Find counted returns whose mail came after the deadline."""
    batch = context.batch
    if not batch.deadline:
        return
    known = arrivals(batch)
    for counted in batch.submissions:
        arrival = known.get(counted.submission.source.key)
        if arrival and arrival.in_time is InTime.NO:
            yield on_submission(
                counted,
                deadline=day_words(batch.deadline),
                received=day_words(arrival.received),
                came="送られました（送信元の時計による日時です）"
                if arrival.by_sender
                else "届きました",
                again=_again(batch, counted),
            )


def _again(batch: Batch, counted: CountedSubmission) -> str:
    """Tell an earlier return that was in time and that this one replaced."""
    for record in batch.files:
        if (
            record.state is FileState.SUPERSEDED
            and record.respondent
            and record.respondent.id == counted.respondent.id
            and in_time(record.source, batch.deadline) is InTime.YES
        ):
            return f"（期限内に届いた「{record.source.shown}」の出し直しです）"
    return ""

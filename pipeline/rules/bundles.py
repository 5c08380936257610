"""The rule about bundles: what another office counted and sealed, and why it does not count."""

from collections.abc import Iterator
from dataclasses import replace

from pipeline.model import Bundle, BundleProblem, Severity
from pipeline.rules.registry import About, Context, Effect, Hit, fires, on_file, rule, silent
from pipeline.texts.calendar import month_words

_WORDS = {
    BundleProblem.CHANGED: (
        "提出用のまとまりが、作られたときのままではありません（書き換え、または転送の途中で壊れた）。"
        "中の回答は1件も数えていません。",
        "作った機関に、提出用のファイルをもう一度そのまま送ってもらってください。"
        "中の zip を開いて直したり、Excel で開いて保存したりしないようお伝えください。",
    ),
    BundleProblem.OLDER: (
        "同じ機関の、より新しい提出用のまとまり（{instead}）があるため、こちらは数えていません。",
        "古いほうを受信フォルダから除いてください。新しいほうが誤りのときは、"
        "新しいほうを除いて集計し直してください。",
    ),
    BundleProblem.STALE: (
        "前回の集計で数えた、同じ機関のもの（より新しいもの）がなくなり、古いまとまりだけがあります。"
        "中の回答は数えていません。",
        "新しいまとまりを受信フォルダに戻してください。古い内容が正しいときは、"
        "作った機関に作り直してもらってください。",
    ),
    BundleProblem.TWICE: (
        "同じ提出用のまとまりが2つあります（もう1つは {instead}）。1つだけ数えています。",
        "どちらかを受信フォルダから除いてください。数は変わりません。",
    ),
    BundleProblem.MONTH: (
        "提出用のまとまりは{month}分で、集計している月のものではありません。中の回答は数えていません。",
        "集計している月のものを、作った機関から送ってもらってください。"
        "この月として集計したいときは、--month を付けて集計し直してください。",
    ),
    BundleProblem.CHECKLIST: (
        "提出用のまとまりは、調査している様式と違う様式（版）で作られています。中の回答は数えていません。",
        "作った機関に、この調査の様式で集計し直してもらってください。",
    ),
}


@rule(
    code="B515",
    compares=True,
    severity=Severity.CHECK,
    title="上位提出用のまとまりを数えられない（書き換え・古い・二重・違う月や様式）",
    because="団体に落ち度はなく、作った機関に送り直してもらうかは担当者が決めます。",
    about=About.FILE,
    effect=Effect.LOST,
    message="{what}",
    fix="{step}",
    general_fix="作った機関に、この月の提出用のまとまりをもう一度そのまま送ってもらってください。",
    why="県などが「torimatome seal」で作ったまとまりは、1か所でも変わると全体を使いません。"
    "一部だけを数えると、数えたものと数えていないものの区別がつかなくなるためです。"
    "同じ機関からいくつも届いたときは、最後に作られたものだけを数えます。",
    examples=(
        fires("ファイル: 青海県.zip（まとまり: changed）"),
        fires("ファイル: 青海県.zip（まとまり: month）"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def bundle_not_counted(context: Context) -> Iterator[Hit]:
    """Find bundles whose returns do not count."""
    for record in context.batch.files:
        bundle = record.content
        if isinstance(bundle, Bundle) and bundle.problem:
            what, step = _WORDS[bundle.problem]
            month = month_words(bundle.wanted.month) if bundle.wanted.month else ""
            told = what.format(instead=bundle.instead, month=month)
            hit = on_file(record, what=told, step=step)
            twice = bundle.problem is BundleProblem.TWICE  # nothing is lost, and nothing missing
            yield replace(hit, severity=Severity.INFO) if twice else hit

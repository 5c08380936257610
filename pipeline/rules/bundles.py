"""The rule about bundles: what another office counted and sealed, and why it does not count."""

from collections.abc import Iterator
from dataclasses import replace

from pipeline.model import Bundle, BundleProblem, Severity
from pipeline.rules.registry import About, Context, Effect, Hit, fires, on_file, rule, silent
from pipeline.texts.calendar import month_words
from pipeline.texts.tables import table_of

_WORDS = table_of(__file__)


@rule(
    code="B515",
    compares=True,
    severity=Severity.CHECK,
    title="上位提出用のまとまりを数えられない（書き換え・古い・二重・違う月や様式）",
    because="団体に落ち度はなく、作った機関に送り直してもらうかは担当者が決めます。",
    about=About.FILE,
    effect=Effect.LOST,
    message="{what}",
    fix="作った機関に、この月の提出用のまとまりをもう一度そのまま送ってもらってください。",
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
            words = _WORDS[bundle.problem]
            month = month_words(bundle.wanted.month) if bundle.wanted.month else ""
            told = words["what"].format(instead=bundle.instead, month=month)
            hit = on_file(record, what=told, step=words["step"])
            twice = bundle.problem is BundleProblem.TWICE  # nothing is lost, and nothing missing
            yield replace(hit, severity=Severity.INFO) if twice else hit

"""Rules about the coordinator's own files (C): what they say and could not be used."""

from collections.abc import Iterator

from pipeline.model import Severity
from pipeline.rules.registry import About, Context, Effect, Hit, fires, rule, silent


@rule(
    code="C801",
    compares=True,
    severity=Severity.CHECK,
    title="除外.txt・名簿などに使えていない書き方がある",
    because="除外.txt や名簿を直せるのは担当者だけです。回答者には関わりません。",
    about=About.FILE,
    effect=Effect.DOUBTED,
    alert=True,
    message="{problem}",
    fix="示された行やセルを直して、もう一度集計してください。",
    why="除外.txt の行、名簿の見出し、ファイルの名前が少し違うだけで、除いたつもりの回答が"
    "数えられたり、書いたはずの役割や連絡先が使われなかったりします。回答者に聞くことではありません。",
    covers=("F103", "F105", "F110"),
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-1 | ① |\n除外.txt: 存在しない市"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |\n除外.txt: 若葉市.xlsx：試験のため"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def unused_words(context: Context) -> Iterator[Hit]:
    """Find what 除外.txt and 名簿.xlsx say in vain, and files that nearly bear their names."""
    for problem in context.batch.control_problems:
        yield Hit(
            location=problem.location,
            subject=problem.subject,
            written=problem.written,
            fields={"problem": problem.problem, "step": problem.fix},
        )

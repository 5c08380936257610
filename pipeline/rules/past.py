"""Rules about the record of earlier months (M): data that is not as its run wrote it."""

from collections.abc import Iterator

from pipeline.calendar import month_words
from pipeline.model import Location, Severity
from pipeline.rules.registry import About, Context, Effect, Hit, fires, rule, silent


@rule(
    code="M701",
    severity=Severity.CHECK,
    title="前の月のデータが書き換えられている・読めない",
    because="控えを戻すか集計し直すかは担当者が決めます。同じ控えを使えたときは参考です。",
    about=About.MONTH,
    effect=Effect.CONTRADICTED,
    alert=True,
    message="{words}の集計のデータが、集計したときのままではありません（{problem}）。{done}",
    fix="{step}",
    general_fix="控えがあれば outbox の元の場所に戻してください。"
    "なければ、その月をもう一度集計してください。",
    why="data フォルダの CSV を Excel で開いて保存すると、日付や数字の形が変わります。"
    "変わったデータと比べると、前月比や約束の記録がすべて狂います。"
    "CSV だけが変わっているときは、同じ内容の控え（Parquet）を使い、参考としてお知らせします。",
    examples=(
        fires(
            "ファイル: 若葉市.xlsx\n運用①-1 | ① |\n"
            "前の月のデータ: 2026-10/data/answers.csv | 空になっています | 使えない"
        ),
        fires(
            "ファイル: 若葉市.xlsx\n運用①-1 | ① |\n"
            "前の月のデータ: 2026-10/data/answers.csv | 中身が書き換えられています | 控え"
        ),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def changed_data(context: Context) -> Iterator[Hit]:
    """Find files of earlier months that are not as they were written."""
    for problem in context.batch.past_problems:
        again = (
            f"{month_words(problem.month)}をもう一度集計（--month {problem.month}）してください。"
        )
        if problem.copied:
            done = "同じ内容の控え（Parquet）を使ったため、比較に影響はありません。"
            step = f"何もしなくてかまいません。元の CSV が必要なときは、{again}"
        else:
            done = "その月とは比べておらず、その月の約束も記録に入っていません。"
            step = f"バックアップがあれば outbox の元の場所に戻してください。なければ、{again}"
        yield Hit(
            location=Location(file=f"outbox/{problem.file}"),
            fields={
                "words": month_words(problem.month),
                "problem": problem.problem,
                "done": done,
                "step": step,
            },
            severity=Severity.INFO if problem.copied else None,
        )

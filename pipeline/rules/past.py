"""Rules that look at the months before (B, M): steps back, files counted then, changed data."""

from collections.abc import Iterator

import numpy as np

from pipeline.frame.answers import first_rows
from pipeline.model import CountedSubmission, FileState, Location, Severity, Status
from pipeline.model.history import PastAnswer
from pipeline.rules.registry import About, Context, Effect, Hit, fires, on_answer, rule, silent
from pipeline.rules.words import STATUS_WORDS, answer_words
from pipeline.texts.calendar import month_words


def _last_month(
    context: Context, *statuses: Status
) -> Iterator[tuple[CountedSubmission, int, PastAnswer]]:
    """Give the answers asked for that are now of these statuses, with what they were last month.

    An answer is told by its place in the form.
    """
    previous, frame, submissions = context.previous, context.frame, context.batch.submissions
    if previous is None:
        return
    asked = frame["in_scope"].where(bool) & frame["status"].where(lambda now: now in statuses)
    first = first_rows(frame)
    for row in np.flatnonzero(asked).tolist():
        number = frame["number"].at(row)
        counted = submissions[number]
        before = previous.answers.get((counted.respondent.id, frame["item_id"].at(row)))
        if before is not None:
            yield counted, row - first[number], before


@rule(
    code="B506",
    compares=True,
    severity=Severity.CHECK,
    title="前月より後戻り",
    because="書き間違いか、事情が変わったのか、まず担当者が見て決めます。",
    about=About.MONTH,
    effect=Effect.CONTRADICTED,
    message="前月（{month}）は{before}でしたが、今月は{now}です。",
    fix="前月の回答の誤りか、状況が変わったのか確かめてください。",
    ask="前回の回答より後戻りしています。番号が正しいか確かめてください。",
    why="済んでいた対応が戻ることはまれで、どちらかの月の書き間違いの可能性があります。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ②（12月） |\n前月: 若葉市\n運用①-2 | ① |"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ③ |\n前月: 若葉市\n運用①-2 | ②（12月） |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ① |\n前月: 若葉市\n運用①-2 | ②（12月） |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ③ |"),
    ),
)
def fell_back(context: Context) -> Iterator[Hit]:
    """Find answers that are a step behind last month's."""
    order = {Status.DONE: 0, Status.PLANNED: 1, Status.NOT_PLANNED: 2}
    for counted, place, before in _last_month(context, *order):
        answer = counted.submission.answers[place]
        now = answer.mark.status
        if before.status in order and order[now] > order[before.status]:
            yield on_answer(
                counted,
                answer,
                month=month_words(context.previous.month) if context.previous else "",
                before=STATUS_WORDS[before.status],
                now=answer_words(answer),
            )


@rule(
    code="B507",
    compares=True,
    severity=Severity.CHECK,
    title="予定月の先送り",
    because="延期そのものは誤りではなく、理由を聞くかどうかを担当者が決めます。",
    about=About.MONTH,
    effect=Effect.LATE,
    message="予定月が、前月（{month}）の回答の{before}から{now}に延びています。",
    fix="遅れている理由と、新しい予定月で間違いないかを確かめてください。",
    ask="予定月が正しいか確かめ、延びた理由を補足説明欄に書いてください。",
    why="毎月少しずつ延びる予定は、実際には進んでいないことがあります。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ②（3月） |\n前月: 若葉市\n運用①-2 | ②（12月） |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ②（12月） |\n前月: 若葉市\n運用①-2 | ②（12月） |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ②（3月） |"),
    ),
)
def put_off(context: Context) -> Iterator[Hit]:
    """Find plans whose month is later than last month's plan."""
    for counted, place, before in _last_month(context, Status.PLANNED):
        answer = counted.submission.answers[place]
        if before.status is Status.PLANNED and before.due and answer.due.month > before.due:
            yield on_answer(
                counted,
                answer,
                month=month_words(context.previous.month) if context.previous else "",
                before=month_words(before.due),
                now=month_words(answer.due.month),
            )


@rule(
    code="B514",
    compares=True,
    severity=Severity.CHECK,
    title="前の月に集計したものと同じファイル（締め忘れ）",
    because="前の月を締め忘れたかは、担当者にしか分かりません。",
    about=About.FILE,
    effect=Effect.DOUBTED,
    alert=True,
    message="{words}の集計で数えたファイルと同じもので、{words}分はまだ締めていません。{counted}",
    fix="{words}の回答であれば、「torimatome close --month {month}」で締めてから、"
    "集計し直してください。同じ内容が今月もあらためて届いたのであれば、何もしなくてかまいません。",
    general_fix="前の月の回答であれば、その月を「torimatome close --month」で締めてから、"
    "集計し直してください。同じ内容が今月もあらためて届いたのであれば、何もしなくてかまいません。",
    why="月を締めないまま次の月を集計すると、前の月の回答が今月の回答として数えられます。"
    "締めた月のファイルと同じものがもう一度届いたときは、ここには出ません。",
    examples=(
        fires("ファイル: 若葉市.xlsx（前に集計: 2026-10）\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def counted_before(context: Context) -> Iterator[Hit]:
    """Find files that an earlier month counted and that still lie in the inbox."""
    for record in context.batch.files:
        if record.counted_before:
            again = record.state is FileState.COUNTED
            yield Hit(
                location=Location(file=record.source.path),
                respondent=record.respondent,
                fields={
                    "month": record.counted_before,
                    "words": month_words(record.counted_before),
                    "counted": "今月の集計にも入れています。" if again else "",
                },
            )


@rule(
    code="M701",
    compares=True,
    severity=Severity.CHECK,
    title="前の月のデータが書き換えられている・読めない",
    because="控えを戻すか集計し直すかは担当者が決めます。同じ控えを使えたときは参考です。",
    about=About.MONTH,
    effect=Effect.CONTRADICTED,
    alert=True,
    message="{words}の集計のデータが、集計したときのままではありません（{problem}）。{done}",
    fix="控えがあれば outbox の元の場所に戻してください。"
    "なければ、その月をもう一度集計してください。",
    why="data フォルダの CSV を Excel で開いて保存すると、日付や数字の形が変わります。"
    "変わったデータと比べると、前月比や対応予定の履行状況がすべて狂います。"
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
            done = "その月とは比べておらず、その月の②も対応予定の履行状況に入っていません。"
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

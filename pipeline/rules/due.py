"""Rules about the due month of ② (A): missing, past, vague, far away, taken from the note."""

from collections.abc import Iterator
from dataclasses import replace

from pipeline.model import Answer, DueProblem, DueSource, Precision, Severity, Status
from pipeline.rules.registry import (
    About,
    Context,
    Decided,
    Effect,
    Hit,
    Threshold,
    fires,
    on_answer,
    rule,
    silent,
)
from pipeline.rules.words import STATUS_WORDS, listed, quote
from pipeline.texts.calendar import month_number, month_words


@rule(
    code="A307",
    severity=Severity.FIX,
    title="②だが予定月がない・○月のまま",
    because="いつまでに対応するかは回答者にしか決められません。",
    about=About.ITEM,
    effect=Effect.OPEN,
    decided=Decided.STAYS,
    message="{what}",
    fix="②（12月）のように月を入れてもらってください。",
    ask="②（12月）のように、予定月を入れてください。",
    why="予定月がないと、いつ対応が終わるかを集計できません。"
    "予定月の欄があればその月を、補足説明欄に対応を終える月が1つだけ書かれていればそれを読みます（A319）。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ②（○月） |"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ② | 予算要求中"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ②（時期未定） |"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ② | 12月に策定し、令和9年3月に公表予定"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ② | 令和9年3月の県の通知を受けて検討中"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ② | 12月に着手し、令和9年3月に完了予定"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ②（12月） |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ② | 令和9年3月に策定予定"),
    ),
)
def no_month(context: Context) -> Iterator[Hit]:
    """Find ② for which neither the check cell nor the note settles a month."""
    what = {
        DueProblem.UNDECIDED: "予定月が未定とされています。",
        DueProblem.CONFLICTING: "予定月が複数書かれていて、1つに決められません。",
    }
    for counted, answer in context.asked.of(Status.PLANNED):
        if answer.due.month:
            continue
        problem = answer.mark.due.problem
        if problem is not DueProblem.IMPOSSIBLE:
            yield on_answer(counted, answer, what=what.get(problem, _missing(answer)))


def _missing(answer: Answer) -> str:
    """Say that the month is missing and, where the note names several, why none was taken."""
    named = list(dict.fromkeys(due.month for due in answer.note.months if due.month))
    if not named:
        return "予定月が書かれていません。"
    months = listed([month_words(month) for month in named])
    if not answer.note.dues:
        return f"予定月が書かれておらず、補足説明欄の{months}は対応を終える月か分かりません。"
    return f"予定月が書かれておらず、補足説明欄の{months}からも1つに決められません。"


@rule(
    code="A308",
    severity=Severity.CHECK,
    title="予定月が過ぎている",
    because="終わったのか遅れているのか、まず担当者が見て、聞くかどうかを決めます。",
    about=About.ITEM,
    effect=Effect.LATE,
    decided=Decided.STAYS,
    message="予定月（{due}）が基準月（{month}）より前です。",
    fix="対応が終わっていれば①に、まだなら新しい予定月に直してもらってください。",
    ask="対応が終わっていれば①に、まだであれば新しい予定月に直してください。",
    why="予定の時期を過ぎた②は、終わったのか遅れているのかを確かめる必要があります。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ②（2026年8月） |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ②（11月） |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ② |"),
    ),
)
def overdue(context: Context) -> Iterator[Hit]:
    """Find plans whose month lies before the collection month."""
    for counted, answer in context.asked.of(Status.PLANNED):
        due = answer.due.month
        if due and due < context.batch.month:
            hit = on_answer(
                counted, answer, due=month_words(due), month=month_words(context.batch.month)
            )
            yield replace(hit, cause=due)


@rule(
    code="A309",
    severity=Severity.FIX,
    title="ありえない月",
    because="正しい月は回答者にしか分かりません。",
    about=About.ITEM,
    effect=Effect.OPEN,
    message="予定月が1～12月の範囲にありません。",
    fix="正しい予定月に直してもらってください。",
    ask="正しい予定月に直してください。",
    why="書き間違いのため、予定月なしとして数えます。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ②（13月） |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ②（12月） |"),
    ),
)
def impossible_month(context: Context) -> Iterator[Hit]:
    """Find ② with a month that does not exist."""
    for counted, answer in context.asked.of(Status.PLANNED):
        if answer.mark.due.problem is DueProblem.IMPOSSIBLE:
            yield on_answer(counted, answer)


@rule(
    code="A311",
    severity=Severity.INFO,
    title="時期に幅がある・あいまい",
    because="遅いほうの月で数えていて、早く数えすぎることがありません。",
    about=About.ITEM,
    effect=Effect.NONE,
    message="予定の時期に幅があるため、最後の月（{due}）を予定月として数えました。",
    fix="月まで決まっていれば、②（12月）のように直してもらってください。",
    why="「年度内」「上半期」「12月～2月」などは、遅くともいつ終わるかで数えます。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ②（年度内） |"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ②（12月～2月） |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ②（12月） |"),
    ),
)
def vague_month(context: Context) -> Iterator[Hit]:
    """Find ② whose time is wider than a month."""
    for counted, answer in context.asked.of(Status.PLANNED):
        due = answer.due
        if due.month and due.precision not in (Precision.NONE, Precision.MONTH):
            yield on_answer(counted, answer, due=month_words(due.month))


@rule(
    code="A312",
    severity=Severity.INFO,
    title="①・③なのに月が書かれている",
    because="過ぎた月や見直しの月のことが多く、番号のとおりに数えて差し支えません。",
    about=About.ITEM,
    effect=Effect.NONE,
    message="{status}の回答に月が書かれています。予定月としては数えていません。",
    fix="②の書き間違いでないか気になるときは、回答者に確かめてください。",
    why="①の月は終わった月、③の月は見直す月のことが多く、予定月とは限りません。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ①（4月） |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ② 12月 |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ① |"),
    ),
)
def month_without_plan(context: Context) -> Iterator[Hit]:
    """Find ① and ③ with a month in the check cell."""
    for counted, answer in context.asked.of(Status.DONE, Status.NOT_PLANNED):
        mark = answer.mark
        if mark.due.month or mark.due.written:
            yield on_answer(counted, answer, status=STATUS_WORDS[mark.status])


@rule(
    code="A318",
    severity=Severity.CHECK,
    title="予定月が2年より先",
    because="書き間違いか、長い計画なのかは、見れば見当が付きます。",
    about=About.ITEM,
    effect=Effect.DOUBTED,
    decided=Decided.STAYS,
    message="予定月（{due}）が基準月から{months}か月先です。",
    fix="年の書き間違いでないか確かめてください。正しければそのままでかまいません。",
    ask="予定月の年が正しいか確かめてください。正しければ、そのままでかまいません。",
    why="遠い予定は、年や元号の書き間違いのことがあります。",
    thresholds=(
        Threshold(
            name="due_far_months",
            default=24,
            meaning="予定月が基準月からこの月数より先のときに知らせます。",
            minimum=1,
        ),
    ),
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ②（2029年3月） |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ②（2028年11月） |"),
    ),
)
def far_away(context: Context) -> Iterator[Hit]:
    """Find plans farther ahead than the threshold."""
    limit = context.thresholds["due_far_months"]
    month = month_number(context.batch.month)
    for counted, answer in context.asked.of(Status.PLANNED):
        if answer.due.month:
            ahead = month_number(answer.due.month) - month
            if ahead > limit:
                yield on_answer(
                    counted, answer, due=month_words(answer.due.month), months=str(ahead)
                )


@rule(
    code="A319",
    severity=Severity.INFO,
    title="予定月を補足説明欄から読み取った",
    because="完了の時期として書かれた月が1つだけのときに限っていて、迷うところがありません。",
    about=About.ITEM,
    effect=Effect.NONE,
    message="チェック欄に予定月がないため、補足説明欄「{note}」の{due}を予定月として数えました。",
    fix="違うときは、チェック欄に②（12月）のように月を入れてもらってください。",
    why="補足説明欄に対応を終える月（3月に策定予定 など）が1つだけ書かれているときに限って"
    "読み取ります。説明会、会議、契約期間などの月は読みません。",
    covers=("A307",),
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ② | 令和9年3月に策定予定"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ②（12月） | 令和9年3月に策定予定"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ② | 予算要求中"),
    ),
)
def month_from_note(context: Context) -> Iterator[Hit]:
    """Find ② whose month was taken from the note."""
    for counted, answer in context.asked.of(Status.PLANNED):
        if answer.due.source is DueSource.NOTE and answer.due.month:
            yield on_answer(
                counted,
                answer,
                note=quote(answer.note.raw, 30),
                due=month_words(answer.due.month),
            )

"""Rules about check cells (A): what was written, and how it was read."""

from collections.abc import Iterator
from dataclasses import replace

from pipeline.model import Answer, Doubt, ReadBy, Severity, Status
from pipeline.model.answers import BY_PLAIN_SIGN
from pipeline.rules.asked import remarks_of
from pipeline.rules.registry import (
    About,
    Context,
    Decided,
    Effect,
    Hit,
    fires,
    on_answer,
    rule,
    silent,
)
from pipeline.rules.words import answer_words, quote

_LEGEND_LEFT = "選択肢の一覧が残ったままで、番号がありません。"
_CHOOSE = "①（既に対応済み）②（これから対応予定）③（対応の予定なし）のどれか1つ"


def _doubtful(context: Context, doubt: Doubt) -> Iterator[Hit]:
    for counted, answer in context.asked.unusual:
        if answer.mark.doubt is doubt:
            yield on_answer(counted, answer)


@rule(
    code="A301",
    severity=Severity.FIX,
    title="未記入",
    because="空欄の意味は回答者にしか分かりません。",
    about=About.ITEM,
    effect=Effect.OPEN,
    message="{what}",
    fix=f"{_CHOOSE}の番号を入れてもらってください。",
    ask=f"{_CHOOSE}の番号を入れてください。",
    why="空欄は「対応の予定なし」とも「答え忘れ」とも読めるため、推測せず未記入として数えます。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | |"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | 〈凡例〉 |"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | 　 | 予算要求中"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ③ |"),
        silent("ファイル: 若葉市.xlsx\nほかの項目: 空"),
    ),
)
def blank(context: Context) -> Iterator[Hit]:
    """Find check cells that hold nothing, or the legend as it was printed."""
    for counted, answer in context.asked.of(Status.BLANK):
        if answer.has_row:
            legend = answer.mark.legend_untouched
            what = _LEGEND_LEFT if legend else "チェック欄が空です。"
            what += "".join(_beside(answer)) if answer.aside else ""
            yield replace(on_answer(counted, answer, what=what), quoted=not legend)


def _beside(answer: Answer) -> Iterator[str]:
    """Tell what stands in comments and behind the item text; the answer may be there."""
    for remark in remarks_of(answer):
        if remark.said is not answer.note and not remark.said.empty:
            yield f"{remark.where}に「{quote(remark.said.raw)}」とあります。"


@rule(
    code="A302",
    severity=Severity.FIX,
    title="複数の番号",
    because="どの番号かは回答者にしか決められません。",
    about=About.ITEM,
    effect=Effect.OPEN,
    message="{what}",
    fix=f"{_CHOOSE}だけを残してもらってください。",
    ask=f"{_CHOOSE}だけを残してください。",
    why="どれが答えか決められません。一部だけ対応済みのときも、番号は回答者に決めてもらいます。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ①② |"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ①→② |"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ①（令和9年4月） |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ① |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ①（令和5年4月） |"),
    ),
)
def several(context: Context) -> Iterator[Hit]:
    """Find check cells with more than one option."""
    for counted, answer in context.asked.unusual:
        if answer.mark.doubt is Doubt.SEVERAL:
            plan = answer.mark.notation == "done-with-plan"
            what = "①とこれから来る時期が並んでいます。" if plan else "複数の番号が書かれています。"
            yield on_answer(counted, answer, what=what)


@rule(
    code="A303",
    severity=Severity.FIX,
    title="範囲外の番号",
    because="近い番号への読み替えはできず、直せるのは回答者だけです。",
    about=About.ITEM,
    effect=Effect.OPEN,
    message="①～③にない番号です。",
    fix=f"{_CHOOSE}の番号に直してもらってください。",
    ask=f"{_CHOOSE}の番号に直してください。",
    why="様式の選択肢は3つです。近い番号への読み替えはしません。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ④ |"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | 21 |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | 2（12月） |"),
    ),
)
def out_of_range(context: Context) -> Iterator[Hit]:
    """Find numbers that are no option."""
    yield from _doubtful(context, Doubt.OUT_OF_RANGE)


@rule(
    code="A304",
    severity=Severity.FIX,
    title="番号が読み取れない",
    because="どの番号のつもりかは回答者にしか分かりません。①や済みに知らない語が添えてあるだけなら、見て決められるため要確認です。",
    about=About.ITEM,
    effect=Effect.OPEN,
    message="{what}",
    fix=f"{_CHOOSE}の番号を入れてもらってください。文章は補足説明欄に書いてもらいます。",
    ask=f"{_CHOOSE}の番号を入れてください。文章は補足説明欄に書いてください。",
    why="「検討中」「一部対応済み」などは①とも②とも読めるため、推測せず判読不能として数えます。"
    "①や「済み」に添えられた言葉は、用語の表にあれば対応済みと数え、打ち消す言葉（一部・予定など）が"
    "あれば要修正、どちらの表にもなければ要確認です（回答者へのお願いには載せません）。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | 検討中 |"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | 一部対応済み |"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ①（北部） |"),
        fires('ファイル: 若葉市.xlsx\n運用①-2 | 〈表示形式 1 0"件未対応"〉 |'),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | 〈表示形式 1 # ?/?〉 |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | 対応済み |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ①（毎年見直し） |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | |"),
    ),
)
def no_number(context: Context) -> Iterator[Hit]:
    """Find texts that determine no option."""
    for counted, answer in context.asked.unusual:
        if answer.mark.doubt is Doubt.NO_NUMBER:
            yield on_answer(counted, answer, what="①～③のどれか読み取れません。")
        elif answer.mark.doubt is Doubt.REMARK:
            hit = on_answer(
                counted,
                answer,
                what="対応済みのようですが、書かれた言葉が表になく、そのまま数えてよいか分かりません。",
                step="確認票で「①のまま数える」を選ぶか、違うときは「修正する」か「差戻し」を選んでください。",
            )
            yield replace(hit, severity=Severity.CHECK)


@rule(
    code="A305",
    severity=Severity.FIX,
    title="記号だけで番号がない",
    because="○が何を指すかは回答者にしか分かりません。",
    about=About.ITEM,
    effect=Effect.OPEN,
    message="○・△などの記号だけで、①～③の番号が書かれていません。",
    fix=f"{_CHOOSE}の番号を入れてもらってください。",
    ask=f"{_CHOOSE}の番号を入れてください。",
    why="○が「対応済み」なのか「該当する」なのかは、書いた人にしか分かりません。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ○ |"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | － |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ① |"),
    ),
)
def symbol(context: Context) -> Iterator[Hit]:
    """Find a circle, a tick or a dash in place of a number."""
    yield from _doubtful(context, Doubt.SYMBOL)


@rule(
    code="A306",
    severity=Severity.CHECK,
    title="対象外・該当なし",
    because="対象外と認めるかを決めるのは取りまとめる側です。",
    about=About.ITEM,
    effect=Effect.DOUBTED,
    questions_status=True,
    decided=Decided.SILENT,
    message="「対象外」と答えていますが、様式の選択肢にはありません。",
    fix="対象外と認めるか決め、認めないときは①～③で答え直してもらってください。",
    ask="対象であれば①～③の番号を入れ、対象外であれば理由を補足説明欄に書いてください。",
    why="対象外は①～③とは別に数えます。ほんとうに対象外かは取りまとめる側の判断です。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | 対象外 |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ③ | 対象外のため"),
    ),
)
def not_applicable(context: Context) -> Iterator[Hit]:
    """Find answers outside the options of the form."""
    for counted, answer in context.asked.of(Status.NOT_APPLICABLE):
        yield on_answer(counted, answer)


@rule(
    code="A313",
    severity=Severity.FIX,
    title="日付に自動変換された回答",
    because="もとの文字が残っておらず、書き直せるのは回答者だけです。",
    about=About.ITEM,
    effect=Effect.OPEN,
    message="Excelが日付に変えたため、何と書いたか分かりません。",
    fix="セルの書式を「文字列」にして、②（10月）のように書き直してもらってください。",
    ask="セルの書式を「文字列」にして、②（10月）のように書き直してください。",
    why="「2-10」のように書くと、Excelは2月10日とみなします。②の10月なのか2月10日なのか決められません。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | 〈日付 2026-02-10〉 |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ②（10月） |"),
    ),
)
def date(context: Context) -> Iterator[Hit]:
    """Find date cells among the marks."""
    yield from _doubtful(context, Doubt.DATE)


@rule(
    code="A314",
    severity=Severity.FIX,
    title="エラー値・値のない数式",
    because="値が残っておらず、書き直せるのは回答者だけです。",
    about=About.ITEM,
    effect=Effect.OPEN,
    message="{what}",
    fix=f"{_CHOOSE}の番号を直接入れてもらってください。",
    ask=f"{_CHOOSE}の番号を直接入れてください。",
    why="別のファイルを参照する数式などは、送られた先では値が分からなくなります。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | 〈エラー #REF!〉 |"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | 〈数式 =B3〉 |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ① |"),
    ),
)
def error(context: Context) -> Iterator[Hit]:
    """Find error values and formulas without a stored value."""
    for counted, answer in context.asked.unusual:
        if answer.mark.doubt is Doubt.ERROR:
            formula = answer.mark.raw.startswith("=")
            what = "計算結果が保存されていない数式です。" if formula else "エラー値です。"
            yield on_answer(counted, answer, what=what)


@rule(
    code="A315",
    severity=Severity.INFO,
    title="同上を上の項目の回答として読んだ",
    because="上の項目の回答が読めていれば迷うところがありません。読めないときは要修正です。",
    about=About.ITEM,
    effect=Effect.NONE,
    message="{what}",
    fix="違うときや読めないときは、番号で書き直してもらってください。",
    ask=f"「同上」などではなく、{_CHOOSE}の番号を入れてください。",
    why="「同上」「〃」は、すぐ上の項目の回答が読めるときだけ同じ回答とします。"
    "読めないときは判読不能として数え、要修正になります。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-1 | ① |\n運用①-2 | 同上 |"),
        fires("ファイル: 若葉市.xlsx\n運用①-1 | 検討中 |\n運用①-2 | 〃 |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |\n運用①-2 | ① |"),
    ),
)
def ditto(context: Context) -> Iterator[Hit]:
    """Find ditto marks, read or not."""
    for counted, answer in context.asked.unusual:
        if answer.mark.doubt is Doubt.DITTO:
            hit = on_answer(
                counted,
                answer,
                what="上の項目の回答が読めないため、何を指すか分かりません。",
                step=f"{_CHOOSE}の番号を入れてもらってください。",
            )
            yield replace(hit, severity=Severity.FIX)
        elif answer.mark.read_by is ReadBy.DITTO:
            yield on_answer(
                counted,
                answer,
                what=f"上の項目と同じ{answer_words(answer)}として数えました。",
                step="違うときは、番号で書き直してもらってください。",
            )


_READ = (Status.DONE, Status.PLANNED, Status.NOT_PLANNED, Status.NOT_APPLICABLE)
_SEEN = {
    ReadBy.FORMAT: "文字の書式",
    ReadBy.EMPHASIS: "文字の書式",
    ReadBy.DRAWING: "重ねた図形",
    ReadBy.CONTROL: "チェックボックスなどの部品",
    ReadBy.LEGEND_MARK: "選択肢の前の印",
    ReadBy.FILLED_MONTH: "選択肢に書き入れた月",
    ReadBy.OBJECT: "図形や部品の言葉",
}


@rule(
    code="A316",
    severity=Severity.CHECK,
    title="書式・図形・印から回答を読み取った",
    because="太字・色・月の書き入れ・図形の言葉だけでは偶然もありえます。選択肢1つだけの丸囲み・印・チェックと、"
    "ほかの選択肢の取り消し線は、誰が見ても同じため参考です。",
    about=About.ITEM,
    effect=Effect.DOUBTED,
    questions_status=True,
    message="{what}",
    fix="ファイルのこのセルを開いて、読み取りが合っているか確かめてください。",
    ask="丸囲みや取り消し線ではなく、①～③の番号を入れてください。",
    why="番号の代わりに、丸囲みや取り消し線などで選んだ回答です。1つの選択肢だけを指すときに限って読み取ります。"
    "2つの選択肢にかかる図形や、打ち消し合う印は読み取らず、判読不能として数えます。",
    covers=("A301",),
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-1 | 〈凡例 楕円 2〉 |"),
        fires("ファイル: 若葉市.xlsx\n運用①-1 | 〈凡例 印 1〉 |"),
        fires('ファイル: 若葉市.xlsx\n運用①-1 | 〈表示形式 12 "②（"0"月）"〉 |'),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | 〈凡例〉 |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def by_format(context: Context) -> Iterator[Hit]:
    """Find answers told by format, drawing or control, and objects nobody could read."""
    yield from _by_number_format(context)
    for counted, answer in context.asked.unusual:
        mark, severity, cause, step = answer.mark, None, "", ""
        if mark.doubt is Doubt.UNREADABLE_OBJECT:
            what = f"セルに重ねた部品{_detail(answer)}があり、中身を読み取れません。"
            step = "ファイルのこのセルを開いて回答を確かめ、番号で書き直してもらってください。"
        elif mark.read_by in _SEEN:
            cause = f"{_SEEN[mark.read_by]}{_detail(answer)}"
            what = f"{cause}から{answer_words(answer)}と読み取りました。"
            if mark.read_by in BY_PLAIN_SIGN:
                step = "違うときは、番号で書き直してもらってください。"
                severity = Severity.INFO
        elif mark.legend_untouched and answer.unsupported:
            names = "・".join(answer.unsupported)
            what = f"選択肢の一覧が残ったままで、このファイル形式では{names}を確認できません。"
            step = "ファイルのこのセルを開き、○などで選ばれていないか確かめてください。"
        elif mark.object_text:
            what = f"セルに文字の入った図形{_detail(answer)}が重なっています。"
        else:
            continue
        hit = on_answer(counted, answer, what=what, step=step)
        yield replace(hit, severity=severity, cause=cause)


def _by_number_format(context: Context) -> Iterator[Hit]:
    """Find answers that a number format alone shows; they are as clear as any text."""
    for counted, answer in context.asked.asides:
        mark, aside = answer.mark, answer.aside
        told = mark.read_by is ReadBy.WORDS or mark.read_by in _SEEN  # A317, A306; above
        if aside and aside.stored and mark.status in _READ and not told:
            hit = on_answer(
                counted,
                answer,
                what=f"セルに表示されているとおり、{answer_words(answer)}と読み取りました。",
                step="違うときは、セルの表示形式を「標準」にし、番号で書き直してもらってください。",
            )
            yield replace(hit, severity=Severity.INFO)


def _detail(answer: Answer) -> str:
    return f"（{quote(answer.mark.object_text, 20)}）" if answer.mark.object_text else ""


@rule(
    code="A317",
    severity=Severity.INFO,
    title="番号がなく文言から読み取った",
    because="1つの選択肢だけを指す言葉に限っていて、迷うところがありません。",
    about=About.ITEM,
    effect=Effect.NONE,
    message="番号がないため、文言から{answer}と読み取りました。",
    fix="違うときは、番号で書き直してもらってください。",
    why="「対応済み」「予定なし」など、1つの選択肢だけを指す言葉に限って読み取ります。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | 対応済み |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ① 対応済み |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | 検討中 |"),
    ),
)
def by_words(context: Context) -> Iterator[Hit]:
    """Find answers told by words without a number."""
    for counted, answer in context.asked.unusual:
        if answer.mark.read_by is ReadBy.WORDS and answer.mark.status not in (
            Status.NOT_APPLICABLE,
            Status.UNCLEAR,
            Status.BLANK,
        ):
            yield on_answer(counted, answer, answer=answer_words(answer))

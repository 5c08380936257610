"""Rules about note cells (N): what stands beside an answer and does not fit it."""

from collections.abc import Iterator
from dataclasses import replace

from pipeline.model import Due, DueSource, Note, Severity, Status
from pipeline.rules.asked import remarks_of
from pipeline.rules.registry import (
    About,
    Context,
    Decided,
    Effect,
    Hit,
    Threshold,
    fires,
    on_note,
    on_remark,
    rule,
    silent,
)
from pipeline.rules.words import STATUS_WORDS, WIDTH, listed, quote
from pipeline.texts.calendar import month_number, month_words

_CELL_LIMIT = 32_767  # UTF-16 units in one cell of Excel


@rule(
    code="N401",
    severity=Severity.INFO,
    title="③なのに補足説明がない",
    because="補足説明欄は任意で、数も変わりません。団体ごとに1行にまとめます。",
    about=About.ITEM,
    effect=Effect.NONE,
    decided=Decided.SILENT,
    message="③対応の予定なしですが、補足説明欄に理由がありません。",
    fix="理由が必要なときだけ、補足説明欄に書いてもらってください。",
    ask="対応の予定がない理由を、補足説明欄に書いてください。",
    why="補足説明欄は任意ですが、予定なしの理由が分からないと対策の要否を判断できません。"
    "理由を求めない場合は torimatome.toml の off に N401 を書きます。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ③ |"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ③ | 特になし"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ③ | 該当する機器を持たないため"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ① |"),
    ),
)
def no_reason(context: Context) -> Iterator[Hit]:
    """Find ③ without a reason."""
    for counted, answer in context.asked.of(Status.NOT_PLANNED):
        if all(remark.said.empty for remark in remarks_of(answer)):
            yield on_note(counted, answer)


def _has_more_to_do(note: Note, month: str) -> bool:
    """Tell whether a note beside ② speaks of work to come: 要綱は制定済みで、手順書を策定中."""
    return bool(note.says_not_done or note.may_not_be_done) or any(
        due.month >= month and due.written not in note.says_done for due in note.dues
    )


@rule(
    code="N402",
    severity=Severity.CHECK,
    title="回答と補足説明が食い違う",
    because="どちらが正しいかは、まず文を読めば見当が付きます。どちらとも読める文は参考です。",
    about=About.ITEM,
    effect=Effect.CONTRADICTED,
    decided=Decided.SILENT,
    message="チェック欄は{status}ですが、{where}に「{words}」とあります。",
    fix="対応が終わっているか確かめ、番号か補足説明を直してもらってください。",
    ask="番号と補足説明のどちらが正しいか確かめ、違うほうを直してください。",
    why="番号の選び間違いか、前回の補足説明の消し忘れかもしれません。"
    "とくに①の取り違えは、残っている弱点を済みと数えてしまいます。"
    "どちらとも読める補足説明は参考です。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ① | 未策定のため、今後策定する予定"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ③ | 令和6年に策定済み"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ②（12月） | 対応済み"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ① 〈コメント まだ未対応です〉 |"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ① 〈コメント ③ 予定なし〉 |"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ① | 策定済みの方針を来年度に見直す予定"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ③ | 費用に見合わないため"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ②（12月） | 現在検討中"),
    ),
)
def contradiction(context: Context) -> Iterator[Hit]:
    """Find notes that say the opposite of the check cell."""
    for counted, answer, remark in context.asked.remarks():
        status = answer.mark.status
        words, step = against(status, remark.said, context.batch.month)
        if words:
            fields = {"status": STATUS_WORDS[status], "words": quote(words), "step": step}
            hit = on_remark(counted, answer, remark, **fields)
            yield replace(hit, severity=Severity.INFO) if step == DOUBTFUL else hit


def against(status: Status, note: Note, month: str) -> tuple[str, str]:
    """Give the words of a note that do not fit an answer, and the next step; nothing: all fits."""
    judged = _AGAINST.get(status)
    if judged is None:
        return "", ""
    if note.mark_like not in (None, status):  # ③, or ②に訂正します, beside ①
        return note.raw, _CHOOSE
    return judged(note, month)


_CHOOSE = "どの番号が正しいか確かめ、番号を直してもらってください。"
_OPEN = "対応が終わっているか確かめ、まだなら②か③に直してもらってください。"
DOUBTFUL = "まだ終わっていないとも読めます。気になるときは確かめてください。"
_DONE = "対応が終わっているか確かめ、終わっていれば①に直してもらってください。"
_DROPPED = "対応する予定がまだあるか確かめ、なくなっていれば③に直してもらってください。"
_PLANNED = "対応する予定があるか確かめ、あれば②と予定月に直してもらってください。"


def _against_done(note: Note, _month: str) -> tuple[str, str]:
    if note.says_not_done:
        return note.says_not_done, _OPEN
    return note.may_not_be_done, DOUBTFUL


def _against_planned(note: Note, month: str) -> tuple[str, str]:
    if note.says_dropped:
        return note.says_dropped, _DROPPED
    return "" if _has_more_to_do(note, month) else note.says_done, _DONE


def _against_not_planned(note: Note, _month: str) -> tuple[str, str]:
    if note.says_planned and not note.says_dropped:
        return note.says_planned, _PLANNED
    return note.says_done, _DONE


_AGAINST = {
    Status.DONE: _against_done,
    Status.PLANNED: _against_planned,
    Status.NOT_PLANNED: _against_not_planned,
}


def _apart(mark: Due, note: Due) -> bool:
    """Tell whether two times share no month; a vague time reaches back over its width."""
    ends = month_number(mark.month), month_number(note.month)
    starts = (
        ends[0] - WIDTH.get(mark.precision, 1) + 1,
        ends[1] - WIDTH.get(note.precision, 1) + 1,
    )
    return ends[0] < starts[1] or ends[1] < starts[0]


@rule(
    code="N403",
    severity=Severity.CHECK,
    title="チェック欄と補足説明欄の月が違う",
    because="どちらの月かは、文を読めば見当が付きます。",
    about=About.ITEM,
    effect=Effect.DOUBTED,
    decided=Decided.SILENT,
    message="チェック欄の予定月は{due}ですが、{where}には{months}とあります。"
    "チェック欄の月で数えました。",
    fix="どちらが正しいか確かめ、チェック欄の月を直してもらってください。",
    ask="チェック欄と補足説明欄の月を、正しい月にそろえてください。",
    why="片方だけを直した可能性があります。基準月より前の月と、説明会や会議など対応を終える月でないものは比べません。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ②（12月） | 令和9年3月に策定予定"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ②（12月） | 12月の議会後に策定予定"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ②（年度内） | 令和9年2月に策定予定"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ②（12月） | 2026年4月に着手済み"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ② | 令和9年3月に策定予定"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ②（12月） | 令和9年3月の県の通知を踏まえて対応"),
    ),
)
def months_differ(context: Context) -> Iterator[Hit]:
    """Find ② whose month the note contradicts: no month it names lies within the answer's."""
    for counted, answer in context.asked.of(Status.PLANNED):
        due = answer.due
        if not due.month or due.source is DueSource.NOTE:
            continue
        for remark in remarks_of(answer):
            named = [d for d in remark.said.dues if d.month and d.month >= context.batch.month]
            if named and all(_apart(due, other) for other in named):
                months = listed([month_words(other.month) for other in named])
                fields = {"due": month_words(due.month), "months": months}
                yield on_remark(counted, answer, remark, **fields)


@rule(
    code="N404",
    severity=Severity.INFO,
    title="長い補足説明を表示用に切り詰めた",
    because="全文はデータに残っていて、することがありません。",
    about=About.ITEM,
    effect=Effect.NONE,
    message="補足説明が{length}文字あり、Excelの1セルに入らないため、表示では切り詰めています。",
    fix="全文は data フォルダの answers.csv にあります。",
    why="Excelの1セルに入る文字数には上限（32,767文字）があります。",
    thresholds=(
        Threshold(
            name="note_length",
            default=_CELL_LIMIT,
            meaning="補足説明がこの文字数を超えるときに知らせます。",
            minimum=1,
            maximum=_CELL_LIMIT,
        ),
    ),
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ① | 〈長文 32768〉"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ① | 〈長文 32767〉"),
    ),
)
def long_note(context: Context) -> Iterator[Hit]:
    """Find notes that no cell can hold."""
    limit = context.thresholds["note_length"]
    for counted, answer in context.asked.noted:
        length = len(answer.note.raw)
        if length * 2 > limit:  # only then can the UTF-16 length exceed it
            length = len(answer.note.raw.encode("utf-16-le", "surrogatepass")) // 2
        if length > limit:
            yield on_note(counted, answer, length=f"{length:,}")


@rule(
    code="N405",
    severity=Severity.CHECK,
    title="個人情報らしい記載",
    because="消すか残すかを決めるのは、集計表を渡す担当者です。",
    about=About.ITEM,
    effect=Effect.NONE,
    message="{where}に{kinds}らしい記載があります（{found}）。",
    fix="集計表を外に渡す前に、消すか伏せるか決めてください。",
    why="集計表は回答者以外にも渡ります。担当者の連絡先が混じったまま配られるのを防ぎます。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ① | 担当 taro@example.lg.jp まで"),
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ① | 問合せ先 03-1234-5678"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ① | 令和8年4月1日に策定"),
    ),
)
def personal_data(context: Context) -> Iterator[Hit]:
    """Find mail addresses and telephone numbers in notes."""
    for counted, answer, remark in context.asked.remarks():
        personal = remark.said.personal
        if personal:
            kinds = {
                "メールアドレス" if "@" in text or "＠" in text else "電話番号" for text in personal
            }
            yield on_remark(
                counted,
                answer,
                remark,
                kinds="・".join(sorted(kinds)),
                found=listed([quote(text, 30) for text in personal]),
            )


@rule(
    code="N406",
    severity=Severity.INFO,
    title="別紙参照",
    because="回答そのものは読めていて、参照先は要るときだけ見れば足ります。",
    about=About.ITEM,
    effect=Effect.NONE,
    message="{where}が別紙などを参照しています。参照先の内容は集計に入っていません。",
    fix="参照先が届いているか確かめ、必要なら送ってもらってください。",
    why="回答の根拠が別の文書にあるときは、その文書がないと読み取れません。",
    examples=(
        fires("ファイル: 若葉市.xlsx\n運用①-2 | ① | 別紙参照"),
        silent("ファイル: 若葉市.xlsx\n運用①-2 | ① | 規程に定めた"),
    ),
)
def attachment(context: Context) -> Iterator[Hit]:
    """Find notes that refer to another document."""
    for counted, answer, remark in context.asked.remarks():
        if remark.said.refers_to_attachment:
            yield on_remark(counted, answer, remark)

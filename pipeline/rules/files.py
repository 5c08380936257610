"""Rules about files as a whole (F): what could not be read, and what was set aside."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from pipeline.model import (
    FileKind,
    FileRecord,
    FileState,
    NotChecklist,
    OwnBook,
    Severity,
    Skipped,
    SkipReason,
    Status,
)
from pipeline.rules.kinds import KINDS
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
from pipeline.rules.words import listed
from pipeline.texts.calendar import month_words

# Workbooks of the coordinator that lie among the returns.
_OWN = {
    OwnBook.REVIEW: (
        "回答ではなく確認票です。ここに書かれた判断は反映していません。",
        "判断は outbox の中の確認票に書いて保存し、このファイルは受信フォルダから除いてください。",
    ),
    OwnBook.TOTALS: (
        "回答ではなく集計表のため、読んでいません。",
        "このファイルを受信フォルダから除いてください。",
    ),
    OwnBook.ROSTER: (
        "回答ではなく名簿のようですが、受信フォルダの直下の「名簿.xlsx」ではないため使っていません。",
        "名簿として使うときは、「名簿.xlsx」という名前で受信フォルダの直下に置いてください。"
        "使わないときは、受信フォルダから除いてください。",
    ),
}

_EXTENSIONS = {
    ".xlsx": {FileKind.XLSX},
    ".xlsm": {FileKind.XLSM},
    ".xltx": {FileKind.XLSX},
    ".xltm": {FileKind.XLSM},
    ".xls": {FileKind.XLS},
    ".xlt": {FileKind.XLS},
    ".xlsb": {FileKind.XLSB},
    ".ods": {FileKind.ODS},
    ".csv": {FileKind.CSV},
    ".txt": {FileKind.CSV, FileKind.TEXT},
    ".tsv": {FileKind.CSV, FileKind.TEXT},
}


# What to do with a file of a kind that says no more.
_ANSWER = "回答であれば、チェックシートのExcelファイルを送ってもらってください。"


def _suffix(record: FileRecord) -> str:
    return PurePosixPath(record.source.path.rpartition("!")[2]).suffix.casefold()


@rule(
    code="F103",
    compares=True,
    severity=Severity.INFO,
    title="対応していない種類のファイル",
    because="ほとんどは添え物です。団体の名前が付くものと、中に回答がありうるものだけ要確認です。",
    about=About.FILE,
    effect=Effect.NONE,
    message="{what}のため、回答として読んでいません。",
    fix=_ANSWER,
    why="PDF・画像・Word文書・メールなどからは回答を確実に読み取れません。"
    "送付状などの添え物であれば、何もしなくてかまいません。名簿の団体の名前が付いたファイルと、"
    "中に回答が入っていることのある種類（ZIPのほかの圧縮ファイル、winmail.dat など）は、"
    "要確認にしています。",
    examples=(
        fires("ファイル: 送付状.pdf（対象外: other_kind pdf）"),
        fires("名簿: 若葉市\nファイル: 若葉市.docx（対象外: other_kind word）"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
        silent("ファイル: 名簿.xlsx（対象外: roster xlsx）"),
    ),
)
def other_kind(context: Context) -> Iterator[Hit]:
    """Find files of kinds that are never read, and links out of the inbox.

    A person must look where the file may be somebody's return: by its name, or by its kind.
    """
    answered = {counted.respondent.id for counted in context.batch.submissions}
    for record in context.batch.files:
        content = record.content
        if record.state is not FileState.IGNORED or not isinstance(content, Skipped):
            continue
        if content.reason is SkipReason.OTHER_KIND:
            words = KINDS[record.kind]
            named = _suffix(record) in _EXTENSIONS and _suffix(record) != ".txt"
            whose = record.respondent.id if record.respondent else ""
            if record.kind is FileKind.LETTER and whose in answered:
                whose = ""  # a letter beside a return needs no look
            look = bool(whose) or words.holds or named
            hit = on_file(record, what=words.name, step=words.step)
        elif content.reason is SkipReason.LINK:
            look = record.respondent is not None
            step = "回答であれば、リンク先のファイルそのものを受信フォルダに入れてください。"
            hit = on_file(record, what="受信フォルダの外を指すリンク", step=step)
        else:
            continue
        yield replace(hit, severity=Severity.CHECK if look else None)


@rule(
    code="F105",
    compares=True,
    severity=Severity.FIX,
    title="チェックシートが見つからない",
    because="回答が1件も数えられず、送り直してもらうほかありません。",
    about=About.FILE,
    effect=Effect.LOST,
    message="{what}",
    fix="別のファイルを送っていないか確かめ、チェックシートを送ってもらってください。",
    ask="チェックシートが入っていませんでした。チェックシートのファイルをお送りください。",
    why="項目番号のある行と、チェック欄が1つも見つからないファイルです。回答は集計に入りません。"
    "受信フォルダに紛れ込んだ確認票・集計表・名簿も、ここで知らせます。",
    examples=(
        fires("ファイル: 若葉市.xlsx（チェックシートなし: 見積書、内訳）"),
        fires("ファイル: 若葉市.xlsx（チェックシートなし: 回答，項目あり: 55）"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def no_checklist(context: Context) -> Iterator[Hit]:
    """Find workbooks that could be read and hold no checklist."""
    for record in context.batch.files:
        content = record.content
        if not isinstance(content, NotChecklist) or record.state is not FileState.NOT_CHECKLIST:
            continue
        if content.own:
            what, step = _OWN[content.own]
            yield replace(on_file(record, what=what, step=step), severity=Severity.CHECK)
        else:
            found = _holds_items(content)
            hit = on_file(record, what=_nothing_in(content), step=_WHERE if found else "")
            yield replace(hit, ask=_ANOTHER_SHAPE if found else "")


_SOME_ITEMS = 3  # ids from which a file is the checklist in another shape, and not another file
_WHERE = (
    "回答がどこにあるかをファイルで確かめ、"
    "配布した様式のチェック欄に書いて送り直してもらってください。"
)
_ANOTHER_SHAPE = (
    "お送りいただいたファイルは、どこがチェック欄かが分かりませんでした。"
    "配布した様式のチェック欄に①～③の番号を書いて、もう一度お送りください。"
)


def _holds_items(content: NotChecklist) -> bool:
    return content.items_found >= _SOME_ITEMS


def _nothing_in(content: NotChecklist) -> str:
    names = listed([f"「{name}」" for name in content.sheets], "シート")
    shown = f"（シート: {names}）" if names else ""
    if not _holds_items(content):
        return f"チェックシートが見つかりません{shown}。"
    return (
        f"項目は{content.items_found}件ありますが、どこがチェック欄かが分かりません{shown}。"
        "回答は集計に入れていません。"
    )


@rule(
    code="F106",
    severity=Severity.INFO,
    title="一時ファイルのため対象外",
    because="回答の入らないファイルで、することがありません。",
    about=About.FILE,
    effect=Effect.NONE,
    message="{what}のため、読んでいません。",
    fix="何もしなくてかまいません。気になるときは受信フォルダから消してください。",
    why="~$ で始まるファイルは、Excelでブックを開いている間だけできる控えで、"
    "回答は入っていません。",
    examples=(
        fires("ファイル: ~$若葉市.xlsx（対象外: temporary other）"),
        fires("ファイル: .DS_Store（対象外: system other）"),
        silent("ファイル: 送付状.pdf（対象外: other_kind pdf）"),
    ),
)
def temporary(context: Context) -> Iterator[Hit]:
    """Find files left by Excel or by the operating system."""
    words = {
        SkipReason.TEMPORARY: "Excelの一時ファイル",
        SkipReason.SYSTEM: "パソコンが自動で作ったファイル",
    }
    for record in context.batch.files:
        content = record.content
        if isinstance(content, Skipped) and content.reason in words:
            yield on_file(record, what=words[content.reason])


@rule(
    code="F107",
    severity=Severity.FIX,
    title="未記入のまま返送",
    because="回答が1つもなく、答えられるのは回答者だけです。",
    about=About.FILE,
    effect=Effect.LOST,
    message="チェック欄が1つも記入されていません{notes}{unseen}。",
    fix="チェック欄に①～③の番号を入れて、送り直してもらってください。",
    ask="チェック欄に①～③の番号を入れて、もう一度お送りください。",
    why="様式をそのまま返したか、保存する前のファイルを送った可能性があります。"
    "項目ごとの「未記入」（A301）は、この1件にまとめています。",
    covers=("A301", "B510", "N401"),
    examples=(
        fires("ファイル: 若葉市.xlsx\nほかの項目: 空\n運用①-1 | 〈凡例〉 |"),
        fires("ファイル: 若葉市.xlsx\nほかの項目: 空\n運用①-1 | | 令和9年度に検討"),
        fires("ファイル: 若葉市.xlsx\nほかの項目: 空\n運用①-1 | 〈コメント 担当課に確認中〉 |"),
        silent("ファイル: 若葉市.xlsx\nほかの項目: 空\n運用①-1 | ① |"),
    ),
)
def untouched(context: Context) -> Iterator[Hit]:
    """Find counted submissions in which no check cell asked for holds anything."""
    for counted in context.batch.submissions:
        asked = [
            answer for answer in counted.submission.answers if answer.in_scope and answer.has_row
        ]
        if not asked or any(answer.mark.status is not Status.BLANK for answer in asked):
            continue
        beside = {
            "補足説明欄には": sum(not answer.note.empty for answer in asked),
            "コメントには": sum(bool(answer.comment) for answer in asked),
        }
        notes = "、".join(f"{where}{count}件" for where, count in beside.items() if count)
        unseen = {name for answer in asked for name in answer.unsupported}
        yield on_submission(
            counted,
            notes=f"（{notes}の記載があります）" if notes else "",
            unseen=f"（このファイル形式では{'・'.join(sorted(unseen))}を確認できません）"
            if unseen
            else "",
        )


@rule(
    code="F108",
    severity=Severity.INFO,
    title="マクロ付きブック",
    because="値はすべて読めていて、することがありません。",
    about=About.FILE,
    effect=Effect.NONE,
    message="マクロ付きのブックです。マクロは実行せず、セルの値だけを読みました。",
    fix="何もしなくてかまいません。開くときはマクロを有効にしないでください。",
    why="届いたファイルのマクロは、中身を確かめるまで実行しないのが安全です。",
    examples=(
        fires("ファイル: 若葉市.xlsm（マクロ付き）\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def macros(context: Context) -> Iterator[Hit]:
    """Find counted submissions with macros."""
    for counted in context.batch.submissions:
        if counted.submission.macros:
            yield on_submission(counted)


@rule(
    code="F110",
    severity=Severity.INFO,
    title="拡張子と中身が違う",
    because="中身のとおりに読めていて、することがありません。",
    about=About.FILE,
    effect=Effect.NONE,
    message="拡張子は「{extension}」ですが、中身は{kind}です。中身に合わせて読みました。",
    fix="読み取りに問題はありません。Excelで開けないときは、拡張子を直してください。",
    why="名前だけを変えたファイルは、Excelで開くと警告が出ることがあります。",
    examples=(
        fires("ファイル: 若葉市.xls（中身: xlsx）\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.CSV（中身: csv）\n運用①-1 | ① |"),
    ),
)
def wrong_extension(context: Context) -> Iterator[Hit]:
    """Find files read as a workbook whose name promises another type."""
    for record in context.batch.files:
        if record.state not in (FileState.COUNTED, FileState.NOT_CHECKLIST):
            continue
        name = record.source.path.rpartition("!")[2]
        extension = PurePosixPath(name).suffix
        if record.kind not in _EXTENSIONS.get(extension.casefold(), set()):
            yield on_file(record, extension=extension or "なし", kind=KINDS[record.kind].name)


@rule(
    code="F111",
    severity=Severity.CHECK,
    title="受信フォルダにあるが今回読んでいない",
    because="どの月の回答かは、こちらで見れば決められます。回答者に落ち度はありません。",
    about=About.FILE,
    effect=Effect.LOST,
    alert=True,
    message="{month}は締めた月で、{folder} フォルダだけを読んだため、読んでいません。",
    fix="この月の回答であれば、受信フォルダの中の {folder} フォルダに移して集計し直してください。"
    "次の月の回答であれば、何もしなくてかまいません。",
    general_fix="この月の回答であれば、受信フォルダの中のその月のフォルダに移して集計し直してください。"
    "次の月の回答であれば、何もしなくてかまいません。",
    why="月を締めたあとに届いたファイルが、その月の遅れた回答なのか、次の月の回答なのかは、"
    "ファイルからは分かりません。取り違えて数えないよう、人が決めるまで読みません。"
    "ほかの月の集計に入っているファイルは、ここには出ません。",
    examples=(
        fires("ファイル: 若葉市.xlsx（対象外: late xlsx）"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
        silent("ファイル: 送付状.pdf（対象外: other_kind pdf）"),
    ),
)
def late(context: Context) -> Iterator[Hit]:
    """Find what lies in inbox/ while the folder of the closed month is read."""
    month = context.batch.month
    for record in context.batch.files:
        if record.came_late:
            yield on_file(record, month=month_words(month), folder=month)

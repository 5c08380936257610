"""Rules about the mail that brought a return."""

from collections.abc import Iterator
from dataclasses import replace

from pipeline.inbox.mail_answers import says_an_answer
from pipeline.model import FileKind, FileRecord, FileState, Severity, Submission
from pipeline.rules.registry import About, Context, Effect, Hit, fires, on_file, rule, silent

_LETTERS = {FileKind.MAIL, FileKind.LETTER, FileKind.LEADING_MAIL}
_FIX = (
    "シートの回答と合っているか確かめてください。違うときや、シートにその回答がないときは、"
    "シートを直して送り直してもらってください。"
)


@rule(
    code="F113",
    compares=True,
    severity=Severity.CHECK,
    title="メールの本文に回答がある",
    because="本文は数えないので、シートと違うときは、見た人だけが気付けます。",
    about=About.FILE,
    effect=Effect.DOUBTED,
    message="メールの本文に「{what}」とあります。本文の記述は集計に入れていません。",
    fix=_FIX,
    why="「アセットは該当しません」のように、回答をメールの本文に書く人がいます。どの項目への、どの回答かが"
    "確かでないため数えません。項目番号・項目名や「該当なし」「対応済み」などの言葉のある文は要確認、"
    "あいさつや送付の言葉ではない、ほかの文は参考として知らせます。引用された前のメールは見ません。",
    examples=(
        fires("ファイル: 若葉市.xlsx（本文: アセットは該当しません。）\n運用①-1 | ① |"),
        fires("ファイル: 提出.eml（対象外: other_kind mail，本文: すべて対応済みです。）"),
        fires("ファイル: 若葉市.xlsx（本文: 人員が足りず、当面は難しい状況です。）\n運用①-1 | ① |"),
        silent("ファイル: 若葉市.xlsx\n運用①-1 | ① |"),
    ),
)
def letter_answers(context: Context) -> Iterator[Hit]:
    """Find counted returns whose mail says something, and mails whose words came with none."""
    files = [record for record in context.batch.files if record.source.letter]
    counted = [record for record in files if _is_counted(record)]
    beside = {(record.source.sender, record.source.letter) for record in counted}
    alone = [
        record
        for record in files
        if record.kind in _LETTERS
        and record.state is FileState.IGNORED
        and (record.source.sender, record.source.letter) not in beside
    ]
    for record in (*counted, *alone):
        letter = record.source.letter
        sure = says_an_answer(letter, context.batch.checklist)
        hit = replace(on_file(record, what=letter), written=letter)
        yield hit if sure else replace(hit, severity=Severity.INFO)


def _is_counted(record: FileRecord) -> bool:
    return record.state is FileState.COUNTED and isinstance(record.content, Submission)

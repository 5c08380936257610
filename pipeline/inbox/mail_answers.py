"""What the text of a mail answers beside its workbook: kept for people to see, never counted."""

import re
from collections.abc import Iterator

from pipeline.inbox.mail_passwords import lines_about_passwords
from pipeline.model import Checklist
from pipeline.texts.folding import fold

_WORK = r"(?<!ご)(?:対応|実施|策定|整備|導入|設定|措置|取得|保有|着手|完了|終了|開始)"
_DOES = r"(?:作って|作成して|行って|取り組んで|定めて|設けて|保有して)(?:い|お)(?:る|ます|り|な)"
_NOT = r"(?:なし|無し|ない|しません|せず|ありません|ございません|外)"
# How far something is.
_STATUS = re.compile(
    rf"該当(?:する)?\w{{0,4}}?[はが]?{_NOT}|対象外|対象(?:事業|施設|設備)[^。]{{0,4}}{_NOT}|未(?:対応|実施|策定|整備|導入|設定|着手|回答)"
    rf"|{_WORK}(?:中|済|(?:の)?予定|見込|いたします|します|しました|いたしました|しない|しません|しておりません)"
    rf"|{_WORK}(?:して|は|が)?(?:い(?:る|ます|ません|ない)|お(?:り|ります|りません)|できません|できない)"
    rf"|{_DOES}|(?<!ご)検討(?:中|と|いたします|します|する)|(?:実績|予定|計画)[はが](?:ない|ありません|ございません)"
    rf"|\d{{1,2}}月[^。]{{0,8}}{_WORK}|年度内に[^。]{{0,6}}予定|(?:委託先|担当課|関係課)[^。]{{0,6}}確認中"
)
# What is said of the sheet before, and of the sheet's own cells and marks.
_SAME = re.compile(
    r"(?:前回|前月|先月|前年|昨年|\d月)[^。]{0,14}(?:変更|変わり|変わら|同じ|同様|とおり|通り)|項目は"
)
_CELLS = re.compile(
    r"空欄|空白|未記入|未回答|書ききれ|\d+(?:行|番|つ|個)目|「(?:はい|いいえ|済み?)」"
    r"|チェックが(?:入って|付いて|ついて)|すべて「?[1-3①②③]」?(?:です|と)"
    r"|[①②③○◯×△](?:です|でお願い|は|を|の(?:項目|もの|箇所|欄)|と(?:し|回答|読)|に(?:訂正|修正|変更|直))"
)
# A letter speaks of itself, too, and in such words.
_OF_THE_LETTER = re.compile(
    r"ご不明|ご確認|ご連絡|ご対応|お問い?合|ウイルス|在宅|休暇|不在|残業|アドレス|連絡先|担当者?[がはも]"
    r"|(?:提出|送付|送信|返信|再送)(?:予定|します|いたします|する|でき|が遅)|付けで?(?:照会|事務連絡)"
)
_PREDICATE = re.compile(
    r"(?:です|ます|ました|ません|でした|ございます|である|する|した|いる|ない|なし|たい|ください|中|済み?)"
    r"[。．！!)）]*$"
)
# What letters say that go with a file, whatever it holds.
_POLITE = re.compile(
    r"世話|(?:よろしく|宜しく)|お願い|提出|送付|送信|送り|返信|添付|別添|別紙|同封|査収|確認|不明|連絡|問い?合"
    r"|申し訳|恐れ入|恐縮|手数|失礼|ありがとう|感謝|御礼|お礼|申します|照会|標記|期限|期日|締切|パスワード"
    r"|メール|ファイル|容量|zip|受領|承知|了解|取り急ぎ|以上|自動|ウイルス|ウィルス|不在|休暇|在宅|残業|出張"
    r"|会議|挨拶|忙し|異動|着任|後任|前任|担当|窓口|電話|tel|fax|http|@|〒|リンク|添書|回答(?:します|いたします|票)"
    r"|作成しました|遅れ|遅く|再送|差し?替|[課係室市町村県部局所会社]の\S{1,6}です。?$"
)
_ELSEWHERE = re.compile(
    r"ダウンロード|download|ファイル(?:転送|便|送信サービス|共有)|大容量|ギガファイル|gigafile|firestorage"
    r"|プライムドライブ|onedrive|1drv\.ms|sharepoint|google ?drive|drive\.google|dropbox|box\.com"
    r"|アップロード|格納し|受け取り(?:用|は)"
)
# Where the letter of somebody else begins, which this one answers or passes on.
_QUOTED = re.compile(
    r"-{3,}\s*(?:original message|元のメッセージ|forwarded message|転送)|_{10,}$"
    r"|(?:from|差出人|送信元)\s*:\s*\S|on .{5,80}wrote:$"
    r"|\d{4}.{5,80}(?:wrote|書きました|のメール)\W*$"
)
_FORM = re.compile(r"^\W*(?:件名|subject|宛先|to|cc|日時|date|sent)\s*:")
_WIDTH = 26  # letters of a line from which on a program may have broken it
_SHORT_ID, _SHORT_TITLE = 4, 6  # shorter ones stand in any text
_SENTENCES, _LETTERS = 5, 300


def answers_in(body: str, checklist: Checklist) -> str:
    """Give the sentences that say something, empty without one.

    First those that name an item or say how far something is; people say it in any words, so that
    every other sentence follows that no letter of the kind has.
    """
    if not body.strip():
        return ""
    secret = set(lines_about_passwords(body))
    sentences = tuple(dict.fromkeys(_sentences(body, secret)))
    sure = [each for each in sentences if says_an_answer(each, checklist)]
    more = [each for each in sentences if each not in sure and _is_free(each)]
    told = "／".join((sure + more)[:_SENTENCES])
    return told if len(told) <= _LETTERS else f"{told[: _LETTERS - 1]}…"


def says_an_answer(text: str, checklist: Checklist) -> bool:
    """Tell whether a sentence, or one of several, names an item or says how far something is."""
    folded, bare = fold(text), _bare(text)
    ids = (fold(item.id) for item in checklist.items)
    titles = (item.title for item in checklist.items if len(item.title) >= _SHORT_TITLE)
    return (
        any(map(_tells_answers, text.split("／")))
        or any(_stands_in(each, folded) for each in ids if len(each) >= _SHORT_ID)
        or any(_bare(each) in bare for each in titles)
    )


def leads_to_a_file(body: str) -> bool:
    """Tell a letter that says where its file can be had: no link is followed here."""
    folded = fold(body)
    return re.search(r"https?://", folded) is not None and _ELSEWHERE.search(folded) is not None


def _is_free(sentence: str) -> bool:
    """Tell a sentence with a predicate and without what letters that go with a file say."""
    return bool(_PREDICATE.search(sentence)) and not _POLITE.search(fold(sentence))


def _tells_answers(sentence: str) -> bool:
    if _CELLS.search(sentence):
        return True
    folded = fold(sentence)
    told = _STATUS.search(folded) or _SAME.search(sentence)
    return bool(told) and not _OF_THE_LETTER.search(folded)


def _sentences(body: str, secret: set[str]) -> Iterator[str]:
    """Give the letter's own sentences, those that a mail program broke joined again."""
    text = ""
    for line in body.splitlines():
        bare = line.strip(" 　\t")
        if _QUOTED.match(fold(bare)) and not line.startswith((" ", "　")):
            break
        if bare.startswith((">", "＞", "|")) or bare in secret or _FORM.match(fold(bare)):
            continue
        text += bare
        if len(bare) < _WIDTH or bare.endswith("。"):
            yield from _parted(text)
            text = ""
    yield from _parted(text)


def _parted(text: str) -> Iterator[str]:
    for sentence in re.split(r"(?<=。)", text):
        shown = "".join(letter if letter.isprintable() else " " for letter in sentence).strip()
        if shown:
            yield shown


def _stands_in(item_id: str, folded: str) -> bool:
    """Tell whether an id stands there, and not the head of a longer one (①-1 of ①-12)."""
    at = folded.find(item_id)
    while at >= 0:
        if not folded[at + len(item_id) : at + len(item_id) + 1].isdigit():
            return True
        at = folded.find(item_id, at + 1)
    return False


def _bare(text: str) -> str:
    return re.sub(r"\s", "", fold(text))

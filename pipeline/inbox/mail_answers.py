"""What the text of a mail answers beside its workbook: kept for people to see, never counted."""

import re
from collections.abc import Iterator

from pipeline.inbox.mail_passwords import lines_about_passwords
from pipeline.model import Checklist
from pipeline.texts.folding import fold

_WORK = r"(?:対応|実施|策定|整備|導入|設定|措置)"
_STATUS = re.compile(
    r"該当(?:しない|しません|せず|なし|無し|がない|はない|ありません|はありません|がありません|外)"
    r"|対象外|検討中です|未(?:対応|実施|策定|整備|導入|設定)"
    rf"|{_WORK}済|{_WORK}(?:して|は|が)?(?:いません|いない|おりません|しません|しない|できません|できない)"
    rf"|{_WORK}(?:の)?予定|{_WORK}(?:して(?:い|おり)ます|しました|が?完了)"
    rf"|\d{{1,2}}月[^。]{{0,8}}{_WORK}"
)
_NUMBER = re.compile(r"[①②③]\s*(?:です|でお願い|に(?:訂正|修正|変更)|と(?:して|回答))")
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
    """Give the sentences that name an item or say how far something is, empty without one."""
    if not body.strip():
        return ""
    secret = set(lines_about_passwords(body))
    ids = [fold(item.id) for item in checklist.items if len(fold(item.id)) >= _SHORT_ID]
    titles = [_bare(item.title) for item in checklist.items if len(item.title) >= _SHORT_TITLE]
    found: dict[str, None] = {}
    for sentence in _sentences(body, secret):
        folded = fold(sentence)
        if (
            _STATUS.search(folded)
            or _NUMBER.search(sentence)
            or any(_stands_in(each, folded) for each in ids)
            or any(each in _bare(sentence) for each in titles)
        ):
            found.setdefault(sentence)
    told = "／".join(tuple(found)[:_SENTENCES])
    return told if len(told) <= _LETTERS else f"{told[: _LETTERS - 1]}…"


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

"""Letters to respondents: the text, and the draft that a mail program opens ready to be sent.

Nothing is ever sent from here. A draft (.eml) is marked X-Unsent, so that Outlook and others
open it for editing; the same letter is written as plain text for those who paste it.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from pipeline.calendar import REIWA

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_WEEKDAYS = "月火水木金土日"
_SHEET = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A workbook that goes with a letter."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter to one respondent. ``mail`` is the roster's field as written, maybe empty."""

    subject: str
    body: str
    mail: str = ""
    attachments: tuple[Attachment, ...] = ()

    def with_attachment(self, name: str, content: bytes) -> "Letter":
        """Give the letter with one more workbook, before the others."""
        first = Attachment(name=name, content=content)
        return replace(self, attachments=(first, *self.attachments))


def addresses(mail: str) -> tuple[str, ...]:
    """Give the mail addresses of a roster's field; whatever is none is left out."""
    return tuple(dict.fromkeys(_ADDRESS.findall(mail)))


def draft(letter: Letter) -> bytes:
    """Give the letter as an .eml file: UTF-8, CRLF, unsent, the same bytes every time.

    Without an address in the roster there is no To line; the coordinator fills it in.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _one_line(letter.subject)
    to = [Address(addr_spec=each) for each in addresses(letter.mail)]
    if to:
        message["To"] = to
    message["X-Unsent"] = "1"
    message.set_content(letter.body, charset="utf-8", cte="base64")
    for attachment in letter.attachments:
        message.add_attachment(
            attachment.content, maintype=_SHEET[0], subtype=_SHEET[1], filename=attachment.name
        )
    if letter.attachments:
        digest = hashlib.sha256(letter.subject.encode() + letter.body.encode("utf-8", "replace"))
        for attachment in letter.attachments:
            digest.update(attachment.content)
        message.set_boundary(f"=_torimatome_{digest.hexdigest()[:32]}")
    return message.as_bytes()


def plain_letter(letter: Letter) -> str:
    """Give the letter as text to paste: subject, then body. Addresses stand in the draft only."""
    names = "、".join(attachment.name for attachment in letter.attachments)
    attached = f"添付: {names}\n" if names else ""
    return f"件名: {_one_line(letter.subject)}\n{attached}\n{letter.body}"


def day_words(day: str) -> str:
    """Give a day (YYYY-MM-DD) in words with era and weekday: 令和8年11月30日（月）."""
    value = date.fromisoformat(day)
    weekday = _WEEKDAYS[value.weekday()]
    era = value.year - REIWA
    year = "元" if era == 1 else str(era)
    written = f"令和{year}年" if value >= date(2019, 5, 1) else f"{value.year}年"
    return f"{written}{value.month}月{value.day}日（{weekday}）"


def salutation(name: str) -> str:
    """Begin a letter."""
    return f"{_one_line(name)}　ご担当者様\n\nお世話になっております。\n"


def paragraphs(parts: Sequence[str]) -> str:
    """Join paragraphs with an empty line between them."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())

"""Letters to respondents: the text, and the draft that a mail program opens ready to be sent.

Nothing is ever sent from here. A draft (.eml) is marked X-Unsent, so that Outlook and Thunderbird
open it for editing; the same letter is written as plain text for those who paste it.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import quote

from pipeline.texts.addresses import addresses

_SHEET = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
_WORD_BYTES = 45  # make 60 letters of base64; with its frame a word may have 75
_PARAMETER = 800  # letters; a line may have 998, and few programs join pieces
# What no header and no text carries: controls but tab and line ends, and lone surrogates.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")


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


def draft(letter: Letter) -> bytes:
    """Give the letter as an .eml file: UTF-8, CRLF, unsent, the same bytes every time.

    Without an address in the roster there is no To line; the coordinator fills it in. There is
    neither Date nor Message-ID: they would make it a mail that was received.
    """
    message = EmailMessage(policy=SMTP.clone(refold_source="none"))
    # The library folds long Japanese subjects and names with faults: they are encoded here.
    message.set_raw("Subject", _words(one_line(letter.subject)))
    to = [_address(each) for each in addresses(letter.mail)]
    if to:
        message["To"] = to
    message["X-Unsent"] = "1"
    message.set_content(_CONTROL.sub("\ufffd", letter.body), charset="utf-8", cte="base64")
    digest = hashlib.sha256(f"{letter.subject}\n{letter.body}".encode("utf-8", "replace"))
    for attachment in letter.attachments:
        digest.update(attachment.content)
        name = one_line(attachment.name)
        message.add_attachment(attachment.content, maintype=_SHEET[0], subtype=_SHEET[1])
        (*_, part) = message.iter_attachments()
        del part["Content-Type"], part["Content-Disposition"]
        part.set_raw("Content-Type", f'{"/".join(_SHEET)};\n name="{_words(name)}"')
        part.set_raw("Content-Disposition", f"attachment;\n {_parameter('filename', name)}")
    if letter.attachments:
        message.set_boundary(f"=_torimatome_{digest.hexdigest()[:32]}")
    return message.as_bytes()


def _words(text: str) -> str:
    """Give a text as words that RFC 2047 encodes, folded; also plain ones, which harms nobody.

    Outlook before 2016 reads the name of an attachment from such words in Content-Type alone,
    which no RFC allows and every mail program writes.
    """
    pieces = _pieces(text, _WORD_BYTES, lambda letter: len(letter.encode()))
    return "\n ".join(
        f"=?utf-8?B?{base64.b64encode(piece.encode()).decode('ascii')}?=" for piece in pieces
    )


def _parameter(key: str, value: str) -> str:
    """Give a parameter as RFC 2231 encodes it; in one piece as long as a line takes it."""
    pieces = _pieces(value, _PARAMETER, lambda letter: len(quote(letter, safe="")))
    encoded = [quote(piece, safe="") for piece in pieces]
    if len(encoded) == 1:
        return f"{key}*=utf-8''{encoded[0]}"
    first, *more = encoded
    lines = [f"{key}*0*=utf-8''{first}"]
    lines += [f"{key}*{number}*={piece}" for number, piece in enumerate(more, start=1)]
    return ";\n ".join(lines)


def _pieces(text: str, longest: int, size: Callable[[str], int]) -> list[str]:
    """Cut a text between letters so that no piece is larger than ``longest``."""
    pieces, room = [""], longest
    for letter in text:
        room -= size(letter)
        if room < 0:
            pieces.append("")
            room = longest - size(letter)
        pieces[-1] += letter
    return pieces


def _address(text: str) -> Address:
    local, _, domain = text.rpartition("@")
    return Address(username=local, domain=domain)  # a..b@ is quoted, as RFC 5322 wants it


def plain_letter(letter: Letter) -> str:
    """Give the letter as text to paste: subject, then body. Addresses stand in the draft only."""
    names = "、".join(attachment.name for attachment in letter.attachments)
    attached = f"添付: {names}\n" if names else ""
    body = _CONTROL.sub("\ufffd", letter.body)
    return f"件名: {one_line(letter.subject)}\n{attached}\n{body}"


def one_line(text: str) -> str:
    """Give a text without line ends and controls: what a header or the line of a list takes."""
    return " ".join(_CONTROL.sub(" ", text).split())

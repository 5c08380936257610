"""Mails that were dropped into inbox/: what they tell of themselves, and their parts.

A mail is only taken apart: nothing of it is shown, followed or run. Headers are read raw, because
senders break the rules of names in more ways than a strict reader takes.
"""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from email.utils import parseaddr, parsedate_to_datetime

from pipeline.inbox.mail_charsets import decode_bytes, decode_words, one_line
from pipeline.inbox.mail_parts import (
    HEADER,
    OF_THE_LETTER,
    Leaf,
    MailError,
    TooManyPartsError,
    content_of,
    file_name_of,
    header_of,
    is_shown,
    leaves_of,
    name_of_nameless,
    safe_name,
    text_of,
    words_of_page,
)
from pipeline.inbox.mapi import OLE2, TNEF, OutlookMessage, TooManyError
from pipeline.texts.calendar import JAPAN
from pipeline.texts.folding import fold

_HEAD = 65536  # bytes in which a header must show itself
_BODY = 20_000  # letters of a text that are kept
# 【至急】 or [list 12] may stand before it.
_PASSED_ON = re.compile(r"(?:\s*[\[【(][^\]】)]*[\]】)])*\W*(?:fwd?|転送)\W")
_BY_ITSELF = re.compile(r"自動(?:応答|返信)|不在(?:通知|連絡)|automatic reply|out of office")
_FAILED = re.compile(rb"(?im)^action:[ \t]*failed\b")  # RFC 3464; others are only delayed
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One attachment. ``of_letter``: a picture in the text, a signature, an appointment.

    ``came_back``: the letter that a mail server or program reports on.
    """

    name: str
    content: bytes
    of_letter: bool = False
    came_back: bool = False
    mail: "Mail | None" = None  # of a message that only the file around it can give


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail. ``received`` is ISO 8601 with offset, empty where it tells no time.

    ``by_server``: a server on our side wrote it, not the sender's own clock. ``passed_on``: its
    subject says that somebody forwarded it. ``automatic``: no person wrote it.
    ``undelivered``: a mail server tells that it could not deliver a letter. ``sealed``: it is
    encrypted, or signed so that only its own programs open it. ``wraps``: it is no mail by itself
    but what is in one (winmail.dat, what S/MIME has signed).
    """

    received: str = ""
    by_server: bool = False
    passed_on: bool = False
    automatic: bool = False
    undelivered: bool = False
    sealed: bool = False
    sender: str = ""  # the address in small letters
    subject: str = ""
    body: str = ""
    parts: tuple[Part, ...] = ()
    wraps: bool = False


class _Raw(Compat32):
    """Gives headers as they stand; bytes beyond ASCII come as surrogates."""

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002
        return value


def looks_like_mail(head: bytes, name: str) -> bool:
    """Tell a mail by its first bytes; the ending decides only where they allow it."""
    ending = name.casefold().rpartition(".")[2]
    if head.startswith(OLE2):
        return ending == "msg"
    if head.startswith(TNEF):
        return True
    if head.startswith((b"PK", b"%PDF")):
        return False
    start = head[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if ending == "eml":
        return b":" in start.partition(b"\n")[0]
    return ending not in {"csv", "html", "htm", "mht", "mhtml"} and bool(HEADER.match(start))


def open_mail(content: bytes, *, most_parts: int) -> Mail:
    """Take a mail apart; MailError where that cannot be done."""
    try:
        return (
            _outlook(content, most_parts)
            if content.startswith((OLE2, TNEF))
            else _internet(content, most_parts)
        )
    except MailError:
        raise
    except RecursionError as error:
        raise TooManyPartsError("depth") from error
    except Exception as error:  # hostile mails raise anything
        raise MailError(repr(error)[:200]) from error


def _internet(content: bytes, most_parts: int) -> Mail:
    if content.count(b"\n--") > 4 * most_parts:  # told before an object is made of each
        raise TooManyPartsError("boundaries")
    # A name as MIME wants it is ASCII; raw bytes in headers come as surrogates.
    message: Message = BytesParser(policy=_Raw()).parsebytes(
        content.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    )
    texts: dict[str, list[str]] = {}
    attached: list[Leaf] = []
    for leaf in leaves_of(message):
        if leaf.is_text:
            texts.setdefault(leaf.kind, []).append(text_of(leaf.part))
        elif len(attached) >= most_parts:
            raise TooManyPartsError("attachments")
        else:
            attached.append(leaf)
    pages = "".join(texts.get("text/html", []))
    subject = one_line(decode_words(header_of(message, "subject")))
    receipt = _receipt(message)
    return Mail(
        received=receipt or _moment(header_of(message, "date")),
        by_server=bool(receipt),
        passed_on=_is_passed_on(subject),
        automatic=_is_automatic(message, subject),
        undelivered=_is_report(message) and _FAILED.search(content) is not None,
        sealed=message.get_content_type() in _SEALED,
        sender=address_of(decode_words(header_of(message, "from"))),
        subject=subject,
        body=_body(texts),
        parts=tuple(_part(leaf, n, pages) for n, leaf in enumerate(attached, start=1)),
        wraps=not any(map(message.get, _OF_A_MAIL)),
    )


_OF_A_MAIL = ("from", "sender", "subject", "date", "received", "message-id", "return-path")


def _is_automatic(message: Message, subject: str) -> bool:
    by_machine = header_of(message, "auto-submitted").strip().casefold()
    said = by_machine not in {"", "no"} or _is_report(message)
    return said or _BY_ITSELF.match(fold(subject)) is not None


def _is_report(message: Message) -> bool:
    return message.get_content_type() == "multipart/report"


def _part(leaf: Leaf, number: int, pages: str) -> Part:
    part, kind = leaf.part, leaf.kind
    return Part(
        name=file_name_of(part) or name_of_nameless(part, kind, number),
        content=content_of(part, kind),
        of_letter=kind in OF_THE_LETTER or (kind.startswith("image/") and is_shown(leaf, pages)),
        came_back=leaf.reported and kind == "message/rfc822",
    )


def _body(texts: Mapping[str, list[str]]) -> str:
    """Give the letter; of one that comes as HTML alone the words without their looks."""
    plain = "\n".join(texts.get("text/plain", []))
    if plain.strip():
        return plain[:_BODY]
    return "\n".join(map(words_of_page, texts.get("text/html", [])))[:_BODY]


def address_of(text: str) -> str:
    """Give the address of a From line in small letters, empty where it is none."""
    address = parseaddr(one_line(text))[1].casefold()
    return address if re.fullmatch(r"[^@\s]+@[^@\s]+", address) else ""


def _receipt(message: Message) -> str:
    """Give when our server took the mail, by its topmost Received line; empty where none tells."""
    return _moment(header_of(message, "received").rpartition(";")[2])


def _is_passed_on(subject: str) -> bool:
    return _PASSED_ON.match(fold(subject)) is not None


def _moment(written: str) -> str:
    try:
        moment = parsedate_to_datetime(one_line(written))
        aware = moment if moment.tzinfo else moment.replace(tzinfo=JAPAN)
        return in_japan(aware)
    except (ValueError, TypeError, OverflowError, IndexError):
        return ""


def in_japan(moment: datetime.datetime) -> str:
    """Give a moment to the second as ISO 8601 in Japan's time."""
    return moment.astimezone(JAPAN).isoformat(timespec="seconds")


def _outlook(content: bytes, most_parts: int) -> Mail:
    # Both are rare, and one needs a library.
    from pipeline.inbox import outlook, tnef  # noqa: PLC0415

    wraps = content.startswith(TNEF)
    try:
        message = (tnef if wraps else outlook).read_message(content, most_parts)
    except TooManyError as error:
        raise TooManyPartsError(str(error)) from error
    mail = _of_message(message)
    # The times in winmail.dat are the sender's: no server opens it.
    return replace(mail, wraps=True, by_server=False) if wraps else mail


def _of_message(message: OutlookMessage) -> Mail:
    headers: Message = BytesParser(policy=_Raw()).parsebytes(
        message.headers.encode("utf-8", "surrogateescape"), headersonly=True
    )
    receipt = _receipt(headers) or (in_japan(message.delivered) if message.delivered else "")
    sent = in_japan(message.submitted) if message.submitted else ""
    subject = one_line(message.subject)
    body = message.body if message.body.strip() else words_of_page(decode_bytes(message.page, ""))
    return Mail(
        received=receipt or _moment(header_of(headers, "date")) or sent,
        by_server=bool(receipt),
        passed_on=_is_passed_on(subject),
        sender=address_of(message.sender) or address_of(decode_words(header_of(headers, "from"))),
        subject=subject,
        body=body[:_BODY],
        parts=tuple(
            Part(
                name=safe_name(each.name) or f"（名前なし{number}）",
                content=each.content,
                of_letter=each.of_letter,
                mail=_of_message(each.message) if each.message else None,
            )
            for number, each in enumerate(message.attachments, start=1)
        ),
    )

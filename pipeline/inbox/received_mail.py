"""Mails that were dropped into inbox/: what they tell of themselves, and their parts.

A mail is only taken apart: nothing of it is shown, followed or run. Headers are read raw, because
senders break the rules of names in more ways than a strict reader takes.
"""

import base64
import binascii
import contextlib
import datetime
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from email.utils import parseaddr, parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from pipeline.inbox.mail_charsets import decode_bytes, decode_words, is_raw, one_line
from pipeline.texts.calendar import JAPAN
from pipeline.texts.folding import fold

if TYPE_CHECKING:
    from pipeline.inbox.mapi import OutlookMessage

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TNEF = b"\x78\x9f\x3e\x22"
_HEAD = 65536  # bytes in which a header must show itself
_BODY = 20_000  # letters of a text that are kept
_PAGE = 200_000  # letters of a letter in HTML that are looked at
_NAME = 200  # letters of a name; no file system takes longer ones
_DEEPEST = 20  # parts within parts; mail programs make four or five
_HEADER = re.compile(
    rb"(?i)(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?"
    rb"(?:(?:from|received|return-path|subject|mime-version|message-id):"
    rb"|content-type:\s*multipart/)"  # what S/MIME has signed begins so
)
# What belongs to the letter and holds no answer.
_OF_THE_LETTER = frozenset(
    {
        "application/applefile",  # what a Mac knows of a file beside its content
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "message/delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "text/rfc822-headers",
        "text/x-amp-html",
        "text/calendar",
        "text/vcard",
        "text/x-vcard",
    }
)
# 【至急】 or [list 12] may stand before it.
_PASSED_ON = re.compile(r"(?:\s*[\[【(][^\]】)]*[\]】)])*\W*(?:fwd?|転送)\W")
_BY_ITSELF = re.compile(r"自動(?:応答|返信)|不在(?:通知|連絡)|automatic reply|out of office")
_FAILED = re.compile(rb"(?im)^action:[ \t]*failed\b")  # RFC 3464; others are only delayed
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"})
# A line that goes on, but not the one above a signature.
_FLOWED = re.compile(r"(?<!^--)(?<!\n--) \r?\n(?![>\s])")


class MailError(Exception):
    """A mail that cannot be taken apart; the text is for developers."""


class TooManyPartsError(MailError):
    """A mail with more parts, or deeper ones, than any mail program makes."""


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
    return ending not in {"csv", "html", "htm", "mht", "mhtml"} and bool(_HEADER.match(start))


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
    attached: list[_Leaf] = []
    for leaf in _leaves(message):
        if leaf.is_text:
            texts.setdefault(leaf.kind, []).append(_text(leaf.part))
        elif len(attached) >= most_parts:
            raise TooManyPartsError("attachments")
        else:
            attached.append(leaf)
    pages = "".join(texts.get("text/html", []))
    subject = one_line(decode_words(_header(message, "subject")))
    receipt = _receipt(message)
    return Mail(
        received=receipt or _moment(_header(message, "date")),
        by_server=bool(receipt),
        passed_on=_is_passed_on(subject),
        automatic=_is_automatic(message, subject),
        undelivered=_is_report(message) and _FAILED.search(content) is not None,
        sealed=message.get_content_type() in _SEALED,
        sender=address_of(decode_words(_header(message, "from"))),
        subject=subject,
        body=_body(texts),
        parts=tuple(_part(leaf, n, pages) for n, leaf in enumerate(attached, start=1)),
        wraps=not any(map(message.get, _OF_A_MAIL)),
    )


_OF_A_MAIL = ("from", "sender", "subject", "date", "received", "message-id", "return-path")


def _is_automatic(message: Message, subject: str) -> bool:
    by_machine = _header(message, "auto-submitted").strip().casefold()
    said = by_machine not in {"", "no"} or _is_report(message)
    return said or _BY_ITSELF.match(fold(subject)) is not None


def _is_report(message: Message) -> bool:
    return message.get_content_type() == "multipart/report"


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A part that is no mere frame; ``beside``: related to a text, ``reported``: in a report."""

    part: Message
    beside: bool = False
    reported: bool = False

    @property
    def kind(self) -> str:
        kind = self.part.get_content_type()
        # A frame without the line that parts it is text.
        return "text/plain" if kind.startswith("multipart/") else kind

    @property
    def is_text(self) -> bool:
        texts = {"text/plain", "text/html", "text/enriched"}
        return self.kind in texts and not _is_attached(self.part)


def _part(leaf: _Leaf, number: int, pages: str) -> Part:
    part, kind = leaf.part, leaf.kind
    return Part(
        name=_file_name(part) or _nameless(part, kind, number),
        content=_content(part, kind),
        of_letter=kind in _OF_THE_LETTER or (kind.startswith("image/") and _is_shown(leaf, pages)),
        came_back=leaf.reported and kind == "message/rfc822",
    )


def _is_shown(leaf: _Leaf, pages: str) -> bool:
    """Tell a picture in the text; Gmail gives an id to whatever is attached, too."""
    content_id = _header(leaf.part, "content-id").strip(" <>")
    return leaf.beside or (bool(content_id) and (not pages or content_id in pages))


def _leaves(message: Message, depth: int = 0, parent: _Leaf | None = None) -> Iterator[_Leaf]:
    """Give the parts that are no mere frames."""
    if depth > _DEEPEST:
        raise TooManyPartsError("depth")
    kind = message.get_content_type()
    payload = message.get_payload()
    beside, reported = (parent.beside, parent.reported) if parent else (False, False)
    if kind.startswith("multipart/") and isinstance(payload, list):
        reported = reported or kind == "multipart/report"
        for number, each in enumerate(payload):
            within = beside or (kind == "multipart/related" and number > 0)
            yield from _leaves(each, depth + 1, _Leaf(each, within, reported))
    else:
        yield _Leaf(message, beside, reported)


def _is_attached(leaf: Message) -> bool:
    disposition = _header(leaf, "content-disposition").strip().casefold()
    return disposition.startswith("attachment") or bool(_file_name(leaf))


def _content(leaf: Message, kind: str) -> bytes:
    payload = leaf.get_payload()
    if kind == "message/rfc822" and isinstance(payload, list):
        inner = _only(leaf)
        if not inner.keys() and not inner.is_multipart():  # in base64, which no rule allows
            with contextlib.suppress(binascii.Error, ValueError):
                return base64.b64decode(str(inner.get_payload()).encode("ascii", "ignore"))
        return inner.as_bytes()
    if isinstance(payload, list):
        return b"\n".join(each.as_bytes() for each in payload if isinstance(each, Message))
    decoded = leaf.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def _only(leaf: Message) -> Message:
    """Give the mail that a part holds."""
    payload = leaf.get_payload()
    first = payload[0] if isinstance(payload, list) and payload else None
    return first if isinstance(first, Message) else Message()


def _text(leaf: Message) -> str:
    content = leaf.get_payload(decode=True)
    charset = leaf.get_param("charset") or ""
    named = charset[2] if isinstance(charset, tuple) else charset
    text = decode_bytes(content if isinstance(content, bytes) else b"", str(named))
    if str(leaf.get_param("format") or "").casefold() != "flowed":
        return text
    joined_by = "" if str(leaf.get_param("delsp") or "").casefold() == "yes" else " "
    return _FLOWED.sub(joined_by, text)


def _body(texts: Mapping[str, list[str]]) -> str:
    """Give the letter; of one that comes as HTML alone the words without their looks."""
    plain = "\n".join(texts.get("text/plain", []))
    if plain.strip():
        return plain[:_BODY]
    return "\n".join(map(_words_of, texts.get("text/html", [])))[:_BODY]


def _words_of(page: str) -> str:
    page = page[:_PAGE]
    for name in ("style", "script"):
        shown = re.split(rf"(?i)<{name}\b", page)
        page = shown[0] + "".join(re.split(rf"(?i)</{name}", each, maxsplit=1)[-1]
                                  for each in shown[1:])  # fmt: skip
    lines = re.sub(r"(?i)<(?:br|/p|/div|/tr|/li)\b", "\n<", page)
    return html.unescape(re.sub(r"<[^<>]*>", "", lines))


def _nameless(leaf: Message, kind: str, number: int) -> str:
    if kind == "message/rfc822":
        subject = one_line(decode_words(_header(_only(leaf), "subject")))
        return _safe(f"{subject or '転送メール'}.eml")
    ending = {"text/calendar": "ics", "text/plain": "txt", "text/html": "html"}
    given = ending.get(kind) or re.sub(r"\W", "", kind.rpartition("/")[2])[:20]
    return f"（名前なし{number}）.{given}"


def _header(message: Message, name: str) -> str:
    value = message.get(name)
    return value if isinstance(value, str) else ""


def _file_name(leaf: Message) -> str:
    """Give an attachment's name: RFC 2231, encoded words in quotes, or raw bytes."""
    for header, key in (("content-disposition", "filename"), ("content-type", "name")):
        written = _header(leaf, header)
        if is_raw(written):  # the second byte of a letter may be a quote or a backslash
            leaf.replace_header(header, decode_words(written))
        try:
            value = leaf.get_param(key, header=header)
        except (ValueError, TypeError, IndexError, LookupError):  # damaged continuations
            continue
        if isinstance(value, tuple):
            charset, _, text = value
            raw = text.encode("latin-1", "surrogateescape") if _is_latin(text) else b""
            name = decode_bytes(raw, charset or "") if raw else text
        else:
            name = str(value or "")
            if "%" in name and re.match(r"[\w-]+'[\w-]*'", name):  # quoted, which hides its star
                charset, _, text = name.split("'", 2)
                name = decode_bytes(unquote_to_bytes(text), charset)
            name = decode_words(name)
        if one_line(name):
            return _safe(name)
    return ""


def _is_latin(text: str) -> bool:
    return all(ord(letter) < 256 or "\udc80" <= letter <= "\udcff" for letter in text)


def _safe(name: str) -> str:
    """Give a name that is one name: neither folders nor a separator of ours."""
    name = one_line(name).replace("/", "／").replace("\\", "＼").replace("!", "！")
    if len(name) > _NAME:
        stem, dot, ending = name.rpartition(".")
        name = stem[: _NAME - 10] + dot + ending[:9] if dot else name[:_NAME]
    return name


def address_of(text: str) -> str:
    """Give the address of a From line in small letters, empty where it is none."""
    address = parseaddr(one_line(text))[1].casefold()
    return address if re.fullmatch(r"[^@\s]+@[^@\s]+", address) else ""


def _receipt(message: Message) -> str:
    """Give when our server took the mail, by its topmost Received line; empty where none tells."""
    return _moment(_header(message, "received").rpartition(";")[2])


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
    from pipeline.inbox.mapi import TooManyError  # noqa: PLC0415

    wraps = content.startswith(TNEF)
    try:
        message = (tnef if wraps else outlook).read_message(content, most_parts)
    except TooManyError as error:
        raise TooManyPartsError(str(error)) from error
    mail = _of_message(message)
    # The times in winmail.dat are the sender's: no server opens it.
    return replace(mail, wraps=True, by_server=False) if wraps else mail


def _of_message(message: "OutlookMessage") -> Mail:
    headers: Message = BytesParser(policy=_Raw()).parsebytes(
        message.headers.encode("utf-8", "surrogateescape"), headersonly=True
    )
    receipt = _receipt(headers) or (in_japan(message.delivered) if message.delivered else "")
    sent = in_japan(message.submitted) if message.submitted else ""
    subject = one_line(message.subject)
    body = message.body if message.body.strip() else _words_of(decode_bytes(message.page, ""))
    return Mail(
        received=receipt or _moment(_header(headers, "date")) or sent,
        by_server=bool(receipt),
        passed_on=_is_passed_on(subject),
        sender=address_of(message.sender) or address_of(decode_words(_header(headers, "from"))),
        subject=subject,
        body=body[:_BODY],
        parts=tuple(
            Part(
                name=_safe(each.name) or f"（名前なし{number}）",
                content=each.content,
                of_letter=each.of_letter,
                mail=_of_message(each.message) if each.message else None,
            )
            for number, each in enumerate(message.attachments, start=1)
        ),
    )

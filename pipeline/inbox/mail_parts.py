"""The parts of an internet mail: texts, names and contents, in whatever encoding."""

import base64
import binascii
import contextlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from urllib.parse import unquote_to_bytes

from pipeline.inbox.mail_charsets import decode_bytes, decode_words, is_raw, one_line

_PAGE = 200_000  # letters of a letter in HTML that are looked at
_NAME = 200  # letters of a name; no file system takes longer ones
_DEEPEST = 20  # parts within parts; mail programs make four or five
HEADER = re.compile(
    rb"(?i)(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?"
    rb"(?:(?:from|received|return-path|subject|mime-version|message-id):"
    rb"|content-type:\s*multipart/)"  # what S/MIME has signed begins so
)
# What belongs to the letter and holds no answer.
OF_THE_LETTER = frozenset(
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
# A line that goes on, but not the one above a signature.
_FLOWED = re.compile(r"(?<!^--)(?<!\n--) \r?\n(?![>\s])")


class MailError(Exception):
    """A mail that cannot be taken apart; the text is for developers."""


class TooManyPartsError(MailError):
    """A mail with more parts, or deeper ones, than any mail program makes."""


@dataclass(frozen=True, slots=True)
class Leaf:
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


def is_shown(leaf: Leaf, pages: str) -> bool:
    """Tell a picture in the text; Gmail gives an id to whatever is attached, too."""
    content_id = header_of(leaf.part, "content-id").strip(" <>")
    return leaf.beside or (bool(content_id) and (not pages or content_id in pages))


def leaves_of(message: Message, depth: int = 0, parent: Leaf | None = None) -> Iterator[Leaf]:
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
            yield from leaves_of(each, depth + 1, Leaf(each, within, reported))
    else:
        yield Leaf(message, beside, reported)


def _is_attached(leaf: Message) -> bool:
    disposition = header_of(leaf, "content-disposition").strip().casefold()
    return disposition.startswith("attachment") or bool(file_name_of(leaf))


def content_of(leaf: Message, kind: str) -> bytes:
    """Give what a part holds, decoded; of a mail in a mail, that mail."""
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


def text_of(leaf: Message) -> str:
    """Give a text as it is to be read: its charset, and lines that a program broke joined."""
    content = leaf.get_payload(decode=True)
    charset = leaf.get_param("charset") or ""
    named = charset[2] if isinstance(charset, tuple) else charset
    text = decode_bytes(content if isinstance(content, bytes) else b"", str(named))
    if str(leaf.get_param("format") or "").casefold() != "flowed":
        return text
    joined_by = "" if str(leaf.get_param("delsp") or "").casefold() == "yes" else " "
    return _FLOWED.sub(joined_by, text)


def words_of_page(page: str) -> str:
    """Give the words of a page in HTML. Nothing is rendered and no link followed."""
    page = page[:_PAGE]
    for name in ("style", "script"):
        shown = re.split(rf"(?i)<{name}\b", page)
        page = shown[0] + "".join(re.split(rf"(?i)</{name}", each, maxsplit=1)[-1]
                                  for each in shown[1:])  # fmt: skip
    lines = re.sub(r"(?i)<(?:br|/p|/div|/tr|/li)\b", "\n<", page)
    return html.unescape(re.sub(r"<[^<>]*>", "", lines))


def name_of_nameless(leaf: Message, kind: str, number: int) -> str:
    """Give a name to a part that has none: of a mail, its subject."""
    if kind == "message/rfc822":
        subject = one_line(decode_words(header_of(_only(leaf), "subject")))
        return safe_name(f"{subject or '転送メール'}.eml")
    ending = {"text/calendar": "ics", "text/plain": "txt", "text/html": "html"}
    given = ending.get(kind) or re.sub(r"\W", "", kind.rpartition("/")[2])[:20]
    return f"（名前なし{number}）.{given}"


def header_of(message: Message, name: str) -> str:
    """Give a header as it stands, empty where there is none."""
    value = message.get(name)
    return value if isinstance(value, str) else ""


def file_name_of(leaf: Message) -> str:
    """Give an attachment's name: RFC 2231, encoded words in quotes, or raw bytes."""
    for header, key in (("content-disposition", "filename"), ("content-type", "name")):
        written = header_of(leaf, header)
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
            return safe_name(name)
    return ""


def _is_latin(text: str) -> bool:
    return all(ord(letter) < 256 or "\udc80" <= letter <= "\udcff" for letter in text)


def safe_name(name: str) -> str:
    """Give a name that is one name: neither folders nor a separator of ours."""
    name = one_line(name).replace("/", "／").replace("\\", "＼").replace("!", "！")
    if len(name) > _NAME:
        stem, dot, ending = name.rpartition(".")
        name = stem[: _NAME - 10] + dot + ending[:9] if dot else name[:_NAME]
    return name

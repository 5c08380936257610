"""What Outlook knows of a message and its attachments: MAPI's properties, whatever holds them."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # a file of streams: of Outlook, and of Excel up to 2003
TNEF = b"\x78\x9f\x3e\x22"  # winmail.dat
_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
_SUBJECT, _BODY, _PAGE, _HEADERS = 0x0037, 0x1000, 0x1013, 0x007D
# The address as SMTP knows it, then as the sender's system does.
_SENDER = (0x5D01, 0x5D02, 0x0C1F, 0x0065)
_NAMES = (0x3707, 0x3704, 0x3001)  # the long one, that of DOS, the one that is shown
_CONTENT_ID, _HIDDEN = 0x3712, 0x7FFE
_DELIVERED, _SUBMITTED = 0x0E06, 0x0039
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp")


class TooManyError(Exception):
    """More parts or properties, or deeper ones, than Outlook makes."""


class Properties(Protocol):
    """The properties of a message or of an attachment, by their numbers."""

    def text(self, number: int) -> str:
        """Give a text, empty where there is none."""

    def number(self, number: int) -> int:
        """Give a number, a time (in ticks) or a truth value; 0 where there is none."""

    def bytes_of(self, number: int) -> bytes:
        """Give bytes, empty where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """An attachment. ``of_letter``: it belongs to the letter itself. ``message``: it is one."""

    name: str
    content: bytes
    of_letter: bool = False
    message: "OutlookMessage | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookMessage:
    """A message. ``page`` is its text in HTML, as bytes."""

    subject: str
    body: str
    page: bytes
    headers: str
    sender: str
    delivered: datetime.datetime | None  # when a server laid it into the mailbox
    submitted: datetime.datetime | None  # when it was sent, by the sender's clock
    attachments: tuple[Attached, ...]


def message_of(properties: Properties, attachments: Iterable[Attached]) -> OutlookMessage:
    """Give the message that has some properties and attachments."""
    senders = map(properties.text, _SENDER)
    return OutlookMessage(
        subject=properties.text(_SUBJECT),
        body=properties.text(_BODY),
        page=properties.bytes_of(_PAGE) or properties.text(_PAGE).encode(),
        headers=properties.text(_HEADERS),
        sender=next((text for text in senders if "@" in text), ""),
        delivered=_moment(properties.number(_DELIVERED)),
        submitted=_moment(properties.number(_SUBMITTED)),
        attachments=tuple(attachments),
    )


def attachment_of(
    properties: Properties, content: bytes, message: OutlookMessage | None = None
) -> Attached:
    """Give the attachment that has some properties."""
    name = next(filter(None, map(properties.text, _NAMES)), "")
    if message:
        return Attached(
            name=f"{message.subject or name or '転送メール'}.msg", content=content, message=message
        )
    inline = name.casefold().endswith(_PICTURES) and bool(properties.text(_CONTENT_ID))
    hidden = bool(properties.number(_HIDDEN) & 0xFFFF)
    return Attached(name=name, content=content, of_letter=hidden or inline)


def _moment(ticks: int) -> datetime.datetime | None:
    return _EPOCH + datetime.timedelta(microseconds=ticks // 10) if ticks else None


def narrow_text(content: bytes, code_page: str = "") -> str:
    """Decode a text that is not UTF-16: by the code page it names, else as Japan writes it."""
    for encoding in (code_page, "utf-8", "cp932"):
        if encoding:
            try:
                return content.decode(encoding).rstrip("\0")
            except (UnicodeDecodeError, LookupError):
                continue
    return content.decode("cp932", "replace").rstrip("\0")

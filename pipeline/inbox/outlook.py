"""A message as Outlook saves it (.msg, MS-OXMSG): its texts, its times and its attachments.

The directory is read by olefile; the properties needed here are few and of fixed numbers.
"""

import datetime
import io
import struct
from dataclasses import dataclass

import olefile  # type: ignore[import-untyped]

_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
_SUBJECT, _BODY, _HEADERS = "0037", "1000", "007D"
_SENDER = ("5D01", "5D02", "0C1F")  # the address as SMTP knows it, then as the sender's system does
_LONG_NAME, _NAME, _SHOWN_NAME, _CONTENT_ID = "3707", "3704", "3001", "3712"
_DATA, _MESSAGE = "__substg1.0_37010102", "__substg1.0_3701000D"
_DELIVERED, _SUBMITTED, _HIDDEN = 0x0E06, 0x0039, 0x7FFE
_PROPERTIES = "__properties_version1.0"
_TIME, _BOOLEAN = 0x40, 0x0B
_DEEPEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookMessage:
    """A message. Attachments are name, bytes, and whether it belongs to the letter itself."""

    subject: str
    body: str
    headers: str
    sender: str
    delivered: datetime.datetime | None  # when a server laid it into the mailbox
    submitted: datetime.datetime | None  # when it was sent, by the sender's clock
    attachments: tuple[tuple[str, bytes, bool], ...]


def read_message(content: bytes, most_parts: int) -> OutlookMessage:
    """Read a message; raises anything where the file is damaged or hostile."""
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        storage = _Storage(ole, ())
        attachments = tuple(_attachments(storage, 0))
        if len(attachments) > most_parts:
            raise ValueError("too many attachments")
        times = storage.numbers(32)
        senders = (storage.text(number) for number in _SENDER)
        return OutlookMessage(
            subject=storage.text(_SUBJECT),
            body=storage.text(_BODY),
            headers=storage.text(_HEADERS),
            sender=next((text for text in senders if "@" in text), ""),
            delivered=_moment(times.get((_DELIVERED, _TIME), 0)),
            submitted=_moment(times.get((_SUBMITTED, _TIME), 0)),
            attachments=attachments,
        )


def _moment(ticks: int) -> datetime.datetime | None:
    return _EPOCH + datetime.timedelta(microseconds=ticks // 10) if ticks else None


@dataclass(frozen=True, slots=True)
class _Storage:
    """One folder of the file."""

    ole: "olefile.OleFileIO"
    path: tuple[str, ...]

    def bytes_of(self, name: str) -> bytes | None:
        """Give a stream, None where there is none."""
        place = [*self.path, name]
        if not self.ole.exists(place):
            return None
        with self.ole.openstream(place) as stream:
            return bytes(stream.read())

    def text(self, number: str) -> str:
        """Give a text property: UTF-16, else the code page of Japan."""
        wide = self.bytes_of(f"__substg1.0_{number}001F")
        if wide is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        narrow = self.bytes_of(f"__substg1.0_{number}001E") or b""
        for encoding in ("utf-8", "cp932"):
            try:
                return narrow.decode(encoding).rstrip("\0")
            except UnicodeDecodeError:
                continue
        return narrow.decode("cp932", "replace").rstrip("\0")

    def numbers(self, head: int) -> dict[tuple[int, int], int]:
        """Give the properties of fixed size by (number, type); ``head`` bytes stand before."""
        content = self.bytes_of(_PROPERTIES) or b""
        found: dict[tuple[int, int], int] = {}
        for at in range(head, len(content) - 15, 16):
            kind, number, _, value = struct.unpack_from("<HHLQ", content, at)
            found[number, kind] = value
        return found


def _attachments(storage: _Storage, depth: int) -> list[tuple[str, bytes, bool]]:
    """Give the attachments; those of a message within follow it, its name before theirs."""
    found: list[tuple[str, bytes, bool]] = []
    if depth > _DEEPEST:
        raise ValueError("too deep")
    size = len(storage.path)
    folders = sorted(
        {
            entry[size]
            for entry in storage.ole.listdir(streams=False, storages=True)
            if len(entry) == size + 1
            and tuple(entry[:size]) == storage.path
            and entry[size].startswith("__attach_version1.0_")
        }
    )
    for folder in folders:
        attachment = _Storage(storage.ole, (*storage.path, folder))
        names = (attachment.text(number) for number in (_LONG_NAME, _NAME, _SHOWN_NAME))
        name = next(filter(None, names), "")
        if storage.ole.exists([*attachment.path, _MESSAGE]):
            within = _Storage(storage.ole, (*attachment.path, _MESSAGE))
            title = within.text(_SUBJECT) or name or "転送メール"
            found.append((f"{title}.msg", within.text(_BODY).encode(), True))
            found += [
                (f"{title}＞{inner}", content, of_letter)
                for inner, content, of_letter in _attachments(within, depth + 1)
            ]
            continue
        picture = name.casefold().endswith((".png", ".jpg", ".jpeg", ".gif", ".bmp"))
        hidden = bool(attachment.numbers(8).get((_HIDDEN, _BOOLEAN), 0) & 0xFFFF)
        of_letter = hidden or (picture and bool(attachment.text(_CONTENT_ID)))
        found.append((name, attachment.bytes_of(_DATA) or b"", of_letter))
    return found

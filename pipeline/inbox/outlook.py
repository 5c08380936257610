"""A message as Outlook saves it (.msg, MS-OXMSG): the directory is read by olefile."""

import io
import struct
from collections.abc import Iterator

import olefile  # type: ignore[import-untyped]

from pipeline.inbox.mapi import (
    Attached,
    OutlookMessage,
    TooManyError,
    attachment_of,
    message_of,
    narrow_text,
)

_DATA, _MESSAGE = 0x3701, "__substg1.0_3701000D"
_PROPERTIES = "__properties_version1.0"
# Bytes before the properties: of the message itself, of one within it, of an attachment.
_OUTER_HEAD, _INNER_HEAD, _ATTACHMENT_HEAD = 32, 24, 8
_DEEPEST = 5


def read_message(content: bytes, most_parts: int) -> OutlookMessage:
    """Read a message; raises anything where the file is damaged or hostile."""
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        folders = [
            tuple(entry)
            for entry in ole.listdir(streams=False, storages=True)
            if entry[-1].startswith("__attach_version1.0_")
        ]
        if len(folders) > most_parts:
            raise TooManyError("attachments")
        return _message(ole, (), _OUTER_HEAD, sorted(folders))


class _Storage:
    """The properties in one folder of the file."""

    def __init__(self, ole: "olefile.OleFileIO", path: tuple[str, ...], head: int) -> None:
        self._ole = ole
        self._path = path
        self._numbers: dict[int, int] = {}
        content = self._stream(_PROPERTIES) or b""
        for at in range(head, len(content) - 15, 16):
            _, number, _, value = struct.unpack_from("<HHLQ", content, at)
            self._numbers[number] = value

    def _stream(self, name: str) -> bytes | None:
        place = [*self._path, name]
        if not self._ole.exists(place):
            return None
        with self._ole.openstream(place) as stream:
            return bytes(stream.read())

    def text(self, number: int) -> str:
        wide = self._stream(f"__substg1.0_{number:04X}001F")
        if wide is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        return narrow_text(self._stream(f"__substg1.0_{number:04X}001E") or b"")

    def number(self, number: int) -> int:
        return self._numbers.get(number, 0)

    def bytes_of(self, number: int) -> bytes:
        return self._stream(f"__substg1.0_{number:04X}0102") or b""


def _message(
    ole: "olefile.OleFileIO", path: tuple[str, ...], head: int, folders: list[tuple[str, ...]]
) -> OutlookMessage:
    """Read a message in some folder; ``folders`` are those of all attachments of the file."""
    if len(path) > 2 * _DEEPEST:
        raise TooManyError("depth")
    return message_of(_Storage(ole, path, head), _attachments(ole, path, folders))


def _attachments(
    ole: "olefile.OleFileIO", path: tuple[str, ...], folders: list[tuple[str, ...]]
) -> Iterator[Attached]:
    for folder in folders:
        if folder[:-1] != path:
            continue
        properties = _Storage(ole, folder, _ATTACHMENT_HEAD)
        if ole.exists([*folder, _MESSAGE]):
            within = _message(ole, (*folder, _MESSAGE), _INNER_HEAD, folders)
            yield attachment_of(properties, within.body.encode(), within)
        else:
            yield attachment_of(properties, properties.bytes_of(_DATA))

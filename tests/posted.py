"""Mails as mail programs of Japan send them, put together byte by byte; the same every time."""

import base64
import struct
from collections.abc import Iterable

BOUNDARY = b"=_part_0001"


def encoded(text: str, charset: str = "utf-8") -> str:
    """Give a text as one encoded word."""
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


def attachment(name: bytes, content: bytes, *, kind: str = "application/octet-stream",
               more: str = "") -> bytes:  # fmt: skip
    """Give a part; ``name`` is the whole parameter as it stands."""
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n{more}".encode()
    return (
        head
        + b"Content-Disposition: attachment; "
        + name
        + b"\r\n\r\n"
        + base64.encodebytes(content)
    )


def named(name: str) -> bytes:
    """Give a file name as most programs write it: an encoded word in quotes."""
    return f'filename="{encoded(name)}"'.encode()


def mail(
    *parts: bytes,
    sender: str = "担当 <tanto@city.aoba.example.jp>",
    subject: str = "チェックシートの提出",
    date: str = "Thu, 05 Nov 2026 09:30:00 +0900",
    received: Iterable[str] = (),
    body: str = "お世話になっております。添付のとおり提出します。",
) -> bytes:
    """Give a mail with a text and parts."""
    shown, _, address = sender.rpartition(" ")
    head = [f"Received: from a by b; {moment}" for moment in received]
    head += [f"From: {encoded(shown)} {address}", f"Subject: {encoded(subject)}"]
    head += [f"Date: {date}"] if date else []
    head += ["MIME-Version: 1.0", f'Content-Type: multipart/mixed; boundary="{BOUNDARY.decode()}"']
    text = b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + body.encode("iso-2022-jp")
    joined = b"".join(b"--" + BOUNDARY + b"\r\n" + part + b"\r\n" for part in (text, *parts))
    return "\r\n".join(head).encode() + b"\r\n\r\n" + joined + b"--" + BOUNDARY + b"--\r\n"


def compound(streams: dict[tuple[str, ...], bytes]) -> bytes:
    """Give an OLE2 file of small streams (each below 4096 bytes is kept in whole sectors here)."""
    folders = sorted({path[:n] for path in streams for n in range(1, len(path))})
    entries: list[tuple[str, int, tuple[str, ...]]] = [("Root Entry", 5, ())]
    entries += [(path[-1], 1, path) for path in folders]
    entries += [(path[-1], 2, path) for path in streams]
    padded = {p: c + bytes(-len(c) % 512) for p, c in streams.items()}
    padded = {p: c if len(c) >= 4096 else c + bytes(4096 - len(c)) for p, c in padded.items()}
    place: dict[tuple[str, ...], int] = {}
    chain: list[int] = []
    for path, content in padded.items():
        count = len(content) // 512
        place[path] = len(chain)
        chain += [len(chain) + n + 1 for n in range(count - 1)] + [0xFFFFFFFE]
    directory_size = -(-len(entries) // 4)
    directory_at = len(chain)
    chain += [directory_at + n + 1 for n in range(directory_size - 1)] + [0xFFFFFFFE]
    tables = -(-(len(chain) + 1) // 127)
    fat_at = len(chain)
    chain += [0xFFFFFFFD] * tables
    chain += [0xFFFFFFFF] * (-len(chain) % 128)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<LLLLLLLLL", 0, tables, directory_at, 0, 4096, 0xFFFFFFFE, 0,
                        0xFFFFFFFE, 0)  # fmt: skip
    spots = [fat_at + n for n in range(tables)]
    head += struct.pack("<109L", *spots, *[0xFFFFFFFF] * (109 - tables))
    numbers = {path: index for index, (_, _, path) in enumerate(entries)}
    raw = b""
    for index, (name, kind, path) in enumerate(entries):
        children = [p for p in numbers if p and p[:-1] == path] if kind != 2 else []
        siblings = sorted((p for p in numbers if p and p[:-1] == path[:-1]), key=_ole_order)
        right = 0xFFFFFFFF
        if index and siblings.index(path) + 1 < len(siblings):
            right = numbers[siblings[siblings.index(path) + 1]]
        first = numbers[min(children, key=_ole_order)] if children else 0xFFFFFFFF
        text = name.encode("utf-16-le") + b"\0\0"
        start, size = (place[path], len(streams[path])) if kind == 2 else (0, 0)
        if index == 0:
            start = 0xFFFFFFFE
        raw += text.ljust(64, b"\0") + struct.pack("<HBBLLL", len(text), kind, 1, 0xFFFFFFFF,
                                                   right, first)  # fmt: skip
        raw += bytes(36) + struct.pack("<LQ", start, max(size, 4096) if kind == 2 else size)
    raw += bytes(-len(raw) % 512)
    body = b"".join(padded.values()) + raw + struct.pack(f"<{len(chain)}L", *chain)
    return head + body


def _ole_order(path: tuple[str, ...]) -> tuple[int, str]:
    return len(path[-1]), path[-1].upper()

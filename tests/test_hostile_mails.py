"""Mails that mean harm: one row each where the limits refuse them, and nothing else is lost.

What is only odd (charsets nobody knows, line ends in names) is read, and no name of it leads
anywhere.
"""

import io
import struct
import zipfile
from pathlib import Path

import pytest
from inboxes import good, load, put, roster, settings_for, table
from posted import attachment, encoded, mail, named
from test_received_mail import BOOK, listed, nested, paths

from pipeline.inbox.listing import source_of
from pipeline.run import aggregate
from pipeline.settings import Limits

MEGABYTE = 1 << 20


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


def bomb() -> bytes:
    """Give a small zip that its own directory says to hold 4 GB."""
    raw = bytearray(zipped(*[(f"{n}.xlsx", bytes(1000)) for n in range(100)]))
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<L", raw, at + 24, 40 * MEGABYTE)
        at = raw.find(b"PK\x01\x02", at + 4)
    return bytes(raw)


def overlapping() -> bytes:
    raw = bytearray(zipped(*[(f"{n}.xlsx", b"x" * 100) for n in range(3)], method=0))
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<L", raw, at + 42, 0)
        at = raw.find(b"PK\x01\x02", at + 4)
    return bytes(raw)


def zips_in_zips(levels: int) -> bytes:
    content = zipped(("様式.xlsx", BOOK))
    for _ in range(levels):
        content = zipped(*[(f"{n}.zip", content) for n in range(4)])
    return content


def forwarded(levels: int) -> bytes:
    """Give mails in mails as attachments in base64, which no parser of mails looks into."""
    content = mail(attachment(named("様式.xlsx"), BOOK))
    for _ in range(levels):
        content = mail(attachment(named("転送.eml"), content))
    return content


def sent(content: bytes, name: str = "一式.zip") -> bytes:
    return mail(attachment(named(name), content))


LETTER = b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nx"
LOGO = attachment(b"filename=logo.png", b"\x89PNG", kind="image/png", more="Content-ID: <l>\r\n")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (nested(7), "nested_archive"),
        (nested(40), "nested_archive"),
        (nested(300), "too_large"),
        (forwarded(8), "nested_archive"),
        (sent(bomb()), "too_large"),
        (sent(zipped(("中.zip", bomb()))), "too_large"),
        (sent(zips_in_zips(2)), "nested_archive"),
        (sent(overlapping()), "unsafe"),
        (mail(LOGO, attachment(named("一式.zip"), bomb())), "too_large"),
        (mail(*[attachment(named(f"{n}.zip"), bomb()) for n in range(3)]), "too_large"),
        (sent(sent(sent(bomb())), "転送.eml"), "too_large"),
        (mail(*[attachment(b"filename=a.txt", b"x")] * 2_500), "too_large"),
        (mail(*[attachment(b"filename=a.txt", b"x")] * 10_000), "too_large"),
        (mail(*[LETTER] * 2_500), "too_large"),
        (mail(*[LETTER] * 10_000), "too_large"),
    ],
    ids=[
        "7 deep", "40 deep", "300 deep", "forwarded", "bomb", "bomb in zip", "zips in zips",
        "overlap", "bomb and logo", "3 bombs", "bomb in a mail in a mail", "2,500 parts",
        "10,000 parts", "2,500 mails", "10,000 mails",
    ],
)  # fmt: skip
def test_what_is_refused_costs_one_row(tmp_path: Path, content: bytes, reason: str) -> None:
    assert paths(listed(tmp_path, "a.eml", content)) == {"a.eml": reason}


def test_what_lies_beside_it_is_not_lost(tmp_path: Path) -> None:
    book = attachment(named("様式.xlsx"), BOOK)
    deep = b"Content-Type: message/rfc822\r\n\r\n" + nested(20)
    locked = attachment(named("一式.zip"), bomb())
    assert paths(listed(tmp_path, "a.eml", mail(deep, book, locked))) == {
        "a.eml": "mail",
        "a.eml!様式.xlsx": "file",
        "a.eml!チェックシートの提出.eml": "nested_archive",
        "a.eml!一式.zip": "too_large",
    }


def test_an_attachment_that_is_merely_large_keeps_its_name(tmp_path: Path) -> None:
    large, limits = bytes(6 * MEGABYTE), Limits(file_size=5 * MEGABYTE)  # a tenth of the real one
    assert paths(listed(tmp_path, "a.eml", sent(large, "様式.xlsx"), limits=limits)) == {
        "a.eml": "mail",
        "a.eml!様式.xlsx": "too_large",
    }


@pytest.mark.parametrize("said", ["", "; charset=x-klingon", "; charset=utf-16", "; charset="])
@pytest.mark.parametrize("charset", ["x-nix", "us-ascii", "shift_jis", "utf-16-be"])
def test_charsets_that_nobody_knows(tmp_path: Path, said: str, charset: str) -> None:
    name = f'filename="=?{charset}?B?lcqOhg==?=3-2.xlsx"'.encode()  # 別紙 in Shift_JIS
    content = mail(attachment(name, BOOK)).replace(b"; charset=iso-2022-jp", said.encode())
    found = paths(listed(tmp_path, "a.eml", content))
    assert list(found.values()) == ["mail", "file"]
    if charset != "utf-16-be":  # which is what it says, whatever these bytes mean then
        assert "a.eml!別紙3-2.xlsx" in found


EVIL = "x\r\nBcc: a@b.jp\r\n\r\n<script>\u202excod\0.xlsx"


def test_line_ends_in_headers_lead_nowhere(tmp_path: Path) -> None:
    content = mail(
        attachment(f'filename="{encoded(EVIL)}"'.encode(), BOOK),
        attachment(b"filename*=utf-8''..%2F%0D%0ABcc%3A%20x%00%E2%80%AEx!y.xlsx", BOOK),
        subject=EVIL,
        sender=f"{EVIL} <a@b.jp>",
    )
    inbox = listed(tmp_path, "a.eml", content)
    assert paths(inbox) == {
        "a.eml": "mail",
        "a.eml!x Bcc: a@b.jp <script> xcod .xlsx": "file",
        "a.eml!..／ Bcc: x x！y.xlsx": "file",
    }
    assert {source_of(entry).subject for entry in inbox.entries} == {
        "x Bcc: a@b.jp <script> xcod .xlsx"
    }
    assert {source_of(entry).sender for entry in inbox.entries} == {"a@b.jp"}


def test_a_hostile_mail_stops_nothing_and_says_what_to_do(tmp_path: Path) -> None:
    form = load()
    put(
        tmp_path,
        {
            "名簿.xlsx": roster(("1", "若葉市"), ("2", "白雲町")),
            "提出.eml": sent(good("若葉市", form), "様式.xlsx"),
            "深い.eml": nested(40),
            "爆弾.eml": sent(bomb()),
            "壊れた.msg": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        },
    )
    aggregate(settings_for(tmp_path))
    states = {row["file"]: row["state"] for row in table(tmp_path, "files")}
    assert states["提出.eml!様式.xlsx"] == "counted"
    assert sum(state == "unreadable" for state in states.values()) == 3
    found = {row["file"]: row for row in table(tmp_path, "findings")}
    codes = {"壊れた.msg": "F102", "深い.eml": "F104", "爆弾.eml": "F104"}
    assert {file: found[file]["code"] for file in codes} == codes
    for file in codes:
        assert "メール" in found[file]["message"]
        assert "受信フォルダに入れ" in found[file]["fix"]

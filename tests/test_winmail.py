"""winmail.dat: what Outlook wrapped is opened like a mail, a damaged or hostile one is one row."""

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inboxes import good, load, put, roster, settings_for, table
from posted import attachment, mail, named
from test_received_mail import BOOK, listed, paths, zipped
from wrapped import (
    BODY,
    CONTENT_ID,
    LONG_NAME,
    SENDER,
    SIGNATURE,
    SUBJECT,
    Value,
    attached,
    attribute,
    within,
    wrapped,
)

from pipeline.inbox.archive import read_content
from pipeline.inbox.mail_parts import MailError
from pipeline.inbox.mapi import TooManyError
from pipeline.inbox.received_mail import open_mail
from pipeline.inbox.tnef import read_message
from pipeline.model import FileKind, Receipt, Skipped, SkipReason, SourceFile
from pipeline.run import aggregate

NAME = "別紙①（株）能登ソ表.xlsx"
OLD_NAME = NAME.encode("cp932")
BOOK_WITH_ZEROS = BOOK + bytes(5)  # a zip ends so, and no byte of it may get lost
DELIVERED, TIME = 0x0E06, (0x40, (134_067_582_000_000_000).to_bytes(8, "little"))


@pytest.mark.parametrize(
    ("part", "code_page"),
    [
        (attached(BOOK_WITH_ZEROS, {LONG_NAME: NAME}, title=b"BESSHI~1.XLS"), 932),
        (attached(BOOK_WITH_ZEROS, {LONG_NAME: (0x1E, OLD_NAME + b"\0")}), 932),
        (attached(BOOK_WITH_ZEROS, {LONG_NAME: (0x1E, OLD_NAME + b"\0")}), 0),
        (attached(BOOK_WITH_ZEROS, {LONG_NAME: (0x1E, NAME.encode() + b"\0")}), 65001),
        (attached(BOOK_WITH_ZEROS, title=OLD_NAME), 932),
        (attached(BOOK_WITH_ZEROS, title=OLD_NAME), 99999),
        (attached(None, {LONG_NAME: NAME, 0x3701: BOOK_WITH_ZEROS}), 932),
        (attached(None, {LONG_NAME: NAME, 0x3701: (0x0D, bytes(16) + BOOK_WITH_ZEROS)}), 932),
    ],
    ids=["wide", "narrow", "no page", "utf-8", "title", "odd page", "property", "object"],
)
def test_names_and_bytes_of_what_was_wrapped(part: bytes, code_page: int) -> None:
    (one,) = open_mail(wrapped(part, code_page=code_page), most_parts=9).parts
    assert (one.name, one.content) == (NAME, BOOK_WITH_ZEROS)


def posted(content: bytes, name: str = "winmail.dat") -> bytes:
    return mail(attachment(named(name), content, kind="application/ms-tnef"))


def test_it_is_a_folder_in_the_mail_that_brought_it(tmp_path: Path) -> None:
    inner = wrapped(
        attached(BOOK + b"2", {LONG_NAME: "様式.xlsx"}),
        told={SUBJECT: "回答", SENDER: "a@inner.example.jp"},
    )
    content = wrapped(
        attached(BOOK, {LONG_NAME: "別紙3-2.xlsx"}),
        attached(zipped("b.xlsx", BOOK), {LONG_NAME: "一式.zip"}),
        attached(b"\x89PNG", {LONG_NAME: "image001.png", CONTENT_ID: "logo"}),
        attached(None, within(inner)),
        told={SUBJECT: "別の件名", SENDER: "other@example.jp"},
    )
    inbox = listed(tmp_path, "提出.eml", posted(content))
    assert paths(inbox) == {
        "提出.eml": "mail",
        "提出.eml!winmail.dat": "wrapping",
        "提出.eml!winmail.dat!別紙3-2.xlsx": "file",
        "提出.eml!winmail.dat!一式.zip": "archive",
        "提出.eml!winmail.dat!一式.zip!b.xlsx": "file",
        "提出.eml!winmail.dat!image001.png": "letter",
        "提出.eml!winmail.dat!回答.msg": "mail",
        "提出.eml!winmail.dat!回答.msg!様式.xlsx": "file",
    }
    books = {e.path: e for e in inbox.entries if isinstance(e, SourceFile)}
    own = books["提出.eml!winmail.dat!別紙3-2.xlsx"]
    assert (own.sender, own.subject) == ("tanto@city.aoba.example.jp", "チェックシートの提出")
    assert (own.received, own.passed_on) == ("2026-11-05T09:30:00+09:00", False)
    others = books["提出.eml!winmail.dat!回答.msg!様式.xlsx"]
    assert (others.sender, others.passed_on) == ("a@inner.example.jp", True)
    assert others.received == own.received
    assert read_content(others, limit=1 << 20) == BOOK + b"2"
    assert read_content(own, limit=1 << 20) == BOOK
    assert read_content(books["提出.eml!winmail.dat!一式.zip!b.xlsx"], limit=1 << 20) == BOOK


@pytest.mark.parametrize("name", ["winmail.dat", "ATT00001.dat", "添付.bin"])
def test_one_dropped_alone_is_a_mail(tmp_path: Path, name: str) -> None:
    told: dict[int, Value] = {SUBJECT: "提出", SENDER: "a@b.example.jp", DELIVERED: TIME}
    content = wrapped(attached(BOOK, {LONG_NAME: "様式.xlsx"}), told=told)
    inbox = listed(tmp_path, name, content)
    assert paths(inbox) == {name: "wrapping", f"{name}!様式.xlsx": "file"}
    (book,) = (e for e in inbox.entries if isinstance(e, SourceFile))
    assert (book.sender, book.subject, book.passed_on) == ("a@b.example.jp", "提出", False)
    assert book.receipt is Receipt.SENDER  # no server of ours writes into it


def test_the_letter_alone_is_no_attachment(tmp_path: Path) -> None:
    content = wrapped(told={SUBJECT: "提出", BODY: "よろしくお願いします。"})
    assert paths(listed(tmp_path, "a.eml", posted(content))) == {
        "a.eml": "mail",
        "a.eml!winmail.dat": "letter",
    }
    (alone,) = listed(tmp_path, "winmail.dat", content).entries[2:]
    assert isinstance(alone, Skipped)
    assert (alone.reason, alone.kind) == (SkipReason.OTHER_KIND, FileKind.ATTACHMENTS)


def nested(levels: int) -> bytes:
    content = wrapped(attached(BOOK, {LONG_NAME: "様式.xlsx"}))
    for _ in range(levels):
        content = wrapped(attached(None, within(content)))
    return content


def counted(number: int, size: int) -> bytes:
    """Give a list that says it holds many properties."""
    return wrapped() + attribute(1, 0x00069003, struct.pack("<L", number) + bytes(size))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (wrapped(attached(BOOK, {}))[:-20], "file"),  # cut off: for `read` to say what it is
        (SIGNATURE + bytes(40), "file"),
        (SIGNATURE, "file"),
        (nested(40), "too_large"),
        (wrapped(*[attached(b"x")] * 2_100), "too_large"),
        (wrapped() + attribute(1, 0x00069999, b"") * 200_000, "too_large"),
        (counted(0xFFFFFFFF, 4_000_000), "too_large"),
    ],
    ids=["cut", "zeros", "empty", "deep", "parts", "attributes", "properties"],
)
def test_a_damaged_or_hostile_one_costs_one_row(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    assert paths(listed(tmp_path, "winmail.dat", content)) == {"winmail.dat": reason}
    (tmp_path / "winmail.dat").unlink()
    found = paths(listed(tmp_path, "a.eml", posted(content)))
    if reason == "file":
        assert found == {"a.eml": "mail", "a.eml!winmail.dat": "file"}
    else:
        assert found == {"a.eml": reason}


def test_counts_that_lie_cost_no_time() -> None:
    """A list that says it holds thousands of millions ends where its bytes do."""
    several = struct.pack("<LHHL", 1, 0x1002, 0x4000, 0xFFFFFFFF)
    assert not read_message(wrapped() + attribute(1, 0x00069003, several), 9).subject
    assert not read_message(counted(0xFFFFFFFF, 8), 9).subject
    with pytest.raises(TooManyError):
        read_message(counted(0xFFFFFFFF, 4_000_000), 9)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 600))
def test_no_bytes_stop_it(noise: bytes, at: int) -> None:
    whole = wrapped(attached(BOOK, {LONG_NAME: NAME}), told={SUBJECT: "提出"})
    for content in (SIGNATURE + noise, whole[:at] + noise, whole[:at] + noise + whole[at:]):
        try:
            open_mail(content, most_parts=20)
        except MailError:
            continue


def test_a_return_in_winmail_counts(tmp_path: Path) -> None:
    """And a damaged one is told, with the way to its attachment."""
    form = load()
    whole = wrapped(attached(good("若葉市", form), {LONG_NAME: "別紙3-2.xlsx"}))
    put(
        tmp_path,
        {
            "名簿.xlsx": roster(("1", "若葉市"), ("2", "白雲町")),
            "提出.eml": posted(whole),
            "白雲町.eml": posted(whole[:-300]),
        },
    )
    aggregate(settings_for(tmp_path))
    rows = {row["file"]: row for row in table(tmp_path, "files")}
    assert rows["提出.eml!winmail.dat!別紙3-2.xlsx"]["state"] == "counted"
    assert "winmail.dat" in rows["提出.eml!winmail.dat"]["reason"]
    told = [row for row in table(tmp_path, "findings") if "白雲町.eml!winmail.dat" in row["file"]]
    assert [row["code"] for row in told] == ["F103"]
    assert "取り出して" in told[0]["fix"]

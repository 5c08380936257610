"""Mails dropped into inbox/: opened like archives, nothing lost, hostile ones cost one row."""

import base64
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from posted import attachment, encoded, mail, named

from pipeline.inbox.archive import read_content
from pipeline.inbox.discover import discover
from pipeline.inbox.mail_charsets import decode_bytes, decode_words
from pipeline.inbox.mail_parts import MailError
from pipeline.inbox.received_mail import open_mail
from pipeline.model import Inbox, Skipped, SkipReason, SourceFile, Unreadable, UnreadableReason
from pipeline.settings import Limits

BOOK = b"a book, as far as the mail knows"


def listed(inbox: Path, name: str, content: bytes, *, limits: Limits | None = None) -> Inbox:
    (inbox / name).write_bytes(content)
    return discover(inbox, month="2026-11", limits=limits or Limits())


def paths(inbox: Inbox) -> dict[str, str]:
    return {
        e.path if isinstance(e, SourceFile) else e.source.path: "file"
        if isinstance(e, SourceFile)
        else str(getattr(e, "reason", ""))
        for e in inbox.entries
    }


def zipped(name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, content)
    return made.getvalue()


def test_a_mail_is_opened_like_an_archive(tmp_path: Path) -> None:
    inbox = listed(tmp_path, "提出.eml", mail(attachment(named("別紙3-2.xlsx"), BOOK)))
    assert paths(inbox) == {"提出.eml": "mail", "提出.eml!別紙3-2.xlsx": "file"}
    _, book = inbox.entries
    assert isinstance(book, SourceFile)
    assert read_content(book, limit=1 << 20) == BOOK
    assert (book.received, book.sender) == (
        "2026-11-05T09:30:00+09:00",
        "tanto@city.aoba.example.jp",
    )
    assert book.subject == "チェックシートの提出"


NAME = "別紙①（株）能登ソ表.xlsx"


@pytest.mark.parametrize(
    "written",
    [
        f'filename="{encoded(NAME)}"'.encode(),
        b"filename*=utf-8''" + "".join(f"%{b:02X}" for b in NAME.encode()).encode(),
        b"filename*=shift_jis'ja'" + "".join(f"%{b:02X}" for b in NAME.encode("cp932")).encode(),
        b"filename=" + NAME.encode("cp932"),
        b'filename="' + NAME.encode("utf-8") + b'"',
        b"filename*0*=utf-8''" + "".join(f"%{b:02X}" for b in NAME[:5].encode()).encode()
        + b";\r\n filename*1*=" + "".join(f"%{b:02X}" for b in NAME[5:].encode()).encode(),
        f'filename="{encoded(NAME[:4])}\r\n {encoded(NAME[4:])}"'.encode(),
    ],
    ids=["mime", "2231", "2231 sjis", "raw sjis", "raw utf-8", "continued", "two words"],
)  # fmt: skip
def test_names_are_decoded(written: bytes) -> None:
    (part,) = open_mail(mail(attachment(written, BOOK)), most_parts=9).parts
    assert part.name == NAME
    assert part.content == BOOK


def test_windows_signs_in_iso_2022_jp() -> None:
    raw = b"\x1b$BJL;f-!\x1b(B-1.xlsx"
    assert decode_bytes(raw, "iso-2022-jp") == "別紙①-1.xlsx"
    word = f"=?ISO-2022-JP?B?{base64.b64encode(raw).decode()}?="
    assert decode_words(word) == "別紙①-1.xlsx"


def test_mail_in_mail_and_zip_in_mail(tmp_path: Path) -> None:
    inner = mail(attachment(named("回答.xlsx"), BOOK), sender="x <a@inner.example.jp>",
                 date="Mon, 02 Nov 2026 09:00:00 +0900", subject="回答")  # fmt: skip
    forwarded = b"Content-Type: message/rfc822\r\n\r\n" + inner.replace(b"=_part", b"=_inner")
    packed = attachment(named("一式.zip"), zipped("b.xlsx", BOOK))
    inbox = listed(tmp_path, "転送.eml", mail(forwarded, packed))
    assert paths(inbox) == {
        "転送.eml": "mail",
        "転送.eml!回答.eml": "mail",
        "転送.eml!回答.eml!回答.xlsx": "file",
        "転送.eml!一式.zip": "archive",
        "転送.eml!一式.zip!b.xlsx": "file",
    }
    books = {e.path: e for e in inbox.entries if isinstance(e, SourceFile)}
    for book in books.values():
        assert read_content(book, limit=1 << 20) == BOOK
        assert book.received == "2026-11-05T09:30:00+09:00"  # the outer one is what came to us
    assert books["転送.eml!回答.eml!回答.xlsx"].sender == "a@inner.example.jp"


def test_our_own_received_line_tells_the_time() -> None:
    times = ("Thu, 05 Nov 2026 10:00:00 +0000", "Wed, 04 Nov 2026 09:00:00 +0900")
    proven = open_mail(mail(received=times), most_parts=9)
    assert (proven.received, proven.by_server) == ("2026-11-05T19:00:00+09:00", True)
    assert not open_mail(mail(), most_parts=9).by_server  # Date is the sender's own word
    assert not open_mail(mail(date="いつか"), most_parts=9).received


@pytest.mark.parametrize(
    ("subject", "passed_on"),
    [
        ("FW: 提出", True),
        ("Ｆｗｄ：提出", True),
        ("【転送】提出", True),
        ("[list 12] Fwd: 提出", True),
        ("【至急】転送：提出", True),
        ("Re: 提出", False),
        ("【再送】提出", False),
        ("転送設定について", False),
        ("fwu.xlsx", False),
    ],
)
def test_a_subject_tells_what_was_passed_on(subject: str, *, passed_on: bool) -> None:
    assert open_mail(mail(subject=subject), most_parts=9).passed_on is passed_on


def test_pictures_signatures_and_dates_are_rows_and_no_answers(tmp_path: Path) -> None:
    picture = attachment(b"filename=logo.png", b"\x89PNG", kind="image/png",
                         more="Content-ID: <logo>\r\n")  # fmt: skip
    dates = attachment(b"filename=invite.ics", b"BEGIN:VCALENDAR", kind="text/calendar")
    inbox = listed(tmp_path, "a.eml", mail(picture, dates))
    assert paths(inbox) == {
        "a.eml": "other_kind",
        "a.eml!logo.png": "letter",
        "a.eml!invite.ics": "letter",
    }


def test_a_mail_without_attachment_asks_for_a_look(tmp_path: Path) -> None:
    (row,) = listed(tmp_path, "a.eml", mail()).entries
    assert isinstance(row, Skipped)
    assert row.reason is SkipReason.OTHER_KIND


def nested(levels: int) -> bytes:
    made = mail(attachment(named("深い.xlsx"), BOOK))
    for level in range(levels):
        made = mail(b"Content-Type: message/rfc822\r\n\r\n" + made).replace(
            b"=_part_0001", f"=_level_{level}".encode()
        )
    return made


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (mail(*[attachment(b"filename=a.txt", b"x")] * 10_000), UnreadableReason.TOO_LARGE),
        (b"From: a@b.jp\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n"
         + b"".join(b"--a\r\nContent-Type: multipart/mixed; boundary=a%d\r\n\r\n--a%d\r\n" % (n, n)
                    for n in range(900)), None),
        (b"From: a@b.jp\r\nSubject: x\r\nContent-Type: multipart/mixed\r\n\r\nno boundary", None),
        (b"Subject: =?x-unknown?B?AAAA?=\r\nBcc: x\r\nFrom: \x00\xff@\r\n"
         b"Date: 99\r\n\r\n\xff", None),
        (b"From:" + b"(" * 5000 + b"a@b.jp\r\n\r\nx", None),
    ],
    ids=["10,000 parts", "frames in frames", "no boundary", "headers", "comments"],
)  # fmt: skip
def test_hostile_mails_cost_one_row(
    tmp_path: Path, content: bytes, reason: UnreadableReason | None
) -> None:
    inbox = listed(tmp_path, "a.eml", content)
    (row,) = inbox.entries
    assert not isinstance(row, SourceFile)
    if reason:
        assert isinstance(row, Unreadable)
        assert row.reason is reason


def test_damaged_base64_is_a_row_of_its_own(tmp_path: Path) -> None:
    broken = b"Content-Type: application/octet-stream; name=a.xlsx\r\n" \
        b"Content-Transfer-Encoding: base64\r\n\r\n%%%=A==*\r\n"  # fmt: skip
    inbox = listed(tmp_path, "a.eml", mail(broken))
    assert paths(inbox) == {"a.eml": "mail", "a.eml!a.xlsx": "file"}


def test_a_name_leads_nowhere() -> None:
    (part,) = open_mail(mail(attachment(b'filename="../../etc/passwd!x"', b"")), most_parts=9).parts
    assert part.name == "..／..／etc／passwd！x"


def test_any_order_and_any_bytes_keep_every_attachment(tmp_path: Path) -> None:
    parts = [attachment(named(f"{n}.xlsx"), BOOK + bytes([n])) for n in range(12)]
    forward = paths(listed(tmp_path, "a.eml", mail(*parts)))
    assert paths(listed(tmp_path, "a.eml", mail(*reversed(parts)))) == forward
    assert len(forward) == 13


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 400))
def test_no_bytes_stop_a_mail(noise: bytes, at: int) -> None:
    whole = mail(attachment(named("a.xlsx"), BOOK))
    for content in (noise, whole[:at] + noise, whole[:at] + noise + whole[at:]):
        try:
            open_mail(content, most_parts=20)
        except MailError:
            continue

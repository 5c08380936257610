"""Drafts against the RFCs: by a parser that shares nothing with the writer, and by hand.

The writer is Python's `email`; `fast_mail_parser` is Rust. The hand check reads bytes: RFC 5322
(lines, folding, one of each header), 2045 (encodings), 2046 (boundaries), 2047 (encoded words),
2231 (file names).
"""

import base64
import binascii
import re
from email.errors import InvalidHeaderDefect
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from urllib.parse import unquote_to_bytes

import fast_mail_parser
import pytest
from every_case import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import every_row

from pipeline.loop.mails import Attachment, Letter, draft
from pipeline.texts.addresses import addresses

LONG = "スマートシティセキュリティガイドライン導入チェックシート"
NAMES = [
    "差戻し_若葉市.xlsx",
    "form.xlsx",
    f"別紙3-2_{LONG}_株式会社うたかた見守りサービス／観光MaaS事業（第2期）.xlsx",
    '𠮷野町 の様式;x="1", 100%\'s.xlsx',
    "～①㈱髙﨑ﾊﾝｶｸ\u3000全角空白.xlsx",
    "=?utf-8?B?44GC?=.xlsx",
    "a" * 200 + ".xlsx",
]
SUBJECTS = [
    f"【ご確認のお願い】{LONG}（2026年11月分）",
    "Re: plain",
    "件名 " * 60,
    "mixed 日本 ascii words 語 and 語 " * 5,
    "=?utf-8?Q?not_encoded?= と書かれた件名",
    "悪い\r\nBcc: everyone@example.com\r\n\r\nbody",
    "\u2028X-Evil: 1\x0b\x0c\x85Bcc: a@b.jp",
]
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


@every_row("name", NAMES)
@every_row("subject", SUBJECTS)
def test_a_draft_by_both_parsers_and_by_hand(name: str, subject: str) -> None:
    _check(Letter(subject=subject, body="本文\n.\nFrom 若葉市\n", attachments=_sheets(name)))


@settings(max_examples=examples(200))
@given(_TEXT, _TEXT, _TEXT, _TEXT)
def test_any_draft(subject: str, body: str, mail: str, name: str) -> None:
    mail = f"{mail}; kikaku@city.example.jp"
    _check(Letter(subject=subject, body=body, mail=mail, attachments=_sheets(f"{name}x.xlsx")))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_drafts_with_no_one_and_more_workbooks(count: int) -> None:
    names = [f"様式_{number}.xlsx" for number in range(count)]
    _check(Letter(subject="件名", body="本文\n", mail="a@b.jp", attachments=_sheets(*names)))


def test_lone_surrogates_of_a_file_name_are_shown_not_fatal() -> None:
    content = draft(
        Letter(subject="\ud83d件名", body="\udc80本文", attachments=_sheets("\ud800a.xlsx"))
    )
    assert "件名" in fast_mail_parser.parse_email(content).subject


def _sheets(*names: str) -> tuple[Attachment, ...]:
    return tuple(Attachment(name=n, content=b"PK\x03\x04\r\n.\r\n--" * 40) for n in names)


def _shown(text: str) -> str:
    """Give a text as one line of a header can hold it."""
    clean = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]", " ", text)
    return " ".join(clean.split())


def _check(letter: Letter) -> None:
    content = draft(letter)
    assert draft(letter) == content
    head, parts = _by_hand(content, len(letter.attachments))
    allowed = ["Subject", *(["To"] if addresses(letter.mail) else []), "X-Unsent"]
    assert [name for name, _ in head if name not in {"MIME-Version", "Content-Type",
            "Content-Transfer-Encoding"}] == allowed  # fmt: skip
    assert dict(head)["X-Unsent"] == "1"
    mail = fast_mail_parser.parse_email(content)
    assert _shown(mail.subject) == _shown(letter.subject)
    body = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]", "\ufffd", letter.body)
    assert _lines("".join(mail.text_plain)) == _lines(body)
    assert [(a.filename, a.content) for a in mail.attachments] == [
        (_shown(a.name), a.content) for a in letter.attachments
    ]
    _by_python(content, letter)
    for part, attached in zip(parts, letter.attachments, strict=True):
        assert _old_outlook(part["Content-Type"]) == _shown(attached.name)
        assert _new_outlook(part["Content-Disposition"]) == _shown(attached.name)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")


def _by_python(content: bytes, letter: Letter) -> None:
    """Read with the writer's own library: no defect but the name for old Outlook."""
    message = BytesParser(policy=default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        assert part.defects == []
        for name, value in part.items():
            defects = getattr(value, "defects", ())
            assert all(isinstance(d, InvalidHeaderDefect) for d in defects)
            assert not defects or name == "Content-Type"
    to = message["To"].addresses if "To" in message else ()
    assert tuple(f"{each.username}@{each.domain}" for each in to) == addresses(letter.mail)


def _by_hand(content: bytes, attached: int) -> tuple[list[tuple[str, str]], list[dict[str, str]]]:
    """Check lines, headers, encodings, boundaries; give the headers of mail and parts."""
    assert content.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content), "CRLF alone ends a line"
    assert max(map(len, content.split(b"\r\n"))) <= 998
    text = content.decode("ascii")
    head, _, rest = text.partition("\r\n\r\n")
    headers = _headers(head)
    names = [name for name, _ in headers]
    assert len(names) == len(set(names)), "each header once"
    assert not {"Date", "Message-ID", "Received", "Bcc", "Cc", "From", "Sender"} & set(names)
    if not attached:
        _encoded(dict(headers), rest)
        return headers, []
    boundary = re.search(r'boundary="([^"]{1,70})"', dict(headers)["Content-Type"])
    assert boundary
    pieces = re.split(rf"(?:^|\r\n)--{re.escape(boundary[1])}(?:--)?\r\n", rest)
    assert text.endswith(f"\r\n--{boundary[1]}--\r\n")
    assert len(pieces) == attached + 3  # before the first, the body, after the last
    found = []
    for piece in pieces[1:-1]:
        part, _, body = piece.partition("\r\n\r\n")
        own = dict(_headers(part))
        _encoded(own, body)
        found.append(own)
    assert 'charset="utf-8"' in found[0]["Content-Type"].lower()
    return headers, found[1:]


def _headers(head: str) -> list[tuple[str, str]]:
    """Unfold headers; every line is a header or goes on with one."""
    found: list[tuple[str, str]] = []
    for line in head.split("\r\n"):
        if line[:1] in " \t":
            assert line.strip(), "no line of white space alone"
            name, value = found[-1]
            found[-1] = (name, value + line)
        else:
            name, colon, value = line.partition(":")
            assert colon
            assert re.fullmatch(r"[!-9;-~]+", name)
            found.append((name, value.strip()))
        assert len(line) <= 998
        for word in re.findall(r"=\?[^ ]*?\?[BbQq]\?[^ ]*?\?=", line):
            assert len(word) <= 75, "RFC 2047: an encoded word has 75 letters at most"
    return [(name, value.strip()) for name, value in found]


def _encoded(headers: dict[str, str], body: str) -> None:
    assert headers["Content-Transfer-Encoding"] == "base64"
    assert all(len(line) <= 76 for line in body.split("\r\n"))
    try:
        base64.b64decode(body.replace("\r\n", ""), validate=True)
    except binascii.Error as error:
        raise AssertionError(body[:80]) from error


def _old_outlook(value: str) -> str:
    """Read the name as Outlook before 2016 does: encoded words in ``name``, no RFC 2231."""
    name = re.search(r'\bname="((?:[^"\\]|\\.)*)"', value)
    assert name, value
    words = re.findall(r"=\?utf-8\?([bq])\?([^?]*)\?=", name[1], re.IGNORECASE)
    assert words, "also a plain name is encoded: nothing in it can end the quotes"
    return b"".join(
        base64.b64decode(text) if how in "bB" else _quoted(text) for how, text in words
    ).decode("utf-8")


def _quoted(text: str) -> bytes:
    return unquote_to_bytes(text.replace("_", " ").replace("%", "%25").replace("=", "%"))


def _new_outlook(value: str) -> str:
    """Read ``filename`` as RFC 2231 has it, in one piece or in several; a plain one is itself."""
    assert value.startswith("attachment;")
    pieces = re.findall(r'filename(?:\*(\d+))?(\*)?=("(?:[^"\\]|\\.)*"|[^;\s]+)', value)
    assert pieces
    assert [number for number, _, _ in pieces] in ([""], [str(n) for n in range(len(pieces))])
    raw = b""
    for number, star, text in pieces:
        assert star
        charset, _, first = text.rpartition("''")
        assert charset == ("utf-8" if number in ("", "0") else "")
        raw += unquote_to_bytes(first)
    return raw.decode("utf-8")

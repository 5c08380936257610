"""Letters: drafts that any mail program opens, text to paste, and words for days and months."""

import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.loop.mails import Attachment, Letter, draft, plain_letter
from pipeline.texts.addresses import addresses
from pipeline.texts.calendar import day_words, is_past, month_words

SHEET = Attachment(name="差戻し_若葉市.xlsx", content=b"PK\x03\x04 not really")


def opened(letter: Letter) -> EmailMessage:
    message = email.message_from_bytes(draft(letter), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_draft_opens_with_address_subject_body_and_workbook() -> None:
    letter = Letter(
        subject="【ご確認のお願い】様式（2026年11月分）",
        body="若葉市　ご担当者様\n\n次の点をご確認ください。\n",
        mail="kikaku@city.wakaba.example.jp",
        attachments=(SHEET,),
    )
    message = opened(letter)
    assert message["Subject"] == "【ご確認のお願い】様式（2026年11月分）"
    assert message["To"] == "kikaku@city.wakaba.example.jp"
    assert message["X-Unsent"] == "1"
    assert "From" not in message
    assert "Date" not in message  # the mail program sets it; the bytes stay the same
    body = message.get_body()
    assert body is not None
    assert body.get_content_charset() == "utf-8"
    assert body.get_content().replace("\r\n", "\n") == letter.body
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "差戻し_若葉市.xlsx"
    assert attached.get_content() == SHEET.content
    assert draft(letter) == draft(letter)
    assert b"\r\n" in draft(letter)
    assert not draft(letter).replace(b"\r\n", b"").count(b"\n")


@pytest.mark.parametrize(
    ("mail", "found"),
    [
        ("", ()),
        ("a@example.jp", ("a@example.jp",)),
        ("a@example.jp、b@example.jp", ("a@example.jp", "b@example.jp")),
        ("企画課 <a@example.jp>; b@example.jp\na@example.jp", ("a@example.jp", "b@example.jp")),
        ("03-0000-0000", ()),
        ("a@localhost", ()),
        ("なし", ()),
        ("a..b.@docomo.example", ("a..b.@docomo.example",)),  # as mobile phones once had them
        (f"{'a' * 260}@example.jp", ()),
        ("a@example.jp\r\nBcc: x@evil.example", ("a@example.jp", "x@evil.example")),
    ],
)
def test_only_addresses_come_out_of_the_roster_s_field(mail: str, found: tuple[str, ...]) -> None:
    assert addresses(mail) == found
    message = opened(Letter(subject="件名", body="本文\n", mail=mail))
    to = message["To"].addresses if "To" in message else ()
    assert tuple(f"{each.username}@{each.domain}" for each in to) == found
    assert "Bcc" not in message


@given(st.text(), st.text(), st.text())
def test_no_text_breaks_a_draft_or_adds_a_header(subject: str, body: str, mail: str) -> None:
    message = opened(Letter(subject=subject, body=body, mail=mail, attachments=(SHEET,)))
    known = {"Subject", "To", "X-Unsent", "MIME-Version", "Content-Type"}
    assert set(message.keys()) <= known
    assert [part.get_filename() for part in message.iter_attachments()] == [SHEET.name]


def test_the_text_to_paste_carries_no_address() -> None:
    letter = Letter(
        subject="件名\n二行目", body="本文\n", mail="a@example.jp", attachments=(SHEET,)
    )
    assert plain_letter(letter) == "件名: 件名 二行目\n添付: 差戻し_若葉市.xlsx\n\n本文\n"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-11-30", "令和8年11月30日（月）"),
        ("2019-12-01", "令和元年12月1日（日）"),
        ("2019-04-30", "2019年4月30日（火）"),
        ("2026-11-20T12:00:00", "令和8年11月20日（金）12時"),
        ("2026-11-20T17:15:00", "令和8年11月20日（金）17時15分"),
    ],
)
def test_days_in_words(day: str, words: str) -> None:
    assert day_words(day) == words


def test_months_in_words() -> None:
    assert month_words("2026-03") == "2026年3月"


@pytest.mark.parametrize(
    ("deadline", "now", "over"),
    [
        ("2026-11-20", "2026-11-20T23:59:59", False),  # a day ends with its end
        ("2026-11-20", "2026-11-21T00:00:00", True),
        ("2026-11-20T12:00:00", "2026-11-20T12:00:00", False),
        ("2026-11-20T12:00:00", "2026-11-20T12:00:01", True),
        ("2026-11-20T12:00:00", "2026-11-19T13:00:00", False),
    ],
)
def test_when_a_deadline_is_over(deadline: str, now: str, over: bool) -> None:
    assert is_past(deadline, now) is over

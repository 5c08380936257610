"""What each mail program and server makes of a mail: its rows, labelled before they were read."""

from collections.abc import Callable
from pathlib import Path

import mail_programs as by
import pytest
from inboxes import load
from test_received_mail import BOOK, listed, paths

from pipeline.formats.kinds import kind_of
from pipeline.inbox.discover import discover
from pipeline.inbox.listing import source_of
from pipeline.model import FileKind, SourceFile
from pipeline.settings import Limits

FILE, LETTER = "file", "letter"
WHO = "tanto@city.aoba.example.jp"
SHEET = {"別紙3-2.xlsx": FILE}


@pytest.mark.parametrize(
    ("made", "own", "parts"),
    [
        (by.of_gmail, "mail", {**SHEET, "IMG_0001.jpg": FILE}),
        (by.of_outlook, "mail", {**SHEET, "image001.png": LETTER}),
        (by.of_notes, "mail", {"別紙①（㈱）.xlsx": FILE}),
        (by.of_becky, "mail", {"アセット別紙.xlsx": FILE}),
        (by.of_shift_jis, "mail", {"能登の表": FILE}),
        (by.in_pieces, "mail", {"別紙の回答.xlsx": FILE}),
        (by.misnamed, "mail", {"noname.dat": FILE}),
        (by.nameless, "mail", {"（名前なし1）.octetstream": FILE}),
        (by.bare, "mail", SHEET),
        (by.by_another_writer, "mail", SHEET),
        (by.in_winmail, "mail", {"winmail.dat": "wrapping", "winmail.dat!別紙3-2.xlsx": FILE}),
        (by.of_apple, "mail", {"別紙3-2.xlsx": LETTER, "別紙3-2.xlsx（同名2）": FILE}),
        (by.signed, "mail", {**SHEET, "smime.p7s": LETTER}),
        (by.encrypted, "other_kind", {}),
        (by.encrypted_by_pgp, "other_kind", {}),
        (
            by.bounced,
            "other_kind",
            {"（名前なし1）.deliverystatus": LETTER, "様式の送付.eml": LETTER},
        ),
        (
            by.passed_on_bounce,
            "mail",
            {
                "Undelivered Mail.eml": "mail",
                "Undelivered Mail.eml!（名前なし1）.deliverystatus": LETTER,
                "Undelivered Mail.eml!様式の送付.eml": "mail",
                "Undelivered Mail.eml!様式の送付.eml!様式.xlsx": FILE,
            },
        ),
        (by.receipt, "other_kind", {"（名前なし1）.dispositionnotificat": LETTER}),
        (by.absent, "other_kind", {}),
        (by.invitation, "other_kind", {"（名前なし1）.ics": LETTER}),
        (by.flowed, "mail", SHEET),
    ],
)
def test_a_mail_of_each_kind(
    tmp_path: Path, made: Callable[[bytes, str], bytes], own: str, parts: dict[str, str]
) -> None:
    name = "a.msg" if made is by.by_another_writer else "a.eml"
    inbox = listed(tmp_path, name, made(BOOK, WHO))
    told = {f"{name}!{part}": state for part, state in parts.items()}
    assert paths(inbox) == {name: own, **told}
    own_sender = "mailer-daemon@mx.example.lg.jp" if made is by.bounced else WHO
    assert source_of(inbox.entries[0]).sender == own_sender


def test_what_outlook_signed_is_opened(tmp_path: Path) -> None:
    inbox = listed(tmp_path, "a.msg", by.signed_in_outlook(BOOK, WHO))
    assert paths(inbox) == {
        "a.msg": "mail",
        "a.msg!smime.p7m": "wrapping",
        "a.msg!smime.p7m!別紙3-2.xlsx": FILE,
        "a.msg!smime.p7m!smime.p7s": LETTER,
    }
    (sheet,) = (entry for entry in inbox.entries if isinstance(entry, SourceFile))
    assert (sheet.sender, sheet.subject, sheet.passed_on) == (WHO, "提出", False)


@pytest.mark.parametrize("made", [by.of_becky, by.of_shift_jis])
def test_raw_subjects_are_decoded(tmp_path: Path, made: Callable[[bytes, str], bytes]) -> None:
    inbox = listed(tmp_path, "a.eml", made(BOOK, WHO))
    assert source_of(inbox.entries[0]).subject.startswith("提出")


@pytest.mark.parametrize(
    ("made", "answered"),
    [
        (by.flowed, "アセット管理の項目については、本市では該当する設備がないため、該当しません。"),
        (by.absent, ""),
        (by.bounced, ""),
        (by.invitation, ""),
    ],
)
def test_what_their_text_answers(
    tmp_path: Path, made: Callable[[bytes, str], bytes], answered: str
) -> None:
    (tmp_path / "a.eml").write_bytes(made(BOOK, WHO))
    found = discover(tmp_path, month="2026-11", limits=Limits(), checklist=load()).entries
    assert source_of(found[0]).letter.endswith(answered)
    assert bool(source_of(found[0]).letter) is bool(answered)


@pytest.mark.parametrize(
    "content",
    [by.ENVELOPED, b"-----BEGIN PKCS7-----\nMIA", b"-----BEGIN PGP MESSAGE-----\n\nhQ"],
)
def test_a_sealed_mail_by_its_content(content: bytes) -> None:
    assert kind_of(content, "smime.p7m") is FileKind.SEALED_MAIL

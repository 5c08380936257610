"""A coordinator's mailbox of 200 mails dropped into inbox/ reaches the workbook without a hand."""

import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import mail_programs as by
import openpyxl
import pytest
from inboxes import good, load, partly, put, settings_for, table
from posted import attachment, mail, named
from test_mail_passwords import zipped

from pipeline.run import aggregate

CHECKLIST = load()
ITEMS = len(CHECKLIST.items)
NAMES = [f"{a}{b}市" for a in "青赤白黒紫緑紅金銀桜" for b in "山川原浜島森里沢田池"]
WRITERS = 104  # bodies that write in one of the ways below; one more for each mail program
SILENT = good("", CHECKLIST)  # a return that names nobody
WAYS = 8
# What each program makes of a mail: the file that is the return, how many attachments there are.
PROGRAMS = (
    (by.of_gmail, ".eml!別紙3-2.xlsx", 2),
    (by.of_outlook, ".eml!別紙3-2.xlsx", 2),
    (by.of_notes, ".eml!別紙①（㈱）.xlsx", 1),
    (by.of_becky, ".eml!アセット別紙.xlsx", 1),
    (by.of_shift_jis, ".eml!能登の表", 1),
    (by.in_pieces, ".eml!別紙の回答.xlsx", 1),
    (by.misnamed, ".eml!noname.dat", 1),
    (by.nameless, ".eml!（名前なし1）.octetstream", 1),
    (by.bare, ".eml!別紙3-2.xlsx", 1),
    (by.of_apple, ".eml!別紙3-2.xlsx（同名2）", 2),
    (by.signed, ".eml!別紙3-2.xlsx", 2),
    (by.signed_in_outlook, ".msg!smime.p7m!別紙3-2.xlsx", 3),
    (by.flowed, ".eml!別紙3-2.xlsx", 1),
    (by.by_another_writer, ".msg!別紙3-2.xlsx", 1),
    (by.in_winmail, ".eml!winmail.dat!別紙3-2.xlsx", 2),
    (by.encrypted, "", 0),
    (by.encrypted_by_pgp, "", 0),
    (by.bounced, "", 2),
    (by.receipt, "", 1),
    (by.absent, "", 0),
    (by.invitation, "", 1),
)
BODIES = WRITERS + len(PROGRAMS)


@dataclass(kw_only=True)
class Mailbox:
    """Mails by file name; whose each attachment is meant to be, and whose no one may say."""

    mails: dict[str, bytes] = field(default_factory=dict)
    meant: dict[str, str] = field(default_factory=dict)
    nobody: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)  # bodies whose mail brings no return
    attachments: int = 0

    def add(self, name: str, content: bytes, attachments: int = 0) -> None:
        self.mails[name] = content
        self.attachments += attachments


def roster_of(names: list[str]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(("団体コード", "団体名", "メール"))
    for number, name in enumerate(names):
        sheet.append((f"{number + 1}", name, f"info@city{number}.example.lg.jp"))
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def mailbox() -> Mailbox:
    """Fill a mailbox: in each of eight ways, by each program, and letters come between."""
    box = Mailbox()
    names = (NAMES + [f"新{name}" for name in NAMES])[:BODIES]
    for number, name in enumerate(names[:WRITERS]):
        _write(box, number, name)
    for number, (program, inner, count) in enumerate(PROGRAMS, start=WRITERS):
        stem, who = f"p{number:03}", f"info@city{number}.example.lg.jp"
        box.add(f"{stem}{inner[:4] or '.eml'}", program(SILENT, who), count)
        if inner:
            box.meant[f"{stem}{inner}"] = names[number]
        else:
            box.silent.append(names[number])
    number = 0
    while len(box.mails) < 200:
        who = f"担当 <info@city{number}.example.lg.jp>"
        box.add(f"z{number:03}.eml", mail(sender=who, body="先日はありがとうございました。"))
        number += 1
    return box


def _write(box: Mailbox, number: int, name: str) -> None:
    local = "info" if number % 2 else "tanaka"  # the whole address of 名簿, or its domain alone
    who, stem = f"担当 <{local}@city{number}.example.lg.jp>", f"m{number:03}"
    form = attachment(named("様式.xlsx"), SILENT)
    way = number % WAYS
    if way == 0:
        box.add(f"{stem}.eml", mail(form, sender=who), 1)
        box.meant[f"{stem}.eml!様式.xlsx"] = name
    elif way == 1:  # a zip, and its password in a second mail
        locked = attachment(named("一式.zip"), zipped(SILENT, f"Pw{number:03}#abcX"))
        box.add(f"{stem}.eml", mail(locked, sender=who), 2)
        box.add(
            f"{stem}_鍵.eml", mail(sender=who, body=f"パスワードです。\n\nPw{number:03}#abcX\n")
        )
        box.meant[f"{stem}.eml!一式.zip!様式.xlsx"] = name
    elif way == 2:  # an inline picture, and a clock that is wrong
        logo = attachment(
            b"filename=logo.png", b"\x89PNG", kind="image/png", more="Content-ID: <l>\r\n"
        )
        wrong = "Thu, 05 Nov 2099 09:30:00 +0900"
        box.add(f"{stem}.eml", mail(logo, form, sender=who, date=wrong), 2)
        box.meant[f"{stem}.eml!様式.xlsx"] = name
    elif way == 3:  # sent again; the later receipt counts, whatever the files are called
        for place, (mark, day) in enumerate((("①", "Mon, 02"), ("③", "Tue, 03"))):
            received = [f"{day} Nov 2026 09:00:00 +0900"]
            part = attachment(named("様式.xlsx"), good("", CHECKLIST, mark))
            box.add(f"{stem}_{1 - place}.eml", mail(part, sender=who, received=received), 1)
            box.meant[f"{stem}_{1 - place}.eml!様式.xlsx"] = name
        box.older.append(f"{stem}_1.eml!様式.xlsx")
    elif way == 4:  # forwarded by somebody: his address says nothing of whose it is
        box.add(f"{stem}.eml", mail(form, sender=who, subject="FW: 提出"), 1)
        box.nobody.append(f"{stem}.eml!様式.xlsx")
    elif way == 5:  # forwarded in forwarded: the innermost mail is the body's own
        own = mail(form, sender=who)
        once = mail(attachment(named("転送.eml"), own, kind="application/octet-stream"))
        box.add(f"{stem}.eml", mail(attachment(named("再転送.eml"), once)), 3)
        box.meant[f"{stem}.eml!再転送.eml!転送.eml!様式.xlsx"] = name
    elif way == 6:  # two returns in one mail, one of them another body's by its own cell
        other = f"{name[:-1]}町"
        second = attachment(named("もう一つ.xlsx"), good(other, CHECKLIST))
        box.add(f"{stem}.eml", mail(form, second, sender=who), 2)
        box.meant |= {f"{stem}.eml!様式.xlsx": name, f"{stem}.eml!もう一つ.xlsx": other}
    else:  # one return over two mails
        half = range(ITEMS // 2)
        rest = range(ITEMS // 2, ITEMS)
        for place, numbers in enumerate((half, rest)):
            content = attachment(named(f"その{place + 1}.xlsx"), partly("", CHECKLIST, numbers))
            box.add(f"{stem}_{place}.eml", mail(content, sender=who), 1)
            box.meant[f"{stem}_{place}.eml!その{place + 1}.xlsx"] = name


@pytest.fixture(scope="module")
def box() -> Mailbox:
    return mailbox()


@pytest.fixture(scope="module")
def counted(box: Mailbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mailbox")
    names = (NAMES + [f"新{name}" for name in NAMES])[:BODIES]
    put(folder, {**box.mails, "名簿.xlsx": roster_of(names)})
    aggregate(settings_for(folder, pivot=False))
    return folder


def test_every_mail_and_every_attachment_is_one_row(box: Mailbox, counted: Path) -> None:
    files = [row["file"] for row in table(counted, "files")]
    assert len(box.mails) == 200
    assert len(files) == len(set(files)) == 200 + box.attachments + 1  # and the roster
    assert {*box.meant, *box.nobody} <= {*files}


def test_the_sender_names_the_body_where_the_sheet_is_silent(box: Mailbox, counted: Path) -> None:
    rows = {row["file"]: row for row in table(counted, "files")}
    right = sum(rows[file]["respondent"] == name for file, name in box.meant.items())
    assert right >= 0.98 * len(box.meant)
    assert not [file for file in box.nobody if rows[file]["identified_by"] == "sender"]
    roster = {name for name in box.meant.values() if not name.endswith("町")}
    assert not [file for file in box.nobody if rows[file]["respondent"] in roster]


def test_what_is_no_return_counts_for_nobody(box: Mailbox, counted: Path) -> None:
    answered = {row["respondent"] for row in table(counted, "answers")}
    assert len(box.silent) == 6
    assert not answered & {*box.silent}


def test_the_later_receipt_counts(box: Mailbox, counted: Path) -> None:
    states = {row["file"]: row["state"] for row in table(counted, "files")}
    assert Counter(states[file] for file in box.older) == {"superseded": len(box.older)}
    answers = table(counted, "answers")
    again = {box.meant[file] for file in box.older}
    assert {row["status"] for row in answers if row["respondent"] in again} == {"not_planned"}


def test_one_return_over_two_mails_is_one(box: Mailbox, counted: Path) -> None:
    halves = {name for file, name in box.meant.items() if file.endswith("その1.xlsx")}
    answers = [row for row in table(counted, "answers") if row["respondent"] in halves]
    assert len(answers) == len(halves) * ITEMS
    assert {row["status"] for row in answers} == {"done"}

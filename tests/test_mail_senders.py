"""Whose a mailed return is, where only the sender of the mail tells: through the whole run."""

import io
import itertools
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import mail_programs
import openpyxl
import pytest
from aspose.email_foss.msg import MapiMessage, PropertyId
from inboxes import good, load, put, settings_for, table
from posted import attachment, mail, named
from test_hostile_mails import bomb

from pipeline.assemble.senders import Senders
from pipeline.loop.sendback import send_back
from pipeline.model import RosterEntry, SourceFile
from pipeline.run import aggregate
from pipeline.texts.addresses import Sender

pytestmark = pytest.mark.workbook_once

ROSTER = (
    ("1", "若葉市", "joho@city.wakaba.lg.jp"),
    ("2", "白雲町", "machi@town.shirakumo.lg.jp、kikaku@town.shirakumo.lg.jp"),
    ("3", "青葉市", "a@pref.shiramine.lg.jp"),
    ("4", "緑川村", "b@pref.shiramine.lg.jp"),
    ("5", "紅葉町", "momiji@gmail.com"),
    ("6", "白峰県", "kenmin@pref.host.lg.jp"),
)
OWN = "matome@pref.host.lg.jp"


def roster() -> bytes:
    book = openpyxl.Workbook()
    for row in (("団体コード", "団体名", "メール"), *ROSTER):
        book.worksheets[0].append(row)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def sent(sender: str, name: str = "", *, file: str = "様式.xlsx", subject: str = "提出") -> bytes:
    book = attachment(named(file), good(name, load()))
    return mail(book, sender=f"担当 <{sender}>", subject=subject)


def run(folder: Path, files: dict[str, bytes]) -> dict[str, dict[str, str]]:
    put(folder, {"名簿.xlsx": roster(), **files})
    aggregate(settings_for(folder, sender=Sender(mail=OWN)))
    return {row["file"]: row for row in table(folder, "files")}


CASES = {
    "address": (sent("joho@city.wakaba.lg.jp"), "若葉市", "sender"),
    "in capitals": (sent("Joho@City.Wakaba.LG.JP"), "若葉市", "sender"),
    "second address": (sent("kikaku@town.shirakumo.lg.jp"), "白雲町", "sender"),
    "domain": (sent("tanaka@city.wakaba.lg.jp"), "若葉市", "sender"),
    "address of a shared domain": (sent("b@pref.shiramine.lg.jp"), "緑川村", "sender"),
    "shared domain": (sent("c@pref.shiramine.lg.jp"), "", "file_name"),
    "free mail": (sent("momiji@gmail.com"), "紅葉町", "sender"),
    "free mail of another": (sent("sakura@gmail.com"), "", "file_name"),
    "below a domain": (sent("x@mail.city.wakaba.lg.jp"), "", "file_name"),
    "forwarded": (sent("joho@city.wakaba.lg.jp", subject="Fwd: 提出"), "", "file_name"),
    "the coordinator": (sent(OWN), "", "file_name"),
    "a colleague": (sent("colleague@pref.host.lg.jp"), "", "file_name"),
    "the sheet": (sent("joho@city.wakaba.lg.jp", "白雲町"), "白雲町", "cell"),
    "the file name": (sent("joho@city.wakaba.lg.jp", file="白雲町.xlsx"), "白雲町", "file_name"),
    "another's file": (sent("joho@city.wakaba.lg.jp", file="港区.xlsx"), "", "file_name"),
}


def test_the_sender_names_the_body_where_nothing_else_does(tmp_path: Path) -> None:
    """One inbox with all of them: none may be lost, or change with what lies beside it."""
    mails = {f"{number:02}.eml": case[0] for number, case in enumerate(CASES.values())}
    rows = run(tmp_path, mails)
    found = {row["file"].partition("!")[0]: row for row in rows.values() if "!" in row["file"]}
    for name, (path, (_, body, by)) in zip(CASES, zip(mails, CASES.values(), strict=True),
                                           strict=True):  # fmt: skip
        row = found[path]
        if body:
            assert (row["respondent"], row["identified_by"]) == (body, by), name
        else:
            assert row["identified_by"] != "sender", name
            assert row["respondent"] not in {each[1] for each in ROSTER}, name


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("address", "メールの差出人から「若葉市」の回答とみなしました"),
        ("the sheet", "シートの団体名の欄は「白雲町」、メールの差出人は「若葉市」"),
        ("the file name", "ファイル名は「白雲町」、メールの差出人は「若葉市」"),
    ],
)
def test_it_is_told_and_asked(tmp_path: Path, case: str, words: str) -> None:
    run(tmp_path, {"a.eml": CASES[case][0]})
    (told,) = (row for row in table(tmp_path, "findings") if row["code"] == "B509")
    assert told["severity"] == "要確認"
    assert words in told["message"]


def test_an_agreeing_sender_says_nothing(tmp_path: Path) -> None:
    run(tmp_path, {"a.eml": sent("joho@city.wakaba.lg.jp", "若葉市")})
    assert not [row for row in table(tmp_path, "findings") if row["code"] == "B509"]


@pytest.mark.parametrize(
    ("around", "inner", "body"),
    [
        (("x@else.example.jp",), "joho@city.wakaba.lg.jp", "若葉市"),
        ((OWN,), "joho@city.wakaba.lg.jp", "若葉市"),
        (("x@else.example.jp", "y@else.example.jp"), "joho@city.wakaba.lg.jp", "若葉市"),
        (("tanaka@city.wakaba.lg.jp",), "joho@city.wakaba.lg.jp", "若葉市"),
        (("machi@town.shirakumo.lg.jp",), "joho@city.wakaba.lg.jp", ""),
        (("machi@town.shirakumo.lg.jp", OWN), "joho@city.wakaba.lg.jp", ""),
        (("joho@city.wakaba.lg.jp",), "x@else.example.jp", ""),
        (("joho@city.wakaba.lg.jp",), OWN, ""),
    ],
)
def test_a_mail_in_a_mail_is_its_own_senders(
    tmp_path: Path, around: tuple[str, ...], inner: str, body: str
) -> None:
    """Unless another body passed it on: then either may be meant."""
    made, path = sent(inner), ""
    for level, sender in enumerate(around):
        made = made.replace(b"=_part", f"=_{level}".encode())
        made = mail(b"Content-Type: message/rfc822\r\n\r\n" + made, sender=f"x <{sender}>",
                    subject="提出")  # fmt: skip
        path += "!提出.eml"
    row = run(tmp_path, {"a.eml": made})[f"a.eml{path}!様式.xlsx"]
    assert row["sender"] == inner
    assert (row["identified_by"] == "sender") is bool(body)
    assert row["respondent"] == body or not body


def test_a_copy_within_a_mail_is_nobodys(tmp_path: Path) -> None:
    inner = sent("joho@city.wakaba.lg.jp", subject="FW: 提出").replace(b"=_part", b"=_inner")
    outer = mail(b"Content-Type: message/rfc822\r\n\r\n" + inner, sender="x <x@else.example.jp>")
    rows = run(tmp_path, {"a.eml": outer})
    assert rows["a.eml!FW: 提出.eml!様式.xlsx"]["identified_by"] != "sender"


def test_a_message_in_a_message_of_outlook_is_its_own_senders(
    tmp_path: Path,
) -> None:
    """Both written by another program than the tests' own."""
    inner = MapiMessage.create("回答", "本文")
    inner.set_property(PropertyId.SENDER_EMAIL_ADDRESS, "joho@city.wakaba.lg.jp")
    inner.add_attachment("様式.xlsx", good("", load()))
    outer = MapiMessage.create("提出", "別添")
    outer.set_property(PropertyId.SENDER_EMAIL_ADDRESS, "x@else.example.jp")
    moment = datetime(2026, 11, 5, 0, 30, tzinfo=UTC)
    outer.set_property(PropertyId.MESSAGE_DELIVERY_TIME, moment)
    outer.add_embedded_message_attachment(inner)
    outer.add_attachment("参考.xlsx", good("白雲町", load()))
    rows = run(tmp_path, {"a.msg": outer.to_bytes()})
    within = rows["a.msg!回答.msg!様式.xlsx"]
    assert (within["respondent"], within["identified_by"]) == ("若葉市", "sender")
    assert within["sender"] == "joho@city.wakaba.lg.jp"
    beside = rows["a.msg!参考.xlsx"]
    assert (beside["respondent"], beside["sender"]) == ("白雲町", "x@else.example.jp")
    assert within["received"] == beside["received"] == "2026-11-05T09:30:00+09:00"


def test_the_order_of_the_roster_is_irrelevant() -> None:
    entries = tuple(RosterEntry(name=name, code=code, mail=mail) for code, name, mail in ROSTER[2:])
    asked = ["a@pref.shiramine.lg.jp", "z@pref.shiramine.lg.jp", "z@gmail.com", "momiji@gmail.com"]
    for order in itertools.permutations(entries):
        senders = Senders([(entry, entry) for entry in order], "")
        bodies = [
            senders.body_of(SourceFile(path="a.eml!b", location=Path(), sender=sender))
            for sender in asked
        ]
        assert [each.name if each else "" for each in bodies] == ["青葉市", "", "", "紅葉町"]


def letter(sender: str, body: str) -> bytes:
    return mail(sender=f"担当 <{sender}>", body=body)


def test_a_mail_that_may_be_a_return_is_told_at_its_body(tmp_path: Path) -> None:
    """Its file is elsewhere, encrypted or refused: the body is not said to have sent nothing."""
    link = "容量が大きいため転送サービスで送ります。\nhttps://a.example.jp/d/1 からダウンロードして"
    files = {
        "m1.eml": letter("joho@city.wakaba.lg.jp", link),
        "m2.eml": mail_programs.encrypted(b"", "machi@town.shirakumo.lg.jp"),
        "m3.eml": mail(attachment(named("一式.zip"), bomb()), sender="x <a@pref.shiramine.lg.jp>"),
        "m4.eml": letter("b@pref.shiramine.lg.jp", "了解しました。https://b.example.jp/"),
    }
    run(tmp_path, files)
    findings = table(tmp_path, "findings")
    missing = {row["respondent"]: row["message"] for row in findings if row["code"] == "B501"}
    assert [name for name, told in missing.items() if "から回答を読み取れず" in told] == [
        "若葉市",
        "白雲町",
        "青葉市",
    ]
    told = {row["file"]: row for row in findings if row["code"] == "F103"}
    assert {file: row["severity"] for file, row in told.items()} == {
        "m1.eml": "要確認",
        "m2.eml": "要確認",
        "m4.eml": "参考",
    }
    assert "案内に従って" in told["m1.eml"]["fix"]
    assert "添付し忘れ" in told["m4.eml"]["fix"]


def test_a_letter_of_a_body_whose_return_is_here_needs_no_look(tmp_path: Path) -> None:
    files = {
        "若葉市.eml": sent("joho@city.wakaba.lg.jp"),
        "若葉市_御礼.eml": letter("joho@city.wakaba.lg.jp", "ありがとうございました。"),
        "白雲町.eml": letter("machi@town.shirakumo.lg.jp", "提出します。"),
    }
    run(tmp_path, files)
    told = {r["file"]: r["severity"] for r in table(tmp_path, "findings") if r["code"] == "F103"}
    assert told == {"若葉市_御礼.eml": "参考", "白雲町.eml": "要確認"}


def test_what_machines_write_is_nobodys(tmp_path: Path) -> None:
    """Whatever it is called; but a letter of ours that did not arrive is told."""
    files = {
        "自動応答_若葉市.eml": mail_programs.absent(b"", "joho@city.wakaba.lg.jp"),
        "開封_若葉市.eml": mail_programs.receipt(b"", "joho@city.wakaba.lg.jp"),
        "白雲町.eml": mail_programs.bounced(good("白雲町", load()), "machi@town.shirakumo.lg.jp"),
        "遅れ.eml": mail_programs.bounced(b"", "x@y.jp").replace(b"failed", b"delayed"),
    }
    rows = run(tmp_path, files)
    assert {row["respondent"] for row in rows.values()} == {""}
    told = {row["file"]: row for row in table(tmp_path, "findings") if row["code"] == "F103"}
    assert {file: row["severity"] for file, row in told.items()} == {
        "自動応答_若葉市.eml": "参考",
        "開封_若葉市.eml": "参考",
        "白雲町.eml": "要確認",
        "遅れ.eml": "参考",
    }
    assert "名簿のメールアドレス" in told["白雲町.eml"]["fix"]


def test_letters_name_a_mail_by_its_subject(tmp_path: Path) -> None:
    """Its file has a name that only the coordinator knows; letters without a file are no doubt."""
    link = "転送サービスで送ります。\nhttps://a.example.jp/d/1 からダウンロードしてください。"
    files = {
        "0001.eml": letter("joho@city.wakaba.lg.jp", link),
        "0002.eml": mail(
            attachment(named("一式.zip"), bomb()), sender="x <a@pref.shiramine.lg.jp>"
        ),
        "0003.eml": sent("a@pref.shiramine.lg.jp", "青葉市"),
        "0004.eml": letter("who@else.example.jp", "ありがとうございました。"),
    }
    run(tmp_path, files)
    settings = replace(settings_for(tmp_path, sender=Sender(mail=OWN)), deadline="2026-11-01")
    send_back(settings)
    month = tmp_path / "outbox" / "2026-11"
    reminder = (month / "督促" / "若葉市" / "督促_若葉市.txt").read_text(encoding="utf-8-sig")
    assert "メール「チェックシートの提出」をお送りいただきましたが" in reminder
    asked = (month / "差戻し" / "青葉市" / "差戻し_青葉市.txt").read_text(encoding="utf-8-sig")
    assert "メール「チェックシートの提出」: メールの添付ファイルが多すぎる" in asked
    assert "▲" not in (month / "督促" / "一覧.txt").read_text(encoding="utf-8-sig")

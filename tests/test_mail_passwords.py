"""PPAP: the file in one mail, its password in a second one of the same sender."""

import io
import zipfile
from pathlib import Path

import msoffcrypto.format.ooxml
import pytest
import pyzipper
from inboxes import good, load, put, roster, settings_for, table
from posted import attachment, mail, named

from pipeline.inbox.mail_passwords import MailedPasswords, told_in
from pipeline.inbox.received_mail import open_mail
from pipeline.run import aggregate

FIRST_KEY = "Xk7#mQ2v-Zr"
SECOND_KEY = "Wb9!tL4c-Yp"


KEY = FIRST_KEY
SYSTEM = """お世話になっております。
先ほどお送りしたメールの添付ファイルのパスワードをお知らせします。

件名：チェックシートの提出
送信日時：2026/11/05 09:30:12
添付ファイル名：別紙3-2.zip

パスワード : {key}

※本メールは自動送信です。"""
# As people and the servers that do it for them write; labelled before they were read.
TOLD = {
    f"先ほどのファイルのパスワードは下記のとおりです。\n\n{KEY}\n\n担当": KEY,
    SYSTEM.format(key=KEY): KEY,
    f"パスワード：{KEY}": KEY,
    f"ＰＷ：{KEY}です。": KEY,
    f"ファイル名 | パスワード\n別紙3-2.zip | {KEY}": KEY,
    f"[解凍パスワード]　　{KEY}": KEY,
    f"PASS→{KEY}": KEY,
    f"pw={KEY}": KEY,
    f"パスワードは「{KEY}」（すべて半角）です。": KEY,
    f"> 解凍パスワードは「{KEY}」です": KEY,
    f"パスワードは、{KEY} です。よろしくお願いします。": KEY,
    f"解凍キー（{KEY}）": KEY,
    f"解凍キー\n----\n{KEY}\n----": KEY,
    f"解凍用のパスワードは次のとおりです。\n--------\n\n　　{KEY}\n\n--------": KEY,
    f"> パスワード\n> {KEY}": KEY,
    f"Password: {KEY}": KEY,
    f"The password for the attached file is {KEY}.": KEY,
    f"資料にはパスワードを設定しております。\n別途ご連絡いたします。\n【パスワード】\n{KEY}": KEY,
    f"パスワードを送ります。\n{KEY}\n-- \n若葉市 田中\nTEL 0123-45-6789\nmail: t@city.jp": KEY,
    "パスワードは 20261105 です。": "20261105",
    "パスワード：12-34-56": "12-34-56",
    "PW：a1b2": "a1b2",
    "Ｐａｓｓ：ＡＢｃ１２３４": "ABc1234",
    "パスワード：ＡＢｃ１２３４": "ＡＢｃ１２３４",
    "開封パスワードは下記のとおりです。\n　若葉市2026": "若葉市2026",
    "パスワード：若葉市セキュリティ": "若葉市セキュリティ",
    "別紙3-2：パスワード Aaaa1111\n別紙3-3：パスワード Bbbb2222": "Bbbb2222",
}


@pytest.mark.parametrize("body", TOLD)
def test_a_letter_tells_a_password(body: str) -> None:
    assert TOLD[body] in told_in(body)[:2]


@pytest.mark.parametrize(
    "body",
    [
        "パスワードは別途お送りします。",
        "添付のとおり提出します。ABCD1234",
        "CSSのpwdコマンド以外は該当しません",
        "パスワード：****",
        "",
    ],
)
def test_a_letter_tells_none(body: str) -> None:
    assert not told_in(body)


def test_the_likeliest_of_every_mail_is_tried() -> None:
    """An office that hands on the mails of many bodies tells many."""
    mailed = MailedPasswords()
    for number in range(150):
        mailed.hear("a@b.jp", f"パスワードは {number:08} です（すべて半角）。")
    assert len(mailed.of("a@b.jp")) == 150
    assert {f"{number:08}" for number in range(150)} == {*mailed.of("a@b.jp")}


def test_a_letter_in_html_has_words() -> None:
    page = f"<style>p {{ a: b }}</style><p>パスワード</p><p>{FIRST_KEY.replace('-', '&#45;')}</p>"
    content = mail().replace(b"text/plain", b"text/html")
    at = content.index(b"\r\n\r\n", content.index(b"text/html")) + 4
    content = content[:at] + page.encode("iso-2022-jp") + b"\r\n--=_part_0001--\r\n"
    body = open_mail(content, most_parts=9).body
    assert "a: b" not in body
    assert FIRST_KEY in told_in(body)


def zipped(content: bytes, password: str) -> bytes:
    made = io.BytesIO()
    with pyzipper.AESZipFile(made, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        archive.writestr("様式.xlsx", content)
    return made.getvalue()


def closed(content: bytes, password: str) -> bytes:
    made = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(content)).encrypt(password, made)
    return made.getvalue()


def letters() -> dict[str, bytes]:
    """Give five mails: of A a zip, a workbook and the passwords, of B a workbook like A's."""
    form = load()
    a, b = "担当 <a@city.wakaba.example.jp>", "担当 <b@town.shirakumo.example.jp>"
    return {
        "zip": mail(
            attachment(named("一式.zip"), zipped(good("若葉市", form), FIRST_KEY)), sender=a
        ),
        "book": mail(
            attachment(named("b.xlsx"), closed(good("青葉市", form), SECOND_KEY)), sender=a
        ),
        "secret": mail(sender=a, body=f"パスワードは次のとおりです。\n{FIRST_KEY}"),
        "other": mail(sender=a, body=f"2通目のパスワード：{SECOND_KEY}"),
        "of b": mail(
            attachment(named("c.xlsx"), closed(good("白雲町", form), SECOND_KEY)), sender=b
        ),
    }


def everything_in(folder: Path) -> bytes:
    """Give all bytes below a folder, those of workbooks unpacked."""
    found = b""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found += path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    found += b"".join(archive.read(name) for name in archive.namelist())
    return found


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 0, 4, 3, 1)])
def test_a_password_opens_the_files_of_its_sender_alone(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    """In whatever order they lie there; and it is written nowhere."""
    mails = letters()
    names = dict(zip(mails, (f"{place}.eml" for place in order), strict=True))
    files = {names[key]: content for key, content in mails.items()}
    put(tmp_path, {"名簿.xlsx": roster(("1", "若葉市"), ("2", "白雲町"), ("3", "青葉市")), **files})
    aggregate(settings_for(tmp_path))
    states = {row["file"]: row["state"] for row in table(tmp_path, "files")}
    assert states[f"{names['zip']}!一式.zip!様式.xlsx"] == "counted"
    assert states[f"{names['book']}!b.xlsx"] == "counted"
    assert states[f"{names['of b']}!c.xlsx"] == "unreadable"
    written = everything_in(tmp_path / "outbox")
    for secret in (FIRST_KEY, SECOND_KEY):
        assert secret.encode() not in written
        assert secret.encode("utf-16-le") not in written


def test_without_the_second_mail_the_file_stays_closed(tmp_path: Path) -> None:
    mails = letters()
    put(tmp_path, {"a.eml": mails["zip"], "b.eml": mails["other"]})
    aggregate(settings_for(tmp_path))
    states = {row["file"]: row["state"] for row in table(tmp_path, "files")}
    assert states["a.eml!一式.zip!様式.xlsx"] == "unreadable"

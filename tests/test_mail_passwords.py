"""PPAP: the file in one mail, its password in a second one of the same sender."""

import io
import zipfile
from pathlib import Path

import msoffcrypto.format.ooxml
import pytest
import pyzipper
from inboxes import good, load, put, roster, settings_for, table
from posted import attachment, mail, named

from pipeline.inbox.mail_passwords import told_in
from pipeline.inbox.received_mail import open_mail
from pipeline.run import aggregate

FIRST_KEY = "Xk7#mQ2v-Zr"
SECOND_KEY = "Wb9!tL4c-Yp"


@pytest.mark.parametrize(
    ("body", "first"),
    [
        (f"先ほどのファイルのパスワードは下記のとおりです。\n\n{FIRST_KEY}\n\n担当", FIRST_KEY),
        (f"パスワード：{FIRST_KEY}", FIRST_KEY),
        (f"ＰＷ：{FIRST_KEY}です。", FIRST_KEY),
        (f"解凍キー\n----\n{FIRST_KEY}\n----", FIRST_KEY),
        (f"> 解凍パスワードは「{FIRST_KEY}」です", FIRST_KEY),
        (f"Password: {FIRST_KEY}", FIRST_KEY),
        ("パスワードは別途お送りします。", ""),
        ("添付のとおり提出します。ABCD1234", ""),
        ("CSSのpwdコマンド以外は該当しません", ""),
        ("", ""),
    ],
)
def test_a_letter_tells_a_password(body: str, first: str) -> None:
    told = told_in(body)
    assert (first in told) if first else not told


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

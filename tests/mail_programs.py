"""Mails as the programs and servers that people use put them together, part by part."""

import base64
from datetime import UTC, datetime
from urllib.parse import quote

from aspose.email_foss.msg import MapiMessage, PropertyId
from posted import attachment, encoded
from wrapped import LONG_NAME, attached, wrapped

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DAY = "Thu, 05 Nov 2026 09:30:00 +0900"


def framed(kind: str, *parts: bytes, mark: str, more: str = "") -> bytes:
    """Give a frame with its parts; ``mark`` tells the frames of a mail apart."""
    head = f'Content-Type: {kind}; boundary="{mark}"{more}\r\n\r\n'.encode()
    joined = b"".join(f"--{mark}\r\n".encode() + part + b"\r\n" for part in parts)
    return head + joined + f"--{mark}--\r\n".encode()


def posted(entity: bytes, sender: str, *, subject: str = "提出", more: str = "") -> bytes:
    """Give a mail that is one entity: its own headers stand before the entity's."""
    head = (
        f"Received: from mx by our.host; {DAY}\r\nFrom: {encoded('担当')} <{sender}>\r\n"
        f"To: matome@pref.example.lg.jp\r\nSubject: {encoded(subject)}\r\nDate: {DAY}\r\n"
        f"MIME-Version: 1.0\r\n{more}"
    )
    return head.encode() + entity


def text(body: str, *, charset: str = "utf-8", kind: str = "plain", more: str = "") -> bytes:
    """Give a text."""
    head = f"Content-Type: text/{kind}; charset={charset}{more}\r\n"
    head += "Content-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + base64.encodebytes(body.encode(charset))


def of_gmail(book: bytes, sender: str, *, body: str = "提出します。") -> bytes:
    """Every attachment has a Content-ID, also those that the text does not show."""
    shown = framed("multipart/alternative", text(body), text(f"<div>{body}</div>", kind="html"),
                   mark="000000000000alt")  # fmt: skip
    ids = "Content-ID: <f_m1>\r\nX-Attachment-Id: f_m1\r\n"
    sheet = attachment(f'filename="{encoded("別紙3-2.xlsx")}"'.encode(), book, kind=XLSX, more=ids)
    photo = attachment(b'filename="IMG_0001.jpg"', b"\xff\xd8\xff\xe0", kind="image/jpeg",
                       more=ids.replace("m1", "m2"))  # fmt: skip
    return posted(framed("multipart/mixed", shown, sheet, photo, mark="000000000000mix"), sender)


def of_outlook(book: bytes, sender: str) -> bytes:
    """The picture of the signature is related to the text, the sheet mixed with both."""
    words = '<p>提出します</p><img src="cid:image001.png@01DB">'
    page = text(words, charset="iso-2022-jp", kind="html")
    shown = framed("multipart/alternative", text("提出します", charset="iso-2022-jp"), page,
                   mark="_000_a")  # fmt: skip
    logo = attachment(b'filename="image001.png"; size=4', b"\x89PNG", kind='image/png; name="x"',
                      more="Content-ID: <image001.png@01DB>\r\n")  # fmt: skip
    related = framed("multipart/related", shown, logo.replace(b"attachment;", b"inline;"),
                     mark="_004_b", more=';\r\n\ttype="multipart/alternative"')  # fmt: skip
    name = encoded("別紙3-2.xlsx", "iso-2022-jp")
    kind, described = f'{XLSX};\r\n\tname="{name}"', f"Content-Description: {name}\r\n"
    written = f'filename="{name}";\r\n\tsize=5'.encode()
    sheet = attachment(written, book, kind=kind, more=described)
    entity = framed("multipart/mixed", related, sheet, mark="_005_c")
    return posted(entity, sender, more="X-MS-Has-Attach: yes\r\nThread-Index: AdA\r\n")


def of_notes(book: bytes, sender: str) -> bytes:
    """A name in Shift_JIS as RFC 2231 has it, and no name in Content-Type."""
    name = quote("別紙①（㈱）.xlsx".encode("cp932"))
    sheet = attachment(f"filename*=Shift_JIS'ja'{name}".encode(), book)
    entity = framed("multipart/mixed", text("提出します", charset="iso-2022-jp"), sheet,
                    mark="=_mixed 0024")  # fmt: skip
    return posted(entity, sender, more="X-Mailer: HCL Notes\r\n")


def of_becky(book: bytes, sender: str) -> bytes:
    """Names and subject in ISO-2022-JP as it is, with its escapes."""
    name = "アセット別紙.xlsx".encode("iso-2022-jp")  # ア ends in the byte of a quote
    sheet = attachment(b'filename="' + name + b'"', book).replace(
        b"application/octet-stream", b'application/octet-stream;\r\n name="' + name + b'"'
    )
    entity = framed("multipart/mixed", text("提出します", charset="iso-2022-jp"), sheet,
                    mark="------_5F3A")  # fmt: skip
    made = posted(entity, sender, subject="x", more="X-Mailer: Becky!\r\n")
    return made.replace(encoded("x").encode(), "提出".encode("iso-2022-jp"))


def of_shift_jis(book: bytes, sender: str) -> bytes:
    """Subject and names as Shift_JIS bytes, which no rule allows; 表 ends in a backslash."""
    sheet = attachment(b'filename="' + "能登の表".encode("cp932") + b'"', book)
    entity = framed("multipart/mixed", text("提出します", charset="cp932"), sheet, mark="mark")
    made = posted(entity, sender, subject="x")
    return made.replace(encoded("x").encode(), "提出（表）".encode("cp932"))


def in_pieces(book: bytes, sender: str) -> bytes:
    """A name in ISO-2022-JP that RFC 2231 cuts into three, two of them encoded."""
    raw = quote("別紙の回答".encode("iso-2022-jp"), safe="")
    name = (
        f"filename*0*=iso-2022-jp'ja'{raw[:30]};\r\n filename*1*={raw[30:]};\r\n filename*2=.xlsx"
    )
    entity = framed(
        "multipart/mixed", text("提出します"), attachment(name.encode(), book), mark="m"
    )
    return posted(entity, sender)


def misnamed(book: bytes, sender: str) -> bytes:
    """A sheet that a gateway called something else."""
    sheet = attachment(b"filename=noname.dat", book)
    entity = framed("multipart/mixed", text("提出します"), sheet, mark="m")
    return posted(entity, sender)


def nameless(book: bytes, sender: str) -> bytes:
    sheet = attachment(b"", book).replace(b"attachment; ", b"attachment")
    entity = framed("multipart/mixed", text("提出します"), sheet, mark="m")
    return posted(entity, sender)


def bare(book: bytes, sender: str) -> bytes:
    """No frame: the mail itself is the sheet."""
    sheet = attachment(f'filename="{encoded("別紙3-2.xlsx")}"'.encode(), book, kind=XLSX)
    return posted(sheet, sender)


def of_apple(book: bytes, sender: str) -> bytes:
    """The sheet in two forks, of which one holds what a Mac knows of it."""
    name = f'filename="{encoded("別紙3-2.xlsx")}"'.encode()
    fork = attachment(name, b"\0\5\x16\x07" + bytes(80), kind="application/applefile")
    both = framed("multipart/appledouble", fork, attachment(name, book, kind=XLSX), mark="fork")
    entity = framed("multipart/mixed", text("提出します"), both, mark="Apple-Mail")
    return posted(entity, sender)


def signed(book: bytes, sender: str) -> bytes:
    """Signed by S/MIME, so that every program can read it."""
    sheet = attachment(f'filename="{encoded("別紙3-2.xlsx")}"'.encode(), book, kind=XLSX)
    inner = framed("multipart/mixed", text("提出します"), sheet, mark="inner")
    mark = attachment(b'filename="smime.p7s"', bytes.fromhex("3080"),
                      kind='application/pkcs7-signature; name="smime.p7s"')  # fmt: skip
    entity = framed("multipart/signed", inner, mark, mark="outer",
                    more='; protocol="application/pkcs7-signature"; micalg=sha-256')  # fmt: skip
    return posted(entity, sender)


ENVELOPED = bytes.fromhex("308006092a864886f70d010703a0803080020100") + bytes(200)


def encrypted(_: bytes, sender: str) -> bytes:
    """Encrypted by S/MIME: the mail itself is what cannot be opened."""
    entity = attachment(
        b'filename="smime.p7m"', ENVELOPED,
        kind='application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
    )  # fmt: skip
    return posted(entity, sender)


def encrypted_by_pgp(_: bytes, sender: str) -> bytes:
    version = b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
    content = b'Content-Type: application/octet-stream; name="encrypted.asc"\r\n\r\n-----BEGIN PGP'
    more = '; protocol="application/pgp-encrypted"'
    return posted(framed("multipart/encrypted", version, content, mark="pgp", more=more), sender)


def bounced(book: bytes, sender: str) -> bytes:
    """What came back of a letter of ours, with the form that went with it."""
    form = attachment(f'filename="{encoded("様式.xlsx")}"'.encode(), book)
    ours = framed("multipart/mixed", text("様式を送ります"), form, mark="ours")
    letter = b"Content-Type: message/rfc822\r\n\r\n" + posted(ours, "matome@pref.example.lg.jp",
                                                             subject="様式の送付")  # fmt: skip
    status = (
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.lg.jp\r\n\r\n"
        f"Final-Recipient: rfc822; {sender}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    )
    entity = framed("multipart/report", text("The mail was not delivered."), status.encode(),
                    letter, mark="dsn", more="; report-type=delivery-status")  # fmt: skip
    return posted(entity, "MAILER-DAEMON@mx.example.lg.jp", subject="Undelivered Mail",
                  more="Auto-Submitted: auto-replied\r\n")  # fmt: skip


def passed_on_bounce(book: bytes, sender: str) -> bytes:
    """A body hands on the report that its return could not be delivered."""
    report = bounced(book, "matome@pref.example.lg.jp")
    inner = b"Content-Type: message/rfc822\r\n\r\n" + report
    entity = framed("multipart/mixed", text("届かなかったようです"), inner, mark="again")
    return posted(entity, sender, subject="再送")


def signed_in_outlook(book: bytes, sender: str) -> bytes:
    """A signed mail as Outlook saves it: what was signed is one attachment."""
    message = MapiMessage.create("提出", "")
    message.set_property(PropertyId.SENDER_EMAIL_ADDRESS, sender)
    message.set_property(PropertyId.MESSAGE_CLASS, "IPM.Note.SMIME.MultipartSigned")
    entity = signed(book, sender)
    message.add_attachment("smime.p7m", entity[entity.index(b"Content-Type: multipart/signed") :])
    return bytes(message.to_bytes())


def receipt(_: bytes, sender: str) -> bytes:
    """A note that somebody opened our letter."""
    note = b"Content-Type: message/disposition-notification\r\n\r\nDisposition: manual-action\r\n"
    more = "; report-type=disposition-notification"
    entity = framed("multipart/report", text("開封済み"), note, mark="mdn", more=more)
    return posted(entity, sender, subject="開封済み: 様式の送付")


def absent(_: bytes, sender: str) -> bytes:
    body = "11月20日まで不在のため対応できません。急ぎの場合は代表電話へお願いします。"
    return posted(text(body), sender, subject="自動応答: 様式の送付",
                  more="Auto-Submitted: auto-replied\r\n")  # fmt: skip


def invitation(_: bytes, sender: str) -> bytes:
    invite = text("BEGIN:VCALENDAR\nEND:VCALENDAR", kind="calendar", more="; method=REQUEST")
    entity = framed("multipart/alternative", text("説明会"), text("<p>説明会", kind="html"), invite,
                    mark="cal")  # fmt: skip
    return posted(entity, sender, subject="説明会")


def flowed(book: bytes, sender: str) -> bytes:
    """Text that a program broke, to be joined again where a line ends with a space."""
    body = "提出します。なお、アセット管理の項目については、本市では \n"
    body += "該当する設備がないため、該当しません。\n\n-- \n担当"
    letter = text(body, more="; format=flowed; delsp=yes")
    sheet = attachment(f'filename="{encoded("別紙3-2.xlsx")}"'.encode(), book, kind=XLSX)
    return posted(framed("multipart/mixed", letter, sheet, mark="m"), sender)


def by_another_writer(book: bytes, sender: str) -> bytes:
    """Give a message of Outlook that another program than the tests' own wrote."""
    message = MapiMessage.create("提出", "別紙のとおり")
    message.set_property(PropertyId.SENDER_EMAIL_ADDRESS, sender)
    message.set_property(PropertyId.MESSAGE_DELIVERY_TIME, datetime(2026, 11, 5, 0, 30, tzinfo=UTC))
    message.add_attachment("別紙3-2.xlsx", book)
    return bytes(message.to_bytes())


def in_winmail(book: bytes, sender: str) -> bytes:
    content = wrapped(attached(book, {LONG_NAME: "別紙3-2.xlsx"}))
    part = attachment(b"filename=winmail.dat", content, kind="application/ms-tnef")
    return posted(framed("multipart/mixed", text("提出します"), part, mark="m"), sender)

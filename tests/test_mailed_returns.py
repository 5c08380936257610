"""Returns that came by mail, through the whole run."""

from pathlib import Path

from inboxes import good, load, put, roster, settings_for, table
from posted import attachment, compound, mail, named

from pipeline.outlook import read_message
from pipeline.run import aggregate


def outlook(name: str, content: bytes) -> bytes:
    """Give a message as Outlook saves one that was dragged onto a folder: no transport headers."""
    within = "__attach_version1.0_#00000000"
    times = (
        bytes(32)
        + bytes.fromhex("4000060E06000000")
        + (134_067_582_000_000_000).to_bytes(8, "little")
    )
    return compound(
        {
            ("__substg1.0_0037001F",): "提出します".encode("utf-16-le"),
            ("__substg1.0_5D01001F",): "Tanto@city.example.jp".encode("utf-16-le"),
            ("__substg1.0_1000001F",): "別紙のとおり".encode("utf-16-le"),
            ("__properties_version1.0",): times,
            (within, "__substg1.0_3707001F"): name.encode("utf-16-le"),
            (within, "__substg1.0_37010102"): content,
            (within, "__properties_version1.0"): bytes(8),
        }
    )


def test_a_message_of_outlook() -> None:
    message = read_message(outlook("別紙3-2.xlsx", b"x" * 5000), 9)
    assert message.subject.rstrip("\0") == "提出します"
    ((name, content, of_letter),) = message.attachments
    assert (name.rstrip("\0"), content, of_letter) == ("別紙3-2.xlsx", b"x" * 5000, False)


def test_returns_by_mail_count_like_those_beside_them(tmp_path: Path) -> None:
    form = load()
    put(
        tmp_path,
        {
            "名簿.xlsx": roster(("1", "若葉市"), ("2", "白雲町"), ("3", "青葉市")),
            "提出.eml": mail(
                attachment(named("別紙3-2.xlsx"), good("若葉市", form)), subject="=1+1"
            ),
            "message.msg": outlook("様式.xlsx", good("白雲町", form)),
            "空.eml": mail(),
        },
    )
    aggregate(settings_for(tmp_path))
    rows = {row["file"]: row for row in table(tmp_path, "files")}
    assert {path: row["state"] for path, row in rows.items()} == {
        "message.msg": "ignored",
        "message.msg!様式.xlsx": "counted",
        "名簿.xlsx": "ignored",
        "提出.eml": "ignored",
        "提出.eml!別紙3-2.xlsx": "counted",
        "空.eml": "ignored",
    }
    assert rows["提出.eml!別紙3-2.xlsx"]["received"] == "2026-11-05T09:30:00+09:00"
    assert rows["提出.eml!別紙3-2.xlsx"]["sender"] == "tanto@city.aoba.example.jp"
    assert rows["提出.eml!別紙3-2.xlsx"]["subject"].startswith("'")
    assert rows["message.msg!様式.xlsx"]["sender"] == "tanto@city.example.jp"
    assert rows["message.msg!様式.xlsx"]["received"].startswith("2025-")


def test_the_mail_received_later_counts(tmp_path: Path) -> None:
    """Not where it was only passed on later: then nobody knows which return is the newer one."""
    form = load()
    old, new = "Mon, 02 Nov 2026 09:00:00 +0900", "Tue, 03 Nov 2026 09:00:00 +0900"
    for subject, states in (("提出", {"superseded", "counted"}), ("FW: 提出", {"counted"})):
        folder = tmp_path / str(len(subject))
        put(
            folder,
            {
                "名簿.xlsx": roster(("1", "若葉市")),
                "b.eml": mail(
                    attachment(named("様式.xlsx"), good("若葉市", form)), date=old, subject=subject
                ),
                "a.eml": mail(
                    attachment(named("様式.xlsx"), good("若葉市", form, "③")),
                    date=new,
                    subject=subject,
                ),
            },
        )
        aggregate(settings_for(folder))
        rows = {row["file"]: row["state"] for row in table(folder, "files")}
        assert {rows["b.eml!様式.xlsx"], rows["a.eml!様式.xlsx"]} == states
        if len(states) > 1:
            assert rows["a.eml!様式.xlsx"] == "counted"

"""Returns that came by mail, through the whole run."""

import os
from pathlib import Path

import pytest
from inboxes import good, load, put, roster, settings_for, table
from posted import attachment, compound, mail, named

from pipeline.inbox.discover import discover
from pipeline.inbox.outlook import read_message
from pipeline.run import aggregate
from pipeline.settings import Limits

pytestmark = pytest.mark.workbook_once


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
    (attached,) = message.attachments
    assert (attached.name, attached.of_letter) == ("別紙3-2.xlsx", False)
    assert attached.content == b"x" * 5000


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


OLD, NEW = "Mon, 02 Nov 2026 09:00:00 +0900", "Tue, 03 Nov 2026 09:00:00 +0900"
AFTER = "Thu, 05 Nov 2099 09:00:00 +0900"
SAVED = 1_794_300_000  # 10 November 2026
BOTH = {"a.eml!様式.xlsx": "counted", "b.eml!様式.xlsx": "counted"}  # B511 asks which one


@pytest.mark.parametrize(
    ("subject", "older", "newer", "dates", "states"),
    [
        ("提出", OLD, NEW, (OLD, NEW), {**BOTH, "b.eml!様式.xlsx": "superseded"}),
        # The receipt counts, whatever the sender's clock says.
        ("提出", NEW, OLD, (OLD, NEW), {**BOTH, "a.eml!様式.xlsx": "superseded"}),
        ("提出", "", "", (OLD, NEW), BOTH),
        ("提出", OLD, "", (OLD, NEW), BOTH),
        ("提出", OLD, AFTER, (OLD, NEW), BOTH),
        ("FW: 提出", OLD, NEW, (OLD, NEW), BOTH),
        ("[list 3] Fwd: 提出", OLD, NEW, (OLD, NEW), BOTH),
    ],
    ids=["receipt", "against Date", "Date alone", "one receipt", "future", "FW", "list"],
)
def test_only_a_receipt_tells_which_mail_is_the_later(
    tmp_path: Path,
    subject: str,
    older: str,
    newer: str,
    dates: tuple[str, str],
    states: dict[str, str],
) -> None:
    form = load()

    def sent(answer: str, receipt: str, date: str) -> bytes:
        book = attachment(named("様式.xlsx"), good("若葉市", form, answer))
        return mail(book, date=date, received=filter(None, [receipt]), subject=subject)

    put(
        tmp_path,
        {
            "名簿.xlsx": roster(("1", "若葉市")),
            "b.eml": sent("①", older, dates[0]),
            "a.eml": sent("③", newer, dates[1]),
        },
    )
    for file in (tmp_path / "inbox").iterdir():
        os.utime(file, (SAVED, SAVED))
    aggregate(settings_for(tmp_path))
    rows = {row["file"]: row for row in table(tmp_path, "files")}
    assert {path: rows[path]["state"] for path in states} == states
    told = "判断には使っていません" in rows["a.eml"]["reason"]
    assert told is (newer in {"", AFTER})


def test_a_wrong_clock_does_not_move_the_month(tmp_path: Path) -> None:
    """The month stands at its newest file, not at what some sender's clock says."""
    book = attachment(named("様式.xlsx"), good("若葉市", load()))
    put(tmp_path, {"a.eml": mail(book, date=AFTER), "b.eml": mail(book, received=[AFTER])})
    inbox = discover(tmp_path / "inbox", month="2026-11", limits=Limits())
    assert inbox.as_of < "2099"

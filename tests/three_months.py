"""Three months of returns: what changes, is put off, kept, broken, taken back and left unsaid.

The story is told in threads: what one item says from month to month. Every respondent answers
with the same threads, shifted, so that each stands in every category sooner or later.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sample.forms import Ids, Look, ReturnedForm, pages
from sample.hands import Entry, Way, Written
from sample.workbooks import plain_table, xlsx

from pipeline.model import Checklist, Status

MONTHS = ("2026-09", "2026-10", "2026-11")
Meaning = tuple[Status, str]

_MEANT = {
    "①": Status.DONE, "②": Status.PLANNED, "③": Status.NOT_PLANNED, "": Status.BLANK,
    "○": Status.UNCLEAR, "対象外": Status.NOT_APPLICABLE,
}  # fmt: skip
# What stands in the cell in each month, and the month that a ② promises (empty: none).
_THREADS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("①", ""), ("①", ""), ("①", "")),
    (("②（11月）", "2026-11"), ("②（11月）", "2026-11"), ("①", "")),  # kept
    (("②（12月）", "2026-12"), ("②（12月）", "2026-12"), ("②（12月）", "2026-12")),
    (("②（9月）", "2026-09"), ("②（9月）", "2026-09"), ("①", "")),  # done, but late
    (("②（10月）", "2026-10"), ("②（12月）", "2026-12"), ("②（3月）", "2027-03")),  # put off twice
    (("②（10月）", "2026-10"), ("②（10月）", "2026-10"), ("②（10月）", "2026-10")),  # broken
    (("③", ""), ("②（1月）", "2027-01"), ("①", "")),  # kept before its time
    # A month without year stays in the year it was first said for: June is past, not next June.
    (("②（6月）", "2026-06"), ("②（6月）", "2026-06"), ("②（6月）", "2026-06")),
    (("①", ""), ("①", ""), ("②（12月）", "2026-12")),  # back again
    (("②（12月）", "2026-12"), ("③", ""), ("③", "")),  # taken back
    (("", ""), ("①", ""), ("①", "")),
    (("②（○月）", ""), ("②（3月）", "2027-03"), ("②（2月）", "2027-02")),  # dated, then earlier
    (("①", ""), ("①", ""), ("○", "")),  # nobody can tell any more
    (("○", ""), ("③", ""), ("③", "")),
    (("対象外", ""), ("対象外", ""), ("①", "")),
    (("②（11月）", "2026-11"), ("②（○月）", ""), ("②（○月）", "")),  # the month is left out
    (("③", ""), ("③", ""), ("", "")),
)  # fmt: skip
# Said for the first time in October, 6月 is next June.
_LATER = {("②（6月）", "2026-10"): "2027-06"}
_LOOK = Look(label="団体名")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One respondent of the story. ``months`` are those in which something is sent.

    ``repeats`` is a month in which the file of the month before is sent once more.
    """

    code: str
    name: str
    role: str
    shift: int
    months: tuple[str, ...] = MONTHS
    repeats: str = ""
    look: Look = _LOOK


MEMBERS = (
    Member(code="131001", name="若葉市", role="推進主体", shift=0),
    Member(code="131002", name="白雲町", role="推進主体", shift=5),
    Member(
        code="131003", name="紅野市", role="推進主体", shift=9, repeats="2026-11",
        look=Look(label="自治体名", ids=Ids.NARROW, rows_above=2),
    ),
    Member(code="131004", name="藍原村", role="推進主体", shift=2, months=MONTHS[1:]),
    Member(code="900001", name="青浜サービス株式会社", role="サービス提供者", shift=7),
    Member(
        code="900002", name="緑川データ株式会社", role="都市OS提供者", shift=12, months=MONTHS[:2],
    ),
    # Silent in October: what was said in September holds in November.
    Member(
        code="900003", name="雲海機器株式会社", role="アセット提供者", shift=4,
        months=(MONTHS[0], MONTHS[2]),
    ),
)  # fmt: skip
_MINUTES = timedelta(minutes=7)


def write_year(folder: Path, checklist: Checklist) -> tuple[str, ...]:
    """Write each month's mail into ``folder``/YYYY-MM/inbox and give the months.

    Same checklist, same bytes and times. The months are meant for one outbox, run in order.
    """
    for month in MONTHS:
        inbox = folder / month / "inbox"
        inbox.mkdir(parents=True, exist_ok=True)
        sent = {f"{m.name}_{month}.xlsx": _form(m, month, checklist) for m in senders(month)}
        sent["名簿.xlsx"] = _roster()
        first = datetime(int(month[:4]), int(month[5:]), 10, 1, 0, tzinfo=UTC)
        for number, (name, content) in enumerate(sent.items()):
            (inbox / name).write_bytes(content)
            moment = (first + number * _MINUTES).timestamp()
            os.utime(inbox / name, (moment, moment))
    return MONTHS


def senders(month: str) -> tuple[Member, ...]:
    """Give who sends something in a month."""
    return tuple(member for member in MEMBERS if month in member.months)


def year_answers(checklist: Checklist) -> Mapping[tuple[str, str, str], Meaning]:
    """Give status and due month meant, by month, respondent's code and item id."""
    return {
        (month, member.code, item.id): (entry.status, entry.due)
        for month in MONTHS
        for member in senders(month)
        for item, entry in zip(
            checklist.items, _entries(member, month, checklist), strict=True
        )
    }  # fmt: skip


def _entries(member: Member, month: str, checklist: Checklist) -> tuple[Entry, ...]:
    place = MONTHS.index(month) - (month == member.repeats)
    return tuple(
        _entry(*_THREADS[(number + member.shift) % len(_THREADS)][place], member.months[0])
        for number in range(len(checklist.items))
    )


def _entry(text: str, due: str, first: str) -> Entry:
    due = _LATER.get((text, first), due)
    status = _MEANT[text if text in _MEANT else text[:1]]
    written = Written(way=Way.TEXT if text else Way.UNTOUCHED, text=text)
    return Entry(written=written, note="", status=status, due=due)


def _form(member: Member, month: str, checklist: Checklist) -> bytes:
    entries = _entries(member, month, checklist)
    form = ReturnedForm(respondent=member.name, entries=entries, look=member.look)
    return xlsx(pages(form, checklist), checklist)


def _roster() -> bytes:
    header = ("団体コード", "団体名", "別名", "役割", "対象分野", "担当", "メール", "除外")
    rows = [(m.code, m.name, "", m.role, "", "", f"{m.code}@example.jp", "") for m in MEMBERS]
    return plain_table("名簿", (header, *rows))

"""Two months of three prefectures and a ministry, played with the functions behind the commands.

Each prefecture counts its own municipalities and seals the month; the ministry counts the bundles,
asks back through the prefectures, and counts again. In the second month promises have fallen due,
and one bundle was opened and saved on its way.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

from sample.forms import Look, ReturnedForm, pages
from sample.hands import Entry, Way, Written
from sample.official import without_clock
from sample.workbooks import plain_table, xlsx

from pipeline.cli.report import seal_lines, sendback_lines, summary_lines
from pipeline.inbox.close import carry_out, plan_close
from pipeline.loop.seal import seal
from pipeline.loop.sendback import send_back
from pipeline.model import Status
from pipeline.run import aggregate
from pipeline.texts.calendar import JAPAN
from story.scenes import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pipeline.model import Checklist
    from pipeline.settings import Settings

MONTHS = ("2026-11", "2026-12")
MINISTRY = "国"
PLANNED = "②（12月）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A municipality and how it answers, month by month: a mark for three of four items.

    The others are ①; ``first`` is what stands at the first item. None: nothing was sent.
    """

    code: str
    name: str
    marks: tuple[str | None, str | None]
    first: tuple[str, str] = ("①", "①")


PREFECTURES: Mapping[str, tuple[Town, ...]] = {
    "青海県": (
        Town(code="120011", name="若浜市", marks=("①", "①")),
        Town(code="120029", name="東雲町", marks=(PLANNED, "①"), first=("", "③")),
        Town(code="120037", name="霧山村", marks=("③", "③")),
    ),
    "白峰県": (
        Town(code="130010", name="常磐木市", marks=(PLANNED, PLANNED)),
        Town(code="130028", name="灯台町", marks=("①", "①"), first=("②○月", "①")),
    ),
    "翠原県": (
        Town(code="140015", name="汐見市", marks=("①", "①")),
        Town(code="140023", name="丘野町", marks=(PLANNED, "①")),
        Town(code="140031", name="谷川村", marks=(None, "③")),
    ),
}
TOWNS = tuple(town for towns in PREFECTURES.values() for town in towns)


def play_tiers(folder: Path, settings: Settings, checklist: Checklist) -> Iterator[Scene]:
    """Play the months below ``folder``, an inbox and an outbox for each office; give each scene."""
    offices = {
        name: replace(settings, inbox=folder / name / "inbox", outbox=folder / name / "outbox",
                      office=name, pivot=False)
        for name in (*PREFECTURES, MINISTRY)
    }  # fmt: skip
    for name, own in offices.items():
        _roster(own.inbox, PREFECTURES.get(name, TOWNS))
    for number, month in enumerate(MONTHS):
        now = {name: replace(own, month=month) for name, own in offices.items()}
        for name, towns in PREFECTURES.items():
            _returns(now[name].inbox, towns, number, checklist)
            yield _counted(now[name], "県の集計")
            yield _sealed(now[name], now[MINISTRY].inbox, number, day=28)
        if number:
            yield _spoiled(now[MINISTRY], "白峰県", number)
            yield _sealed(now["白峰県"], now[MINISTRY].inbox, number, day=29)
            yield _counted(
                now[MINISTRY],
                "国の集計（2か月目。対応予定の履行状況に、12月に予定された項目が出ます）",
            )
            break
        yield _counted(now[MINISTRY], "国の集計（3県のまとまりを1件ずつ数えます）")
        yield _asked(now[MINISTRY])
        package = now[MINISTRY].outbox / month / "差戻し" / "差戻し_青海県.zip"
        yield _handed_on(now["青海県"], package)
        yield _answered(now["青海県"], "東雲町", checklist)
        yield _counted(now["青海県"], "県の集計し直し（差戻し票の反映）")
        yield _sealed(now["青海県"], now[MINISTRY].inbox, number, day=30)
        yield _counted(now[MINISTRY], "国の集計し直し（新しいまとまりだけを数えます）")
        for own in now.values():
            carry_out(plan_close(own.inbox, own.outbox, month).moves, own.inbox)


def _roster(inbox: Path, towns: tuple[Town, ...]) -> None:
    inbox.mkdir(parents=True, exist_ok=True)
    rows = [("団体コード", "団体名"), *((town.code, town.name) for town in towns)]
    _put(inbox / "名簿.xlsx", plain_table("名簿", tuple(rows)), 0, 1)


def _returns(inbox: Path, towns: tuple[Town, ...], number: int, checklist: Checklist) -> None:
    for town in towns:
        mark = town.marks[number]
        if mark is None:
            continue
        others = (mark if place % 4 else "①" for place in range(1, len(checklist.items)))
        marks = (town.first[number], *others)
        entries = tuple(
            Entry(
                written=Written(way=Way.TEXT if text else Way.UNTOUCHED, text=text),
                note="該当する機器がないため" if text == "③" else "",
                status=Status.DONE,  # what was meant: the sample's own record, not read here
            )
            for text in marks
        )
        form = ReturnedForm(respondent=town.name, entries=entries, look=Look(label="団体名"))
        _put(inbox / f"別紙3-2_{town.name}.xlsx", xlsx(pages(form, checklist), checklist), number)


def _put(path: Path, content: bytes, number: int, day: int = 20) -> None:
    """Write a file as of a day of the month: a story has a calendar of its own."""
    path.write_bytes(content)
    moment = datetime(int(MONTHS[number][:4]), int(MONTHS[number][5:]), day, 10, tzinfo=JAPAN)
    os.utime(path, (moment.timestamp(), moment.timestamp()))


def _counted(now: Settings, heading: str) -> Scene:
    result = aggregate(now)
    _title, *lines = summary_lines(result)
    return Scene(
        month=now.month,
        heading=f"{now.office}: {heading}",
        command=f"torimatome aggregate --month {now.month}",
        lines=tuple(line.strip() for line in lines[:-1]),
        look=(result.workbook,),
    )


def _sealed(now: Settings, above: Path, number: int, *, day: int) -> Scene:
    result = seal(now, sealed_at=f"{now.month}-{day}T17:00:00+09:00")
    sent = above / f"{now.office}_提出用_{now.month}_{day}日.zip"
    _put(sent, result.path.read_bytes(), number, day)
    return Scene(
        month=now.month,
        heading=f"{now.office}: 上位機関への提出",
        command=f"torimatome seal --month {now.month}",
        lines=tuple(line.strip() for line in list(seal_lines(result))[1:]),
        look=(result.path, sent),
    )


def _asked(now: Settings) -> Scene:
    result = send_back(now)
    return Scene(
        month=now.month,
        heading=f"{now.office}: 県を通した差戻し",
        command=f"torimatome sendback --month {now.month}",
        lines=tuple(line.strip() for line in sendback_lines(result)),
        look=tuple(sorted(result.folder.glob("*.zip"))),
    )


def _handed_on(now: Settings, package: Path) -> Scene:
    _put(now.inbox / f"国から_{package.name}", package.read_bytes(), 0, 28)
    aggregate(now)
    result = send_back(now)
    return Scene(
        month=now.month,
        heading=f"{now.office}: 国からの差戻しを、県の差戻し票に合わせる",
        command=f"torimatome sendback --month {now.month}",
        lines=tuple(line.strip() for line in sendback_lines(result)),
        look=(result.folder,),
    )


def _answered(now: Settings, town: str, checklist: Checklist) -> Scene:
    import openpyxl  # noqa: PLC0415 - heavy, and only this scene needs it

    (slip,) = (now.outbox / now.month / "差戻し").rglob(f"差戻し_{town}.xlsx")
    book = openpyxl.load_workbook(slip, rich_text=True)
    sheet: Any = book["差戻し票"]
    first = checklist.items[0].id
    row = next(cell.row for cell in sheet["A"] if str(cell.value or "").startswith(f"{first}："))
    sheet.cell(row, 6).value = "②（12月）"
    saved = io.BytesIO()
    book.save(saved)
    _put(now.inbox / slip.name, without_clock(saved.getvalue()), 0, 29)
    return Scene(
        month=now.month,
        heading=f"{now.office}: {town}が差戻し票に回答",
        command="",
        lines=(f"{first} に「②（12月）」と記入され、受信フォルダに置きました。",),
        look=(now.inbox / slip.name,),
    )


def _spoiled(now: Settings, office: str, number: int) -> Scene:
    """Let a bundle be opened, changed and packed again on its way."""
    (path,) = now.inbox.glob(f"{office}_*.zip")
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["returns/0001.json"] = parts["returns/0001.json"].replace(
        b'"status":"planned"', b'"status":"done"'
    )
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    _put(path, without_clock(packed.getvalue()), number, 28)
    result = aggregate(now)
    refused = [f for f in result.findings if f.code == "B515"]
    return Scene(
        month=now.month,
        heading=f"{now.office}: 途中で開いて直されたまとまりは、全体を使いません",
        command=f"torimatome aggregate --month {now.month}",
        lines=tuple(f"{finding.message} {finding.fix}" for finding in refused),
        look=(result.workbook,),
    )

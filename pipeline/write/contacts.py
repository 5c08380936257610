"""連絡の順: whom to ask first, and by how much that narrows the headline figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model.counts import FIRM
from pipeline.write.finding_table import finding_line, list_begins
from pipeline.write.findings import severity_label
from pipeline.write.names import CONTACTS_SHEET

if TYPE_CHECKING:
    from pipeline.model.plan import Contact
    from pipeline.model.report import Report
    from pipeline.write.book import Book, Sheet

TOP = 4  # 0-based row of the first body
_WAY = "一覧"  # the way to 要確認, which the workbook for the mail does not have
_COLUMNS = {  # head and width
    "順": 6,
    "重要度": 12,
    "団体名": 26,
    "お願い・確認すること": 58,
    "決まる回答": 11,
    "ここまでの幅\n（ポイント）": 13,
    _WAY: 11,
    "連絡先": 26,
}
MAILED = 100  # lines of the workbook for the mail; nobody prints more
NOBODY = "回答者に聞くこと、確かめることはありません。"


def has_contacts(report: Report) -> bool:
    """Tell whether the sheet is written: the public edition has nobody to ask."""
    return bool(report.contacts) and not report.public


def write_contacts(book: Book, report: Report) -> None:
    """Write 連絡の順: one line a body, those whose reply settles most on top."""
    sheet = book.sheet(CONTACTS_SHEET)
    columns = {head: width for head, width in _COLUMNS.items() if head != _WAY or not book.only}
    sheet.columns(*columns.values())
    last = len(columns) - 1
    sheet.heading(CONTACTS_SHEET, _lead(report), last=last)
    for place, head in enumerate(columns):
        sheet.text(TOP - 1, place, head, "head")
    sheet.height(TOP - 1, 36)
    row, firm, lines = TOP, report.ranges[0].firm, list_begins(report)
    shown = report.contacts[:MAILED] if book.only else report.contacts
    for number, one in enumerate(shown, start=1):
        _write_contact(sheet, row, number, one, lines)
        row += 1
        if not firm and one.width < FIRM:
            firm = True
            row = _write_firm(sheet, row, report, one, last)
    rest = len(report.contacts) - len(shown)
    if rest:
        told = f"ほか {rest:,}団体は、集計表の「{CONTACTS_SHEET}」にあります。"
        sheet.merge(row, 0, row, last, told, "total_text")
    sheet.raw.freeze_panes(TOP, 3)
    sheet.page(repeat=(TOP - 1, TOP - 1))


def _lead(report: Report) -> str:
    whole = report.ranges[0]
    if whole.least is None or whole.most is None:
        return NOBODY
    return (
        f"返事で決まる回答が多い順です。対応済み率は、いま {whole.least:.1%}～{whole.most:.1%}"
        f"（幅 {whole.width:.1f}ポイント）のあいだのどこかです。上から順に返事がそろうと、"
        "「ここまでの幅」まで縮まります。幅が 1ポイントを切れば、率は固まったとみてかまいません。"
        "決まる回答が 0 の団体は、率は動かないが、直してもらうことか目で確かめることがあります。"
    )


def _write_contact(sheet: Sheet, row: int, number: int, one: Contact, lines: int) -> None:
    sheet.number(row, 0, number)
    sheet.text(row, 1, severity_label(one.severity), f"severity_{one.severity.value}")
    sheet.text(row, 2, one.name, "text")
    asks = "\n".join(one.asks)
    sheet.text(row, 3, asks, "text")
    sheet.number(row, 4, one.settles)
    sheet.number(row, 5, one.width, "points")
    contact = 6
    if not sheet.book.only:
        write_way(sheet, row, contact, one, lines)
        contact += 1
    sheet.text(row, contact, one.contact, "text")
    sheet.fit(row, ((2, one.name), (3, asks), (contact, one.contact)))


def write_way(sheet: Sheet, row: int, column: int, one: Contact, lines: int) -> None:
    """Write the link to the first line of a body on 要確認, whose list begins at row ``lines``."""
    if one.lines:
        sheet.link(row, column, finding_line(lines, one.lines[0]), "要確認へ", "celllink")
    else:
        sheet.text(row, column, "－", "center")


def _write_firm(sheet: Sheet, row: int, report: Report, one: Contact, last: int) -> int:
    """Say that the rest no longer matters for the figure; give the next row."""
    told = (
        f"ここまでで {report.ranges[0].width:.1f} → {one.width:.1f} ポイント。"
        "集計は固まっています（残りの返事で率はほとんど動きません）。"
    )
    sheet.merge(row, 0, row, last, told, "total_text")
    sheet.height(row, 24)
    return row + 1

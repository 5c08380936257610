"""連絡の順: whom to ask first, and by how much that narrows the headline figure."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any

import numpy as np

from pipeline.frame.columns import Coded, Frame
from pipeline.model.counts import FIRM
from pipeline.model.plan import Contact
from pipeline.model.report import Report
from pipeline.write.book import ROWS, Book, Sheet
from pipeline.write.finding_table import finding_line, list_begins
from pipeline.write.findings import severity_cell
from pipeline.write.listing import Column, Links, Styled
from pipeline.write.names import CONTACTS_SHEET
from pipeline.write.tables import lines_of, of, put_table

TOP = 4  # 0-based row of the first body
MAILED = 100  # lines of the workbook for the mail; nobody prints more
NOBODY = "回答者に聞くこと、確かめることはありません。"


def has_contacts(report: Report) -> bool:
    """Tell whether the sheet is written: the public edition has nobody to ask."""
    return bool(report.contacts) and not report.public


def write_contacts(book: Book, report: Report) -> None:
    """Write 連絡の順: one line a body, those whose reply settles most on top."""
    sheet = book.sheet(CONTACTS_SHEET)
    columns = _columns(book, list_begins(report))
    sheet.columns(*(each.width for each in columns))
    last = len(columns) - 1
    sheet.heading(CONTACTS_SHEET, _lead(report), last=last)
    sheet.height(TOP - 1, 36)
    shown = report.contacts[:MAILED] if book.only else report.contacts
    lines = [*enumerate(shown, start=1)]
    firm = None  # how many have to answer until the rest no longer matters
    if not report.ranges[0].firm:
        firm = next((number for number, one in lines if one.width < FIRM), None)
    row = put_table(sheet, TOP - 1, columns, lines[:firm])
    if firm is not None:
        row = _write_firm(sheet, row, report, shown[firm - 1], last)
        sheet.listing(row, columns, lines_of(lines[firm:]))
        row += len(lines) - firm
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


def _columns(book: Book, first: int) -> list[Column]:
    """Give the columns of numbered contacts; ``first`` is the row of the first line of 要確認."""

    def asked(make: Callable[[Contact], Any]) -> Callable[[Frame], Coded]:
        return of(lambda line: make(line[1]))

    def links(frame: Frame) -> Links:
        ways = asked(lambda one: first + one.lines[0] - 1 if one.lines else -1)(frame)
        places = np.array(ways.values, np.int64)[ways.codes]
        return Links(lines=places, sheets=["'要確認'!A"], rows=ROWS)

    way = Column("一覧", 11, "", asked(_way), links=links)
    return [
        Column("順", 6, "number", of(itemgetter(0))),
        Column("重要度", 12, "", asked(lambda one: severity_cell(one.severity))),
        Column("団体名", 26, "text", asked(lambda one: one.name), wraps=True),
        Column(
            "お願い・確認すること", 58, "text", asked(lambda one: "\n".join(one.asks)), wraps=True
        ),
        Column("決まる回答", 11, "number", asked(lambda one: one.settles)),
        Column("ここまでの幅\n（ポイント）", 13, "points", asked(lambda one: one.width)),
        *([] if book.only else [way]),  # the workbook for the mail does not have 要確認
        Column("連絡先", 26, "text", asked(lambda one: one.contact), wraps=True),
    ]


def _way(one: Contact) -> Styled:
    return Styled("要確認へ", "celllink") if one.lines else Styled("－", "center")


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

"""The people of the story at work: they fill in the product's own files and send their own.

What is handed out is opened, filled in and saved as people do it, so that drop-downs, protection
and hidden marks go through a program that is not this one.
"""

import io
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sample.forms import ReturnedForm, pages
from sample.hands import Entry, Way, Written
from sample.official import without_clock
from sample.workbooks import csv_bytes, plain_table, xlsx

from pipeline.model import Checklist
from story.meant import Meant, file_of, slip_file, slip_line
from story.tables import (
    DECISIONS,
    MEMBERS,
    MONTHS,
    NOT_ASKED,
    SLIPS,
    By,
    Decision,
    Line,
    Member,
    Slip,
    item_of,
    member_of,
    senders,
)

ROSTER = "名簿.xlsx"
_FORM_ITEM, _FORM_MARK, _FORM_NOTE = 2, 3, 4  # columns, from 1
_SLIP_ITEM, _SLIP_MARK, _SLIP_NOTE = 1, 6, 7
_REVIEW_HEADS = 4  # row, from 1
_APART = timedelta(minutes=7)
# Days of the month on which mail comes: slips that were overtaken, forms, slips of last month,
# slips of this one.
_EARLY, _FORMS, _LATE, _SLIPS = 5, 10, 12, 22


def write_roster(inbox: Path) -> Path:
    """Put 名簿.xlsx into the inbox."""
    header = ("団体コード", "団体名", "別名", "役割", "対象分野", "担当", "メール", "除外")
    rows = [
        (m.code, m.name, "", m.role, "", f"{m.name} 担当", _mail(m.code) if m.mail else "", "")
        for m in MEMBERS
    ]
    code, name, role, why = NOT_ASKED
    content = plain_table(
        "名簿", (header, *rows, (code, name, "", role, "", "", _mail(code), why))
    )  # fmt: skip
    return _saved(inbox / ROSTER, content, datetime(2026, 9, 1, tzinfo=UTC))


def _mail(code: str) -> str:
    return f"{code}@example.jp"


def send_forms(
    inbox: Path, month: str, handed: Mapping[str, Path], told: Meant, checklist: Checklist
) -> tuple[Path, ...]:
    """Put what comes back in a month into the inbox, and give the files in the order they come.

    ``handed`` are the forms handed out, by respondent's code. With them come the slips of the
    month before that were late.
    """
    first = datetime(int(month[:4]), int(month[5:]), _FORMS, 1, tzinfo=UTC)
    sent = []
    for number, member in enumerate(senders(month)):
        lines = told.to_write[month, member.code]
        by, moment = member.in_month(month).by, first + number * _APART
        if by in {By.FORM, By.UNPROTECTED}:
            content = _form_filled(
                handed[member.code], lines, checklist, unprotected=by is By.UNPROTECTED
            )
        elif by is By.AGAIN:
            last = MONTHS[MONTHS.index(month) - 1]
            content = (inbox / last / file_of(member, last, checklist)).read_bytes()
        else:
            content = _own_form(member, month, lines, checklist, moment)
        path = inbox / file_of(member, month, checklist)
        sent.append(_saved(path, content, moment))
    return tuple(sent)


def send_slips(
    inbox: Path, month: str, issued: Mapping[str, Path], told: Meant, checklist: Checklist
) -> tuple[Path, ...]:
    """Put the slips of ``issued`` (folders 差戻し/ by month) that come in this month into inbox/.

    Those of this month where ``month`` is in ``issued``, else those of earlier ones.
    """
    sent = []
    for number, slip in enumerate(coming(month, issued)):
        day = _SLIPS if slip.month == month else _LATE if slip.late else _EARLY
        moment = datetime(int(month[:4]), int(month[5:]), day, 1, tzinfo=UTC) + number * _APART
        content = _slip_filled(issued[slip.month], slip, told, checklist, moment)
        sent.append(_saved(inbox / slip_file(slip), content, moment))
    return tuple(sent)


def coming(month: str, issued: Mapping[str, Path]) -> tuple[Slip, ...]:
    """Give the slips of ``issued`` that come in a month, in the order they come."""
    return tuple(slip for slip in SLIPS if slip.comes == month and slip.month in issued)


def decide(form: Path, month: str, checklist: Checklist) -> tuple[Decision, ...]:
    """Write the month's decisions into 確認票 and save it; give them.

    ValueError where a decision's finding is not there to be decided on.
    """
    import openpyxl  # noqa: PLC0415 - heavy, and only the story needs it

    book: Any = openpyxl.load_workbook(form)
    columns = {str(cell.value): cell.column for cell in book["確認票"][_REVIEW_HEADS] if cell.value}
    rows = {
        tuple(_text(sheet, row, columns[head]) for head in ("団体名", "項目", "コード")): (
            sheet,
            row,
        )
        for sheet in (book["内訳"], book["確認票"])  # one by one what shares a line with others
        for row in range(_REVIEW_HEADS + 1, sheet.max_row + 1)
    }
    taken = tuple(decision for decision in DECISIONS if decision.month == month)
    for decision in taken:
        key = (
            member_of(decision.code).name, item_of(decision, checklist), decision.finding,
        )  # fmt: skip
        if key not in rows:
            raise ValueError(f"確認票 has no line for {key}")
        entries = {
            "判断": decision.verdict.value, "修正後の回答": decision.answer,
            "修正後の予定月": decision.due, "理由": decision.reason,
            "担当": decision.by, "日付": decision.on,
        }  # fmt: skip
        sheet, row = rows[key]
        for head, text in entries.items():
            sheet.cell(row, columns[head]).value = text or None
    book.save(form)
    return taken


def _text(sheet: Any, row: int, column: int) -> str:
    return str(sheet.cell(row, column).value or "").split("\n", maxsplit=1)[0]


def _form_filled(
    handed: Path, lines: Mapping[str, Line], checklist: Checklist, *, unprotected: bool
) -> bytes:
    """Give the form handed out with these lines written over what stands there."""
    import openpyxl  # noqa: PLC0415 - heavy, and only the story needs it

    book: Any = openpyxl.load_workbook(handed, rich_text=True)
    sheet = book["チェックシート"]
    rows = _item_rows(sheet, _FORM_ITEM, checklist)
    for item, line in lines.items():
        sheet.cell(rows[item], _FORM_MARK).value = line.text or None
        sheet.cell(rows[item], _FORM_NOTE).value = line.note or None
    if unprotected:
        sheet.protection.disable()
        for name in list(book.custom_doc_props.names):
            del book.custom_doc_props[name]
    return _bytes(book)


def _slip_filled(
    folder: Path, slip: Slip, told: Meant, checklist: Checklist, moment: datetime
) -> bytes:
    """Give a slip as it was sent out, with day and the lines that its respondent answers."""
    import openpyxl  # noqa: PLC0415 - heavy, and only the story needs it

    name = member_of(slip.code).name
    book = openpyxl.load_workbook(folder / name / f"差戻し_{name}.xlsx", rich_text=True)
    sheet: Any = book["差戻し票"]
    rows = _item_rows(sheet, _SLIP_ITEM, checklist)
    for item in told.asked[slip.month, slip.code]:
        line = slip_line(slip, item, checklist)
        if line is not None:
            sheet.cell(rows[item], _SLIP_MARK).value = line.text
            sheet.cell(rows[item], _SLIP_NOTE).value = line.note or None
    for cell in sheet["A"]:
        if cell.value in checklist.date_labels:
            cell.offset(column=1).value = _day(moment)
    return _bytes(book)


def _item_rows(sheet: Any, column: int, checklist: Checklist) -> dict[str, int]:
    """Give the row of each item of a form or slip."""
    known = {item.id for item in checklist.items}
    return {
        item: row
        for row in range(1, sheet.max_row + 1)
        if (item := str(sheet.cell(row, column).value or "").partition("：")[0]) in known
    }


def _day(moment: datetime) -> str:
    return f"{moment:%Y/%m/%d}"


def _own_form(
    member: Member,
    month: str,
    lines: Mapping[str, Line],
    checklist: Checklist,
    moment: datetime,
) -> bytes:
    """Give the file that a respondent has typed again in a layout of its own."""
    entries = tuple(
        _entry(lines[item.id], member.spelled(lines[item.id].text, month))
        for item in checklist.items
    )
    filled_on = _day(moment) if member.look.date_label else ""
    form = ReturnedForm(
        respondent=member.name, entries=entries, look=member.look, filled_on=filled_on
    )
    laid = pages(form, checklist)
    if member.in_month(month).by is By.CSV:
        return csv_bytes(laid[0], checklist)
    return xlsx(laid, checklist)


def _entry(line: Line, text: str) -> Entry:
    written = Written(way=Way.TEXT if text else Way.UNTOUCHED, text=text)
    return Entry(written=written, note=line.note, status=line.status, due=line.due)


def _bytes(book: Any) -> bytes:
    memory = io.BytesIO()
    book.save(memory)
    return without_clock(memory.getvalue())


def _saved(path: Path, content: bytes, moment: datetime) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (moment.timestamp(), moment.timestamp()))
    return path

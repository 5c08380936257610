"""The long lists a person works through: 対応予定, 補足説明."""

from collections.abc import Callable

import numpy as np

from pipeline.frame.columns import Coded, Frame, taken, together
from pipeline.model import Status
from pipeline.model.raw import column_letters
from pipeline.model.report import DueMonth, Report
from pipeline.write.book import Book, Sheet
from pipeline.write.list_columns import (
    by_length,
    long_or_not,
    or_dash,
    put_list,
    role,
    to_detail,
)
from pipeline.write.listing import Column, Styled
from pipeline.write.promises import PROMISES_SHEET, has_promises
from pipeline.write.style import LABELS, SYMBOLS
from pipeline.write.tables import numbered
from pipeline.write.totals import (
    STATUS_HEADS,
    STATUSES,
    countifs,
    how_counted,
    quoted,
    status_styles,
)

DUE_TOP = 5  # 0-based row of the first month on 対応予定; the chart of 概況 refers to it
NO_MONTH = "月の記載なし"


def write_planned(book: Book, report: Report, answers: Frame, promises: Frame) -> None:
    """Write 対応予定: planned answers by month and category, then one by one."""
    sheet = book.sheet("対応予定")
    columns = _planned_columns(book, report, promises)
    sheet.columns(*(column.width for column in columns))
    categories = report.checklist.categories
    last = max(10, len(categories) + 1)
    lead = (
        f"②これから対応予定の回答です。{how_counted(book)}"
        "一覧は、期限を過ぎたもの、予定月の早い順、月の記載がないものの順です。"
    )
    if has_promises(report):
        lead += f"①になったものも含めた経過は「{PROMISES_SHEET}」にあります。"
    sheet.heading("対応予定", lead, last=10)
    sheet.section(DUE_TOP - 2, "予定月 × 分野（件数）", last=last)
    for place, head in enumerate(("予定月", *categories, "計")):
        sheet.text(DUE_TOP - 1, place, head, "head")
    sheet.fit(DUE_TOP - 1, list(enumerate(("予定月", *categories), start=0)))
    _write_months(sheet, report)
    top = DUE_TOP + len(report.due_months) + 4
    sheet.section(top - 2, f"対応予定の一覧（{len(report.planned):,}件）", last=last)
    rows = taken(answers, list(report.planned))
    for part, first, _ in put_list(sheet, top, "tbl_planned", columns, rows):
        part.page(paper="A3", repeat=(first - 1, first - 1))


def due_label(line: DueMonth) -> str:
    """Name a month of ②, as 対応予定 and 概況 show it."""
    late = "（期限超過）" if line.overdue else ""
    return f"{line.month}{late}" if line.month else NO_MONTH


def _write_months(sheet: Sheet, report: Report) -> None:
    size, bottom = len(report.checklist.categories), DUE_TOP + len(report.due_months) - 1
    right = column_letters(size)
    planned = ("回答", quoted(LABELS[Status.PLANNED]))
    for row, line in enumerate(report.due_months, start=DUE_TOP):
        sheet.text(row, 0, due_label(line), "total_text")
        for place, category in enumerate(report.checklist.categories, start=1):
            criteria = [("分野", quoted(category)), planned]
            name = column_letters(place)
            if line.month:
                # The asterisk keeps spreadsheets from reading 2026-12 as a date.
                criteria.insert(0, ("予定月", f'"{line.month}*"'))
                formula = countifs(*criteria)
            elif row > DUE_TOP:
                formula = f"{countifs(*criteria)}-SUM({name}{DUE_TOP + 1}:{name}{row})"
            else:
                formula = countifs(*criteria)
            sheet.count(row, place, formula, line.by_category[place - 1])
        formula = f"=SUM(B{row + 1}:{right}{row + 1})"
        sheet.count(row, size + 1, formula, sum(line.by_category), "total_number")
    sheet.text(bottom + 1, 0, "合計", "total_text")
    sums = [sum(column) for column in zip(*(m.by_category for m in report.due_months), strict=True)]
    for place, value in enumerate((*sums, sum(sums)), start=1):
        name = column_letters(place)
        formula = f"=SUM({name}{DUE_TOP + 1}:{name}{bottom + 1})"
        sheet.count(bottom + 1, place, formula, value, "total_number")


def _planned_columns(book: Book, report: Report, promises: Frame) -> list[Column]:
    # The counts by month stand over the same columns, so these are of like width.
    lines = promises["line"]
    places = np.full(len(report.answers) + 1, len(lines))  # of the promise of each answer
    there = lines.where(lambda line: line is not None)
    places[[line for line in lines if line is not None]] = np.flatnonzero(there)

    def promised(field: str) -> Callable[[Frame], Coded]:
        known = promises[field]
        codes = np.append(known.codes.astype(np.int64), len(known.values))
        none = None if field == "slips" else ""
        told = Coded((*known.values, none), codes[places])
        return lambda rows: told.take([*rows["line"]])

    first_due = promised("first_due")
    return [
        Column("予定月", 19, "center", lambda rows: rows["due"].of(or_dash)),
        Column(
            "状況", 14, "", lambda rows: rows["due"].of(lambda due: _urgency(due, report.month))
        ),
        Column("団体名", 26, "text", "respondent", wraps=True),
        Column("役割", 17, "text", role, wraps=True),
        Column("分野", 18, "text", "category", wraps=True),
        Column("項目ID", 18, "text", "item_id", wraps=True),
        Column("要確認コード", 15, "text", "findings", wraps=True),
        to_detail(book, 14),
        Column("チェック欄の記載", 20, "", by_length("mark"), wraps=True),
        Column("項目", 44, "text", "item", wraps=True),
        Column("補足説明", 46, "", lambda rows: long_or_not(_noted(rows)), wraps=True),
        Column("初めの予定月", 13, "center", lambda rows: first_due(rows).of(or_dash)),
        Column("延期の回数", 11, "number", promised("slips")),
        Column("超過の始まり", 13, "center", promised("overdue_since")),
    ]


def _noted(rows: Frame) -> Coded:
    return together(lambda note, empty: "" if empty else note, rows["note"], rows["note_empty"])


def _urgency(due: str, month: str) -> Styled:
    if not due:
        return Styled("？ 月なし", "status_unclear")
    if due < month:
        return Styled("■ 期限超過", "severity_要修正")
    return Styled("▲ 今月", "severity_要確認") if due == month else Styled("・ 今後", "center")


NO_NOTES = "この版には、補足説明欄の記載も分類ごとの件数も載せていません。"


def write_notes(book: Book, report: Report, answers: Frame) -> None:
    """Write 補足説明: counts by tag, then every note."""
    sheet = book.sheet("補足説明")
    columns = _note_columns(book)
    sheet.columns(*(column.width for column in columns))
    lead = (
        "補足説明欄の記載と、セルに付けられたコメントです（空欄や「特になし」などを除きます）。分類は文中の言葉から付けています。"
        "一つの記載に複数の分類が付くことがあります。分類の件数は作成時の値です。"
        "長い記載は行の高さを抑えています。セルを選ぶと全文が読めます。"
    )
    sheet.heading("補足説明", NO_NOTES if report.public else lead, last=9)
    row = _write_tags(sheet, report, 3)
    top = row + 2
    size = "" if report.public else f"（{len(report.notes):,}件）"
    sheet.section(top - 2, f"補足説明の一覧{size}", last=10)
    rows = taken(answers, list(report.notes))
    for part, first, _ in put_list(sheet, top, "tbl_notes", columns, rows):
        part.page(paper="A3", repeat=(first - 1, first - 1))


def _note_columns(book: Book) -> list[Column]:
    # The counts by tag stand above, so these are of like width.
    return [
        Column("No.", 14, "number", numbered),
        Column("団体名", 26, "text", "respondent", wraps=True),
        Column("役割", 18, "text", role, wraps=True),
        Column("分野", 18, "text", "category", wraps=True),
        Column("項目ID", 18, "text", "item_id", wraps=True),
        Column(
            "回答", 16, "",
            lambda rows: rows["status"].of(
                lambda s: Styled(f"{SYMBOLS[s]} {LABELS[s]}", f"status_{s.value}")
            ),
        ),
        Column(
            "分類", 22, "text",
            lambda rows: rows["tags"].of(lambda tags: "、".join(tags.split())),
            wraps=True,
        ),
        to_detail(book, 12),
        Column("項目", 40, "text", "item", wraps=True),
        Column("補足説明", 60, "", by_length("note"), wraps=True),
        Column("コメント", 28, "", by_length("comment"), wraps=True),
    ]  # fmt: skip


def _write_tags(sheet: Sheet, report: Report, top: int) -> int:
    """Write the counts by tag and give the row after them."""
    if not report.tags:
        return top
    sheet.section(top, "分類別の件数", last=10)
    heads = ("分類", *STATUS_HEADS, "計")
    styles = ["head", *status_styles(), "head"]
    for place, (head, style) in enumerate(zip(heads, styles, strict=True)):
        sheet.text(top + 1, place, head, style)
    for row, line in enumerate(report.tags, start=top + 2):
        sheet.text(row, 0, line.tag, "total_text")
        for place, status in enumerate(STATUSES, start=1):
            sheet.number(row, place, line.counts.of(status))
        sheet.number(row, 7, line.counts.total, "total_number")
    return top + len(report.tags) + 3

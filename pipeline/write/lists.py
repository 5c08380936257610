"""The long lists a person works through: 回収状況, 対応予定, 補足説明."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.frame.columns import taken, together
from pipeline.model import Status
from pipeline.write.list_columns import (
    by_length,
    long_or_not,
    numbered,
    or_dash,
    put_list,
    role,
    to_detail,
)
from pipeline.write.listing import Column, Styled
from pipeline.write.promises import PROMISES_SHEET, has_promises
from pipeline.write.style import BAR_DONE, BAR_OTHER, LABELS, SYMBOLS
from pipeline.write.totals import (
    NO_ROLE,
    STATUS_HEADS,
    STATUSES,
    bars,
    countifs,
    how_counted,
    letters,
    quoted,
    status_styles,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.frame.columns import Coded, Frame
    from pipeline.model.report import DueMonth, Report
    from pipeline.write.book import Book, Sheet
    from pipeline.write.table import Field

RETURN_SYMBOLS = {
    "未提出": ("×", "severity_要修正"),
    "要再提出": ("■", "severity_要修正"),
    "確認待ち": ("？", "severity_要修正"),
    "未記入": ("▲", "severity_要確認"),
    "提出済み": ("●", "status_done"),
    "集計対象外": ("－", "severity_参考"),
}
_RETURN_HEADS = (
    "No.", "状態", "団体名", "役割", "団体コード", "記入率", "読み取れた割合", "対応済み率",
    "■ 要修正", "▲ 要確認", "記入日", "ファイル更新日", "ファイル", "説明", "連絡先", "提出番号",
)  # fmt: skip
_RECEIPT_HEADS = ("受領日時", "期限")  # the last two; left out where no line has anything in them
_PUNCTUAL_STYLES = {"期限後": "severity_要確認", "期限内": "ok"}


def write_returns(book: Book, report: Report) -> None:
    """Write 回収状況: every respondent asked, 未提出 on top."""
    sheet = book.sheet("回収状況")
    receipt = any(line.received or line.punctual for line in report.returns)
    heads = _RETURN_HEADS + (_RECEIPT_HEADS if receipt else ())
    sheet.columns(6, 13, 28, 23, 14, 11, 11, 13, 10, 10, 12, 13, 34, 36, 30, 9, 17, 9)
    figures = report.figures
    lead = (
        "団体ごとの提出の状況です。"
        "上から、未提出、要再提出、確認待ち、未記入、提出済みの順に並べています。"
    )
    if figures.asked is None:
        lead += (
            "名簿がないため、未提出の団体は分かりません。inbox に 名簿.xlsx を置くと表示します。"
        )
    else:
        lead += (
            f"{report.turnout.line}、回収率 {figures.return_share or 0:.1%}です。"
            "記入率は、読み取れたかどうかによらず何か書かれている項目の割合、"
            "読み取れた割合は、①②③などと読めた項目の割合です。"
        )
    if receipt:
        lead += "受領日時はメールの受信日時です。期限は、メールで届いていないものは「不明」です。"
    sheet.heading("回収状況", lead, last=12)
    top = 4
    sheet.table(top - 1, 0, len(report.returns), heads, "tbl_returns")
    for row, line in enumerate(report.returns, start=top):
        person, mark = line.respondent, RETURN_SYMBOLS[line.state]
        sheet.number(row, 0, row - top + 1)
        sheet.text(row, 1, f"{mark[0]} {line.state}", mark[1])
        for place, text in enumerate((person.name, person.role or NO_ROLE, person.id), start=2):
            sheet.text(row, place, text, "text")
        shares = (
            ("記入率", line.counts and line.counts.filled_share),
            ("読み取れた割合", line.counts and line.counts.read_share),
            ("対応済み率", line.counts and line.counts.done_share),
        )
        for place, (head, share) in enumerate(shares, start=5):
            if line.counts is None or line.number is None:
                sheet.text(row, place, "", "percent")
                continue
            formula = f"=SUMIFS(tbl_respondents[{head}],tbl_respondents[提出番号],{line.number})"
            sheet.count(row, place, formula, share or 0, "percent")
        sheet.number(row, 8, line.findings.fix)
        sheet.number(row, 9, line.findings.check)
        texts = (line.filled_on, line.modified[:10], line.file, line.reason, line.contact)
        for place, text in enumerate(texts, start=10):
            sheet.text(row, place, text, "text" if place > 11 else "center")
        sheet.number(row, 15, line.number)
        if receipt:
            sheet.text(row, 16, line.received[:16].replace("T", " "), "center")
            sheet.text(row, 17, line.punctual, _PUNCTUAL_STYLES.get(line.punctual, "center"))
        wrapped = (2, person.name), (3, person.role)
        sheet.fit(row, (*wrapped, (12, line.file), (13, line.reason), (14, line.contact)))
    bottom = top + max(len(report.returns), 1) - 1
    bars(sheet, top, bottom, 5, BAR_OTHER)
    bars(sheet, top, bottom, 6, BAR_OTHER)
    bars(sheet, top, bottom, 7, BAR_DONE)
    sheet.raw.ignore_errors({"number_stored_as_text": f"E{top + 1}:E{bottom + 1}"})
    sheet.raw.freeze_panes(top, 3)
    sheet.page(paper="A3", repeat=(top - 1, top - 1))


DUE_TOP = 5  # 0-based row of the first month on 対応予定; the chart of 概況 refers to it
NO_MONTH = "月の記載なし"


def write_planned(book: Book, report: Report, answers: Frame) -> None:
    """Write 対応予定: planned answers by month and category, then one by one."""
    sheet = book.sheet("対応予定")
    columns = _planned_columns(book, report)
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
    right = letters(size)
    planned = ("回答", quoted(LABELS[Status.PLANNED]))
    for row, line in enumerate(report.due_months, start=DUE_TOP):
        sheet.text(row, 0, due_label(line), "total_text")
        for place, category in enumerate(report.checklist.categories, start=1):
            criteria = [("分野", quoted(category)), planned]
            name = letters(place)
            if line.month:
                # The asterisk keeps spreadsheets from reading 2026-12 as a date.
                criteria.insert(0, ("予定月", f'"{line.month}*"'))
                formula = "=" + countifs(*criteria)
            elif row > DUE_TOP:
                formula = f"={countifs(*criteria)}-SUM({name}{DUE_TOP + 1}:{name}{row})"
            else:
                formula = "=" + countifs(*criteria)
            sheet.count(row, place, formula, line.by_category[place - 1])
        formula = f"=SUM(B{row + 1}:{right}{row + 1})"
        sheet.count(row, size + 1, formula, sum(line.by_category), "total_number")
    sheet.text(bottom + 1, 0, "合計", "total_text")
    sums = [sum(column) for column in zip(*(m.by_category for m in report.due_months), strict=True)]
    for place, value in enumerate((*sums, sum(sums)), start=1):
        name = letters(place)
        formula = f"=SUM({name}{DUE_TOP + 1}:{name}{bottom + 1})"
        sheet.count(bottom + 1, place, formula, value, "total_number")


def _planned_columns(book: Book, report: Report) -> list[Column]:
    # The counts by month stand over the same columns, so these are of like width.
    promises = {(p.respondent_id, p.item_id): p for p in report.months.promises}

    def promised(field: str) -> Callable[[Frame], Coded]:
        none = None if field == "slips" else ""

        def told(person: str, item: str) -> Field:
            promise = promises.get((person, item))
            return getattr(promise, field) if promise else none

        return lambda rows: together(told, rows["respondent_id"], rows["item_id"])

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

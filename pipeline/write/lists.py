"""The long lists a person works through: 回収状況, 対応予定, 要確認, 補足説明."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pipeline.model import Severity, Status
from pipeline.write.columns import detail_row, part_name
from pipeline.write.lines import Line, Link
from pipeline.write.promises import PROMISES_SHEET
from pipeline.write.style import BAR_DONE, BAR_OTHER, LABELS, SEVERITY_SYMBOLS, SYMBOLS
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
    from collections.abc import Mapping, Sequence

    from pipeline.model.history import Promise
    from pipeline.model.report import AnswerRow, Report, ReportedLine
    from pipeline.write.book import Book, Sheet
    from pipeline.write.pivot.model import Cell

RETURN_SYMBOLS = {
    "未提出": ("×", "severity_要修正"),
    "要再提出": ("■", "severity_要修正"),
    "確認待ち": ("？", "severity_要修正"),
    "未記入": ("▲", "severity_要確認"),
    "提出済み": ("●", "status_done"),
    "集計対象外": ("－", "severity_参考"),
}
_RETURN_HEADS = (
    "No.", "状態", "団体名", "役割", "団体コード", "記入率", "対応済み率", "■ 要修正", "▲ 要確認",
    "記入日", "ファイル更新日", "ファイル", "説明", "連絡先", "提出番号",
)  # fmt: skip


def absent(report: Report) -> str:
    """Say how many of those asked have no answer that counts, and how many of them sent a file."""
    came = Counter(line.state for line in report.returns)
    states = [(state, came[state]) for state in ("要再提出", "確認待ち") if came[state]]
    missing = (report.figures.missing or 0) - sum(count for _, count in states)
    return "・".join(f"{state} {count:,}団体" for state, count in [("未提出", missing), *states])


def write_returns(book: Book, report: Report) -> None:
    """Write 回収状況: every respondent asked, 未提出 on top."""
    sheet = book.sheet("回収状況")
    sheet.columns(7, 15, 34, 24, 14, 11, 13, 11, 11, 13, 15, 44, 44, 30, 11)
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
            f"対象 {figures.asked:,}団体のうち {absent(report)}、"
            f"回収率 {figures.return_share or 0:.1%}です。"
        )
    sheet.heading("回収状況", lead, last=11)
    top = 4
    sheet.table(top - 1, 0, len(report.returns), _RETURN_HEADS, "tbl_returns")
    for row, line in enumerate(report.returns, start=top):
        person, mark = line.respondent, RETURN_SYMBOLS[line.state]
        sheet.number(row, 0, row - top + 1)
        sheet.text(row, 1, f"{mark[0]} {line.state}", mark[1])
        for place, text in enumerate((person.name, person.role or NO_ROLE, person.id), start=2):
            sheet.text(row, place, text, "text")
        for place, head in ((5, "記入率"), (6, "対応済み率")):
            if line.counts is None or line.number is None:
                sheet.text(row, place, "", "percent")
                continue
            share = line.counts.filled_share if place == 5 else line.counts.done_share
            formula = f"=SUMIFS(tbl_respondents[{head}],tbl_respondents[提出番号],{line.number})"
            sheet.count(row, place, formula, share or 0, "percent")
        sheet.number(row, 7, line.findings.fix)
        sheet.number(row, 8, line.findings.check)
        texts = (line.filled_on, line.modified[:10], line.file, line.reason, line.contact)
        for place, text in enumerate(texts, start=9):
            sheet.text(row, place, text, "text" if place > 10 else "center")
        sheet.number(row, 14, line.number)
        sheet.fit(
            row,
            ((2, person.name), (3, person.role), (11, line.file), (12, line.reason),
             (13, line.contact)),
        )  # fmt: skip
        sheet.done(row)
    bottom = top + max(len(report.returns), 1) - 1
    bars(sheet, top, bottom, 5, BAR_OTHER)
    bars(sheet, top, bottom, 6, BAR_DONE)
    sheet.raw.ignore_errors({"number_stored_as_text": f"E{top + 1}:E{bottom + 1}"})
    sheet.raw.freeze_panes(top, 3)
    sheet.page(paper="A3", repeat=(top - 1, top - 1))


DUE_TOP = 5  # 0-based row of the first month on 対応予定; the chart of 概況 refers to it
NO_MONTH = "月の記載なし"
_PLANNED_HEADS = (
    "予定月", "状況", "団体名", "役割", "分野", "項目ID", "要確認コード", "明細",
    "チェック欄の記載", "項目", "補足説明", "初めの予定月", "延期の回数", "超過の始まり",
)  # fmt: skip
# The counts by month stand over the same columns, so these are of like width.
_PLANNED_WIDTHS = (22, 18, 28, 22, 22, 20, 18, 18, 22, 46, 50, 13, 11, 13)


def write_planned(book: Book, report: Report) -> None:
    """Write 対応予定: planned answers by month and category, then one by one."""
    sheet = book.sheet("対応予定")
    sheet.columns(*_PLANNED_WIDTHS)
    categories = report.checklist.categories
    last = max(10, len(categories) + 1)
    lead = (
        f"②これから対応予定の回答です。{how_counted(book)}"
        "一覧は、期限を過ぎたもの、予定月の早い順、月の記載がないものの順です。"
        f"①になったものも含めた経過は「{PROMISES_SHEET}」にあります。"
    )
    sheet.heading("対応予定", lead, last=10)
    sheet.section(DUE_TOP - 2, "予定月 × 分野（件数）", last=last)
    for place, head in enumerate(("予定月", *categories, "計")):
        sheet.text(DUE_TOP - 1, place, head, "head")
    sheet.fit(DUE_TOP - 1, list(enumerate(("予定月", *categories), start=0)))
    _write_months(sheet, report)
    top = DUE_TOP + len(report.due_months) + 4
    promises = {(p.respondent_id, p.item_id): p for p in report.months.promises}
    sheet.section(top - 2, f"対応予定の一覧（{len(report.planned):,}件）", last=last)
    for part, start in enumerate(range(0, max(len(report.planned), 1), book.rows - top)):
        chosen = report.planned[start : start + book.rows - top]
        if part:
            sheet, top = book.sheet(part_name("対応予定", part)), 1
            sheet.columns(*_PLANNED_WIDTHS)
        name = f"tbl_planned_{part + 1}" if part else "tbl_planned"
        sheet.table(top - 1, 0, len(chosen), _PLANNED_HEADS, name)
        sheet.lines(top, (_plan(sheet, index, report, promises) for index in chosen))
        sheet.page(paper="A3", repeat=(top - 1, top - 1))


def _write_months(sheet: Sheet, report: Report) -> None:
    size, bottom = len(report.checklist.categories), DUE_TOP + len(report.due_months) - 1
    right = letters(size)
    planned = ("回答", quoted(LABELS[Status.PLANNED]))
    for row, line in enumerate(report.due_months, start=DUE_TOP):
        late = "（期限超過）" if line.overdue else ""
        sheet.text(row, 0, f"{line.month}{late}" if line.month else NO_MONTH, "total_text")
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


def _plan(
    sheet: Sheet, index: int, report: Report, promises: Mapping[tuple[str, str], Promise]
) -> Line:
    answer = report.answers[index]
    promise = promises.get((answer.respondent_id, answer.item_id))
    role, note = answer.role or NO_ROLE, "" if answer.note_empty else answer.note
    cells = (
        (answer.due or "－", "center"),
        _urgency(answer, report.month),
        (answer.respondent, "text"),
        (role, "text"),
        (answer.category, "text"),
        (answer.item_id, "text"),
        (answer.findings, "text"),
        ("明細へ", "celllink"),
        (answer.mark, "long"),
        (answer.item, "text"),
        (note, "long"),
        ((promise.first_due if promise else "") or "－", "center"),
        (promise.slips if promise else None, "number"),
        (promise.overdue_since if promise else "", "center"),
    )
    points = sheet.points(
        (
            (2, answer.respondent), (3, role), (4, answer.category), (5, answer.item_id),
            (6, answer.findings), (8, answer.mark), (9, answer.item), (10, note),
        )
    )  # fmt: skip
    return Line(cells, points, (Link(7, detail_row(index, sheet.book.rows)),))


def _urgency(answer: AnswerRow, month: str) -> tuple[str, str]:
    if not answer.due:
        return "？ 月なし", "status_unclear"
    if answer.overdue:
        return "■ 期限超過", "severity_要修正"
    if answer.due == month:
        return "▲ 今月", "severity_要確認"
    return "・ 今後", "center"


_FINDING_HEADS = (
    "No.", "重要度", "コード", "団体名", "項目ID", "内容", "書かれていた内容", "説明", "直し方",
    "明細", "ファイル", "シート", "セル", "件数",
)  # fmt: skip
_FINDING_WIDTHS = (7, 13, 9, 24, 20, 32, 28, 56, 46, 10, 38, 18, 16, 9)


def write_findings(book: Book, report: Report) -> None:
    """Write 要確認: the gravest findings first, those of one cause on one line."""
    found = report.figures.findings
    lead = (
        f"■ 要修正 {found.fix:,}件（回答者に直してもらうもの）、▲ 要確認 {found.check:,}件"
        f"（目で見て判断するもの）、・ 参考 {found.info:,}件（対応は要りません）です。"
        "同じファイルの同じ指摘は1行にまとめ、「件数」に数を出しています"
        "（1件ずつは data/findings.csv の line 列で分かります）。"
        "見出しの▼で団体やコードを絞り込めます。"
        "長い文は行の高さを抑えています。セルを選ぶと全文が読めます。"
    )
    size = book.rows - 4
    for part, start in enumerate(range(0, max(len(report.lines), 1), size)):
        sheet = book.sheet(part_name("要確認", part))
        sheet.columns(*_FINDING_WIDTHS)
        sheet.heading("要確認", lead, last=8)
        chosen = report.lines[start : start + size]
        name = f"tbl_findings_{part + 1}" if part else "tbl_findings"
        sheet.table(3, 0, len(chosen), _FINDING_HEADS, name)
        sheet.lines(4, (_finding(sheet, *pair) for pair in enumerate(chosen, start=start + 1)))
        sheet.raw.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.raw.freeze_panes(4, 5)  # whose finding it is stays in sight
        sheet.page(paper="A3", repeat=(3, 3))


def _finding(sheet: Sheet, number: int, entry: ReportedLine) -> Line:
    found, place = entry.shown, entry.shown.location
    texts = (
        found.respondent, found.item_id, found.title, found.written,
        found.problem or found.message, found.fix,
    )  # fmt: skip
    cells: Sequence[tuple[Cell, str]] = (
        (number, "number"),
        (severity_label(found.severity), f"severity_{found.severity.value}"),
        (found.code, "center"),
        *[(text, "long" if len(text) > 200 else "text") for text in texts],
        ("－", "center") if entry.answer is None else ("明細へ", "celllink"),
        (place.file, "text"),
        (place.sheet, "text"),
        (place.cell, "text"),
        (len(entry.findings), "number"),
    )
    points = sheet.points(
        (*enumerate(texts, start=3), (10, place.file), (11, place.sheet), (12, place.cell))
    )
    if entry.answer is None:
        return Line(cells, points)
    return Line(cells, points, (Link(9, detail_row(entry.answer, sheet.book.rows)),))


def severity_label(severity: Severity) -> str:
    """Give a severity with its symbol."""
    return f"{SEVERITY_SYMBOLS[severity]} {severity.value}"


_NOTE_HEADS = (
    "No.", "団体名", "役割", "分野", "項目ID", "回答", "分類", "明細", "項目", "補足説明",
    "コメント",
)  # fmt: skip


NO_NOTES = "この版には、補足説明欄の記載も分類ごとの件数も載せていません。"


def write_notes(book: Book, report: Report) -> None:
    """Write 補足説明: counts by tag, then every note."""
    sheet = book.sheet("補足説明")
    widths = (20, 30, 22, 22, 20, 18, 24, 12, 44, 64, 40)  # the counts by tag stand above
    sheet.columns(*widths)
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
    room = book.rows - top
    for part, start in enumerate(range(0, max(len(report.notes), 1), room)):
        chosen = report.notes[start : start + room]
        if part:
            sheet, top = book.sheet(part_name("補足説明", part)), 1
            sheet.columns(*widths)
        name = f"tbl_notes_{part + 1}" if part else "tbl_notes"
        sheet.table(top - 1, 0, len(chosen), _NOTE_HEADS, name)
        numbered = enumerate(chosen, start=start + 1)
        sheet.lines(top, (_note(sheet, number, index, report) for number, index in numbered))
        sheet.page(paper="A3", repeat=(top - 1, top - 1))


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


def _note(sheet: Sheet, number: int, index: int, report: Report) -> Line:
    answer = report.answers[index]
    role, tags = answer.role or NO_ROLE, "、".join(answer.tags.split())
    label = f"{SYMBOLS[answer.status]} {LABELS[answer.status]}"
    cells = (
        (number, "number"),
        (answer.respondent, "text"),
        (role, "text"),
        (answer.category, "text"),
        (answer.item_id, "text"),
        (label, f"status_{answer.status.value}"),
        (tags, "text"),
        ("明細へ", "celllink"),
        (answer.item, "text"),
        (answer.note, "long"),
        (answer.comment, "long"),
    )
    points = sheet.points(
        (
            (1, answer.respondent), (2, role), (3, answer.category), (4, answer.item_id),
            (6, tags), (8, answer.item), (9, answer.note), (10, answer.comment),
        )
    )  # fmt: skip
    return Line(cells, points, (Link(7, detail_row(index, sheet.book.rows)),))

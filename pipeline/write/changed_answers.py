"""変わった回答: every answer that is another than in the month compared with, one by one."""

from collections.abc import Callable

from pipeline.frame.columns import Coded, Frame
from pipeline.model.history import Movement
from pipeline.model.report import Report
from pipeline.texts.calendar import month_words
from pipeline.write.book import Book, Sheet
from pipeline.write.changes import MEANINGS
from pipeline.write.list_columns import put_list, to_detail
from pipeline.write.listing import Column, Styled
from pipeline.write.style import SYMBOLS
from pipeline.write.tables import numbered

CHANGED_SHEET = "変わった回答"
MOVEMENTS = {
    Movement.IMPROVED: ("↑ 進んだ", "ok"),
    Movement.REGRESSED: ("↓ 後戻り", "bad"),
    Movement.POSTPONED: ("→ 先送り", "severity_要確認"),
    Movement.ADVANCED: ("← 前倒し", "ok"),
    Movement.CHANGED: ("・ 変更", "center"),
}


def has_changed_answers(report: Report) -> bool:
    """Tell whether there is anything to list one by one."""
    return bool(report.months.changes)


def write_changed_answers(book: Book, report: Report, changes: Frame) -> None:
    """Write 変わった回答, a sheet of its own: thousands of bodies have thousands of lines."""
    before, now = month_words(report.months.compared_with), month_words(report.month)
    lead = f"{before}と{now}の両方に提出した団体の、変わった回答です。{MEANINGS}"
    columns = _change_columns(book)
    sheet = book.sheet(CHANGED_SHEET)
    sheet.columns(*(column.width for column in columns))

    def head(sheet: Sheet) -> int:
        sheet.heading(CHANGED_SHEET, lead, last=len(columns) - 1)
        sheet.section(3, f"変わった回答の一覧（{len(changes['line']):,}件）", last=len(columns) - 1)
        return 5

    for part, top, _ in put_list(sheet, head(sheet), "tbl_changes", columns, changes, head=head):
        part.page(repeat=(top - 1, top - 1))
        part.raw.freeze_panes(top, 4)


def _change_columns(book: Book) -> list[Column]:
    def symbol(name: str) -> Callable[[Frame], Coded]:
        return lambda rows: rows[name].of(lambda s: Styled(SYMBOLS[s], f"status_{s.value}"))

    return [
        Column("No.", 7, "number", numbered),
        Column(
            "動き", 13, "",
            lambda rows: rows["movement"].of(lambda movement: Styled(*MOVEMENTS[movement])),
        ),
        Column("項目ID", 20, "text", "item_id", wraps=True),
        Column("団体名", 34, "text", "respondent", wraps=True),
        Column("前の回答", 10, "", symbol("old_status")),
        Column("前の予定月", 13, "center", "old_due"),
        Column("今の回答", 10, "", symbol("new_status")),
        Column("今の予定月", 13, "center", "new_due"),
        to_detail(book, 10),
    ]  # fmt: skip

"""明細: the long table, one row per submission and item, made for machines.

One head row, no merged cells, no formulas, no notes above; code and label apart; blank is not 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.write.columns import (
    COLUMNS,
    DETAIL_SHEET,
    DETAIL_TABLE,
    HEADS,
    detail_cells,
    part_name,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model.report import Report
    from pipeline.write.book import Book
    from pipeline.write.pivot.model import Cell


def write_detail(book: Book, report: Report, rows: Sequence[Sequence[Cell]] | None = None) -> None:
    """Write 明細 as the Excel table every count refers to.

    ``rows`` are all its lines where the caller has made them already.
    """
    for part, start in enumerate(range(0, max(len(report.answers), 1), book.rows)):
        answers = report.answers[start : start + book.rows]
        sheet = book.sheet(part_name(DETAIL_SHEET, part), row_height=0)
        sheet.columns(*(column.width for column in COLUMNS))
        table = f"{DETAIL_TABLE}_{part + 1}" if part else DETAIL_TABLE
        sheet.table(0, 0, len(answers), HEADS, table)
        lines = (detail_cells(answer, report) for answer in answers)
        sheet.stream(1, len(HEADS), rows[start : start + book.rows] if rows else lines)
        sheet.raw.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.raw.freeze_panes(1, 4)
        sheet.page(paper="A3", repeat=(0, 0))
        sheet.raw.repeat_columns(0, 3)
        sheet.raw.fit_to_pages(2, 0)

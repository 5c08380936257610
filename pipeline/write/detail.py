"""明細: the long table, one row per submission and item, made for machines.

One head row, no merged cells, no formulas, no notes above; code and label apart; blank is not 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.write.columns import COLUMNS, DETAIL_SHEET, DETAIL_TABLE, HEADS, detail_cells

if TYPE_CHECKING:
    from pipeline.model.report import Report
    from pipeline.write.book import Book


def write_detail(book: Book, report: Report) -> None:
    """Write 明細 as the Excel table every count refers to."""
    sheet = book.sheet(DETAIL_SHEET)
    sheet.columns(*(column.width for column in COLUMNS))
    sheet.table(0, 0, len(report.answers), HEADS, DETAIL_TABLE)
    for row, answer in enumerate(report.answers, start=1):
        for place, cell in enumerate(detail_cells(answer, report)):
            if isinstance(cell, str):
                if cell:
                    sheet.text(row, place, cell)
            elif cell is not None:
                sheet.number(row, place, cell, "plain")
    sheet.raw.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    sheet.raw.freeze_panes(1, 4)
    sheet.page(paper="A3", repeat=(0, 0))

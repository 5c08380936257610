"""明細: the long table, one row per submission and item, made for machines.

One head row, no merged cells, no formulas, no notes above; code and label apart; blank is not 0.
"""

from pipeline.frame.columns import Frame
from pipeline.write.book import Book
from pipeline.write.columns import COLUMNS, DETAIL_SHEET, DETAIL_TABLE, part_name
from pipeline.write.listing import Column

_OTHER_WIDTH = 16  # of a column that the roster gives


def write_detail(book: Book, shown: Frame) -> None:
    """Write 明細 as the Excel table every count refers to. ``shown`` are its columns by head."""
    widths = {column.head: column.width for column in COLUMNS}
    columns = [Column(head, widths.get(head, _OTHER_WIDTH), "", head) for head in shown]
    rows = len(next(iter(shown.values())))
    for part, start in enumerate(range(0, max(rows, 1), book.rows)):
        some = {head: own.take(slice(start, start + book.rows)) for head, own in shown.items()}
        sheet = book.sheet(part_name(DETAIL_SHEET, part), row_height=0)
        sheet.columns(*(column.width for column in columns))
        table = f"{DETAIL_TABLE}_{part + 1}" if part else DETAIL_TABLE
        sheet.table(0, 0, min(rows - start, book.rows), [*some], table)
        sheet.listing(1, columns, some)
        sheet.raw.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.raw.freeze_panes(1, 4)
        sheet.page(paper="A3", repeat=(0, 0))
        sheet.raw.repeat_columns(0, 3)
        sheet.raw.fit_to_pages(2, 0)

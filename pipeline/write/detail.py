"""明細: the long table, one row per submission and item, made for machines.

One head row, no merged cells, no formulas, no notes above; code and label apart; blank is not 0.
Its rows are the larger part of the file. They need nothing but the columns and the numbers of
their texts, so another process puts them together and compresses them (`pack_rows`) while the
other sheets are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.write.columns import COLUMNS, DETAIL_SHEET, DETAIL_TABLE, HEADS, part_name
from pipeline.write.lines import plain_rows
from pipeline.write.table import batches
from pipeline.write.zipped import PackedFile, pack_file

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence
    from concurrent.futures import Executor, Future
    from pathlib import Path

    from pipeline.write.book import Book
    from pipeline.write.table import Column


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailRows:
    """The rows of one sheet of 明細: the cells that differ in each column, and which stands where.

    Row 1 holds the heads.
    """

    cells: tuple[tuple[str, ...], ...]
    codes: tuple[array[int], ...]


def pack_rows(rows: DetailRows, path: Path) -> PackedFile:
    """Put rows together and compress them into a file."""
    return pack_file(batches(plain_rows(2, rows.cells, rows.codes)), path)


def begin_detail(
    book: Book, columns: Sequence[Column], executor: Executor, folder: Path
) -> tuple[Future[PackedFile], ...]:
    """Have the rows of 明細 made, sheet by sheet, in files of ``folder``.

    ``columns`` are those the sheet shows. Their texts are numbered before those of other sheets.
    """
    cells = tuple(book.cells(place, column) for place, column in enumerate(columns))
    parts = [column.codes for column in columns]
    return tuple(
        executor.submit(
            pack_rows,
            DetailRows(
                cells=cells,
                codes=tuple(codes[start : start + book.rows] for codes in parts),
            ),
            folder / f"rows{start}",
        )
        for start in range(0, len(columns[0]), book.rows)
    )


def write_detail(book: Book, rows: int, made: Sequence[Future[PackedFile]]) -> None:
    """Write 明細 as the Excel table every count refers to. ``made`` are its ``rows`` rows."""
    for part, start in enumerate(range(0, max(rows, 1), book.rows)):
        size = min(rows - start, book.rows)
        sheet = book.sheet(part_name(DETAIL_SHEET, part), row_height=0)
        sheet.columns(*(column.width for column in COLUMNS))
        table = f"{DETAIL_TABLE}_{part + 1}" if part else DETAIL_TABLE
        sheet.table(0, 0, size, HEADS, table)
        if size:
            sheet.packed(1, size, len(HEADS), made[part])
        sheet.raw.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.raw.freeze_panes(1, 4)
        sheet.page(paper="A3", repeat=(0, 0))
        sheet.raw.repeat_columns(0, 3)
        sheet.raw.fit_to_pages(2, 0)

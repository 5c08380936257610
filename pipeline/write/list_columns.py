"""What the lists of a month share: common columns, and how a list goes on over several sheets."""

from collections.abc import Callable, Sequence

import numpy as np

from pipeline.frame.columns import Coded, Frame, taken
from pipeline.write.book import Book, Sheet
from pipeline.write.columns import lines_in_detail, part_name
from pipeline.write.listing import Column, Styled
from pipeline.write.tables import PLACE, put_table
from pipeline.write.totals import NO_ROLE

_LONG = 200  # letters; a longer text does not fit the tallest row


def or_dash(text: str) -> str:
    """Give a text, and a dash where there is none."""
    return text or "－"


def role(rows: Frame) -> Coded:
    """Give the roles as the lists show them."""
    return rows["role"].of(lambda name: name or NO_ROLE)


def by_length(name: str) -> Callable[[Frame], Coded]:
    """Give texts of a column: long ones show their beginning, others stand in the middle."""
    return lambda rows: long_or_not(rows[name])


def long_or_not(texts: Coded) -> Coded:
    """Give each text the style that its length calls for."""
    return texts.of(lambda text: Styled(text, "long" if len(text or "") > _LONG else "text"))


def to_detail(book: Book, width: float) -> Column:
    """Give the column that leads to the line of 明細."""
    return Column(
        "明細",
        width,
        "",
        lambda rows: rows["line"].of(
            lambda n: Styled("－", "center") if n is None else Styled("明細へ", "celllink")
        ),
        links=lambda rows: lines_in_detail(rows["line"], book.rows),
    )


def put_list(
    sheet: Sheet,
    top: int,
    table: str,
    columns: Sequence[Column],
    rows: Frame,
    *,
    head: Callable[[Sheet], int] | None = None,
) -> list[tuple[Sheet, int, int]]:
    """Write a list as an Excel table from row ``top`` on; its heads stand above.

    A longer list goes on on further sheets of the same name, below what ``head`` writes there and
    from the row on that it gives. Gives each sheet with its first row and number of rows.
    """
    book, name, written = sheet.book, sheet.name, []
    count = len(next(iter(rows.values())))
    rows = {**rows, PLACE: Coded(range(count), np.arange(count))}
    part = start = 0
    while True:
        some = taken(rows, slice(start, start + book.rows - top))
        size = len(some[PLACE])
        put_table(sheet, top - 1, columns, some, name=f"{table}_{part + 1}" if part else table)
        written.append((sheet, top, size))
        start, part = start + size, part + 1
        if start >= count:
            return written
        sheet = book.sheet(part_name(name, part))
        sheet.columns(*(column.width for column in columns))
        top = head(sheet) if head else 1

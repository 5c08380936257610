"""The order of the sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.write.detail import write_detail
from pipeline.write.record import write_record
from pipeline.write.totals import write_items

if TYPE_CHECKING:
    from pipeline.model.report import Report
    from pipeline.settings import Settings
    from pipeline.write.book import Book


def write_sheets(book: Book, report: Report, settings: Settings) -> None:
    """Write every sheet."""
    write_items(book, report)
    write_detail(book, report)
    write_record(book, report, settings)

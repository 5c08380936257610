"""The order of the sheets, as the specification fixes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.write.changes import has_changes, write_changes
from pipeline.write.codes import write_codes
from pipeline.write.columns import shown_columns
from pipeline.write.contacts import has_contacts, write_contacts
from pipeline.write.cover import write_cover
from pipeline.write.detail import write_detail
from pipeline.write.findings import write_findings
from pipeline.write.groupings import write_groupings
from pipeline.write.lists import write_notes, write_planned, write_returns
from pipeline.write.matrix import write_matrix
from pipeline.write.offices import has_offices, write_offices
from pipeline.write.overview import write_overview
from pipeline.write.pivot import PIVOT_SHEET, detail_design, detail_source, write_pivot_sheet
from pipeline.write.promises import has_promises, write_promises
from pipeline.write.record import write_record
from pipeline.write.totals import write_groups, write_items, write_respondents

if TYPE_CHECKING:
    from pipeline.model.report import Report
    from pipeline.settings import Settings
    from pipeline.write.book import Book
    from pipeline.write.frame import Frames
    from pipeline.write.pivot import PivotSource


def has_pivots(book: Book, report: Report, settings: Settings) -> bool:
    """Tell whether the month gets pivots: they count one whole 明細, never an empty one."""
    return settings.pivot and 0 < len(report.answers) <= book.rows and not report.beyond


def write_sheets(
    book: Book, report: Report, settings: Settings, frames: Frames, *, pivot: bool
) -> PivotSource | None:
    """Write every sheet; give what the pivots count, None where there are none."""
    shown = shown_columns(frames.answers)
    source = detail_source(shown) if pivot else None
    write_overview(book, report)
    write_cover(book, report, pivot=source is not None)
    if has_contacts(report):
        write_contacts(book, report)
    if has_changes(report):
        write_changes(book, report, frames.changes)
    write_returns(book, report)
    if has_offices(report):
        write_offices(book, report)
    write_items(book, report)
    write_groups(book, report)
    write_groupings(write_respondents(book, report), report)
    write_matrix(book, report, frames.answers)
    write_planned(book, report, frames.answers)
    if has_promises(report):
        write_promises(book, report, frames.promises)
    write_findings(book, report, frames.lines)
    write_notes(book, report, frames.answers)
    write_detail(book, shown)
    if source is not None:
        write_pivot_sheet(book, PIVOT_SHEET, source, detail_design(report))
    write_record(book, report, settings)
    write_codes(book, report)
    return source

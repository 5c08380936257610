"""概要版_YYYY-MM.xlsx: six sheets with values alone, small enough for the mail.

They are the sheets of the consolidated workbook, written by the same functions: no number can be
another. What they would lead to is not in the file, and is left out.
"""

from dataclasses import replace
from pathlib import Path

from pipeline.model.months import Months
from pipeline.model.plan import OVERVIEW_SHEET
from pipeline.model.report import Report
from pipeline.settings import Settings
from pipeline.write.contacts import has_contacts, write_contacts
from pipeline.write.names import CONTACTS_SHEET
from pipeline.write.overview import write_overview
from pipeline.write.respondents import write_respondents
from pipeline.write.returns import write_returns
from pipeline.write.totals import write_groups, write_items

SHEETS = (OVERVIEW_SHEET, CONTACTS_SHEET, "回収状況", "項目別集計", "分野別集計", "団体別集計")


def write_digest(report: Report, path: Path, settings: Settings) -> None:
    """Write the workbook. Trends need the sheets of other months and stay in the whole one."""
    from pipeline.write.book import Book  # noqa: PLC0415 - loads xlsxwriter
    from pipeline.write.sheets import GROUPS, page_head  # noqa: PLC0415 - the same

    shown = replace(report, months=Months())
    book = Book(
        path,
        live=False,
        edition=settings.edition_name,
        marked=settings.edition == "public",
        only=SHEETS,
    )
    book.groups, book.head = GROUPS, page_head(shown)
    book.properties(
        title=f"概要版 {shown.month}　{settings.edition_name}",
        subject=shown.checklist.title,
        comments=f"基準月 {shown.month}　収集の時点 {shown.made_at}",
        made_at=shown.made_at,
    )
    write_overview(book, shown)
    if has_contacts(shown):
        write_contacts(book, shown)
    write_returns(book, shown)
    write_items(book, shown)
    write_groups(book, shown)
    write_respondents(book, shown)
    book.close()

"""The names of what a run writes for people to read. One place makes them; nothing derives one
from another.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFiles:
    """集計, 概要版 for the mail, the month on a page and its sentences."""

    workbook: str
    digest: str
    page: str
    summary: str

    @property
    def names(self) -> tuple[str, ...]:
        """Give all of them."""
        return astuple(self)


def month_files(month: str, edition: str = "") -> MonthFiles:
    """Give the names for a month; ``edition`` begins those of the public one."""
    mark = f"{edition}_" if edition else ""
    return MonthFiles(
        workbook=f"{mark}集計_{month}.xlsx",
        digest=f"{mark}概要版_{month}.xlsx",
        page=f"{mark}報告_{month}.html",
        summary=f"{mark}要約.txt",
    )

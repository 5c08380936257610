"""Tables by columns of the roster (都道府県, 人口区分 …), below the list of 団体別集計."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.write.book import HEAD_POINTS
from pipeline.write.columns import DETAIL_TABLE, NONE_GIVEN, grouping_head
from pipeline.write.style import LABELS
from pipeline.write.totals import (
    STATUS_HEADS,
    STATUSES,
    quoted,
    respondents_top,
    status_styles,
    write_share,
)

if TYPE_CHECKING:
    from pipeline.model.report import Grouping, Report
    from pipeline.write.book import Sheet

_FIRST = 5  # the column of the first count, as in the tables above


def write_groupings(sheet: Sheet, report: Report) -> None:
    """Write a table for each grouping below the list of respondents."""
    top = respondents_top(report) + max(len(report.respondents), 1) + 2
    for one in report.groupings:
        top = _write_grouping(sheet, one, top) + 2


def _write_grouping(sheet: Sheet, one: Grouping, top: int) -> int:
    sheet.section(top, f"{one.head}別", last=_FIRST + 7)
    sheet.height(top + 1, HEAD_POINTS)
    sheet.merge(top + 1, 2, top + 1, 3, one.head, "head")
    heads = ("提出数", *STATUS_HEADS, "計", "対応済み率")
    styles = ("head", *status_styles(), "head", "head")
    for place, (head, style) in enumerate(zip(heads, styles, strict=True), start=_FIRST - 1):
        sheet.text(top + 1, place, head, style)
    where = f"{DETAIL_TABLE}[{grouping_head(one.head)}]"
    for row, total in enumerate(one.totals, start=top + 2):
        value = total.role or NONE_GIVEN
        sheet.merge(row, 2, row, 3, value, "text")
        sheet.number(row, _FIRST - 1, total.submissions)
        for place, status in enumerate(STATUSES, start=_FIRST):
            told = f"{DETAIL_TABLE}[回答],{quoted(LABELS[status])}"
            formula = f"=COUNTIFS({where},{quoted(value)},{told})"
            sheet.count(row, place, formula, total.counts.of(status))
        sheet.count(row, _FIRST + 6, f"=SUM(F{row + 1}:K{row + 1})", total.counts.total)
        write_share(sheet, row, _FIRST, total.counts)
    return top + 2 + len(one.totals)

"""The progress of the returns, day by day, below the charts of 概況."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pipeline.model import Status
from pipeline.write.charts import DATA, LABEL, font, insert_across
from pipeline.write.style import COLOURS, LINE

if TYPE_CHECKING:
    from pipeline.model.report import Report
    from pipeline.write.book import Sheet

PROGRESS_ROWS = 10


def insert_progress(sheet: Sheet, report: Report, top: int) -> int:
    """Draw how many had returned by each day; give the row after the chart.

    What is drawn stands right of the printed page.
    """
    days, place = report.progress, DATA + 6
    for offset, head in enumerate(("受領日", "累計（団体）")):
        sheet.text(2, place + offset, head, "head")
    for row, day in enumerate(days, start=3):
        sheet.text(row, place, _shown(day.day), "center")
        sheet.number(row, place + 1, day.total, "number")
    first, last = 3, len(days) + 2
    title = f"受領日ごとの累計（メールで受領日が分かる {days[-1].total:,}団体）"
    chart = sheet.book.chart({"type": "line"})
    colour = COLOURS[Status.DONE][0]
    chart.add_series(
        {
            "name": "累計",
            "categories": [sheet.name, first, place, last, place],
            "values": [sheet.name, first, place + 1, last, place + 1],
            "line": {"color": colour, "width": 2.25},
            "marker": {"type": "circle", "size": 5, "fill": {"color": colour}},
            "data_labels": {
                "value": True,
                "position": "above",
                "font": font(LABEL),
                "custom": [{"delete": True}] * (len(days) - 1),  # the last one tells all
            },
        }
    )
    chart.set_legend({"none": True})
    chart.set_x_axis({"num_font": font(LABEL), "line": {"color": LINE}, "text_axis": True})
    chart.set_y_axis(
        {
            "num_font": font(LABEL),
            "major_gridlines": {"visible": True, "line": {"color": LINE}},
            "num_format": "#,##0",
            "min": 0,
            "line": {"none": True},
        }
    )
    return insert_across(sheet, (chart, title), top, PROGRESS_ROWS)


def _shown(day: str) -> str:
    value = date.fromisoformat(day)
    return f"{value.month}/{value.day}"

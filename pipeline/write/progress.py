"""The progress of the returns, day by day, below the charts of 概況."""

from datetime import date

from pipeline.model import Status
from pipeline.model.report import Report
from pipeline.write.book import Sheet
from pipeline.write.charts import DATA, axis, insert_across, line, scale, series, told
from pipeline.write.style import COLOURS

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
    only_last = [{"delete": True}] * (len(days) - 1)  # which tells all
    labels = told(position="above", custom=only_last)
    chart.add_series(
        {
            **series("累計", sheet.name, (first, last), (place, place + 1), data_labels=labels),
            **line(COLOURS[Status.DONE][0], "circle", 5),
        }
    )
    chart.set_legend({"none": True})
    chart.set_x_axis(axis(text_axis=True))
    chart.set_y_axis(scale("#,##0", min=0))
    return insert_across(sheet, (chart, title), top, PROGRESS_ROWS)


def _shown(day: str) -> str:
    value = date.fromisoformat(day)
    return f"{value.month}/{value.day}"

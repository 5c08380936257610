"""Write a month's files: the consolidated workbook, data/ and run.json. Computes nothing.

The only place for xlsxwriter. One module per family of sheets; `book` is the shell every cell
goes through, `style` the look, `columns` the columns of 明細.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from pipeline.model.report import Report
from pipeline.settings import Settings
from pipeline.write.frame import Frames
from pipeline.write.page import write_page
from pipeline.write.summary import write_summary

LIVE_ROWS = 200_000  # beyond, counts are values: a recalculation would take minutes

__all__ = [
    "LIVE_ROWS",
    "record_outcome",
    "write",
    "write_page",
    "write_summary",
    "write_workbook",
]


def write(report: Report, folder: Path, settings: Settings) -> None:
    """Write all files of the month into ``folder``, which exists."""
    from pipeline.write.data import data_tables, write_data, write_run  # noqa: PLC0415 - pyarrow
    from pipeline.write.digest import write_digest  # noqa: PLC0415 - loads xlsxwriter
    from pipeline.write.frame import frames_of  # noqa: PLC0415 - loads numpy
    from pipeline.write.schema import write_schema  # noqa: PLC0415 - as data

    data = folder / "data"
    data.mkdir()
    frames = frames_of(report)
    write_workbook(report, folder / settings.workbook, settings, frames=frames)
    tables = data_tables(report, frames)
    written = write_data(tables, data)
    write_schema(tables, data)
    write_run(report, folder / "run.json", settings, data=written)
    write_digest(report, folder / settings.files.digest, settings)
    write_page(report, folder / settings.files.page, settings)
    write_summary(report, folder / settings.files.summary)


def record_outcome(run: Path, seconds: Mapping[str, float], files: Mapping[str, str]) -> None:
    """Add the hash of each file for people to run.json, and the seconds of each stage.

    It is the one file that two runs differ in.
    """
    content = json.loads(run.read_text(encoding="utf-8"))
    content["timing"] = {stage: round(spent, 3) for stage, spent in seconds.items()}
    content["workbooks"] = dict(files)
    text = json.dumps(content, ensure_ascii=False, indent=2)
    run.write_text(text + "\n", encoding="utf-8", newline="\n")


def write_workbook(
    report: Report,
    path: Path,
    settings: Settings,
    *,
    frames: Frames | None = None,
    live_rows: int = LIVE_ROWS,
) -> None:
    """Write the consolidated workbook. Sheets stand in the order of the specification.

    ``frames`` are those of the report where there are any yet.
    """
    from pipeline.write.book import Book  # noqa: PLC0415 - loads xlsxwriter
    from pipeline.write.frame import frames_of  # noqa: PLC0415 - loads numpy
    from pipeline.write.pivot import PIVOT_SHEET, add_pivots  # noqa: PLC0415 - the same
    from pipeline.write.sheets import GROUPS, has_pivots, page_head, write_sheets  # noqa: PLC0415 - the same
    from pipeline.write.within import within  # noqa: PLC0415 - the same

    shown = within(report, settings.detail_rows)
    if frames is None or shown is not report:
        frames = frames_of(shown)
    live = not shown.beyond and len(shown.answers) <= live_rows
    book = Book(path, live=live, edition=settings.edition_name, marked=settings.edition == "public")
    book.groups, book.head = GROUPS, page_head(shown)
    book.properties(
        title=f"集計 {shown.month}　{settings.edition_name}",
        subject=shown.checklist.title,
        comments=f"基準月 {shown.month}　収集の時点 {shown.made_at}",
        made_at=shown.made_at,
    )
    pivot = has_pivots(book, shown, settings)
    pivots = write_sheets(book, shown, settings, frames, pivot=pivot)
    if pivots is None:
        book.close()
    else:
        book.close(lambda parts: add_pivots(parts, PIVOT_SHEET, pivots))

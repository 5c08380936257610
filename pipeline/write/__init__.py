"""Write a month's files: the consolidated workbook, data/ and run.json. Computes nothing.

The only place for xlsxwriter. One module per family of sheets; `book` is the shell every cell
goes through, `style` the look, `columns` the columns of 明細.
"""

from __future__ import annotations

import gc
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pipeline.model.report import Report
    from pipeline.settings import Settings

LIVE_ROWS = 200_000  # beyond, counts are values: a recalculation would take minutes

__all__ = ["LIVE_ROWS", "record_timing", "write", "write_workbook"]


def write(report: Report, folder: Path, settings: Settings) -> None:
    """Write all files of the month into ``folder``, which exists and is empty."""
    from pipeline.write.data import write_data, write_run  # noqa: PLC0415 - loads pyarrow

    data = folder / "data"
    data.mkdir()
    with _collector_paused():
        write_data(report, data)
        write_run(report, folder / "run.json", settings)
        write_workbook(report, folder / f"集計_{report.month}.xlsx", settings)


def record_timing(run: Path, seconds: Mapping[str, float]) -> None:
    """Add the seconds of each stage to run.json, the one file that two runs differ in."""
    content = json.loads(run.read_text(encoding="utf-8"))
    content["timing"] = {stage: round(spent, 3) for stage, spent in seconds.items()}
    text = json.dumps(content, ensure_ascii=False, indent=2)
    run.write_text(text + "\n", encoding="utf-8", newline="\n")


def write_workbook(
    report: Report, path: Path, settings: Settings, *, live_rows: int = LIVE_ROWS
) -> None:
    """Write the consolidated workbook. Sheets stand in the order of the specification."""
    from pipeline.write.book import Book  # noqa: PLC0415 - loads xlsxwriter
    from pipeline.write.pivot import (  # noqa: PLC0415 - the same
        PIVOT_SHEET,
        add_pivots,
        detail_design,
        detail_source,
    )
    from pipeline.write.sheets import has_pivots, write_sheets  # noqa: PLC0415 - the same
    from pipeline.write.within import within  # noqa: PLC0415 - the same

    report = within(report, settings.detail_rows)
    book = Book(path, live=not report.beyond and len(report.answers) <= live_rows)
    book.properties(
        title=f"集計 {report.month}",
        subject=report.checklist.title,
        comments=f"基準月 {report.month}　収集の時点 {report.made_at}",
        made_at=report.made_at,
    )
    source = detail_source(report) if has_pivots(book, report, settings) else None
    write_sheets(book, report, settings, source)
    book.close()
    if source is not None:
        add_pivots(path, PIVOT_SHEET, source, detail_design(report))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the collector of cycles: millions of cells hold none, and it took a fifth of the time.

    Memory is still given back as soon as nothing refers to it.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()

"""Write a month's files: the consolidated workbook, data/ and run.json. Computes nothing.

The only place for xlsxwriter. One module per family of sheets; `book` is the shell every cell
goes through, `style` the look, `columns` the columns of 明細.
"""

from __future__ import annotations

import gc
import json
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Executor

    from pipeline.model.report import Report
    from pipeline.settings import Settings
    from pipeline.write.table import Column

LIVE_ROWS = 200_000  # beyond, counts are values: a recalculation would take minutes

__all__ = ["LIVE_ROWS", "record_outcome", "write", "write_workbook"]


def write(
    report: Report, folder: Path, settings: Settings, *, executor: Executor | None = None
) -> None:
    """Write all files of the month into ``folder``, which exists.

    ``executor`` does the long work (`apart.apart`), this process where there is none.
    """
    from pipeline.write.apart import AtOnce  # noqa: PLC0415 - not needed for --help
    from pipeline.write.columns import detail_columns  # noqa: PLC0415 - the same
    from pipeline.write.data import data_tables, write_data, write_run  # noqa: PLC0415 - the same

    data = folder / "data"
    data.mkdir()
    executor = executor or AtOnce()
    with _collector_paused():
        answers = detail_columns(report)
        written = executor.submit(write_data, data_tables(report, answers), data)
        path = folder / settings.workbook
        write_workbook(report, path, settings, executor=executor, answers=answers)
        write_run(report, folder / "run.json", settings, data=written.result())


def record_outcome(run: Path, seconds: Mapping[str, float], workbooks: Mapping[str, str]) -> None:
    """Add the hash of each workbook to run.json, and the seconds of each stage.

    It is the one file that two runs differ in.
    """
    content = json.loads(run.read_text(encoding="utf-8"))
    content["timing"] = {stage: round(spent, 3) for stage, spent in seconds.items()}
    content["workbooks"] = dict(workbooks)
    text = json.dumps(content, ensure_ascii=False, indent=2)
    run.write_text(text + "\n", encoding="utf-8", newline="\n")


def write_workbook(
    report: Report,
    path: Path,
    settings: Settings,
    *,
    executor: Executor | None = None,
    answers: tuple[Column, ...] = (),
    live_rows: int = LIVE_ROWS,
) -> None:
    """Write the consolidated workbook. Sheets stand in the order of the specification.

    ``executor`` does the long work; ``answers`` are the columns of 明細 where there are any yet.
    """
    from pipeline.write.apart import AtOnce  # noqa: PLC0415 - not needed for --help
    from pipeline.write.book import Book  # noqa: PLC0415 - loads xlsxwriter
    from pipeline.write.columns import detail_columns, shown_columns  # noqa: PLC0415 - the same
    from pipeline.write.detail import begin_detail  # noqa: PLC0415 - the same
    from pipeline.write.pivot import (  # noqa: PLC0415 - the same
        PIVOT_SHEET,
        add_pivots,
        begin_records,
        detail_design,
        detail_source,
    )
    from pipeline.write.sheets import has_pivots, write_sheets  # noqa: PLC0415 - the same
    from pipeline.write.within import within  # noqa: PLC0415 - the same

    executor = executor or AtOnce()
    report = within(report, settings.detail_rows)
    if report.beyond or not answers:
        answers = detail_columns(report)
    shown = shown_columns(answers)
    live = not report.beyond and len(report.answers) <= live_rows
    book = Book(path, live=live, edition=settings.edition_name, marked=settings.edition == "public")
    book.properties(
        title=f"集計 {report.month}　{settings.edition_name}",
        subject=report.checklist.title,
        comments=f"基準月 {report.month}　収集の時点 {report.made_at}",
        made_at=report.made_at,
    )
    source, design = None, detail_design(report)
    if has_pivots(book, report, settings):
        source = detail_source(shown)
    # Beside the workbook, so that what a killed run leaves goes with the rest of it.
    with TemporaryDirectory(prefix=".torimatome-", dir=path.parent) as made:
        rows = begin_detail(book, shown, executor, Path(made))
        records = begin_records(source, design, executor, Path(made)) if source else None
        write_sheets(book, report, settings, rows, source)
        book.close()
        if source is not None:
            add_pivots(path, PIVOT_SHEET, source, design, records)


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

"""The data files: the same lines as CSV (for people's tools) and Parquet (typed), and run.json."""

from __future__ import annotations

import codecs
import json
import platform
import re
from dataclasses import asdict, dataclass, replace
from enum import Enum
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from typing import TYPE_CHECKING, Any

from pipeline.frame.columns import constant
from pipeline.machine.disk import file_hash
from pipeline.model import FileState, Severity, Status, states_of_files
from pipeline.write.columns import data_columns
from pipeline.write.declared import NAMES, TABLES
from pipeline.write.frame import findings_told
from pipeline.write.safe import csv_text, plain_text
from pipeline.write.table import joined
from pipeline.write.typed import arrow_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.frame.columns import Coded, Frame
    from pipeline.model.report import Report
    from pipeline.settings import Settings
    from pipeline.write.frame import Frames
    from pipeline.write.table import Field

Written = dict[str, dict[str, str | int]]  # sha256 and rows of each file of data/, by its name

ANSWERS, FINDINGS, FILES = (NAMES[table] for table in ("answers", "findings", "files"))
_AT_ONCE = 1 << 17  # rows
_QUOTE = '"'
_QUOTED = re.compile(r'[",\r\n]')
_LIBRARIES = (
    "click", "lxml", "msoffcrypto-tool", "openpyxl", "pandas", "pyarrow",
    "python-calamine", "rapidfuzz", "rich", "torimatome", "xlrd", "xlsxwriter", "zlib-ng",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTable:
    """One of the data files: its name without suffix, and its columns with their names."""

    name: str
    heads: tuple[str, ...]
    columns: tuple[Coded, ...]

    def parts(self) -> Iterator[DataTable]:
        """Give the table in parts of so many rows that files are written in little memory."""
        rows = len(self.columns[0])
        if rows <= _AT_ONCE:
            yield self
            return
        for start in range(0, rows, _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            yield replace(self, columns=tuple(column.take(some) for column in self.columns))


def data_tables(report: Report, frames: Frames) -> list[DataTable]:
    """Give answers, findings, files, changes and promises.

    All are there every month; without an earlier month nothing has changed.
    """
    month, before = report.month, report.months.compared_with
    changes, promises = frames.changes, frames.promises
    compared = {
        "month": constant(month, len(changes["line"])),
        "compared_with": constant(before, len(changes["line"])),
    }
    month_of = {"month": constant(month, len(promises["line"]))}
    return [
        answers_table(frames.answers),
        findings_table(findings_told(report), month),
        files_table(frames.files, month),
        _table("changes", {**changes, **compared}),
        _table("promises", {**promises, **month_of}),
    ]


def answers_table(answers: Frame) -> DataTable:
    """Give the table of answers."""
    columns = data_columns(answers)
    return DataTable(name="answers", heads=tuple(columns), columns=tuple(columns.values()))


def findings_table(findings: Frame, month: str) -> DataTable:
    """Give the table of findings."""
    months = constant(month, len(findings["code"]))
    return _table("findings", {**findings, "month": months})


def files_table(files: Frame, month: str) -> DataTable:
    """Give the table of files."""
    months = constant(month, len(files["file"]))
    return _table("files", {**files, "month": months})


def _table(name: str, frame: Frame) -> DataTable:
    columns = tuple(frame[one.source] for one in TABLES[name])
    return DataTable(name=name, heads=NAMES[name], columns=columns)


def write_data(tables: Sequence[DataTable], folder: Path) -> Written:
    """Write each table as .csv and .parquet into ``folder``.

    Gives what run.json keeps of each file, by which a later month sees that nobody changed it.
    """
    written: Written = {}
    for table in tables:
        rows = len(table.columns[0])
        write_csv(folder / f"{table.name}.csv", table)
        write_parquet(folder / f"{table.name}.parquet", table)
        for path in (folder / f"{table.name}.csv", folder / f"{table.name}.parquet"):
            written[path.name] = {"sha256": file_hash(path), "rows": rows}
    return dict(sorted(written.items()))


def write_csv(path: Path, table: DataTable) -> None:
    """Write UTF-8 with BOM and CRLF; what starts like a formula is made harmless.

    Arrow's own writer of CSV quotes every text and ends lines with LF; the fields are joined here.
    """
    with path.open("wb") as file:
        file.write(codecs.BOM_UTF8 + (",".join(map(_quoted, table.heads)) + "\r\n").encode())
        for part in table.parts():
            fields = [[*map(_quoted, column.values)] for column in part.columns]
            for piece in joined(part.columns, fields, between=",", after="\r\n"):
                file.write(piece)


def _quoted(field: Field) -> str:
    """Give a field of a CSV, quoted where needed."""
    text = str(_csv_field(field))
    return f'"{text.replace(_QUOTE, _QUOTE * 2)}"' if _QUOTED.search(text) else text


def write_parquet(path: Path, table: DataTable) -> None:
    """Write the typed columns of a table."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import; --help must not pay for it
    from pyarrow import parquet  # noqa: PLC0415 - the same

    tables = map(arrow_table, table.parts())
    first = next(tables)
    writer = parquet.ParquetWriter(path, first.schema, compression="zstd", store_schema=False)
    with writer:
        for one in chain((first,), tables):
            writer.write_table(one)
    pa.default_memory_pool().release_unused()


def write_run(
    report: Report, path: Path, settings: Settings, *, data: Written | None = None
) -> None:
    """Write run.json: settings, versions, counts, exit code, and what ``data`` was written.

    Timing is not in it: the same inbox, month and settings give the same bytes.
    """
    # Long: a line for each part of run.json.
    figures = report.figures
    states = states_of_files((row.file, row.state) for row in report.files).values()
    content = {
        "month": report.month,
        "made_at": report.made_at,
        "exit_code": report.exit_code,
        "checklist": {"id": report.checklist.id, "version": report.checklist.version},
        "settings": {
            "checklist": settings.checklist,
            "pivot": settings.pivot,
            "edition": settings.edition,
            "named": settings.named,
            "rules_off": sorted(settings.rules.off),
            "severity": {k: v.value for k, v in sorted(settings.rules.severity.items())},
            "thresholds": dict(sorted(settings.rules.thresholds.items())),
        },
        "versions": versions(),
        "counts": {
            "files": {state.value: sum(found is state for found in states) for state in FileState},
            "submissions": figures.returned,
            "asked": figures.asked,
            "missing": figures.missing,
            "turnout": asdict(report.turnout),
            "answers": {status.value: figures.counts.of(status) for status in Status},
            "findings": {severity.value: figures.findings.of(severity) for severity in Severity},
        },
        "bundles": [
            {"office": one.office, "sealed_at": one.sealed_at}
            for one in report.offices
            if one.counts
        ],
        "figures": [
            {
                "scope": one.scope,
                "key": one.key,
                "done_rate": one.done_rate,
                "least": one.least,
                "most": one.most,
            }
            for one in report.ranges
        ],
        "remark": report.remark,
        "reconciled": all(check.agrees for check in report.checks),
        "data": data or {},
    }
    if report.public:
        content["aliases"] = report.key_number
    text = json.dumps(content, ensure_ascii=False, indent=2)
    path.write_text(plain_text(text) + "\n", encoding="utf-8", newline="\n")


@cache
def versions() -> dict[str, str]:
    """Give the versions of Python and of every library that has a say in the result."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "（未導入）"
    return found


def _csv_field(field: Field | Enum) -> Any:
    if isinstance(field, Enum):
        return field.value
    if field is None:
        return ""
    if isinstance(field, bool):
        return "true" if field else "false"
    return csv_text(field) if isinstance(field, str) else field

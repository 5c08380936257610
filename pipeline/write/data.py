"""The data files: the same lines as CSV (for people's tools) and Parquet (typed), and run.json."""

from __future__ import annotations

import codecs
import csv
import io
import json
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from pipeline.disk import file_hash
from pipeline.model import FileState, Severity, Status, states_of_files
from pipeline.write.columns import COLUMNS, data_columns
from pipeline.write.safe import csv_text, plain_text
from pipeline.write.table import batches, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from pipeline.model import Finding
    from pipeline.model.history import Change, Promise
    from pipeline.model.report import FileRow, Report
    from pipeline.settings import Settings
    from pipeline.write.table import Column, Field

Written = dict[str, dict[str, str | int]]  # sha256 and rows of each file of data/, by its name

ANSWERS = tuple(column.key for column in COLUMNS if column.key)
FINDINGS = (
    "code", "severity", "respondent_id", "respondent", "item_id", "file", "sheet", "cell",
    "written", "message", "fix", "state", "decision", "project", "line",
)  # fmt: skip
FILES = (
    "file", "sha256", "bytes", "modified", "kind", "state", "reason", "respondent_id",
    "respondent", "identified_by", "sheets", "answers", "project",
)  # fmt: skip
CHANGES = (
    "month", "compared_with", "respondent_id", "respondent", "item_id", "category", "movement",
    "old_status", "old_due", "new_status", "new_due", "project",
)  # fmt: skip
PROMISES = (
    "month", "respondent_id", "respondent", "role", "item_id", "category", "first_said",
    "first_due", "due", "slips", "slipped_months", "overdue_since", "last_said", "outcome",
    "project",
)  # fmt: skip
_INTEGERS = frozenset({"status_code", "bytes", "answers", "slips", "slipped_months", "line"})
_TEXT = "string[pyarrow]"  # said, since no value tells of the type of a table without rows
_BOOLEANS = frozenset({"due_inferred"})
_LIBRARIES = (
    "click", "lxml", "msoffcrypto-tool", "openpyxl", "pandas", "pyarrow", "python-calamine",
    "rapidfuzz", "rich", "torimatome", "xlrd", "xlsxwriter",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTable:
    """One of the data files: its name without suffix, and its columns with their names."""

    name: str
    heads: tuple[str, ...]
    columns: tuple[Column, ...]


def data_tables(report: Report, answers: Sequence[Column]) -> list[DataTable]:
    """Give answers, findings, files, changes and promises; ``answers`` are the columns of 明細.

    All are there every month; without an earlier month nothing has changed.
    """
    lines = {id(found): n for n, line in enumerate(report.lines, 1) for found in line.findings}
    findings = (
        finding_fields(found, lines.get(id(found))) for found in (*report.findings, *report.settled)
    )
    months = report.months
    return [
        answers_table(answers),
        _table("findings", FINDINGS, findings),
        files_table(report.files),
        _table("changes", CHANGES, (change_fields(row.change, report) for row in months.changes)),
        _table("promises", PROMISES, (promise_fields(row, report) for row in months.promises)),
    ]


def answers_table(columns: Sequence[Column]) -> DataTable:
    """Give the table of answers; ``columns`` are those of 明細."""
    return DataTable(name="answers", heads=ANSWERS, columns=data_columns(columns))


def findings_table(findings: Iterable[Finding]) -> DataTable:
    """Give a table of findings that stand on no line of 要確認."""
    return _table("findings", FINDINGS, map(finding_fields, findings))


def files_table(files: Iterable[FileRow]) -> DataTable:
    """Give the table of files."""
    return _table("files", FILES, map(file_fields, files))


def _table(name: str, heads: tuple[str, ...], rows: Iterable[Sequence[Field]]) -> DataTable:
    return DataTable(name=name, heads=heads, columns=columns_of(rows, len(heads)))


def write_data(tables: list[DataTable], folder: Path) -> Written:
    """Write each table as .csv and .parquet into ``folder``, and let go of it.

    Gives what run.json keeps of each file, by which a later month sees that nobody changed it.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to import; --help must not pay for it

    pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own keeps what it once had
    written: Written = {}
    while tables:
        table = tables.pop()
        rows = len(table.columns[0])
        write_csv(folder / f"{table.name}.csv", table.heads, table.columns)
        write_parquet(folder / f"{table.name}.parquet", table)
        for path in (folder / f"{table.name}.csv", folder / f"{table.name}.parquet"):
            written[path.name] = {"sha256": file_hash(path), "rows": rows}
    return dict(sorted(written.items()))


def finding_fields(found: Finding, line: int | None = None) -> tuple[Field, ...]:
    """Give one line of findings in the order of FINDINGS; ``line`` is its No. on 要確認."""
    return (
        found.code, found.severity.value, found.respondent_id, found.respondent, found.item_id,
        found.location.file, found.location.sheet, found.location.cell, found.written,
        found.message, found.fix, found.state, found.decision, found.project, line,
    )  # fmt: skip


def file_fields(row: FileRow) -> tuple[Field, ...]:
    """Give one line of files in the order of FILES; sheet names are joined by `` / ``."""
    return (
        row.file, row.sha256, row.size, row.modified, row.kind, row.state.value, row.reason,
        row.respondent_id, row.respondent, row.identified_by, " / ".join(row.sheets), row.answers,
        row.project,
    )  # fmt: skip


def change_fields(change: Change, report: Report) -> tuple[Field, ...]:
    """Give one line of changes in the order of CHANGES."""
    return (
        report.month, report.months.compared_with, change.respondent_id, change.respondent,
        change.item_id, change.category, change.movement.value, change.old_status.value,
        change.old_due, change.new_status.value, change.new_due, change.project,
    )  # fmt: skip


def promise_fields(promise: Promise, report: Report) -> tuple[Field, ...]:
    """Give one line of promises in the order of PROMISES."""
    return (
        report.month, promise.respondent_id, promise.respondent, promise.role, promise.item_id,
        promise.category, promise.first_said, promise.first_due, promise.due, promise.slips,
        promise.slipped_months, promise.overdue_since, promise.last_said, promise.outcome.value,
        promise.project,
    )  # fmt: skip


def write_csv(path: Path, heads: Sequence[str], columns: Sequence[Column]) -> None:
    """Write UTF-8 with BOM and CRLF; what starts like a formula is made harmless."""
    lines = map(",".join, zip(*map(_fields, columns), strict=True))
    with path.open("wb") as file:
        file.write(codecs.BOM_UTF8 + (",".join(map(_quoted, heads)) + "\r\n").encode())
        for piece in batches(f"{line}\r\n" for line in lines):
            file.write(piece)


def _fields(column: Column) -> Iterator[str]:
    """Give the fields of a column, quoted where needed."""
    if len(column.values) * 2 > len(column):  # most come once: nothing is gained by keeping them
        return map(_quoted, column)
    return map([*map(_quoted, column.values)].__getitem__, column.codes)


def _quoted(field: Field) -> str:
    """Give a field of a CSV, quoted where needed."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow((_csv_field(field), ""))
    return line.getvalue().removesuffix(",\r\n")


def frame_of(table: DataTable) -> pd.DataFrame:
    """Give a table as a frame: whole numbers, truth values, and texts as categories.

    Missing numbers and truth values are NA; a missing text is empty.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import; only the process that writes needs it

    typed: dict[str, Any] = {}
    for name, column in zip(table.heads, table.columns, strict=True):
        if name in _INTEGERS:
            typed[name] = pd.array([*column], dtype="Int64")
        elif name in _BOOLEANS:
            typed[name] = pd.array([*column], dtype="boolean")
        else:
            texts = column.of(lambda field: plain_text(field) if isinstance(field, str) else "")
            codes: Any = texts.codes  # an array of the standard library, which the stubs leave out
            typed[name] = pd.Categorical.from_codes(
                codes, categories=pd.Index(texts.values, dtype=_TEXT)
            )
    return pd.DataFrame(typed)


def arrow_table(table: DataTable) -> Any:
    """Give typed columns: texts as written, whole numbers and truth values, null for empty."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import; --help must not pay for it

    # Categories keep a large month small on the way. Without what Arrow and pandas add about
    # them the file says string, and so do those who read it.
    made = pa.Table.from_pandas(frame_of(table), preserve_index=False)
    return made.replace_schema_metadata(None)


def write_parquet(path: Path, table: DataTable) -> None:
    """Write the typed columns of a table."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import; --help must not pay for it
    from pyarrow import parquet  # noqa: PLC0415 - the same

    parquet.write_table(arrow_table(table), path, compression="zstd", store_schema=False)
    pa.default_memory_pool().release_unused()


def write_run(
    report: Report, path: Path, settings: Settings, *, data: Written | None = None
) -> None:
    """Write run.json: settings, versions, counts, exit code, and what ``data`` was written.

    Timing is not in it: the same inbox, month and settings give the same bytes.
    """
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
            "answers": {status.value: figures.counts.of(status) for status in Status},
            "findings": {severity.value: figures.findings.of(severity) for severity in Severity},
        },
        "reconciled": all(check.agrees for check in report.checks),
        "data": data or {},
    }
    if report.public:
        content["aliases"] = report.key_number
    text = json.dumps(content, ensure_ascii=False, indent=2)
    path.write_text(plain_text(text) + "\n", encoding="utf-8", newline="\n")


def versions() -> dict[str, str]:
    """Give the versions of Python and of every library that has a say in the result."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "（未導入）"
    return found


def _csv_field(field: Field) -> Field:
    if field is None:
        return ""
    if isinstance(field, bool):
        return "true" if field else "false"
    return csv_text(field) if isinstance(field, str) else field

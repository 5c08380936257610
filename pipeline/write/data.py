"""The data files: the same lines as CSV (for people's tools) and Parquet (typed), and run.json."""

from __future__ import annotations

import csv
import io
import json
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from pipeline.model import FileState, Severity, Status
from pipeline.write.columns import COLUMNS
from pipeline.write.safe import csv_text, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pipeline.model import Finding
    from pipeline.model.history import Change, Promise
    from pipeline.model.report import AnswerRow, FileRow, Report
    from pipeline.settings import Settings

ANSWERS = tuple(column.key for column in COLUMNS if column.key)
FINDINGS = (
    "code", "severity", "respondent_id", "respondent", "item_id", "file", "sheet", "cell",
    "written", "message", "fix", "state", "decision",
)  # fmt: skip
FILES = (
    "file", "sha256", "bytes", "modified", "kind", "state", "reason", "respondent_id",
    "respondent", "identified_by", "sheets", "answers",
)  # fmt: skip
CHANGES = (
    "month", "compared_with", "respondent_id", "respondent", "item_id", "category", "movement",
    "old_status", "old_due", "new_status", "new_due",
)  # fmt: skip
PROMISES = (
    "month", "respondent_id", "respondent", "role", "item_id", "category", "first_said",
    "first_due", "due", "slips", "slipped_months", "overdue_since", "last_said", "outcome",
)  # fmt: skip
_INTEGERS = frozenset({"status_code", "bytes", "answers", "slips", "slipped_months"})
_BOOLEANS = frozenset({"due_inferred"})
_LIBRARIES = (
    "click", "lxml", "msoffcrypto-tool", "openpyxl", "pandas", "pyarrow", "python-calamine",
    "rapidfuzz", "rich", "torimatome", "xlrd", "xlsxwriter",
)  # fmt: skip
Field = str | int | bool | None


def write_data(report: Report, folder: Path) -> None:
    """Write answers, findings, files, changes and promises as .csv and .parquet into ``folder``.

    All are written every month; without an earlier month nothing has changed.
    """
    findings = (*(row.finding for row in report.findings), *report.settled)
    tables: tuple[tuple[str, tuple[str, ...], list[tuple[Field, ...]]], ...] = (
        ("answers", ANSWERS, [answer_fields(row, report) for row in report.answers]),
        ("findings", FINDINGS, [*map(finding_fields, findings)]),
        ("files", FILES, [file_fields(row) for row in report.files]),
        ("changes", CHANGES, [change_fields(row.change, report) for row in report.months.changes]),
        ("promises", PROMISES, [promise_fields(row, report) for row in report.months.promises]),
    )
    for name, columns, rows in tables:
        write_csv(folder / f"{name}.csv", columns, rows)
        write_parquet(folder / f"{name}.parquet", columns, rows)


def answer_fields(row: AnswerRow, report: Report) -> tuple[Field, ...]:
    """Give one line of answers in the order of ANSWERS."""
    return (
        report.month, row.respondent_id, row.respondent, row.role, report.checklist.id,
        report.checklist.version, row.category, row.section, row.item_id, row.item,
        row.status.value, row.status.code, row.due, row.due_precision.value,
        row.due_inferred if row.due else None, row.due_source.value, row.mark, row.note, row.tags,
        row.findings, row.file, row.sheet, row.cell, row.decision,
        row.status_before.value if row.status_before else "", row.due_before, row.decision_reason,
        row.decided_by, row.decided_on,
    )  # fmt: skip


def finding_fields(found: Finding) -> tuple[Field, ...]:
    """Give one line of findings in the order of FINDINGS."""
    return (
        found.code, found.severity.value, found.respondent_id, found.respondent, found.item_id,
        found.location.file, found.location.sheet, found.location.cell, found.written,
        found.message, found.fix, found.state, found.decision,
    )  # fmt: skip


def file_fields(row: FileRow) -> tuple[Field, ...]:
    """Give one line of files in the order of FILES; sheet names are joined by `` / ``."""
    return (
        row.file, row.sha256, row.size, row.modified, row.kind, row.state.value, row.reason,
        row.respondent_id, row.respondent, row.identified_by, " / ".join(row.sheets), row.answers,
    )  # fmt: skip


def change_fields(change: Change, report: Report) -> tuple[Field, ...]:
    """Give one line of changes in the order of CHANGES."""
    return (
        report.month, report.months.compared_with, change.respondent_id, change.respondent,
        change.item_id, change.category, change.movement.value, change.old_status.value,
        change.old_due, change.new_status.value, change.new_due,
    )  # fmt: skip


def promise_fields(promise: Promise, report: Report) -> tuple[Field, ...]:
    """Give one line of promises in the order of PROMISES."""
    return (
        report.month, promise.respondent_id, promise.respondent, promise.role, promise.item_id,
        promise.category, promise.first_said, promise.first_due, promise.due, promise.slips,
        promise.slipped_months, promise.overdue_since, promise.last_said, promise.outcome.value,
    )  # fmt: skip


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Field]]) -> None:
    """Write UTF-8 with BOM and CRLF; what starts like a formula is made harmless."""
    written = [_Quoted() for _ in columns]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, lineterminator="\r\n").writerow(columns)
        for row in rows:
            fields = [known[field] for known, field in zip(written, row, strict=True)]
            stream.write(",".join(fields) + "\r\n")


class _Quoted(dict[Field, str]):
    """The fields of one column of a CSV, quoted where needed, made once for each that differs."""

    def __missing__(self, field: Field) -> str:
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow((_csv_field(field), ""))
        made = self[field] = line.getvalue().removesuffix(",\r\n")
        return made


class _Texts(dict[Field, str]):
    """The texts of one column of a Parquet file, made once for each that differs."""

    def __missing__(self, field: Field) -> str:
        made = self[field] = plain_text(field) if isinstance(field, str) else ""
        return made


def write_parquet(path: Path, columns: Sequence[str], rows: Sequence[Sequence[Field]]) -> None:
    """Write typed columns: texts as written, whole numbers and truth values, null for empty."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import; --help must not pay for it
    from pyarrow import parquet  # noqa: PLC0415 - the same

    arrays: list[Any] = []
    for place, name in enumerate(columns):
        values = [row[place] for row in rows]
        if name in _INTEGERS:
            arrays.append(pa.array(values, pa.int64()))
        elif name in _BOOLEANS:
            arrays.append(pa.array(values, pa.bool_()))
        else:
            texts = _Texts()
            arrays.append(pa.array([texts[value] for value in values], pa.string()))
    parquet.write_table(pa.table(arrays, names=list(columns)), path, compression="zstd")


def write_run(report: Report, path: Path, settings: Settings) -> None:
    """Write run.json: settings, versions, counts, exit code.

    Timing is not in it: the same inbox, month and settings give the same bytes.
    """
    figures = report.figures
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
            "files": {
                state.value: sum(row.state is state for row in report.files) for state in FileState
            },
            "submissions": figures.returned,
            "asked": figures.asked,
            "missing": figures.missing,
            "answers": {status.value: figures.counts.of(status) for status in Status},
            "findings": {severity.value: figures.findings.of(severity) for severity in Severity},
        },
        "reconciled": all(check.agrees for check in report.checks),
    }
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


def _csv_field(field: Field) -> str | int:
    if field is None:
        return ""
    if isinstance(field, bool):
        return "true" if field else "false"
    return csv_text(field) if isinstance(field, str) else field

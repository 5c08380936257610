"""The data files, read back the way an analyst would."""

import csv
import io
import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from batches import HOSTILE, make_batch, make_findings, make_settings, save_data
from pyarrow import parquet

from pipeline.model import Batch, FileState, Severity
from pipeline.model.report import Report
from pipeline.settings import RuleSettings
from pipeline.summarise import summarise
from pipeline.write.data import ANSWERS, FILES, FINDINGS, write_run

SPECIFIED = {
    "answers": "month respondent_id respondent role checklist checklist_version category section"
    " item_id item status status_code due due_precision due_inferred due_source mark note tags"
    " findings file sheet cell decision status_before due_before decision_reason decided_by"
    " decided_on project comment due_month",
    "findings": "code severity respondent_id respondent item_id file sheet cell written message"
    " fix state decision project line impact month",
    "files": "file sha256 bytes modified kind state reason respondent_id respondent identified_by"
    " sheets answers project month received sender subject on_time",
}


@pytest.fixture(scope="module")
def batch() -> Batch:
    return make_batch(6, hostile=True)


@pytest.fixture(scope="module")
def report(batch: Batch) -> Report:
    return summarise(batch, make_findings(batch), make_settings())


@pytest.fixture(scope="module")
def folder(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("data")
    save_data(report, target)
    return target


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", SPECIFIED)
def test_the_columns_are_those_of_the_interface(name: str, folder: Path) -> None:
    columns = SPECIFIED[name].split()
    assert list(rows(folder / f"{name}.csv")[0]) == columns
    assert parquet.read_schema(folder / f"{name}.parquet").names == columns
    assert list({"answers": ANSWERS, "findings": FINDINGS, "files": FILES}[name]) == columns


@pytest.mark.parametrize("name", SPECIFIED)
def test_a_csv_has_a_bom_and_windows_line_ends(name: str, folder: Path) -> None:
    content = (folder / f"{name}.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    header, _, _ = content.partition(b"\n")
    assert header.endswith(b"\r")
    assert content.endswith(b"\r\n")
    assert b"\x00" not in content


@pytest.mark.parametrize("name", SPECIFIED)
def test_no_csv_field_starts_like_a_formula(name: str, folder: Path) -> None:
    for row in rows(folder / f"{name}.csv"):
        for value in row.values():
            assert not value.lstrip(" \u3000").startswith(
                ("=", "+", "-", "@", "\t", "\r", "＝", "＋")
            )


def test_every_answer_and_file_has_its_row(batch: Batch, folder: Path) -> None:
    answers = rows(folder / "answers.csv")
    assert len(answers) == len(batch.submissions) * len(batch.checklist.items)
    files = rows(folder / "files.csv")
    assert [row["file"] for row in files] == [record.source.path for record in batch.files]
    counted = [row for row in files if row["state"] == FileState.COUNTED.value]
    assert sum(int(row["answers"]) for row in counted) == len(answers)


def test_parquet_keeps_the_text_as_written(batch: Batch, folder: Path) -> None:
    notes = parquet.read_table(folder / "answers.parquet").column("note").to_pylist()
    raw = [
        answer.note.raw for counted in batch.submissions for answer in counted.submission.answers
    ]
    assert set(HOSTILE) <= set(raw)
    for written, kept in zip(raw, notes, strict=True):
        assert kept == (written.replace("\x00", "\ufffd").replace("\ud800", "\ufffd") or None)


def test_every_finding_tells_its_line_of_the_list(report: Report, folder: Path) -> None:
    """Grouping loses nothing: each line stands for as many findings as it says, of one code."""
    told = rows(folder / "findings.csv")
    assert len(told) == sum(report.figures.findings.of(severity) for severity in Severity)
    by_line = {number: [r for r in told if r["line"] == str(number)]
               for number, _ in enumerate(report.lines, start=1)}  # fmt: skip
    assert sum(map(len, by_line.values())) == len(told)
    for number, line in enumerate(report.lines, start=1):
        assert len(by_line[number]) == len(line.rows)
        own = Counter(
            (found.code, found.item_id) for found in map(report.findings.__getitem__, line.rows)
        )
        assert Counter((each["code"], each["item_id"]) for each in by_line[number]) == own
    assert max(len(line.rows) for line in report.lines) > 3


def test_parquet_columns_are_typed(folder: Path) -> None:
    schema = parquet.read_schema(folder / "answers.parquet")
    assert schema.field("status_code").type == pa.int64()
    assert schema.field("due_inferred").type == pa.bool_()
    assert schema.field("note").type == pa.string()
    codes = parquet.read_table(folder / "answers.parquet").column("status_code").to_pylist()
    assert None in codes
    assert 0 not in codes
    assert parquet.read_schema(folder / "files.parquet").field("bytes").type == pa.int64()


def test_run_json_tells_settings_counts_and_exit_code(report: Report, tmp_path: Path) -> None:
    settings = make_settings(rules=RuleSettings(off=frozenset({"N401"})))
    write_run(report, tmp_path / "run.json", settings)
    content = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert content["month"] == "2026-11"
    assert content["exit_code"] == 1  # one file of the batch is unreadable
    assert content["settings"]["rules_off"] == ["N401"]
    assert content["counts"]["submissions"] == 6
    assert sum(content["counts"]["answers"].values()) == 6 * 55
    assert content["counts"]["files"]["unreadable"] == 1
    assert content["reconciled"] is True
    assert "xlsxwriter" in content["versions"]


def test_a_table_without_rows_has_its_types(report: Report, folder: Path) -> None:
    assert not report.months.changes
    schema = parquet.read_schema(folder / "changes.parquet")
    assert {str(field.type) for field in schema} == {"string"}

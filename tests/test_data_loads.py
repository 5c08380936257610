"""The data files as the tools of those who go on with them load them: nothing to repair first."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from inboxes import load, partly, put, roster, settings_for
from pyarrow import parquet

from pipeline.history.record import open_table, read_record
from pipeline.run import aggregate

TABLES = ("answers", "findings", "files", "changes", "promises")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loads")
    checklist = load()
    put(folder, {
        "若葉市.xlsx": partly("若葉市", checklist, range(20), "②（12月）"),
        "青嶺市.xlsx": partly("青嶺市", checklist, range(50), "①"),
        "壊れた.xlsx": b"PK\x03\x04 broken",
        "名簿.xlsx": roster(("011002", "若葉市", ""), ("012025", "青嶺市", "")),
    })  # fmt: skip
    return aggregate(settings_for(folder)).folder / "data"


@contextmanager
def package(folder: Path) -> Iterator[Any]:
    """Give the data files as the standard's own package sees them."""
    from frictionless import Package, system  # noqa: PLC0415 - slow, and only here

    with system.use_context(trusted=True):
        yield Package(str(folder / "schema.json"))


def test_the_schema_is_valid_and_every_file_keeps_to_it(data: Path) -> None:
    descriptor = json.loads((data / "schema.json").read_text(encoding="utf-8"))
    assert [each["name"] for each in descriptor["resources"]] == list(TABLES)
    assert all(field["description"] for each in descriptor["resources"]
               for field in each["schema"]["fields"])  # fmt: skip
    with package(data) as loaded:
        report = loaded.validate()
        assert report.valid, report.flatten(["fieldName", "rowNumber", "type", "note"])
        rows = {each.name: len(each.read_rows()) for each in loaded.resources}
    assert (rows["answers"], rows["files"]) == (110, 4)


def test_a_value_that_breaks_the_schema_is_found(data: Path, tmp_path: Path) -> None:
    for path in data.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    answers = (tmp_path / "answers.csv").read_text(encoding="utf-8")
    (tmp_path / "answers.csv").write_text(
        answers.replace(",planned,", ",fast fertig,", 1), encoding="utf-8"
    )
    with package(tmp_path) as loaded:
        assert not loaded.validate().valid


@pytest.mark.parametrize("name", TABLES)
def test_month_stands_in_every_file(name: str, data: Path) -> None:
    table = parquet.read_table(data / f"{name}.parquet")
    assert "month" in table.column_names
    assert set(table.column("month").to_pylist()) <= {"2026-11"}
    assert "month" in (data / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines()[0]


def test_parquet_holds_days_lists_nulls_and_ids(data: Path) -> None:
    rows = parquet.read_table(data / "answers.parquet").to_pylist()
    planned = [row for row in rows if row["status"] == "planned"]
    assert {row["due_month"] for row in planned} == {date(2026, 12, 1)}
    assert {row["due_month"] for row in rows if row["status"] == "done"} == {None}
    assert {row["due"] for row in rows if row["status"] == "done"} == {None}
    assert {row["respondent_id"] for row in rows} == {"011002", "012025"}
    assert any(row["findings"] for row in rows)
    assert all(isinstance(row["tags"], list) for row in rows)
    assert not any("" in row.values() for row in rows)


def test_csv_and_parquet_say_the_same(data: Path) -> None:
    csv = pd.read_csv(data / "answers.csv", dtype="string", keep_default_na=False)
    for row, typed in zip(
        csv.to_dict("records"), parquet.read_table(data / "answers.parquet").to_pylist(),
        strict=True,
    ):  # fmt: skip
        for name, value in typed.items():
            if isinstance(value, list):
                assert row[name].split() == value
            elif isinstance(value, bool):
                assert row[name] == str(value).lower()
            else:
                assert row[name] == ("" if value is None else str(value))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_duckdb_loads_them_without_a_word_more(kind: str, data: Path) -> None:
    import duckdb  # noqa: PLC0415 - slow, and only here

    found = duckdb.sql(
        f"select count(due_month), min(respondent_id::varchar), min(due_month)"  # noqa: S608
        f" from '{data}/answers.{kind}'"
    )
    assert found is not None
    days, ids, months = found.fetchall()[0]
    assert (days, months) == (20, date(2026, 12, 1))
    assert ids == "011002"


PAGE = (Path(__file__).resolve().parents[1] / "docs" / "data-tools.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL))
def test_the_examples_of_the_page_run(example: str, data: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", example],
        cwd=data.parents[2],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


QUERY = re.findall(r"```powerquery\n(.*?)```", PAGE, flags=re.DOTALL)[0]
_TYPES = {"integer": "Int64.Type", "boolean": "type logical", "date": "type date"}
_TEXT = {"respondent_id"}  # Power Query would guess a number


def test_the_query_types_what_the_schema_types(data: Path) -> None:
    """Read beside the standard's own description: every column that is no text, and only those."""
    descriptor = json.loads((data / "schema.json").read_text(encoding="utf-8"))
    fields = next(each for each in descriptor["resources"] if each["name"] == "answers")["schema"]
    needed = {field["name"]: _TYPES.get(field["type"], "") for field in fields["fields"]}
    typed = dict(re.findall(r'\{"(\w+)", ((?:type \w+)|Int64\.Type)\}', QUERY))
    assert typed == {name: kind for name, kind in needed.items() if kind} | dict.fromkeys(
        _TEXT, "type text"
    )
    assert 'File.Contents(Folder & "answers.csv")' in QUERY
    assert "Encoding = 65001" in QUERY
    assert 'Delimiter = ","' in QUERY


def test_each_step_of_the_query_stands_on_the_one_before() -> None:
    quoted = re.sub(r'"[^"]*"', '""', QUERY)
    for opened, closed in ("()", "[]", "{}"):
        assert quoted.count(opened) == quoted.count(closed)
    steps, _, given = quoted.removeprefix("let").partition("\nin\n")
    named = re.findall(r"^    (\w+) = ", steps, re.MULTILINE)
    assert given.strip() == named[-1]
    texts = re.split(r"^    \w+ = ", steps, flags=re.MULTILINE)[1:]
    assert [text.rstrip().endswith(",") for text in texts] == [True] * (len(texts) - 1) + [False]
    for number, text in enumerate(texts[1:], start=1):
        assert re.search(rf"\b{named[number - 1]}\b", text)
        assert not any(re.search(rf"\b{name}\b", text) for name in named[number:])


def test_a_month_without_the_new_columns_and_with_texts_is_read(data: Path, tmp_path: Path) -> None:
    """What an older version wrote, and what stands in for a CSV that somebody changed."""
    month = tmp_path / "2026-10"
    (month / "data").mkdir(parents=True)
    old = parquet.read_table(data / "answers.parquet").drop_columns(["due_month"]).to_pylist()
    rows = [{**row, "tags": " ".join(row["tags"]), "findings": " ".join(row["findings"]),
             "note": row["note"] or ""} for row in old]  # fmt: skip
    pd.DataFrame(rows).to_parquet(month / "data" / "answers.parquet")
    copied = (month / "data" / "answers.parquet").read_bytes()
    stated = {
        "answers.csv": {"sha256": "0", "rows": len(rows)},
        "answers.parquet": {"sha256": hashlib.sha256(copied).hexdigest(), "rows": len(rows)},
    }
    (month / "run.json").write_text(json.dumps({"data": stated}), encoding="utf-8")
    with (
        open_table(read_record(month), "answers") as older,
        open_table(read_record(data.parent), "answers") as newer,
    ):
        names = ("item_id", "status", "due", "tags", "findings", "note")
        assert [*older.columns(*names)] == [*newer.columns(*names)]

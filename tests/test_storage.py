"""Inbox and data folder as URLs; memory:// stands for a store that is no folder."""

import hashlib
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import fsspec
import pyarrow as pa
import pytest
from inboxes import fingerprint, good, load, put, settings_for, states, table
from pyarrow import parquet

from pipeline.cli import main
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.machine.storage import Fetching, fetched_inbox, upload_data
from pipeline.model import FileKind, NotChecklist, Outcome, SourceFile, Unreadable
from pipeline.model import UnreadableReason as Reason
from pipeline.run import aggregate
from pipeline.sample import MONTH


@pytest.fixture
def bucket() -> str:
    """An empty place of its own in the memory store."""
    store = fsspec.filesystem("memory")
    store.store.clear()
    return "memory://bucket/returns"


def fill(url: str, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        with fsspec.open(f"{url}/{name}", "wb") as stream:
            stream.write(content)


def test_a_remote_inbox_and_data_place_give_what_local_ones_give(
    bucket: str, tmp_path: Path
) -> None:
    checklist = load()
    files = {
        "若葉市.xlsx": good("若葉市", checklist),
        "県北/大空町.xlsx": good("大空町", checklist, "②（12月）"),
        "壊れた.xlsx": b"PK\x03\x04 cut off",
    }
    put(tmp_path, files)
    aggregate(settings_for(tmp_path))
    here = (states(tmp_path), table(tmp_path, "answers"), table(tmp_path, "findings"))
    assert len(here[1]) == 2 * len(checklist.items)

    fill(bucket, files)
    far = tmp_path / "far"
    far.mkdir()
    aggregate(settings_for(far, inbox_url=bucket, data_url="memory://bucket/data"))
    assert (states(far), table(far, "answers"), table(far, "findings")) == here

    store = fsspec.filesystem("memory")
    parts = store.find("/bucket/data/answers")
    assert parts == [f"/bucket/data/answers/month={MONTH}/part-00000.parquet"]
    with store.open(parts[0]) as stream:
        sent = parquet.read_table(stream)
    written = parquet.read_table(far / "outbox" / MONTH / "data" / "answers.parquet")
    assert sent.equals(written.drop_columns(["month"]))


def test_fetched_files_keep_bytes_places_and_times(tmp_path: Path) -> None:
    files = {"一.xlsx": b"1", "下/二.xlsx": b"22", "2026-09/三.xlsx": b"3", f"{MONTH}/四": b"4"}
    put(tmp_path, files)
    for path in (tmp_path / "inbox").rglob("*.xlsx"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    with fetched_inbox((tmp_path / "inbox").as_uri(), month=MONTH) as folder:
        found = fingerprint(folder)
        times = {path.name: path.stat().st_mtime for path in folder.rglob("*.xlsx")}
    assert not folder.exists()
    expected = {name: content for name, content in files.items() if not name.startswith("2026-09")}
    assert found == {
        name: hashlib.sha256(content).hexdigest() for name, content in expected.items()
    }
    assert times == {"一.xlsx": 1_700_000_000, "二.xlsx": 1_700_000_000}


def test_an_empty_remote_inbox_is_named(bucket: str, tmp_path: Path) -> None:
    with pytest.raises(TorimatomeError) as told:
        aggregate(settings_for(tmp_path, inbox_url=bucket))
    assert bucket in told.value.message


def test_a_place_that_cannot_be_written_leaves_the_month_as_it_was(tmp_path: Path) -> None:
    put(tmp_path, {"若葉市.xlsx": good("若葉市", load())})
    aggregate(settings_for(tmp_path))
    before = fingerprint(tmp_path / "outbox")
    (tmp_path / "file").write_bytes(b"in the way")
    put(tmp_path, {"大空町.xlsx": good("大空町", load())})
    place = (tmp_path / "file" / "data").as_uri()
    with pytest.raises(TorimatomeError, match="読み書きできません") as told:
        aggregate(settings_for(tmp_path, data_url=place))
    assert told.value.exit_code is ExitCode.NOTHING_WRITTEN
    assert fingerprint(tmp_path / "outbox") == before


def table_of(numbers: range) -> pa.Table:
    return pa.table({"month": [MONTH] * len(numbers), "number": pa.array(numbers, pa.int64())})


def test_parts_hold_every_row_in_order_and_former_parts_go(bucket: str, tmp_path: Path) -> None:
    store = fsspec.filesystem("memory")
    place = f"/bucket/returns/answers/month={MONTH}"
    fill(bucket, {"answers/month=2026-10/part-00000.parquet": b"another month's"})
    for count, parts in ((250, [100, 100, 50]), (200, [100, 100]), (0, [0])):
        parquet.write_table(table_of(range(count)), tmp_path / "answers.parquet")
        upload_data(tmp_path, bucket, month=MONTH, part_rows=100)
        tables = [parquet.read_table(store.open(path)) for path in store.find(place)]
        assert [table.num_rows for table in tables] == parts
        assert [row for table in tables for row in table["number"].to_pylist()] == [*range(count)]
        assert tables[0].column_names == ["number"]
    assert store.exists("/bucket/returns/answers/month=2026-10/part-00000.parquet")


def test_an_unknown_kind_of_place_is_told_without_its_password() -> None:
    with (
        pytest.raises(TorimatomeError, match="nowhere") as told,
        fetched_inbox("nowhere://user:secret@host/inbox", month=MONTH),
    ):
        pass
    assert told.value.exit_code is ExitCode.USAGE
    assert "secret" not in told.value.message


def test_without_the_extra_the_way_to_install_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with (
        pytest.raises(TorimatomeError, match=r"requirements/cluster\.txt"),
        fetched_inbox("memory://bucket", month=MONTH),
    ):
        pass


def peek(source: SourceFile) -> tuple[Outcome, ...]:
    """Give the bytes a task sees, where a test can look at them."""
    seen = source.location.read_bytes().decode()
    return (NotChecklist(source=source, kind=FileKind.TEXT, sheets=(seen,)),)


def test_a_worker_that_has_not_the_file_fetches_it(tmp_path: Path) -> None:
    put(tmp_path, {"下/若葉市.xlsx": b"from the store"})
    elsewhere = tmp_path / "elsewhere"
    source = SourceFile(path="下/若葉市.xlsx", location=elsewhere / "下" / "若葉市.xlsx")
    task = Fetching(task=peek, folder=elsewhere, url=(tmp_path / "inbox").as_uri())
    fetched = NotChecklist(source=source, kind=FileKind.TEXT, sheets=("from the store",))
    assert task(source) == (fetched,)
    source.location.parent.mkdir(parents=True)
    source.location.write_bytes(b"here")
    assert task(source) == (replace(fetched, sheets=("here",)),)


def test_a_file_gone_from_the_store_is_unreadable(tmp_path: Path) -> None:
    source = SourceFile(path="無い.xlsx", location=tmp_path / "here" / "無い.xlsx")
    (outcome,) = Fetching(task=peek, folder=tmp_path / "here", url=tmp_path.as_uri())(source)
    assert isinstance(outcome, Unreadable)
    assert (outcome.source, outcome.reason) == (source, Reason.NO_ACCESS)


def test_times_of_a_store_are_taken_from_its_listing(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stores differ in the name and the type of the time."""
    store = fsspec.filesystem("memory")
    fill(bucket, {"a": b"", "b": b"", "c": b""})
    moment = datetime(2026, 11, 5, 9, 30, tzinfo=UTC)
    told = {
        "/bucket/returns/a": {"LastModified": moment},
        "/bucket/returns/b": {"updated": moment.isoformat()},
        "/bucket/returns/c": {"mtime": moment.timestamp()},
    }
    monkeypatch.setattr(store, "find", lambda _root, *, detail: told if detail else [*told])
    with fetched_inbox(bucket, month=MONTH) as folder:
        times = {path.stat().st_mtime for path in folder.iterdir()}
    assert times == {moment.timestamp()}


@pytest.mark.parametrize(
    "options",
    [("--data-url", "outbox/data"), ("--data-url", "s3://bucket/data", "--edition", "public")],
)
def test_options_that_make_no_sense_are_refused(
    options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["aggregate", "--month", MONTH, *options]) == ExitCode.USAGE
    assert "--data-url" in capsys.readouterr().err

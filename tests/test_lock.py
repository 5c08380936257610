"""One command at a time works in an outbox."""

import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.machine.lock import LOCK, at_work
from pipeline.machine.scratch import scratch_folder


def held(outbox: Path, *, process: int, host: str) -> Path:
    outbox.mkdir(exist_ok=True)
    lock = outbox / LOCK
    written = {"process": process, "host": host, "since": "2026-11-28T14:30:05+09:00"}
    lock.write_text(json.dumps(written), encoding="utf-8")
    return lock


def test_a_second_command_is_told_who_works_here_and_what_to_do(tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    with at_work(outbox), pytest.raises(TorimatomeError) as told, at_work(outbox):
        pass
    assert told.value.exit_code is ExitCode.NOTHING_WRITTEN
    for words in ("ほかの集計が実行中です", socket.gethostname(), str(os.getpid()), "消して"):
        assert words in told.value.message
    assert not outbox.exists()  # it was made for the lock alone


def test_the_lock_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    lock = held(tmp_path / "outbox", process=dead.pid, host=socket.gethostname())
    with at_work(lock.parent):
        assert json.loads(lock.read_text(encoding="utf-8"))["process"] == os.getpid()
    assert list(lock.parent.iterdir()) == []


@pytest.mark.parametrize("content", [None, "", "{}"], ids=["elsewhere", "empty", "no holder"])
def test_a_lock_that_nobody_can_check_stays(tmp_path: Path, content: str | None) -> None:
    lock = held(tmp_path / "outbox", process=1, host="another-computer")
    if content is not None:
        lock.write_text(content)
    with pytest.raises(TorimatomeError) as told, at_work(lock.parent):
        pass
    assert str(lock) in told.value.message
    assert [path.name for path in lock.parent.iterdir()] == [LOCK]


def test_what_a_killed_process_left_in_the_temporary_folder_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = tmp_path / f"torimatome-{dead.pid}-abcd"
    left.mkdir()
    (left / "若葉市.xlsx").write_bytes(b"texts")
    other = tmp_path / "torimatome-notes"
    other.mkdir()
    with scratch_folder() as folder:
        assert folder.parent == tmp_path
        assert not left.exists()
        with scratch_folder():  # of a process that runs: it stays
            assert folder.exists()
    assert [path.name for path in tmp_path.iterdir()] == [other.name]

"""Reading on a Dask cluster: the same bytes as here, and nothing is lost with a worker.

Every cluster here is of real processes on the loopback.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import dask
import psutil
import pytest
from cluster_tasks import fatal, harmless, interrupting
from distributed import LocalCluster
from inboxes import TEMPLATES, fingerprint, good, load, noting, put, settings_for

import pipeline.machine.cluster
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.machine.cluster import Cluster
from pipeline.machine.isolate import Failure
from pipeline.run import aggregate
from pipeline.sample import MONTH
from pipeline.settings import Limits

LIMITS = Limits(seconds=20.0, memory=256 << 20)


@contextmanager
def two_workers(*, allowed_failures: int) -> Iterator[str]:
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": allowed_failures}),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=50,
        ) as cluster,
    ):
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with two_workers(allowed_failures=3) as found:  # as Dask has it unless told otherwise
        yield found


def run(task: Callable[[Any], str], inputs: list[Any], address: str, *shared: Path) -> list[str]:
    """Run a task over inputs on the cluster; a failure is shown as its reason."""
    return Cluster(scheduler=address, shared=shared)(
        task,
        inputs,
        jobs=2,
        limits=LIMITS,
        on_failure=lambda given, failure: f"{given} {failure}",
    )


def written(folder: Path) -> dict[str, str]:
    """Give the fingerprint of a month, its run.json without the seconds it took."""
    files = fingerprint(folder / "outbox" / MONTH)
    record = json.loads((folder / "outbox" / MONTH / "run.json").read_text(encoding="utf-8"))
    del record["timing"]
    return files | {"run.json": json.dumps(record)}


def test_results_are_in_input_order(address: str) -> None:
    heard: list[str] = []
    results = Cluster(scheduler=address)(
        harmless, [*range(150)], jobs=2, limits=LIMITS,
        on_failure=lambda given, failure: f"{given} {failure}", receive=noting(heard),
    )  # fmt: skip
    assert results == [f"{number} done" for number in range(150)]
    assert sorted(heard) == sorted(results)


def test_no_inputs_need_no_cluster() -> None:
    assert run(harmless, [], "tcp://127.0.0.1:9") == []


def test_a_hostile_input_costs_itself_alone(address: str) -> None:
    inputs: list[object] = [*range(24)]
    inputs[5], inputs[17] = "abort", "raise"
    expected = [
        f"{given} {Failure.CRASH}" if given in {"abort", "raise"} else f"{given} done"
        for given in inputs
    ]
    assert run(harmless, inputs, address) == expected


def test_a_month_read_on_a_cluster_has_the_same_bytes(address: str, tmp_path: Path) -> None:
    checklist = load()
    names = [f"第{number}市" for number in range(4)]
    files = {f"{name}.xlsx": good(name, checklist) for name in names}
    files |= {"壊れた.xlsx": b"PK\x03\x04 cut off", "お知らせ.pdf": b"%PDF-1.7"}
    put(tmp_path, files)
    here = settings_for(tmp_path, pivot=False)
    assert aggregate(here).exit_code is ExitCode.SOME_UNREADABLE
    expected = written(tmp_path)
    assert "data/answers.parquet" in expected
    (tmp_path / "outbox").rename(tmp_path / "first")
    aggregate(replace(here, scheduler=address))
    assert written(tmp_path) == expected


def test_a_worker_killed_in_the_middle_of_a_run_loses_nothing(address: str, tmp_path: Path) -> None:
    marker = tmp_path / "killed"
    inputs = [*map(str, range(20)), str(marker), *map(str, range(20, 40))]
    assert run(fatal, inputs, address) == [f"{given} done" for given in inputs]
    assert marker.exists()


@pytest.mark.outside  # no outside tool, but workers that Dask starts again take seconds each
def test_only_an_input_that_keeps_killing_workers_has_failed() -> None:
    inputs = [*map(str, range(16)), "always"]
    expected = [*(f"{number} done" for number in range(16)), f"always {Failure.CRASH}"]
    with two_workers(allowed_failures=0) as address:
        assert run(fatal, inputs, address) == expected


def test_workers_that_do_not_see_the_inbox_are_refused(address: str, tmp_path: Path) -> None:
    hidden = tmp_path / "not there"
    with pytest.raises(TorimatomeError) as told:
        run(harmless, [1], address, tmp_path, hidden)
    assert told.value.exit_code is ExitCode.USAGE
    assert str(hidden) in told.value.message
    assert "共有フォルダ" in told.value.message


def test_workers_of_another_version_are_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline.machine.cluster, "version", lambda _name: "99.0")
    with pytest.raises(TorimatomeError, match=r"こちら 99\.0"):
        run(harmless, [1], address)


def test_a_scheduler_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline.machine.cluster, "_CONNECT", 0.3)
    with pytest.raises(TorimatomeError, match="つながらない") as told:
        run(harmless, [1], "tcp://127.0.0.1:9")
    assert told.value.exit_code is ExitCode.USAGE


def test_without_the_extra_the_way_to_install_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(TorimatomeError, match=r"requirements/cluster\.txt"):
        run(harmless, [1], "local")


def test_ctrl_c_is_for_the_run_to_answer_not_for_its_cluster() -> None:
    inputs = [*range(3)]
    assert run(interrupting, inputs, "local") == [f"{number} done" for number in inputs]


def test_a_cluster_of_this_machine_leaves_no_process(tmp_path: Path) -> None:
    put(tmp_path, {"若葉市.xlsx": good("若葉市", load())})
    command = [
        sys.executable, "-m", "pipeline", "aggregate", "--month", MONTH, "--jobs", "1",
        "--inbox", str(tmp_path / "inbox"), "--outbox", str(tmp_path / "outbox"),
        "--scheduler", "local", "--quiet", "--no-pivot",
    ]  # fmt: skip
    before = {process.pid for process in psutil.process_iter()}
    ran = subprocess.run(
        command, cwd=TEMPLATES.parent, capture_output=True, text=True, timeout=120, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    left = [p for p in psutil.process_iter() if p.pid not in before and _is_of(p, tmp_path)]
    _gone, alive = psutil.wait_procs(left, timeout=5)
    assert alive == []


def _is_of(process: psutil.Process, folder: Path) -> bool:
    """Tell whether a process, or one it came from, was started with this folder's name."""
    try:
        family = [process, *process.parents()]
        return any(str(folder) in " ".join(member.cmdline()) for member in family)
    except psutil.Error:
        return False

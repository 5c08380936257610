"""Reading on a Dask cluster, and inbox and data as URLs: the same bytes, and nothing is lost.

Every cluster here is of real processes on the loopback. Dask itself logs lost workers on stderr.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import dask
import fsspec
import pytest
from distributed import LocalCluster
from inboxes import TEMPLATES, fingerprint, good, load, put, settings_for, states, table
from pyarrow import parquet
from test_isolate import work

from pipeline.cluster import Cluster
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.isolate import Failure
from pipeline.model import FileKind, NotChecklist, SourceFile, Unreadable, UnreadableReason
from pipeline.run import aggregate
from pipeline.sample import MONTH
from pipeline.settings import Limits
from pipeline.storage import Fetching, fetched_inbox, is_url, upload_data

LIMITS = Limits(seconds=20.0, memory=256 << 20)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster of two worker processes."""
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=50,
        ) as cluster,
    ):
        yield cluster.scheduler_address


def kill_the_dask_worker() -> None:
    """End the process that this reader process was started by."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    assert parent.pid is not None
    os.kill(parent.pid, signal.SIGKILL)


def fatal(given: str) -> str:
    """Read an input; one that names a file kills its Dask worker until that file exists."""
    if given == "always":
        kill_the_dask_worker()
    if given.startswith("/") and not Path(given).exists():
        Path(given).touch()
        kill_the_dask_worker()
    return f"{given} done"


def run(task: Any, inputs: list[Any], address: str) -> list[Any]:
    """Run a task over inputs on the cluster; a failure is shown as its reason."""
    return Cluster(scheduler=address)(
        task,
        inputs,
        jobs=2,
        limits=LIMITS,
        on_failure=lambda given, failure: f"{given} {failure}",
    )


def test_results_are_in_input_order(address: str) -> None:
    assert run(work, [*range(200)], address) == [f"{number} done" for number in range(200)]


def test_no_inputs_need_no_cluster() -> None:
    assert run(work, [], "tcp://127.0.0.1:9") == []


def test_a_hostile_input_costs_itself_alone_and_no_worker(address: str) -> None:
    inputs: list[object] = [*range(24)]
    inputs[5], inputs[17] = "abort", "raise"
    expected = [
        f"{given} {Failure.CRASH}" if given in {"abort", "raise"} else f"{given} done"
        for given in inputs
    ]
    assert run(work, inputs, address) == expected


def test_a_worker_killed_in_the_middle_of_a_run_loses_nothing(
    address: str, tmp_path: Path
) -> None:
    marker = tmp_path / "killed"
    inputs = [*map(str, range(20)), str(marker), *map(str, range(20, 40))]
    assert run(fatal, inputs, address) == [f"{given} done" for given in inputs]
    assert marker.exists()


def test_only_an_input_that_keeps_killing_workers_has_failed(address: str) -> None:
    inputs = [*map(str, range(16)), "always"]
    expected = [*(f"{number} done" for number in range(16)), f"always {Failure.CRASH}"]
    assert run(fatal, inputs, address) == expected

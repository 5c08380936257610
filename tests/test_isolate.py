"""Worker processes: results in order, and one bad input costs exactly itself."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from inboxes import noting

from pipeline.errors import TorimatomeError
from pipeline.machine import system
from pipeline.machine.isolate import Failure, collecting_rarely, run_isolated
from pipeline.machine.system import usable_cores
from pipeline.settings import Limits

LIMITS = Limits(seconds=20.0, memory=256 << 20)
PATIENT = replace(LIMITS, seconds=60)  # a busy machine must not be quicker than Ctrl-C


def work(given: object) -> str:
    """Do what an input asks for; numbers are harmless."""
    match given:
        case "abort":
            os.abort()
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            os._exit(0)
        case "raise":
            raise LookupError("a fault in the reader")
        case "memory":
            return str(len(bytearray(1 << 30)))
        case "hang":
            while True:
                pass
        case "sigint":
            signal.raise_signal(signal.SIGINT)
    return f"{given} done"


def run(inputs: Sequence[object], *, jobs: int = 2, limits: Limits = LIMITS) -> list[str]:
    """Run `work` over inputs; a failure is shown as its reason."""
    return run_isolated(
        work,
        inputs,
        jobs=jobs,
        limits=limits,
        on_failure=lambda given, failure: f"{given} {failure}",
    )


def test_results_are_in_input_order_for_any_number_of_jobs() -> None:
    expected = [f"{number} done" for number in range(300)]
    assert run([*range(300)], jobs=1) == expected
    assert run([*range(300)], jobs=3) == expected


def test_no_inputs_start_no_worker() -> None:
    assert run([]) == []


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("abort", Failure.CRASH),
        ("kill", Failure.CRASH),
        ("exit", Failure.CRASH),
        ("raise", Failure.CRASH),
        ("memory", Failure.MEMORY),
    ],
)
def test_a_bad_input_costs_itself_alone(bad: str, reason: Failure) -> None:
    inputs: list[object] = [*range(40)]
    inputs[0] = inputs[17] = inputs[18] = inputs[39] = bad
    expected = [f"{given} {reason}" if given == bad else f"{given} done" for given in inputs]
    assert run(inputs) == expected
    assert run(inputs, jobs=1) == expected


def test_an_input_over_its_time_costs_itself_alone() -> None:
    inputs: list[object] = [1, 2, "hang", 3, 4]
    expected = ["1 done", "2 done", "hang timeout", "3 done", "4 done"]
    assert run(inputs, limits=Limits(seconds=0.3, memory=256 << 20)) == expected


def test_ctrl_c_reaches_no_worker() -> None:
    assert run(["sigint", 1]) == ["sigint done", "1 done"]


def test_done_is_told_once_an_input() -> None:
    told: list[str] = []
    results = run_isolated(
        work,
        [1, "abort", 2],
        jobs=2,
        limits=LIMITS,
        on_failure=lambda given, failure: f"{given} {failure}",
        receive=noting(told),
    )
    assert sorted(told) == sorted(results) == ["1 done", "2 done", "abort crash"]


# Whoever starts the tests in the background has Ctrl-C ignored, and so has every process below.
_INTERRUPTED = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, {tests!r})
import test_isolate
from pipeline.errors import TorimatomeError
from pipeline.machine.isolate import run_isolated

if __name__ == "__main__":
    try:
        run_isolated(
            test_isolate.note_and_hang, [Path({folder!r}) / str(n) for n in range(2)],
            jobs=2, limits=test_isolate.PATIENT, on_failure=lambda given, failure: given,
        )
    except KeyboardInterrupt:
        sys.exit(130)
"""


def note_and_hang(place: Path) -> Path:
    """Leave the worker's process id behind and never end."""
    place.with_suffix(".writing").write_text(str(os.getpid()), encoding="utf-8")
    place.with_suffix(".writing").rename(place)
    while True:
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="signals to another process are POSIX")
def test_ctrl_c_leaves_no_worker_behind(tmp_path: Path) -> None:
    script = tmp_path / "interrupted.py"
    tests = str(Path(__file__).parent)
    script.write_text(_INTERRUPTED.format(tests=tests, folder=str(tmp_path)), encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(script)], start_new_session=True, stderr=subprocess.PIPE
    ) as process:
        noted = [tmp_path / "0", tmp_path / "1"]
        deadline = time.monotonic() + 30
        while not all(place.exists() for place in noted):
            assert time.monotonic() < deadline
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)  # as the terminal does: to every process at once
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors == b""
    for place in noted:
        with pytest.raises(ProcessLookupError):
            os.kill(int(place.read_text(encoding="utf-8")), 0)


def test_a_worker_killed_from_outside_costs_one_input_at_most() -> None:
    inputs: list[object] = [*range(30), "kill", *range(30)]
    done = [result for result in run(inputs) if str(result).endswith("done")]
    assert len(done) == 60


def test_a_crash_after_other_inputs_is_tried_again_in_a_fresh_worker(tmp_path: Path) -> None:
    """A file does not pay for what another left behind in the process."""
    inputs: list[object] = [1, 2, tmp_path / "first", 3]
    results = run_isolated(
        crash_once, inputs, jobs=1, limits=LIMITS, on_failure=lambda _given, failure: str(failure)
    )
    assert results == ["1", "2", "second try", "3"]


def crash_once(given: object) -> str:
    """Crash the first time that a path is given."""
    if isinstance(given, Path):
        if given.exists():
            return "second try"
        given.touch()
        os.abort()
    return str(given)


def test_workers_that_never_start_are_told() -> None:
    with pytest.raises(TorimatomeError, match="終了コード 3"):
        run_isolated(
            Unwelcome(), [1], jobs=1, limits=LIMITS, on_failure=lambda _given, failure: str(failure)
        )


class Unwelcome:
    """A task that ends whatever process it is brought to."""

    def __call__(self, given: object) -> str:
        """Never reached."""
        return str(given)

    def __reduce__(self) -> tuple[object, tuple[int]]:
        """Unpickle by leaving."""
        return (os._exit, (3,))


def test_cores_are_counted() -> None:
    assert usable_cores() >= 1


def test_the_collector_is_as_before_afterwards() -> None:
    before = gc.get_threshold()
    assert collecting_rarely()(gc.get_threshold)() > before
    assert gc.get_threshold() == before


class Loading:
    """A task that counts how often it was made ready in the process that asks."""

    def __init__(self) -> None:
        self.loaded = 0

    def prepare(self) -> None:
        """Load what the answer needs."""
        self.loaded += 1

    def __call__(self, given: int) -> int:
        """Give how often it was loaded before, so many times."""
        return self.loaded * given


@pytest.mark.parametrize(("copied", "loaded"), [(True, 1), (False, 0)])
def test_a_task_is_made_ready_once_where_workers_are_copies(
    monkeypatch: pytest.MonkeyPatch, copied: bool, loaded: int
) -> None:
    monkeypatch.setattr(system, "is_alone", lambda: copied)
    task = Loading()
    given = [1, 1, 1]
    found = run_isolated(task, given, jobs=2, limits=LIMITS, on_failure=lambda *_: -1)
    assert found == [loaded] * 3
    assert task.loaded == loaded

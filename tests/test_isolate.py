"""Worker processes: results in order, and one bad input costs exactly itself."""

import os
import signal
from collections.abc import Sequence

import pytest

from pipeline.isolate import Failure, run_isolated, usable_cores
from pipeline.settings import Limits

LIMITS = Limits(seconds=20.0, memory=256 << 20)


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
        on_done=told.append,
    )
    assert sorted(told) == sorted(results) == ["1 done", "2 done", "abort crash"]


def test_cores_are_counted() -> None:
    assert usable_cores() >= 1

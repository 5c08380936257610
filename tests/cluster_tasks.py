"""Tasks for the cluster tests, in a module that a worker imports at once."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def harmless(given: object) -> str:
    """Read an input; two of them end the reader process or raise."""
    if given == "abort":
        os.abort()
    if given == "raise":
        raise LookupError("a fault in the reader")
    return f"{given} done"


def fatal(given: str) -> str:
    """Read an input; a path kills the Dask worker until the file exists, "always" each time."""
    if given == "always" or (given.startswith("/") and not Path(given).exists()):
        if given != "always":
            Path(given).touch()
        signal_dask_worker(signal.SIGKILL)
    return f"{given} done"


def interrupting(given: int) -> str:
    """Send the Dask worker what Ctrl-C sends to every process of a terminal."""
    signal_dask_worker(signal.SIGINT)
    return f"{given} done"


def signal_dask_worker(number: int) -> None:
    """Send a signal to the process that started the one this runs in."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    assert parent.pid is not None
    os.kill(parent.pid, number)


@dataclass(frozen=True, slots=True, kw_only=True)
class KillingOnce:
    """Do a task, but kill the Dask worker with the first input of all."""

    task: Callable[[Any], Any]
    marker: Path

    def __call__(self, given: Any) -> Any:
        """Give what the task gives."""
        try:
            self.marker.touch(exist_ok=False)
        except FileExistsError:
            return self.task(given)
        signal_dask_worker(signal.SIGKILL)
        return self.task(given)

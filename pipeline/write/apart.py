"""A second process that makes the long pieces while this one writes everything else.

What it is given are columns and texts, never the report, so that little has to be handed over.
A month of a few thousand rows is not worth a process.
"""

from __future__ import annotations

import multiprocessing
import signal
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

WORTH_A_PROCESS = 20_000  # rows of 明細

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


class AtOnce(Executor):
    """Does in this process, at once, what it is given."""

    def submit(
        self, fn: Callable[_Given, _Made], /, *args: _Given.args, **kwargs: _Given.kwargs
    ) -> Future[_Made]:
        """Give a future whose result is there already."""
        done: Future[_Made] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


def apart(rows: int) -> Executor:
    """Give what runs the long work of a month of so many rows; the results are the same."""
    if rows < WORTH_A_PROCESS:
        return AtOnce()
    # No plain fork: this process has threads by now. The server of `isolate` is warm.
    methods = multiprocessing.get_all_start_methods()
    method = "forkserver" if "forkserver" in methods else "spawn"
    return ProcessPoolExecutor(
        1,
        multiprocessing.get_context(method),
        # Ctrl-C reaches every process of the terminal; this one tells what it means.
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
        max_tasks_per_child=1,  # what one task held is given back before the next begins
    )

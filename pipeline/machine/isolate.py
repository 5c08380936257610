"""Run a function over inputs in worker processes that may hang, crash or outgrow their memory.

A parser abort (calamine on a cell in XFD1048576) kills its process and cannot be caught, so every
file is read in a worker. A worker that dies costs the input that it was at; the others of its
chunk are run again.

Why an own pool: `concurrent.futures` loses the whole pool with one worker, and the pools that
know a time limit (pebble, loky) count it for a chunk, lose the chunk with the worker, or need one
round trip an input. Here a worker takes a chunk and answers input by input, so the parent always
knows which input is running, and an input costs one short message.

Start method: `system.start_method`. Workers are copies of a process that has no other thread;
else they come from a server that imports the task's module once, where there is one, so that they
and the successors of dead ones start warm in milliseconds.
"""

import contextlib
import gc
import logging
import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Generic, Protocol, TypeVar, runtime_checkable

from pipeline.errors import TorimatomeError
from pipeline.machine import system
from pipeline.settings import Limits

Input = TypeVar("Input")
Result = TypeVar("Result")

_log = logging.getLogger(__name__)

_LARGEST_CHUNK = 16
_STARTS_IN_A_ROW = 5  # workers that die before their first input: the machine, not a file
_LOOK = 0.1  # seconds between two looks at the workers' memory, where the parent caps it
_GRACE = 5.0  # seconds after its limit in which a worker whose parent is gone ends by itself


class Failure(StrEnum):
    """Why an input has no result of its own."""

    TIMEOUT = "timeout"
    CRASH = "crash"  # the process ended, or the task raised what it should not
    MEMORY = "memory"


@runtime_checkable
class Prepared(Protocol):
    """A task that may load beforehand, once, what each worker would load for itself."""

    def prepare(self) -> None:
        """Load it; results do not depend on it."""
        ...


class Executor(Protocol):
    """What `run` needs of whatever runs the workers; a cluster may stand in for this machine."""

    def __call__(
        self,
        task: Callable[[Input], Result],
        inputs: Sequence[Input],
        *,
        jobs: int,
        limits: Limits,
        on_failure: Callable[[Input, Failure], Result],
        receive: Callable[[Result], Result] | None = None,
    ) -> list[Result]:
        """Give one result an input, in the order of the inputs."""
        ...


def run_isolated(
    task: Callable[[Input], Result],
    inputs: Sequence[Input],
    *,
    jobs: int,
    limits: Limits,
    on_failure: Callable[[Input, Failure], Result],
    receive: Callable[[Result], Result] | None = None,
) -> list[Result]:
    """Give `task(input)` for every input, in input order, whatever the number of jobs.

    `task`, the inputs and the results must be picklable. `jobs` 0 means one a core. An input
    that takes longer than ``limits.seconds``, needs more than ``limits.memory`` bytes, or ends
    its worker gets the result of `on_failure` instead, which runs in this process. An input
    that crashed a worker which had run others before is tried once more in a fresh one, so that
    no file pays for what another left behind. `receive` is given each result as it comes, and
    gives what is kept of it. On Ctrl-C every worker is killed before KeyboardInterrupt goes on.
    TorimatomeError where workers do not even start.
    """
    if not inputs:
        return []
    pool = _Pool(task, inputs, jobs=jobs or system.usable_cores(), limits=limits)
    results: dict[int, Result] = {}
    try:
        for index, outcome in pool.outcomes():
            result = (
                on_failure(inputs[index], outcome) if isinstance(outcome, Failure) else outcome[0]
            )
            results[index] = result if receive is None else receive(result)
    finally:
        pool.kill()
    return [results[index] for index in range(len(inputs))]


def warm_up(*modules: str) -> None:
    """Let `modules` be imported where workers come from; worth calling before an inbox is listed.

    Without effect where workers are spawned, and after the first call in a process.
    """
    system.preload(*modules)


@contextlib.contextmanager
def collecting_rarely() -> Iterator[None]:
    """Look for garbage in cycles seldom; also a decorator.

    Python looks after every 700 new objects. A month has millions that live to its end and are in
    no cycle: looking at them again and again took a sixth of reading and a quarter of summing up.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@dataclass(slots=True, eq=False)
class _Worker:
    """One process with its pipe, and the inputs it still owes, the running one first."""

    process: BaseProcess
    pipe: Connection
    ready: bool = False
    owed: deque[int] = field(default_factory=deque)
    finished: int = 0
    deadline: float = 0.0
    held: int = 0  # bytes at its start, where nothing but the parent caps its memory


def _make_ready(task: object) -> None:
    """Let be imported, and loaded, what each worker would import and load for itself."""
    warm_up(type(task).__module__, getattr(task, "__module__", __name__))
    if system.start_method() == "fork" and isinstance(task, Prepared):
        task.prepare()


class _Pool(Generic[Input, Result]):
    """The parent's side: chunks out, results in, dead workers replaced."""

    def __init__(
        self,
        task: Callable[[Input], Result],
        inputs: Sequence[Input],
        *,
        jobs: int,
        limits: Limits,
    ) -> None:
        self._task = task
        self._inputs = inputs
        self._limits = limits
        self._jobs = min(jobs, len(inputs))
        self._waiting: deque[int] = deque(range(len(inputs)))
        self._tried: set[int] = set()  # crashed a used worker once
        self._workers: list[_Worker] = []
        self._false_starts = 0
        self._watched = not system.caps_memory()

    def outcomes(self) -> Iterable[tuple[int, tuple[Result] | Failure]]:
        """Give (index, outcome) as they come, each index once."""
        _make_ready(self._task)
        left = len(self._inputs)
        while left:
            while len(self._workers) < min(self._jobs, self._wanted()):
                self._workers.append(self._start())
            for worker in self._workers:  # inputs may come back from a worker that died
                if worker.ready and not worker.owed:
                    self._feed(worker)
            for worker in self._stirring():
                for outcome in self._hear(worker):
                    left -= 1
                    yield outcome
            for worker in self._late():
                left -= 1
                yield self._lose(worker), Failure.TIMEOUT
            for worker in self._greedy():
                for outcome in self._failed(worker, Failure.MEMORY):
                    left -= 1
                    yield outcome

    def _wanted(self) -> int:
        """How many workers there is work for: those at work and one for each waiting input."""
        return sum(bool(worker.owed) for worker in self._workers) + len(self._waiting)

    def _start(self) -> _Worker:
        context = multiprocessing.get_context(system.start_method())
        ours, theirs = context.Pipe()
        process: BaseProcess = context.Process(  # type: ignore[attr-defined]  # every context has it
            target=_serve, args=(theirs, self._task, self._limits), daemon=True
        )
        with system.without_program():
            process.start()
        theirs.close()
        return _Worker(process=process, pipe=ours)

    def _stirring(self) -> list[_Worker]:
        """Wait until a worker speaks, dies, or comes to its deadline."""
        deadlines = [worker.deadline for worker in self._workers if worker.owed]
        pause = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
        if self._watched and pause is not None:
            pause = min(pause, _LOOK)
        heard = connection.wait([worker.pipe for worker in self._workers], pause)
        return [worker for worker in self._workers if worker.pipe in heard]

    def _hear(self, worker: _Worker) -> Iterable[tuple[int, tuple[Result] | Failure]]:
        """Take one message of a worker; one that is dead gives its running input back."""
        try:
            message: tuple[Result] | Failure | None = worker.pipe.recv()
        except (EOFError, OSError):
            yield from self._bury(worker)
            return
        if message is None:
            worker.ready = True
            self._false_starts = 0
            if self._watched:
                worker.held = system.memory_of(worker.process.pid or 0)
        elif message is Failure.MEMORY:
            yield from self._failed(worker, Failure.MEMORY)
            return
        else:
            worker.finished += 1
            yield worker.owed.popleft(), message
        worker.deadline = time.monotonic() + self._limits.seconds

    def _feed(self, worker: _Worker) -> None:
        """Give a worker its next chunk; chunks shrink towards the end so that all finish alike."""
        size = max(1, min(_LARGEST_CHUNK, len(self._waiting) // (2 * self._jobs)))
        chunk = [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]
        if not chunk:
            return
        worker.owed.extend(chunk)
        worker.deadline = time.monotonic() + self._limits.seconds
        with contextlib.suppress(OSError):  # it died meanwhile: the next look finds it so
            worker.pipe.send([self._inputs[index] for index in chunk])

    def _bury(self, worker: _Worker) -> Iterable[tuple[int, Failure]]:
        """Take a dead worker out; its running input has failed or is tried once more."""
        worker.process.join(timeout=_GRACE)
        code = worker.process.exitcode
        _log.info("worker %s ended with %s", worker.process.pid, code)
        if not worker.ready:
            self._false_starts += 1
            if self._false_starts >= _STARTS_IN_A_ROW:
                raise TorimatomeError(
                    f"ファイルを読み取る処理を始められませんでした（終了コード {code}）。"
                    "ほかのソフトを閉じてメモリを空けてから、もう一度実行してください。"
                )
        timed_out = system.ended_by_alarm(code)
        yield from self._failed(worker, Failure.TIMEOUT if timed_out else Failure.CRASH)

    def _failed(self, worker: _Worker, failure: Failure) -> Iterable[tuple[int, Failure]]:
        used = worker.finished > 0
        index = self._lose(worker)
        if index < 0:
            return
        if used and failure is not Failure.TIMEOUT and index not in self._tried:
            self._tried.add(index)
            self._waiting.appendleft(index)
        else:
            yield index, failure

    def _late(self) -> list[_Worker]:
        """Give the workers past their deadline that have nothing more to say."""
        now = time.monotonic()
        return [
            worker
            for worker in self._workers
            if worker.owed and worker.deadline <= now and not worker.pipe.poll()
        ]

    def _greedy(self) -> list[_Worker]:
        """Give the workers over their memory, where the system itself refuses them nothing."""
        if not self._watched:
            return []
        return [
            worker
            for worker in self._workers
            if worker.owed
            and not worker.pipe.poll()
            and system.memory_of(worker.process.pid or 0) > worker.held + self._limits.memory
        ]

    def _lose(self, worker: _Worker) -> int:
        """End a worker; give the input it was at (-1: none) and put the others back in front."""
        self._workers.remove(worker)
        _end(worker)
        index = worker.owed.popleft() if worker.owed else -1
        self._waiting.extendleft(reversed(worker.owed))
        return index

    def kill(self) -> None:
        """End every worker at once."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            _end(worker)
        self._workers.clear()


def _end(worker: _Worker) -> None:
    worker.process.kill()
    worker.process.join()
    worker.process.close()
    worker.pipe.close()


def _serve(pipe: Connection, task: Callable[[Input], Result], limits: Limits) -> None:
    """The worker's side: chunks in, one message an input out, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    _silence()
    system.cap_memory(limits.memory)
    gc.freeze()  # what the server imported stays, and stays shared with it
    with contextlib.suppress(EOFError, OSError), collecting_rarely():  # the parent is gone
        pipe.send(None)
        while True:
            chunk: list[Input] = pipe.recv()
            for given in chunk:
                system.alarm(limits.seconds + _GRACE)
                outcome = _attempt(task, given)
                system.alarm(0)
                pipe.send(outcome)


def _attempt(task: Callable[[Input], Result], given: Input) -> tuple[Result] | Failure:
    try:
        return (task(given),)  # the tuple tells a result from a Failure
    except MemoryError:
        return Failure.MEMORY
    except Exception:  # noqa: BLE001 - the isolation border: a fault in reading costs one file
        _log.info("task failed", exc_info=True)
        return Failure.CRASH


def _silence() -> None:
    """Keep what native code prints when it aborts away from the coordinator's terminal."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)

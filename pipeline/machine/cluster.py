"""Run a task over inputs on Dask distributed, through the interface of `isolate`.

A Dask worker never reads a file itself: each Dask task takes a chunk of inputs and runs it through
`run_isolated`, so that a hostile file costs a reader process of that machine, with the same
limits, the same second try and the same reasons as on one machine, and never the Dask worker with
what others have on it. Where a Dask worker itself is lost (machine gone, killed for memory), the
scheduler runs its chunks again elsewhere; a chunk that keeps taking workers with it is run input
by input, and only the input that still does so has failed.

The only module that knows distributed, which is the extra `torimatome[cluster]`.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import platform
import signal
from collections import deque
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.machine.isolate import Failure, run_isolated
from pipeline.machine.system import usable_cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from distributed import Client, Future

    from pipeline.settings import Limits

Input = TypeVar("Input")
Result = TypeVar("Result")

LOCAL = "local"
_ONLY_HERE = "127.0.0.1:0"  # else its web server listens to the whole network on port 8787
_LARGEST_CHUNK = 64  # a reader process starts once a chunk; a lost worker costs so much work
_CHUNKS_A_CORE = 4  # chunks under way for each core: none waits, and the scheduler stays small
_CONNECT = 20.0  # seconds to reach a scheduler and its first worker
_SILENCE = 30.0  # seconds without a result after which the cluster is asked whether it lives


class Store(Protocol):
    """Takes what came of a chunk where it was run."""

    def __call__(self, name: str, outcomes: Sequence[Any | Failure]) -> list[Any | Failure]:
        """Give what to send back of each input; ``name`` is the chunk's, the same if run again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """An `isolate.Executor` on a Dask cluster.

    ``scheduler`` is an address (``tcp://host:8786``, ``tls://…``) or LOCAL, worker processes of
    this machine. ``shared`` are folders that every worker must see. ``store`` takes what came of
    a chunk, on the worker that ran it, and gives what to send back instead.
    """

    scheduler: str
    shared: tuple[Path, ...] = ()
    store: Store | None = None

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
        """Give one result an input, in the order of the inputs; see `isolate.run_isolated`.

        `jobs` is the number of workers of LOCAL; an existing cluster has its own. TorimatomeError
        where the extra is not installed, the cluster is not reached, its workers are of another
        version or do not see the shared folder, or where it is lost during the run.
        """
        if not inputs:
            return []
        results: dict[int, Result] = {}
        with _client(self.scheduler, jobs or usable_cores()) as client:
            _insist_on_fit_workers(client, self.shared)
            chunk = _Chunk(task=task, limits=limits, store=self.store)
            for index, outcome in _outcomes(client, chunk, inputs):
                result = (
                    on_failure(inputs[index], outcome) if isinstance(outcome, Failure) else outcome
                )
                results[index] = result if receive is None else receive(result)
        return [results[index] for index in range(len(inputs))]


@contextlib.contextmanager
def _client(scheduler: str, workers: int) -> Iterator[Client]:
    """Connect to a cluster, or start one on this machine that ends with the run."""
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise TorimatomeError(
            "--scheduler を使うには、追加の部品（cluster）が必要です。"
            "「.venv/bin/python -m pip install --require-hashes -r requirements/cluster.txt」"
            "または「pip install torimatome[cluster]」で入れてから、もう一度実行してください。",
            ExitCode.USAGE,
        ) from error
    with contextlib.ExitStack() as stack:
        address: Any = scheduler
        if scheduler == LOCAL:
            with _deaf_to_ctrl_c():
                address = stack.enter_context(
                    LocalCluster(
                        n_workers=workers,
                        threads_per_worker=1,
                        processes=True,
                        dashboard_address=_ONLY_HERE,
                        memory_limit=0,  # the reader processes have limits of their own
                        silence_logs=logging.CRITICAL,
                    )
                )
        try:
            client = stack.enter_context(Client(address, timeout=_CONNECT))
            client.wait_for_workers(1, timeout=_CONNECT)
        except (OSError, TimeoutError, ValueError) as error:  # ValueError: no address at all
            raise TorimatomeError(
                f"クラスタ（--scheduler {scheduler}）につながらないか、ワーカーがいません。"
                "アドレス（例 tcp://10.0.0.5:8786）と、dask scheduler・dask worker が"
                "動いていることを確かめてください。"
                "--scheduler を付けなければ、このパソコンだけで集計します。",
                ExitCode.USAGE,
            ) from error
        yield client


@contextlib.contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Let processes started meanwhile ignore Ctrl-C: that is for this process to answer."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not the main thread: nobody can interrupt us there
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What must be the same on a worker for it to give the same results."""

    product: str
    python: str
    sees: tuple[bool, ...]  # each of the shared folders


def _facts(shared: tuple[Path, ...]) -> _Facts:
    """Tell what this process is; runs here and on every worker."""
    return _Facts(
        product=version("torimatome"),
        python=".".join(platform.python_version_tuple()[:2]),
        sees=tuple(folder.is_dir() for folder in shared),
    )


def _insist_on_fit_workers(client: Client, shared: tuple[Path, ...]) -> None:
    """Refuse workers that would read otherwise than this process, before a file is blamed."""
    ours = _facts(shared)
    for worker, theirs in client.run(_facts, shared, on_error="return").items():
        if isinstance(theirs, BaseException) or theirs.product != ours.product:
            found = getattr(theirs, "product", "なし")
            what = f"torimatome が同じ版ではありません（こちら {ours.product}、ワーカー {found}）。"
        elif theirs.python != ours.python:
            what = f"Python の版が違います（こちら {ours.python}、ワーカー {theirs.python}）。"
        elif not all(theirs.sees):
            raise TorimatomeError(
                f"クラスタのワーカー {worker} から、フォルダ {shared[theirs.sees.index(False)]} が"
                "見えません。"
                "全部のワーカーから同じ場所に見える共有フォルダに置くか、"
                "--inbox に s3:// などの URL を指定してください。",
                ExitCode.USAGE,
            )
        else:
            continue
        raise TorimatomeError(
            f"クラスタのワーカー {worker} では集計できません。{what}"
            "ワーカーにも同じ Python と同じ torimatome[cluster] を入れてください。",
            ExitCode.USAGE,
        )


def _outcomes(
    client: Client, run: _Chunk, inputs: Sequence[Any]
) -> Iterator[tuple[int, Any | Failure]]:
    """Give (index, outcome) as they come, each index once."""
    from distributed import KilledWorker  # noqa: PLC0415 - an extra

    cores = max(1, sum(client.ncores().values()))
    waiting: deque[range] = deque(_chunks(len(inputs), cores))
    running: dict[Future[Any], range] = {}
    while waiting or running:
        while waiting and len(running) < cores * _CHUNKS_A_CORE:
            chunk = waiting.popleft()
            name = f"{chunk.start:08}-{len(chunk):04}"
            given = [inputs[index] for index in chunk]
            running[client.submit(run, name, given, pure=False)] = chunk
        for future in _finished(client, running):
            chunk = running.pop(future)
            error = future.exception() if future.status == "error" else None
            if isinstance(error, KilledWorker) and len(chunk) > 1:
                waiting.extendleft(range(index, index + 1) for index in reversed(chunk))
            elif isinstance(error, KilledWorker):
                yield chunk[0], Failure.CRASH
            elif isinstance(error, TorimatomeError):
                raise error
            elif future.status != "finished":
                raise _lost(f"{future.status} {type(error).__name__}") from error
            else:
                yield from zip(chunk, future.result(), strict=True)


def _chunks(count: int, cores: int) -> Iterable[range]:
    """Cut `count` inputs into chunks, small enough that every core gets several."""
    size = max(1, min(_LARGEST_CHUNK, count // (_CHUNKS_A_CORE * cores)))
    return (range(start, min(start + size, count)) for start in range(0, count, size))


def _finished(client: Client, running: dict[Future[Any], range]) -> list[Future[Any]]:
    """Wait for chunks to end; a cluster that lost its scheduler or all workers is given up."""
    from distributed import wait  # noqa: PLC0415 - an extra

    while True:
        try:
            done = wait(list(running), timeout=_SILENCE, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            if client.status != "running" or not client.ncores():
                raise _lost("no workers left") from None
            continue
        return sorted(done, key=lambda future: running[future].start)


def _lost(detail: str) -> TorimatomeError:
    return TorimatomeError(
        f"集計の途中でクラスタとの接続が切れました（{detail}）。何も書き出していません。"
        "dask scheduler と dask worker の記録を確かめてから、もう一度実行してください。"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chunk:
    """What a Dask worker does with a chunk: it runs it in a reader process of its own."""

    task: Callable[[Any], Any]
    limits: Limits
    store: Store | None

    def __call__(self, name: str, inputs: Sequence[Any]) -> list[Any | Failure]:
        """Give what came of each input; runs on a Dask worker."""
        process = multiprocessing.current_process()
        if process.daemon:  # as a nanny starts its worker: such a process may not start others
            process.daemon = False
        outcomes = run_isolated(
            self.task,
            inputs,
            jobs=1,
            limits=self.limits,
            on_failure=lambda _given, failure: failure,
        )
        return outcomes if self.store is None else self.store(name, outcomes)

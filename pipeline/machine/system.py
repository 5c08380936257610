"""What differs from system to system: processes, their clock and memory, names on the disk.

The only module that asks which system it runs on, or calls what only some have; a test holds that.
Where a system lacks something, what stands in for it is here too.
"""

import contextlib
import importlib
import importlib.util
import multiprocessing
import os
import signal
import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path

WINDOWS = os.name == "nt"
FORK_SERVER = "forkserver" in multiprocessing.get_all_start_methods()
START_METHOD = "forkserver" if FORK_SERVER else "spawn"
_STATM = Path("/proc/self/statm")
_THREADS = Path("/proc/self/task")
_ALARM = "SIGALRM"
_hiding = threading.Lock()


def usable_cores() -> int:
    """Count the cores that this process may use."""
    with contextlib.suppress(AttributeError):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def start_method() -> str:
    """Give how workers start now: as copies of this process where it is alone, see `is_alone`."""
    return "fork" if FORK_SERVER and is_alone() else START_METHOD


def is_alone() -> bool:
    """Tell whether this process has one thread only, where that can be known (Linux).

    Then it may be copied as it stands: of another thread a copy would keep the locks, for ever.
    """
    try:
        return len(list(_THREADS.iterdir())) == 1
    except OSError:
        return False


def preload(*modules: str) -> None:
    """Import `modules` where workers come from: here, or in a server that starts now.

    Without effect where each worker begins anew.
    """
    if start_method() == "fork":
        for module in modules:
            importlib.import_module(module)
    elif FORK_SERVER:
        server = importlib.import_module("multiprocessing.forkserver")
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([*modules])
        with without_program():
            server.ensure_running()


@contextlib.contextmanager
def without_program() -> Iterator[None]:
    """Start processes that do not know the program that runs: what they do stands in modules.

    multiprocessing looks it up under this name and has no switch for it. A script without a main
    guard would run once more in each of them, and a notebook or a script from standard input has
    no file to import.
    """
    with _hiding:
        program = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = program


def alarm(seconds: float) -> None:
    """End this process by itself after `seconds` (0: never mind), were its parent gone.

    Without effect on Windows, where the parent alone looks at the clock.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def ended_by_alarm(exit_code: int | None) -> bool:
    """Tell by its exit code whether a process was ended by `alarm`."""
    return hasattr(signal, _ALARM) and exit_code == -getattr(signal, _ALARM)


def caps_memory() -> bool:
    """Tell whether this system refuses a process what `cap_memory` forbids it (Linux).

    Elsewhere whoever started the process looks at `memory_of` now and then.
    """
    return importlib.util.find_spec("resource") is not None and _STATM.exists()


def cap_memory(allowance: int) -> None:
    """Cap the address space at `allowance` bytes above what this process has now."""
    if not caps_memory():
        return
    resource = importlib.import_module("resource")
    with contextlib.suppress(OSError, ValueError):  # a lower hard limit
        pages = int(_STATM.read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + allowance
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def memory_of(process: int) -> int:
    """Give the bytes that a process holds for itself; 0 where it is gone."""
    import psutil  # noqa: PLC0415 - not installed on Linux, which needs it for nothing

    try:
        held = psutil.Process(process).memory_info()
    except psutil.Error:
        return 0
    return max(int(held.rss), int(getattr(held, "private", 0)))


def is_running(process: int) -> bool:
    """Tell whether a process of this computer runs; where that is unknown, it does."""
    if process == os.getpid():
        return True
    if WINDOWS:  # os.kill would end it there
        import psutil  # noqa: PLC0415 - as above

        return bool(psutil.pid_exists(process))
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def sync_folder(folder: Path) -> None:
    """See the names of a folder on the disk, where the system can do so (Windows cannot)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

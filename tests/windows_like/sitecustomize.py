"""As much of Windows as a Linux process can be made to have.

Every process with this folder on PYTHONPATH loads it before its own first line, workers as well.
What Python for Windows has not is gone (names recorded from 3.12); what Windows refuses is refused:
an open file is not moved, written over or removed, a name is no device and no longer than 259
letters, and two names in a folder differ in more than their case.
"""

import errno
import multiprocessing.popen_fork
import multiprocessing.popen_spawn_posix
import multiprocessing.resource_tracker
import multiprocessing.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from multiprocessing import context
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil  # before what it needs on Linux is gone

_HERE = Path(__file__).resolve().parent
_MODULES = [
    "resource",
    "fcntl",
    "pwd",
    "grp",
    "pty",
    "syslog",
    "readline",
    "curses",
    "crypt",
    "nis",
]
# What libraries ask of Linux stays (numpy here, click tty and termios): test_machine has our own.
_LIBRARIES_ASK = {"uname"}
_LONGEST = 259
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f<>:"|?*]')
_SYSTEM = ("/proc/", "/dev/", "/sys/")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_session = os.getsid
_plain_rename = os.rename
_busy = False


def _lose_what_windows_has_not() -> None:
    recorded = dict(
        line.split(": ") for line in (_HERE / "names.txt").read_text("utf-8").splitlines()
    )
    for module in (os, signal, time):
        kept = set(recorded[module.__name__].split()) | _LIBRARIES_ASK
        for name in [name for name in vars(module) if name not in kept]:
            delattr(module, name)
    for name in _MODULES:
        sys.modules[name] = None  # type: ignore[assignment] # what `import` takes for missing
    multiprocessing.resource_tracker._HAVE_SIGMASK = False  # type: ignore[attr-defined]
    shutil._use_fd_functions = False  # type: ignore[attr-defined]
    shutil._USE_CP_SENDFILE = False  # type: ignore[attr-defined]
    shutil._copyxattr = lambda *_, **__: None  # type: ignore[attr-defined]


def _only_spawn() -> None:
    """Leave the one way to start a worker; what the library itself needs here it got above."""
    spawn = context._default_context.get_context("spawn")
    context._concrete_contexts.clear()  # type: ignore[attr-defined]
    context._concrete_contexts["spawn"] = spawn  # type: ignore[attr-defined]
    context._default_context.set_start_method("spawn", force=True)
    context._default_context.get_all_start_methods = lambda: ["spawn"]  # type: ignore[method-assign]
    multiprocessing.get_all_start_methods = lambda: ["spawn"]
    # They ask for SIGKILL by its name, which is gone.
    multiprocessing.popen_fork.Popen.kill = lambda self: self._send_signal(9)  # type: ignore[attr-defined, method-assign]
    subprocess.Popen.kill = lambda self: self.send_signal(9)  # type: ignore[method-assign]


class _MachineFinder(MetaPathFinder):
    """Lets the product's own module of systems be told that this one is Windows."""

    def find_spec(
        self, fullname: str, path: Any = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != "pipeline.machine.system":
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def run_as_windows(module: ModuleType) -> None:
                run(module)
                module.WINDOWS = True  # type: ignore[attr-defined]

            spec.loader.exec_module = run_as_windows  # type: ignore[method-assign]
        return spec


@contextmanager
def _alone() -> Iterator[None]:
    """Let what the guard itself opens pass."""
    global _busy
    _busy = True
    try:
        yield
    finally:
        _busy = False


def _is_open(place: str) -> bool:
    """Tell whether a process of this session has a file, or one below a folder, open or mapped."""
    real = os.path.realpath(place)
    below = f"{real}/"
    for number in os.listdir("/proc"):
        try:
            if not number.isdecimal() or _session(int(number)) != _session(0):
                continue
            links = [f"/proc/{number}/cwd"]
            links += [f"/proc/{number}/fd/{each}" for each in os.listdir(f"/proc/{number}/fd")]
            maps = Path(f"/proc/{number}/maps").read_text("utf-8", "replace")
        except OSError:
            continue
        found = {line.partition("/")[2] for line in maps.splitlines() if "/" in line}
        held = {f"/{each}" for each in found}
        for link in links:
            try:
                held.add(os.readlink(link))
            except OSError:
                continue
        if any(each == real or each.startswith(below) for each in held):
            return True
    return False


def _refuse(number: int, place: str) -> None:
    raise OSError(number, os.strerror(number), place)


def _check_name(place: str, *, made: bool) -> None:
    whole = os.path.abspath(place)
    if whole.startswith(_SYSTEM) or whole == os.devnull:
        return
    if len(whole) > _LONGEST:
        _refuse(errno.ENOENT, place)
    for part in whole.split("/"):
        if _NOT_IN_NAMES.search(part) or _DEVICE.match(part) or part != part.rstrip(" ."):
            _refuse(errno.EINVAL, place)
    folder, name = os.path.split(whole)
    if made and os.path.isdir(folder):
        twins = {each for each in os.listdir(folder) if each.casefold() == name.casefold()}
        if twins - {name}:
            _refuse(errno.EEXIST, place)


def _check_open(place: Any, mode: str | None, flags: int) -> None:
    if isinstance(place, int) or not place:
        return
    place = os.fsdecode(place)
    if mode is None and os.path.isdir(place):
        _refuse(errno.EACCES, place)
    _check_name(place, made=bool(flags & _WRITES))


def _check_rename(source: str, target: str, *_: int) -> None:
    source, target = os.fsdecode(source), os.fsdecode(target)
    _check_name(target, made=os.path.dirname(source) != os.path.dirname(target))
    for place in (source, target):
        if os.path.lexists(place) and _is_open(place):
            _refuse(errno.EACCES, place)


def _check_remove(place: str, *_: int) -> None:
    place = os.fsdecode(place)
    if os.path.isdir(place) or _is_open(place):
        _refuse(errno.EACCES, place)


def _check_rmdir(place: str, *_: int) -> None:
    if _is_open(os.fsdecode(place)):
        _refuse(errno.EACCES, os.fsdecode(place))


_CHECKS: dict[str, Any] = {
    "open": _check_open,
    "os.rename": _check_rename,
    "os.remove": _check_remove,
    "os.rmdir": _check_rmdir,
    "os.mkdir": lambda place, *_: _check_name(os.fsdecode(place), made=True),
    "os.link": lambda _, place, *__: _check_name(os.fsdecode(place), made=True),
    "os.symlink": lambda _, place, *__: _check_name(os.fsdecode(place), made=True),
}


def _hook(event: str, given: tuple[Any, ...]) -> None:
    """Refuse what Windows would."""
    check = _CHECKS.get(event)
    if check is not None and not _busy:
        with _alone():
            check(*given)


def _rename(source: Any, target: Any, **folders: Any) -> None:
    """Rename as Windows does: never over what is there."""
    if os.path.lexists(target) and os.path.realpath(source) != os.path.realpath(target):
        _refuse(errno.EEXIST, os.fsdecode(target))
    _plain_rename(source, target, **folders)


assert psutil
_lose_what_windows_has_not()
_only_spawn()
os.rename = _rename  # type: ignore[assignment]
sys.meta_path.insert(0, _MachineFinder())
sys.addaudithook(_hook)

"""What differs between systems stands in one module, and each stand-in does its work."""

import ast
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bench.generate import generate
from pipeline.machine import system
from pipeline.machine.isolate import Failure, run_isolated
from pipeline.settings import Limits

ROOT = Path(__file__).resolve().parent.parent
_MODULES = {"resource", "fcntl", "pwd", "grp", "termios", "pty", "msvcrt", "winreg", "ctypes"}
_MODULES |= {"psutil", "posix", "syslog"}
_CALLS = re.compile(
    r"\b(?:os\.(?:fork|forkpty|kill|killpg|getuid|geteuid|getgid|setsid|nice|chown|mkfifo|statvfs"
    r"|sched_\w+|uname|startfile|name\b)|sys\.(?:platform|getwindowsversion)"
    r"|platform\.system|signal\.(?:setitimer|alarm|SIGALRM|SIGKILL|SIGHUP|ITIMER\w*|pthread\w*)"
    r"|SIGALRM|forkserver)\b"
)


def _foreign(path: Path) -> set[str]:
    """Give what a module takes from one kind of system alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    code = "\n".join(
        ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name)
    )
    return (imported & _MODULES) | set(_CALLS.findall(code))


def test_one_module_knows_the_systems() -> None:
    package = ROOT / "pipeline"
    found = {
        path.relative_to(package).as_posix() for path in package.rglob("*.py") if _foreign(path)
    }
    assert found == {"machine/system.py"}


def test_every_text_names_its_encoding_and_its_line_ends() -> None:
    """Windows would write cp932 and CRLF; the same month must give the same bytes there."""
    loose = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "pipeline").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _writes_loosely(node)
    ]
    assert loose == []


def _writes_loosely(call: ast.Call) -> bool:
    method = isinstance(call.func, ast.Attribute)
    name = ast.unparse(call.func).rpartition(".")[2]
    told = {keyword.arg for keyword in call.keywords}
    if name == "read_text":
        return method and "encoding" not in told
    if name == "write_text":
        return not {"encoding", "newline"} <= told
    given = call.args[: 1 if method else 2][-1:]
    mode = ast.literal_eval(given[0]) if given and isinstance(given[0], ast.Constant) else ""
    text = isinstance(mode, str) and bool(re.match(r"[wxa]", mode)) and "b" not in mode
    return name == "open" and text and not {"encoding", "newline"} <= told


def work(given: object) -> str:
    """Take memory in small steps, as a parser does, or just answer."""
    if given == "grow":
        kept = []
        for _ in range(4_000):
            kept.append(bytearray(1 << 20))
            time.sleep(0.001)
    return f"{given} done"


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_parent_caps_memory_where_the_system_does_not(
    jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "caps_memory", lambda: False)
    monkeypatch.setattr(system, "FORK_SERVER", False)  # its workers would cap themselves
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent / "no_caps")]))
    told = run_isolated(
        work,
        [1, 2, "grow", 3],
        jobs=jobs,
        limits=Limits(memory=300 << 20, seconds=60),
        on_failure=lambda given, failure: f"{given} {failure}",
    )
    assert told == ["1 done", "2 done", f"grow {Failure.MEMORY}", "3 done"]


def test_a_process_is_known_to_run_on_either_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for windows in (False, True):
        monkeypatch.setattr(system, "WINDOWS", windows)
        assert system.is_running(os.getpid())
        assert system.is_running(os.getppid())
        assert not system.is_running(ended.pid)


def test_the_memory_of_a_process_that_is_gone_is_none() -> None:
    assert system.memory_of(os.getpid()) > 1 << 20
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert system.memory_of(ended.pid) == 0


def test_a_folder_that_cannot_be_synced_is_passed_over(tmp_path: Path) -> None:
    system.sync_folder(tmp_path)
    system.sync_folder(tmp_path / "none")


_SPARED = """
import os, sys
from pathlib import Path
from pipeline.cli import main
from pipeline.machine import system
started = []
method = system.start_method
system.start_method = lambda: started.append(method()) or started[-1]
sys.argv = ["torimatome", "aggregate", "--inbox", {inbox!r}, "--outbox", {outbox!r},
            "--month", "2026-11", "--yes", "--quiet"]
code = main()
print("pandas" in sys.modules, *started)
sys.exit(code)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers come from a server")
def test_a_run_of_the_command_loads_no_pandas_and_copies_itself_for_workers(tmp_path: Path) -> None:
    generate(tmp_path / "inbox", 2, seed=1)
    script = _SPARED.format(inbox=str(tmp_path / "inbox"), outbox=str(tmp_path / "outbox"))
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    pandas, *methods = ran.stdout.splitlines()[-1].split()
    assert pandas == "False"
    assert set(methods) == {"fork"}


def test_a_process_with_threads_is_not_copied() -> None:
    asked = threading.Event()
    thread = threading.Thread(target=asked.wait)
    thread.start()
    assert system.start_method() == system.START_METHOD
    asked.set()
    thread.join()

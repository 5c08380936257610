"""Faults at every file operation of a command: killed there, or refused by a full or broken disk.

    python tests/faults.py run 0 20      every 20th point of a run, from the first on

Each point is a process of its own, forked from this one, in a copy of the same folder. An audit
hook counts what changes a file below that folder, and strikes at one of these operations.
Afterwards the next command must find the work wholly undone or wholly done, and its result must
be that of an undisturbed one.
"""

import errno
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from inboxes import good, load, settings_for

# Loaded once here: every point is a fork of this process.
import pipeline.read.ooxml
import pipeline.summarise
import pipeline.write.apart
import pipeline.write.data
import pipeline.write.pivot
import pipeline.write.review_form
import pipeline.write.sheets
import pipeline.write.slip
import pipeline.write.within  # noqa: F401
from pipeline.close import carry_out, finish_interrupted, plan_close
from pipeline.errors import TorimatomeError
from pipeline.lock import at_work
from pipeline.run import aggregate
from pipeline.sample import MONTH
from pipeline.sendback import send_back

KILLED = 137
REFUSED = 3
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link"}

State = dict[str, str]


class Strike:
    """Counts the operations that change something below a folder and strikes at one of them."""

    def __init__(self, root: Path, at: int, how: str) -> None:
        self.root, self.at, self.how = str(root), at, how
        self.count = 0
        self.fsync = os.fsync

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = args
            if not (flags & _WRITING if mode is None else set(mode) & set("wax+")):
                return
        elif event in _CHANGES:
            path = args[0]
        else:
            return
        if isinstance(path, (str, bytes, os.PathLike)) and os.fsdecode(path).startswith(self.root):
            self.reached()

    def synced(self, handle: Any) -> None:
        self.reached()
        self.fsync(handle)

    def reached(self) -> None:
        self.count += 1
        if self.count - 1 != self.at:
            return
        if self.how == "kill":
            os._exit(KILLED)
        code = errno.ENOSPC if self.count % 2 else errno.EIO
        raise OSError(code, os.strerror(code))


def apart(work: Callable[[], int]) -> int:
    """Do something in a process of its own; give its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        sys.stdout = sys.stderr
        os._exit(work())
    except TorimatomeError:
        os._exit(REFUSED)
    except BaseException:  # noqa: BLE001 - a child must never return into the loop of points
        sys.excepthook(*sys.exc_info())
        os._exit(70)


def struck(root: Path, command: Callable[[Path], None], at: int, how: str) -> int:
    """Do a command with a fault at one point; give its exit code."""

    def work() -> int:
        strike = Strike(root, at, how)
        os.fsync = strike.synced  # type: ignore[assignment]
        sys.addaudithook(strike.audit)
        command(root)
        return 0

    return apart(work)


def points(root: Path, command: Callable[[Path], None], told: Path) -> int:
    """Count the operations of an undisturbed command."""

    def work() -> int:
        strike = Strike(root, -1, "count")
        os.fsync = strike.synced  # type: ignore[assignment]
        sys.addaudithook(strike.audit)
        command(root)
        count = strike.count
        told.write_text(str(count))
        return 0

    assert apart(work) == 0
    return int(told.read_text())


def state(folder: Path) -> State:
    """Give the hash of every file below a folder; of run.json what two runs share."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if path.name == "run.json":
                run = json.loads(content)
                del run["timing"]
                content = json.dumps(run).encode()
            found[path.relative_to(folder).as_posix()] = hashlib.sha256(content).hexdigest()
    return found


# ---- the commands --------------------------------------------------------------------------


def run(root: Path) -> None:
    aggregate(settings_for(root, jobs=1, pivot=False))


def close(root: Path) -> None:
    settings = settings_for(root, jobs=1)
    with at_work(settings.outbox):
        finish_interrupted(settings.inbox)
        carry_out(plan_close(settings.inbox, settings.outbox, MONTH).moves, settings.inbox)


def sendback(root: Path) -> None:
    send_back(settings_for(root, jobs=1))


def put_in_order(root: Path) -> None:
    """Do what every command does before its own work."""
    settings = settings_for(root)
    with at_work(settings.outbox):
        finish_interrupted(settings.inbox)


@dataclass(frozen=True)
class Story:
    """A command, and what was done before it."""

    before: tuple[Callable[[Path], None], ...]
    command: Callable[[Path], None]


def _first(root: Path) -> None:
    checklist = load()
    (root / "inbox").mkdir(parents=True)
    for name, mark in (("若葉市", "①"), ("青葉町", "検討中")):
        (root / "inbox" / f"{name}.xlsx").write_bytes(good(name, checklist, mark))
    for path in (root / "inbox").iterdir():
        os.utime(path, (1_795_000_000, 1_795_000_000))


def _more(root: Path) -> None:
    """Decide something in 確認票, change the workbook by hand, and let another return come."""
    form = root / "outbox" / MONTH / f"確認票_{MONTH}.xlsx"
    book = openpyxl.load_workbook(form)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == "判断" and cell.row is not None:
                    sheet.cell(cell.row + 1, cell.column or 1).value = "このままでよい"
                    break
    book.save(form)
    consolidated = root / "outbox" / MONTH / f"集計_{MONTH}.xlsx"
    consolidated.write_bytes(consolidated.read_bytes() + b"by hand")
    os.utime(consolidated, (1_795_000_000, 1_795_000_000))
    path = root / "inbox" / "山吹村.xlsx"
    path.write_bytes(good("山吹村", load(), "②"))
    os.utime(path, (1_795_000_000, 1_795_000_000))


def _less(root: Path) -> None:
    """Let a body answer what was asked, so that its slip is to be set aside."""
    path = root / "inbox" / "青葉町.xlsx"
    path.write_bytes(good("青葉町", load(), "③"))
    os.utime(path, (1_795_000_000, 1_795_000_000))


STORIES = {
    "run": Story(before=(_first, run, _more), command=run),
    "close": Story(before=(_first, run), command=close),
    "sendback": Story(before=(_first, run, sendback, _less), command=sendback),
}


def _does(root: Path, steps: Iterable[Callable[[Path], None]]) -> None:
    for step in steps:

        def work(step: Callable[[Path], None] = step) -> int:
            step(root)
            return 0

        assert apart(work) == 0, step


def strike_everywhere(name: str, first: int, every: int, into: Path) -> tuple[int, list[str]]:
    """Strike at every n-th point of a story's command, in both ways; give how many, and faults."""
    story = STORIES[name]
    start = into / "start"
    start.mkdir()
    _does(start, story.before)
    old = state(start)
    work = into / "work"
    shutil.copytree(start, work)
    total = points(work, story.command, into / "count")
    new = state(work)
    _does(work, [story.command])
    again = state(work)
    wrong: list[str] = []
    for at in range(first, total, every):
        for how in ("kill", "fail"):
            shutil.rmtree(work)
            shutil.copytree(start, work)
            wrong += [
                f"{name}, point {at} of {total}, {how}: {problem}"
                for problem in _one(work, story, at, how, (old, new, again))
            ]
    return len(range(first, total, every)) * 2, wrong


def _one(
    root: Path, story: Story, at: int, how: str, expected: tuple[State, State, State]
) -> Iterable[str]:
    old, new, again = expected
    code = struck(root, story.command, at, how)
    if how == "kill" and code not in (KILLED, 0):
        yield f"exit code {code}"
    if how == "fail" and code not in (0, REFUSED):
        yield f"exit code {code}"
    _does(root, [put_in_order])
    left = state(root)
    if left not in (old, new) and story.command is not sendback:
        yield f"neither old nor new: {_difference(left, old)} / {_difference(left, new)}"
    _does(root, [story.command])
    after = state(root)
    if after != (again if left == new else new):
        yield f"the next command gives something else: {_difference(after, new)}"


def _difference(one: State, other: State) -> str:
    keys = sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
    return " ".join(keys[:5])


def main() -> int:
    name, first, every = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        count, wrong = strike_everywhere(name, first, every, Path(folder).resolve())
    lines = [f"{name}: {count} faults, {len(wrong)} wrong", *wrong]
    sys.stdout.write("\n  ".join(lines) + "\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())

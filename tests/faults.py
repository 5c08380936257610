"""Faults at every file operation of a command: killed there, or refused by a full or broken disk.

    python tests/faults.py run 0 20      every 20th point of a run, from the first on
    python tests/faults.py run 0 1 one   every point, killed and refused in turns
    python tests/faults.py run sizes     every file of a run cut off in the middle

Each point is a process of its own, forked from this one, in a copy of the same folder. An audit
hook counts what changes a file below that folder, and strikes at one of these operations. In the
middle of a file the system itself strikes: no file may grow beyond a size just below that of one
of the month's files, so that the writing of the first one that does is cut short (by whatever
library), with an error or with the end of the process. Afterwards the next command must find the
work wholly undone or wholly done, and its result must be that of an undisturbed one.

A command is a function of its folder. Where a fault left the folder as it was, byte by byte, or as
an undisturbed command leaves it, the next result is known; it is made all the same at every 40th
point. At every 20th the next command is killed, too, before another one finds what is left.
"""

import errno
import hashlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from inboxes import good, load, read_in_this_process, settings_for, table

import pipeline.month.reading
import pipeline.run
import pipeline.summarise
import pipeline.write.data
import pipeline.write.pivot
import pipeline.write.review_form
import pipeline.write.sheets
import pipeline.write.slip
import pipeline.write.within
from pipeline.errors import TorimatomeError
from pipeline.inbox.close import carry_out, finish_interrupted, plan_close
from pipeline.loop.sendback import send_back
from pipeline.machine.lock import at_work

# Loaded once here: every point is a fork of this process.
from pipeline.month.remembered import NAME as READINGS
from pipeline.run import aggregate
from pipeline.sample import MONTH

KILLED = 137
REFUSED = 3
CUT = -int(signal.SIGXFSZ)
REPEATED = 40  # every so many points the next command is done although its result is known
TWICE = 20  # every so many points the next command is killed as well
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


def cut_short(root: Path, command: Callable[[Path], None], size: int, how: str) -> int:
    """Do a command while no file may grow beyond a size, in bytes; give its exit code."""

    def work() -> int:
        if how == "kill":
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
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
        if path.name == READINGS:  # changes nothing but the time of the next run
            continue
        if path.is_file():
            content = path.read_bytes()
            if path.name == "run.json":
                run = json.loads(content)
                del run["timing"]
                content = json.dumps(run).encode()
            found[path.relative_to(folder).as_posix()] = hashlib.sha256(content).hexdigest()
    return found


# ---- the commands --------------------------------------------------------------------------


vars(pipeline.month.reading)["run_isolated"] = read_in_this_process


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
    """A command, what was done before it, and what its result must hold for the story to tell."""

    before: tuple[Callable[[Path], None], ...]
    command: Callable[[Path], None]
    holds: Callable[[Path], bool]


def _first(root: Path) -> None:
    checklist = load()
    (root / "inbox").mkdir(parents=True)
    for name, mark in (("若葉市", "①"), ("青葉町", "検討中")):
        (root / "inbox" / f"{name}.xlsx").write_bytes(good(name, checklist, mark))
    for path in (root / "inbox").iterdir():
        os.utime(path, (1_795_000_000, 1_795_000_000))


def _more(root: Path) -> None:
    """Decide something in 確認票, change the workbook by hand, and let another return come.

    A command that was killed left its lock and half a month beside the whole one.
    """
    form = root / "outbox" / MONTH / f"確認票_{MONTH}.xlsx"
    book = openpyxl.load_workbook(form)
    sheet: Any = book["確認票"]
    heads = {str(cell.value): cell.column for cell in sheet[4] if cell.value}
    row = next(n for n in range(5, 99) if sheet.cell(n, heads["団体名"]).value == "青葉町")
    sheet.cell(row, heads["判断"]).value = "修正する"
    sheet.cell(row, heads["修正後の回答"]).value = "①"
    book.save(form)
    consolidated = root / "outbox" / MONTH / f"集計_{MONTH}.xlsx"
    consolidated.write_bytes(consolidated.read_bytes() + b"by hand")
    os.utime(consolidated, (1_795_000_000, 1_795_000_000))
    for name, body, mark in (("山吹村", "山吹村", "②"), ("若葉市_修正版", "若葉市", "③")):
        path = root / "inbox" / f"{name}.xlsx"
        path.write_bytes(good(body, load(), mark))
        os.utime(path, (1_795_000_000, 1_795_000_000))
    left = root / "outbox" / f".torimatome-{MONTH}-0123abcd"
    left.mkdir()
    (left / f"集計_{MONTH}.xlsx").write_bytes(b"half")


def _decided(root: Path) -> bool:
    """Tell whether the decision was carried out, and all that came and was kept is there."""
    rows = table(root, "answers")
    judged = [row["status"] for row in rows if row["respondent"] == "青葉町"]
    files = {row["file"]: row["state"] for row in table(root, "files")}
    kept = list((root / "outbox" / MONTH).glob("*手直し*"))
    # The same writing in all its items is one line of 確認票.
    return {*judged} == {"done"} and len(kept) == 1 and files["若葉市.xlsx"] == "superseded"


def _closed(root: Path) -> bool:
    return len(list((root / "inbox" / MONTH).glob("*.xlsx"))) == 2


def _sent(root: Path) -> bool:
    """Tell whether the slip that was answered lies aside."""
    aside = root / "outbox" / MONTH / "差戻し" / "対応済み"
    return any("青葉町" in path.name for path in aside.rglob("*.xlsx"))


def _less(root: Path) -> None:
    """Let a body answer what was asked, so that its slip is to be set aside."""
    path = root / "inbox" / "青葉町.xlsx"
    path.write_bytes(good("青葉町", load(), "③"))
    os.utime(path, (1_795_000_000, 1_795_000_000))


STORIES = {
    "run": Story(before=(_first, run, _more), command=run, holds=_decided),
    "close": Story(before=(_first, run), command=close, holds=_closed),
    "sendback": Story(before=(_first, run, sendback, _less), command=sendback, holds=_sent),
}


def _does(root: Path, steps: Iterable[Callable[[Path], None]]) -> None:
    for step in steps:

        def work(step: Callable[[Path], None] = step) -> int:
            step(root)
            return 0

        assert apart(work) == 0, step


@dataclass(frozen=True)
class Stage:
    """A story up to its command, and what an undisturbed command makes of it, once and twice."""

    story: Story
    start: Path
    work: Path
    total: int
    old: State
    new: State
    again: State

    def ready(self) -> Path:
        """Give the folder as it is before the command."""
        shutil.rmtree(self.work)
        shutil.copytree(self.start, self.work)
        return self.work


def set_up(name: str, into: Path) -> Stage:
    story = STORIES[name]
    start = into / "start"
    start.mkdir()
    _does(start, story.before)
    work = into / "work"
    shutil.copytree(start, work)
    total = points(work, story.command, into / "count")
    new = state(work)
    assert story.holds(work), name
    _does(work, [story.command])
    return Stage(story, start, work, total, _settled(start, into), new, state(work))


def _settled(start: Path, into: Path) -> State:
    """Give what any command that does nothing else makes of the start."""
    place = into / "settled"
    shutil.copytree(start, place)
    _does(place, [put_in_order])
    return state(place)


def strike_everywhere(
    name: str, first: int, every: int, into: Path, *, one: bool
) -> tuple[int, list[str]]:
    """Strike at every n-th point of a story's command, in each way or in ``one`` of them in turns.

    Gives how many faults there were, and what was wrong.
    """
    stage = set_up(name, into)
    wrong: list[str] = []
    count = 0
    for at in range(first, stage.total, every):
        turn = at // every % 2
        ways = ["kill", "fail"][turn : turn + 1] if one else ["kill", "fail"]
        ways += ["twice"] if at % TWICE == 0 else []
        count += len(ways)
        for how in ways:
            root = stage.ready()
            code = struck(root, stage.story.command, at, "kill" if how == "twice" else how)
            if how == "twice":
                struck(root, stage.story.command, at * 7 % stage.total, "kill")
            expected = {0, REFUSED} if how == "fail" else {0, KILLED}
            wrong += [
                f"{name}, point {at} of {stage.total}, {how}: {problem}"
                for problem in _problems(stage, code, expected, repeat=at % REPEATED == 0)
            ]
    return count, wrong


def cut_everywhere(name: str, into: Path) -> tuple[int, list[str]]:
    """Cut a story's files short, each size in two ways; give how many, and what was wrong."""
    stage = set_up(name, into)
    _does(stage.ready(), [stage.story.command])
    sizes = {path.stat().st_size - 1 for path in stage.work.rglob("*") if path.is_file()}
    wrong: list[str] = []
    for size in sorted({0, 16, *sizes}):
        for how in ("kill", "fail"):
            code = cut_short(stage.ready(), stage.story.command, size, how)
            expected = {0, REFUSED} if how == "fail" else {0, CUT}
            wrong += [
                f"{name}, cut at {size}, {how}: {problem}"
                for problem in _problems(stage, code, expected, repeat=False)
            ]
    return 2 * len({0, 16, *sizes}), wrong


def _problems(stage: Stage, code: int, expected: set[int], *, repeat: bool) -> Iterable[str]:
    """Tell what is wrong with what a fault left, and with what the next command makes of it."""
    if code not in expected:
        yield f"exit code {code}"
    root = stage.work
    _does(root, [put_in_order])
    left = state(root)
    if left not in (stage.old, stage.new):
        old, new = _difference(left, stage.old), _difference(left, stage.new)
        yield f"neither old nor new: {old} / {new}"
    elif not repeat:
        return
    _does(root, [stage.story.command])
    after = state(root)
    if after != (stage.again if left == stage.new else stage.new):
        yield f"the next command gives something else: {_difference(after, stage.new)}"


def _difference(one: State, other: State) -> str:
    keys = sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
    return " ".join(keys[:5])


def main() -> int:
    name, first = sys.argv[1:3]
    shared = Path("/dev/shm")  # noqa: S108 - memory, where it may be had: no disk to wait for
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        into = Path(folder).resolve()
        if first == "sizes":
            count, wrong = cut_everywhere(name, into)
        else:
            every, one = int(sys.argv[3]), sys.argv[4:] == ["one"]
            count, wrong = strike_everywhere(name, int(first), every, into, one=one)
    lines = [f"{name}: {count} faults, {len(wrong)} wrong", *wrong]
    sys.stdout.write("\n  ".join(lines) + "\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())

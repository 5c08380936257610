"""Move a finished month into place: wholly old or wholly new, whenever a process is killed.

A month's folder may also hold what people put there (review slips, their own notes), so the
folder itself is never swapped: each file is put over its predecessor. The files are made in a
folder beside the month; its name tells how far the work has come:

    .torimatome-2026-11-3f9c01ab         being written: worth nothing yet
    .torimatome-2026-11-3f9c01ab.ready   whole and on the disk: the next command moves on
    .torimatome-2026-11-3f9c01ab.undo    a file was in the way: the next command moves back
    .torimatome-2026-11-3f9c01ab.done    moved: to be taken away
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.machine.disk import file_hash, sync
from pipeline.machine.refusals import reason
from pipeline.machine.system import sync_folder

_STAGING = ".torimatome-"
_READY, _UNDO, _DONE = ".ready", ".undo", ".done"
_OLD = ".old"
_JOURNAL = ".journal.json"


@contextlib.contextmanager
def staging_folder(beside: Path) -> Iterator[Path]:
    """Give an empty folder on the same file system as `beside`; it is gone afterwards.

    What a killed run left for `beside` is finished, put back or removed first.
    """
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
        recover(beside.parent, beside.name)
        folder = beside.parent / f"{_STAGING}{beside.name}-{secrets.token_hex(4)}"
        folder.mkdir()  # mkdtemp would keep everybody else out, on a share for good
    except OSError as error:
        raise refused(beside.parent, error) from error
    try:
        yield folder
    except Exception as error:
        told = error if isinstance(error, OSError) else _told_by_library(error)
        if told is None:
            raise
        raise refused(beside.parent, told) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(staged: Path, target: Path, *, gone: Iterable[Path] = ()) -> None:
    """Move every file below `staged` to the same place below `target`, and take ``gone`` away.

    ``gone`` are names below `target`; `staged` holds what is to be left of them, elsewhere.
    Where one cannot be moved (open in Excel, no right to write) the old files are put back and
    a TorimatomeError names it. Ctrl-C waits until the moves are done or undone.
    """
    names = sorted(path.relative_to(staged) for path in staged.rglob("*") if path.is_file())
    with _uninterrupted():
        try:
            _keep_old(staged, target, names, sorted(gone))
            ready = _renamed(staged, staged.name + _READY)
        except OSError as error:
            raise _in_the_way(target, error) from error
        try:
            _forward(ready, target)
        except OSError as error:
            undo = _renamed(ready, staged.name + _UNDO)
            try:
                _back(undo, target)
            except OSError as again:
                raise _stuck(target, again) from error
            raise _in_the_way(target, error) from error


def recover(parent: Path, name: str = "*") -> None:
    """Finish, put back or remove what a killed process left below `parent`.

    TorimatomeError where a file is in the way; nothing is lost then and the next command goes on.
    """
    for left in sorted(parent.glob(f"{_STAGING}{name}-*")):
        if not left.is_dir():
            continue
        stem, _, state = left.name.removeprefix(_STAGING).partition(".")
        target = parent / stem.rpartition("-")[0]
        try:
            if left.suffix == _READY and not _changed_since(left, target):
                _forward(left, target)
            elif left.suffix in (_READY, _UNDO):
                _back(_renamed(left, f"{_STAGING}{stem}{_UNDO}"), target)
            else:
                if not state:
                    _put_back_missing(left, target)
                shutil.rmtree(left, ignore_errors=True)
        except OSError as error:
            raise _stuck(target, error) from error


def _keep_old(staged: Path, target: Path, names: list[Path], gone: list[Path]) -> None:
    """Keep the old files beside the new ones, write down both, and see all of it on the disk."""
    journal: dict[str, list[str]] = {}
    for name in names:
        sync(staged / name)
        old = _kept(staged, target, name) if (target / name).exists() else ""
        journal[name.as_posix()] = [old, file_hash(staged / name)]
    for name in gone:
        journal[name.as_posix()] = [_kept(staged, target, name), ""]
    (staged / _JOURNAL).write_text(json.dumps(journal, indent=0), encoding="utf-8", newline="\n")
    sync(staged / _JOURNAL)
    for folder in (staged, *(path for path in staged.rglob("*") if path.is_dir())):
        sync_folder(folder)


def _kept(staged: Path, target: Path, name: Path) -> str:
    """Keep an old file beside the new ones; give its hash."""
    kept = staged / _OLD / name
    kept.parent.mkdir(parents=True, exist_ok=True)
    _link(target / name, kept)
    return file_hash(kept)


def _link(source: Path, place: Path) -> None:
    """Give a file a second name; where the file system knows no such thing, copy it."""
    try:
        os.link(source, place)
    except OSError:
        shutil.copy2(source, place)
        sync(place)


def _forward(ready: Path, target: Path) -> None:
    """Move what is still to be moved, and take the rest away."""
    journal = {Path(name): new for name, (_old, new) in _journal(ready).items()}
    for name, new in journal.items():
        if not new:
            (target / name).unlink(missing_ok=True)
        elif (ready / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (ready / name).replace(target / name)
    _finish(ready, target, list(journal))


def _back(undo: Path, target: Path) -> None:
    """Put the old files back over the new ones. What people changed since then stays."""
    names = []
    for written, (old, new) in _journal(undo).items():
        name = Path(written)
        names.append(name)
        if _hash_there(target / name) != new:
            continue
        if (undo / _OLD / name).exists():
            (undo / _OLD / name).replace(target / name)
        elif not old:
            (target / name).unlink()
    _finish(undo, target, names)


def _finish(folder: Path, target: Path, names: list[Path]) -> None:
    for place in {(target / name).parent for name in names}:
        sync_folder(place)
    stem = folder.name.removesuffix(folder.suffix)
    shutil.rmtree(_renamed(folder, stem + _DONE), ignore_errors=True)


def _changed_since(ready: Path, target: Path) -> bool:
    """Tell whether somebody changed a file of the month after the process was killed."""
    return any(_hash_there(target / name) not in known for name, known in _journal(ready).items())


def _hash_there(place: Path) -> str:
    """Give the hash of a file, empty where there is none."""
    return file_hash(place) if place.exists() else ""


def _journal(folder: Path) -> dict[str, list[str]]:
    written: dict[str, list[str]] = json.loads((folder / _JOURNAL).read_text(encoding="utf-8"))
    return written


def _put_back_missing(left: Path, target: Path) -> None:
    """Give back what an earlier version had moved aside when it was killed."""
    for kept in sorted((left / _OLD).rglob("*")):
        place = target / kept.relative_to(left / _OLD)
        if kept.is_file() and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            kept.replace(place)


def _renamed(folder: Path, name: str) -> Path:
    """Give a folder another name, and see that on the disk: it tells how far the work has come."""
    if folder.name != name:
        folder = folder.rename(folder.with_name(name))
        sync_folder(folder.parent)
    return folder


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back for the moment of the moves; it is raised afterwards."""
    pending: list[int] = []
    try:
        previous = signal.signal(signal.SIGINT, lambda number, _frame: pending.append(number))
    except ValueError:  # not the main thread: nobody can interrupt us there
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
        if pending:
            raise KeyboardInterrupt


def _in_the_way(target: Path, error: OSError) -> TorimatomeError:
    place = error.filename2 or error.filename or target
    return TorimatomeError(
        f"{place} に書き込めませんでした（{reason(error)}）。"
        "Excel などで開いている場合は閉じてから、もう一度実行してください。"
        "前回の結果はそのまま残っています。",
        ExitCode.NOTHING_WRITTEN,
    )


def _stuck(target: Path, error: OSError) -> TorimatomeError:
    place = error.filename2 or error.filename or target
    return TorimatomeError(
        f"途中で止まった書き出し（{target}）を片付けられませんでした: {place}"
        f"（{reason(error)}）。Excel などで開いている場合は閉じてから、もう一度実行して"
        "ください。続きから片付けます（何も失われていません）。",
        ExitCode.NOTHING_WRITTEN,
    )


def _told_by_library(error: Exception) -> OSError | None:
    """Give the OSError that a library passes on in an exception of its own (xlsxwriter)."""
    told = error.args[0] if error.args else None
    return told if isinstance(told, OSError) else None


def refused(folder: Path, error: OSError) -> TorimatomeError:
    """Tell that nothing can be written below a folder."""
    return TorimatomeError(
        f"{folder} に書き込めませんでした（{reason(error)}）。"
        "空き容量と書き込みの権限を確かめてから、もう一度実行してください。"
        "前回の結果はそのまま残っています。"
    )

"""Move a finished month into place: all of its files or none, and nothing else touched.

A month's folder may also hold what people put there (review slips, their own notes), so the
folder itself is never swapped: each file written is moved over its predecessor, after a check
that every one of them can be moved.
"""

import contextlib
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import ExitCode, TorimatomeError

_STAGING = ".torimatome-"


@contextlib.contextmanager
def staging_folder(beside: Path) -> Iterator[Path]:
    """Give an empty folder on the same file system as `beside`; it is gone afterwards.

    Folders left by a run that was killed are removed first.
    """
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
        for left in beside.parent.glob(f"{_STAGING}{beside.name}-*"):
            shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{_STAGING}{beside.name}-", dir=beside.parent))
    except OSError as error:
        raise TorimatomeError(_no_space_or_right(beside.parent, error)) from error
    try:
        yield folder
    except OSError as error:
        raise TorimatomeError(_no_space_or_right(beside.parent, error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(staged: Path, target: Path) -> None:
    """Move every file below `staged` to the same place below `target`.

    Where one cannot be moved (open in Excel, no right to write) the old files are put back and
    a TorimatomeError names it. Ctrl-C waits until the moves are done or undone.
    """
    files = sorted(path.relative_to(staged) for path in staged.rglob("*") if path.is_file())
    backup = staged / ".old"
    done: list[Path] = []
    name = Path()
    with _uninterrupted():
        try:
            for name in files:
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                (backup / name).parent.mkdir(parents=True, exist_ok=True)
                if (target / name).exists():
                    (target / name).replace(backup / name)
                done.append(name)
                (staged / name).replace(target / name)
        except OSError as error:
            for moved in done:
                _put_back(backup / moved, target / moved)
            raise TorimatomeError(
                f"{target / name} に書き込めませんでした（{error.strerror or error}）。"
                "Excel などで開いている場合は閉じてから、もう一度実行してください。"
                "前回の結果はそのまま残っています。",
                ExitCode.NOTHING_WRITTEN,
            ) from error


def _put_back(saved: Path, place: Path) -> None:
    if saved.exists():
        saved.replace(place)
    else:
        place.unlink(missing_ok=True)


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


def _no_space_or_right(folder: Path, error: OSError) -> str:
    return (
        f"{folder} に書き込めませんでした（{error.strerror or error}）。"
        "空き容量と書き込みの権限を確かめてから、もう一度実行してください。"
        "前回の結果はそのまま残っています。"
    )

"""Close a month: move what is settled into inbox/YYYY-MM/, all of it or nothing.

Moved are the files that count and those that they replace. What still needs somebody (unreadable,
no checklist, excluded) stays in inbox/, and so do the roster, passwords.txt and 除外.txt.
"""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.model import Batch, FileRecord, FileState, Skipped, SkipReason

_SETTLED = (FileState.COUNTED, FileState.SUPERSEDED, FileState.DUPLICATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One file on disk and where it goes; an archive moves as one file."""

    source: Path
    target: Path


def plan_close(batch: Batch, inbox: Path, month: str) -> tuple[Move, ...]:
    """Give the moves that close a month, in the order of their paths.

    Folders below inbox/ are kept as they are below inbox/YYYY-MM/. An archive moves when every
    member that could be a submission is settled. A month that is already closed gives no moves.
    """
    by_file: dict[Path, list[FileRecord]] = {}
    for record in batch.files:
        by_file.setdefault(record.source.location, []).append(record)
    closed = inbox / month
    moves = []
    for location, records in by_file.items():
        if _is_settled(records) and not location.is_relative_to(closed):
            target = closed / location.relative_to(inbox)
            moves.append(Move(source=location, target=target))
    return tuple(sorted(moves, key=lambda move: str(move.source)))


def _is_settled(records: Sequence[FileRecord]) -> bool:
    """Tell whether all that came of one file on disk is settled and something of it counted."""
    states = [record.state for record in records if not _is_beside(record)]
    return bool(states) and all(state in _SETTLED for state in states)


def _is_beside(record: FileRecord) -> bool:
    """Tell an archive's own row, and members that are no submission by nature."""
    content = record.content
    if record.source.member:
        return record.state is FileState.IGNORED
    return isinstance(content, Skipped) and content.reason is SkipReason.ARCHIVE


def carry_out(moves: Sequence[Move], *, dry_run: bool = False) -> None:
    """Make the moves, or with `dry_run` only check that they could be made.

    First every move is checked; then all are made. Nothing is ever overwritten. Where one fails
    the files moved so far are put back and TorimatomeError names the file in the way.
    """
    _check(moves)
    if dry_run:
        return
    done: list[Move] = []
    made: list[Path] = []
    try:
        for move in moves:
            made += _make_folders(move.target.parent)
            _move(move.source, move.target)
            done.append(move)
    except BaseException as error:  # also Ctrl-C: a month is never left half closed
        stuck = _put_back(done, made)
        if not isinstance(error, OSError):
            raise
        failed = moves[len(done)]
        raise TorimatomeError(_cannot_move(failed, error, stuck)) from error
    for folder in {move.source.parent for move in moves}:
        with contextlib.suppress(OSError):  # something is left in it: it stays
            folder.rmdir()


def _check(moves: Sequence[Move]) -> None:
    problems = []
    targets: set[str] = set()
    for move in moves:
        name = os.path.normcase(move.target)
        if not move.source.exists():
            problems.append(f"{move.source}: ファイルがなくなっています。")
        if os.path.lexists(move.target) or name in targets:
            problems.append(f"{move.target}: 同じ名前のファイルが既にあります。")
        targets.add(name)
        problems += [
            f"{folder}: 同じ名前のファイルがあるため、フォルダを作れません。"
            for folder in move.target.parents
            if folder.exists() and not folder.is_dir()
        ]
    if problems:
        raise TorimatomeError(
            "月を締められませんでした（何も移動していません）。"
            "次のファイルの名前を変えるか片付けてから、もう一度実行してください。\n  "
            + "\n  ".join(dict.fromkeys(problems)),
            ExitCode.NOTHING_WRITTEN,
        )


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder with its parents; give those that were not there, outermost first."""
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return new[::-1]


def _move(source: Path, target: Path) -> None:
    """Move a file without ever replacing another, also one that came this very moment."""
    if os.path.lexists(target):
        raise FileExistsError(17, "同じ名前のファイルが既にあります", str(target))
    source.rename(target)


def _put_back(done: Sequence[Move], made: Sequence[Path]) -> list[Path]:
    """Undo moves, newest first; give the files that could not be put back."""
    stuck = []
    for move in reversed(done):
        try:
            _move(move.target, move.source)
        except OSError:
            stuck.append(move.target)
    for folder in reversed(made):
        with contextlib.suppress(OSError):  # something else was put there meanwhile
            folder.rmdir()
    return stuck


def _cannot_move(move: Move, error: OSError, stuck: Sequence[Path]) -> str:
    left = "移動したファイルは元に戻しました。"
    if stuck:
        left = "次のファイルは元に戻せませんでした: " + "、".join(str(path) for path in stuck)
    return (
        f"{move.source} を移動できませんでした（{error.strerror or error}）。"
        "Excel などで開いている場合は閉じてから、もう一度実行してください。" + left
    )

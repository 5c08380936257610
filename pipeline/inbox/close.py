"""Close a month: move what its run counted into inbox/YYYY-MM/, all of it or nothing, and back.

What came for a month goes with it, whatever became of it: a file that was unreadable in November
is no return of December's. Moved is what the month's own record names by hash, so that nothing
that came later goes along unseen. The roster, passwords.txt and 除外.txt stay.

A journal is written before the first move and taken away after the last. What a killed process
left half done is finished by the next command, or put back where something stands in the way.
"""

import contextlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeGuard

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.history.record import (
    DamagedError,
    Recorded,
    aggregated_months,
    open_table,
    read_record,
)
from pipeline.inbox.listing import JOURNAL, Found, is_closed, set_aside, walk
from pipeline.machine.disk import file_hash
from pipeline.machine.refusals import reason
from pipeline.machine.system import sync_folder
from pipeline.model import Entry, FileState, Inbox, Skipped, SkipReason
from pipeline.model.review import FindingState

_NAMES = 5  # of bodies or files told one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One file on disk and where it goes; an archive moves as one file."""

    source: Path
    target: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePlan:
    """What closing a month does, and what there is to tell about it.

    ``later`` are files that the month's run did not see as they are now: they stay. ``gone`` are
    files of that run that are no longer there. ``still_open`` are the words for what the month
    leaves undone.
    """

    moves: tuple[Move, ...]
    later: tuple[Path, ...] = ()
    gone: tuple[str, ...] = ()
    still_open: tuple[str, ...] = ()


def plan_close(inbox: Path, outbox: Path, month: str) -> ClosePlan:
    """Give the moves that close an aggregated month, in the order of their paths.

    Folders below inbox/ are kept as they are below inbox/YYYY-MM/. `TorimatomeError` (usage) for
    a month that no run has written.
    """
    record = _record(outbox, month)
    try:
        seen = dict(_files_seen(record, month))
        still_open = tuple(_still_open(record))
    except DamagedError as error:
        raise TorimatomeError(
            f"{month} の集計の記録（{outbox / month / error.name}）が{error.problem}。"
            f"どのファイルを集計したか分からないため、何も移動していません。"
            f"{month} をもう一度集計してから、締めてください。"
        ) from error
    closed = inbox / month
    put_away = {found.location: _digest(found) for found in _sent(inbox, closed)}
    there = set(put_away.values())
    moves, later = [], []
    for found in _sent(inbox, inbox):
        digest, target = _digest(found), closed / found.location.relative_to(inbox)
        if digest in seen and put_away.get(target) != digest:
            moves.append(Move(source=found.location, target=target))
            there.add(digest)
        else:
            later.append(found.location)
    return ClosePlan(
        moves=tuple(sorted(moves, key=lambda move: str(move.source))),
        later=tuple(sorted(later)),
        gone=tuple(path for digest, path in seen.items() if digest not in there),
        still_open=still_open,
    )


def without_other_months(inbox: Inbox, outbox: Path, month: str) -> Inbox:
    """Leave out what lies beside a closed month and another month's run has counted already."""
    if not any(_is_late(entry) for entry in inbox.entries):
        return inbox
    elsewhere: set[str] = set()
    for other in aggregated_months(outbox):
        if other != month:
            with contextlib.suppress(DamagedError):
                elsewhere.update(d for d, _ in _files_seen(read_record(outbox / other), other))
    kept = tuple(
        entry
        for entry in inbox.entries
        if not _is_late(entry) or entry.source.sha256 not in elsewhere
    )
    return replace(inbox, entries=kept)


def _is_late(entry: Entry) -> TypeGuard[Skipped]:
    return isinstance(entry, Skipped) and entry.reason is SkipReason.LATE


def _record(outbox: Path, month: str) -> Recorded:
    try:
        return read_record(outbox / month)
    except DamagedError as error:
        months = aggregated_months(outbox)
        if month in months:
            raise TorimatomeError(
                f"{month} の集計の記録（{outbox / month / error.name}）が{error.problem}。"
                f"{month} をもう一度集計してから、締めてください。何も移動していません。"
            ) from error
        known = f"集計済みの月は {'、'.join(months[-_NAMES:])} です。" if months else ""
        raise TorimatomeError(
            f"{month} はまだ集計していないため、締められません（何も移動していません）。{known}"
            "締める月を --month 2026-11 のように指定してください。",
            ExitCode.USAGE,
        ) from error


def _files_seen(record: Recorded, month: str) -> Iterator[tuple[str, str]]:
    """Give the files on disk that a run read, as hash and path.

    A run of a closed month also lists what it found outside of that month's folder and did not
    read: that is none of the month's.
    """
    with open_table(record, "files") as table:
        rows = [(table.written(path), of) for path, of in table.columns("file", "sha256")]
    inside = f"{month}/"
    of_closed = any(path.startswith(inside) for path, _ in rows)
    paths = {path for path, _ in rows}
    for path, digest in rows:
        own = path.removeprefix(inside)
        member = any(path[:at] in paths for at in range(len(path)) if path[at] == "!")
        read = own != path or not of_closed
        if digest and read and not member and not set_aside(own, at_top="/" not in own):
            yield digest, own


def _still_open(record: Recorded) -> Iterator[str]:
    """Tell what a month that is closed leaves undone."""
    counts, missing = record.part("counts"), []
    with open_table(record, "findings") as table:
        for code, name, state in table.columns("code", "respondent", "state"):
            if code == "B501" and (not state or FindingState(state).is_open):
                missing.append(table.written(name))
    if missing:
        yield f"未提出 {len(missing)} 団体（{_named(missing)}）"
    files, findings = counts.get("files"), counts.get("findings")
    if isinstance(files, dict) and files.get(FileState.UNREADABLE):
        yield f"読めないファイル {files[FileState.UNREADABLE]} 件"
    for severity in ("要修正", "要確認"):
        if isinstance(findings, dict) and findings.get(severity):
            yield f"{severity} {findings[severity]} 件"


def _named(names: Sequence[str]) -> str:
    more = f" ほか {len(names) - _NAMES}" if len(names) > _NAMES else ""
    return "、".join(names[:_NAMES]) + more


def _sent(inbox: Path, root: Path) -> Iterator[Found]:
    """Give what somebody sent below a folder, none of other months; links and pipes too."""
    for found in walk(inbox, root):
        own = found.location.relative_to(root).as_posix() if isinstance(found, Found) else ""
        if isinstance(found, Found) and not set_aside(own, at_top="/" not in own):
            yield found


def _digest(found: Found) -> str:
    """Give the hash of a file, empty where it is none or cannot be read: it is not moved then."""
    with contextlib.suppress(OSError):
        if found.is_file:
            return file_hash(found.location)
    return ""


def plan_undo(inbox: Path, month: str) -> ClosePlan:
    """Give the moves that open a closed month again: everything in its folder goes back."""
    closed = inbox / month
    if not is_closed(closed):
        raise TorimatomeError(
            f"{month} は締めていません（{closed} がないか、空です）。何も移動していません。",
            ExitCode.USAGE,
        )
    moves = (
        Move(source=each.location, target=inbox / each.location.relative_to(closed))
        for each in _sent(inbox, closed)
    )
    return ClosePlan(
        moves=tuple(sorted(moves, key=lambda move: str(move.source))),
        later=tuple(sorted(found.location for found in _sent(inbox, inbox))),
    )


def carry_out(moves: Sequence[Move], inbox: Path) -> None:
    """Make the moves. Nothing is ever overwritten.

    First every move is checked and the journal written; then all are made. Where one fails the
    files moved so far are put back and TorimatomeError names the file in the way.
    """
    check_moves(moves)
    if not moves:
        return
    _write_journal(inbox, moves)
    _make(moves, inbox, whole=True)


def finish_interrupted(inbox: Path) -> str:
    """Finish what a killed process left half moved; give the line to tell, empty for nothing.

    Where a name is taken by now, what was moved is put back instead.
    """
    journal = inbox / JOURNAL
    with contextlib.suppress(OSError):  # one that was never finished: nothing was moved yet
        _fresh(journal).unlink(missing_ok=True)
    if not journal.is_file():
        return ""
    try:
        written = json.loads(journal.read_text(encoding="utf-8"))
        moves = [Move(source=inbox / a, target=inbox / b) for a, b in written["moves"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TorimatomeError(
            f"ファイルの移動の記録（{journal}）が読めません。inbox の中のファイルが月のフォルダと"
            "正しく分かれているか確かめ、この記録を消してから、もう一度実行してください。"
        ) from error
    left = [move for move in moves if os.path.lexists(move.source)]
    taken = [move.target for move in left if os.path.lexists(move.target)]
    if not taken:
        _make(left, inbox, whole=False, emptied=[move.source.parent for move in moves])
        return f"途中で止まっていたファイルの移動を、最後まで行いました（残り {len(left)} 件）。"
    done = [move for move in moves if move not in left and os.path.lexists(move.target)]
    back = [Move(source=move.target, target=move.source) for move in reversed(done)]
    _make(back, inbox, whole=False)
    return (
        "途中で止まっていたファイルの移動を取り消し、元に戻しました。同じ名前のファイルが既にある"
        f"ためです: {_named([str(path) for path in taken])}。"
        "名前を変えるか片付けてから、もう一度締めてください。"
    )


def _make(moves: Sequence[Move], inbox: Path, *, whole: bool, emptied: Sequence[Path] = ()) -> None:
    """Make moves that stand in the journal, and take it away.

    ``whole``: they are all that stands there, so that it may go too where they are put back.
    ``emptied`` are folders from which earlier moves were made.
    """
    done: list[Move] = []
    made: list[Path] = []
    try:
        for move in moves:
            made += _make_folders(move.target.parent)
            _move(move.source, move.target)
            done.append(move)
        for folder in {place for move in moves for place in (move.source, move.target)}:
            sync_folder(folder.parent)
    except BaseException as error:  # also Ctrl-C: a month is never left half closed
        stuck = _put_back(done, made)
        if whole and not stuck:
            _remove_journal(inbox)
        if not isinstance(error, OSError):
            raise
        failed = moves[min(len(done), len(moves) - 1)]
        raise TorimatomeError(_cannot_move(failed, error, stuck, whole=whole)) from error
    for folder in {move.source.parent for move in moves} | set(emptied):
        _remove_empty(folder, inbox)
    _remove_journal(inbox)


def check_moves(moves: Sequence[Move]) -> None:
    """Raise TorimatomeError naming every file in the way of the moves."""
    problems = []
    targets = Counter(os.path.normcase(move.target) for move in moves)
    for move in moves:
        if not os.path.lexists(move.source):
            problems.append(f"{move.source}: ファイルがなくなっています。")
        if os.path.lexists(move.target) or targets[os.path.normcase(move.target)] > 1:
            problems.append(f"{move.target}: 同じ名前のファイルが既にあります。")
        problems += [
            f"{folder}: 同じ名前のファイルがあるため、フォルダを作れません。"
            for folder in move.target.parents
            if folder.exists() and not folder.is_dir()
        ]
    if problems:
        raise TorimatomeError(
            "ファイルを移動できません（何も移動していません）。"
            "次のファイルの名前を変えるか片付けてから、もう一度実行してください。\n  "
            + "\n  ".join(dict.fromkeys(problems)),
            ExitCode.NOTHING_WRITTEN,
        )


def _write_journal(inbox: Path, moves: Sequence[Move]) -> None:
    """Write down what is about to be moved, and see it on the disk before anything moves."""
    lines = [
        [place.relative_to(inbox).as_posix() for place in (move.source, move.target)]
        for move in moves
    ]
    journal = inbox / JOURNAL
    fresh = _fresh(journal)
    try:
        with fresh.open("w", encoding="utf-8", newline="\n") as opened:
            json.dump({"moves": lines}, opened, indent=0)  # escaped: a name may be no Unicode
            opened.flush()
            os.fsync(opened.fileno())
        fresh.replace(journal)
        sync_folder(inbox)
    except OSError as error:
        raise TorimatomeError(
            f"{inbox} に書き込めませんでした（{reason(error)}）。何も移動していません。"
            "空き容量と書き込みの権限を確かめてから、もう一度実行してください。"
        ) from error


def _fresh(journal: Path) -> Path:
    return journal.with_name(f"{journal.name}.new")


def _remove_journal(inbox: Path) -> None:
    try:
        (inbox / JOURNAL).unlink(missing_ok=True)
    except OSError as error:
        raise TorimatomeError(
            f"ファイルの移動の記録（{inbox / JOURNAL}）を消せませんでした"
            f"（{reason(error)}）。次に実行したときに片付けます。"
        ) from error
    sync_folder(inbox)


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


def _remove_empty(folder: Path, inbox: Path) -> None:
    """Take away a folder that the moves emptied, and those above it, never inbox/ itself."""
    with contextlib.suppress(OSError):  # something is left in it: it stays
        while folder != inbox:
            folder.rmdir()
            folder = folder.parent


def _cannot_move(move: Move, error: OSError, stuck: Sequence[Path], *, whole: bool) -> str:
    left = "移動したファイルは元に戻しました。"
    if stuck or not whole:
        left = "途中まで移動したファイルがあります。次に実行したときに続きを行います。"
    return (
        f"{move.source} を移動できませんでした（{reason(error)}）。"
        "Excel などで開いている場合は閉じてから、もう一度実行してください。" + left
    )

"""One command at a time works in an outbox; what a killed one left there is put in order first."""

import contextlib
import json
import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.machine.publish import recover
from pipeline.machine.refusals import reason
from pipeline.machine.system import is_running

LOCK = ".torimatome.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The process that works in an outbox: where it runs and since when."""

    process: int
    host: str
    since: str


@contextlib.contextmanager
def at_work(outbox: Path) -> Iterator[None]:
    """Hold an outbox for as long as a command works in it.

    TorimatomeError (nothing written) names who works in it already. The lock of a process that
    has died on this computer is taken over; of another computer nobody can know.
    """
    made = [place for place in (outbox, *outbox.parents) if not place.exists()]
    try:
        outbox.mkdir(parents=True, exist_ok=True)
        _take(outbox / LOCK)
    except OSError as error:
        raise TorimatomeError(
            f"{outbox} に書き込めませんでした（{reason(error)}）。"
            "書き込みの権限を確かめてから、もう一度実行してください。"
        ) from error
    try:
        for parent in (outbox, *(place for place in sorted(outbox.iterdir()) if place.is_dir())):
            recover(parent)
        yield
    finally:
        with contextlib.suppress(OSError):
            (outbox / LOCK).unlink()
        with contextlib.suppress(OSError):  # what was written since stays
            for place in made:
                place.rmdir()


def _take(lock: Path) -> None:
    me = Holder(
        process=os.getpid(),
        host=socket.gethostname(),
        since=datetime.now().astimezone().isoformat(timespec="seconds"),
    )
    # Written beside and then named: a lock is never seen half written.
    fresh = lock.with_name(f"{LOCK}.{secrets.token_hex(4)}")
    try:
        fresh.write_text(json.dumps(asdict(me), ensure_ascii=False), encoding="utf-8", newline="\n")
        for _ in range(2):
            if _named(fresh, lock):
                for left in lock.parent.glob(f"{LOCK}.*"):  # of killed commands, and our own
                    left.unlink(missing_ok=True)
                return
            holder = _holder(lock)
            if holder is None or holder.host != me.host or is_running(holder.process):
                raise TorimatomeError(_busy(lock, holder), ExitCode.NOTHING_WRITTEN)
            _remove_stale(lock, holder)
        raise TorimatomeError(_busy(lock, _holder(lock)), ExitCode.NOTHING_WRITTEN)
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)


def _named(fresh: Path, lock: Path) -> bool:
    """Give the lock its name unless there is one; where links are unknown, by making it anew."""
    written = fresh.read_text(encoding="utf-8")
    try:
        os.link(fresh, lock)
    except FileExistsError:
        return False
    except OSError:
        try:
            with lock.open("x", encoding="utf-8", newline="\n") as opened:
                opened.write(written)
        except FileExistsError:
            return False
    return True


def _holder(lock: Path) -> Holder | None:
    try:
        written = json.loads(lock.read_text(encoding="utf-8"))
        return Holder(
            process=int(written["process"]),
            host=str(written["host"]),
            since=str(written["since"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remove_stale(lock: Path, holder: Holder) -> None:
    """Take a dead process' lock away, but never the one that another command has just made."""
    aside = lock.with_name(f"{LOCK}.{secrets.token_hex(4)}")
    with contextlib.suppress(FileNotFoundError):
        lock.rename(aside)
        if _holder(aside) != holder:
            _named(aside, lock)
        aside.unlink()


def _busy(lock: Path, holder: Holder | None) -> str:
    who = ""
    if holder is not None:
        since = holder.since.replace("T", " ")[:16]
        who = f"（{since} から、コンピューター {holder.host}、プロセス {holder.process}）"
    return (
        f"ほかの集計が実行中です{who}。終わってから、もう一度実行してください。\n"
        "止まったままで、ほかに誰も実行していないことが確かなときは、"
        f"{lock} を消してから実行してください。"
    )

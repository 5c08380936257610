"""What the last run read, remembered for the next: most files of a month stay as they were.

What comes of a file is told by the file, by what it is read with (`ReadTask`), and by this program
and its libraries. A file is looked up by the hash of all of it as it lies there now; what could
not be read is not remembered. One file of SQLite beside the months of an outbox has the files of
the last run. Whoever deletes it loses nothing but time. One that is damaged, or lies where SQLite
cannot work, is as good as none.
"""

import hashlib
import logging
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from pipeline.frame.outcomes import as_told, of_told
from pipeline.frame.packing import as_bytes
from pipeline.inbox.archive import hashed
from pipeline.machine.isolate import Executor, Failure
from pipeline.model import Outcome, SourceFile
from pipeline.settings import Limits, Settings

NAME = ".読み取りの控え"
_PRODUCT = Path(__file__).parent.parent
_LIBRARIES = Path(msgspec.__file__).parent.parent  # a folder that names each with its version
_CODE = frozenset({".py", ".toml", ".tsv"})

# What a crash leaves half written is told by its digest, or by SQLite.
_OPENED = (
    "PRAGMA journal_mode = MEMORY",
    "PRAGMA auto_vacuum = FULL",
    "PRAGMA synchronous = OFF",
    "BEGIN EXCLUSIVE",
    "CREATE TABLE IF NOT EXISTS reading (key BLOB PRIMARY KEY, digest BLOB, told BLOB)",
)

_log = logging.getLogger(__name__)

Reading = Callable[[SourceFile], tuple[Outcome, ...]]


@dataclass(frozen=True, slots=True)
class Telling:
    """Reads files as ``task`` does, and tells what came of one in the bytes that are remembered."""

    task: Reading

    def __call__(self, source: SourceFile) -> tuple[Outcome, ...] | bytes:
        """Give what came of a file; itself where it is not to be remembered."""
        outcomes = self.task(source)
        told = None if source.sealed else as_told(outcomes)
        return outcomes if told is None else told

    def prepare(self) -> None:
        """Load what the task loads; see `machine.isolate.Prepared`."""
        getattr(self.task, "prepare", lambda: None)()


class Remembered:
    """Runs workers for the files of a month that nobody remembers; an `Executor`.

    ``run`` runs them, ``read_with`` stands for all that an outcome depends on but its file.
    """

    def __init__(self, run: Executor, path: Path, read_with: bytes, limits: Limits) -> None:
        self._run = run
        self._path = path
        self._read_with = read_with
        self._limits = limits
        self._on_disk: dict[Path, str] = {}  # hashes
        self._used: set[bytes] = set()
        self._file: sqlite3.Connection | None = None
        try:
            self._file = sqlite3.connect(path, isolation_level=None, timeout=0)
        except sqlite3.Error as error:
            self._give_up(error)
        for statement in _OPENED:
            self._rows(statement)
        self._holds_some = bool(self._rows("SELECT 1 FROM reading LIMIT 1"))

    def __call__(
        self,
        task: Any,
        inputs: Sequence[Any],
        *,
        jobs: int,
        limits: Limits,
        on_failure: Callable[[Any, Failure], Any],
        receive: Callable[[Any], Any] | None = None,
    ) -> list[Any]:
        """Give one result an input, in their order.

        What is remembered is received last: by then nothing that `receive` begins can hinder
        workers from starting.
        """
        take = receive or (lambda outcomes: outcomes)
        results: dict[int, Any] = {}

        def read(places: Sequence[int]) -> None:
            given = [inputs[place] for place in places]
            came = self._run(
                Telling(task),
                given,
                jobs=jobs,
                limits=limits,
                on_failure=on_failure,
                receive=lambda told: take(self._added(told) if isinstance(told, bytes) else told),
            )
            results.update(zip(places, came, strict=True))

        known = {n: key for n, source in enumerate(inputs) if (key := self._known(source))}
        read([n for n in range(len(inputs)) if n not in known])
        for n, key in known.items():
            if (outcomes := self._of(key, inputs[n].location)) is not None:
                results[n] = take(outcomes)
        read([n for n in known if n not in results])
        return [results[n] for n in range(len(inputs))]

    def close(self, *, whole: bool) -> None:
        """End the reading of a month; once all of it is read, other readings are forgotten."""
        if whole:
            held = {key for (key,) in self._rows("SELECT key FROM reading")}
            for key in held - self._used:
                self._rows("DELETE FROM reading WHERE key = ?", key)
        self._rows("COMMIT")
        if self._file is not None:
            self._file.close()

    def _known(self, source: SourceFile) -> bytes | None:
        """Give the key of a file of which something is remembered."""
        if not self._holds_some:
            return None
        key = self._key(source, self._hash(source))
        return key if self._rows("SELECT 1 FROM reading WHERE key = ?", key) else None

    def _of(self, key: bytes, location: Path) -> tuple[Outcome, ...] | None:
        """Give what came of a file, which lies there now; None where that is damaged."""
        wanted = "SELECT digest, CAST(told AS BLOB) FROM reading WHERE key = ?"
        for digest, told in self._rows(wanted, key):
            # Somebody may have written there, and the digest, too.
            with suppress(msgspec.MsgspecError):
                if told and hashlib.sha256(told).digest() == digest:
                    outcomes = of_told(told)
                    self._used.add(key)
                    return tuple(
                        replace(outcome, source=replace(outcome.source, location=location))
                        for outcome in outcomes
                    )
        return None

    def _added(self, told: bytes) -> tuple[Outcome, ...]:
        """Remember what came of a file, and give it."""
        outcomes = of_told(told)
        source = outcomes[0].source
        key = self._key(source, self._hash(source) if source.member else source.sha256)
        self._rows(
            "INSERT OR REPLACE INTO reading VALUES (?, ?, ?)",
            key, hashlib.sha256(told).digest(), told,
        )  # fmt: skip
        self._used.add(key)
        return outcomes

    def _key(self, source: SourceFile, digest: str) -> bytes:
        """Give the key of a file as it is listed, and as it lies on the disk."""
        listed = replace(source, location=Path(), size=0, sha256="", part="")
        return hashlib.sha256(self._read_with + digest.encode() + as_bytes(listed)).digest()

    def _hash(self, source: SourceFile) -> str:
        """Give the hash of the file on disk, of an archive for what is in it."""
        if source.location not in self._on_disk:
            plain = replace(source, sha256="")
            self._on_disk[source.location] = hashed(plain, self._limits).sha256
        return self._on_disk[source.location]

    def _rows(self, statement: str, *values: bytes) -> list[tuple[Any, ...]]:
        if self._file is None:
            return []
        try:
            found: list[tuple[Any, ...]] = self._file.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            self._give_up(error)
            return []
        return found

    def _give_up(self, error: sqlite3.Error) -> None:
        """Go on without the file, and make it anew next time."""
        _log.info("readings are not remembered: %s", error)
        if self._file is not None:
            self._file.close()
            self._file = None
        if getattr(error, "sqlite_errorname", "") != "SQLITE_BUSY":  # somebody writes there too
            with suppress(OSError):
                self._path.unlink()


@contextmanager
def remembered(settings: Settings, task: Reading, run: Executor) -> Iterator[Executor]:
    """Give ``run`` with what is remembered in an outbox of readings by a task.

    The folder of a public edition is one to hand on: it holds nothing of the returns.
    """
    private = settings.edition != "public"
    if not (settings.remember and private and settings.outbox.is_dir()):
        yield run
        return
    found = Remembered(run, settings.outbox / NAME, _read_with(task), settings.limits)
    whole = False
    try:
        yield found
        whole = True
    finally:
        found.close(whole=whole)


def _read_with(task: Reading) -> bytes:
    """Stand for all that an outcome depends on but its file."""
    told = msgspec.msgpack.encode(task, order="deterministic")
    return hashlib.sha256(_program() + told).digest()


@cache
def _program() -> bytes:
    """Stand for this program, its libraries and Python."""
    told = hashlib.sha256()
    for path in sorted(_PRODUCT.rglob("*")):
        if path.suffix in _CODE:
            told.update(path.read_bytes())
    libraries = sorted(path.name for path in _LIBRARIES.glob("*.dist-info"))
    told.update("\n".join((sys.version, *libraries)).encode())
    return told.digest()

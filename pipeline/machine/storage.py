"""Inbox and data folder as URLs (s3://…, gs://…, file://…) instead of folders of this machine.

The only module that knows fsspec, which is part of the extra `torimatome[cluster]`; a run on
local folders never imports it. A remote inbox is brought into a private folder first and read
there like any other: hashing and looking into archives needs every byte anyway. Workers that do
not see that folder fetch the file they are at by themselves (`Fetching`).
"""

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.machine.scratch import scratch_folder
from pipeline.model import Outcome, SourceFile, Unreadable
from pipeline.model import UnreadableReason as Reason
from pipeline.texts.calendar import MONTH

PART_ROWS = 1_000_000  # rows of one file of a partitioned data set: 3 to 20 MB of answers
_TIME_KEYS = ("LastModified", "last_modified", "mtime", "updated")  # S3, Azure, files, GCS
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # for stores that keep none: the same every time


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """A task that fetches its file where the machine it runs on does not have it.

    ``folder`` is where the run has brought the inbox to, ``urls`` the address of each file there.
    A file that cannot be fetched is Unreadable (NO_ACCESS). The outcome names the file as the
    run knows it.
    """

    task: Callable[[SourceFile], tuple[Outcome, ...]]
    folder: Path
    url: str

    def __call__(self, source: SourceFile) -> tuple[Outcome, ...]:
        """Give what the task gives."""
        if source.location.exists():
            return self.task(source)
        try:
            content = _content(_joined(self.url, source.location.relative_to(self.folder)))
        except (OSError, TorimatomeError) as error:  # the latter: no driver on that machine
            detail = f"fetch: {type(error).__name__}"
            return (Unreadable(source=source, reason=Reason.NO_ACCESS, detail=detail),)
        with scratch_folder() as folder:
            place = folder / "file"
            place.write_bytes(content)
            outcomes = self.task(replace(source, location=place))
        return tuple(
            replace(each, source=replace(each.source, location=source.location))
            for each in outcomes
        )


@contextlib.contextmanager
def fetched_inbox(url: str, *, month: str) -> Iterator[Path]:
    """Give a private folder with every file below `url`; it is gone afterwards.

    Folders of other months (YYYY-MM) directly below are left where they are, as `discover` leaves
    them out. Times of change are kept where the store has them. TorimatomeError where the store is
    not reached, or a name cannot be a file's here: nothing is left out in silence.
    """
    system, root = _open(url)
    with scratch_folder() as folder, _telling(url):
        listed = _listed(system, root)
        names = [name for name in listed if _of_month(name, month)]
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
        system.get(
            [f"{root}/{name}" for name in names],
            [str(folder / name) for name in names],
        )
        for name in names:
            time = _modified(system, f"{root}/{name}", listed[name]).timestamp()
            os.utime(folder / name, (time, time))
        yield folder


def upload_data(data: Path, url: str, *, month: str, part_rows: int = PART_ROWS) -> None:
    """Write every data/*.parquet of a month below `url` as a data set partitioned by month.

    ``answers/month=2026-11/part-00000.parquet`` and so on; the month is in the folder's name and
    so not a column. Parts of an earlier run of the same month are replaced, other months stay.
    """
    from pyarrow import parquet  # noqa: PLC0415 - slow to import

    system, root = _open(url)
    with _telling(url):
        for source in sorted(data.glob("*.parquet")):
            place = f"{root}/{source.stem}/month={month}"
            system.makedirs(place, exist_ok=True)
            former = {str(path) for path in system.find(place)}
            files = sorted(source.glob("*.parquet")) if source.is_dir() else [source]
            with contextlib.ExitStack() as stack:
                opened = [stack.enter_context(parquet.ParquetFile(file)) for file in files]
                columns = [name for name in opened[0].schema_arrow.names if name != "month"]
                parts = (part for one in opened for part in _parts(one, columns, part_rows))
                written = [
                    _write_part(system, f"{place}/part-{number:05}.parquet", columns, batches)
                    for number, batches in enumerate(parts)
                ]
            for path in sorted(former.difference(written)):
                system.rm_file(path)


def _parts(opened: Any, columns: Sequence[str], part_rows: int) -> Iterator[Any]:
    """Give tables of at most `part_rows` rows; an empty file gives one empty table."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import

    schema = pa.schema([opened.schema_arrow.field(name) for name in columns])
    if not opened.metadata.num_rows:
        yield schema.empty_table()
        return
    held: list[Any] = []
    room = part_rows
    for batch in opened.iter_batches(batch_size=min(part_rows, 65_536), columns=columns):
        left = batch
        while left.num_rows >= room:
            held.append(left.slice(0, room))
            left = left.slice(room)
            yield pa.Table.from_batches(held, schema)
            held, room = [], part_rows
        if left.num_rows:
            held.append(left)
            room -= left.num_rows
    if held:
        yield pa.Table.from_batches(held, schema)


def _write_part(system: Any, path: str, columns: Sequence[str], table: Any) -> str:
    from pyarrow import parquet  # noqa: PLC0415 - slow to import

    with system.open(path, "wb") as stream:
        parquet.write_table(table.select(list(columns)), stream, compression="zstd")
    return path


def _open(url: str) -> tuple[Any, str]:
    """Give the file system of a URL and the path of its folder there."""
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise TorimatomeError(
            "URL を指定するには、追加の部品（cluster）が必要です。"
            "「.venv/bin/python -m pip install --require-hashes -r requirements/cluster.txt」"
            "または「pip install torimatome[cluster]」で入れてから、もう一度実行してください。",
            ExitCode.USAGE,
        ) from error
    try:
        system, root = url_to_fs(url)
    except (ImportError, ValueError) as error:  # no driver for it, or no such protocol
        raise TorimatomeError(
            f"{_shown(url)} を扱う部品が入っていません（{error}）。"
            "s3:// なら「pip install s3fs」のように、その置き場所の部品を入れてください。",
            ExitCode.USAGE,
        ) from error
    return system, str(root).rstrip("/")


@contextlib.contextmanager
def _telling(url: str) -> Iterator[None]:
    """Turn what a store refuses into words for the coordinator."""
    try:
        yield
    except OSError as error:
        raise TorimatomeError(
            f"{_shown(url)} を読み書きできませんでした（{type(error).__name__}: {error}）。"
            "アドレスと、読み書きの権限（鍵や環境変数の設定）を確かめてから、"
            "もう一度実行してください。前回の結果はそのまま残っています。"
        ) from error


def _shown(url: str) -> str:
    """Give a URL without the user and password it may carry."""
    return re.sub(r"://[^/@]*@", "://", url)


def _listed(system: Any, root: str) -> dict[str, dict[str, Any]]:
    """Give what the store tells of every file below `root`, by its name relative to it."""
    files = {}
    for path, told in sorted(system.find(root, detail=True).items()):
        name = str(path).removeprefix(root).lstrip("/")
        parts = PurePosixPath(name).parts
        if not parts or ".." in parts or "\0" in name:
            raise OSError(f"a name that cannot be a file: {name!r}")
        files[name] = told
    return files


def _of_month(name: str, month: str) -> bool:
    top, slash, _rest = name.partition("/")
    return not slash or top == month or not MONTH.fullmatch(top)


def _modified(system: Any, path: str, told: dict[str, Any]) -> datetime:
    """Give when a file was last changed, by the listing (stores differ in the name) or asked."""
    time = next((told[key] for key in _TIME_KEYS if told.get(key) is not None), None)
    if isinstance(time, int | float):
        return datetime.fromtimestamp(time, UTC)
    if isinstance(time, str):
        time = datetime.fromisoformat(time)
    if not isinstance(time, datetime):
        try:
            time = system.modified(path)
        except NotImplementedError:
            return _NO_TIME
    known: datetime = time
    return known if known.tzinfo else known.replace(tzinfo=UTC)


def _joined(url: str, name: Path) -> str:
    return f"{url.rstrip('/')}/{name.as_posix()}"


@lru_cache(maxsize=1)  # the members of one archive come one after the other
def _content(url: str) -> bytes:
    system, path = _open(url)
    content: bytes = system.cat_file(path)
    return content

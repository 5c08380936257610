"""What a month's folder below outbox/ records of itself, checked before it is believed.

run.json holds the number of lines and the hash of every file of data/. A CSV that is not as the
run wrote it (opened and saved by a spreadsheet, cut, emptied) is not read; its Parquet copy is,
after the same check. A month of a version that kept no hashes is read as it lies there.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

from pipeline.machine.disk import file_hash
from pipeline.texts.calendar import MONTH

RUN = "run.json"
_LONGEST_FIELD = 10_000_000  # a note may be as long as it likes; Python's own limit is 131,072
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_PIECE = 65_536  # lines of a Parquet file made into texts at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What run.json says of one file of data/. ``rows`` are its lines without the head."""

    sha256: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A month's folder and its run.json; ``stated`` is empty where it keeps no hashes."""

    folder: Path
    run: Mapping[str, object]
    stated: Mapping[str, Stated]

    def part(self, name: str) -> Mapping[str, object]:
        """Give a section of run.json, empty where there is none."""
        section = self.run.get(name)
        return section if isinstance(section, dict) else {}


class DamagedError(Exception):
    """A file of a month that cannot be believed. ``problem`` tells why, in Japanese."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(name, problem)
        self.name = name
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of data/: the place of each head, and the lines, an empty text at the end of each.

    ``name`` is that of the file read. ``written`` gives a field as it was before the CSV made it
    harmless. ``doubt`` tells why the copy is read and not the CSV, empty where the CSV is as it
    was written.
    """

    name: str
    places: Mapping[str, int]
    lines: Iterator[list[str]]
    written: Callable[[str], str]
    doubt: str = ""

    def columns(self, *names: str) -> Iterator[tuple[str, ...]]:
        """Give some columns of every line. `DamagedError` where one of them is not there."""
        if not self.places.keys() >= set(names):
            raise DamagedError(self.name, "列が足りません")
        return map(itemgetter(*(self.places[name] for name in names)), self.lines)


def aggregated_months(outbox: Path) -> tuple[str, ...]:
    """Give the months that a run has written below ``outbox``, oldest first."""
    if not outbox.is_dir():
        return ()
    found = (place.name for place in outbox.iterdir() if (place / RUN).is_file())
    return tuple(sorted(name for name in found if MONTH.fullmatch(name)))


def read_record(folder: Path) -> Recorded:
    """Read run.json of a month's folder. `DamagedError` where it is missing or no JSON."""
    try:
        run = json.loads((folder / RUN).read_text(encoding="utf-8-sig"))  # Notepad adds a mark
    except FileNotFoundError as error:
        raise DamagedError(RUN, "ファイルがありません") from error
    except (OSError, ValueError) as error:
        raise DamagedError(RUN, "読めません") from error
    if not isinstance(run, dict):
        raise DamagedError(RUN, "中身が違います")
    data = run.get("data")
    return Recorded(
        folder=folder,
        run=run,
        stated={
            name: Stated(sha256=str(of.get("sha256", "")), rows=_whole(of.get("rows")))
            for name, of in (data.items() if isinstance(data, dict) else ())
            if isinstance(of, dict)
        },
    )


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


@contextmanager
def open_table(record: Recorded, name: str) -> Iterator[Table]:
    """Open a table of a month: its CSV, or the Parquet copy where the CSV is not as written.

    `DamagedError` where neither can be believed, also while the lines are read.
    """
    data = record.folder / "data"
    doubt = _doubt(data / f"{name}.csv", record.stated)
    try:
        if not doubt:
            with _lines_of_csv(data / f"{name}.csv") as table:
                yield table
            return
        copied = _doubt(data / f"{name}.parquet", record.stated)
        if copied or not record.stated:
            words = f"{doubt}。控えの {name}.parquet も{copied}" if copied else doubt
            raise DamagedError(f"data/{name}.csv", words)
        with _lines_of_parquet(data / f"{name}.parquet", doubt) as table:
            yield table
    except (OSError, ValueError, csv.Error) as error:
        raise DamagedError(f"data/{name}.csv", "読めません") from error


def _doubt(path: Path, stated: Mapping[str, Stated]) -> str:
    """Tell why a file of data/ cannot be believed, empty where nothing speaks against it."""
    try:
        if not stated:
            return "" if path.stat().st_size else "空です"
        if path.name not in stated:
            return "記録（run.json）にありません"
        same = file_hash(path) == stated[path.name].sha256
        return "" if same else _how_changed(path, stated[path.name])
    except FileNotFoundError:
        return "ファイルがありません"
    except OSError:
        return "開けません"


def _how_changed(path: Path, stated: Stated) -> str:
    """Tell in a few words how a file differs from what was written."""
    if not path.stat().st_size:
        return "空になっています"
    if path.suffix != ".csv":
        return "中身が変わっています"
    try:
        with _lines_of_csv(path) as table:
            rows = sum(1 for _ in table.lines)
    except (OSError, ValueError, csv.Error):
        return "書き換えられて読めません"
    if rows != stated.rows:
        return f"{stated.rows:,}行のはずが{rows:,}行です"
    return "中身が書き換えられています"


@contextmanager
def _lines_of_csv(path: Path) -> Iterator[Table]:
    csv.field_size_limit(_LONGEST_FIELD)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = csv.reader(stream)
        heads = next(lines, [])
        width = len(heads)
        whole = (line[:width] + [""] * (width + 1 - len(line)) for line in lines if line)
        name = f"data/{path.name}"
        yield Table(name=name, places=_placed(heads), lines=whole, written=as_written)


@contextmanager
def _lines_of_parquet(path: Path, doubt: str) -> Iterator[Table]:
    from pyarrow import parquet  # noqa: PLC0415 - slow to import, and only needed on a rare path

    with parquet.ParquetFile(path) as opened:
        heads = opened.schema_arrow.names
        lines = (
            [*map(_as_text, line), ""]
            for batch in opened.iter_batches(batch_size=_PIECE)
            for line in zip(*batch.to_pydict().values(), strict=True)
        )
        name = f"data/{path.name}"
        yield Table(name=name, places=_placed(heads), lines=lines, written=str, doubt=doubt)


def _placed(heads: list[str]) -> Mapping[str, int]:
    return {head: place for place, head in enumerate(heads)}


def _as_text(value: object) -> str:
    """Give a typed value of the Parquet copy as the CSV has it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_written(text: str) -> str:
    """Take away the apostrophe that the CSV puts before what starts like a formula."""
    if text[:1] != "'":
        return text
    start = text[1:].lstrip(" \u3000\xa0\ufeff")
    return text[1:] if start.startswith(_FORMULA_STARTS) else text

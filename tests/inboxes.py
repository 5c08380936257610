"""Folders of returned workbooks for tests, and what a run made of them, read back."""

import csv
import hashlib
import io
import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

import openpyxl
from opened import opened
from sample.forms import Look, ReturnedForm, pages
from sample.hands import Entry, Way, Written
from sample.workbooks import xlsx

from pipeline.forms.checklists import load_checklist
from pipeline.machine.isolate import Failure
from pipeline.model import Checklist, Status
from pipeline.month.remembered import NAME as READINGS
from pipeline.sample import MONTH
from pipeline.settings import Settings

TEMPLATES = Path(__file__).parent.parent / "templates"
CHECKLIST = "smartcity-security"
TABLES = ("answers", "findings", "files")


@cache
def load() -> Checklist:
    return load_checklist(TEMPLATES / CHECKLIST)


def settings_for(folder: Path, **changes: Any) -> Settings:
    settings = Settings(
        month=MONTH,
        made_at="2026-11-20T10:00:00+09:00",
        inbox=folder / "inbox",
        outbox=folder / "outbox",
        templates=TEMPLATES,
        jobs=2,
    )
    return replace(settings, **changes)


def fingerprint(folder: Path) -> dict[str, str]:
    """Hash every file but what a run remembers for the next one, which changes nothing."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != READINGS
    }


def table(folder: Path, name: str, *, month: str = MONTH) -> list[dict[str, str]]:
    path = folder / "outbox" / month / "data" / f"{name}.csv"
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


@cache
def workbook(folder: Path, *, formulas: bool = False) -> openpyxl.Workbook:
    """Open a month's workbook to look at, never to change: it is kept."""
    path = folder / "outbox" / MONTH / f"集計_{MONTH}.xlsx"
    return cast("openpyxl.Workbook", opened(path, data_only=not formulas))


_kept = lru_cache(8)(opened)


def numbers(path: Path, title: str) -> Counter[float]:
    """Give every number that a sheet shows, each as often as it stands there."""
    return Counter(
        round(value, 9)
        for row in _kept(path, data_only=True)[title].iter_rows(values_only=True)
        for value in row
        if isinstance(value, int | float)
    )


def states(folder: Path) -> dict[str, str]:
    return {row["file"]: row["state"] for row in table(folder, "files")}


def good(name: str, checklist: Checklist, mark: str = "①", note: str = "") -> bytes:
    """Give a plain returned workbook that anybody can read: the same mark for every item."""
    entry = Entry(written=Written(way=Way.TEXT, text=mark), note=note, status=Status.DONE)
    entries = (entry,) * len(checklist.items)
    form = ReturnedForm(respondent=name, entries=entries, look=Look(label="団体名"))
    return _saved(form, checklist)


def partly(
    name: str,
    checklist: Checklist,
    numbers: Iterable[int],
    mark: str = "①",
    *,
    filled_on: str = "",
    project: str = "",
) -> bytes:
    """Give a returned workbook in which only the items of these numbers (from 0) are filled in."""
    chosen = set(numbers)
    blank = Entry(written=Written(way=Way.TEXT, text=""), note="", status=Status.BLANK)
    filled = Entry(written=Written(way=Way.TEXT, text=mark), note="", status=Status.DONE)
    entries = tuple(filled if n in chosen else blank for n in range(len(checklist.items)))
    look = Look(label="団体名", date_label="記入日" if filled_on else "")
    form = ReturnedForm(
        respondent=name, entries=entries, look=look, filled_on=filled_on, project=project
    )
    return _saved(form, checklist)


_books: dict[ReturnedForm, bytes] = {}  # of the checklist that most tests share


def _saved(form: ReturnedForm, checklist: Checklist) -> bytes:
    """Give a form as a workbook, made once: four of five are asked for again and again."""
    if checklist is not load():
        return xlsx(pages(form, checklist), checklist)
    if form not in _books:
        _books[form] = xlsx(pages(form, checklist), checklist)
    return _books[form]


@cache
def roster(*rows: tuple[str, ...]) -> bytes:
    """Give 名簿.xlsx with the columns 団体コード, 団体名, 事業名."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (("団体コード", "団体名", "事業名"), *rows):
        sheet.append(row)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def read_in_this_process(
    task: Callable[[Any], Any],
    inputs: Sequence[Any],
    *,
    on_failure: Callable[[Any, Failure], Any],
    receive: Callable[[Any], Any] | None = None,
    **_others: object,
) -> list[Any]:
    """Read as `run_isolated` does, but without processes: for files that cannot hurt this one.

    The task and what comes of it are packed as for a worker, so that what cannot travel is seen.
    """
    task = pickle.loads(pickle.dumps(task))  # noqa: S301 - ours
    outcomes = []
    for each in inputs:
        try:
            outcome = pickle.loads(pickle.dumps(task(each)))  # noqa: S301 - ours
        except Exception:  # noqa: BLE001 - a fault in reading costs one file, as in a worker
            outcome = on_failure(each, Failure.CRASH)
        outcomes.append(outcome if receive is None else receive(outcome))
    return outcomes


def noting(heard: list[Any]) -> Callable[[Any], Any]:
    """Give what receives results: it notes each and keeps it as it is."""

    def receive(result: Any) -> Any:
        heard.append(result)
        return result

    return receive

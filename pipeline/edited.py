"""What people changed in a workbook of the month by hand is kept beside the new one.

run.json holds the hash of each workbook a run wrote; one that differs was changed since. 確認票 has
its own way: what is written there is read.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from pipeline.disk import file_hash
from pipeline.model.plan import OVERVIEW_SHEET, REMARK
from pipeline.read.remark import text_behind
from pipeline.record import DamagedError, read_record

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings import Limits

SECTION = "workbooks"
LONGEST_REMARK = 2_000
_JST = timezone(timedelta(hours=9))
_KEPT = re.compile(r".*（手直し \d\d-\d\d \d{4}）(?: \(\d+\))?\.xlsx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A workbook that was changed by hand, and the name under which it is kept."""

    place: Path
    kept_as: str


def edited_workbook(workbook: Path) -> Edited | None:
    """Tell whether a workbook is not as the last run wrote it, and how to keep it.

    Where the record is gone nobody knows, and it is kept. A month of a version that kept no
    hashes is taken as written.
    """
    if not workbook.is_file():
        return None
    digest = file_hash(workbook)
    try:
        written = read_record(workbook.parent).run.get(SECTION)
    except DamagedError:
        written = {}
    if not isinstance(written, dict) or written.get(workbook.name) == digest:
        return None
    changed = datetime.fromtimestamp(workbook.stat().st_mtime, UTC).astimezone(_JST)
    stem = f"{workbook.stem}（手直し {changed:%m-%d %H%M}）"
    number, place = 1, workbook.with_name(f"{stem}.xlsx")
    while place.exists():
        if file_hash(place) == digest:
            return None  # kept already
        number += 1
        place = workbook.with_name(f"{stem} ({number}).xlsx")
    return Edited(place=workbook, kept_as=place.name)


def remark_of(workbook: Path, limits: Limits) -> str:
    """Give what the coordinator wrote into the place for a remark on 概況, as plain text.

    It is read from the workbook where people changed that since the last run, else from run.json.
    """
    try:
        run = read_record(workbook.parent).run
    except DamagedError:
        run = {}
    said, hashes = run.get("remark"), run.get(SECTION)
    kept = said if isinstance(said, str) else ""
    if not workbook.is_file():
        return kept
    if isinstance(hashes, dict) and hashes.get(workbook.name) == file_hash(workbook):
        return kept
    written = text_behind(workbook, OVERVIEW_SHEET, REMARK, limits)
    return kept if written is None else tidy_remark(written)


def tidy_remark(text: str) -> str:
    """Give a remark without signs that no cell shows, at most as long as a page bears."""
    lines = ("".join(filter(_is_shown, line)).strip() for line in text.splitlines())
    return "\n".join(lines).strip()[:LONGEST_REMARK]


def _is_shown(letter: str) -> bool:
    return letter.isprintable() or letter == "\u3000"


def keep(edited: Edited, staged: Path) -> None:
    """Put a changed workbook among the files that are about to be published."""
    shutil.copy2(edited.place, staged / edited.kept_as)


def kept_workbooks(folder: Path) -> tuple[str, ...]:
    """Give the names of all workbooks kept in a month's folder, in order."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(place.name for place in folder.iterdir() if _KEPT.fullmatch(place.name)))

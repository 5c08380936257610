"""What people changed in a file of the month by hand is kept beside the new one.

run.json holds the hash of each workbook, page and text that a run wrote for people; one that
differs was changed since. 確認票 has its own way: what is written there is read.
"""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.formats.remark import text_behind
from pipeline.history.record import DamagedError, read_record
from pipeline.machine.disk import file_hash, free_name
from pipeline.model.plan import OVERVIEW_SHEET, REMARK
from pipeline.settings import Limits
from pipeline.texts.calendar import JAPAN

SECTION = "workbooks"
LONGEST_REMARK = 2_000
_KEPT = re.compile(r".*（手直し \d\d-\d\d \d{4}）(?: \(\d+\))?\.(?:xlsx|html|txt)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A file that was changed by hand, and the name under which it is kept."""

    place: Path
    kept_as: str


def hashes_of(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Give the hashes of what was written; they tell the next run what people changed."""
    return {name: file_hash(folder / name) for name in names if (folder / name).is_file()}


def edited_files(folder: Path, names: Iterable[str]) -> tuple[Edited, ...]:
    """Tell which files of a month are not as the last run wrote them, and how to keep them.

    Where the record is gone nobody knows, and they are kept. What a version wrote that kept no
    hash of it is taken as written.
    """
    there = [folder / name for name in names if (folder / name).is_file()]
    if not there:
        return ()
    try:
        written = read_record(folder).run.get(SECTION)
    except DamagedError:
        return tuple(filter(None, map(_changed, there)))
    known = written if isinstance(written, dict) else {}
    return tuple(
        one
        for place in there
        if place.name in known and (one := _changed(place, known[place.name])) is not None
    )


def _changed(place: Path, written: object = None) -> Edited | None:
    """Give how to keep a file, None where it is as written or kept already."""
    digest = file_hash(place)
    if digest == written:
        return None
    changed = datetime.fromtimestamp(place.stat().st_mtime, UTC).astimezone(JAPAN)
    kept = free_name(place.with_stem(f"{place.stem}（手直し {changed:%m-%d %H%M}）"), digest)
    return None if kept is None else Edited(place=place, kept_as=kept.name)


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


def keep(edited: Iterable[Edited], staged: Path) -> None:
    """Put changed files among those that are about to be published."""
    for one in edited:
        shutil.copy2(one.place, staged / one.kept_as)


def kept_files(folder: Path) -> tuple[str, ...]:
    """Give the names of all files kept in a month's folder, in order."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(place.name for place in folder.iterdir() if _KEPT.fullmatch(place.name)))

"""What lies below inbox/, before it is opened: every file once, links given and never followed."""

import errno
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.inbox.archive import local, printable
from pipeline.model import Entry, SkipReason, SourceFile, Unreadable, UnreadableReason
from pipeline.texts.calendar import MONTH

# Preferred first: where a coordinator keeps two rosters, the Excel file of today is meant.
ROSTER_NAMES = tuple(f"名簿{ending}" for ending in (".xlsx", ".xlsm", ".xls", ".ods", ".csv"))
PASSWORDS = "passwords.txt"
EXCLUSIONS = "除外.txt"
_SYSTEM_NAMES = frozenset(
    {".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".localized", "icon\r"}
    | {".gitkeep", ".gitignore", ".directory", "folder.jpg"}
)
_SYSTEM_FOLDERS = frozenset(
    {"__macosx", ".spotlight-v100", ".trashes", ".fseventsd", "@eadir", "$recycle.bin", ".git"}
)
# ~$: Excel's lock file; .~lock: LibreOffice's; ._ is a macOS shadow of a file (system).
_TEMPORARY = re.compile(
    r"~\$.*|\.~lock\..*|~wr[dl]\d+\.tmp|.*\.(?:tmp|crdownload|part|partial|download)"
)
_PRODUCT_README = "readme.txt"
# What a move of files that was cut short left behind: ours, nobody dropped it (see close.py).
JOURNAL = ".torimatome-move.json"
_OURS = frozenset({JOURNAL, f"{JOURNAL}.new"})


@dataclass(frozen=True, slots=True)
class Found:
    """A directory entry before it is opened: shown path, place on disk, and what lstat said."""

    path: str
    location: Path
    status: os.stat_result

    @property
    def is_link(self) -> bool:
        """Tell a link, which is never followed."""
        return stat.S_ISLNK(self.status.st_mode) or _is_junction(self.status)

    @property
    def is_file(self) -> bool:
        """Tell a plain file from links and special files."""
        return stat.S_ISREG(self.status.st_mode) and not self.is_link


def source_of(entry: Entry) -> SourceFile:
    """Give the file that an entry is about."""
    return entry if isinstance(entry, SourceFile) else entry.source


def walk(inbox: Path, root: Path) -> Iterator[Found | Unreadable]:
    """Give every file below `root`; links are given, never followed."""
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as listing:
                children = list(listing)
        except FileNotFoundError:
            continue
        except OSError as error:
            shown = shown_path(inbox, folder)
            source = SourceFile(path=f"{shown}/" if shown else "./", location=folder)
            yield Unreadable(
                source=source, reason=UnreadableReason.NO_ACCESS, detail=error_name(error)
            )
            continue
        for child in children:
            location = folder / child.name
            try:
                status = child.stat(follow_symlinks=False)
            except OSError as error:
                yield Unreadable(
                    source=SourceFile(path=shown_path(inbox, location), location=location),
                    reason=UnreadableReason.NO_ACCESS,
                    detail=error_name(error),
                )
                continue
            if not stat.S_ISDIR(status.st_mode) or _is_junction(status):
                if folder != inbox or child.name not in _OURS:
                    yield Found(shown_path(inbox, location), location, status)
            elif folder != inbox or not MONTH.fullmatch(printable(child.name)):
                folders.append(location)


def is_closed(folder: Path) -> bool:
    """Tell whether a month's folder holds anything but a roster and what systems drop there."""
    if not folder.is_dir():
        return False
    return any(
        isinstance(found, Unreadable) or not set_aside(found.path, at_top="/" not in found.path)
        for found in walk(folder, folder)
    )


def shown_path(inbox: Path, location: Path) -> str:
    """Give a path below inbox/ as it is shown."""
    parts = location.relative_to(inbox).parts
    return "/".join(printable(part) for part in parts)


def _is_junction(status: os.stat_result) -> bool:
    """Tell a Windows junction, which lstat shows as a folder."""
    tag = getattr(status, "st_reparse_tag", 0)
    return bool(tag) and tag == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1)


def on_disk(file: Found) -> SourceFile:
    """Give a file as the disk tells it, not opened and without a hash."""
    return SourceFile(
        path=file.path,
        location=file.location,
        size=file.status.st_size,
        modified=local(file.status.st_mtime),
    )


def error_name(error: OSError) -> str:
    """Give the system's name of an error, ``EACCES``: the same in every language."""
    return errno.errorcode.get(error.errno or 0, type(error).__name__)


def set_aside(path: str, *, at_top: bool) -> SkipReason | None:
    """Tell by its name why a file is no submission."""
    *folders, name = path.lower().split("/")
    if at_top:
        if name in ROSTER_NAMES:
            return SkipReason.ROSTER
        if name in (PASSWORDS, EXCLUSIONS):
            return SkipReason.CONTROL
        if name == _PRODUCT_README:
            return SkipReason.GUIDE
    if _TEMPORARY.fullmatch(name):
        return SkipReason.TEMPORARY
    in_system_folder = any(folder in _SYSTEM_FOLDERS for folder in folders)
    if name in _SYSTEM_NAMES or name.startswith("._") or in_system_folder:
        return SkipReason.SYSTEM
    return None


def with_source(entry: Entry, **told: str) -> Entry:
    """Give an entry of whose file something else is told."""
    source: SourceFile = replace(source_of(entry), **told)  # type: ignore[arg-type]
    return source if isinstance(entry, SourceFile) else replace(entry, source=source)

"""Files seen on the disk: what a machine that loses its power next still has."""

import os
from hashlib import file_digest
from pathlib import Path


def file_hash(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def free_name(path: Path, digest: str = "") -> Path | None:
    """Give a place that nothing has yet, numbered where its name is taken: 回答 (2).xlsx.

    None where a file of that SHA-256 stands at one of the names already.
    """
    number, free = 1, path
    while free.exists():
        if digest and free.is_file() and file_hash(free) == digest:
            return None
        number += 1
        free = path.with_stem(f"{path.stem} ({number})")
    return free


def sync(path: Path) -> None:
    """See what was written to a file on the disk."""
    with path.open("rb+") as opened:
        os.fsync(opened.fileno())

"""Files seen on the disk: what a machine that loses its power next still has."""

import os
from hashlib import file_digest
from pathlib import Path


def file_hash(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def sync(path: Path) -> None:
    """See what was written to a file on the disk."""
    with path.open("rb+") as opened:
        os.fsync(opened.fileno())

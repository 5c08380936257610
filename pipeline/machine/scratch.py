"""Folders for respondents' files while they are read; those of killed processes are removed."""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeline.machine.system import is_running

_NAME = re.compile(r"torimatome-(\d{1,10})-.*")


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give an empty folder that only this user can read; it is gone afterwards.

    Its name tells the process, so that the next one can tell what nobody uses any more.
    """
    for left in Path(tempfile.gettempdir()).glob("torimatome-*"):
        owner = _NAME.fullmatch(left.name)
        if owner and not is_running(int(owner[1])):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"torimatome-{os.getpid()}-") as made:
        yield Path(made)

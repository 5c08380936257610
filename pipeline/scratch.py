"""Folders for respondents' files while they are read; those of killed processes are removed."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def is_running(process: int) -> bool:
    """Tell whether a process of this computer runs; where that is unknown, it does."""
    if process == os.getpid():
        return True
    if sys.platform == "win32":  # os.kill would end it there
        import ctypes  # noqa: PLC0415 - Windows only

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, 0, process)  # query only
        if not handle:
            return bool(ctypes.windll.kernel32.GetLastError() == 5)  # no right to ask: it runs
        code = ctypes.c_ulong()
        ctypes.windll.kernel32.GetExitCodeProcess(handle, ctypes.byref(code))
        ctypes.windll.kernel32.CloseHandle(handle)
        return code.value == 259  # still active
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True

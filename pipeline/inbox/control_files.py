"""The coordinator's own files in inbox/: roster, passwords.txt and 除外.txt."""

import stat
from collections.abc import Sequence
from pathlib import Path

from pipeline.inbox.listing import PASSWORDS, Found
from pipeline.model import ControlLine
from pipeline.texts.passwords import candidates
from pipeline.texts.saved import saved_text

_CONTROL_SIZE = 1 << 20  # bytes of a control file that are read


def nearest(controls: dict[str, Found], month: str, names: Sequence[str]) -> str:
    """Give the path of the first of these names that is there, nearest to the month first."""
    present = {path.lower(): path for path in controls}
    for name in names:
        for path in (f"{month}/{name}", name):
            if path in present:
                return present[path]
    return ""


def control_lines(file: Found | None, *, comments: bool = True) -> tuple[ControlLine, ...]:
    """Read a control file; an unreadable one holds nothing. ``comments``: # leads one."""
    if file is None or not stat.S_ISREG(file.status.st_mode):
        return ()
    lines = _lines_of(file.location)
    return tuple(line for line in lines if not (comments and line.text[0] in "#＃"))


def passwords_beside(path: Path) -> tuple[str, ...]:
    """Give the passwords of the passwords.txt that lies in the same folder as a file."""
    control = path.parent / PASSWORDS
    return candidates(line.text for line in _lines_of(control)) if control.is_file() else ()


def _lines_of(location: Path) -> tuple[ControlLine, ...]:
    """Give each different line that says something: UTF-8, CP932 or Notepad's "Unicode"."""
    try:
        with location.open("rb") as opened:
            content = opened.read(_CONTROL_SIZE)
    except OSError:
        return ()
    try:
        text = saved_text(content)
    except UnicodeDecodeError:  # the lines that can be read are worth more than none
        text = content.decode("cp932", "replace")
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            lines.setdefault(line.strip(), number)
    return tuple(ControlLine(number=number, text=line) for line, number in lines.items())

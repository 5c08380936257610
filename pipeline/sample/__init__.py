"""The returned files of `torimatome demo`: fictional respondents, hands, layouts and mistakes.

They are kept as they were made. tests/sample/ makes them from a script of who means what, and
`python tests/make_sample_files.py` puts them here after the checklist or the script has changed.
"""

import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

MONTH = "2026-11"  # the month of the returns
RETURNS = Path(__file__).parent / "returns.zip"  # each with the time it came, in UTC


def write_demo(folder: Path) -> None:
    """Write the month's mail into ``folder``/inbox: the same bytes and times whenever it is."""
    with zipfile.ZipFile(RETURNS) as archive:
        for entry in archive.infolist():
            target = folder / "inbox" / entry.filename
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(entry))
            arrived = datetime(*entry.date_time, tzinfo=UTC).timestamp()
            os.utime(target, (arrived, arrived))

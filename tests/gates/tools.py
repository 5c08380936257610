"""Outside tools: a missing one skips the test, but fails it in CI, where all must be there."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

_HARD_RECALCULATION = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">\
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N">\
<prop oor:name="ooLocale" oor:op="fuse"><value>ja</value></prop></item>
</oor:items>
"""


def missing(what: str) -> None:
    """Skip the test that needs a tool, or fail it in CI."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"{what}: missing, and CI must have it")
    pytest.skip(f"{what}: not installed here")


def need(command: str) -> str:
    """Give the path of a command on PATH; without it the test skips, in CI it fails."""
    found = shutil.which(command)
    if found is None:
        missing(command)
    return str(found)


def office_profile(folder: Path) -> str:
    """Make a fresh LibreOffice profile that recalculates on load; give its command option."""
    (folder / "user").mkdir(parents=True)
    settings = folder / "user" / "registrymodifications.xcu"
    settings.write_text(_HARD_RECALCULATION, encoding="utf-8")
    return f"-env:UserInstallation={folder.resolve().as_uri()}"


def convert(path: Path, folder: Path, kind: str, *, seconds: float = 300) -> Path:
    """Convert a workbook with LibreOffice, every formula recalculated; give the new file.

    ``kind`` is a LibreOffice filter such as ``pdf``. Raises CalledProcessError and
    TimeoutExpired as subprocess does, FileNotFoundError where nothing came out.
    """
    soffice = need("soffice")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        option = office_profile(Path(profile) / "profile")
        command = [soffice, option, "--headless", "--norestore"]
        command += ["--convert-to", kind, "--outdir", str(folder), str(path)]
        _run_whole(command, seconds)
    made = folder / f"{path.stem}.{kind.partition(':')[0]}"
    if not made.exists():
        raise FileNotFoundError(f"LibreOffice gave no {made.name}")
    return made


def _run_whole(command: list[str], seconds: float) -> None:
    """Run a command and, when its time is up, end its children too: soffice only starts another."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)

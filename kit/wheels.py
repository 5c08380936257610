"""The wheels of a kit: what the lock holds for its system, fetched and checked by hash."""

from __future__ import annotations

import email
import hashlib
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "kit.txt"
_WINDOWS = {
    "implementation_name": "cpython",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "platform_system": "Windows",
    "sys_platform": "win32",
}
PLATFORM = "win_amd64"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One wheel: what it is, under which licence, and its SHA-256."""

    path: Path
    name: str
    version: str
    licence: str
    sha256: str


class UnfitWheelError(Exception):
    """A wheel that cannot be used by unpacking it."""


def locked(text: str, python: str) -> list[str]:
    """Give the lines of a lock that hold on Windows for a Python (3.12), without their markers.

    pip would judge the markers by the computer that it runs on.
    """
    told = {"python_version": python, "python_full_version": f"{python}.0"}
    environment = {
        **{name: str(of) for name, of in default_environment().items()},
        **_WINDOWS,
        **told,
    }
    return list(_lines(text, environment))


def _lines(text: str, environment: dict[str, str]) -> Iterator[str]:
    for line in text.replace("\\\n", " ").splitlines():
        if "==" not in line:
            continue
        asked, *hashes = re.split(r"\s+(?=--hash=)", line.strip())
        needed = Requirement(asked)
        if needed.marker is None or needed.marker.evaluate(environment):
            yield " ".join((f"{needed.name}{needed.specifier}", *hashes))


def fetch(python: str, into: Path) -> None:
    """Download the locked wheels for Windows; pip refuses what has not the locked hash."""
    asked = into / "asked.txt"
    lines = locked(LOCK.read_text(encoding="utf-8"), python)
    asked.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    checked = ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
    system = ["--platform", PLATFORM, "--implementation", "cp", "--python-version", python]
    _run("pip", "download", "--quiet", *checked, *system, "-d", str(into), "-r", str(asked))
    asked.unlink()


def build_own(into: Path) -> None:
    """Build the wheel of this checkout."""
    _run("hatchling", "build", "-t", "wheel", "-d", str(into))


def _run(*module: str) -> None:
    subprocess.run([sys.executable, "-m", *module], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def parts_of(folder: Path) -> tuple[Part, ...]:
    """Describe the wheels of a folder, by name.

    `UnfitWheelError` where a wheel holds what only an installer would put into its place.
    """
    return tuple(
        sorted(map(_part, folder.glob("*.whl")), key=lambda part: canonicalize_name(part.name))
    )


def _part(path: Path) -> Part:
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        if any(re.match(r"[^/]+\.data/(?!scripts/)", name) for name in names):
            raise UnfitWheelError(path.name)
        about = next(name for name in names if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        told = email.message_from_bytes(wheel.read(about))
    name, version, _, _ = parse_wheel_filename(path.name)
    return Part(
        path=path,
        name=told["Name"] or name,
        version=str(version),
        licence=_licence(told),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def _licence(told: Message[str, str]) -> str:
    """Give the licence that a wheel states: expression, classifiers, or the first line of words."""
    if told["License-Expression"]:
        return str(told["License-Expression"])
    classified = [
        line.rpartition("::")[2].strip()
        for line in told.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    named = [name for name in classified if name != "OSI Approved"]
    if named:
        return ", ".join(named)
    return (told["License"] or "").strip().partition("\n")[0][:80] or "UNKNOWN"


def longest_name(parts: tuple[Part, ...]) -> int:
    """Give the letters of the longest path inside the wheels: Windows takes 259 in all."""
    longest = 0
    for part in parts:
        with zipfile.ZipFile(part.path) as wheel:
            longest = max(longest, *map(len, wheel.namelist()))
    return longest

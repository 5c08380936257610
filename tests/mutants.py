"""Change the core in thousands of small ways and see that the tests of that room notice.

    python tests/mutants.py months            every mutant of a room
    python tests/mutants.py marks --sample 400

Made by mutmut (requirements/mutants.txt), on a copy below build/mutants/ in which functions are
cached at the end of their module: mutmut leaves decorated functions alone. Each mutant has a
process of its own, in which nothing is remembered, and is run by the tests of its room that call
its function. Patterns and tables at module level are not mutated.
Prints a table and every mutant that no test noticed; docs/testing.md is written by hand from it.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
COPIED = ("pipeline", "tests", "templates", "docs", "bench", "Makefile", "README.ja.md")
KILLED, NOT_COVERED = (1, 3), (5, 33)  # exit codes of pytest and mutmut
TOO_LONG = (24, 36, 152, 255)
CACHED = re.compile(r"^@(lru_cache(?:\([^()]*\))?|cache)(?:\s*#.*)?\ndef (\w+)", re.MULTILINE)
# Sentences for people: that they are whole is tested where they are shown, not letter by letter.
SENTENCES = "。|「|」|ください"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A part of the package with the tests that hold it; `skipped` are patterns of lines."""

    path: str
    tests: tuple[str, ...]
    skipped: tuple[str, ...] = ()


ROOMS = {
    "months": Room(
        path="pipeline/texts/months/*", tests=("tests/test_months.py", "tests/test_golden_core.py")
    ),
    "marks": Room(
        path="pipeline/texts/marks/*",
        tests=(
            "tests/test_marks.py",
            "tests/test_mark_pieces.py",
            "tests/test_options.py",
            "tests/test_objects_beside.py",
            "tests/test_golden_core.py",
        ),
    ),
    "assemble": Room(
        path="pipeline/assemble/*",
        tests=(
            "tests/test_assemble.py",
            "tests/test_assemble_claims.py",
            "tests/test_slips.py",
            "tests/test_identity.py",
            "tests/test_units.py",
            "tests/test_bodies.py",
            "tests/test_seal.py",
        ),
        skipped=(SENTENCES,),
    ),
}


def main() -> None:
    """Run one room and print what came of it."""
    arguments = argparse.ArgumentParser(description="mutants of a room")
    arguments.add_argument("room", choices=ROOMS)
    arguments.add_argument("--sample", type=int, default=0, help="so many mutants by chance")
    arguments.add_argument("--jobs", type=int, default=1)
    given = arguments.parse_args()
    folder = ROOT / "build" / "mutants" / given.room
    prepare(ROOMS[given.room], folder)
    names: list[str] = []
    if given.sample:
        run(folder, given.jobs, ["no such mutant"])  # makes all of them and runs none
        every = sorted(results(folder))
        chance = random.Random(given.room)  # noqa: S311 - a sample, no secret
        names = chance.sample(every, min(given.sample, len(every)))
    run(folder, given.jobs, names)
    show(folder, given.room)


def prepare(room: Room, folder: Path) -> None:
    """Make the copy that is changed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)
    for path in folder.glob(f"{room.path}.py"):
        path.write_text(_undecorated(path.read_text(encoding="utf-8")), encoding="utf-8")
    settings = {
        "source_paths": ["pipeline"],
        "only_mutate": [f"{room.path}.py"],
        "do_not_mutate_patterns": list(room.skipped),
        "also_copy": list(COPIED),
        "pytest_add_cli_args": ["-n", "0", "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": list(room.tests),
        "process_isolation": "forkserver",
    }
    lines = "".join(f"{key} = {json.dumps(each)}\n" for key, each in settings.items())
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (folder / "pyproject.toml").write_text(f"{project}\n[tool.mutmut]\n{lines}", encoding="utf-8")


def _undecorated(module: str) -> str:
    """Give a module whose functions are cached at its end, not by a decorator."""
    found = CACHED.findall(module)
    after = "".join(f"\n{name} = {decorator}({name})" for decorator, name in found)
    return CACHED.sub(r"def \2", module) + (f"\n{after}\n" if found else "")


def run(folder: Path, jobs: int, names: list[str]) -> None:
    """Run mutmut over the copy."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(jobs), *names]
    with (folder / "mutmut.log").open("ab") as log:  # its spinner fills a file with itself
        told = None if sys.stdout.isatty() else log
        subprocess.run(command, cwd=folder, check=False, stdout=told, stderr=told)


def results(folder: Path) -> dict[str, int | None]:
    """Give the exit code of each mutant by its name; None where it was not run."""
    found: dict[str, int | None] = {}
    for path in sorted((folder / "mutants").rglob("*.meta")):
        found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def show(folder: Path, room: str) -> None:
    """Print the counts of a room and the change of each mutant that was not noticed."""
    counts: Counter[str] = Counter()
    alive: list[str] = []
    for name, code in results(folder).items():
        kind = "not run"
        if code is not None:
            kind = "noticed" if code in KILLED else "too long" if code in TOO_LONG else "alive"
            kind = "no test" if code in NOT_COVERED else kind
        counts[kind] += 1
        if kind in {"alive", "no test"}:
            alive.append(name)
    for name in alive:
        command = [sys.executable, "-m", "mutmut", "show", name]
        print(
            subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout
        )
    print(room, dict(sorted(counts.items())))


if __name__ == "__main__":
    main()

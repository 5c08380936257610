"""Change the core in thousands of small ways and see that the tests of that room notice.

    python tests/mutants.py months                       every mutant of a room
    python tests/mutants.py marks --sample 400 --seed 2  so many by chance

The changes are mutmut's (requirements/mutants.txt), made in a copy below build/mutants/ in which
functions are cached at the end of their module: mutmut leaves decorated functions alone. Patterns
and tables at module level are not mutated. Running them is done here: everything is imported and
collected once, then each mutant has a process forked from that one, in which nothing is remembered,
and only the tests that call its function run in it, until one fails (mutmut's own runner starts
pytest and makes every fixture anew: eight seconds a mutant, here less than one).
Prints every mutant that no test noticed and a count; docs/testing.md is written by hand from it.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import functools
import gc
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent
COPIED = ("pipeline", "tests", "templates", "docs", "pages", "bench", "Makefile", "README.ja.md")
CACHED = re.compile(r"^@(lru_cache(?:\([^()]*\))?|cache)(?:\s*#.*)?\ndef (\w+)", re.MULTILINE)
ACTIVE = "MUTANT_UNDER_TEST"  # read by the changed modules: a mutant, stats or nothing
FAILED = Path("failed.txt")  # which test noticed the last mutant
BUDGET = 5.0  # seconds of tests for one mutant; what only tests beyond notice is alive
STATS = "stats"
CHOSEN = ("-n", "0", "-x", "-p", "no:cacheprovider", "--tb=short", "--assert=plain")
MEMORY = 4 * 2**30
ALIVE, NOTICED, UNREACHED, TOO_LONG = "alive", "noticed", "no test", "too long"
# Sentences for people: that they are whole is tested where they are shown, not letter by letter.
SENTENCES = "。|「|」|ください"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A part of the package with the tests that hold it, in the order in which they are tried.

    ``skipped`` are patterns of lines that are not mutated.
    """

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
            "tests/test_mark_pieces.py",
            "tests/test_mark_lines.py",
            "tests/test_mark_facts.py",
            "tests/test_golden_core.py",
            "tests/test_marks.py",
            "tests/test_options.py",
            "tests/test_objects_beside.py",
        ),
    ),
    "assemble": Room(
        path="pipeline/assemble/*",
        tests=(
            "tests/test_told_rosters.py",
            "tests/test_assemble_pieces.py",
            "tests/test_units.py",
            "tests/test_roster.py",
            "tests/test_told_batches.py",
            "tests/test_assemble_claims.py",
            "tests/test_assemble.py",
            "tests/test_return_names.py",
            "tests/test_slips.py",
            "tests/test_identity.py",
        ),
        skipped=(SENTENCES,),
    ),
}


def main() -> None:
    """Run one room and print what came of it."""
    arguments = argparse.ArgumentParser(description="mutants of a room")
    arguments.add_argument("room", choices=ROOMS)
    arguments.add_argument("--sample", type=int, default=0, help="so many mutants by chance")
    arguments.add_argument("--seed", default="1", help="another sample")
    arguments.add_argument("--only", default="", help="mutants whose name matches a pattern")
    given = arguments.parse_args()
    folder = ROOT / "build" / "mutants" / given.room
    mutants = prepare(ROOMS[given.room], folder)
    names = [name for name in sorted(mutants) if re.search(given.only, name)]
    if given.sample:
        chance = random.Random(f"{given.room} {given.seed}")  # noqa: S311 - a sample, no secret
        names = chance.sample(names, min(given.sample, len(names)))
    fate = strike(ROOMS[given.room], folder, names)
    for name, came in fate.items():
        if came in {ALIVE, UNREACHED}:
            print(f"# {came}: {name}\n{mutants[name]()}\n")
    print(given.room, len(mutants), "mutants,", len(fate), "run:", dict(Counter(fate.values())))


def prepare(room: Room, folder: Path) -> dict[str, Callable[[], str]]:
    """Make the copy with every mutant in it; give each one's name and what tells its change."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)
    told = {"source_paths": ["pipeline"], "do_not_mutate_patterns": list(room.skipped)}
    lines = "".join(f"{key} = {json.dumps(each)}\n" for key, each in told.items())
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (folder / "pyproject.toml").write_text(f"{project}\n[tool.mutmut]\n{lines}", encoding="utf-8")
    os.chdir(folder)  # mutmut reads its settings where it stands
    made: dict[str, Callable[[], str]] = {}
    for path in sorted(folder.glob(f"{room.path}.py")):
        made |= _mutated(path, path.relative_to(folder))
    return made


def _mutated(path: Path, place: Path) -> dict[str, Callable[[], str]]:
    """Put every mutant of a module into it, beside the function as it is."""
    from mutmut.mutation.file_mutation import mutate_file_contents  # noqa: PLC0415
    from mutmut.utils.format_utils import get_mutant_name  # noqa: PLC0415

    changed = mutate_file_contents(str(place), _undecorated(path.read_text(encoding="utf-8")))
    path.write_text(changed.code, encoding="utf-8")
    return {
        get_mutant_name(place, name): functools.partial(_difference, changed.code, name)
        for name in changed.mutant_names
    }


def _undecorated(module: str) -> str:
    """Give a module whose functions are cached at its end, not by a decorator."""
    found = CACHED.findall(module)
    after = "".join(f"\n{name} = {decorator}({name})" for decorator, name in found)
    return CACHED.sub(r"def \2", module) + (f"\n{after}\n" if found else "")


def _difference(code: str, name: str) -> str:
    """Give the lines that a mutant changes."""
    original = name.partition("__mutmut_")[0] + "__mutmut_orig"
    found = {
        node.name: (ast.get_source_segment(code, node) or "").splitlines()[1:]
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.FunctionDef) and node.name in {name, original}
    }
    lines = difflib.unified_diff(found[original], found[name], n=2, lineterm="")
    return "\n".join(list(lines)[2:])


def strike(room: Room, folder: Path, names: list[str]) -> dict[str, str]:
    """Run the tests of a room on each mutant; give what came of it."""
    os.environ[ACTIVE] = STATS
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.path[0] = str(folder)  # the copy, before the package as it is installed
    runs = Runs(room, folder, names)
    pytest.main([*CHOSEN, *room.tests], plugins=[runs])
    if runs.failed:
        raise SystemExit("the tests do not pass as they are: " + runs.failed)
    return runs.fate


@dataclass(slots=True, eq=False)
class Runs:
    """A plugin of pytest that runs the tests again and again, each time in a fork."""

    room: Room
    folder: Path
    names: list[str]
    fate: dict[str, str] = field(default_factory=dict)
    failed: str = ""
    spent: dict[str, float] = field(default_factory=dict)  # by fixture that a module shares
    called: dict[str, set[str]] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)  # functions that modules call as they load

    def pytest_sessionstart(self) -> None:
        """Note what has been called since the start: by modules of the room as they load."""
        from mutmut.state import state  # noqa: PLC0415

        self.imported = set(state()._stats)
        os.environ[ACTIVE] = ""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Learn which tests call what, then strike."""
        from hypothesis import Phase, settings  # noqa: PLC0415 - pytest wants to load it itself

        settings.register_profile("mutants", phases=(Phase.explicit, Phase.generate), database=None)
        settings.load_profile("mutants")  # a smaller example of a failure is nothing to wait for
        notes = self.folder / "calls.json"
        if _forked(lambda: self._learn(session, notes)) != ALIVE:
            self.failed = FAILED.read_text(encoding="utf-8")
            return True
        calls = json.loads(notes.read_text(encoding="utf-8"))
        _caches()
        gc.collect()
        gc.freeze()
        with (self.folder / "fate.txt").open("w", encoding="utf-8") as log:
            for name in self.names:
                began = time.monotonic()
                self.fate[name] = self._one(name, session, calls)
                log.write(f"{name}\t{self.fate[name]}\t{time.monotonic() - began:.2f}\n")
                log.flush()
        return True

    def _one(self, name: str, session: pytest.Session, calls: dict[str, Any]) -> str:
        """Give what comes of one mutant."""
        function = name.partition("__mutmut_")[0]
        if function in self.imported:
            return self._from_the_start(name)
        items = [each for each in session.items if function in calls[each.nodeid]["called"]]
        if not items:
            return UNREACHED
        items = _in_turn({each: calls[each.nodeid]["seconds"] for each in items}, self.room.tests)

        def run() -> int:
            os.environ[ACTIVE] = name
            for cached in _caches():  # test modules make things as they load
                if cached.__module__.startswith(function.rpartition(".")[0].rpartition(".")[0]):
                    cached.cache_clear()
            for item, after in zip(items, [*items[1:], None], strict=True):
                _limit(5 + 5 * calls[item.nodeid]["seconds"])
                if not _passes(item, after):
                    return 1
            return 0

        return _forked(run)

    def _from_the_start(self, name: str) -> str:
        """Give what comes of a mutant of what modules call as they load: in a new process."""
        command = [sys.executable, "-m", "pytest", *CHOSEN, *self.room.tests[:5]]
        environment = {**os.environ, ACTIVE: name}
        try:
            done = subprocess.run(
                command, env=environment, check=False, capture_output=True, timeout=900
            )
        except subprocess.TimeoutExpired:
            return TOO_LONG
        return NOTICED if done.returncode else ALIVE

    def _learn(self, session: pytest.Session, notes: Path) -> int:
        """Run every test once and note its seconds and the functions of the room that it calls."""
        from mutmut.state import state  # noqa: PLC0415

        os.environ[ACTIVE] = STATS
        caches = [
            each for each in gc.get_objects() if isinstance(each, functools._lru_cache_wrapper)
        ]
        calls = {}
        following = [*session.items[1:], None]
        for item, after in zip(session.items, following, strict=True):
            for cached in caches:  # what an earlier test made remembered is called here as well
                cached.cache_clear()
            state()._stats.clear()
            before = sum(self.spent.values())
            began = time.process_time()
            if not _passes(item, after):
                return 1
            seconds = time.process_time() - began - sum(self.spent.values()) + before
            shared = [each for each in _shared_names(item) if each in self.called]
            found = set(state()._stats).union(*(self.called[each] for each in shared))
            seconds += sum(self.spent[each] for each in shared)
            calls[item.nodeid] = {"seconds": seconds, "called": sorted(found)}
        notes.write_text(json.dumps(calls), encoding="utf-8")
        return 0

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Iterator[None]:
        """Note what a fixture of a module or session calls: each of its tests is held by it."""
        if fixturedef.scope == "function" or os.environ[ACTIVE] != STATS:
            return (yield)
        from mutmut.state import state  # noqa: PLC0415

        stats = state()._stats
        before = set(stats)
        stats.clear()
        began = time.process_time()
        made = yield
        name = f"{request.node.nodeid} {fixturedef.argname}"
        self.spent[name] = time.process_time() - began
        self.called[name] = self.called.get(name, set()) | stats
        stats |= before
        return made


@functools.cache
def _caches() -> list[functools._lru_cache_wrapper[Any]]:
    """Give every function that remembers."""
    every = (each for each in gc.get_objects() if isinstance(each, functools._lru_cache_wrapper))
    return [each for each in every if each is not _caches]


def _in_turn(cost: dict[pytest.Item, float], files: tuple[str, ...]) -> list[pytest.Item]:
    """Give the tests within the budget, in the order of the files, the quickest of a file first."""
    order = {Path(file).name: place for place, file in enumerate(files)}
    left = BUDGET
    within: list[pytest.Item] = []
    for each in sorted(cost, key=lambda each: (order[each.path.name], cost[each])):
        left -= cost[each]
        if left >= 0 or not within:
            within.append(each)
    return within


def _shared_names(item: pytest.Item) -> Iterator[str]:
    """Give the names under which the fixtures of a test are noted."""
    module = item.getparent(pytest.Module)
    for name in getattr(item, "fixturenames", ()):
        yield f"{module.nodeid if module else ''} {name}"
        yield f" {name}"


def _passes(item: pytest.Item, after: pytest.Item | None) -> bool:
    """Run a test; ``after`` is the one whose fixtures are wanted next."""
    for each in runtestprotocol(item, log=False, nextitem=after):
        if each.failed:
            FAILED.write_text(f"{item.nodeid}\n{each.longreprtext}", encoding="utf-8")
            return False
    return True


def _limit(seconds: float) -> None:
    """Let this process end when it has computed for so long from now, however busy others are."""
    until = int(time.process_time() + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _forked(work: Callable[[], int]) -> str:
    """Do work in a process of its own, with temporary files that go with it."""
    own = Path.cwd() / "own"
    own.mkdir()
    process = os.fork()
    if not process:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(own)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        code = 1
        try:
            code = work()
        finally:
            os._exit(code)
    _, status = os.waitpid(process, 0)
    shutil.rmtree(own, ignore_errors=True)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        return TOO_LONG
    return NOTICED if status else ALIVE


if __name__ == "__main__":
    main()

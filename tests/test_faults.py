"""Whatever operation fails or kills a command, the next one finds the work done or undone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


SHARDS = 8  # of the long command, so that both cores work
APART = 3  # points from one that is struck to the next: CI has twenty minutes for everything


def faults(name: str, *places: object) -> str:
    """Run `faults.py` in a process without threads: it forks one more for each point."""
    done = subprocess.run(
        [sys.executable, str(TESTS / "faults.py"), name, *map(str, places)],
        capture_output=True,
        text=True,
        check=False,
        cwd=TESTS.parent,
        env={**os.environ, "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}", "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    return done.stdout


# Whatever comes first and last, and a few between: the moves of a run are its last operations.
@pytest.mark.parametrize(("name", "first", "every"), [("run", 7, 90), ("close", 1, 9)])
def test_a_sample_of_points(name: str, first: int, every: int) -> None:
    assert ", 0 wrong" in faults(name, first, every)


# Every point of `close`, every third of the two long commands, and every file cut short. Of the
# longest a point is killed or refused, in turns; `python tests/faults.py run 0 1` (and sendback)
# does both everywhere.
@pytest.mark.outside
@pytest.mark.parametrize(
    ("name", "places"),
    [
        *(("run", (shard, SHARDS * APART, "one")) for shard in range(SHARDS)),
        ("close", (0, 1)),
        ("sendback", (0, APART)),
        *((name, ("sizes",)) for name in ("run", "close", "sendback")),
    ],
)
def test_points(name: str, places: tuple[object, ...], capsys: pytest.CaptureFixture[str]) -> None:
    told = faults(name, *places)
    with capsys.disabled():
        sys.stdout.write(f"\n{told}")
    assert ", 0 wrong" in told

"""Work that takes more and more memory, for the cap that holds where the system has none."""

import sys
import time

from pipeline.machine.isolate import run_isolated
from pipeline.settings import Limits


def take(given: int) -> str:
    """Take memory in small steps, as a parser does, where 0 is given."""
    kept = []
    for _ in range(4_000 if given == 0 else 1):
        kept.append(bytearray(1 << 20))
        time.sleep(0.001)
    return f"{given} done"


def _failed(given: int, failure: object) -> str:
    return f"{given} {failure}"


if __name__ == "__main__":
    from windows_like.greedy import take as task  # found again in each worker

    limits = Limits(memory=300 << 20, seconds=60)
    told = run_isolated(task, [1, 0, 2], jobs=2, limits=limits, on_failure=_failed)
    sys.stdout.write(" / ".join(told))

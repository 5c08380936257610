"""Commands one after another in one process, where their start is not what is tested.

A start of Python with the product costs the better part of a second. Run as a script this is that
process: each line typed is a folder and the words of a command, and its exit code is told after
what it said.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

Command = Callable[..., tuple[int, str]]
HERE = "--here"  # files are read in that process, not in workers


@contextmanager
def commands(env: Mapping[str, str], *, here: bool = False) -> Iterator[Command]:
    """Give what runs a command in a folder and gives its exit code and all that it said."""
    encoding = env.get("PYTHONIOENCODING", "utf-8")
    with subprocess.Popen(
        [sys.executable, str(Path(__file__)), *([HERE] if here else [])],
        env={**env, "PYTHONIOENCODING": encoding},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding=encoding,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        typed, shown = process.stdin, process.stdout

        def run(home: Path, *words: str) -> tuple[int, str]:
            typed.write(f"{json.dumps([str(home), *words])}\n")
            typed.flush()
            said: list[str] = []
            for line in shown:
                if line.startswith('{"code"'):
                    return json.loads(line)["code"], "".join(said)
                said.append(line)
            raise AssertionError("".join(said))

        yield run
        typed.close()


def main() -> None:
    """Run what is typed."""
    from pipeline.cli import main as product  # noqa: PLC0415 - of that process

    if HERE in sys.argv:
        from inboxes import read_in_this_process  # noqa: PLC0415 - the same

        from pipeline.month import reading  # noqa: PLC0415 - the same

        reading.run_isolated = read_in_this_process  # type: ignore[attr-defined]
    for line in sys.stdin:
        home, *words = json.loads(line)
        os.chdir(home)
        code = product(words)
        os.chdir("/")  # on Windows nobody can rename a folder in which a process works
        sys.stdout.write(f"\n{json.dumps({'code': code})}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

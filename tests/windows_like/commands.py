"""Commands one after another in one process, for tests of what they write: a start costs a second.

Each line that is typed is a folder and the words of a command; its exit code is told after what it
said. Returns are read here: how workers are started is a matter of other tests.
"""

import json
import os
import sys

from inboxes import read_in_this_process

from pipeline.cli import main
from pipeline.month import reading

if __name__ == "__main__":
    reading.run_isolated = read_in_this_process  # type: ignore[attr-defined]
    for line in sys.stdin:
        home, *words = json.loads(line)
        os.chdir(home)
        code = main(words)
        os.chdir("/")  # nobody can rename a folder in which a process works
        sys.stdout.write(f"\n{json.dumps({'code': code})}\n")
        sys.stdout.flush()

"""The state of everything a month writes, as hashes: before and after a change that moves code.

    python -m tests.golden_state write build/before.txt      # before
    python -m tests.golden_state compare build/before.txt    # after; lists each difference

Three worlds: the demo, the three-month demo and 400 generated returns. Of a workbook or an archive
every part has a line of its own, over its inflated bytes, so that another way of packing is no
difference; of run.json what the clock, the paths and the packing say is left out. Hashes of one
installation are not those of another: write and compare on the same one.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click

from bench.generate import generate
from pipeline.cli import main as command
from pipeline.run import aggregate
from pipeline.settings import Settings

ROOT = Path(__file__).parent.parent
RETURNS = 400
SEED = 20261128
SENT = 1_793_500_000  # when every generated return was saved, seconds
WORLDS = Path("build/golden")  # always the same: some texts name their folder
MONTH = "2026-11"
_PACKED = (".xlsx", ".xlsm", ".zip")
_OF_THIS_RUN = ("timing", "workbooks", "data")  # times, and hashes of packed files


def play(folder: Path) -> None:
    """Make the three worlds below a folder."""
    command(["demo", "--into", str(folder / "demo"), "--quiet"])
    year = [sys.executable, "-m", "story", "--into", str(folder / "year"), "--quiet"]
    subprocess.run(year, env={**os.environ, "PYTHONPATH": str(ROOT / "tests")}, check=True)
    generate(folder / "many" / "inbox", RETURNS, SEED)
    for path in (folder / "many" / "inbox").iterdir():
        os.utime(path, (SENT, SENT))
    aggregate(
        Settings(
            month=MONTH,
            made_at=f"{MONTH}-20T10:00:00+09:00",
            inbox=folder / "many" / "inbox",
            outbox=folder / "many" / "outbox",
            templates=ROOT / "templates",
        )
    )


def state(folder: Path) -> Iterator[tuple[str, str]]:
    """Give place and hash of every part of every file that was written, inboxes left out."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or "/inbox/" in f"/{name}":
            continue
        if path.suffix in _PACKED:
            with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as package:
                for part in sorted(package.namelist()):
                    yield f"{name}!{part}", _hash(package.read(part))
        elif path.name == "run.json":
            kept = json.loads(path.read_text(encoding="utf-8"))
            for key in _OF_THIS_RUN:
                kept.pop(key, None)
            yield name, _hash(json.dumps(kept, ensure_ascii=False, sort_keys=True).encode())
        else:
            yield name, _hash(path.read_bytes())


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Give a line for each place that is gone, new or different."""
    told = [f"gone       {place}" for place in before if place not in after]
    told += [f"new        {place}" for place in after if place not in before]
    return told + [f"different  {p}" for p in before if p in after and before[p] != after[p]]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@click.command()
@click.argument("action", type=click.Choice(["write", "compare"]))
@click.argument("file", type=click.Path(path_type=Path))
def main(action: str, file: Path) -> None:
    """Write the hashes to FILE, or compare with those it holds."""
    shutil.rmtree(WORLDS, ignore_errors=True)
    play(WORLDS)
    found = dict(state(WORLDS))
    if action == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{sha}  {place}\n" for place, sha in found.items()), "utf-8")
        click.echo(f"{len(found)} places written to {file}")
        return
    lines = file.read_text("utf-8").splitlines()
    kept = {place: sha for sha, place in (line.split("  ", 1) for line in lines)}
    told = differences(kept, found)
    click.echo("\n".join(told) or f"{len(found)} places, no difference")
    sys.exit(1 if told else 0)


if __name__ == "__main__":
    main()

"""The state of everything a month writes, as hashes: before and after a change that moves code.

    python -m tests.golden_state write build/before.txt      # before
    python -m tests.golden_state compare build/before.txt    # after; lists each difference

Three worlds: the demo, the three-month demo and 400 generated returns. Of a workbook or an archive
every part has a line of its own, over its inflated bytes, so that another way of packing is no
difference; texts and looks stand in for their numbers among the shared strings and the styles,
whose order is none either; of run.json what the clock, the paths and the packing say is left out.
Hashes of one installation are not those of another: write and compare on the same one.
"""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click
from lxml import etree

from bench.generate import generate
from pipeline.cli import main as command
from pipeline.month.remembered import NAME as READINGS
from pipeline.run import aggregate
from pipeline.settings import Settings

ROOT = Path(__file__).parent.parent
RETURNS = 400
SEED = 20261128
SENT = 1_793_500_000  # when every generated return was saved, seconds
WORLDS = Path("build/golden")  # always the same: some texts name their folder
MONTH = "2026-11"
_STRINGS = "xl/sharedStrings.xml"
_TEXT = re.compile(rb"<si>(.*?)</si>", re.DOTALL)
_NUMBER = re.compile(rb't="s"><v>([0-9]+)')
_STYLES = "xl/styles.xml"
_NAMED = {"fonts": "fontId", "fills": "fillId", "borders": "borderId"}
_STYLE = re.compile(rb' s="([0-9]+)')
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
        if not path.is_file() or path.name == READINGS or "/inbox/" in f"/{name}":
            continue
        if path.suffix in _PACKED:
            with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as package:
                texts, looks = _shared_texts(package), _looks(package)
                for part in sorted(package.namelist()):
                    content = _resolved(package.read(part), part, texts, looks)
                    yield f"{name}!{part}", _hash(content)
        elif path.name == "run.json":
            kept = json.loads(path.read_text(encoding="utf-8"))
            for key in _OF_THIS_RUN:
                kept.pop(key, None)
            yield name, _hash(json.dumps(kept, ensure_ascii=False, sort_keys=True).encode())
        else:
            yield name, _hash(path.read_bytes())


def _shared_texts(package: zipfile.ZipFile) -> list[bytes]:
    if _STRINGS not in package.namelist():
        return []
    return _TEXT.findall(package.read(_STRINGS))


def _looks(package: zipfile.ZipFile) -> list[bytes]:
    """Give each cell format of a workbook with the font, fill and so on that it names."""
    if _STYLES not in package.namelist():
        return []
    tree = etree.fromstring(package.read(_STYLES))
    parts = {kind: [*map(etree.tostring, tree.iterfind(f"{{*}}{kind}/*"))] for kind in _NAMED}
    formats = {e.get("numFmtId"): str(e.get("formatCode")) for e in tree.iterfind("{*}numFmts/*")}
    looks = []
    for xf in tree.iterfind("{*}cellXfs/*"):
        named = [parts[kind][int(xf.attrib.pop(key))] for kind, key in _NAMED.items()]
        number = str(xf.attrib.pop("numFmtId"))
        looks.append(b"".join([*named, formats.get(number, number).encode(), etree.tostring(xf)]))
    return looks


def _resolved(content: bytes, part: str, texts: list[bytes], looks: list[bytes]) -> bytes:
    """Put texts and looks where a sheet names their numbers; of either list give all."""
    if part == _STRINGS and texts:
        return b"\n".join(sorted(texts))
    if part == _STYLES and looks:
        return b"\n".join(sorted(looks))
    if not part.startswith("xl/worksheets/sheet"):
        return content
    if looks:
        content = _STYLE.sub(lambda found: b' s="' + _hash(looks[int(found[1])]).encode(), content)
    return _NUMBER.sub(lambda found: b't="s"><v>' + texts[int(found[1])], content)


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

"""Build 取りまとめキット: python -m kit --python 3.12 [--embed python-3.12.x-embed-amd64.zip]."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import zipfile
from pathlib import Path

import click

from kit.parts import parts_text, sbom
from kit.wheels import ROOT, Part, build_own, fetch, longest_name, parts_of

FILES = Path(__file__).resolve().parent / "files"
TOP = "取りまとめキット"
LARGEST = 90 * 1000 * 1000  # bytes: what mail gateways and transfer services of offices take
INBOX, OUTBOX, PARTS = "1_届いた回答", "2_結果", "部品"
STARTERS = {
    "集計する": "集計",
    "差戻しを作る": "差戻し",
    "様式を配る": "配布",
    "月を締める": "締め",
    "見本で試す": "見本",
}
_WRITTEN = (2026, 1, 1, 0, 0, 0)  # fixed: the same parts give the same bytes


def contents(
    parts: tuple[Part, ...], *, python: str, embedded: Path | None = None
) -> dict[str, bytes]:
    """Give every file of a kit by its path below the top folder."""
    digest = hashlib.sha256(embedded.read_bytes()).hexdigest() if embedded else ""
    told = {
        "python": python,
        "longest": longest_name(parts),
        "wheels": {part.path.name: part.sha256 for part in parts},
    }
    starter = (FILES / "starter.bat").read_text(encoding="utf-8").replace("@PYTHON@", python)
    guide = (FILES / "はじめにお読みください.txt").read_text(encoding="utf-8")
    files = {
        "はじめにお読みください.txt": for_notepad(guide.replace("@PYTHON@", python)),
        f"{INBOX}/README.txt": for_notepad("届いた回答を、このフォルダに置いてください。\n"),
        f"{OUTBOX}/README.txt": for_notepad("集計の結果が、月ごとのフォルダにできます。\n"),
        "名簿.xlsx": (ROOT / "templates" / "名簿.xlsx").read_bytes(),
        "torimatome.toml": (ROOT / "templates" / "torimatome.toml").read_bytes(),
        f"{PARTS}/start.py": (FILES / "start.py").read_bytes(),
        f"{PARTS}/kit.json": json.dumps(told, indent=1).encode("ascii"),
        f"{PARTS}/部品一覧.txt": for_notepad(parts_text(parts, python=python, embedded=digest)),
        f"{PARTS}/sbom.cdx.json": sbom(parts, python=python).encode("utf-8"),
    }
    for name, task in STARTERS.items():
        text = starter.replace("@TASK@", task).replace("\n", "\r\n")
        files[f"{name}.bat"] = text.encode("cp932")
    for part in parts:
        files[f"{PARTS}/wheels/{part.path.name}"] = part.path.read_bytes()
    return files | (_python_inside(embedded, python) if embedded else {})


def for_notepad(text: str) -> bytes:
    """Give a text as every Windows shows it."""
    return text.replace("\n", "\r\n").encode("utf-8-sig")


def _python_inside(embedded: Path, python: str) -> dict[str, bytes]:
    """Give the files of an embeddable Python; it must be the version that the wheels are for."""
    short = f"python{python.replace('.', '')}"
    with zipfile.ZipFile(embedded) as packed:
        names = [name for name in packed.namelist() if not name.endswith("/")]
        if f"{short}.dll" not in names or "python.exe" not in names:
            raise click.ClickException(
                f"{embedded} は Python {python} の組み込み用（python-{python}.x-embed-amd64.zip）"
                "ではありません。"
            )
        return {f"{PARTS}/python/{name}": packed.read(name) for name in names}


def write_kit(files: dict[str, bytes], place: Path) -> None:
    """Write the zip; a wheel is packed already and is stored as it is."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(place, "w") as packed:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{TOP}/{name}", _WRITTEN)
            stored = name.endswith(".whl")
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)
    size = place.stat().st_size
    if size > LARGEST:
        heavy = sorted(files.items(), key=lambda file: -len(file[1]))[:5]
        weights = "、".join(f"{name} {len(content) / 1e6:.1f}MB" for name, content in heavy)
        place.unlink()
        raise click.ClickException(
            f"キットが {size / 1e6:.1f}MB になり、{LARGEST / 1e6:.0f}MB を超えます: {weights}"
        )


@click.command()
@click.option("--python", default="3.12", help="キットが使う Python（3.11～3.14）。")
@click.option("--embed", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--into", type=click.Path(path_type=Path), default=Path("build/kit"))
def main(python: str, embed: Path | None, into: Path) -> None:
    """Build the kit for a Python of Windows."""
    if not re.fullmatch(r"3\.1[1-4]", python):
        raise click.ClickException(f"Python {python} のキットは作れません（3.11～3.14）。")
    with tempfile.TemporaryDirectory() as folder:
        click.echo(f"Windows 用の部品（Python {python}）を取り寄せています …")
        fetch(python, Path(folder))
        build_own(Path(folder))
        parts = parts_of(Path(folder))
        own = next(part for part in parts if part.name == "torimatome")
        place = into / f"{TOP}_{own.version}_Python{python}.zip"
        write_kit(contents(parts, python=python, embedded=embed), place)
    size = place.stat().st_size
    click.echo(f"部品 {len(parts)} 個、{size / 1e6:.1f}MB。作ったもの: {place}")


if __name__ == "__main__":
    main()

"""The kit and two months by Python for Windows itself, run by Wine (wine.py)."""

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_windows_like import mail, on_page_932, plain
from two_months import left, play
from wine import PYTHON, Wine, embeddable, supply, why_no_wine, windows_path

from kit.__main__ import INBOX, OUTBOX, PARTS, TOP, contents, write_kit
from kit.wheels import build_own, fetch, parts_of

__all__ = ["mail"]
pytestmark = pytest.mark.wine
_FOUND = "import sys; sys.path.insert(0, sys.argv.pop(1)); "
_MAIN = f"{_FOUND}from pipeline.cli import main; sys.exit(main())"
_FIRST = f"{_FOUND}import start; start.prepare()"


@pytest.fixture(scope="module")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wine]:
    if why := why_no_wine():
        pytest.skip(why)
    started = Wine(tmp_path_factory.mktemp("wine"))
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def kit(wine: Wine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the kit with its Python, as a coordinator unpacks it, after its first start."""
    folder = tmp_path_factory.mktemp("取りまとめ")
    for name in ("python", "wheels"):
        (folder / name).mkdir()
    fetch(PYTHON, folder / "wheels")
    build_own(folder / "wheels")
    parts = parts_of(folder / "wheels")
    files = contents(parts, python=PYTHON, embedded=embeddable(folder / "python"))
    write_kit(files, folder / "kit.zip")
    with zipfile.ZipFile(folder / "kit.zip") as packed:
        packed.extractall(folder)
    unpacked = folder / TOP
    inside = windows_path(unpacked / PARTS)
    code, said = wine.run(unpacked, [f"{PARTS}/python/python.exe", "-I", "-c", _FIRST, inside])
    assert code == 0, said
    assert "はじめての準備" in said
    supply(unpacked / PARTS / "python", unpacked / PARTS / "lib")
    return unpacked


def test_two_months_leave_the_same_on_windows(
    wine: Wine, kit: Path, mail: Path, tmp_path: Path
) -> None:
    python, library = str(kit / PARTS / "python" / "python.exe"), windows_path(kit / PARTS / "lib")

    def on_windows(home: Path, arguments: list[str], typed: str = "") -> tuple[int, str]:
        return wine.run(home, [python, "-I", "-c", _MAIN, library, *arguments[2:]], typed)

    homes = [tmp_path / name for name in ("plain", "windows")]
    for home in homes:
        home.mkdir()
    said = [play(homes[0], mail, plain), play(homes[1], mail, on_windows)]
    for one, other in zip(*said, strict=True):
        assert on_page_932(one).replace("/plain", "/windows") == on_page_932(other).replace(
            "Z:", ""
        )
    here, there = map(left, homes)
    assert [*here] == [*there]
    assert [name for name in here if here[name] != there[name]] == []


def test_a_month_by_the_starters(wine: Wine, kit: Path, mail: Path) -> None:
    def start(bat: str, typed: str, dropped: str = "") -> str:
        # Wine's cmd.exe knows no CMDCMDLINE of its own; this is what Explorer makes of a drop.
        line = rf'C:\windows\system32\cmd.exe /c ""{windows_path(kit / bat)}" {dropped}"'
        code, said = wine.run(kit, ["cmd", "/c", bat], typed, CMDCMDLINE=line)
        assert code != -1, said
        assert "この画面を閉じます" in said
        return said

    assert "集計表" in start("見本で試す.bat", "\n")
    shutil.copytree(mail / "再送", kit.parent / "届いた メール" / "再送")
    for place in mail.glob("*.xlsx"):
        shutil.copy2(place, kit.parent / "届いた メール")
    files = " ".join(f'"{windows_path(each)}"' for each in (kit.parent / "届いた メール").iterdir())
    said = start("集計する.bat", "2026年11月\n\n", files)
    assert (kit / OUTBOX / "2026-11" / "集計_2026-11.xlsx").is_file(), said
    start("差戻しを作る.bat", "\n\n")
    assert (kit / OUTBOX / "2026-11" / "差戻し").is_dir()
    start("様式を配る.bat", "2026-12\n\n\n")
    assert (kit / OUTBOX / "配布_2026-12").is_dir()
    start("月を締める.bat", "\ny\n\n")
    assert (kit / INBOX / "2026-11").is_dir()

"""The whole product where a Linux process has no more than Windows has (windows_like/)."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands import Command, commands
from inboxes import fingerprint, good, load, put, states
from two_months import left, play

from pipeline.errors import ExitCode
from pipeline.sample import MONTH, write_demo

ROOT = Path(__file__).resolve().parent.parent
_TOLD = {"PYTHONPATH", "PYTHONUTF8", "PYTHONIOENCODING", "LC_ALL", "TORIMATOME_MONTH"}


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _TOLD}
    kept["PATH"] = str(Path(sys.executable).parent)  # nothing here opens a workbook
    return kept | more


def started(home: Path, arguments: list[str], typed: str, **more: str) -> tuple[int, str]:
    """Run one command in a process of its own."""
    encoding = more.get("PYTHONIOENCODING", "utf-8")
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=home,
        env=environment(**more),
        input=typed.encode(encoding),
        capture_output=True,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).decode(encoding)


def plain(home: Path, arguments: list[str], typed: str = "") -> tuple[int, str]:
    return started(home, arguments, typed, PYTHONPATH=str(ROOT), PYTHONUTF8="1")


_PLACES = (ROOT / "tests" / "windows_like", ROOT, ROOT / "tests")
# Spawn alone, a console of page 932, its own zones.
_WINDOWS = {
    "PYTHONPATH": os.pathsep.join(map(str, _PLACES)),
    "PYTHONUTF8": "0",
    "PYTHONIOENCODING": "cp932",
    "LC_ALL": "C.UTF-8",
    "PYTHONTZPATH": "",
}


def as_windows(home: Path, arguments: list[str], typed: str = "") -> tuple[int, str]:
    """Run one command as on Windows."""
    return started(home, arguments, typed, **_WINDOWS)


@pytest.fixture
def command() -> Iterator[Command]:
    """Give what runs commands as on Windows, one after another in one process."""
    with commands(environment(**_WINDOWS), here=True) as run:
        yield run


def on_page_932(said: str) -> str:
    """Give what a console of Windows shows: some letters have a double or none there."""
    return said.encode("cp932", "replace").decode("cp932")


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give returned files, the same for every system."""
    folder = tmp_path_factory.mktemp("mail")
    write_demo(folder)
    return folder / "inbox"


@pytest.mark.outside
def test_two_months_leave_the_same(mail: Path, tmp_path: Path) -> None:
    homes = [tmp_path / name for name in ("plain", "windows")]
    for home in homes:
        home.mkdir()
    said = [play(homes[0], mail, plain), play(homes[1], mail, as_windows, notepad=True)]
    for one, other in zip(*said, strict=True):
        assert on_page_932(one).replace("/plain", "/windows") == on_page_932(other)
    here, there = map(left, homes)
    assert [*here] == [*there]
    edited = {"torimatome.toml"} | {name for name in here if name.endswith("passwords.txt")}
    assert [name for name in here if name not in edited and here[name] != there[name]] == []


def test_what_windows_refuses_is_refused(tmp_path: Path) -> None:
    """The guard itself: a test that passes because nothing is guarded would say nothing."""
    tried = {
        "os.fork()": "AttributeError",
        "import resource": "ModuleNotFoundError",
        "signal.setitimer": "AttributeError",
        "multiprocessing.get_context('fork')": "ValueError",
        "Path('CON.txt').write_text('x')": "OSError",
        "Path('a:b').write_text('x')": "OSError",
        "Path('dot.').mkdir()": "OSError",
        "Path('x' * 255).write_text('x')": "FileNotFoundError",
        "Path('A.txt').write_text('x')": "FileExistsError",
        "os.rename('b.txt', 'a.txt')": "FileExistsError",
        "opened = open('a.txt'); os.replace('b.txt', 'a.txt')": "PermissionError",
        "opened = open('a.txt'); os.remove('a.txt')": "PermissionError",
        "os.replace('b.txt', 'a.txt')": "",
    }
    lines = ["import multiprocessing, os, signal", "from pathlib import Path"]
    for line in tried:
        lines += ["opened = None", "try:", f"    {line}", "    print()"]
        lines += ["except Exception as error:", "    print(type(error).__name__)"]
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    (tmp_path / "b.txt").write_text("b", encoding="utf-8")
    (tmp_path / "try.py").write_text("\n".join(lines), encoding="utf-8")
    code, said = as_windows(tmp_path, ["try.py"])
    assert code == 0, said
    assert dict(zip(tried, said.splitlines(), strict=True)) == tried


def test_the_parent_caps_memory(tmp_path: Path) -> None:
    code, said = as_windows(tmp_path, ["-m", "windows_like.greedy"])
    assert (code, said) == (0, "1 done / 0 memory / 2 done")


def test_a_workbook_open_in_excel_keeps_the_old_month(command: Command, tmp_path: Path) -> None:
    checklist = load()
    put(tmp_path, {"若葉市.xlsx": good("若葉市", checklist)})
    aggregate = ("aggregate", "--month", MONTH)
    code, said = command(tmp_path, *aggregate)
    assert code == ExitCode.OK, said
    put(tmp_path, {"青嶺市.xlsx": good("青嶺市", checklist)})
    before = fingerprint(tmp_path / "outbox")
    for name in (f"集計_{MONTH}.xlsx", f"確認票_{MONTH}.xlsx", "data/answers.csv"):
        place = tmp_path / "outbox" / MONTH / name
        (place.parent / f"~${place.name}").write_bytes(b"\x05user")  # Excel's own mark
        with place.open("rb"):
            code, said = command(tmp_path, *aggregate)
        (place.parent / f"~${place.name}").unlink()
        assert code == ExitCode.NOTHING_WRITTEN, said
        assert place.name in said
        assert "閉じて" in said
        assert fingerprint(tmp_path / "outbox") == before
    code, said = command(tmp_path, *aggregate)
    assert code == ExitCode.OK, said
    assert len(states(tmp_path)) == 2


def in_a_long_place(folder: Path, length: int, run: Callable[[Path], tuple[int, str]]) -> int:
    """Run a month in a folder whose place has so many letters: it is whole, or it is told."""
    home = folder / str(length)
    while (missing := length - len(str(home))) > 1:
        home /= "長" * min(missing - 1, 60)
    home.mkdir(parents=True)
    put(home, {"若葉市.xlsx": good("若葉市", load())})
    code, said = run(home)
    assert not re.search(r"Traceback|思いがけない", said), said
    written = home / "outbox" / MONTH / f"集計_{MONTH}.xlsx"
    assert (code == ExitCode.OK) == written.exists(), said
    if code != ExitCode.OK:
        assert "場所の名前が長すぎます" in said
        assert not list((home / "outbox").rglob("*.xlsx"))
    return code


def test_a_long_place_holds_a_month(tmp_path: Path) -> None:
    words = ["-m", "pipeline", "aggregate", "--month", MONTH]
    assert in_a_long_place(tmp_path, 150, lambda home: as_windows(home, words)) == ExitCode.OK


def test_a_place_that_is_too_long_is_told(command: Command, tmp_path: Path) -> None:
    """259 letters are all that Windows takes."""
    codes = [
        in_a_long_place(tmp_path, length, lambda home: command(home, "aggregate", "--month", MONTH))
        for length in (200, 230, 245)
    ]
    assert codes == [ExitCode.OK, ExitCode.NOTHING_WRITTEN, ExitCode.NOTHING_WRITTEN]

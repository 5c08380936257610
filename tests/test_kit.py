"""取りまとめキット: its .bat files read line by line and played, its parts, its size."""

import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from kit.__main__ import INBOX, LARGEST, OUTBOX, PARTS, STARTERS, TOP, contents, write_kit
from kit.files.start import dropped
from kit.wheels import LOCK, Part, UnfitWheelError, build_own, fetch, locked, parts_of
from pipeline.sample import write_demo

HERE = "{}.{}".format(*sys.version_info[:2])


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Part, ...]:
    """Give the own wheel alone: what it needs, the Python that runs the tests has."""
    folder = tmp_path_factory.mktemp("wheels")
    build_own(folder)
    return parts_of(folder)


@pytest.fixture
def kit(parts: tuple[Part, ...], tmp_path: Path) -> Path:
    """Give the unpacked kit for the Python that runs the tests."""
    write_kit(contents(parts, python=HERE), tmp_path / "kit.zip")
    with zipfile.ZipFile(tmp_path / "kit.zip") as packed:
        packed.extractall(tmp_path)
    return tmp_path / TOP


class Player:
    """Plays the lines of a .bat as cmd.exe would, as far as the kit's own lines go."""

    def __init__(self, kit: Path, *, pythons: set[str], stdin: str, dropped: str = "") -> None:
        self.kit, self.pythons, self.stdin = kit, pythons, stdin
        self.env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.bat = ""
        self.dropped = dropped
        self.level = 0
        self.said: list[str] = []

    def play(self, bat: str) -> str:
        """Play one .bat to its exit; give what was shown."""
        self.bat = bat
        lines = (self.kit / bat).read_bytes().decode("cp932").split("\r\n")
        at = 0
        while at < len(lines):
            label = self._do(lines[at])
            if label == "exit":
                break
            at = lines.index(f":{label}") if label else at + 1
        return "\n".join(self.said)

    def _do(self, line: str) -> str:  # noqa: PLR0911 - one case for each kind of line
        """Do one line; give the label to go to, empty for the next line."""
        if line in {"@echo off", "chcp 932 >nul", 'pushd "%~dp0"', "", "pause >nul"}:
            return ""
        if line.startswith(("setlocal ", ":")):
            return ""
        if found := re.fullmatch(r'set "(\w+)=!cmdcmdline!"', line):
            window = rf'C:\Windows\system32\cmd.exe /c ""{self.kit}\{self.bat}" {self.dropped}"'
            self.env[found[1]] = window
            return ""
        if found := re.fullmatch(r'if (not )?exist "([^"]+)" goto (\w+)', line):
            there = (self.kit / found[2].replace("\\", "/")).exists()
            return found[3] if there is not bool(found[1]) else ""
        if found := re.fullmatch(r"if not errorlevel 1 goto (\w+)", line):
            return found[1] if self.level < 1 else ""
        if found := re.fullmatch(r"goto (\w+)", line):
            return found[1]
        if line.startswith("echo "):
            self.said.append(line.removeprefix("echo "))
            return ""
        if line == "exit":
            return line
        self._run(line)
        return ""

    def _run(self, line: str) -> None:
        quiet = line.endswith(" >nul 2>nul")
        words = re.findall(r'"([^"]*)"|(\S+)', line.removesuffix(" >nul 2>nul"))
        program, *arguments = [quoted or plain for quoted, plain in words]
        if program == "py":
            program = f"py {arguments.pop(0)}"
        if program not in self.pythons:
            assert quiet, f"not looked for first: {line}"
            self.level = 9009
            return
        arguments = [each.replace("\\", "/").replace("%%", "%") for each in arguments]
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.kit,
            env=self.env,
            input=self.stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        self.level = done.returncode
        if not quiet:
            self.said += [done.stdout, done.stderr]


def test_the_starters_are_japanese_and_for_windows(kit: Path) -> None:
    assert sorted(place.stem for place in kit.glob("*.bat")) == sorted(STARTERS)
    for place in kit.glob("*.bat"):
        written = place.read_bytes()
        text = written.decode("cp932")
        assert written.count(b"\n") == written.count(b"\r\n") == len(text.split("\r\n")) - 1
        assert "@PYTHON@" not in text
        assert "@TASK@" not in text
        shown = " ".join(re.findall(r"^echo (.*)\r$", text, re.MULTILINE))
        assert set(re.findall(r"[A-Za-z]+", shown)) <= {"Python", "zip"}
        # A letter whose second byte is \ | or ^ is a trap of cmd.exe under other code pages.
        letters = [letter.encode("cp932") for letter in text if not letter.isascii()]
        assert not [each for each in letters if each[-1:] in b"\\|^&%"]


def test_what_is_in_the_kit(kit: Path) -> None:
    assert {place.name for place in kit.iterdir()} == {
        *(f"{name}.bat" for name in STARTERS),
        INBOX,
        OUTBOX,
        PARTS,
        "はじめにお読みください.txt",
        "名簿.xlsx",
        "torimatome.toml",
    }
    guide = (kit / "はじめにお読みください.txt").read_bytes()
    assert guide.startswith(b"\xef\xbb\xbf")
    assert b"@PYTHON@" not in guide
    for name in STARTERS:
        assert name in guide.decode("utf-8-sig")


def test_the_sample_is_tried(kit: Path) -> None:
    told = Player(kit, pythons={"python"}, stdin="\n").play("見本で試す.bat")
    assert "はじめての準備" in told
    assert "集計表" in told


def test_a_new_users_walk(kit: Path) -> None:
    """Drop the returns on the .bat, aggregate, send back, distribute, close."""
    pythons = {f"py -{HERE}"}
    mail = kit.parent / "届いた メール"
    write_demo(mail)
    files = " ".join(f'"{place}"' for place in sorted((mail / "inbox").iterdir()))
    told = Player(kit, pythons=pythons, stdin="2026年11月\n\n", dropped=files).play("集計する.bat")
    assert "はじめての準備" in told
    assert "何月分ですか" in told
    assert (kit / OUTBOX / "2026-11" / "集計_2026-11.xlsx").is_file(), told
    assert not re.search(r"Traceback|Error", told)
    for bat, stdin in {
        "差戻しを作る.bat": "\n\n",
        "様式を配る.bat": "2026-12\n\n\n",
        "月を締める.bat": "\ny\n\n",
    }.items():
        told = Player(kit, pythons=pythons, stdin=stdin).play(bat)
        assert "はじめての準備" not in told
        assert "Enter キーを押すと、この画面を閉じます" in told
        assert not re.search(r"Traceback|Error|書き込めません|指定の誤り", told), told
    assert (kit / OUTBOX / "2026-11" / "差戻し").is_dir()
    assert (kit / OUTBOX / "配布_2026-12").is_dir()
    assert (kit / INBOX / "2026-11").is_dir()


def test_what_is_missing_is_told(kit: Path) -> None:
    told = Player(kit, pythons=set(), stdin="").play("集計する.bat")
    assert f"Python {HERE} が見つかりません" in told
    (kit / PARTS / "start.py").unlink()
    assert "すべて展開" in Player(kit, pythons=set(), stdin="").play("集計する.bat")


def test_a_part_that_was_changed_is_not_used(kit: Path) -> None:
    wheel = next((kit / PARTS / "wheels").glob("torimatome-*.whl"))
    wheel.write_bytes(wheel.read_bytes() + b" ")
    told = Player(kit, pythons={"python"}, stdin="\n").play("集計する.bat")
    assert "作ったときと違います" in told
    assert not (kit / PARTS / "lib").exists()


def test_another_python_is_refused(kit: Path) -> None:
    place = kit / PARTS / "kit.json"
    place.write_text(json.dumps(json.loads(place.read_text()) | {"python": "3.99"}))
    told = Player(kit, pythons={"python"}, stdin="\n").play("集計する.bat")
    assert "Python 3.99 用です" in told


_WINDOW = r'cmd.exe /c ""D:\k\集計する.bat" '


@pytest.mark.parametrize(
    ("command", "files"),
    [
        (_WINDOW + '"', []),
        (r'"C:\Windows\system32\cmd.exe"', []),
        ("", []),
        (_WINDOW + r'C:\a.xlsx"', [r"C:\a.xlsx"]),
        (_WINDOW + r'"C:\a b.xlsx" C:\c&d.xlsx"', [r"C:\a b.xlsx", r"C:\c&d.xlsx"]),
        (_WINDOW + r'C:\100%.xlsx "C:\（回） 2.xlsx""', [r"C:\100%.xlsx", r"C:\（回） 2.xlsx"]),
        (_WINDOW + r'\\srv\share\x!y.xlsx"', [r"\\srv\share\x!y.xlsx"]),
        (r"cmd.exe /c D:\k\集計する.BAT C:\a.xlsx", [r"C:\a.xlsx"]),
    ],
)
def test_files_dropped_on_a_bat(command: str, files: list[str]) -> None:
    assert dropped(command) == files


def test_the_same_parts_give_the_same_kit(parts: tuple[Part, ...], tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        write_kit(contents(parts, python="3.12"), tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_the_list_of_parts(parts: tuple[Part, ...]) -> None:
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415 - slow, and only here
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    other = replace(parts[0], name="lxml", version="6.1.3", licence="BSD-3-Clause")
    files = contents((other, *parts), python="3.12")
    listed = files[f"{PARTS}/部品一覧.txt"].decode("utf-8-sig")
    bom = files[f"{PARTS}/sbom.cdx.json"].decode("utf-8")
    for part in (other, *parts):
        for text in (listed, bom):
            assert part.sha256 in text
            assert part.version in text
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bom) is None
    assert json.loads(bom)["components"][0]["licenses"] == [{"license": {"id": "BSD-3-Clause"}}]


def test_the_lock_is_read_for_windows() -> None:
    text = LOCK.read_text(encoding="utf-8")
    names = {line.partition("==")[0] for line in locked(text, "3.12")}
    assert "psutil" in names  # by its marker, whatever this computer is
    assert "hatchling" not in names
    assert all(line.count("--hash=sha256:") for line in locked(text, "3.12"))
    numpy = [line for line in locked(text, "3.11") if line.startswith("numpy==")]
    assert len(numpy) == 1
    assert numpy != [line for line in locked(text, "3.12") if line.startswith("numpy==")]


def test_a_wheel_that_needs_an_installer_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "odd-1-py3-none-any.whl", "w") as packed:
        packed.writestr("odd-1.data/data/share/x", "")
    with pytest.raises(UnfitWheelError):
        parts_of(tmp_path)


@pytest.mark.outside
def test_the_kit_for_windows_is_small_enough(tmp_path: Path) -> None:
    """Ask the package index once; pip takes only what has the locked hash."""
    fetch("3.12", tmp_path)
    build_own(tmp_path)
    parts = parts_of(tmp_path)
    assert {part.path.stem.rpartition("-")[2] for part in parts} <= {"any", "win_amd64"}
    write_kit(contents(parts, python="3.12"), tmp_path / "kit.zip")
    assert (tmp_path / "kit.zip").stat().st_size <= LARGEST
    assert all(part.licence != "UNKNOWN" for part in parts)

"""The wheel as a new user meets it: built, unpacked or installed, in an empty folder."""

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from commands import Command, commands

from pipeline.cli import main
from pipeline.errors import ExitCode
from pipeline.forms.checklists import templates_folder

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(into)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return next(into.glob("*.whl"))


def bare(**more: str) -> dict[str, str]:
    """Give an environment that tells a process nothing of the checkout."""
    told = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "TORIMATOME_MONTH"}
    return {name: value for name, value in os.environ.items() if name not in told} | more


def test_the_templates_travel_inside(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        for place in (ROOT / "templates").rglob("*"):
            if place.is_file():
                name = place.relative_to(ROOT).as_posix()
                assert packed.read(f"pipeline/{name}") == place.read_bytes()
        assert not [name for name in packed.namelist() if name.startswith(("tests/", "bench/"))]


def test_a_folder_called_templates_may_be_somebody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "templates").mkdir()
    monkeypatch.chdir(tmp_path)
    assert templates_folder() == ROOT / "templates"
    shutil.copytree(ROOT / "templates" / "smartcity-security", Path("templates", "own"))
    assert templates_folder() == Path("templates")


def test_init_writes_over_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("torimatome.toml").write_text("deadline = 2026-11-30\n", encoding="utf-8")
    assert main(["init"]) == ExitCode.OK
    assert "そのまま: torimatome.toml" in capsys.readouterr().out
    assert Path("torimatome.toml").read_text(encoding="utf-8") == "deadline = 2026-11-30\n"
    assert {place.name for place in tmp_path.iterdir()} == {
        "README.txt",
        "inbox",
        "outbox",
        "torimatome.toml",
        "名簿.xlsx",
    }
    before = {place: place.read_bytes() for place in tmp_path.rglob("*") if place.is_file()}
    assert main(["init", "."]) == ExitCode.OK
    assert before == {place: place.read_bytes() for place in tmp_path.rglob("*") if place.is_file()}


def test_init_where_a_file_is_in_the_way_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "inbox").write_text("", encoding="utf-8")
    assert main(["init", str(tmp_path)]) == ExitCode.NOTHING_WRITTEN
    assert "書き込めませんでした" in capsys.readouterr().err


def started(torimatome: list[str], env: dict[str, str]) -> Command:
    """Give what starts a process for each command."""

    def run(home: Path, *words: str) -> tuple[int, str]:
        done = subprocess.run(
            [*torimatome, *words],
            cwd=home,
            env=env,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


def walk(command: Command, home: Path) -> None:
    """Go a new user's way from an empty folder to a workbook of own returns."""

    def run(*words: str, code: int) -> str:
        ended, told = command(home, *words)
        assert ended == code, told
        return told

    run("init", code=ExitCode.OK)
    told = run("template", "build", code=ExitCode.OK)  # what may be changed lies here now
    assert str(Path("templates", "smartcity-security", "blank.xlsx")) in told
    (home / "templates" / "手紙" / "差戻し.txt").write_text("件名: {あ}\n", encoding="utf-8")
    assert "差戻し.txt" in run("sendback", "--month", "2026-11", code=ExitCode.USAGE)
    shutil.rmtree(home / "templates")
    assert "に置いてから" in run("aggregate", code=ExitCode.NOTHING_WRITTEN)
    told = run("demo", "--into", "見本", code=ExitCode.OK)
    assert "集計表: " in told
    shutil.copytree(home / "見本" / "inbox", home / "inbox", dirs_exist_ok=True)
    # Some of the demo's files are broken on purpose.
    told = run("aggregate", "--month", "2026-11", code=ExitCode.SOME_UNREADABLE)
    assert (home / "outbox" / "2026-11" / "集計_2026-11.xlsx").is_file(), told


@pytest.mark.outside
def test_a_walk_from_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """Ask the package index once for the locked wheels; PIP_FIND_LINKS and PIP_NO_INDEX serve."""
    venv.create(tmp_path / "venv", with_pip=True)
    scripts = tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    install = [str(scripts / "python"), "-m", "pip", "install", "--quiet"]
    locked = ["--require-hashes", "-r", str(ROOT / "requirements" / "kit.txt")]
    subprocess.run([*install, *locked], check=True, env=bare())
    subprocess.run([*install, "--no-deps", str(wheel)], check=True, env=bare())
    home = tmp_path / "仕事"
    home.mkdir()
    walk(started([str(scripts / "torimatome")], bare()), home)


@pytest.fixture(scope="module")
def installers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the programs pipx and uvx, as those install them who like them."""
    folder = tmp_path_factory.mktemp("installers")
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    install = [str(scripts / "python"), "-m", "pip", "install", "--quiet", "pipx", "uv"]
    subprocess.run(install, check=True, env=bare())
    return scripts


@pytest.mark.outside
def test_a_walk_with_pipx(wheel: Path, installers: Path, tmp_path: Path) -> None:
    home = tmp_path / "仕事"
    home.mkdir()
    env = bare(PIPX_HOME=str(tmp_path / "pipx"), PIPX_BIN_DIR=str(tmp_path / "programs"))
    words = [str(installers / "pipx"), "install", "--python", sys.executable, str(wheel)]
    subprocess.run(words, check=True, env=env, cwd=home, capture_output=True)
    walk(started([str(tmp_path / "programs" / "torimatome")], env), home)


@pytest.mark.outside
def test_a_walk_with_uvx(wheel: Path, installers: Path, tmp_path: Path) -> None:
    home = tmp_path / "仕事"
    home.mkdir()
    env = bare(UV_CACHE_DIR=str(tmp_path / "cache"), UV_TOOL_DIR=str(tmp_path / "tools"))
    words = [str(installers / "uvx"), "--python", sys.executable, "--from", str(wheel)]
    walk(started([*words, "torimatome"], env), home)


def test_a_walk_from_the_unpacked_wheel(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "unpacked")
    home = tmp_path / "仕事"
    home.mkdir()
    env = bare(PYTHONPATH=str(tmp_path / "unpacked"))
    asked = "import pipeline; print(pipeline.__file__)"
    _, told = started([sys.executable, "-c"], env)(home, asked)
    assert str(tmp_path / "unpacked") in told
    code, told = started([sys.executable, "-m", "pipeline"], env)(home, "template", "build")
    assert code == ExitCode.OK, told
    shutil.rmtree(home / "templates")
    with commands(env) as run:
        walk(run, home)

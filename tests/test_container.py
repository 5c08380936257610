"""The container and the scheduled run of docs/automation.md, with docker and without.

Where docker is, the image is built and used. Where it is not, the lines of its build stage run in
a folder: the lock, the wheel and what is taken away again are then tried all the same.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from inboxes import good, load, put

from pipeline.errors import ExitCode
from pipeline.sample import MONTH

ROOT = Path(__file__).resolve().parents[1]
IMAGE = "torimatome:verify"
LARGEST = 700_000_000  # bytes of the image; what it holds is about 480 MB
PAGE = ROOT / "docs" / "automation.md"


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    joined = re.sub(r"\\\n\s*", "", text)
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def of(word: str) -> list[str]:
    return [rest for each, rest in instructions() if each == word]


def copied() -> list[tuple[list[str], str]]:
    """Give what is copied from the checkout, and where to."""
    lines = [rest.split() for rest in of("COPY") if not rest.startswith("--from")]
    return [(words[:-1], words[-1]) for words in lines]


def test_what_is_copied_is_there_and_handed_to_docker() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    handed = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert lines[0] == "*"
    assert {source for sources, _ in copied() for source in sources} == handed
    assert all((ROOT / source).exists() for source in handed)


def test_it_is_slim_locked_and_nobody_s_root() -> None:
    bases = {line.split()[0] for line in of("FROM")}
    assert bases == {"python:${PYTHON}-slim"}
    assert of("USER") == ["torimatome"]
    words = [word for word, _ in instructions()]
    assert words.index("USER") > max(n for n, word in enumerate(words) if word == "RUN")
    fetching = [line for line in of("RUN") if " install " in line and "pip" in line]
    assert any("--require-hashes -r requirements/run.txt" in line for line in fetching)
    assert all("--require-hashes" in line or "--no-index" in line for line in fetching)
    assert json.loads(of("ENTRYPOINT")[0]) == ["torimatome"]
    assert json.loads(of("VOLUME")[0]) == ["/work/inbox", "/work/outbox"]
    assert of("WORKDIR")[-1] == "/work"


def docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)


def why_no_docker() -> str:
    """Tell why no image can be built on this machine, empty where one can."""
    if shutil.which("docker") is None:
        return "docker is not installed"
    if docker("info").returncode:
        return "docker is installed, but no daemon answers"
    version = of("ARG")[0].partition("=")[2]
    base = f"python:{version}-slim"
    if docker("image", "inspect", base).returncode and docker("pull", "--quiet", base).returncode:
        return f"the base image {base} cannot be fetched"
    look = "import urllib.request as u; u.urlopen('https://pypi.org/simple/pip/', timeout=20)"
    if docker("run", "--rm", base, "python", "-c", look).returncode:
        return "containers reach no package registry"
    return ""


@pytest.fixture(scope="module")
def no_docker() -> str:
    return why_no_docker()


@pytest.mark.outside
def test_the_image_is_built_and_aggregates(tmp_path: Path, no_docker: str) -> None:
    if no_docker:
        pytest.skip(no_docker)
    built = docker("build", "--quiet", "--tag", IMAGE, str(ROOT))
    assert built.returncode == 0, built.stderr
    try:
        told = json.loads(docker("image", "inspect", IMAGE).stdout)[0]
        assert told["Size"] < LARGEST
        assert told["Config"]["User"] == "torimatome"
        put(tmp_path, {"若葉市.xlsx": good("若葉市", load())})
        (tmp_path / "outbox").mkdir(exist_ok=True)
        user = f"{os.getuid()}:{os.getgid()}"
        places = [f"--volume={tmp_path / name}:/work/{name}" for name in ("inbox", "outbox")]
        words = ("aggregate", "--month", MONTH, "--json")
        done = docker("run", "--rm", f"--user={user}", *places, IMAGE, *words)
        assert done.returncode == ExitCode.OK, done.stderr
        assert json.loads(done.stdout)["files"] == {"counted": 1}
        assert (tmp_path / "outbox" / MONTH / f"集計_{MONTH}.xlsx").is_file()
        alone = docker("run", "--rm", IMAGE, "demo", "--quiet")  # as the image's own user
        assert alone.returncode == ExitCode.OK, alone.stderr
    finally:
        docker("image", "rm", "--force", IMAGE)


@pytest.mark.outside
def test_without_docker_its_build_stage_runs_in_a_folder(tmp_path: Path, no_docker: str) -> None:
    if not no_docker:
        pytest.skip("docker built the image itself")
    source, home = tmp_path / "src", tmp_path / "work"
    for folder in (source, home):
        folder.mkdir()
    moved = {"/opt/torimatome": str(tmp_path / "opt"), "/tmp/wheel": str(tmp_path / "wheel")}  # noqa: S108 - the image's
    for word, rest in build_stage():
        if word == "COPY":
            *names, into = rest.split()
            copy(names, source / into)
        elif word == "RUN":
            for here, there in moved.items():
                rest = rest.replace(here, there)  # noqa: PLW2901 - two names for a path
            rest = re.sub(r"^python ", f"{sys.executable} ", rest)  # noqa: PLW2901 - the same
            ran = subprocess.run(
                ["sh", "-c", rest], cwd=source, capture_output=True, text=True, check=False
            )
            assert ran.returncode == 0, ran.stderr
    torimatome = tmp_path / "opt" / "bin" / "torimatome"
    plain = {"LANG": "C.UTF-8", "PATH": os.defpath, "HOME": str(tmp_path)}
    words = [str(torimatome), "demo", "--quiet"]
    done = subprocess.run(words, cwd=home, env=plain, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.OK, done.stderr
    made = [path for path in (tmp_path / "opt").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in made) < LARGEST - 200_000_000  # the base's share


def build_stage() -> Iterator[tuple[str, str]]:
    stages = 0
    for word, rest in instructions():
        stages += word == "FROM"
        if stages == 1:
            yield word, rest


def copy(names: list[str], into: Path) -> None:
    """Copy as docker does: files into a folder or under a name, a folder's content into one."""
    for name in names:
        given = ROOT / name
        if given.is_dir():
            shutil.copytree(given, into, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target = into / given.name if len(names) > 1 else into
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(given, target)


def workflow() -> dict[str, object]:
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    told: dict[str, object] = yaml.safe_load(text)
    return told


def steps() -> list[dict[str, str]]:
    jobs = workflow()["jobs"]
    assert isinstance(jobs, dict)
    (job,) = jobs.values()
    found: list[dict[str, str]] = job["steps"]
    return found


def test_the_scheduled_run_keeps_what_it_wrote() -> None:
    told = workflow()
    assert {"schedule", "workflow_dispatch"} <= dict(told[True]).keys()  # type: ignore[call-overload, index] # YAML reads `on` as true
    used = [step["uses"].partition("@")[0] for step in steps() if "uses" in step]
    assert used.count("actions/upload-artifact") == 1
    uploaded = next(step for step in steps() if "upload-artifact" in step.get("uses", ""))
    assert "outbox/" in str(uploaded["with"])


@pytest.mark.parametrize(
    ("broken", "code", "told"),
    [(False, 0, "counted"), (True, 0, "::warning"), (None, 3, "::error")],
    ids=["all read", "one unreadable", "nothing to read"],
)
def test_its_steps_run(tmp_path: Path, broken: bool | None, code: int, told: str) -> None:
    if broken is not None:
        put(tmp_path, {"若葉市.xlsx": good("若葉市", load())})
        if broken:
            (tmp_path / "inbox" / "壊れた.xlsx").write_bytes(b"PK\x03\x04 broken")
    (script,) = [step["run"] for step in steps() if "torimatome aggregate" in step.get("run", "")]
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    command = bin_folder / "torimatome"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pipeline "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    (bin_folder / "python").symlink_to(sys.executable)
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={
            **os.environ,
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "MONTH": MONTH,
        },
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert told in done.stdout

"""What programs call, the way programs call it: without a guard, from stdin, as documented."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from inboxes import good, load, put

import pipeline
from pages.api import render_api_page
from pipeline import api

MONTH = "2026-11"
ROOT = Path(__file__).resolve().parents[1]
# Counts how often the program runs: once, whatever the workers do.
GUARDLESS = """
import pathlib
import sys
import pipeline
{system}
with open("runs.txt", "a", encoding="utf-8") as log:
    log.write("run\\n")
assert not {{"pandas", "pyarrow", "pipeline.api"}} & sys.modules.keys()
done = pipeline.aggregate(inbox="inbox", outbox="outbox", month="2026-11", jobs=1)
one = pipeline.read("inbox/若葉市.xlsx", month="2026-11")
print(len(done.frames["answers"]), len(one), *sorted(done.frames["files"]["state"]))
"""
SPAWNING = """
from pipeline.machine import system
system.FORK_SERVER = False
system.START_METHOD = "spawn"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    checklist = load()
    names = {"若葉市.xlsx": "若葉市", "青嶺市.xlsx": "青嶺市", "月影村.xlsx": "月影村"}
    books = {name: good(who, checklist) for name, who in names.items()}
    put(tmp_path, {**books, "壊れた.xlsx": b"PK\x03\x04 broken"})
    return tmp_path


def said(folder: Path, *command: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# Spawned workers load the main module again, in whatever way that came; copied ones do not, and
# the other ways to start them are left to `make verify`.
@pytest.mark.parametrize(
    ("way", "system"),
    [
        *(
            pytest.param(way, SPAWNING, id=f"{way}, spawn")
            for way in ("script", "stdin", "command")
        ),
        pytest.param("script", "", id="script"),
        *(pytest.param(way, "", id=way, marks=pytest.mark.outside) for way in ("stdin", "command")),
    ],
)
def test_a_program_without_a_guard_runs_once(folder: Path, way: str, system: str) -> None:
    program = GUARDLESS.format(system=system)
    (folder / "program.py").write_text(program, encoding="utf-8")
    given = program if way == "stdin" else ""
    words = {"script": ["program.py"], "stdin": ["-"], "command": ["-c", program]}[way]
    told = said(folder, *words, given=given)
    assert told.split() == ["165", "55", "counted", "counted", "counted", "unreadable"]
    assert (folder / "runs.txt").read_text(encoding="utf-8").splitlines() == ["run"]


def examples(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)


@pytest.mark.usefixtures("workers")
def test_a_loop_that_runs_is_no_hindrance(folder: Path) -> None:
    """A notebook's cells run inside one."""

    async def cell() -> int:
        done = pipeline.aggregate(
            inbox=folder / "inbox", outbox=folder / "outbox", month=MONTH, pivot=False
        )
        return len(done.frames["answers"])

    assert asyncio.run(cell()) == 165


# A kernel takes three seconds; a program from stdin has no file, a running loop is asked above.
@pytest.mark.outside
@pytest.mark.filterwarnings("ignore")  # of the kernel's own libraries
def test_a_notebook_aggregates_and_reads(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real kernel: its `__main__` has no file, and it runs in a thread of its own loop."""
    import nbformat  # noqa: PLC0415 - slow, and only here
    from nbclient import NotebookClient  # noqa: PLC0415 - slow, and only here

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(folder / "ipython"))
    cells = [nbformat.v4.new_code_cell(source) for source in examples(render_api_page())]
    book = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(
        book, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    told = ["".join(each.get("text", "") for each in cell["outputs"]) for cell in book.cells]
    assert "集計_2026-11.xlsx" in told[0]
    assert "nowhere" in told[2]


@pytest.mark.usefixtures("workers")
def test_aggregate_gives_what_the_command_writes(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    done = pipeline.aggregate(
        inbox=folder / "inbox",
        outbox=str(folder / "outbox"),
        month=MONTH,
        pivot=False,
        progress=lambda read, of: seen.append((read, of)),
    )
    assert isinstance(done, pipeline.Result)
    assert (done.month, done.exit_code) == (MONTH, pipeline.ExitCode.SOME_UNREADABLE)
    assert done.workbook == folder / "outbox" / MONTH / f"集計_{MONTH}.xlsx"
    assert done.paths[done.workbook.name] == done.workbook
    assert {"run.json", "data/answers.csv"} <= done.paths.keys()
    assert done.figures["counts"]["submissions"] == 3
    assert done.figures["settings"]["pivot"] is False
    assert seen[-1][0] == seen[-1][1]
    assert {finding.code for finding in done.findings} >= {"F102"}
    assert list(done.frames) == list(api.TABLES)
    answers = done.frames["answers"]
    assert answers["status_code"].dtype == pd.Int64Dtype()
    assert answers["respondent_id"].dtype == "string"
    with pytest.raises(AttributeError):
        done.month = "2026-12"  # type: ignore[misc]


def test_read_gives_the_rows_that_the_month_has(folder: Path) -> None:
    done = pipeline.aggregate(inbox=folder / "inbox", outbox=folder / "outbox", month=MONTH)
    whole = done.frames["answers"]
    one = pipeline.read(folder / "inbox" / "若葉市.xlsx", month=MONTH)
    assert list(one) == list(whole)
    own = whole[whole["file"] == "若葉市.xlsx"].reset_index(drop=True)
    pd.testing.assert_frame_equal(one, own)
    assert [each["state"] for each in one.attrs["files"]] == ["counted"]
    assert not (folder / "inbox" / "outbox").exists()


def test_read_of_what_holds_no_answers_tells_why(folder: Path) -> None:
    broken = pipeline.read(folder / "inbox" / "壊れた.xlsx", month=MONTH)
    assert broken.empty
    assert broken.attrs["files"][0]["state"] == "unreadable"
    assert broken.attrs["findings"][0]["fix"]
    with pytest.raises(FileNotFoundError):
        pipeline.read(folder / "nowhere.xlsx")


def test_a_month_that_is_none_is_refused(folder: Path) -> None:
    with pytest.raises(pipeline.TorimatomeError, match="2026-13") as told:
        pipeline.aggregate(inbox=folder / "inbox", outbox=folder / "outbox", month="2026-13")
    assert told.value.exit_code is pipeline.ExitCode.USAGE
    assert not (folder / "outbox").exists()


def test_the_package_gives_what_it_names_and_nothing_else() -> None:
    assert pipeline.read is api.read
    assert set(pipeline.__all__) <= set(dir(pipeline))
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = pipeline.nothing_of_the_kind


@pytest.mark.parametrize("example", examples(render_api_page()))
def test_the_examples_of_the_page_run(
    example: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Here, one by one; the kernel above runs them in a process of their own."""
    monkeypatch.chdir(folder)
    exec(compile(example, "example.py", "exec"), {"__name__": "__main__"})  # noqa: S102 - our page
    assert capsys.readouterr().out.strip() or "findings" in example

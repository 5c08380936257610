"""Reading on a Dask cluster: the same bytes as here, and nothing is lost with a worker.

A month by parts: the same rows and totals as here, whatever becomes of a worker. Every cluster is
of real processes on the loopback, and one of them serves both.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import dask
import psutil
import pytest
from cluster_tasks import KillingOnce, fatal, harmless, interrupting
from distributed import LocalCluster
from gates import agree
from inboxes import (
    TEMPLATES,
    fingerprint,
    good,
    load,
    noting,
    partly,
    put,
    roster,
    settings_for,
)
from opened import opened
from pyarrow import parquet
from returned_books import Page, book

import pipeline.machine.cluster
import pipeline.month.exchange
import pipeline.month.reading
from pipeline.by_parts import aggregate_by_parts
from pipeline.cli import main
from pipeline.cli.report import summary_lines
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.machine.cluster import Cluster
from pipeline.machine.isolate import Failure
from pipeline.month.exchange import NOT_ASKED
from pipeline.run import aggregate
from pipeline.sample import MONTH
from pipeline.settings import Limits, Settings

LIMITS = Limits(seconds=20.0, memory=256 << 20)


@contextmanager
def two_workers(*, allowed_failures: int) -> Iterator[str]:
    with (
        dask.config.set(
            {
                "distributed.scheduler.allowed-failures": allowed_failures,
                "distributed.worker.profile.enabled": False,  # it looks a hundred times a second
            }
        ),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=50,
        ) as cluster,
    ):
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with two_workers(allowed_failures=3) as found:  # as Dask has it unless told otherwise
        yield found


def run(task: Callable[[Any], str], inputs: list[Any], address: str, *shared: Path) -> list[str]:
    """Run a task over inputs on the cluster; a failure is shown as its reason."""
    return Cluster(scheduler=address, shared=shared)(
        task,
        inputs,
        jobs=2,
        limits=LIMITS,
        on_failure=lambda given, failure: f"{given} {failure}",
    )


def written(folder: Path) -> dict[str, str]:
    """Give the fingerprint of a month, its run.json without the seconds it took."""
    files = fingerprint(folder / "outbox" / MONTH)
    record = json.loads((folder / "outbox" / MONTH / "run.json").read_text(encoding="utf-8"))
    del record["timing"]
    return files | {"run.json": json.dumps(record)}


def test_results_are_in_input_order(address: str) -> None:
    heard: list[str] = []
    results = Cluster(scheduler=address)(
        harmless, [*range(150)], jobs=2, limits=LIMITS,
        on_failure=lambda given, failure: f"{given} {failure}", receive=noting(heard),
    )  # fmt: skip
    assert results == [f"{number} done" for number in range(150)]
    assert sorted(heard) == sorted(results)


def test_no_inputs_need_no_cluster() -> None:
    assert run(harmless, [], "tcp://127.0.0.1:9") == []


def test_a_hostile_input_costs_itself_alone(address: str) -> None:
    inputs: list[object] = [*range(24)]
    inputs[5], inputs[17] = "abort", "raise"
    expected = [
        f"{given} {Failure.CRASH}" if given in {"abort", "raise"} else f"{given} done"
        for given in inputs
    ]
    assert run(harmless, inputs, address) == expected


def test_a_month_read_on_a_cluster_has_the_same_bytes(address: str, tmp_path: Path) -> None:
    checklist = load()
    names = [f"第{number}市" for number in range(4)]
    files = {f"{name}.xlsx": good(name, checklist) for name in names}
    files |= {"壊れた.xlsx": b"PK\x03\x04 cut off", "お知らせ.pdf": b"%PDF-1.7"}
    put(tmp_path, files)
    here = settings_for(tmp_path, pivot=False)
    assert aggregate(here).exit_code is ExitCode.SOME_UNREADABLE
    expected = written(tmp_path)
    assert "data/answers.parquet" in expected
    (tmp_path / "outbox").rename(tmp_path / "first")
    aggregate(replace(here, scheduler=address))
    assert written(tmp_path) == expected


def test_a_worker_killed_in_the_middle_of_a_run_loses_nothing(address: str, tmp_path: Path) -> None:
    marker = tmp_path / "killed"
    inputs = [*map(str, range(20)), str(marker), *map(str, range(20, 40))]
    assert run(fatal, inputs, address) == [f"{given} done" for given in inputs]
    assert marker.exists()


@pytest.mark.outside  # no outside tool, but workers that Dask starts again take seconds each
def test_only_an_input_that_keeps_killing_workers_has_failed() -> None:
    inputs = [*map(str, range(16)), "always"]
    expected = [*(f"{number} done" for number in range(16)), f"always {Failure.CRASH}"]
    with two_workers(allowed_failures=0) as address:
        assert run(fatal, inputs, address) == expected


def test_workers_that_do_not_see_the_inbox_are_refused(address: str, tmp_path: Path) -> None:
    hidden = tmp_path / "not there"
    with pytest.raises(TorimatomeError) as told:
        run(harmless, [1], address, tmp_path, hidden)
    assert told.value.exit_code is ExitCode.USAGE
    assert str(hidden) in told.value.message
    assert "共有フォルダ" in told.value.message


def test_workers_of_another_version_are_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline.machine.cluster, "version", lambda _name: "99.0")
    with pytest.raises(TorimatomeError, match=r"こちら 99\.0"):
        run(harmless, [1], address)


def test_a_scheduler_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline.machine.cluster, "_CONNECT", 0.3)
    with pytest.raises(TorimatomeError, match="つながらない") as told:
        run(harmless, [1], "tcp://127.0.0.1:9")
    assert told.value.exit_code is ExitCode.USAGE


def test_without_the_extra_the_way_to_install_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(TorimatomeError, match=r"requirements/cluster\.txt"):
        run(harmless, [1], "local")


def test_ctrl_c_is_for_the_run_to_answer_and_no_process_of_its_cluster_is_left() -> None:
    before = set(psutil.Process().children(recursive=True))
    inputs = [*range(3)]
    assert run(interrupting, inputs, "local") == [f"{number} done" for number in inputs]
    left = set(psutil.Process().children(recursive=True)) - before
    _gone, alive = psutil.wait_procs(left, timeout=5)
    assert alive == []


@pytest.mark.outside  # no outside tool, but the command and its cluster take seconds; see above
def test_a_cluster_of_this_machine_leaves_no_process(tmp_path: Path) -> None:
    put(tmp_path, {"若葉市.xlsx": good("若葉市", load())})
    command = [
        sys.executable, "-m", "pipeline", "aggregate", "--month", MONTH, "--jobs", "1",
        "--inbox", str(tmp_path / "inbox"), "--outbox", str(tmp_path / "outbox"),
        "--scheduler", "local", "--quiet", "--no-pivot",
    ]  # fmt: skip
    before = {process.pid for process in psutil.process_iter()}
    ran = subprocess.run(
        command, cwd=TEMPLATES.parent, capture_output=True, text=True, timeout=120, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    left = [p for p in psutil.process_iter() if p.pid not in before and _is_of(p, tmp_path)]
    _gone, alive = psutil.wait_procs(left, timeout=5)
    assert alive == []


def _is_of(process: psutil.Process, folder: Path) -> bool:
    """Tell whether a process, or one it came from, was started with this folder's name."""
    try:
        family = [process, *process.parents()]
        return any(str(folder) in " ".join(member.cmdline()) for member in family)
    except psutil.Error:
        return False


# --- a month by parts ---------------------------------------------------------------------------

Rows = list[tuple[str, ...]]
ASKED = (
    ("01", "若葉市"), ("02", "白雲町"), ("03", "青嶺市"), ("04", "黒潮市"), ("05", "月影市"),
    ("06", "霞村"), ("07", "未着町"), ("08", "甲村"), ("09", "乙村"),
)  # fmt: skip


def returns() -> dict[str, bytes]:
    """Give an inbox with every way in which a return counts, or does not."""
    form = load()
    every = range(len(form.items))
    return {
        "若葉市.xlsx": good("若葉市", form, "②（12月）", "令和9年度に予算を要求する"),
        "白雲町.xlsx": partly("白雲町", form, every, "検討中"),
        "青嶺市.xlsx": partly("青嶺市", form, range(20), "①"),
        "青嶺市_修正版.xlsx": partly("青嶺市", form, range(10, 55), "③"),
        "黒潮市.xlsx": good("黒潮市", form, "②（2026年9月）"),
        "黒潮市 (1).xlsx": good("黒潮市", form, "②（2026年9月）"),
        "月影市_A.xlsx": partly("月影市", form, every, "①"),
        "月影市_B.xlsx": partly("月影市", form, every, "③"),
        "名簿外市.xlsx": good("名簿外市", form),
        "2村.xlsx": book(
            Page(name="甲村", title="甲村", mark="①"), Page(name="乙村", title="乙村", mark="○")
        ),
        "霞村.xlsx": partly("霞村", form, every, ""),
        "壊れた.xlsx": b"PK\x03\x04 cut off",
        "お知らせ.pdf": b"%PDF-1.7",
        "名簿.xlsx": roster(*ASKED),
    }


def rows(folder: Path, name: str, *left_out: str) -> Rows:
    """Give the rows of a table, a file or a folder of parts, in an order that stays."""
    table = parquet.read_table(folder / "data" / f"{name}.parquet")
    kept = [column for column in table.column_names if column not in left_out]
    return sorted(tuple(map(repr, row.values())) for row in table.select(kept).to_pylist())


def findings(folder: Path) -> Rows:
    """Give the findings that both ways of a month ask for; 確認票 has no say in them."""
    found = rows(folder, "findings", "state", "decision", "line")
    return [row for row in found if not row[0].strip("'").startswith(NOT_ASKED)]


def totals(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Give the sheets of totals; a formula and a plain value keep other digits."""
    book = opened(path, data_only=True)
    return {
        name: [
            tuple(round(cell, 9) if isinstance(cell, float) else cell for cell in row)
            for row in book[name].iter_rows(min_row=4, values_only=True)
        ]
        for name in ("項目別集計", "分野別集計")
    }


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder whose month was read here."""
    folder = tmp_path_factory.mktemp("here")
    put(folder, returns())
    aggregate(settings_for(folder, pivot=False))
    return folder


def beside(here: Path, folder: Path) -> Settings:
    """Copy a month that was read here, for one by parts beside it."""
    shutil.copytree(here, folder, dirs_exist_ok=True)
    return settings_for(folder, pivot=False)


def insist_on_the_same(folder: Path, settings: Settings) -> None:
    """Run by parts beside a run that was made here, and compare what both wrote."""
    result = aggregate_by_parts(settings)
    here, parts = folder / "outbox" / MONTH, folder / "outbox" / f"{MONTH}-parts"
    assert result.folder == parts
    assert result.exit_code is ExitCode.SOME_UNREADABLE
    assert rows(parts, "answers") == rows(here, "answers")
    assert findings(parts) == findings(here)
    assert rows(parts, "files") == rows(here, "files")
    assert not [*(folder / "outbox").glob(".torimatome*")]


def test_a_month_by_parts_has_the_rows_of_one_that_was_read_here(
    address: str, here: Path, tmp_path: Path
) -> None:
    settings = replace(beside(here, tmp_path), scheduler=address)
    insist_on_the_same(tmp_path, settings)


def test_a_worker_killed_in_the_middle_loses_no_part(
    address: str, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(beside(here, tmp_path), scheduler=address)
    marker = tmp_path / "killed"
    task_of = pipeline.month.reading._task
    monkeypatch.setattr(
        pipeline.month.reading,
        "_task",
        lambda *given: KillingOnce(task=task_of(*given), marker=marker),
    )
    insist_on_the_same(tmp_path, settings)
    assert marker.exists()


def test_parts_of_an_earlier_run_go_with_it(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline.month.exchange, "_ROWS", 100)
    put(tmp_path, {f"第{n}市.xlsx": good(f"第{n}市", load()) for n in range(4)})
    settings = replace(settings_for(tmp_path, pivot=False), scheduler=address)
    answers = aggregate_by_parts(settings).folder / "data" / "answers.parquet"
    assert [parquet.read_metadata(part).num_rows for part in sorted(answers.iterdir())] == [
        100, 100, 20,
    ]  # fmt: skip
    (tmp_path / "inbox" / "第3市.xlsx").unlink()
    (tmp_path / "inbox" / "第2市.xlsx").unlink()
    aggregate_by_parts(settings)
    assert [parquet.read_metadata(part).num_rows for part in sorted(answers.iterdir())] == [100, 10]


def test_the_workbook_has_every_total_and_says_where_the_lists_are(
    address: str, here: Path, tmp_path: Path
) -> None:
    settings = replace(beside(here, tmp_path), scheduler=address)
    result = aggregate_by_parts(settings)
    cover = "\n".join(
        str(cell)
        for row in opened(result.workbook, data_only=True)["はじめに"].iter_rows(values_only=True)
        for cell in row
        if cell
    )
    assert "一覧は空です。全件は フォルダー data/answers.parquet にあります" in cover
    assert "一致" in cover
    assert totals(result.workbook) == totals(tmp_path / "outbox" / MONTH / settings.workbook)
    told = agree.problems(result.folder, terminal=summary_lines(result))
    assert told == []


@pytest.mark.parametrize(
    "files",
    [
        {"壊れた.xlsx": b"PK\x03\x04 cut off"},
        {"名簿.xlsx": roster(("01", "若葉市")), "若葉市.xlsx": good("若葉市", load(), "②（12月）")},
    ],
    ids=["no answers", "hardly a finding"],
)
def test_tables_without_rows_are_tables(
    address: str, tmp_path: Path, files: dict[str, bytes]
) -> None:
    put(tmp_path, files)
    settings = replace(settings_for(tmp_path, pivot=False), scheduler=address)
    aggregate(replace(settings, scheduler=""))
    parts, here = aggregate_by_parts(settings).folder, tmp_path / "outbox" / MONTH
    assert rows(parts, "answers") == rows(here, "answers")
    assert findings(parts) == findings(here)


@pytest.mark.parametrize(
    "options", [[], ["--scheduler", "local", "--edition", "public"]], ids=["no cluster", "public"]
)
def test_parts_need_a_cluster_and_the_internal_edition(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["aggregate", "--month", MONTH, "--by-parts", *options]) == ExitCode.USAGE
    assert "--by-parts は --scheduler とともに" in capsys.readouterr().err

"""A month by parts: the same rows and totals as here, whatever becomes of a worker."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cluster_tasks import KillingOnce
from gates import agree
from inboxes import good, load, partly, put, roster, settings_for
from opened import opened
from pyarrow import parquet
from returned_books import Page, book
from test_cluster import two_workers

import pipeline.month.exchange
import pipeline.month.reading
from pipeline.by_parts import aggregate_by_parts
from pipeline.cli import main
from pipeline.cli.report import summary_lines
from pipeline.errors import ExitCode
from pipeline.month.exchange import NOT_ASKED
from pipeline.run import aggregate
from pipeline.sample import MONTH
from pipeline.settings import Settings

Rows = list[tuple[str, ...]]
ASKED = (
    ("01", "若葉市"), ("02", "白雲町"), ("03", "青嶺市"), ("04", "黒潮市"), ("05", "月影市"),
    ("06", "霞村"), ("07", "未着町"), ("08", "甲村"), ("09", "乙村"),
)  # fmt: skip


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with two_workers(allowed_failures=3) as found:
        yield found


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


def made_here(folder: Path) -> Settings:
    put(folder, returns())
    settings = settings_for(folder, pivot=False)
    aggregate(settings)
    return settings


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
    address: str, tmp_path: Path
) -> None:
    settings = replace(made_here(tmp_path), scheduler=address)
    insist_on_the_same(tmp_path, settings)


def test_a_worker_killed_in_the_middle_loses_no_part(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(made_here(tmp_path), scheduler=address)
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
    address: str, tmp_path: Path
) -> None:
    settings = replace(made_here(tmp_path), scheduler=address)
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

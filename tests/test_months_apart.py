"""Months that touch each other, as whole runs: a close forgotten, earlier data changed."""

import shutil
from collections import Counter
from pathlib import Path

import pytest
from inboxes import good, load, put, settings_for
from opened import opened
from pencil import table
from test_history import DAMAGES

from pipeline.cli import main
from pipeline.cli.report import summary_lines
from pipeline.errors import ExitCode
from pipeline.run import RunResult, aggregate

pytestmark = pytest.mark.workbook_once

ITEMS = len(load().items)


def run(folder: Path, month: str) -> RunResult:
    return aggregate(settings_for(folder, month=month, pivot=False))


def codes(result: RunResult) -> Counter[str]:
    return Counter(finding.code for finding in result.findings)


def cover(folder: Path, month: str) -> str:
    book = opened(folder / "outbox" / month / f"集計_{month}.xlsx", data_only=True)
    return "\n".join(str(cell.value) for row in book["はじめに"]["A1:G14"] for cell in row)


@pytest.mark.workbook_once(but="looked at")
def test_a_forgotten_close_is_told(tmp_path: Path) -> None:
    """B5: January counts December's files again."""
    checklist = load()
    put(tmp_path, {f"第{n}市.xlsx": good(f"第{n}市", checklist) for n in range(3)})
    run(tmp_path, "2026-12")
    put(tmp_path, {"新市.xlsx": good("新市", checklist)})
    result = run(tmp_path, "2027-01")
    assert codes(result)["B514"] == 3
    line = "▲ 第0市.xlsx、第1市.xlsx、第2市.xlsx: 2026年12月の集計で数えたファイルと同じ"
    told = "\n".join(summary_lines(result))
    assert line in told
    assert "torimatome close --month 2026-12" in told
    assert "2026年12月の集計で数えたファイルと同じ" in cover(tmp_path, "2027-01")


def test_the_same_file_sent_again_is_no_forgotten_close(tmp_path: Path) -> None:
    checklist = load()
    put(
        tmp_path, {"第0市.xlsx": good("第0市", checklist), "a/第1市.xlsx": good("第1市", checklist)}
    )
    run(tmp_path, "2026-12")
    places = ["--inbox", str(tmp_path / "inbox"), "--outbox", str(tmp_path / "outbox")]
    assert main(["close", *places, "--month", "2026-12"]) == ExitCode.OK
    put(tmp_path, {"第0市 (1).xlsx": good("第0市", checklist)})
    put(tmp_path, {"第1市.xlsx": good("第1市", checklist)})
    assert codes(run(tmp_path, "2027-01"))["B514"] == 0


@pytest.fixture(scope="module")
def october(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """B7: two bodies promise everything for November 2026, and answer ① in December."""
    folder, checklist = tmp_path_factory.mktemp("october"), load()
    put(folder, {f"{n}.xlsx": good(n, checklist, "②（2026年11月）") for n in ("若葉市", "白雲町")})
    run(folder, "2026-10")
    shutil.rmtree(folder / "inbox")
    put(folder, {f"{n}.xlsx": good(n, checklist) for n in ("若葉市", "白雲町")})
    return folder


@pytest.mark.parametrize("damage", [None, "nov", "rows", "cut", "empty", "gone"])
def test_edited_data_of_an_earlier_month_falsifies_nothing(
    damage: str | None, october: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "office"
    shutil.copytree(october, folder)
    answers = folder / "outbox" / "2026-10" / "data" / "answers.csv"
    if damage == "nov":
        text = answers.read_text(encoding="utf-8-sig").replace("2026-11", "Nov-26")
        answers.write_text(text, encoding="utf-8-sig", newline="")
    elif damage:
        DAMAGES[damage](answers)
    result = run(folder, "2026-12")
    promises = table(folder / "outbox" / "2026-12", "promises")
    assert Counter(row["outcome"] for row in promises) == {"遅れて対応": ITEMS * 2}
    assert {row["first_due"] for row in promises} == {"2026-11"}
    assert len(table(folder / "outbox" / "2026-12", "changes")) == ITEMS * 2
    found = [finding for finding in result.findings if finding.code == "M701"]
    assert [str(finding.severity) for finding in found] == (["参考"] if damage else [])
    assert not any(line.startswith("  ▲") for line in summary_lines(result))


def test_a_month_that_is_changed_twice_over_is_left_out_and_told(
    october: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "office"
    shutil.copytree(october, folder)
    for suffix in ("csv", "parquet"):
        (folder / "outbox" / "2026-10" / "data" / f"answers.{suffix}").write_bytes(b"")
    result = run(folder, "2026-12")
    assert table(folder / "outbox" / "2026-12", "promises") == []
    assert table(folder / "outbox" / "2026-12", "changes") == []
    (found,) = [finding for finding in result.findings if finding.code == "M701"]
    assert (str(found.severity), found.location.file) == (
        "要確認",
        "outbox/2026-10/data/answers.csv",
    )
    words = "2026年10月の集計のデータが、集計したときのままではありません"
    assert any(line.startswith("  ▲") and words in line for line in summary_lines(result))
    assert words in cover(folder, "2026-12")
    notices = [row["code"] for row in table(folder / "outbox" / "2026-12", "findings")]
    assert notices.count("M701") == 1

"""A month larger than a workbook holds: whole totals, cut lists, and where the rest is."""

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batches import make_batch, make_findings, make_settings
from opened import opened

from pipeline.model.report import Report
from pipeline.settings.file import load_settings_file
from pipeline.summarise import summarise
from pipeline.write import write
from pipeline.write.matrix import TOP
from pipeline.write.within import within


@pytest.fixture(scope="module")
def report() -> Report:
    batch = make_batch(4)
    return summarise(batch, make_findings(batch), make_settings())


def shown(report: Report, folder: Path, rows: int) -> dict[str, list[tuple[Any, ...]]]:
    """Write the month into a folder; give each sheet as it is seen."""
    folder.mkdir()
    write(report, folder, make_settings(detail_rows=rows))
    return {
        sheet.title: grid(sheet)
        for sheet in opened(folder / f"集計_{report.month}.xlsx", data_only=True)
    }


def grid(sheet: Any) -> list[tuple[Any, ...]]:
    """Give the values; shares rounded: a formula and a plain value keep other digits."""
    return [
        tuple(round(value, 9) if isinstance(value, float) else value for value in row)
        for row in sheet.iter_rows(values_only=True)
    ]


def text(rows: list[tuple[Any, ...]]) -> str:
    return "\n".join(str(cell) for row in rows for cell in row if cell)


@pytest.fixture(scope="module")
def folder(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month cut to two submissions."""
    folder: Path = tmp_path_factory.mktemp("within") / "cut"
    shown(report, folder, 2 * len(report.items) + 1)
    return folder


@pytest.fixture(scope="module")
def cut(report: Report, folder: Path) -> Any:
    return opened(folder / f"集計_{report.month}.xlsx", data_only=True)


def test_totals_stay_whole_and_lists_are_cut_by_whole_submissions(
    report: Report, cut: Any, tmp_path: Path
) -> None:
    size = len(report.items)
    assert len(report.answers) > 2 * size
    whole = shown(report, tmp_path / "whole", len(report.answers))
    for name in ("項目別集計", "分野別集計", "団体別集計"):
        assert grid(cut[name])[3:] == whole[name][3:]
    assert grid(cut["明細"]) == whole["明細"][: 1 + 2 * size]
    names = [total.respondent.name for total in report.respondents if total.number <= 2]
    assert grid(cut["一覧表"])[TOP - 1][3:5] == tuple(names)
    assert "ピボット" in whole
    assert "ピボット" not in cut.sheetnames
    assert "だけです" not in text(whole["はじめに"])


def test_data_files_hold_everything_and_the_cover_names_them(
    report: Report, folder: Path, cut: Any
) -> None:
    lines = (folder / "data" / "answers.csv").read_text(encoding="utf-8-sig")
    assert len([*csv.DictReader(io.StringIO(lines, newline=""))]) == len(report.answers)
    cover = text(grid(cut["はじめに"]))
    assert f"最初の 2団体分（{2 * len(report.items):,}件）" in cover
    assert "data/answers.parquet" in cover
    assert f"回答 {len(report.answers):,}件 →" in cover


def test_no_link_leads_to_a_line_that_is_left_out(report: Report, cut: Any) -> None:
    targets = [
        cell.hyperlink.location
        for sheet in cut
        for row in sheet.iter_rows()
        for cell in row
        if cell.hyperlink and cell.hyperlink.location and "明細" in cell.hyperlink.location
    ]
    lines = [int(target.rpartition("!A")[2]) for target in targets]
    assert max(lines) == 1 + 2 * len(report.items)


def test_findings_are_cut_too_and_the_cover_says_so(report: Report, tmp_path: Path) -> None:
    rows = len(report.answers)
    many = replace(report, lines=report.lines * (rows // len(report.lines) + 1))
    left = within(many, rows)
    assert [*left.answers] == [*report.answers]
    assert (len(left.lines), left.lines_beyond) == (rows, len(many.lines) - rows)
    cover = text(shown(many, tmp_path / "many", rows)["はじめに"])
    assert f"重いものから {rows:,}行だけです" in cover
    assert "data/findings.parquet" in cover


def test_a_month_that_fits_is_left_as_it_is(report: Report) -> None:
    assert within(report, max(len(report.answers), len(report.findings))) is report
    assert len(report.answers) < make_settings().detail_rows


def test_the_limit_is_a_setting(tmp_path: Path) -> None:
    path = tmp_path / "torimatome.toml"
    path.write_text("detail_rows = 500\n", encoding="utf-8")
    assert load_settings_file(path)["detail_rows"] == 500

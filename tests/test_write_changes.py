"""前月比 and 対応予定の履行状況 as sheets: long lists, hostile names, what others draw."""

import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batches import HOSTILE, make_batch, make_findings, make_settings
from gates import lint, recalc, render, schema
from opened import opened
from test_months_summary import history_of, past_month

from pipeline.model import Batch
from pipeline.model.history import History, PromiseRate
from pipeline.model.report import Report
from pipeline.summarise import summarise
from pipeline.write import write_workbook
from pipeline.write.book import Book
from pipeline.write.changed_answers import has_changed_answers, write_changed_answers
from pipeline.write.changes import write_changes
from pipeline.write.frame import frames_of
from pipeline.write.promises import MANY, MOST, PROMISES_SHEET, write_promises
from pipeline.write.safe import cell_text
from pipeline.write.trend import MONTH_COLUMN, places

PAST = (past_month(make_batch(5, seed=3), "2026-09"), past_month(make_batch(8, seed=2), "2026-10"))


def report_of(batch: Batch, history: History) -> Report:
    return summarise(batch, make_findings(batch), make_settings(), history=history)


def written(report: Report, path: Path, *, rows: int = 1_000_000) -> Any:
    """Write the three sheets alone and read them back."""
    book = Book(path, rows=rows, live=False)
    frames = frames_of(report)
    write_changes(book, report)
    if has_changed_answers(report):
        write_changed_answers(book, report, frames.changes)
    write_promises(book, report, frames.promises)
    book.close()
    return opened(path, data_only=True)


@pytest.fixture(scope="module")
def report() -> Report:
    return report_of(make_batch(9), history_of(*PAST))


@pytest.fixture(scope="module")
def path(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("months") / "month.xlsx"
    write_workbook(report, path, make_settings(pivot=False))
    return path


def rows_of(sheet: Any, top: int, column: int) -> list[Any]:
    """Give a table's cells of one column below its heads, down to the first blank."""
    found = []
    for row in sheet.iter_rows(min_row=top, min_col=column, max_col=column, values_only=True):
        if row[0] is None:
            break
        found.append(row[0])
    return found


def parts_of(path: Path, name: str) -> str:
    """Give the part of a sheet by its name."""
    with zipfile.ZipFile(path) as archive:
        book = archive.read("xl/workbook.xml").decode()
        number = re.findall(r'<sheet name="([^"]+)"', book).index(name) + 1
        return archive.read(f"xl/worksheets/sheet{number}.xml").decode()


def test_blocks_stand_where_other_sheets_look_for_them(path: Path, report: Report) -> None:
    sheet = opened(path, data_only=True)["前月比"]
    at = places(report)
    assert [sheet.cell(at.trend + 1 + n, 1).value for n in range(3)] == [
        "2026-09", "2026-10", "2026-11",
    ]  # fmt: skip
    assert sheet.cell(at.categories + 1, 1).value == report.checklist.categories[0]
    assert sheet.cell(at.items + 1, 3).value == report.items[0].item.id
    assert sheet.cell(at.respondents + 1, 3).value == report.months.respondents[0].id
    assert opened(path)["変わった回答"].cell(6, 1).value == 1
    heads = [sheet.cell(at.items, MONTH_COLUMN + 1 + n).value for n in range(3)]
    assert heads == ["2026-09", "2026-10", "2026-11"]


@pytest.mark.parametrize(
    ("name", "block"), [("項目別集計", "items"), ("団体別集計", "respondents")]
)
def test_each_line_has_a_trend_of_its_own_row(
    name: str, block: str, path: Path, report: Report
) -> None:
    book = opened(path, data_only=True)
    drawn = re.findall(
        r"<xm:f>'前月比'!Y(\d+):AA\1</xm:f><xm:sqref>[A-Z]+(\d+)", parts_of(path, name)
    )
    size = len(report.items) if block == "items" else len(report.respondents)
    assert len(drawn) == size
    for source, row in drawn:
        key = 3 if block == "items" else 5
        assert book[name].cell(int(row), key).value == book["前月比"].cell(int(source), 3).value


def test_without_an_earlier_month_nothing_is_drawn(tmp_path: Path) -> None:
    report = report_of(make_batch(2), History())
    path = tmp_path / "first.xlsx"
    write_workbook(report, path, make_settings(pivot=False))
    for name in ("項目別集計", "団体別集計"):
        assert "sparkline" not in parts_of(path, name)
    book = opened(path, data_only=True)
    assert "前月比" not in book.sheetnames
    assert "対応済み率の推移" not in [cell.value for cell in book["項目別集計"][4]]


def test_notices_stand_on_top(tmp_path: Path) -> None:
    history = replace(history_of(*PAST), notices=("2026-08 のデータが読めません。", "別の版です。"))
    sheet = written(report_of(make_batch(3), history), tmp_path / "n.xlsx")["前月比"]
    assert [sheet.cell(row, 1).value for row in (4, 5)] == [
        "▲ 2026-08 のデータが読めません。", "▲ 別の版です。",
    ]  # fmt: skip
    report = report_of(make_batch(3), history)
    assert sheet.cell(places(report).trend + 1, 1).value == "2026-09"


def test_notices_are_told_also_where_no_month_could_be_used(tmp_path: Path) -> None:
    history = History(notices=("2026-10 のデータが読めないため、比較に使っていません。",))
    sheet = written(report_of(make_batch(2), history), tmp_path / "n.xlsx")["前月比"]
    assert sheet.cell(4, 1).value == f"▲ {history.notices[0]}"


def test_long_lists_go_on_on_numbered_sheets(report: Report, tmp_path: Path) -> None:
    """A sheet of 120 rows stands in for one of a million."""
    book = written(report, tmp_path / "long.xlsx", rows=120)
    changes = len(report.months.changes)
    promises = sum(p.first_said != report.month for p in report.months.promises)
    assert changes > 160
    for name, size, top in (
        ("変わった回答", changes, 0),
        ("対応予定の履行状況", promises, 0),
    ):
        sheets = [sheet for sheet in book.sheetnames if sheet.partition("(")[0] == name]
        assert len(sheets) > 1
        numbers: list[Any] = []
        for part in sheets:
            sheet = book[part]
            tables = [
                t
                for t in sheet.tables.values()
                if t.name.startswith(("tbl_changes", "tbl_promises"))
            ]
            (table,) = tables
            first = int(re.search(r"\d+", table.ref).group()) + 1  # type: ignore[union-attr]  # a ref has a row
            numbers += rows_of(sheet, first, 1)
        assert numbers == list(range(1, size + 1)), top


def test_hostile_names_of_earlier_months_are_texts(tmp_path: Path) -> None:
    batch = make_batch(4, hostile=True)
    past = past_month(make_batch(12, hostile=True), "2026-10")
    report = report_of(batch, history_of(past))
    path = tmp_path / "hostile.xlsx"
    write_workbook(report, path, make_settings(pivot=False))
    book = opened(path)
    names = [cell.value for cell in book["前月比"]["D"] if cell.data_type != "f"]
    for text in HOSTILE[:12]:
        assert cell_text(text) in names
    assert not any(
        cell.data_type == "f"
        for column in ("B", "C", "D")
        for cell in book["対応予定の履行状況"][column]
        if cell.row > places(report).trend + 30
    )  # fmt: skip
    assert lint.problems(path) == []


@pytest.mark.parametrize("live", [True, False])
def test_the_workbook_breaks_no_rule_of_excel(live: bool, report: Report, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write_workbook(report, path, make_settings(), live_rows=200_000 if live else 0)
    assert lint.problems(path) == []
    formulas = recalc.formulas(path)
    assert any(sheet == "前月比" for sheet, _ in formulas) is live


@pytest.mark.outside
@pytest.mark.parametrize("gate", [schema, recalc])
@pytest.mark.parametrize("hostile", [False, True])
def test_the_workbook_passes_the_outside_gates(gate: Any, hostile: bool, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write_workbook(
        report_of(make_batch(4, hostile=hostile), history_of(*PAST)), path, make_settings()
    )
    assert gate.problems(path) == []


@pytest.mark.outside
def test_every_page_is_drawn(path: Path) -> None:
    assert render.problems(path) == []


def test_of_many_bodies_those_with_most_overdue_have_a_line(tmp_path: Path) -> None:
    rates = tuple(
        PromiseRate(
            key=str(n),
            name=f"第{n}市",
            promises=9,
            kept=1,
            late=0,
            overdue=n % 7,
            withdrawn=0,
            slipped=0,
        )
        for n in range(MANY + 1)
    )
    shown = report_of(make_batch(3), history_of(past_month(make_batch(3), "2026-10")))
    months = replace(shown.months, promise_rates=rates)
    rows = [*written(replace(shown, months=months), tmp_path / "m.xlsx")[PROMISES_SHEET].values]
    top = next(n for n, row in enumerate(rows) if str(row[0]).startswith("団体別の割合"))
    names = [row[0] for row in rows[top + 2 : top + 2 + MOST]]
    assert names[:2] == ["第6市", "第13市"]
    assert rows[top + 2 + MOST][0] is None

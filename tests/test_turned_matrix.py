"""一覧表 of many bodies: they stand in rows, with a filter, and nothing is counted otherwise."""

import zipfile
from pathlib import Path

import pytest
from batches import make_batch, make_settings
from gates import recalc
from opened import opened
from test_write_workbook import report_of

from pipeline.model.report import Report
from pipeline.write import turned_matrix as turned
from pipeline.write import write_workbook
from pipeline.write.matrix import ACROSS, symbol
from pipeline.write.style import SYMBOLS
from pipeline.write.turned_matrix import FIRST, TOP


@pytest.fixture(scope="module")
def report() -> Report:
    return report_of(make_batch(ACROSS + 3))


@pytest.fixture(scope="module")
def path(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("many") / "集計_2026-11.xlsx"
    write_workbook(report, target, make_settings(pivot=False))
    return target


def test_bodies_stand_in_rows_and_items_in_columns(report: Report, path: Path) -> None:
    sheet = opened(path, data_only=True)["一覧表"]
    size = len(report.items)
    assert sheet.freeze_panes == "C7"
    (table,) = sheet.tables.values()
    assert table.autoFilter is not None
    heads = [cell.value for cell in sheet[TOP]]
    assert heads[FIRST : FIRST + size] == [total.item.id for total in report.items]
    for row, total in enumerate(report.respondents, start=TOP + 1):
        found = [cell.value for cell in sheet[row]]
        assert found[1] == total.respondent.name
        own = report.answers[(total.number - 1) * size : total.number * size]
        assert found[FIRST : FIRST + size] == [symbol(a.status, a.due) for a in own]
        assert found[FIRST + size :] == [total.counts.of(status) for status in SYMBOLS]
    bottom = TOP + len(report.respondents) + 2
    for offset, status in enumerate(SYMBOLS):
        found = [cell.value for cell in sheet[bottom + offset]][FIRST : FIRST + size]
        assert found == [total.counts.of(status) for total in report.items]


def test_each_symbol_leads_to_its_line(report: Report, path: Path) -> None:
    book = opened(path)
    sheet, detail = book["一覧表"], book["明細"]
    size = len(report.items)
    heads = [cell.value for cell in detail[1]]
    name, item = heads.index("団体名"), heads.index("項目ID")
    for row in (TOP + 1, TOP + len(report.respondents)):
        for place in (FIRST + 1, FIRST + size):
            link = sheet.cell(row, place).hyperlink
            assert link is not None
            line = detail[int(str(link.location).rpartition("A")[2])]
            assert line[name].value == sheet.cell(row, 2).value
            assert line[item].value == sheet.cell(TOP, place).value


def test_where_a_sheet_cannot_hold_a_link_each_the_body_has_one(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turned, "LINKS", 100)
    target = tmp_path / "few.xlsx"
    write_workbook(report, target, make_settings(pivot=False))
    sheet = opened(target)["一覧表"]
    linked = {
        cell.column for row in sheet.iter_rows(min_row=TOP + 1) for cell in row if cell.hyperlink
    }
    assert linked == {2}
    assert "団体名をクリックすると" in str(sheet["A2"].value)


def test_up_to_sixty_bodies_stand_in_columns(tmp_path: Path) -> None:
    target = tmp_path / "sixty.xlsx"
    write_workbook(report_of(make_batch(3)), target, make_settings(pivot=False))
    assert opened(target)["一覧表"].freeze_panes == "D6"


def test_nothing_forces_a_recalculation_at_load(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        workbook = archive.read("xl/workbook.xml").decode()
    assert "fullCalcOnLoad" not in workbook
    assert 'calcId="191029"' in workbook


@pytest.mark.outside
def test_its_formulas_give_the_values_that_stand_there(path: Path) -> None:
    assert recalc.problems(path) == []

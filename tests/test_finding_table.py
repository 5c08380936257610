"""The table on top of 要確認: bodies by codes, each count leading to its first line."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batches import make_batch, make_findings, make_settings
from opened import opened

from pipeline.model import Severity
from pipeline.model.report import Report
from pipeline.rules import RULES
from pipeline.summarise import summarise
from pipeline.write import write_workbook
from pipeline.write.finding_table import BODIES, list_begins

CODES = sorted(RULES)[:15]  # any
HEADS, FIRST = 5, 6  # rows of the table, from 1 on
OTHERS = "ほかの指摘"


def report_of(size: int, each: int = 1) -> Report:
    """Give a month whose every body has findings; ``each`` multiplies them under further codes."""
    batch = make_batch(size)
    found = make_findings(batch)
    more = [
        replace(one, code=CODES[place % (3 * each)], respondent_id=who.id, respondent=who.name)
        for place, who in enumerate(counted.respondent for counted in batch.submissions)
        for one in found[:1]
    ]
    return summarise(batch, (*found, *(more if each > 1 else ())), make_settings(pivot=False))


def sheet_of(report: Report, folder: Path) -> Any:
    path = folder / "table.xlsx"
    write_workbook(report, path, make_settings(pivot=False))
    return opened(path, data_only=True)["要確認"]


@pytest.mark.parametrize(("size", "each"), [(3, 1), (12, 2), (50, 5)])
def test_the_table_counts_what_is_open_and_leads_to_it(
    size: int, each: int, tmp_path: Path
) -> None:
    report = report_of(size, each)
    asking = [one for one in report.findings if one.severity is not Severity.INFO]
    bodies = Counter(one.respondent_id for one in asking)
    sheet = sheet_of(report, tmp_path)
    codes = {
        cell.column: str(cell.value).partition("\n")[0] for cell in sheet[HEADS][4:] if cell.value
    }
    named = set(codes.values()) - {OTHERS}
    assert len(named) == min(8, len({one.code for one in asking}))
    assert (OTHERS in codes.values()) == (len({one.code for one in asking}) > len(named))
    places = {n: body for n, (body, _) in enumerate(bodies.most_common(BODIES), start=FIRST)}
    expected = Counter(
        (one.respondent_id, one.code if one.code in named else OTHERS) for one in asking
    )
    for row, body in places.items():
        assert (sheet.cell(row, 2).value or 0) + (sheet.cell(row, 3).value or 0) == bodies[body]
        for column, code in codes.items():
            cell = sheet.cell(row, column)
            assert (cell.value or 0) == expected[body, code]
            if cell.value:
                line = sheet[cell.hyperlink.location.rpartition("!")[2]].row
                there = report.lines[line - list_begins(report) - 1].shown
                assert there.respondent_id == body
                assert code in (there.code, OTHERS)
                assert there.severity is not Severity.INFO
    row = FIRST + len(places)
    if len(bodies) > BODIES:
        assert sheet.cell(row, 4).value == f"ほか {len(bodies) - BODIES}団体"
        row += 1
    assert sheet.cell(row, 4).value == "合計"
    assert sheet.cell(row, 2).value == (report.figures.findings.fix or None)
    assert sheet.cell(row, 3).value == (report.figures.findings.check or None)
    table = sheet.tables["tbl_findings"]
    top = list_begins(report)
    assert table.ref == table.autoFilter.ref == f"A{top}:O{top + len(report.lines)}"
    assert sheet.cell(top, 1).value == "No."


def test_where_nothing_is_asked_the_list_begins_at_once(tmp_path: Path) -> None:
    report = summarise(make_batch(2), (), make_settings(pivot=False))
    assert list_begins(report) == 4
    assert sheet_of(report, tmp_path).cell(4, 1).value == "No."

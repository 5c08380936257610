"""The pivots as another spreadsheet reads them: LibreOffice refreshes them from 明細."""

import json
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from gates import recalc, render, schema
from gates.tools import missing, need, office_profile
from openpyxl.utils import get_column_letter
from pivot_books import HEADER, PLANNED, STATUSES, Row, rows, write_book

pytestmark = pytest.mark.outside

SCRIPT = Path(__file__).parent / "gates" / "office_pivots.py"
SYSTEM_PYTHON = Path("/usr/bin/python3")  # the one that python3-uno belongs to


def refreshed(book: Path, folder: Path, *changes: str) -> dict[str, Any]:
    """Let LibreOffice change cells of 明細 and refresh; give what every pivot shows."""
    need("soffice")
    probe = [str(SYSTEM_PYTHON), "-c", "import uno"]
    if (
        not SYSTEM_PYTHON.exists()
        or subprocess.run(probe, check=False, capture_output=True).returncode
    ):
        missing("python3-uno")
    profile = office_profile(folder / "profile")
    command = [str(SYSTEM_PYTHON), str(SCRIPT), str(book), profile, *changes]
    done = subprocess.run(command, check=True, capture_output=True, timeout=240)
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


def numbers(shown: list[list[Any]], labels: int) -> Counter[tuple[str, ...]]:
    """Read a pivot's rows as counts by its labels, without the totals."""
    head = next(n for n, row in enumerate(shown) if row[0] == "件数") + 1
    columns = shown[head][labels:-1]
    return Counter(
        {
            (*row[:labels], column): int(number)
            for row in shown[head + 1 : -1]
            for column, number in zip(columns, row[labels:-1], strict=True)
            if number != ""
        }
    )


def grouped(table: Sequence[Row], *fields: str) -> Counter[tuple[str, ...]]:
    """Count rows by fields; LibreOffice leaves the label of a blank to its language."""
    return Counter(tuple(str(row[HEADER.index(name)] or "") for name in fields) for row in table)


def test_a_refresh_gives_the_counts_of_the_table(tmp_path: Path) -> None:
    table = [row for row in rows(respondents=8) if row[HEADER.index("予定月")] or row[8] != PLANNED]
    shown = refreshed(write_book(tmp_path / "a.xlsx", table), tmp_path)
    by_item = shown["ピボット_項目別"]
    assert numbers(by_item["after"], 2) == grouped(table, "項目ID", "項目", "回答")
    assert by_item["fields"]["項目ID"] == "ROW"
    assert by_item["fields"]["回答"] == "COLUMN"
    assert numbers(shown["ピボット_団体別"]["after"], 2) == grouped(
        table, "団体コード", "団体", "回答"
    )
    planned = [row for row in table if row[HEADER.index("回答")] == PLANNED]
    assert numbers(shown["ピボット_予定月別"]["after"], 1) == grouped(planned, "予定月", "分野")
    for pivot in shown.values():
        assert len(pivot["before"]) == len(pivot["after"])


def test_a_refresh_follows_a_corrected_answer(tmp_path: Path) -> None:
    table = rows()
    answer = HEADER.index("回答")
    old = str(table[0][answer])
    new = next(status for status in STATUSES if status != old)
    book = write_book(tmp_path / "a.xlsx", table)
    shown = refreshed(book, tmp_path, f"{get_column_letter(answer + 1)}2={new}")
    who = [str(value) for value in table[0][1:3]]
    moved = grouped(table, "団体コード", "団体", "回答")
    moved[*who, old] -= 1
    moved[*who, new] += 1
    assert numbers(shown["ピボット_団体別"]["after"], 2) == +moved


def test_the_validator_and_libreoffice_take_the_workbook(tmp_path: Path) -> None:
    book = write_book(tmp_path / "a.xlsx", rows(respondents=12, items=20))
    assert schema.problems(book) == []
    assert recalc.problems(book) == []
    assert render.problems(book) == []

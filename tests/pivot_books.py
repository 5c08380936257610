"""Workbooks with pivots for the tests: a long table, made by rule, and its sheet."""

import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from pipeline.frame.columns import columns_of
from pipeline.machine.zipped import write_archive
from pipeline.write.book import COVER, Book
from pipeline.write.pivot import (
    PIVOT_SHEET,
    PivotDesign,
    PivotFields,
    PivotSource,
    add_pivots,
    pivots_of,
    standard_design,
    write_pivot_sheet,
)
from pipeline.write.pivot.model import Cell

Row = Sequence[Cell]
HEADER = (
    "月", "団体コード", "団体", "役割", "分野", "番号",
    "項目ID", "項目", "回答", "コード", "予定月", "補足",
)  # fmt: skip
STATUSES = ("対応済み", "対応予定", "対応予定なし", "未記入")
PLANNED = "対応予定"
FIELDS = PivotFields(
    item="項目ID",
    item_title="項目",
    respondent="団体コード",
    respondent_name="団体",
    status="回答",
    due="予定月",
    category="分野",
    role="役割",
    counted="番号",
)


def rows(respondents: int = 4, items: int = 6) -> list[tuple[Cell, ...]]:
    """Make a long table: every combination of answer, month, blank role and note turns up."""
    made: list[tuple[Cell, ...]] = []
    for respondent in range(respondents):
        for item in range(items):
            status = STATUSES[(respondent * 3 + item) % 4]
            made.append(
                (
                    "2026-11",
                    f"R{respondent + 1}",
                    f"団体{respondent + 1}",
                    ("実施主体", "事業者", None)[respondent % 3],
                    ("ガバナンス", "サービス", "都市OS")[item % 3],
                    item + 1,
                    f"項①-{item + 1}",
                    f"方針を{'定める' if item % 2 else '見直す'}",
                    status,
                    STATUSES.index(status) + 1 if status != "未記入" else None,
                    ("2027-03", "2026-12", None)[(respondent + item) % 3]
                    if status == PLANNED
                    else None,
                    f"補足 {respondent}-{item}" if item % 2 else None,
                )
            )
    return made


def source(table_rows: Sequence[Row]) -> PivotSource:
    """Wrap rows under the header of the tests."""
    columns = columns_of(table_rows, len(HEADER))
    return PivotSource(sheet="明細", table="tbl_meisai", header=HEADER, columns=columns)


def design() -> PivotDesign:
    """Give the three standard tables over the header of the tests."""
    return standard_design(FIELDS, statuses=STATUSES, planned=PLANNED)


def write_book(path: Path, table_rows: Sequence[Row], *, pivots: bool = True) -> Path:
    """Write 明細 and ピボット to ``path``, with the pivot parts or before they are added."""
    made = pivots_of(source(table_rows), design())
    book = Book(path)
    book.properties(title="", subject="", comments="", made_at="2026-11-23T12:00:00+09:00")
    write_table(book, table_rows)
    write_pivot_sheet(book, PIVOT_SHEET, made)
    book.sheet(COVER).text(0, 0, "表紙")  # where the way back leads
    book.close((lambda parts: add_pivots(parts, PIVOT_SHEET, made)) if pivots else None)
    return path


def put_pivots(
    path: Path, given: PivotSource, wanted: PivotDesign, sheet: str = PIVOT_SHEET
) -> None:
    """Add the pivots to a workbook that is written already."""
    with zipfile.ZipFile(path) as archive:
        parts: dict[str, Any] = {name: [[archive.read(name)]] for name in archive.namelist()}
    add_pivots(parts, sheet, pivots_of(given, wanted))
    write_archive(path, {name: pieces[0] for name, pieces in parts.items()})


def write_table(book: Book, table_rows: Sequence[Row]) -> None:
    """Write the sheet 明細 with its table; blanks stay empty cells."""
    sheet = book.sheet("明細")
    sheet.table(0, 0, len(table_rows), HEADER, "tbl_meisai")
    for number, row in enumerate(table_rows, start=1):
        for column, value in enumerate(row):
            if value not in (None, ""):
                sheet.number(number, column, value, "plain")


def read_book(path: Path) -> Any:
    """Open a workbook with openpyxl, which tells of extensions that it does not keep."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path)

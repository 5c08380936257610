"""Workbooks with pivots for the tests: a long table, made by rule, and its sheet."""

import datetime as dt
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

from pipeline.write.pivot import (
    PivotDesign,
    PivotFields,
    PivotSource,
    add_pivots,
    standard_design,
    write_pivot_sheet,
)
from pipeline.write.pivot.model import Cell, Row
from pipeline.write.safe import cell_text

HEADER = (
    "月",
    "団体",
    "役割",
    "分野",
    "番号",
    "項目ID",
    "項目",
    "回答",
    "コード",
    "予定月",
    "補足",
)
STATUSES = ("対応済み", "対応予定", "対応予定なし", "未記入")
PLANNED = "対応予定"
FIELDS = PivotFields(
    item="項目ID",
    item_title="項目",
    respondent="団体",
    status="回答",
    due="予定月",
    category="分野",
    role="役割",
    counted="番号",
)
PIVOT_SHEET = "ピボット"
CREATED = dt.datetime(2026, 11, 1)  # noqa: DTZ001 - xlsxwriter wants it without a zone


def rows(respondents: int = 4, items: int = 6) -> list[tuple[Cell, ...]]:
    """Make a long table: every combination of answer, month, blank role and note turns up."""
    made: list[tuple[Cell, ...]] = []
    for respondent in range(respondents):
        for item in range(items):
            status = STATUSES[(respondent * 3 + item) % 4]
            made.append(
                (
                    "2026-11",
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
    return PivotSource(sheet="明細", table="tbl_meisai", header=HEADER, rows=table_rows)


def design() -> PivotDesign:
    """Give the three standard tables over the header of the tests."""
    return standard_design(FIELDS, statuses=STATUSES, planned=PLANNED)


def write_book(path: Path, table_rows: Sequence[Row], *, pivots: bool = True) -> Path:
    """Write 明細 and ピボット to ``path``, with the pivot parts or before they are added."""
    given, wanted = source(table_rows), design()
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": CREATED})
        write_table(book, table_rows)
        write_pivot_sheet(book, PIVOT_SHEET, given, wanted)
    if pivots:
        add_pivots(path, PIVOT_SHEET, given, wanted)
    return path


def write_table(book: xlsxwriter.Workbook, table_rows: Sequence[Row]) -> None:
    """Write the sheet 明細 with its table; blanks stay empty cells."""
    sheet = book.add_worksheet("明細")
    for number, row in enumerate(table_rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, cell_text(value))
            elif value is not None:
                sheet.write_number(number, column, value)
    columns = [{"header": name} for name in HEADER]
    options = {"name": "tbl_meisai", "columns": columns}
    sheet.add_table(0, 0, max(len(table_rows), 1), len(HEADER) - 1, options)


def read_book(path: Path) -> Any:
    """Open a workbook with openpyxl, which tells of extensions that it does not keep."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path)

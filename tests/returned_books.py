"""Returned workbooks made from the blank form as a person would fill it in, and a run over them."""

import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from inboxes import TEMPLATES, put, settings_for, table
from openpyxl.packaging.custom import StringProperty
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.run import aggregate

BLANK = TEMPLATES / "smartcity-security" / "blank.xlsx"
Mark = str | None | Callable[[int], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A sheet with the form. ``cells`` are put on it by address; ``label`` stands in A2."""

    name: str = ""
    mark: Mark = "①"
    title: str = "チェックシート"
    label: str = "団体名"
    hidden: bool = False
    only: range | None = None  # the items whose rows are on the sheet
    cells: Mapping[str, str] = field(default_factory=dict)


def item_rows(sheet: Worksheet) -> list[int]:
    """Give the rows of the form's items, 1-based."""
    return [
        row
        for row in range(1, sheet.max_row + 1)
        if "：" in str(sheet.cell(row, 2).value or "").split("\n")[0]
    ]


def book(
    *pages: Page,
    hidden_id: str = "",
    covers: Mapping[str, Mapping[str, str]] | None = None,
) -> bytes:
    """Give a workbook with these pages, behind covers (title -> cells by address)."""
    workbook = openpyxl.load_workbook(BLANK)
    blank = workbook.worksheets[0]
    blank.title = "もと"
    for title, cells in (covers or {}).items():
        cover = workbook.create_sheet(title)
        for address, text in cells.items():
            cover[address] = text
    for page in pages:
        _fill(workbook.copy_worksheet(blank), page)
    workbook.remove(blank)
    if hidden_id:
        for name, value in (("respondent", hidden_id), ("month", "2026-11")):
            workbook.custom_doc_props.append(  # type: ignore[attr-defined]  # the stubs lack it
                StringProperty(name=f"torimatome.{name}", value=value)
            )
    saved = io.BytesIO()
    workbook.save(saved)
    return saved.getvalue()


def _fill(sheet: Worksheet, page: Page) -> None:
    sheet.title = page.title
    if page.label:
        sheet["A2"] = f"{page.label}：{page.name}" if page.name else page.label
    for number, row in enumerate(item_rows(sheet)):
        mark = page.mark(number) if callable(page.mark) else page.mark
        if mark is not None:
            sheet.cell(row, 3).value = mark
        if page.only is not None and number not in page.only:
            for column in (2, 3, 4):  # the text of a row alone makes it an item
                sheet.cell(row, column).value = None
    for address, text in page.cells.items():
        sheet[address] = text
    if page.hidden:
        sheet.sheet_state = "hidden"


def roster(*rows: Sequence[str]) -> bytes:
    """Give 名簿.xlsx: (code, name, 別名) each."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["団体コード", "団体名", "別名"])
    for row in rows:
        sheet.append([*row])
    saved = io.BytesIO()
    workbook.save(saved)
    return saved.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a run wrote about an inbox."""

    answers: Mapping[str, Counter[str]]  # status by the name of the respondent
    findings: Sequence[Mapping[str, str]]
    files: Sequence[Mapping[str, str]]

    def of(self, code: str) -> list[Mapping[str, str]]:
        """Give the findings of a code."""
        return [finding for finding in self.findings if finding["code"] == code]

    @property
    def done(self) -> dict[str, int]:
        """Give the ① of each respondent that has any."""
        return {name: found["done"] for name, found in self.answers.items() if found["done"]}


def run(folder: Path, files: Mapping[str, bytes], asked: Sequence[Sequence[str]] = ()) -> Seen:
    """Aggregate an inbox and read what was written."""
    put(folder, {**files, **({"名簿.xlsx": roster(*asked)} if asked else {})})
    aggregate(settings_for(folder, pivot=False))
    answers: dict[str, Counter[str]] = {}
    for row in table(folder, "answers"):
        answers.setdefault(row["respondent"], Counter())[row["status"]] += 1
    return Seen(answers=answers, findings=table(folder, "findings"), files=table(folder, "files"))

"""Layouts as text tables: a small notation for workbooks, so that a test shows the sheet it reads.

A line ``== name`` begins a sheet; ``(hidden)``, ``(hidden columns: B D)`` may follow the name.
Every other line is a row, its cells parted by ``|``; a row that begins with ``~`` is hidden.

    {id}      the official cell: id：title, line break, description
    {id t}    id：title      {t id}  the title alone      {d id}  the description alone
    <         merged with the cell to the left      ^  merged with the cell above
    #1        a number       @2026-01-03  a date        %LEGEND  the official legend
    \\n is a line break, an empty cell is empty
"""

import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from pipeline.formats import read_workbook
from pipeline.forms.checklists import load_checklist
from pipeline.model import (
    Area,
    CellKey,
    CellKind,
    Checklist,
    FileKind,
    RawCell,
    RawSheet,
    RawWorkbook,
    SourceFile,
    Status,
)
from pipeline.settings import Limits

FOLDER = Path(__file__).parent.parent / "templates" / "smartcity-security"
LETTERS = {  # an answer of a layout in one letter
    Status.DONE: "a",
    Status.PLANNED: "b",
    Status.NOT_PLANNED: "c",
    Status.BLANK: "-",
    Status.UNCLEAR: "?",
    Status.NOT_APPLICABLE: "n",
}


@lru_cache
def smartcity() -> Checklist:
    """Give the smart-city checklist."""
    return load_checklist(FOLDER)


def text_cell(text: str) -> RawCell:
    """Give a text cell."""
    return RawCell(kind=CellKind.TEXT, text=text)


def workbook_of(*sheets: RawSheet, path: str = "回答.xlsx") -> RawWorkbook:
    """Give a workbook of sheets made by hand."""
    source = SourceFile(path=path, location=Path(path))
    return RawWorkbook(source=source, kind=FileKind.XLSX, sheets=sheets)


def workbook_from(text: str, checklist: Checklist | None = None) -> RawWorkbook:
    """Read the notation of this module."""
    checklist = checklist or smartcity()
    sheets = []
    for part in re.split(r"^==", text, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        sheets.append(_sheet(head.strip(), body, checklist))
    return workbook_of(*sheets)


def _sheet(head: str, body: str, checklist: Checklist) -> RawSheet:
    columns = re.search(r"\(hidden columns: ([A-Z ]+)\)", head)
    cells: dict[CellKey, RawCell] = {}
    spans: dict[CellKey, tuple[int, int]] = {}
    owner: dict[CellKey, CellKey] = {}
    hidden_rows = set()
    for row, line in enumerate(body.rstrip("\n").split("\n")):
        if line.startswith("~"):
            hidden_rows.add(row)
        for column, between in enumerate(line.removeprefix("~").split("|")):
            written = between.strip(" ")
            key = (row, column)
            if written in ("<", "^"):
                near = (row, column - 1) if written == "<" else (row - 1, column)
                first = owner.get(near, near)
                owner[key] = first
                old = spans.get(first, first)
                spans[first] = (max(old[0], row), max(old[1], column))
            elif written:
                cells[key] = _cell(written, checklist)
    return RawSheet(
        name=re.sub(r"\s*\(hidden.*?\)", "", head),
        cells=cells,
        merged=tuple(
            Area(top=top, left=left, bottom=end[0], right=end[1])
            for (top, left), end in spans.items()
        ),
        visible="(hidden)" not in head,
        hidden_rows=frozenset(hidden_rows),
        hidden_columns=frozenset(
            ord(letter) - 65 for letter in (columns[1].split() if columns else ())
        ),
    )


def _cell(written: str, checklist: Checklist) -> RawCell:
    if written.startswith("#") and written[1:2].isdecimal():
        return RawCell(kind=CellKind.NUMBER, text=written[1:])
    if re.match(r"@\d", written):
        return RawCell(kind=CellKind.DATE, text=written[1:])
    written = written.replace("%LEGEND", "\n".join(checklist.legend)).replace("\\n", "\n")
    return text_cell(re.sub(r"\{(.+?)\}", lambda found: _official(found[1], checklist), written))


def _official(name: str, checklist: Checklist) -> str:
    if name.startswith("t "):
        return checklist.item(name[2:]).title
    if name.startswith("d "):
        return checklist.item(name[2:]).description
    item = checklist.item(name.removesuffix(" t"))
    title = f"{item.id}：{item.title}"
    return title if name.endswith(" t") else f"{title}\n{item.description}"


def read_plain(
    path: Path, *, fill: dict[str, str] | None = None, checklist: Checklist | None = None
) -> RawWorkbook:
    """Read a real workbook, then write answers into the check column (the third) of its items."""
    source = SourceFile(path=path.name, location=path, size=path.stat().st_size)
    workbook = read_workbook(source, limits=Limits())
    assert isinstance(workbook, RawWorkbook)
    if not fill:
        return workbook
    assert checklist is not None
    (sheet,) = workbook.sheets
    cells = dict(sheet.cells)
    for (row, _column), cell in sheet.cells.items():
        item_id = cell.text.split("：", maxsplit=1)[0]
        if item_id in fill:
            cells[row, 2] = text_cell(fill[item_id])
    return replace(workbook, sheets=(replace(sheet, cells=cells),))

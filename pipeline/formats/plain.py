"""Sheets without a workbook: CSV and tab-separated text, and tables saved as HTML."""

import csv
import io
import itertools
import re
from collections import Counter
from dataclasses import dataclass

from lxml import etree

from pipeline.formats.kinds import decode
from pipeline.formats.refusal import broken, too_large
from pipeline.model import (
    Area,
    CellKey,
    CellKind,
    FileKind,
    RawCell,
    RawSheet,
    RawWorkbook,
    SourceFile,
)
from pipeline.settings import Limits

_LONGEST_FIELD = 1 << 20
_DELIMITERS = (",", "\t", ";")  # the likelier first
_TOLD = re.compile(r"\ufeff?sep=([,;\t|])\r?\n", re.IGNORECASE)
_START = 1 << 16


@dataclass(frozen=True, slots=True)
class _Block:
    """Values and merged areas of one table."""

    cells: dict[CellKey, RawCell]
    merged: tuple[Area, ...] = ()


def read_csv(content: bytes, source: SourceFile, limits: Limits) -> RawWorkbook:
    """Give the one sheet of a CSV file; every cell is text, as the file knows no types."""
    csv.field_size_limit(_LONGEST_FIELD)
    delimiter, text = _separated(_decoded(content))
    cells: dict[CellKey, RawCell] = {}
    try:
        for row, fields in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ):
            for column, value in enumerate(fields):
                if value:
                    cells[(row, column)] = RawCell(kind=CellKind.TEXT, text=value)
            if len(cells) > limits.values:
                raise too_large(f"more than {limits.values} cells with a value")
    except csv.Error as error:
        raise broken(f"csv: {error}") from error
    return _workbook(source, FileKind.CSV, [_Block(cells)])


def _separated(text: str) -> tuple[str, str]:
    """Tell what stands between the fields; give it, and the text without Excel's ``sep=`` line."""
    told = _TOLD.match(text)
    if told:
        return told[1], text[told.end() :]
    start = text[:_START]
    return max(_DELIMITERS, key=lambda mark: _alike(start, mark)), text


def _alike(start: str, delimiter: str) -> tuple[int, int]:
    """Count the rows that have as many fields as most have, and the fields of such a row."""
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)
    try:
        widths = [len(fields) for fields in itertools.islice(reader, 100)]
    except csv.Error:
        return 0, 0
    ((width, rows),) = Counter(w for w in widths if w > 1).most_common(1) or [(0, 0)]
    return rows, width


# A page to sign in with is no table, however it is laid out.
_SIGN_IN = re.compile(
    r"""<input\b[^>]*\btype\s*=\s*["']?password\b|<title[^>]*>[^<]*(?:ログイン|サインイン|ログオン|"""
    r"""sign[ -]?in|log[ -]?[io]n\b)""",
    re.IGNORECASE,
)


def read_html(content: bytes, source: SourceFile, limits: Limits) -> RawWorkbook | None:
    """Give the tables of an HTML page as sheets, or None where it has none.

    Some systems save HTML under the name .xls, and Excel opens it without a word.
    """
    parser = etree.HTMLParser(
        no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8", huge_tree=False
    )
    text = _decoded(content)
    if _SIGN_IN.search(text):
        return None
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise broken(f"html: {error}") from error
    if root is None:
        return None
    tables = [table for table in root.iter("table") if table.find(".//table") is None]
    blocks = [_html_table(table, limits) for table in tables]
    blocks = [block for block in blocks if block.cells]
    return _workbook(source, FileKind.HTML, blocks) if blocks else None


def _html_table(table: etree._Element, limits: Limits) -> _Block:
    cells: dict[CellKey, RawCell] = {}
    merged: list[Area] = []
    taken: set[CellKey] = set()
    for row, element in enumerate(table.iter("tr")):
        column = 0
        for cell in element:
            if cell.tag not in {"td", "th"}:
                continue
            while (row, column) in taken:
                column += 1
            area = Area(
                top=row,
                left=column,
                bottom=row + _span(cell, "rowspan") - 1,
                right=column + _span(cell, "colspan") - 1,
            )
            if (area.bottom, area.right) != (area.top, area.left):
                merged.append(area)
            taken.update(
                (down, across)
                for down in range(area.top, area.bottom + 1)
                for across in range(area.left, area.right + 1)
            )
            if len(taken) > limits.values:
                raise too_large(f"more than {limits.values} cells in a table")
            text = _html_text(cell)
            if text:
                cells[(row, column)] = RawCell(kind=CellKind.TEXT, text=text)
            column = area.right + 1
    return _Block(cells, tuple(merged))


def _html_text(cell: etree._Element) -> str:
    """Give a cell's text; in HTML a line ends at ``br`` only, not where the source breaks."""
    parts: list[str] = []

    def take(text: str | None) -> None:
        if text:
            parts.append(" ".join(text.split()) if text.strip() else "")

    take(cell.text)
    for element in cell.iterdescendants():
        if element.tag in {"br", "p", "div", "li"} and parts:
            parts.append("\n")
        if element.tag not in {"script", "style"}:
            take(element.text)
        take(element.tail)
    return "".join(parts).strip("\n")


def _span(cell: etree._Element, name: str) -> int:
    written = cell.get(name) or "1"
    return min(max(int(written), 1), 1000) if written.isascii() and written.isdigit() else 1


def _workbook(source: SourceFile, kind: FileKind, blocks: list[_Block]) -> RawWorkbook:
    return RawWorkbook(
        source=source,
        kind=kind,
        sheets=tuple(
            RawSheet(
                name=f"Sheet{number}",
                cells=block.cells,
                merged=block.merged,
            )
            for number, block in enumerate(blocks, 1)
        ),
    )


def _decoded(content: bytes) -> str:
    text = decode(content)
    if text is None:
        raise broken("text in no known encoding")
    return text

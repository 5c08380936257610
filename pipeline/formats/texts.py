"""A workbook of our own that holds texts, read fast: 確認票, 100,000 cells in a later run.

calamine gives the values of a sheet in a tenth of the time that the whole reader needs, and less
than stands there: no error values, no formulas without a result, nothing of number formats, and
cells far out end its process. Where any of these could be, the whole reader reads.
"""

# ruff: noqa: PLC0415 - calamine and lxml are loaded by those who read a form, not by --help

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.formats.kinds import kind_of
from pipeline.formats.package import Package
from pipeline.formats.workbook import open_source, read_workbook
from pipeline.model import CellKind, FileKind, RawWorkbook, Skipped, Unreadable

if TYPE_CHECKING:
    from pipeline.model import RawSheet, SourceFile
    from pipeline.settings import Limits

_FAR = re.compile(rb' r="(?:[A-Z]{3}|[C-Z][A-Z]|[A-Z]*[0-9]{6})')  # calamine holds all up to there
# Formulas, error values, escaped characters; attributes in other quotes than office programs'.
_MORE = (b"<f>", b"<f ", b"<f/", b't="e"', b"_x", b"='")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?")


def read_texts(source: SourceFile, *, limits: Limits) -> RawWorkbook | Unreadable | Skipped:
    """Give what `read_workbook` gives, as far as texts, dates and their places go."""
    found: RawWorkbook | None = None
    try:
        found = _read(source, limits)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - a panic of Rust code is no Exception; the whole reader
        found = None  # finds the fault again and names it
    return found or read_workbook(source, limits=limits)


def _read(source: SourceFile, limits: Limits) -> RawWorkbook | None:
    from pipeline.formats.properties import ooxml_properties
    from pipeline.formats.values import sheets_of

    content = open_source(source, limits=limits)
    if kind_of(content, source.path) is not FileKind.XLSX:
        return None
    package = Package(content, limits)
    if not _holds_texts(package, limits):
        return None
    sheets = sheets_of(content, limits)
    if not all(map(_is_texts, sheets)):
        return None
    return RawWorkbook(
        source=source,
        kind=FileKind.XLSX,
        sheets=sheets,
        properties=ooxml_properties(package),
    )


def _holds_texts(package: Package, limits: Limits) -> bool:
    """Tell whether nothing in the parts shows otherwise than it is stored."""
    from pipeline.formats.styles import read_styles

    names = {name.casefold(): name for name in package.names}
    if not {"xl/workbook.xml", "xl/styles.xml"} <= names.keys():
        return False
    book = package.read("xl/workbook.xml")
    if b'date1904="1"' in book or b'date1904="true"' in book:
        return False
    strings = package.read_or_none("xl/sharedStrings.xml") or b""
    if len(strings) > limits.shared_strings or b"_x" in strings:
        return False
    if any(style.number_format for style in read_styles(package.read("xl/styles.xml"), "styles")):
        return False
    sheets = [name for low, name in names.items() if low.startswith("xl/worksheets/sheet")]
    if len(sheets) != book.count(b"<sheet "):  # one of them stands elsewhere
        return False
    return all(_is_plain(package.read(name)) for name in sheets)


def _is_plain(sheet: bytes) -> bool:
    return (
        b"<worksheet" in sheet[:400]
        and not any(sign in sheet for sign in _MORE)
        and _FAR.search(sheet) is None
    )


def _is_texts(sheet: RawSheet) -> bool:
    """Tell whether all is texts and dates; numbers are what formats of dates may hide behind."""
    return all(
        cell.kind is CellKind.TEXT or (cell.kind is CellKind.DATE and _DATE.fullmatch(cell.text))
        for cell in sheet.cells.values()
    )

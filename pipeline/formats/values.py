"""A workbook's values alone, by calamine: for files that the better readers give up on."""

import pickle
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from pipeline.formats.book import text_cell
from pipeline.formats.numbers import iso_text, shortest
from pipeline.formats.parts import SheetPart
from pipeline.formats.refusal import Refused, broken, too_large
from pipeline.model import (
    Area,
    CellKey,
    CellKind,
    FileKind,
    RawCell,
    RawSheet,
    RawWorkbook,
    SourceFile,
    UnreadableReason,
)
from pipeline.settings import Limits

# calamine gives an error value as nothing.
_UNSEEN = ("文字の書式", "エラー値", "非表示の行・列")


def read_values(content: bytes, source: SourceFile, kind: FileKind, limits: Limits) -> RawWorkbook:
    """Give the values of every sheet, and say what was not seen. Refused where it cannot be read.

    Not for returned .xlsx: of a file with odd indices it gives other texts than stand there.
    Damage may make its Rust code abort the process, so it runs in one of its own: rosters are
    read in the process of the run itself.
    """
    try:
        child = subprocess.run(
            [sys.executable, "-m", "pipeline.formats.values"],
            input=pickle.dumps((content, limits)),
            capture_output=True,
            timeout=limits.seconds / 2,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise broken("calamine: no end") from error
    if child.returncode:
        raise broken(f"calamine ended with {child.returncode}")
    found: tuple[RawSheet, ...] | tuple[UnreadableReason, str]
    found = pickle.loads(child.stdout)  # noqa: S301 - written by our own child
    if found and isinstance(found[0], UnreadableReason):
        raise Refused(found[0], str(found[1]))
    sheets = tuple(sheet for sheet in found if isinstance(sheet, RawSheet))
    if not any(sheet.cells for sheet in sheets):
        raise broken("no value in the file")  # damage may leave nothing, and nothing is no answer
    return RawWorkbook(source=source, kind=kind, sheets=sheets, complete=False)


def _main() -> None:
    """Read what stands on standard input; give the sheets, or why there are none."""
    content, limits = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own parent
    found: tuple[object, ...]
    try:
        found = sheets_of(content, limits)
    except PasswordError as error:
        found = (UnreadableReason.PASSWORD, f"calamine: {error!r}")
    except Refused as refusal:
        found = (refusal.reason, refusal.detail)
    except BaseException as error:  # noqa: BLE001 - a panic of its Rust code is no Exception
        found = (UnreadableReason.BROKEN, f"calamine: {error!r}")
    sys.stdout.buffer.write(pickle.dumps(found))


def sheets_of(content: bytes, limits: Limits) -> tuple[RawSheet, ...]:
    """Give the values of every worksheet."""
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return tuple(
        _sheet(book, about, limits)
        for about in book.sheets_metadata
        if about.typ is SheetTypeEnum.WorkSheet
    )


def _sheet(book: CalamineWorkbook, about: Any, limits: Limits) -> RawSheet:
    sheet = book.get_sheet_by_name(about.name)
    _, left = sheet.start or (0, 0)  # rows are given from the first of the sheet, columns not
    cells: dict[CellKey, RawCell] = {}
    for row, values in enumerate(sheet.iter_rows()):
        for column, value in enumerate(values, left):
            cell = _cell(value)
            if cell is not None:
                cells[(row, column)] = cell
        if len(cells) > limits.values:
            raise too_large(f"{about.name}: more than {limits.values} cells with a value")
    part = SheetPart(cells=cells)
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        part.merge(Area(top=top, left=left, bottom=bottom, right=right), limits)
    part.fit_merged(limits)
    visible = about.visible is SheetVisibleEnum.Visible
    return part.sheet(
        about.name, visible=visible, drawings=None, comments=None, unsupported=_UNSEEN
    )


def _cell(value: object) -> RawCell | None:
    if isinstance(value, str):  # nearly all
        return text_cell(value, formula=False)
    if isinstance(value, bool):
        return RawCell(kind=CellKind.BOOLEAN, text="TRUE" if value else "FALSE")
    if isinstance(value, int | float):
        return RawCell(kind=CellKind.NUMBER, text=shortest(float(value)))
    if isinstance(value, datetime | date):
        return RawCell(kind=CellKind.DATE, text=iso_text(value))
    if isinstance(value, time | timedelta):
        return RawCell(kind=CellKind.DATE, text=str(value))
    return None if value is None else text_cell(str(value), formula=False)


if __name__ == "__main__":
    _main()

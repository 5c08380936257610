"""The marks that forms made by this product carry, and what a send-back slip answers.

A form handed out, and a slip sent back, say what they are in custom document properties. Programs
that drop those keep the hidden sheet, so the same keys and values stand there too.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from pipeline.model import Answer, CellKind, OwnBook, RawSheet, RawWorkbook, Slip, Status
from pipeline.texts.calendar import MONTH as YEAR_AND_MONTH
from pipeline.texts.folding import is_blank, tidy

MARK = "torimatome."  # begins the name of each
RESPONDENT = "torimatome.respondent"
MONTH = "torimatome.month"
CHECKLIST = "torimatome.checklist"
EDITION = "torimatome.edition"
SLIP = "torimatome.slip"
BASE = "torimatome.base"
ISSUED = "torimatome.issued"
ASKED = "torimatome.asked"
PREFILL = "torimatome.prefill"

_KEY = re.compile(r"torimatome\.[a-z]+(?:\.\d+)?")
_DIGITS = 4  # of each item's digest: enough to tell a changed cell, short enough for a property
_CHUNK = 200  # Excel shows and keeps at most 255 characters of a property
_NOTHING = "-" * _DIGITS
_TOP_ROWS = 20  # heads of the product's own sheets stand above this row, rows inserted or not
_TOTALS_SHEETS = frozenset({"はじめに", "要確認", "明細", "処理記録"})
_REVIEW_HEADS = frozenset({"コード", "指摘", "直し方", "判断"})
_ROSTER_HEADS = frozenset({"団体コード", "団体名"})
_ROSTER_OTHERS = frozenset({"別名", "役割", "対象分野", "メール", "除外"})


def hidden_properties(workbook: RawWorkbook) -> Mapping[str, str]:
    """Give the product's own properties of a workbook: its custom ones, else the hidden sheet's."""
    found = {
        cell.text.strip(): value.text.strip()
        for sheet in workbook.sheets
        if not sheet.visible
        for (row, column), cell in sheet.cells.items()
        if cell.kind is CellKind.TEXT
        and _KEY.fullmatch(cell.text.strip())
        and (value := sheet.cells.get((row, column + 1))) is not None
    }
    own = {key: text for key, text in workbook.properties.items() if key.startswith(MARK)}
    return {**found, **{key: text.strip() for key, text in own.items() if text.strip()}}


def own_book(workbook: RawWorkbook) -> OwnBook | None:
    """Tell whether a workbook is one that the product writes for the coordinator, and which.

    確認票 lists items beside what was written there: read as a checklist it would be a return of
    nobody.
    """
    if {sheet.name for sheet in workbook.sheets} >= _TOTALS_SHEETS:
        return OwnBook.TOTALS
    for sheet in workbook.sheets:
        for heads in _top_rows(sheet) if sheet.visible else ():
            if heads >= _REVIEW_HEADS:
                return OwnBook.REVIEW
            if heads >= _ROSTER_HEADS and heads & _ROSTER_OTHERS:
                return OwnBook.ROSTER
    return None


def _top_rows(sheet: RawSheet) -> Iterable[set[str]]:
    rows: dict[int, set[str]] = {}
    for (row, _column), cell in sheet.cells.items():
        if row < _TOP_ROWS and cell.kind is CellKind.TEXT:
            rows.setdefault(row, set()).add(tidy(cell.text))
    return rows.values()


def read_slip(properties: Mapping[str, str]) -> Slip | None:
    """Tell by its properties whether a workbook is a send-back slip, and which."""
    if not properties.get(SLIP, ""):
        return None
    month = properties.get(MONTH, "")
    asked = _joined(properties, ASKED)
    return Slip(
        month=month if YEAR_AND_MONTH.fullmatch(month) else "",
        base=properties.get(BASE, ""),
        issued=properties.get(ISSUED, ""),
        asked=tuple(asked.split("|")) if asked else None,
    )


def answered(slip: Slip | None, answers: Sequence[Answer]) -> tuple[str, ...] | None:
    """Give the items a slip answers again; None for any other form.

    A line with an empty check cell answers nothing unless something stands in its note.
    """
    if slip is None:
        return None
    return tuple(
        answer.item_id
        for answer in answers
        if answer.mark.status is not Status.BLANK or not is_blank(answer.note.raw)
    )


def slip_properties(slip: Slip) -> dict[str, str]:
    """Give the properties that mark a workbook as this slip."""
    marks = {SLIP: "1", MONTH: slip.month, BASE: slip.base, ISSUED: slip.issued}
    return marks if slip.asked is None else {**marks, **_pieces(ASKED, "|".join(slip.asked))}


def prefill_properties(month: str, filled: Sequence[tuple[str, str] | None]) -> dict[str, str]:
    """Give the properties that remember what was filled in: (mark, note) of each item or None.

    Only digests are kept, so that no second copy of the answers stands in the workbook.
    """
    digests = "".join(_NOTHING if each is None else _digest(*each) for each in filled)
    return _pieces(PREFILL, f"{month}:{digests}")


def _pieces(name: str, text: str) -> dict[str, str]:
    """Give a text that is too long for one property as several."""
    pieces = [text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK)]
    return {f"{name}.{number}": piece for number, piece in enumerate(pieces, start=1)}


def _joined(properties: Mapping[str, str], name: str) -> str:
    """Give the text of several properties; empty where there is none."""
    pieces: list[str] = []
    while (piece := properties.get(f"{name}.{len(pieces) + 1}")) is not None:
        pieces.append(piece)
    return "".join(pieces)


def unchanged(
    properties: Mapping[str, str], answers: Sequence[Answer], *, edition: str
) -> tuple[str, tuple[str, ...]]:
    """Give the month whose answers were filled in, and the items that still stand as they were.

    ``answers`` are in form order, one per item; nothing is told where the form is of another
    edition or has other items.
    """
    if properties.get(EDITION, edition) != edition:
        return "", ()
    month, _, digests = _joined(properties, PREFILL).partition(":")
    if not YEAR_AND_MONTH.fullmatch(month) or len(digests) != len(answers) * _DIGITS:
        return "", ()
    kept = tuple(
        answer.item_id
        for place, answer in enumerate(answers)
        if digests[place * _DIGITS : (place + 1) * _DIGITS]
        == _digest(answer.mark.raw, answer.note.raw)
    )
    return month, kept


def _digest(mark: str, note: str) -> str:
    plain = "\n".join(text.replace("\r\n", "\n").strip() for text in (mark, note))
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:_DIGITS]

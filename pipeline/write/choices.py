"""Cells to be filled in on the screen: drop-downs, what was answered before, protection.

The choices stand on a hidden sheet, because a list inside a cell's own rule ends at 255
characters; beside them stand the properties that mark the form, for programs that drop the
document's own.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.model import Checklist, Status, address
from pipeline.texts.calendar import month_after, month_words
from pipeline.texts.folding import circled
from pipeline.write.safe import cell_text

CHOICES_SHEET = "選択肢"
# Of a check cell: in others Excel makes dates of 2026-12, 3-1 and 1/2, and drops zeros in front.
AS_TYPED: Mapping[str, str] = {"num_format": "@"}
_MONTHS_AHEAD = 24  # further away is asked about by rule A318
_FORMULA_TEXT = 200  # Excel takes 255 characters of text in a formula


def choices_of(checklist: Checklist, month: str) -> tuple[str, ...]:
    """Give the drop-down of a check cell: each option, ② once for each month to come.

    ``month`` is the collection month (YYYY-MM); the texts are those the mark reader knows. The
    months stand last: a list shows some eight lines, and below 25 months nobody looks for ③.
    """
    months = [option for option in checklist.options if option.status is Status.PLANNED]
    return (
        *(circled(option.number) for option in checklist.options if option not in months),
        *(text for option in months for text in planned_texts(option.number, month)),
    )


def planned_texts(number: int, month: str) -> Iterator[str]:
    """Give the option of a planned answer with each month from the collection month on."""
    for step in range(_MONTHS_AHEAD + 1):
        yield planned_text(number, month_after(month, step))


def planned_text(number: int, due: str) -> str:
    """Give a planned answer with its month: ``②（2026年12月）``."""
    return f"{circled(number)}（{month_words(due)}）"


class Choices:
    """Writes the cells of one sheet that a respondent fills in."""

    def __init__(self, book: Any, sheet: Any, choices: Sequence[str]) -> None:
        """Prepare the drop-down; `marks_sheet` writes the sheet it points to."""
        self._sheet = sheet
        self._rule = {
            "validate": "list",
            "source": f"='{CHOICES_SHEET}'!$A$1:$A${len(choices)}",
            "error_type": "warning",
            "error_title": "一覧にない回答です",
            "error_message": "▼の一覧から選んでください。"
            "一覧にない月などは、「はい」（LibreOfficeでは「OK」）を押すと、このまま入力できます。",
        }
        self._before = book.add_format(
            {"italic": True, "font_color": "#1F4E9E", "bg_color": "#DDEBF7"}
        )

    def check_cell(self, row: int, column: int, mark: str, style: Any) -> None:
        """Write a check cell with its drop-down, and the mark answered before, if any."""
        self._sheet.data_validation(row, column, row, column, self._rule)
        self._cell(row, column, mark, style)

    def note_cell(self, row: int, column: int, note: str, style: Any) -> None:
        """Write a note cell, with the note given before, if any."""
        self._cell(row, column, note, style)

    def _cell(self, row: int, column: int, text: str, style: Any) -> None:
        """Write a text; as long as it stands unchanged it looks like last month's."""
        if not text:
            self._sheet.write_blank(row, column, None, style)
            return
        text = cell_text(text)
        self._sheet.write_string(row, column, text, style)
        shown = text[:_FORMULA_TEXT].replace('"', '""').replace("\n", '"&CHAR(10)&"')
        place = address(row, column, fixed=True)
        whole = f'{place}="{shown}"' if len(text) <= _FORMULA_TEXT else (
            f'LEFT({place},{_FORMULA_TEXT})="{shown}"'
        )  # fmt: skip
        self._sheet.conditional_format(
            row, column, row, column,
            {"type": "formula", "criteria": f"={whole}", "format": self._before},
        )  # fmt: skip


def marks_sheet(book: Any, choices: Sequence[str], properties: Mapping[str, str]) -> None:
    """Write the hidden sheet with the choices and the form's own marks, and the properties."""
    sheet = book.add_worksheet(CHOICES_SHEET)
    for row, text in enumerate(choices):
        sheet.write_string(row, 0, text)
    for row, (key, value) in enumerate(properties.items()):
        sheet.write_string(row, 2, key)
        sheet.write_string(row, 3, value)
        book.set_custom_property(key, value, "text")
    sheet.protect()
    sheet.very_hidden()


def protect(sheet: Any) -> None:
    """Lock all cells but the unlocked ones, without a password; rows may be made higher."""
    sheet.protect(
        "",
        {"format_rows": True, "format_columns": True, "autofilter": True},
    )

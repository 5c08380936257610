"""A worksheet that writes its cells quickly.

xlsxwriter spends most of its time on attributes and escapes of single cells. Texts are numbers
into the shared strings by then, so that there is nothing to escape: a row can be put together
as one string. What is not a plain text or number still goes the library's own way. The class
is given to ``Workbook.add_worksheet``, which takes one for that purpose; a test compares its
sheets with the library's cell by cell.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellStringTuple, Worksheet

from pipeline.write.safe import cell_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BLANK = -1


class SwiftSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter ships no type information
    """A worksheet with `stream` for long plain tables, and a quicker writer for the rest."""

    def __init__(self) -> None:
        super().__init__()
        self._top = 0
        self._width = 0
        self._stream = array("q")

    def stream(self, top: int, width: int, rows: Iterable[Sequence[str | int | None]]) -> int:
        """Take rows of texts, whole numbers (0 and up) and blanks without a format.

        They stand below row ``top`` (0-based) and below everything written otherwise; once a
        sheet. Gives 0, or -1 where the sheet has not enough rows, as xlsxwriter does.
        """
        known: dict[str, int] = {"": _BLANK}
        values, index_of, written = array("q"), self.str_table._get_shared_string_index, 0
        for row in rows:
            for cell in row:
                if cell is None:
                    values.append(_BLANK)
                elif isinstance(cell, str):
                    code = known.get(cell)
                    if code is None:
                        code = known[cell] = index_of(cell_text(cell)) * 2
                    elif code != _BLANK:
                        written += 1
                    values.append(code)
                else:
                    values.append(cell * 2 + 1)
        self.str_table.count += written
        self._top, self._width, self._stream = top, width, values
        last = top + len(values) // width - 1
        if not len(values):
            return 0
        return int(self._check_dimensions(top, 0) or self._check_dimensions(last, width - 1))

    def put_text(self, row: int, column: int, text: str, form: Any) -> int:
        """Write a text made safe before, without the checks of `write_string` for its length."""
        if self._check_dimensions(row, column):
            return -1
        index = self.str_table._get_shared_string_index(text)
        self.table[row][column] = CellStringTuple(index, form)
        return 0

    def _write_rows(self) -> None:
        """Write the rows; called by xlsxwriter when the file is put together."""
        if self.comments:  # rows may consist of comments alone: the library knows how
            super()._write_rows()
            return
        names = [xl_col_to_name(column) for column in range(self.dim_colmax + 1)]
        plain_columns = not any(info.column_format for info in self.col_info.values())
        styles: dict[Any, str] = {None: ""}
        for row in sorted(self.table.keys() | self.row_info.keys()):
            info = self.row_info.get(row)
            cells = self.table.get(row)
            if not cells:
                if info is not None:
                    self._write_empty_row(row, None, info)
                continue
            self._write_row(row, None, info)
            plain = plain_columns and not (info and info.row_format)
            self._write_cells(row, cells, names, styles, plain=plain)
            self._xml_end_tag("row")
        self._write_stream(names)

    def _write_cells(
        self, row: int, cells: dict[int, Any], names: list[str], styles: dict[Any, str], *,
        plain: bool,
    ) -> None:  # fmt: skip
        parts: list[str] = []
        for column in sorted(cells):
            cell = cells[column]
            kind = type(cell).__name__
            if not plain or kind not in _PLAIN:
                self.fh.write("".join(parts))
                parts.clear()
                self._write_cell(row, column, cell)
                continue
            form = cell.format
            style = styles.get(form)
            if style is None:
                number = form._get_xf_index()
                style = styles[form] = f' s="{number}"' if number else ""
            if kind == "String":
                parts.append(
                    f'<c r="{names[column]}{row + 1}"{style} t="s"><v>{cell.string}</v></c>'
                )
            elif kind == "Number":
                parts.append(
                    f'<c r="{names[column]}{row + 1}"{style}><v>{cell.number:.16g}</v></c>'
                )
            elif style:
                parts.append(f'<c r="{names[column]}{row + 1}"{style}/>')
        self.fh.write("".join(parts))

    def _write_stream(self, names: list[str]) -> None:
        width, values = self._width, self._stream
        heads = [f'<c r="{name}' for name in names[:width]]
        for number in range(len(values) // width if width else 0):
            row = self._top + number + 1
            parts = [f'<row r="{row}">']
            for head, code in zip(
                heads, values[number * width : (number + 1) * width], strict=True
            ):
                if code == _BLANK:
                    continue
                if code & 1:
                    parts.append(f'{head}{row}"><v>{code >> 1}</v></c>')
                else:
                    parts.append(f'{head}{row}" t="s"><v>{code >> 1}</v></c>')
            parts.append("</row>")
            self.fh.write("".join(parts))


_PLAIN = frozenset({"String", "Number", "Blank"})

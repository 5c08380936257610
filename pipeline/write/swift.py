"""A worksheet that writes its cells quickly and keeps few of them in memory.

xlsxwriter spends most of its time on attributes and escapes of single cells, and keeps every
cell until the file is closed. Texts are numbers into the shared strings by then, so that there is
nothing to escape: a row can be put together as one string, and a finished row of a long list can
wait as XML in a temporary file. What is not a plain text or number still goes the library's own
way. The class is given to ``Workbook.add_worksheet``, which takes one for that purpose; tests
compare its sheets with the library's.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.worksheet import (
    CellBlankTuple,
    CellFormulaTuple,
    CellNumberTuple,
    CellStringTuple,
    Worksheet,
)

from pipeline.write.safe import cell_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import IO

    from pipeline.write.pivot.model import Cell

_ROW = "\0"  # stands for the row's number until the row is put together
# Of functions not named here xlsxwriter knows whether Excel wants a prefix.
_OLD_FUNCTIONS = frozenset(
    {
        "AND", "COUNT", "COUNTA", "COUNTIF", "COUNTIFS", "IF", "IFERROR", "INDEX", "ISNUMBER",
        "MATCH", "MAX", "MIN", "OR", "RANK", "ROUND", "SUM", "SUMIF", "SUMIFS", "SUMPRODUCT",
    }
)  # fmt: skip
_CALLS = re.compile(r"([A-Za-z0-9_.]+)\(")
_PLAIN = frozenset({"String", "Number", "Blank"})
_ESCAPES = str.maketrans({"&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;", "\n": "&#xA;"})


class SwiftSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter ships no type information
    """A worksheet with `stream` for long plain tables, `done` for rows that are finished."""

    fh: Any  # where xlsxwriter writes to

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, int] = {}  # shared strings by the text before it was made safe
        self._done: IO[str] | None = None
        self._first_done = self._last_done = -1
        self._links: IO[str] | None = None
        self._names: list[str] = []
        self._styles: dict[Any, str] = {None: ""}

    def stream(self, top: int, width: int, rows: Iterable[Sequence[Cell]]) -> int:
        """Take rows of texts, whole numbers (0 and up) and blanks without a format.

        They stand from row ``top`` (0-based) on, below every row that is finished already. Gives
        0, or -1 where the sheet has not enough rows, as xlsxwriter does.
        """
        columns = [_Cells(name, self._index) for name in self._column_names(width)]
        makers = [column.__getitem__ for column in columns]
        file, strings, row = self._finished(top), 0, top
        for row, values in enumerate(rows, start=top + 1):
            cells = "".join([make(value) for make, value in zip(makers, values, strict=True)])
            strings += cells.count(' t="s"')
            file.write(f'<row r="{_ROW}">{cells}</row>'.replace(_ROW, str(row)))
        # `_index` has counted each text once; the attribute wants every cell.
        self.str_table.count += strings - sum(column.texts for column in columns)
        if row == top:
            return 0
        self._last_done = row - 1
        return int(self._check_dimensions(top, 0) or self._check_dimensions(row - 1, width - 1))

    def put_text(self, row: int, column: int, text: str, form: Any) -> int:
        """Write a text, made safe here, without the checks of `write_string` for its length."""
        if self._is_outside(row, column):
            return -1
        self.table[row][column] = CellStringTuple(self._index(text), form)
        return 0

    def put_number(self, row: int, column: int, value: float, form: Any) -> int:
        """Write a number, not NaN and not infinite."""
        if self._is_outside(row, column):
            return -1
        self.table[row][column] = CellNumberTuple(value, form)
        return 0

    def put_blank(self, row: int, column: int, form: Any) -> int:
        """Give an empty cell its look."""
        if self._is_outside(row, column):
            return -1
        self.table[row][column] = CellBlankTuple(form)
        return 0

    def put_formula(
        self, row: int, column: int, formula: str, form: Any, value: str | float
    ) -> int:
        """Write a formula with its value, the common ones without a search for newer functions."""
        if not formula.startswith("=") or not _OLD_FUNCTIONS.issuperset(_CALLS.findall(formula)):
            return int(self.write_formula(row, column, formula, form, value))
        if self._is_outside(row, column):
            return -1
        self.table[row][column] = CellFormulaTuple(formula[1:], form, value)
        return 0

    def put_link(
        self, row: int, column: int, target: str, text: str, form: Any, tip: str = ""
    ) -> int:
        """Write a link to a place in the workbook; ``text`` and ``tip`` are safe and short."""
        code = self.put_text(row, column, text, form)
        if code == 0:
            if self._links is None:
                self._links = _scratch()
            tooltip = f' tooltip="{tip.translate(_ESCAPES)}"' if tip else ""
            (name,) = self._column_names(column + 1)[column:]
            self._links.write(
                f'<hyperlink ref="{name}{row + 1}" location="{target.translate(_ESCAPES)}"'
                f'{tooltip} display="{text.translate(_ESCAPES)}"/>'
            )
        return code

    def done(self, row: int) -> None:
        """Take a row as finished. Finished rows come one below another."""
        file = self._finished(row)
        self._last_done = row
        kept, self.fh = self.fh, file
        self._write_any_row(row)
        self.fh = kept
        self.table.pop(row, None)
        self.row_info.pop(row, None)

    def put_table(
        self, top: int, left: int, bottom: int, right: int, options: dict[str, Any]
    ) -> int:
        """Add an Excel table; xlsxwriter's own `add_table` looks at each of its cells.

        It is given the head and one row, and the table then made as long as it is.
        """
        if bottom >= self.xls_rowmax:
            return -1
        code = int(self.add_table(top, left, top + 1, right, options))
        if code == 0:
            table, area = self.tables[-1], xl_range(top, left, bottom, right)
            table["range"] = table["a_range"] = area
            if table.get("autofilter"):
                table["autofilter"] = area
        return code

    def _is_outside(self, row: int, column: int) -> bool:
        if (
            self.dim_rowmin is not None
            and self.dim_colmin is not None
            and self.dim_rowmin <= row <= self.dim_rowmax
            and self.dim_colmin <= column <= self.dim_colmax
        ):
            return False
        return bool(self._check_dimensions(row, column))

    def _index(self, text: str) -> int:
        """Give a text's place among the shared strings, and count the cell that refers to it."""
        index = self.known.get(text)
        if index is None:
            index = int(self.str_table._get_shared_string_index(cell_text(text)))
            self.known[text] = index
        else:
            self.str_table.count += 1
        return index

    def _column_names(self, count: int) -> list[str]:
        while len(self._names) < count:
            self._names.append(xl_col_to_name(len(self._names)))
        return self._names[:count]

    def _finished(self, row: int) -> IO[str]:
        """Give the file of finished rows, to which ``row`` is about to be added."""
        if self._done is None:
            self._done = _scratch()
            self._first_done = row
        elif row <= self._last_done:
            raise ValueError(f"row {row} comes after row {self._last_done} is finished")
        return self._done

    def _write_rows(self) -> None:
        """Write the rows; called by xlsxwriter when the file is put together."""
        if self.comments:  # rows may consist of comments alone: the library knows how
            if self._done is not None:
                raise ValueError("comments on a sheet with finished rows")
            super()._write_rows()
            return
        rows = sorted(self.table.keys() | self.row_info.keys())
        for row in rows:
            if self._done is None or row < self._first_done:
                self._write_any_row(row)
        if self._done is not None:
            self._done.seek(0)
            shutil.copyfileobj(self._done, self.fh, 1 << 20)
            self._done.close()
            for row in rows:
                if row > self._last_done:
                    self._write_any_row(row)

    def _write_any_row(self, row: int) -> None:
        info = self.row_info.get(row)
        cells = self.table.get(row)
        if cells:
            self._write_row(row, None, info)
            self._write_cells(row, cells, plain=not (info and info.row_format))
            self._xml_end_tag("row")
        elif info is not None:
            self._write_empty_row(row, None, info)

    def _write_cells(self, row: int, cells: dict[int, Any], *, plain: bool) -> None:
        names, styles = self._column_names(max(cells) + 1), self._styles
        plain = plain and not any(info.column_format for info in self.col_info.values())
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

    def _write_hyperlinks(self) -> None:
        """Write the links; called by xlsxwriter when the file is put together."""
        if self._links is None:
            super()._write_hyperlinks()
            return
        if self.hyperlinks:
            raise ValueError("links of both kinds on one sheet")
        self._links.seek(0)
        self._xml_start_tag("hyperlinks")
        shutil.copyfileobj(self._links, self.fh, 1 << 20)
        self._xml_end_tag("hyperlinks")
        self._links.close()


def _scratch() -> IO[str]:
    """Open a file without a name; it lives until the workbook is put together."""
    return tempfile.TemporaryFile("w+", encoding="utf-8", newline="")


class _Cells(dict["Cell", str]):
    """The XML of each value of a column, made once for each value that differs."""

    def __init__(self, name: str, index_of: Callable[[str], int]) -> None:
        super().__init__({None: "", "": ""})
        self._head = f'<c r="{name}{_ROW}"'
        self._index_of = index_of
        self.texts = 0

    def __missing__(self, value: Cell) -> str:
        if isinstance(value, str):
            self.texts += 1
            made = f'{self._head} t="s"><v>{self._index_of(value)}</v></c>'
        else:
            made = f"{self._head}><v>{value}</v></c>"
        self[value] = made
        return made

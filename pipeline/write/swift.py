"""A worksheet that writes its cells quickly and keeps few of them in memory.

xlsxwriter spends most of its time on attributes and escapes of single cells, and keeps every
cell until the file is closed. Texts are numbers into the shared strings by then, so that there is
nothing to escape: a row can be put together as one string, and the finished rows of a long list
are compressed while the next are made. What is not a plain text or number still goes the library's
own way. The class is given to ``Workbook.add_worksheet``, which takes one for that purpose; tests
compare its sheets with the library's.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.worksheet import (
    CellBlankTuple,
    CellFormulaTuple,
    CellNumberTuple,
    CellStringTuple,
    Worksheet,
)

from pipeline.write.lines import CellXml, Link, link_xml, row_xml
from pipeline.write.packing import Insertion
from pipeline.write.safe import cell_text
from pipeline.write.zipped import LatePacking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor, Future

    from pipeline.write.lines import Line
    from pipeline.write.zipped import Packed, PackedFile

# Of functions not named here xlsxwriter knows whether Excel wants a prefix.
_OLD_FUNCTIONS = frozenset(
    {
        "AND", "COUNT", "COUNTA", "COUNTIF", "COUNTIFS", "IF", "IFERROR", "INDEX", "ISNUMBER",
        "MATCH", "MAX", "MIN", "OR", "RANK", "ROUND", "SUM", "SUMIF", "SUMIFS", "SUMPRODUCT",
    }
)  # fmt: skip
_CALLS = re.compile(r"([A-Za-z0-9_.]+)\(")
_PLAIN = frozenset({"String", "Number", "Blank"})


class SharedTexts(dict[str, int]):
    """The places of texts among a workbook's shared strings, by the text before it is made safe.

    ``table`` is xlsxwriter's; its ``count`` is of the cells that refer to texts.
    """

    def __init__(self, table: Any) -> None:
        super().__init__()
        self.table = table

    def __missing__(self, text: str) -> int:
        index = self[text] = int(self.table._get_shared_string_index(cell_text(text)))
        self.table.count -= 1  # no cell refers to it yet
        return index


class SwiftSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter ships no type information
    """A worksheet with `put_lines` for long lists, `done` for rows that are finished."""

    fh: Any  # where xlsxwriter writes to

    def __init__(self) -> None:
        super().__init__()
        self.known: SharedTexts  # of the workbook
        self.look: Callable[[str], Any]  # gives the format of a style's name
        self.pool: Executor  # one thread, which compresses what is finished
        self.insertions: list[Insertion] = []
        self._done: LatePacking | None = None
        self._piece: Future[PackedFile] | None = None  # made elsewhere, below those of `_done`
        self._first_done = self._last_done = -1
        self._links: LatePacking | None = None
        self._names: list[str] = []
        self._styles: dict[Any, str] = {None: ""}

    def put_lines(self, top: int, lines: Iterable[Line]) -> int:
        """Write lines from row ``top`` (0-based) on, all of one width, below all finished rows.

        Cells that stand to the right of a line already, like formulas, stay. Gives 0, or -1 where
        the sheet has not enough rows or columns, as xlsxwriter does.
        """
        made: list[CellXml] = []
        file, row, texts = self._finished(top), top, 0
        for row, line in enumerate(lines, start=top + 1):
            if not made:
                names = self._column_names(len(line.cells))[: len(line.cells)]
                made = [CellXml(name, self.known.__getitem__, self._style_of) for name in names]
            cells = "".join([xml[cell] for xml, cell in zip(made, line.cells, strict=True)])
            texts += cells.count(' t="s"')
            if row - 1 in self.table:
                cells += self._rest_of(row - 1)
            file.write(row_xml(row, line.points, cells))
            for link in line.links:
                self._put_link_at(row, link)
        self.known.table.count += texts
        return self._took(top, row - 1, len(made))

    def put_packed(self, top: int, rows: int, width: int, piece: Future[PackedFile]) -> int:
        """Take ``rows`` finished rows that another process has compressed; see `put_lines`."""
        self._finished(top)
        self._piece = piece
        return self._took(top, top + rows - 1, width)

    def _rest_of(self, row: int) -> str:
        kept, self.fh = self.fh, io.StringIO()
        self._write_cells(row, self.table.pop(row), plain=True)
        self.fh, rest = kept, self.fh.getvalue()
        return str(rest)

    def _took(self, top: int, last: int, width: int) -> int:
        if last < top:
            return 0
        self._last_done = last
        return int(self._check_dimensions(top, 0) or self._check_dimensions(last, width - 1))

    def put_text(self, row: int, column: int, text: str, form: Any) -> int:
        """Write a text, made safe here, without the checks of `write_string` for its length."""
        if self._is_outside(row, column):
            return -1
        self.known.table.count += 1
        self.table[row][column] = CellStringTuple(self.known[text], form)
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
        """Write a link to a place in the workbook; ``text`` is safe and short."""
        code = self.put_text(row, column, text, form)
        if code == 0:
            self._put_link_at(row + 1, Link(column, target, tip))
        return code

    def _put_link_at(self, row: int, link: Link) -> None:
        if self._links is None:
            self._links = LatePacking(self.pool)
        name = self._column_names(link.column + 1)[link.column]
        self._links.write(link_xml(f"{name}{row}", link))

    def done(self, row: int) -> None:
        """Take a row as finished. Finished rows come one below another."""
        self._finished(row)
        self._finish(row)

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

    def _column_names(self, count: int) -> list[str]:
        """Give the names of all columns used so far, of at least ``count``."""
        while len(self._names) < count:
            self._names.append(xl_col_to_name(len(self._names)))
        return self._names

    def _style_of(self, name: str) -> str:
        return self._attribute_of(self.look(name))

    def _attribute_of(self, form: Any) -> str:
        style = self._styles.get(form)
        if style is None:
            number = form._get_xf_index()
            style = self._styles[form] = f' s="{number}"' if number else ""
        return style

    def _finished(self, row: int) -> LatePacking:
        """Give what takes the finished rows, to which ``row`` is about to be added."""
        if self._done is None:
            self._done = LatePacking(self.pool)
            self._first_done, self._last_done = row, row - 1
        elif row <= self._last_done or self._piece is not None:
            raise ValueError(f"row {row} comes after row {self._last_done} was finished")
        else:  # what stands between two lists is finished with the second
            between = range(self._last_done + 1, row)
            for above in sorted(row for row in self._rows() if row in between):
                self._finish(above)
        return self._done

    def _finish(self, row: int) -> None:
        kept, self.fh = self.fh, self._done
        self._write_any_row(row)
        self.fh, self._last_done = kept, row
        self.table.pop(row, None)
        self.row_info.pop(row, None)

    def _rows(self) -> set[int]:
        return {*self.table, *self.row_info}

    def _write_rows(self) -> None:
        """Write the rows; called by xlsxwriter when the file is put together."""
        if self.comments:  # rows may consist of comments alone: the library knows how
            if self._done is not None:
                raise ValueError("comments on a sheet with finished rows")
            super()._write_rows()
            return
        rows = sorted(self._rows())
        late = [row for row in rows if self._first_done <= row <= self._last_done]
        if late:
            raise ValueError(f"rows {late} were written to after they were finished")
        for row in rows:
            if self._done is None or row < self._first_done:
                self._write_any_row(row)
        if self._done is not None:
            self._insert(self._done.finish(), *([self._piece] if self._piece else []))
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
        names = self._column_names(max(cells) + 1)
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
            style = self._attribute_of(cell.format)
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
        self._xml_start_tag("hyperlinks")
        self._insert(self._links.finish())
        self._xml_end_tag("hyperlinks")

    def _insert(self, *pieces: Future[Packed] | Future[PackedFile]) -> None:
        """Leave a place for pieces that are compressed already."""
        place = self.fh.tell()
        self.insertions += [Insertion(place, piece) for piece in pieces]

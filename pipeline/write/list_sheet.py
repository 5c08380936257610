"""A worksheet that takes long lists as columns, and single cells without xlsxwriter's detours.

xlsxwriter spends most of its time on attributes and escapes of single cells and keeps every cell
until the file is closed. Lists (`listing`) never become cells of the library: their rows go between
what it writes itself. The class is given to ``Workbook.add_worksheet``, which takes one for that
purpose; tests compare its sheets with the library's.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.worksheet import (
    CellBlankTuple,
    CellFormulaTuple,
    CellNumberTuple,
    CellStringTuple,
    Worksheet,
)

from pipeline.write.listing import (
    Block,
    Cells,
    Styled,
    link_pieces,
    link_xml,
    tails_of,
    text_cells,
)
from pipeline.write.safe import cell_text, content_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from pipeline.frame.columns import Coded
    from pipeline.write.listing import Given, Links
    from pipeline.write.packing import Pieces

# Of functions not named here xlsxwriter knows whether Excel wants a prefix.
_OLD_FUNCTIONS = frozenset(
    [
        "AND",
        "COUNT",
        "COUNTA",
        "COUNTIF",
        "COUNTIFS",
        "IF",
        "IFERROR",
        "INDEX",
        "ISNUMBER",
        "MATCH",
        "MAX",
        "MIN",
        "OR",
        "RANK",
        "ROUND",
        "SUM",
        "SUMIF",
        "SUMIFS",
        "SUMPRODUCT",
    ]
)
_DESCENT = ' x14ac:dyDescent="0.25"'  # of rows where anything is newer than Excel 2007
_CALLS = re.compile(r"([A-Za-z0-9_.]+)\(")


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


_letters = lru_cache(maxsize=None)(xl_col_to_name)


def _is_old(formula: str) -> bool:
    return _OLD_FUNCTIONS.issuperset(_CALLS.findall(formula))


def _cell_xml(cell: Any) -> str | None:
    """Give the XML of a cell behind its look, None of one of a rarer kind."""
    kind = type(cell)
    if kind is CellStringTuple:
        return f' t="s"><v>{cell.string}</v></c>'
    if kind is CellNumberTuple:
        return f"><v>{cell.number:.16G}</v></c>"
    if kind is CellBlankTuple:
        return "/>"
    if kind is CellFormulaTuple and type(cell.value) in {int, float}:
        return f"><f>{content_xml(cell.formula)}</f><v>{cell.value}</v></c>"
    return None


@dataclass(frozen=True, slots=True)
class _List:
    """A list on the sheet: its first row (0-based), its columns and the heights of its rows."""

    top: int
    count: int
    given: Sequence[Given]
    cells: Sequence[Cells]
    heights: NDArray[Any] | None

    def value(self, row: int, column: int) -> Any:
        """Give what a cell shows as a chart tells it, None of one that is not there."""
        for place, values, style in self.given:
            if place == column:
                given = values.at(row - self.top)
                shown, _, formula = given if isinstance(given, Styled) else (given, style, "")
                is_number = not formula and isinstance(shown, (int, float))
                return f"{shown:.16g}" if is_number else shown
        return None


class ListSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter ships no type information
    """A worksheet with `put_list` for long lists."""

    fh: Any  # where xlsxwriter writes to

    def __init__(self) -> None:
        super().__init__()
        self.known: SharedTexts  # of the workbook
        self.look: Callable[[str], Any]  # gives the format of a style's name
        self._lists: list[_List] = []
        self._links: Pieces = []
        self._tails: dict[tuple[int, str], tuple[Coded, list[str | None]]] = {}

    def put_list(self, top: int, columns: Sequence[Given], heights: NDArray[Any] | None) -> int:
        """Put a list from row ``top`` (0-based) on, below those there are; see `listing.Column`.

        Cells to the right of the list stay. Gives 0, or -1 where the sheet has not enough rows or
        columns, as xlsxwriter does.
        """
        if self._lists and top < self._lists[-1].top + self._lists[-1].count:
            raise ValueError(f"row {top} is taken by the list above")
        count = len(columns[0].values)
        if not count:
            return 0
        self._lists.append(_List(top, count, columns, [*map(self._cells, columns)], heights))
        first, last = columns[0].place, columns[-1].place
        return int(
            self._check_dimensions(top, first) or self._check_dimensions(top + count - 1, last)
        )

    def _cells(self, column: Given) -> Cells:
        place, given, style = column
        for value in given.values:
            if isinstance(value, Styled) and not _is_old(value.formula):
                raise ValueError(f"a function that is new to `_OLD_FUNCTIONS`: {value.formula}")
        self.known.table.count += text_cells(given)
        key = (id(given.values), style)
        if key not in self._tails:  # kept with the column, so that the id stays its own
            tails = tails_of(given.values, style, self.known.__getitem__, self._attribute_of)
            self._tails[key] = (given, tails)
        return Cells(place=place, tails=self._tails[key][1], codes=given.codes)

    def put_links(self, top: int, column: int, links: Links, room: int) -> int:
        """Let cells of a list's column lead somewhere, at most ``room``; give how many do."""
        pieces, count = link_pieces(top + 1, column, links, room)
        self._links += [pieces] if pieces else []
        return count

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
        if not formula.startswith("=") or not _is_old(formula):
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
            self.put_way(row, column, target, tip)
        return code

    def put_way(self, row: int, column: int, target: str, tip: str = "") -> None:
        """Let a cell that was written lead to a place in the workbook."""
        self._links.append([link_xml(row + 1, column, target, tip).encode()])

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

    def _attribute_of(self, style: str) -> str:
        number = self.look(style)._get_xf_index() if style else 0
        return f' s="{number}"' if number else ""

    def _write_rows(self) -> None:
        """Write the rows; called by xlsxwriter when the file is put together."""
        if self.comments:  # rows may consist of comments alone: the library knows how
            if self._lists:
                raise ValueError("comments on a sheet with lists")
            super()._write_rows()
            return
        rows = sorted({*self.table, *self.row_info})
        for listed in self._lists:
            bottom = listed.top + listed.count
            above = [row for row in rows if row < listed.top]
            beside = [row for row in rows if listed.top <= row < bottom]
            rows = [row for row in rows if row >= bottom]
            self._write_all(above)
            rest = {row - listed.top: self._rest_of(row) for row in beside}
            block = Block(
                first=listed.top + 1,
                count=listed.count,
                cells=listed.cells,
                heights=listed.heights,
                rest=rest,
                attributes=_DESCENT if self.excel_version == 2010 else "",
            )
            self.fh.insert(block.pieces())
        self._write_all(rows)

    def _write_all(self, rows: Sequence[int]) -> None:
        for row in rows:
            info = self.row_info.get(row)
            if self.table.get(row):
                self._write_row(row, None, info)
                self._write_cells(row)
                self._xml_end_tag("row")
            elif info is not None:
                self._write_empty_row(row, None, info)

    def _rest_of(self, row: int) -> str:
        kept, self.fh = self.fh, io.StringIO()
        self._write_cells(row)
        rest, self.fh = self.fh.getvalue(), kept
        return str(rest)

    def _write_cells(self, row: int) -> None:
        cells = self.table[row]
        texts: list[str] = []
        for column in sorted(cells):
            cell = cells[column]
            written = _cell_xml(cell)
            if written is None or cell.format is None:  # the library knows how
                self.fh.write("".join(texts))
                texts.clear()
                self._write_cell(row, column, cell)
            else:
                place = f"{_letters(column)}{row + 1}"
                texts.append(f'<c r="{place}" s="{cell.format._get_xf_index()}"{written}')
        self.fh.write("".join(texts))

    def _get_range_data(self, top: int, left: int, bottom: int, right: int) -> list[Any]:
        """Give what a chart shows of cells; called by xlsxwriter when the file is put together."""
        rows, columns = range(top, bottom + 1), range(left, right + 1)
        return [self._charted(row, column) for row in rows for column in columns]

    def _charted(self, row: int, column: int) -> Any:
        for listed in self._lists:
            if listed.top <= row < listed.top + listed.count:
                found = listed.value(row, column)
                if found is not None:
                    return found
        return super()._get_range_data(row, column, row, column)[0]

    def _write_hyperlinks(self) -> None:
        """Write the links; called by xlsxwriter when the file is put together."""
        if not self._links:
            super()._write_hyperlinks()
            return
        if self.hyperlinks:
            raise ValueError("links of both kinds on one sheet")
        self._xml_start_tag("hyperlinks")
        for pieces in self._links:
            self.fh.insert(pieces)
        self._xml_end_tag("hyperlinks")

"""What `locate` gives: where a workbook's tables, columns and item rows are.

Cells are named by their anchor (the top-left of a merged area), so that no later stage has to
know about merging. Rows and columns are 0-based; a sheet is named by its place in the workbook.
"""

from dataclasses import dataclass

from pipeline.model.answers import MatchedBy
from pipeline.model.raw import CellKey
from pipeline.model.submission import TableFound


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One row (or block of rows) that stands for an item.

    ``mark_cells`` and ``note_cells`` are the anchors of the cells to read, top down, more than
    one where title and description have rows of their own. ``mark_place`` is the cell to point
    at. ``option_cells`` is used instead where each option has its own column: (number, anchor).
    ``due_cells`` hold the month of ② where it has cells of its own.
    """

    item_id: str
    sheet: int
    table: int  # place in Layout.tables
    text_cell: CellKey
    matched_by: MatchedBy
    title_written: str = ""  # the row's text where it differs from the form
    mark_place: CellKey | None = None
    mark_cells: tuple[CellKey, ...] = ()
    option_cells: tuple[tuple[int, CellKey], ...] = ()
    note_place: CellKey | None = None
    note_cells: tuple[CellKey, ...] = ()
    due_cells: tuple[CellKey, ...] = ()
    hidden: bool = False
    added: str = ""  # what stands behind the form's own text of the item

    @property
    def answer_cells(self) -> tuple[CellKey, ...]:
        """Give the check cells, whether of one column or of one for each option."""
        if not self.option_cells:
            return self.mark_cells
        return self.mark_cells + tuple(key for _, key in self.option_cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRow:
    """A row with content in the mark or note column that stands for no item."""

    sheet: int
    text_cell: CellKey
    text: str
    mark_cell: CellKey | None = None
    note_cell: CellKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A sheet, table or column whose answers do not count: (item, cell) of what stands in it.

    ``options`` are (item, (number, cell) …) instead where each option has a column of its own.
    ``head`` is the cell that says so, None for the sheet's name. ``beside``: a column that does
    not even ask for answers, like the one that shows last month's.
    """

    sheet: int
    called: str
    head: CellKey | None = None
    hidden: bool = False
    beside: bool = False
    marks: tuple[tuple[str, CellKey], ...] = ()
    options: tuple[tuple[str, tuple[tuple[int, CellKey], ...]], ...] = ()
    notes: tuple[CellKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the checklist lies in one workbook. ``rows`` are in sheet order, top down."""

    tables: tuple[TableFound, ...]
    rows: tuple[ItemRow, ...]
    other_rows: tuple[OtherRow, ...] = ()
    sheets: tuple[int, ...] = ()  # the sheets that count
    copies: tuple[str, ...] = ()  # other visible sheets that hold the checklist again
    aside: tuple[SetAside, ...] = ()
    doubted: tuple[
        tuple[int, str], ...
    ] = ()  # (sheet, its or its column's name) called dead, counted
    version_written: str = ""  # the printed name of another edition

"""Sheets whose items stand side by side: turned on their side, read as any other, turned back."""

from collections import defaultdict
from dataclasses import replace

from pipeline.locate.grid import Grid
from pipeline.model import Area, CellKey, RawSheet
from pipeline.model.layout import ItemRow, OtherRow, SetAside

_FEWEST = 4  # ids in one row; tables that stand side by side are fewer


def lies_across(grid: Grid) -> bool:
    """Tell whether most of a sheet's ids stand beside each other and not below each other."""
    if all(len(cells) < _FEWEST for cells in grid.rows.values()):
        return False
    rows: dict[int, set[str]] = defaultdict(set)
    columns: dict[int, set[str]] = defaultdict(set)
    for (row, column), said in grid.words.items():
        if said.begins and said.match is not None:
            rows[row].add(said.match.item_id)
            columns[column].add(said.match.item_id)
    across = [ids for ids in rows.values() if len(ids) >= _FEWEST]
    if not across or max(map(len, rows.values())) <= max(map(len, columns.values())):
        return False
    return len(set().union(*across)) * 2 > len(set().union(*rows.values()))


def turned(sheet: RawSheet) -> RawSheet:
    """Give a sheet with its rows as columns; twice gives the sheet itself."""
    return replace(
        sheet,
        cells={turned_key(key): cell for key, cell in sheet.cells.items()},
        merged=tuple(
            Area(top=area.left, left=area.top, bottom=area.right, right=area.bottom)
            for area in sheet.merged
        ),
        hidden_rows=sheet.hidden_columns,
        hidden_columns=sheet.hidden_rows,
        slim_rows=sheet.slim_columns,
        slim_columns=sheet.slim_rows,
        decorations={turned_key(key): each for key, each in sheet.decorations.items()},
        drawings=tuple(replace(each, row=each.column, column=each.row) for each in sheet.drawings),
        comments={turned_key(key): each for key, each in sheet.comments.items()},
        unseen={turned_key(key): each for key, each in sheet.unseen.items()},
    )


def turned_row(row: ItemRow) -> ItemRow:
    """Give an item's cells as they stand on the sheet that was turned."""
    return replace(
        row,
        text_cell=turned_key(row.text_cell),
        mark_place=row.mark_place and turned_key(row.mark_place),
        mark_cells=_keys(row.mark_cells),
        option_cells=tuple((number, turned_key(key)) for number, key in row.option_cells),
        note_place=row.note_place and turned_key(row.note_place),
        note_cells=_keys(row.note_cells),
        due_cells=_keys(row.due_cells),
    )


def turned_other(row: OtherRow) -> OtherRow:
    """Give the cells of what stands for no item as they stand on the sheet that was turned."""
    return replace(
        row,
        text_cell=turned_key(row.text_cell),
        mark_cell=row.mark_cell and turned_key(row.mark_cell),
        note_cell=row.note_cell and turned_key(row.note_cell),
    )


def turned_aside(aside: SetAside) -> SetAside:
    """Give the cells that do not count as they stand on the sheet that was turned."""
    return replace(
        aside,
        head=aside.head and turned_key(aside.head),
        marks=tuple((item_id, turned_key(key)) for item_id, key in aside.marks),
        options=tuple(
            (item_id, tuple((number, turned_key(key)) for number, key in cells))
            for item_id, cells in aside.options
        ),
        notes=_keys(aside.notes),
    )


def turned_key(key: CellKey) -> CellKey:
    """Give the cell of a turned sheet where a cell went, or came from."""
    return (key[1], key[0])


def _keys(keys: tuple[CellKey, ...]) -> tuple[CellKey, ...]:
    return tuple(map(turned_key, keys))

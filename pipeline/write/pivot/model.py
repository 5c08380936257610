"""What a caller says about the pivots: the table they count, and which field goes where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pipeline.frame.columns import Coded

Cell = str | int | float | None

_NO_ORDERS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotSource:
    """An Excel table as it stands on its sheet.

    ``header`` and ``columns`` equal the cells exactly, column by column and in the same order:
    Excel compares the names when it opens the file and the values when it refreshes.
    """

    sheet: str
    table: str
    header: tuple[str, ...]
    columns: tuple[Coded, ...]

    def __post_init__(self) -> None:
        """Refuse what Excel would refuse: a mistake of the caller."""
        if not all(self.header) or len({name.casefold() for name in self.header}) < self.width:
            raise ValueError("header: a name is empty or stands twice")
        if len(self.columns) != self.width:
            raise ValueError(f"{len(self.columns)} columns, and the header names {self.width}")
        if len({len(column) for column in self.columns}) != 1:
            raise ValueError("columns of different length")

    @property
    def width(self) -> int:
        """Give the number of columns."""
        return len(self.header)

    @property
    def count(self) -> int:
        """Give the number of rows."""
        return len(self.columns[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotTable:
    """One table that counts rows: ``rows`` down, ``columns`` across.

    ``detail`` is a second row field in a column of its own: the title to an id. ``page`` filters
    by one value of a field: (field, value). ``sorted_rows`` keeps the row labels in ascending
    order, also those that a refresh brings in. ``widths`` are those of the label columns in
    characters of the standard font.
    """

    name: str
    title: str
    rows: str
    columns: str
    detail: str | None = None
    page: tuple[str, str] | None = None
    sorted_rows: bool = False
    widths: tuple[float, ...] = (16.0,)

    @property
    def labels(self) -> tuple[str, ...]:
        """Give the row fields, outer first."""
        return (self.rows,) if self.detail is None else (self.rows, self.detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slicer:
    """A box of buttons that filters the named tables by ``field``."""

    field: str
    tables: tuple[str, ...]
    columns: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotDesign:
    """All tables and slicers of the sheet.

    ``counted`` is the field whose values are counted; it is never empty and on no axis.
    ``orders`` gives the display order of a field's values; values not named follow in the order
    they come in the rows. ``lead`` is said under the title.
    """

    tables: tuple[PivotTable, ...]
    slicers: tuple[Slicer, ...]
    counted: str
    title: str = "ピボット"
    lead: str = ""
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NO_ORDERS)

    def fields(self) -> tuple[str, ...]:
        """Give every field whose values are listed as items, without repetition."""
        pages = [table.page[0] for table in self.tables if table.page]
        axes = [name for table in self.tables for name in (*table.labels, table.columns)]
        return tuple(dict.fromkeys([*axes, *pages, *(slicer.field for slicer in self.slicers)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotFields:
    """The header names of the columns that the three standard tables use."""

    item: str
    item_title: str
    respondent: str
    respondent_name: str
    status: str
    due: str
    category: str
    role: str
    counted: str


def standard_design(fields: PivotFields, *, statuses: tuple[str, ...], planned: str) -> PivotDesign:
    """Give 項目×回答, 団体×回答 and 予定月×分野, with slicers for 分野, 役割 and 回答.

    ``statuses`` are the labels in display order; ``planned`` is the one that carries a due month.
    The third table is filtered by it, hence stands apart from the slicer of 回答.
    """
    # Long: a line for each pivot.
    by_item = PivotTable(
        name="ピボット_項目別",
        title="項目 × 回答",
        rows=fields.item,
        detail=fields.item_title,
        columns=fields.status,
        widths=(18.0, 60.0),
    )
    by_respondent = PivotTable(
        name="ピボット_団体別",
        title="団体 × 回答",
        rows=fields.respondent,
        detail=fields.respondent_name,
        columns=fields.status,
        widths=(14.0, 28.0),
    )
    by_month = PivotTable(
        name="ピボット_予定月別",
        title=f"予定月 × 分野（{planned}のみ）",
        rows=fields.due,
        columns=fields.category,
        page=(fields.status, planned),
        sorted_rows=True,
        widths=(16.0,),
    )
    everywhere = (by_item.name, by_respondent.name, by_month.name)
    return PivotDesign(
        tables=(by_item, by_respondent, by_month),
        slicers=(
            Slicer(field=fields.category, tables=everywhere),
            Slicer(field=fields.role, tables=everywhere),
            Slicer(field=fields.status, tables=everywhere[:2], columns=2),
        ),
        counted=fields.counted,
        lead="ボタン（スライサー）を押すと、押した分だけの集計になります。"
        "もとは「明細」で、開いたときに自動で更新されます。",
        orders={fields.status: statuses},
    )

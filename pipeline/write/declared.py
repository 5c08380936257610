"""The columns of 明細 and of the data files, as columns.toml declares them."""

from dataclasses import dataclass

from pipeline.texts.tables import table_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DataColumn:
    """One column; see columns.toml for what each field says."""

    means: str
    name: str = ""
    head: str = ""
    width: float = 0
    of: str = ""
    shown: str = ""
    data: str = ""
    kind: str = ""

    @property
    def source(self) -> str:
        """Give the column of the frame that it is made of."""
        return self.of or self.name


TABLES = {
    table: tuple(DataColumn(**column) for column in columns)
    for table, columns in table_of(__file__, "columns").items()
}
# Whether a column of that name is text, a number and so on; the same in every table.
KINDS = {one.name: one.kind for columns in TABLES.values() for one in columns if one.kind}
NAMES = {table: tuple(one.name for one in columns if one.name) for table, columns in TABLES.items()}
EVERYWHERE = frozenset({"month", "compared_with"})  # the same in all lines of a month

"""The columns of 明細 and of the data files, as columns.toml declares them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


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


_WRITTEN = tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))
TABLES = {
    table: tuple(DataColumn(**column) for column in columns) for table, columns in _WRITTEN.items()
}
# Whether a column of that name is text, a number and so on; the same in every table.
KINDS = {one.name: one.kind for columns in TABLES.values() for one in columns if one.kind}
NAMES = {table: tuple(one.name for one in columns if one.name) for table, columns in TABLES.items()}
EVERYWHERE = frozenset({"month", "compared_with"})  # the same in all lines of a month

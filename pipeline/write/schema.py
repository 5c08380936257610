"""data/schema.json describes the CSV files of a month for tools: a Frictionless data package."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.model import FileState, Severity, Status
from pipeline.write.data import DataTable
from pipeline.write.declared import TABLES, DataColumn

SCHEMA = "schema.json"
_VALUES = {  # of the kinds that name some
    "status": [status.value for status in Status],
    "severity": [severity.value for severity in Severity],
    "state": [state.value for state in FileState],
}


def write_schema(tables: Sequence[DataTable], folder: Path) -> None:
    """Write schema.json beside the files it describes; the same tables give the same bytes."""
    package = {
        "profile": "tabular-data-package",
        "name": "torimatome",
        "resources": [_resource(table) for table in tables],
    }
    text = json.dumps(package, ensure_ascii=False, indent=2)
    (folder / SCHEMA).write_text(text + "\n", encoding="utf-8", newline="\n")


def _resource(table: DataTable) -> dict[str, Any]:
    declared = {one.name: one for one in TABLES[table.name]}
    columns = [declared.get(head, DataColumn(name=head, means="")) for head in table.heads]
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"'},
        "schema": {
            "fields": [*map(_field, columns)],
            "missingValues": [""],
        },
    }


def _field(column: DataColumn) -> dict[str, Any]:
    """Describe a column; an id is text, whatever digits it consists of."""
    kind = "string" if column.kind in {"", "list", *_VALUES} else column.kind
    field: dict[str, Any] = {"name": column.name, "type": kind, "description": column.means}
    if kind == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    if column.name == "month":
        field["constraints"] = {"required": True}
    if column.kind in _VALUES:
        field["constraints"] = {"enum": _VALUES[column.kind]}
    return field

"""data/schema.json describes the CSV files of a month for tools: a Frictionless data package."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline.model import FileState, Severity, Status
from pipeline.write.codes import TABLES
from pipeline.write.columns import DATA_COLUMNS
from pipeline.write.typed import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.write.data import DataTable

SCHEMA = "schema.json"
_MONTHS = frozenset({
    "month", "due", "due_before", "compared_with", "old_due", "new_due", "first_said", "first_due",
    "overdue_since", "last_said",
})  # fmt: skip
_STATUSES = [status.value for status in Status]
_VALUES = {
    ("answers", "status"): _STATUSES,
    ("answers", "status_before"): _STATUSES,
    ("changes", "old_status"): _STATUSES,
    ("changes", "new_status"): _STATUSES,
    ("findings", "severity"): [severity.value for severity in Severity],
    ("files", "state"): [state.value for state in FileState],
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
    meanings = _meanings(table.name)
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"'},
        "schema": {
            "fields": [_field(table.name, head, meanings.get(head, "")) for head in table.heads],
            "missingValues": [""],
        },
    }


def _meanings(table: str) -> Mapping[str, str]:
    if table in TABLES:
        return dict(zip(*TABLES[table], strict=True))
    return {column.key: column.meaning for column in DATA_COLUMNS}


def _field(table: str, head: str, meaning: str) -> dict[str, Any]:
    """Describe a column; an id is text, whatever digits it consists of."""
    kind = "yearmonth" if head in _MONTHS else KINDS.get(head, "string")
    field: dict[str, Any] = {
        "name": head,
        "type": "string" if kind == "list" else kind,
        "description": meaning,
    }
    if kind == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    if head == "month":
        field["constraints"] = {"required": True}
    if (table, head) in _VALUES:
        field["constraints"] = {"enum": _VALUES[table, head]}
    return field

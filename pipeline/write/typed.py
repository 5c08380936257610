"""The typed columns of the data files: what each holds besides text, and the tables of Arrow."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.write.declared import KINDS
from pipeline.write.safe import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.frame.columns import Coded
    from pipeline.write.data import DataTable

_READ: Mapping[str, Callable[[Any], Any]] = {
    "integer": lambda field: None if field == "" else field,
    "boolean": lambda field: None if field == "" else field,
    "date": lambda field: date.fromisoformat(field) if field else None,
    "list": lambda field: plain_text(field or "").split(),
}


def arrow_table(table: DataTable) -> Any:
    """Give typed columns: whole numbers, truth values, days and lists; null for what is missing.

    Texts are places in a dictionary, which keep a large month small on the way; files say string.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to import; --help must not pay for it

    arrays = [_typed(head, of) for head, of in zip(table.heads, table.columns, strict=True)]
    return pa.Table.from_arrays(arrays, names=list(table.heads))


def _typed(head: str, column: Coded) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - slow to import; --help must not pay for it

    kind = KINDS.get(head, "")
    if kind not in _READ:
        texts = column.of(_text)
        empty = np.array([text is None for text in texts.values], bool)
        places = pa.array(texts.codes.astype(np.int32), mask=empty[texts.codes])
        words = pa.array([text or "" for text in texts.values], pa.string())
        return pa.DictionaryArray.from_arrays(places, words)
    types = {
        "integer": pa.int64(), "boolean": pa.bool_(), "date": pa.date32(),
        "list": pa.list_(pa.string()),
    }  # fmt: skip
    values = pa.array([_READ[kind](field) for field in column.values], types[kind])
    return values.take(pa.array(column.codes))


def _text(field: Any) -> str | None:
    text = field.value if isinstance(field, Enum) else field
    return plain_text(text) if text else None


def plain_texts(table: Any) -> Any:
    """Give a table whose texts are texts, not places in a dictionary."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import

    stored = (pa.types.is_dictionary, pa.types.is_large_string, pa.types.is_null)
    fields = [
        each.with_type(pa.string()) if any(test(each.type) for test in stored) else each
        for each in table.schema
    ]
    return table.cast(pa.schema(fields))

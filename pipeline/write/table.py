"""Rows of a long table put together by Arrow: each joined of what was made of its columns' values.

What is made of a value (its cell, its field in a CSV, its place in the pivot cache) is made once
for each (`columns.Coded`); no row is a Python object.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.frame.columns import Coded

pa.set_memory_pool(pa.system_memory_pool())  # its own keeps what it once had: 50 MB
BATCH = 4_096  # rows put together at once: of 16,384 the memory is four times as large
Field = str | int | float | None  # a truth value is an int


def strings(column: Coded, made: Sequence[str | None]) -> Any:
    """Give an Arrow column: for each row what was made of its value."""
    return pa.array(made, pa.string()).take(pa.array(column.codes))


def joined(
    columns: Sequence[Coded],
    made: Sequence[Sequence[str | None]],
    *,
    before: str = "",
    between: str = "",
    after: str = "",
) -> Iterator[memoryview]:
    """Give the bytes of all rows, each joined of what ``made`` holds for the values of columns."""
    texts = [pa.array(strings, pa.string()) for strings in made]
    for start in range(0, len(columns[0]), BATCH):
        parts = [
            text.take(pa.array(column.codes[start : start + BATCH]))
            for text, column in zip(texts, columns, strict=True)
        ]
        parts[0] = pc.binary_join_element_wise(before, parts[0], "")
        parts[-1] = pc.binary_join_element_wise(parts[-1], after, "")
        yield bytes_of(pc.binary_join_element_wise(*parts, between))


def bytes_of(strings: Any) -> memoryview:
    """Give the bytes of an Arrow column of strings, one behind another."""
    _, offsets, content = strings.buffers()
    ends = np.frombuffer(offsets, np.int32, len(strings) + 1, strings.offset * 4)
    return memoryview(content or b"")[ends[0] : ends[-1]]

"""What long tables are made of: columns, joined rows, and the archive they go into."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.frame.columns import columns_of, encoded, together
from pipeline.machine import zipped
from pipeline.machine.zipped import write_archive
from pipeline.write.table import BATCH, joined

FIELDS = st.none() | st.text(max_size=3) | st.integers(-3, 3)
ROWS = st.lists(st.tuples(FIELDS, FIELDS, FIELDS), max_size=20)


@given(st.lists(FIELDS, max_size=30))
def test_a_column_gives_back_its_values(values: list[str | int | None]) -> None:
    column = encoded(values)
    assert list(column) == values
    assert len(column.values) == len(set(values))
    assert list(column.of(repr)) == [repr(value) for value in values]
    merged = column.of(lambda value: isinstance(value, str))
    assert list(merged) == [isinstance(value, str) for value in values]
    assert len(merged.values) == len(set(merged.values))


@pytest.mark.parametrize("size", [1, 256, 257, 65_536, 65_537])
def test_columns_of_any_variety_are_whole(size: int) -> None:
    values = [*range(size), *range(size)]
    assert list(encoded(values)) == values


@given(ROWS)
def test_rows_put_together_are_those_of_their_cells(rows: list[tuple[str | int | None]]) -> None:
    columns = columns_of(rows, 3)
    texts = [[str(value) for value in column.values] for column in columns]
    pieces = joined(columns, texts, before="<", between=",", after=">")
    assert b"".join(pieces).decode() == "".join(f"<{','.join(map(str, row))}>" for row in rows)


def test_long_columns_are_joined_in_batches_without_loss() -> None:
    values = [*range(3 * BATCH + 1)]
    column = encoded(values)
    pieces = [*joined([column], [[f"{value};" for value in column.values]])]
    assert len(pieces) == 4
    assert b"".join(pieces).decode() == "".join(f"{value};" for value in values)


@given(st.lists(FIELDS, min_size=1, max_size=30), st.data())
def test_some_rows_bring_their_values_only(
    values: list[str | int | None], data: st.DataObject
) -> None:
    """What no row of a public list holds must not stand in the file."""
    rows = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=10))
    some = encoded(values).take(rows)
    assert list(some) == [values[row] for row in rows]
    assert set(some.values) == {values[row] for row in rows}


@given(ROWS)
def test_columns_are_put_together_as_row_by_row(rows: list[tuple[str | int | None, ...]]) -> None:
    first, second, _ = columns_of(rows, 3)
    asked: list[object] = []

    def make(one: object, other: object) -> str:
        asked.append((one, other))
        return f"{one}/{other}"

    assert [*together(make, first, second)] == [f"{row[0]}/{row[1]}" for row in rows]
    assert len(asked) == len(set(asked))


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="not 2 values"):
        columns_of([("a", "b"), ("c",)], 2)


@pytest.mark.parametrize("quick", [True, False])
def test_an_archive_holds_its_parts_and_is_the_same_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: bool
) -> None:
    """With zlib-ng and without; a part without pieces is an empty one."""
    if not quick:
        monkeypatch.setattr(zipped, "zlib_ng", None)
    parts: dict[str, list[bytes | memoryview]] = {
        "部品.xml": [b"a" * 100_000, memoryview(bytes(range(256)) * 99)],
        "other": [],
    }
    for name in ("one.zip", "two.zip"):
        write_archive(tmp_path / name, parts)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.testzip() is None  # reads everything and compares the checksums
        assert {name: archive.read(name) for name in archive.namelist()} == {
            name: b"".join(pieces) for name, pieces in parts.items()
        }
        assert archive.getinfo("部品.xml").date_time == (1980, 1, 1, 0, 0, 0)
        assert archive.getinfo("部品.xml").compress_size < 3_000


def test_zlib_ng_is_what_compresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The compressor is put inside an entry of the standard library: a new one may hide it."""
    write_archive(tmp_path / "quick.zip", {"a": [b"0123456789" * 9_999]})
    monkeypatch.setattr(zipped, "zlib_ng", None)
    write_archive(tmp_path / "plain.zip", {"a": [b"0123456789" * 9_999]})
    assert (tmp_path / "quick.zip").read_bytes() != (tmp_path / "plain.zip").read_bytes()

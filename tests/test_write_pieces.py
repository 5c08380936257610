"""What long tables are made of: columns, compressed pieces, and the second process."""

import io
import zipfile
import zlib
from pathlib import Path

import pytest
from batches import make_batch, make_findings, make_settings
from hypothesis import given
from hypothesis import strategies as st

from pipeline.summarise import summarise
from pipeline.write import apart, write
from pipeline.write.table import batches, columns_of, encoded, joined
from pipeline.write.zipped import ZipWriter, crc_of, pack

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
    made = list(joined(texts, [column.codes for column in columns], ","))
    assert made == [",".join(map(str, row)) for row in rows]


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="not 2 values"):
        columns_of([("a", "b"), ("c",)], 2)


def test_pieces_of_text_lose_nothing_in_batches() -> None:
    assert b"".join(batches(map(str, range(1000)), 7)).decode() == "".join(map(str, range(1000)))


@given(st.lists(st.lists(st.binary(max_size=200), max_size=3), min_size=1, max_size=4))
def test_a_part_made_of_pieces_reads_as_their_sum(pieces: list[list[bytes]]) -> None:
    whole = b"".join(b"".join(piece) for piece in pieces)
    file = io.BytesIO()
    writer = ZipWriter(file)
    writer.add("部品.xml", *[pack(piece) for piece in pieces])
    writer.add("other", pack([b"x"]))
    writer.close()
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None  # reads everything and compares the checksums
        assert archive.read("部品.xml") == whole
        assert archive.getinfo("部品.xml").file_size == len(whole)


def test_checksums_of_long_pieces_join() -> None:
    contents = bytes(range(256)) * 9_000, b"\xff" * 2_500_000
    pieces = [pack([content]) for content in contents]
    assert crc_of(pieces) == zlib.crc32(b"".join(contents))
    for piece in pieces:
        piece.file.close()


def test_a_second_process_writes_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = make_batch(4, hostile=True)
    report = summarise(batch, make_findings(batch), make_settings())
    for name, least in (("here", 10**9), ("apart", 0)):
        monkeypatch.setattr(apart, "WORTH_A_PROCESS", least)
        (tmp_path / name).mkdir()
        write(report, tmp_path / name, make_settings())
    here = {p.relative_to(tmp_path / "here"): p for p in (tmp_path / "here").rglob("*.*")}
    other = {p.relative_to(tmp_path / "apart"): p for p in (tmp_path / "apart").rglob("*.*")}
    assert here.keys() == other.keys()
    for place, path in here.items():
        assert path.read_bytes() == other[place].read_bytes(), place

"""Custom properties of a workbook: they tell whose a form is, whatever it was saved as."""

import struct
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from issued_books import packed

from pipeline.formats.package import Package
from pipeline.formats.properties import _user_defined, ods_properties, xls_properties
from pipeline.settings import Limits

USER_DEFINED = bytes.fromhex("05d5cdd59c2e1b10939708002b2cf9ae")
MARKS = {"torimatome.respondent": "若葉市", "torimatome.month": "2026-11"}


def summary(marks: Mapping[str, str], page: int, *, wide: bool) -> bytes:
    """Give a property set as [MS-OLEPS] describes it: names and texts in a code page."""
    encoding = {1200: "utf-16-le", 65001: "utf-8"}.get(page, f"cp{page}")

    def text(value: str, kind: str = encoding) -> bytes:
        return (value + "\0").encode(kind)

    names = struct.pack("<I", len(marks))
    values = []
    for number, (name, value) in enumerate(marks.items(), start=2):
        stored = text(name)
        letters = len(stored) // 2 if page == 1200 else len(stored)
        names += struct.pack("<II", number, letters) + stored
        names += b"\0" * (-len(stored) % 4 if page == 1200 else 0)
        stored = text(value, "utf-16-le") if wide else text(value)
        size = len(stored) // 2 if wide else len(stored)
        values.append(struct.pack("<II", 0x1F if wide else 0x1E, size) + stored)
    values.append(struct.pack("<II", 0x0B, 0xFFFF))  # a truth value, which is no text
    names += b"\0" * (-len(names) % 4)
    parts = [names, struct.pack("<IHH", 2, page, 0), *values]
    at, places = 8 + 8 * len(parts), b""
    for number, part in enumerate(parts):
        places += struct.pack("<II", number, at)
        at += len(part)
    section = struct.pack("<II", at, len(parts)) + places + b"".join(parts)
    head = struct.pack("<HHI16sI", 0xFFFE, 0, 0, b"\0" * 16, 2)
    return (
        head + b"\1" * 16 + struct.pack("<I", 68) + USER_DEFINED + struct.pack("<I", 68) + section
    )


@pytest.mark.parametrize(
    ("page", "wide"), [(932, False), (1200, False), (65001, False), (932, True), (1200, True)]
)
def test_the_summary_of_an_xls_in_every_way_to_write_it(page: int, wide: bool) -> None:
    assert _user_defined(summary(MARKS, page, wide=wide)) == MARKS


def test_an_xls_without_our_marks_is_not_opened_for_them() -> None:
    assert xls_properties(b"\xd0\xcf\x11\xe0 nothing of ours") == {}
    assert xls_properties(b"\xd0\xcf\x11\xe0 torimatome. in what is no file") == {}


@given(place=st.integers(0, 400), letter=st.integers(0, 255), length=st.integers(0, 500))
def test_a_damaged_summary_is_one_without_properties(place: int, letter: int, length: int) -> None:
    stream = bytearray(summary(MARKS, 932, wide=False))
    stream[place % len(stream)] = letter
    try:
        found = _user_defined(bytes(stream[:length]))
    except (struct.error, ValueError, LookupError):
        return  # as `xls_properties` takes it
    assert all(isinstance(text, str) for text in found.values())


def test_what_an_ods_tells_of_itself() -> None:
    meta = (
        '<office:document-meta xmlns:office="urn:o" xmlns:meta="urn:m"><office:meta>'
        '<meta:user-defined meta:name="torimatome.respondent" meta:value-type="string">S01'
        "</meta:user-defined></office:meta></office:document-meta>"
    )
    package = Package(packed({"meta.xml": meta.encode()}), Limits())
    assert ods_properties(package) == {"torimatome.respondent": "S01"}
    broken = Package(packed({"meta.xml": b"<torimatome."}), Limits())
    assert ods_properties(broken) == {}
    assert ods_properties(Package(packed({"content.xml": b"<a/>"}), Limits())) == {}

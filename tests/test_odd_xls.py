"""Old workbooks (.xls) as other programs write them: read whole, or as values, and that is said."""

import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import biff
import pytest
import xlwt
from biff import Record
from msoffcrypto.method.xor_obfuscation import DocumentXOR
from test_odd_packages import EXPECTED, cells
from workbooks import read, source_of

from pipeline.formats import read_workbook
from pipeline.model import RawWorkbook, Unreadable, UnreadableReason
from pipeline.rules.unreadable import words_of
from pipeline.settings import Limits


def book() -> xlwt.Workbook:
    made = xlwt.Workbook()
    sheet = made.add_sheet("チェックシート")
    struck = xlwt.easyxf("font: struck_out on")
    for (row, column), text in EXPECTED.items():
        sheet.write(
            row, column, text, struck if (row, column) == (2, 1) else xlwt.Style.default_style
        )
    return made


def area(token: int) -> bytes:
    """Give a formula that is one relative area, as names have it."""
    return struct.pack("<BHHHH", token, 0, 50, 0xC000, 0xC003)


def put_in(*more: Record) -> Callable[[list[Record]], object]:
    return lambda found: found.insert(len(found) - 1, more[0])


XLS: Mapping[str, Callable[[list[Record]], object]] = {
    "RSTRING": lambda found: biff.text_cells(found, biff.RSTRING, struct.pack("<H", 0)),
    "LABEL": lambda found: biff.text_cells(found, biff.LABEL),
    "AreaN in a name": lambda found: biff.name(found, area(0x2D)),
    "AreaN in a name, by value": lambda found: biff.name(found, area(0x4D)),
    "RefN in a name": lambda found: biff.name(found, struct.pack("<BHH", 0x2C, 0, 0xC000)),
    "a name that is nothing known": lambda found: biff.name(found, b"\x1f\x1f\xff"),
    "an empty name": lambda found: biff.name(found, b""),
    "a broken hyperlink": put_in(Record(biff.HYPERLINK, bytes(8) + b"\x01" * 20)),
    "a broken country": lambda found: found.insert(3, Record(biff.COUNTRY, b"\x51")),
    "no sizes of the sheet": lambda found: found.__setitem__(
        slice(None), [record for record in found if record.code != biff.DIMENSIONS]
    ),
    "no code page": lambda found: found.__setitem__(
        slice(None), [record for record in found if record.code != biff.CODEPAGE]
    ),
    "more strings announced": lambda found: biff.announce(found, 99_999, 10_000),
    "fewer strings announced": lambda found: biff.announce(found, 1, 3),
    "no string announced": lambda found: biff.announce(found, 0, 0),
    "strings without end announced": lambda found: biff.announce(found, 0xFFFFFFFF, 0xFFFFFFFF),
    "fewer strings in all": lambda found: biff.announce(found, 0, len(biff.texts(found))),
}


@pytest.mark.parametrize("name", XLS)
def test_an_odd_xls_is_read_whole(name: str, tmp_path: Path) -> None:
    """What is beside the point of the cells costs neither them nor how they look."""
    workbook = read(tmp_path, biff.edited(book(), XLS[name]), "返送.xls")
    assert cells(workbook) == EXPECTED
    assert workbook.complete
    assert workbook.sheets[0].decorations[2, 1].struck


@pytest.mark.parametrize(
    "more",
    [
        Record(biff.NOTE, bytes(8) + b"\x05"),
        Record(biff.OBJECT, b"\x15\x00\x12"),
        Record(biff.OBJECT_TEXT, bytes(18)),
    ],
    ids=["comment", "object", "text of none"],
)
def test_a_broken_comment_costs_the_comments_alone(more: Record, tmp_path: Path) -> None:
    workbook = read(tmp_path, biff.edited(book(), put_in(more)), "返送.xls")
    assert cells(workbook) == EXPECTED
    assert workbook.complete
    assert "コメント" in workbook.sheets[0].unsupported
    assert workbook.sheets[0].decorations[2, 1].struck


def test_a_stream_without_its_file_is_read(tmp_path: Path) -> None:
    assert cells(read(tmp_path, book().get_biff_data(), "返送.xls")) == EXPECTED


VALUES_ALONE: Mapping[str, Callable[[list[Record]], object]] = {
    "a colour table cut short": lambda found: found.insert(3, Record(biff.PALETTE, b"\x38\0" * 5)),
    "a row cut short": biff.cut_rows_short,
}


@pytest.mark.parametrize("name", VALUES_ALONE)
def test_of_a_damaged_xls_the_values_are_read_and_that_is_said(name: str, tmp_path: Path) -> None:
    workbook = read(tmp_path, biff.edited(book(), VALUES_ALONE[name]), "返送.xls")
    assert cells(workbook) == EXPECTED
    assert not workbook.complete


def entry(place: int, form: str, *values: int) -> Callable[[bytearray, int, int], object]:
    """Write into the directory's entry of the workbook stream."""
    return lambda content, _, at: struct.pack_into(form, content, at + 128 + place, *values)


SECTORS: Mapping[str, Callable[[bytearray, int, int], object]] = {
    "the table not marked as such": lambda content, table, _: struct.pack_into(
        "<i", content, table + 4 * struct.unpack_from("<I", content, 76)[0], -1
    ),
    "more tables announced": lambda content, *_: struct.pack_into("<I", content, 44, 9),
    "short sectors that are not there": lambda content, *_: struct.pack_into(
        "<II", content, 60, 7, 1
    ),
    "a further table that is none": lambda content, *_: struct.pack_into("<iI", content, 68, -4, 1),
    "a strange colour": entry(67, "<B", 9),
    "siblings in a ring": entry(68, "<ii", 1, 1),
    "a root without children": lambda content, _, at: struct.pack_into("<i", content, at + 76, -1),
    "a stream that claims to be longer": entry(120, "<I", 60_000),
}


@pytest.mark.parametrize("name", SECTORS)
def test_odd_sectors_cost_no_xls(name: str, tmp_path: Path) -> None:
    content = biff.sectors(biff.compound(book().get_biff_data()), SECTORS[name])
    assert cells(read(tmp_path, content, "返送.xls")) == EXPECTED


def test_an_xls_that_is_cut_short_by_part_of_a_sector_is_read(tmp_path: Path) -> None:
    content = biff.compound(book().get_biff_data())
    assert cells(read(tmp_path, content[:-100], "返送.xls")) == EXPECTED


PASSWORD = "Wakaba26"  # noqa: S105 - of files made here


def obfuscated() -> bytes:
    """Give a workbook that Excel 95 protected with a password, after [MS-OFFCRYPTO] 2.3.7.3."""
    found = list(biff.records(book().get_biff_data()))
    key = DocumentXOR.create_xor_key_method1(PASSWORD)
    verifier = next(n for n in range(1 << 16) if DocumentXOR.verifypw(PASSWORD, n))
    found.insert(1, Record(biff.FILEPASS, struct.pack("<HHH", 0, key, verifier)))
    # What follows the records is zeros: records of nothing, if they are fours.
    found.insert(2, Record(0x0FFF, bytes(-len(biff.stream_of(found)) % 4)))
    letters = DocumentXOR.create_xor_array_method1(PASSWORD)
    content = bytearray(biff.stream_of(found))
    place = 0
    while place + 4 <= len(content):
        code, size = struct.unpack_from("<HH", content, place)
        place += 4
        plain = {biff.BOF: size, biff.FILEPASS: size, 0x00E1: size, biff.BOUNDSHEET: 4}.get(code, 0)
        for at in range(place + plain, place + size):
            byte = content[at]
            turned = (byte << 5 | byte >> 3) & 0xFF
            content[at] = turned ^ letters[(at + size) % 16]
        place += size
    return biff.compound(bytes(content))


def test_a_password_of_old_excel_opens_and_is_asked_for(tmp_path: Path) -> None:
    source = source_of(tmp_path, obfuscated(), "返送.xls")
    refused = read_workbook(source, limits=Limits(), passwords=("違う",))
    assert isinstance(refused, Unreadable)
    assert refused.reason is UnreadableReason.PASSWORD
    assert words_of(refused).code == "F101"
    assert "パスワード" in words_of(refused).ask
    opened = read_workbook(source, limits=Limits(), passwords=("違う", PASSWORD))
    assert isinstance(opened, RawWorkbook), opened
    assert cells(opened) == EXPECTED

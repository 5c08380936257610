"""One sheet in every format gives equal values, and independent readers agree on them."""

import csv
import hashlib
import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from gates.tools import convert
from hostile import ods_with
from msoffcrypto.format.ooxml import OOXMLFile
from msoffcrypto.method.container.ecma376_encrypted import ECMA376Encrypted
from msoffcrypto.method.ecma376_standard import ECMA376Standard
from python_calamine import CalamineWorkbook
from workbooks import Rows, Sheet, read, record, source_of, table, xls, xlsb, xlsx

from pipeline.formats import read_workbook, styles, xlsb_styles
from pipeline.model import (
    CellKey,
    CellKind,
    FileKind,
    RawCell,
    RawWorkbook,
    Unreadable,
    UnreadableReason,
    address,
)
from pipeline.settings import Limits

GOLDEN = Path(__file__).parent / "golden"
LIMITS = Limits()
ROWS: Rows = (
    *table("""
        項目 | チェック欄 | 補足説明欄
        ガバナンス①-1 | ① | 策定済み
        ガバナンス①-2 | ②（12月）\\n予定 | 　全角
    """),
    ("ガバナンス①-3", 3, "数値"),
    ("ガバナンス①-4", 2.5, None),
    ("ガバナンス①-5", True, "真偽"),
)


def ods(rows: Rows) -> bytes:
    """Give an .ods; a line break is a paragraph of its own."""
    kinds = {bool: "boolean", int: "float", float: "float"}
    listed = ""
    for row in rows:
        listed += "<table:table-row>"
        for value in row:
            if isinstance(value, str) or value is None:
                paragraphs = "".join(f"<text:p>{p}</text:p>" for p in (value or "").split("\n"))
                listed += f"<table:table-cell>{paragraphs}</table:table-cell>"
            else:
                kind = kinds[type(value)]
                name = "boolean-value" if kind == "boolean" else "value"
                listed += (
                    f'<table:table-cell office:value-type="{kind}"'
                    f' office:{name}="{str(value).lower()}"/>'
                )
        listed += "</table:table-row>"
    return ods_with(listed)


def csv_bytes(rows: Rows, encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(
        [["TRUE" if value is True else value for value in row] for row in rows]
    )
    return text.getvalue().encode(encoding)


def html(rows: Rows) -> bytes:
    body = "".join(
        "<tr>"
        + "".join(
            f"<td>{'TRUE' if v is True else str(v or '').replace(chr(10), '<br>')}</td>"
            for v in row
        )
        + "</tr>"
        for row in rows
    )
    return f'<html><head><meta charset="shift_jis"></head><table>{body}</table>'.encode("cp932")


MATRIX: dict[str, tuple[FileKind, Callable[[], bytes]]] = {
    "xlsx": (FileKind.XLSX, lambda: xlsx(Sheet(rows=ROWS))),
    "inline": (FileKind.XLSX, lambda: xlsx(Sheet(rows=ROWS), shared=False)),
    "xlsm": (FileKind.XLSM, lambda: xlsx(Sheet(rows=ROWS), macros=True)),
    "strict": (FileKind.XLSX, lambda: xlsx(Sheet(rows=ROWS), strict=True)),
    "xlsb": (FileKind.XLSB, lambda: xlsb(ROWS)),
    "xls": (FileKind.XLS, lambda: xls(ROWS)),
    "ods": (FileKind.ODS, lambda: ods(ROWS)),
    "csv": (FileKind.CSV, lambda: csv_bytes(ROWS, "cp932")),
    "csv_utf8": (FileKind.CSV, lambda: csv_bytes(ROWS, "utf-8-sig")),
    "csv_utf16": (FileKind.CSV, lambda: csv_bytes(ROWS, "utf-16")),
    "html": (FileKind.HTML, lambda: html(ROWS)),
}
TYPELESS = {FileKind.CSV, FileKind.HTML}


@pytest.mark.parametrize("name", MATRIX)
def test_every_format_gives_the_same_values(name: str, tmp_path: Path) -> None:
    kind, build = MATRIX[name]
    workbook = read(tmp_path, build(), "返送.bin")
    assert workbook.kind is kind
    kinds = {bool: CellKind.BOOLEAN, int: CellKind.NUMBER, float: CellKind.NUMBER}
    expected = {
        (row, column): RawCell(
            kind=CellKind.TEXT if kind in TYPELESS else kinds.get(type(value), CellKind.TEXT),
            text="TRUE" if value is True else str(value),
        )
        for row, values in enumerate(ROWS)
        for column, value in enumerate(values)
        if value is not None
    }
    assert dict(workbook.sheets[0].cells) == expected


def calamine_cells(content: bytes, sheet: str) -> dict[CellKey, object]:
    """Give what calamine reads, by 0-based place; it tells errors as empty."""
    found = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(sheet)
    return {
        (row, column): value
        for row, values in enumerate(found.to_python(skip_empty_area=False))
        for column, value in enumerate(values)
        if value != ""
    }


def as_calamine(cell: RawCell) -> object:
    """Give the value of a cell as calamine gives it."""
    match cell.kind:
        case CellKind.NUMBER:
            return float(cell.text)
        case CellKind.BOOLEAN:
            return cell.text == "TRUE"
        case _:
            return cell.text


def from_calamine(value: object) -> object:
    match value:
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return str(value).rjust(8, "0")
        case str():
            return value
    return value


BOOKS = sorted(
    path
    for path in GOLDEN.rglob("*")
    if path.suffix in {".xlsx", ".xlsm", ".xls", ".ods", ".xlsb"}
    # calamine gives durations another way
    and not path.name.startswith(("locked", "excel_base"))
)


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.name)
def test_golden_file_as_an_independent_reader_sees_it(path: Path, tmp_path: Path) -> None:
    """Every value of every golden workbook is the one that calamine finds there."""
    content = path.read_bytes()
    outcome = read_workbook(source_of(tmp_path, content, path.name), limits=LIMITS)
    assert isinstance(outcome, RawWorkbook), outcome
    for sheet in outcome.sheets:
        silent = {CellKind.ERROR, CellKind.NO_VALUE}
        ours = {
            key: as_calamine(cell) for key, cell in sheet.cells.items() if cell.kind not in silent
        }
        theirs = {
            key: from_calamine(value)
            for key, value in calamine_cells(content, sheet.name).items()
            if key in ours or sheet.cells.get(key) is None
        }
        if outcome.kind is FileKind.ODS:
            # calamine takes the text of an object in a cell for the cell's own
            theirs = {
                key: value[: len(str(ours.get(key, value)))] if isinstance(value, str) else value
                for key, value in theirs.items()
            }
        assert ours == theirs


@pytest.mark.parametrize("name", ["xlsx", "inline", "strict", "xlsb", "xls"])
def test_built_format_as_an_independent_reader_sees_it(name: str) -> None:
    """The builders of the tests write what others can read: no closed circle."""
    content = MATRIX[name][1]()
    assert calamine_cells(content, "チェックシート") == {
        (row, column): float(value) if type(value) in {int, float} else value
        for row, values in enumerate(ROWS)
        for column, value in enumerate(values)
        if value is not None
    }


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_decorations_as_libreoffice_writes_them(suffix: str, tmp_path: Path) -> None:
    content = (GOLDEN / "formats" / f"libreoffice.{suffix}").read_bytes()
    first, second = read(tmp_path, content, f"返送.{suffix}").sheets
    assert not second.visible
    assert first.hidden_rows == {10}
    assert [address(area.top, area.left) for area in first.merged] == ["C12"]
    assert first.comments == {(4, 1): "確認中です"}
    assert first.cells[(8, 1)] == RawCell(kind=CellKind.ERROR, text="#DIV/0!", formula=True)
    assert first.cells[(7, 1)] == RawCell(kind=CellKind.DATE, text="2026-02-10")
    assert first.cells[(9, 1)] == RawCell(kind=CellKind.NUMBER, text="3", formula=True)
    runs = first.decorations[(3, 1)].runs
    assert [(run.text.strip(), run.struck) for run in runs] == [
        ("①既に対応済み", True), ("②これから", False), ("③対応の予定なし", True)
    ]  # fmt: skip
    assert not first.decorations[(3, 1)].struck
    assert first.decorations[(11, 1)].struck
    assert first.decorations[(12, 1)].fill


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_objects_as_libreoffice_writes_them(suffix: str, tmp_path: Path) -> None:
    content = (GOLDEN / "formats" / f"libreoffice.{suffix}").read_bytes()
    first = read(tmp_path, content).sheets[0]
    found = [
        (drawing.kind.value, address(drawing.row, drawing.column), drawing.lines, drawing.checked)
        for drawing in first.drawings
    ]
    assert found == [
        ("ellipse", "B2", (1,), None),
        ("check_box", "B3", (0,), False),
        ("check_box", "B3", (1,), True),
        ("check_box", "B3", (2,), False),
        ("line", "B5", (0,), None),
        ("text_box", "C6", (0,), None),
    ]


def test_binary_workbook_tells_errors_hidden_rows_and_merged_areas(tmp_path: Path) -> None:
    more = record(0, struct.pack("<IIHBBBI", 9, 0, 300, 0, 0x10, 0, 0))
    more += record(9, struct.pack("<IId", 1, 0, 3.0)) + record(11, struct.pack("<IIB", 2, 0, 0x17))
    sheet = read(tmp_path, xlsb((("x", "#N/A"),), more=more)).sheets[0]
    assert sheet.cells[(0, 1)] == RawCell(kind=CellKind.ERROR, text="#N/A")
    assert sheet.cells[(9, 1)] == RawCell(kind=CellKind.NUMBER, text="3", formula=True)
    assert sheet.cells[(9, 2)] == RawCell(kind=CellKind.ERROR, text="#REF!", formula=True)
    assert sheet.hidden_rows == {9}
    assert sheet.unsupported == ()


def test_one_book_saved_by_excel_in_two_formats(tmp_path: Path) -> None:
    """Values, merged areas, looks and what lies over the sheets; and every style of the book."""
    xml, binary = (
        read(tmp_path, (GOLDEN / "formats" / f"excel_base.{suffix}").read_bytes())
        for suffix in ("xlsx", "xlsb")
    )
    assert (xml.kind, binary.kind) == (FileKind.XLSX, FileKind.XLSB)
    assert binary.sheets == xml.sheets
    parts = [
        zipfile.ZipFile(GOLDEN / "formats" / f"excel_base.{suffix}").read(f"xl/styles.{part}")
        for suffix, part in (("xlsx", "xml"), ("xlsb", "bin"))
    ]
    assert tuple(xlsb_styles.read_styles(parts[1], "").cells) == styles.read_styles(parts[0], "")


def test_far_value_of_a_binary_workbook(tmp_path: Path) -> None:
    more = record(0, struct.pack("<IIHBBBI", 1_048_575, 0, 300, 0, 0, 0, 0))
    more += record(5, struct.pack("<IId", 16_383, 0, 1.0))
    sheet = read(tmp_path, xlsb((("①",),), more=more)).sheets[0]
    assert {key: cell.text for key, cell in sheet.cells.items()} == {
        (0, 0): "①", (1_048_575, 16_383): "1"
    }  # fmt: skip


@pytest.mark.parametrize("way", ["agile", "standard"])
def test_encrypted_workbook_opens_with_a_listed_password(way: str, tmp_path: Path) -> None:
    source = source_of(tmp_path, encrypted(xlsx(Sheet(rows=ROWS)), "若葉2026", way))
    refused = read_workbook(source, limits=LIMITS, passwords=("違う",))
    assert isinstance(refused, Unreadable)
    assert refused.reason is UnreadableReason.PASSWORD
    assert "若葉2026" not in refused.detail
    opened = read_workbook(source, limits=LIMITS, passwords=("違う", "若葉2026"))
    assert isinstance(opened, RawWorkbook)
    assert opened.encrypted
    assert opened.sheets[0].cells[(1, 1)].text == "①"


def test_workbook_protected_against_changes_only_opens(tmp_path: Path) -> None:
    source = source_of(tmp_path, encrypted(xlsx(Sheet(rows=ROWS)), "VelvetSweatshop", "agile"))
    assert isinstance(read_workbook(source, limits=LIMITS), RawWorkbook)


def test_encrypted_xls(tmp_path: Path) -> None:
    source = source_of(tmp_path, (GOLDEN / "formats" / "locked.xls").read_bytes(), "返送.xls")
    refused = read_workbook(source, limits=LIMITS)
    assert isinstance(refused, Unreadable)
    assert refused.reason is UnreadableReason.PASSWORD
    opened = read_workbook(source, limits=LIMITS, passwords=("wakaba2026",))
    assert isinstance(opened, RawWorkbook)
    assert opened.sheets[0].cells[(0, 1)].text == "①"


def test_encrypted_ods_asks_for_another_copy(tmp_path: Path) -> None:
    """No library opens it: the respondent has to send it without a password."""
    source = source_of(tmp_path, (GOLDEN / "formats" / "locked.ods").read_bytes(), "返送.ods")
    outcome = read_workbook(source, limits=LIMITS, passwords=("wakaba2026",))
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is UnreadableReason.PASSWORD


def encrypted(content: bytes, password: str, way: str) -> bytes:
    """Encrypt a workbook as Excel 2007 (standard) or Excel 2010 and later (agile) do."""
    content += bytes(5000)  # a stream below 4 KB would be stored another way than Excel's
    if way == "agile":
        memory = io.BytesIO()
        OOXMLFile(io.BytesIO(content)).encrypt(password, memory)
        return memory.getvalue()
    salt = bytes(range(16))
    key = ECMA376Standard.makekey_from_password(password, 0x660E, 0x8004, 24, 128, 16, salt)

    def aes(data: bytes) -> bytes:
        encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - the format
        return encryptor.update(data + bytes(-len(data) % 16)) + encryptor.finalize()

    provider = "Microsoft Enhanced RSA and AES Cryptographic Provider\0".encode("utf-16-le")
    header = struct.pack("<8I", 0x24, 0, 0x660E, 0x8004, 128, 24, 0, 0) + provider
    secret = bytes(16)
    verifier = struct.pack("<I", 16) + salt + aes(secret)
    verifier += struct.pack("<I", 20) + aes(hashlib.sha1(secret).digest())  # noqa: S324 - the format
    info = struct.pack("<HHII", 4, 2, 0x24, len(header)) + header + verifier
    memory = io.BytesIO()
    ECMA376Encrypted(struct.pack("<Q", len(content)) + aes(content), info).write_to(memory)
    return memory.getvalue()


@pytest.mark.outside
def test_libreoffice_sees_what_the_builder_wrote(tmp_path: Path) -> None:
    given = source_of(tmp_path, xlsx(Sheet(rows=ROWS)))
    content = convert(given.location, tmp_path, "ods").read_bytes()
    ours = read(tmp_path, content, "戻り.ods").sheets[0].cells
    theirs = read(tmp_path, xlsx(Sheet(rows=ROWS))).sheets[0].cells
    assert {key: cell.text for key, cell in ours.items()} == {
        key: cell.text for key, cell in theirs.items()
    }

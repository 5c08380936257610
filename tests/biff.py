"""The records of an .xls workbook ([MS-XLS]), to be written as other programs write them."""

import io
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import xlwt
from xlwt.CompoundDoc import XlsDoc

BOF, EOF, CODEPAGE, NAME, EXTERNSHEET = 0x0809, 0x000A, 0x0042, 0x0018, 0x0017
BOUNDSHEET, SST, LABEL_SST, LABEL, RSTRING = 0x0085, 0x00FC, 0x00FD, 0x0204, 0x00D6
SUPBOOK, FILEPASS, HYPERLINK, COUNTRY, NOTE = 0x01AE, 0x002F, 0x01B8, 0x008C, 0x001C
PALETTE = 0x0092
DIMENSIONS, ROW, OBJECT, OBJECT_TEXT = 0x0200, 0x0208, 0x005D, 0x01B6
_WORKSHEET = 0x0010
_SECTOR = 512


@dataclass(slots=True)
class Record:
    """One record; what stands in it may be changed."""

    code: int
    body: bytes


def records(stream: bytes) -> Iterator[Record]:
    """Give the records of a workbook stream in order."""
    place = 0
    while place + 4 <= len(stream):
        code, size = struct.unpack_from("<HH", stream, place)
        yield Record(code, stream[place + 4 : place + 4 + size])
        place += 4 + size


def stream_of(found: Sequence[Record]) -> bytes:
    """Put records together; the list of sheets says again where each begins."""
    begins, place = [], 0
    for record in found:
        if record.code == BOF and struct.unpack_from("<H", record.body, 2)[0] == _WORKSHEET:
            begins.append(place)
        place += 4 + len(record.body)
    following = iter(begins)
    parts = []
    for record in found:
        body = record.body
        if record.code == BOUNDSHEET:
            body = struct.pack("<I", next(following)) + body[4:]
        parts.append(struct.pack("<HH", record.code, len(body)) + body)
    return b"".join(parts)


def compound(stream: bytes) -> bytes:
    """Give an .xls file with a workbook stream."""
    memory = io.BytesIO()
    XlsDoc().save(memory, stream)
    return memory.getvalue()


def edited(book: xlwt.Workbook, edit: Callable[[list[Record]], object]) -> bytes:
    """Give the .xls file of a workbook whose records were edited."""
    found = list(records(book.get_biff_data()))
    edit(found)
    return compound(stream_of(found))


def texts(found: Sequence[Record]) -> list[str]:
    """Give the shared strings, which must stand in one record."""
    (body,) = [record.body for record in found if record.code == SST]
    (count,), place, result = struct.unpack_from("<I", body, 4), 8, []
    for _ in range(count):
        length, wide = struct.unpack_from("<HB", body, place)
        end = place + 3 + length * (2 if wide else 1)
        result.append(body[place + 3 : end].decode("utf-16-le" if wide else "latin-1"))
        place = end
    return result


def text_cells(found: list[Record], code: int, runs: bytes = b"") -> None:
    """Write every text into its cell itself, as an RSTRING or LABEL record."""
    shared = texts(found)
    for record in found:
        if record.code == LABEL_SST:
            row, column, style, index = struct.unpack("<HHHI", record.body)
            text = shared[index]
            head = struct.pack("<HHHHB", row, column, style, len(text), 1)
            record.code, record.body = code, head + text.encode("utf-16-le") + runs


def name(found: list[Record], formula: bytes) -> None:
    """Define a name behind the list of sheets."""
    text = "範囲"
    head = struct.pack("<HBBHHHBBBBB", 0, 0, len(text), len(formula), 0, 1, 0, 0, 0, 0, 1)
    place = max(n for n, record in enumerate(found) if record.code == BOUNDSHEET) + 1
    found[place:place] = [
        Record(SUPBOOK, struct.pack("<HH", 1, 0x0401)),
        Record(EXTERNSHEET, struct.pack("<HHhh", 1, 0, 0, 0)),
        Record(NAME, head + text.encode("utf-16-le") + formula),
    ]


def cut_rows_short(found: list[Record]) -> None:
    """Cut off half of what is said of each row."""
    for record in found:
        if record.code == ROW:
            record.body = record.body[:7]


def announce(found: list[Record], total: int, unique: int) -> None:
    """Let the table of strings say how many there are."""
    for record in found:
        if record.code == SST:
            record.body = struct.pack("<II", total, unique) + record.body[8:]


def sectors(content: bytes, edit: Callable[[bytearray, int, int], object]) -> bytes:
    """Edit a compound file; ``edit`` gets its bytes, and where FAT and directory begin."""
    changed = bytearray(content)
    table, directory = (
        _SECTOR + struct.unpack_from("<I", content, at)[0] * _SECTOR for at in (76, 48)
    )
    edit(changed, table, directory)
    return bytes(changed)

"""Files that harm a careless reader, made when a test asks for them.

`HOSTILE` gives for each a builder and what reading must say: a reason, or None where the file
must simply be read. None of them takes more than a few megabytes to make.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

from workbooks import MAIN, Sheet, repacked, table, xlsx

from pipeline.model import UnreadableReason

_SHEET = "xl/worksheets/sheet1.xml"
_STRINGS = "xl/sharedStrings.xml"
_ROWS = table("ガバナンス①-1 | ①\nガバナンス①-2 | ②（12月）")


def plain() -> bytes:
    """Give a harmless workbook, the ground of the others."""
    return xlsx(Sheet(rows=_ROWS))


def _sheet(inner: str, tail: str = "") -> bytes:
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>{inner}</sheetData>{tail}</worksheet>'
    return repacked(plain(), {_SHEET: xml})


def value_in_the_last_cell() -> bytes:
    """A dense reader allocates 17 thousand million cells for it and takes the process along."""
    return xlsx(Sheet(rows=_ROWS, xml={"XFD1048576": '<c r="XFD1048576"><v>1</v></c>'}))


def style_in_the_last_cell() -> bytes:
    """The same without a value, as deleting far down leaves it; quite common."""
    return xlsx(Sheet(rows=_ROWS, xml={"XFD1048576": '<c r="XFD1048576" s="1"/>'}))


def false_dimension() -> bytes:
    """The sheet claims to end at A1."""
    return xlsx(Sheet(rows=_ROWS, dimension="A1"))


def giant_merge() -> bytes:
    """One merged area over the whole sheet, with little in it."""
    return xlsx(Sheet(rows=_ROWS, merged=["A1:XFD1048576"]))


def giant_merge_with_far_value() -> bytes:
    """One merged area over the whole sheet, and a value at its end."""
    far = {"XFD1048576": '<c r="XFD1048576"><v>1</v></c>'}
    return xlsx(Sheet(rows=_ROWS, merged=["A1:XFD1048576"], xml=far))


def many_merges() -> bytes:
    """30,000 merged pairs."""
    return xlsx(Sheet(rows=_ROWS, merged=[f"A{n}:B{n}" for n in range(3, 30_003)]))


def giant_string() -> bytes:
    """400 MB of one letter in 0.4 MB of zip, as a shared string."""
    return _with_bomb(_STRINGS, f'<sst xmlns="{MAIN}"><si><t>', "</t></si></sst>", 400 << 20)


def giant_sheet() -> bytes:
    """400 MB of blanks in a sheet part."""
    return _with_bomb(_SHEET, f'<worksheet xmlns="{MAIN}">', "</worksheet>", 400 << 20)


def many_strings() -> bytes:
    """70 MB of shared strings under the ratio cap: more than all the texts of any form."""
    item = "".join(f"<si><t>{n:024x}</t></si>" for n in range(40_000))
    strings = f'<sst xmlns="{MAIN}">{item * 45}</sst>'
    return repacked(plain(), {_STRINGS: strings})


def many_tiny_rows() -> bytes:
    """Two million empty rows; Excel has half as many."""
    return _sheet("<row/>" * 2_000_000)


def many_values() -> bytes:
    """A million cells with a value."""
    return _sheet(("<row>" + "<c><v>1</v></c>" * 1_000 + "</row>") * 1_000)


def many_entries() -> bytes:
    """A package of 3,000 parts."""
    return repacked(plain(), {f"xl/media/image{n}.png": b"" for n in range(3_000)})


def billion_laughs() -> bytes:
    """Entities that double, in the shared strings."""
    entities = '<!ENTITY a0 "笑">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    return repacked(
        plain(),
        {_STRINGS: f'<!DOCTYPE sst [{entities}]><sst xmlns="{MAIN}"><si><t>&a9;</t></si></sst>'},
    )


def external_entity() -> bytes:
    """An entity that names a file of the machine."""
    head = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    xml = f'{head}<worksheet xmlns="{MAIN}"><sheetData><row><c t="str"><v>&x;</v></c></row></sheetData></worksheet>'  # noqa: E501 - one part
    return repacked(plain(), {_SHEET: xml})


def utf16_entities() -> bytes:
    """The same in UTF-16, where a search for ASCII letters sees nothing."""
    xml = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x "y">]><worksheet xmlns="{MAIN}"/>'  # noqa: E501 - one part
    return repacked(plain(), {_SHEET: xml.encode("utf-16")})


def overlapping_entries() -> bytes:
    """Two names for the same bytes: a bomb that no ratio shows."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        with zipfile.ZipFile(io.BytesIO(plain())) as given:
            for name in given.namelist():
                archive.writestr(name, given.read(name))
        first = archive.infolist()[-1]
        twin = zipfile.ZipInfo("xl/twin.xml")
        twin.compress_type = first.compress_type
        twin.CRC, twin.compress_size = first.CRC, first.compress_size
        twin.file_size, twin.header_offset = first.file_size, first.header_offset
        archive.filelist.append(twin)
        archive.NameToInfo[twin.filename] = twin
    return memory.getvalue()


def duplicate_parts() -> bytes:
    """Two sheet parts that differ in case only: readers disagree about which one counts."""
    return repacked(plain(), {"XL/worksheets/Sheet1.xml": b"<worksheet/>"})


def escaping_part() -> bytes:
    """A part whose name leads out of the package."""
    return repacked(plain(), {"../../outbox/evil.xml": b"<x/>"})


def truncated() -> bytes:
    """A download that broke off."""
    content = plain()
    return content[: len(content) // 2]


def random_bytes() -> bytes:
    """Noise behind the signature of a zip."""
    noise = b"".join(zlib.crc32(struct.pack("<I", n)).to_bytes(4, "little") for n in range(2_000))
    return b"PK\x03\x04" + noise


def broken_ole() -> bytes:
    """Noise behind the signature of OLE2."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random_bytes()


def no_sheets() -> bytes:
    """A package whose workbook part is missing."""
    return repacked(plain(), {"xl/workbook.xml": None})


def deep_nesting() -> bytes:
    """Rich text nested ten thousand deep."""
    return _sheet(f"<row><c>{'<is>' * 10_000}{'</is>' * 10_000}</c></row>")


def repeated_ods_cell() -> bytes:
    """One .ods cell that stands for 16,000 million."""
    return ods_with(
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell'
        ' table:number-columns-repeated="16000" office:value-type="string"><text:p>x</text:p>'
        "</table:table-cell></table:table-row>"
    )


def encrypted_ods() -> bytes:
    """An .ods whose manifest says that its parts are encrypted."""
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/>'
        "</manifest:file-entry></manifest:manifest>"
    )
    return repacked(ods_with(""), {"META-INF/manifest.xml": manifest, "content.xml": b"\x93\x11"})


def ods_with(rows: str, *, styles: str = "") -> bytes:
    """Give an .ods of one sheet from its rows' XML and that of its automatic styles."""
    names = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
        "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
        "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
        "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
        "form": "urn:oasis:names:tc:opendocument:xmlns:form:1.0",
    }
    spaces = " ".join(f'xmlns:{key}="{name}"' for key, name in names.items())
    content = (
        f"<office:document-content {spaces}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        "<office:body><office:spreadsheet>"
        f'<table:table table:name="Sheet1">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), mimetype)
        archive.writestr(zipfile.ZipInfo("content.xml"), content, zipfile.ZIP_DEFLATED)
    return memory.getvalue()


def _with_bomb(part: str, head: str, tail: str, size: int) -> bytes:
    """Replace a part by one that holds ``size`` blanks, without ever having them in memory."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        with zipfile.ZipFile(io.BytesIO(plain())) as given:
            for name in given.namelist():
                if name != part:
                    archive.writestr(name, given.read(name))
        with archive.open(part, "w", force_zip64=True) as out:
            out.write(head.encode())
            for _ in range(size >> 20):
                out.write(b" " * (1 << 20))
            out.write(tail.encode())
    return memory.getvalue()


_TOO_LARGE, _UNSAFE = UnreadableReason.TOO_LARGE, UnreadableReason.UNSAFE
_BROKEN, _PASSWORD = UnreadableReason.BROKEN, UnreadableReason.PASSWORD
HOSTILE: Mapping[str, tuple[Callable[[], bytes], UnreadableReason | None]] = {
    "value_in_the_last_cell": (value_in_the_last_cell, None),
    "style_in_the_last_cell": (style_in_the_last_cell, None),
    "false_dimension": (false_dimension, None),
    "giant_merge": (giant_merge, None),
    "giant_merge_with_far_value": (giant_merge_with_far_value, _TOO_LARGE),
    "many_merges": (many_merges, _TOO_LARGE),
    "giant_string": (giant_string, _TOO_LARGE),
    "giant_sheet": (giant_sheet, _TOO_LARGE),
    "many_strings": (many_strings, _TOO_LARGE),
    "many_tiny_rows": (many_tiny_rows, _TOO_LARGE),
    "many_values": (many_values, _TOO_LARGE),
    "many_entries": (many_entries, _TOO_LARGE),
    "repeated_ods_cell": (repeated_ods_cell, _TOO_LARGE),
    "billion_laughs": (billion_laughs, _UNSAFE),
    "external_entity": (external_entity, _UNSAFE),
    "utf16_entities": (utf16_entities, _UNSAFE),
    "overlapping_entries": (overlapping_entries, _UNSAFE),
    "duplicate_parts": (duplicate_parts, _UNSAFE),
    "escaping_part": (escaping_part, _UNSAFE),
    "truncated": (truncated, _BROKEN),
    "random_bytes": (random_bytes, _BROKEN),
    "no_sheets": (no_sheets, _BROKEN),
    "deep_nesting": (deep_nesting, _BROKEN),
    "encrypted_ods": (encrypted_ods, _PASSWORD),
}

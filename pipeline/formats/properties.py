"""Custom document properties of a workbook in any format: they tell whose a form is."""

import struct
from collections.abc import Mapping
from io import BytesIO

from pipeline.formats.package import Package
from pipeline.formats.refusal import Refused
from pipeline.formats.xml import attribute, parse, whole_text
from pipeline.model import UnreadableReason

_OURS = b"torimatome."  # what a file without it would tell is asked by nobody
_SUMMARY = "\x05DocumentSummaryInformation"
_USER_DEFINED = bytes.fromhex("05d5cdd59c2e1b10939708002b2cf9ae")  # [MS-OLEPS] 2.20
_TEXT, _WIDE_TEXT = 0x1E, 0x1F
_UNICODE = 1200
_LONGEST = 1 << 16  # bytes of a summary; thumbnails stand elsewhere
_PAGES = {65001: "utf-8", _UNICODE: "utf-16-le"}


def ooxml_properties(package: Package) -> Mapping[str, str]:
    """Give the custom properties of an xlsx, xlsm or xlsb."""
    return _listed(package, "docProps/custom.xml", "property")


def ods_properties(package: Package) -> Mapping[str, str]:
    """Give the custom properties of an OpenDocument workbook."""
    if _OURS not in (package.read_or_none("meta.xml") or b""):
        return {}
    return _listed(package, "meta.xml", "user-defined")


def _listed(package: Package, part: str, name: str) -> Mapping[str, str]:
    if part not in package:
        return {}
    try:
        return {
            attribute(element, "name"): whole_text(element).strip()
            for element in parse(package.read(part), part).iter("{*}" + name)
        }
    except Refused as refusal:
        if refusal.reason is not UnreadableReason.BROKEN:
            raise
        return {}  # a workbook without its properties is read all the same


def xls_properties(content: bytes) -> Mapping[str, str]:
    """Give the custom properties of an .xls: the second part of its document summary."""
    if _OURS not in content:
        return {}
    import olefile  # type: ignore[import-untyped]  # noqa: PLC0415 - rarely needed; no stubs

    try:
        with olefile.OleFileIO(BytesIO(content)) as ole:
            stream = ole.openstream(_SUMMARY).read(_LONGEST)
        return _user_defined(stream)
    except Exception:  # noqa: BLE001 - damage raises anything; as above
        return {}


def _user_defined(stream: bytes) -> Mapping[str, str]:
    """Read a property set stream ([MS-OLEPS] 2.21): names in a dictionary, texts by number."""
    (sections,) = struct.unpack_from("<I", stream, 24)
    starts = [
        struct.unpack_from("<I", stream, 44 + 20 * number)[0]
        for number in range(min(sections, 2))
        if stream[28 + 20 * number : 44 + 20 * number] == _USER_DEFINED
    ]
    found: dict[str, str] = {}
    for start in starts:
        (count,) = struct.unpack_from("<I", stream, start + 4)
        pairs = struct.iter_unpack("<II", stream[start + 8 : start + 8 + 8 * count])
        places = {number: start + offset for number, offset in pairs}
        page = struct.unpack_from("<H", stream, places[1] + 4)[0]
        for number, name in _names(stream, places.pop(0), page).items():
            kind, size = struct.unpack_from("<II", stream, places[number])
            at, length = places[number] + 8, size * (2 if kind == _WIDE_TEXT else 1)
            if kind in (_TEXT, _WIDE_TEXT):
                page_of = _UNICODE if kind == _WIDE_TEXT else page
                found[name] = _decoded(stream[at : at + length], page_of)
    return found


def _names(stream: bytes, at: int, page: int) -> Mapping[int, str]:
    (count,) = struct.unpack_from("<I", stream, at)
    at += 4
    names = {}
    for _ in range(count):
        number, size = struct.unpack_from("<II", stream, at)
        length = 2 * size if page == _UNICODE else size
        names[number] = _decoded(stream[at + 8 : at + 8 + length], page)
        at += 8 + length + (-length % 4 if page == _UNICODE else 0)
    return names


def _decoded(text: bytes, page: int) -> str:
    return text.decode(_PAGES.get(page, f"cp{page}"), "replace").split("\0")[0].strip()

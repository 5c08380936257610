"""The kind of a file by its content, never by its name."""

import re
import zipfile
from collections.abc import Collection
from io import BytesIO

from pipeline.model import FileKind

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_MAGIC: tuple[tuple[bytes, FileKind], ...] = (
    (b"%PDF-", FileKind.PDF),
    (b"\x89PNG\r\n\x1a\n", FileKind.IMAGE),
    (b"\xff\xd8\xff", FileKind.IMAGE),
    (b"GIF87a", FileKind.IMAGE),
    (b"GIF89a", FileKind.IMAGE),
    (b"II*\x00", FileKind.IMAGE),
    (b"MM\x00*", FileKind.IMAGE),
    (b"BM", FileKind.IMAGE),
    (b"{\\rtf", FileKind.WORD),
    (b"Rar!\x1a\x07", FileKind.OTHER),
    (b"7z\xbc\xaf\x27\x1c", FileKind.OTHER),
    (b"\x1f\x8b", FileKind.OTHER),
    (b"MZ", FileKind.OTHER),
    (b"\x7fELF", FileKind.OTHER),
)
# A worksheet of BIFF2 to BIFF4 stands bare in the file; BIFF5 too where it was cut out of OLE2.
_BARE_BIFF = re.compile(rb"\A\x09[\x00\x02\x04\x08][\x04\x06\x08\x10]\x00")
_OLE2_STREAMS: tuple[tuple[str, FileKind], ...] = (
    ("EncryptedPackage", FileKind.XLSX),
    ("Workbook", FileKind.XLS),
    ("Book", FileKind.XLS),
    ("WordDocument", FileKind.WORD),
    ("PowerPoint Document", FileKind.SLIDES),
    ("__properties_version1.0", FileKind.MAIL),
)
_PACKAGE_PARTS: tuple[tuple[str, FileKind], ...] = (
    ("xl/workbook.bin", FileKind.XLSB),
    ("xl/vbaproject.bin", FileKind.XLSM),
    ("xl/workbook.xml", FileKind.XLSX),
    ("word/document.xml", FileKind.WORD),
    ("ppt/presentation.xml", FileKind.SLIDES),
)
_MAIL_HEADER = re.compile(
    rb"(?im)\A(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?(?:from|received|return-path|subject):"
)
_HTML = re.compile(r"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|meta|body|table|div|style)\b", re.IGNORECASE | re.DOTALL)  # fmt: skip  # noqa: E501 - one pattern
_HEAD = 65536


def detect_kind(  # noqa: PLR0911 - one return for each family of files
    head: bytes, names: Collection[str] = ()
) -> FileKind:
    """Tell the kind of a file by its first bytes and, for a container, the names inside.

    ``head`` is the start of the file (64 KB are plenty, all of it is best); ``names`` are the
    entries of a zip or the streams of an OLE2 file, where the caller has them. A zip whose names
    tell no document is ZIP; an encrypted OOXML package counts as XLSX until it is opened.
    """
    if not head:
        return FileKind.EMPTY
    if head.startswith(_ZIP):
        return _package_kind(head, names)
    if head.startswith(OLE2):
        # Only the top level: a document may hold another one inside.
        streams = {name.casefold() for name in names if "/" not in name}
        for stream, kind in _OLE2_STREAMS:
            if stream.casefold() in streams:
                return kind
        return FileKind.OTHER
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[8:12] == b"WEBP" or head[4:12] in {b"ftypheic", b"ftypavif"}:
        return FileKind.IMAGE
    if _BARE_BIFF.match(head):
        return FileKind.XLS
    return _text_kind(head)


def kind_of(content: bytes) -> FileKind:
    """Tell the kind of a whole file, looking into its directory where it is a container."""
    return detect_kind(content[:_HEAD], container_names(content))


def container_names(content: bytes) -> tuple[str, ...]:
    """Give the names inside a zip or OLE2 file; none where it has no readable directory."""
    if content.startswith(_ZIP):
        try:
            with zipfile.ZipFile(BytesIO(content)) as archive:
                return tuple(archive.namelist())
        except Exception:  # noqa: BLE001 - a broken directory raises anything; it has no names then
            return ()
    if content.startswith(OLE2):
        import olefile  # type: ignore[import-untyped]  # noqa: PLC0415 - rarely needed; no stubs

        try:
            with olefile.OleFileIO(BytesIO(content)) as ole:
                return tuple("/".join(entry) for entry in ole.listdir())
        except Exception:  # noqa: BLE001 - as above
            return ()
    return ()


def _package_kind(  # noqa: PLR0911 - one return for each kind
    head: bytes, names: Collection[str]
) -> FileKind:
    folded = {name.replace("\\", "/").lstrip("/").casefold() for name in names}
    for part, kind in _PACKAGE_PARTS:
        if part in folded:
            if kind is FileKind.XLSM and "xl/workbook.xml" not in folded:
                continue
            return kind
    start = head[:200]
    if b"mimetypeapplication/vnd.oasis.opendocument." in start:
        if b"opendocument.spreadsheet" in start:
            return FileKind.ODS
        return FileKind.SLIDES if b"opendocument.presentation" in start else FileKind.WORD
    if "content.xml" in folded and "meta-inf/manifest.xml" in folded:
        return FileKind.ODS
    # Without its directory (a cut-off download) or its workbook part it is still no archive.
    if any(name.startswith("xl/") for name in folded):
        return FileKind.XLSX
    if not names and b"[Content_Types].xml" in head:
        return FileKind.XLSX
    return FileKind.ZIP


def _text_kind(head: bytes) -> FileKind:  # noqa: PLR0911 - one return for each kind
    text = decode(head, final=False)
    if text is None:
        return FileKind.OTHER
    if not text.strip("\ufeff \t\r\n\0"):
        return FileKind.EMPTY
    text = text.lstrip("\ufeff")
    if _HTML.match(text):
        return FileKind.HTML
    if _MAIL_HEADER.match(head):
        return FileKind.MAIL
    if text.startswith("<"):
        return FileKind.OTHER
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    for mark in (",", "\t"):
        if sum(mark in line for line in lines) * 2 >= len(lines):
            return FileKind.CSV
    return FileKind.TEXT


def decode(content: bytes, *, final: bool = True) -> str | None:
    """Read text as UTF-8, UTF-16 (with a mark) or CP932, in this order; None where it is none.

    ``final`` False allows a character to be cut off at the end.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp932")
    for encoding in encodings:
        for cut in (0,) if final else (0, 1, 2, 3):
            try:
                text = content[: len(content) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            control = sum(ord(char) < 32 and char not in "\t\n\r\f\v\x1a" for char in text)
            if control == 0:
                return text
    return None

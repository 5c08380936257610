"""The kind of a file by its content, never by its name."""

import re
import zipfile
from collections.abc import Collection
from io import BytesIO
from pathlib import PurePosixPath

from pipeline.formats.package import part_name
from pipeline.inbox.mapi import OLE2
from pipeline.model import FileKind

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
    (b"Rar!\x1a\x07", FileKind.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", FileKind.ARCHIVE),
    (b"\x1f\x8b", FileKind.ARCHIVE),  # gz, tgz
    (b"BZh", FileKind.ARCHIVE),
    (b"\xfd7zXZ\x00", FileKind.ARCHIVE),
    (b"MSCF\x00\x00\x00\x00", FileKind.ARCHIVE),  # cab
    (b"L\x00\x00\x00\x01\x14\x02\x00", FileKind.SHORTCUT),  # .lnk, with the start of its class id
    (b"[InternetShortcut]", FileKind.SHORTCUT),
    (b"[{000214A0-0000-0000-C000-000000000046}]", FileKind.SHORTCUT),  # .url, its second section
    (b"[Desktop Entry]", FileKind.SHORTCUT),
    (b"\x78\x9f\x3e\x22", FileKind.ATTACHMENTS),
    (b"-----BEGIN PKCS7-----", FileKind.SEALED_MAIL),
    (b"-----BEGIN CMS-----", FileKind.SEALED_MAIL),
    (b"-----BEGIN PGP MESSAGE-----", FileKind.SEALED_MAIL),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", FileKind.ONENOTE),
    (b"\x00\x01\x00\x00Standard ACE DB", FileKind.DATABASE),
    (b"\x00\x01\x00\x00Standard Jet DB", FileKind.DATABASE),
    (b"MZ", FileKind.PROGRAM),
    (b"\x7fELF", FileKind.PROGRAM),
)
_PKCS7 = re.compile(rb"\A\x30.{0,8}\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07[\x02\x03]", re.DOTALL)
_LZH = re.compile(rb"..-lh[0-9a-z]-", re.DOTALL)
_TAR = slice(257, 262)
# A worksheet of BIFF2 to BIFF4 stands bare in the file; BIFF5 too where it was cut out of OLE2.
_BARE_BIFF = re.compile(rb"\A\x09[\x00\x02\x04\x08][\x04\x06\x08\x10]\x00")
_OLE2_STREAMS: tuple[tuple[str, FileKind], ...] = (
    ("\tDRMContent", FileKind.PROTECTED),
    ("EncryptedPackage", FileKind.XLSX),
    ("Workbook", FileKind.XLS),
    ("Book", FileKind.XLS),
    ("WordDocument", FileKind.WORD),
    ("PowerPoint Document", FileKind.SLIDES),
    ("__properties_version1.0", FileKind.MAIL),
    ("JSRV_SegmentInformation", FileKind.ICHITARO),
    ("DocumentText", FileKind.ICHITARO),
)
# Packages that rights management has encrypted hold no EncryptionInfo with a password's key.
_RIGHTS_MANAGED = "\x06dataspaces/transforminfo/drmencryptedtransform"
_PACKAGE_PARTS: tuple[tuple[str, FileKind], ...] = (
    ("xl/workbook.bin", FileKind.XLSB),
    ("xl/vbaproject.bin", FileKind.XLSM),
    ("xl/workbook.xml", FileKind.XLSX),
    ("word/document.xml", FileKind.WORD),
    ("ppt/presentation.xml", FileKind.SLIDES),
    ("index/document.iwa", FileKind.IWORK),
    ("index.zip", FileKind.IWORK),
)
# What a package says of its main part, wherever that lies; longer words before those they hold.
_CONTENT_TYPES: tuple[tuple[bytes, FileKind], ...] = (
    (b"ms-excel.sheet.binary.macroenabled.main", FileKind.XLSB),
    (b"ms-excel.sheet.macroenabled.main+xml", FileKind.XLSM),
    (b"ms-excel.template.macroenabled.main+xml", FileKind.XLSM),
    (b"spreadsheetml.sheet.main+xml", FileKind.XLSX),
    (b"spreadsheetml.template.main+xml", FileKind.XLSX),
    (b"wordprocessingml.document.main+xml", FileKind.WORD),
    (b"presentationml.presentation.main+xml", FileKind.SLIDES),
    (b"ms-package.xps", FileKind.PDF),
)
# What content that tells nothing may be by the end of its name.
_EXTENSIONS: dict[str, FileKind] = {
    ".lnk": FileKind.SHORTCUT, ".url": FileKind.SHORTCUT, ".webloc": FileKind.SHORTCUT,
    ".jtd": FileKind.ICHITARO, ".jtdc": FileKind.ICHITARO, ".jtt": FileKind.ICHITARO,
    ".jtdx": FileKind.ICHITARO,
    ".xdw": FileKind.DOCUWORKS, ".xbd": FileKind.DOCUWORKS, ".xct": FileKind.DOCUWORKS,
    ".one": FileKind.ONENOTE, ".onepkg": FileKind.ONENOTE,
    ".numbers": FileKind.IWORK, ".pages": FileKind.IWORK,
    ".pfile": FileKind.PROTECTED, ".pxlsx": FileKind.PROTECTED, ".pxls": FileKind.PROTECTED,
    ".lzh": FileKind.ARCHIVE, ".lha": FileKind.ARCHIVE, ".cab": FileKind.ARCHIVE,
    ".tar": FileKind.ARCHIVE, ".rar": FileKind.ARCHIVE, ".7z": FileKind.ARCHIVE,
    ".accdb": FileKind.DATABASE, ".mdb": FileKind.DATABASE,
}  # fmt: skip
_OLD_WORKBOOKS = frozenset({".xls", ".xlt"})
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
    if not head.strip(b"\0"):
        return FileKind.EMPTY
    if head.startswith(_ZIP):
        return _package_kind(head, names)
    if head.startswith(OLE2):
        return _compound_kind(names)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if _PKCS7.match(head):
        return FileKind.SEALED_MAIL
    if _LZH.match(head) or head[_TAR] == b"ustar":
        return FileKind.ARCHIVE
    if head[8:12] == b"WEBP" or head[4:12] in {b"ftypheic", b"ftypavif"}:
        return FileKind.IMAGE
    if _BARE_BIFF.match(head):
        return FileKind.XLS
    return _text_kind(head)


def _compound_kind(names: Collection[str]) -> FileKind:
    """Tell what an OLE2 file is by its streams at the top; it may hold documents further down."""
    folded = {name.casefold() for name in names}
    streams = {name for name in folded if "/" not in name}
    if "encryptedpackage" in streams and (
        "encryptioninfo" not in streams or any(n.startswith(_RIGHTS_MANAGED) for n in folded)
    ):
        return FileKind.PROTECTED
    for stream, kind in _OLE2_STREAMS:
        if stream.casefold() in streams:
            return kind
    return FileKind.OTHER


def kind_of(content: bytes, name: str = "") -> FileKind:
    """Tell the kind of a whole file, looking into its directory where it is a container.

    The name decides only where the content tells nothing.
    """
    kind = detect_kind(content[:_HEAD], container_names(content))
    if kind is FileKind.EMPTY and content.strip(b"\0 \t\r\n"):
        kind = FileKind.OTHER  # it begins with zeros, and something follows
    if kind in {FileKind.ZIP, FileKind.OTHER, FileKind.PROGRAM}:
        kind = _declared_kind(content) or kind
    suffix = PurePosixPath(name.casefold()).suffix
    if kind in {FileKind.ZIP, FileKind.OTHER, FileKind.TEXT}:
        kind = _EXTENSIONS.get(suffix, kind)
    if kind is FileKind.OTHER and content.startswith(OLE2) and suffix in _OLD_WORKBOOKS:
        return FileKind.XLS  # its directory is damaged; the readers look for the stream themselves
    return kind


def _declared_kind(content: bytes) -> FileKind | None:
    """Give what a package says it is, wherever its parts lie and whatever stands before it.

    None where it is no package. A workbook that names no content type is one by its main part.
    """
    if b"PK\x05\x06" not in content[-_HEAD - 22 :]:
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            told = b"".join(
                archive.read(entry)
                for entry in archive.infolist()
                if part_name(entry.filename).casefold() in {"[content_types].xml", "_rels/.rels"}
                and entry.file_size <= _HEAD
            ).lower()
            names = archive.namelist()
    except Exception:  # noqa: BLE001 - a damaged directory raises anything; it declares nothing
        return None
    for words, kind in _CONTENT_TYPES:
        if words in told:
            return kind
    known = _package_kind(b"", names)
    if known is not FileKind.ZIP:
        return known
    has_workbook = any(part_name(name).casefold().endswith("workbook.xml") for name in names)
    return FileKind.XLSX if has_workbook and b"officedocument" in told else None


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
    folded = {part_name(name).casefold() for name in names}
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
    if text.lstrip().startswith("<"):
        return _markup_kind(text)
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    for mark in (",", "\t", ";"):
        if sum(mark in line for line in lines) * 2 >= len(lines):
            return FileKind.CSV
    return FileKind.TEXT


def _markup_kind(text: str) -> FileKind:
    start = text[:2048]
    if "urn:schemas-microsoft-com:office:spreadsheet" in start:
        return FileKind.XML2003
    return FileKind.SHORTCUT if "<plist" in start and "<key>URL</key>" in text else FileKind.OTHER


_UNMARKED = ("utf-16-le", "utf-16-be")
# What Japanese text is written with: ASCII, marks, kana, ideographs and their wide forms.
_LETTERS = re.compile(
    r"[\t\n\r -~\u2010-\u27ff\u3000-\u30ff\u3220-\u33ff\u4e00-\u9fff\uff00-\uffef]"
)


def _written(text: str) -> bool:
    """Tell text from other bytes, which may happen to be characters of some script each."""
    return "\n" in text and len(_LETTERS.findall(text)) > 0.95 * len(text)


def _unmarked_wide(content: bytes) -> tuple[str, ...]:
    """Give UTF-16 as which text without a mark may be read: its line ends show the order."""
    little, big = content.count(b"\n\x00"), content.count(b"\x00\n")
    return ("utf-16-le", "utf-16-be") if little >= big else ("utf-16-be", "utf-16-le")


def decode(content: bytes, *, final: bool = True) -> str | None:
    """Read text as UTF-8, UTF-16 or CP932, in this order; None where it is none.

    ``final`` False allows a character to be cut off at the end.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif 0 in content:
        encodings = _unmarked_wide(content)
    else:
        encodings = ("utf-8-sig", "cp932")
    for encoding in encodings:
        for cut in (0,) if final else (0, 1, 2, 3):
            try:
                text = content[: len(content) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            control = sum(ord(char) < 32 and char not in "\t\n\r\f\v\x1a" for char in text)
            if control == 0 and (encoding not in _UNMARKED or _written(text)):
                return text
    return None

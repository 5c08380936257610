"""From a file of the inbox to its cells: `read_workbook`, the stage *read*."""

# ruff: noqa: PLC0415 - the readers are imported where chosen: a run without .xls loads no xlrd

import hashlib
from dataclasses import replace

from pipeline.formats.kinds import kind_of
from pipeline.formats.package import Package
from pipeline.formats.refusal import Refused, broken, too_large
from pipeline.inbox.archive import MemberError, hashed, is_placeholder, read_content
from pipeline.inbox.mapi import OLE2
from pipeline.model import (
    FileKind,
    RawWorkbook,
    Skipped,
    SkipReason,
    SourceFile,
    Unreadable,
    UnreadableReason,
)
from pipeline.settings import Limits

_READABLE = frozenset(
    {FileKind.XLSX, FileKind.XLSM, FileKind.XLS, FileKind.XLSB, FileKind.ODS, FileKind.CSV,
     FileKind.HTML}
)  # fmt: skip

_WORKBOOK_NAMES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".xltx", ".xlt")
# A workbook by its content, whatever its name, that nobody here can open.
_CLOSED = frozenset({FileKind.PROTECTED, FileKind.XML2003})
# Under the name of a workbook these are one that is damaged, not a file of another kind.
_SHAPELESS = frozenset({FileKind.EMPTY, FileKind.HTML, FileKind.OTHER, FileKind.ZIP})


def read_workbook(
    source: SourceFile, *, limits: Limits, passwords: tuple[str, ...] = ()
) -> RawWorkbook | Unreadable | Skipped:
    """Read one file whatever is in it. No content raises.

    Gives Unreadable with the reason where the file cannot or must not be read, and Skipped where
    it is of a kind that holds no cells. The source that comes back carries size and hash of what
    was read. ``passwords`` are tried in order on an encrypted file,
    after the key that Excel itself uses for workbooks protected against changes only.
    """
    kind = FileKind.OTHER
    try:
        content = open_source(source, limits=limits, passwords=passwords)
        source = replace(source, size=len(content), sha256=hashlib.sha256(content).hexdigest())
        kind = kind_of(content, source.path)
        return _read(content, kind, source, limits, passwords)
    except Refused as refusal:
        if not source.sha256:
            source = hashed(source, limits)
        return Unreadable(source=source, reason=refusal.reason, kind=kind, detail=refusal.detail)
    except ImportError as error:
        return Unreadable(
            source=source, reason=UnreadableReason.NO_PART, kind=kind, detail=str(error)
        )
    except RecursionError as error:
        return Unreadable(
            source=source, reason=UnreadableReason.TOO_LARGE, kind=kind, detail=repr(error)
        )
    except MemoryError as error:
        return Unreadable(
            source=source, reason=UnreadableReason.TOO_LARGE, kind=kind, detail=repr(error)
        )
    except Exception as error:  # noqa: BLE001 - the border: whatever a library trips over in a
        # respondent's file costs that file alone
        return Unreadable(
            source=source, reason=UnreadableReason.BROKEN, kind=kind, detail=repr(error)
        )


def open_source(
    source: SourceFile, *, limits: Limits | None = None, passwords: tuple[str, ...] = ()
) -> bytes:
    """Give the bytes of a plain file or of a zip member. Refused where they cannot be had.

    ``passwords`` are tried on an encrypted member.
    """
    limits = limits or Limits()
    try:
        if not source.member:
            size = source.location.stat().st_size
            if size > limits.file_size:
                raise too_large(f"{size} bytes")
        return read_content(source, limit=limits.file_size, passwords=passwords)
    except MemberError as error:
        raise Refused(error.reason, error.detail) from error
    except FileNotFoundError as error:
        raise Refused(UnreadableReason.VANISHED, "gone") from error
    except OSError as error:
        reason = UnreadableReason.NO_ACCESS
        if is_placeholder(source.location):
            reason = UnreadableReason.NOT_HERE
        raise Refused(reason, str(error.strerror or error)) from error


def _read(
    content: bytes,
    kind: FileKind,
    source: SourceFile,
    limits: Limits,
    passwords: tuple[str, ...],
) -> RawWorkbook | Skipped:
    """Choose the reader; each imports its library only when the first such file comes."""
    named_workbook = source.path.casefold().endswith(_WORKBOOK_NAMES)
    if kind is FileKind.TEXT and named_workbook:
        kind = FileKind.CSV
    if kind is FileKind.EMPTY and not source.member:
        # Nobody sends an empty file: a cloud's folder holds it until it is fetched.
        raise Refused(UnreadableReason.NOT_HERE, f"{len(content)} bytes of nothing")
    if kind not in _READABLE:
        return _not_read(source, kind, named_workbook=named_workbook)
    if content.startswith(OLE2):
        from pipeline.formats.passwords import decrypt

        opened = decrypt(content, kind, passwords)
        if opened is not None:
            kind = kind_of(opened)
            workbook = _read_open(opened, kind, source, limits)
            if workbook is not None:
                return replace(workbook, encrypted=True)
    return _read_open(content, kind, source, limits) or _not_read(
        source, kind, named_workbook=named_workbook
    )


def _not_read(source: SourceFile, kind: FileKind, *, named_workbook: bool) -> Skipped:
    """Set a file aside that is of no kind to be read; Refused where it should have been one."""
    if kind in _CLOSED or (named_workbook and kind in _SHAPELESS):
        raise broken(f"a workbook is expected, the content is {kind}")
    return Skipped(source=source, reason=SkipReason.OTHER_KIND, kind=kind)


def _read_open(  # noqa: PLR0911 - one return for each kind
    content: bytes, kind: FileKind, source: SourceFile, limits: Limits
) -> RawWorkbook | None:
    """Read a file without encryption; None where it holds no cells."""
    match kind:
        case FileKind.XLSX | FileKind.XLSM:
            from pipeline.formats.ooxml import read_ooxml

            return read_ooxml(Package(content, limits), source, kind, limits)
        case FileKind.XLS:
            from pipeline.formats.xls import read_xls

            return read_xls(content, source, limits)
        case FileKind.XLSB:
            from pipeline.formats.xlsb import read_xlsb

            return read_xlsb(Package(content, limits), source, limits)
        case FileKind.ODS:
            from pipeline.formats.ods import read_ods

            return read_ods(Package(content, limits), source, limits)
        case FileKind.CSV:
            from pipeline.formats.plain import read_csv

            return read_csv(content, source, limits)
        case FileKind.HTML:
            from pipeline.formats.plain import read_html

            return read_html(content, source, limits)
        case _:
            return None

"""From a file of the inbox to its cells: `read_workbook`, the stage *read*."""

# ruff: noqa: PLC0415 - the readers are imported where chosen: a run without .xls loads no xlrd

from dataclasses import replace

from pipeline.archive import MemberError, read_content
from pipeline.model import (
    FileKind,
    RawWorkbook,
    Skipped,
    SkipReason,
    SourceFile,
    Unreadable,
    UnreadableReason,
)
from pipeline.read.kinds import OLE2, kind_of
from pipeline.read.package import Package
from pipeline.read.refusal import Refused, broken, too_large
from pipeline.settings import Limits

_READABLE = frozenset(
    {FileKind.XLSX, FileKind.XLSM, FileKind.XLS, FileKind.XLSB, FileKind.ODS, FileKind.CSV,
     FileKind.HTML}
)  # fmt: skip

_WORKBOOK_NAMES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".xltx", ".xlt")
# Under the name of a workbook these are a damaged workbook, not a file of another kind.
_SHAPELESS = frozenset({FileKind.EMPTY, FileKind.OTHER, FileKind.ZIP})


def read_workbook(
    source: SourceFile, *, limits: Limits, passwords: tuple[str, ...] = ()
) -> RawWorkbook | Unreadable | Skipped:
    """Read one file whatever is in it. No content raises.

    Gives Unreadable with the reason where the file cannot or must not be read, and Skipped where
    it is of a kind that holds no cells. ``passwords`` are tried in order on an encrypted file,
    after the key that Excel itself uses for workbooks protected against changes only.
    """
    kind = FileKind.OTHER
    try:
        content = open_source(source, limits=limits, passwords=passwords)
        kind = kind_of(content)
        return _read(content, kind, source, limits, passwords)
    except Refused as refusal:
        return Unreadable(source=source, reason=refusal.reason, kind=kind, detail=refusal.detail)
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
    except OSError as error:
        raise Refused(UnreadableReason.NO_ACCESS, str(error.strerror or error)) from error


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
    if kind not in _READABLE:
        if named_workbook and kind in _SHAPELESS:
            raise broken(f"the name says workbook, the content says {kind}")
        return Skipped(source=source, reason=SkipReason.OTHER_KIND, kind=kind)
    if content.startswith(OLE2):
        from pipeline.read.passwords import decrypt

        opened = decrypt(content, kind, passwords)
        if opened is not None:
            workbook = _read_open(opened, kind_of(opened), source, limits)
            return (
                replace(workbook, encrypted=True) if isinstance(workbook, RawWorkbook) else workbook
            )
    return _read_open(content, kind, source, limits)


def _read_open(  # noqa: PLR0911 - one return for each kind
    content: bytes, kind: FileKind, source: SourceFile, limits: Limits
) -> RawWorkbook | Skipped:
    match kind:
        case FileKind.XLSX | FileKind.XLSM:
            from pipeline.read.ooxml import read_ooxml

            return read_ooxml(Package(content, limits), source, kind, limits)
        case FileKind.XLS:
            from pipeline.read.xls import read_xls

            return read_xls(content, source, limits)
        case FileKind.XLSB:
            from pipeline.read.xlsb import read_xlsb

            return read_xlsb(Package(content, limits), source, limits)
        case FileKind.ODS:
            from pipeline.read.ods import read_ods

            return read_ods(Package(content, limits), source, limits)
        case FileKind.CSV:
            from pipeline.read.plain import read_csv

            return read_csv(content, source, limits)
        case FileKind.HTML:
            from pipeline.read.plain import read_html

            tables = read_html(content, source, limits)
            if tables is not None:
                return tables
        case _:
            pass
    return Skipped(source=source, reason=SkipReason.OTHER_KIND, kind=kind)

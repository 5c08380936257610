"""A zip package (xlsx, xlsm, xlsb, ods) behind its guard: nothing is inflated unchecked.

Each limit is in `settings.Limits`; docs/limits.md gives the reasons.
"""

import posixpath
import zipfile
import zlib
from io import BytesIO
from struct import error as StructError  # noqa: N812 - it is an exception, not a constant

from pipeline.formats.refusal import broken, too_large, unsafe
from pipeline.settings import Limits

_LOCAL = b"PK\x03\x04"  # how the header of an entry begins
_RARE = 0x61  # flags of an entry: encrypted, or a patch
_SYMBOLIC_LINK = 0o120000


class Package:
    """The parts of one package by name. Names are matched without regard to case, as OPC asks."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        """Check the directory of the package; Refused where it breaks a limit or is no zip."""
        self.limits = limits
        self._content = content
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, StructError, ValueError, OSError, NotImplementedError) as error:
            raise broken(f"zip directory: {error}") from error
        entries = self._zip.infolist()
        check_entries(entries, limits)
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            twin = self._entries.setdefault(part_name(entry.filename).casefold(), entry)
            if (twin.CRC, twin.file_size) != (entry.CRC, entry.file_size):
                raise unsafe("two parts of one name")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all parts."""
        return tuple(map(part_name, self._zip.namelist()))

    def __contains__(self, part: str) -> bool:
        """Tell whether there is a part of that name."""
        return part.casefold() in self._entries

    def read(self, part: str) -> bytes:
        """Give a part's content, never more than its directory entry declares."""
        entry = self._entries.get(part.casefold())
        if entry is None:
            raise broken(f"{part}: missing from the package")
        try:
            return _inflated(self._content, entry) or self._zip.read(entry)
        except (
            zipfile.BadZipFile, zlib.error, EOFError, StructError, ValueError, OSError,
            NotImplementedError, RuntimeError,
        ) as error:  # fmt: skip
            raise broken(f"{part}: {error}") from error

    def read_or_none(self, part: str) -> bytes | None:
        """Give a part's content, or None where the package has none of that name."""
        return self.read(part) if part in self else None


def _inflated(content: bytes, entry: zipfile.ZipInfo) -> bytes | None:
    """Give what an entry holds without the detours of zipfile; None where it has to look itself."""
    start = entry.header_offset
    plain = entry.compress_type == zipfile.ZIP_DEFLATED and not entry.flag_bits & _RARE
    if not plain or content[start : start + 4] != _LOCAL:
        return None
    name = start + 30
    sizes = content[start + 26 : name]
    begin = name + int.from_bytes(sizes[:2], "little")
    if content[name:begin] != entry.orig_filename.encode():
        return None
    begin += int.from_bytes(sizes[2:], "little")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        found = inflater.decompress(
            content[begin : begin + entry.compress_size], entry.file_size + 1
        )
    except zlib.error:
        return None
    whole = inflater.eof and len(found) == entry.file_size and zlib.crc32(found) == entry.CRC
    return found if whole else None


def part_name(stored: str) -> str:
    """Give the name of a part as relationships write it; some programs store ``xl\\styles.xml``."""
    return stored.replace("\\", "/").removeprefix("./").lstrip("/")


def check_entries(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse a zip directory that breaks a limit or that no honest program writes."""
    if len(entries) > limits.entries:
        raise too_large(f"{len(entries)} entries")
    total = 0
    for entry in entries:
        total += entry.file_size
        if entry.file_size > limits.part_size:
            raise too_large(f"{entry.filename}: {entry.file_size} bytes expanded")
        if entry.file_size > limits.ratio_from and entry.file_size > limits.ratio * max(
            entry.compress_size, 1
        ):
            raise too_large(f"{entry.filename}: expands {limits.ratio} times and more")
        if entry.flag_bits & 0x1:
            raise unsafe(f"{entry.filename}: a part encrypted by zip")
        if entry.external_attr >> 16 & 0o170000 == _SYMBOLIC_LINK:
            raise unsafe(f"{entry.filename}: a symbolic link")
        if ".." in part_name(entry.filename).split("/"):
            raise unsafe(f"{entry.filename}: a name that leads out of the package")
    if total > limits.expanded_size:
        raise too_large(f"{total} bytes expanded")
    _check_overlap(entries)


def _check_overlap(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse entries that share bytes of the file (CVE-2024-0450): a bomb needs no ratio then.

    zipfile looks for this itself from Python 3.11.8 on.
    """
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise unsafe(f"{entry.filename}: overlaps another entry")
        # 30 bytes of local header; its name and extra field only make the entry longer
        end = entry.header_offset + 30 + entry.compress_size


def resolve(part: str, target: str) -> str:
    """Give the name of the part that a relationship target of another part means."""
    target = target.replace("\\", "/")
    if target.startswith("/"):
        return posixpath.normpath(target.lstrip("/"))
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))

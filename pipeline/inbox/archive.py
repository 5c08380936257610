"""Zip attachments: their members' names, and the bytes of one file or member.

Only what every stage that touches a zip has to agree on. What a member holds is told by `read`.
"""

import contextlib
import datetime
import hashlib
import io
import itertools
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import IO, cast

from pipeline.inbox.mail_parts import MailError, TooManyPartsError
from pipeline.inbox.received_mail import Mail, Part, open_mail
from pipeline.model import SourceFile, UnreadableReason
from pipeline.settings import Limits
from pipeline.texts.calendar import JAPAN

_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_UNICODE_PATH = 0x7075  # extra field: the name in UTF-8, beside one in the maker's code page
_LOCAL_HEADER = 30  # bytes of a local file header before the name
# What Python's cp932 makes of bytes that no program writes in a name.
_NO_LETTERS = frozenset("\x80\xa0\uf8f0\uf8f1\uf8f2\uf8f3")
# A zip with one of these is a document in itself, whatever its extension says.
_PACKAGE_NAMES = frozenset({"[content_types].xml", "mimetype", "meta-inf/manifest.mf",
                            "meta-inf/manifest.xml"})  # fmt: skip
_PACKAGE_STARTS = ("xl/", "word/", "ppt/", "_rels/", "docprops/", "visio/", "index/")
_AES = 99  # the compression method that WinZip and others write for AES-encrypted members
_CHUNK = 1 << 20
MAIL_PART = "\0mail:"  # before the number of a part: no zip stores a name like it
_HASHED_SIZES = 8  # times limits.file_size: a larger file is told by its size alone


class MemberError(Exception):
    """A member whose bytes cannot be had; ``reason`` is the fact, ``detail`` for developers."""

    def __init__(self, reason: UnreadableReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One entry of an archive. ``stored`` is the key zipfile knows it by, ``name`` for people."""

    stored: str
    name: str
    size: int
    modified: str
    encrypted: bool
    regular: bool  # False: a symbolic link or a device


def local(moment: float) -> str:
    """Give a time stamp (seconds since 1970) as ISO 8601 in Japan's time."""
    try:
        return datetime.datetime.fromtimestamp(moment, JAPAN).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):  # a date no calendar has
        return ""


def is_archive(file: IO[bytes]) -> bool:
    """Tell whether an open file is a zip of files, not a document that is zipped by itself.

    A zip whose directory cannot be read is no archive: it is for `read` to call it broken.
    """
    file.seek(0)
    head = file.read(_LOCAL_HEADER + 20)
    if head[:4] not in (b"PK\x03\x04", b"PK\x05\x06", b"PK00"):
        return False
    if head[_LOCAL_HEADER:].startswith((b"[Content_Types].xml", b"mimetype")):
        return False  # the usual document, told without its directory
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        return False
    folded = (name.replace("\\", "/").lstrip("/").lower() for name in names)
    return not any(n in _PACKAGE_NAMES or n.startswith(_PACKAGE_STARTS) for n in folded)


def members(archive: zipfile.ZipFile) -> tuple[Member, ...]:
    """Give the files of an archive in stored order; folders are left out."""
    return tuple(
        Member(
            stored=info.filename,
            name=_name(info),
            size=info.file_size,
            modified=_modified(info),
            encrypted=bool(info.flag_bits & _ENCRYPTED_FLAG),
            regular=_regular(info),
        )
        for info in archive.infolist()
        if not info.orig_filename.endswith(("/", "\\"))
    )


def unsafe(archive: zipfile.ZipFile, limits: Limits) -> tuple[UnreadableReason, str] | None:
    """Tell why an archive must not be unpacked at all, None where it may be."""
    infos = archive.infolist()
    if len(infos) > limits.archive_members:
        return UnreadableReason.TOO_LARGE, f"{len(infos)} entries"
    total = sum(info.file_size for info in infos)
    if total > limits.expanded_size:
        return UnreadableReason.TOO_LARGE, f"expands to {total} bytes"
    spans = sorted((i.header_offset, i.compress_size) for i in infos)
    for (start, size), (following, _) in itertools.pairwise(spans):
        if start + _LOCAL_HEADER + size > following:
            return UnreadableReason.UNSAFE, "overlapping entries"
    return None


def member_bytes(
    archive: zipfile.ZipFile, stored: str, *, limit: int, passwords: Sequence[str] = ()
) -> bytes:
    """Give the content of one member; MemberError where it cannot be had.

    Never more than `limit` bytes are unpacked, whatever the header says.
    """
    try:
        info = archive.getinfo(stored)
    except KeyError as error:
        raise MemberError(UnreadableReason.BROKEN, f"no member {stored!r}") from error
    if info.file_size > limit:
        raise MemberError(UnreadableReason.TOO_LARGE, f"member of {info.file_size} bytes")
    if not info.flag_bits & _ENCRYPTED_FLAG:
        return _unpack(archive, info, None, limit)
    for password in passwords:
        for encoding in ("utf-8", "cp932"):
            with contextlib.suppress(MemberError, UnicodeEncodeError):
                return _unpack(archive, info, password.encode(encoding), limit)
    raise MemberError(UnreadableReason.PASSWORD, "encrypted member")


def _unpack(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, key: bytes | None, limit: int
) -> bytes:
    try:
        with archive.open(info, pwd=key) as file:
            content = file.read(limit + 1)
            if len(content) <= limit:
                file.read(1)  # the checksum is compared at the end of the stream
    except (RuntimeError, NotImplementedError) as error:  # wrong password; an unknown method
        reason = UnreadableReason.PASSWORD if key else UnreadableReason.BROKEN
        raise MemberError(reason, str(error)) from error
    except Exception as error:  # a damaged member raises anything, and AES errors of its own
        raise MemberError(UnreadableReason.BROKEN, repr(error)) from error
    if len(content) > limit:
        raise MemberError(UnreadableReason.TOO_LARGE, "member larger than its header says")
    return content


# What Windows and macOS say of a file whose content a cloud still keeps: offline, recall on open,
# recall on access; dataless.
_RECALLED = 0x1000 | 0x40000 | 0x400000
_DATALESS = 0x40000000


def is_placeholder(location: Path) -> bool:
    """Tell a file of OneDrive or iCloud that is a name here, and not yet a content."""
    try:
        status = location.lstat()
    except OSError:
        return False
    return bool(
        getattr(status, "st_file_attributes", 0) & _RECALLED
        or getattr(status, "st_flags", 0) & _DATALESS
    )


def hashed(source: SourceFile, limits: Limits) -> SourceFile:
    """Give a file on disk that is not read as a return, with size and hash where they can be had.

    The largest go without a hash.
    """
    digest = hashlib.sha256()
    size = 0
    try:
        if source.location.stat().st_size > limits.file_size * _HASHED_SIZES:
            return source
        with source.location.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except OSError:
        return source
    return replace(source, size=size, sha256=digest.hexdigest())


def read_content(source: SourceFile, *, limit: int, passwords: Sequence[str] = ()) -> bytes:
    """Give the bytes of a file of the inbox, on disk or inside an archive.

    Raises OSError for a file that the system refuses, MemberError for a member.
    """
    if not source.member:
        return source.location.read_bytes()
    status = source.location.stat()
    stamp = (status.st_mtime_ns, status.st_size)
    chain = (source.member, *source.inner)
    return _opened_member(source.location, stamp, chain, limit, tuple(passwords))


def _opened_member(
    location: Path,
    stamp: tuple[int, int],
    chain: tuple[str, ...],
    limit: int,
    passwords: tuple[str, ...],
) -> bytes:
    """Give a member by the names that lead to it: each but the last is an archive or a mail."""
    *outer, name = chain
    if name.startswith(MAIL_PART):
        return _part_of(_opened_mail(location, stamp, tuple(outer), limit, passwords), name).content
    place: Path | IO[bytes] = location
    if outer:
        place = io.BytesIO(_outer_member(location, stamp, tuple(outer), limit, passwords))
    with open_archive(place) as archive:
        return member_bytes(archive, name, limit=limit, passwords=passwords)


# The members of an archive in an archive come one after another.
_outer_member = lru_cache(maxsize=1)(_opened_member)


@lru_cache(maxsize=1)
def _opened_mail(
    location: Path,
    stamp: tuple[int, int],
    chain: tuple[str, ...],
    limit: int,
    passwords: tuple[str, ...],
) -> Mail:
    if chain and chain[-1].startswith(MAIL_PART):
        part = _part_of(_opened_mail(location, stamp, chain[:-1], limit, passwords), chain[-1])
        content = part.content
        if part.mail:
            return part.mail
    elif chain:
        content = _opened_member(location, stamp, chain, limit, passwords)
    else:
        content = location.read_bytes()
    return mail_of(content, most_parts=Limits().archive_members)


def _part_of(mail: Mail, name: str) -> Part:
    """Give a mail's part by the name that leads to it."""
    number = int(name.removeprefix(MAIL_PART))
    if number >= len(mail.parts):
        raise MemberError(UnreadableReason.BROKEN, f"no part {number}")
    return mail.parts[number]


def mail_of(content: bytes, *, most_parts: int) -> Mail:
    """Take a mail apart; MemberError where that cannot be done."""
    try:
        return open_mail(content, most_parts=most_parts)
    except TooManyPartsError as error:
        raise MemberError(UnreadableReason.TOO_LARGE, str(error)) from error
    except MailError as error:
        raise MemberError(UnreadableReason.BROKEN, str(error)) from error


@contextlib.contextmanager
def open_archive(place: Path | IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """Open an archive; MemberError(BROKEN) where its directory cannot be read."""
    try:
        archive = zipfile.ZipFile(place)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise MemberError(UnreadableReason.BROKEN, str(error)) from error
    with archive:
        if any(info.compress_type == _AES for info in archive.infolist()):
            with _with_aes(place) as opened:
                yield opened
        else:
            yield archive


def _with_aes(place: Path | IO[bytes]) -> zipfile.ZipFile:
    """Open an archive again by a library that knows AES; nearly no archive needs it."""
    import pyzipper  # noqa: PLC0415 - see above

    try:
        # It is a copy of zipfile with the same names.
        return cast("zipfile.ZipFile", pyzipper.AESZipFile(place))
    except Exception as error:  # its exceptions are classes of its own
        raise MemberError(UnreadableReason.BROKEN, repr(error)) from error


def _name(info: zipfile.ZipInfo) -> str:
    """Decode a member's name: the UTF-8 flag, the Unicode extra field, then UTF-8 or CP932.

    macOS writes UTF-8 without the flag; Windows writes the code page (CP932 in Japan). CP932
    text is hardly ever valid UTF-8, so that is tried first. Backslashes become slashes only
    after decoding: they are second bytes of 表, 能 and ソ.
    """
    name = info.orig_filename
    if not info.flag_bits & _UTF8_FLAG:
        with contextlib.suppress(UnicodeEncodeError):
            raw = name.encode("cp437")
            name = _unicode_extra(info.extra, raw) or decode_name(raw)
    return name.replace("\\", "/").lstrip("/") or "（名前なし）"


def decode_name(raw: bytes) -> str:
    """Decode a file name of unknown code page; what fits none keeps its bytes as ``\\x8e``."""
    for encoding in ("utf-8", "cp932"):
        with contextlib.suppress(UnicodeDecodeError):
            name = raw.decode(encoding)
            if not _NO_LETTERS.intersection(name):
                return name
    return raw.decode("utf-8", "backslashreplace")


def _unicode_extra(extra: bytes, raw: bytes) -> str:
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + size]
        if kind == _UNICODE_PATH and size > 5 and len(body) == size:
            version, checksum = struct.unpack_from("<BL", body)
            if version == 1 and checksum == zlib.crc32(raw):
                with contextlib.suppress(UnicodeDecodeError):
                    return body[5:].decode("utf-8")
        at += 4 + size
    return ""


def printable(name: str) -> str:
    """Give a file name as it may be shown and stored: NFC, no undecodable or control characters."""
    if any("\ud800" <= char <= "\udfff" for char in name):
        name = decode_name(name.encode("utf-8", "surrogateescape"))
    name = unicodedata.normalize("NFC", name)
    if name.isprintable():
        return name
    return "".join(
        chr(0x2400 + ord(char)) if char < " " else "\u2421" if char == "\x7f" else char
        for char in name
    )


def _modified(info: zipfile.ZipInfo) -> str:
    """Give a member's date; zip files keep local time, which for this product is Japan's."""
    if info.date_time[:3] == (1980, 1, 1):  # what programs write that do not know the date
        return ""
    try:
        moment = datetime.datetime(*info.date_time, tzinfo=JAPAN)
    except ValueError:  # a month 0 or a 31st of February
        return ""
    return moment.isoformat(timespec="seconds")


def _regular(info: zipfile.ZipInfo) -> bool:
    mode = info.external_attr >> 16
    return info.create_system != 3 or not stat.S_IFMT(mode) or stat.S_ISREG(mode)

"""List every file dropped into inbox/ exactly once, and set aside what is no submission by name.

Nothing is changed, no link is followed and no special file is opened. What a file holds is told
by `read`; only zip attachments and mails are looked into here, because what is in them counts as
files.
"""

import contextlib
import errno
import hashlib
import io
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

from pipeline.inbox.archive import (
    MAIL_PART,
    Member,
    MemberError,
    hashed,
    is_archive,
    is_placeholder,
    local,
    mail_of,
    member_bytes,
    members,
    open_archive,
    printable,
    unsafe,
)
from pipeline.inbox.asks import is_asks
from pipeline.inbox.bundle import is_bundle, newest_bundles, opened_bundle
from pipeline.inbox.mail_answers import answers_in
from pipeline.inbox.mail_passwords import MailedPasswords
from pipeline.inbox.received_mail import Mail, Part, looks_like_mail
from pipeline.model import (
    OF_THIS_COMPUTER,
    Checklist,
    ControlLine,
    Entry,
    FileKind,
    Inbox,
    Outcome,
    Receipt,
    Skipped,
    SkipReason,
    SourceFile,
    Unreadable,
    UnreadableReason,
    Wanted,
)
from pipeline.settings import Limits
from pipeline.texts.calendar import MONTH
from pipeline.texts.passwords import candidates

__all__ = ["JOURNAL", "Found", "Inbox", "discover", "is_closed", "set_aside", "walk"]


# Preferred first: where a coordinator keeps two rosters, the Excel file of today is meant.
_ROSTER_NAMES = tuple(f"名簿{ending}" for ending in (".xlsx", ".xlsm", ".xls", ".ods", ".csv"))
_PASSWORDS = "passwords.txt"
_EXCLUSIONS = "除外.txt"
_SYSTEM_NAMES = frozenset(
    {".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".localized", "icon\r"}
    | {".gitkeep", ".gitignore", ".directory", "folder.jpg"}
)
_SYSTEM_FOLDERS = frozenset(
    {"__macosx", ".spotlight-v100", ".trashes", ".fseventsd", "@eadir", "$recycle.bin", ".git"}
)
# ~$: Excel's lock file; .~lock: LibreOffice's; ._ is a macOS shadow of a file (system).
_TEMPORARY = re.compile(
    r"~\$.*|\.~lock\..*|~wr[dl]\d+\.tmp|.*\.(?:tmp|crdownload|part|partial|download)"
)
_PRODUCT_README = "readme.txt"
# What a move of files that was cut short left behind: ours, nobody dropped it (see close.py).
JOURNAL = ".torimatome-move.json"
_OURS = frozenset({JOURNAL, f"{JOURNAL}.new"})
_CLOUD_NAME = re.compile(r"\..+\.icloud")  # what stands for a file that iCloud has taken away
_MAIL_HEAD = 4096  # bytes in which a mail shows itself
_MAIL_GROWS = 2  # times limits.file_size: base64 makes four bytes of three
_MAILS_DEEP = 5  # a mail in a mail in a mail …
_CONTROL_SIZE = 1 << 20  # bytes of a control file that are read


@dataclass(frozen=True, slots=True)
class Found:
    """A directory entry before it is opened: shown path, place on disk, and what lstat said."""

    path: str
    location: Path
    status: os.stat_result

    @property
    def is_link(self) -> bool:
        """Tell a link, which is never followed."""
        return stat.S_ISLNK(self.status.st_mode) or _is_junction(self.status)

    @property
    def is_file(self) -> bool:
        """Tell a plain file from links and special files."""
        return stat.S_ISREG(self.status.st_mode) and not self.is_link


def discover(
    inbox: Path,
    *,
    month: str,
    limits: Limits,
    checklist: Checklist | None = None,
    counted: tuple[tuple[str, str], ...] = (),
) -> Inbox:
    """Give every file below inbox/ exactly once, in the order of their paths.

    Folders named YYYY-MM directly below inbox/ are closed months and left out; the one of
    `month` is read instead of inbox/ where it holds files. What lies in inbox/ then is given as
    Skipped (LATE): nothing tells this month's late return from an early one of the next. A folder
    that cannot be listed is one Unreadable entry. Gives no entries where inbox/ does not exist.
    Bundles of other offices must be about ``checklist``, and not older than those ``counted`` so
    far (see `Wanted`).
    """
    wanted = Wanted(
        month=month,
        checklist=checklist.id if checklist else "",
        version=checklist.version if checklist else "",
        counted=counted,
    )
    closed = inbox / month
    root = closed if is_closed(closed) else inbox
    listed = list(walk(inbox, root))
    beside = list(walk(inbox, inbox)) if root is closed else []
    listed += _controls(beside)  # the roster may stay above the closed months
    found = sorted((f for f in listed if isinstance(f, Found)), key=lambda f: f.path)
    controls = {f.path: f for f in found if "/" not in f.path.removeprefix(f"{month}/")}
    roster_path = _first(controls, month, _ROSTER_NAMES)
    lines = _numbered(controls.get(_first(controls, month, (_PASSWORDS,))), comments=False)
    passwords = candidates(line.text for line in lines)
    exclusions = _numbered(controls.get(_first(controls, month, (_EXCLUSIONS,))))
    entries: list[Entry] = [f for f in listed if isinstance(f, Unreadable)]
    mailed = MailedPasswords()
    opening = _Opening(passwords, limits, wanted, mailed, checklist)

    def opened(file: Found) -> list[Entry]:
        at_top = file.path in controls
        return _entries(file, at_top=at_top, opening=opening)

    for file in found:
        entries += opened(file)
    again = _to_open_again(entries, mailed)
    if again:  # the password came in a mail that lay behind the file
        entries = [entry for entry in entries if source_of(entry).location not in again]
        entries += [entry for file in found if file.location in again for entry in opened(file)]
    entries += _late(beside, limits)
    entries = _timely(newest_bundles(entries), _newest(entries))
    ordered = _unique(sorted(entries, key=lambda entry: source_of(entry).path))
    roster = next((source_of(e) for e in ordered if source_of(e).path == roster_path), None)
    return Inbox(
        entries=ordered,
        roster=roster if roster_path else None,
        passwords=passwords,
        mailed=mailed.by_sender(),
        exclusions=exclusions,
        wanted=wanted,
    )


Read = tuple[Entry, tuple[Outcome, ...]]  # an entry of the inbox and what came of it


def look_again(
    read: Sequence[Read], inbox: Inbox, limits: Limits, checklist: Checklist | None = None
) -> Mapping[Path, Sequence[Entry]]:
    """Look once more at files that this computer did not give, or that were written to since.

    Gives the entries that each such file on disk has by now, by its place.
    """
    mailed = MailedPasswords(inbox.mailed)
    opening = _Opening(inbox.passwords, limits, inbox.wanted, mailed, checklist)
    closed = {source_of(entry).location for entry, outcomes in read if any(map(_closed, outcomes))}
    return {
        file.location: _unique(
            _timely(
                _entries(
                    file,
                    at_top=False,
                    opening=opening,
                ),
                inbox.as_of,
            )
        )
        for file, changed in _by_now(read)
        if changed or file.location in closed
    }


def given_up(read: Sequence[Read]) -> list[Read]:
    """Give up on what is written to even now: nobody knows what it is going to say."""
    written_to = {file.location for file, changed in _by_now(read) if changed}
    return [
        (entry, (Unreadable(source=source_of(entry), reason=UnreadableReason.CHANGING),))
        if isinstance(entry, SourceFile) and entry.location in written_to
        else (entry, outcomes)
        for entry, outcomes in read
    ]


def _by_now(read: Sequence[Read]) -> Iterator[tuple[Found, bool]]:
    """Give each file on disk that is a return or holds some, and whether it was written to.

    Of an archive its own row comes first. One that is gone is left out: what was read stands.
    """
    listed: dict[Path, tuple[SourceFile, int]] = {}
    returns: set[Path] = set()
    for entry, outcomes in read:
        source = source_of(entry)
        listed.setdefault(source.location, (source, outcomes[0].source.size))
        if isinstance(entry, SourceFile) or any(map(_closed, outcomes)):
            returns.add(source.location)
    for location, (source, size) in listed.items():
        with contextlib.suppress(OSError):
            file = Found(path=source.path, location=location, status=location.lstat())
            if location in returns and file.is_file:
                now = (file.status.st_size, local(file.status.st_mtime))
                yield file, now != (size, source.modified)


def _closed(outcome: Outcome) -> bool:
    return isinstance(outcome, Unreadable) and outcome.reason in OF_THIS_COMPUTER


def source_of(entry: Entry) -> SourceFile:
    """Give the file that an entry is about."""
    return entry if isinstance(entry, SourceFile) else entry.source


def walk(inbox: Path, root: Path) -> Iterator[Found | Unreadable]:
    """Give every file below `root`; links are given, never followed."""
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as listing:
                children = list(listing)
        except FileNotFoundError:
            continue
        except OSError as error:
            shown = _shown(inbox, folder)
            source = SourceFile(path=f"{shown}/" if shown else "./", location=folder)
            yield Unreadable(
                source=source, reason=UnreadableReason.NO_ACCESS, detail=_english(error)
            )
            continue
        for child in children:
            location = folder / child.name
            try:
                status = child.stat(follow_symlinks=False)
            except OSError as error:
                yield Unreadable(
                    source=SourceFile(path=_shown(inbox, location), location=location),
                    reason=UnreadableReason.NO_ACCESS,
                    detail=_english(error),
                )
                continue
            if not stat.S_ISDIR(status.st_mode) or _is_junction(status):
                if folder != inbox or child.name not in _OURS:
                    yield Found(_shown(inbox, location), location, status)
            elif folder != inbox or not MONTH.fullmatch(printable(child.name)):
                folders.append(location)


def _controls(beside: Sequence[Found | Unreadable]) -> list[Found]:
    """Give the coordinator's own files that stand directly in inbox/."""
    names = {*_ROSTER_NAMES, _PASSWORDS, _EXCLUSIONS}
    return [
        found
        for found in beside
        if isinstance(found, Found) and found.is_file and found.path.lower() in names
    ]


def _late(beside: Sequence[Found | Unreadable], limits: Limits) -> Iterator[Entry]:
    """Give what lies in inbox/ beside the folder of the closed month that is read, unopened."""
    for found in beside:
        if isinstance(found, Unreadable):
            yield found
        elif not set_aside(found.path, at_top="/" not in found.path):
            source = _on_disk(found)
            source = hashed(source, limits) if found.is_file else source
            yield Skipped(source=source, reason=SkipReason.LATE)


def is_closed(folder: Path) -> bool:
    """Tell whether a month's folder holds anything but a roster and what systems drop there."""
    if not folder.is_dir():
        return False
    return any(
        isinstance(found, Unreadable) or not set_aside(found.path, at_top="/" not in found.path)
        for found in walk(folder, folder)
    )


def _shown(inbox: Path, location: Path) -> str:
    parts = location.relative_to(inbox).parts
    return "/".join(printable(part) for part in parts)


def _is_junction(status: os.stat_result) -> bool:
    """Tell a Windows junction, which lstat shows as a folder."""
    tag = getattr(status, "st_reparse_tag", 0)
    return bool(tag) and tag == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1)


def _first(controls: dict[str, Found], month: str, names: Sequence[str]) -> str:
    """Give the path of the first of these names that is there, nearest to the month first."""
    present = {path.lower(): path for path in controls}
    for name in names:
        for path in (f"{month}/{name}", name):
            if path in present:
                return present[path]
    return ""


def _numbered(file: Found | None, *, comments: bool = True) -> tuple[ControlLine, ...]:
    """Read a control file; an unreadable one holds nothing. ``comments``: # leads one."""
    if file is None or not stat.S_ISREG(file.status.st_mode):
        return ()
    lines = _lines_of(file.location)
    return tuple(line for line in lines if not (comments and line.text[0] in "#＃"))


def passwords_beside(path: Path) -> tuple[str, ...]:
    """Give the passwords of the passwords.txt that lies in the same folder as a file."""
    control = path.parent / _PASSWORDS
    return candidates(line.text for line in _lines_of(control)) if control.is_file() else ()


def _lines_of(location: Path) -> tuple[ControlLine, ...]:
    """Give each different line that says something: UTF-8, CP932 or Notepad's "Unicode"."""
    try:
        with location.open("rb") as opened:
            content = opened.read(_CONTROL_SIZE)
    except OSError:
        return ()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp932", "replace")
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            lines.setdefault(line.strip(), number)
    return tuple(ControlLine(number=number, text=line) for line, number in lines.items())


@dataclass(frozen=True, slots=True)
class _Opening:
    """What a file of the inbox is opened with."""

    passwords: tuple[str, ...]
    limits: Limits
    wanted: Wanted
    mailed: MailedPasswords
    checklist: Checklist | None  # what a mail's text may answer


def _to_open_again(entries: Iterable[Entry], mailed: MailedPasswords) -> frozenset[Path]:
    """Give the mails with what no password opened, whose sender told one."""
    return frozenset(
        entry.source.location
        for entry in entries
        if isinstance(entry, Unreadable)
        and entry.reason is UnreadableReason.PASSWORD
        and mailed.of(entry.source.sender)
    )


def _entries(file: Found, *, at_top: bool, opening: _Opening) -> list[Entry]:
    """Give what one directory entry is: a file, a file set aside, or the members of an archive.

    A plain file has no hash yet: what is hashed is what is read.
    """
    source = _on_disk(file)
    if file.is_link:
        return [Skipped(source=replace(source, size=0), reason=SkipReason.LINK)]
    if not stat.S_ISREG(file.status.st_mode):  # opening a pipe would wait for ever
        return [Skipped(source=source, reason=SkipReason.OTHER_KIND)]
    if _CLOUD_NAME.fullmatch(file.path.rpartition("/")[2]):
        return [Unreadable(source=source, reason=UnreadableReason.NOT_HERE, detail="iCloud")]
    aside = set_aside(file.path, at_top=at_top)
    if aside is not None:
        return [Skipped(source=hashed(source, opening.limits), reason=aside)]
    return _opened(file, source, _Unpacking(opening))


def _opened(file: Found, source: SourceFile, unpacking: "_Unpacking") -> list[Entry]:
    """Give a file that its name does not set aside; archives and mails are taken apart."""
    limits = unpacking.left
    try:
        with file.location.open("rb") as opened:
            archive = source.size <= limits.expanded_size and is_archive(opened)
            opened.seek(0)
            small = source.size <= limits.file_size * _MAIL_GROWS
            mail = small and not archive and looks_like_mail(opened.read(_MAIL_HEAD), file.path)
            opened.seek(0)
            content = opened.read() if mail else b""
    except OSError as error:
        return [Unreadable(source=source, reason=_refusal(error, file), detail=_english(error))]
    if mail:
        return unpacking.mail(content, hashed(source, limits))
    return _unpacked(hashed(source, limits), unpacking) if archive else [source]


def _refusal(error: OSError, file: Found) -> UnreadableReason:
    if isinstance(error, FileNotFoundError):
        return UnreadableReason.VANISHED
    if is_placeholder(file.location):
        return UnreadableReason.NOT_HERE
    return UnreadableReason.NO_ACCESS


def _on_disk(file: Found) -> SourceFile:
    return SourceFile(
        path=file.path,
        location=file.location,
        size=file.status.st_size,
        modified=local(file.status.st_mtime),
    )


def _english(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, type(error).__name__)


def set_aside(path: str, *, at_top: bool) -> SkipReason | None:
    """Tell by its name why a file is no submission."""
    *folders, name = path.lower().split("/")
    if at_top:
        if name in _ROSTER_NAMES:
            return SkipReason.ROSTER
        if name in (_PASSWORDS, _EXCLUSIONS):
            return SkipReason.CONTROL
        if name == _PRODUCT_README:
            return SkipReason.GUIDE
    if _TEMPORARY.fullmatch(name):
        return SkipReason.TEMPORARY
    in_system_folder = any(folder in _SYSTEM_FOLDERS for folder in folders)
    if name in _SYSTEM_NAMES or name.startswith("._") or in_system_folder:
        return SkipReason.SYSTEM
    return None


def _unpacked(archive: SourceFile, unpacking: "_Unpacking") -> list[Entry]:
    """Give an archive's own row and one entry for each of its members."""
    try:
        with open_archive(archive.location) as opened:
            return unpacking.entries(opened, archive)
    except (OSError, MemberError) as error:
        reason = error.reason if isinstance(error, MemberError) else UnreadableReason.NO_ACCESS
        return [Unreadable(source=archive, reason=reason, kind=FileKind.ZIP, detail=str(error))]


class _Unpacking:
    """Takes one archive apart, and the archives in it; what the limits allow is for all of them."""

    def __init__(self, opening: _Opening) -> None:
        self.passwords = opening.passwords
        self.left = opening.limits
        self.wanted = opening.wanted
        self.mailed = opening.mailed
        self.checklist = opening.checklist

    def entries(self, opened: ZipFile, archive: SourceFile) -> list[Entry]:
        """Give an archive's own row and one entry for each member, and for each of theirs."""
        refused = unsafe(opened, self.left)
        if refused:
            reason, detail = refused
            return [Unreadable(source=archive, reason=reason, kind=FileKind.ZIP, detail=detail)]
        infos = opened.infolist()
        self.left = replace(
            self.left,
            archive_members=self.left.archive_members - len(infos),
            expanded_size=self.left.expanded_size - sum(info.file_size for info in infos),
        )
        if is_asks(opened, self.left):
            asks = SkipReason.ASKED_ABOVE
            return [Skipped(source=archive, reason=asks, kind=FileKind.ZIP)]
        if is_bundle(opened):
            return [*opened_bundle(opened, archive, self.left, self.wanted)]
        entries: list[Entry] = [
            Skipped(source=archive, reason=SkipReason.ARCHIVE, kind=FileKind.ZIP)
        ]
        found = members(opened)
        last = {member.stored: index for index, member in enumerate(found)}
        for index, member in enumerate(found):
            source = _member_source(archive, member)
            if last[member.stored] != index:
                entries.append(_doubled(source))
            else:
                entries += self._member(opened, source, member)
        return entries

    def _member(self, opened: ZipFile, source: SourceFile, member: Member) -> list[Entry]:
        """Give one member: set aside by its name, unreadable, an archive, or a file."""
        aside = set_aside(member.name, at_top=False) if member.regular else SkipReason.LINK
        if aside is not None:
            return [Skipped(source=source, reason=aside)]
        try:
            passwords = self.passwords + self.mailed.of(source.sender)
            content = member_bytes(
                opened, member.stored, limit=self.left.file_size, passwords=passwords
            )
        except MemberError as error:
            return [Unreadable(source=source, reason=error.reason, detail=error.detail)]
        source = replace(source, size=len(content), sha256=hashlib.sha256(content).hexdigest())
        return self._within(content, source, member.name)

    def _within(self, content: bytes, source: SourceFile, name: str) -> list[Entry]:
        """Give a member that may itself be an archive or a mail."""
        if is_archive(io.BytesIO(content)):
            return self._archive(content, source)
        if looks_like_mail(content[:_MAIL_HEAD], name):
            return self.mail(content, source)
        return [source]

    def mail(self, content: bytes, source: SourceFile) -> list[Entry]:
        """Give a mail's own row and one entry for each attachment, and for what is in them.

        A mail that a mail brought was received when the outer one was.
        """
        depth = _levels(source, mails=True)
        if depth >= _MAILS_DEEP:
            return [_refused_mail(source, UnreadableReason.NESTED_ARCHIVE, "mails in mails")]
        try:
            opened = mail_of(content, most_parts=max(self.left.archive_members, 0))
        except MemberError as error:
            return [_refused_mail(source, error.reason, error.detail)]
        size = sum(len(part.content) for part in opened.parts)
        if size > self.left.expanded_size:
            return [_refused_mail(source, UnreadableReason.TOO_LARGE, f"{size} bytes")]
        self.left = replace(
            self.left,
            archive_members=self.left.archive_members - len(opened.parts),
            expanded_size=self.left.expanded_size - size,
        )
        letter = answers_in(opened.body, self.checklist) if self.checklist else ""
        source = replace(_told_by(source, opened), letter=letter)
        self.mailed.hear(source.sender, opened.body)
        if not opened.parts:
            return [Skipped(source=source, reason=SkipReason.OTHER_KIND, kind=FileKind.MAIL)]
        entries: list[Entry] = [Skipped(source=source, reason=SkipReason.MAIL, kind=FileKind.MAIL)]
        for number, part in enumerate(opened.parts):
            entries += self._part(source, part, number)
        return entries

    def _part(self, mail: SourceFile, part: Part, number: int) -> list[Entry]:
        """Give one attachment: of the letter itself, set aside by its name, or a file."""
        stored = f"{MAIL_PART}{number}"
        source = SourceFile(
            path=f"{mail.path}!{printable(part.name)}",
            location=mail.location,
            member=mail.member or stored,
            inner=(*mail.inner, stored) if mail.member else (),
            size=len(part.content),
            modified=mail.received if mail.receipt is Receipt.SERVER else mail.modified,
            sha256=hashlib.sha256(part.content).hexdigest(),
            received=mail.received,
            receipt=mail.receipt,
            passed_on=mail.passed_on,
            sender=mail.sender,
            subject=mail.subject,
            letter=mail.letter,
        )
        aside = SkipReason.LETTER if part.of_letter else set_aside(part.name, at_top=False)
        if aside is not None:
            return [Skipped(source=source, reason=aside)]
        if len(part.content) > self.left.file_size:
            return [Unreadable(source=source, reason=UnreadableReason.TOO_LARGE, detail="part")]
        return self._within(part.content, source, part.name)

    def _archive(self, content: bytes, source: SourceFile) -> list[Entry]:
        """Give what an archive in an archive holds; one more level is refused."""
        failure = (UnreadableReason.NESTED_ARCHIVE, "the third level")
        if _levels(source, mails=False) <= 1:
            try:
                with open_archive(io.BytesIO(content)) as within:
                    return self.entries(within, source)
            except MemberError as error:
                failure = (error.reason, error.detail)
        reason, detail = failure
        return [Unreadable(source=source, reason=reason, kind=FileKind.ZIP, detail=detail)]


def _member_source(archive: SourceFile, member: Member) -> SourceFile:
    return SourceFile(
        path=f"{archive.path}!{printable(member.name)}",
        location=archive.location,
        member=archive.member or member.stored,
        inner=(*archive.inner, member.stored) if archive.member else (),
        size=member.size,
        modified=member.modified or archive.modified,
        received=archive.received,
        receipt=archive.receipt,
        passed_on=archive.passed_on,
        sender=archive.sender,
        subject=archive.subject,
        letter=archive.letter,
    )


def _levels(source: SourceFile, *, mails: bool) -> int:
    """Count the mails, or the archives, that a member lies in."""
    chain = (source.member, *source.inner) if source.member else ()
    return sum(name.startswith(MAIL_PART) is mails for name in chain)


def _told_by(source: SourceFile, mail: Mail) -> SourceFile:
    """Give a mail with what it tells; of one in another, the outer one was received."""
    own = Receipt.SERVER if mail.by_server else Receipt.SENDER if mail.received else Receipt.NONE
    within = _levels(source, mails=True) > 0
    return replace(
        source,
        received=source.received if within else mail.received,
        receipt=source.receipt if within else own,
        passed_on=within or mail.passed_on,
        sender=mail.sender,
        subject=mail.subject,
    )


def _newest(entries: Iterable[Entry]) -> str:
    """Give when the last of the files on disk was changed."""
    sources = map(source_of, entries)
    return max((source.modified for source in sources if not source.member), default="")


def _timely(entries: Iterable[Entry], newest: str) -> list[Entry]:
    """Mark the mails that came later than anything here was changed: some clock is wrong.

    Not held against the clock of this computer: the same inbox gives the same result at any time.
    """
    entries = list(entries)
    limit = _an_hour_after(newest)
    on_disk = {s.location: s.modified for s in map(source_of, entries) if not s.member}
    return [
        _changed(
            entry,
            receipt=Receipt.FUTURE,
            modified=on_disk.get(source.location, newest),
        )
        if (source := source_of(entry)).received > limit
        else entry
        for entry in entries
    ]


def _an_hour_after(moment: str) -> str:
    """Give the moment up to which the clocks of two computers may differ."""
    return (datetime.fromisoformat(moment) + timedelta(hours=1)).isoformat() if moment else ""


def _refused_mail(source: SourceFile, reason: UnreadableReason, detail: str) -> Unreadable:
    return Unreadable(source=source, reason=reason, kind=FileKind.MAIL, detail=detail)


def _doubled(source: SourceFile) -> Unreadable:
    """Two members of one name: the earlier cannot be told from the later one by any program."""
    return Unreadable(source=source, reason=UnreadableReason.UNSAFE, detail="name stored twice")


def _unique(entries: list[Entry]) -> tuple[Entry, ...]:
    """Tell apart files whose shown paths are the same (NFC and NFD names side by side)."""
    seen: dict[str, int] = {}
    result: list[Entry] = []
    for entry in entries:
        path = source_of(entry).path
        seen[path] = seen.get(path, 0) + 1
        again = seen[path] > 1
        result.append(_changed(entry, path=f"{path}（同名{seen[path]}）") if again else entry)
    return tuple(result)


def _changed(entry: Entry, **told: str) -> Entry:
    """Give an entry of whose file something else is told."""
    source: SourceFile = replace(source_of(entry), **told)  # type: ignore[arg-type]
    return source if isinstance(entry, SourceFile) else replace(entry, source=source)

"""List every file dropped into inbox/ exactly once, and set aside what is no submission by name.

Nothing is changed, no link is followed and no special file is opened. What a file holds is told
by `read`; only zip attachments and mails are looked into here, because what is in them counts as
files.
"""

import contextlib
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.inbox.archive import (
    MemberError,
    hashed,
    is_archive,
    is_placeholder,
    local,
    open_archive,
)
from pipeline.inbox.bundle import newest_bundles
from pipeline.inbox.control_files import control_lines, nearest
from pipeline.inbox.listing import (
    EXCLUSIONS,
    PASSWORDS,
    ROSTER_NAMES,
    Found,
    error_name,
    is_closed,
    on_disk,
    set_aside,
    source_of,
    walk,
    with_source,
)
from pipeline.inbox.mail_passwords import MailedPasswords
from pipeline.inbox.received_mail import looks_like_mail
from pipeline.inbox.unpacking import MAIL_HEAD, Opening, Unpacking
from pipeline.model import (
    OF_THIS_COMPUTER,
    Checklist,
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
from pipeline.texts.passwords import candidates

_CLOUD_NAME = re.compile(r"\..+\.icloud")  # what stands for a file that iCloud has taken away
_MAIL_GROWS = 2  # times limits.file_size: base64 makes four bytes of three


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
    # Long: the order of the steps by which an inbox becomes entries.
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
    roster_path = nearest(controls, month, ROSTER_NAMES)
    lines = control_lines(controls.get(nearest(controls, month, (PASSWORDS,))), comments=False)
    passwords = candidates(line.text for line in lines)
    exclusions = control_lines(controls.get(nearest(controls, month, (EXCLUSIONS,))))
    entries: list[Entry] = [f for f in listed if isinstance(f, Unreadable)]
    mailed = MailedPasswords()
    opening = Opening(passwords, limits, wanted, mailed, checklist)

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
    opening = Opening(inbox.passwords, limits, inbox.wanted, mailed, checklist)
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


def _controls(beside: Sequence[Found | Unreadable]) -> list[Found]:
    """Give the coordinator's own files that stand directly in inbox/."""
    names = {*ROSTER_NAMES, PASSWORDS, EXCLUSIONS}
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
            source = on_disk(found)
            source = hashed(source, limits) if found.is_file else source
            yield Skipped(source=source, reason=SkipReason.LATE)


def _to_open_again(entries: Iterable[Entry], mailed: MailedPasswords) -> frozenset[Path]:
    """Give the mails with what no password opened, whose sender told one."""
    return frozenset(
        entry.source.location
        for entry in entries
        if isinstance(entry, Unreadable)
        and entry.reason is UnreadableReason.PASSWORD
        and mailed.of(entry.source.sender)
    )


def _entries(file: Found, *, at_top: bool, opening: Opening) -> list[Entry]:
    """Give what one directory entry is: a file, a file set aside, or the members of an archive.

    A plain file has no hash yet: what is hashed is what is read.
    """
    source = on_disk(file)
    if file.is_link:
        return [Skipped(source=replace(source, size=0), reason=SkipReason.LINK)]
    if not stat.S_ISREG(file.status.st_mode):  # opening a pipe would wait for ever
        return [Skipped(source=source, reason=SkipReason.OTHER_KIND)]
    if _CLOUD_NAME.fullmatch(file.path.rpartition("/")[2]):
        return [Unreadable(source=source, reason=UnreadableReason.NOT_HERE, detail="iCloud")]
    aside = set_aside(file.path, at_top=at_top)
    if aside is not None:
        return [Skipped(source=hashed(source, opening.limits), reason=aside)]
    return _opened(file, source, Unpacking(opening))


def _opened(file: Found, source: SourceFile, unpacking: "Unpacking") -> list[Entry]:
    """Give a file that its name does not set aside; archives and mails are taken apart."""
    limits = unpacking.left
    try:
        with file.location.open("rb") as opened:
            archive = source.size <= limits.expanded_size and is_archive(opened)
            opened.seek(0)
            small = source.size <= limits.file_size * _MAIL_GROWS
            mail = small and not archive and looks_like_mail(opened.read(MAIL_HEAD), file.path)
            opened.seek(0)
            content = opened.read() if mail else b""
    except OSError as error:
        return [Unreadable(source=source, reason=_refusal(error, file), detail=error_name(error))]
    if mail:
        return unpacking.mail(content, hashed(source, limits))
    return _unpacked(hashed(source, limits), unpacking) if archive else [source]


def _refusal(error: OSError, file: Found) -> UnreadableReason:
    if isinstance(error, FileNotFoundError):
        return UnreadableReason.VANISHED
    if is_placeholder(file.location):
        return UnreadableReason.NOT_HERE
    return UnreadableReason.NO_ACCESS


def _unpacked(archive: SourceFile, unpacking: "Unpacking") -> list[Entry]:
    """Give an archive's own row and one entry for each of its members."""
    try:
        with open_archive(archive.location) as opened:
            return unpacking.entries(opened, archive)
    except (OSError, MemberError) as error:
        reason = error.reason if isinstance(error, MemberError) else UnreadableReason.NO_ACCESS
        return [Unreadable(source=archive, reason=reason, kind=FileKind.ZIP, detail=str(error))]


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
        with_source(
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


def _unique(entries: list[Entry]) -> tuple[Entry, ...]:
    """Tell apart files whose shown paths are the same (NFC and NFD names side by side)."""
    seen: dict[str, int] = {}
    result: list[Entry] = []
    for entry in entries:
        path = source_of(entry).path
        seen[path] = seen.get(path, 0) + 1
        again = seen[path] > 1
        result.append(with_source(entry, path=f"{path}（同名{seen[path]}）") if again else entry)
    return tuple(result)

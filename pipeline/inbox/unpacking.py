"""Archives and mails taken apart: a row of their own, and one entry for each thing in them."""

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from zipfile import ZipFile

from pipeline.inbox.archive import (
    MAIL_PART,
    Member,
    MemberError,
    is_archive,
    mail_of,
    member_bytes,
    members,
    open_archive,
    printable,
    unsafe,
)
from pipeline.inbox.asks import is_asks
from pipeline.inbox.bundle import is_bundle, opened_bundle
from pipeline.inbox.listing import set_aside
from pipeline.inbox.mail_answers import answers_in, leads_to_a_file
from pipeline.inbox.mail_passwords import MailedPasswords
from pipeline.inbox.mapi import TNEF
from pipeline.inbox.received_mail import Mail, Part, looks_like_mail
from pipeline.model import (
    Checklist,
    Entry,
    FileKind,
    Receipt,
    Skipped,
    SkipReason,
    SourceFile,
    Unreadable,
    UnreadableReason,
    Wanted,
)
from pipeline.settings import Limits

MAIL_HEAD = 4096  # bytes in which a mail shows itself
_MAILS_DEEP = 5  # a mail in a mail in a mail …


@dataclass(frozen=True, slots=True)
class Opening:
    """What a file of the inbox is opened with."""

    passwords: tuple[str, ...]
    limits: Limits
    wanted: Wanted
    mailed: MailedPasswords
    checklist: Checklist | None  # what a mail's text may answer


class Unpacking:
    """Takes one archive apart, and the archives in it; what the limits allow is for all of them."""

    def __init__(self, opening: Opening) -> None:
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
            modified = member.modified or archive.modified
            name = printable(member.name)
            source = _inside(archive, member.stored, name, size=member.size, modified=modified)
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
        if looks_like_mail(content[:MAIL_HEAD], name):
            return self.mail(content, source)
        return [source]

    def mail(self, content: bytes, source: SourceFile) -> list[Entry]:
        """Give a mail's own row and one entry for each attachment, and for what is in them.

        A mail that a mail brought was received when the outer one was.
        """
        if self._too_deep(source):
            return [_refused_mail(source, UnreadableReason.NESTED_ARCHIVE, "mails in mails")]
        try:
            opened = mail_of(content, most_parts=max(self.left.archive_members, 0))
        except MemberError as error:
            if error.reason is UnreadableReason.BROKEN and content.startswith(TNEF):
                return [source]  # for `read` to say what it is
            return [_refused_mail(source, error.reason, error.detail)]
        return self._taken_apart(opened, source)

    def _too_deep(self, source: SourceFile) -> bool:
        return _levels(source, mails=True) >= _MAILS_DEEP

    def _taken_apart(self, opened: Mail, source: SourceFile) -> list[Entry]:
        if not _levels(source, mails=True):
            opened = _without_ours(opened)
        size = sum(len(part.content) for part in opened.parts)
        if size > self.left.expanded_size:
            return [_refused_mail(source, UnreadableReason.TOO_LARGE, f"{size} bytes")]
        self.left = replace(
            self.left,
            archive_members=self.left.archive_members - len(opened.parts),
            expanded_size=self.left.expanded_size - size,
        )
        asked = None if opened.automatic else self.checklist
        letter = answers_in(opened.body, asked) if asked else ""
        source = _told_by(source, opened, letter)
        self.mailed.hear(source.sender, f"{opened.subject}\n\n{opened.body}")
        kind = _kind_of(opened)
        if opened.sealed:
            return [Skipped(source=source, reason=SkipReason.OTHER_KIND, kind=kind)]
        reason = SkipReason.WRAPPING if opened.wraps else SkipReason.MAIL
        if not _brings_files(opened):
            nothing = _wraps_a_mail(source, opened)
            reason = SkipReason.LETTER if nothing else SkipReason.OTHER_KIND
        own = Skipped(source=source, reason=reason, kind=kind)
        below: list[Entry] = []
        for number, part in enumerate(opened.parts):
            below += self._part(source, part, number)
        refused = _refused_as_a_whole(below)
        return [replace(refused, source=source, kind=kind)] if refused else [own, *below]

    def _part(self, mail: SourceFile, part: Part, number: int) -> list[Entry]:
        """Give one attachment: of the letter itself, set aside by its name, or a file."""
        stored = f"{MAIL_PART}{number}"
        source = _inside(
            mail,
            stored,
            printable(part.name),
            size=len(part.content),
            modified=mail.received if mail.receipt is Receipt.SERVER else mail.modified,
            sha256=hashlib.sha256(part.content).hexdigest(),
        )
        aside = SkipReason.LETTER if part.of_letter else set_aside(part.name, at_top=False)
        if aside is not None:
            return [Skipped(source=source, reason=aside)]
        if len(part.content) > self.left.file_size:
            return [Unreadable(source=source, reason=UnreadableReason.TOO_LARGE, detail="part")]
        if part.mail:
            if self._too_deep(source):
                return [_refused_mail(source, UnreadableReason.NESTED_ARCHIVE, "mails in mails")]
            return self._taken_apart(part.mail, source)
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


def _inside(
    frame: SourceFile, stored: str, name: str, *, size: int, modified: str, sha256: str = ""
) -> SourceFile:
    """Give what lies in an archive or a mail; what the mail around it tells is told of it, too."""
    return replace(
        frame,
        path=f"{frame.path}!{name}",
        member=frame.member or stored,
        inner=(*frame.inner, stored) if frame.member else (),
        size=size,
        modified=modified,
        sha256=sha256,
    )


def _levels(source: SourceFile, *, mails: bool) -> int:
    """Count the mails, or the archives, that a member lies in."""
    chain = (source.member, *source.inner) if source.member else ()
    return sum(name.startswith(MAIL_PART) is mails for name in chain)


def _told_by(source: SourceFile, mail: Mail, letter: str) -> SourceFile:
    """Give a mail with what it tells; of one in another, the outer one was received.

    winmail.dat is no other mail: what brought it tells more than it does.
    """
    if _wraps_a_mail(source, mail):
        return replace(source, letter=source.letter or letter)
    own = Receipt.SERVER if mail.by_server else Receipt.SENDER if mail.received else Receipt.NONE
    within = _levels(source, mails=True) > 0
    return replace(
        source,
        received=source.received if within else mail.received,
        receipt=source.receipt if within else own,
        passed_on=within or mail.passed_on,
        bearers=() if mail.passed_on or not within else (*source.bearers, source.sender),
        sender=mail.sender,
        subject=mail.subject,
        letter=letter,
    )


def _without_ours(mail: Mail) -> Mail:
    """Give a mail to us; the letter that came back with it is one of ours, and no return."""
    parts = (replace(part, of_letter=part.of_letter or part.came_back) for part in mail.parts)
    return replace(mail, parts=tuple(parts))


def _brings_files(mail: Mail) -> bool:
    return any(not part.of_letter for part in mail.parts)


def _kind_of(mail: Mail) -> FileKind:
    if mail.sealed:
        return FileKind.SEALED_MAIL
    if mail.wraps:
        return FileKind.ATTACHMENTS
    if _brings_files(mail):
        return FileKind.MAIL
    if mail.undelivered:
        return FileKind.UNDELIVERED
    if mail.automatic:
        return FileKind.AUTOMATIC_MAIL
    return FileKind.LEADING_MAIL if leads_to_a_file(mail.body) else FileKind.LETTER


def _wraps_a_mail(source: SourceFile, mail: Mail) -> bool:
    return mail.wraps and _levels(source, mails=True) > 0


_FRAMES = {SkipReason.MAIL, SkipReason.WRAPPING, SkipReason.ARCHIVE, SkipReason.LETTER}
_REFUSED = {UnreadableReason.TOO_LARGE, UnreadableReason.NESTED_ARCHIVE, UnreadableReason.UNSAFE}


def _refused_as_a_whole(below: Iterable[Entry]) -> Unreadable | None:
    """Give why a mail is refused in which is nothing but what the limits refuse.

    It costs one row, however many frames lie around that. An attachment that is merely too large
    keeps its own: its sender is asked for it by its name.
    """
    refused = None
    for entry in below:
        if isinstance(entry, SourceFile):
            return None
        if isinstance(entry, Unreadable):
            if entry.reason not in _REFUSED or entry.kind is FileKind.OTHER:
                return None
            refused = refused or entry
        elif not (isinstance(entry, Skipped) and entry.reason in _FRAMES):
            return None
    return refused


def _refused_mail(source: SourceFile, reason: UnreadableReason, detail: str) -> Unreadable:
    return Unreadable(source=source, reason=reason, kind=FileKind.MAIL, detail=detail)


def _doubled(source: SourceFile) -> Unreadable:
    """Two members of one name: the earlier cannot be told from the later one by any program."""
    return Unreadable(source=source, reason=UnreadableReason.UNSAFE, detail="name stored twice")

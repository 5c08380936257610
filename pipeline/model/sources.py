"""Files of the inbox before a workbook is read: what they are, whence, and why set aside."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class FileKind(StrEnum):
    """The real type of a file, told by its content."""

    XLSX = "xlsx"
    XLSM = "xlsm"
    XLS = "xls"
    XLSB = "xlsb"
    ODS = "ods"
    CSV = "csv"
    ZIP = "zip"
    PDF = "pdf"
    WORD = "word"
    SLIDES = "slides"
    IMAGE = "image"
    MAIL = "mail"
    HTML = "html"
    TEXT = "text"
    EMPTY = "empty"  # nothing, or zeros alone: what a transfer leaves that is not finished
    PROTECTED = "protected"  # a workbook behind a sensitivity label or rights management (IRM)
    XML2003 = "xml2003"  # an Excel 2003 XML spreadsheet
    SHORTCUT = "shortcut"  # leads to a file and is none: .lnk, .url, .webloc
    LETTER = "letter"  # a mail that brings no file
    AUTOMATIC_MAIL = "automatic_mail"  # one that no person wrote, with no file
    UNDELIVERED = "undelivered"  # tells that a mail of ours did not arrive
    LEADING_MAIL = "leading_mail"  # one that brings none and says where it can be had
    SEALED_MAIL = "sealed_mail"  # encrypted, or signed so that only its own programs open it
    ATTACHMENTS = "winmail"  # winmail.dat: Outlook's own wrapping of attachments
    ARCHIVE = "archive"  # 7z, rar, lzh …: files inside, and no zip
    IWORK = "iwork"  # Numbers, Pages, Keynote
    ICHITARO = "jtd"
    DOCUWORKS = "xdw"
    ONENOTE = "onenote"
    DATABASE = "database"
    PROGRAM = "program"
    OTHER = "other"


class Receipt(StrEnum):
    """By what it is known when a mail came."""

    NONE = ""  # no mail, or one that tells no time
    SENDER = "sender"  # the sender's own clock, which proves nothing
    SERVER = "server"  # a server on our side wrote it
    FUTURE = "future"  # later than anything in the inbox was changed: some clock is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file dropped into inbox/, or one member of a zip archive there.

    ``path`` is its name everywhere in the output: POSIX, relative to inbox/, NFC, ``!`` before
    a zip member. ``location`` is the file on disk (for a member: the archive) and ``member``
    the stored name inside the archive, empty for a plain file; ``inner`` are the names in the
    archives that the member itself is, where it is one. ``modified`` is ISO 8601 with offset, in
    seconds (``2026-11-05T09:30:00+09:00``). ``sha256`` is over the content as it was read, empty
    before a plain file is read. ``part`` is empty but where one workbook holds the returns of
    several bodies: then the name of the (first) sheet of this return, and several returns share
    one path.
    ``received``, ``sender`` and ``subject`` are what the mail tells that brought it, ``receipt``
    by what it knows the time, ``passed_on`` that somebody forwarded it, and ``letter`` the
    sentences of its text that answer something. ``bearers`` are the senders of the mails around
    that mail, none where it came by itself or says that it is a copy (Fw:).
    ``sealed``: the member of a bundle (see `Bundle`), a return that another office has counted.
    """

    path: str
    location: Path
    member: str = ""
    inner: tuple[str, ...] = ()
    size: int = 0
    modified: str = ""
    sha256: str = ""
    part: str = ""
    sealed: bool = False
    received: str = ""
    receipt: Receipt = Receipt.NONE
    passed_on: bool = False
    bearers: tuple[str, ...] = ()
    sender: str = ""
    subject: str = ""
    letter: str = ""

    @property
    def key(self) -> str:
        """Give what tells this return from every other of the inbox: a path alone does not."""
        return return_key(self.path, self.part)

    @property
    def shown(self) -> str:
        """Give the return's name in a message: the file, with the sheet where that tells it."""
        return shown_key(self.key)


_DIGITS = 16  # of a digest: enough for any month, short enough for a cell


def text_digest(*parts: str) -> str:
    """Stand for a few texts in a key."""
    text = "\x1f".join(parts).encode("utf-8", "replace")
    return hashlib.sha256(text).hexdigest()[:_DIGITS]


def file_digest(sha256: str) -> str:
    """Stand for a file as a whole, wherever it lies."""
    return text_digest("file", sha256)


def return_key(file: str, part: str) -> str:
    """Give the key of a return: its file's path and, where several share one, its sheet."""
    return f"{file}\n{part}" if part else file


def shown_key(key: str) -> str:
    """Give a return's key as a message names it: ``郡内.xlsx`` or ``郡内.xlsx［甲市］``."""
    file, _, part = key.partition("\n")
    return f"{file}［{part}］" if part else file


class SkipReason(StrEnum):
    """Why a file is set aside without being read as a submission."""

    TEMPORARY = "temporary"  # ~$… left by Excel
    SYSTEM = "system"  # .DS_Store, Thumbs.db, desktop.ini
    ROSTER = "roster"  # 名簿.xlsx
    CONTROL = "control"  # passwords.txt, 除外.txt
    GUIDE = "guide"  # README.txt, which comes with the product
    ARCHIVE = "archive"  # a zip whose members were taken out one by one
    OTHER_KIND = "other_kind"  # pdf, docx, images, mail
    MAIL = "mail"  # a mail whose attachments were taken out one by one
    WRAPPING = "wrapping"  # winmail.dat whose attachments were taken out one by one
    LETTER = "letter"  # of a mail, and no attachment: a picture in the text, a signature
    LINK = "link"  # a link that leads out of the inbox
    ASKED_ABOVE = "asked_above"  # what the office above sends back through us
    LATE = "late"  # lies in inbox/ while the folder of the closed month is read


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that is no submission by its nature; listed, never opened."""

    source: SourceFile
    reason: SkipReason
    kind: FileKind = FileKind.OTHER


class UnreadableReason(StrEnum):
    """Why a file that may be a submission could not be read."""

    PASSWORD = "password"  # noqa: S105 - a reason, not a secret
    BROKEN = "broken"
    TOO_LARGE = "too_large"  # over a limit of the guard, or memory or time while reading
    NESTED_ARCHIVE = "nested_archive"
    UNSAFE = "unsafe"  # DTD, entities, overlapping entries: no honest program writes these
    NO_ACCESS = "no_access"  # the system refuses to open it (locked, permissions)
    NOT_HERE = "not_here"  # empty, zeros, or a mere name: a cloud's file not yet brought here
    VANISHED = "vanished"  # it was listed and is gone
    CHANGING = "changing"  # it was written to while it was read, twice
    NO_PART = "no_part"  # a library of this product is missing, or held by a virus scanner


class BundleProblem(StrEnum):
    """Why the returns of a bundle do not count; rule B515 has the words."""

    NONE = ""
    CHANGED = "changed"  # not as it was sealed
    OLDER = "older"  # another bundle of the same office was sealed later
    STALE = "stale"  # the last run of this month has counted one that was sealed later
    TWICE = "twice"  # the same bundle lies here once more
    MONTH = "month"  # of another month
    CHECKLIST = "checklist"  # of another checklist, or of another edition of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a bundle must be about to count. ``month`` is YYYY-MM.

    ``counted`` are (office, when it was sealed) of the bundles that the last run counted.
    """

    month: str
    checklist: str = ""
    version: str = ""
    counted: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What another office counted and sealed for us (`torimatome seal`): the file as a whole.

    ``sealed_at`` is ISO 8601. ``respondents`` are the ids there of those whose returns it holds;
    each is a file of the inbox, unless there is a ``problem``. ``instead`` is then the bundle that
    counts, where there is one. ``missing`` are the (id, name) of respondents who had not answered
    that office.
    """

    source: SourceFile
    office: str = ""
    wanted: Wanted = Wanted(month="")
    sealed_at: str = ""
    respondents: tuple[str, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    done_share: float | None = None  # 対応済み率 of that office
    problem: BundleProblem = BundleProblem.NONE
    instead: str = ""
    kind: FileKind = FileKind.ZIP


# What this computer did not give, whatever was sent: nothing for the respondent to mend.
OF_THIS_COMPUTER = frozenset(
    {
        UnreadableReason.NO_ACCESS,
        UnreadableReason.NOT_HERE,
        UnreadableReason.VANISHED,
        UnreadableReason.CHANGING,
        UnreadableReason.NO_PART,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file that could not be read, and why. ``detail`` is for developers, in English."""

    source: SourceFile
    reason: UnreadableReason
    kind: FileKind = FileKind.OTHER
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLine:
    """A line of a control file that says something, and which one it is, counted from 1."""

    number: int
    text: str


Entry = SourceFile | Skipped | Unreadable | Bundle  # of an inbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Every file of the inbox once, by path, and what the coordinator's own files say.

    ``roster`` also has its Skipped entry. ``passwords``, and ``mailed`` by the sender of whose
    files alone they are tried, never show in a repr or a log.
    ``exclusions`` are the lines of 除外.txt: file names, patterns or respondents.
    """

    entries: tuple[Entry, ...] = ()
    roster: SourceFile | None = None
    passwords: tuple[str, ...] = field(default=(), repr=False)
    mailed: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    exclusions: tuple[ControlLine, ...] = ()
    wanted: Wanted = Wanted(month="")

    @property
    def as_of(self) -> str:
        """The time the month stands at: when its newest file was last changed.

        Not the clock: the same inbox must give the same bytes whenever it is read.
        """
        times = (
            entry.modified if isinstance(entry, SourceFile) else entry.source.modified
            for entry in self.entries
            if not (isinstance(entry, Skipped) and entry.reason is SkipReason.LATE)
        )
        return max(times, default="")

"""What `assemble` and `check` give: a month's files, respondents and findings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.model.answers import Location
from pipeline.model.checklist import Checklist
from pipeline.model.history import PastAnswer, PastProblem
from pipeline.model.sources import (
    OF_THIS_COMPUTER,
    Bundle,
    FileKind,
    Skipped,
    SkipReason,
    SourceFile,
    Unreadable,
    return_key,
)
from pipeline.model.submission import EvidenceKind, NotChecklist, Submission

Outcome = Submission | NotChecklist | Unreadable | Skipped | Bundle  # of reading one file


class FileState(StrEnum):
    """The one state in which every file of the inbox ends."""

    COUNTED = "counted"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    DISPUTED = "disputed"  # what it says of its respondent does not fit together
    EXCLUDED = "excluded"
    NOT_CHECKLIST = "not_checklist"
    UNREADABLE = "unreadable"
    IGNORED = "ignored"


def states_of_files(returns: Iterable[tuple[str, FileState]]) -> dict[str, FileState]:
    """Give each file's one state, from the (path, state) of what came of it.

    A workbook that holds the returns of several bodies is counted where one of them is.
    """
    states: dict[str, FileState] = {}
    order = list(FileState)
    for path, state in returns:
        states[path] = min(state, states.get(path, state), key=order.index)
    return states


def shown_unit(body: str, project: str) -> str:
    """Give the name of a unit as it is shown everywhere."""
    return f"{body}／{project}" if project else body


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlProblem:
    """What a file of the coordinator's own says that could not be used; C801 makes findings of it.

    ``subject`` tells the line where the file has no cells.
    """

    location: Location
    written: str
    problem: str
    fix: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """One line of 名簿.xlsx. ``scope`` empty means every category.

    ``groups`` are head and text of other columns, by which bodies are put together.

    Two lines of one body with different ``project`` are two units.
    """

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    project: str = ""
    role: str = ""
    scope: tuple[str, ...] = ()
    contact: str = ""
    mail: str = ""
    excluded: str = ""  # the reason, empty where the respondent counts
    groups: tuple[tuple[str, str], ...] = ()
    location: Location | None = None

    @property
    def shown(self) -> str:
        """Give the name that is shown: 月影市／観光MaaS事業."""
        return shown_unit(self.name, self.project)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The respondents asked. Without a roster there is no Roster, and 未提出 is unknown."""

    entries: tuple[RosterEntry, ...]
    file: str
    problems: tuple[ControlProblem, ...] = ()
    zeros_added: frozenset[str] = frozenset()  # codes whose first zero is not in the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Respondent:
    """Who answered. ``id`` is the roster's code, else a stable one made from the name.

    ``on_roster`` is None where the run has no roster. ``exact`` tells that the evidence is a name
    of the roster as it stands. ``outvoted`` are those whom other evidence names, not believed.
    ``near`` is the name on the roster that differs from this one in a single sign. ``project`` is
    the project the answers are about, empty where none is given. ``body`` and ``body_name`` are set
    where the respondent is one unit of a body; ``name`` then shows both: 月影市／観光MaaS事業.
    """

    id: str
    name: str
    role: str = ""
    on_roster: bool | None = None
    identified_by: EvidenceKind = EvidenceKind.NONE
    evidence: str = ""
    mail: str = ""
    exact: bool = False
    outvoted: tuple["Respondent", ...] = ()
    near: str = ""
    project: str = ""
    body: str = ""
    body_name: str = ""

    @property
    def of_body(self) -> str:
        """Give the id of the body it belongs to: its own where it is not one of several units."""
        return self.body or self.id

    @property
    def own_name(self) -> str:
        """Give the name of the body, without the project."""
        return self.body_name or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One file of the inbox with its state and the reason for it in plain Japanese.

    ``content`` is what came of reading it. ``replaced_by`` is the key of the return that counts
    instead, for SUPERSEDED and DUPLICATE. ``gives`` are the items whose answers count from this
    file although another one is the respondent's form: those a slip answers, and those that the
    newer form does not contain. ``withheld`` are the items this replaced file answers and the
    form that counts leaves blank. ``differs`` are the items of which it says one thing and another
    file that counts says another: they are unclear. ``between`` are the projects of a body of which
    nobody can tell which one the file is about, ``claims`` those a disputed file may be from.
    ``is_slip`` tells a send-back slip from a full form. A slip, and a form that is counted together
    with another one, is COUNTED through the form it belongs to, ``replaced_by``.
    """

    source: SourceFile
    state: FileState
    reason: str
    kind: FileKind
    content: Outcome
    respondent: Respondent | None = None
    replaced_by: str = ""
    gives: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    claims: tuple[Respondent, ...] = ()
    is_slip: bool = False
    counted_before: str = ""  # the earlier month (YYYY-MM) that counted it and was never closed

    @property
    def closed_here(self) -> bool:
        """Tell a file that came and that this computer does not open: nobody has to send again."""
        content = self.content
        return isinstance(content, Unreadable) and content.reason in OF_THIS_COMPUTER

    @property
    def came_late(self) -> bool:
        """Tell a file beside the folder of its closed month: nobody here has looked into it yet."""
        content = self.content
        late = isinstance(content, Skipped) and content.reason is SkipReason.LATE
        return late and self.state is FileState.IGNORED

    @property
    def waits_here(self) -> bool:
        """Tell a file that came and that somebody here has to do something about."""
        return self.closed_here or self.came_late

    @property
    def is_form(self) -> bool:
        """Tell whether it counts as a submission of its own, not through another file."""
        return self.state is FileState.COUNTED and not self.replaced_by


def rivals_of(records: Iterable[FileRecord]) -> list[FileRecord]:
    """Give the returns that say different things and of which none is proven the later one."""
    rivals = [record for record in records if record.differs]
    return sorted(rivals, key=lambda record: record.source.key)


def contents_of(sources: Iterable[SourceFile]) -> str:
    """Stand for a set of returns by what they hold, whatever they are called."""
    return ".".join(sorted(return_key(one.sha256[:12], one.part) for one in sources))


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedSubmission:
    """A submission that counts, with its respondent. Answers carry the roster's scope."""

    respondent: Respondent
    submission: Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryProblem:
    """An entry of 確認票 that could not be carried out; the rules R6xx make findings of it.

    ``fields`` fill the named fields of the rule with that ``code``.
    """

    code: str
    location: Location
    respondent: Respondent | None = None
    item_id: str = ""
    subject: str = ""
    written: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A month: every file once, what counts, and who did not answer.

    Order is stable: files by key, submissions by roster order then name.
    ``missing`` is empty both where nobody is missing and where there is no roster. A workbook with
    the returns of several bodies has a record for each of them.
    """

    month: str  # YYYY-MM
    checklist: Checklist
    files: tuple[FileRecord, ...]
    submissions: tuple[CountedSubmission, ...]
    roster: Roster | None = None
    missing: tuple[Respondent, ...] = ()
    excluded: tuple[str, ...] = ()  # ids of the roster's respondents that are set aside
    entry_problems: tuple[EntryProblem, ...] = ()  # of 確認票
    past_problems: tuple[PastProblem, ...] = ()  # of earlier months' data files
    control_problems: tuple[ControlProblem, ...] = ()  # of 除外.txt and 名簿.xlsx
    deadline: str = ""  # a day or a local time, see Settings; the public edition has none

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        """Give the bundles of other offices whose returns count."""
        contents = (record.content for record in self.files)
        return tuple(one for one in contents if isinstance(one, Bundle) and not one.problem)

    @property
    def units(self) -> tuple[Respondent, ...]:
        """Give everybody who counts or is missing."""
        return (*(counted.respondent for counted in self.submissions), *self.missing)


def came_unread(batch: Batch) -> dict[str, list[FileRecord]]:
    """Give what came of each respondent and does not count, by id: the likeliest return first.

    Behind those stand files that may be theirs.
    """
    order = (FileState.UNREADABLE, FileState.NOT_CHECKLIST, FileState.IGNORED)
    found: dict[str, list[FileRecord]] = {}
    for record in batch.files:
        if record.respondent and record.state in order:
            found.setdefault(record.respondent.id, []).append(record)
    for records in found.values():
        records.sort(key=lambda record: order.index(record.state))
    for record in batch.files:
        for claim in record.claims:
            found.setdefault(claim.of_body, []).append(record)
    return found


class Severity(StrEnum):
    """Who has to act: the respondent, a person who looks, nobody."""

    FIX = "要修正"
    CHECK = "要確認"
    INFO = "参考"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of 要確認. ``message`` and ``fix`` are plain Japanese, complete in themselves.

    ``message`` is put together where it is asked for: a large month has a quarter of a million
    findings, and each message is a text of its own.
    """

    code: str
    severity: Severity
    title: str
    location: Location
    written: str
    fix: str
    respondent_id: str = ""
    respondent: str = ""
    item_id: str = ""
    subject: str = ""  # what the message names after the place where there is no item
    problem: str = ""  # what is wrong alone, for a table that has its own columns for the place
    quoted: str = ""  # what was written as the message repeats it, empty where it does not
    told: str | None = None  # the message, where it is not made of place and problem
    ask: str = ""  # the next step as told to the respondent; ``fix`` tells it to the coordinator
    state: str = ""  # 新規, 継続, 再確認, 認容, 修正済み, 解消: see model/review.py
    decision: str = ""  # what 確認票 says about it, empty where nothing was decided
    bound: str = ""  # what a decision about it is bound to, where that is not what was written
    project: str = ""
    cause: str = ""  # what makes it one with others of its file, where that is not the writing

    @property
    def message(self) -> str:
        """Give place, item, what was written and what is wrong as one text."""
        where = self.location
        return message_of(
            where.file, where.sheet, where.cell, self.item_id, self.subject, self.quoted,
            self.problem, self.told,
        )  # fmt: skip

    @property
    def head(self) -> str:
        """Give the place alone: file, cell, item and what was written."""
        where = self.location
        return head_of(
            where.file, where.sheet, where.cell, self.item_id or self.subject, self.quoted
        )


def message_of(  # noqa: PLR0913, PLR0917 - the columns of findings that a message is made of
    file: str, sheet: str, cell: str, item_id: str, subject: str, quoted: str,
    problem: str, told: str | None,
) -> str:  # fmt: skip
    """Give the message of a finding; ``told`` is it where it is not made of place and problem."""
    if told is not None:
        return told
    return f"{head_of(file, sheet, cell, item_id or subject, quoted)}: {problem}"


def head_of(file: str, sheet: str, cell: str, about: str, quoted: str) -> str:
    """Give the words for a place: file, cell, what it is about and what was written."""
    inside = f"{sheet}!{cell}" if sheet and cell else sheet or cell
    place = f"{file}［{inside}］" if inside else f"{file} "
    written = f"「{quoted}」" if quoted else ""
    return f"{place}{about}{written}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingGroup:
    """The rows of findings of one cause, in form order, and the line that stands for them.

    The line names every cell in its place and, as far as there is room, every item.
    """

    line: Finding
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousMonth:
    """Last month's counted answers by (respondent id, item id), for rules B506 and B507."""

    month: str  # YYYY-MM
    answers: Mapping[tuple[str, str], PastAnswer]

"""Read the files of an inbox: what is done with each, and who does it, here or on a cluster."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from pipeline.assemble import known_names
from pipeline.assemble.roster import read_roster
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.formats import read_workbook
from pipeline.forms.slips import own_book
from pipeline.frame.answers import Tables, stored, within
from pipeline.history.continuity import codes_as_before
from pipeline.inbox.archive import hashed
from pipeline.inbox.bundle import read_sealed
from pipeline.inbox.discover import Read, given_up, look_again
from pipeline.inbox.listing import source_of
from pipeline.locate import count_items, locate
from pipeline.locate.index import index_of
from pipeline.machine.isolate import Executor, Failure, run_isolated
from pipeline.model import (
    CellKind,
    Checklist,
    Entry,
    Inbox,
    NotChecklist,
    Outcome,
    OwnBook,
    RawCell,
    RawWorkbook,
    Roster,
    SourceFile,
    Submission,
    Unreadable,
    UnreadableReason,
)
from pipeline.month.remembered import Reading, remembered
from pipeline.parse.returns import returns_in, returns_side_by_side
from pipeline.rules.check import own_findings
from pipeline.settings import Limits, RuleSettings, Settings
from pipeline.texts.marks import read_mark
from pipeline.texts.notes import read_note


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTask:
    """Read one file, parse and judge it where it holds the checklist; runs in a worker process.

    Gives one outcome, but several where a workbook holds the returns of several bodies.
    """

    checklist: Checklist
    limits: Limits
    passwords: tuple[str, ...]
    month: str
    mailed: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    known: Mapping[str, str] = field(default_factory=dict)  # the roster's names, see `bodies`
    rules: RuleSettings = field(default_factory=RuleSettings)

    def __call__(self, source: SourceFile) -> tuple[Outcome, ...]:
        """Give what came of one file."""
        if source.sealed:
            counted = read_sealed(
                source, self.checklist, limits=self.limits, passwords=self.passwords
            )
            return (self._judged(counted) if isinstance(counted, Submission) else counted,)
        passwords = self.passwords + self.mailed.get(source.sender, ())
        workbook = read_workbook(source, limits=self.limits, passwords=passwords)
        if not isinstance(workbook, RawWorkbook):
            return (workbook,)
        outcomes = parsed(workbook, self.checklist, month=self.month, known=self.known)
        return tuple(
            self._judged(outcome) if isinstance(outcome, Submission) else outcome
            for outcome in outcomes
        )

    def prepare(self) -> None:
        """Load the tables that cells are read by: a quarter of a second for each worker."""
        cell = RawCell(kind=CellKind.TEXT, text="対応を予定")
        read_mark(cell, month=self.month, legend=self.checklist.legend)
        read_note(cell.text, month=self.month)
        index_of(self.checklist, self.month)

    def _judged(self, submission: Submission) -> Submission:
        """Give a return as columns, with what the rules find that ask for it alone."""
        findings = own_findings(submission, self.checklist, self.month, self.rules)
        return stored(submission, findings)


def parsed(
    workbook: RawWorkbook, checklist: Checklist, *, month: str, known: Mapping[str, str]
) -> tuple[Submission | NotChecklist, ...]:
    """Give the returns of a workbook, or that it holds no checklist and what it is instead."""
    own = own_book(workbook)
    # A list of respondents may stand above somebody's answers; the other two are no returns.
    a_return = own in {None, OwnBook.ROSTER}
    several = (
        returns_side_by_side(workbook, checklist, month=month, known=known) if a_return else ()
    )
    if several:
        return several
    layout = locate(workbook, checklist, month=month) if a_return else None
    if layout is None:
        nothing = NotChecklist(
            source=workbook.source,
            kind=workbook.kind,
            sheets=tuple(sheet.name for sheet in workbook.sheets),
            own=own,
            items_found=0 if own else count_items(workbook, checklist, month=month),
        )
        return (nothing,)
    return returns_in(workbook, layout, checklist, month=month, known=known)


def roster_of(inbox: Inbox, checklist: Checklist, settings: Settings) -> Roster | None:
    """Read 名簿.xlsx; a roster that cannot be read is the coordinator's own file to mend.

    Its codes are those by which earlier months know the bodies.
    """
    if inbox.roster is None:
        return None
    workbook = read_workbook(inbox.roster, limits=settings.limits, passwords=inbox.passwords)
    if not isinstance(workbook, RawWorkbook):
        raise TorimatomeError(
            f"名簿（{inbox.roster.path}）を読めませんでした。Excel で開けるか確かめ、"
            "パスワードを外して保存し直してください。",
            ExitCode.USAGE,
        )
    return codes_as_before(read_roster(workbook, checklist), settings.outbox)


def inbox_at_hand(settings: Settings) -> AbstractContextManager[Path]:
    """Give the folder to read: inbox/, or for a URL a private folder for as long as it is read."""
    if not settings.inbox_url:  # workers elsewhere have another working folder
        return nullcontext(settings.inbox.absolute() if settings.scheduler else settings.inbox)
    from pipeline.machine.storage import fetched_inbox  # noqa: PLC0415 - an extra

    return fetched_inbox(settings.inbox_url, month=settings.month)


def read_all(  # noqa: PLR0913, PLR0917 - the sources of a month, and who reads them
    inbox: Inbox,
    folder: Path,
    checklist: Checklist,
    roster: Roster | None,
    settings: Settings,
    progress: Callable[[int, int], None] | None,
    executor: Executor | None = None,
) -> tuple[Inbox, list[Outcome]]:
    """Read every file in worker processes; give the inbox, and what came of it in its order.

    What this computer did not give, and what was written to meanwhile, is read once more.
    ``executor`` runs the workers in place of the one that the settings ask for.
    """
    task = _task(inbox, folder, checklist, roster, settings)
    tables = Tables()
    with _runner(executor, task, settings) as run:
        read = _read_each(inbox.entries, task, settings, progress, run, tables)
        again = look_again(read, inbox, settings.limits, checklist)
        if again:
            entries = [entry for found in again.values() for entry in found]
            twice = given_up(_read_each(entries, task, settings, None, run, tables))
    if again:
        read = [pair for pair in read if source_of(pair[0]).location not in again] + twice
        read.sort(key=lambda pair: source_of(pair[0]).path)
        inbox = replace(inbox, entries=tuple(entry for entry, _ in read))
    return inbox, [outcome for _, outcomes in read for outcome in outcomes]


def read_whole(
    inbox: Inbox,
    paths: Collection[str],
    folder: Path,
    checklist: Checklist,
    roster: Roster | None,
    settings: Settings,
) -> list[Outcome]:
    """Read some files of an inbox once more, with all their answers."""
    entries = [entry for entry in inbox.entries if source_of(entry).path in paths]
    task = _task(inbox, folder, checklist, roster, settings)
    read = _read_each(entries, task, settings, None, _executor(settings), Tables())
    return [outcome for _, outcomes in read for outcome in outcomes]


def _read_each(
    entries: Sequence[Entry],
    task: Reading,
    settings: Settings,
    progress: Callable[[int, int], None] | None,
    run: Executor,
    tables: Tables,
) -> list[Read]:
    """Give each entry with what came of it; those set aside before come of themselves.

    The rows of all answers go into ``tables``.
    """
    sources = [entry for entry in entries if isinstance(entry, SourceFile)]
    finished = 0

    def receive(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        nonlocal finished
        finished += 1
        if progress is not None:
            progress(finished, len(sources))
        return tuple(
            within(one, tables) if isinstance(one, Submission) else one for one in outcomes
        )

    read = iter(
        run(
            task,
            sources,
            jobs=settings.jobs,
            limits=settings.limits,
            on_failure=partial(_lost_worker, limits=settings.limits),
            receive=receive,
        )
    )
    return [(entry, next(read) if isinstance(entry, SourceFile) else (entry,)) for entry in entries]


def _task(
    inbox: Inbox,
    folder: Path,
    checklist: Checklist,
    roster: Roster | None,
    settings: Settings,
) -> Reading:
    """Give what is done with each file; workers elsewhere fetch a remote inbox by themselves."""
    task = ReadTask(
        checklist=checklist,
        limits=settings.limits,
        passwords=inbox.passwords,
        mailed=inbox.mailed,
        month=settings.month,
        known=known_names(roster),
        rules=settings.rules,
    )
    if not (settings.inbox_url and settings.scheduler):
        return task
    from pipeline.machine.storage import Fetching  # noqa: PLC0415 - an extra

    return Fetching(task=task, folder=folder, url=settings.inbox_url)


def _runner(
    executor: Executor | None, task: Reading, settings: Settings
) -> AbstractContextManager[Executor]:
    """Give what runs the workers for a month; on this machine it knows what it read before."""
    if executor or settings.scheduler:
        return nullcontext(executor or _executor(settings))
    return remembered(settings, task, run_isolated)


def _executor(settings: Settings) -> Executor:
    """Give what runs the workers: this machine, or the cluster that was named."""
    if not settings.scheduler:
        return run_isolated
    from pipeline.machine.cluster import Cluster  # noqa: PLC0415 - an extra

    return Cluster(scheduler=settings.scheduler, shared=shared_folders(settings))


def shared_folders(settings: Settings) -> tuple[Path, ...]:
    """Give the folders that workers elsewhere must see: none where they fetch their files."""
    return () if settings.inbox_url else (settings.inbox.absolute(),)


def _lost_worker(source: SourceFile, failure: Failure, *, limits: Limits) -> tuple[Outcome, ...]:
    """A worker that died, hung or outgrew its limits costs the one file it was reading."""
    source = source if source.member else hashed(source, limits)
    reason = UnreadableReason.BROKEN if failure is Failure.CRASH else UnreadableReason.TOO_LARGE
    return (Unreadable(source=source, reason=reason, detail=f"worker: {failure}"),)

"""The order of the stages. `aggregate` reads like a table of contents of the whole product."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from pipeline.assemble import assemble
from pipeline.errors import ExitCode
from pipeline.forms.checklists import load_checklist
from pipeline.history.aliases import Aliases, aliases_for
from pipeline.history.earlier import under_public_names
from pipeline.inbox.bundle import counted_bundles
from pipeline.inbox.close import without_other_months
from pipeline.inbox.discover import discover
from pipeline.machine.isolate import collecting_rarely, warm_up
from pipeline.machine.lock import at_work
from pipeline.machine.publish import publish, staging_folder
from pipeline.model import (
    Batch,
    Checklist,
    FileState,
    Finding,
    Inbox,
    Respondent,
    Roster,
    Severity,
    came_unread,
    states_of_files,
)
from pipeline.model.history import History
from pipeline.model.month_files import MonthFiles
from pipeline.model.plan import Turnout, first_of
from pipeline.model.report import Report
from pipeline.model.review import EntryCount
from pipeline.month.edited import edited_files, hashes_of, keep, kept_files, remark_of
from pipeline.month.edition import public_edition, public_people, public_report
from pipeline.month.guard import (
    insist_on_a_folder,
    insist_on_bodies,
    insist_on_conservation,
    insist_on_mail,
    insist_on_one_checklist,
)
from pipeline.month.judgement import Judged, ReadForm, earlier_months, judge, read_form
from pipeline.month.reading import inbox_at_hand, read_all, roster_of
from pipeline.month.since import since_last_run
from pipeline.review import insist_unchanged
from pipeline.rules import rules_table
from pipeline.rules.alerts import alerts
from pipeline.rules.check import refuse_unknown
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What a run did: where to look, what it counted and how long each stage took (seconds).

    ``missing`` is None without a roster; ``missing_unread`` of them sent what does not count.
    ``notices`` say in Japanese what else there is to know.
    """

    month: str
    folder: Path
    workbook: Path
    names: MonthFiles
    files: Counter[FileState]
    missing: tuple[Respondent, ...] | None
    missing_unread: int
    findings: Sequence[Finding]
    exit_code: ExitCode
    seconds: Mapping[str, float]
    attention: tuple[str, ...] = ()  # the first of 今月まず対応すること, in words
    progress: str = ""  # 対応済み率 and its range, in words
    turnout: Turnout = Turnout(asked=None, returned=0)  # noqa: RUF009 - a frozen value
    kept_as: tuple[str, ...] = ()  # the names under which files changed by hand are kept
    notices: tuple[str, ...] = ()
    entries: EntryCount = field(default_factory=EntryCount)  # of 確認票
    since: tuple[str, ...] = ()  # what changed since the last run of the month, in words
    beyond: Counter[Severity] = field(default_factory=Counter)  # findings that only data/ lists


SHOWN_FIRST = 3  # of 今月まず対応すること on the terminal; 「はじめに」 has more


class Stopwatch:
    """Adds up the seconds of each stage in the order they were begun."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Credit the time since the last lap to a stage."""
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._started
        self._started = now


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The first half of a run: every file of the inbox read, nothing judged or written."""

    batch: Batch
    checklist: Checklist
    settings: Settings  # with made_at settled
    form: ReadForm


@collecting_rarely()
def aggregate(
    settings: Settings,
    *,
    progress: Callable[[int, int], None] | None = None,
    finish: Callable[[Path, Path], None] = publish,
) -> RunResult:
    """Read the inbox of a month and write outbox/YYYY-MM/; one command at a time does so.

    `finish` takes what was written and the month's folder: it moves the one into the other.

    `progress` is called with (files read, files in all). Raises TorimatomeError where nothing
    can be written; the old month then stands as it was.
    """
    with at_work(settings.outbox):
        return _aggregate(settings, progress, finish)


def _aggregate(
    settings: Settings,
    progress: Callable[[int, int], None] | None,
    finish: Callable[[Path, Path], None],
) -> RunResult:
    # Long: the table of contents of a month.
    warm_up("pipeline.month.reading", "pipeline.formats.ooxml")
    refuse_unknown(settings.rules)
    watch = Stopwatch()

    def on_read(done: int, total: int) -> None:
        # Workers are at work: time for slow imports, which begin threads.
        from pipeline.write import review_form  # noqa: F401, PLC0415 - see above

        if progress is not None:
            progress(done, total)

    gathered = gather(settings, progress=on_read, watch=watch)
    from pipeline.write import record_outcome, write  # noqa: PLC0415 - see above
    from pipeline.write.review_form import write_review_form  # noqa: PLC0415 - the same

    settings = gathered.settings
    insist_on_one_checklist(settings.outbox / settings.month, gathered.checklist)
    if not settings.allow_fewer:
        insist_on_bodies(settings.outbox / settings.month, gathered.batch)
    judged, history = judge_gathered(gathered)
    watch.lap("check")
    folder, public = settings.folder, settings.edition == "public"
    aliases, notices = aliases_for(settings.outbox) if public else (None, ())
    result, source = result_of(judged.batch, judged.open, settings, watch.seconds), judged.source
    edited = edited_files(folder, settings.files.names)
    result = replace(result, kept_as=tuple(one.kept_as for one in edited), notices=notices)
    result = replace(result, entries=judged.entries)
    kept = sorted({*kept_files(folder), *result.kept_as})
    with staging_folder(folder) as staged:
        if not public:
            write_review_form(judged.form, staged)
        report = report_of(judged, history, settings, aliases)
        result = replace(result, since=since_last_run(folder, report))
        told = tuple(
            f"{one.name}　{one.first_ask}" for one in first_of(report.contacts, SHOWN_FIRST)
        )
        result = replace(result, attention=told, turnout=report.turnout)
        result = replace(result, progress=report.ranges[0].words)
        report = replace(report, remark=remark_of(result.workbook, settings.limits))
        if not public:  # people choose those names
            report = replace(report, kept=tuple(kept))
        del gathered, judged, history  # of a large month a third of all; the rest is in the report
        watch.lap("summarise")
        write(report, staged, settings)
        watch.lap("write")
        if settings.data_url:
            _upload(staged, settings)
            watch.lap("upload")
        hashes = hashes_of(staged, settings.files.names)
        record_outcome(staged / "run.json", watch.seconds, hashes)
        keep(edited, staged)
        if source is not None:
            insist_unchanged(source)
        finish(staged, folder)
    return result


def report_of(
    judged: Judged, history: History, settings: Settings, aliases: Aliases | None = None
) -> Report:
    """Give the report of the edition that is asked for; ``aliases`` are for the public one."""
    from pipeline.summarise import summarise  # noqa: PLC0415 - not needed for --help

    batch, findings, known = judged.batch, judged.open, history

    def sum_up(shown: Batch, told: Sequence[Finding]) -> Report:
        return summarise(
            shown,
            told,
            settings,
            rules=rules_table(),
            history=known,
            frame=judged.frame if shown is judged.batch else None,
        )

    if aliases is None:
        return replace(sum_up(batch, findings), settled=judged.done, alerts=alerts(findings))
    named = settings.named
    people = public_people(batch, findings, history, aliases, named=named)
    known = under_public_names(history, people, aliases, named=named)
    edition = public_edition(batch, findings, people, aliases, named=named)
    return public_report(edition, sum_up, key_number=aliases.number, named=named)


def result_of(
    batch: Batch, findings: Sequence[Finding], settings: Settings, seconds: Mapping[str, float]
) -> RunResult:
    """Give what is told at the end of a run."""
    folder = settings.folder
    arrived = came_unread(batch).keys()
    return RunResult(
        month=settings.month,
        folder=folder,
        workbook=folder / settings.workbook,
        names=settings.files,
        files=Counter(states_of_files((r.source.path, r.state) for r in batch.files).values()),
        missing=None if batch.roster is None else batch.missing,
        missing_unread=sum(not arrived.isdisjoint((r.id, r.of_body)) for r in batch.missing),
        findings=findings,
        exit_code=exit_code_of(batch),
        seconds=seconds,
    )


def gather(
    settings: Settings,
    *,
    progress: Callable[[int, int], None] | None = None,
    watch: Stopwatch | None = None,
) -> Gathered:
    """Read every file of a month's inbox and settle which submissions count."""
    watch = watch or Stopwatch()
    checklist = load_checklist(settings.templates / settings.checklist)
    decided = cache(partial(read_form, settings))

    def on_read(done: int, total: int) -> None:
        decided()  # while workers read on: of a large month 確認票 takes as long as fifty files
        if progress is not None:
            progress(done, total)

    with inbox_at_hand(settings) as folder:
        inbox, roster = look_into(folder, checklist, settings)
        watch.lap("discover")
        inbox, outcomes = read_all(inbox, folder, checklist, roster, settings, on_read)
        watch.lap("read")
    form = decided()
    batch = assemble(
        outcomes,
        checklist=checklist,
        roster=roster,
        exclusions=inbox.exclusions,
        month=settings.month,
        given=form.given,
        own_mail=settings.sender.mail,
    )
    batch = replace(batch, deadline=settings.deadline)
    insist_on_conservation(batch, inbox)
    watch.lap("assemble")
    return Gathered(
        batch=batch,
        checklist=checklist,
        settings=replace(settings, made_at=settings.made_at or inbox.as_of),
        form=form,
    )


def look_into(
    folder: Path, checklist: Checklist, settings: Settings
) -> tuple[Inbox, Roster | None]:
    """Give what lies in the inbox of a month, and its roster; nothing else is read yet."""
    insist_on_a_folder(folder)
    inbox = discover(
        folder,
        month=settings.month,
        limits=settings.limits,
        checklist=checklist,
        counted=counted_bundles(settings.outbox / settings.month),
    )
    inbox = without_other_months(inbox, settings.outbox, settings.month)
    insist_on_mail(inbox, settings.inbox_url or settings.inbox)
    return inbox, roster_of(inbox, checklist, settings)


def judge_gathered(gathered: Gathered) -> tuple[Judged, History]:
    """Judge what was gathered in the light of the months before, with what 確認票 decides."""
    settings = gathered.settings
    history = earlier_months(settings, gathered.checklist, gathered.batch.units)
    return judge(gathered.batch, gathered.form, settings, history), history


def exit_code_of(batch: Batch) -> ExitCode:
    """Tell by the batch whether some file could not be read."""
    unreadable = any(record.state is FileState.UNREADABLE for record in batch.files)
    return ExitCode.SOME_UNREADABLE if unreadable else ExitCode.OK


def _upload(staged: Path, settings: Settings) -> None:
    """Send the data files on; before the month is published, so that a failure leaves it whole."""
    from pipeline.machine.storage import upload_data  # noqa: PLC0415 - an extra

    upload_data(staged / "data", settings.data_url, month=settings.month)

"""The order of the stages. `aggregate` reads like a table of contents of the whole product."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from pipeline.aliases import aliases_for
from pipeline.archive import hashed
from pipeline.assemble import assemble, conservation, known_names
from pipeline.bodies import returns_in
from pipeline.check import attention, check, refuse_unknown
from pipeline.close import without_other_months
from pipeline.continuity import continued
from pipeline.discover import Read, discover, given_up, look_again, source_of
from pipeline.disk import file_hash
from pipeline.edited import edited_workbook, keep, kept_workbooks
from pipeline.edition import public_edition, public_people, public_report
from pipeline.editions import in_edition
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.guard import insist_on_bodies, insist_on_one_checklist
from pipeline.history import in_light_of, load_history, previous_month, under_public_names
from pipeline.isolate import collecting_rarely, run_isolated, warm_up
from pipeline.locate import locate
from pipeline.lock import at_work
from pipeline.model import (
    FileState,
    NotChecklist,
    Outcome,
    OwnBook,
    RawWorkbook,
    Skipped,
    SkipReason,
    SourceFile,
    Submission,
    Unreadable,
    UnreadableReason,
    came_unread,
    states_of_files,
)
from pipeline.model.review import Review
from pipeline.publish import publish, staging_folder
from pipeline.read import read_workbook
from pipeline.review import (
    apply_review,
    at_present_items,
    find_form,
    finding_states,
    form_source,
    insist_unchanged,
    lay_out,
    overlooked,
    past_findings,
    read_review,
    relocated,
    with_overlooked,
    with_years,
)
from pipeline.roster import read_roster
from pipeline.rules import rules_table
from pipeline.rules.alerts import alerts
from pipeline.slips import own_book
from pipeline.template import load_checklist

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pipeline.aliases import Aliases
    from pipeline.discover import Inbox
    from pipeline.isolate import Executor, Failure
    from pipeline.model import Batch, Checklist, Finding, Respondent, Roster
    from pipeline.model.history import History
    from pipeline.model.report import Report
    from pipeline.model.review import Reviewed, ReviewForm
    from pipeline.settings import Limits, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTask:
    """Read one file and parse it where it holds the checklist; runs in a worker process.

    Gives one outcome, but several where a workbook holds the returns of several bodies.
    """

    checklist: Checklist
    limits: Limits
    passwords: tuple[str, ...]
    month: str
    known: Mapping[str, str] = field(default_factory=dict)  # the roster's names, see `bodies`

    def __call__(self, source: SourceFile) -> tuple[Outcome, ...]:
        """Give what came of one file."""
        workbook = read_workbook(source, limits=self.limits, passwords=self.passwords)
        if not isinstance(workbook, RawWorkbook):
            return (workbook,)
        return parsed(workbook, self.checklist, month=self.month, known=self.known)


def parsed(
    workbook: RawWorkbook, checklist: Checklist, *, month: str, known: Mapping[str, str]
) -> tuple[Submission | NotChecklist, ...]:
    """Give the returns of a workbook, or that it holds no checklist and what it is instead."""
    own = own_book(workbook)
    # A list of respondents may stand above somebody's answers; the other two are no returns.
    a_return = own in {None, OwnBook.ROSTER}
    layout = locate(workbook, checklist, month=month) if a_return else None
    if layout is None:
        nothing = NotChecklist(
            source=workbook.source,
            kind=workbook.kind,
            sheets=tuple(sheet.name for sheet in workbook.sheets),
            own=own,
        )
        return (nothing,)
    return returns_in(workbook, layout, checklist, month=month, known=known)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What a run did: where to look, what it counted and how long each stage took (seconds).

    ``missing`` is None without a roster; ``missing_unread`` of them sent what does not count.
    ``notices`` say in Japanese what else there is to know.
    """

    month: str
    folder: Path
    workbook: Path
    files: Counter[FileState]
    missing: tuple[Respondent, ...] | None
    missing_unread: int
    findings: tuple[Finding, ...]
    exit_code: ExitCode
    seconds: Mapping[str, float]
    kept_as: str = ""  # the name under which a workbook changed by hand is kept
    notices: tuple[str, ...] = ()


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


@collecting_rarely()
def aggregate(
    settings: Settings, *, progress: Callable[[int, int], None] | None = None
) -> RunResult:
    """Read the inbox of a month and write outbox/YYYY-MM/; one command at a time does so.

    `progress` is called with (files read, files in all). Raises TorimatomeError where nothing
    can be written; the old month then stands as it was.
    """
    with at_work(settings.outbox):
        return _aggregate(settings, progress)


def _aggregate(settings: Settings, progress: Callable[[int, int], None] | None) -> RunResult:
    warm_up(__name__, "pipeline.read.ooxml")  # while this process imports the rest
    from pipeline.write import record_outcome, write  # noqa: PLC0415 - xlsxwriter is slow to import
    from pipeline.write.apart import apart  # noqa: PLC0415 - the same
    from pipeline.write.review_form import write_review_form  # noqa: PLC0415 - the same

    refuse_unknown(settings.rules)
    watch = Stopwatch()
    gathered = gather(settings, progress=progress, watch=watch)
    settings = gathered.settings
    insist_on_one_checklist(settings.outbox / settings.month, gathered.checklist)
    if not settings.allow_fewer:
        insist_on_bodies(settings.outbox / settings.month, gathered.batch)
    history = load_history(
        settings.outbox,
        settings.month,
        checklist=gathered.checklist.id,
        previous=settings.previous or None,
    )
    history = in_edition(history, gathered.checklist)
    history = continued(history, gathered.batch.units)
    judged = judge(gathered, history)
    watch.lap("check")
    folder, public = settings.folder, settings.edition == "public"
    aliases, notices = aliases_for(settings.outbox) if public else (None, ())
    result, source = _result(judged, settings, watch.seconds), judged.source
    edited = edited_workbook(result.workbook)
    result = replace(result, kept_as=edited.kept_as if edited else "", notices=notices)
    kept = sorted({*kept_workbooks(folder), *([edited.kept_as] if edited else [])})
    rows = len(judged.batch.submissions) * len(gathered.checklist.items)
    with staging_folder(folder) as staged, apart(rows) as executor:
        form = None if public else executor.submit(write_review_form, judged.form, staged)
        report = _sum_up(judged, history, settings, aliases)
        if not public:  # people choose those names
            report = replace(report, kept=tuple(kept))
        del gathered, judged, history  # of a large month a third of all; the rest is in the report
        watch.lap("summarise")
        write(report, staged, settings, executor=executor)
        if form is not None:
            form.result()
        watch.lap("write")
        if settings.data_url:
            _upload(staged, settings)
            watch.lap("upload")
        record_outcome(staged / "run.json", watch.seconds, _workbooks(staged, result.workbook.name))
        if edited is not None:
            keep(edited, staged)
        if source is not None:
            insist_unchanged(source)
        publish(staged, folder)
    return result


def _workbooks(staged: Path, consolidated: str) -> dict[str, str]:
    """Give the hash of each workbook for the next run to know what people changed; not 確認票."""
    return {consolidated: file_hash(staged / consolidated)}


def _sum_up(
    judged: Judged, history: History, settings: Settings, aliases: Aliases | None
) -> Report:
    """Give the report of the edition that is asked for; ``aliases`` are for the public one."""
    from pipeline.summarise import summarise  # noqa: PLC0415 - not needed for --help

    batch, findings, known = judged.batch, judged.open, history

    def sum_up(shown: Batch, told: tuple[Finding, ...]) -> Report:
        return summarise(
            shown,
            told,
            settings,
            rules=rules_table(),
            attention=_first_to_see(told, shown),
            history=known,
        )

    if aliases is None:
        return replace(sum_up(batch, findings), settled=judged.done, alerts=alerts(findings))
    named = settings.named
    people = public_people(batch, findings, history, aliases, named=named)
    known = under_public_names(history, people, aliases, named=named)
    edition = public_edition(batch, findings, people, aliases, named=named)
    return public_report(edition, sum_up, key_number=aliases.number, named=named)


def _result(judged: Judged, settings: Settings, seconds: Mapping[str, float]) -> RunResult:
    batch, folder = judged.batch, settings.folder
    arrived = came_unread(batch).keys()
    return RunResult(
        month=settings.month,
        folder=folder,
        workbook=folder / settings.workbook,
        files=Counter(states_of_files((r.source.path, r.state) for r in batch.files).values()),
        missing=None if batch.roster is None else batch.missing,
        missing_unread=sum(not arrived.isdisjoint((r.id, r.of_body)) for r in batch.missing),
        findings=judged.open,
        exit_code=exit_code_of(batch),
        seconds=seconds,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The second part of a run: decisions carried out, findings with states, the next 確認票.

    ``open`` are the findings for somebody to act on, ``done`` those that need nothing more.
    ``source`` is the 確認票 that was read, None where there is none yet.
    """

    batch: Batch
    open: tuple[Finding, ...]
    done: tuple[Finding, ...]
    form: ReviewForm
    source: SourceFile | None


def judge(gathered: Gathered, history: History) -> Judged:
    """Check a month, carry out what 確認票 says, and give every finding its state.

    Raises TorimatomeError where the form cannot be read: it is never written over then.
    """
    settings, past = gathered.settings, history.compare_with
    previous = previous_month(history)
    batch = in_light_of(gathered.batch, history, settings.inbox)
    raw = check(batch, settings.rules, previous=previous)
    form = find_form(settings.outbox, settings.month)
    source = form_source(form, settings.outbox) if form else None
    review = Review()
    if source is not None:
        review = read_review(read_workbook(source, limits=settings.limits))
        review = at_present_items(review, history.moved_since(source.location.parent.name))
    reviewed = with_years(apply_review(batch, raw, review, past=past), history)
    reviewed, carried = _with_earlier_form(reviewed, review, source, settings, history)
    findings = raw
    if reviewed.changed:
        findings = check(reviewed.batch, settings.rules, previous=previous)
    settled = finding_states(
        findings,
        reviewed,
        earlier=past_findings(settings.outbox / past.month, past.moved) if past else (),
        before=past_findings(settings.outbox / settings.month),
        off=settings.rules.off,
    )
    laid_out = replace(lay_out(settled, reviewed, made_at=settings.made_at), carried=carried)
    return Judged(
        batch=reviewed.batch,
        open=relocated(settled.open, laid_out),
        done=settled.done,
        form=laid_out,
        source=source,
    )


def _with_earlier_form(
    reviewed: Reviewed,
    review: Review,
    source: SourceFile | None,
    settings: Settings,
    history: History,
) -> tuple[Reviewed, str]:
    """Tell what was written into the earlier 確認票 since it was taken over, and which that is.

    Only a form that is not the one taken over is read again; one that cannot be read is left.
    """
    earlier = find_form(settings.outbox, settings.month, earlier=True)
    if earlier is None or source is None:
        return reviewed, review.carried
    try:
        found = form_source(earlier, settings.outbox)
        stamp = f"{earlier.parent.name}:{found.sha256}"
        if source.location == earlier or review.carried == stamp:
            return reviewed, stamp
        written = read_review(read_workbook(found, limits=settings.limits))
        written = at_present_items(written, history.moved_since(earlier.parent.name))
    except TorimatomeError:
        return reviewed, review.carried
    late = overlooked(review, written, reviewed.source)
    if not late:
        return reviewed, stamp
    return with_overlooked(reviewed, late, month=earlier.parent.name), review.carried


def gather(
    settings: Settings,
    *,
    progress: Callable[[int, int], None] | None = None,
    watch: Stopwatch | None = None,
) -> Gathered:
    """Read every file of a month's inbox and settle which submissions count."""
    watch = watch or Stopwatch()
    checklist = load_checklist(settings.templates / settings.checklist)
    with _inbox_at_hand(settings) as folder:
        _insist_on_a_folder(folder)
        inbox = discover(folder, month=settings.month, limits=settings.limits)
        inbox = without_other_months(inbox, settings.outbox, settings.month)
        if not any(_is_mail(entry) for entry in inbox.entries):
            raise TorimatomeError(_empty_inbox(settings.inbox_url or settings.inbox))
        roster = roster_of(inbox, checklist, settings.limits)
        watch.lap("discover")
        inbox, outcomes = _read_all(inbox, folder, checklist, roster, settings, progress)
        watch.lap("read")
    batch = assemble(
        outcomes,
        checklist=checklist,
        roster=roster,
        exclusions=inbox.exclusions,
        month=settings.month,
    )
    _insist_on_conservation(batch, inbox)
    watch.lap("assemble")
    return Gathered(
        batch=batch,
        checklist=checklist,
        settings=replace(settings, made_at=settings.made_at or _as_of(inbox)),
    )


def _is_mail(entry: SourceFile | Skipped | Unreadable) -> bool:
    """Tell what somebody put into the inbox from what the product or the system keeps there."""
    ours = {SkipReason.SYSTEM, SkipReason.CONTROL, SkipReason.GUIDE}
    return not (isinstance(entry, Skipped) and entry.reason in ours)


def _first_to_see(findings: tuple[Finding, ...], batch: Batch) -> tuple[Finding, ...]:
    """Give 今月見るべき件: one finding a group, with the words that stand for the whole group."""
    return tuple(
        group.findings[0]
        if len(group.findings) == 1
        else replace(
            group.findings[0],
            respondent=group.respondent,
            respondent_id=group.respondent_id,
            written="",
            told=group.message,
            problem=group.message,
            fix=group.fix,
        )
        for group in attention(findings, batch)
    )


def exit_code_of(batch: Batch) -> ExitCode:
    """Tell by the batch whether some file could not be read."""
    unreadable = any(record.state is FileState.UNREADABLE for record in batch.files)
    return ExitCode.SOME_UNREADABLE if unreadable else ExitCode.OK


def _inbox_at_hand(settings: Settings) -> AbstractContextManager[Path]:
    """Give the folder to read: inbox/, or for a URL a private folder for as long as it is read."""
    if not settings.inbox_url:  # workers elsewhere have another working folder
        return nullcontext(settings.inbox.absolute() if settings.scheduler else settings.inbox)
    from pipeline.storage import fetched_inbox  # noqa: PLC0415 - an extra

    return fetched_inbox(settings.inbox_url, month=settings.month)


def _upload(staged: Path, settings: Settings) -> None:
    """Send the data files on; before the month is published, so that a failure leaves it whole."""
    from pipeline.storage import upload_data  # noqa: PLC0415 - an extra

    upload_data(staged / "data", settings.data_url, month=settings.month)


def _executor(settings: Settings) -> Executor:
    """Give what runs the workers: this machine, or the cluster that was named."""
    if not settings.scheduler:
        return run_isolated
    from pipeline.cluster import Cluster  # noqa: PLC0415 - an extra

    shared = None if settings.inbox_url else settings.inbox.absolute()
    return Cluster(scheduler=settings.scheduler, shared=shared)


def _task(
    inbox: Inbox,
    folder: Path,
    checklist: Checklist,
    roster: Roster | None,
    settings: Settings,
) -> Callable[[SourceFile], tuple[Outcome, ...]]:
    """Give what is done with each file; workers elsewhere fetch a remote inbox by themselves."""
    task = ReadTask(
        checklist=checklist,
        limits=settings.limits,
        passwords=inbox.passwords,
        month=settings.month,
        known=known_names(roster),
    )
    if not (settings.inbox_url and settings.scheduler):
        return task
    from pipeline.storage import Fetching  # noqa: PLC0415 - an extra

    return Fetching(task=task, folder=folder, url=settings.inbox_url)


def _read_all(
    inbox: Inbox,
    folder: Path,
    checklist: Checklist,
    roster: Roster | None,
    settings: Settings,
    progress: Callable[[int, int], None] | None,
) -> tuple[Inbox, list[Outcome]]:
    """Read every file in worker processes; give the inbox, and what came of it in its order.

    What this computer did not give, and what was written to meanwhile, is read once more.
    """
    task = _task(inbox, folder, checklist, roster, settings)
    read = _read_each(inbox.entries, task, settings, progress)
    again = look_again(read, inbox, settings.limits)
    if again:
        entries = [entry for found in again.values() for entry in found]
        twice = given_up(_read_each(entries, task, settings, None))
        read = [pair for pair in read if source_of(pair[0]).location not in again] + twice
        read.sort(key=lambda pair: source_of(pair[0]).path)
        inbox = replace(inbox, entries=tuple(entry for entry, _ in read))
    return inbox, [outcome for _, outcomes in read for outcome in outcomes]


def _read_each(
    entries: Sequence[SourceFile | Skipped | Unreadable],
    task: Callable[[SourceFile], tuple[Outcome, ...]],
    settings: Settings,
    progress: Callable[[int, int], None] | None,
) -> list[Read]:
    """Give each entry with what came of it; those set aside before come of themselves."""
    sources = [entry for entry in entries if isinstance(entry, SourceFile)]
    finished = 0

    def on_done(_outcomes: tuple[Outcome, ...]) -> None:
        nonlocal finished
        finished += 1
        if progress is not None:
            progress(finished, len(sources))

    read = iter(
        _executor(settings)(
            task,
            sources,
            jobs=settings.jobs,
            limits=settings.limits,
            on_failure=partial(_lost_worker, limits=settings.limits),
            on_done=on_done,
        )
    )
    return [(entry, next(read) if isinstance(entry, SourceFile) else (entry,)) for entry in entries]


def _lost_worker(source: SourceFile, failure: Failure, *, limits: Limits) -> tuple[Outcome, ...]:
    """A worker that died, hung or outgrew its limits costs the one file it was reading."""
    from pipeline.isolate import Failure  # noqa: PLC0415 - only on the rare path

    source = source if source.member else hashed(source, limits)
    reason = UnreadableReason.BROKEN if failure is Failure.CRASH else UnreadableReason.TOO_LARGE
    return (Unreadable(source=source, reason=reason, detail=f"worker: {failure}"),)


def roster_of(inbox: Inbox, checklist: Checklist, limits: Limits) -> Roster | None:
    """Read 名簿.xlsx; a roster that cannot be read is the coordinator's own file to mend."""
    if inbox.roster is None:
        return None
    workbook = read_workbook(inbox.roster, limits=limits, passwords=inbox.passwords)
    if not isinstance(workbook, RawWorkbook):
        raise TorimatomeError(
            f"名簿（{inbox.roster.path}）を読めませんでした。Excel で開けるか確かめ、"
            "パスワードを外して保存し直してください。",
            ExitCode.USAGE,
        )
    return read_roster(workbook, checklist)


def _as_of(inbox: Inbox) -> str:
    """Give the time the month stands at: when its newest file was last changed.

    Not the clock: the same inbox must give the same bytes whenever it is read.
    """
    read = (e for e in inbox.entries if not _is_late(e))
    return max(
        (e.modified if isinstance(e, SourceFile) else e.source.modified for e in read),
        default="",
    )


def _is_late(entry: SourceFile | Skipped | Unreadable) -> bool:
    return isinstance(entry, Skipped) and entry.reason is SkipReason.LATE


def _insist_on_conservation(batch: Batch, inbox: Inbox) -> None:
    """Refuse to write a workbook whose files and answers do not add up."""
    mismatches = [*conservation(batch)]
    recorded = len({record.source.path for record in batch.files})
    if recorded != len(inbox.entries):
        mismatches.append(f"files: {len(inbox.entries)} seen, {recorded} recorded")
    if mismatches:
        raise TorimatomeError(
            "内部の照合が合わないため、集計表を書き出しませんでした（前回の結果はそのままです）。"
            "お手数ですが、次の内容を開発者へお知らせください:\n  " + "\n  ".join(mismatches)
        )


def _insist_on_a_folder(inbox: Path) -> None:
    """Refuse an inbox that is a file, or that this computer does not list."""
    try:
        next(inbox.iterdir(), None)
    except FileNotFoundError:
        return  # an inbox that is not there yet is an empty one
    except NotADirectoryError as error:
        raise TorimatomeError(
            f"受信フォルダとして指定された {inbox} は、フォルダではなくファイルです。"
            "届いた回答を入れたフォルダを指定してください（--inbox フォルダ名）。",
            ExitCode.USAGE,
        ) from error
    except OSError as error:
        raise TorimatomeError(
            f"受信フォルダ {inbox} を開けません（{error.strerror or error}）。"
            "フォルダの権限と、共有フォルダにつながっているかを確かめて、もう一度実行してください。",
            ExitCode.USAGE,
        ) from error


def _empty_inbox(inbox: Path | str) -> str:
    return (
        f"{inbox} に集計するファイルがありません。"
        f"届いた回答（Excel ファイルなど）を {inbox} に置いてから、もう一度実行してください。\n"
        "動きを試すには「make demo」を実行してください（見本の回答で集計します）。"
    )

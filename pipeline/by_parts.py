"""A month of more returns than one machine holds: workers write parts, this process sums them up.

The order is that of `run`, with three differences. Answers and findings stay in the parts that
workers wrote, and become data/answers.parquet and data/findings.parquet, folders of parts. What
compares all answers, or months, with one another is left out (`exchange.NOT_ASKED`), and so is
確認票. And the workbook has every total, but no list of answers: it says where they are.
"""

import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.assemble import assemble
from pipeline.assemble.identify import Identifier
from pipeline.errors import TorimatomeError
from pipeline.forms.checklists import load_checklist
from pipeline.frame.answers import answers_of
from pipeline.frame.findings import Findings, findings_of, keys_of_files
from pipeline.machine.cluster import Cluster
from pipeline.machine.isolate import Failure
from pipeline.machine.lock import at_work
from pipeline.machine.publish import publish, staging_folder
from pipeline.model import Batch, Checklist, Outcome, Respondent, Roster, Severity, Submission
from pipeline.model.report import CodeCount, Report
from pipeline.model.report_rows import SeverityCounts
from pipeline.month.edited import edited_files, hashes_of, keep, remark_of
from pipeline.month.exchange import (
    NOT_ASKED,
    Handed,
    PartWriter,
    Summed,
    merge,
    of_one_return,
    summed,
    table_of,
)
from pipeline.month.guard import insist_on_conservation
from pipeline.month.reading import inbox_at_hand, read_all, read_whole, shared_folders
from pipeline.rules import RULES, rules_table
from pipeline.rules.check import check, refuse_unknown
from pipeline.run import RunResult, Stopwatch, look_into, result_of
from pipeline.settings import Limits, Settings
from pipeline.summarise import summarise, totals_of, with_plan
from pipeline.summarise.contacts import impacts
from pipeline.summarise.counts import Tally
from pipeline.summarise.lists import sorted_codes
from pipeline.summarise.ranges import Ranges, in_question, open_lines
from pipeline.summarise.rows import answer_rows, file_rows, find_places
from pipeline.texts.respondents import body_id, entry_id
from pipeline.write.data import DataTable, files_table, findings_table, write_data, write_run
from pipeline.write.frame import file_frame, finding_frame


def aggregate_by_parts(
    settings: Settings, *, progress: Callable[[int, int], None] | None = None
) -> RunResult:
    """Read the inbox of a month on a cluster and write outbox/YYYY-MM-parts/.

    Raises TorimatomeError where nothing can be written; what stood there stays as it was.
    """
    refuse_unknown(settings.rules)
    with at_work(settings.outbox), _exchange(settings) as parts:
        return _aggregate(settings, parts, progress)


@contextmanager
def _exchange(settings: Settings) -> Iterator[Path]:
    """Give the empty folder in which workers put their parts; it is gone afterwards."""
    folder = settings.outbox.absolute() / f".torimatome-parts-{settings.month}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _aggregate(
    settings: Settings, parts: Path, progress: Callable[[int, int], None] | None
) -> RunResult:
    # Long: the table of contents of such a month.
    from pipeline.machine.storage import upload_data  # noqa: PLC0415 - an extra
    from pipeline.write import record_outcome  # noqa: PLC0415 - xlsxwriter is slow to import

    watch = Stopwatch()
    checklist = load_checklist(settings.templates / settings.checklist)
    with inbox_at_hand(settings) as folder:
        inbox, roster = look_into(folder, checklist, settings)
        watch.lap("discover")
        handing = _Handing(_cluster(settings, parts, checklist))
        inbox, heads = read_all(inbox, folder, checklist, roster, settings, progress, handing)
        again = _read_beside_others(heads, checklist, roster, settings.sender.mail)
        read = read_whole(inbox, again, folder, checklist, roster, settings)
        outcomes = [one for one in heads if one.source.path not in again] + read
        watch.lap("read")
    settings = replace(settings, made_at=settings.made_at or inbox.as_of)
    batch = assemble(
        outcomes,
        checklist=checklist,
        roster=roster,
        exclusions=inbox.exclusions,
        month=settings.month,
        own_mail=settings.sender.mail,
    )
    handed = _handed(batch)
    insist_on_conservation(batch, inbox, handed=handed.keys())
    watch.lap("assemble")
    found = _findings(batch, handed, settings)
    watch.lap("check")
    target = settings.outbox / f"{settings.month}-parts"
    with staging_folder(target) as staged:
        data = staged / "data"
        data.mkdir()
        counted = _by_part(handed, handing.part_of)
        rows = merge(parts, data, counted, _whole(batch, found))
        _insist_on_answers(rows["answers"], batch)
        watch.lap("merge")
        sums = summed(data, batch)
        report = _report(batch, found, sums, rows, handed, settings)
        report = replace(report, remark=remark_of(target / settings.workbook, settings.limits))
        watch.lap("summarise")
        _write(report, staged, settings)
        watch.lap("write")
        if settings.data_url:
            upload_data(data, settings.data_url, month=settings.month)
            watch.lap("upload")
        edited = edited_files(target, settings.files.names)
        hashes = hashes_of(staged, settings.files.names)
        record_outcome(staged / "run.json", watch.seconds, hashes)
        keep(edited, staged)
        publish(staged, target, gone=_older_parts(target, staged))
    severities = Counter({Severity(name): count for name, count in sums.severities_of_all.items()})
    return replace(
        result_of(batch, found, settings, watch.seconds),
        folder=target,
        workbook=target / settings.workbook,
        kept_as=tuple(one.kept_as for one in edited),
        turnout=report.turnout,
        progress=report.ranges[0].words,
        beyond=severities - Counter(finding.severity for finding in found),
        notices=(f"回答と指摘の一覧は {target / 'data'} にあります（集計表は合計だけです）。",),
    )


def _write(report: Report, staged: Path, settings: Settings) -> None:
    """Write the workbook, the table of files and run.json; answers and findings are there."""
    from pipeline.write import write_page, write_summary, write_workbook  # noqa: PLC0415 - xlsxwriter is slow to import
    from pipeline.write.digest import write_digest  # noqa: PLC0415 - as above

    write_data([files_table(file_frame(report.files), report.month)], staged / "data")
    write_workbook(report, staged / settings.workbook, settings)
    write_digest(report, staged / settings.files.digest, settings)
    write_page(report, staged / settings.files.page, settings)
    write_summary(report, staged / settings.files.summary)
    write_run(report, staged / "run.json", settings)


def _older_parts(target: Path, staged: Path) -> list[Path]:
    """Give the parts of an earlier run that this one did not write again."""
    there = (path.relative_to(target) for path in target.glob("data/*.parquet/*.parquet"))
    return [name for name in there if not (staged / name).exists()]


class _Handing:
    """Runs a cluster whose workers hand over parts; remembers in which part a file stands."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.part_of: dict[str, str] = {}

    def __call__(
        self,
        task: Callable[[Any], Any],
        inputs: Sequence[Any],
        *,
        jobs: int,
        limits: Limits,
        on_failure: Callable[[Any, Failure], Any],
        receive: Callable[[Any], Any] | None = None,
    ) -> list[Any]:
        """Give the heads of each input; see `isolate.Executor`."""
        found: list[Handed] = self._cluster(
            task,
            inputs,
            jobs=jobs,
            limits=limits,
            on_failure=lambda given, failure: Handed(outcomes=on_failure(given, failure)),
            receive=receive and (lambda h: replace(h, outcomes=receive(h.outcomes))),
        )
        for source, handed in zip(inputs, found, strict=True):
            self.part_of[source.path] = handed.part  # of a file read twice, the later one
        return [handed.outcomes for handed in found]


def _cluster(settings: Settings, parts: Path, checklist: Checklist) -> Cluster:
    writer = PartWriter(
        folder=parts, checklist=checklist, month=settings.month, rules=settings.rules
    )
    shared = (*shared_folders(settings), parts)
    return Cluster(scheduler=settings.scheduler, shared=shared, store=writer)


def _read_beside_others(
    heads: Sequence[Outcome], checklist: Checklist, roster: Roster | None, own_mail: str
) -> frozenset[str]:
    """Give the files whose answers are needed here: of bodies with several, or asked in part."""
    returns = [one for one in heads if isinstance(one, Submission)]
    senders = Identifier(checklist, roster, own_mail=own_mail).identified(returns).respondents
    bodies = Counter(sender.of_body for sender in senders.values())
    in_part = {
        each for entry in (roster.entries if roster else ()) if entry.scope
        for each in (entry_id(entry), body_id(entry))
    }  # fmt: skip
    return frozenset(
        one.source.path
        for one in returns
        if (sender := senders.get(one.source.key)) is not None
        and (bodies[sender.of_body] > 1 or sender.of_body in in_part or sender.id in in_part)
    )


def _handed(batch: Batch) -> dict[str, Respondent]:
    """Give the respondents of the returns that count and whose answers stand in parts."""
    return {
        one.submission.source.key: one.respondent
        for one in batch.submissions
        if not one.submission.answers
    }


def _by_part(
    handed: Mapping[str, Respondent], part_of: Mapping[str, str]
) -> dict[str, dict[str, Respondent]]:
    """Sort respondents by the part that holds their answers."""
    found: defaultdict[str, dict[str, Respondent]] = defaultdict(dict)
    for key, respondent in handed.items():
        found[part_of[key.partition("\n")[0]]][key] = respondent
    return found


def _findings(batch: Batch, handed: Mapping[str, Respondent], settings: Settings) -> Findings:
    """Give the findings that no part holds: over files, and of returns that were read whole."""
    found = check(batch, settings.rules)
    codes = found.frame["code"]
    in_parts = codes.where(of_one_return) & keys_of_files(found).where(handed.__contains__)
    not_asked = codes.where(lambda code: code.startswith(NOT_ASKED))
    return found.take(np.flatnonzero(~not_asked & ~in_parts))


def _whole(batch: Batch, found: Findings) -> dict[str, DataTable]:
    """Give the rows of what was read whole, and of what no part holds; maybe none."""
    frame = answers_of(batch.submissions)
    places = find_places(batch)
    rows = answer_rows(batch, frame, found, places)
    questioned = in_question(batch, frame, found, places.line)
    units = Ranges(batch, Tally(batch, frame), questioned).respondents()
    held = {one.key: one.open for one in units}
    settled = impacts(batch, found, held, open_lines(frame, questioned), places)
    return {
        "answers": table_of(rows, batch.checklist, batch.month),
        "findings": findings_table(finding_frame(found, impacts=settled), batch.month),
    }


def _insist_on_answers(rows: int, batch: Batch) -> None:
    expected = len(batch.submissions) * len(batch.checklist.items)
    if rows != expected:
        raise TorimatomeError(
            "内部の照合が合わないため、書き出しませんでした（前回の結果はそのままです）。"
            f"お手数ですが、次の内容を開発者へお知らせください: 回答 {expected} 件に対し {rows} 行"
        )


def _report(
    batch: Batch,
    found: Findings,
    sums: Summed,
    rows: Mapping[str, int],
    handed: Mapping[str, Respondent],
    settings: Settings,
) -> Report:
    """Give a report with the totals of all answers and no list of them."""
    # Long: a line for each part of the report that is not the sum's own.
    report = summarise(batch, found, settings, rules=rules_table())
    tally, size = sums.tally, len(batch.checklist.items)
    files = tuple(
        replace(row, answers=size) if row.key in handed else row for row in file_rows(batch)
    )
    respondents = tuple(
        replace(total, findings=_severities(sums.severities.get(total.respondent.id, {})))
        for total in tally.respondents(findings_of(()), find_places(batch))
    )
    places = find_places(batch)
    whole = replace(
        report,
        figures=replace(
            report.figures,
            counts=tally.all(),
            overdue=tally.overdue,
            no_month=tally.no_month,
            findings=_severities(sums.severities_of_all),
        ),
        answers=report.answers[:0],
        planned=(),
        notes=(),
        findings=(),
        codes=sorted_codes(
            CodeCount(code=code, severity=Severity(severity), title=RULES[code].title, count=count)
            for (code, severity), count in sums.codes.items()
        ),
        **totals_of(batch, tally, found, files, respondents, rows["answers"], sums.questioned),
        beyond=rows["answers"],
    )
    planned = with_plan(whole, batch, found, set(), places)
    lines = tuple(replace(line, answer=None) for line in planned.lines[: settings.detail_rows])
    return replace(
        planned,
        lines=lines,
        impacts=(),
        lines_beyond=rows["findings"] - sum(len(line.rows) for line in lines),
    )


def _severities(counts: Mapping[str, int]) -> SeverityCounts:
    return SeverityCounts(
        fix=counts.get(Severity.FIX, 0),
        check=counts.get(Severity.CHECK, 0),
        info=counts.get(Severity.INFO, 0),
    )

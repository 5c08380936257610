"""Sum up a month: a Batch and its findings become a Report, with every number that is shown.

Modules: `rows` flattens answers, files and findings; `counts` counts the answers in one pass;
`ranges` says how far each figure can still move, `returns` who answered; `lists` chooses and orders
what a person reads; `months` compares with the months before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from pipeline.errors import ExitCode
from pipeline.frame.answers import answers_at, answers_of
from pipeline.frame.columns import Frame
from pipeline.frame.findings import Findings, findings_of
from pipeline.history.changes import compare
from pipeline.model import Batch, FileState, Finding, Status, states_of_files
from pipeline.model.counts import StatusCounts
from pipeline.model.history import History
from pipeline.model.report import Figures, Report, RespondentTotal
from pipeline.model.report_rows import FileRow, RuleRow, SeverityCounts
from pipeline.settings import Settings
from pipeline.summarise.contacts import contacts, impacts
from pipeline.summarise.counts import Tally
from pipeline.summarise.groupings import groupings
from pipeline.summarise.lists import count_codes, list_least_done, list_most_open, order_planned
from pipeline.summarise.months import summarise_months
from pipeline.summarise.offices import offices
from pipeline.summarise.progress import progress
from pipeline.summarise.proof import reconcile
from pipeline.summarise.ranges import RESPONDENT, Cell, Ranges, in_question, open_lines
from pipeline.summarise.returns import asked_entries, list_returns, turnout_of
from pipeline.summarise.rows import (
    Places,
    answer_rows,
    file_rows,
    find_places,
    reported_lines,
    severity_counts,
)
from pipeline.summarise.sentences import sentences
from pipeline.texts.marks import unknown_notations

NO_HISTORY = History()


def summarise(
    batch: Batch,
    findings: Iterable[Finding],
    settings: Settings,
    *,
    rules: tuple[RuleRow, ...] = (),
    history: History = NO_HISTORY,
    frame: Frame | None = None,
) -> Report:
    """Give the report of a month; ``frame`` are the answers of the batch, where they are known.

    ``rules`` is the catalogue for コード表. ``history`` are the earlier months, for 前月比, the
    trend and the promises.
    """
    # Long: a line for each part of the report.
    found = findings_of(findings)
    places = find_places(batch)
    frame = answers_of(batch.submissions) if frame is None else frame
    comparison = compare(batch, frame, history)
    carried = comparison.carried if comparison else None
    answers = answer_rows(batch, frame, found, places, carried)
    tally = Tally(batch, frame)
    files = file_rows(batch)
    questioned = in_question(batch, frame, found, places.line)
    unreadable = sum(row.state is FileState.UNREADABLE for row in files)
    totals = totals_of(
        batch, tally, found, files, tally.respondents(found, places), len(answers), questioned
    )
    report = Report(
        month=batch.month,
        made_at=settings.made_at,
        checklist=batch.checklist,
        exit_code=int(ExitCode.SOME_UNREADABLE if unreadable else ExitCode.OK),
        figures=_figures(batch, tally.all(), found, tally),
        answers=answers,
        findings=found,
        lines=(),
        planned=order_planned(frame),
        notes=tuple(
            np.flatnonzero(~frame["note_empty"].where(bool) | frame["comment"].where(bool)).tolist()
        ),
        codes=count_codes(found),
        notations=unknown_notations(
            answers_at(batch.submissions, frame, np.flatnonzero(frame["doubt"].where(bool)))
        ),
        turnout=turnout_of(batch, totals["returns"]),
        progress=progress(batch),
        target=settings.target or None,
        rules=rules,
        months=summarise_months(batch, frame, tally, history, comparison),
        **totals,
    )
    return with_plan(report, batch, found, open_lines(frame, questioned), places)


def totals_of(  # noqa: PLR0913, PLR0917 - the sums, and what was counted
    batch: Batch,
    tally: Tally,
    findings: Findings,
    files: tuple[FileRow, ...],
    respondents: tuple[RespondentTotal, ...],
    rows: int,
    questioned: Mapping[Cell, Status],
) -> dict[str, Any]:
    """Give what a report makes of the sums alone, by its fields; ``rows`` counts the answers."""
    items = tally.items()
    return {
        "files": files,
        "returns": list_returns(batch, respondents, findings),
        "items": items,
        "groups": tally.groups(),
        "roles": tally.roles(),
        "groupings": groupings(batch, tally),
        "offices": offices(batch, tally),
        "respondents": respondents,
        "due_months": tally.due_months(),
        "tags": tally.tags(),
        "least_done": list_least_done(items),
        "most_open": list_most_open(respondents),
        "checks": reconcile(batch, rows, files, tally),
        "ranges": Ranges(batch, tally, questioned).every(),
    }


def with_plan(
    report: Report,
    batch: Batch,
    findings: Findings,
    open_rows: set[int],
    places: Places,
) -> Report:
    """Give a report with what follows from its ranges: lines of 要確認, 連絡の順, the sentences.

    ``open_rows`` are lines of the frame, see `ranges.open_lines`.
    """
    held = {one.key: one.open for one in report.ranges if one.scope == RESPONDENT}
    settled = impacts(batch, findings, held, open_rows, places)
    lines = reported_lines(findings, places, settled)
    asked = contacts(batch, findings, settled, report.ranges, lines=lines, returns=report.returns)
    planned = replace(report, lines=lines, impacts=settled, contacts=asked)
    return replace(planned, sentences=sentences(planned))


def _figures(batch: Batch, counts: StatusCounts, findings: Findings, tally: Tally) -> Figures:
    paths = ((record.source.path, record.state) for record in batch.files)
    states = [*states_of_files(paths).values()]
    asked = missing = share = None
    if batch.roster is not None:
        asked = len(asked_entries(batch))
        missing = len(batch.missing)
        share = (asked - missing) / asked if asked else None
    severities: SeverityCounts = severity_counts(findings.frame["severity"])
    return Figures(
        files=len(states),
        counted=states.count(FileState.COUNTED),
        unreadable=states.count(FileState.UNREADABLE),
        other=len(states) - states.count(FileState.COUNTED) - states.count(FileState.UNREADABLE),
        asked=asked,
        returned=len(batch.submissions),
        missing=missing,
        return_share=share,
        counts=counts,
        overdue=tally.overdue,
        no_month=tally.no_month,
        findings=severities,
    )

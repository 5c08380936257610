"""The documents of `--json`, filled from what a command found."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.api import result_of
from pipeline.cli.documents import (
    Aggregated,
    AnswerSeen,
    ChangedAnswer,
    ChangedFile,
    ChangedFindings,
    DueTold,
    Explained,
    FileSeen,
    FindingCaused,
    FindingFound,
    Handled,
    Inspected,
    LimitOfRule,
    MissingBody,
    NameSeen,
    Reading,
    Rehearsed,
    ReturnSeen,
    RulesTold,
    RuleTold,
    SheetSeen,
    TableSeen,
)
from pipeline.cli.explain import findings as findings_of
from pipeline.cli.inspection import Inspection
from pipeline.cli.rehearsal import Answer as StatusAndDue
from pipeline.cli.rehearsal import Difference
from pipeline.model import (
    Answer,
    CellKind,
    Checklist,
    Due,
    Finding,
    MatchedBy,
    NotChecklist,
    RawCell,
    RawWorkbook,
    Submission,
    Unreadable,
    address,
)
from pipeline.rules import Rule
from pipeline.run import RunResult
from pipeline.texts.marks import read_mark
from pipeline.texts.marks.table import matching_key
from pipeline.texts.marks.unknown import unusual


def aggregated(result: RunResult, *, public: bool) -> Aggregated:
    """Give the document of a month that was written; of a public edition nothing of one body."""
    done = result_of(result)
    if public:
        result = replace(result, missing=None, attention=(), findings=(), since=())
    missing = result.missing
    return Aggregated(
        month=result.month,
        exit_code=result.exit_code,
        folder=str(result.folder),
        workbook=str(result.workbook),
        paths=list(done.paths),
        files={state.value: count for state, count in result.files.items() if count},
        missing=None if missing is None else [MissingBody(id=b.id, name=b.name) for b in missing],
        attention=list(result.attention),
        notices=list(result.notices),
        findings=_findings(result.findings),
        more_findings=_counts(result.beyond),
        run=dict(done.figures),
    )


def rehearsed(month: str, exit_code: int, difference: Difference) -> Rehearsed:
    """Give the document of a run that wrote nothing."""
    return Rehearsed(
        month=month,
        exit_code=exit_code,
        compared=not (difference.unknown or difference.first),
        unknown=difference.unknown,
        first=difference.first,
        new_files=list(difference.new_files),
        gone_files=list(difference.gone_files),
        changed_files=[ChangedFile(file=f, before=b, now=n) for f, b, n in difference.handled],
        new_bodies=list(difference.new_bodies),
        gone_bodies=list(difference.gone_bodies),
        answers=[
            ChangedAnswer(
                respondent=respondent,
                project=project,
                item_id=item_id,
                before=_reading(before),
                now=_reading(now),
            )
            for (respondent, project, item_id), before, now in difference.answers
        ],
        findings=[ChangedFindings(severity=s, more=m, fewer=f) for s, m, f in difference.findings],
    )


def inspected(month: str, files: Iterable[tuple[Path, Inspection]]) -> Inspected:
    """Give the document of some files, each with what was found in it."""
    return Inspected(month=month, files=[_file(path, seen) for path, seen in files])


def rules_told(rules: Iterable[Rule]) -> RulesTold:
    """Give the document of some rules."""
    return RulesTold(rules=[_rule(each) for each in rules])


def explained(text: str, *, month: str, checklist: Checklist) -> Explained:
    """Give the document of a text in the check cell; as `explain.explain`."""
    cell = RawCell(kind=CellKind.TEXT, text=text)
    mark = read_mark(cell, month=month, legend=checklist.legend)
    found = findings_of(mark, month, checklist)
    return Explained(
        month=month,
        text=text,
        key=matching_key(text),
        unusual=list(unusual(text)),
        status=mark.status.value,
        read_by=mark.read_by.value,
        notation=mark.notation,
        due=_due(mark.due),
        findings=[FindingCaused(code=c, title=title) for c, title in found],
    )


def _findings(findings: Iterable[Finding]) -> list[FindingFound]:
    return [
        FindingFound(
            code=each.code,
            severity=each.severity.value,
            title=each.title,
            message=each.message,
            fix=each.fix,
            respondent_id=each.respondent_id,
            respondent=each.respondent,
            project=each.project,
            item_id=each.item_id,
            file=each.location.file,
            sheet=each.location.sheet,
            cell=each.location.cell,
            written=each.written,
            state=each.state,
            decision=each.decision,
        )
        for each in findings
    ]


def _counts(counted: Counter[Any]) -> dict[str, int]:
    return {str(each): count for each, count in counted.items() if count}


def _reading(answer: StatusAndDue) -> Reading:
    status, due = answer
    return Reading(status=status, due=due)


def _file(path: Path, seen: Inspection) -> FileSeen:
    workbook = seen.workbook
    sheets = workbook.sheets if isinstance(workbook, RawWorkbook) else ()
    own = [each.own for each in seen.outcomes if isinstance(each, NotChecklist) and each.own]
    return FileSeen(
        file=str(path),
        kind=workbook.kind.value,
        unreadable=workbook.reason.value if isinstance(workbook, Unreadable) else "",
        own=own[0].value if own else "",
        sheets=[SheetSeen(name=s.name, visible=s.visible, cells=len(s.cells)) for s in sheets],
        returns=[_return(each) for each in seen.outcomes if isinstance(each, Submission)],
        handled=[Handled(state=r.state.value, reason=r.reason) for r in seen.records],
        findings=_findings(seen.findings),
    )


def _return(submission: Submission) -> ReturnSeen:
    absent = [each.item_id for each in submission.answers if each.matched_by is MatchedBy.NONE]
    return ReturnSeen(
        part=submission.source.part,
        slip=bool(submission.slip),
        tables=[
            TableSeen(
                sheet=table.sheet,
                shape=table.shape.value,
                header_row=None if table.header_row is None else table.header_row + 1,
                text_column=_column(table.text_column),
                mark_column=_column(table.mark_column),
                note_column=_column(table.note_column),
                items=table.items,
            )
            for table in submission.tables
        ],
        names=[
            NameSeen(
                kind=each.kind.value,
                text=each.text,
                sheet=each.location.sheet if each.location else "",
                cell=each.location.cell if each.location else "",
            )
            for each in submission.evidence
        ],
        answers=[_answer(a) for a in submission.answers if a.matched_by is not MatchedBy.NONE],
        items_missing=absent,
    )


def _answer(answer: Answer) -> AnswerSeen:
    place = answer.location
    return AnswerSeen(
        item_id=answer.item_id,
        status=answer.mark.status.value,
        due=answer.due.month,
        written=answer.mark.raw,
        note=answer.note.raw,
        sheet=place.sheet if place else "",
        cell=place.cell if place else "",
    )


def _column(index: int | None) -> str | None:
    return None if index is None else address(0, index)[:-1]


def _rule(rule: Rule) -> RuleTold:
    return RuleTold(
        code=rule.code,
        severity=rule.severity.value,
        title=rule.title,
        about=rule.about.value,
        effect=rule.effect.value,
        why=rule.why,
        fix=rule.general_fix,
        since=rule.since,
        thresholds=[
            LimitOfRule(name=each.name, default=each.default, meaning=each.meaning)
            for each in rule.thresholds
        ],
    )


def _due(due: Due) -> DueTold:
    return DueTold(
        month=due.month,
        precision=due.precision.value,
        inferred=due.inferred,
        problem=due.problem.value,
        written=due.written,
    )

"""Flatten answers, files and findings into the lines of the data files."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TypedDict

from pipeline.model import (
    Answer,
    Batch,
    CountedSubmission,
    Due,
    FileRecord,
    Finding,
    Item,
    Severity,
    Status,
    Submission,
)
from pipeline.model.raw import Skipped, Unreadable
from pipeline.model.report import AnswerRow, FileRow, ReportedFinding, SeverityCounts

Codes = dict[tuple[str, str], list[str]]


def answer_rows(batch: Batch, findings: tuple[Finding, ...]) -> tuple[AnswerRow, ...]:
    """Give one row per counted submission and item: submissions in order, items in form order."""
    codes: Codes = defaultdict(list)
    for finding in findings:
        if finding.item_id and finding.code not in codes[finding.location.file, finding.item_id]:
            codes[finding.location.file, finding.item_id].append(finding.code)
    items = {item.id: (n, item) for n, item in enumerate(batch.checklist.items, start=1)}
    return tuple(
        _answer_row(batch.month, number, counted, answer, items, codes)
        for number, counted in enumerate(batch.submissions, start=1)
        for answer in counted.submission.answers
    )


def _answer_row(
    month: str,
    number: int,
    counted: CountedSubmission,
    answer: Answer,
    items: dict[str, tuple[int, Item]],
    codes: Codes,
) -> AnswerRow:
    respondent = counted.respondent
    item_number, item = items[answer.item_id]
    status = answer.counted_status
    files = files_of(counted, answer)
    place = answer.location or answer.row_location
    due = answer.due if status is Status.PLANNED and answer.due.month else Due()
    return AnswerRow(
        number=number,
        item_number=item_number,
        respondent_id=respondent.id,
        respondent=respondent.name,
        role=respondent.role,
        category=item.category,
        section=item.section,
        item_id=item.id,
        item=item.title,
        status=status,
        due=due.month,
        due_precision=due.precision,
        due_inferred=due.inferred,
        due_source=due.source,
        mark=answer.mark.raw,
        note=answer.note.raw,
        tags=" ".join(answer.note.tags),
        findings=" ".join(
            dict.fromkeys(code for file in files for code in codes.get((file, answer.item_id), ()))
        ),
        file=place.file if place else files[0],
        sheet=place.sheet if place else "",
        cell=answer.location.cell if answer.location else "",
        in_scope=answer.in_scope,
        note_empty=answer.note.empty,
        overdue=bool(due.month) and due.month < month,
        **_decision_fields(answer),
    )


class _DecisionFields(TypedDict, total=False):
    decision: str
    status_before: Status | None
    due_before: str
    decision_reason: str
    decided_by: str
    decided_on: str


def _decision_fields(answer: Answer) -> _DecisionFields:
    told = answer.decision
    if told is None:
        return {}
    return {
        "decision": "、".join(told.verdicts),
        "status_before": told.status if told.changed else None,
        "due_before": told.due if told.changed else "",
        "decision_reason": told.reason,
        "decided_by": told.by,
        "decided_on": told.on,
    }


def files_of(counted: CountedSubmission, answer: Answer) -> tuple[str, ...]:
    """Give the files an answer may be told about: its form, and where it stands, if elsewhere.

    Check cell and note may stand in a send-back slip or in an older return.
    """
    places = (answer.location, answer.note_location, answer.row_location)
    own = counted.submission.source.path
    others = [place.file for place in places if place is not None and place.file != own]
    return tuple(dict.fromkeys((own, *others))) if others else (own,)


def file_rows(batch: Batch) -> tuple[FileRow, ...]:
    """Give one row per file of the inbox."""
    return tuple(_file_row(record) for record in batch.files)


def _file_row(record: FileRecord) -> FileRow:
    content = record.content
    sheets = () if isinstance(content, Skipped | Unreadable) else content.sheets
    respondent = record.respondent
    return FileRow(
        file=record.source.path,
        sha256=record.source.sha256,
        size=record.source.size,
        modified=record.source.modified,
        kind=record.kind.value,
        state=record.state,
        reason=record.reason,
        respondent_id=respondent.id if respondent else "",
        respondent=respondent.name if respondent else "",
        identified_by=respondent.identified_by.value if respondent else "",
        sheets=sheets,
        answers=len(content.answers) if isinstance(content, Submission) else 0,
    )


def reported_findings(batch: Batch, findings: Iterable[Finding]) -> tuple[ReportedFinding, ...]:
    """Join each finding to its answer's row, where the finding is about a counted answer."""
    rows: dict[tuple[str, str], int] = {}
    index = 0
    for counted in batch.submissions:
        for answer in counted.submission.answers:
            rows.update(((file, answer.item_id), index) for file in files_of(counted, answer))
            index += 1
    return tuple(
        ReportedFinding(finding=finding, answer=rows.get((finding.location.file, finding.item_id)))
        for finding in findings
    )


def severity_counts(findings: Iterable[Finding]) -> SeverityCounts:
    """Count findings by severity."""
    found = Counter(finding.severity for finding in findings)
    return SeverityCounts(
        fix=found[Severity.FIX], check=found[Severity.CHECK], info=found[Severity.INFO]
    )

"""Flatten answers, files and findings into the lines of the data files."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from sys import intern

from pipeline.model import (
    Answer,
    Batch,
    CountedSubmission,
    Due,
    FileRecord,
    Finding,
    FindingGroup,
    Item,
    Severity,
    Status,
    Submission,
)
from pipeline.model.raw import Skipped, Unreadable
from pipeline.model.report import AnswerRow, FileRow, ReportedLine, RowDecision, SeverityCounts
from pipeline.model.submission import AnswerDecision, DueSource, Precision

_NO_DUE = Due()
Codes = dict[str, dict[str, list[str]]]  # key of a return -> item -> codes


@dataclass(frozen=True, slots=True)
class Places:
    """Where the answers stand: what a finding tells of a file is told of an answer.

    ``lines`` gives the line of 明細, counted from 0, by the key of a return and item. Nearly every
    answer stands in its form alone; ``files`` gives all the returns (keys) of the lines that do
    not, its form first.
    """

    lines: Mapping[str, Mapping[str, int]]
    files: Mapping[int, tuple[str, ...]]

    def line(self, file: str, item_id: str) -> int | None:
        """Give the line of a file's answer to an item, None where it does not count."""
        found = self.lines.get(file)
        return found.get(item_id) if found else None

    def beside(self, first: int, count: int) -> set[str]:
        """Give the files of ``count`` lines from ``first`` on, where they have more than one."""
        if not self.files:
            return set()
        lines = range(first, first + count)
        return {file for line in lines for file in self.files.get(line, ())}


def find_places(batch: Batch) -> Places:
    """Find out where the answers of a month stand."""
    lines: dict[str, dict[str, int]] = {}
    files: dict[int, tuple[str, ...]] = {}
    line = 0
    for counted in batch.submissions:
        own, answers = counted.submission.source.key, counted.submission.answers
        ids = (answer.item_id for answer in answers)
        lines.setdefault(own, {}).update(zip(ids, range(line, line + len(answers)), strict=True))
        for answer in answers:
            # Check cell and note may stand in a send-back slip or in an older return.
            row = () if answer.row_place is None else (answer.row_place.key,)
            others = [file for file in (*answer.files, *row) if file != own]
            if others:
                files[line] = tuple(dict.fromkeys((own, *others)))
                for file in others:
                    lines.setdefault(file, {})[answer.item_id] = line
            line += 1
    return Places(lines=lines, files=files)


def answer_rows(
    batch: Batch,
    findings: Iterable[Finding],
    places: Places,
    carried: frozenset[tuple[str, str]] | None = None,
) -> tuple[AnswerRow, ...]:
    """Give one row per counted submission and item: submissions in order, items in form order.

    ``carried`` are the (respondent id, item id) of the answers that stand in the file of the
    month compared with, None where nothing is compared.
    """
    codes: Codes = defaultdict(lambda: defaultdict(list))
    for finding in findings:
        if finding.item_id:
            known = codes[finding.location.key][finding.item_id]
            if finding.code not in known:
                known.append(finding.code)
    items = {item.id: (n, item) for n, item in enumerate(batch.checklist.items, start=1)}
    rows: list[AnswerRow] = []
    for submission in enumerate(batch.submissions, start=1):
        counted = submission[1]
        id_, own = counted.respondent.id, codes.get(counted.submission.source.key, {})
        for answer in counted.submission.answers:
            item_id = answer.item_id
            files = places.files.get(len(rows))
            if files is None:
                told: Iterable[str] = own.get(item_id, ())
            else:
                each = (codes[file].get(item_id, ()) for file in files if file in codes)
                told = dict.fromkeys(chain.from_iterable(each))
            rows.append(
                _answer_row(
                    submission,
                    answer,
                    items[item_id],
                    overdue_before=batch.month,
                    codes=told,
                    same_file=None if carried is None else (id_, item_id) in carried,
                )
            )
    return tuple(rows)


def _answer_row(
    submission: tuple[int, CountedSubmission],
    answer: Answer,
    item: tuple[int, Item],
    *,
    overdue_before: str,
    codes: Iterable[str],
    same_file: bool | None,
) -> AnswerRow:
    number, counted = submission
    item_number, asked = item
    mark, note, place = answer.mark, answer.note, answer.row_place
    status = answer.counted_status
    due = _NO_DUE
    if status is Status.PLANNED and answer.due.month:
        read = answer.due
        due = _due(read.month, read.precision, read.inferred, read.source)
    return AnswerRow(  # in the order of its fields: their names would double the time it takes
        number, item_number, counted.respondent, asked, status, due,
        mark.raw, note.raw, intern(" ".join(note.tags)), intern(" ".join(codes)),
        place.file if place else counted.submission.source.path,
        place.sheet if place else "",
        (answer.mark_cell or "") if place else "",
        answer.in_scope, note.empty, "" < due.month < overdue_before, same_file,
        _decided(answer.decision) if answer.decision else None, answer.comment,
    )  # fmt: skip


@lru_cache(maxsize=4_096)
def _due(month: str, precision: Precision, inferred: bool, source: DueSource) -> Due:
    """Give a month without its words: few differ, and equal ones are one in memory."""
    return Due(month=month, precision=precision, inferred=inferred, source=source)


def _decided(told: AnswerDecision) -> RowDecision:
    return RowDecision(
        words="、".join(told.verdicts),
        before=told.status if told.changed else None,
        due_before=told.due if told.changed else "",
        reason=told.reason,
        by=told.by,
        on=told.on,
    )


def file_rows(batch: Batch) -> tuple[FileRow, ...]:
    """Give one row per file of the inbox; one a return where a file holds several."""
    return tuple(_file_row(record) for record in batch.files)


def _file_row(record: FileRecord) -> FileRow:
    content = record.content
    sheets = () if isinstance(content, Skipped | Unreadable) else content.sheets
    respondent = record.respondent
    return FileRow(
        file=record.source.path,
        part=record.source.part,
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
        project=respondent.project if respondent else "",
    )


def reported_lines(groups: Iterable[FindingGroup], places: Places) -> tuple[ReportedLine, ...]:
    """Join each line to its first answer's row, where it is about counted answers."""
    return tuple(
        ReportedLine(
            shown=group.line,
            findings=group.findings,
            answer=places.line(group.findings[0].location.key, group.findings[0].item_id),
        )
        for group in groups
    )


def severity_counts(findings: Iterable[Finding]) -> SeverityCounts:
    """Count findings by severity."""
    found = Counter(finding.severity for finding in findings)
    return SeverityCounts(
        fix=found[Severity.FIX], check=found[Severity.CHECK], info=found[Severity.INFO]
    )

"""Flatten answers, files and findings into the lines of the data files."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from sys import intern

from pipeline.frame.answers import DECIDED, StoredAnswers
from pipeline.frame.columns import Coded, Frame, constant, encoded, together
from pipeline.frame.findings import Findings, keys_of_files
from pipeline.inbox.arrival import in_time
from pipeline.model import (
    Batch,
    Bundle,
    Due,
    FileRecord,
    Severity,
    Status,
    Submission,
)
from pipeline.model.answers import DueSource, Precision
from pipeline.model.report_rows import (
    AnswerRows,
    FileRow,
    ReportedLine,
    SeverityCounts,
)
from pipeline.model.sources import Skipped, Unreadable
from pipeline.rules.grouping import group_findings

_NO_DUE = Due()


@dataclass(frozen=True, slots=True)
class Places:
    """Where the answers stand: what a finding tells of a file is told of an answer.

    A return's answers are lines of 明細, counted from 0, from ``starts`` on, in the order of
    ``items``. Few answers stand in other returns too: ``others`` gives their lines by key and item,
    ``files`` all the returns (keys) of such a line, its form first.
    """

    starts: Mapping[str, int]
    items: Mapping[str, int]
    others: Mapping[str, Mapping[str, int]]
    files: Mapping[int, tuple[str, ...]]

    def line(self, file: str, item_id: str) -> int | None:
        """Give the line of a file's answer to an item, None where it does not count."""
        start, place = self.starts.get(file), self.items.get(item_id)
        if start is not None and place is not None:
            return start + place
        found = self.others.get(file)
        return found.get(item_id) if found else None

    def beside(self, first: int, count: int) -> set[str]:
        """Give the files of ``count`` lines from ``first`` on, where they have more than one."""
        if not self.files:
            return set()
        lines = range(first, first + count)
        return {file for line in lines for file in self.files.get(line, ())}


def find_places(batch: Batch) -> Places:
    """Find out where the answers of a month stand."""
    starts: dict[str, int] = {}
    others: dict[str, dict[str, int]] = defaultdict(dict)
    files: dict[int, tuple[str, ...]] = {}
    line = 0
    for counted in batch.submissions:
        own, answers = counted.submission.source.key, counted.submission.answers
        if answers:
            starts[own] = line
        for place, answer in enumerate(() if isinstance(answers, StoredAnswers) else answers, line):
            # Check cell and note may stand in a send-back slip or in an older return.
            row = () if answer.row_place is None else (answer.row_place.key,)
            beside = [file for file in (*answer.files, *row) if file != own]
            if beside:
                files[place] = tuple(dict.fromkeys((own, *beside)))
                for file in beside:
                    others[file][answer.item_id] = place
        line += len(answers)
    items = {item.id: place for place, item in enumerate(batch.checklist.items)}
    return Places(starts=starts, items=items, others=others, files=files)


def answer_rows(
    batch: Batch,
    frame: Frame,
    findings: Findings,
    places: Places,
    carried: frozenset[tuple[str, str]] | None = None,
) -> AnswerRows:
    """Give one row per counted submission and item: submissions in order, items in form order.

    ``frame`` are the answers. ``carried`` are the (respondent id, item id) of the answers that
    stand in the file of the month compared with, None where nothing is compared.
    """
    # Long: a line for each column.
    items = {item.id: (n, item) for n, item in enumerate(batch.checklist.items, start=1)}
    people = tuple(one.respondent for one in batch.submissions)
    whose = Coded(people, frame["number"].codes)
    asked = frame["item_id"].of(items.__getitem__)
    planned = together(_planned, *map(frame.__getitem__, _DUE))
    decided = together(_decided, *map(frame.__getitem__, DECIDED))
    source = Coded(tuple(one.submission.source.path for one in batch.submissions), whose.codes)
    same = constant(None, len(asked)) if carried is None else encoded(
        (person.id, item.id) in carried for person, (_, item) in zip(whose, asked, strict=True)
    )  # fmt: skip
    return AnswerRows(
        {
            "number": frame["number"].of(lambda number: number + 1),
            "item_number": asked.of(itemgetter(0)),
            "respondent_id": whose.of(attrgetter("id")),
            "respondent": whose.of(attrgetter("name")),
            "role": whose.of(attrgetter("role")),
            "project": whose.of(attrgetter("project")),
            "category": asked.of(lambda pair: pair[1].category),
            "section": asked.of(lambda pair: pair[1].section),
            "item_id": frame["item_id"],
            "item": asked.of(lambda pair: pair[1].title),
            "due": planned.of(attrgetter("month")),
            "due_precision": planned.of(attrgetter("precision")),
            "due_source": planned.of(attrgetter("source")),
            "due_inferred": planned.of(attrgetter("inferred")),
            **{name: frame[name] for name in _AS_THEY_ARE},
            "findings": encoded(_codes(frame, findings, places)),
            "file": together(lambda given, own: given or own, frame["file"], source),
            "overdue": planned.of(lambda due: "" < due.month < batch.month),
            "same_file": same,
            **{name: decided.of(itemgetter(n)) for n, name in enumerate(_DECISION)},
        }
    )


_AS_THEY_ARE = (
    "status", "mark", "note", "tags", "sheet", "cell", "in_scope", "note_empty", "comment",
)  # fmt: skip
_DECISION = (
    "decision", "status_before", "due_before", "decision_reason", "decided_by", "decided_on",
)  # fmt: skip


def _codes(frame: Frame, findings: Findings, places: Places) -> Iterable[str]:
    """Give the codes of what is found of each answer; those of its form first."""
    told: dict[int, dict[str, None]] = defaultdict(dict)
    of_others: dict[tuple[int, str], list[str]] = defaultdict(list)
    asked = keys_of_files(findings), findings.frame["item_id"], findings.frame["code"]
    for file, item, code in zip(*asked, strict=True):
        line = places.line(file, item) if item else None
        if line is None:
            continue
        if line in places.files:
            of_others[line, file].append(code)
        else:
            told[line][code] = None
    for line, files in places.files.items():
        told[line] = dict.fromkeys(code for file in files for code in of_others[line, file])
    return (
        intern(" ".join(told[line])) if line in told else "" for line in range(len(frame["number"]))
    )


_DUE = ("status", "due", "due_precision", "due_inferred", "due_source")


def _planned(status: Status, month: str, precision: str, inferred: bool, source: str) -> Due:
    """Give the month promised, without its words."""
    if status is not Status.PLANNED or not month:
        return _NO_DUE
    return Due(
        month=month,
        precision=Precision(precision),
        inferred=inferred,
        source=DueSource(source),
    )


def _decided(  # noqa: PLR0913, PLR0917 - the columns of a decision
    words: str | None,
    status: Status | None,
    changed: bool | None,
    due: str | None,
    reason: str | None,
    by: str | None,
    on: str | None,
) -> tuple[str, Status | None, str, str, str, str]:
    before, month = (status, due or "") if changed else (None, "")
    return words or "", before, month, reason or "", by or "", on or ""


def file_rows(batch: Batch) -> tuple[FileRow, ...]:
    """Give one row per file of the inbox; one a return where a file holds several."""
    return tuple(_file_row(record, batch.deadline) for record in batch.files)


def _file_row(record: FileRecord, deadline: str) -> FileRow:
    content = record.content
    sheets = () if isinstance(content, Skipped | Unreadable | Bundle) else content.sheets
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
        received=record.source.received,
        sender=record.source.sender,
        subject=record.source.subject,
        on_time=in_time(record.source, deadline).value,
    )


def reported_lines(
    findings: Findings, places: Places, impacts: Sequence[int]
) -> tuple[ReportedLine, ...]:
    """Give a line for each cause, joined to the row of its first answer where that is counted."""
    files, items = keys_of_files(findings), findings.frame["item_id"]
    return tuple(
        ReportedLine(
            shown=group.line,
            rows=group.rows,
            answer=places.line(files.at(group.rows[0]), items.at(group.rows[0])),
            impact=sum(impacts[row] for row in group.rows),
        )
        for group in group_findings(findings)
    )


def severity_counts(severities: Iterable[Severity]) -> SeverityCounts:
    """Count the severities of findings."""
    found = Counter(severities)
    return SeverityCounts(
        fix=found[Severity.FIX], check=found[Severity.CHECK], info=found[Severity.INFO]
    )

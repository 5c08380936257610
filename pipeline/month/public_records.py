"""What the public edition shows of files, answers and findings: nothing that names or quotes."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from pipeline.history.aliases import Aliases
from pipeline.model import (
    Answer,
    Batch,
    Due,
    FileRecord,
    FileState,
    Finding,
    Location,
    Mark,
    Note,
    Respondent,
    Roster,
    RosterEntry,
    Severity,
    Skipped,
    SkipReason,
    SourceFile,
    Submission,
    place_in,
)
from pipeline.texts.respondents import entry_id

_STATE_WORDS = {
    FileState.COUNTED: "集計しました。",
    FileState.SUPERSEDED: "新しい提出に置き換えました。",
    FileState.DUPLICATE: "同じ内容のファイルがあるため、数えていません。",
    FileState.DISPUTED: "どの団体の回答か確かめています。",
    FileState.EXCLUDED: "集計から除きました。",
    FileState.NOT_CHECKLIST: "チェックシートではありませんでした。",
    FileState.UNREADABLE: "読めませんでした。",
    FileState.IGNORED: "集計の対象ではありません。",
}


def public_sources(batch: Batch, aliases: Aliases) -> dict[str, SourceFile]:
    """Give what stands for each return, by its key: numbers in an order that tells nothing.

    The hash is a keyed one: it tells whether a file is the same as in another month.
    """
    paths = {record.source.path for record in batch.files}
    ordered = sorted(paths, key=lambda path: aliases.digest("file", path))
    numbers = {path: number for number, path in enumerate(ordered, start=1)}
    parts: Counter[str] = Counter()
    sources = {}
    for record in sorted(batch.files, key=lambda one: aliases.digest("file", one.source.key)):
        own = record.source
        parts[own.path] += 1
        sources[own.key] = SourceFile(
            path=f"ファイル{numbers[own.path]:04d}",
            location=Path(),
            sha256=aliases.digest("sha256", own.sha256) if own.sha256 else "",
            part=str(parts[own.path]) if own.part else "",  # a sheet is often named after a body
        )
    return sources


def public_roster(
    roster: Roster | None, people: Mapping[str, Respondent], *, named: bool
) -> Roster | None:
    """Give the roster under public names, in an order of its own where names are not told."""
    if roster is None:
        return None
    entries = [
        RosterEntry(
            code=people[entry_id(entry)].id,
            name=people[entry_id(entry)].name,
            role=people[entry_id(entry)].role,
            scope=entry.scope,  # how much is asked; no sheet tells it of anybody
            excluded="除外" if entry.excluded else "",
        )
        for entry in roster.entries
        if entry_id(entry) in people
    ]
    ordered = entries if named else sorted(entries, key=lambda entry: entry.code)
    return Roster(entries=tuple(ordered), file="名簿")


def public_record(
    record: FileRecord, sources: Mapping[str, SourceFile], people: Mapping[str, Respondent]
) -> FileRecord:
    """Give what came of a file under its public name and its body's."""
    source = sources[record.source.key]
    content: Submission | Skipped
    if isinstance(record.content, Submission):
        content = public_submission(record.content, sources)
    else:
        content = Skipped(source=source, reason=SkipReason.OTHER_KIND, kind=record.kind)
    return FileRecord(
        source=source,
        state=record.state,
        reason=_STATE_WORDS[record.state],
        kind=record.kind,
        content=content,
        respondent=people[record.respondent.id] if record.respondent else None,
        replaced_by=sources[record.replaced_by].key if record.replaced_by else "",
        is_slip=record.is_slip,
    )


def public_submission(submission: Submission, sources: Mapping[str, SourceFile]) -> Submission:
    """Give a return without what was written and where."""
    return Submission(
        source=sources[submission.source.key],
        kind=submission.kind,
        checklist_id=submission.checklist_id,
        answers=tuple(_public_answer(answer, sources) for answer in submission.answers),
    )


def _public_answer(answer: Answer, sources: Mapping[str, SourceFile]) -> Answer:
    """Give status and month, and in which files they stand; no cell, whose place may tell whose."""
    return Answer(
        item_id=answer.item_id,
        mark=Mark(status=answer.mark.status, due=_public_due(answer.mark.due)),
        note=Note(),
        due=_public_due(answer.due),
        place=_public_place(answer.place, sources),
        mark_cell=None if answer.mark_cell is None else "",
        row_cell=None if answer.row_cell is None else "",
        note_place=_public_place(answer.note_place, sources),
        note_cell=None if answer.note_cell is None else "",
        matched_by=answer.matched_by,
        in_scope=answer.in_scope,
    )


def _public_due(due: Due) -> Due:
    return replace(due, written="")


def _public_place(place: Location | None, sources: Mapping[str, SourceFile]) -> Location | None:
    source = sources.get(place.key) if place else None
    return place_in(source) if source else None


def public_finding(
    finding: Finding, sources: Mapping[str, SourceFile], people: Mapping[str, Respondent]
) -> Finding:
    """Give a finding in the words of its rule, without what was written."""
    known = people.get(finding.respondent_id)
    source = sources.get(finding.location.key)
    return Finding(
        code=finding.code,
        severity=finding.severity,
        title=finding.title,
        location=place_in(source) if source else Location(file=""),
        written="",
        fix="",
        respondent_id=known.id if known else "",
        respondent=known.name if known else "",
        item_id=finding.item_id,
        problem=finding.title,
        told=finding.title,
        state=finding.state,
        project=known.project if known else "",
    )


def finding_order(batch: Batch) -> Callable[[Finding], tuple[int, str, str, int, str]]:
    """Give the order of `check` with the aliases in place of the roster's order."""
    items = {item.id: place for place, item in enumerate(batch.checklist.items)}
    severities = list(Severity)
    return lambda finding: (
        severities.index(finding.severity),
        finding.respondent_id,
        finding.location.key,
        items.get(finding.item_id, -1),
        finding.code,
    )

"""The public edition of a month: what may be passed on to the respondents themselves.

Everything that could tell who answered what in which words is taken out before anything is
summed up or written, so that no sheet can leak what it never receives: names, contacts, raw
marks, notes, file names, paths, hashes and the wording of findings. Counts stay true.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.model import (
    Answer,
    Batch,
    CountedSubmission,
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
    Status,
    Submission,
    place_in,
    shown_unit,
)
from pipeline.model.plan import NEXT
from pipeline.texts.respondents import entry_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pipeline.history.aliases import Aliases
    from pipeline.model import Due
    from pipeline.model.counts import Range
    from pipeline.model.history import History
    from pipeline.model.report import Report

UNSURE = "B509"  # tells that a file's name alone, or less, says whose it is
# A role that fewer than three submissions share would name them; the threshold is the usual
# minimum cell count of official statistics (秘匿処理).
MINIMUM_SHARED = 3
SMALL_ROLES = "その他の役割"

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


def public_edition(
    batch: Batch,
    findings: Iterable[Finding],
    people: Mapping[str, Respondent],
    aliases: Aliases,
    *,
    named: bool = False,
) -> tuple[Batch, tuple[Finding, ...]]:
    """Give the batch and findings as they may be passed on; ``people`` are from `public_people`.

    Everything stands in an order that follows the aliases, since that of the roster or of the
    file names would name them; ``named`` keeps the roster's. What is not named here is left out,
    so that a field added to the model never leaks.
    """
    sources = _public_sources(batch, aliases)

    def place_of(respondent: Respondent) -> str:
        return "" if named else people[respondent.id].id

    files = sorted(batch.files, key=lambda record: sources[record.source.key].key)
    public = Batch(
        month=batch.month,
        checklist=batch.checklist,
        files=tuple(_public_record(record, sources, people) for record in files),
        submissions=tuple(
            CountedSubmission(
                respondent=people[counted.respondent.id],
                submission=_public_submission(counted.submission, sources),
            )
            for counted in sorted(batch.submissions, key=lambda one: place_of(one.respondent))
        ),
        roster=_public_roster(batch.roster, people, named=named),
        missing=tuple(people[one.id] for one in sorted(batch.missing, key=place_of)),
        excluded=tuple(people[id_].id for id_ in batch.excluded if id_ in people),
    )
    shown = (_public_finding(finding, sources, people) for finding in findings)
    return public, tuple(shown if named else sorted(shown, key=_finding_order(batch)))


def public_people(
    batch: Batch,
    findings: Iterable[Finding],
    history: History,
    aliases: Aliases,
    *,
    named: bool = False,
) -> dict[str, Respondent]:
    """Give every respondent of this and earlier months as the public edition shows it, by id.

    With ``named`` those keep their names whom this month's roster names and no open finding
    doubts: a name read out of a file may be anything. Roles with fewer than three submissions
    are merged.
    """
    merged = _merged_roles(batch)
    doubted = {
        finding.respondent_id
        for finding in findings
        if finding.code == UNSURE and finding.severity is not Severity.INFO
    }
    respondents = _everyone(batch)
    known = [*respondents, *(id_ for past in history.months for id_ in past.respondents)]
    entries = batch.roster.entries if batch.roster and named else ()
    rostered = {entry_id(entry): entry for entry in entries}
    people = {}
    for id_, alias in aliases.bodies(known).items():
        own = respondents.get(id_, Respondent(id=id_, name=alias))
        name, project = alias, ""
        if id_ not in doubted and own.on_roster:
            name, project = _rostered_name(own, alias, rostered)
        people[id_] = Respondent(
            id=alias,
            name=name,
            role=SMALL_ROLES if own.role in merged else own.role,
            on_roster=own.on_roster,
            project=project,
        )
    return people


def _rostered_name(
    respondent: Respondent, alias: str, rostered: Mapping[str, RosterEntry]
) -> tuple[str, str]:
    """Give name and project as the roster has them; of a project it does not name, the alias."""
    entry, body = rostered.get(respondent.id), rostered.get(respondent.of_body)
    if entry:
        return entry.shown, entry.project
    return (shown_unit(body.name, alias), "") if body else (alias, "")


def public_report(
    edition: tuple[Batch, tuple[Finding, ...]],
    sum_up: Callable[[Batch, tuple[Finding, ...]], Report],
    *,
    key_number: str,
    named: bool = False,
) -> Report:
    """Sum up a public edition with ``sum_up``, the run's own way of doing it.

    Unless names are kept, no line of a respondent tells its role; the table by role stands
    alone, small counts withheld. Named, roles stay as they are: the names tell them anyway.
    ``key_number`` tells by which key the aliases were made.
    """
    public, told = edition
    report = _as_shown(sum_up(public, told), key_number)
    if named:
        return report
    roles = report.roles
    withheld = suppressed(tuple(tuple(role.counts.of(s) for s in Status) for role in roles))
    bare = _as_shown(sum_up(_without_roles(public), told), key_number)
    ranges = _public_ranges(bare, report, withheld)
    return replace(bare, roles=roles, withheld=withheld, ranges=ranges)


def _public_ranges(
    bare: Report, by_role: Report, withheld: frozenset[tuple[int, int]]
) -> tuple[Range, ...]:
    """Give the ranges with those of the roles that the table by role shows whole."""
    hidden = {row for row, _ in withheld}
    shown = {role.role for row, role in enumerate(by_role.roles) if row not in hidden}
    roles = (one for one in by_role.ranges if one.scope == "role" and one.key in shown)
    return (*(one for one in bare.ranges if one.scope != "role"), *roles)


def _as_shown(report: Report, key_number: str) -> Report:
    """Take off what stood for the files' hashes while months were compared, by what a body was
    told, and whom to ask next: who reads this edition asks nobody.
    """
    files = tuple(
        replace(row, sha256="", identified_by="", received="", sender="", subject="")
        for row in report.files
    )
    told = tuple(one for one in report.sentences if one.topic != NEXT)
    return replace(
        report, files=files, key_number=key_number, contacts=(), sentences=told, offices=()
    )


def suppressed(table: Sequence[Sequence[int]]) -> frozenset[tuple[int, int]]:
    """Choose the cells (row, column) of a table of counts to withhold.

    Every count of 1 or 2, and then as many more as it takes that none can be worked out from
    the totals of its row or column (二次秘匿): no row or column has a single withheld cell while
    it still shows another count above 0.
    """
    chosen = {
        (r, c)
        for r, row in enumerate(table)
        for c, count in enumerate(row)
        if 0 < count < MINIMUM_SHARED
    }
    lines = [[(r, c) for c in range(len(row))] for r, row in enumerate(table)]
    lines += [list(line) for line in zip(*lines, strict=True)]
    while True:
        for line in lines:
            if len(chosen.intersection(line)) != 1:
                continue
            others = [(table[r][c], (r, c)) for r, c in line if (r, c) not in chosen]
            shown = [entry for entry in others if entry[0] > 0]
            if shown:
                chosen.add(min(shown)[1])
                break
        else:
            return frozenset(chosen)


def _without_roles(batch: Batch) -> Batch:
    """Take the roles off every respondent, so that neither column nor order tells them."""
    bare = {id_: replace(respondent, role="") for id_, respondent in _everyone(batch).items()}
    roster = batch.roster
    if roster is not None:
        roster = replace(roster, entries=tuple(replace(e, role="") for e in roster.entries))
    return replace(
        batch,
        roster=roster,
        missing=tuple(bare[respondent.id] for respondent in batch.missing),
        files=tuple(
            replace(record, respondent=bare[record.respondent.id]) if record.respondent else record
            for record in batch.files
        ),
        submissions=tuple(
            replace(counted, respondent=bare[counted.respondent.id])
            for counted in sorted(batch.submissions, key=lambda counted: counted.respondent.id)
        ),
    )


def _everyone(batch: Batch) -> dict[str, Respondent]:
    """Give every respondent that the month knows of, by id."""
    known = {r.respondent.id: r.respondent for r in batch.files if r.respondent is not None}
    known |= {respondent.id: respondent for respondent in batch.missing}
    return known | {counted.respondent.id: counted.respondent for counted in batch.submissions}


def _merged_roles(batch: Batch) -> frozenset[str]:
    """Choose the roles to merge: those with fewer than three submissions, and then the next
    smallest ones until the merged role has three as well.
    """
    sizes = Counter(counted.respondent.role for counted in batch.submissions)
    merged: set[str] = set()
    for role, size in sorted(sizes.items(), key=lambda entry: (entry[1], entry[0])):
        together = sum(sizes[member] for member in merged)
        if size >= MINIMUM_SHARED and (not merged or together >= MINIMUM_SHARED):
            break
        merged.add(role)
    return frozenset(merged)


def _public_sources(batch: Batch, aliases: Aliases) -> dict[str, SourceFile]:
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


def _public_roster(
    roster: Roster | None, people: Mapping[str, Respondent], *, named: bool
) -> Roster | None:
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


def _public_record(
    record: FileRecord, sources: Mapping[str, SourceFile], people: Mapping[str, Respondent]
) -> FileRecord:
    source = sources[record.source.key]
    content: Submission | Skipped
    if isinstance(record.content, Submission):
        content = _public_submission(record.content, sources)
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


def _public_submission(submission: Submission, sources: Mapping[str, SourceFile]) -> Submission:
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


def _public_finding(
    finding: Finding, sources: Mapping[str, SourceFile], people: Mapping[str, Respondent]
) -> Finding:
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


def _finding_order(batch: Batch) -> Callable[[Finding], tuple[int, str, str, int, str]]:
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

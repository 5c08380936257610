"""The public edition of a month: what may be passed on to the respondents themselves.

Everything that could tell who answered what in which words is taken out before anything is
summed up or written, so that no sheet can leak what it never receives: names, contacts, raw
marks, notes, file names, paths, hashes and the wording of findings. Counts stay true.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.model import (
    CountedSubmission,
    EvidenceKind,
    FileRecord,
    FileState,
    Location,
    Note,
    Roster,
    RosterEntry,
    Skipped,
    SkipReason,
    SourceFile,
    Status,
    place_in,
)
from pipeline.respondents import entry_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pipeline.model import Answer, Batch, Finding, Respondent, Submission
    from pipeline.model.report import Report
    from pipeline.settings import Settings

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
    batch: Batch, findings: Iterable[Finding], *, named: bool = False
) -> tuple[Batch, tuple[Finding, ...]]:
    """Give the batch and findings as they may be passed on.

    Respondents become 団体A, 団体B … in an order that stays the same from month to month as long
    as they do, and that is not the roster's, which would name them; ``named`` keeps their names.
    Roles with fewer than three submissions are merged.
    """
    aliases = public_names(batch, named=named)
    paths = list(dict.fromkeys(record.source.path for record in batch.files))
    numbers = {path: number for number, path in enumerate(paths, start=1)}
    files = tuple(
        _public_record(record, numbers[record.source.path], place, aliases)
        for place, record in enumerate(batch.files)
    )
    by_key = {record.source.key: public for record, public in zip(batch.files, files, strict=True)}
    files = tuple(
        replace(public, replaced_by=by_key[record.replaced_by].source.key)
        if record.replaced_by
        else public
        for record, public in zip(batch.files, files, strict=True)
    )
    public = replace(
        batch,
        files=files,
        submissions=tuple(
            CountedSubmission(
                respondent=aliases[counted.respondent.id],
                submission=_public_submission(
                    counted.submission, by_key[counted.submission.source.key].source
                ),
            )
            for counted in batch.submissions
        ),
        roster=_public_roster(batch.roster, aliases),
        missing=tuple(aliases[respondent.id] for respondent in batch.missing),
    )
    return public, tuple(_public_finding(finding, aliases) for finding in findings)


def public_names(batch: Batch, *, named: bool = False) -> dict[str, Respondent]:
    """Give every respondent of the month as the public edition shows it, by its own id."""
    respondents = _everyone(batch)
    merged = _merged_roles(batch)
    ordered = sorted(respondents.values(), key=_shuffled)
    return {
        respondent.id: _public_respondent(
            respondent,
            alias_of(index),
            SMALL_ROLES if respondent.role in merged else respondent.role,
            named=named,
        )
        for index, respondent in enumerate(ordered)
    }


def public_report(
    batch: Batch,
    findings: Iterable[Finding],
    settings: Settings,
    sum_up: Callable[[Batch, tuple[Finding, ...]], Report],
) -> Report:
    """Sum up a month for the public edition with ``sum_up``, the run's own way of doing it.

    Unless names are kept, no line of a respondent tells its role; the table by role stands
    alone, small counts withheld. Named, roles stay as they are: the names tell them anyway.
    """
    public, told = public_edition(batch, findings, named=settings.named)
    report = sum_up(public, told)
    if settings.named:
        return report
    roles = report.roles
    withheld = suppressed(tuple(tuple(role.counts.of(s) for s in Status) for role in roles))
    return replace(sum_up(_without_roles(public), told), roles=roles, withheld=withheld)


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


def alias_of(index: int) -> str:
    """Give the stand-in name of the respondent at a 0-based place: 団体A … 団体Z, 団体AA …"""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"団体{letters}"


def _shuffled(respondent: Respondent) -> bytes:
    """Give a sort key that tells nothing of a respondent's code or name."""
    return hashlib.sha256(f"{respondent.id}\0{respondent.name}".encode("utf-8", "replace")).digest()


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


def _public_respondent(respondent: Respondent, alias: str, role: str, *, named: bool) -> Respondent:
    return replace(
        respondent,
        id=alias,
        name=respondent.name if named else alias,
        role=role,
        identified_by=EvidenceKind.NONE,
        evidence="",
        mail="",
        project=respondent.project if named else "",
        body="",
        body_name="",
        outvoted=(),
        near="",
    )


def _public_roster(roster: Roster | None, aliases: Mapping[str, Respondent]) -> Roster | None:
    if roster is None:
        return None
    entries = tuple(
        RosterEntry(
            code=aliases[entry_id(entry)].id,
            name=aliases[entry_id(entry)].name,
            role=aliases[entry_id(entry)].role,
            excluded="除外" if entry.excluded else "",
        )
        for entry in roster.entries
        if entry_id(entry) in aliases
    )
    return Roster(entries=entries, file="名簿")


def _public_record(
    record: FileRecord, number: int, place: int, aliases: Mapping[str, Respondent]
) -> FileRecord:
    part = str(place) if record.source.part else ""  # a sheet is often named after a respondent
    source = SourceFile(path=f"ファイル{number:04d}", location=Path(), modified="", part=part)
    # What was inside is dropped; only the count of sheets would be left, and nobody needs it.
    content = Skipped(source=source, reason=SkipReason.OTHER_KIND, kind=record.kind)
    return FileRecord(
        source=source,
        state=record.state,
        reason=_STATE_WORDS[record.state],
        kind=record.kind,
        content=content,
        respondent=aliases[record.respondent.id] if record.respondent else None,
        is_slip=record.is_slip,
    )


def _public_submission(submission: Submission, source: SourceFile) -> Submission:
    return replace(
        submission,
        source=source,
        answers=tuple(_public_answer(answer, source) for answer in submission.answers),
        tables=(),
        evidence=(),
        sheets=(),
        filled_on="",
        repeated=(),
        extra_rows=(),
        copies=(),
        uncounted=(),
        doubted=(),
        version_written="",
        objects=(),
        prefilled_from="",
        as_handed_out=(),
    )


def _public_answer(answer: Answer, source: SourceFile) -> Answer:
    return replace(
        answer,
        mark=replace(answer.mark, raw="", object_text="", due=replace(answer.mark.due, written="")),
        note=Note(),
        due=replace(answer.due, written=""),
        place=place_in(source) if answer.location else None,
        mark_cell="",
        row_cell=None,
        note_place=None,
        note_cell=None,
        title_written="",
        unsupported=(),
        aside=None,
        decision=None,  # names who decided, and why
    )


def _public_finding(finding: Finding, aliases: Mapping[str, Respondent]) -> Finding:
    known = aliases.get(finding.respondent_id)
    return replace(
        finding,
        location=Location(file=""),
        written="",
        told=finding.title,
        subject="",
        problem=finding.title,
        fix="",
        respondent_id=known.id if known else "",
        respondent=known.name if known else "",
        project=known.project if known else "",
    )

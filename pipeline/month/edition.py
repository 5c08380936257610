"""The public edition of a month: what may be passed on to the respondents themselves.

Everything that could tell who answered what in which words is taken out before anything is
summed up or written, so that no sheet can leak what it never receives: names, contacts, raw
marks, notes, file names, paths, hashes and the wording of findings. Counts stay true.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.history.aliases import Aliases
from pipeline.model import (
    Batch,
    CountedSubmission,
    Finding,
    Respondent,
    RosterEntry,
    Severity,
    Status,
    shown_unit,
)
from pipeline.model.counts import Range
from pipeline.model.history import History
from pipeline.model.plan import NEXT
from pipeline.model.report import Report
from pipeline.month.public_records import (
    finding_order,
    public_finding,
    public_record,
    public_roster,
    public_sources,
    public_submission,
)
from pipeline.texts.respondents import entry_id

UNSURE = "B509"  # tells that a file's name alone, or less, says whose it is
# A role that fewer than three submissions share would name them; the threshold is the usual
# minimum cell count of official statistics (秘匿処理).
MINIMUM_SHARED = 3
SMALL_ROLES = "その他の役割"


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
    sources = public_sources(batch, aliases)

    def place_of(respondent: Respondent) -> str:
        return "" if named else people[respondent.id].id

    files = sorted(batch.files, key=lambda record: sources[record.source.key].key)
    public = Batch(
        month=batch.month,
        checklist=batch.checklist,
        files=tuple(public_record(record, sources, people) for record in files),
        submissions=tuple(
            CountedSubmission(
                respondent=people[counted.respondent.id],
                submission=public_submission(counted.submission, sources),
            )
            for counted in sorted(batch.submissions, key=lambda one: place_of(one.respondent))
        ),
        roster=public_roster(batch.roster, people, named=named),
        missing=tuple(people[one.id] for one in sorted(batch.missing, key=place_of)),
        excluded=tuple(people[id_].id for id_ in batch.excluded if id_ in people),
    )
    shown = (public_finding(finding, sources, people) for finding in findings)
    return public, tuple(shown if named else sorted(shown, key=finding_order(batch)))


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

"""Put a month together: who answered, which of several returns counts, who is missing.

Takes what came of each file, in any order, and gives every file exactly one state with a reason
that a coordinator can read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.assemble.conservation import conservation
from pipeline.assemble.control_names import misnamed
from pipeline.assemble.exclusions import Exclusions
from pipeline.assemble.identify import NOTHING_GIVEN, Identifier
from pipeline.assemble.known import known_names, respondent_of
from pipeline.assemble.reasons import bundle_reason, skipped_reason, unreadable_reason
from pipeline.assemble.settle import record_of, settle
from pipeline.assemble.units import Projects
from pipeline.model import (
    Answer,
    Batch,
    Bundle,
    BundleProblem,
    Checklist,
    ControlLine,
    CountedSubmission,
    FileKind,
    FileRecord,
    FileState,
    NotChecklist,
    Outcome,
    Respondent,
    Roster,
    RosterEntry,
    Skipped,
    SkipReason,
    Status,
    Submission,
    Unreadable,
)
from pipeline.texts.respondents import entry_id

__all__ = ["assemble", "conservation", "known_names"]

_BY_MACHINES = frozenset({FileKind.AUTOMATIC_MAIL, FileKind.UNDELIVERED})
# What somebody sent, as against what systems and the coordinator keep in the folder.
_SENT = frozenset({SkipReason.OTHER_KIND, SkipReason.LINK, SkipReason.LATE})


_STATES = {
    BundleProblem.NONE: FileState.IGNORED,
    BundleProblem.CHANGED: FileState.UNREADABLE,
    BundleProblem.OLDER: FileState.IGNORED,
    BundleProblem.STALE: FileState.NOT_CHECKLIST,
    BundleProblem.TWICE: FileState.IGNORED,
    BundleProblem.MONTH: FileState.NOT_CHECKLIST,
    BundleProblem.CHECKLIST: FileState.NOT_CHECKLIST,
}


def assemble(  # noqa: PLR0913 - all that a month is put together from
    outcomes: Sequence[Outcome],
    *,
    checklist: Checklist,
    roster: Roster | None,
    exclusions: tuple[ControlLine, ...],
    month: str,
    given: Mapping[str, str] = NOTHING_GIVEN,
    own_mail: str = "",
) -> Batch:
    """Give the month's batch. ``exclusions`` are the lines of 除外.txt.

    ``given`` are the bodies that 確認票 gives a file to, by `model.file_digest`;
    ``own_mail`` is the coordinator's address.

    The order of `outcomes` does not matter; keys must be unique.
    """
    # Long: each return goes one of five ways, and every way ends in the one batch.
    identifier = Identifier(checklist, roster, given, own_mail=own_mail)
    projects = Projects(identifier.names, roster)
    excluded = Exclusions(exclusions, roster)
    submissions = [outcome for outcome in outcomes if isinstance(outcome, Submission)]
    identified = identifier.identified(submissions)
    bodies = identified.respondents
    # What is set aside by its file name has no say in which project a body's other files are of.
    aside = {s.source.key for s in submissions if excluded.reason(s.source.path, None)}
    aside |= identified.disputed.keys()
    units = projects.split((s for s in submissions if s.source.key not in aside), bodies)
    respondents = {**bodies, **units.respondents}
    records = [_without_answers(o, identifier, projects, excluded) for o in outcomes
               if not isinstance(o, Submission)]  # fmt: skip
    returns: dict[str, list[Submission]] = {}
    for submission in submissions:
        key = submission.source.key
        if key in identified.disputed:
            records.append(_disputed(submission, identified.disputed[key], excluded))
            continue
        respondent = respondents[key]
        reason = excluded.reason(submission.source.path, respondent)
        if reason:
            records.append(record_of(submission, FileState.EXCLUDED, reason, respondent))
        elif key in units.between:
            records.append(_of_no_project(submission, respondent, units.between[key]))
        else:
            returns.setdefault(respondent.id, []).append(submission)
    counted: list[CountedSubmission] = []
    entries = {entry_id(entry): entry for entry in roster.entries} if roster else {}
    for same in returns.values():
        settled = settle(same, respondents, month=month, hands=projects.hands)
        records += settled.records
        if settled.submission is None:
            continue
        respondent = respondents[settled.submission.source.key]
        entry = entries.get(respondent.id) or entries.get(respondent.of_body)
        scoped = _scoped(settled.submission, entry, checklist)
        counted.append(CountedSubmission(respondent=respondent, submission=scoped))
    records.sort(key=lambda record: record.source.key)
    # A body that is asked as a whole has answered where one of its projects has.
    present = {one.respondent.id for one in counted} | {one.respondent.of_body for one in counted}
    return Batch(
        month=month,
        checklist=checklist,
        files=tuple(records),
        submissions=_ordered(counted, tuple(entries)),
        roster=roster,
        missing=tuple(
            respondent_of(entry)
            for key, entry in entries.items()
            if key not in present and not excluded.covers(entry)
        ),
        excluded=tuple(key for key, entry in entries.items() if excluded.covers(entry)),
        control_problems=(
            *(roster.problems if roster else ()),
            *excluded.unmatched(records),
            *misnamed(records, roster, month),
        ),
    )


def _without_answers(
    outcome: NotChecklist | Unreadable | Skipped | Bundle,
    identifier: Identifier,
    projects: Projects,
    excluded: Exclusions,
) -> FileRecord:
    """Give the record of a file that holds no answers."""
    if isinstance(outcome, Bundle):
        return record_of(outcome, _STATES[outcome.problem], bundle_reason(outcome), None)
    sent = not isinstance(outcome, Skipped) or (
        outcome.reason in _SENT and outcome.kind not in _BY_MACHINES
    )
    path = outcome.source.path
    respondent = projects.of_path(path, identifier.on_roster(outcome)) if sent else None
    reason = excluded.reason(path, respondent) if sent else ""
    if reason:
        return record_of(outcome, FileState.EXCLUDED, reason, respondent)
    if isinstance(outcome, Skipped):
        return record_of(outcome, FileState.IGNORED, skipped_reason(outcome), respondent)
    if isinstance(outcome, Unreadable):
        return record_of(outcome, FileState.UNREADABLE, unreadable_reason(outcome), respondent)
    reason = "項目やチェック欄が見つからないため、集計に入れていません。"
    if outcome.own:
        reason = f"回答ではなく{outcome.own}のため、集計に入れていません。"
    return record_of(outcome, FileState.NOT_CHECKLIST, reason, respondent)


def _of_no_project(
    submission: Submission, respondent: Respondent, between: tuple[str, ...]
) -> FileRecord:
    """Record a return of a body with several projects that does not say which one it is about."""
    projects = "か".join(f"「{project}」" for project in between)
    reason = (
        f"{projects}のどちらの回答か分からないため、集計に入れていません。"
        "シートの事業名の欄かファイル名に事業名を入れて、集計し直してください。"
    )
    record = record_of(submission, FileState.NOT_CHECKLIST, reason, respondent)
    return replace(record, between=between)


def _disputed(
    submission: Submission, claims: tuple[Respondent, ...], excluded: Exclusions
) -> FileRecord:
    """Give the record of a file that may be from several respondents: nobody's until decided."""
    reason = excluded.reason(submission.source.path, None)
    if reason:
        return record_of(submission, FileState.EXCLUDED, reason, None)
    names = "、".join(f"「{name}」" for name in dict.fromkeys(each.own_name for each in claims))
    reason = f"{names}のどの回答か決まらないため、集計に入れていません。"
    return replace(record_of(submission, FileState.DISPUTED, reason, None), claims=claims)


def _scoped(submission: Submission, entry: RosterEntry | None, checklist: Checklist) -> Submission:
    """Mark the answers the respondent was not asked for; a blank one there is no omission."""
    if entry is None or not entry.scope:
        return submission
    asked = {item.id for item in checklist.items if item.category in entry.scope}
    return replace(
        submission,
        answers=tuple(
            answer if answer.item_id in asked else _out_of_scope(answer)
            for answer in submission.answers
        ),
    )


def _out_of_scope(answer: Answer) -> Answer:
    mark = answer.mark
    if mark.status is Status.BLANK:
        mark = replace(mark, status=Status.NOT_APPLICABLE)
    return replace(answer, in_scope=False, mark=mark)


def _ordered(
    counted: list[CountedSubmission], roster_order: tuple[str, ...]
) -> tuple[CountedSubmission, ...]:
    """Order by the roster, then by name."""
    places = {key: place for place, key in enumerate(roster_order)}
    return tuple(
        sorted(
            counted,
            key=lambda one: (
                places.get(one.respondent.id, places.get(one.respondent.of_body, len(places))),
                one.respondent.name,
                one.respondent.id,
            ),
        )
    )

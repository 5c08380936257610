"""Put a month together: who answered, which of several returns counts, who is missing.

Takes what came of each file, in any order, and gives every file exactly one state with a reason
that a coordinator can read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.assemble.conservation import conservation
from pipeline.assemble.exclusions import Exclusions
from pipeline.assemble.identify import Identifier, entry_id, respondent_of
from pipeline.assemble.reasons import skipped_reason, unreadable_reason
from pipeline.assemble.succession import choose
from pipeline.model import (
    Answer,
    Batch,
    Checklist,
    CountedSubmission,
    FileRecord,
    FileState,
    NotChecklist,
    Respondent,
    Roster,
    RosterEntry,
    Skipped,
    Status,
    Submission,
    Unreadable,
)

__all__ = ["assemble", "conservation"]

Outcome = Submission | NotChecklist | Unreadable | Skipped


def assemble(
    outcomes: Sequence[Outcome],
    *,
    checklist: Checklist,
    roster: Roster | None,
    exclusions: tuple[str, ...],
    month: str,
) -> Batch:
    """Give the month's batch. ``exclusions`` are the lines of 除外.txt.

    The order of `outcomes` does not matter; paths must be unique.
    """
    identifier = Identifier(checklist, roster)
    excluded = Exclusions(exclusions, roster)
    submissions = [outcome for outcome in outcomes if isinstance(outcome, Submission)]
    respondents = identifier.respondents(submissions)
    records = [_without_answers(o, identifier, excluded) for o in outcomes
               if not isinstance(o, Submission)]  # fmt: skip
    returns: dict[str, list[Submission]] = {}
    for submission in submissions:
        respondent = respondents[submission.source.path]
        reason = excluded.reason(submission.source.path, respondent)
        if reason:
            records.append(_record(submission, FileState.EXCLUDED, reason, respondent))
        else:
            returns.setdefault(respondent.id, []).append(submission)
    counted: list[CountedSubmission] = []
    entries = {entry_id(entry): entry for entry in roster.entries} if roster else {}
    for same in returns.values():
        submission, settled = _settle(same, respondents)
        records += settled
        respondent = respondents[submission.source.path]
        scoped = _scoped(submission, entries.get(respondent.id), checklist)
        counted.append(CountedSubmission(respondent=respondent, submission=scoped))
    present = {entry.respondent.id for entry in counted}
    return Batch(
        month=month,
        checklist=checklist,
        files=tuple(sorted(records, key=lambda record: record.source.path)),
        submissions=_ordered(counted, tuple(entries)),
        roster=roster,
        missing=tuple(
            respondent_of(entry)
            for key, entry in entries.items()
            if key not in present and not excluded.covers(entry)
        ),
        excluded=tuple(key for key, entry in entries.items() if excluded.covers(entry)),
    )


def _without_answers(
    outcome: NotChecklist | Unreadable | Skipped, identifier: Identifier, excluded: Exclusions
) -> FileRecord:
    """Give the record of a file that holds no answers."""
    if isinstance(outcome, Skipped):
        reason = skipped_reason(outcome)
        return FileRecord(
            source=outcome.source,
            state=FileState.IGNORED,
            reason=reason,
            kind=outcome.kind,
            content=outcome,
        )
    respondent = identifier.on_roster(outcome)
    reason = excluded.reason(outcome.source.path, respondent)
    if reason:
        return _record(outcome, FileState.EXCLUDED, reason, respondent)
    if isinstance(outcome, Unreadable):
        return _record(outcome, FileState.UNREADABLE, unreadable_reason(outcome), respondent)
    reason = "チェックシートの項目が見つからないため、集計に入れていません。"
    return _record(outcome, FileState.NOT_CHECKLIST, reason, respondent)


def _record(
    content: Submission | NotChecklist | Unreadable,
    state: FileState,
    reason: str,
    respondent: Respondent | None,
    replaced_by: str = "",
) -> FileRecord:
    return FileRecord(
        source=content.source,
        state=state,
        reason=reason,
        kind=content.kind,
        content=content,
        respondent=respondent,
        replaced_by=replaced_by,
    )


def _settle(
    same: list[Submission], respondents: dict[str, Respondent]
) -> tuple[Submission, list[FileRecord]]:
    """Give what counts of one respondent's returns, and the record of each of them."""
    full = [submission for submission in same if submission.overrides is None] or same
    slips = [submission for submission in same if submission not in full]
    unique, doubles = _identical(full)
    winner, reasons = choose(unique)
    records = []
    for path, twin in doubles.items():
        reason = f"「{twin.source.path}」と中身がまったく同じファイルのため、集計は1件だけです。"
        # Identical to a file that was replaced: what counts is the file that replaced it.
        if twin is not winner:
            reason += f"集計に入れたのは「{winner.source.path}」です。"
        submission = next(s for s in full if s.source.path == path)
        records.append(
            _record(submission, FileState.DUPLICATE, reason, respondents[path], winner.source.path)
        )
    for submission in unique:
        path = submission.source.path
        if submission is winner:
            reason = _counted_reason(len(same))
            records.append(_record(submission, FileState.COUNTED, reason, respondents[path]))
            continue
        reason = reasons[path]
        if _same_answers(submission, winner):
            reason += "回答と補足説明の内容は同じです。"
        records.append(
            _record(submission, FileState.SUPERSEDED, reason, respondents[path], winner.source.path)
        )
    merged, slip_records = _with_slips(winner, slips, respondents)
    return merged, records + slip_records


def _counted_reason(returns: int) -> str:
    if returns == 1:
        return "集計に入れました。"
    return f"同じ回答者の {returns} ファイルのうち、このファイルを集計に入れました。"


def _with_slips(
    winner: Submission, slips: list[Submission], respondents: dict[str, Respondent]
) -> tuple[Submission, list[FileRecord]]:
    """Lay the answers of send-back slips over the full form, older slips first.

    The slip's answers keep their own place (file and cell). A slip older than the form is not
    laid over it: what was sent whole later stands.
    """
    records = []
    for slip in sorted(slips, key=_moment):
        path = slip.source.path
        ids = frozenset(slip.overrides or ())
        if _moment(slip) < _moment(winner):
            reason = f"この票より後に届いた「{winner.source.path}」を集計に入れました。"
        else:
            given = {a.item_id: a for a in slip.answers if a.item_id in ids}
            answers = tuple(given.get(answer.item_id, answer) for answer in winner.answers)
            winner = replace(winner, answers=answers)
            reason = f"この票の回答 {len(given)} 件を「{winner.source.path}」に反映しました。"
        records.append(
            _record(slip, FileState.SUPERSEDED, reason, respondents[path], winner.source.path)
        )
    return winner, records


def _moment(submission: Submission) -> tuple[str, str]:
    return (submission.source.modified, submission.source.path)


def _identical(returns: list[Submission]) -> tuple[list[Submission], dict[str, Submission]]:
    """Split off files with the same bytes as another, by path; the plainest path is kept."""
    kept: dict[str, Submission] = {}
    doubles: dict[str, Submission] = {}
    for submission in sorted(returns, key=_plainness):
        key = submission.source.sha256 or submission.source.path
        if key in kept:
            doubles[submission.source.path] = kept[key]
        else:
            kept[key] = submission
    return list(kept.values()), doubles


def _plainness(submission: Submission) -> tuple[bool, int, int, str]:
    path = submission.source.path
    return ("!" in path, path.count("/"), len(path), path)


def _same_answers(one: Submission, other: Submission) -> bool:
    return _contents(one.answers) == _contents(other.answers)


def _contents(answers: Iterable[Answer]) -> list[tuple[str, str]]:
    return [(answer.mark.raw, answer.note.raw) for answer in answers]


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
                places.get(one.respondent.id, len(places)),
                one.respondent.name,
                one.respondent.id,
            ),
        )
    )

"""Which of several returns counts, where a coordinator chose one of them in 確認票."""

from collections.abc import Mapping
from dataclasses import replace

from pipeline.history.earlier import settle_years
from pipeline.model import (
    Answer,
    Batch,
    CountedSubmission,
    Doubt,
    FileRecord,
    FileState,
    Status,
    Submission,
)
from pipeline.model.answers import AnswerDecision
from pipeline.model.history import History
from pipeline.model.review import Decision, ReviewKey
from pipeline.review.settled import Reviewed


def with_chosen_files(batch: Batch, decisions: Mapping[ReviewKey, Decision]) -> Batch:
    """Let the returns that were chosen decide what their rivals differ on.

    What the chosen one leaves blank stays as it was; it becomes the form under which all counts.
    """
    chosen = {key.subject: each for key, each in decisions.items() if each.file}
    submissions, files = list(batch.submissions), {r.source.key: r for r in batch.files}
    for place, counted in enumerate(submissions):
        decision = chosen.get(counted.respondent.id)
        if decision is None:
            continue
        own = [r for r in batch.files if r.respondent and r.respondent.id == counted.respondent.id]
        for form in own:
            content = form.content
            if (
                form.differs
                and form.source.shown == decision.file
                and isinstance(content, Submission)
            ):
                submissions[place] = _counted(counted, content, decision)
                files |= {
                    r.source.key: r for r in _records(own, form, submissions[place], decision)
                }
    return replace(batch, submissions=tuple(submissions), files=tuple(files.values()))


def with_years(reviewed: Reviewed, history: History) -> Reviewed:
    """Keep the years of earlier months for answers of a file that was chosen just now."""
    if not any(decision.file for decision in reviewed.decisions.values()):
        return reviewed
    return replace(reviewed, batch=settle_years(reviewed.batch, history))


def _counted(
    counted: CountedSubmission, chosen: Submission, decision: Decision
) -> CountedSubmission:
    before = counted.submission
    answers = tuple(
        _answer(ours, theirs, decision)
        for ours, theirs in zip(before.answers, chosen.answers, strict=True)
    )
    form = before if chosen.overrides is not None else chosen
    submission = replace(
        form, answers=answers, repeated=before.repeated, extra_rows=before.extra_rows
    )
    return replace(counted, submission=submission)


def _answer(ours: Answer, theirs: Answer, decision: Decision) -> Answer:
    if ours.mark.doubt is not Doubt.RETURNS or theirs.mark.status is Status.BLANK:
        return ours
    told = AnswerDecision(
        verdicts=(decision.verdict.value,),
        status=ours.counted_status,
        changed=True,
        reason=decision.reason,
        by=decision.by,
        on=decision.on,
    )
    return replace(theirs, in_scope=ours.in_scope, decision=told)


def _records(
    own: list[FileRecord], chosen: FileRecord, counted: CountedSubmission, decision: Decision
) -> list[FileRecord]:
    """Give the records of a respondent's files anew: what still counts of each."""
    answers = counted.submission.answers
    main = counted.submission.source.key
    unclear = {a.item_id for a in answers if a.mark.doubt is Doubt.RETURNS}
    records = []
    for record in own:
        key = record.source.key
        gives = tuple(a.item_id for a in answers if key in a.files and key != main)
        differs = tuple(item for item in record.differs if item in unclear)
        state, reason = record.state, record.reason
        if record is chosen:
            state = FileState.COUNTED
            reason = f"確認票の判断により、食い違う項目はこのファイルの回答を数えました。{reason}"
        elif record.differs:
            reason = (
                f"確認票の判断により、食い違う項目は「{decision.file}」の回答を数えました。{reason}"
            )
            if not gives and not differs and key != main:
                state = FileState.SUPERSEDED
        through = "" if key == main else main
        if state is not FileState.COUNTED:
            through = record.replaced_by and main
        records.append(
            replace(
                record, state=state, reason=reason, replaced_by=through, gives=gives,
                differs=differs,
            )
        )  # fmt: skip
    return records

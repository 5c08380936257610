"""前月比: what is another than in the month compared with, item by item. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model import Status
from pipeline.model.history import Change, Comparison, Movement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model import Batch, CountedSubmission
    from pipeline.model.history import History, PastAnswer, PastMonth

# How far an answer is from ①. An answer that cannot be read stands behind every readable one:
# whether a gap is closed is then not known, and a ministry must not take it for closed.
_DISTANCE = {
    Status.DONE: 0,
    Status.PLANNED: 1,
    Status.NOT_PLANNED: 2,
    Status.BLANK: 3,
    Status.UNCLEAR: 3,
}


def compare(batch: Batch, history: History) -> Comparison | None:
    """Give what changed since the month compared with, None where there is none.

    Changes are in the order of the submissions and, within one, of the form.
    """
    past = history.compare_with
    if past is None:
        return None
    hashes = {record.source.path: record.source.sha256 for record in batch.files}
    hashes |= {c.submission.source.path: c.submission.source.sha256 for c in batch.submissions}
    carried = {key for counted in batch.submissions for key in _carried(counted, hashes, past)}
    categories = {item.id: item.category for item in batch.checklist.items}
    here = {counted.respondent.id: counted.respondent.name for counted in batch.submissions}
    return Comparison(
        month=batch.month,
        compared_with=past.month,
        changes=tuple(
            change
            for counted in batch.submissions
            for change in _changes(counted, categories, past)
        ),
        returned=tuple((id_, name) for id_, name in here.items() if id_ not in past.respondents),
        gone=tuple(
            (person.id, person.name)
            for person in past.respondents.values()
            if person.id not in here
        ),
        unchanged_files=frozenset(
            counted.respondent.id
            for counted in batch.submissions
            if counted.submission.answers
            and all(
                (counted.respondent.id, answer.item_id) in carried
                for answer in counted.submission.answers
            )
        ),
        carried=frozenset(carried),
    )


def movement_of(old: Status, old_due: str, new: Status, new_due: str) -> Movement | None:
    """Tell how an answer moved, None where it did not. Months are YYYY-MM or empty.

    対象外 is neither better nor worse than anything. A month given where there was none is no
    postponement; a month taken away counts as one, since nothing holds any more.
    """
    if old is not new:
        if Status.NOT_APPLICABLE in {old, new} or _DISTANCE[old] == _DISTANCE[new]:
            return Movement.CHANGED
        return Movement.IMPROVED if _DISTANCE[new] < _DISTANCE[old] else Movement.REGRESSED
    if old is not Status.PLANNED or old_due == new_due:
        return None
    if not old_due:
        return Movement.CHANGED
    if not new_due or new_due > old_due:
        return Movement.POSTPONED
    return Movement.ADVANCED


def _changes(
    counted: CountedSubmission, categories: Mapping[str, str], past: PastMonth
) -> list[Change]:
    found = []
    for answer in counted.submission.answers:
        before: PastAnswer | None = past.answers.get((counted.respondent.id, answer.item_id))
        if before is None:
            continue
        movement = movement_of(before.status, before.due, answer.counted_status, answer.counted_due)
        if movement is not None:
            found.append(
                Change(
                    respondent_id=counted.respondent.id,
                    respondent=counted.respondent.name,
                    item_id=answer.item_id,
                    category=categories[answer.item_id],
                    movement=movement,
                    old_status=before.status,
                    old_due=before.due,
                    new_status=answer.counted_status,
                    new_due=answer.counted_due,
                    project=counted.respondent.project,
                )
            )
    return found


def _carried(
    counted: CountedSubmission, hashes: Mapping[str, str], past: PastMonth
) -> set[tuple[str, str]]:
    """Give the answers whose file is the one they stood in then, byte for byte."""
    own = counted.submission.source.path
    found = set()
    for answer in counted.submission.answers:
        place = answer.location or answer.row_location
        key = (counted.respondent.id, answer.item_id)
        before = past.answers.get(key)
        sha256 = hashes.get(place.file if place else own, "")
        if before is not None and sha256 and before.sha256 == sha256:
            found.add(key)
    return found

"""前月比: what is another than in the month compared with, item by item. Pure."""

from collections.abc import Iterator, Mapping

from pipeline.frame.columns import Frame
from pipeline.model import Batch, Status
from pipeline.model.history import Change, Comparison, History, Movement, PastMonth

# How far an answer is from ①. An answer that cannot be read stands behind every readable one:
# whether a gap is closed is then not known, and a ministry must not take it for closed.
_DISTANCE = {
    Status.DONE: 0,
    Status.PLANNED: 1,
    Status.NOT_PLANNED: 2,
    Status.BLANK: 3,
    Status.UNCLEAR: 3,
}


def compare(batch: Batch, frame: Frame, history: History) -> Comparison | None:
    """Give what changed since the month compared with, None where there is none.

    ``frame`` are the answers of the batch. Changes are in the order of the submissions and, within
    one, of the form.
    """
    past = history.compare_with
    if past is None:
        return None
    hashes = {record.source.path: record.source.sha256 for record in batch.files}
    hashes |= {c.submission.source.path: c.submission.source.sha256 for c in batch.submissions}
    carried, fresh = _carried(batch, frame, hashes, past)
    categories = {item.id: item.category for item in batch.checklist.items}
    here = {counted.respondent.id: counted.respondent.name for counted in batch.submissions}
    return Comparison(
        month=batch.month,
        compared_with=past.month,
        changes=tuple(_changes(batch, frame, categories, past)),
        returned=tuple((id_, name) for id_, name in here.items() if id_ not in past.respondents),
        gone=tuple(
            (person.id, person.name)
            for person in past.respondents.values()
            if person.id not in here
        ),
        unchanged_files=frozenset(
            counted.respondent.id
            for counted in batch.submissions
            if counted.submission.answers and counted.respondent.id not in fresh
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
    batch: Batch, frame: Frame, categories: Mapping[str, str], past: PastMonth
) -> Iterator[Change]:
    rows = zip(*(frame[name] for name in ("number", "item_id", "status", "due")), strict=True)
    for number, item_id, status, month in rows:
        person = batch.submissions[number].respondent
        before = past.answers.get((person.id, item_id))
        if before is None:
            continue
        due = month if status is Status.PLANNED else ""
        movement = movement_of(before.status, before.due, status, due)
        if movement is not None:
            yield Change(
                respondent_id=person.id,
                respondent=person.name,
                item_id=item_id,
                category=categories[item_id],
                movement=movement,
                old_status=before.status,
                old_due=before.due,
                new_status=status,
                new_due=due,
                project=person.project,
            )


def _carried(
    batch: Batch, frame: Frame, hashes: Mapping[str, str], past: PastMonth
) -> tuple[set[tuple[str, str]], set[str]]:
    """Give the answers whose file is the one they stood in then, byte for byte.

    And the ids of the respondents of whom some answer stands in another file.
    """
    carried, fresh = set(), set()
    rows = zip(*(frame[name] for name in ("number", "item_id", "file")), strict=True)
    for number, item_id, file in rows:
        counted = batch.submissions[number]
        key = (counted.respondent.id, item_id)
        before = past.answers.get(key)
        sha256 = hashes.get(file or counted.submission.source.path, "")
        if before is not None and sha256 and before.sha256 == sha256:
            carried.add(key)
        else:
            fresh.add(counted.respondent.id)
    return carried, fresh

"""Cross counts of a month's answers: by item, submission, category, role, month and tag."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from pipeline.frame.answers import answers_of
from pipeline.frame.findings import Findings, keys_of_files
from pipeline.model import Batch, Severity, Status
from pipeline.model.counts import StatusCounts
from pipeline.model.report import (
    DueMonth,
    GroupTotal,
    ItemTotal,
    RespondentTotal,
    RoleTotal,
    TagCount,
)
from pipeline.summarise.rows import Places, severity_counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.frame.columns import Frame

PLACES = {status: place for place, status in enumerate(Status)}
Counts = list[int]  # of answers, in the order of Status

Key = TypeVar("Key", bound=Hashable)


def no_counts() -> Counts:
    """Give counts to begin with."""
    return [0] * len(PLACES)


def status_counts(counts: Iterable[int]) -> StatusCounts:
    """Give counts by name."""
    return StatusCounts(**dict(zip(PLACES, counts, strict=True)))


def summed(parts: Iterable[tuple[Key, Counts]]) -> dict[Key, StatusCounts]:
    """Add up the counts of each key."""
    groups: defaultdict[Key, list[Counts]] = defaultdict(list)
    for key, counts in parts:
        groups[key].append(counts)
    return {key: status_counts(map(sum, zip(*own, strict=True))) for key, own in groups.items()}


def _crossed(rows: NDArray[Any], size: int, statuses: NDArray[np.intp]) -> list[Counts]:
    """Count the statuses of each row of a table, in the order of Status."""
    every = len(PLACES)
    flat = np.bincount(rows * np.intp(every) + statuses, minlength=size * every)
    counts: list[Counts] = flat.reshape(size, every).tolist()
    return counts


class Tally:
    """The month's answers, counted once by submission and by item.

    What a submission or an item stands in (role, category, section) is a sum of these counts.
    """

    def __init__(self, batch: Batch, frame: Frame) -> None:
        self._batch = batch
        status = frame["status"].of(PLACES.__getitem__)
        statuses = np.array([*status.values, 0], np.intp)[status.codes]
        items = {item.id: place for place, item in enumerate(batch.checklist.items)}
        item = frame["item_id"].of(items.__getitem__)
        self._numbers = _crossed(frame["number"].codes, len(batch.submissions), statuses)
        places = np.array([*item.values, 0], np.intp)[item.codes]
        self._items = _crossed(places, len(items), statuses)
        categories = {one.id: one.category for one in batch.checklist.items}
        planned = np.flatnonzero(statuses == PLACES[Status.PLANNED])
        dues = frame["due"].take(planned)
        self._due: Counter[tuple[str, str]] = Counter(
            zip(dues, frame["item_id"].take(planned).of(categories.__getitem__), strict=True)
        )
        late = dues.where(lambda due: "" < due < batch.month)
        self._overdue = Counter(frame["number"].codes[planned[late]].tolist())
        tags, every = frame["tags"], len(PLACES)
        both, counts = np.unique(tags.codes * np.intp(every) + statuses, return_counts=True)
        self._tags: Counter[tuple[str, Status]] = Counter()
        for code, count in zip(both.tolist(), counts.tolist(), strict=True):
            for tag in tags.values[code // every].split():
                self._tags[tag, [*PLACES][code % every]] += count

    @classmethod
    def of_counts(
        cls,
        batch: Batch,
        *,
        by_number: Mapping[int, Counts],
        by_item: Mapping[int, Counts],
        overdue: Counter[int],
        due: Counter[tuple[str, str]],
        tags: Counter[tuple[str, Status]],
    ) -> Tally:
        """Give what was counted elsewhere: by submission, by item, by month and category, by tag.

        ``overdue`` goes by submission. Submissions and items are numbered from 1.
        """
        tally = cls(batch, answers_of(()))
        tally._overdue = Counter({number - 1: count for number, count in overdue.items()})
        tally._due, tally._tags = due, tags
        items, none = batch.checklist.items, no_counts()
        tally._items = [by_item.get(number, none) for number, _ in enumerate(items, start=1)]
        tally._numbers = [
            by_number.get(number, none) for number, _ in enumerate(batch.submissions, start=1)
        ]
        return tally

    @property
    def overdue(self) -> int:
        """Planned answers whose month lies before the collection month."""
        return self._overdue.total()

    @property
    def no_month(self) -> int:
        """Planned answers without a month."""
        return sum(count for (month, _), count in self._due.items() if not month)

    def all(self) -> StatusCounts:
        """Count all answers by status."""
        return summed(("", counts) for counts in self._numbers).get("", StatusCounts())

    @property
    def numbers(self) -> Sequence[Counts]:
        """The counts of each submission, in their order."""
        return self._numbers

    def submissions(self) -> tuple[StatusCounts, ...]:
        """Count by submission, in the order of the submissions."""
        return tuple(map(status_counts, self._numbers))

    def items(self) -> tuple[ItemTotal, ...]:
        """Count by item, in form order."""
        items = self._batch.checklist.items
        return tuple(
            ItemTotal(number=number, item=item, counts=status_counts(counts))
            for number, (item, counts) in enumerate(zip(items, self._items, strict=True), start=1)
        )

    def groups(self) -> tuple[GroupTotal, ...]:
        """Count by category, each followed by its sections, in form order."""
        items = self._batch.checklist.items
        counted = list(zip(items, self._items, strict=True))
        categories = summed((item.category, counts) for item, counts in counted)
        sections = summed(((item.category, item.section), counts) for item, counts in counted)
        sizes = Counter((item.category, item.section) for item in items)
        groups = []
        for category in self._batch.checklist.categories:
            own = [key for key in sizes if key[0] == category]
            groups.append(
                GroupTotal(
                    category=category,
                    section="",
                    items=sum(sizes[key] for key in own),
                    counts=categories.get(category, StatusCounts()),
                )
            )
            groups += [
                GroupTotal(category=category, section=key[1], items=sizes[key],
                           counts=sections[key])
                for key in own
                if key[1]
            ]  # fmt: skip
        return tuple(groups)

    def roles(self) -> tuple[RoleTotal, ...]:
        """Count by role: roles in the order of the submissions, without a role last."""
        roles = [counted.respondent.role for counted in self._batch.submissions]
        found, sizes = summed(zip(roles, self._numbers, strict=True)), Counter(roles)
        return tuple(
            RoleTotal(role=role, submissions=sizes[role], counts=found[role])
            for role in sorted(sizes, key=lambda role: not role)
        )

    def respondents(self, findings: Findings, places: Places) -> tuple[RespondentTotal, ...]:
        """Count by submission, grouped by role."""
        counts = self.submissions()
        by_file: dict[str, list[Severity]] = {}
        for file, severity in zip(keys_of_files(findings), findings.frame["severity"], strict=True):
            by_file.setdefault(file, []).append(severity)
        shares = [each.done_share if each.read_share else None for each in counts]
        ranked = sorted((share for share in shares if share is not None), reverse=True)
        ranks = {share: place for place, share in reversed(list(enumerate(ranked, start=1)))}
        totals = []
        line = 0
        for number, counted in enumerate(self._batch.submissions, start=1):
            share, own = shares[number - 1], counted.submission.source.key
            files = places.beside(line, len(counted.submission.answers)) | {own}
            line += len(counted.submission.answers)
            told = (one for each in sorted(files) for one in by_file.get(each, ()))
            totals.append(
                RespondentTotal(
                    number=number,
                    respondent=counted.respondent,
                    key=own,
                    counts=counts[number - 1],
                    rank=None if share is None else ranks[share],
                    overdue=self._overdue[number - 1],
                    findings=severity_counts(told),
                )
            )
        order = {total.role: place for place, total in enumerate(self.roles())}
        return tuple(sorted(totals, key=lambda total: order[total.respondent.role]))

    def due_months(self) -> tuple[DueMonth, ...]:
        """Count planned answers by month and category: months ascending, without month last."""
        months = [*sorted({month for month, _ in self._due if month}), ""]
        return tuple(
            DueMonth(
                month=month,
                overdue="" < month < self._batch.month,
                by_category=tuple(
                    self._due[month, category] for category in self._batch.checklist.categories
                ),
            )
            for month in months
        )

    def tags(self) -> tuple[TagCount, ...]:
        """Count notes by tag, the most frequent first."""
        sums: Counter[str] = Counter()
        for (tag, _), count in self._tags.items():
            sums[tag] += count
        return tuple(
            TagCount(tag=tag, counts=status_counts(self._tags[tag, status] for status in Status))
            for tag in sorted(sums, key=lambda tag: (-sums[tag], tag))
        )

"""Cross counts of a month's answers: by item, submission, category, role, month and tag."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

from pipeline.model import Batch, Finding, Status
from pipeline.model.report import (
    AnswerRow,
    DueMonth,
    GroupTotal,
    ItemTotal,
    RespondentTotal,
    RoleTotal,
    StatusCounts,
    TagCount,
)
from pipeline.summarise.rows import Places, severity_counts

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


class Tally:
    """The month's answers, counted once by submission and by item.

    What a submission or an item stands in (role, category, section) is a sum of these counts.
    """

    def __init__(self, batch: Batch, answers: tuple[AnswerRow, ...]) -> None:
        self._batch = batch
        by_number: defaultdict[int, Counts] = defaultdict(no_counts)
        by_item: defaultdict[int, Counts] = defaultdict(no_counts)
        self._overdue: Counter[int] = Counter()
        self._due: Counter[tuple[str, str]] = Counter()
        for row in answers:
            status = row.status
            place = PLACES[status]
            by_number[row.number][place] += 1
            by_item[row.item_number][place] += 1
            if status is Status.PLANNED:
                self._due[row.due, row.category] += 1
                self._overdue[row.number] += row.overdue
        self._tags = Counter(
            (tag, row.status) for row in answers if row.tags for tag in row.tags.split()
        )
        self._items = [by_item[number] for number, _ in enumerate(batch.checklist.items, start=1)]
        self._numbers = [by_number[number] for number, _ in enumerate(batch.submissions, start=1)]

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
        tally = cls(batch, ())
        tally._overdue, tally._due, tally._tags = overdue, due, tags
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

    def respondents(
        self, findings: Iterable[Finding], places: Places
    ) -> tuple[RespondentTotal, ...]:
        """Count by submission, grouped by role."""
        counts = self.submissions()
        by_file: dict[str, list[Finding]] = {}
        for finding in findings:
            by_file.setdefault(finding.location.key, []).append(finding)
        shares = [each.done_share for each in counts]
        ranked = sorted((share for share in shares if share is not None), reverse=True)
        ranks = {share: place for place, share in reversed(list(enumerate(ranked, start=1)))}
        totals = []
        line = 0
        for number, counted in enumerate(self._batch.submissions, start=1):
            share, own = shares[number - 1], counted.submission.source.key
            files = places.beside(line, len(counted.submission.answers)) | {own}
            line += len(counted.submission.answers)
            told = (finding for each in sorted(files) for finding in by_file.get(each, ()))
            totals.append(
                RespondentTotal(
                    number=number,
                    respondent=counted.respondent,
                    key=own,
                    counts=counts[number - 1],
                    rank=None if share is None else ranks[share],
                    overdue=self._overdue[number],
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

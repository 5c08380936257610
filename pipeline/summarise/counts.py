"""Cross counts of a month's answers. The only place for pandas; plain values come out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

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
from pipeline.summarise.rows import files_of, severity_counts

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("number", "item", "category", "section", "role", "status", "due", "overdue")
_STATUSES = [status.value for status in Status]


class Tally:
    """The month's answers as a frame, asked for counts by this and that."""

    def __init__(self, batch: Batch, answers: tuple[AnswerRow, ...]) -> None:
        import pandas as pd  # noqa: PLC0415 - takes half a second; --help must not pay for it

        self._batch = batch
        self._answers = answers
        self._frame = pd.DataFrame(
            [
                (
                    row.number,
                    row.item_number,
                    row.category,
                    row.section,
                    row.role,
                    row.status.value,
                    row.due,
                    row.overdue,
                )
                for row in answers
            ],
            columns=list(_COLUMNS),
        )

    @property
    def overdue(self) -> int:
        """Planned answers whose month lies before the collection month."""
        return int(self._frame["overdue"].sum())

    @property
    def no_month(self) -> int:
        """Planned answers without a month."""
        frame = self._frame
        return int(((frame["status"] == Status.PLANNED.value) & (frame["due"] == "")).sum())

    def all(self) -> StatusCounts:
        """Count all answers by status."""
        found = self._frame["status"].value_counts()
        return StatusCounts(**{status: int(found.get(status, 0)) for status in _STATUSES})

    def items(self) -> tuple[ItemTotal, ...]:
        """Count by item, in form order."""
        found = self._by("item")
        return tuple(
            ItemTotal(number=number, item=item, counts=found.get((number,), StatusCounts()))
            for number, item in enumerate(self._batch.checklist.items, start=1)
        )

    def groups(self) -> tuple[GroupTotal, ...]:
        """Count by category, each followed by its sections, in form order."""
        categories, sections = self._by("category"), self._by("category", "section")
        sizes = Counter((item.category, item.section) for item in self._batch.checklist.items)
        groups = []
        for category in self._batch.checklist.categories:
            own = [key for key in sizes if key[0] == category]
            groups.append(
                GroupTotal(
                    category=category,
                    section="",
                    items=sum(sizes[key] for key in own),
                    counts=categories.get((category,), StatusCounts()),
                )
            )
            groups += [
                GroupTotal(
                    category=category,
                    section=key[1],
                    items=sizes[key],
                    counts=sections.get(key, StatusCounts()),
                )
                for key in own
                if key[1]
            ]
        return tuple(groups)

    def roles(self) -> tuple[RoleTotal, ...]:
        """Count by role: roles in the order of the submissions, without a role last."""
        found = self._by("role")
        sizes = Counter(counted.respondent.role for counted in self._batch.submissions)
        return tuple(
            RoleTotal(role=role, submissions=sizes[role], counts=found[role,])
            for role in sorted(sizes, key=lambda role: not role)
        )

    def respondents(
        self, batch: Batch, findings: tuple[Finding, ...]
    ) -> tuple[RespondentTotal, ...]:
        """Count by submission, grouped by role."""
        found = self._by("number")
        overdue = Counter(row.number for row in self._answers if row.overdue)
        by_file: dict[str, list[Finding]] = {}
        for finding in findings:
            by_file.setdefault(finding.location.file, []).append(finding)
        shares = sorted(
            (share for counts in found.values() if (share := counts.done_share) is not None),
            reverse=True,
        )
        ranks = {share: place for place, share in reversed(list(enumerate(shares, start=1)))}
        totals = []
        for number, counted in enumerate(batch.submissions, start=1):
            counts = found.get((number,), StatusCounts())
            share = counts.done_share
            file = counted.submission.source.path
            files = {each for a in counted.submission.answers for each in files_of(counted, a)}
            told = (finding for each in sorted(files) for finding in by_file.get(each, ()))
            totals.append(
                RespondentTotal(
                    number=number,
                    respondent=counted.respondent,
                    file=file,
                    counts=counts,
                    rank=None if share is None else ranks[share],
                    overdue=overdue[number],
                    findings=severity_counts(told),
                )
            )
        order = {total.role: place for place, total in enumerate(self.roles())}
        return tuple(sorted(totals, key=lambda total: order[total.respondent.role]))

    def due_months(self) -> tuple[DueMonth, ...]:
        """Count planned answers by month and category: months ascending, without month last."""
        frame = self._frame[self._frame["status"] == Status.PLANNED.value]
        found = Counter(zip(frame["due"], frame["category"], strict=True))
        months = [*sorted({month for month, _ in found if month}), ""]
        return tuple(
            DueMonth(
                month=month,
                overdue=bool(month) and month < self._batch.month,
                by_category=tuple(
                    found.get((month, category), 0) for category in self._batch.checklist.categories
                ),
            )
            for month in months
        )

    def tags(self) -> tuple[TagCount, ...]:
        """Count notes by tag, the most frequent first."""
        found = Counter(
            (tag, row.status.value) for row in self._answers for tag in row.tags.split()
        )
        sums = Counter(tag for row in self._answers for tag in row.tags.split())
        return tuple(
            TagCount(
                tag=tag,
                counts=StatusCounts(**{status: found[tag, status] for status in _STATUSES}),
            )
            for tag in sorted(sums, key=lambda tag: (-sums[tag], tag))
        )

    def _by(self, *columns: str) -> dict[tuple[object, ...], StatusCounts]:
        sizes: pd.Series[int] = self._frame.groupby([*columns, "status"]).size()
        found: dict[tuple[object, ...], dict[str, int]] = {}
        for key, count in sizes.items():
            *group, status = key if isinstance(key, tuple) else (key,)
            found.setdefault(tuple(group), {})[str(status)] = int(count)
        return {group: StatusCounts(**counts) for group, counts in found.items()}

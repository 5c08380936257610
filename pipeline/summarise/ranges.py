"""The range of every headline figure, and which answers hold it open.

An answer is open where it is blank or unclear, where a finding that leaves its status in question
is not settled, or where nothing that counts came from the one who was asked. All else is certain.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from pipeline.frame.answers import first_rows
from pipeline.frame.columns import Frame
from pipeline.frame.findings import Findings, keys_of_files
from pipeline.model import Batch, FileState, Respondent, Severity, Status
from pipeline.model.counts import Range, StatusCounts
from pipeline.rules import RULES
from pipeline.summarise.counts import PLACES, Counts, Tally, no_counts, status_counts
from pipeline.texts.respondents import entry_id

ALL, CATEGORY, ROLE, GROUP, RESPONDENT, ITEM = (
    "all", "category", "role", "group", "respondent", "item",
)  # fmt: skip
READABLE = (Status.DONE, Status.PLANNED, Status.NOT_PLANNED, Status.NOT_APPLICABLE)
Cell = tuple[int, int]  # (number of the submission, number of the item), from 0


_LEAVE_OPEN = frozenset(code for code, rule in RULES.items() if rule.leaves_open)


def in_question(
    batch: Batch,
    frame: Frame,
    findings: Findings,
    line_of: Callable[[str, str], int | None],
) -> dict[Cell, Status]:
    """Give the answers that count with a status that an open finding contradicts.

    ``line_of`` gives the row of the frame of a file's answer to an item (`Places.line`).
    """
    found = findings.take(
        np.flatnonzero(
            findings.where("code", _LEAVE_OPEN)
            & ~findings.where("severity", (Severity.INFO,))
            & ~findings.where("item_id", ("",))
        )
    )
    lines = map(line_of, keys_of_files(found), found.frame["item_id"])
    rows = {line for line in lines if line is not None}
    items = {item.id: place for place, item in enumerate(batch.checklist.items)}
    numbers, asked, statuses = frame["number"], frame["item_id"], frame["status"]
    return {
        (numbers.at(row), items[asked.at(row)]): statuses.at(row)
        for row in sorted(rows)
        if statuses.at(row) in READABLE
    }


def open_lines(frame: Frame, questioned: Iterable[Cell]) -> set[int]:
    """Give the rows of the frame that are open: blank, unclear, or in question."""
    unread = (Status.BLANK, Status.UNCLEAR)
    first = first_rows(frame)
    rows = set(np.flatnonzero(frame["status"].where(lambda status: status in unread)).tolist())
    return rows | {first[number] + place for number, place in questioned}


class Ranges:
    """The ranges of a month, by whatever its answers are added up.

    ``questioned`` are from `in_question`. Counting goes by submission and by item; no table of
    single answers is held.
    """

    def __init__(self, batch: Batch, tally: Tally, questioned: Mapping[Cell, Status]) -> None:
        self._items = batch.checklist.items
        self._item_counts = [total.counts for total in tally.items()]
        self._questioned = questioned
        self._units = [counted.respondent for counted in batch.submissions]
        self._counts = tally.submissions()
        asked = asked_of(batch)
        self._absent = [(unit, asked(unit)) for unit in absent_units(batch)]

    def all(self) -> Range:
        """Give the range of all answers asked for."""
        return next(iter(self.by(ALL, lambda _: "")), Range(scope=ALL, key=""))

    def by(self, scope: str, key_of: Callable[[Respondent], str]) -> tuple[Range, ...]:
        """Give a range for each key that respondents have, in the order they first appear.

        Those who sent nothing count with what they were asked.
        """
        counts: defaultdict[str, Counts] = defaultdict(no_counts)
        doubts: defaultdict[str, Counts] = defaultdict(no_counts)
        absent: Counter[str] = Counter()
        for unit, own in zip(self._units, self._counts, strict=True):
            _add(counts[key_of(unit)], own)
        for (number, _), status in self._questioned.items():
            doubts[key_of(self._units[number])][PLACES[status]] += 1
        for unit, asked in self._absent:
            absent[key_of(unit)] += len(asked)
        return tuple(
            Range(
                scope=scope,
                key=key,
                counts=status_counts(counts[key]),
                in_question=status_counts(doubts[key]),
                absent=absent[key],
            )
            for key in dict.fromkeys((*counts, *absent))
        )

    def roles(self) -> tuple[Range, ...]:
        """Give a range for each role."""
        return self.by(ROLE, lambda unit: unit.role)

    def respondents(self) -> tuple[Range, ...]:
        """Give a range for each respondent asked."""
        return self.by(RESPONDENT, lambda unit: unit.id)

    def items(self) -> tuple[Range, ...]:
        """Give a range for each item, in form order."""
        return self._by_item(ITEM, [item.id for item in self._items])

    def categories(self) -> tuple[Range, ...]:
        """Give a range for each category, in form order."""
        return self._by_item(CATEGORY, [item.category for item in self._items])

    def _by_item(self, scope: str, keys: list[str]) -> tuple[Range, ...]:
        counts: defaultdict[str, Counts] = defaultdict(no_counts)
        doubts: defaultdict[str, Counts] = defaultdict(no_counts)
        absent: Counter[str] = Counter()
        for key, own in zip(keys, self._item_counts, strict=True):
            _add(counts[key], own)
        for (_, place), status in self._questioned.items():
            doubts[keys[place]][PLACES[status]] += 1
        for _, asked in self._absent:
            absent.update(keys[place] for place in asked)
        return tuple(
            Range(
                scope=scope,
                key=key,
                counts=status_counts(own),
                in_question=status_counts(doubts[key]),
                absent=absent[key],
            )
            for key, own in counts.items()
        )

    def every(self) -> tuple[Range, ...]:
        """Give all that run.json lists: all, categories, roles, respondents, items."""
        return (
            self.all(),
            *self.categories(),
            *self.roles(),
            *self.respondents(),
            *self.items(),
        )


def asked_of(batch: Batch) -> Callable[[Respondent], tuple[int, ...]]:
    """Give what tells the numbers (from 0) of the items that a respondent is asked."""
    items = batch.checklist.items
    every = tuple(range(len(items)))
    scopes = (
        {entry_id(entry): frozenset(entry.scope) for entry in batch.roster.entries if entry.scope}
        if batch.roster
        else {}
    )

    def asked(respondent: Respondent) -> tuple[int, ...]:
        scope = scopes.get(respondent.id) or scopes.get(respondent.of_body)
        return tuple(n for n in every if items[n].category in scope) if scope else every

    return asked


def absent_units(batch: Batch) -> list[Respondent]:
    """Give everybody whose answers are not there: the missing, and who sent what nobody can read.

    Without a roster an unreadable file stands for somebody unknown.
    """
    known = {unit.id for unit in batch.units} | {unit.of_body for unit in batch.units}
    unread: dict[str, Respondent] = {}
    nobody: list[Respondent] = []
    for record in batch.files:
        if record.state is FileState.UNREADABLE:
            if record.respondent is not None and record.respondent.id not in known:
                unread.setdefault(record.respondent.id, record.respondent)
            elif record.respondent is None and batch.roster is None:
                nobody.append(Respondent(id="", name=""))
    return [*batch.missing, *unread.values(), *nobody]


def _add(counts: Counts, more: StatusCounts) -> None:
    for status, place in PLACES.items():
        counts[place] += more.of(status)

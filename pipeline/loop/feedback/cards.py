"""What a feedback card (還元カード) says to one body: its own answers, and how all others stand.

Of others only shares are told, and only of five bodies or more: of fewer, somebody who knows the
rest could work out what one of them answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.loop.sendback.collect import collect
from pipeline.model import Status
from pipeline.model.history import Outcome
from pipeline.rules.words import STATUS_WORDS
from pipeline.summarise.groupings import groups_of
from pipeline.texts.calendar import month_after, month_words
from pipeline.texts.folding import circled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from pipeline.frame.columns import Frame
    from pipeline.model import Batch, Checklist, Finding, Respondent
    from pipeline.model.history import Promise

AT_LEAST = 5  # bodies behind a share that is told
DUE_WITHIN = 3  # months
WITHHELD = "－"
SHOWN = 6  # promises and questions on the page; the rest is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """An item: the body's answer in words, and the share of ① of all and of those like it."""

    item_id: str
    title: str
    own: str
    status: Status
    everyone: str
    alike: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryLine:
    """A category: how many of the body's answers are ①, of how many, and the shares as above."""

    category: str
    done: int
    applicable: int
    own: str
    everyone: str
    alike: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One page for one body; all texts are for the body to read.

    ``alike`` says in words whom it is compared with besides all: its role, or a column of the
    roster and its value where it has no role; empty where neither is told. ``promises`` and
    ``questions`` are a line each.
    """

    respondent: Respondent
    title: str
    month: str  # in words
    bodies: int  # that answered
    alike: str
    categories: tuple[CategoryLine, ...]
    items: tuple[ItemLine, ...]
    promises: tuple[str, ...]
    questions: tuple[str, ...]

    @property
    def blocks(self) -> tuple[tuple[ItemLine, ...], tuple[ItemLine, ...]]:
        """Give the items as they stand side by side: the first is not the shorter one."""
        half = -(-len(self.items) // 2)
        return self.items[:half], self.items[half:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """The shares of ① of some bodies, by the place of an item and by category."""

    items: tuple[str, ...]
    categories: Mapping[str, str]


class _Table:
    """The answers of a month as a table, submissions down and items across."""

    def __init__(self, batch: Batch, frame: Frame) -> None:
        self._frame = frame
        self._items = batch.checklist.items
        size = (len(batch.submissions), len(self._items))
        status = frame["status"]
        self.done = status.where(lambda each: each is Status.DONE).reshape(size)
        self.applies = status.where(lambda each: each is not Status.NOT_APPLICABLE).reshape(size)
        names = np.array([item.category for item in self._items], dtype=object)
        self.within = {name: names == name for name in dict.fromkeys(names.tolist())}

    def shares(self, bodies: NDArray[np.bool_]) -> Shares:
        """Give the shares of some bodies, withheld where too few of them answered."""
        one = np.eye(len(self._items), dtype=bool)
        return Shares(
            items=tuple(self._share(bodies, item) for item in one),
            categories={name: self._share(bodies, items) for name, items in self.within.items()},
        )

    def _share(self, bodies: NDArray[np.bool_], items: NDArray[np.bool_]) -> str:
        applies = self.applies[bodies][:, items]
        if int(applies.any(axis=1).sum()) < AT_LEAST:
            return WITHHELD
        return _percent(int(self.done[bodies][:, items].sum()), int(applies.sum()))

    def categories(self, number: int, everyone: Shares, alike: Shares) -> Iterator[CategoryLine]:
        """Give the lines of one body by category."""
        for name, items in self.within.items():
            done, applies = (int(all_[number][items].sum()) for all_ in (self.done, self.applies))
            yield CategoryLine(
                category=name,
                done=done,
                applicable=applies,
                own=_percent(done, applies),
                everyone=everyone.categories[name],
                alike=alike.categories[name],
            )

    def items(self, number: int, everyone: Shares, alike: Shares) -> Iterator[ItemLine]:
        """Give the lines of one body by item."""
        first = number * len(self._items)
        for place, item in enumerate(self._items):
            yield ItemLine(
                item_id=item.id,
                title=item.title,
                own=_own(self._frame, first + place),
                status=self._frame["status"].at(first + place),
                everyone=everyone.items[place],
                alike=alike.items[place],
            )


def cards_of(
    batch: Batch, frame: Frame, findings: Iterable[Finding], promises: Iterable[Promise]
) -> tuple[Card, ...]:
    """Give the card of each body that counts, in the order of the submissions.

    ``frame`` holds the batch's answers, ``findings`` are those still open.
    """
    table = _Table(batch, frame)
    likes = _alike(batch)
    kinds = np.array(likes, dtype=object)
    everyone = table.shares(np.ones(len(kinds), bool))
    of_kind = {kind: table.shares(kinds == kind) for kind in {*likes} - {""}}
    nothing = table.shares(np.zeros(len(kinds), bool))
    due, asked = _promises(promises, batch.checklist, batch.month), _questions(batch, findings)
    return tuple(
        Card(
            respondent=counted.respondent,
            title=batch.checklist.title,
            month=month_words(batch.month),
            bodies=len(batch.submissions),
            alike=kind,
            categories=tuple(table.categories(number, everyone, of_kind.get(kind, nothing))),
            items=tuple(table.items(number, everyone, of_kind.get(kind, nothing))),
            promises=due.get(counted.respondent.id, ()),
            questions=asked.get(counted.respondent.id, ()),
        )
        for number, (counted, kind) in enumerate(zip(batch.submissions, likes, strict=True))
    )


def _alike(batch: Batch) -> list[str]:
    """Give in words what each body has in common with others: its role, else a column's value."""
    told = groups_of(batch.roster)
    found = []
    for counted in batch.submissions:
        who = counted.respondent
        head, value = "役割", who.role
        if not value:
            own = told(who).items()
            head, value = next(((one, text) for one, text in own if text), ("", ""))
        found.append(f"{head}「{value}」" if value else "")
    return found


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else WITHHELD


def _own(frame: Frame, row: int) -> str:
    status, due = frame["status"].at(row), frame["due"].at(row)
    if status is Status.PLANNED and due:
        return f"②{int(due[:4])}年{int(due[5:])}月"
    return circled(status.code) if status.code else STATUS_WORDS[status]


def _promises(
    promises: Iterable[Promise], checklist: Checklist, month: str
) -> Mapping[str, tuple[str, ...]]:
    """Give what each body has promised for the next months, and what is overdue."""
    last = month_after(month, DUE_WITHIN)
    found: dict[str, list[tuple[str, str]]] = {}
    for promise in promises:
        late = promise.outcome is Outcome.OVERDUE
        if not late and not (promise.outcome is Outcome.OPEN and promise.due <= last):
            continue
        words = f"{month_words(promise.due)}まで{'（過ぎています）' if late else ''}"
        title = checklist.item(promise.item_id).title
        found.setdefault(promise.respondent_id, []).append(
            (promise.due, f"{words}: {promise.item_id}　{title}")
        )
    return {who: tuple(line for _, line in sorted(lines)) for who, lines in found.items()}


def _questions(batch: Batch, findings: Iterable[Finding]) -> Mapping[str, tuple[str, ...]]:
    """Give what each body is asked to answer again, in the words of the send-back slip."""
    packages, _ = collect(batch, tuple(findings), ())
    return {
        package.respondent.id: tuple(
            f"{line.item_id}: {''.join((*line.problems, *line.asks))}" for line in package.lines
        )
        for package in packages
    }

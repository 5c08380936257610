"""Rows of 確認票 that are judged alike as one line: what has one cause, and one entry or none.

A line has the keys of all its rows: what is written in it is an entry about each of them, and
holds or lapses for each on its own. 内訳 lists the rows one by one, for an entry of their own.
"""

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.model import Finding
from pipeline.model.review import FACTS, FormRow, Reach, ReviewKey, item_words
from pipeline.rules.grouping import grouped
from pipeline.rules.words import listed, quote

_LONGEST = 30_000  # letters of the keys in one cell; Excel takes 32,767
_BESIDE = re.compile(r"(?:^|\n)（(?:補足説明|コメント)）")
_SEE = "\n（補足説明などは「内訳」シートにあります）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A row before it is known which others it shares a line with.

    ``cause`` is None where it stands alone; ``finding`` where there is none of this month.
    ``reach`` is that of its entry, ``bound_to`` the one key it has.
    """

    row: FormRow
    cause: Hashable = None
    item_id: str = ""
    finding: Finding | None = None
    bound_to: ReviewKey | None = None
    reach: Reach = Reach.ONE


def lines_of(drafts: Iterable[Draft]) -> Iterator[FormRow]:
    """Give the lines, each in the place of its first row."""
    groups: dict[Hashable, dict[str, Draft]] = {}
    for number, draft in enumerate(drafts):
        row = draft.row
        alike: Hashable = number
        if draft.cause is not None and draft.item_id:
            entered = (row.entries, row.notice, row.extra, row.verdicts, row.offered)
            alike = (draft.cause, row.facts[0], *entered)
        key = row.key or str(number)
        while key in groups.setdefault(alike, {}):
            alike = (alike, "copy")  # a line that was copied stays a line of its own
        groups[alike][key] = draft
    for members in groups.values():
        for part in parts_of([*members.values()]):
            yield part[0].row if len(part) == 1 else _joined(part)


def parts_of(drafts: Sequence[Draft]) -> Iterator[list[Draft]]:
    """Divide rows so that the keys of a line fit into a cell."""
    part: list[Draft] = []
    size = 0
    for draft in drafts:
        size += len(draft.row.key) + 1
        if size > _LONGEST:
            yield part
            part, size = [], len(draft.row.key) + 1
        part.append(draft)
    yield part


def _joined(drafts: Sequence[Draft]) -> FormRow:
    rows = [draft.row for draft in drafts]
    facts = dict(zip(FACTS, rows[0].facts, strict=True))
    facts["項目"] = item_words([draft.item_id for draft in drafts])
    facts["書かれていた内容"] = _written([dict(zip(FACTS, r.facts, strict=True)) for r in rows])
    findings = [draft.finding for draft in drafts if draft.finding is not None]
    if findings:
        line = grouped(findings)
        where = line.location
        facts |= {"指摘": line.problem or line.message, "直し方": line.fix}
        facts["セル"] = "!".join(part for part in (where.sheet, where.cell) if part)
    return replace(
        rows[0],
        facts=tuple(facts.values()),
        key=" ".join(row.key for row in rows if row.key),
        origin=tuple(dict.fromkeys(place for row in rows for place in row.origin)),
        members=tuple(replace(row, entries=("",) * len(row.entries), notice="") for row in rows),
    )


def _written(facts: Sequence[dict[str, str]]) -> str:
    """Give what was written in all; where the notes differ, what stands before them."""
    texts = list(dict.fromkeys(each["書かれていた内容"] for each in facts))
    if len(texts) == 1:
        return texts[0]
    marks = list(dict.fromkeys(_BESIDE.split(text, maxsplit=1)[0] for text in texts))
    told = marks[0] if len(marks) == 1 else listed([quote(m) for m in marks], "種類", limit=3)
    return f"{told}{_SEE}"

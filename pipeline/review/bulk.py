"""まとめて判断: all cells of one writing as one line, of a body and of all bodies that wrote so.

What is written in such a line is an entry about each cell that was listed, and about no other: it
holds or lapses for each on its own, and what comes later is listed anew. Cells share a line only
where everything in them is alike, the note too; a note is a reason to look.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.model.review import (
    BODY_CHOICES,
    FACTS,
    FILE_CHOICE,
    GROUP_HEADS,
    SPREADING,
    FormRow,
    Reach,
    group_mark,
)
from pipeline.review.lines import Draft, parts_of
from pipeline.rules.words import listed
from pipeline.texts.folding import fold, is_blank

_LISTED = 6  # items or bodies that a line names
_STATE = "未判断"


def gather_writings(drafts: Iterable[Draft]) -> tuple[tuple[FormRow, ...], tuple[Draft, ...]]:
    """Give the lines of まとめて判断, the widest first, and the rows of 確認票.

    An entry that cannot be used stays where it was written, as long as the line is the same.
    """
    rows = [*drafts]
    found: list[FormRow] = []
    for reach in (Reach.ALL, Reach.BODY):
        lines = [*_lines(rows, reach)]
        lines.sort(key=lambda line: -len(line))
        for members in lines:
            line = [rows[place] for place in members]
            entered = _entered(line, reach)
            found += [_row(part, reach, entered) for part in parts_of(line)]
            if entered is not None:
                for place in members:
                    rows[place] = _emptied(rows[place])
    return tuple(found), tuple(rows)


def _lines(rows: Sequence[Draft], reach: Reach) -> Iterator[list[int]]:
    """Give the places of rows that share a line."""
    groups: dict[Hashable, list[int]] = {}
    for place, draft in enumerate(rows):
        key = draft.bound_to
        if key is None or not _undecided(draft):
            continue
        subject = key.subject if reach is Reach.BODY else ""
        written = draft.row.facts[FACTS.index("書かれていた内容")]
        if reach is Reach.ALL and is_blank(written):
            continue  # what nobody wrote is no writing of several bodies
        if key.item_id:
            groups.setdefault((subject, key.code, key.digest, fold(written)), []).append(place)
        elif reach is Reach.BODY and key.code in BODY_CHOICES:
            groups[key] = [place]
    for members in groups.values():
        bodies = {key.subject for place in members if (key := rows[place].bound_to)}
        whose = not rows[members[0]].item_id  # a file whose body is asked stands alone
        if whose or (len(bodies) if reach is Reach.ALL else len(members)) > 1:
            yield members


def _undecided(draft: Draft) -> bool:
    """Tell a row that waits for a decision: not one that was written in, nor one to look at."""
    code = draft.bound_to.code if draft.bound_to else ""
    own = draft.reach <= Reach.LINE and (any(draft.row.entries) or draft.row.notice)
    return not own and code != FILE_CHOICE


def _entered(part: Sequence[Draft], reach: Reach) -> FormRow | None:
    """Give a row with the entry that all of a line share, None where they share none."""
    first = part[0].row
    if first.notice and all(
        (each.reach, each.row.entries, each.row.notice) == (reach, first.entries, first.notice)
        for each in part
    ):
        return first
    return None


def _emptied(draft: Draft) -> Draft:
    row = replace(
        draft.row, entries=("",) * len(draft.row.entries), notice="", origin=(),
        extra=("",) * len(draft.row.extra),
    )  # fmt: skip
    return replace(draft, row=row, reach=Reach.ONE)


def _row(part: Sequence[Draft], reach: Reach, entered: FormRow | None) -> FormRow:
    first = part[0].row
    facts = dict(zip(FACTS, first.facts, strict=True))
    names = list(dict.fromkeys(draft.row.facts[FACTS.index("団体名")] for draft in part))
    items = list(dict.fromkeys(draft.item_id for draft in part if draft.item_id))
    facts["状態"] = _STATE
    if reach is Reach.ALL:
        facts["団体名"] = f"{len(names)}団体\n{listed(names, '団体', limit=_LISTED)}"
    if items:
        facts["項目"] = f"{len(part)}件\n{listed(items, '項目', limit=_LISTED)}"
        facts |= {"ファイル": "", "セル": ""}
        titles = {draft.finding.title for draft in part if draft.finding}
        problems = {draft.row.facts[FACTS.index("指摘")] for draft in part}
        if len(problems) > 1:
            facts["指摘"] = "。".join(sorted(titles))
    mark = group_mark(reach, *(facts[head] for head in GROUP_HEADS))
    blank = _emptied(part[0]).row
    spreading = {verdict.value for verdict in SPREADING}
    return replace(
        entered or blank,
        facts=tuple(facts.values()),
        key=" ".join((mark, *(draft.row.key for draft in part))),
        verdicts=tuple(word for word in first.verdicts if word not in spreading),
        origin=tuple(dict.fromkeys(o for d in part for o in d.row.origin)) if entered else (),
    )

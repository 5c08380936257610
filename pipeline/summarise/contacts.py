"""連絡の順: whom to ask first, so that the headline figure stands as soon as possible.

As in selective editing, what is asked is ranked by its effect on the published figure, and the
list says when the rest no longer matters.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.frame.findings import Findings, keys_of_files
from pipeline.model import Batch, Checklist, FileState, Finding, Respondent, Severity
from pipeline.model.counts import Range
from pipeline.model.plan import Contact, called
from pipeline.model.report_rows import ReportedLine, ReturnRow
from pipeline.rules import RULES
from pipeline.rules.registry import Effect
from pipeline.rules.words import listed
from pipeline.summarise.rows import Places

ASKS = 3  # kinds of questions that a line spells out
MISSING = "B501"
_TITLE = 24  # letters of an item's title that tell it
_SEVERITIES = tuple(Severity)
_EFFECTS = tuple(Effect)
_WHOLE = (Effect.LOST, Effect.CONTRADICTED)  # without an item, these are about all that is open


class _Told(NamedTuple):
    """A finding that somebody has to act on, its place, and how many open answers it settles."""

    finding: Finding
    impact: int
    row: int


def impacts(
    batch: Batch,
    findings: Findings,
    held: Mapping[str, int],
    open_rows: set[int],
    places: Places,
) -> tuple[int, ...]:
    """Give for each finding how many open answers it settles once it is answered.

    ``held`` counts the open answers of each respondent by id; ``open_rows`` are lines of the frame,
    from `ranges.open_lines`. What somebody only has to look
    at, and what is told for information, settles none.
    """
    size = len(batch.checklist.items)
    claimed = {
        record.source.key: max(
            (held.get(claim.id, held.get(claim.of_body, 0)) for claim in record.claims), default=0
        )
        for record in batch.files
        if record.claims
    }
    unknown = {
        record.source.key
        for record in batch.files
        if batch.roster is None
        and record.state is FileState.UNREADABLE
        and record.respondent is None
    }

    def settled(severity: Severity, key: str, item: str, code: str, who: str) -> int:
        if severity is Severity.INFO:
            return 0
        if item:
            return int(places.line(key, item) in open_rows)
        if key in claimed or key in unknown:
            return claimed.get(key, size)
        return held.get(who, 0) if RULES[code].effect in _WHOLE and who else 0

    asked = (findings.frame[name] for name in ("item_id", "code", "respondent_id"))
    return tuple(map(settled, findings.frame["severity"], keys_of_files(findings), *asked))


def contacts(
    batch: Batch,
    findings: Findings,
    settled: Sequence[int],
    ranges: Sequence[Range],
    *,
    lines: Sequence[ReportedLine],
    returns: Iterable[ReturnRow],
) -> tuple[Contact, ...]:
    """Give a line for each body (or file of nobody known) that somebody has to do something about.

    ``settled`` are the `impacts` of the findings. Those whose reply settles most come first, then
    those that have to answer again, then those to be looked at, each in the order of the roster.
    """
    # Long: a line of the list asks for all that is gathered before it.
    people = _people(batch)
    told: defaultdict[str, list[_Told]] = defaultdict(list)
    rows = np.flatnonzero(~findings.where("severity", (Severity.INFO,))).tolist()
    for row, finding in zip(rows, findings.at(rows), strict=True):
        told[_whose(finding, people)].append(_Told(finding, settled[row], row))
    held = _held(ranges, people, told)
    everything = ranges[0]
    order = {key: place for place, key in enumerate(dict.fromkeys(map(_body, people.values())))}
    shown = {row: place for place, line in enumerate(lines) for row in line.rows}
    reach = {row.respondent.of_body: row.contact for row in returns}

    def rank(key: str) -> tuple[int, int, int]:
        return -held[key], _SEVERITIES.index(_gravest(told[key])), order.get(key, len(order))

    listed_so_far, found = 0, []
    for key in sorted({*told, *held}, key=rank):
        if not told[key] and not held[key]:
            continue
        listed_so_far += held[key]
        person, kinds = people.get(key), _kinds(told[key])
        members = tuple(one.row for one in told[key])
        found.append(
            Contact(
                body=key if person else "",
                name=called(person.own_name if person else _name_of(key, told[key])),
                contact=reach.get(key, ""),
                severity=_gravest(told[key]),
                asks=_asks(kinds, held[key], batch.checklist),
                kinds=len(kinds),
                settles=held[key],
                width=everything.width_without(listed_so_far),
                rows=members,
                lines=tuple(sorted({shown[row] for row in members if row in shown})),
            )
        )
    return tuple(found)


def _people(batch: Batch) -> dict[str, Respondent]:
    """Give everybody by id, and each body by its own id where it has units."""
    known = {record.respondent.id: record.respondent for record in batch.files if record.respondent}
    units = {unit.id: unit for unit in batch.units}
    both = {**units, **{id_: one for id_, one in known.items() if id_ not in units}}
    return both | {one.of_body: one for one in both.values() if one.of_body not in both}


def _body(respondent: Respondent) -> str:
    return respondent.of_body


def _whose(finding: Finding, people: Mapping[str, Respondent]) -> str:
    known = people.get(finding.respondent_id)
    return known.of_body if known else f"\n{finding.location.file}"


def _held(
    ranges: Iterable[Range],
    people: Mapping[str, Respondent],
    told: Mapping[str, Sequence[_Told]],
) -> Counter[str]:
    """Count what each body holds open; what an unknown sender holds goes by the file."""
    held: Counter[str] = Counter()
    nobody = 0
    for one in ranges:
        if one.scope == "respondent":
            if one.key in people:
                held[people[one.key].of_body] += one.open
            else:
                nobody += one.open
    for key, members in told.items():
        if key.startswith("\n") and nobody:
            own = min(max(one.impact for one in members), nobody)
            held[key], nobody = own, nobody - own
    return held


def _gravest(told: Iterable[_Told]) -> Severity:
    found = {one.finding.severity for one in told}
    return next((severity for severity in _SEVERITIES if severity in found), Severity.CHECK)


def _name_of(key: str, told: Iterable[_Told]) -> str:
    names = [one.finding.respondent for one in told if one.finding.respondent]
    return names[0] if names else key.strip("\n") or "受信フォルダ"


def _kinds(told: Sequence[_Told]) -> list[list[_Told]]:
    """Give the findings by kind of question, those that settle most first."""
    groups: defaultdict[str, list[_Told]] = defaultdict(list)
    for one in told:
        groups[one.finding.code].append(one)
    if any(RULES[code].effect is Effect.LOST for code in groups if code != MISSING):
        groups.pop(MISSING, None)  # something came: the words about it say what to send
    return sorted(groups.values(), key=_weight)


def _asks(ranked: Sequence[Sequence[_Told]], held: int, checklist: Checklist) -> tuple[str, ...]:
    """Say in words what to ask, by kind."""
    titles = {item.id: item.title for item in checklist.items}
    words = [_question([one.finding for one in each], titles) for each in ranked[:ASKS]]
    if len(ranked) > ASKS:
        rest = sum(len(each) for each in ranked[ASKS:])
        words.append(f"ほかに {len(ranked) - ASKS}種類・{rest}件の確認があります。")
    return tuple(words or [f"未記入・判読不能の回答（{held:,}項目）を確かめてください。"])


def _weight(members: Sequence[_Told]) -> tuple[int, int, int, str]:
    first = members[0].finding
    return (
        -sum(one.impact for one in members),
        _SEVERITIES.index(first.severity),
        _EFFECTS.index(RULES[first.code].effect),
        first.code,
    )


def _question(members: Sequence[Finding], titles: Mapping[str, str]) -> str:
    first = members[0]
    rule = RULES[first.code]
    items = [member.item_id for member in members if member.item_id]
    about = f"（{_item(items[0], titles)}）" if len(items) == 1 else f"（{len(items)}項目）"
    title = f"{first.title}{about if items else ''}"
    # The public edition carries no words of the finding, only its title.
    step = (rule.ask or rule.general_fix) if first.fix else ""
    return f"{title}：{step}" if step else f"{title}。"


def _item(item_id: str, titles: Mapping[str, str]) -> str:
    title = titles.get(item_id, "")
    short = title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"
    return f"{item_id}「{short}」" if title else item_id


def names_of(found: Sequence[Contact], limit: int = 3) -> str:
    """Name the first few bodies: A、B、C ほか3団体."""
    return listed([one.name for one in found], "団体", limit)

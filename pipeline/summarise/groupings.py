"""Counts by what the roster tells of each body besides its role: 都道府県, 人口区分 …."""

from collections import Counter
from collections.abc import Callable, Mapping

from pipeline.model import Batch, Respondent, Roster
from pipeline.model.report import Grouping, RoleTotal
from pipeline.summarise.counts import Tally, summed
from pipeline.texts.respondents import body_id, entry_id


def groups_of(roster: Roster | None) -> Callable[[Respondent], Mapping[str, str]]:
    """Give what tells a body's values by their heads, in the order of the roster's columns."""
    entries = roster.entries if roster else ()
    told = {key: dict(e.groups) for e in reversed(entries) for key in (body_id(e), entry_id(e))}
    return lambda respondent: told.get(respondent.id) or told.get(respondent.of_body) or {}


def groupings(batch: Batch, tally: Tally) -> tuple[Grouping, ...]:
    """Give a grouping for each such column, its values in the order of the roster.

    Those of whom the roster tells nothing come last.
    """
    entries = batch.roster.entries if batch.roster else ()
    told = groups_of(batch.roster)
    heads = dict.fromkeys(head for entry in entries for head, _ in entry.groups)

    def value(respondent: Respondent, head: str) -> str:
        return told(respondent).get(head, "")

    people = [counted.respondent for counted in batch.submissions]
    found = []
    for head in heads:
        order = dict.fromkeys(dict(entry.groups).get(head, "") for entry in entries)
        values = [value(person, head) for person in people]
        counts = summed(zip(values, tally.numbers, strict=True))
        sizes = Counter(values)
        shown = [*(one for one in order if one and sizes[one]), *([""] if sizes[""] else [])]
        totals = tuple(
            RoleTotal(role=one, submissions=sizes[one], counts=counts[one]) for one in shown
        )
        of = {person.id: one for person, one in zip(people, values, strict=True)}
        found.append(Grouping(head=head, of=of, totals=totals))
    return tuple(found)

"""Earlier months under the ids of this month's units, where a body and its project are the same.

A body of one project goes by its own id, one of several by that of body and project. When a second
project comes, or 事業名 is written into the roster, what was said before still belongs to the
project it was said of. What was said of a body as a whole belongs to no project of several. A
団体コード may have been written otherwise then: without its first zero, or without its check digit.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from pipeline.history.record import DamagedError, aggregated_months, open_table, read_record
from pipeline.model import Respondent, Roster
from pipeline.model.history import History, PastMonth, PastRespondent
from pipeline.texts.folding import fold
from pipeline.texts.local_codes import bare_codes, other_spelling
from pipeline.texts.projects import bare_project, unit_id


def continued(history: History, units: Iterable[Respondent]) -> History:
    """Give the history with the units of earlier months called as this month calls them."""
    units = tuple(units)
    bodies: dict[str, list[Respondent]] = {}
    for unit in units:
        bodies.setdefault(unit.of_body, []).append(unit)
    spelled = {past.month: _spelled_now(past, bodies) for past in history.months}
    months = {
        past.month: _renamed(past, _names(past, bodies, spelled[past.month]))
        for past in history.months
    }
    compared = history.compare_with
    notices = history.notices
    if compared is not None:
        compared = months[compared.month]
        notices += tuple(_split(compared, bodies, spelled[compared.month]))
    return replace(history, months=tuple(months.values()), compare_with=compared, notices=notices)


def _spelled_now(past: PastMonth, bodies: Mapping[str, list[Respondent]]) -> dict[str, str]:
    """Give the present 団体コード of each body that had another spelling of it then.

    Only where code and name say so, and of no other body.
    """
    then = {_body(one): _body_name(one) for one in past.respondents.values()}
    named: dict[tuple[str, str], set[str]] = {}
    for body, units in bodies.items():
        name = fold(units[0].body_name or units[0].name)
        for code in bare_codes(body) if body not in then else ():
            named.setdefault((code, name), set()).add(body)
    found = {
        body: {now for code in bare_codes(body) for now in named.get((code, fold(name)), ())}
        for body, name in then.items()
        if body not in bodies
    }
    claimed = Counter(now for present in found.values() for now in present)
    alone = {body: next(iter(present)) for body, present in found.items() if len(present) == 1}
    return {body: now for body, now in alone.items() if claimed[now] == 1}


def _body_name(person: PastRespondent) -> str:
    return person.name.removesuffix(f"／{person.project}") if person.project else person.name


def _names(
    past: PastMonth, bodies: Mapping[str, list[Respondent]], spelled: Mapping[str, str]
) -> dict[str, Respondent]:
    """Give the present unit of each id of an earlier month that is called otherwise now."""
    then: dict[str, list[PastRespondent]] = {}
    for person in past.respondents.values():
        then.setdefault(_body(person), []).append(person)
    found: dict[str, Respondent] = {}
    for body, people in then.items():
        present = bodies.get(spelled.get(body, body), [])
        for person in people:
            if any(unit.id == person.id for unit in present):
                continue
            same = [u for u in present if u.project and person.project
                    and bare_project(u.project) == bare_project(person.project)]  # fmt: skip
            alone = len(people) == len(present) == 1
            if not same and alone and not (present[0].project and person.project):
                same = present
            if len(same) == 1 and same[0].id not in past.respondents:
                found[person.id] = same[0]
    return found


def _body(person: PastRespondent) -> str:
    return person.id.removesuffix(unit_id("", person.project)) if person.project else person.id


def _renamed(past: PastMonth, names: Mapping[str, Respondent]) -> PastMonth:
    if not names:
        return past
    ids = {old: unit.id for old, unit in names.items()}
    return replace(
        past,
        renamed=ids,
        answers={(ids.get(who, who), item): a for (who, item), a in past.answers.items()},
        respondents={
            ids.get(id_, id_): replace(person, id=ids[id_], name=names[id_].name)
            if id_ in ids
            else person
            for id_, person in past.respondents.items()
        },
    )


def _split(
    past: PastMonth, bodies: Mapping[str, list[Respondent]], spelled: Mapping[str, str]
) -> Iterable[str]:
    """Tell of bodies that are counted by project now and were not then."""
    for id_, person in past.respondents.items():
        units = bodies.get(spelled.get(id_, id_), [])
        if len(units) > 1 and all(unit.id != id_ for unit in units):
            yield (
                f"「{person.name}」は事業ごとに分けて数えるようになったため、"
                f"{past.month} の回答とは比べていません（どの事業の回答だったか分からないため）。"
            )


def codes_as_before(roster: Roster, outbox: Path) -> Roster:
    """Give the roster without the zeros added to it where a month knows its bodies without them.

    Earlier answers, decisions in 確認票, forms handed out and public names go by these codes: they
    stay what they are as long as the outbox does.
    """
    if not roster.zeros_added:
        return roster
    former = {code: other_spelling(code) for code in roster.zeros_added}
    if not any(_knows(outbox / month, {*former.values()}) for month in aggregated_months(outbox)):
        return roster
    entries = tuple(replace(e, code=former.get(e.code, e.code)) for e in roster.entries)
    return replace(roster, entries=entries, zeros_added=frozenset())


def _knows(month: Path, codes: set[str]) -> bool:
    """Tell whether a month counted a body, or a project of it, under one of some codes."""
    try:
        with open_table(read_record(month), "files") as table:
            ids = table.columns("respondent_id", "state")
            return any(id_.partition("-")[0] in codes for id_, _ in ids)
    except DamagedError:
        return False

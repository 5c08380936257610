"""Findings and their states worked out with a pencil from what people wrote and decided.

Only the findings that answers of the story give rise to, each by a line of its own; nothing of
the product's rules or of its following of findings is used.
"""

from collections.abc import Mapping

from pencil import Place, fell_back, put_off
from story.meant import Meant, Said
from story.tables import (
    DECISIONS,
    MEMBERS,
    MONTHS,
    SLIPS,
    Decision,
    Stage,
    Verdict,
    item_of,
    senders,
)

from pipeline.model import Checklist, Status

Key = tuple[str, str, str]  # respondent's code, item id (or nothing), code of the finding
OPEN = {"新規", "継続", "再確認"}
UNREAD = {"○": "A305", "△": "A305", "①②": "A302", "たぶん": "A304"}
SEVERITIES = {  # as the specification has them
    **dict.fromkeys(("A301", "A302", "A304", "A305", "A307", "A309", "B501"), "要修正"),
    **dict.fromkeys(("A306", "A308", "B503", "B506", "B507", "R602"), "要確認"),
    "N401": "参考",  # the note is optional: told, and nobody has to do anything
}
PASSING = {"B506", "B507", "R602"}  # gone is not mended
BY_DECISION = {"A306", "N401"}  # what a decision itself would bring up


def of_answer(said: Said, month: str) -> set[str]:
    """Give what is to be said about one answer by itself."""
    found: set[str] = set()
    if said.status is Status.BLANK:
        found.add("A301")
    elif said.status is Status.UNCLEAR:
        found.add(UNREAD[said.mark])
    elif said.status is Status.NOT_APPLICABLE:
        found.add("A306")
    elif said.status is Status.NOT_PLANNED and not said.note:
        found.add("N401")
    elif said.status is Status.PLANNED and not said.due:
        found.add("A309" if "13月" in said.mark else "A307")
    elif said.status is Status.PLANNED and said.due < month:
        found.add("A308")
    return found


def of_month(answers: Mapping[Place, Said], before: Mapping[Place, Said], month: str) -> set[Key]:
    """Give what is to be said about a month's answers, beside those of the month before."""
    found = {
        (*place, finding) for place, said in answers.items() for finding in of_answer(said, month)
    }
    for place, said in answers.items():
        if place in before:
            old, new = ((each.status, each.due) for each in (before[place], said))
            found |= {(*place, "B506")} if fell_back(old, new) else set()
            found |= {(*place, "B507")} if put_off(old, new) else set()
    return found


def followed(told: Meant, checklist: Checklist) -> dict[tuple[str, Stage], Mapping[Key, str]]:
    """Follow every finding through all months and stages."""
    runs: dict[tuple[str, Stage], Mapping[Key, str]] = {}
    last: Mapping[Key, str] = {}  # the states with which the month before ended
    for month in MONTHS:
        was_open: set[Key] = {key for key, state in last.items() if state in OPEN}
        for stage in Stage:
            states = _states(told, checklist, month, stage, last)
            for key in was_open - states.keys():
                if key[2] in PASSING or SEVERITIES[key[2]] == "参考":
                    continue  # what nobody has to mend is not followed
                if key[0] in {m.code for m in senders(month)}:
                    states[key] = "解消"
            was_open |= {key for key, state in states.items() if state in OPEN}
            runs[month, stage] = states
        last = runs[month, Stage.MENDED]
    return runs


def _states(
    told: Meant, checklist: Checklist, month: str, stage: Stage, last: Mapping[Key, str]
) -> dict[Key, str]:
    written, answers = told.written[month, stage], told.answers[month, stage]
    place = MONTHS.index(month)
    before = told.answers[MONTHS[place - 1], Stage.MENDED] if place else {}
    raw, after = of_month(written, before, month), of_month(answers, before, month)
    raw |= _beside_answers(checklist, month, stage)
    after |= _beside_answers(checklist, month, stage)
    known = {key for key, state in last.items() if state != "解消"}
    states: dict[Key, str] = {}
    for key in raw | after:
        said = answers.get(key[:2])
        decision = said.decision if said else _about_nobody(key, month, stage)
        changing = bool(decision and decision.changes)
        if key in after and key not in raw and changing and key[2] in BY_DECISION:
            continue
        age = "継続" if key in known else "新規"
        if key not in after or (changing and decision and decision.finding == key[2]):
            states[key] = "修正済み"
        elif decision and decision.finding == key[2] and decision.verdict is Verdict.ACCEPT:
            states[key] = "認容"
        elif decision and decision.finding == key[2]:
            states[key] = age  # sent back: it stays open
        else:
            again = _once_decided(key, month, stage, checklist, decision)
            states[key] = "再確認" if again else age
    return states


def _beside_answers(checklist: Checklist, month: str, stage: Stage) -> set[Key]:
    """Give the findings about no answer: who is missing, slips of no use, wrong entries."""
    here = {member.code for member in senders(month)}
    found = {(member.code, "", "B501") for member in MEMBERS if member.code not in here}
    found |= {(s.code, "", "B503") for s in SLIPS if s.comes == month and not s.late}
    if stage is Stage.DECIDED:  # a slip has mended the answer since
        found |= {
            (each.code, item_of(each, checklist), "R602")
            for each in DECISIONS
            if each.month == month and not each.usable
        }
    return found


def _about_nobody(key: Key, month: str, stage: Stage) -> Decision | None:
    """Give the decision about a respondent without answers; it holds for its month alone."""
    return next(
        (
            each
            for each in DECISIONS
            if (each.code, "", each.finding) == key
            and not each.thread
            and each.month == month
            and stage is not Stage.RETURNED
        ),
        None,
    )


def _once_decided(
    key: Key, month: str, stage: Stage, checklist: Checklist, holds: Decision | None
) -> bool:
    """Tell whether the answer was decided on once, and says something else since."""
    return any(
        each is not holds
        and (each.code, item_of(each, checklist)) == key[:2]
        and each.thread
        and each.usable
        and (each.finding == key[2] or each.changes)
        and (each.month < month or (each.month == month and stage is not Stage.RETURNED))
        for each in DECISIONS
    )

"""The respondent that evidence stands for: of the roster, of a hidden id, or as it is written."""

from dataclasses import replace

from pipeline.model import Evidence, EvidenceKind, Respondent, Roster, RosterEntry, Submission
from pipeline.texts.folding import fold, tidy
from pipeline.texts.name_index import NameIndex
from pipeline.texts.respondents import (
    body_id,
    entry_id,
    fold_name,
    is_organisation,
    stable_id,
    without_prefecture,
)

STRENGTH = {kind: place for place, kind in enumerate(EvidenceKind)}


def known_names(roster: Roster | None) -> dict[str, str]:
    """Give the id of the roster's respondent by each folded name that means one alone."""
    if roster is None:
        return {}
    return {key: entry_id(entry) for key, entry in NameIndex(roster.entries).names()}


def respondent_of(entry: RosterEntry, evidence: Evidence | None = None) -> Respondent:
    """Give a roster entry as a respondent, with what it was told by."""
    return Respondent(
        id=entry_id(entry),
        name=entry.shown,
        role=entry.role,
        on_roster=True,
        identified_by=evidence.kind if evidence else EvidenceKind.NONE,
        evidence=evidence.text if evidence else "",
        mail=entry.mail,
        project=entry.project,
        body=body_id(entry) if entry.project else "",
        body_name=entry.name if entry.project else "",
    )


def named_alike(found: dict[str, Respondent]) -> dict[str, Respondent]:
    """Give one id and one name to the spellings of one unlisted respondent.

    港区 joins 東京都港区 where no other prefecture's 港区 answered. The name shown is that of
    the strongest evidence, then the first by spelling.
    """
    unlisted = {p: r for p, r in found.items() if r.identified_by is not EvidenceKind.NONE}
    unlisted = {
        path: r
        for path, r in unlisted.items()
        if not r.on_roster and r.identified_by not in {EvidenceKind.HIDDEN_ID, EvidenceKind.SEALED}
    }
    keys = {path: fold_name(r.name) or fold(r.name) for path, r in unlisted.items()}
    full: dict[str, set[str]] = {}
    for key in keys.values():
        if without_prefecture(key) != key:
            full.setdefault(without_prefecture(key), set()).add(key)
    groups: dict[str, list[str]] = {}
    for path, key in keys.items():
        longer = full.get(key, set())
        groups.setdefault(next(iter(longer)) if len(longer) == 1 else key, []).append(path)
    result = dict(found)
    for key, paths in groups.items():
        name = min((STRENGTH[unlisted[p].identified_by], unlisted[p].name) for p in paths)[1]
        for path in paths:
            result[path] = replace(found[path], id=stable_id(key), name=name)
    return result


def by_hidden_id(
    submissions: tuple[Submission, ...], found: dict[str, Respondent]
) -> tuple[dict[str, Respondent], dict[str, tuple[Respondent, ...]]]:
    """Join a file with a hidden id to the unlisted respondent of that id, whatever it is named.

    A slip sent to somebody who is on no roster carries the id made from the first return. Where a
    cell of it names another organisation, it is disputed between the two. Nobody is joined to one
    of whom nothing but the id itself is known: who has a name keeps it.
    """
    known: dict[str, Respondent] = {}
    for key in sorted(found):
        if found[key].identified_by is not EvidenceKind.HIDDEN_ID or found[key].id not in known:
            known[found[key].id] = found[key]
    joined: dict[str, Respondent] = {}
    disputed: dict[str, tuple[Respondent, ...]] = {}
    for submission in submissions:
        key, who = submission.source.key, found.get(submission.source.key)
        ids = [e.text.strip() for e in submission.evidence if e.kind is EvidenceKind.HIDDEN_ID]
        own = next((known[each] for each in ids if each in known), None)
        if who is None or who.on_roster or submission.source.part or own is None:
            continue
        if who.id != own.id and own.identified_by is EvidenceKind.HIDDEN_ID:
            continue
        own = replace(own, identified_by=EvidenceKind.HIDDEN_ID, evidence=own.id)
        by_cell = who.identified_by is EvidenceKind.CELL
        if by_cell and who.id != own.id and is_organisation(who.name):
            disputed[key] = (own, who)
        else:
            joined[key] = own
    return joined, disputed


def tidied(evidence: Evidence) -> Evidence:
    """Give evidence with its text as it is shown: one blank between words, no line ends."""
    return replace(evidence, text=" ".join(tidy(evidence.text).split()))

"""Who answered: each submission's respondent, from the strongest evidence that tells.

Order of evidence: hidden id, labelled cell, file name, folder name. With a roster the first
evidence that fits an entry decides, except that a cell naming another organisation is believed.
Spellings that fold to one name are one respondent, also without a roster.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeline.model import (
    Checklist,
    Evidence,
    EvidenceKind,
    Location,
    NotChecklist,
    Respondent,
    Roster,
    RosterEntry,
    Submission,
    Unreadable,
)
from pipeline.respondents import (
    FileNames,
    NameIndex,
    body_id,
    entry_id,
    fold_name,
    is_organisation,
    names_nobody,
    same_body,
    stable_id,
    without_prefecture,
)
from pipeline.text import fold, tidy

_STRENGTH = {kind: place for place, kind in enumerate(EvidenceKind)}


class Identifier:
    """Gives every submission its respondent; made once a run."""

    def __init__(self, checklist: Checklist, roster: Roster | None) -> None:
        """Prepare the roster's index and the checklist's own file words."""
        self._names = FileNames(
            checklist.file_words, (*checklist.respondent_labels, *checklist.categories)
        )
        self._roster = roster
        self._index = NameIndex(roster.entries if roster else ())
        entries = roster.entries if roster else ()
        # Which project of its body is told later (see `units`): the first entry stands for all.
        self._by_id = {
            entry_id(entry): entries[first]
            for first, entry in zip(same_body(entries), entries, strict=True)
        }

    @property
    def names(self) -> FileNames:
        """Give what cleans the file names."""
        return self._names

    def respondents(self, submissions: Iterable[Submission]) -> dict[str, Respondent]:
        """Give the respondent of each submission by the key of its source."""
        submissions = tuple(submissions)
        found = _named_alike({s.source.key: self._respondent(s) for s in submissions})
        return {**found, **_by_hidden_id(submissions, found)}

    def on_roster(self, content: Submission | NotChecklist | Unreadable) -> Respondent | None:
        """Give the roster's respondent that a file's own and folder names point to, if any."""
        for evidence in self._from_path(content.source.path):
            entry = self._fitting(evidence)
            if entry is not None:
                return respondent_of(entry, evidence)
        return None

    def _respondent(self, submission: Submission) -> Respondent:
        inside = [_tidied(evidence) for evidence in submission.evidence if evidence.text.strip()]
        inside.sort(key=lambda evidence: _STRENGTH[evidence.kind])
        path = submission.source.path
        for evidence in self._telling(inside, path):
            entry = self._fitting(evidence)
            if entry is not None and evidence.kind is EvidenceKind.HIDDEN_ID:
                disputed = self._named_otherwise(inside, entry)
                return replace(respondent_of(entry, evidence), disputed=disputed)
            if entry is not None:
                return respondent_of(entry, evidence)
            if evidence.kind is EvidenceKind.CELL and is_organisation(evidence.text):
                break  # an organisation that was not asked; the file name must not overrule it
        named = [e for e in inside if e.kind is EvidenceKind.CELL]
        named.sort(key=lambda evidence: not is_organisation(evidence.text))
        for evidence in self._telling(named, path):
            if evidence.text and not names_nobody(evidence.text):
                return self._unlisted(evidence, evidence.text)
        hidden = next((e for e in inside if e.kind is EvidenceKind.HIDDEN_ID), None)
        return self._nameless(path, hidden)

    def _telling(self, inside: Iterable[Evidence], path: str) -> Iterator[Evidence]:
        """Give the evidence inside a file, then its path's: most files tell all by themselves."""
        yield from inside
        yield from self._from_path(path)

    def _named_otherwise(self, inside: Iterable[Evidence], entry: RosterEntry) -> str:
        """Give the name in a cell that means somebody else than the hidden id."""
        for evidence in inside:
            if evidence.kind is not EvidenceKind.CELL:
                continue
            other = self._fitting(evidence)
            if other is None and is_organisation(evidence.text):
                return evidence.text
            if other is not None and other is not entry:
                return evidence.text
        return ""

    def _fitting(self, evidence: Evidence) -> RosterEntry | None:
        """Give the one roster entry an evidence means; None where none or several fit."""
        if self._roster is None:
            return None
        if evidence.kind is EvidenceKind.HIDDEN_ID:
            return self._by_id.get(evidence.text) or self._index.by_code(evidence.text)
        found = self._index.by_name(evidence.text) if evidence.text else None
        if found is None:
            whole = evidence.location.file if evidence.location else ""
            found = self._index.within(whole or evidence.text)
        return found

    def _from_path(self, path: str) -> tuple[Evidence, ...]:
        """Give what the file name and the folders say, innermost folder first.

        ``location.file`` of such an evidence is the name as it stands, for look-up within it;
        an archive's own name counts as a folder.
        """
        *folders, name = path.replace("!", "/").split("/")
        parts = [(EvidenceKind.FILE_NAME, name)]
        parts += [(EvidenceKind.FOLDER, folder) for folder in reversed(folders)]
        result: list[Evidence] = []
        for kind, part in parts:
            stem = part.rpartition(".")[0] or part
            words = self._names.clean(part)
            result += [Evidence(kind=kind, text=word) for word in words]
            if self._roster:
                result.append(Evidence(kind=kind, text="", location=_as_location(stem)))
        return tuple(result)

    def _unlisted(self, evidence: Evidence, name: str) -> Respondent:
        return Respondent(
            id=stable_id(fold_name(name) or fold(name)),
            name=name,
            on_roster=None if self._roster is None else False,
            identified_by=evidence.kind,
            evidence=evidence.text,
        )

    def _nameless(self, path: str, hidden: Evidence | None) -> Respondent:
        """Name a respondent after its hidden id, else after the file; it still counts."""
        unlisted = Respondent(
            id=stable_id(f"file:{path}"),
            name=path.rpartition(".")[0] or path,
            on_roster=None if self._roster is None else False,
        )
        if hidden is None:
            return unlisted
        return replace(
            unlisted,
            id=hidden.text,
            name=hidden.text,
            identified_by=hidden.kind,
            evidence=hidden.text,
        )


def respondent_of(entry: RosterEntry, evidence: Evidence | None = None) -> Respondent:
    """Give a roster entry as a respondent, with what it was told by."""
    written = evidence.text if evidence else ""
    if evidence and not written and evidence.location:
        written = evidence.location.file
    return Respondent(
        id=entry_id(entry),
        name=entry.shown,
        role=entry.role,
        on_roster=True,
        identified_by=evidence.kind if evidence else EvidenceKind.NONE,
        evidence=written,
        mail=entry.mail,
        project=entry.project,
        body=body_id(entry) if entry.project else "",
        body_name=entry.name if entry.project else "",
    )


def _named_alike(found: dict[str, Respondent]) -> dict[str, Respondent]:
    """Give one id and one name to the spellings of one unlisted respondent.

    港区 joins 東京都港区 where no other prefecture's 港区 answered. The name shown is that of
    the strongest evidence, then the first by spelling.
    """
    unlisted = {p: r for p, r in found.items() if r.identified_by is not EvidenceKind.NONE}
    unlisted = {
        path: r
        for path, r in unlisted.items()
        if not r.on_roster and r.identified_by is not EvidenceKind.HIDDEN_ID
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
        name = min((_STRENGTH[unlisted[p].identified_by], unlisted[p].name) for p in paths)[1]
        for path in paths:
            result[path] = replace(found[path], id=stable_id(key), name=name)
    return result


def _by_hidden_id(
    submissions: tuple[Submission, ...], found: dict[str, Respondent]
) -> dict[str, Respondent]:
    """Join a file with a hidden id to the unlisted respondent of that id, whatever it is named.

    A slip sent to somebody who is on no roster carries the id made from the first return.
    """
    known = {found[path].id: found[path] for path in sorted(found)}
    result: dict[str, Respondent] = {}
    for submission in submissions:
        path = submission.source.key
        for evidence in submission.evidence:
            hidden = evidence.text.strip()
            if evidence.kind is not EvidenceKind.HIDDEN_ID or found[path].on_roster:
                continue
            if hidden in known:
                result[path] = replace(
                    known[hidden], identified_by=EvidenceKind.HIDDEN_ID, evidence=hidden
                )
    return result


def _tidied(evidence: Evidence) -> Evidence:
    return replace(evidence, text=" ".join(tidy(evidence.text).split()))


def _as_location(name: str) -> Location:
    return Location(file=name)

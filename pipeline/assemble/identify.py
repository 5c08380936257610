"""Who answered: each submission's respondent, by all that names one.

Hidden id, labelled cell (or, of several bodies in one workbook, the sheet's name), file name and
folder name are looked at together; where none of them names anybody, the sender of the mail does.
Where they agree, or only one names somebody, that one it is. A cell is believed against a mere file
name, and against the hidden id where the file name says the same; what was not believed is kept and
told. Where nothing decides, the file is disputed: it is nobody's until somebody has decided.
Spellings that fold to one name are one respondent, also without a roster.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from pipeline.assemble.contradictions import (
    Said,
    beside_sender,
    contradicted_by,
    is_of_mail,
    names_differ,
    names_within,
    with_hidden_id,
    without_prefecture,
)
from pipeline.assemble.known import by_hidden_id, named_alike, respondent_of, tidied
from pipeline.assemble.senders import Senders
from pipeline.model import (
    Checklist,
    Evidence,
    EvidenceKind,
    FileKind,
    Outcome,
    Respondent,
    Roster,
    RosterEntry,
    Sealed,
    Skipped,
    SourceFile,
    Submission,
    Unreadable,
    file_digest,
)
from pipeline.texts.file_names import FileNames, file_names_of
from pipeline.texts.folding import fold
from pipeline.texts.garbled import misread, named_in_bytes, readable
from pipeline.texts.name_index import NameIndex
from pipeline.texts.respondents import (
    entry_id,
    fold_name,
    is_organisation,
    names_nobody,
    same_body,
    stable_id,
)

NOTHING_GIVEN: Mapping[str, str] = MappingProxyType({})
_TOWN = re.compile(r"[^市区町村]{1,6}[市町村]")
_BRACKETED = re.compile(r"[(（\[［【][^)）\]］】]*[)）\]］】]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """Whose each return is, by its key; ``disputed`` are the respondents it may be from instead."""

    respondents: dict[str, Respondent]
    disputed: dict[str, tuple[Respondent, ...]]


def _may_hold_a_return(content: Outcome) -> bool:
    """Tell a mail that could not be opened, or whose file is elsewhere; a letter is no return."""
    closed = {FileKind.SEALED_MAIL, FileKind.LEADING_MAIL}
    return isinstance(content, Unreadable) or (
        isinstance(content, Skipped) and content.kind in closed
    )


class Identifier:
    """Gives every submission its respondent; made once a run."""

    def __init__(
        self,
        checklist: Checklist,
        roster: Roster | None,
        given: Mapping[str, str] = NOTHING_GIVEN,
        *,
        own_mail: str,
    ) -> None:
        """Prepare the roster's index and the checklist's own file words.

        ``given`` are the bodies that somebody gave a file to, by `model.file_digest`.
        ``own_mail`` is the coordinator's address.
        """
        self._given = given
        self._names = file_names_of(checklist)
        self._roster = roster
        self._index = NameIndex(roster.entries if roster else ())
        entries = roster.entries if roster else ()
        # Which project of its body is told later (see `units`): the first entry stands for all.
        of_bodies = [(entries[first], entry) for first, entry in same_body(entries)]
        self._senders = Senders(of_bodies, own_mail)
        self._by_id = {entry_id(entry): first for first, entry in of_bodies}
        self._spelt = {
            name: first for first, entry in of_bodies for name in (entry.name, *entry.aliases)
        }

    @property
    def names(self) -> FileNames:
        """Give what cleans the file names."""
        return self._names

    def identified(self, submissions: Iterable[Submission]) -> Identified:
        """Give the respondent of each submission, or those between whom it is disputed."""
        submissions = tuple(submissions)
        found: dict[str, Respondent] = {}
        disputed: dict[str, tuple[Respondent, ...]] = {}
        for submission in submissions:
            claims = self._as_given(submission) or self._claims(submission)
            if len(claims) > 1:
                disputed[submission.source.key] = claims
            else:
                found[submission.source.key] = claims[0]
        found = named_alike(found)
        joined, contradicted = by_hidden_id(submissions, found)
        left = {key: each for key, each in {**found, **joined}.items() if key not in contradicted}
        return Identified(respondents=left, disputed={**disputed, **contradicted})

    def on_roster(self, content: Outcome) -> Respondent | None:
        """Give the roster's respondent that a file's names or its sender point to, if any."""
        *folders, name = names_within(content.source.path)
        named = self._of_name(name, EvidenceKind.FILE_NAME)
        own = named if len(named) == 1 and named[0].on_roster else ()
        found = own or self._of_folders(folders)
        if not found and (content.source.member or _may_hold_a_return(content)):
            found = self._of_sender(content.source)
        return found[0] if found else None

    def _as_given(self, submission: Submission) -> tuple[Respondent, ...]:
        """Give the body that somebody gave a file to; a name on no roster gives it to nobody."""
        source = submission.source
        if not self._given or source.part:
            return ()
        name = self._given.get(file_digest(source.sha256))
        if not name:
            return ()
        told = Evidence(kind=EvidenceKind.DECISION, text=name)
        entry = self._index.by_name(name)
        if entry is not None:
            return (respondent_of(entry, told),)
        return () if self._roster else (self._unlisted(told, name),)

    def _claims(self, submission: Submission) -> tuple[Respondent, ...]:
        """Give the respondent of a submission, or the several whom its evidence names."""
        if submission.sealed is not None:
            return (self._sealed(submission.sealed),)
        inside = [tidied(evidence) for evidence in submission.evidence if evidence.text.strip()]
        said = self._said(inside, submission)
        decided = _decide(said, slip=submission.overrides is not None)
        if decided:
            return decided
        return (self._unlisted_of(submission, inside),)

    def _sealed(self, sealed: Sealed) -> Respondent:
        """Give the respondent that another office names: by the roster's code, else by its name."""
        evidence = Evidence(kind=EvidenceKind.SEALED, text=f"{sealed.office}: {sealed.name}")
        entry = self._by_id.get(sealed.id) or self._index.by_code(sealed.id)
        entry = entry or self._index.by_name(sealed.name)
        if entry is not None:
            return respondent_of(entry, evidence)
        return replace(
            self._unlisted(evidence, sealed.name), id=sealed.id, role=sealed.role, mail=sealed.mail
        )

    def _said(self, inside: Sequence[Evidence], submission: Submission) -> Said:
        hidden = self._hidden(inside)
        cell = self._cells(inside)
        if hidden and len(cell) == 1 and not cell[0].on_roster:
            near = self._index.near(cell[0].name)
            if near is not None and entry_id(near) == hidden[0].id:
                # A slip of the pen in the very name that the form was handed out to.
                hidden, cell = (replace(hidden[0], outvoted=cell),), ()
        tab = tuple(
            named
            for each in inside
            if each.kind is EvidenceKind.TAB
            for named in self._of_tab(each)
        )
        if submission.source.part:  # the workbook's name is that of all its returns
            return Said(cell=cell, tab=tab)
        *folders, name = names_within(submission.source.path)
        file = self._of_name(name, EvidenceKind.FILE_NAME)
        words = self._names.clean(readable(name))
        other = not file and any(self._is_other(word) for word in words)
        folder = () if other else self._of_folders(folders)
        unknown = not hidden and any(each.kind is EvidenceKind.HIDDEN_ID for each in inside)
        return Said(
            hidden=hidden,
            cell=cell,
            tab=tab,
            file=file,
            folder=folder,
            sender=() if other or unknown else self._of_sender(submission.source),
        )

    def _of_folders(self, folders: Sequence[str]) -> tuple[Respondent, ...]:
        """Give whom the innermost folder names that names one respondent on the roster."""
        for part in reversed(folders):
            found = self._of_name(part, EvidenceKind.FOLDER)
            if len(found) == 1 and found[0].on_roster:
                return found
        return ()

    def _of_sender(self, source: SourceFile) -> tuple[Respondent, ...]:
        """Give whom the mail's sender stands for, unless a folder names another organisation."""
        entry = self._senders.body_of(source)
        *folders, _ = names_within(source.path)
        if entry is None or any(
            self._is_other(word)
            for folder in folders
            if not is_of_mail(folder)
            for word in self._names.clean(readable(folder))
            if not self._entries(word)
        ):
            return ()
        evidence = Evidence(kind=EvidenceKind.SENDER, text=source.sender)
        return (respondent_of(entry, evidence),)

    def _hidden(self, inside: Sequence[Evidence]) -> tuple[Respondent, ...]:
        for evidence in inside:
            if evidence.kind is EvidenceKind.HIDDEN_ID:
                entry = self._by_id.get(evidence.text) or self._index.by_code(evidence.text)
                if entry is not None:
                    return (respondent_of(entry, evidence),)
        return ()

    def _cells(self, inside: Sequence[Evidence]) -> tuple[Respondent, ...]:
        """Give whom the labelled cells name: the first that names a body, by the label's rank.

        Another cell behind the same label that names another respondent on the roster
        contradicts it, as does a second name in the cell itself.
        """
        found: dict[str, Respondent] = {}
        label: str | None = None  # of the cell that named one
        for evidence in inside:
            if evidence.kind is not EvidenceKind.CELL or label not in {None, evidence.label}:
                continue
            entries = self._entries(evidence.text)
            if not entries and label is None and self._is_other(evidence.text):
                return (self._unlisted(evidence, evidence.text),)
            for entry in entries:
                label = evidence.label
                found.setdefault(entry_id(entry), respondent_of(entry, evidence))
        return tuple(found.values())

    def _is_other(self, text: str) -> bool:
        """Tell the name of an organisation, on no roster."""
        return is_organisation(text) and not names_nobody(text)

    def _entries(self, text: str) -> tuple[RosterEntry, ...]:
        """Give the entries that a text names; none where it is the name of another organisation."""
        entry = self._index.by_name(text)
        if entry is not None:
            return (entry,)
        found = self._index.all_within(text)
        if len(found) == 1 and self._names_another(text, found[0]):
            return ()
        return found

    def _names_another(self, text: str, entry: RosterEntry) -> bool:
        """Tell 若葉市・白雲町広域連合 from 若葉市: what is left of it is an organisation too."""
        rest = _BRACKETED.sub(" ", text)
        for name in (entry.name, *entry.aliases):
            before, found, after = rest.partition(name)
            if found:
                rest = after.strip(" 　・、,&＆と_-")
                # 回答者　若葉市役所, 若葉市　若葉市役所
                same = entry in {self._index.by_name(found + rest), self._index.by_name(rest)}
                return bool(
                    (is_organisation(rest) and not same)
                    or re.search(r"[市区町村][・、,&＆と\s]+$", before)
                )
        return False

    def _of_name(self, name: str, kind: EvidenceKind) -> tuple[Respondent, ...]:
        """Give whom the name of a file, folder or sheet names.

        Those on the roster; and a second town that it names beside one, on the roster or not.
        """
        for text in (readable(name), *misread(name)):
            words = self._names.clean(text)
            found: dict[str, Respondent] = {}
            for word in words:
                evidence = Evidence(kind=kind, text=word)
                for entry in self._entries(word):
                    exact = len(words) == 1 and kind is not EvidenceKind.FOLDER
                    exact = exact and self._index.is_name(word)
                    who = replace(respondent_of(entry, evidence), exact=exact)
                    found.setdefault(who.id, who)
            if not found:
                stem = text.rpartition(".")[0] or text
                for entry in self._entries(stem):
                    found[entry_id(entry)] = respondent_of(entry, Evidence(kind=kind, text=stem))
            towns = {fold_name(word): word for word in words if _TOWN.fullmatch(fold_name(word))}
            for key, word in towns.items():
                if len(towns) > 1 and self._index.by_name(word) is None:
                    found[key] = self._unlisted(Evidence(kind=kind, text=word), word)
            if found:
                return without_prefecture(tuple(found.values()))
        names = named_in_bytes(name, self._spelt)
        entries = {entry_id(self._spelt[each]): each for each in names}
        return tuple(
            respondent_of(self._spelt[each], Evidence(kind=kind, text=each))
            for each in entries.values()
        )

    def _of_tab(self, evidence: Evidence) -> tuple[Respondent, ...]:
        """Give whom the name of a sheet names, on the roster or not."""
        found = self._of_name(evidence.text, EvidenceKind.TAB)
        words = [word for word in self._names.clean(evidence.text) if self._is_other(word)]
        others: dict[str, Respondent] = {}
        for other in (self._unlisted(evidence, word) for word in words):
            others.setdefault(other.id, other)
        return found or tuple(others.values())

    def _unlisted_of(self, submission: Submission, inside: Sequence[Evidence]) -> Respondent:
        """Name a respondent who is on no roster: by a cell, else by the file or a folder."""
        cells = [each for each in inside if each.kind in {EvidenceKind.CELL, EvidenceKind.TAB}]
        if not submission.source.part:
            *folders, name = names_within(submission.source.path)
            for kind, part in (
                (EvidenceKind.FILE_NAME, name),
                *(
                    (EvidenceKind.FOLDER, folder)
                    for folder in reversed(folders)
                    if not is_of_mail(folder)
                ),
            ):
                cells += [
                    Evidence(kind=kind, text=word) for word in self._names.clean(readable(part))
                ]
        for evidence in cells:
            if not names_nobody(evidence.text):
                return self._unlisted(evidence, evidence.text)
        hidden = next((each for each in inside if each.kind is EvidenceKind.HIDDEN_ID), None)
        return self._nameless(submission.source.key, submission.source.shown, hidden)

    def _unlisted(self, evidence: Evidence, name: str) -> Respondent:
        near = self._index.near(name)
        return Respondent(
            id=stable_id(fold_name(name) or fold(name)),
            name=name,
            on_roster=None if self._roster is None else False,
            identified_by=evidence.kind,
            evidence=evidence.text,
            near=near.name if near else "",
        )

    def _nameless(self, key: str, shown: str, hidden: Evidence | None) -> Respondent:
        """Name a respondent after its hidden id, else after the file; it still counts."""
        unlisted = Respondent(
            id=stable_id(f"file:{key}"),
            name=re.sub(r"\.[A-Za-z]{2,5}(?=［|$)", "", shown) or shown,
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


def _decide(said: Said, *, slip: bool) -> tuple[Respondent, ...]:
    """Give the one whom the evidence names, those between whom it is disputed, or nobody."""
    named = names_differ((*said.cell, *said.tab))
    if len(named) > 1:
        return named
    if said.hidden:
        return beside_sender(with_hidden_id(said, named, slip=slip), said)
    if named:
        return beside_sender((contradicted_by(named[0], said.file),), said)
    if len(said.file) == 1:
        return beside_sender((contradicted_by(said.file[0], said.folder),), said)
    return beside_sender(said.file or said.folder, said) or said.sender

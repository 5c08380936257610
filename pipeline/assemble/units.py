"""Which project of its body a return is about: a unit is a respondent and, where given, a project.

In this order: the hidden id of a form made for one unit; a cell 事業名 near the top; a project of
the roster in the file or folder name. Only where a body sends several differing returns, each file
name says a project and they differ, the file names alone make units. Where the roster knows several
projects of a body and nothing tells which one a return is about, it is nobody's until somebody says
so: it is never guessed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.assemble.contradictions import names_within
from pipeline.assemble.stakeholders import Stakeholder, hand_of, project_of, rest_of
from pipeline.model import EvidenceKind, Respondent, Roster, RosterEntry, Submission, shown_unit
from pipeline.texts.file_names import FileNames
from pipeline.texts.projects import bare_project, project_key, unit_id
from pipeline.texts.respondents import body_id, entry_id, same_body


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Whose each return is, by its key; ``between`` the projects where nobody can tell."""

    respondents: Mapping[str, Respondent]
    between: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Projects:
    """Tells the unit of a return of a body; made once a run."""

    def __init__(self, names: FileNames, roster: Roster | None) -> None:
        """Take the words of file names and the roster with its projects."""
        self._names = names
        entries = roster.entries if roster else ()
        self._entries: dict[str, list[RosterEntry]] = {}  # of each body that has projects
        self._aliases: dict[str, tuple[str, ...]] = {}
        for place, entry in same_body(entries):
            first = body_id(entries[place])
            self._aliases[first] = (*self._aliases.get(first, ()), entry.name, *entry.aliases)
            if entry.project:
                self._entries.setdefault(first, []).append(entry)

    def split(self, submissions: Iterable[Submission], bodies: Mapping[str, Respondent]) -> Units:
        """Give the unit of each return. ``bodies`` are the respondents by key of the return."""
        groups: dict[str, list[Submission]] = {}
        for submission in submissions:
            groups.setdefault(bodies[submission.source.key].of_body, []).append(submission)
        found = dict(bodies)
        between: dict[str, tuple[str, ...]] = {}
        for body, same in groups.items():
            if body in self._entries:
                told, unsaid = self._on_roster(body, same, bodies)
                between |= dict.fromkeys(unsaid, tuple(e.project for e in self._entries[body]))
            else:
                told, unsaid = self._said(body, same, bodies)
                projects = tuple(dict.fromkeys(told[key].project for key in sorted(told)))
                between |= dict.fromkeys(unsaid, projects)
            found |= told
            found |= {key: _whole(body, bodies[key]) for key in unsaid}
        return Units(respondents=found, between=between)

    def of_path(self, path: str, respondent: Respondent | None) -> Respondent | None:
        """Give the unit that a file without answers means by its name, else its body."""
        entries = self._entries.get(respondent.of_body) if respondent else None
        if respondent is None or entries is None:
            return respondent
        entry = self._in_path(path, respondent, entries) or _only(entries)
        whole = _whole(respondent.of_body, respondent)
        return _unit(whole, entry, EvidenceKind.FILE_NAME) if entry else whole

    def hands(
        self, same: Iterable[Submission], respondents: Mapping[str, Respondent]
    ) -> dict[str, Stakeholder]:
        """Tell by the file names which stakeholder of a respondent wrote which of its returns."""
        return {
            s.source.key: hand_of(self._rest(s.source.path, respondents[s.source.key]))
            for s in same
        }

    def _on_roster(
        self, body: str, same: Sequence[Submission], bodies: Mapping[str, Respondent]
    ) -> tuple[dict[str, Respondent], list[str]]:
        """Settle the returns of a body whose projects the roster knows."""
        entries = self._entries[body]
        told: dict[str, Respondent] = {}
        unsaid: list[Submission] = []
        for submission in same:
            key, respondent = submission.source.key, bodies[submission.source.key]
            whole = _whole(body, respondent)
            entry, by = self._entry(submission, respondent, entries)
            if entry is not None:
                told[key] = _unit(whole, entry, by)
            elif submission.project and not _hidden(submission, entries):
                told[key] = replace(_of_project(whole, submission.project), on_roster=False)
            else:
                unsaid.append(submission)
        return told, _without_copies(unsaid, same, told)

    def _entry(
        self, submission: Submission, respondent: Respondent, entries: Sequence[RosterEntry]
    ) -> tuple[RosterEntry | None, EvidenceKind]:
        """Give the roster's project that a return is about, and by what it was told."""
        hidden = _hidden(submission, entries)
        if submission.project:
            fitting = _fitting(submission.project, entries)
            if hidden and fitting is not hidden:
                return None, EvidenceKind.NONE  # the form of one project says another
            return fitting, respondent.identified_by
        if hidden:
            return hidden, EvidenceKind.HIDDEN_ID
        named = self._in_path(submission.source.path, respondent, entries)
        if named:
            return named, EvidenceKind.FILE_NAME
        return _only(entries), respondent.identified_by

    def _in_path(
        self, path: str, respondent: Respondent, entries: Sequence[RosterEntry]
    ) -> RosterEntry | None:
        """Give the one project of the roster that a file name, else a folder, says."""
        for part in reversed(names_within(path)):
            words = [project_key(word) for word in self._rest(part, respondent)]
            found = {
                number: bare_project(entry.project)
                for number, entry in enumerate(entries)
                if any(bare_project(entry.project) in word for word in words)
            }
            longest = {
                number
                for number, bare in found.items()
                if not any(bare != other and bare in other for other in found.values())
            }
            if len(longest) == 1:
                return entries[longest.pop()]
        return None

    def _said(
        self, body: str, same: Sequence[Submission], bodies: Mapping[str, Respondent]
    ) -> tuple[dict[str, Respondent], list[str]]:
        """Settle the returns of a body of which the roster knows no project."""
        cells = {s.source.key: s.project for s in same if s.project}
        keys = {bare_project(project) for project in cells.values()}
        if len(keys) > 1:
            return self._by_cells(body, same, bodies, cells)
        forms = [s for s in same if s.overrides is None]
        names = {s.source.key: cells.get(s.source.key) or self._in_name(s, bodies) for s in same}
        said = [names[form.source.key] for form in forms]
        if all(said) and len(set(map(bare_project, said))) > 1 and _differ(forms):
            told = {
                key: _of_project(_whole(body, bodies[key]), name)
                for key, name in names.items()
                if name
            }
            told = {
                key: replace(one, identified_by=EvidenceKind.FILE_NAME, evidence=one.project)
                if key not in cells
                else one
                for key, one in told.items()
            }
            unsaid = [s for s in same if s.source.key not in told]
            return told, _without_copies(unsaid, same, told)
        # One project, or none: what a cell says is shown, and the unit is the body.
        project = next((cells[s.source.key] for s in same if s.source.key in cells), "")
        return {s.source.key: replace(bodies[s.source.key], project=project) for s in same}, []

    def _by_cells(
        self,
        body: str,
        same: Sequence[Submission],
        bodies: Mapping[str, Respondent],
        cells: Mapping[str, str],
    ) -> tuple[dict[str, Respondent], list[str]]:
        """Settle the returns of a body whose cells name several projects."""
        names: dict[str, str] = {}
        for project in sorted(cells.values(), key=lambda text: (len(text), text)):
            names.setdefault(bare_project(project), project)
        told: dict[str, Respondent] = {}
        unsaid: list[Submission] = []
        for submission in same:
            key = submission.source.key
            whole = _whole(body, bodies[key])
            in_name = self._in_name(submission, bodies)
            project = names.get(bare_project(cells.get(key) or in_name)) or in_name
            if project:
                one = _of_project(whole, project)
                by_name = replace(one, identified_by=EvidenceKind.FILE_NAME, evidence=in_name)
                told[key] = one if key in cells else by_name
            else:
                unsaid.append(submission)
        return told, _without_copies(unsaid, same, told)

    def _in_name(self, submission: Submission, bodies: Mapping[str, Respondent]) -> str:
        return project_of(self._rest(submission.source.path, bodies[submission.source.key]))

    def _rest(self, path: str, respondent: Respondent) -> tuple[str, ...]:
        """Give what a file name says beside form, date, version and the respondent."""
        own = (respondent.own_name, respondent.evidence)
        names = (*own, *self._aliases.get(respondent.of_body, ()))
        return rest_of(self._names.parts(path), names)


def _hidden(submission: Submission, entries: Sequence[RosterEntry]) -> RosterEntry | None:
    """Give the entry that the form was made for."""
    ids = {e.text.strip() for e in submission.evidence if e.kind is EvidenceKind.HIDDEN_ID}
    return next((entry for entry in entries if entry_id(entry) in ids), None)


def _fitting(project: str, entries: Sequence[RosterEntry]) -> RosterEntry | None:
    """Give the one entry whose project this is, in whatever spelling."""
    for key in (project_key, bare_project):
        found = [entry for entry in entries if key(entry.project) == key(project)]
        if len(found) == 1:
            return found[0]
    return None


def _only(entries: Sequence[RosterEntry]) -> RosterEntry | None:
    return entries[0] if len(entries) == 1 else None


def _whole(body: str, respondent: Respondent) -> Respondent:
    """Give the body as such: of no project."""
    return replace(respondent, id=body, name=respondent.own_name, project="", body="", body_name="")


def _unit(whole: Respondent, entry: RosterEntry, by: EvidenceKind) -> Respondent:
    return replace(
        _of_project(whole, entry.project),
        id=entry_id(entry),
        name=entry.shown,
        role=entry.role,
        mail=entry.mail,
        identified_by=by,
        body_name=entry.name,
    )


def _of_project(whole: Respondent, project: str) -> Respondent:
    return replace(
        whole,
        id=unit_id(whole.id, project),
        name=shown_unit(whole.name, project),
        project=project,
        body=whole.id,
        body_name=whole.name,
    )


def _differ(returns: Sequence[Submission]) -> bool:
    """Tell whether returns say different things: the same answers twice are no two projects."""
    said = {tuple((a.mark.raw, a.note.raw) for a in one.answers) for one in returns}
    return len(said) > 1


def _without_copies(
    unsaid: Iterable[Submission], same: Sequence[Submission], told: dict[str, Respondent]
) -> list[str]:
    """Give the returns of no project; a copy of one that has a project is that project's."""
    owners = {s.source.sha256: told[s.source.key] for s in same if s.source.key in told}
    left: list[str] = []
    for submission in unsaid:
        owner = owners.get(submission.source.sha256)
        if owner is None:
            left.append(submission.source.key)
        else:
            told[submission.source.key] = owner
    return left

"""Who gets what back: items and files to answer again, and who has not answered at all."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.model import (
    Answer,
    Batch,
    Checklist,
    FileKind,
    FileRecord,
    FileState,
    Finding,
    NotChecklist,
    Respondent,
    Severity,
    Skipped,
    SkipReason,
    SourceFile,
    Submission,
    came_unread,
)
from pipeline.model.review import FindingState, Verdict
from pipeline.texts.folding import is_blank, tidy
from pipeline.texts.respondents import entry_id, is_organisation

MISSING = "B501"
_LONGEST_QUOTE = 300  # letters of an answer that are shown in a slip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An item to answer again although no rule says so.

    ``reason`` is told to the respondent; empty: a plain request to look again.
    """

    respondent_id: str
    item_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One item that goes back, with everything wrong with it."""

    item_id: str
    place: str
    written: str
    problems: tuple[str, ...]
    asks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What goes back to one respondent.

    ``lines`` are the items of the slip in form order; ``files`` say what is wrong with whole
    files, each with what to send instead.
    """

    respondent: Respondent
    lines: tuple[Line, ...] = ()
    files: tuple[str, ...] = ()
    base: str = ""  # sha256 of the form the slip is about


def collect(
    batch: Batch, findings: Sequence[Finding], asked: Sequence[Asked] = ()
) -> tuple[tuple[Package, ...], tuple[str, ...]]:
    """Give what goes back to whom, in roster order, and the files whose sender is not known."""
    # Long: findings go to items, files or nobody, and each makes one package.
    people = people_of(batch)
    names = _names_of(batch)
    wrong: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    files: dict[str, list[str]] = defaultdict(list)
    nobody: list[str] = []
    sources = {record.source.path: record.source for record in batch.files}
    for finding in findings:
        if finding.code == MISSING or not _goes_back(finding):
            continue
        problem = _own_words(finding.problem, finding.title, names, finding.respondent_id)
        if finding.respondent_id not in people:
            nobody.append(f"{finding.location.file}: {finding.problem}")
        elif finding.item_id:
            wrong[finding.respondent_id][finding.item_id].append((problem, _plain(finding.ask)))
        else:
            file = finding.location.file
            name = sent_name(sources[file]) if file in sources else f"「{base_name(file)}」"
            ask = finding.ask or "内容をご確認のうえ、直したファイルをお送りください。"
            files[finding.respondent_id].append(f"{name}: {problem}{ask}")
    for each in asked:
        reason = each.reason or "ご回答の内容をもう一度ご確認ください。"
        problem = _own_words(reason, "ご確認ください。", names, each.respondent_id)
        wrong[each.respondent_id][each.item_id].append((problem, ""))
    counted = {one.respondent.id: one.submission for one in batch.submissions}
    packages = []
    for key, respondent in people.items():
        submission = counted.get(key)
        lines = _lines(batch.checklist, submission, wrong.get(key, {})) if submission else ()
        if lines or key in files:
            packages.append(
                Package(
                    respondent=respondent,
                    lines=lines,
                    files=tuple(files.get(key, ())),
                    base=submission.source.sha256 if submission else "",
                )
            )
    return tuple(packages), tuple(nobody)


def _goes_back(finding: Finding) -> bool:
    """Tell what the respondent has to mend: 要修正 that nobody settled, and what was decided so."""
    if finding.state and not FindingState(finding.state).is_open:
        return False
    return finding.severity is Severity.FIX or finding.decision == Verdict.SEND_BACK


def reminders(batch: Batch, packages: Sequence[Package] = ()) -> tuple[Respondent, ...]:
    """Give who has not answered and is not asked to send a file again, in roster order.

    Somebody whose answer a disputed file may be is not told that nothing came, nor is who sent a
    file that only this computer does not open, or that lies beside the closed month unread.
    """
    known = {package.respondent.id for package in packages}
    known |= {claim.of_body for record in batch.files for claim in record.claims}
    came = came_unread(batch)
    known |= {key for key, files in came.items() if any(file.waits_here for file in files)}
    # A body that is asked which project its file is about is not told that nothing came.
    return tuple(one for one in batch.missing if known.isdisjoint((one.id, one.of_body)))


def may_be_anyones(batch: Batch) -> tuple[str, ...]:
    """Give the files of which nobody can tell whose they are, and that may hold a return.

    Those that came inside of a mail or an archive whose return is known are what was put beside it.
    """
    known = {
        record.source.path.partition("!")[0]
        for record in batch.files
        if record.state is FileState.COUNTED and record.respondent and _is_asked(record.respondent)
    }
    return tuple(
        dict.fromkeys(
            record.source.path
            for record in batch.files
            if _may_be_a_return(record)
            and not ("!" in record.source.path and record.source.path.partition("!")[0] in known)
        )
    )


_NO_RETURN = frozenset(
    {FileKind.TEXT, FileKind.PROGRAM, FileKind.DATABASE}
    | {FileKind.LETTER, FileKind.AUTOMATIC_MAIL, FileKind.UNDELIVERED}
)
_SENT = frozenset({SkipReason.OTHER_KIND, SkipReason.LINK, SkipReason.LATE})


def _may_be_a_return(record: FileRecord) -> bool:
    if record.respondent and _is_known(record.respondent):
        return False
    content = record.content
    if isinstance(content, Skipped):
        sent = content.reason in _SENT and content.kind not in _NO_RETURN
        return sent and record.state is FileState.IGNORED
    if isinstance(content, NotChecklist) and content.own:
        return False
    open_states = (FileState.COUNTED, FileState.UNREADABLE, FileState.NOT_CHECKLIST)
    return record.state in open_states


def _is_known(respondent: Respondent) -> bool:
    """Tell a body on the roster, or one that is surely another: its name is like none of them."""
    other = is_organisation(respondent.name) and not respondent.near
    return _is_asked(respondent) or other


def _is_asked(respondent: Respondent) -> bool:
    return respondent.on_roster is not False


def accepted(
    batch: Batch, findings: Sequence[Finding], packages: Sequence[Package]
) -> tuple[tuple[Respondent, ...], tuple[Respondent, ...]]:
    """Give whose return is settled, and whose somebody here still has to look at.

    Nobody is thanked for a return that may go back yet: neither one with an open 要修正 or 要確認
    nor one whose sender is not on the roster.
    """
    back = {package.respondent.id for package in packages}
    looked_at = {
        finding.respondent_id
        for finding in findings
        if finding.severity is not Severity.INFO
        and (not finding.state or FindingState(finding.state).is_open)
    }
    done: list[Respondent] = []
    waiting: list[Respondent] = []
    for counted in batch.submissions:
        one = counted.respondent
        if not back.isdisjoint((one.id, one.of_body)):
            continue
        settled = looked_at.isdisjoint((one.id, one.of_body)) and _is_asked(one)
        (done if settled else waiting).append(one)
    return tuple(done), tuple(waiting)


def people_of(batch: Batch) -> dict[str, Respondent]:
    """Give everybody a file of this month is from, by id: roster order, then as they come."""
    found = [counted.respondent for counted in batch.submissions]
    found += batch.missing
    found += [record.respondent for record in batch.files if record.respondent]
    people = {one.id: one for one in reversed(found)}
    order = [entry_id(entry) for entry in batch.roster.entries] if batch.roster else []
    places = {key: place for place, key in enumerate(order)}
    return dict(
        sorted(people.items(), key=lambda pair: (places.get(pair[0], len(places)), pair[1].name))
    )


def _names_of(batch: Batch) -> dict[str, frozenset[str]]:
    """Give the names each respondent goes by, and the names of their files."""
    names: dict[str, set[str]] = defaultdict(set)
    for entry in batch.roster.entries if batch.roster else ():
        names[entry_id(entry)] |= {entry.name, *entry.aliases}
    for record in batch.files:
        if record.respondent:
            names[record.respondent.id] |= {record.respondent.name, base_name(record.source.path)}
    return {key: frozenset(name for name in each if len(name) > 1) for key, each in names.items()}


def _own_words(
    text: str, instead: str, names: Mapping[str, frozenset[str]], respondent_id: str
) -> str:
    """Give a text that names nobody else: ``instead`` where it does (他の団体と同じ回答 …)."""
    text = _plain(text)
    own = names.get(respondent_id, frozenset())
    for key, others in names.items():
        for other in others if key != respondent_id else ():
            if other in text and not any(other in name for name in own):
                return instead
    return text


def _plain(text: str) -> str:
    """Say it as respondents do: 基準月 is a word of the office."""
    return text.replace("基準月", "調査月")


def _lines(
    checklist: Checklist, submission: Submission, wrong: Mapping[str, list[tuple[str, str]]]
) -> tuple[Line, ...]:
    answers = {answer.item_id: answer for answer in submission.answers}
    return tuple(
        Line(
            item_id=item.id,
            place=_place(answers[item.id]),
            written=_written(answers[item.id]),
            problems=tuple(dict.fromkeys(problem for problem, _ in wrong[item.id])),
            asks=tuple(dict.fromkeys(ask for _, ask in wrong[item.id] if ask)),
        )
        for item in checklist.items
        if item.id in wrong
    )


def _place(answer: Answer) -> str:
    place = answer.location or answer.row_location
    if place is None:
        return "（行がありません）"
    parts = (base_name(place.file), place.sheet, place.cell)
    return "\n".join(part for part in parts if part)


def _written(answer: Answer) -> str:
    mark = "（空欄）" if is_blank(answer.mark.raw) else _shortened(answer.mark.raw)
    if answer.mark.legend_untouched:
        mark = "（凡例のまま）"
    note = "" if is_blank(answer.note.raw) else f"\n補足: {_shortened(answer.note.raw)}"
    return mark + note


def _shortened(text: str) -> str:
    text = tidy(text)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def sent_name(source: SourceFile) -> str:
    """Name what came as its sender knows it: a mail by its subject, all else as it is called."""
    if source.subject and "!" not in source.path:
        return f"メール「{source.subject}」"
    return f"「{base_name(source.path)}」"


def base_name(path: str) -> str:
    """Give a file's own name: the folders and archives around it may name other respondents."""
    return re.split(r"[/!\\]", path)[-1]

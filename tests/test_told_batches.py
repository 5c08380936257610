"""What becomes of each file of a month, whole: state, whose, which answers stand, every reason.

`cases/batches.toml` has small months as text: a roster, files, and all that is told of them. The
form has the items 火①-1, 火①-2, 水①-1 and 水①-2; an answer is ``1``, ``2:2027-03``, ``3``, ``-``
(blank), ``~`` (does not apply), ``?text`` (unclear, ``␣`` a blank) or ``.`` (the file has no such
row), with ``#note`` behind it. Whatever the order of the files, the same is told.
"""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from rows import every_row
from test_assemble import CHECKLIST, MONTH

from pipeline.assemble import assemble, conservation
from pipeline.model import (
    Answer,
    Batch,
    Bundle,
    BundleProblem,
    ControlLine,
    CountedSubmission,
    Due,
    DueSource,
    Evidence,
    EvidenceKind,
    ExtraRow,
    FileKind,
    FileRecord,
    Location,
    Mark,
    MatchedBy,
    NotChecklist,
    Note,
    Outcome,
    OwnBook,
    Precision,
    Receipt,
    Repeated,
    Respondent,
    Roster,
    RosterEntry,
    Sealed,
    Skipped,
    SkipReason,
    Slip,
    SourceFile,
    Status,
    Submission,
    Unreadable,
    UnreadableReason,
    file_digest,
)
from pipeline.model.sources import Wanted
from pipeline.texts.notes import effective_due, read_note

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "cases" / "batches.toml").read_text(encoding="utf-8")
)["month"]
SIGNS = {
    "1": Status.DONE,
    "2": Status.PLANNED,
    "3": Status.NOT_PLANNED,
    "-": Status.BLANK,
    "~": Status.NOT_APPLICABLE,
    "?": Status.UNCLEAR,
    ".": Status.BLANK,
}
LETTERS = {status: sign for sign, status in SIGNS.items() if sign != "."}
Given = dict[str, str]


@every_row("case", CASES, ids=[case["what"] for case in CASES])
def test_all_that_is_told_of_a_month(case: dict[str, Any]) -> None:
    files = [*map(_file, case["files"])]
    batch = put_together(case, files)
    assert conservation(batch) == ()
    assert [*told(batch)] == case["told"]
    assert (batch.month, batch.checklist) == (MONTH, CHECKLIST)
    read = {each.source.key: each for each in files}
    assert all(record.content is read[record.source.key] for record in batch.files)
    assert all(record.kind is record.content.kind for record in batch.files if record.content)
    for answer in (each for one in batch.submissions for each in one.submission.answers):
        assert answer.note == (
            read_note(answer.note.raw, month=MONTH) if answer.note.raw else Note()
        )


@every_row("case", CASES, ids=[case["what"] for case in CASES])
def test_the_order_of_the_files_changes_nothing_that_is_told(case: dict[str, Any]) -> None:
    assert [*told(put_together(case, map(_file, case["files"][::-1])))] == case["told"]


def put_together(case: dict[str, Any], files: Iterable[Outcome]) -> Batch:
    entries = tuple(_entry(line) for line in case.get("roster", ()))
    lines = enumerate(case.get("exclusions", ()), start=1)
    return assemble(
        [*files],
        checklist=CHECKLIST,
        roster=Roster(entries=entries, file="名簿.xlsx") if "roster" in case else None,
        exclusions=tuple(ControlLine(number=n, text=text) for n, text in lines),
        month=MONTH,
        given={file_digest(key): name for key, name in case.get("given", {}).items()},
        own_mail=case.get("own_mail", ""),
    )


# --- a month from text --------------------------------------------------------------------------


def _words(text: str) -> Given:
    """Read ``key=value, key=value``."""
    return dict(part.strip().split("=", 1) for part in text.split(", ") if part.strip())


def _entry(line: str) -> RosterEntry:
    """Read ``code name | key=value, …``."""
    head, _, rest = line.partition(" | ")
    code, _, name = head.partition(" ")
    said: dict[str, Any] = _words(rest)
    for key in ("aliases", "scope"):
        said[key] = tuple(said.get(key, "").split())
    return RosterEntry(code=code.strip("-"), name=name, **said)


def _source(path: str, said: Given) -> SourceFile:
    return SourceFile(
        path=path,
        location=Path(path),
        sha256=said.pop("sha256", f"bytes of {path}"),
        member=said.pop("member", ""),
        modified=said.pop("modified", "2026-11-05T09:00:00+09:00"),
        part=said.pop("part", ""),
        sender=said.pop("sender", ""),
        received=said.pop("received", ""),
        receipt=Receipt(said.pop("receipt", "")),
        passed_on=bool(said.pop("passed_on", "")),
        bearers=tuple(said.pop("bearers", "").split()),
        letter=said.pop("letter", ""),
    )


def _file(line: str) -> Outcome:
    """Read ``path | answers | key=value, …``, or ``path | what it is | …`` of another file."""
    path, answers, *rest = line.split(" | ")
    said = _words(rest[0]) if rest else {}
    source = _source(path, said)
    what, _, which = answers.partition(":")
    if what in OTHERS:
        made: Callable[..., Outcome] = OTHERS[what]
        return made(source, which, said)
    return _return(source, answers.split(), said)


def _bundle(source: SourceFile, problem: str, said: Given) -> Bundle:
    return Bundle(
        source=source,
        problem=BundleProblem(problem),
        office=said.get("office", ""),
        instead=said.get("instead", ""),
        wanted=Wanted(month=said.get("month", "")),
        respondents=tuple(said.get("respondents", "").split()),
    )


OTHERS: dict[str, Callable[..., Outcome]] = {
    "unreadable": lambda source, which, _: Unreadable(
        source=source, reason=UnreadableReason(which)
    ),
    "skipped": lambda source, which, said: Skipped(
        source=source, reason=SkipReason(which), kind=FileKind(said.get("kind", "other"))
    ),
    "book": lambda source, which, _: NotChecklist(
        source=source, kind=FileKind.XLSX, own=OwnBook(which) if which else None
    ),
    "bundle": _bundle,
}


def _return(source: SourceFile, answers: list[str], said: Given) -> Submission:
    kinds = {"hidden": EvidenceKind.HIDDEN_ID, "cell": EvidenceKind.CELL, "tab": EvidenceKind.TAB}
    evidence = tuple(
        _evidence(kind, text)
        for word, kind in kinds.items()
        for text in said.get(word, "").split("&")
        if text
    )
    slip = Slip(
        month=said.get("month", ""), base=said.get("base", ""), issued=said.get("issued", "")
    )
    sealed = said.get("sealed", "").split("/")  # office/id/name/mail
    rows = [
        _answer(item.id, source, place, text)
        for place, (item, text) in enumerate(zip(CHECKLIST.items, answers, strict=True), start=2)
    ]
    items = {item.id for item in CHECKLIST.items}
    assert {*said.get("slip", "").split()} <= items
    return Submission(
        source=source,
        kind=FileKind.XLSX,
        checklist_id=CHECKLIST.id,
        answers=tuple(rows),
        evidence=evidence,
        filled_on=said.get("filled_on", ""),
        overrides=tuple(said["slip"].split()) if "slip" in said else None,
        slip=slip if "slip" in said else None,
        project=said.get("project", ""),
        prefilled_from=said.get("prefilled_from", ""),
        as_handed_out=tuple(said.get("as_handed_out", "").split()),
        sealed=Sealed(
            office=sealed[0],
            id=sealed[1],
            name=sealed[2],
            unit=sealed[1],
            role="推進主体",
            mail=sealed[3],
        )
        if len(sealed) == 4
        else None,
        repeated=tuple(
            Repeated(item_id=item, locations=(), written=(source.path,), agree=True)
            for item in said.get("repeated", "").split()
        ),
        extra_rows=tuple(
            ExtraRow(location=Location(file=source.path), text=text, mark="", note="")
            for text in said.get("extra", "").split()
        ),
    )


def _evidence(kind: EvidenceKind, text: str) -> Evidence:
    """Read a name; a cell's may stand behind its label: ``担当部署＝企画課``."""
    label, _, name = text.rpartition("＝")
    return Evidence(
        kind=kind, text=name, label=label or ("団体名" if kind is EvidenceKind.CELL else "")
    )


def _answer(item: str, source: SourceFile, row: int, text: str) -> Answer:
    written, _, note_text = text.partition("#")
    sign, rest = written[0], written[1:]
    due = Due()
    if sign == "2" and rest:
        due = Due(month=rest.strip(":"), precision=Precision.MONTH, source=DueSource.MARK)
    raw = rest.replace("␣", " ") if sign == "?" else "" if sign in "-." else written
    mark = Mark(status=SIGNS[sign], raw=raw, due=due)
    note = read_note(note_text, month=MONTH) if note_text else Note()
    answer = Answer(item_id=item, mark=mark, note=note, due=effective_due(mark, note))
    if sign == ".":
        return answer
    place = Location(file=source.path, sheet="回答", part=source.part)
    return replace(
        answer,
        place=place,
        mark_cell=f"C{row}",
        note_place=place if note_text else None,
        note_cell=f"D{row}" if note_text else None,
        matched_by=MatchedBy.ID,
    )


# --- what is told -------------------------------------------------------------------------------


def told(batch: Batch) -> Iterable[str]:
    """Give every file with what became of it, every body with what it answered, and the rest."""
    yield from map(_record, batch.files)
    yield from map(_counted, batch.submissions)
    yield from (f"未提出: {_who(each)}" for each in batch.missing)
    yield from (f"除外: {each}" for each in batch.excluded)
    for problem in batch.control_problems:
        words = [problem.subject, problem.written, problem.problem, problem.fix]
        yield f"{problem.location.file}: {' '.join(word for word in words if word != '')}"


def _record(record: FileRecord) -> str:
    instead = f"→{record.replaced_by}" if record.replaced_by != "" else ""
    facts = [
        "slip" if record.is_slip else "",
        instead,
        *(
            f"{name}={','.join(getattr(record, name))}"
            for name in ("gives", "withheld", "differs", "between")
            if getattr(record, name) != ()
        ),
        *(f"claim={_who(each)}" for each in record.claims),
    ]
    who = "誰でもない" if record.respondent is None else _who(record.respondent)
    words = " ".join([record.state, *(each for each in facts if each)])
    return f"{record.source.key}: {words} ｜ {who} ｜ {record.reason}"


def _who(respondent: Respondent) -> str:
    """Give a respondent with all that is not usual about it."""
    told = [respondent.id, respondent.name]
    for each in fields(respondent)[2:]:
        value = getattr(respondent, each.name)
        if each.name == "outvoted":
            told += [f"outvoted={other.id}" for other in value]
        elif value != each.default:
            told.append(f"{each.name}={value}")
    return " ".join(told)


def _counted(counted: CountedSubmission) -> str:
    form = counted.submission
    answers = " ".join(map(partial(_told_answer, form=form.source.key), form.answers))
    more = [each.written[0] + "に2回" + each.item_id for each in form.repeated]
    more += [f"{row.location.file}の行{row.text}" for row in form.extra_rows]
    return f"{counted.respondent.id}: {answers}" + "".join(f" +{each}" for each in more)


def _told_answer(answer: Answer, *, form: str) -> str:
    sign = LETTERS[answer.mark.status]
    unclear = answer.mark.status is Status.UNCLEAR
    elsewhere = [key for key in dict.fromkeys(answer.files) if key != form]
    return "".join(
        [
            sign,
            answer.mark.raw.replace(" ", "␣") if unclear else "",
            f":{answer.due.month}" if answer.due.month else "",
            f"!{answer.mark.doubt}" if answer.mark.doubt else "",
            f"#{answer.note.raw}".replace("\n", "＋") if answer.note.raw else "",
            "".join(f"@{key}" for key in elsewhere),
            "" if answer.in_scope else "（対象外）",
        ]
    )

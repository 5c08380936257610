"""What ``--json`` prints: the types of the documents, and how each is made of what a command did.

The field comments in docs/json.md come from here. A name never changes its meaning; new ones may
come, so a reader passes over those it does not know.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta

from pipeline.api import result_of
from pipeline.cli.explain import findings as findings_of
from pipeline.cli.inspection import Inspection
from pipeline.cli.rehearsal import Answer as StatusAndDue
from pipeline.cli.rehearsal import Difference
from pipeline.model import (
    Answer,
    CellKind,
    Due,
    Finding,
    MatchedBy,
    NotChecklist,
    RawCell,
    RawWorkbook,
    Submission,
    Unreadable,
    address,
)
from pipeline.rules import Rule
from pipeline.run import RunResult
from pipeline.texts.marks import read_mark
from pipeline.texts.marks.table import matching_key
from pipeline.texts.marks.unknown import unusual

Month = Annotated[str, Meta(description="YYYY-MM")]
Code = Annotated[str, Meta(description="a code of docs/rules.md")]
Status = Annotated[str, Meta(description="as `status` of docs/data.md: done, planned …")]
ItemId = Annotated[str, Meta(description="the item's id in the form")]
Column = Annotated[str | None, Meta(description="letters of a column, null where there is none")]
ExitCodeTold = Annotated[int, Meta(description="the exit code of the process (docs/cli.md)")]


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Printed instead by any of the commands where it ends without a result."""

    error: Annotated[str, Meta(description="what is wrong and what to do, in Japanese")]
    exit_code: ExitCodeTold


@dataclass(frozen=True, kw_only=True)
class FindingFound:
    """One finding, as a row of data/findings."""

    code: Code
    severity: Annotated[str, Meta(description="要修正, 要確認 or 参考")]
    title: str
    message: Annotated[str, Meta(description="place, what was written and what is wrong")]
    fix: Annotated[str, Meta(description="what to do next")]
    respondent_id: Annotated[str, Meta(description="empty where it is about no one body")]
    respondent: str
    project: str
    item_id: ItemId
    file: str
    sheet: str
    cell: Annotated[str, Meta(description="as C12, empty for a whole sheet or file")]
    written: Annotated[str, Meta(description="what stands there")]
    state: Annotated[str, Meta(description="新規, 継続 …; empty outside a month")]
    decision: Annotated[str, Meta(description="what 確認票 says about it")]


@dataclass(frozen=True, kw_only=True)
class MissingBody:
    """A body of the roster that has not answered."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Aggregated:
    """`aggregate --json`: a month that was written."""

    document: Annotated[Literal["aggregate"], Meta(description="which document it is")] = (
        "aggregate"
    )
    month: Month
    exit_code: ExitCodeTold
    folder: Annotated[str, Meta(description="the month's folder")]
    workbook: Annotated[str, Meta(description="path of the workbook")]
    paths: Annotated[list[str], Meta(description="every file written, relative to `folder`")]
    files: Annotated[dict[str, int], Meta(description="how many files by state: counted …")]
    missing: Annotated[
        list[MissingBody] | None,
        Meta(description="who has not answered; null without a roster or in the public edition"),
    ]
    attention: Annotated[list[str], Meta(description="whom to ask first, in Japanese")]
    notices: Annotated[list[str], Meta(description="what else there is to know, in Japanese")]
    findings: Annotated[
        list[FindingFound],
        Meta(description="those open, gravest first; none in the public edition"),
    ]
    more_findings: Annotated[
        dict[str, int], Meta(description="by severity, those that only data/findings lists")
    ]
    run: Annotated[dict[str, Any], Meta(description="run.json: counts, figures, settings …")]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """An answer as read."""

    status: Status
    due: Annotated[str, Meta(description="YYYY-MM, empty where there is none")]


@dataclass(frozen=True, kw_only=True)
class ChangedAnswer:
    """An answer that a run would change."""

    respondent: str
    project: str
    item_id: ItemId
    before: Reading
    now: Reading


@dataclass(frozen=True, kw_only=True)
class ChangedFile:
    """A file that a run would take otherwise."""

    file: str
    before: str
    now: str


@dataclass(frozen=True, kw_only=True)
class ChangedFindings:
    """How many findings of a severity a run would add and take away."""

    severity: str
    more: int
    fewer: int


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """`aggregate --dry-run --json`: what a run would change; nothing was written."""

    document: Annotated[Literal["aggregate-dry-run"], Meta(description="which document it is")] = (
        "aggregate-dry-run"
    )
    month: Month
    exit_code: ExitCodeTold
    compared: Annotated[
        bool,
        Meta(description="false: no earlier run, or one not readable; the lists are empty"),
    ]
    unknown: Annotated[str, Meta(description="why not, in Japanese")]
    first: Annotated[bool, Meta(description="the month has no earlier run: all would be new")]
    new_files: list[str]
    gone_files: list[str]
    changed_files: list[ChangedFile]
    new_bodies: list[str]
    gone_bodies: list[str]
    answers: list[ChangedAnswer]
    findings: list[ChangedFindings]


@dataclass(frozen=True, kw_only=True)
class SheetSeen:
    """One sheet of a file."""

    name: str
    visible: bool
    cells: Annotated[int, Meta(description="how many cells hold something")]


@dataclass(frozen=True, kw_only=True)
class TableSeen:
    """One table of items on a sheet."""

    sheet: str
    shape: Annotated[str, Meta(description="how items and answers lie to each other")]
    header_row: Annotated[int | None, Meta(description="counted from 1; null without a header")]
    text_column: Column
    mark_column: Column
    note_column: Column
    items: int


@dataclass(frozen=True, kw_only=True)
class NameSeen:
    """What tells whose the return is."""

    kind: Annotated[str, Meta(description="cell, file_name, hidden_id …, strongest first")]
    text: str
    sheet: str
    cell: str


@dataclass(frozen=True, kw_only=True)
class AnswerSeen:
    """One answer of a return; items that are not in the file are left out."""

    item_id: ItemId
    status: Status
    due: Annotated[str, Meta(description="YYYY-MM, empty where there is none")]
    written: Annotated[str, Meta(description="the check cell as written")]
    note: Annotated[str, Meta(description="the note cell as written")]
    sheet: str
    cell: Annotated[str, Meta(description="the check cell")]


@dataclass(frozen=True, kw_only=True)
class ReturnSeen:
    """One return in a file; a file may hold several."""

    part: Annotated[str, Meta(description="its sheet, empty where a file holds one return")]
    slip: Annotated[bool, Meta(description="a send-back slip (差戻し票), not a whole form")]
    tables: list[TableSeen]
    names: list[NameSeen]
    answers: list[AnswerSeen]
    items_missing: Annotated[list[str], Meta(description="ids of the form that are not there")]


@dataclass(frozen=True, kw_only=True)
class Handled:
    """What a run would do with a file, or a return in it."""

    state: Annotated[str, Meta(description="as `state` of data/files: counted …")]
    reason: Annotated[str, Meta(description="in Japanese")]


@dataclass(frozen=True, kw_only=True)
class FileSeen:
    """One file as `inspect` sees it, without a roster and without other files."""

    file: Annotated[str, Meta(description="the path given")]
    kind: Annotated[str, Meta(description="xlsx, xls, ods, csv, pdf …")]
    unreadable: Annotated[str, Meta(description="password, broken …; empty where it was read")]
    own: Annotated[str, Meta(description="確認票, 集計表 or 名簿 of this product, else empty")]
    sheets: list[SheetSeen]
    returns: list[ReturnSeen]
    handled: list[Handled]
    findings: list[FindingFound]


@dataclass(frozen=True, kw_only=True)
class Inspected:
    """`inspect --json`."""

    document: Annotated[Literal["inspect"], Meta(description="which document it is")] = "inspect"
    month: Month
    files: Annotated[list[FileSeen], Meta(description="in the order given")]


@dataclass(frozen=True, kw_only=True)
class LimitOfRule:
    """A number a rule depends on; torimatome.toml may set it."""

    name: str
    default: float
    meaning: str


@dataclass(frozen=True, kw_only=True)
class RuleTold:
    """One rule of the catalogue."""

    code: Code
    severity: Annotated[str, Meta(description="要修正, 要確認 or 参考")]
    title: str
    about: Annotated[str, Meta(description="ファイル, 団体, 項目, 月 or 確認票")]
    effect: Annotated[str, Meta(description="what it does to the figures, in Japanese")]
    why: str
    fix: str
    since: Annotated[str, Meta(description="the version that first knew it")]
    thresholds: list[LimitOfRule]


@dataclass(frozen=True, kw_only=True)
class RulesTold:
    """`rules --json`: every rule, or the one asked for."""

    document: Annotated[Literal["rules"], Meta(description="which document it is")] = "rules"
    rules: list[RuleTold]


@dataclass(frozen=True, kw_only=True)
class DueTold:
    """The month of a plan."""

    month: Annotated[str, Meta(description="YYYY-MM, empty where there is none")]
    precision: Annotated[str, Meta(description="as `due_precision` of docs/data.md")]
    inferred: Annotated[bool, Meta(description="the year was not written")]
    problem: Annotated[str, Meta(description="why there is no month, empty where there is one")]
    written: Annotated[str, Meta(description="the part read as the month")]


@dataclass(frozen=True, kw_only=True)
class FindingCaused:
    """A finding that the check cell alone causes."""

    code: Code
    title: str


@dataclass(frozen=True, kw_only=True)
class Explained:
    """`explain --json`: how a text in the check cell is read."""

    document: Annotated[Literal["explain"], Meta(description="which document it is")] = "explain"
    month: Month
    text: str
    key: Annotated[str, Meta(description="the form that is matched")]
    unusual: Annotated[list[str], Meta(description="signs that may look like others")]
    status: Status
    read_by: Annotated[str, Meta(description="number, words …")]
    notation: Annotated[str, Meta(description="name of the notation (docs/notations.md)")]
    due: DueTold
    findings: list[FindingCaused]


Document = Aggregated | Rehearsed | Inspected | RulesTold | Explained
DOCUMENTS: tuple[type, ...] = (Aggregated, Rehearsed, Inspected, RulesTold, Explained, Failure)


def aggregated(result: RunResult, *, public: bool) -> Aggregated:
    """Give the document of a month that was written; of a public edition nothing of one body."""
    done = result_of(result)
    if public:
        result = replace(result, missing=None, attention=(), findings=(), since=())
    missing = result.missing
    return Aggregated(
        month=result.month,
        exit_code=result.exit_code,
        folder=str(result.folder),
        workbook=str(result.workbook),
        paths=list(done.paths),
        files={state.value: count for state, count in result.files.items() if count},
        missing=None if missing is None else [MissingBody(id=b.id, name=b.name) for b in missing],
        attention=list(result.attention),
        notices=list(result.notices),
        findings=_findings(result.findings),
        more_findings=_counts(result.beyond),
        run=dict(done.figures),
    )


def rehearsed(month: str, exit_code: int, difference: Difference) -> Rehearsed:
    """Give the document of a run that wrote nothing."""
    return Rehearsed(
        month=month,
        exit_code=exit_code,
        compared=not (difference.unknown or difference.first),
        unknown=difference.unknown,
        first=difference.first,
        new_files=list(difference.new_files),
        gone_files=list(difference.gone_files),
        changed_files=[ChangedFile(file=f, before=b, now=n) for f, b, n in difference.handled],
        new_bodies=list(difference.new_bodies),
        gone_bodies=list(difference.gone_bodies),
        answers=[
            ChangedAnswer(
                respondent=respondent,
                project=project,
                item_id=item_id,
                before=_reading(before),
                now=_reading(now),
            )
            for (respondent, project, item_id), before, now in difference.answers
        ],
        findings=[ChangedFindings(severity=s, more=m, fewer=f) for s, m, f in difference.findings],
    )


def inspected(month: str, files: Iterable[tuple[Path, Inspection]]) -> Inspected:
    """Give the document of some files, each with what was found in it."""
    return Inspected(month=month, files=[_file(path, seen) for path, seen in files])


def rules_told(rules: Iterable[Rule]) -> RulesTold:
    """Give the document of some rules."""
    return RulesTold(rules=[_rule(each) for each in rules])


def explained(text: str, *, month: str, legend: tuple[str, ...]) -> Explained:
    """Give the document of a text in the check cell; as `explain.explain`."""
    mark = read_mark(RawCell(kind=CellKind.TEXT, text=text), month=month, legend=legend)
    return Explained(
        month=month,
        text=text,
        key=matching_key(text),
        unusual=list(unusual(text)),
        status=mark.status.value,
        read_by=mark.read_by.value,
        notation=mark.notation,
        due=_due(mark.due),
        findings=[FindingCaused(code=c, title=title) for c, title in findings_of(mark, month)],
    )


def _findings(findings: Iterable[Finding]) -> list[FindingFound]:
    return [
        FindingFound(
            code=each.code,
            severity=each.severity.value,
            title=each.title,
            message=each.message,
            fix=each.fix,
            respondent_id=each.respondent_id,
            respondent=each.respondent,
            project=each.project,
            item_id=each.item_id,
            file=each.location.file,
            sheet=each.location.sheet,
            cell=each.location.cell,
            written=each.written,
            state=each.state,
            decision=each.decision,
        )
        for each in findings
    ]


def _counts(counted: Counter[Any]) -> dict[str, int]:
    return {str(each): count for each, count in counted.items() if count}


def _reading(answer: StatusAndDue) -> Reading:
    status, due = answer
    return Reading(status=status, due=due)


def _file(path: Path, seen: Inspection) -> FileSeen:
    workbook = seen.workbook
    sheets = workbook.sheets if isinstance(workbook, RawWorkbook) else ()
    own = [each.own for each in seen.outcomes if isinstance(each, NotChecklist) and each.own]
    return FileSeen(
        file=str(path),
        kind=workbook.kind.value,
        unreadable=workbook.reason.value if isinstance(workbook, Unreadable) else "",
        own=own[0].value if own else "",
        sheets=[SheetSeen(name=s.name, visible=s.visible, cells=len(s.cells)) for s in sheets],
        returns=[_return(each) for each in seen.outcomes if isinstance(each, Submission)],
        handled=[Handled(state=r.state.value, reason=r.reason) for r in seen.records],
        findings=_findings(seen.findings),
    )


def _return(submission: Submission) -> ReturnSeen:
    absent = [each.item_id for each in submission.answers if each.matched_by is MatchedBy.NONE]
    return ReturnSeen(
        part=submission.source.part,
        slip=bool(submission.slip),
        tables=[
            TableSeen(
                sheet=table.sheet,
                shape=table.shape.value,
                header_row=None if table.header_row is None else table.header_row + 1,
                text_column=_column(table.text_column),
                mark_column=_column(table.mark_column),
                note_column=_column(table.note_column),
                items=table.items,
            )
            for table in submission.tables
        ],
        names=[
            NameSeen(
                kind=each.kind.value,
                text=each.text,
                sheet=each.location.sheet if each.location else "",
                cell=each.location.cell if each.location else "",
            )
            for each in submission.evidence
        ],
        answers=[_answer(a) for a in submission.answers if a.matched_by is not MatchedBy.NONE],
        items_missing=absent,
    )


def _answer(answer: Answer) -> AnswerSeen:
    place = answer.location
    return AnswerSeen(
        item_id=answer.item_id,
        status=answer.mark.status.value,
        due=answer.due.month,
        written=answer.mark.raw,
        note=answer.note.raw,
        sheet=place.sheet if place else "",
        cell=place.cell if place else "",
    )


def _column(index: int | None) -> str | None:
    return None if index is None else address(0, index)[:-1]


def _rule(rule: Rule) -> RuleTold:
    return RuleTold(
        code=rule.code,
        severity=rule.severity.value,
        title=rule.title,
        about=rule.about.value,
        effect=rule.effect.value,
        why=rule.why,
        fix=rule.general_fix,
        since=rule.since,
        thresholds=[
            LimitOfRule(name=each.name, default=each.default, meaning=each.meaning)
            for each in rule.thresholds
        ],
    )


def _due(due: Due) -> DueTold:
    return DueTold(
        month=due.month,
        precision=due.precision.value,
        inferred=due.inferred,
        problem=due.problem.value,
        written=due.written,
    )

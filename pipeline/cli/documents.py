"""What ``--json`` prints: the types of the documents, and how each is made of what a command did.

The field comments in docs/json.md come from here. A name never changes its meaning; new ones may
come, so a reader passes over those it does not know.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from msgspec import Meta

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

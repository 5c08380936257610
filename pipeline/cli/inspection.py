"""`torimatome inspect`: what was found in one file, in plain Japanese."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from pipeline.assemble import assemble
from pipeline.formats import read_workbook
from pipeline.forms.slips import MONTH, RESPONDENT, hidden_properties
from pipeline.inbox.control_files import passwords_beside
from pipeline.model import (
    EvidenceKind,
    MatchedBy,
    NotChecklist,
    Outcome,
    OwnBook,
    RawWorkbook,
    SourceFile,
    Status,
    Submission,
    TableShape,
    address,
)
from pipeline.month.reading import parsed
from pipeline.rules.check import check
from pipeline.settings import Limits
from pipeline.texts.calendar import JAPAN, month_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.model import (
        Bundle,
        Checklist,
        FileRecord,
        Finding,
        Skipped,
        TableFound,
        Unreadable,
    )

_STATUS = {
    Status.DONE: "① 対応済み",
    Status.PLANNED: "② 対応予定",
    Status.NOT_PLANNED: "③ 予定なし",
    Status.NOT_APPLICABLE: "対象外",
    Status.BLANK: "未記入",
    Status.UNCLEAR: "読み取れない",
}
_SHOWN_FINDINGS = 10
_OWN = {
    OwnBook.REVIEW: "確認票です。判断は outbox の中の確認票に書いて保存し、集計し直してください。",
    OwnBook.TOTALS: "集計表です。",
    OwnBook.ROSTER: "名簿です。「名簿.xlsx」という名前で inbox の直下に置くと使われます。",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What was found in one file, and what a run without a roster would make of it alone."""

    workbook: RawWorkbook | Unreadable | Skipped | Bundle
    outcomes: tuple[Outcome, ...]
    records: tuple[FileRecord, ...]
    findings: Sequence[Finding]


def look_into(
    path: Path, *, checklist: Checklist, month: str, limits: Limits | None = None
) -> Inspection:
    """Read one file and judge it."""
    stat = path.stat()
    source = SourceFile(
        path=path.name,
        location=path,
        size=stat.st_size,
        modified=datetime.fromtimestamp(stat.st_mtime, JAPAN).isoformat(timespec="seconds"),
    )
    workbook = read_workbook(source, limits=limits or Limits(), passwords=passwords_beside(path))
    outcomes: tuple[Outcome, ...] = (
        parsed(workbook, checklist, month=month, known={})
        if isinstance(workbook, RawWorkbook)
        else (workbook,)
    )
    batch = assemble(outcomes, checklist=checklist, roster=None, exclusions=(), month=month)
    records, findings = batch.files, check(batch)
    if any(isinstance(outcome, Submission) and outcome.slip for outcome in outcomes):
        # Alone it has nothing to mend; in an inbox it is not alone.
        records, findings = (), findings.take(np.flatnonzero(~findings.where("code", ("B503",))))
    return Inspection(workbook=workbook, outcomes=outcomes, records=records, findings=findings)


def describe(path: Path, seen: Inspection, *, checklist: Checklist) -> str:
    """Give the lines that tell a coordinator what torimatome sees in a file."""
    workbook = seen.workbook
    lines = [f"■ {path.name}"]
    if isinstance(workbook, RawWorkbook):
        lines.append(f"  種類: {workbook.kind}" + ("（マクロ付き）" if workbook.macros else ""))
        lines += [
            f"  シート: {sheet.name}（記入のあるセル {len(sheet.cells)}）"
            + ("" if sheet.visible else " ※非表示")
            for sheet in workbook.sheets
        ]
        for outcome in seen.outcomes:
            lines += _own_lines(workbook, outcome)
            if isinstance(outcome, Submission):
                lines += _submission_lines(outcome, checklist)
    else:
        lines.append(f"  種類: {workbook.kind}")
    return "\n".join([*lines, *_finding_lines(seen)])


def _own_lines(workbook: RawWorkbook, outcome: Outcome) -> list[str]:
    """Say which of the product's own files it is, and whose."""
    if isinstance(outcome, NotChecklist):
        return [f"  このファイル: {_OWN[outcome.own]}"] if outcome.own else []
    if not isinstance(outcome, Submission):
        return []
    properties = hidden_properties(workbook)
    whose = properties.get(RESPONDENT, "")
    if not whose:
        return []
    names = [e.text for e in outcome.evidence if e.kind is EvidenceKind.CELL]
    name = f"（{names[0]}）" if names else ""
    at = properties.get(MONTH, "")
    month = f"{month_words(at)}分" if at else "月の記録なし"
    if outcome.slip:
        filled = len(outcome.overrides or ())
        return [
            f"  このファイル: 差戻し票（{month}、団体コード {whose}{name}）。"
            f"記入のある項目は {filled} 項目です。"
            "もとの回答と一緒に inbox に置いて集計すると、その項目だけが差し替わります。"
        ]
    line = f"  このファイル: 配布した様式（{month}、団体コード {whose}{name}）。"
    if outcome.prefilled_from:
        line += (
            f"{month_words(outcome.prefilled_from)}の回答を入れて配布し、"
            f"{len(outcome.as_handed_out)} 項目がそのままです。"
        )
    return [line]


def _submission_lines(submission: Submission, checklist: Checklist) -> list[str]:
    part = submission.source.part
    lines = [f"  シート「{part}」の回答:"] if part else []
    lines += [_table_line(table) for table in submission.tables]
    for evidence in submission.evidence:
        place = evidence.location
        where = f"（{place.sheet}!{place.cell}）" if place and place.cell else ""
        lines.append(f"  団体名の手がかり: {evidence.text}{where}")
    present = [a for a in submission.answers if a.matched_by is not MatchedBy.NONE]
    missing = [a.item_id for a in submission.answers if a.matched_by is MatchedBy.NONE]
    lines.append(f"  項目: {len(checklist.items)} 項目のうち {len(present)} 項目が見つかりました")
    if missing:
        lines.append(f"  見つからない項目: {'、'.join(missing)}")
    counts = {status: sum(a.mark.status is status for a in present) for status in Status}
    lines.append("  回答: " + " / ".join(f"{_STATUS[s]} {n}" for s, n in counts.items() if n))
    return lines


def _table_line(table: TableFound) -> str:
    def column(index: int | None) -> str:
        return "なし" if index is None else address(0, index)[:-1] + " 列"

    if table.shape is not TableShape.ROWS:
        return f"  表: {table.sheet}（{table.shape}、{table.items} 項目）"
    header = (
        "見出しなし（位置から推定）"
        if table.header_row is None
        else f"見出し {table.header_row + 1} 行目"
    )
    return (
        f"  表: {table.sheet}（{header}、項目 {column(table.text_column)}、"
        f"チェック欄 {column(table.mark_column)}、補足説明欄 {column(table.note_column)}、"
        f"{table.items} 項目）"
    )


def _finding_lines(seen: Inspection) -> list[str]:
    findings = seen.findings
    lines = [f"  扱い: {record.reason}" for record in seen.records]
    lines.append(f"  指摘: {len(findings)} 件")
    lines += [f"    {f.severity} {f.code} {f.message} {f.fix}" for f in findings[:_SHOWN_FINDINGS]]
    if len(findings) > _SHOWN_FINDINGS:
        lines.append(f"    ほか {len(findings) - _SHOWN_FINDINGS} 件")
    return lines

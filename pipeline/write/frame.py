"""The frames of a month: what its lists, data files and pivots are made of, column by column.

Answers, findings, files, changes and promises become columns here and nowhere else; each function
gives a frame whose columns have the same length, named as in the schema beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from pipeline.frame.columns import Coded, constant, encoded, together
from pipeline.frame.findings import findings_of
from pipeline.frame.promises import promises_of
from pipeline.model.batch import message_of
from pipeline.write.declared import EVERYWHERE, TABLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.frame.columns import Frame
    from pipeline.frame.findings import Findings
    from pipeline.model import Checklist
    from pipeline.model.history import Promise
    from pipeline.model.months import ChangeRow
    from pipeline.model.report import Report
    from pipeline.model.report_rows import AnswerRows, FileRow, ReportedLine

GROUPING = "roster_"  # begins the name of a column that the roster gives
_FINDING = (
    "code", "severity", "respondent_id", "respondent", "item_id", "title", "file", "sheet", "cell",
    "written", "fix", "state", "decision", "project",
)  # fmt: skip
_SAID = ("file", "sheet", "cell", "item_id", "subject", "quoted", "problem", "told")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """What a month's lists are made of, and its data files but for findings."""

    answers: Frame
    lines: Frame  # of 要確認
    files: Frame
    changes: Frame
    promises: Frame


def frames_of(report: Report) -> Frames:
    """Give all frames of a month."""
    answers = answer_frame(report.answers, checklist=report.checklist, month=report.month)
    ids = answers["respondent_id"]
    for one in report.groupings:
        own = {id_: one.of.get(id_, "") for id_ in ids.values}
        answers[f"{GROUPING}{one.head}"] = ids.of(own.__getitem__)
    return Frames(
        answers=answers,
        lines=line_frame(report.lines),
        files=file_frame(report.files),
        changes=change_frame(report.months.changes),
        promises=promise_frame(report.months.promises, answers),
    )


def answer_frame(rows: AnswerRows, *, checklist: Checklist, month: str) -> Frame:
    """Give the answers of a month with what is the same for all of them, and ``line``."""
    frame: Frame = dict(rows.columns)
    # Neither is told of an answer without a month.
    frame["inferred"] = together(_where_due, frame["due"], frame["due_inferred"])
    frame["late"] = together(_where_due, frame["due"], frame["overdue"])
    frame["month"] = constant(month, len(rows))
    frame["checklist"] = constant(checklist.id, len(rows))
    frame["checklist_version"] = constant(checklist.version, len(rows))
    frame["line"] = Coded(range(len(rows)), np.arange(len(rows), dtype=np.uint32))
    return frame


def findings_told(report: Report) -> Frame:
    """Give the findings of a month for its data files: open ones first, each in words."""
    lines = report.lines if report.findings else ()  # those of a month by parts stay there
    every = findings_of(report.findings).before(findings_of(report.settled))
    return finding_frame(every, lines, report.impacts)


def finding_frame(
    findings: Findings,
    lines: Sequence[ReportedLine] = (),
    impacts: Sequence[int] = (),
) -> Frame:
    """Give findings; ``line`` is the No. of each on 要確認, None where it stands on no line.

    ``impacts`` are those of the first of them; those behind settle nothing any more.
    """
    frame = _told(findings)
    frame["message"] = Coded(_Messages(findings.frame), np.arange(len(findings)))
    numbers: list[int | None] = [None] * len(findings)
    for number, line in enumerate(lines, 1):
        for row in line.rows:
            numbers[row] = number
    frame["line"] = encoded(numbers)
    frame["impact"] = encoded([*impacts, *repeat(0, len(findings) - len(impacts))])
    return frame


def line_frame(lines: Sequence[ReportedLine]) -> Frame:
    """Give the lines of 要確認 as the findings shown; ``line`` is that of 明細 or None.

    ``count`` is how many findings stand on it, ``said`` what is told as its cause,
    ``impact`` how many open answers it settles.
    """
    shown = [line.shown for line in lines]
    frame = _told(findings_of(shown))
    frame["said"] = encoded(finding.problem or finding.message for finding in shown)
    frame["line"] = encoded(line.answer for line in lines)
    frame["count"] = encoded(len(line.rows) for line in lines)
    frame["impact"] = encoded(line.impact for line in lines)
    return frame


def file_frame(files: Sequence[FileRow]) -> Frame:
    """Give the files of the inbox; ``sheets`` are joined by `` / ``, ``state`` is its code."""
    frame = _columns("files", files)
    frame["sheets"] = frame["sheets"].of(" / ".join)
    frame["state"] = frame["state"].of(attrgetter("value"))
    return frame


def change_frame(changes: Sequence[ChangeRow]) -> Frame:
    """Give what changed since the month compared with; ``line`` is that of 明細."""
    frame = _columns("changes", [row.change for row in changes])
    frame["line"] = encoded(row.answer for row in changes)
    return frame


def promise_frame(promises: Sequence[Promise], answers: Frame) -> Frame:
    """Give the promises; ``line`` is that of 明細 or None, where there is no answer this month."""
    told = promises_of(promises).frame
    frame = {name: told[name].ordered() for name in _sources("promises")}
    lines = _same_rows(answers, frame, ("respondent_id", "item_id"))
    frame["line"] = encoded(None if line < 0 else line for line in lines.tolist())
    return frame


def _same_rows(frame: Frame, other: Frame, names: Sequence[str]) -> NDArray[np.int64]:
    """Give for each row of ``other`` that of ``frame`` with the same values, -1 without one."""
    keys, sought = (
        np.zeros(len(frame[names[0]]), np.int64),
        np.zeros(len(other[names[0]]), np.int64),
    )
    for name in names:
        known = {value: code for code, value in enumerate(frame[name].values)}
        codes = [known.get(value, -1) for value in other[name].values]
        asked = np.array([*codes, -1], np.int64)[other[name].codes]
        keys = keys * len(known) + frame[name].codes
        sought = np.where((asked < 0) | (sought < 0), -1, sought * len(known) + asked)
    order = np.argsort(keys, kind="stable")
    found = np.searchsorted(keys[order], sought)
    found[found == len(keys)] = 0
    if not len(keys):
        return np.full(len(sought), -1)
    rows = order[found]
    return np.where(keys[rows] == sought, rows, -1)


def _told(findings: Findings) -> Frame:
    own = {**findings.frame, "severity": findings.frame["severity"].of(attrgetter("value"))}
    # Values as they first appear, whatever order findings had before: files are the same again.
    return {name: own[name].ordered() for name in _FINDING}


class _Messages(Sequence[str]):
    """The messages of findings, each put together when it is asked for: they are long."""

    def __init__(self, findings: Frame) -> None:
        self._made_of = [findings[name] for name in _SAID]

    def __len__(self) -> int:
        return len(self._made_of[0])

    def __iter__(self) -> Iterator[str]:
        return map(message_of, *self._made_of)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[str]: ...
    def __getitem__(self, row: int | slice) -> str | Sequence[str]:
        if isinstance(row, slice):
            return [self[n] for n in range(len(self))[row]]
        return message_of(*(column.at(row) for column in self._made_of))


def _columns(table: str, rows: Sequence[Any]) -> Frame:
    return {name: encoded(map(attrgetter(name), rows)) for name in _sources(table)}


def _sources(table: str) -> list[str]:
    """Name the columns that a data file is made of, but for those that are the same for all."""
    return [one.source for one in TABLES[table] if one.name not in EVERYWHERE]


def _where_due(due: str, flag: bool) -> bool | None:
    return flag if due else None

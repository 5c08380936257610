"""How a text in the check cell is read, in plain Japanese: `torimatome explain`."""

from pathlib import Path

from pipeline.model import (
    Answer,
    Batch,
    CellKind,
    Checklist,
    CountedSubmission,
    FileKind,
    Mark,
    MatchedBy,
    RawCell,
    Respondent,
    SourceFile,
    Status,
    Submission,
    place_in,
)
from pipeline.rules import DEFAULT_THRESHOLDS, RULES, Context, Thresholds
from pipeline.rules.asked import sort_answers
from pipeline.texts.marks import read_mark
from pipeline.texts.marks.table import load_table, matching_key
from pipeline.texts.marks.unknown import unusual
from pipeline.texts.tables import table_of

_WORDS = table_of(__file__)
_WIDTH = 8  # columns of the label, in full-width signs


def explain(text: str, *, month: str, checklist: Checklist) -> str:
    """Say line by line how a text is read; ``month`` is the collection month (YYYY-MM).

    The text is taken as a text cell.
    """
    cell = RawCell(kind=CellKind.TEXT, text=text)
    mark = read_mark(cell, month=month, legend=checklist.legend)
    found = findings(mark, month, checklist)
    signs = unusual(text)
    rows = [
        ("書かれた文字", text.replace("\n", "（改行）") or "（空）"),
        ("照合する形", matching_key(text) or "（空）"),
        ("特殊な文字", "、".join(signs) or "なし"),
        ("書き方", _notation(mark)),
        ("状態", _WORDS["status"][mark.status]),
        ("読み取り", _WORDS["read_by"].get(mark.read_by, "なし")),
        ("予定月", _due(mark)),
        ("基準月", month),
        ("指摘", "\n".join(f"{code} {title}" for code, title in found) or "なし"),
    ]
    return "\n".join(_line(label, value) for label, value in rows)


def _line(label: str, value: str) -> str:
    first, *more = value.split("\n")
    return "\n".join(
        [label + "　" * (_WIDTH - len(label)) + first, *("　" * _WIDTH + m for m in more)]
    )


def _notation(mark: Mark) -> str:
    if not mark.notation:
        return "なし"
    words = _WORDS["notation"].get(mark.notation) or load_table().describe(mark.notation)
    return f"{mark.notation}（{words}）" if words else mark.notation


def _due(mark: Mark) -> str:
    due = mark.due
    if mark.status is not Status.PLANNED:
        return f"なし（「{due.written}」は数えません）" if due.written else "なし"
    if not due.month:
        return str(_WORDS["problem"][due.problem])
    inferred = "、年は基準月から推定" if due.inferred else ""
    precision = _WORDS["precision"][due.precision]
    return f"{due.month}（{precision}{inferred}）"


def findings(mark: Mark, month: str, checklist: Checklist) -> tuple[tuple[str, str], ...]:
    """Give codes and titles of the rules about check cells that this cell alone calls up."""
    nowhere = SourceFile(path="", location=Path())
    answer = Answer(
        item_id="", mark=mark, due=mark.due, place=place_in(nowhere), mark_cell="",
        matched_by=MatchedBy.ID,
    )  # fmt: skip
    alone = CountedSubmission(
        respondent=Respondent(id="", name=""),
        submission=Submission(
            source=nowhere, kind=FileKind.OTHER, checklist_id=checklist.id, answers=(answer,)
        ),
    )
    context = Context(
        batch=Batch(month=month, checklist=checklist, files=(), submissions=(alone,)),
        asked=sort_answers((alone,)),
        thresholds=Thresholds(values=DEFAULT_THRESHOLDS),
    )
    found = [rule for rule in RULES.values() if rule.family == "A" and any(rule.find(context))]
    said = {code for rule in found for code in rule.covers}
    return tuple((rule.code, rule.title) for rule in found if rule.code not in said)

"""How a text in the check cell is read, in plain Japanese: `torimatome explain`."""

from pathlib import Path

from pipeline.model import (
    Answer,
    Batch,
    CellKind,
    Checklist,
    CountedSubmission,
    DueProblem,
    FileKind,
    Mark,
    MatchedBy,
    Precision,
    RawCell,
    ReadBy,
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

_STATUS = {
    Status.DONE: "①既に対応済み（done）",
    Status.PLANNED: "②これから対応予定（planned）",
    Status.NOT_PLANNED: "③対応の予定なし（not_planned）",
    Status.NOT_APPLICABLE: "対象外・該当なし（not_applicable）",
    Status.BLANK: "未記入（blank）",
    Status.UNCLEAR: "判読不能（unclear）",
}
_PRECISION = {
    Precision.NONE: "",
    Precision.MONTH: "月まで指定",
    Precision.SPAN: "期間や幅のある書き方（最後の月）",
    Precision.QUARTER: "四半期（最後の月）",
    Precision.HALF: "半期（最後の月）",
    Precision.FISCAL_YEAR: "年度（3月）",
    Precision.YEAR: "年（12月）",
    Precision.SEASON: "季節（最後の月）",
}
_PROBLEM = {
    DueProblem.NONE: "なし",
    DueProblem.MISSING: "なし（月が書かれていません）",
    DueProblem.UNDECIDED: "なし（未定・検討中などの語）",
    DueProblem.IMPOSSIBLE: "なし（ありえない月）",
    DueProblem.CONFLICTING: "なし（月が複数あり、一つに決まりません）",
}
_READ_BY = {
    ReadBy.NUMBER: "番号",
    ReadBy.WORDS: "文言（番号なし）",
    ReadBy.FORMAT: "取り消し線",
    ReadBy.EMPHASIS: "書式",
    ReadBy.DRAWING: "図形",
    ReadBy.CONTROL: "チェックボックスなどの部品",
    ReadBy.LEGEND_MARK: "選択肢の印",
    ReadBy.FILLED_MONTH: "選択肢に書き入れた月",
    ReadBy.OBJECT: "図形や部品の言葉",
    ReadBy.DITTO: "上の項目",
    ReadBy.NOTHING: "",
}
_BUILT_IN = {
    "legend": "様式の選択肢がそのまま残っている",
    "legend-choice": "様式の選択肢の一つが、印・書式・記入で選ばれている",
    "legend-part": "様式の選択肢が二つ以上残り、どれとも決まらない",
    "legend-several": "様式の選択肢が二つ以上選ばれている",
    "several-numbers": "番号が二つ以上ある",
    "sign-against-words": "印と文言が食い違う",
    "words-against-number": "番号と文言が食い違う",
    "number-among-words": "文の中に番号があるが、回答かどうか決まらない",
    "out-of-range": "①②③にない番号",
    "ambiguous-number": "数字の並びがいく通りにも読める",
    "done-with-plan": "①なのに、これから来る時期が年とともに書かれている",
    "done-words-with-time": "済みとも予定とも読める",
    "symbol": "記号だけ",
    "date-text": "日付だけ",
    "error-text": "エラー値",
    "long-text": "回答としては長すぎる文",
    "unknown-text": "知らない書き方",
}
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
        ("状態", _STATUS[mark.status]),
        ("読み取り", _READ_BY[mark.read_by] or "なし"),
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
    words = _BUILT_IN.get(mark.notation) or load_table().describe(mark.notation)
    return f"{mark.notation}（{words}）" if words else mark.notation


def _due(mark: Mark) -> str:
    due = mark.due
    if mark.status is not Status.PLANNED:
        return f"なし（「{due.written}」は数えません）" if due.written else "なし"
    if not due.month:
        return _PROBLEM[due.problem]
    inferred = "、年は基準月から推定" if due.inferred else ""
    return f"{due.month}（{_PRECISION[due.precision]}{inferred}）"


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

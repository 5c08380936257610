"""Read one entry of 確認票: the verdict, the corrected answer and its month."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.marks import read_mark
from pipeline.model import CellKind, Doubt, Precision, RawCell, Status, contents_of, rivals_of
from pipeline.model.review import FILE_CHOICE, Decision, Verdict
from pipeline.months import read_due
from pipeline.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import Answer, Batch
    from pipeline.model.review import Entry, ReviewKey

# Words of the drop-down and what people type in their place, folded.
_VERDICTS = {
    **{fold(verdict.value): verdict for verdict in Verdict},
    **dict.fromkeys(("そのまま認める。", "認める", "承認", "認容"), Verdict.ACCEPT),
    **dict.fromkeys(("修正する。", "修正", "訂正", "訂正する"), Verdict.CORRECT),
    **dict.fromkeys(("差し戻し", "差戻", "差戻す", "差戻しする", "差し戻す"), Verdict.SEND_BACK),
    **dict.fromkeys(("対象外とする。", "対象外"), Verdict.EXCLUDE),
    **dict.fromkeys((fold("①のまま数える。"), fold("①のまま"), "1のまま数える"), Verdict.COUNT),
}
_ANSWERS = frozenset({Status.DONE, Status.PLANNED, Status.NOT_PLANNED, Status.NOT_APPLICABLE})
_MONTH = re.compile(r"((?:19|20|21)\d{2})[-/.](\d{1,2})(?:[-/.]\d{1,2})?")


class EntryError(Exception):
    """An entry that cannot be carried out: the rule's code, the column, what is wrong."""

    def __init__(self, code: str, head: str, what: str = "") -> None:
        super().__init__(code, head, what)
        self.code, self.head, self.what = code, head, what


def verdict_of(entry: Entry) -> Verdict | None:
    """Read the verdict alone; None where there is none or nobody can tell which."""
    return _VERDICTS.get(fold(entry.text("判断")))


def decision_of(key: ReviewKey, entry: Entry, batch: Batch) -> Decision | None:
    """Read an entry; None where no decision was taken. Raises EntryError."""
    written = entry.text("判断")
    status, month = entry.text("修正後の回答"), entry.text("修正後の予定月")
    if not written:
        if status or month:
            head = "修正後の回答" if status else "修正後の予定月"
            raise EntryError("R602", head, "判断が選ばれていません。")
        return None
    verdict = verdict_of(entry)
    if verdict is None:
        raise EntryError("R601", "判断")
    chooses = verdict is Verdict.CORRECT and key.code == FILE_CHOICE
    if verdict in (Verdict.CORRECT, Verdict.EXCLUDE) and not key.item_id and not chooses:
        raise EntryError("R606", "判断", f"項目のない指摘に「{verdict.value}」は使えません。")
    decided: Status | None = Status.NOT_APPLICABLE if verdict is Verdict.EXCLUDE else None
    if verdict.counts:
        decided = Status.DONE
    due = file = ""
    if chooses:
        file = _file(key, status, month, batch)
    elif verdict is Verdict.CORRECT:
        decided, due = _correction(status, month, batch)
    elif status or month:
        head = "修正後の回答" if status else "修正後の予定月"
        what = f"判断が「{verdict.value}」なのに、修正後の回答か予定月が書かれています。"
        raise EntryError("R602", head, what)
    return Decision(
        key=key,
        verdict=verdict,
        status=decided,
        due=due,
        file=file,
        reason=entry.text("理由"),
        by=entry.text("担当"),
        on=entry.text("日付"),
    )


def _file(key: ReviewKey, written: str, month: str, batch: Batch) -> str:
    """Read which return is to count, by its name or by its place in the list."""
    if month:
        raise EntryError("R602", "修正後の予定月", "使うファイルを選ぶ行に予定月は要りません。")
    if not written:
        raise EntryError(
            "R602",
            "判断",
            "「修正する」が選ばれていますが、修正後の回答に使うファイルがありません。",
        )
    returns = [r for r in batch.files if r.respondent and r.respondent.id == key.subject]
    rivals = [record.source.shown for record in rivals_of(returns)]
    names = {fold(file): file for file in (r.source.shown for r in returns)}
    names |= {fold(words): file for words, file in zip(numbered(rivals), rivals, strict=True)}
    chosen = names.get(fold(written), "")
    still_open = contents_of(record.source for record in rivals_of(returns)) == key.digest
    if not chosen or (still_open and chosen not in rivals):
        raise EntryError("R608", "修正後の回答")
    return chosen


def says_done(answer: Answer | None) -> bool:
    """Tell whether an answer says ① with words that no table knows: it may be counted as it is."""
    return answer is not None and answer.mark.doubt is Doubt.REMARK


def numbered(files: Sequence[str]) -> list[str]:
    """Give words for files whose names are too long for a drop-down: 1番目のファイル."""
    return [f"{place}番目のファイル" for place in range(1, len(files) + 1)]


def _correction(status: str, month: str, batch: Batch) -> tuple[Status, str]:
    """Read the corrected answer and its month."""
    if not status:
        raise EntryError(
            "R602", "判断", "「修正する」が選ばれていますが、修正後の回答がありません。"
        )
    mark = read_mark(
        RawCell(kind=CellKind.TEXT, text=status),
        month=batch.month,
        legend=batch.checklist.legend,
    )
    if mark.status not in _ANSWERS:
        raise EntryError("R602", "修正後の回答", "修正後の回答をどの選択肢とも読めません。")
    due = _month(month, "修正後の予定月", batch.month) if month else ""
    inside = mark.due.written
    if inside and (not month or mark.status is not Status.PLANNED):
        beside = _month(inside, "修正後の回答", batch.month)
        due = due or beside
    if due and mark.status is not Status.PLANNED:
        head = "修正後の予定月" if month else "修正後の回答"
        raise EntryError("R603", head, "予定月は「対応予定」の回答にだけ書けます。")
    return mark.status, due


def _month(text: str, head: str, month: str) -> str:
    """Read a month with its year: what is written without one would drift from run to run."""
    found = _MONTH.fullmatch(fold(text))
    if found:
        if 1 <= int(found[2]) <= 12:
            return f"{found[1]}-{int(found[2]):02d}"
        raise EntryError("R603", head, "ありえない月です。")
    due = read_due(text, month)
    if not due.month or due.precision is not Precision.MONTH:
        raise EntryError("R603", head, "予定月を一つの月として読めません。")
    if due.inferred:
        raise EntryError("R603", head, "予定月に年がありません。")
    return due.month

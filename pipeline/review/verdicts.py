"""Read one entry of 確認票: the verdict, the corrected answer and its month."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from pipeline.model import (
    Answer,
    Batch,
    CellKind,
    Doubt,
    Mark,
    Precision,
    RawCell,
    Status,
    contents_of,
    rivals_of,
)
from pipeline.model.review import (
    BODY_CHOICES,
    FILE_CHOICE,
    FORM_NAME,
    SPREADING,
    Decision,
    Entry,
    Reach,
    Review,
    ReviewKey,
    Verdict,
)
from pipeline.texts.folding import fold
from pipeline.texts.marks import read_mark
from pipeline.texts.months import read_due
from pipeline.texts.name_index import NameIndex

_WORDS = Path(__file__).parent / "words.toml"
# Words of the drop-down and what people type in their place, folded.
_VERDICTS = {
    fold(word.rstrip("。")): Verdict[name]
    for name, words in tomllib.loads(_WORDS.read_text(encoding="utf-8"))["verdicts"].items()
    for word in (Verdict[name].value, *words)
}
_ANSWERS = frozenset({Status.DONE, Status.PLANNED, Status.NOT_PLANNED, Status.NOT_APPLICABLE})
_FORM_MONTH = re.compile(rf"{FORM_NAME}_(\d{{4}}-\d{{2}})")
_ANSWER = re.compile(
    r"[^\d①-③]{0,4}[\d①-③].{0,12}"
)  # begins with a number, or nearly: ①, 2(3月), 来年3月
_MONTH = re.compile(r"((?:19|20|21)\d{2})[-/.](\d{1,2})(?:[-/.]\d{1,2})?")


class EntryError(Exception):
    """An entry that cannot be carried out: the rule's code, the column, what is wrong."""

    def __init__(self, code: str, head: str, what: str = "") -> None:
        super().__init__(code, head, what)
        self.code, self.head, self.what = code, head, what


def verdict_of(entry: Entry) -> Verdict | None:
    """Read the verdict alone; None where there is none or nobody can tell which."""
    return _VERDICTS.get(fold(entry.text("判断")).rstrip("。.!、"))


def decision_of(key: ReviewKey, entry: Entry, batch: Batch) -> Decision | None:
    """Read an entry; None where no decision was taken. Raises EntryError."""
    written = entry.text("判断")
    status, month = entry.text("修正後の回答"), entry.text("修正後の予定月")
    if not written:
        if status or month:
            head = "修正後の回答" if status else "修正後の予定月"
            raise EntryError("R602", head, "判断が選ばれていません。")
        return None
    verdict, status = _verdict(key, entry, batch)
    chooses = verdict is Verdict.CORRECT and key.code in (FILE_CHOICE, *BODY_CHOICES)
    if verdict in (Verdict.CORRECT, Verdict.EXCLUDE) and not key.item_id and not chooses:
        raise EntryError("R606", "判断", f"項目のない指摘に「{verdict.value}」は使えません。")
    decided: Status | None = Status.NOT_APPLICABLE if verdict is Verdict.EXCLUDE else None
    if verdict.counts:
        decided = Status.DONE
    due = file = body = ""
    if chooses and key.code == FILE_CHOICE:
        file = _file(key, status, month, batch)
    elif chooses:
        body = _body(status, month, batch)
    elif verdict is Verdict.CORRECT:
        decided, due = _correction(status, month, batch, form_month(entry, batch.month))
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
        body=body,
        reason=entry.text("理由"),
        by=entry.text("担当"),
        on=entry.text("日付"),
    )


def _verdict(key: ReviewKey, entry: Entry, batch: Batch) -> tuple[Verdict, str]:
    """Give the verdict and the corrected answer; 3月 or ② stand where 修正する was to be chosen."""
    written, status = entry.text("判断"), entry.text("修正後の回答")
    verdict = verdict_of(entry)
    if verdict is None and key.item_id and not status and _says_answer(written, batch):
        return Verdict.CORRECT, written
    if verdict is None:
        raise EntryError("R601", "判断")
    if verdict in SPREADING and entry.reach > Reach.LINE:
        verdict = Verdict.COUNT  # the cells of the line and no others
    return verdict, status


def given_bodies(review: Review) -> dict[str, str]:
    """Give the bodies that entries give files to, by the digest of the file.

    Of several that say different things none holds, as of any other decision.
    """
    named: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for entry in review.entries:
        key, body = entry.key, entry.text("修正後の回答")
        if key and key.code in BODY_CHOICES and body and verdict_of(entry) is Verdict.CORRECT:
            named[key.digest].add((entry.reach, body))
    found: dict[str, str] = {}
    for digest, told in named.items():
        nearest = min(reach for reach, _ in told)
        bodies = {body for reach, body in told if reach == nearest}
        if len(bodies) == 1:
            found[digest] = bodies.pop()
    return found


def form_month(entry: Entry, month: str) -> str:
    """Give the month of the form an entry stands in: what is written without a year means then."""
    found = _FORM_MONTH.search(entry.location.file)
    return found[1] if found else month


def _says_answer(text: str, batch: Batch) -> bool:
    """Tell what is no verdict but an answer in a few letters, with a number or a month."""
    short = fold(text)
    return bool(_ANSWER.fullmatch(short)) and _mark(text, batch, batch.month).status in _ANSWERS


def _body(written: str, month: str, batch: Batch) -> str:
    """Read whose a file is: a name, an alias or a code of the roster; without one any name."""
    if month:
        raise EntryError("R602", "修正後の予定月", "団体を選ぶ行に予定月は要りません。")
    if not written:
        raise EntryError("R602", "判断", "「修正する」が選ばれていますが、団体名がありません。")
    if batch.roster is not None and NameIndex(batch.roster.entries).by_name(written) is None:
        raise EntryError("R602", "修正後の回答", f"名簿に「{written}」がありません。")
    return written


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


def _mark(text: str, batch: Batch, month: str) -> Mark:
    cell = RawCell(kind=CellKind.TEXT, text=text)
    return read_mark(cell, month=month, legend=batch.checklist.legend)


def _correction(status: str, month: str, batch: Batch, form: str) -> tuple[Status, str]:
    """Read the corrected answer and its month. ``form`` is the month of the form (YYYY-MM)."""
    if not status:
        raise EntryError(
            "R602", "判断", "「修正する」が選ばれていますが、修正後の回答がありません。"
        )
    mark = _mark(status, batch, form)
    if mark.status not in _ANSWERS:
        raise EntryError("R602", "修正後の回答", "修正後の回答をどの選択肢とも読めません。")
    due = _month(month, "修正後の予定月", form) if month else ""
    inside = mark.due.written
    if inside and (not month or mark.status is not Status.PLANNED):
        beside = _month(inside, "修正後の回答", form)
        due = due or beside
    if due and mark.status is not Status.PLANNED:
        head = "修正後の予定月" if month else "修正後の回答"
        raise EntryError("R603", head, "予定月は「対応予定」の回答にだけ書けます。")
    return mark.status, due


def _month(text: str, head: str, month: str) -> str:
    """Read a month. Without a year it is the next one from the form's own month on.

    The form is written anew with the year, so that it means the same in every later run.
    """
    found = _MONTH.fullmatch(fold(text))
    if found:
        if 1 <= int(found[2]) <= 12:
            return f"{found[1]}-{int(found[2]):02d}"
        raise EntryError("R603", head, "ありえない月です。")
    due = read_due(text, month)
    if not due.month or due.precision is not Precision.MONTH:
        raise EntryError("R603", head, "予定月を一つの月として読めません。")
    if due.inferred and due.month < month:
        raise EntryError(
            "R603", head, "予定月が過ぎた月とも先の月とも読めます。年も書いてください。"
        )
    return due.month

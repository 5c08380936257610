"""Decisions that a coordinator takes in 確認票_YYYY-MM.xlsx, and what becomes of findings.

The columns of the form stand here because one stage reads them and another writes them.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

from pipeline.model.answers import Location
from pipeline.model.batch import Finding, Severity
from pipeline.model.checklist import Status

FORM_NAME = "確認票"
OPEN_SHEET, DECIDED_SHEET, RESOLVED_SHEET = "確認票", "決定済み", "解消した指摘"
BULK_SHEET = "まとめて判断"  # one line for all cells of one writing: of a body, of all bodies
MEMBERS_SHEET = "内訳"  # the rows, one by one, that stand as one on the sheets to write in
HEADER_ROW = 3  # 0-based; the first line stands below it

# What the tool tells, left of what a person writes in. 項目 is the item's id alone.
FACTS = (
    "状態", "重要度", "コード", "団体名", "項目", "書かれていた内容", "指摘", "直し方",
    "ファイル", "セル",
)  # fmt: skip
ROWS = 100_000  # on one sheet; more go on on a numbered one
ENTRIES = ("判断", "修正後の回答", "修正後の予定月", "理由", "担当", "日付")
CARRIED = "torimatome.carried"  # document property: the earlier form that was taken over
NOTICE = "お知らせ"
REMARK = "A304"  # the finding about ① with words that no table knows
FILE_CHOICE = "B511"  # the finding about which a file is chosen, not an answer
BODY_CHOICES = ("B502", "B509")  # those about which a body is chosen, whose the file is
KEY = "照合用（変更しないでください）"
# The order on the sheets to write in: what is judged and the entries stand on one screen, where
# the answer came from follows. Reading goes by the heads, in whatever order they are.
COLUMNS = (*FACTS[:7], *ENTRIES, NOTICE, *FACTS[7:], KEY)


class Verdict(StrEnum):
    """What is to be done about a finding. The value is the word of the drop-down."""

    ACCEPT = "そのまま認める"
    CORRECT = "修正する"
    SEND_BACK = "差戻し"
    EXCLUDE = "対象外とする"
    # Only where ① or 済 stands with words that no table knows (A304 as 要確認).
    COUNT = "①のまま数える"
    COUNT_OF_BODY = "①のまま数える（この団体の同じ書き方すべて）"
    COUNT_OF_ALL = "①のまま数える（全団体の同じ書き方すべて）"

    @property
    def counts(self) -> bool:
        """Tell whether an answer is taken as the ① that it says."""
        return self in (Verdict.COUNT, *SPREADING)


ALWAYS = (Verdict.ACCEPT, Verdict.CORRECT, Verdict.SEND_BACK, Verdict.EXCLUDE)
SPREADING = (Verdict.COUNT_OF_BODY, Verdict.COUNT_OF_ALL)  # to all equal writings


class FindingState(StrEnum):
    """Where a finding stands, run after run. The value is the word shown."""

    NEW = "新規"  # not there in the month before
    CONTINUED = "継続"  # the month before had it too
    REOPENED = "再確認"  # decided once, and what was written is another since
    ACCEPTED = "認容"  # decided: stands as it is
    CORRECTED = "修正済み"  # decided: the answer was replaced
    RESOLVED = "解消"  # no longer found

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to act."""
        return self in (FindingState.NEW, FindingState.CONTINUED, FindingState.REOPENED)


class Reach(IntEnum):
    """How much one entry is about. What was written about less goes before."""

    ONE = 0  # a finding
    LINE = 1  # a cause in a file
    BODY = 2  # a writing of a body
    ALL = 3  # a writing of several bodies


_ESCAPED = re.compile(r"[%|\s]")


class ReviewKey(NamedTuple):
    """What a row of the form is bound to. ``digest`` stands for what was written there.

    ``subject`` is the respondent's id; where nobody is known, ``file:`` and the path. A tuple,
    because every finding has one and all of them are looked up.
    """

    subject: str
    item_id: str
    code: str
    digest: str

    @property
    def text(self) -> str:
        """Give the key as the hidden column holds it, with a check sum against damage.

        It has no blank inside: those of several findings stand in one cell, blanks between them.
        """
        parts: Iterable[str] = self
        if _ESCAPED.search("".join(self)):
            parts = (_ESCAPED.sub(lambda m: f"%{ord(m[0]):X};", part) for part in self)
        body = "|".join(parts)
        return f"{body}|{_sum(body)}"

    @classmethod
    def read(cls, text: str) -> "ReviewKey | None":
        """Read the hidden column; None where it is not as it was written."""
        body, _, check = text.strip().rpartition("|")
        parts = [re.sub(r"%([0-9A-F]+);", lambda m: chr(int(m[1], 16)), p) for p in body.split("|")]
        if len(parts) != 4 or check != _sum(body):
            return None
        return cls(subject=parts[0], item_id=parts[1], code=parts[2], digest=parts[3])


# What a person sees of a line of BULK_SHEET that tells it from the others.
GROUP_HEADS = ("団体名", "コード", "項目", "書かれていた内容")


def group_mark(reach: Reach, *seen: str) -> str:
    """Give what stands before the keys of a line of BULK_SHEET; ``seen`` is what the line shows."""
    return f"{reach.name}:{_sum(_SEEN.join(seen))}"


_SEEN = "\x1f"


def item_words(items: Sequence[str]) -> str:
    """Give what stands under 項目 in a line for several items, neighbours joined: 運用①-1～3."""
    runs: list[list[str]] = []
    for item in items:
        if runs and _follows(runs[-1][-1], item):
            runs[-1].append(item)
        else:
            runs.append([item])
    told = (_run_words(run) for run in runs)
    return f"{len(items)}項目\n{'、'.join(told)}"


def item_words_in_full(items: Sequence[str]) -> str:
    """Give what stood under 項目 in forms of earlier versions."""
    return f"{len(items)}項目\n{'、'.join(items)}"


def _run_words(run: Sequence[str]) -> str:
    if len(run) < 3:
        return "、".join(run)
    return f"{run[0]}～{run[-1].rpartition('-')[2]}"


def _follows(one: str, other: str) -> bool:
    """Tell whether two ids differ by one in the number behind the last hyphen."""
    (head, _, number), (again, _, following) = one.rpartition("-"), other.rpartition("-")
    return head == again and number.isdecimal() and following == str(int(number) + 1)


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a person wrote in a row. ``facts`` are the texts of FACTS, ``written`` of ENTRIES.

    ``key`` is None where the hidden column is damaged or is not that of the row. ``extra`` are
    (head, text) of columns that the person added. ``places`` give the cell of each of ENTRIES.
    """

    key: ReviewKey | None
    facts: tuple[str, ...]
    written: tuple[str, ...]
    location: Location  # the cell of 判断
    places: tuple[Location, ...]
    extra: tuple[tuple[str, str], ...] = ()
    reach: Reach = Reach.ONE  # of what was written, where once for several findings

    @property
    def shared(self) -> bool:
        """Tell what was written once for several findings, of which this is one."""
        return self.reach > Reach.ONE

    def fact(self, head: str) -> str:
        """Give what stands in a column of FACTS."""
        return self.facts[FACTS.index(head)]

    def text(self, head: str) -> str:
        """Give what the person wrote in a column of ENTRIES."""
        return self.written[ENTRIES.index(head)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Every row with an entry of one 確認票. ``extra`` are the heads of columns people added.

    ``carried`` names the earlier form that it took over: its month and sha256.
    """

    file: str = ""
    entries: tuple[Entry, ...] = ()
    extra: tuple[str, ...] = ()
    carried: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An entry that can be carried out. ``status`` and ``due`` only where the answer changes.

    ``file`` is the name shown of the return that was chosen, ``body`` that of the body whose a
    file is.
    """

    key: ReviewKey
    verdict: Verdict
    status: Status | None = None
    due: str = ""  # YYYY-MM
    file: str = ""  # the return that counts, where several differ
    body: str = ""
    reason: str = ""
    by: str = ""
    on: str = ""

    @property
    def changes(self) -> bool:
        """Tell whether the answer becomes another."""
        return self.verdict.counts or self.verdict in (Verdict.CORRECT, Verdict.EXCLUDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """An entry with what it belongs to. ``key`` is None where that could not be told.

    ``decision`` is None where the entry says nothing that can be carried out; ``notice`` then
    says why, in Japanese. ``standing`` tells that what was written is still the same.
    """

    entry: Entry
    key: ReviewKey | None = None
    decision: Decision | None = None
    standing: bool = False
    notice: str = ""


class EntryCount(NamedTuple):
    """How many rows of a form were used, and which were not: sheet and row of the new form."""

    used: int = 0
    unusable: tuple[tuple[str, int], ...] = ()


class PastFinding(NamedTuple):
    """A line of findings.csv of an earlier month or run. ``state`` is empty in older data.

    The fields are columns of the file; nearly every line is found again and needs no Finding.
    """

    code: str
    severity: Severity
    file: str
    written: str
    respondent_id: str
    item_id: str
    sheet: str = ""
    cell: str = ""
    message: str = ""
    fix: str = ""
    respondent: str = ""
    state: str = ""

    @property
    def finding(self) -> Finding:
        """Give the finding that the line tells of."""
        return Finding(
            code=self.code,
            severity=self.severity,
            title="",
            location=Location(file=self.file, sheet=self.sheet, cell=self.cell),
            written=self.written,
            fix=self.fix,
            respondent_id=self.respondent_id,
            respondent=self.respondent,
            item_id=self.item_id,
            told=self.message,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """One line of the form, all texts. ``extra`` goes with ``ReviewForm.extra``.

    A line for several findings has their keys in ``key``, and as ``members`` the line that each
    of them would have alone.
    """

    facts: tuple[str, ...]
    entries: tuple[str, ...] = ("",) * len(ENTRIES)
    notice: str = ""
    key: str = ""
    extra: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()  # for 判断, where more than the usual ones fit
    offered: tuple[str, ...] = ()  # for 修正後の回答, where it is not one of the answers
    origin: tuple[Location, ...] = ()  # the cells of ENTRIES in the form read, if there was one
    members: tuple["FormRow", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewForm:
    """確認票 ready to be written: rows that are open, decided and gone; ``bulk``: まとめて判断.

    ``answers`` are the words offered for 修正後の回答. ``extra`` are the heads of the columns
    that somebody added. ``carried`` as of `Review`.
    """

    month: str
    made_at: str
    title: str
    answers: tuple[str, ...]
    open: tuple[FormRow, ...] = ()
    bulk: tuple[FormRow, ...] = ()
    decided: tuple[FormRow, ...] = ()
    resolved: tuple[FormRow, ...] = ()
    extra: tuple[str, ...] = ()
    carried: str = ""

    @property
    def members(self) -> tuple[FormRow, ...]:
        """Give one by one what stands as one line on the sheets to write in."""
        return tuple(member for row in (*self.open, *self.decided) for member in row.members)

    @property
    def file(self) -> str:
        """Give the name of the workbook."""
        return f"{FORM_NAME}_{self.month}.xlsx"

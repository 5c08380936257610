"""Three months of one coordinator and the respondents: who says, decides and answers what, when.

Tables only. Forms and slips are filled in from them (`people`), and what was meant is worked out
from them (`meant`), so that it is known without asking the product.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto

from sample.forms import Ids, Look

from pipeline.model import Checklist, Status

MONTHS = ("2026-09", "2026-10", "2026-11")
DEADLINES = {"2026-09": "2026-09-30", "2026-10": "2026-10-30", "2026-11": "2026-11-30"}


class Stage(IntEnum):
    """What a month's inbox and 確認票 hold when it is aggregated."""

    RETURNED = 0  # the forms that came back
    DECIDED = 1  # and what the coordinator wrote into 確認票
    MENDED = 2  # and the slips that came back


class By(Enum):
    """In what a respondent answers."""

    NOTHING = auto()  # silent this month
    FORM = auto()  # the form handed out
    UNPROTECTED = auto()  # the same, its protection and properties taken off on the way
    OWN = auto()  # a file of their own, typed again long ago
    CSV = auto()  # the same, saved as CSV
    AGAIN = auto()  # last month's file, sent once more


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What stands at an item: check cell, note, and what the writer means by the check cell."""

    text: str
    due: str = ""  # YYYY-MM
    note: str = ""  # {name} stands for the respondent

    @property
    def status(self) -> Status:
        """Give the status meant."""
        return _STATUS.get(self.text, _STATUS.get(self.text[:1], Status.UNCLEAR))


_STATUS = {
    "": Status.BLANK, "①": Status.DONE, "②": Status.PLANNED, "③": Status.NOT_PLANNED,
    "対象外": Status.NOT_APPLICABLE, "①②": Status.UNCLEAR,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How a respondent answers in a month. ``name`` of the file; empty: as it was handed out."""

    by: By
    name: str = ""


SILENT = Sent(by=By.NOTHING)
HANDED = Sent(by=By.FORM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One respondent of the story. ``sent`` has one entry a month; ``shift`` moves the threads."""

    code: str
    name: str
    role: str
    shift: int
    sent: tuple[Sent, Sent, Sent]
    look: Look = field(default_factory=lambda: Look(label="団体名"))
    full_width: bool = False  # types ２（１１月） in a file of its own
    mail: bool = True

    def in_month(self, month: str) -> Sent:
        """Give how the respondent answers in a month."""
        return self.sent[MONTHS.index(month)]

    def spelled(self, text: str, month: str) -> str:
        """Give a text as this respondent types it in this month."""
        own = self.in_month(month).by in {By.OWN, By.CSV, By.AGAIN}
        return text.translate(_FULL_WIDTH) if self.full_width and own else text


_FULL_WIDTH = str.maketrans("①②③0123456789", "１２３０１２３４５６７８９")

WAKABA, SHIRAKUMO, BENINO, AIHARA = "131001", "131002", "131003", "131004"
AOHAMA, MIDORIKAWA, UNKAI = "900001", "900002", "900003"

MEMBERS = (
    Member(
        code=WAKABA, name="若葉市", role="推進主体", shift=0, sent=(HANDED, HANDED, HANDED),
    ),
    Member(
        code=SHIRAKUMO, name="白雲町", role="推進主体", shift=5,
        sent=(
            Sent(by=By.FORM, name="scan_0012.xlsx"),
            Sent(by=By.FORM, name="新しいフォルダー/コピー ～ チェックシート.xlsx"),
            Sent(by=By.UNPROTECTED, name="チェックシート（提出用）.xlsx"),
        ),
    ),
    Member(
        code=BENINO, name="紅野市", role="推進主体", shift=9, mail=False,
        look=Look(label="自治体名", date_label="記入日", ids=Ids.NARROW, rows_above=2),
        sent=(
            Sent(by=By.OWN, name="【紅野市】別紙3-2.xlsx"),
            Sent(by=By.OWN, name="【紅野市】別紙3-2（10月）.xlsx"),
            Sent(by=By.AGAIN, name="【紅野市】別紙3-2（10月）.xlsx"),
        ),
    ),
    # Asked from the beginning, answers from October on.
    Member(
        code=AIHARA, name="藍原村", role="推進主体", shift=2, sent=(SILENT, HANDED, HANDED),
    ),
    Member(
        code=AOHAMA, name="青浜サービス株式会社", role="サービス提供者", shift=7, full_width=True,
        look=Look(label="事業者名", columns=("category", "item", "note", "mark")),
        sent=(HANDED, Sent(by=By.OWN, name="青浜サービス_回答.xlsx"), HANDED),
    ),
    Member(
        code=MIDORIKAWA, name="緑川データ株式会社", role="都市OS提供者", shift=12,
        sent=(Sent(by=By.OWN, name="緑川データ.xlsx"), HANDED, SILENT),
    ),
    # Silent in October: what was said in September holds in November.
    Member(
        code=UNKAI, name="雲海機器株式会社", role="アセット提供者", shift=4,
        sent=(Sent(by=By.CSV, name="雲海機器.csv"), SILENT, HANDED),
    ),
)  # fmt: skip
NOT_ASKED = ("139999", "旧沼村", "推進主体", "合併のため")  # on the roster, set aside

_NO_MONEY = "予算がないため（{name}）。"
_NO_DATE = "委託先と協議中です（{name}）。"
_WAITING = Line(text="②（12月）", due="2026-12", note="契約の更新に合わせるため（{name}）。")

# What one item says from month to month; every item follows one of these threads.
THREADS: Mapping[str, tuple[Line, Line, Line]] = {
    "done": (Line(text="①"),) * 3,
    "kept": (
        Line(text="②（11月）", due="2026-11"), Line(text="②（11月）", due="2026-11"),
        Line(text="①"),
    ),
    "waiting": (_WAITING,) * 3,
    "late": (
        Line(text="②（9月）", due="2026-09"), Line(text="②（9月）", due="2026-09"),
        Line(text="①"),
    ),
    "put off": (
        Line(text="②（10月）", due="2026-10"), Line(text="②（12月）", due="2026-12"),
        Line(text="②（3月）", due="2027-03", note=_NO_MONEY),
    ),
    "broken": (Line(text="②（10月）", due="2026-10"),) * 3,
    "early": (
        Line(text="③", note=_NO_MONEY), Line(text="②（1月）", due="2027-01"), Line(text="①"),
    ),
    # A month without year stays in the year it was first said for: June is past, not next June.
    "old month": (Line(text="②（6月）", due="2026-06"),) * 3,
    "back": (Line(text="①"), Line(text="①"), Line(text="②（12月）", due="2026-12")),
    "taken back": (
        Line(text="②（12月）", due="2026-12"), Line(text="③", note=_NO_MONEY),
        Line(text="③", note=_NO_MONEY),
    ),
    "left blank": (Line(text=""), Line(text="①"), Line(text="①")),
    "no month": (
        Line(text="②（○月）"), Line(text="②（3月）", due="2027-03"),
        Line(text="②（2月）", due="2027-02"),
    ),
    "never a month": (
        Line(text="②（○月）", note=_NO_DATE), Line(text="②（○月）", note=_NO_DATE),
        Line(text="①"),
    ),
    "unreadable": (Line(text="①"), Line(text="①"), Line(text="○")),
    "sign": (Line(text="○"), Line(text="③"), Line(text="③")),
    "not concerned": (
        Line(text="対象外", note="機器を持たないため（{name}）。"),
        Line(text="対象外", note="機器を持たないため（{name}）。"), Line(text="①"),
    ),
    "month lost": (
        Line(text="②（11月）", due="2026-11"), Line(text="②（○月）"), Line(text="②（○月）"),
    ),
    "forgotten": (Line(text="③"), Line(text="③"), Line(text="")),
    "doubt": (Line(text="○"),) * 3,
    "other doubt": (Line(text="○"), Line(text="△"), Line(text="△")),
}  # fmt: skip
# Said for the first time in October, 6月 is next June.
LATER = {("②（6月）", "2026-10"): "2027-06"}


class Verdict(Enum):
    """What the coordinator chooses, in the words of the drop-down."""

    ACCEPT = "そのまま認める"
    CORRECT = "修正する"
    SEND_BACK = "差戻し"
    EXCLUDE = "対象外とする"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One line of 確認票 as the coordinator fills it in.

    It is about finding ``finding`` at the ``nth`` item (0-based) of a thread, or about the
    respondent where ``thread`` is empty. ``usable`` False: so filled in that it says nothing.
    """

    month: str
    code: str
    thread: str
    finding: str
    verdict: Verdict
    nth: int = 0
    answer: str = ""  # 修正後の回答, as the drop-down has it
    due: str = ""  # 修正後の予定月
    reason: str = ""
    by: str = "佐藤"
    on: str = ""
    usable: bool = True

    @property
    def changes(self) -> bool:
        """Tell whether the answer becomes another."""
        return self.usable and self.verdict in {Verdict.CORRECT, Verdict.EXCLUDE}

    @property
    def status(self) -> Status:
        """Give the status decided, where the answer changes."""
        if self.verdict is Verdict.EXCLUDE:
            return Status.NOT_APPLICABLE
        return _STATUS[self.answer[:1]]


_DONE, _PLANNED = "①既に対応済み", "②これから対応予定"

DECISIONS = (
    Decision(month="2026-09", code=WAKABA, thread="doubt", finding="A305",
             verdict=Verdict.CORRECT, answer=_DONE, reason="電話で確認しました。",
             on="2026-09-14"),
    Decision(month="2026-09", code=WAKABA, thread="doubt", nth=1, finding="A305",
             verdict=Verdict.CORRECT, reason="確認中です。", usable=False),
    Decision(month="2026-09", code=WAKABA, thread="old month", finding="A308",
             verdict=Verdict.SEND_BACK, reason="6月を過ぎています。", on="2026-09-14"),
    Decision(month="2026-09", code=SHIRAKUMO, thread="doubt", nth=1, finding="A305",
             verdict=Verdict.EXCLUDE, reason="該当する機器がありません。", by="鈴木",
             on="2026-09-15"),
    # October's form words it ②（2026年6月）; 白雲町 leaves it, and the decision holds.
    Decision(month="2026-09", code=SHIRAKUMO, thread="old month", finding="A308",
             verdict=Verdict.ACCEPT, reason="工事の完了を待っています。", by="鈴木",
             on="2026-09-15"),
    Decision(month="2026-09", code=BENINO, thread="doubt", finding="A305",
             verdict=Verdict.CORRECT, answer=_PLANNED, due="2027-03",
             reason="来年3月の更新で対応と聞きました。", on="2026-09-15"),
    Decision(month="2026-09", code=BENINO, thread="doubt", nth=1, finding="A305",
             verdict=Verdict.EXCLUDE, reason="都市OSがありません。", on="2026-09-15"),
    Decision(month="2026-09", code=BENINO, thread="other doubt", finding="A305",
             verdict=Verdict.CORRECT, answer=_DONE, reason="○は①の意味と聞きました。",
             on="2026-09-15"),
    Decision(month="2026-09", code=AIHARA, thread="", finding="B501", verdict=Verdict.ACCEPT,
             reason="10月からの参加です。", on="2026-09-15"),
    # 紅野市 writes △ now: the decision about ○ no longer holds and has to be taken again.
    Decision(month="2026-10", code=BENINO, thread="other doubt", finding="A305",
             verdict=Verdict.SEND_BACK, reason="記号が変わりました。", on="2026-10-14"),
    Decision(month="2026-10", code=WAKABA, thread="taken back", finding="B506",
             verdict=Verdict.ACCEPT, reason="予算が付かなかったためです。", on="2026-10-14"),
    Decision(month="2026-10", code=AOHAMA, thread="month lost", finding="A307",
             verdict=Verdict.CORRECT, answer=_PLANNED, due="2027-01",
             reason="電話で確認しました。", by="鈴木", on="2026-10-15"),
    Decision(month="2026-11", code=WAKABA, thread="broken", finding="A308",
             verdict=Verdict.SEND_BACK, reason="10月を過ぎています。", on="2026-11-13"),
    Decision(month="2026-11", code=AIHARA, thread="back", finding="B506",
             verdict=Verdict.ACCEPT, reason="機器を入れ替えたためです。", on="2026-11-13"),
    Decision(month="2026-11", code=AOHAMA, thread="unreadable", finding="A305",
             verdict=Verdict.CORRECT, answer=_DONE, reason="○は①の意味と聞きました。",
             by="鈴木", on="2026-11-13"),
    Decision(month="2026-11", code=UNKAI, thread="forgotten", finding="A301",
             verdict=Verdict.EXCLUDE, reason="該当する機器がありません。", on="2026-11-13"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A send-back slip that comes back: of which month, in which, with which lines filled in.

    ``late``: it comes after the forms of the month, otherwise before them. ``answers`` go by
    thread; a line of another thread stays empty. ``how`` tells it to whoever watches the demo.
    """

    month: str
    code: str
    how: str
    answers: Mapping[str, Line]
    name: str = ""  # of the file, empty: as it was sent out
    arrives: str = ""  # empty: in the same month
    late: bool = True

    @property
    def comes(self) -> str:
        """Give the month whose inbox it lies in."""
        return self.arrives or self.month


SLIPS = (
    # Filled in wholly.
    Slip(
        month="2026-09", code=WAKABA,
        how="すべての項目に記入", answers={
            "left blank": Line(text="①"),
            "no month": Line(text="②（3月）", due="2027-03"),
            "never a month": Line(text="②（11月）", due="2026-11"),
            "sign": Line(text="②（12月）", due="2026-12", note="規程を改める予定です（{name}）。"),
            "doubt": Line(text="③", note=_NO_MONEY),
            "other doubt": Line(text="②（10月）", due="2026-10"),
            "old month": Line(text="①"),
        },
    ),
    # In part: the other lines stay as they were.
    Slip(
        month="2026-09", code=SHIRAKUMO, name="Re_差戻し票.xlsx",
        how="一部の項目だけに記入", answers={"left blank": Line(text="①"), "sign": Line(text="①")},
    ),
    # Filled in with nonsense.
    Slip(
        month="2026-09", code=AOHAMA,
        how="読み取れない記入", answers={
            "left blank": Line(text="たぶん"), "no month": Line(text="②（13月）"),
            "sign": Line(text="①②"), "doubt": Line(text="○"),
        },
    ),
    # It comes in October, after October's form: it is the last word.
    Slip(
        month="2026-09", code=BENINO, arrives="2026-10", name="差戻し_紅野市（9月分）.xlsx",
        how="10月の回答の後に到着", answers={
            "left blank": Line(text="①"),
            "sign": Line(text="②（12月）", due="2026-12", note="更新を待っています（{name}）。"),
        },
    ),
    # It comes in October, before October's form: what was sent whole later stands.
    Slip(
        month="2026-09", code=MIDORIKAWA, arrives="2026-10", late=False,
        how="10月の回答より先に到着",
        answers={"left blank": Line(text="③"), "doubt": Line(text="③")},
    ),
    Slip(
        month="2026-09", code=UNKAI, name="雲海機器 回答.xlsx",
        how="すべての項目に記入", answers={
            "left blank": Line(text="②（11月）", due="2026-11"),
            "no month": Line(text="②（2027年3月）", due="2027-03"),
            "never a month": Line(text="②（2027年1月）", due="2027-01"),
            "sign": Line(text="①"), "doubt": Line(text="①"), "other doubt": Line(text="①"),
        },
    ),
    Slip(
        month="2026-10", code=BENINO, how="一部の項目だけに記入",
        answers={"other doubt": Line(text="①")},
    ),
    Slip(
        month="2026-10", code=AIHARA,
        how="一部の項目だけに記入", answers={"month lost": Line(text="②（12月）", due="2026-12")},
    ),
    Slip(
        month="2026-11", code=WAKABA,
        how="一部の項目だけに記入", answers={
            "unreadable": Line(text="①"),
            "forgotten": Line(text="③", note=_NO_MONEY),
            "month lost": Line(text="②（1月）", due="2027-01"),
            "broken": Line(
                text="②（2027年2月）", due="2027-02", note="納期が延びました（{name}）。",
            ),
        },
    ),
)  # fmt: skip


def member_of(code: str) -> Member:
    """Give a respondent by code."""
    return next(member for member in MEMBERS if member.code == code)


def senders(month: str) -> tuple[Member, ...]:
    """Give who answers in a month, in roster order."""
    return tuple(m for m in MEMBERS if m.in_month(month).by is not By.NOTHING)


def thread_of(member: Member, number: int) -> str:
    """Give the thread that a respondent follows at an item (0-based)."""
    names = tuple(THREADS)
    return names[(number + member.shift) % len(names)]


def item_of(decision: Decision, checklist: Checklist) -> str:
    """Give the id of the item a decision is about, empty where it is about the respondent."""
    if not decision.thread:
        return ""
    member = member_of(decision.code)
    ids = [
        item.id
        for number, item in enumerate(checklist.items)
        if thread_of(member, number) == decision.thread
    ]
    return ids[decision.nth]


def said(member: Member, number: int, month: str) -> Line:
    """Give what a respondent has to say at an item (0-based) in a month."""
    line = THREADS[thread_of(member, number)][MONTHS.index(month)]
    first = next(m for m, sent in zip(MONTHS, member.sent, strict=True) if sent is not SILENT)
    due = LATER.get((line.text, first), line.due)
    note = line.note.format(name=member.name)
    return Line(text=line.text, due=due, note=note)

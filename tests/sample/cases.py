"""The cast of the demo: fictional respondents, what they send and the mistakes they make.

Item numbers are 0-based positions in the checklist, so that no checklist is named here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.model import Status
from sample import hands
from sample.forms import Ids, Look, Split
from sample.hands import Entry, Hand, Way, Written

CITY = "推進主体"
SERVICE = "サービス提供者"
PLATFORM = "都市OS提供者"
ASSET = "アセット提供者"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One respondent with one file. ``reached`` moves the share of ① up or down.

    ``path`` is below inbox/, with ``!`` before a member of a zip; cases with one path share a
    workbook, each on a sheet named after its respondent. ``fills`` are positions of the categories
    that this file answers, empty for all: one of several stakeholders of a respondent. ``odd``
    replaces single entries. ``premade`` is a file kept beside this module. ``counted`` False:
    nothing of this file counts (excluded, unreadable, replaced).
    """

    code: str
    name: str
    path: str
    role: str = CITY
    hand: Hand = hands.PLAIN
    look: Look = field(default_factory=Look)
    reached: float = 0.0
    talkative: float = 0.35
    filled_on: str = ""
    seed: str = ""  # two cases with one seed give the same answers
    alias: str = ""
    scope: tuple[int, ...] = ()  # positions of the categories asked for; empty: all
    excluded: str = ""
    always: Status | None = None
    odd: Mapping[int, Entry] = field(default_factory=dict)
    official: bool = False  # the blank form as handed out, otherwise typed again
    premade: str = ""
    counted: bool = True
    on_roster: bool = True
    project: str = ""
    fills: tuple[int, ...] = ()

    @property
    def part(self) -> str:
        """Give the sheet where several cases share a workbook, empty otherwise."""
        return self.name if sum(case.path == self.path for case in CASES) > 1 else ""

    @property
    def unit(self) -> str:
        """Give whose answers these are as the workbook shows it."""
        return f"{self.name}／{self.project}" if self.project else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Somebody on the roster who sent nothing."""

    code: str
    name: str
    role: str


def _says(text: str, status: Status, due: str = "", note: str = "", way: Way = Way.TEXT) -> Entry:
    return Entry(written=Written(way=way, text=text), note=note, status=status, due=due)


def _left_blank(note: str = "") -> Entry:
    return Entry(written=Written(way=Way.UNTOUCHED), note=note, status=Status.BLANK)


_IN_CELL = Look(label="団体名", date_label="記入日")
_COMPANY = Look(label="事業者名")
_HYPERLINK = '=HYPERLINK("http://example.invalid/","詳細はこちら")'
_LONG = (
    "本市では、情報セキュリティ対策について、関係各課および委託先と協議を重ねてきました。"
    "対象システムの範囲、責任分界点、連絡体制、費用負担の考え方を順に整理しています。"
)

_MISTAKES: Mapping[int, Entry] = {
    2: _says("①②", Status.UNCLEAR),
    4: _says("検討中", Status.UNCLEAR, note="体制を検討しています。"),
    5: _says("○", Status.UNCLEAR),
    7: _says("対象外", Status.NOT_APPLICABLE, note="該当する委託がないため。"),
    9: _says("2026-02-10", Status.UNCLEAR, way=Way.DATE),
    11: _says("#REF!", Status.UNCLEAR, way=Way.ERROR),
    13: _says("①", Status.DONE),
    14: _says("同上", Status.DONE),
    17: _says("④", Status.UNCLEAR),
    20: _says("②（13月）", Status.PLANNED),
    22: _says("②（R11.3）", Status.PLANNED, "2029-03"),
    25: _says("①（4月）", Status.DONE),
    28: _left_blank("③"),
    30: _says("　", Status.BLANK),
    33: _says("①", Status.DONE, note="未策定。今後、策定に向けて検討する。"),
    36: _says("②未定", Status.PLANNED, note="予算の見通しが立たないため。"),
    40: _says("③", Status.NOT_PLANNED, note="令和6年度に対応済み。"),
    42: _says("①", Status.DONE, note="問合せ先：joho@yukimachi.example.jp（電話 000-000-0000）"),
    45: _says("①", Status.DONE, note=_HYPERLINK),
    48: _says("①", Status.DONE, note=_LONG * 20),
    50: _says("②（12月）", Status.PLANNED, "2026-12", note="2027年2月に実施する。"),
}

# Word for word the same in two towns that filled the form in together, or copied it.
_SHARED: Mapping[int, Entry] = {
    3: _says(
        "①", Status.DONE,
        note="広域連合の情報部会が定めた手順書を、両町で同じものとして使っています。",
    ),
    8: _says(
        "②（3月）", Status.PLANNED, "2027-03",
        note="次の基幹系更新に合わせ、仕様書のひな形に要件を書き足す作業をしています。",
    ),
    15: _says(
        "①", Status.DONE,
        note="管理者権限は係長以上の二名に限り、四半期ごとに棚卸しをしています。",
    ),
    27: _says(
        "③", Status.NOT_PLANNED,
        note="基盤は県の共同調達によるもので、町が単独で設定を変えられないため。",
    ),
    44: _says(
        "①", Status.DONE,
        note="連絡網を町内会長会議で配り、年度の初めに更新しています。",
    ),
}  # fmt: skip

CASES: tuple[Case, ...] = (
    Case(
        code="S01", name="若葉市", path="別紙3-2_チェックシート_若葉市.xlsx",
        look=_IN_CELL, filled_on="令和8年11月2日", reached=0.15, official=True,
    ),
    Case(
        code="S01", name="若葉市", path="再送/別紙3-2_チェックシート_若葉市 (1).xlsx",
        look=_IN_CELL, filled_on="令和8年11月2日", reached=0.15, official=True, counted=False,
    ),
    Case(
        code="S02", name="白雲町", path="【白雲町】別紙3-2_チェックシート（R8.10.28）.xlsx",
        hand=hands.FULL_WIDTH, look=Look(date_label="記入日"), filled_on="令和8年10月28日",
        reached=-0.2, counted=False,
    ),
    Case(
        code="S02", name="白雲町",
        path="【白雲町】別紙3-2_チェックシート（R8.11.5）修正版(2).xlsx",
        hand=hands.FULL_WIDTH, look=Look(date_label="記入日"), filled_on="令和8年11月5日",
    ),
    Case(
        code="S03", name="青嶺市", path="青嶺市_回答.xlsx",
        hand=hands.NUMBERS, look=Look(label="自治体名"), reached=0.05,
    ),
    Case(
        code="S04", name="霧ヶ丘村", path="チェックシート（霧ケ丘村）.xlsx",
        hand=hands.PLACEHOLDER, reached=-0.3, talkative=0.2, alias="霧ケ丘",
    ),
    Case(
        code="S05", name="岬ヶ浦市", path="セキュリティ導入チェックシート_岬ヶ浦市.xls",
        hand=hands.WORDS, look=_IN_CELL, filled_on="2026/11/4", premade="old.xls",
    ),
    Case(
        code="S06", name="星見町", path="04_星見町.xlsx", hand=hands.ERA, reached=-0.05,
        look=Look(label="団体名"), talkative=0.5, official=True,
    ),
    Case(
        code="S07", name="常磐木市", path="常磐木市/別紙３−２チェックシート.xlsx",
        hand=hands.VAGUE, look=Look(label="団体名", guide=True),
    ),
    Case(
        code="S08", name="花篝町", path="別紙3-2 花篝町（提出用）.xlsx",
        hand=hands.CIRCLES, look=_IN_CELL, filled_on="R8.11.6", reached=-0.1,
    ),
    Case(
        code="S09", name="汐音市", path="別紙3-2_汐音市_最終.xlsx",
        hand=hands.STRIKES, look=Look(label="団体名"),
    ),
    Case(
        code="S10", name="風早野町", path="風早野町_checksheet.xlsx", hand=hands.BOLD,
        reached=-0.15, look=Look(label="団体名"),
    ),
    Case(
        code="S11", name="緑陰市", path="R8_チェックシート_緑陰市.xlsm",
        hand=hands.DOTTED, look=Look(split=Split.CATEGORY, label="団体名"), reached=0.1,
    ),
    Case(
        code="S12", name="月影村", path="別紙3-2_月影村.xlsx", always=Status.BLANK, official=True,
    ),
    Case(
        code="S13", name="雪待市", path="別紙3-2チェックシート（雪待市）.xlsx",
        look=_IN_CELL, filled_on="令和8年11月9日", odd=_MISTAKES,
    ),
    Case(
        code="S14", name="東野原町", path="別紙3-2_東野原町.xlsx", seed="野原", talkative=0.7,
        look=Look(label="団体名"), official=True, odd=_SHARED,
    ),
    Case(
        code="S15", name="西野原町", path="別紙3-2_西野原町.xlsx", seed="野原", talkative=0.7,
        look=Look(label="団体名"), official=True, odd=_SHARED,
    ),
    Case(
        code="S16", name="南浦里村", path="南浦里村.xlsx", always=Status.DONE, talkative=0.0,
        look=Look(label="団体名"),
    ),
    Case(
        code="V01", name="暁路線バス株式会社", role=SERVICE, alias="暁バス",
        path="暁路線バス(株)_別紙3-2.xlsx", hand=hands.TICKS, look=_COMPANY, scope=(0, 1, 4, 5, 6),
    ),
    Case(
        code="V02", name="株式会社うたかた見守りサービス", role=SERVICE,
        path="チェックシート_うたかた見守り.xlsx", hand=hands.PARENTHESES, reached=0.05,
        look=Look(
            columns=("No.", "item", "担当課", "mark", "note"), rows_above=2, remark_every=6,
            headers=("チェック欄\n（番号を記入）", "補足説明欄"), label="会社名",
        ),
    ),
    Case(
        code="V03", name="合同会社まちかど決済", role=SERVICE, path="合同会社まちかど決済.xlsx",
        look=Look(split=Split.TABLE, ids=Ids.NARROW, headers=("ﾁｪｯｸ欄", "補足説明欄"),
                  label="事業者名"),
        hand=hands.FULL_WIDTH,
    ),
    Case(
        code="V04", name="つきのわヘルスケア株式会社", role=SERVICE,
        path="つきのわヘルスケア_回答.xlsx", reached=-0.1,
        look=Look(columns=("category", "item", "note", "mark"), label="法人名"),
    ),
    Case(
        code="V05", name="株式会社そよかぜ配達", role=SERVICE,
        path="回答一式（港町地区）.zip!回答/株式会社そよかぜ配達.xlsx", hand=hands.COLOURS,
        look=_COMPANY,
    ),
    Case(
        code="P01", name="株式会社つむぎ基盤", role=PLATFORM,
        path="つむぎ基盤様_チェックシート.xlsx",
        look=Look(ids=Ids.DELETED, label="事業者名"), reached=0.1, talkative=0.5,
    ),
    Case(
        code="P02", name="北辰シティ基盤株式会社", role=PLATFORM,
        path="【PW有】北辰シティ基盤.xlsx",
        look=_COMPANY, reached=0.1, premade="locked_known.xlsx",
    ),
    Case(
        code="P03", name="株式会社いろは雲海", role=PLATFORM,
        path="株式会社いろは雲海_別紙3-2.xlsx",
        look=_COMPANY, premade="locked_unknown.xlsx", counted=False,
    ),
    Case(
        code="A01", name="株式会社ひかり観測", role=ASSET, path="株式会社ひかり観測.ods",
        look=_COMPANY, hand=hands.PARENTHESES, premade="sheet.ods",
    ),
    Case(
        code="A02", name="東雲カメラ工房株式会社", role=ASSET, path="東雲カメラ工房.csv",
        look=_COMPANY, odd={6: _says("①", Status.DONE, note=_LONG * 420)},
    ),
    Case(
        code="A03", name="有限会社さざなみ計測", role=ASSET,
        path="回答一式（港町地区）.zip!回答/(有)さざなみ計測.xlsx",
        look=Look(hidden=frozenset({16, 17}), merged_marks=((39, 40),), label="事業者名",
                  ids=Ids.RETYPED),
        odd={39: _says("②（1月）", Status.PLANNED, "2027-01"),
             40: _says("②（1月）", Status.PLANNED, "2027-01")},
    ),
    Case(
        code="A04", name="株式会社やまびこ街灯", role=ASSET, path="株式会社やまびこ街灯.xlsx",
        look=_COMPANY, counted=False,
    ),
    Case(
        code="S18", name="鈴鳴市", project="観光MaaS事業", path="鈴鳴市_A観光MaaS事業.xlsx",
        look=Look(label="団体名"), official=True, reached=0.1,
    ),
    Case(
        code="S18", name="鈴鳴市", project="防災DX事業", path="鈴鳴市_B防災DX事業.xlsx",
        look=Look(label="団体名"), official=True, reached=-0.25, seed="鈴鳴市の防災",
    ),
    Case(
        code="S19", name="潮見町", path="郡内3町村（潮見・灯屋・入江）.xlsx",
        look=Look(label="団体名"),
    ),
    Case(
        code="S20", name="灯屋町", path="郡内3町村（潮見・灯屋・入江）.xlsx",
        look=Look(label="団体名"), hand=hands.FULL_WIDTH, reached=-0.1,
    ),
    Case(
        code="S21", name="入江村", path="郡内3町村（潮見・灯屋・入江）.xlsx",
        look=Look(label="団体名"), hand=hands.NUMBERS, reached=-0.3,
    ),
    Case(
        code="S22", name="帆影市", path="帆影市_推進主体.xlsx", look=Look(label="団体名"),
        official=True, fills=(0, 1, 4, 5, 6),
    ),
    Case(
        code="S22", name="帆影市", path="帆影市_都市OS事業者.xlsx", look=Look(label="団体名"),
        official=True, fills=(2, 3), seed="帆影市の基盤",
    ),
    Case(
        code="X01", name="桜堤村", path="桜堤村_チェックシート.xlsx", look=Look(label="団体名"),
        on_roster=False, reached=-0.2, official=True,
    ),
    Case(
        code="S90", name="試験用団体", path="別紙3-2_試験用団体.xlsx", look=Look(label="団体名"),
        excluded="様式の動作を確かめるための団体", counted=False,
    ),
)  # fmt: skip

ABSENT: tuple[Absent, ...] = (
    Absent(code="S17", name="遠見台市", role=CITY),
    Absent(code="V06", name="株式会社ゆうなぎ観光", role=SERVICE),
    Absent(code="A05", name="株式会社みなも通信機", role=ASSET),
)

BROKEN = "株式会社やまびこ街灯.xlsx"  # cut off in the mail
PASSWORDS = ("kita-2026",)

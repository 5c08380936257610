"""How people write: a hand turns what somebody means into what stands in the check cell.

A hand's tables pair each spelling with the month it means (spec: the month is read at a
collection month of 2026-11), so that what was meant is known without reading anything back.
"""

import random
from dataclasses import dataclass, replace
from enum import Enum, auto

from pipeline.model import Checklist, Status


class Way(Enum):
    """By what means an answer is put into the cell."""

    UNTOUCHED = auto()  # nothing written: the legend stays where the form prints it
    TEXT = auto()
    NUMBER = auto()
    DATE = auto()  # Excel made a date of 2-10
    ERROR = auto()  # a formula that lost its source
    STRUCK = auto()  # the legend, two options struck through
    BOLD = auto()  # the legend, one option in bold
    COLOURED = auto()  # the legend, one option in red
    CIRCLED = auto()  # the legend, an ellipse drawn round one option
    TICKED = auto()  # the legend, form-control check boxes beside the options


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What stands in a check cell. ``option`` is the 0-based legend line that is singled out."""

    way: Way
    text: str = ""
    option: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as answered: what was written, the note, and what the writer meant by both."""

    written: Written
    note: str
    status: Status
    due: str = ""  # YYYY-MM


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Spellings of one person. ``way`` serves every cell, ``first_way`` where a legend stands.

    ``planned`` pairs a spelling with its month. For the ways that keep the legend the spelling
    is the month's number, put into the legend's second line.
    """

    done: tuple[str, ...] = ("①",)
    planned: tuple[tuple[str, str], ...] = (("②（12月）", "2026-12"), ("②（3月）", "2027-03"))
    not_planned: tuple[str, ...] = ("③",)
    way: Way = Way.TEXT
    first_way: Way | None = None
    month_in_note: bool = False  # ② alone in the cell, the month in the note


_LEGEND_MONTHS = (("12", "2026-12"), ("1", "2027-01"), ("3", "2027-03"))

PLAIN = Hand()
FULL_WIDTH = Hand(
    done=("１",),
    planned=(("２（１２月）", "2026-12"), ("２（１月）", "2027-01"), ("２（３月）", "2027-03")),
    not_planned=("３",),
)
NUMBERS = Hand(
    done=("1",),
    planned=(("2", "2026-12"), ("2", "2027-02"), ("2", "2027-03")),
    not_planned=("3",),
    way=Way.NUMBER,
    month_in_note=True,
)
PLACEHOLDER = Hand(planned=(("②（○月）", ""), ("②（　月）", ""), ("②（○月）", "")))
WORDS = Hand(
    done=("既に対応済み", "対応済み", "実施済み"),
    planned=(("これから対応予定（12月）", "2026-12"), ("対応予定（2月）", "2027-02")),
    not_planned=("対応の予定なし", "予定なし"),
)
ERA = Hand(
    planned=(
        ("②R9.3頃", "2027-03"),
        ("②（令和９年３月）", "2027-03"),
        ("②令和八年十二月", "2026-12"),
        ("②（R9.1）", "2027-01"),
    )
)
VAGUE = Hand(
    done=("①既に対応済み", "①"),
    planned=(
        ("②来年度", "2028-03"),
        ("②（年度内）", "2027-03"),
        ("②（第4四半期）", "2027-03"),
        ("②（12月～2月）", "2027-02"),
        ("②令和9年度中", "2028-03"),
    ),
    not_planned=("③対応の予定なし",),
)
LATE = Hand(planned=(("②（9月）", "2026-09"), ("②（10月）", "2026-10"), ("②（12月）", "2026-12")))
PARENTHESES = Hand(
    done=("（１）", "(1)"),
    planned=(("(2)12月", "2026-12"), ("（２）2027/3", "2027-03")),
    not_planned=("(3)",),
)
DOTTED = Hand(
    done=("1.", "１．", "1番"),
    planned=(("2(12月)", "2026-12"), ("２（2027年3月）", "2027-03"), ("2（1月末）", "2027-01")),
    not_planned=("3.", "３番"),
)
CIRCLES = replace(LATE, first_way=Way.CIRCLED)
STRIKES = Hand(planned=_LEGEND_MONTHS, way=Way.STRUCK)
BOLD = replace(PLAIN, first_way=Way.BOLD)
COLOURS = replace(FULL_WIDTH, first_way=Way.COLOURED)
TICKS = replace(DOTTED, first_way=Way.TICKED)

_NUMBER_OF = {Status.DONE: 0, Status.PLANNED: 1, Status.NOT_PLANNED: 2}
_KEEPS_LEGEND = {Way.STRUCK, Way.BOLD, Way.COLOURED, Way.CIRCLED, Way.TICKED}

_DONE_NOTES = (
    "",
    "",
    "規程を整備し、全職員に周知済み。",
    "運用を開始しており、年1回見直している。",
    "庁内の情報セキュリティポリシーに含めて策定済みです。",
    "委託先との契約書に明記しています。",
    "第三者認証（ISMS）を取得済み。",
    "別紙参照",
    "特になし",
)
_PLANNED_NOTES = (
    "",
    "予算の確保が必要なため、補正予算で要求中です。",
    "委託先と仕様を協議しています。",
    "担当者が1名のため、体制を整えてから着手します。",
    "他団体の例を参考に作業を進めています。",
)
_DATED_NOTES = (
    "{year}年{month}月の策定に向けて作業中。",
    "委託先と調整のうえ、{year}年{month}月に実施する。",
    "{year}年{month}月に導入する予定です。",
)
_NOT_PLANNED_NOTES = (
    "予算が確保できないため。",
    "当団体では該当するシステムを保有していないため。",
    "県の共同利用サービスに含まれるため、単独では行わない。",
    "担当できる職員がいないため。",
)


def answer(
    hand: Hand, status: Status, dice: random.Random, *, first: bool, talkative: float
) -> Entry:
    """Give what this hand writes for a status. ``first``: the form's legend stands in the cell.

    ``talkative`` is the share of items (0 to 1) that get a note.
    """
    way = hand.first_way if first and hand.first_way is not None else hand.way
    if status is Status.BLANK:
        return Entry(written=Written(way=Way.UNTOUCHED), note="", status=status)
    spelling, due = _spelling(hand, status, dice)
    note = _note(status, due, dice, dated=hand.month_in_note, talkative=talkative)
    if way in _KEEPS_LEGEND:
        month = str(int(due[5:])) if due else ""
        written = Written(way=way, text=month, option=_NUMBER_OF[status])
    else:
        written = Written(way=way, text=spelling)
    return Entry(written=written, note=note, status=status, due=due)


def _spelling(hand: Hand, status: Status, dice: random.Random) -> tuple[str, str]:
    if status is Status.DONE:
        return dice.choice(hand.done), ""
    if status is Status.PLANNED:
        return dice.choice(hand.planned)
    return dice.choice(hand.not_planned), ""


def _note(status: Status, due: str, dice: random.Random, *, dated: bool, talkative: float) -> str:
    if status is Status.PLANNED and dated and due:
        return dice.choice(_DATED_NOTES).format(year=int(due[:4]), month=int(due[5:]))
    # Whoever does nothing is asked why, and mostly says so.
    share = talkative + 0.45 if status is Status.NOT_PLANNED and talkative else talkative
    if dice.random() >= share:
        return ""
    if status is Status.DONE:
        return dice.choice(_DONE_NOTES)
    return dice.choice(_PLANNED_NOTES if status is Status.PLANNED else _NOT_PLANNED_NOTES)


def legend_lines(checklist: Checklist, month: str) -> tuple[str, ...]:
    """Give the legend's lines with a month's number in place of the ○ (empty: as printed)."""
    if not month:
        return checklist.legend
    return tuple(line.replace("○月", f"{month}月") for line in checklist.legend)

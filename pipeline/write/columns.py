"""The columns of 明細 and of data/answers, defined once.

Pivot tables, formulas and コード表 name a column of 明細 by the heads given here; a head never
changes its meaning, and new ones come at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.write.frame import GROUPING
from pipeline.write.listing import Links
from pipeline.write.style import LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.frame.columns import Coded, Frame
    from pipeline.write.table import Field

DETAIL_SHEET = "明細"
DETAIL_TABLE = "tbl_meisai"


def _as_is(value: Any) -> Field:
    return value  # type: ignore[no-any-return]  # a Field, by the table below


def _value(value: Any) -> Field:
    return "" if value is None else str(value.value)


def _label(value: Any) -> Field:
    return "" if value is None else LABELS[value]


def _code(status: Any) -> Field:
    return status.code  # type: ignore[no-any-return]  # of Status


def _scope(inside: Any) -> Field:
    return "範囲内" if inside else "範囲外"


def _first_day(month: str) -> Field:
    return f"{month}-01" if month else ""


def _yes(flag: Any) -> Field:
    return "" if flag is None else "はい" if flag else "いいえ"


@dataclass(frozen=True, slots=True)
class DetailColumn:
    """One column: its head in 明細, name in answers.csv (either may be empty), and meaning.

    ``of`` is the column of the frame, ``shown`` gives what 明細 shows for a value and ``data`` what
    the data files hold. These two are asked once for each value that differs.
    """

    head: str
    key: str
    width: float
    meaning: str
    of: str
    shown: Callable[[Any], Field] = _as_is
    data: Callable[[Any], Field] | None = None  # None: as shown


COLUMNS: tuple[DetailColumn, ...] = (
    DetailColumn("基準月", "month", 9, "取りまとめの月（YYYY-MM）", "month"),
    DetailColumn("提出番号", "", 10, "集計した提出に1から付けた番号", "number"),
    DetailColumn(
        "団体コード",
        "respondent_id",
        12,
        "名簿の団体コード。名簿になければ名前から作った記号",
        "respondent_id",
    ),
    DetailColumn("団体名", "respondent", 22, "回答した団体", "respondent"),
    DetailColumn("役割", "role", 16, "名簿の役割。なければ空欄", "role"),
    DetailColumn(
        "チェックシート",
        "checklist",
        20,
        "チェックシートの識別名",
        "checklist",
    ),
    DetailColumn(
        "版",
        "checklist_version",
        9,
        "チェックシートの版",
        "checklist_version",
    ),
    DetailColumn("分野", "category", 20, "項目の分野", "category"),
    DetailColumn("区分", "section", 30, "項目の上の見出し。なければ空欄", "section"),
    DetailColumn("項目番号", "", 10, "様式の並び順に1から付けた番号", "item_number"),
    DetailColumn("項目ID", "item_id", 18, "様式の項目ID", "item_id"),
    DetailColumn("項目", "item", 40, "項目の題名", "item"),
    DetailColumn(
        "回答区分",
        "status",
        15,
        "読み取った回答の英語名（「回答の区分」の表）",
        "status",
        _value,
    ),
    DetailColumn(
        "回答コード",
        "status_code",
        11,
        "様式の番号1・2・3。ほかは空欄（0ではありません）",
        "status",
        _code,
    ),
    DetailColumn(
        "回答",
        "",
        13,
        "読み取った回答の表示名（「回答の区分」の表）",
        "status",
        _label,
    ),
    DetailColumn(
        "予定月",
        "due",
        10,
        "②の予定月（YYYY-MM）。幅があれば最後の月。なければ空欄",
        "due",
    ),
    DetailColumn(
        "予定月の精度",
        "due_precision",
        14,
        "month 月、span 期間、quarter 四半期、half 半期、fiscal_year 年度、year 年、season 季節",
        "due_precision",
        _value,
    ),
    DetailColumn(
        "年の推定",
        "due_inferred",
        10,
        "年が書かれておらず補ったときは「はい」（CSVではtrue・false）。予定月がなければ空欄",
        "inferred",
        _yes,
        _as_is,
    ),
    DetailColumn(
        "予定月の出どころ",
        "due_source",
        17,
        "mark チェック欄、note 補足説明欄、column 予定月の欄、decision 確認票",
        "due_source",
        _value,
    ),
    DetailColumn(
        "チェック欄の記載",
        "mark",
        20,
        "チェック欄に書かれていたとおりの文字",
        "mark",
    ),
    DetailColumn("補足説明", "note", 40, "補足説明欄に書かれていたとおりの文字", "note"),
    DetailColumn(
        "補足説明の分類",
        "tags",
        18,
        "補足説明に付けた分類。複数あれば空白で区切る",
        "tags",
    ),
    DetailColumn(
        "要確認コード",
        "findings",
        15,
        "この回答への指摘のコード。複数あれば空白で区切る",
        "findings",
    ),
    DetailColumn(
        "ファイル",
        "file",
        34,
        "受信フォルダの中のファイル。zipの中のファイルは「!」の後",
        "file",
    ),
    DetailColumn("シート", "sheet", 16, "回答のあるシート", "sheet"),
    DetailColumn("セル", "cell", 8, "チェック欄のセル。項目の行がなければ空欄", "cell"),
    DetailColumn(
        "対象範囲",
        "",
        10,
        "名簿の対象分野に入れば「範囲内」、入らなければ「範囲外」",
        "in_scope",
        _scope,
    ),
    DetailColumn(
        "期限超過",
        "",
        10,
        "②の予定月が基準月より前なら「はい」、ほかは「いいえ」。なければ空欄",
        "late",
        _yes,
    ),
    DetailColumn(
        "前月と同じファイル",
        "",
        12,
        "比べた月のファイルと中身が同じなら「はい」（新しい回答ではありません）。比べる月がなければ空欄",
        "same_file",
        _yes,
    ),
    DetailColumn(
        "判断",
        "decision",
        16,
        "確認票の判断。複数あれば「、」で区切る。なければ空欄",
        "decision",
    ),
    DetailColumn(
        "修正前の回答",
        "status_before",
        14,
        "判断で回答を変えたときの、変える前の回答（CSVでは英語名）。変えていなければ空欄",
        "status_before",
        _label,
        _value,
    ),
    DetailColumn(
        "修正前の予定月",
        "due_before",
        14,
        "判断で回答を変えたときの、変える前の予定月",
        "due_before",
    ),
    DetailColumn(
        "修正理由",
        "decision_reason",
        30,
        "確認票に書かれた判断の理由",
        "decision_reason",
    ),
    DetailColumn("判断した担当", "decided_by", 14, "確認票に書かれた担当", "decided_by"),
    DetailColumn("判断の日付", "decided_on", 12, "確認票に書かれた日付", "decided_on"),
    DetailColumn("事業名", "project", 24, "回答の対象の事業。なければ空欄", "project"),
    DetailColumn(
        "コメント",
        "comment",
        30,
        "チェック欄・補足説明欄のセルに付けられたコメント（メモ、スレッド）。書いた人の名前は除く",
        "comment",
    ),
)
# Those of data/answers, and one that 明細 has no need of: a day, which tools know how to sort.
DATA_COLUMNS: tuple[DetailColumn, ...] = (
    *(column for column in COLUMNS if column.key),
    DetailColumn(
        "",
        "due_month",
        0,
        "予定月の1日（YYYY-MM-DD。Parquet では日付）。予定月がなければ空欄",
        "due",
        _first_day,
    ),
)
HEADS: tuple[str, ...] = tuple(column.head for column in COLUMNS)
# Whole numbers; every other column of 明細 is text.
NUMBERS = frozenset({"提出番号", "項目番号", "回答コード"})


NONE_GIVEN = "（名簿に記載なし）"


def _grouped(value: Any) -> Field:
    return value or NONE_GIVEN  # spreadsheets do not agree on counting what is empty


def grouping_head(head: str) -> str:
    """Give the head in 明細 of a column of the roster; one that 明細 has is told apart."""
    return f"名簿の{head}" if head in HEADS else head


def detail_columns(answers: Frame) -> tuple[DetailColumn, ...]:
    """Give the columns of 明細: the standing ones, then those by which the roster groups."""
    return (*COLUMNS, *_grouping_columns(answers))


def _grouping_columns(answers: Frame) -> Iterator[DetailColumn]:
    for name in answers:
        if name.startswith(GROUPING):
            head = grouping_head(name[len(GROUPING) :])
            yield DetailColumn(head, name, 16, "名簿の列", name, _grouped, _as_is)


def shown_columns(answers: Frame) -> Frame:
    """Give the columns of 明細 by their heads, as the sheet shows them."""
    return {one.head: answers[one.of].of(one.shown) for one in detail_columns(answers)}


def data_columns(answers: Frame) -> Frame:
    """Give the columns of data/answers by name, with what they hold."""
    return {
        one.key: answers[one.of].of(one.data or one.shown)
        for one in (*DATA_COLUMNS, *_grouping_columns(answers))
    }


def lines_in_detail(lines: Coded, rows: int) -> Links:
    """Give links to the lines of 明細; ``rows`` go on each sheet, None leads nowhere."""
    numbers = [-1 if number is None else number for number in lines.values]
    places = np.array(numbers, np.int64)[lines.codes]
    parts = range(int(places.max(initial=0)) // rows + 1)
    sheets = [f"'{part_name(DETAIL_SHEET, part)}'!A" for part in parts]
    return Links(lines=places, sheets=sheets, rows=rows)


def column(head: str) -> str:
    """Name a column of 明細 in a formula; ValueError where there is none of that head."""
    HEADS.index(head)
    return f"{DETAIL_TABLE}[{head}]"


def part_name(name: str, part: int) -> str:
    """Name the sheet (or table) on which a long list goes on: 明細, 明細(2), 明細(3)."""
    return f"{name}({part + 1})" if part else name

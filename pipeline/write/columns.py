"""The columns of 明細 and of data/answers, defined once.

Pivot tables, formulas and コード表 name a column of 明細 by the heads given here; a head never
changes its meaning, and new ones come at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.write.safe import cell_text
from pipeline.write.style import LABELS

if TYPE_CHECKING:
    from pipeline.model.report import AnswerRow, Report

DETAIL_SHEET = "明細"
DETAIL_TABLE = "tbl_meisai"

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head in 明細, name in answers.csv (empty: only in 明細), and meaning."""

    head: str
    key: str
    width: float
    meaning: str


COLUMNS: tuple[Column, ...] = (
    Column("基準月", "month", 9, "取りまとめの月（YYYY-MM）"),
    Column("提出番号", "", 10, "集計した提出に1から付けた番号"),
    Column("団体コード", "respondent_id", 12, "名簿の団体コード。名簿になければ名前から作った記号"),
    Column("団体名", "respondent", 22, "回答した団体"),
    Column("役割", "role", 16, "名簿の役割。なければ空欄"),
    Column("チェックシート", "checklist", 20, "チェックシートの識別名"),
    Column("版", "checklist_version", 9, "チェックシートの版"),
    Column("分野", "category", 20, "項目の分野"),
    Column("区分", "section", 30, "項目の上の見出し。なければ空欄"),
    Column("項目番号", "", 10, "様式の並び順に1から付けた番号"),
    Column("項目ID", "item_id", 18, "様式の項目ID"),
    Column("項目", "item", 40, "項目の題名"),
    Column("回答区分", "status", 15, "読み取った回答の英語名（「回答の区分」の表）"),
    Column("回答コード", "status_code", 11, "様式の番号1・2・3。ほかは空欄（0ではありません）"),
    Column("回答", "", 13, "読み取った回答の表示名（「回答の区分」の表）"),
    Column("予定月", "due", 10, "②の予定月（YYYY-MM）。幅があれば最後の月。なければ空欄"),
    Column(
        "予定月の精度",
        "due_precision",
        14,
        "month 月、span 期間、quarter 四半期、half 半期、fiscal_year 年度、year 年、season 季節",
    ),
    Column(
        "年の推定",
        "due_inferred",
        10,
        "年が書かれておらず補ったときは「はい」（CSVではtrue・false）。予定月がなければ空欄",
    ),
    Column(
        "予定月の出どころ", "due_source", 17, "mark チェック欄、note 補足説明欄、decision 確認票"
    ),
    Column("チェック欄の記載", "mark", 20, "チェック欄に書かれていたとおりの文字"),
    Column("補足説明", "note", 40, "補足説明欄に書かれていたとおりの文字"),
    Column("補足説明の分類", "tags", 18, "補足説明に付けた分類。複数あれば空白で区切る"),
    Column("要確認コード", "findings", 15, "この回答への指摘のコード。複数あれば空白で区切る"),
    Column("ファイル", "file", 34, "受信箱の中のファイル。zipの中のファイルは「!」の後"),
    Column("シート", "sheet", 16, "回答のあるシート"),
    Column("セル", "cell", 8, "チェック欄のセル。項目の行がなければ空欄"),
    Column("対象範囲", "", 10, "名簿の対象分野に入れば「範囲内」、入らなければ「範囲外」"),
    Column(
        "期限超過", "", 10, "②の予定月が基準月より前なら「はい」、ほかは「いいえ」。なければ空欄"
    ),
    Column(
        "前月と同じファイル",
        "",
        12,
        "比べた月のファイルと中身が同じなら「はい」（新しい回答ではありません）。"
        "比べる月がなければ空欄",
    ),
    Column("判断", "decision", 16, "確認票の判断。複数あれば「、」で区切る。なければ空欄"),
    Column(
        "修正前の回答",
        "status_before",
        14,
        "判断で回答を変えたときの、変える前の回答（CSVでは英語名）。変えていなければ空欄",
    ),
    Column("修正前の予定月", "due_before", 14, "判断で回答を変えたときの、変える前の予定月"),
    Column("修正理由", "decision_reason", 30, "確認票に書かれた判断の理由"),
    Column("判断した担当", "decided_by", 14, "確認票に書かれた担当"),
    Column("判断の日付", "decided_on", 12, "確認票に書かれた日付"),
)
HEADS: tuple[str, ...] = tuple(column.head for column in COLUMNS)
# Whole numbers; every other column of 明細 is text.
NUMBERS = frozenset({"提出番号", "項目番号", "回答コード"})


def detail_cells(row: AnswerRow, report: Report) -> tuple[Cell, ...]:
    """Give one line of 明細 in the order of COLUMNS."""
    return (
        report.month,
        row.number,
        row.respondent_id,
        row.respondent,
        row.role,
        report.checklist.id,
        report.checklist.version,
        row.category,
        row.section,
        row.item_number,
        row.item_id,
        row.item,
        row.status.value,
        row.status.code,
        LABELS[row.status],
        row.due,
        row.due_precision.value,
        _yes(row.due_inferred) if row.due else "",
        row.due_source.value,
        row.mark,
        row.note,
        row.tags,
        row.findings,
        row.file,
        row.sheet,
        row.cell,
        "範囲内" if row.in_scope else "範囲外",
        _yes(row.overdue) if row.due else "",
        "" if row.same_file is None else _yes(row.same_file),
        row.decision,
        LABELS[row.status_before] if row.status_before else "",
        row.due_before,
        row.decision_reason,
        row.decided_by,
        row.decided_on,
    )


def written_cells(row: AnswerRow, report: Report) -> tuple[Cell, ...]:
    """Give one line of 明細 exactly as it stands on the sheet: safe texts, None where blank."""
    return tuple(
        (cell_text(cell) or None) if isinstance(cell, str) else cell
        for cell in detail_cells(row, report)
    )


def column(head: str) -> str:
    """Name a column of 明細 in a formula; ValueError where there is none of that head."""
    HEADS.index(head)
    return f"{DETAIL_TABLE}[{head}]"


def detail_row(index: int, rows: int) -> str:
    """Name the row of an answer in 明細 as a link target; ``rows`` go on each sheet."""
    part, row = divmod(index, rows)
    return f"'{part_name(DETAIL_SHEET, part)}'!A{row + 2}"


def part_name(name: str, part: int) -> str:
    """Name the sheet (or table) on which a long list goes on: 明細, 明細(2), 明細(3)."""
    return f"{name}({part + 1})" if part else name


def _yes(flag: bool) -> str:
    return "はい" if flag else "いいえ"

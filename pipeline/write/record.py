"""処理記録: the reconciliation, settings and versions, and every file seen."""

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.model import FileState, Status
from pipeline.model.report import Report
from pipeline.settings import Settings
from pipeline.texts.tables import table_of
from pipeline.write.book import Book, Sheet
from pipeline.write.data import versions
from pipeline.write.listing import Column, Styled
from pipeline.write.style import LABELS, SYMBOLS
from pipeline.write.tables import of, put_table

_WORDS = table_of(__file__)
STATES = {state: _WORDS["states"][state.value] for state in FileState}
IDENTIFIED: Mapping[str, str] = _WORDS["identified"]


def write_record(book: Book, report: Report, settings: Settings) -> None:
    """Write 処理記録."""
    sheet = book.sheet("処理記録")
    sheet.columns(*(each.width for each in _file_columns(public=report.public)))
    lead = "受信フォルダの全ファイルの扱い、件数の突合、使った設定と版の記録です。"
    sheet.heading("処理記録", lead, last=3)
    row = _write_checks(sheet, report, 4)
    row = _write_settings(sheet, report, settings, row + 1)
    row = _write_corrections(sheet, report, row + 1)
    heads = _write_files(sheet, report, row + 1)
    sheet.page(paper="A3", repeat=(heads, heads))


def _write_checks(sheet: Sheet, report: Report, top: int) -> int:
    sheet.section(top, "件数の突合（二通りに数えて同じになることを確かめています）", last=4)
    agreed = {True: Styled("一致", "ok"), False: Styled("不一致", "bad")}
    columns = [
        Column("数え方", 0, "text", of(lambda c: f"{c.title}：{c.left}"), wraps=True),
        Column("左の件数", 0, "number", of("left_count")),
        Column("照合の相手", 0, "text", of("right"), wraps=True),
        Column("右の件数", 0, "number", of("right_count")),
        Column("結果", 0, "", of(lambda check: agreed[check.agrees])),
    ]
    return put_table(sheet, top + 1, columns, report.checks)


def _write_settings(sheet: Sheet, report: Report, settings: Settings, top: int) -> int:
    rules = settings.rules
    severity = [f"{code}={level.value}" for code, level in sorted(rules.severity.items())]
    thresholds = [f"{name}={value:g}" for name, value in sorted(rules.thresholds.items())]
    lines = {
        "基準月": report.month,
        "作成日時": report.made_at,
        "チェックシート": f"{report.checklist.title}（{report.checklist.version}）",
        "止めた確認規則": " ".join(sorted(rules.off)) or "なし",
        "変えた重要度": " ".join(severity) or "なし",
        "変えたしきい値": " ".join(thresholds) or "なし",
        "手直しされたファイル": "　".join(report.kept) or "なし",
        "版": settings.edition_name,
        "プログラムの版": "　".join(f"{name} {number}" for name, number in versions().items()),
    }
    if report.public:
        lines["団体の別名"] = (
            f"鍵の番号 {report.key_number}（番号が同じ月どうしは、同じ団体が同じ別名です）"
        )
    sheet.section(top, "設定と版", last=3)
    for row, (name, value) in enumerate(lines.items(), start=top + 1):
        sheet.text(row, 0, name, "text")
        sheet.merge(row, 1, row, 3, value, "text")
        sheet.fit_width(row, value, sum(sheet.widths[place] for place in (1, 2, 3)))
    return top + 1 + len(lines)


def _write_corrections(sheet: Sheet, report: Report, top: int) -> int:
    """List the answers that a decision in 確認票 replaced, before and after, by whom and why."""
    replaced = report.answers.columns["status_before"].where(lambda before: before is not None)
    corrected = [report.answers[row] for row in replaced.nonzero()[0].tolist()]
    if not corrected:
        return top - 1
    sheet.section(top, f"確認票の判断で直した回答（{len(corrected):,}件）", last=9)
    asked: dict[str, str | Callable[[Any], str]] = {
        "項目": lambda row: f"{row.item_id}　{row.item}",
        "団体名": "respondent",
        "理由": "decision_reason",
        "修正前の回答": lambda row: _answer(row.status_before, row.due_before),
        "修正後の回答": lambda row: _answer(row.status, row.due),
        "判断": "decision",
        "担当": "decided_by",
        "日付": "decided_on",
        "チェック欄の記載": "mark",
        "セル": "cell",
    }
    columns = [Column(head, 0, "text", of(what), wraps=True) for head, what in asked.items()]
    return put_table(sheet, top + 1, columns, corrected)


def _answer(status: Status | None, due: str) -> str:
    if status is None:
        return ""
    return f"{SYMBOLS[status]} {LABELS[status]}　{due}".rstrip("　")


def _write_files(sheet: Sheet, report: Report, top: int) -> int:
    """List the files; give the row of the heads."""
    sheet.section(top, f"見つかったファイル（{report.figures.files:,}件）", last=3)
    put_table(sheet, top + 1, _file_columns(public=report.public), report.files, name="tbl_files")
    return top + 1


def _file_columns(*, public: bool) -> list[Column]:
    size = Column("バイト数", 11, "number", of("size"))
    return [
        Column("ファイル", 44, "text", of("file"), wraps=True),
        Column("扱い", 20, "text", of(lambda file: STATES[file.state])),
        Column("理由", 44, "text", of("reason"), wraps=True),
        Column("団体名", 24, "text", of("respondent"), wraps=True),
        Column(
            "団体の特定", 20, "text", of(lambda f: IDENTIFIED.get(f.identified_by, f.identified_by))
        ),
        Column("種類", 8, "text", of("kind")),
        Column(size.head, size.width, "", of(lambda _: None)) if public else size,
        Column("更新日時", 25, "text", of("modified")),
        Column("シート", 24, "text", of(lambda file: "、".join(file.sheets)), wraps=True),
        Column("回答数", 9, "number", of("answers")),
        Column("扱いコード", 14, "text", of("state.value")),
        Column("sha256", 67, "text", of("sha256")),
    ]

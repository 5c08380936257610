"""処理記録: the reconciliation, settings and versions, and every file seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model import FileState
from pipeline.write.data import versions
from pipeline.write.style import LABELS, SYMBOLS

if TYPE_CHECKING:
    from pipeline.model import Status
    from pipeline.model.report import Report
    from pipeline.settings import Settings
    from pipeline.write.book import Book, Sheet

STATES = {
    FileState.COUNTED: "集計した",
    FileState.SUPERSEDED: "旧版（集計せず）",
    FileState.DUPLICATE: "同一内容（集計せず）",
    FileState.DISPUTED: "団体の確認待ち（集計せず）",
    FileState.EXCLUDED: "除外（集計せず）",
    FileState.NOT_CHECKLIST: "チェックシートなし",
    FileState.UNREADABLE: "読めない",
    FileState.IGNORED: "対象外のファイル",
}
IDENTIFIED = {
    "decision": "確認票の判断",
    "sealed": "取りまとめた機関",
    "hidden_id": "様式の識別番号",
    "cell": "シートの団体名欄",
    "tab": "シート名から推定",
    "file_name": "ファイル名から推定",
    "folder": "フォルダー名から推定",
    "sender": "差出人から推定",
    "none": "特定できない",
    "": "",
}
HEADS = (
    "ファイル", "扱い", "理由", "団体名", "団体の特定", "種類", "バイト数", "更新日時", "シート",
    "回答数", "扱いコード", "sha256",
)  # fmt: skip

CORRECTION_HEADS = {
    0: "項目", 1: "団体名", 2: "理由", 3: "修正前の回答", 4: "修正後の回答", 5: "判断", 6: "担当",
    7: "日付", 8: "チェック欄の記載", 9: "セル",
}  # fmt: skip


def write_record(book: Book, report: Report, settings: Settings) -> None:
    """Write 処理記録."""
    sheet = book.sheet("処理記録")
    sheet.columns(44, 20, 44, 24, 20, 8, 11, 25, 24, 9, 14, 67)
    lead = "受信フォルダの全ファイルの扱い、件数の突合、使った設定と版の記録です。"
    sheet.heading("処理記録", lead, last=3)
    row = _write_checks(sheet, report, 4)
    row = _write_settings(sheet, report, settings, row + 1)
    row = _write_corrections(sheet, report, row + 1)
    heads = _write_files(sheet, report, row + 1)
    sheet.page(paper="A3", repeat=(heads, heads))


def _write_checks(sheet: Sheet, report: Report, top: int) -> int:
    sheet.section(top, "件数の突合（二通りに数えて同じになることを確かめています）", last=4)
    for place, head in enumerate(("数え方", "左の件数", "照合の相手", "右の件数", "結果")):
        sheet.text(top + 1, place, head, "head")
    for row, check in enumerate(report.checks, start=top + 2):
        word = "一致" if check.agrees else "不一致"
        sheet.text(row, 0, f"{check.title}：{check.left}", "text")
        sheet.number(row, 1, check.left_count)
        sheet.text(row, 2, check.right, "text")
        sheet.number(row, 3, check.right_count)
        sheet.text(row, 4, word, "ok" if check.agrees else "bad")
        sheet.fit(row, ((0, f"{check.title}：{check.left}"), (2, check.right)))
    return top + 2 + len(report.checks)


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
    replaced = report.answers.columns["decided"].where(lambda told: bool(told and told.before))
    corrected = [report.answers[row] for row in replaced.nonzero()[0].tolist()]
    if not corrected:
        return top - 1
    sheet.section(top, f"確認票の判断で直した回答（{len(corrected):,}件）", last=9)
    for place, head in CORRECTION_HEADS.items():
        sheet.text(top + 1, place, head, "head")
    for line, row in enumerate(corrected, start=top + 2):
        texts = {
            0: f"{row.item_id}　{row.item}", 1: row.respondent, 2: row.decision_reason,
            3: _answer(row.status_before, row.due_before), 4: _answer(row.status, row.due),
            5: row.decision, 6: row.decided_by, 7: row.decided_on, 8: row.mark, 9: row.cell,
        }  # fmt: skip
        for place, text in texts.items():
            sheet.text(line, place, text, "text")
        sheet.fit(line, list(texts.items()))
    return top + 2 + len(corrected)


def _answer(status: Status | None, due: str) -> str:
    if status is None:
        return ""
    return f"{SYMBOLS[status]} {LABELS[status]}　{due}".rstrip("　")


def _write_files(sheet: Sheet, report: Report, top: int) -> int:
    """List the files; give the row of the heads."""
    sheet.section(top, f"見つかったファイル（{report.figures.files:,}件）", last=3)
    sheet.table(top + 1, 0, len(report.files), HEADS, "tbl_files")
    for row, file in enumerate(report.files, start=top + 2):
        sheets = "、".join(file.sheets)
        identified = IDENTIFIED.get(file.identified_by, file.identified_by)
        texts = {
            0: file.file, 1: STATES[file.state], 2: file.reason, 3: file.respondent,
            4: identified, 5: file.kind, 7: file.modified, 8: sheets, 10: file.state.value,
            11: file.sha256,
        }  # fmt: skip
        for place, text in texts.items():
            sheet.text(row, place, text, "text")
        if not report.public:
            sheet.number(row, 6, file.size)
        sheet.number(row, 9, file.answers)
        sheet.fit(row, [(place, texts[place]) for place in (0, 2, 3, 8)])
    return top + 1

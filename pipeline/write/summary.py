"""要約.txt: the sentences of 概況 as plain text, for the mail."""

from pathlib import Path

from pipeline.model.report import Report
from pipeline.texts.calendar import era_month_words
from pipeline.write.safe import plain_text


def write_summary(report: Report, path: Path) -> None:
    """Write UTF-8 with BOM and CRLF, so that every editor of Windows opens it."""
    lines = [
        f"{report.checklist.title}　取りまとめ結果　{era_month_words(report.month)}",
        "",
        *(f"【{one.topic}】{one.text}" for one in report.sentences),
    ]
    if report.remark:
        lines += ["", f"【担当者から】{report.remark}"]
    lines += ["", f"件数: {report.turnout.line}"]
    text = "\r\n".join("\r\n".join(line.splitlines()) for line in lines)
    path.write_bytes(f"\ufeff{plain_text(text)}\r\n".encode())

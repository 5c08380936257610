"""要確認: which body has how much of what, then every finding, those of one cause on one line."""

from pipeline.frame.columns import Frame
from pipeline.model import Severity
from pipeline.model.report import Report
from pipeline.write.book import Book, Sheet
from pipeline.write.finding_table import finding_table, write_table
from pipeline.write.list_columns import by_length, put_list, to_detail
from pipeline.write.listing import Column, Styled
from pipeline.write.style import SEVERITY_SYMBOLS
from pipeline.write.tables import numbered

_NEXT = 4  # 0-based row of the first line on a further sheet


def write_findings(book: Book, report: Report, lines: Frame) -> None:
    """Write 要確認: the table, then the gravest findings first."""
    found = report.figures.findings
    lead = (
        f"■ 要修正 {found.fix:,}件（回答者に直してもらうもの）、▲ 要確認 {found.check:,}件"
        f"（目で見て判断するもの）、・ 参考 {found.info:,}件（対応は要りません）です。"
        "同じファイルの同じ指摘は1行にまとめ、「件数」に数を出しています"
        "（1件ずつは data/findings.csv の line 列で分かります）。"
        "一覧は、見出しの▼で団体やコードを絞り込めます。"
        "「決まる回答」は、返事があれば対応済み率が固まる回答の数です。"
        "長い文は行の高さを抑えています。セルを選ぶと全文が読めます。"
    )
    columns = _finding_columns(book)
    sheet = book.sheet("要確認")
    sheet.columns(*(column.width for column in columns))

    def head(sheet: Sheet) -> int:
        sheet.heading("要確認", lead, last=8)
        return _NEXT

    head(sheet)
    table = finding_table(report)
    write_table(sheet, table)
    for part, top, _ in put_list(sheet, table.first, "tbl_findings", columns, lines, head=head):
        part.raw.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        part.page(paper="A3", repeat=(top - 1, top - 1))
        # whose finding it is stays in sight; the heads, too, where nothing stands above them
        part.raw.freeze_panes(top if top == _NEXT else 3, 5)


def _finding_columns(book: Book) -> list[Column]:
    severities = {severity.value: severity for severity in Severity}
    return [
        Column("No.", 7, "number", numbered),
        Column(
            "重要度", 13, "",
            lambda rows: rows["severity"].of(lambda word: severity_cell(severities[word])),
        ),
        Column("コード", 9, "center", "code"),
        Column("団体名", 22, "", by_length("respondent"), wraps=True),
        Column("項目ID", 18, "", by_length("item_id"), wraps=True),
        Column("内容", 28, "", by_length("title"), wraps=True),
        Column("書かれていた内容", 24, "", by_length("written"), wraps=True),
        Column("説明", 42, "", by_length("said"), wraps=True),
        Column("直し方", 46, "", by_length("fix"), wraps=True),
        to_detail(book, 10),
        Column("ファイル", 30, "text", "file", wraps=True),
        Column("シート", 15, "text", "sheet", wraps=True),
        Column("セル", 19, "text", "cell", wraps=True),
        Column("件数", 9, "number", "count"),
        Column("決まる回答", 11, "number", "impact"),
    ]  # fmt: skip


def severity_cell(severity: Severity) -> Styled:
    """Give a cell that says a severity."""
    return Styled(severity_label(severity), f"severity_{severity.value}")


def severity_label(severity: Severity) -> str:
    """Give a severity with its symbol."""
    return f"{SEVERITY_SYMBOLS[severity]} {severity.value}"

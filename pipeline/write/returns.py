"""回収状況: every respondent asked, those who sent nothing on top."""

from typing import Any

from pipeline.model.report import Report
from pipeline.model.report_rows import ReturnRow
from pipeline.write.book import Book
from pipeline.write.listing import Column, Styled
from pipeline.write.style import BAR_DONE, BAR_OTHER
from pipeline.write.tables import numbered, of, put_table
from pipeline.write.totals import NO_ROLE, bars

RETURN_SYMBOLS = {
    "未提出": ("×", "severity_要修正"),
    "要再提出": ("■", "severity_要修正"),
    "確認待ち": ("？", "severity_要修正"),
    "未記入": ("▲", "severity_要確認"),
    "提出済み": ("●", "status_done"),
    "集計対象外": ("－", "severity_参考"),
}
_PUNCTUAL_STYLES = {"期限後": "severity_要確認", "期限内": "ok"}
_RECEIPT_WIDTHS = (17, 9)
_TOP = 4  # 0-based row of the first respondent


def write_returns(book: Book, report: Report) -> None:
    """Write 回収状況."""
    sheet = book.sheet("回収状況")
    receipt = any(line.received or line.punctual for line in report.returns)
    columns = [*_columns(), *(_receipt_columns() if receipt else [])]
    sheet.columns(*(each.width for each in _columns()), *_RECEIPT_WIDTHS)
    sheet.heading("回収状況", _lead(report, receipt=receipt), last=12)
    bottom = put_table(sheet, _TOP - 1, columns, report.returns, name="tbl_returns") - 1
    for place, colour in ((5, BAR_OTHER), (6, BAR_OTHER), (7, BAR_DONE)):
        bars(sheet, _TOP, bottom, place, colour)
    sheet.raw.ignore_errors({"number_stored_as_text": f"E{_TOP + 1}:E{bottom + 1}"})
    sheet.raw.freeze_panes(_TOP, 3)
    sheet.page(paper="A3", repeat=(_TOP - 1, _TOP - 1))


def _lead(report: Report, *, receipt: bool) -> str:
    lead = (
        "団体ごとの提出の状況です。"
        "上から、未提出、要再提出、確認待ち、未記入、提出済みの順に並べています。"
    )
    if report.figures.asked is None:
        lead += (
            "名簿がないため、未提出の団体は分かりません。inbox に 名簿.xlsx を置くと表示します。"
        )
    else:
        lead += (
            f"{report.turnout.line}、回収率 {report.figures.return_share or 0:.1%}です。"
            "記入率は、読み取れたかどうかによらず何か書かれている項目の割合、"
            "読み取れた割合は、①②③などと読めた項目の割合です。"
        )
    if receipt:
        lead += "受領日時はメールの受信日時です。期限は、メールで届いていないものは「不明」です。"
    return lead


def _columns() -> list[Column]:
    def counted(line: ReturnRow) -> bool:
        return line.counts is not None and line.number is not None

    def share(head: str, asked: str, width: float) -> Column:
        def formula(line: ReturnRow) -> str:
            found = f"SUMIFS(tbl_respondents[{head}],tbl_respondents[提出番号],{line.number})"
            return f"={found}" if counted(line) else ""

        def value(line: ReturnRow) -> Any:
            return (getattr(line.counts, asked) or 0) if counted(line) else ""

        return Column(head, width, "percent", of(value), formula=of(formula))

    def state(line: ReturnRow) -> Styled:
        mark, style = RETURN_SYMBOLS[line.state]
        return Styled(f"{mark} {line.state}", style)

    return [
        Column("No.", 6, "number", numbered),
        Column("状態", 13, "", of(state)),
        Column("団体名", 28, "text", of("respondent.name"), wraps=True),
        Column("役割", 23, "text", of(lambda r: r.respondent.role or NO_ROLE), wraps=True),
        Column("団体コード", 14, "text", of("respondent.id")),
        share("記入率", "filled_share", 11),
        share("読み取れた割合", "read_share", 11),
        share("対応済み率", "done_share", 13),
        Column("■ 要修正", 10, "number", of("findings.fix")),
        Column("▲ 要確認", 10, "number", of("findings.check")),
        Column("記入日", 12, "center", of("filled_on")),
        Column("ファイル更新日", 13, "center", of(lambda line: line.modified[:10])),
        Column("ファイル", 34, "text", of("file"), wraps=True),
        Column("説明", 36, "text", of("reason"), wraps=True),
        Column("連絡先", 30, "text", of("contact"), wraps=True),
        Column("提出番号", 9, "number", of("number")),
    ]


def _receipt_columns() -> list[Column]:
    """Give the last two, which are left out where no line has anything in them."""
    return [
        Column("受領日時", 17, "center", of(lambda line: line.received[:16].replace("T", " "))),
        Column(
            "期限", 9, "",
            of(lambda r: Styled(r.punctual, _PUNCTUAL_STYLES.get(r.punctual, "center"))),
        ),
    ]  # fmt: skip

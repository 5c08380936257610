"""コード表: what every symbol, column and code means, generated from where it is defined."""

from collections.abc import Sequence

from pipeline.model import Status, UnknownNotation
from pipeline.model.report import Report
from pipeline.write.book import Book, Sheet
from pipeline.write.columns import grouping_head
from pipeline.write.declared import TABLES
from pipeline.write.frame import GROUPING
from pipeline.write.record import IDENTIFIED, STATES
from pipeline.write.style import LABELS, SYMBOLS
from pipeline.write.totals import STATUSES

MEANINGS = {
    Status.DONE: "既に対応している",
    Status.PLANNED: "これから対応する（予定月は「予定月」の列）",
    Status.NOT_PLANNED: "対応する予定がない",
    Status.NOT_APPLICABLE: "回答者が対象外・該当なしと書いた、または名簿の対象分野に入らず空欄",
    Status.BLANK: "何も書かれていない（様式の選択肢が印刷されたままの場合も含む）",
    Status.UNCLEAR: "書かれているが、どの番号か決められない（①には数えない）",
}
VALUES = {
    "ファイルの扱い": ("扱い", {state.value: words for state, words in STATES.items()}),
    "団体の特定": ("特定", IDENTIFIED),
}
LAST = 4


def write_codes(book: Book, report: Report) -> None:
    """Write コード表."""
    # Long: a line for each block of the sheet, top down.
    sheet = book.sheet("コード表")
    sheet.columns(24, 22, 34, 60, 50)
    sheet.heading(
        "コード表",
        "記号、列、コードの意味です。data フォルダーのCSVの列名も載せています。",
        last=LAST,
    )
    row = _block(
        sheet, 3, "回答の区分", ("記号", "回答", "回答区分（status）", "意味", "回答コード"),
        [
            (SYMBOLS[s], LABELS[s], s.value, MEANINGS[s], str(s.code or "（空欄）"))
            for s in STATUSES
        ],
    )  # fmt: skip
    row = _block(
        sheet, row, "明細の列と data/answers.csv の列", ("明細の列", "CSVの列", "", "意味", ""),
        [
            (c.head or "（データだけ）", c.name or "（明細だけ）", "", c.means, "")
            for c in TABLES["answers"]
        ] + [
            (
                grouping_head(one.head), f"{GROUPING}{one.head}", "",
                f"名簿の「{one.head}」の列の値。名簿に記載がなければ、データでは空欄", "",
            )
            for one in report.groupings
        ],
    )  # fmt: skip
    for name in [*TABLES][1:]:
        lines = [(one.name, "", "", one.means, "") for one in TABLES[name]]
        row = _block(sheet, row, f"data/{name}.csv の列", ("CSVの列", "", "", "意味", ""), lines)
    for title, (head, words) in VALUES.items():
        lines = [(code, shown, "", "", "") for code, shown in words.items() if code]
        row = _block(sheet, row, title, (f"{head}コード", head, "", "", ""), lines)
    row = _block(
        sheet, row, "要確認コード", ("コード", "重要度", "内容", "理由", "直し方"), _rules(report),
    )  # fmt: skip
    _block(
        sheet, row, "読み取れなかった書き方（多い順）",
        ("書かれていた文字", "件数", "文字コード", "最初に見つかった場所", ""),
        [
            (n.raw[:200], f"{n.count:,}", n.code_points, _place(n), "")
            for n in report.notations
        ] or [("ありません", "", "", "", "")],
    )  # fmt: skip
    sheet.raw.freeze_panes(3, 0)
    sheet.page()


def _place(notation: UnknownNotation) -> str:
    where = notation.location
    return f"{where.file}［{where.sheet}!{where.cell}］" if where else ""


def _rules(report: Report) -> list[tuple[str, ...]]:
    if report.rules:
        return [(r.code, r.severity, r.title, r.why, r.fix) for r in report.rules]
    return [(c.code, c.severity.value, c.title, "", "") for c in report.codes]


def _block(
    sheet: Sheet, top: int, title: str, heads: Sequence[str], lines: Sequence[Sequence[str]]
) -> int:
    """Write a titled block and give the row where the next one starts.

    A column without a head is joined to the one before it, so that no block has idle columns.
    """
    sheet.section(top, title, last=LAST)
    spans = _spans(heads)
    _line(sheet, top + 1, heads, spans, "head")
    for row, line in enumerate(lines, start=top + 2):
        _line(sheet, row, line, spans, "text")
        widths = [sum(sheet.widths[place] for place in range(a, b + 1)) for a, b in spans]
        longest = max(
            zip((line[a] for a, _ in spans), widths, strict=True),
            key=lambda pair: len(pair[0]) / pair[1],
        )
        sheet.fit_width(row, *longest)
    return top + len(lines) + 3


def _spans(heads: Sequence[str]) -> list[tuple[int, int]]:
    starts = [place for place, head in enumerate(heads) if head]
    ends = [*(place - 1 for place in starts[1:]), len(heads) - 1]
    return list(zip(starts, ends, strict=True))


def _line(
    sheet: Sheet, row: int, texts: Sequence[str], spans: Sequence[tuple[int, int]], style: str
) -> None:
    for first, last in spans:
        if first == last:
            sheet.text(row, first, texts[first], style)
        else:
            sheet.merge(row, first, row, last, texts[first], style)

"""コード表: what every symbol, column and code means, generated from where it is defined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model import Status
from pipeline.write.columns import COLUMNS, DATA_COLUMNS, grouping_head
from pipeline.write.data import CHANGES, FILES, FINDINGS, PROMISES
from pipeline.write.frame import GROUPING
from pipeline.write.record import IDENTIFIED, STATES
from pipeline.write.style import LABELS, SYMBOLS
from pipeline.write.totals import STATUSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import UnknownNotation
    from pipeline.model.report import Report
    from pipeline.write.book import Book, Sheet

MEANINGS = {
    Status.DONE: "既に対応している",
    Status.PLANNED: "これから対応する（予定月は「予定月」の列）",
    Status.NOT_PLANNED: "対応する予定がない",
    Status.NOT_APPLICABLE: "回答者が対象外・該当なしと書いた、または名簿の対象分野に入らず空欄",
    Status.BLANK: "何も書かれていない（様式の選択肢が印刷されたままの場合も含む）",
    Status.UNCLEAR: "書かれているが、どの番号か決められない（①には数えない）",
}
FINDING_MEANINGS = (
    "指摘のコード（下の「要確認コード」の表）", "要修正・要確認・参考", "団体コード", "団体名",
    "様式の項目ID。ファイル全体の指摘では空欄", "受信フォルダの中のファイル", "シート", "セル",
    "書かれていた文字", "説明", "直し方",
    "新規・継続・再確認（まだ決まっていない）、認容・修正済み（確認票で決めた）、解消（なくなった）",
    "確認票の判断。なければ空欄", "事業名。なければ空欄",
    "「要確認」シートの No.（1行にまとめた指摘は同じ番号）。済んだ指摘は空欄",
    "返事で対応済み率が固まる回答の数（決まる回答）",
    "取りまとめの月（YYYY-MM）",
)  # fmt: skip
FILE_MEANINGS = (
    "受信フォルダの中のファイル", "内容の識別値（SHA-256）", "大きさ（バイト）",
    "更新日時（ISO 8601）",
    "内容で判定した種類", "扱い（下の「ファイルの扱い」の表）", "その理由", "団体コード", "団体名",
    "団体をどこから特定したか（下の「団体の特定」の表）", "シート名（「 / 」区切り）",
    "読み取った項目の数", "事業名。なければ空欄", "取りまとめの月（YYYY-MM）",
    "メールの受信日時（ISO 8601。分からなければ送信日時）。メールで届いたものでなければ空欄",
    "そのメールの差出人のアドレス", "そのメールの件名",
    "そのメールが提出期限までに届いたか（yes・no）。期限がないときと、いつ届いたか分からないときは空欄",
)  # fmt: skip
CHANGE_MEANINGS = (
    "取りまとめの月", "比べた月", "団体コード", "団体名", "様式の項目ID", "項目の分野",
    "動き（進んだ・後戻り・先送り・前倒し・変更）", "前の回答区分", "前の予定月。なければ空欄",
    "今の回答区分", "今の予定月。なければ空欄", "事業名。なければ空欄",
)  # fmt: skip
PROMISE_MEANINGS = (
    "取りまとめの月", "団体コード", "団体名", "役割", "様式の項目ID", "項目の分野",
    "初めて②と答えた取りまとめの月", "初めに示された予定月。なければ空欄",
    "今の予定月。なければ空欄", "予定月を遅らせた回数", "遅らせた月数の計",
    "期限超過なら、過ぎた最初の月", "最後に回答があった取りまとめの月",
    "結果（期限前・時期未定・期限超過・期限内に対応・遅れて対応・時期未定のまま対応・取り下げ）",
    "事業名。なければ空欄",
)  # fmt: skip
TABLES = {
    "findings": (FINDINGS, FINDING_MEANINGS),
    "files": (FILES, FILE_MEANINGS),
    "changes": (CHANGES, CHANGE_MEANINGS),
    "promises": (PROMISES, PROMISE_MEANINGS),
}
VALUES = {
    "ファイルの扱い": ("扱い", {state.value: words for state, words in STATES.items()}),
    "団体の特定": ("特定", IDENTIFIED),
}
LAST = 4


def write_codes(book: Book, report: Report) -> None:
    """Write コード表."""
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
            (c.head or "（データだけ）", c.key or "（明細だけ）", "", c.meaning, "")
            for c in (*COLUMNS, *(each for each in DATA_COLUMNS if not each.head))
        ] + [
            (
                grouping_head(one.head), f"{GROUPING}{one.head}", "",
                f"名簿の「{one.head}」の列の値。名簿に記載がなければ、データでは空欄", "",
            )
            for one in report.groupings
        ],
    )  # fmt: skip
    for name, (keys, meanings) in TABLES.items():
        lines = [(k, "", "", m, "") for k, m in zip(keys, meanings, strict=True)]
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

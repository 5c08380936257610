"""Write 確認票_YYYY-MM.xlsx, in which a coordinator decides on findings.

The sheets are not protected: Excel then refuses to sort and to filter, which is how people work
through a list. Instead every row carries a hidden key, and the reader trusts it only where it
fits what the row shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model import Severity
from pipeline.model.review import (
    DECIDED_SHEET,
    ENTRIES,
    FACTS,
    HEADER_ROW,
    KEY,
    NOTICE,
    OPEN_SHEET,
    RESOLVED_SHEET,
    ROWS,
    Verdict,
)
from pipeline.write.book import LINE_POINTS, Book
from pipeline.write.columns import part_name
from pipeline.write.lines import Line
from pipeline.write.safe import line_count

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.model.review import FormRow, ReviewForm
    from pipeline.write.book import Sheet

_FACT_WIDTHS = (8, 8, 8, 18, 24, 22, 38, 34, 22, 16)
_ENTRY_WIDTHS = (16, 20, 13, 26, 12, 13)
_NOTICE_WIDTH, _EXTRA_WIDTH, _KEY_WIDTH = 34, 20, 12
_FROZEN = 5  # 状態 to 項目 stay in sight
_LAST_OF_LEAD = 8
_LEAST, _MOST = 34.0, 110.0  # points: a row is easily read, and a screen holds several
_ENTRY_FILL = "#FFFBE6"
_SEVERITY = FACTS.index("重要度")
_SEVERITIES = {severity.value: f"severity_{severity.value}" for severity in Severity}

_LEADS = {
    OPEN_SHEET: (
        "まだ決まっていない指摘です。黄色の欄に記入して上書き保存し、Excelを閉じてから、"
        "もう一度集計してください（make aggregate）。"
        "記入した内容は次の集計に反映され、消えません。\n"
        "・判断：そのまま認める（書かれたままでよい）／修正する（回答を直す。「修正後の回答」も選ぶ）／"
        "差戻し（回答者に答え直してもらう）／対象外とする（この団体にはあてはまらない）\n"
        "・修正後の予定月：②のときだけ、2027-03 のように年と月を書きます。"
        "理由・担当・日付は自由に書いてください。並べ替え・絞り込み・列の追加をしてもかまいません。"
    ),
    DECIDED_SHEET: (
        "決定済みの判断です。「認容」「修正済み」は今月の集計に使っています。"
        "「再確認」「該当なし」は、その後に回答が変わったか今月は同じ回答がないため、"
        "使わずに残しています。\n"
        "判断を変えるときは黄色の欄を書き直してください。取り消すときは黄色の欄を空にしてください。"
    ),
    RESOLVED_SHEET: (
        "前の月、または今月のこれまでの集計にあった指摘のうち、なくなったものです。"
        "何もしなくてかまいません。"
    ),
}
_TITLES = {
    OPEN_SHEET: "確認票（{month}）：判断をお願いする指摘 {count:,}件",
    DECIDED_SHEET: "決定済みの判断 {count:,}件",
    RESOLVED_SHEET: "解消した指摘 {count:,}件",
}
_HELP = {
    "判断": "リストから選んでください。",
    "修正後の回答": "「修正する」のときに選んでください。",
    "修正後の予定月": "②のときだけ、2027-03 のように年と月を書いてください。",
    "理由": "判断の理由を書いてください。集計表の明細と処理記録に残ります。",
    "担当": "判断した人の名前を書いてください。",
    "日付": "判断した日を書いてください。",
}


def write_review_form(form: ReviewForm, folder: Path) -> Path:
    """Write the form into ``folder`` and give its path; the same form gives the same bytes."""
    path = folder / form.file
    book = Book(path, rows=ROWS)
    book.properties(
        title=f"確認票 {form.month}",
        subject=form.title,
        comments=f"基準月 {form.month}　作成 {form.made_at}",
        made_at=form.made_at,
    )
    _write_sheet(book, form, OPEN_SHEET, form.open)
    _write_sheet(book, form, DECIDED_SHEET, form.decided)
    _write_sheet(book, form, RESOLVED_SHEET, form.resolved)
    book.close()
    return path


def _write_sheet(book: Book, form: ReviewForm, name: str, rows: Sequence[FormRow]) -> None:
    entering = name != RESOLVED_SHEET
    heads = (*FACTS, *ENTRIES, NOTICE, KEY, *form.extra) if entering else FACTS
    for part, start in enumerate(range(0, max(len(rows), 1), book.rows)):
        some = rows[start : start + book.rows]
        sheet = book.sheet(part_name(name, part))
        sheet.columns(*_FACT_WIDTHS)
        if entering:
            sheet.columns(*_ENTRY_WIDTHS, _NOTICE_WIDTH, _KEY_WIDTH, start=len(FACTS))
            sheet.columns(*[_EXTRA_WIDTH] * len(form.extra), start=heads.index(KEY) + 1)
        title = _TITLES[name].format(month=form.month, count=len(rows))
        _write_head(sheet, title, _LEADS[name])
        styles = ["head"] * len(heads)
        for head in ENTRIES if entering else ():
            styles[heads.index(head)] = _entry_head(book)
        table = f"tbl_review_{(OPEN_SHEET, DECIDED_SHEET, RESOLVED_SHEET).index(name)}_{part}"
        sheet.table(HEADER_ROW, 0, len(some), heads, table, styles)
        columns = _styles(book, len(form.extra), entering=entering)
        sheet.lines(
            HEADER_ROW + 1, (_line(sheet, line, columns, entering=entering) for line in some)
        )
        if entering:
            _offer(sheet, form, HEADER_ROW + 1, HEADER_ROW + max(len(some), 1))
            key = heads.index(KEY)
            sheet.raw.set_column(key, key, _KEY_WIDTH, None, {"hidden": True})
        sheet.raw.freeze_panes(HEADER_ROW + 1, _FROZEN)
        sheet.page(paper="A3", repeat=(HEADER_ROW, HEADER_ROW))


def _write_head(sheet: Sheet, title: str, lead: str) -> None:
    sheet.height(0, 30)
    sheet.text(0, 0, title, "title")
    sheet.merge(1, 0, 1, _LAST_OF_LEAD, lead, "lead")
    width = sum(sheet.widths[column] for column in range(_LAST_OF_LEAD + 1))
    sheet.height(1, line_count(lead, width) * LINE_POINTS + 6)
    sheet.height(2, 6)


def _styles(book: Book, extra: int, *, entering: bool) -> list[str]:
    """Give the style of each column, left to right."""
    fact = book.variant("text", valign="top", align="left")
    middle = book.variant("center", valign="top")
    styles = [middle if head in ("状態", "コード") else fact for head in FACTS]
    if entering:
        entry = book.variant(
            "text", valign="top", align="left", bg_color=_ENTRY_FILL, num_format="@"
        )
        styles += [*[entry] * len(ENTRIES), fact, fact, *[fact] * extra]
    return styles


def _line(sheet: Sheet, row: FormRow, styles: Sequence[str], *, entering: bool) -> Line:
    entries = (*row.entries, row.notice, row.key, *row.extra) if entering else ()
    texts = (*row.facts, *entries)
    key = len(FACTS) + len(ENTRIES) + 1  # hidden: it takes no room
    cells = [*zip(texts, styles, strict=True)]
    severity = texts[_SEVERITY]  # the one column coloured by its text
    cells[_SEVERITY] = (severity, _SEVERITIES.get(severity, styles[_SEVERITY]))
    shown = ((column, text) for column, text in enumerate(texts) if text and column != key)
    return Line(cells, min(sheet.points(shown, least=_LEAST), _MOST))


def _entry_head(book: Book) -> str:
    return book.variant("head", bg_color="#8A6100")


def _offer(sheet: Sheet, form: ReviewForm, first: int, last: int) -> None:
    """Put drop-downs and a word of help on the columns to fill in."""
    lists = {
        "判断": [verdict.value for verdict in Verdict],
        "修正後の回答": list(form.answers),
    }
    for number, head in enumerate(ENTRIES):
        rule: dict[str, object] = {"validate": "any"}
        if head in lists:
            rule = {
                "validate": "list",
                "source": lists[head],
                "error_title": head,
                "error_message": "リストから選んでください。",
            }
        rule |= {"input_title": head, "input_message": _HELP[head]}
        column = len(FACTS) + number
        sheet.raw.data_validation(first, column, last, column, rule)

"""対応予定の履行状況: every ② from the month it was first said to what became of it.

All are counted; those said for the first time this month are listed in 対応予定 alone.

A sheet of its own beside 対応予定, which lists what is open: most of what stands here is not
open any more, and two filtered tables of that length on one sheet hide each other.
"""

from collections import Counter

import numpy as np

from pipeline.frame.columns import Frame, taken
from pipeline.frame.promises import promises_of
from pipeline.model.history import Outcome, PromiseRate
from pipeline.model.report import Report
from pipeline.write.book import HEAD_POINTS, Book, Sheet
from pipeline.write.list_columns import or_dash, put_list, role, to_detail
from pipeline.write.listing import Column, Styled
from pipeline.write.style import BAR_DONE
from pipeline.write.tables import numbered
from pipeline.write.totals import bars

PROMISES_SHEET = "対応予定の履行状況"
LAST = 14
OUTCOMES = {
    Outcome.OVERDUE: ("■ 期限超過", "severity_要修正", "まだ②のままで、予定月を過ぎています"),
    Outcome.OPEN: ("・ 期限前", "center", "まだ②で、予定月を過ぎていません"),
    Outcome.UNDATED: ("？ 時期未定", "status_unclear", "まだ②で、予定月が一度も示されていません"),
    Outcome.WITHDRAWN: (
        "× 取り下げ", "severity_要修正",
        "②のあと、①以外の回答（③、未記入、判読不能など）になりました",
    ),
    Outcome.LATE: (
        "▲ 遅れて対応", "severity_要確認", "①になりましたが、報告は予定月の後でした",
    ),
    Outcome.UNDATED_DONE: (
        "○ 時期未定のまま対応", "center",
        "①になりました。予定月が一度も示されなかったため、予定どおり対応した割合には入れません",
    ),
    Outcome.KEPT: ("● 期限内に対応", "ok", "予定月までに①と報告されました"),
}  # fmt: skip
MANY, MOST = 60, 20  # bodies from which on only so many have a line of their own
_RATE_HEADS = (
    "②と答えた数", "期限内に対応", "遅れて対応", "期限超過", "取り下げ", "予定どおり対応した割合",
    "延期のあった数",
)  # fmt: skip


def has_promises(report: Report) -> bool:
    """Tell whether 対応予定の履行状況 has content: a ② that an earlier month said."""
    said = promises_of(report.months.promises).frame["first_said"]
    return bool(said.where(lambda month: month != report.month).any())


def write_promises(book: Book, report: Report, promises: Frame) -> None:
    """Write 対応予定の履行状況: outcomes, rates by category and respondent, then every promise."""
    sheet, months = book.sheet(PROMISES_SHEET), report.months
    columns = _columns(book)
    sheet.columns(*(column.width for column in columns))
    lead = (
        "「②これから対応予定」という回答を、初めて答えた月から追った記録です。"
        "予定どおり対応した割合は、期限内に対応÷（期限内に対応＋遅れて対応＋期限超過＋取り下げ）です。"
        "報告された月で判断します（予定月までに①と報告されたものが「期限内に対応」です）。"
        "今月は提出のない団体の分も、前の回答のまま載せています。この表の数は作成時の値です。"
    )
    sheet.heading(PROMISES_SHEET, lead, last=LAST)
    row = _write_outcomes(sheet, report, 3)
    row = _write_rates(sheet, row, "分野別の割合", "分野", months.category_rates)
    row = _write_rates(sheet, row, *_bodies(months.promise_rates))
    top = row + 2
    past = np.flatnonzero(promises["first_said"].where(lambda month: month != report.month))
    size, new = len(past), len(months.promises) - len(past)
    title = f"1件ずつの一覧（前の月までに②と答えたもの {size:,}件。"
    title += f"今月初めて②と答えた {new:,}件は「対応予定」にあります）"
    sheet.section(top - 2, title, last=LAST)
    sheet.raw.freeze_panes(3, 3)
    for part, first, size in put_list(sheet, top, "tbl_promises", columns, taken(promises, past)):
        part.page(paper="A3", repeat=(first - 1, first - 1))
        part.raw.ignore_errors({"number_stored_as_text": f"G{first}:G{first + size + 1}"})


def _columns(book: Book) -> list[Column]:
    quiet = book.variant("number", num_format='#,##0;-#,##0;"－"')
    return [
        Column("No.", 7, "number", numbered),
        Column("結果", 19, "", lambda rows: rows["outcome"].of(lambda o: Styled(*OUTCOMES[o][:2]))),
        Column("団体名", 30, "text", "respondent", wraps=True),
        Column("役割", 20, "text", role, wraps=True),
        Column("分野", 20, "text", "category", wraps=True),
        Column("項目ID", 18, "text", "item_id", wraps=True),
        Column("団体コード", 14, "text", "respondent_id"),
        Column("初めて②と答えた月", 13, "center", "first_said"),
        Column("初めの予定月", 13, "center", lambda rows: rows["first_due"].of(or_dash)),
        Column("今の予定月", 13, "center", lambda rows: rows["due"].of(or_dash)),
        Column("延期の回数", 10, quiet, "slips"),
        Column("延びた月数", 10, quiet, "slipped_months"),
        Column("超過の始まり", 13, "center", "overdue_since"),
        Column("最後の回答の月", 13, "center", "last_said"),
        to_detail(book, 10),
    ]


def _write_outcomes(sheet: Sheet, report: Report, top: int) -> int:
    counts = Counter(promises_of(report.months.promises).frame["outcome"])
    sheet.section(top, "結果別の件数", last=LAST)
    sheet.merge(top + 1, 0, top + 1, 1, "結果", "head")
    sheet.text(top + 1, 2, "件数", "head")
    sheet.merge(top + 1, 3, top + 1, LAST, "意味", "head")
    for row, (outcome, (label, style, meaning)) in enumerate(OUTCOMES.items(), start=top + 2):
        sheet.merge(row, 0, row, 1, label, style)
        sheet.number(row, 2, counts[outcome])
        sheet.merge(row, 3, row, LAST, meaning, "text")
    bottom = top + 2 + len(OUTCOMES)
    sheet.merge(bottom, 0, bottom, 1, "計", "total_text")
    sheet.count(
        bottom, 2, f"=SUM(C{top + 3}:C{bottom})", len(report.months.promises), "total_number"
    )
    return bottom + 2


def _bodies(rates: tuple[PromiseRate, ...]) -> tuple[str, str, tuple[PromiseRate, ...]]:
    """Give the table of bodies; of many, those who are late with most."""
    title = "団体別の割合"
    if len(rates) > MANY:
        rates = tuple(sorted(rates, key=lambda rate: -rate.overdue)[:MOST])
        title += f"（期限超過の多い {MOST}団体。すべての団体の分は下の一覧にあります）"
    return title, "団体", rates


def _write_rates(
    sheet: Sheet, top: int, title: str, label: str, rates: tuple[PromiseRate, ...]
) -> int:
    if not rates:
        return top
    sheet.section(top, title, last=LAST)
    sheet.merge(top + 1, 0, top + 1, 2, label, "head")
    for place, head in enumerate(_RATE_HEADS, start=3):
        sheet.text(top + 1, place, head, "head")
    sheet.height(top + 1, HEAD_POINTS)
    for row, rate in enumerate(rates, start=top + 2):
        sheet.merge(row, 0, row, 2, rate.name, "text")
        counts = (rate.promises, rate.kept, rate.late, rate.overdue, rate.withdrawn)
        for place, value in enumerate(counts, start=3):
            sheet.number(row, place, value)
        r, share = row + 1, rate.kept_share
        judged = f"SUM(E{r}:H{r})"
        formula = f'=IF({judged}=0,"－",E{r}/{judged})'
        sheet.count(row, 8, formula, "－" if share is None else share, "percent")
        sheet.number(row, 9, rate.slipped)
        sheet.fit_width(row, rate.name, sum(sheet.widths[place] for place in range(3)))
    bars(sheet, top + 2, top + 1 + len(rates), 8, BAR_DONE)
    return top + 2 + len(rates) + 1

"""約束の記録: every ② from the month it was first said to what became of it.

A sheet of its own beside 対応予定, which lists what is open: most of what stands here is not
open any more, and two filtered tables of that length on one sheet hide each other.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pipeline.model.history import Outcome
from pipeline.write.book import HEAD_POINTS
from pipeline.write.columns import detail_row, part_name
from pipeline.write.lines import Line, Link
from pipeline.write.style import BAR_DONE
from pipeline.write.totals import NO_ROLE, bars

if TYPE_CHECKING:
    from pipeline.model.history import Promise, PromiseRate
    from pipeline.model.report import Report
    from pipeline.write.book import Book, Sheet

PROMISES_SHEET = "約束の記録"
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
        "①になりました。予定月が一度も示されなかったため、守られた割合には入れません",
    ),
    Outcome.KEPT: ("● 期限内に対応", "ok", "予定月までに①と報告されました"),
}  # fmt: skip
_WIDTHS = (7, 19, 30, 20, 20, 18, 14, 13, 13, 13, 10, 10, 13, 13, 10)
_RATE_HEADS = (
    "②と答えた数", "期限内に対応", "遅れて対応", "期限超過", "取り下げ", "守られた割合",
    "延期のあった数",
)  # fmt: skip
_HEADS = (
    "No.", "結果", "団体名", "役割", "分野", "項目ID", "団体コード", "初めて②と答えた月",
    "初めの予定月", "今の予定月", "延期の回数", "延びた月数", "超過の始まり",
    "最後の回答の月", "明細",
)  # fmt: skip


def write_promises(book: Book, report: Report) -> None:
    """Write 約束の記録: outcomes, rates by category and respondent, then every promise."""
    sheet, months = book.sheet(PROMISES_SHEET), report.months
    sheet.columns(*_WIDTHS)
    lead = (
        "「②これから対応予定」という回答を、初めて答えた月から追った記録です。"
        "守られた割合は、期限内に対応÷（期限内に対応＋遅れて対応＋期限超過＋取り下げ）です。"
        "報告された月で判断します（予定月までに①と報告されたものが「期限内に対応」です）。"
        "今月は提出のない団体の分も、前の回答のまま載せています。この表の数は作成時の値です。"
    )
    if len(months.points) < 2:
        lead += "前の月の集計がないため、今月の②だけを載せています。"
    sheet.heading(PROMISES_SHEET, lead, last=LAST)
    row = _write_outcomes(sheet, report, 3)
    row = _write_rates(sheet, row, "分野別の割合", "分野", months.category_rates)
    row = _write_rates(sheet, row, "団体別の割合", "団体", months.promise_rates)
    _write_list(sheet, report, row + 2)


def _write_outcomes(sheet: Sheet, report: Report, top: int) -> int:
    counts = Counter(promise.outcome for promise in report.months.promises)
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
        sheet.fit_width(row, rate.name, sum(_WIDTHS[:3]))
        sheet.done(row)
    bars(sheet, top + 2, top + 1 + len(rates), 8, BAR_DONE)
    return top + 2 + len(rates) + 1


def _write_list(sheet: Sheet, report: Report, top: int) -> None:
    promises, book = report.months.promises, sheet.book
    places = {
        (row.respondent_id, row.item_id): index for index, row in enumerate(report.answers)
    }  # fmt: skip
    sheet.section(top - 2, f"約束の一覧（{len(promises):,}件）", last=LAST)
    sheet.raw.freeze_panes(3, 3)
    room = book.rows - top
    for part, start in enumerate(range(0, max(len(promises), 1), room)):
        chosen = promises[start : start + room]
        if part:
            sheet, top = book.sheet(part_name(PROMISES_SHEET, part)), 1
            sheet.columns(*_WIDTHS)
        name = f"tbl_promises_{part + 1}" if part else "tbl_promises"
        sheet.table(top - 1, 0, len(chosen), _HEADS, name)
        sheet.lines(
            top,
            (
                _line(sheet, number, promise, places.get((promise.respondent_id, promise.item_id)))
                for number, promise in enumerate(chosen, start=start + 1)
            ),
        )
        sheet.raw.ignore_errors({"number_stored_as_text": f"G{top}:G{top + len(chosen) + 1}"})
        sheet.page(paper="A3", repeat=(top - 1, top - 1))


def _line(sheet: Sheet, number: int, promise: Promise, answer: int | None) -> Line:
    label, style, _ = OUTCOMES[promise.outcome]
    role = promise.role or NO_ROLE
    quiet = sheet.book.variant("number", num_format='#,##0;-#,##0;"－"')
    cells = (
        (number, "number"),
        (label, style),
        (promise.respondent, "text"),
        (role, "text"),
        (promise.category, "text"),
        (promise.item_id, "text"),
        (promise.respondent_id, "text"),
        (promise.first_said, "center"),
        (promise.first_due or "－", "center"),
        (promise.due or "－", "center"),
        (promise.slips, quiet),
        (promise.slipped_months, quiet),
        (promise.overdue_since, "center"),
        (promise.last_said, "center"),
        ("－", "center") if answer is None else ("明細へ", "celllink"),
    )
    points = sheet.points(
        ((2, promise.respondent), (3, role), (4, promise.category), (5, promise.item_id))
    )
    if answer is None:
        return Line(cells, points)
    return Line(cells, points, (Link(14, detail_row(answer, sheet.book.rows)),))

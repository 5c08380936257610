"""項目別集計, 分野別集計, 団体別集計: counts by status, live over 明細."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model import Status
from pipeline.write.book import LINE_POINTS
from pipeline.write.columns import column
from pipeline.write.style import COLOURS, LABELS, SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model.report import Report, StatusCounts
    from pipeline.write.book import Book, Sheet

STATUSES = tuple(Status)
STATUS_HEADS = tuple(f"{SYMBOLS[status]} {LABELS[status]}" for status in STATUSES)
LIVE = "件数は「明細」を数える式です。明細の「回答」を直すと、この表も変わります。"
FIXED = "行数が多いため、件数は式ではなく作成時の値です。明細を直しても、この表は変わりません。"
SHARE = "対応済み率は、対象外を除いた項目のうち①の割合です（未記入と判読不能は①に数えません）。"


def how_counted(book: Book) -> str:
    """Say whether the numbers of a sheet follow 明細."""
    return LIVE if book.live else FIXED


def letters(index: int) -> str:
    """Name a 0-based column: 0 is A."""
    from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415 - kept out of --help

    return str(xl_col_to_name(index))


def countifs(*criteria: tuple[str, str]) -> str:
    """Build a COUNTIFS over columns of 明細: (head, criterion as formula text)."""
    parts = ",".join(f"{column(head)},{criterion}" for head, criterion in criteria)
    return f"COUNTIFS({parts})"


def quoted(text: str) -> str:
    """Give a text as a literal in a formula that COUNTIFS matches letter by letter."""
    escaped = "".join(f"~{letter}" if letter in "~*?" else letter for letter in text)
    return '"' + escaped.replace('"', '""') + '"'


def write_counts(
    sheet: Sheet, row: int, start: int, criteria: Sequence[tuple[str, str]],
    counts: StatusCounts, *, prefix: str = "",
) -> None:  # fmt: skip
    """Write six counts, their sum and the share done from column ``start`` on."""
    for offset, status in enumerate(STATUSES):
        formula = "=" + countifs(*criteria, ("回答", quoted(LABELS[status])))
        sheet.count(row, start + offset, formula, counts.of(status), f"{prefix}number")
    first, last, r = letters(start), letters(start + 5), row + 1
    sheet.count(row, start + 6, f"=SUM({first}{r}:{last}{r})", counts.total, f"{prefix}number")
    write_share(sheet, row, start, counts, f"{prefix}percent")


def write_share(
    sheet: Sheet, row: int, start: int, counts: StatusCounts, style: str = "percent"
) -> None:
    """Write 対応済み率 beside six counts and their sum."""
    done, away, total, r = letters(start), letters(start + 3), letters(start + 6), row + 1
    share = counts.done_share
    sheet.count(
        row,
        start + 7,
        f'=IF({total}{r}-{away}{r}=0,"－",{done}{r}/({total}{r}-{away}{r}))',
        "－" if share is None else share,
        style,
    )


def write_sums(
    sheet: Sheet, row: int, start: int, rows: tuple[int, int], counts: StatusCounts
) -> None:
    """Write the totals of rows of counts (0-based, inclusive) and the share done."""
    top, bottom = rows[0] + 1, rows[1] + 1
    values = [*(counts.of(status) for status in STATUSES), counts.total]
    for offset, value in enumerate(values):
        name = letters(start + offset)
        formula = f"=SUM({name}{top}:{name}{bottom})"
        sheet.count(row, start + offset, formula, value, "total_number")
    write_share(sheet, row, start, counts, "total_percent")


def bars(sheet: Sheet, top: int, bottom: int, column_index: int, colour: str) -> None:
    """Lay data bars over a column of shares."""
    sheet.raw.conditional_format(
        top,
        column_index,
        bottom,
        column_index,
        {
            "type": "data_bar",
            "bar_color": colour,
            "bar_solid": True,
            "min_type": "num",
            "min_value": 0,
            "max_type": "num",
            "max_value": 1,
            "data_bar_2010": True,
        },
    )


def write_items(book: Book, report: Report) -> None:
    """Write 項目別集計: every item with count and share of each status, in form order."""
    sheet = book.sheet("項目別集計")
    heads = (
        "No.", "分野", "項目ID", "項目", *STATUS_HEADS, "計", "対応済み率",
        *(f"{SYMBOLS[status]} 割合" for status in STATUSES[1:]),
    )  # fmt: skip
    sheet.columns(5, 17, 17, 40, *([9] * 6), 8, 13, *([8] * 5))
    styles = ["head"] * 4 + [f"head_{s.value}" for s in STATUSES] + ["head"] * 2
    styles += [f"head_{s.value}" for s in STATUSES[1:]]
    lead = f"様式の順に、項目ごとの回答の数を示します。{how_counted(book)}{SHARE}"
    sheet.heading("項目別集計", lead, last=len(heads) - 1)
    top = 4
    sheet.table(top - 1, 0, len(report.items), heads, "tbl_items", styles)
    sheet.height(top - 1, 2 * LINE_POINTS + 6)
    for row, total in enumerate(report.items, start=top):
        sheet.number(row, 0, total.number)
        sheet.text(row, 1, total.item.category, "text")
        sheet.text(row, 2, total.item.id, "text")
        sheet.text(row, 3, total.item.title, "text")
        write_counts(sheet, row, 4, (("項目番号", f"$A{row + 1}"),), total.counts)
        for offset, status in enumerate(STATUSES[1:]):
            name = letters(5 + offset)
            share = total.counts.of(status) / total.counts.total if total.counts.total else "－"
            sheet.count(
                row, 12 + offset, f'=IF($K{row + 1}=0,"－",{name}{row + 1}/$K{row + 1})', share,
                "percent",
            )  # fmt: skip
        sheet.fit(row, ((1, total.item.category), (3, total.item.title)))
    bottom = top + len(report.items) - 1
    for place in range(4):
        sheet.text(bottom + 1, place, "合計" if place == 3 else "", "total_text")
    write_sums(sheet, bottom + 1, 4, (top, bottom), report.figures.counts)
    bars(sheet, top, bottom, 11, COLOURS[Status.DONE][0])
    sheet.raw.freeze_panes(top, 4)
    sheet.page(repeat=(top - 1, top - 1))

"""項目別集計, 分野別集計 and what every table of counts by status shares: live over 明細."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.frame.columns import Coded, Frame
from pipeline.model import Status
from pipeline.model.counts import StatusCounts
from pipeline.model.raw import column_letters
from pipeline.model.report import GroupTotal, Report
from pipeline.write.book import Book, Sheet
from pipeline.write.columns import column
from pipeline.write.listing import Column, R, Total
from pipeline.write.style import BAR_DONE, LABELS, SYMBOLS
from pipeline.write.table import Field
from pipeline.write.tables import BLANK, of, put_table
from pipeline.write.trend import TREND_HEAD, TREND_WIDTH, has_trend, places, sparklines

STATUSES = tuple(Status)
STATUS_HEADS = tuple(f"{SYMBOLS[status]} {LABELS[status]}" for status in STATUSES)
LIVE = "件数は「明細」を数える式です。回答の訂正は、明細ではなく取りまとめ担当の確認票で行います。"
FIXED = "行数が多いため、件数は作成時の値です。回答の訂正は、取りまとめ担当の確認票で行います。"
DIGEST = "件数は作成時の値です。回答の一つずつは集計表にあります。"
NO_ROLE = "（役割の登録なし）"
TREND = Column(TREND_HEAD, TREND_WIDTH, "text", of(lambda _: ""))
SHARE = "対応済み率は、対象外を除いた項目のうち①の割合です（未記入と判読不能は①に数えません）。"


def how_counted(book: Book) -> str:
    """Say whether the numbers of a sheet follow 明細."""
    if book.only:
        return DIGEST
    return LIVE if book.live else FIXED


def countifs(*criteria: tuple[str, str]) -> str:
    """Build a formula that counts over columns of 明細: (head, criterion as formula text)."""
    parts = ",".join(f"{column(head)},{criterion}" for head, criterion in criteria)
    return f"=COUNTIFS({parts})"


def answered(status: Status) -> tuple[str, str]:
    """Give the criterion of a status."""
    return "回答", quoted(LABELS[status])


def quoted(text: str) -> str:
    """Give a text as a literal in a formula that COUNTIFS matches letter by letter.

    A criterion that begins like a comparison is one (``>0``, ``<>x``); ``=`` before it says that
    the rest is the text to find.
    """
    escaped = "".join(f"~{letter}" if letter in "~*?" else letter for letter in text)
    comparing = "=" if text.startswith(("=", "<", ">")) else ""
    return '"' + comparing + escaped.replace('"', '""') + '"'


def status_columns(
    start: int,
    formula: Callable[[Status], str | Callable[[Frame], Coded]],
    *,
    widths: tuple[float, float] = (0, 0),
    sums: StatusCounts | None = None,
) -> list[Column]:
    """Give six counts, their sum and 対応済み率 of lines with ``counts`` from a column on.

    ``formula`` counts a status; ``widths`` are of a count and of the sum. ``sums`` are the
    counts of what stands below, if anything.
    """
    first, last, total = (column_letters(start + n) for n in (0, 5, 6))
    summed = None if sums is None else Total()
    share = f'=IF({total}{R}-{column_letters(start + 3)}{R}=0,"－",{first}{R}/({total}{R}-'
    share += f"{column_letters(start + 3)}{R}))"

    def counted(status: Status) -> Callable[[Frame], Coded]:
        return of(lambda line: line.counts.of(status))

    columns = [
        Column(
            head, widths[0], "number", counted(status),
            formula=formula(status), look=f"head_{status.value}", total=summed,
        )
        for status, head in zip(STATUSES, STATUS_HEADS, strict=True)
    ]  # fmt: skip
    below = None if sums is None else Total("total_percent", or_dash(sums.done_share), share)
    return [
        *columns,
        Column(
            "計", widths[1], "number", of("counts.total"), formula=f"=SUM({first}{R}:{last}{R})",
            total=summed,
        ),
        Column(
            "対応済み率", _BAR_WIDTH, "percent", of(lambda line: or_dash(line.counts.done_share)),
            formula=share, total=below,
        ),
    ]  # fmt: skip


def or_dash(share: float | None) -> Field:
    """Give a share, － where there is none."""
    return "－" if share is None else share


_BAR_WIDTH, _BAR_SCALE = 16, 2.1  # a bar of 100 % ends before the middle of the cell


def bars(sheet: Sheet, top: int, bottom: int, column_index: int, colour: str) -> None:
    """Lay data bars over a column of shares, in its left half: the number stands in the right."""
    sheet.columns(_BAR_WIDTH, start=column_index)
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
            "max_value": _BAR_SCALE,
            "data_bar_2010": True,
        },
    )


def status_styles(statuses: Sequence[Status] = STATUSES) -> list[str]:
    """Give the styles of the heads of status columns."""
    return [f"head_{status.value}" for status in statuses]


_ON_A_PAGE = 60  # items that still are readable on a single page of A3
ITEMS_TOP = 4  # 0-based row of the first item on 項目別集計


def write_items(book: Book, report: Report) -> None:
    """Write 項目別集計: every item with count and share of each status, in form order."""
    sheet = book.sheet("項目別集計")
    trend = has_trend(report)
    columns = [*_item_columns(report.figures.counts), *([TREND] if trend else [])]
    sheet.columns(*(each.width for each in columns))
    last = len(columns) - trend
    sheet.columns(TREND_WIDTH, start=last)
    lead = f"様式の順に、項目ごとの回答の数を示します。{how_counted(book)}{SHARE}"
    sheet.heading("項目別集計", lead, last=len(columns) - 1)
    below = put_table(sheet, ITEMS_TOP - 1, columns, report.items, name="tbl_items")
    if trend:
        first = places(report).items
        rows = range(len(report.items))
        sparklines(sheet, last, report, [(ITEMS_TOP + n, first + n) for n in rows])
    bars(sheet, ITEMS_TOP, below - 2, 11, BAR_DONE)
    sheet.raw.freeze_panes(ITEMS_TOP, 4)
    sheet.page(paper="A3", repeat=(ITEMS_TOP - 1, ITEMS_TOP - 1))
    if len(report.items) <= _ON_A_PAGE:
        sheet.raw.fit_to_pages(1, 1)


def _item_columns(sums: StatusCounts) -> list[Column]:
    number = ("項目番号", f"$A{R}")

    def share(place: int, status: Status) -> Column:
        cell = f"{column_letters(place)}{R}"
        return Column(
            f"{SYMBOLS[status]} 割合", 9, "percent",
            of(lambda t: t.counts.of(status) / t.counts.total if t.counts.total else "－"),
            formula=f'=IF($K{R}=0,"－",{cell}/$K{R})', look=f"head_{status.value}",
        )  # fmt: skip

    return [
        Column("No.", 6, "number", of("number"), total=BLANK),
        Column("分野", 17, "text", of("item.category"), wraps=True, total=BLANK),
        Column("項目ID", 18, "text", of("item.id"), total=BLANK),
        Column("項目", 66, "text", of("item.title"), wraps=True, total=Total("total_text", "合計")),
        *status_columns(4, lambda s: countifs(number, answered(s)), widths=(11, 9), sums=sums),
        *(share(place, status) for place, status in enumerate(STATUSES[1:], start=5)),
    ]


GROUPS_TOP = 5  # 0-based row of the first category on 分野別集計; the chart of 概況 refers to it


def write_groups(book: Book, report: Report) -> None:
    """Write 分野別集計: categories with their sum, then sections."""
    sheet = book.sheet("分野別集計")
    categories = [group for group in report.groups if not group.section]
    sections = [group for group in report.groups if group.section]
    columns = _group_columns(len(report.items), report.figures.counts)
    sheet.columns(*(each.width for each in columns))
    lead = f"分野と、その中の区分ごとに回答の数を示します。{how_counted(book)}{SHARE}"
    sheet.heading("分野別集計", lead, last=10)
    sheet.section(GROUPS_TOP - 2, "分野別", last=10)
    below = put_table(sheet, GROUPS_TOP - 1, columns, categories, name="tbl_categories")
    bars(sheet, GROUPS_TOP, below - 2, 10, BAR_DONE)
    if sections:
        top = below + 3
        sheet.section(top - 2, "区分別", last=10)
        columns = [replace(each, total=None) for each in columns]
        below = put_table(sheet, top - 1, columns, sections, name="tbl_sections")
        bars(sheet, top, below - 1, 10, BAR_DONE)
    sheet.raw.freeze_panes(3, 1)
    sheet.page()


def _group_columns(items: int, sums: StatusCounts) -> list[Column]:
    def formula(status: Status) -> Callable[[Frame], Coded]:
        def count(group: GroupTotal) -> str:
            section = [("区分", quoted(group.section))] if group.section else []
            return countifs(("分野", quoted(group.category)), *section, answered(status))

        return of(count)

    whole = Total("total_text", "合計")
    return [
        Column("分野", 30, "text", of("category"), wraps=True, total=whole),
        Column(
            "区分", 46, "text", of(lambda g: g.section or "（分野の計）"), wraps=True, total=BLANK
        ),
        Column("項目数", 8, "number", of("items"), total=Total("total_number", items)),
        *status_columns(3, formula, widths=(12, 9), sums=sums),
    ]


def respondents_top(report: Report) -> int:
    """Give the 0-based row of the first respondent on 団体別集計: it stands below the roles."""
    return len(report.roles) + 9

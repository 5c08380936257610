"""項目別集計, 分野別集計, 団体別集計: counts by status, live over 明細."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model import Status
from pipeline.write.book import HEAD_POINTS
from pipeline.write.columns import NONE_GIVEN, column
from pipeline.write.style import BAR_DONE, BAR_OTHER, LABELS, SYMBOLS
from pipeline.write.trend import TREND_HEAD, TREND_WIDTH, has_trend, places, sparklines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model.counts import StatusCounts
    from pipeline.model.report import GroupTotal, Report, RespondentTotal, RoleTotal
    from pipeline.write.book import Book, Sheet

STATUSES = tuple(Status)
STATUS_HEADS = tuple(f"{SYMBOLS[status]} {LABELS[status]}" for status in STATUSES)
LIVE = "件数は「明細」を数える式です。回答の訂正は、明細ではなく取りまとめ担当の確認票で行います。"
FIXED = "行数が多いため、件数は作成時の値です。回答の訂正は、取りまとめ担当の確認票で行います。"
DIGEST = "件数は作成時の値です。回答の一つずつは集計表にあります。"
SHARE = "対応済み率は、対象外を除いた項目のうち①の割合です（未記入と判読不能は①に数えません）。"


def how_counted(book: Book) -> str:
    """Say whether the numbers of a sheet follow 明細."""
    if book.only:
        return DIGEST
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
    """Give a text as a literal in a formula that COUNTIFS matches letter by letter.

    A criterion that begins like a comparison is one (``>0``, ``<>x``); ``=`` before it says that
    the rest is the text to find.
    """
    escaped = "".join(f"~{letter}" if letter in "~*?" else letter for letter in text)
    comparing = "=" if text.startswith(("=", "<", ">")) else ""
    return '"' + comparing + escaped.replace('"', '""') + '"'


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
    rest = STATUSES[1:]
    heads = (
        "No.", "分野", "項目ID", "項目", *STATUS_HEADS, "計", "対応済み率",
        *(f"{SYMBOLS[status]} 割合" for status in rest),
    )  # fmt: skip
    sheet.columns(6, 17, 18, 66, *([11] * 6), 9, 13, *([9] * 5), TREND_WIDTH)
    styles = ["head"] * 4 + status_styles() + ["head"] * 2 + status_styles(rest)
    trend = places(report).items if has_trend(report) else None
    if trend is not None:
        heads, styles = (*heads, TREND_HEAD), [*styles, "head"]
    lead = f"様式の順に、項目ごとの回答の数を示します。{how_counted(book)}{SHARE}"
    sheet.heading("項目別集計", lead, last=len(heads) - 1)
    top = ITEMS_TOP
    sheet.table(top - 1, 0, len(report.items), heads, "tbl_items", styles)
    for row, total in enumerate(report.items, start=top):
        sheet.number(row, 0, total.number)
        for place, text in enumerate((total.item.category, total.item.id, total.item.title), 1):
            sheet.text(row, place, text, "text")
        write_counts(sheet, row, 4, (("項目番号", f"$A{row + 1}"),), total.counts)
        for place, status in enumerate(rest, start=5):
            cell, all_ = f"{letters(place)}{row + 1}", f"$K{row + 1}"
            share = total.counts.of(status) / total.counts.total if total.counts.total else "－"
            formula = f'=IF({all_}=0,"－",{cell}/{all_})'
            sheet.count(row, place + 7, formula, share, "percent")
        if trend is not None:
            sheet.text(row, len(heads) - 1, "", "text")
        sheet.fit(row, ((1, total.item.category), (3, total.item.title)))
    bottom = top + len(report.items) - 1
    if trend is not None:
        pairs = [(row, trend + row - top) for row in range(top, bottom + 1)]
        sparklines(sheet, len(heads) - 1, report, pairs)
    for place in range(4):
        sheet.text(bottom + 1, place, "合計" if place == 3 else "", "total_text")
    write_sums(sheet, bottom + 1, 4, (top, bottom), report.figures.counts)
    bars(sheet, top, bottom, 11, BAR_DONE)
    sheet.raw.freeze_panes(top, 4)
    sheet.page(paper="A3", repeat=(top - 1, top - 1))
    if len(report.items) <= _ON_A_PAGE:
        sheet.raw.fit_to_pages(1, 1)


GROUPS_TOP = 5  # 0-based row of the first category on 分野別集計; the chart of 概況 refers to it


def write_groups(book: Book, report: Report) -> None:
    """Write 分野別集計: categories with their sum, then sections."""
    sheet = book.sheet("分野別集計")
    sheet.columns(30, 46, 8, *([12] * 6), 9, 14)
    lead = f"分野と、その中の区分ごとに回答の数を示します。{how_counted(book)}{SHARE}"
    sheet.heading("分野別集計", lead, last=10)
    categories = [group for group in report.groups if not group.section]
    sections = [group for group in report.groups if group.section]
    heads = ("分野", "区分", "項目数", *STATUS_HEADS, "計", "対応済み率")
    styles = ["head"] * 3 + status_styles() + ["head"] * 2
    sheet.section(GROUPS_TOP - 2, "分野別", last=10)
    sheet.table(GROUPS_TOP - 1, 0, len(categories), heads, "tbl_categories", styles)
    bottom = GROUPS_TOP + len(categories) - 1
    for row, group in enumerate(categories, start=GROUPS_TOP):
        _write_group(sheet, row, group, "（分野の計）")
    for place, text in enumerate(("合計", "", "")):
        sheet.text(bottom + 1, place, text, "total_text")
    sheet.number(bottom + 1, 2, len(report.items), "total_number")
    write_sums(sheet, bottom + 1, 3, (GROUPS_TOP, bottom), report.figures.counts)
    bars(sheet, GROUPS_TOP, bottom, 10, BAR_DONE)
    if sections:
        top = bottom + 5
        sheet.section(top - 2, "区分別", last=10)
        sheet.table(top - 1, 0, len(sections), heads, "tbl_sections", styles)
        for row, group in enumerate(sections, start=top):
            _write_group(sheet, row, group, group.section)
        bars(sheet, top, top + len(sections) - 1, 10, BAR_DONE)
    sheet.raw.freeze_panes(3, 1)
    sheet.page()


def _write_group(sheet: Sheet, row: int, group: GroupTotal, section: str) -> None:
    sheet.text(row, 0, group.category, "text")
    sheet.text(row, 1, section, "text")
    sheet.number(row, 2, group.items)
    criteria = [("分野", quoted(group.category))]
    if group.section:
        criteria.append(("区分", quoted(group.section)))
    write_counts(sheet, row, 3, criteria, group.counts)
    sheet.fit(row, ((0, group.category), (1, section)))


NO_ROLE = "（役割の登録なし）"
WITHHELD = "※"
WITHHELD_NOTE = "※ 3 未満の数と、そこから逆算できる数は表示していません。"
_RESPONDENT_HEADS = (
    "提出番号", "順位", "団体名", "役割", "団体コード", *STATUS_HEADS, "計", "対応済み率", "記入率",
    "読み取れた割合", "期限超過", "■ 要修正", "▲ 要確認",
)  # fmt: skip


def respondents_top(report: Report) -> int:
    """Give the 0-based row of the first respondent on 団体別集計: it stands below the roles."""
    return len(report.roles) + 9


def write_respondents(book: Book, report: Report) -> Sheet:
    """Write 団体別集計: roles, then every respondent with rank and open work; give the sheet."""
    sheet = book.sheet("団体別集計")
    sheet.columns(9, 7, 30, 23, 14, *([11] * 6), 8, 13, 11, 11, 10, 10, 10, TREND_WIDTH)
    lead = (
        f"役割別の計と、団体ごとの回答の数です（役割ごとに並べています）。{how_counted(book)}"
        f"{SHARE}記入率は、読み取れたかどうかによらず、何か書かれている項目の割合、"
        "読み取れた割合は、①②③などと読めた項目の割合です。"
        "順位は対応済み率の高い順です（1項目も読み取れない団体には付けません）。"
    )
    sheet.heading("団体別集計", lead, last=17)
    _write_roles(sheet, report, 3)
    top = respondents_top(report)
    sheet.section(top - 2, f"団体別（{len(report.respondents):,}団体）", last=17)
    styles, heads = ["head"] * 5 + status_styles() + ["head"] * 7, _RESPONDENT_HEADS
    if has_trend(report):
        heads, styles = (*heads, TREND_HEAD), [*styles, "head"]
    own = [f"名簿の{one.head}" if one.head in heads else one.head for one in report.groupings]
    sheet.columns(*[18] * len(own), start=len(heads))
    sheet.table(
        top - 1, 0, len(report.respondents), (*heads, *own), "tbl_respondents",
        [*styles, *["head"] * len(own)],
    )  # fmt: skip
    bottom = top + max(len(report.respondents), 1) - 1
    for row, total in enumerate(report.respondents, start=top):
        _write_respondent(sheet, row, (top, bottom), total)
        if has_trend(report):
            sheet.text(row, len(heads) - 1, "", "text")
        for place, one in enumerate(report.groupings, start=len(heads)):
            value = one.of.get(total.respondent.id) or NONE_GIVEN
            sheet.text(row, place, value, "text")
    if has_trend(report):
        first = places(report).respondents - 1  # there they stand by their numbers
        pairs = [(row, first + t.number) for row, t in enumerate(report.respondents, start=top)]
        sparklines(sheet, len(heads) - 1, report, pairs)
    bars(sheet, top, bottom, 12, BAR_DONE)
    bars(sheet, top, bottom, 13, BAR_OTHER)
    bars(sheet, top, bottom, 14, BAR_OTHER)
    sheet.raw.ignore_errors({"number_stored_as_text": f"E{top + 1}:E{bottom + 1}"})
    sheet.raw.freeze_panes(3, 3)
    sheet.page(paper="A3", repeat=(top - 1, top - 1))
    return sheet


def _write_roles(sheet: Sheet, report: Report, top: int) -> None:
    """Write the table of roles and its sum from row ``top`` on."""
    sheet.section(top, "役割別", last=17)
    sheet.height(top + 1, HEAD_POINTS)
    for place, head in enumerate(("", "", "役割", "", "提出数", *STATUS_HEADS, "計", "対応済み率")):
        status = STATUSES[place - 5] if 5 <= place < 11 else None
        if place == 2:
            sheet.merge(top + 1, 2, top + 1, 3, head, "head")
        elif place > 3:
            sheet.text(top + 1, place, head, f"head_{status.value}" if status else "head")
    for row, total in enumerate(report.roles, start=top + 2):
        role = total.role or NO_ROLE
        sheet.merge(row, 2, row, 3, role, "text")
        if report.withheld is not None:
            _write_public_role(sheet, row, row - top - 2, total, report.withheld)
            continue
        match = f"tbl_respondents[役割],{quoted(role)}"
        sheet.count(row, 4, f"=COUNTIFS({match})", total.submissions)
        for offset, status in enumerate(STATUSES):
            formula = f"=SUMIFS(tbl_respondents[{STATUS_HEADS[offset]}],{match})"
            sheet.count(row, 5 + offset, formula, total.counts.of(status))
        sheet.count(row, 11, f"=SUM(F{row + 1}:K{row + 1})", total.counts.total)
        write_share(sheet, row, 5, total.counts)
    bottom = top + 1 + len(report.roles)
    if report.withheld is not None:
        sheet.text(bottom + 1, 2, WITHHELD_NOTE, "lead")
    elif report.roles:
        sheet.merge(bottom + 1, 2, bottom + 1, 3, "合計", "total_text")
        r = f"E{top + 3}:E{bottom + 1}"
        sheet.count(bottom + 1, 4, f"=SUM({r})", report.figures.returned, "total_number")
        write_sums(sheet, bottom + 1, 5, (top + 2, bottom), report.figures.counts)


def _write_public_role(
    sheet: Sheet, row: int, place: int, total: RoleTotal, withheld: frozenset[tuple[int, int]]
) -> None:
    """Write a role's counts as plain values, those withheld as a sign."""
    sheet.number(row, 4, total.submissions)
    for offset, status in enumerate(STATUSES):
        if (place, offset) in withheld:
            sheet.text(row, 5 + offset, WITHHELD, "text")
        else:
            sheet.number(row, 5 + offset, total.counts.of(status))
    sheet.number(row, 11, total.counts.total)
    share = total.counts.done_share
    if share is None or any((place, offset) in withheld for offset in range(len(STATUSES))):
        sheet.text(row, 12, WITHHELD, "text")
    else:
        sheet.number(row, 12, share, "percent")


def _write_respondent(
    sheet: Sheet, row: int, rows: tuple[int, int], total: RespondentTotal
) -> None:
    person, counts, r = total.respondent, total.counts, row + 1
    sheet.number(row, 0, total.number)
    shares = f"M${rows[0] + 1}:M${rows[1] + 1}"
    rank = f'=IF(ISNUMBER(M{r}),IF(O{r}>0,RANK(M{r},{shares}),"－"),"－")'
    sheet.count(row, 1, rank, "－" if total.rank is None else total.rank)
    for place, text in enumerate((person.name, person.role or NO_ROLE, person.id), start=2):
        sheet.text(row, place, text, "text")
    number = ("提出番号", f"$A{r}")
    write_counts(sheet, row, 5, (number,), counts)
    for place, given, share in (
        (13, f"L{r}-J{r}", counts.filled_share),
        (14, f"L{r}-J{r}-K{r}", counts.read_share),
    ):
        formula = f'=IF(L{r}=0,"－",({given})/L{r})'
        sheet.count(row, place, formula, "－" if share is None else share, "percent")
    sheet.count(row, 15, "=" + countifs(number, ("期限超過", quoted("はい"))), total.overdue)
    sheet.number(row, 16, total.findings.fix)
    sheet.number(row, 17, total.findings.check)
    sheet.fit(row, ((2, person.name), (3, person.role)))

"""一覧表: every item against every respondent, by symbol and colour, on one sheet or several."""

from pipeline.frame.columns import Coded, Frame, together
from pipeline.model import Status
from pipeline.model.raw import column_letters
from pipeline.model.report import Report, RespondentTotal
from pipeline.write.book import COLUMNS, LINE_POINTS, LINKS, Book, Sheet, points_of
from pipeline.write.columns import part_name
from pipeline.write.listing import Column
from pipeline.write.safe import line_count
from pipeline.write.style import LABELS, SYMBOLS
from pipeline.write.tables import lines_of, of
from pipeline.write.totals import NO_ROLE, STATUSES
from pipeline.write.turned_matrix import (
    count_formula,
    links_of,
    sum_columns,
    write_bands,
    write_colours,
    write_top,
    write_turned,
)

NAME = "一覧表"
FIRST = 3  # the first column of a respondent; before it: category, id, title
TOP = 5  # the first row of an item; above it: role and name
_WIDTH = 6.2  # of a respondent's column
ACROSS = 60  # respondents that stand in columns; more stand in rows
PER_PAGE = 45  # respondents on one printed page


def respondents_per_sheet(items: int) -> int:
    """Give how many respondents fit on a sheet: by its columns, and by the links it can hold."""
    return min(COLUMNS - FIRST - len(STATUSES), LINKS // max(items, 1))


def write_matrix(book: Book, report: Report, answers: Frame, *, per_sheet: int = 0) -> None:
    """Write 一覧表; more respondents than a sheet takes go on on 一覧表(2) and so on."""
    size = per_sheet or respondents_per_sheet(len(report.items))
    wide = not per_sheet and len(report.respondents) > ACROSS
    held = len(report.answers) // max(len(report.items), 1)  # a large month's 明細 is cut
    shown = tuple(total for total in report.respondents if total.number <= held)
    answers = {**answers, "symbol": together(symbol, answers["status"], answers["due"])}
    if wide:
        write_turned(book, report, answers, shown, NAME)
        return
    parts = range(0, max(len(shown), 1), size)
    for part, start in enumerate(parts):
        sheet = book.sheet(part_name(NAME, part))
        chosen = shown[start : start + size]
        _write_part(
            sheet,
            report,
            answers,
            chosen,
            f"（{part + 1}／{len(parts)}）" if len(parts) > 1 else "",
        )


def _write_part(
    sheet: Sheet, report: Report, answers: Frame, chosen: tuple[RespondentTotal, ...], numbered: str
) -> None:
    items, right = report.items, FIRST + len(chosen)
    sheet.columns(17, 18, 40, *([_WIDTH] * len(chosen)), *([7] * len(STATUSES)))
    words = (
        "記号は作成時の読み取り結果です。②の下は予定月（年/月）です。"
        "記号をクリックすると明細の行へ移ります。"
    )
    write_top(sheet, numbered, words)
    _write_heads(sheet, chosen, right)
    columns = _columns(sheet.book, len(items), answers, chosen)
    if chosen:
        totals = _totals(len(items), answers, chosen)
        columns += sum_columns(FIRST, right, lambda total, status: totals[status][total.number - 1])
    sheet.listing(TOP, columns, lines_of(items), least=30)
    write_colours(sheet, (TOP, FIRST), (len(items), len(chosen)))
    _write_bottom_edge(sheet, len(items), chosen)
    sheet.raw.freeze_panes(TOP, FIRST)
    sheet.page(paper="A3", repeat=(TOP - 2, TOP - 1))
    sheet.raw.repeat_columns(0, FIRST - 1)
    sheet.raw.fit_to_pages(max(1, -(-len(chosen) // PER_PAGE)), 0)


def _write_heads(sheet: Sheet, chosen: tuple[RespondentTotal, ...], right: int) -> None:
    vertical = sheet.book.variant(
        "head", rotation=270, text_wrap=False, valign="top", font_size=9, shrink=True
    )
    band = sheet.book.variant("total_text", align="center", font_size=9, indent=0, text_wrap=True)
    for place, head in enumerate(("分野", "項目ID", "項目")):
        sheet.merge(TOP - 2, place, TOP - 1, place, head, "head")
    roles = [total.respondent.role or NO_ROLE for total in chosen]
    write_bands(sheet, (TOP - 2, FIRST), roles, band)
    narrow = [role for role in set(roles) if roles.count(role) * _WIDTH < 2 * len(role)]
    lines = max((line_count(role, roles.count(role) * _WIDTH + 1) for role in narrow), default=1)
    sheet.height(TOP - 2, points_of(lines))
    sheet.merge(TOP - 2, right, TOP - 2, right + len(STATUSES) - 1, "計", band)
    for place, total in enumerate(chosen, start=FIRST):
        sheet.text(TOP - 1, place, " ".join(total.respondent.name.split()), vertical)
    for place, status in enumerate(STATUSES, start=right):
        sheet.text(TOP - 1, place, SYMBOLS[status], f"head_{status.value}")
    longest = max((len(total.respondent.name) for total in chosen), default=5)
    sheet.height(TOP - 1, min(max(70, longest * 14 + 10), 290))


def _columns(
    book: Book, size: int, answers: Frame, chosen: tuple[RespondentTotal, ...]
) -> list[Column]:
    """Give the columns: the items, then a column for each respondent."""
    style, symbols = book.variant("center", text_wrap=True), answers["symbol"]

    def of_respondent(total: RespondentTotal) -> Column:
        own = slice((total.number - 1) * size, total.number * size)
        cells, links = Coded(symbols.values, symbols.codes[own]), links_of(book, answers, own)
        name = total.respondent.name
        return Column(name, _WIDTH, style, lambda _: cells, links=lambda _: links)

    return [
        Column("分野", 18, "text", of("item.category"), wraps=True),
        Column("項目ID", 18, "text", of("item.id")),
        Column("項目", 40, "text", of("item.title"), wraps=True),
        *map(of_respondent, chosen),
    ]


def symbol(status: Status, due: str) -> str:
    """Give what stands in the matrix for an answer: its symbol, under ② the month as 26/12."""
    if status is not Status.PLANNED:
        return SYMBOLS[status]
    return f"②\n{due[2:].replace('-', '/')}" if due else "②\n月なし"


def _totals(
    size: int, answers: Frame, chosen: tuple[RespondentTotal, ...]
) -> dict[Status, list[int]]:
    """Count the answers of the respondents on this sheet, item by item."""
    statuses = answers["status"]
    of_each = statuses.codes.reshape(-1, size)[[total.number - 1 for total in chosen]]
    found = {
        status: (of_each == code).sum(axis=0).tolist()
        for code, status in enumerate(statuses.values)
    }
    return {status: found.get(status, [0] * size) for status in STATUSES}


def _write_bottom_edge(sheet: Sheet, size: int, chosen: tuple[RespondentTotal, ...]) -> None:
    """Write the totals of the symbols of each respondent."""
    bottom = TOP + size
    for place, status in enumerate(STATUSES):
        sheet.merge(
            bottom + place, 0, bottom + place, FIRST - 1,
            f"{SYMBOLS[status]} {LABELS[status]}", f"head_{status.value}",
        )  # fmt: skip
        for column, total in enumerate(chosen, start=FIRST):
            name = column_letters(column)
            area = f"{name}{TOP + 1}:{name}{bottom}"
            cells = f"{name}{bottom + 1}:{name}{bottom + 5}"
            formula = count_formula(area, cells, status)
            sheet.count(bottom + place, column, formula, total.counts.of(status), "total_number")
        sheet.height(bottom + place, LINE_POINTS + 2)

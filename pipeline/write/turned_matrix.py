"""一覧表 of a month with many bodies: bodies down, items across, with a filter.

A sheet with a column a body is read by nobody beyond some sixty of them, and cannot be filtered.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np

from pipeline.frame.columns import Coded, Frame, taken, together
from pipeline.model import Status
from pipeline.model.raw import column_letters
from pipeline.model.report import ItemTotal, Report, RespondentTotal
from pipeline.write.book import HEAD_POINTS, LINKS, Book, Sheet
from pipeline.write.columns import lines_in_detail, part_name
from pipeline.write.listing import Column, Links, R
from pipeline.write.style import LABELS, SYMBOLS, cell_fill
from pipeline.write.tables import lines_of, of
from pipeline.write.totals import NO_ROLE, STATUS_HEADS, STATUSES

FIRST = 4  # the first column of an item
TOP = 6  # the row of the first body; above it: categories, titles, ids
ITEM_WIDTH = 6.6
_TITLE_POINTS = 150.0
_PER_PAGE = 30  # items across a page of A3, in letters that can be read


def write_turned(
    book: Book, report: Report, answers: Frame, bodies: Sequence[RespondentTotal], name: str
) -> None:
    """Write the sheet; more bodies than a sheet has rows go on on a numbered one.

    ``answers`` has the column symbol of `matrix`.
    """
    size = book.rows - TOP - len(STATUSES)
    for part, start in enumerate(range(0, max(len(bodies), 1), size)):
        sheet = book.sheet(part_name(name, part))
        _write_part(sheet, report.items, answers, bodies[start : start + size], part)


def _write_part(
    sheet: Sheet,
    items: Sequence[ItemTotal],
    answers: Frame,
    bodies: Sequence[RespondentTotal],
    part: int,
) -> None:
    right = FIRST + len(items)
    columns = _columns(sheet.book, items, answers, bodies)
    columns += sum_columns(FIRST, right, lambda total, status: total.counts.of(status))
    sheet.columns(*(column.width for column in columns))
    linked = "記号" if _each_linked(items, bodies) else "団体名"
    words = (
        f"団体が縦、項目が横です。見出しの▼で絞り込めます。{linked}をクリックすると明細の行へ移ります。"
        "記号は作成時の読み取り結果、②の下は予定月（年/月）です。"
    )
    write_top(sheet, "", words)
    _write_heads(sheet, items, right)
    heads, looks = [each.head for each in columns], [each.look for each in columns]
    sheet.table(TOP - 1, 0, len(bodies), heads, f"tbl_matrix{part or ''}", looks)
    sheet.height(TOP - 1, 3 * HEAD_POINTS)
    sheet.listing(TOP, columns, lines_of(bodies), least=30)
    if bodies:
        bottom = TOP + len(bodies) - 1
        sheet.raw.ignore_errors({"number_stored_as_text": f"D{TOP + 1}:D{bottom + 1}"})
        _write_bottom_edge(sheet, items, answers, bodies)
    write_colours(sheet, (TOP, FIRST), (len(bodies), len(items)))
    sheet.raw.freeze_panes(TOP, 2)
    sheet.page(paper="A3", repeat=(TOP - 3, TOP - 1))
    sheet.raw.repeat_columns(0, 1)
    sheet.raw.fit_to_pages(max(1, -(-len(items) // _PER_PAGE)), 0)


def write_top(sheet: Sheet, numbered: str, words: str) -> None:
    """Write title, how to read the sheet, the way back and the symbols: rows 1 to 3."""
    sheet.height(0, 30)
    sheet.text(0, 0, f"一覧表{numbered}{sheet.book.title_mark}", "title")
    sheet.text(1, 0, words, "plain")
    sheet.link(2, 0, "'はじめに'!A1", "← はじめにへ戻る")
    sheet.text(2, 2, "　".join(STATUS_HEADS), "plain")


def links_of(book: Book, answers: Frame, rows: Any) -> Links:
    """Give links from some answers to their lines of 明細."""
    own = taken({name: answers[name] for name in ("line", *_TIP)}, rows)
    links = lines_in_detail(own["line"], book.rows)
    return replace(links, tips=together(_tip, *(own[name] for name in _TIP)))


_TIP = ("respondent", "item_id", "status")


def _tip(respondent: str, item_id: str, status: Status) -> str:
    return f"{respondent[:60]}／{item_id}／{LABELS[status]}　明細へ"


def sum_columns(first: int, right: int, count: Callable[[Any, Status], int]) -> list[Column]:
    """Give the columns that count the symbols of a row, from column ``right`` on."""
    area = f"{column_letters(first)}{R}:{column_letters(right - 1)}{R}"
    others = f"{column_letters(right)}{R}:{column_letters(right + 4)}{R}"

    def counted(status: Status) -> Callable[[Frame], Coded]:
        return of(lambda line: count(line, status))

    return [
        Column(
            head, 8.0, "total_number", counted(status),
            formula=count_formula(area, others, status), look=f"head_{status.value}",
        )
        for status, head in zip(STATUSES, STATUS_HEADS, strict=True)
    ]  # fmt: skip


def _each_linked(items: Sequence[ItemTotal], bodies: Sequence[RespondentTotal]) -> bool:
    """Tell whether a sheet holds a link for each answer; else there is one for each body."""
    return len(items) * len(bodies) < LINKS


def write_bands(sheet: Sheet, at: tuple[int, int], names: Iterable[str], style: str) -> None:
    """Write each name once over the columns beside each other that share it, from a cell on.

    Over few columns a name takes several lines.
    """
    row, column = at
    for name, group in groupby(names):
        size = len(list(group))
        if size > 1:
            sheet.merge(row, column, row, column + size - 1, name, style)
        else:
            sheet.text(row, column, name, style)
        column += size


def _write_heads(sheet: Sheet, items: Sequence[ItemTotal], right: int) -> None:
    band = sheet.book.variant("total_text", align="center", font_size=9, indent=0, shrink=True)
    upright = sheet.book.variant(
        "text", rotation=270, font_size=8, valign="top", align="center", indent=0, text_wrap=True
    )
    write_bands(sheet, (TOP - 3, FIRST), [total.item.category for total in items], band)
    sheet.merge(TOP - 3, right, TOP - 3, right + len(STATUSES) - 1, "計", band)
    for place, total in enumerate(items, start=FIRST):
        sheet.text(TOP - 2, place, total.item.title, upright)
    sheet.height(TOP - 2, _TITLE_POINTS)


def _columns(
    book: Book, items: Sequence[ItemTotal], answers: Frame, bodies: Sequence[RespondentTotal]
) -> list[Column]:
    style, size, symbols = book.variant("center", text_wrap=True), len(items), answers["symbol"]
    upright = book.variant("head", rotation=90, font_size=8, shrink=True, text_wrap=False)
    numbers = np.array([total.number - 1 for total in bodies], dtype=np.int64)
    each = _each_linked(items, bodies)

    def of_item(place: int, total: ItemTotal) -> Column:
        own = numbers * size + place
        cells = Coded(symbols.values, symbols.codes[own])
        links = (lambda _: links_of(book, answers, own)) if each else None
        return Column(total.item.id, ITEM_WIDTH, style, lambda _: cells, links=links, look=upright)

    first = None if each else lambda _: links_of(book, answers, numbers * size)
    return [
        Column("提出番号", 9, "number", of("number")),
        Column("団体名", 26, "text", of("respondent.name"), wraps=True, links=first),
        Column("役割", 23, "text", of(lambda t: t.respondent.role or NO_ROLE), wraps=True),
        Column("団体コード", 12, "text", of("respondent.id")),
        *(of_item(place, total) for place, total in enumerate(items)),
    ]


def _write_bottom_edge(
    sheet: Sheet, items: Sequence[ItemTotal], answers: Frame, bodies: Sequence[RespondentTotal]
) -> None:
    """Write the totals of the symbols of each item, below a row that ends the table."""
    statuses = answers["status"]
    own = statuses.codes.reshape(-1, len(items))[[total.number - 1 for total in bodies]]
    codes = {status: code for code, status in enumerate(statuses.values)}
    bottom = TOP + len(bodies)
    for place, status in enumerate(STATUSES):
        row = bottom + 1 + place
        sheet.merge(
            row, 0, row, FIRST - 1, f"{SYMBOLS[status]} {LABELS[status]}", f"head_{status.value}"
        )
        code = codes.get(status)
        counts = [0] * len(items) if code is None else (own == code).sum(axis=0).tolist()
        for column, count in enumerate(counts, start=FIRST):
            name = column_letters(column)
            area = f"{name}{TOP + 1}:{name}{bottom}"
            others = f"{name}{bottom + 2}:{name}{bottom + 6}"
            sheet.count(row, column, count_formula(area, others, status), count, "total_number")


def write_colours(sheet: Sheet, first: tuple[int, int], size: tuple[int, int]) -> None:
    """Colour symbols by what they say, from cell ``first`` on over so many rows and columns."""
    (top, left), (rows, columns) = first, size
    if not rows or not columns:
        return
    for status in STATUSES:
        rule = {
            "type": "text",
            "criteria": "begins with",
            "value": SYMBOLS[status],
            "format": sheet.book.difference(**cell_fill(status)),
        }
        sheet.raw.conditional_format(top, left, top + rows - 1, left + columns - 1, rule)


def count_formula(area: str, others: str, status: Status) -> str:
    """Count a symbol in an area; ``others`` hold the counts of the five other symbols."""
    # Some versions of Excel take the full-width ？ for a wildcard, so unclear answers, which
    # come last, are counted as what the five other symbols leave.
    if status is STATUSES[-1]:
        return f"=COUNTA({area})-SUM({others})"
    return f'=COUNTIF({area},"{SYMBOLS[status]}*")'

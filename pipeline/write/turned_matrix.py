"""一覧表 of a month with many bodies: bodies down, items across, with a filter.

A sheet with a column a body is read by nobody beyond some sixty of them, and cannot be filtered.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from pipeline.frame.columns import Coded, encoded
from pipeline.write.book import HEAD_POINTS, LINKS
from pipeline.write.columns import part_name
from pipeline.write.listing import Column, Links
from pipeline.write.style import LABELS, SYMBOLS, cell_fill
from pipeline.write.totals import NO_ROLE, STATUSES, letters

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.frame.columns import Frame
    from pipeline.model import Status
    from pipeline.model.report import ItemTotal, Report, RespondentTotal
    from pipeline.write.book import Book, Sheet

WHO = (("提出番号", 9), ("団体名", 26), ("役割", 23), ("団体コード", 12))
FIRST = len(WHO)  # the first column of an item
TOP = 6  # the row of the first body; above it: categories, titles, ids
ITEM_WIDTH = 6.6
_TITLE_POINTS = 150.0
_PER_PAGE = 30  # items across a page of A3, in letters that can be read


def write_turned(book: Book, report: Report, answers: Frame, name: str) -> None:
    """Write the sheet; more bodies than a sheet has rows go on on a numbered one.

    ``answers`` has the columns symbol, target and tip of `matrix`.
    """
    held = len(report.answers) // max(len(report.items), 1)  # a large month's 明細 is cut
    shown = tuple(total for total in report.respondents if total.number <= held)
    size = book.rows - TOP - len(STATUSES)
    for part, start in enumerate(range(0, max(len(shown), 1), size)):
        _write_part(
            book.sheet(part_name(name, part)), report, answers, shown[start : start + size], part
        )


def _write_part(
    sheet: Sheet, report: Report, answers: Frame, bodies: Sequence[RespondentTotal], part: int
) -> None:
    items = report.items
    right = FIRST + len(items)
    columns = _columns(sheet.book, items, answers, bodies)
    sheet.columns(*(column.width for column in columns), *([8.0] * len(STATUSES)))
    sheet.height(0, 30)
    sheet.text(0, 0, f"一覧表{sheet.book.title_mark}", "title")
    linked = "記号" if _each_linked(items, bodies) else "団体名"
    sheet.text(
        1, 0,
        f"団体が縦、項目が横です。見出しの▼で絞り込めます。{linked}をクリックすると明細の行へ移ります。"
        "記号は作成時の読み取り結果、②の下は予定月（年/月）です。",
        "plain",
    )  # fmt: skip
    sheet.link(2, 0, "'はじめに'!A1", "← はじめにへ戻る")
    legend = "　".join(f"{SYMBOLS[status]} {LABELS[status]}" for status in STATUSES)
    sheet.text(2, 2, legend, "plain")
    _write_heads(sheet, items, right)
    heads = [*(head for head, _ in WHO), *(total.item.id for total in items)]
    heads += [f"{SYMBOLS[status]} {LABELS[status]}" for status in STATUSES]
    upright = sheet.book.variant("head", rotation=90, font_size=8, shrink=True, text_wrap=False)
    styles = ["head"] * FIRST + [upright] * len(items)
    styles += [f"head_{status.value}" for status in STATUSES]
    sheet.table(TOP - 1, 0, len(bodies), heads, f"tbl_matrix{part or ''}", styles)
    sheet.height(TOP - 1, 3 * HEAD_POINTS)
    rows = {
        "number": encoded(total.number for total in bodies),
        "name": encoded(total.respondent.name for total in bodies),
        "role": encoded(total.respondent.role or NO_ROLE for total in bodies),
        "id": encoded(total.respondent.id for total in bodies),
    }
    _write_right_edge(sheet, right, bodies)
    sheet.listing(TOP, columns, rows, least=30)
    if bodies:
        bottom = TOP + len(bodies) - 1
        sheet.raw.ignore_errors({"number_stored_as_text": f"D{TOP + 1}:D{bottom + 1}"})
        _write_bottom_edge(sheet, items, answers, bodies)
    write_colours(sheet, (TOP, FIRST), (len(bodies), len(items)))
    sheet.raw.freeze_panes(TOP, 2)
    sheet.page(paper="A3", repeat=(TOP - 3, TOP - 1))
    sheet.raw.repeat_columns(0, 1)
    sheet.raw.fit_to_pages(max(1, -(-len(items) // _PER_PAGE)), 0)


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
    style, size = book.variant("center", text_wrap=True), len(items)
    numbers = np.array([total.number - 1 for total in bodies], dtype=np.int64)
    symbols, targets, tips = answers["symbol"], answers["target"], answers["tip"]
    each = _each_linked(items, bodies)

    def of_item(place: int, total: ItemTotal) -> Column:
        own = numbers * size + place
        links = Links(targets=targets.take(own), tips=tips.take(own))
        return Column(
            total.item.id,
            ITEM_WIDTH,
            style,
            lambda _: Coded(symbols.values, symbols.codes[own]),
            links=(lambda _: links) if each else None,
        )

    first = Links(targets=targets.take(numbers * size))
    styles = ("number", "text", "text", "text")
    names = ("number", "name", "role", "id")
    who = [
        Column(
            head, width, kind, name, wraps=head in {"団体名", "役割"},
            links=(lambda _: first) if head == "団体名" and not each else None,
        )
        for (head, width), kind, name in zip(WHO, styles, names, strict=True)
    ]  # fmt: skip
    return [*who, *(of_item(place, total) for place, total in enumerate(items))]


def _write_right_edge(sheet: Sheet, right: int, bodies: Sequence[RespondentTotal]) -> None:
    """Write the totals of the symbols of each body."""
    first, last = letters(FIRST), letters(right - 1)
    for row, total in enumerate(bodies, start=TOP):
        area = f"{first}{row + 1}:{last}{row + 1}"
        others = f"{letters(right)}{row + 1}:{letters(right + 4)}{row + 1}"
        for place, status in enumerate(STATUSES):
            formula = count_formula(area, others, status)
            sheet.count(row, right + place, formula, total.counts.of(status), "total_number")


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
            name = letters(column)
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

"""What goes out by mail tells what the consolidated workbook tells: 概要版, 報告 and 要約.txt."""

from __future__ import annotations

import html
import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from gates.books import sheets_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from gates.books import Row

TABLES = ("回収状況", "項目別集計", "分野別集計", "団体別集計")
LEADS = 3  # rows of title, lead and way back, which say where the numbers come from
CONTACTS, TREND = "連絡の順", "対応済み率の推移"
SHOWN = 5  # lines of 連絡の順 that 報告 has at least, where there are as many
SHARES = ("回収率", "対応済み率")  # boxes of 報告 and 概況
BOXES = (*SHARES, "期限超過", "未記入・判読不能")


def page_text(folder: Path) -> str:
    """Give the words of 報告 in reading order."""
    (page,) = folder.glob("*報告_*.html")
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"<(style|title)>.*?</\1>", "", text, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "\n", text))


def problems(folder: Path, sheets: Mapping[str, list[Row]]) -> Iterator[str]:
    """Give what 概要版 and 報告 tell otherwise than the workbook, whose sheets are given."""
    yield from _digest(folder, sheets)
    yield from _page(folder, sheets)


def _digest(folder: Path, sheets: Mapping[str, list[Row]]) -> Iterator[str]:
    (book,) = (path for path in folder.glob("*概要版_*.xlsx") if "手直し" not in path.name)
    mailed = sheets_of(book)
    for name in TABLES:
        whole, small = _table(sheets[name]), _table(mailed[name])
        for place, pair in enumerate(zip_longest(whole, small), start=LEADS + 1):
            if pair[0] != pair[1]:
                yield f"概要版 {name} {place}行: {pair[1]}、集計 {pair[0]}"
    if _topics(sheets["概況"]) != _topics(mailed["概況"]):
        yield f"概要版 概況: {_topics(mailed['概況'])}、集計 {_topics(sheets['概況'])}"
    whole, small = _called(sheets), _called(mailed)
    if small != whole[: len(small)] or (whole and not small):
        yield f"概要版 {CONTACTS}: {small}、集計 {whole}"


def _table(rows: list[Row]) -> list[Row]:
    """Give the rows below the leads without the trends, which the workbook alone has."""
    shown = rows[LEADS:]
    trend = next((row.index(TREND) for row in shown if TREND in row), None)
    return [_plain([cell for place, cell in enumerate(row) if place != trend]) for row in shown]


def _plain(cells: list[Any]) -> Row:
    """Give a row without its empty end, shares as exact as both can be."""
    cells = [round(cell, 9) if isinstance(cell, float) else cell for cell in cells]
    while cells and cells[-1] in {None, ""}:
        cells.pop()
    return tuple(cells)


def _called(sheets: Mapping[str, list[Row]]) -> list[Row]:
    """Give the lines of 連絡の順 up to 決まる回答: not where they lead."""
    return [row[:5] for row in sheets.get(CONTACTS, []) if isinstance(row[0], int)]


def _topics(rows: list[Row]) -> list[Row]:
    """Give the sentences of 概況."""
    told = [(row[0], row[2]) for row in rows if row[0] and isinstance(row[2], str) and row[2]]
    return [row for row in told if not str(row[0]).startswith("担当者から")]


def _page(folder: Path, sheets: Mapping[str, list[Row]]) -> Iterator[str]:
    lines = [line.strip() for line in page_text(folder).splitlines() if line.strip()]
    for topic, said in _topics(sheets["概況"]):
        if said not in lines:
            yield f"報告 {topic}: 「{said}」がありません"
    for title in BOXES:
        shown = lines[lines.index(title) + 1].removesuffix("件").replace(",", "")
        told = _box(sheets["概況"], title)
        share = title in SHARES and isinstance(told, int | float)
        if shown != (f"{told:.1%}" if share else str(told)):
            yield f"報告 {title}: {shown}、概況 {told}"
    for _, _, name, _, settles in _called(sheets)[:SHOWN]:
        place = lines.index(name) if name in lines else len(lines)
        if f"{settles:,}件" not in lines[place : place + 4]:
            yield f"報告 {CONTACTS}: {name} {settles}"


def _box(rows: list[Row], title: str) -> Any:
    number, row = next((n, row) for n, row in enumerate(rows) if title in row)
    return rows[number + 1][row.index(title)]

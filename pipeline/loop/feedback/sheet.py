"""A feedback card (還元カード) as a workbook: one sheet that prints on one page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.loop.feedback.cards import SHOWN, Card
from pipeline.write.blank_form import form_workbook
from pipeline.write.safe import cell_text, line_count

SHEET = "還元カード"
_WIDTHS = (31.0, 12.0, 7.0, 8.5, 2.0, 31.0, 12.0, 7.0, 8.5)
_LAST = len(_WIDTHS) - 1
_BLOCK = 5  # columns from one block to the next, the gap included
_LINE = 12.5  # points


def write_card(card: Card, path: Path) -> None:
    """Write a card to ``path`` (.xlsx). OSError where the path cannot be written."""
    with form_workbook(path, title=SHEET, subject=card.title) as book:
        _Page(book, card).write()


class _Page:
    """One card on one sheet, written top down."""

    def __init__(self, book: Any, card: Card) -> None:
        self.card = card
        self.sheet = book.add_worksheet(SHEET)
        self.row = 0
        framed = {"border": 1, "border_color": "#AAAAAA", "font_size": 8, "valign": "vcenter"}
        self.formats = {
            name: book.add_format(properties)
            for name, properties in {
                "title": {"bold": True, "font_size": 13},
                "text": {"font_size": 9, "text_wrap": True, "valign": "top"},
                "head": {"bold": True, "font_size": 10, "bottom": 1},
                "header": {**framed, "bg_color": "#E8EDF3", "align": "center"},
                "cell": {**framed, "text_wrap": True},
                "number": {**framed, "align": "right"},
                "own": {**framed, "bold": True, "align": "center"},
            }.items()
        }

    def write(self) -> None:
        """Write head, categories, promises, questions and items, and set up the page."""
        card = self.card
        for column, width in enumerate(_WIDTHS):
            self.sheet.set_column(column, column, width)
        name = card.respondent.name
        self._put(0, f"{name} 様　還元カード（{card.month}分）", "title")
        self.row += 1
        alike = f"「同じ区分」は、{card.alike}の団体です。" if card.alike else ""
        self._wide(
            f"「{card.title}」にご回答いただき、ありがとうございました。ご回答と、"
            f"全体（{card.bodies} 団体）の①既に対応済みの割合をお知らせします。{alike}"
            "5団体未満の割合は示しません（－）。"
        )
        self._head("分野ごとの対応状況")
        self._categories()
        self._lines("3か月以内に予定されている対応", card.promises)
        self._lines("確認をお願いしている項目", card.questions)
        self._head("項目ごとのご回答と、①の割合")
        self._items()
        self.sheet.set_paper(9)
        self.sheet.set_portrait()
        self.sheet.fit_to_pages(1, 1)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.4, bottom=0.4)
        self.sheet.hide_gridlines(2)
        self.sheet.print_area(0, 0, self.row, _LAST)

    def _put(self, column: int, text: str, style: str) -> None:
        self.sheet.write_string(self.row, column, cell_text(text), self.formats[style])

    def _wide(self, text: str) -> None:
        lines = line_count(text, sum(_WIDTHS))
        self.sheet.set_row(self.row, lines * _LINE + 2.0)
        self.sheet.merge_range(self.row, 0, self.row, _LAST, "", self.formats["text"])
        self._put(0, text, "text")
        self.row += 1

    def _head(self, text: str) -> None:
        self.sheet.set_row(self.row, 18.0)
        for column in range(len(_WIDTHS)):
            self._put(column, text if column == 0 else "", "head")
        self.row += 1

    def _row_of(self, first: int, texts: Sequence[str], styles: Sequence[str]) -> None:
        for column, (text, style) in enumerate(zip(texts, styles, strict=True), start=first):
            self._put(column, text, style)

    def _categories(self) -> None:
        self._row_of(0, ("分野", "貴団体の①", "全体", "同じ区分"), ("header",) * 4)
        self.row += 1
        for line in self.card.categories:
            own = f"{line.done}／{line.applicable}（{line.own}）"
            texts = (line.category, own, line.everyone, line.alike)
            self._row_of(0, texts, ("cell", "own", "number", "number"))
            self.row += 1

    def _lines(self, title: str, lines: Sequence[str]) -> None:
        self._head(f"{title}（{len(lines)}件）")
        for line in lines[:SHOWN]:
            self._wide(f"・{line}")
        if len(lines) > SHOWN:
            self._wide(f"・ほか {len(lines) - SHOWN} 件")
        if not lines:
            self._wide("ありません。")

    def _items(self) -> None:
        """Write the items in two blocks side by side."""
        left, right = self.card.blocks
        for first in (0, _BLOCK):
            self._row_of(first, ("項目", "貴団体", "全体", "同じ区分"), ("header",) * 4)
        self.row += 1
        for place, line in enumerate(left):
            pair = (line, *right[place : place + 1])
            texts = [f"{each.item_id}　{each.title}" for each in pair]
            tall = max(line_count(text, _WIDTHS[0] * 1.2) for text in texts)
            self.sheet.set_row(self.row, tall * 11.0 + 2.0)
            for number, each in enumerate(pair):
                told = (texts[number], each.own, each.everyone, each.alike)
                self._row_of(number * _BLOCK, told, ("cell", "own", "number", "number"))
            self.row += 1

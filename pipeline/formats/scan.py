"""Worksheets as nearly every program writes them, taken by one pattern from the bytes.

A tree of elements costs three times as much. Whatever is written in any other way is read from
the tree: entities in values, comments, pretty printing, addresses left out. So this only ever
saves time; tests/test_scan.py compares the two.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from pipeline.formats.book import Book
from pipeline.formats.cells import (
    NOTHING,
    Rows,
    cell_key,
    read_tree,
    style_index,
    take_slim_rows,
    take_tree,
)
from pipeline.formats.parts import SheetPart
from pipeline.formats.refusal import Refused
from pipeline.formats.strings import texts_of
from pipeline.formats.xml import AT_ONCE, PLAIN_START, SHARED, parse
from pipeline.model import CellKey
from pipeline.settings import Limits

_VALUE = rb"[ !#-%'-;=-~]*"  # letters of ASCII that stand for themselves
_ATTRIBUTE = re.compile(rb' ([A-Za-z][\w.-]*(?:|:[\w.-]+))="(%s)"' % _VALUE)
_ATTRIBUTES = re.compile(rb'(?: [A-Za-z][\w.-]*(?:|:[\w.-]+)="%s")+ ?' % _VALUE)
_ROOT = re.compile(rb"%s<worksheet(?= |>)[^<>]*>" % PLAIN_START)
# A cell, the start of a row or its end; these starts are remembered and may not be any length.
# A text is nothing but letters, or runs of them.
_TOKEN = re.compile(
    rb"(<c( [^<>]{1,200})>(?:(?<=/>)|(?:<v>([ -%'-;=-~]*)</v>"
    rb'|<is>(<t(?: xml:space="preserve")?>[^<]*</t>|<r>.*?)</is>|(<f.*?))?</c>)'
    rb"|<row( [^<>]{1,200})>|</row>)",
    re.DOTALL,
)
_CLOSED = -1
_FORMULAS = 30  # in a sheet, each a tree of its own; more cost as much as the whole
_REMEMBERED = 16384  # starts of cells
_DATA, _DATA_END = b"<sheetData>", b"</sheetData>"

# All of it; of a cell its attributes, value, text or formula; the attributes of a row.
_Token = tuple[bytes, bytes, bytes, bytes, bytes, bytes]


class _Row(NamedTuple):
    number: int  # from 0
    height: str | None
    hidden: str | None
    empty: bool


class _Sheet(NamedTuple):
    around: bytes  # the part without its rows
    root: bytes
    tokens: list[_Token]


def read_sheet(content: bytes, part: str, book: Book, limits: Limits) -> SheetPart:
    """Give what a worksheet part holds. Refused over the limits or where it is no XML."""
    parted = _parted(content) if len(content) <= AT_ONCE else None
    try:
        around = _around(parted.around, part, limits) if parted else None
        rows = Rows(around.copied(), book, limits, part) if around else None
        sheet = _scanned(parted, rows) if parted and rows else None
    except Refused:  # for the reason that the tree gives
        sheet = None
    return sheet or read_tree(content, part, book, limits)


def _parted(content: bytes) -> _Sheet | None:
    """Part a worksheet; None where its rows hold anything but plain cells."""
    head, _, rest = content.partition(_DATA)
    data, _, tail = rest.partition(_DATA_END)
    root = _ROOT.match(head)
    if root is None or not tail or b"<!" in content or content.rfind(b"<?", 1) > 0:
        return None
    tokens = _TOKEN.findall(data)
    if not tokens or sum([len(token[0]) for token in tokens]) != len(data):
        return None
    if sum([bool(token[4]) for token in tokens]) > _FORMULAS:
        return None
    around = b"".join((head, _DATA, _DATA_END, tail))
    return _Sheet(around, root[0], tokens) if len(around) <= SHARED else None


@lru_cache(maxsize=64)  # those of one form are the same
def _around(content: bytes, part: str, limits: Limits) -> SheetPart | None:
    """Read what stands around the rows of a worksheet; None where rows stand there, too."""
    rows = Rows(SheetPart(), Book(), limits, part)
    take_tree(content, rows)
    return rows.sheet if rows.row < 0 else None


def _scanned(parted: _Sheet, rows: Rows) -> SheetPart | None:  # noqa: C901, PLR0912 - see below
    """Take the rows of a worksheet; None where the tree has to tell what they hold."""
    # Long: one loop, since a call for each cell would cost a third of it.
    texts = texts_of([token[3] for token in parted.tokens if token[3]])
    if texts is None:
        return None
    sheet, board, found = rows.sheet, rows.board, rows.found
    cells, styles, telling = sheet.cells, sheet.styles, board.telling
    letters = iter(texts)
    at = _CLOSED  # the row that is open
    for whole, cell, value, text, formula, row in parted.tokens:
        if cell:
            start = _starts[cell]
            if start is None or start[0][0] != at:
                return None
            key, style, kind = start
            inside = NOTHING
            if value or text:
                inline = next(letters) if text else None
                inside = found(kind, value.decode(), None, inline, style) or NOTHING
            elif formula:
                inside = rows.value(parse(whole, rows.part), style)
            if inside[1] or style in telling:
                board.put(key, style, *inside)
                continue
            if style:
                styles[key] = style
            if inside[0] is not None:
                cells[key] = inside[0]
        elif row:
            begun = _row(row, parted.root)
            if begun is None or at != _CLOSED:
                return None
            rows.row = begun.number
            rows.size(begun.height, begun.hidden)
            at = _CLOSED if begun.empty else begun.number
        elif at == _CLOSED:
            return None
        else:
            at = _CLOSED
    rows.count()
    take_slim_rows(sheet)
    return sheet if at == _CLOSED else None


class _Starts(dict[bytes, tuple[CellKey, int, str] | None]):
    """Place, style and type of cells by their attributes; None for unusual ones."""

    def __missing__(self, written: bytes) -> tuple[CellKey, int, str] | None:
        if len(self) >= _REMEMBERED:
            self.clear()
        given, found = _given(written), None
        key = cell_key(given.get("r", ""))
        if key is not None and not any(":" in name for name in given):
            found = key, style_index(given.get("s")), given.get("t") or "n"
        self[written] = found
        return found


_starts = _Starts()  # a cache that keeps an order costs more than half as much again


@lru_cache(maxsize=4096)
def _row(written: bytes, root: bytes) -> _Row | None:
    """Read the attributes of a row; None for unusual ones, and where a prefix is undeclared."""
    given = _given(written)
    number = given.get("r", "")
    if not number.isdigit() or cell_key(f"A{number}") is None:
        return None
    prefixes = [name.partition(":")[0].encode() for name in given if ":" in name]
    if not all(b" xmlns:%s=" % prefix in root for prefix in prefixes):
        return None
    return _Row(int(number) - 1, given.get("ht"), given.get("hidden"), written.endswith(b"/"))


def _given(written: bytes) -> dict[str, str]:
    """Give attributes by name; none where they are no XML, or declare a namespace."""
    written = written.removesuffix(b"/")
    pairs = _ATTRIBUTE.findall(written)
    given = {name.decode(): value.decode() for name, value in pairs}
    plain = _ATTRIBUTES.fullmatch(written) and len(given) == len(pairs) and b"xmlns" not in written
    return given if plain else {}

"""Parts of a workbook taken from their bytes: the same as what the tree of elements gives."""

import io
import zipfile
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample.forms import pages

from bench.generate import TEMPLATE, _form, _saved_again
from bench.package import package
from pipeline.formats import scan, strings
from pipeline.formats.book import Book
from pipeline.formats.cells import read_tree
from pipeline.formats.package import _inflated
from pipeline.formats.parts import SheetPart
from pipeline.formats.refusal import Refused
from pipeline.formats.strings import Piece, RichText, read_strings, read_text
from pipeline.formats.styles import CellStyle
from pipeline.formats.xml import stream
from pipeline.forms.checklists import load_checklist
from pipeline.model import Run
from pipeline.settings import Limits

LIMITS = Limits(values=40, merges=3)
STRUCK = Run(text="", struck=True)
BOOK = Book(
    strings=(
        RichText(text="①"),
        RichText(text=""),
        RichText(text="①②", pieces=(Piece(text="①", look=STRUCK), Piece(text="②"))),
    ),
    styles=(CellStyle(), CellStyle(run=STRUCK), CellStyle(is_date=True), CellStyle(fill="rgb:1")),
)
CELLS = (
    '<c r="A1"/>',
    '<c r="B1" s="1"/>',
    '<c r="A1" s="1"></c>',
    '<c r="B1" t="s"><v>0</v></c>',
    '<c r="C1" s="1" t="s"><v>2</v></c>',
    '<c r="C1" t="s"><v>9</v></c>',
    "<c><v>1</v></c>",
    '<c r="B1"><v>12.50</v></c>',
    '<c r="B1" s="2"><v>46000</v></c>',
    '<c r="B1"><v> 7 </v></c>',
    '<c r="B1" t="str"><v> a_x000D_b </v></c>',
    '<c r="B1" t="str"><v>a&amp;b</v></c>',
    '<c r="B1" t="str"><v>済</v></c>',
    '<c r="B1" t="b"><v>1</v></c>',
    '<c r="B1" t="x"><v>1</v></c>',
    '<c r="B1" t="e"><v>#REF!</v></c>',
    '<c r="B1" t="d"><v>2026-11-01</v></c>',
    '<c r="B1" t="s"/>',
    '<c r="B1" t="n"></c>',
    '<c r="B1"><f>1+1</f><v>2</v></c>',
    '<c r="B1"><f t="shared" ref="B1:B2" si="0">A1&amp;"①"</f><v>2</v></c>',
    '<c r="C1" t="str"><f t="shared" si="0"/><v>済&lt;</v></c>',
    '<c r="B1" t="s"><f>x:y()</f></c>',
    '<c r="B1"><f>1</f><x:v>2</x:v></c>',
    '<c r="B1"><f>1</f><c r="C1"/></c>',
    '<c r="B1"><!-- 1 --><v>2</v></c>',
    '<c r="B1" t="inlineStr"><is><t>&#9312;済</t></is></c>',
    '<c r="B1" t="inlineStr"><is/></c>',
    '<c r="B1" t="inlineStr"><is><t xml:space="preserve"> a\r\nb </t></is></c>',
    '<c r="B1" s="3"><is><r><rPr><strike/></rPr><t>①</t></r><r><t>②</t></r></is></c>',
    '<c r="B1" t="inlineStr"><is><t>1</t><rPh sb="0" eb="1"><t>よみ</t></rPh></is></c>',
    '<c r="B1" t="inlineStr"><is><t>&bad;</t></is></c>',
    '<c r="B1" t="inlineStr"><v>1</v></c>',
    '<c r="B1" t="inlineStr"><is><r><t>1</t></is></c>',
    '<c r="B1" t="inlineStr"><is><t>&#1;</t></is></c>',
    '<c r="B1" t="inlineStr"><is><r><t>1</t></r><si><t>2</t></si></is></c>',
    '<c r="B1" r="C1"/>',
    "<c r='B1'><v>1</v></c>",
    '<c r="B1" x:y="1"/>',
    '<c r="B1"\n s="1"/>',
    '<c r="1B"/>',
    '<c r="D4"><v>1</v></c>',
    '<c r="B1" s="99"><v>1</v></c>',
    '<C r="B1"/>',
    '<c r="B1" s="x"><v>1</v></c>',
    '<c r="B1"><V>1</V></c>',
    '<c r="B1"><v></v></c>',
    '<c r="B1"><v/></c>',
    '<d r="B1"><v>1</v></d>',
    '<x:c r="B1"><v>1</v></x:c>',
    '<c r="B1" xmlns="urn:x"><v>1</v></c>',
    " ",
)
ROWS = (
    '<row r="1">{}</row>',
    '<row r="1" spans="1:3" ht="1.5" customHeight="1">{}</row>',
    "<row>{}</row>",
    '<row r="1" x14ac:dyDescent="0.2">{}</row>',
    '<row r="1" y:z="1">{}</row>',
    '<row r="3"/>{}',
    '<row r="1" hidden="1">{}</row>',
    '<row r="1" ht="0">{}</row>',
    '<row r="0">{}</row>',
    "{}",
    '<row r="9999999">{}</row>',
    '<row r="1"><row r="2">{}</row></row>',
    '<row r="1">{}',
    "{}</row>",
    '<row r="1" ht=">">{}</row>',
    '<x:row r="1">{}</x:row>',
    '<row r="1" >{}</row>',
    '<ROW r="1">{}</ROW>',
    '<row r="1" r="2">{}</row>',
    '<row xmlns="urn:x" r="1">{}</row>',
    '<row r="1">\n{}\n</row>',
)
HEADS = (
    "",
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n',
    "<?xml version='1.0'?>",
    '<?xml version="1.0" encoding="Shift_JIS"?>',
    "\ufeff",
    "<!-- a -->",
    "\n",
    "<?a b?>",
    "<!DOCTYPE worksheet>",
    '<!DOCTYPE a [<!ENTITY b "c">]>',
)
ROOTS = (
    '<worksheet xmlns="urn:m">{}</worksheet>',
    '<worksheet xmlns="urn:m" xmlns:x14ac="urn:a" xmlns:x="urn:m" >{}</worksheet>',
    "<worksheet>{}</worksheet>",
    '<x:worksheet xmlns:x="urn:m">{}</x:worksheet>',
    '<worksheet xmlns="urn:m">{}</worksheet>\x00 ',
    "<worksheet>{}",
    "<other>{}</other>",
)
AROUND = (
    "{}",
    "{}<row r='5'><c r='A5'><v>1</v></c></row>",
    "{}<sheetData/>",
    "{0}{0}",
    "<x>{}</x>",
    '<sheetFormatPr defaultRowHeight="1"/><cols><col min="1" max="2" width="0.1"/></cols>{}',
    '{}<mergeCells><mergeCell ref="A1:B2"/></mergeCells><drawing id="rId1"/>',
    '{}<mergeCell ref="A1:B2"/><mergeCell ref="A3:B4"/><mergeCell ref="A5:B6"/>'
    '<mergeCell ref="C1:D2"/>',
)


def outcome(read: Callable[[], object]) -> object:
    try:
        return read()
    except Refused as refusal:
        return refusal.reason


def agree(content: bytes, book: Book = BOOK, limits: Limits = LIMITS) -> None:
    fast = outcome(lambda: scan.read_sheet(content, "sheet", book, limits))
    assert fast == outcome(lambda: read_tree(content, "sheet", book, limits))


@st.composite
def worksheets(draw: st.DrawFn) -> bytes:
    """Give a worksheet of which most is plain, and some of it perhaps not."""
    cells = st.sampled_from(CELLS[:8]) if draw(st.booleans()) else st.sampled_from(CELLS)
    rows = st.sampled_from(ROWS[:2]) if draw(st.booleans()) else st.sampled_from(ROWS)
    data = "".join(
        row.format("".join(draw(st.lists(cells, max_size=4))))
        for row in draw(st.lists(rows, max_size=3))
    )
    data = f"<sheetData>{data}</sheetData>"
    odd = draw(st.booleans())
    around = draw(st.sampled_from(AROUND if odd else AROUND[5:7])).format(data)
    root: str = draw(st.sampled_from(ROOTS if odd else ROOTS[:2]))
    head: str = draw(st.sampled_from(HEADS if odd else HEADS[:2]))
    return (head + root.format(around)).encode()


@given(worksheets())
@settings(max_examples=400)
def test_a_worksheet_is_read_alike(content: bytes) -> None:
    agree(content)


@pytest.mark.parametrize("row", ROWS)
def test_each_row_is_read_alike(row: str) -> None:
    for cell in CELLS:
        data = f"<sheetData>{row.format(cell)}</sheetData>"
        agree(f'<worksheet xmlns="urn:m" xmlns:x14ac="urn:a">{data}</worksheet>'.encode())


def test_more_cells_than_allowed_are_refused_alike() -> None:
    cells = "".join(f'<c r="A{row}"><v>1</v></c>' for row in range(1, 2))
    rows = "".join(f'<row r="{row}">{cells.replace("A1", f"A{row}")}</row>' for row in range(1, 60))
    agree(f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode())


@cache
def returned(*, saved: bool) -> dict[str, bytes]:
    """Give the parts of a returned form as Excel writes them, or as openpyxl does."""
    checklist = load_checklist(TEMPLATE)
    content = package(pages(_form("甲市", 3, 1, checklist, distinct=True), checklist), checklist)
    with zipfile.ZipFile(io.BytesIO(_saved_again(content) if saved else content)) as book:
        return {name: book.read(name) for name in book.namelist()}


@pytest.mark.parametrize("saved", [True, False])
def test_a_returned_form_needs_no_tree(saved: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = returned(saved=saved)
    sheet = parts["xl/worksheets/sheet1.xml"]
    book = Book(strings=tuple(RichText(text=f"文{number}") for number in range(400)))
    whole = read_tree(sheet, "sheet", book, Limits())
    monkeypatch.setattr(scan, "read_tree", None)
    if table := parts.get("xl/sharedStrings.xml"):
        monkeypatch.setattr(strings, "stream", stream)
        assert strings._pieces(table, "table")
    found = scan.read_sheet(sheet, "sheet", book, Limits())
    assert isinstance(found, SheetPart)
    assert found == whole
    assert len(found.cells) > 150


@given(
    place=st.integers(0, 1),
    cut=st.integers(0, 200) | st.integers(0, 80_000),
    size=st.integers(0, 40),
    into=st.sampled_from(
        [
            b"",
            b"<",
            b">",
            b"/",
            b'"',
            b"&",
            b"<!--",
            b"\x00",
            b"</row>",
            b"&#1;",
            b"<si>",
            b"</si>",
            b"<is>",
            b"</c>",
            b"<![CDATA[<si>]]>",
            b"\xff",
        ]
    ),
)
@settings(max_examples=300, deadline=None)
def test_a_damaged_form_is_read_alike(place: int, cut: int, size: int, into: bytes) -> None:
    parts = returned(saved=bool(place))
    sheet = parts["xl/worksheets/sheet1.xml"]
    cut_at = cut % len(sheet)
    book = Book(strings=tuple(RichText(text=f"文{number}") for number in range(400)))
    agree(sheet[:cut_at] + into + sheet[cut_at + size :], book, Limits())
    table = parts.get("xl/sharedStrings.xml", b"<sst/>")
    cut_at = cut % len(table)
    same_texts(table[:cut_at] + into + table[cut_at + size :])


TABLES = (
    "<si><t>a</t></si>",
    "<si/>",
    "<si><r><t>a</t></r><r><rPr><b/></rPr><t>b</t></r></si>",
    "<si></si>",
    "<si><t>a</t><phoneticPr fontId='1'/></si>",
    "<si><t>&lt;si&gt;</t></si>",
    "<!-- <si> -->",
    "<si a='1'><t>a</t></si>",
    "<si><t><![CDATA[<si>]]></t></si>",
    "<si><si><t>a</t></si></si>",
    "<si><t>a</t></si><x/>",
    "<si><t>&#9312;_x000D_</t></si>",
    "<x:si><t>a</t></x:si>",
    "<si><x:t>1</x:t></si>",
    "<?a <si> ?>",
    "<si><t>a</si>",
    "</si><si>",
    "<size/>",
    "\n",
    "<si><t xml:space='preserve'> </t></si>",
)


def same_texts(content: bytes) -> None:
    def tree() -> object:
        return tuple(map(read_text, stream(content, "table", tags=("si",))))

    assert outcome(lambda: read_strings(content, "table", Limits())) == outcome(tree)


@given(st.lists(st.sampled_from(TABLES), max_size=4), st.sampled_from(HEADS), st.booleans())
def test_texts_are_read_alike(items: list[str], head: str, counted: bool) -> None:
    root = '<sst xmlns="urn:m" count="1" uniqueCount="1">' if counted else '<sst xmlns="urn:m">'
    same_texts(f"{head}{root}{''.join(items)}</sst>".encode())


def _archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", b"<a>" + b"1" * 200 + b"</a>")
        archive.writestr("済.xml", b"<b/>", compress_type=zipfile.ZIP_STORED)
        archive.writestr("c.xml", b"")
    return target.getvalue()


@given(st.integers(0, len(_archive()) - 1), st.integers(0, 255))
@settings(max_examples=400)
def test_an_entry_is_inflated_as_zipfile_does(place: int, byte: int) -> None:
    content = bytearray(_archive())
    content[place] = byte
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return
    for entry in archive.infolist():
        found = _inflated(bytes(content), entry)
        if found is not None:
            assert found == archive.read(entry)


def test_a_deflated_entry_is_inflated_at_once() -> None:
    with zipfile.ZipFile(io.BytesIO(_archive())) as archive:
        assert _inflated(_archive(), archive.getinfo("a.xml")) == archive.read("a.xml")

"""Workbooks written fast: the parts Excel writes, from string templates and a bare zip writer.

Only for measurements: 20,000 files have to be made in a minute or two. Parts that are the same
in every file are deflated once.
"""

import struct
import zlib
from collections.abc import Iterable
from functools import lru_cache
from html import escape

from sample.forms import Cell, Page
from sample.hands import Way, Written, legend_lines

from pipeline.model import Checklist, address

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument"
_STYLES = ("", "text", "title", "label", "header", "heading", "category", "item", "mark", "note")
_STYLE_INDEX = {name: index for index, name in enumerate(_STYLES)}
_FONT_XML = '<sz val="11"/><color theme="1"/><rFont val="游ゴシック"/><family val="3"/>'
_FONT_XML += '<charset val="128"/><scheme val="minor"/>'
_RUNS = {Way.STRUCK: "<strike/>", Way.BOLD: "<b/>", Way.COLOURED: ""}
_WRAP = ' wrapText="1"'
_HIDDEN = ' hidden="1"'
_LINE_EMU = 25 * 9525
_DOS_TIME, _DOS_DATE = 0, (2026 - 1980) << 9 | 11 << 5 | 5


def package(pages: tuple[Page, ...], checklist: Checklist) -> bytes:
    """Give the bytes of an .xlsx of these pages."""
    strings = _Strings(checklist)
    bodies = [_sheet(page, strings) for page in pages]
    drawn = tuple(bool(ellipses) for _, ellipses in bodies)
    parts = list(_constant(tuple(page.name for page in pages), drawn))
    for number, (body, ellipses) in enumerate(bodies, start=1):
        parts.append((f"xl/worksheets/sheet{number}.xml", *_deflate(body.encode())))
        if ellipses:
            drawing = _drawing(ellipses).encode()
            parts.append((f"xl/drawings/drawing{number}.xml", *_deflate(drawing)))
    parts.append(("xl/sharedStrings.xml", *_deflate(strings.part().encode())))
    return _archive(parts)


class _Strings:
    """The shared strings of one workbook, in order of first use as Excel keeps them."""

    def __init__(self, checklist: Checklist) -> None:
        self.checklist = checklist
        self.index: dict[str, int] = {}
        self.used = 0

    def of(self, cell: Cell) -> int:
        if cell.answer is None or cell.answer.way in {Way.TEXT, Way.ERROR, Way.DATE}:
            text = cell.text if cell.answer is None else cell.answer.text
            entry = _plain(text)
        elif cell.answer.way is Way.CIRCLED or cell.answer.way is Way.TICKED:
            entry = _plain("\n".join(legend_lines(self.checklist, cell.answer.text)))
        else:
            entry = self._rich(cell.answer)
        self.used += 1
        return self.index.setdefault(entry, len(self.index))

    def _rich(self, written: Written) -> str:
        lines = legend_lines(self.checklist, written.text)
        runs = []
        for number, line in enumerate(lines):
            struck = written.way is Way.STRUCK and number < 3 and number != written.option
            special = struck or (written.way is not Way.STRUCK and number == written.option)
            font = _FONT_XML
            if special and written.way is Way.COLOURED:
                font = font.replace('theme="1"', 'rgb="FFFF0000"')
            elif special:
                font = _RUNS[written.way] + font
            end = "\n" if number + 1 < len(lines) else ""
            runs.append(
                f'<r><rPr>{font}</rPr><t xml:space="preserve">{escape(line + end, quote=False)}'
                "</t></r>"
            )
        return f'<si>{"".join(runs)}<phoneticPr fontId="1"/></si>'

    def part(self) -> str:
        return (
            f'{_HEAD}<sst xmlns="{_MAIN}" count="{self.used}" uniqueCount="{len(self.index)}">'
            + "".join(self.index)
            + "</sst>"
        )


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    space = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f'<si><t{space}>{escape(text, quote=False)}</t><phoneticPr fontId="1"/></si>'


def _sheet(page: Page, strings: _Strings) -> tuple[str, list[tuple[int, int, int]]]:
    """Give the sheet's part and its ellipses (row, column, legend line)."""
    rows: dict[int, list[str]] = {}
    ellipses: list[tuple[int, int, int]] = []
    last_column = max(column for _, column in page.cells)
    for (row, column), cell in sorted(page.cells.items(), key=lambda pair: pair[0]):
        rows.setdefault(row, []).append(_cell(row, column, cell, strings))
        if cell.answer is not None and cell.answer.way is Way.CIRCLED:
            ellipses.append((row, column, cell.answer.option))
    body = "".join(
        f'<row r="{row + 1}" spans="1:{last_column + 1}" ht="{page.heights.get(row, 18.75)}" '
        f'customHeight="1"{_HIDDEN if row in page.hidden_rows else ""}>{"".join(cells)}</row>'
        for row, cells in rows.items()
    )
    columns = "".join(
        f'<col min="{column + 1}" max="{column + 1}" width="{width + 0.625}" customWidth="1"/>'
        for column, width in sorted(page.widths.items())
    )
    merges = "".join(
        f'<mergeCell ref="{_address(area.top, area.left)}:{_address(area.bottom, area.right)}"/>'
        for area in page.merged
    )
    merged = f'<mergeCells count="{len(page.merged)}">{merges}</mergeCells>' if merges else ""
    drawing = '<drawing r:id="rId1"/>' if ellipses else ""
    end = _address(max(rows), last_column)
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><dimension ref="A1:{end}"/>'
        '<sheetViews><sheetView workbookViewId="0"/></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="18.75"/><cols>{columns}</cols>'
        f"<sheetData>{body}</sheetData>{merged}"
        '<phoneticPr fontId="1"/><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" '
        f'header="0.3" footer="0.3"/><pageSetup paperSize="9" orientation="portrait"/>{drawing}'
        "</worksheet>"
    ), ellipses


def _cell(row: int, column: int, cell: Cell, strings: _Strings) -> str:
    place = f'r="{_address(row, column)}" s="{_STYLE_INDEX[cell.style]}"'
    if cell.answer is not None and cell.answer.way is Way.NUMBER:
        return f"<c {place}><v>{cell.answer.text}</v></c>"
    if cell.answer is None and not cell.text:
        return f"<c {place}/>"
    return f'<c {place} t="s"><v>{strings.of(cell)}</v></c>'


_address = lru_cache(maxsize=4096)(address)


def _drawing(ellipses: list[tuple[int, int, int]]) -> str:
    shapes = "".join(
        f"<xdr:twoCellAnchor><xdr:from><xdr:col>{column}</xdr:col><xdr:colOff>19050</xdr:colOff>"
        f"<xdr:row>{row}</xdr:row><xdr:rowOff>{option * _LINE_EMU + 19050}</xdr:rowOff></xdr:from>"
        f"<xdr:to><xdr:col>{column}</xdr:col><xdr:colOff>2066925</xdr:colOff><xdr:row>{row}"
        f"</xdr:row><xdr:rowOff>{(option + 1) * _LINE_EMU}</xdr:rowOff></xdr:to>"
        f'<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="{number}" name="楕円 {number}"/>'
        '<xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr><a:prstGeom prst="ellipse"><a:avLst/></a:prstGeom>'
        '<a:noFill/><a:ln><a:solidFill><a:srgbClr val="FF0000"/></a:solidFill></a:ln></xdr:spPr>'
        "</xdr:sp><xdr:clientData/></xdr:twoCellAnchor>"
        for number, (row, column, option) in enumerate(ellipses, start=2)
    )
    return (
        f'{_HEAD}<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/'
        'spreadsheetDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        f"{shapes}</xdr:wsDr>"
    )


@lru_cache(maxsize=64)
def _constant(
    names: tuple[str, ...], drawn: tuple[bool, ...]
) -> tuple[tuple[str, bytes, int, int], ...]:
    """Give the parts that depend on the sheets' names only, deflated."""
    numbers = range(1, len(names) + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" '
        f'ContentType="{_TYPE}.spreadsheetml.worksheet+xml"/>'
        for n in numbers
    ) + "".join(
        f'<Override PartName="/xl/drawings/drawing{n}.xml" ContentType="{_TYPE}.drawing+xml"/>'
        for n in numbers
        if drawn[n - 1]
    )
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in zip(numbers, names, strict=True)
    )
    books = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    count = len(names)
    books += [
        (f"rId{count + 1}", "styles", "styles.xml"),
        (f"rId{count + 2}", "sharedStrings", "sharedStrings.xml"),
    ]
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Override PartName="/xl/workbook.xml" '
            f'ContentType="{_TYPE}.spreadsheetml.sheet.main+xml"/>{types}'
            '<Override PartName="/xl/styles.xml" '
            f'ContentType="{_TYPE}.spreadsheetml.styles+xml"/>'
            '<Override PartName="/xl/sharedStrings.xml" '
            f'ContentType="{_TYPE}.spreadsheetml.sharedStrings+xml"/></Types>'
        ),
        "_rels/.rels": _relations([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView/></bookViews>'
            f"<sheets>{sheets}</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": _relations(books),
        "xl/styles.xml": _styles(),
    }
    parts |= {
        f"xl/worksheets/_rels/sheet{n}.xml.rels": _relations(
            [("rId1", "drawing", f"../drawings/drawing{n}.xml")]
        )
        for n in numbers
        if drawn[n - 1]
    }
    return tuple((name, *_deflate((_HEAD + text).encode())) for name, text in parts.items())


def _relations(rows: Iterable[tuple[str, str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for key, kind, target in rows
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _styles() -> str:
    font = _FONT_XML.replace("rFont", "name")
    formats = "".join(
        f'<xf numFmtId="0" fontId="{int(name in ("title", "label", "header", "heading"))}" '
        f'fillId="0" borderId="{int(index > 3)}" xfId="0" applyFont="1" applyBorder="1" '
        'applyAlignment="1"><alignment vertical="center"'
        f"{_WRAP if name in ('item', 'mark', 'note') else ''}/></xf>"
        for index, name in enumerate(_STYLES)
    )
    thin = "".join(f'<{side} style="thin"/>' for side in ("left", "right", "top", "bottom"))
    return (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font>{font}</font><font><b/>{font}</font>'
        '</fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill>'
        '<patternFill patternType="gray125"/></fill></fills><borders count="2"><border/>'
        f'<border>{thin}</border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" '
        f'fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="{len(_STYLES)}">{formats}'
        '</cellXfs><cellStyles count="1"><cellStyle name="標準" xfId="0" builtinId="0"/>'
        "</cellStyles></styleSheet>"
    )


def _deflate(body: bytes) -> tuple[bytes, int, int]:
    """Give deflated bytes, CRC and size."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush(), zlib.crc32(body), len(body)


def _archive(parts: list[tuple[str, bytes, int, int]]) -> bytes:
    chunks: list[bytes] = []
    directory: list[bytes] = []
    position = 0
    for name, packed, check, size in parts:
        stored = name.encode()
        fields = (_DOS_TIME, _DOS_DATE, check, len(packed), size, len(stored), 0)
        head = struct.pack("<4s3H2H3L2H", b"PK\x03\x04", 20, 0, 8, *fields)
        directory.append(
            struct.pack("<4s4H2H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, *fields, 0, 0, 0, 0, position)
            + stored
        )
        chunks += [head, stored, packed]
        position += len(head) + len(stored) + len(packed)
    listing = b"".join(directory)
    count = len(parts)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(listing), position, 0)
    return b"".join([*chunks, listing, end])

"""Returned workbooks made in a test from a text table, part by part as Excel writes them.

    content = xlsx(Sheet(rows=table('''
        ガバナンス①-1 | ①
        ガバナンス①-2 | ②（12月）
    ''')))

A cell of a table is trimmed; ``\\n`` in it is a line break. What a table cannot say is given as
the cell's own XML (`Sheet.xml`), and what lies over the cells as drawings (`shape`, `line`,
`group` … in an anchor) and `Control`s. `source_of` puts the bytes into a folder as a SourceFile.
"""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from pipeline.formats import read_workbook
from pipeline.model import RawWorkbook, SourceFile, address
from pipeline.settings import Limits

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SHEET_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STRICT = (
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/",
        "http://purl.oclc.org/ooxml/officeDocument/",
    ),
    (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/",
        "http://purl.oclc.org/ooxml/spreadsheetml/",
    ),
    ("http://schemas.openxmlformats.org/drawingml/2006/", "http://purl.oclc.org/ooxml/drawingml/"),
)

# Cell styles: 0 plain, 1 wrapped and centred, 2 struck through, 3 yellow fill, 4 yyyy/m/d,
# 5 ggge"年"m"月", 6 0"番", 7 [Red]0, 8 wrapped at the top, 9 white fill, 10 bold, 11 [h]:mm,
# 12 wrapped at the bottom.
STYLES = f"""<styleSheet xmlns="{MAIN}">
<numFmts count="5"><numFmt numFmtId="176" formatCode="yyyy/m/d;@"/>
<numFmt numFmtId="177" formatCode="[$-411]ggge&quot;年&quot;m&quot;月&quot;"/>
<numFmt numFmtId="178" formatCode="0&quot;番&quot;"/>
<numFmt numFmtId="179" formatCode="[Red]0;[Red]\\-0"/>
<numFmt numFmtId="180" formatCode="[h]:mm"/></numFmts>
<fonts count="3"><font><sz val="11"/><name val="游ゴシック"/></font>
<font><strike/><sz val="11"/><name val="游ゴシック"/></font>
<font><b/><sz val="11"/><name val="游ゴシック"/></font></fonts>
<fills count="4"><fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill>
<fill><patternFill patternType="solid"><fgColor rgb="FFFFFF00"/></patternFill></fill>
<fill><patternFill patternType="solid"><fgColor theme="0"/></patternFill></fill></fills>
<borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="13">
<xf numFmtId="0" fontId="0" fillId="0"/>
<xf numFmtId="0" fontId="0" fillId="0"><alignment vertical="center" wrapText="1"/></xf>
<xf numFmtId="0" fontId="1" fillId="0"/>
<xf numFmtId="0" fontId="0" fillId="2"/>
<xf numFmtId="176" fontId="0" fillId="0"/>
<xf numFmtId="177" fontId="0" fillId="0"/>
<xf numFmtId="178" fontId="0" fillId="0"/>
<xf numFmtId="179" fontId="0" fillId="0"/>
<xf numFmtId="0" fontId="0" fillId="0"><alignment vertical="top" wrapText="1"/></xf>
<xf numFmtId="0" fontId="0" fillId="3"/>
<xf numFmtId="0" fontId="2" fillId="0"/>
<xf numFmtId="180" fontId="0" fillId="0"/>
<xf numFmtId="0" fontId="0" fillId="0"><alignment wrapText="1"/></xf>
</cellXfs></styleSheet>"""

Value = str | int | float | bool | None
Rows = tuple[tuple[Value, ...], ...]


def table(text: str) -> Rows:
    """Give the rows of a text table: ``|`` between cells, ``\\n`` for a line break in one."""
    lines = (line.strip() for line in text.strip().splitlines())
    return tuple(
        tuple(cell.strip().replace("\\n", "\n") or None for cell in line.split("|"))
        for line in lines
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A form control as Excel writes it, in ctrlProps, in the sheet and in VML.

    ``anchor`` is (column, dx, row, dy, column, dx, row, dy), offsets in pixels. ``parts`` leaves
    one of the three out: ``vml`` alone is Excel 2007, ``sheet`` with zeros is LibreOffice.
    """

    anchor: tuple[int, int, int, int, int, int, int, int]
    type: str = "CheckBox"  # Radio, Drop …; ActiveX for a control of its own
    checked: bool | None = False
    label: str = ""
    vml_only: bool = False
    zero_anchor: bool = False
    choices: str = ""  # of a drop-down or list: the cells with its entries
    chosen: int = 0  # which of them, from 1
    linked: str = ""  # the cell that holds its state


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet. Addresses are as a user sees them (``C12``); heights in points."""

    rows: Rows = ()
    name: str = "チェックシート"
    xml: Mapping[str, str] = field(default_factory=dict)  # a cell's own <c> element
    styles: Mapping[str, int] = field(default_factory=dict)
    merged: Sequence[str] = ()
    heights: Mapping[int, float] = field(default_factory=dict)  # by row number from 1
    widths: Mapping[int, float] = field(default_factory=dict)  # by column number from 1
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()
    state: str = "visible"
    dimension: str = ""
    anchors: Sequence[str] = ()  # of the drawing: what two_cell(), one_cell(), absolute() give
    controls: Sequence[Control] = ()
    comments: Mapping[str, str] = field(default_factory=dict)
    vml: str = ""  # further VML shapes
    default_height: float = 18.75  # 游ゴシック 11


def xlsx(
    *sheets: Sheet,
    strict: bool = False,
    macros: bool = False,
    epoch_1904: bool = False,
    shared: bool = True,
    strings: Sequence[str] = (),
    extra: Mapping[str, str | bytes] | None = None,
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """Give the bytes of a workbook.

    ``shared`` False writes texts into their cells. ``strings`` are ``<si>`` elements put before
    the other shared strings, for ``t="s"`` cells of `Sheet.xml`. ``extra`` adds or replaces parts.
    """
    parts = _Parts(sheets, shared=shared, strings=strings, epoch_1904=epoch_1904)
    content = parts.write()
    if macros:
        content["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0 no real project"
    content.update(extra or {})
    return package(content, strict=strict, compression=compression)


def package(
    parts: Mapping[str, str | bytes],
    *,
    strict: bool = False,
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """Zip parts in their order; ``strict`` puts ISO 29500 strict namespaces in."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", compression) as archive:
        for name, part in parts.items():
            text = part
            if strict and isinstance(text, str):
                for transitional, iso in _STRICT:
                    text = text.replace(transitional, iso)
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 2, 9, 0, 0)), text, compression)
    return memory.getvalue()


def repacked(content: bytes, parts: Mapping[str, str | bytes | None]) -> bytes:
    """Give a package with parts replaced, added or (None) taken away."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        kept: dict[str, str | bytes] = {
            name: archive.read(name) for name in archive.namelist() if name not in parts
        }
    kept.update({name: part for name, part in parts.items() if part is not None})
    return package(kept)


def source_of(folder: Path, content: bytes, name: str = "返送.xlsx") -> SourceFile:
    """Put bytes into a folder and give them as a file of the inbox."""
    path = folder / name
    path.write_bytes(content)
    return SourceFile(path=name, location=path, size=len(content))


def read(folder: Path, content: bytes, name: str = "返送.xlsx") -> RawWorkbook:
    """Read bytes as a workbook; fail with the refusal where it is none."""
    workbook = read_workbook(source_of(folder, content, name), limits=Limits())
    assert isinstance(workbook, RawWorkbook), workbook
    return workbook


class _Parts:
    """Collects the parts of a workbook."""

    def __init__(
        self, sheets: Sequence[Sheet], *, shared: bool, strings: Sequence[str], epoch_1904: bool
    ) -> None:
        self.sheets = sheets
        self.shared = shared
        self.strings = list(strings)
        self.epoch_1904 = epoch_1904
        self.parts: dict[str, str | bytes] = {}

    def write(self) -> dict[str, str | bytes]:
        self.parts["[Content_Types].xml"] = _content_types(len(self.sheets))
        self.parts["_rels/.rels"] = rels({"rId1": ("officeDocument", "xl/workbook.xml")})
        self.parts["xl/workbook.xml"] = self._workbook()
        count = len(self.sheets)
        related = {
            f"rId{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, count + 1)
        }
        related[f"rId{count + 1}"] = ("styles", "styles.xml")
        related[f"rId{count + 2}"] = ("sharedStrings", "sharedStrings.xml")
        self.parts["xl/_rels/workbook.xml.rels"] = rels(related)
        self.parts["xl/styles.xml"] = _HEAD + STYLES
        for number, sheet in enumerate(self.sheets, 1):
            self._sheet(number, sheet)
        self.parts["xl/sharedStrings.xml"] = (
            f'{_HEAD}<sst xmlns="{MAIN}" count="{len(self.strings)}"'
            f' uniqueCount="{len(self.strings)}">{"".join(self.strings)}</sst>'
        )
        return self.parts

    def _workbook(self) -> str:
        listed = "".join(
            f'<sheet name={quoteattr(sheet.name)} sheetId="{n}" state="{sheet.state}"'
            f' r:id="rId{n}"/>'
            for n, sheet in enumerate(self.sheets, 1)
        )
        date1904 = ' date1904="1"' if self.epoch_1904 else ""
        return (
            f'{_HEAD}<workbook xmlns="{MAIN}" xmlns:r="{REL}"><workbookPr{date1904}/>'
            f"<sheets>{listed}</sheets></workbook>"
        )

    def _sheet(self, number: int, sheet: Sheet) -> None:
        related: dict[str, tuple[str, str]] = {}
        tail = ""
        if sheet.anchors:
            related["rId1"] = ("drawing", f"../drawings/drawing{number}.xml")
            self.parts[f"xl/drawings/drawing{number}.xml"] = drawing(sheet.anchors)
            tail += '<drawing r:id="rId1"/>'
        if sheet.controls or sheet.comments or sheet.vml:
            related["rId2"] = ("vmlDrawing", f"../drawings/vmlDrawing{number}.vml")
            self.parts[f"xl/drawings/vmlDrawing{number}.vml"] = _vml(sheet)
            tail += '<legacyDrawing r:id="rId2"/>'
        if sheet.comments:
            related["rId3"] = ("comments", f"../comments{number}.xml")
            self.parts[f"xl/comments{number}.xml"] = _comments(sheet)
        tail += self._controls(number, sheet, related)
        if related:
            self.parts[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = rels(related)
        self.parts[f"xl/worksheets/sheet{number}.xml"] = self._sheet_xml(sheet, tail)

    def _sheet_xml(self, sheet: Sheet, tail: str) -> str:
        merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in sheet.merged)
        columns = "".join(
            f'<col min="{n}" max="{n}" width="{sheet.widths.get(n, 9)}" customWidth="1"'
            + (' hidden="1"/>' if n in sheet.hidden_columns else "/>")
            for n in sorted({*sheet.widths, *sheet.hidden_columns})
        )
        return (
            f'{_HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{REL}"'
            f' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
            f' xmlns:xdr="{SHEET_DRAWING}">'
            + (f'<dimension ref="{sheet.dimension}"/>' if sheet.dimension else "")
            + f'<sheetFormatPr defaultRowHeight="{sheet.default_height}"/>'
            + (f"<cols>{columns}</cols>" if columns else "")
            + f"<sheetData>{self._rows(sheet)}</sheetData>"
            + (f"<mergeCells>{merges}</mergeCells>" if merges else "")
            + f"{tail}</worksheet>"
        )

    def _rows(self, sheet: Sheet) -> str:
        cells: dict[tuple[int, int], str] = {}
        for row, values in enumerate(sheet.rows):
            for column, value in enumerate(values):
                place = address(row, column)
                style = sheet.styles.get(place, 0)
                if value is not None or style:
                    cells[(row, column)] = self._cell(place, value, style)
        for place, xml in sheet.xml.items():
            cells[place_of(place)] = xml
        rows = sorted({row for row, _ in cells} | {n - 1 for n in sheet.heights})
        return "".join(
            f'<row r="{row + 1}"{_row_attributes(sheet, row + 1)}>'
            + "".join(cells[key] for key in sorted(cells) if key[0] == row)
            + "</row>"
            for row in rows
        )

    def _cell(self, place: str, value: Value, style: int) -> str:
        start = f'<c r="{place}"' + (f' s="{style}"' if style else "")
        if value is None:
            return start + "/>"
        if isinstance(value, bool):
            return f'{start} t="b"><v>{int(value)}</v></c>'
        if isinstance(value, int | float):
            return f"{start}><v>{value}</v></c>"
        text = f'<t xml:space="preserve">{escape(value)}</t>'
        if not self.shared:
            return f'{start} t="inlineStr"><is>{text}</is></c>'
        self.strings.append(f"<si>{text}</si>")
        return f'{start} t="s"><v>{len(self.strings) - 1}</v></c>'

    def _controls(self, number: int, sheet: Sheet, related: dict[str, tuple[str, str]]) -> str:
        listed = ""
        for index, control in enumerate(sheet.controls):
            if control.vml_only:
                continue
            relation, part = f"rId{index + 10}", f"ctrlProp{number}_{index}.xml"
            if control.type == "ActiveX":
                related[relation] = ("control", f"../activeX/activeX{index}.xml")
            else:
                related[relation] = ("ctrlProp", f"../ctrlProps/{part}")
                checked = {True: ' checked="Checked"', None: ' checked="Mixed"'}.get(
                    control.checked, ""
                )
                more = f' fmlaLink="{control.linked}"' if control.linked else ""
                if control.choices:
                    more += f' fmlaRange="{control.choices}" sel="{control.chosen}" val="0"'
                self.parts[f"xl/ctrlProps/{part}"] = (
                    f'{_HEAD}<formControlPr xmlns="http://schemas.microsoft.com/office/'
                    f'spreadsheetml/2009/9/main" objectType="{control.type}"{checked}{more}'
                    f' lockText="1" noThreeD="1"/>'
                )
            numbers = (0,) * 8 if control.zero_anchor else control.anchor
            listed += _alternative(
                f'<control shapeId="{1025 + index}" r:id="{relation}" name="Control {index + 1}">'
                f'<controlPr defaultSize="0" autoFill="0"><anchor moveWithCells="1">'
                f"{_corner('from', numbers[:4])}{_corner('to', numbers[4:])}"
                f"</anchor></controlPr></control>",
                "x14",
            )
        return _alternative(f"<controls>{listed}</controls>", "x14") if listed else ""


def rels(targets: Mapping[str, tuple[str, str]]) -> str:
    """Give a relationships part from id → (last word of the type, target)."""
    kinds = {"ctrlProp": "http://schemas.openxmlformats.org/officeDocument/2006/relationships"}
    listed = "".join(
        f'<Relationship Id="{key}" Type="{kinds.get(kind, REL)}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'{_HEAD}<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


def rich(place: str, *runs: tuple[str, str], style: int = 0) -> str:
    """Give an inline cell of rich text from (text, properties): ``("①", "<strike/>")``."""
    listed = "".join(
        f'<r>{f"<rPr>{look}</rPr>" if look else ""}<t xml:space="preserve">{escape(text)}</t></r>'
        for text, look in runs
    )
    return f'<c r="{place}" s="{style}" t="inlineStr"><is>{listed}</is></c>'


# ── Drawings ────────────────────────────────────────────────────────────────────────────────


def drawing(anchors: Sequence[str]) -> str:
    """Give a drawing part."""
    return (
        f'{_HEAD}<xdr:wsDr xmlns:xdr="{SHEET_DRAWING}" xmlns:a="{DRAWING}" xmlns:r="{REL}"'
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main"'
        ' xmlns:xdr14="http://schemas.microsoft.com/office/excel/2010/spreadsheetDrawing">'
        f"{''.join(anchors)}</xdr:wsDr>"
    )


def two_cell(anchor: Sequence[int], *objects: str) -> str:
    """Anchor objects between two corners: column, dx, row, dy twice; offsets in pixels."""
    return (
        f"<xdr:twoCellAnchor>{_corner('xdr:from', anchor[:4])}{_corner('xdr:to', anchor[4:])}"
        f"{''.join(objects)}<xdr:clientData/></xdr:twoCellAnchor>"
    )


def one_cell(corner: Sequence[int], width: int, height: int, *objects: str) -> str:
    """Anchor objects at one corner (column, dx, row, dy) with a size in pixels."""
    return (
        f"<xdr:oneCellAnchor>{_corner('xdr:from', corner)}"
        f'<xdr:ext cx="{width * 9525}" cy="{height * 9525}"/>'
        f"{''.join(objects)}<xdr:clientData/></xdr:oneCellAnchor>"
    )


def absolute(x: int, y: int, width: int, height: int, *objects: str) -> str:
    """Anchor objects at a place of the sheet, all in pixels."""
    return (
        f'<xdr:absoluteAnchor><xdr:pos x="{x * 9525}" y="{y * 9525}"/>'
        f'<xdr:ext cx="{width * 9525}" cy="{height * 9525}"/>'
        f"{''.join(objects)}<xdr:clientData/></xdr:absoluteAnchor>"
    )


def shape(
    preset: str = "ellipse",
    *,
    text: str = "",
    fill: str = "<a:noFill/>",
    outline: str = '<a:ln w="19050"><a:solidFill><a:srgbClr val="FF0000"/></a:solidFill></a:ln>',
    place: tuple[int, int, int, int] = (0, 0, 0, 0),
    geometry: str = "",
    hidden: bool = False,
) -> str:
    """Give a shape. ``place`` (x, y, width, height) in EMU counts inside a group only."""
    paragraphs = "".join(
        f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in text.split("\n") if text
    )
    geometry = geometry or f'<a:prstGeom prst="{preset}"><a:avLst/></a:prstGeom>'
    return (
        '<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="2" name="図形 1"'
        + (' hidden="1"/>' if hidden else "/>")
        + f"<xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr>{_transform(place)}{geometry}{fill}{outline}"
        f"</xdr:spPr><xdr:txBody><a:bodyPr/>{paragraphs or '<a:p/>'}</xdr:txBody></xdr:sp>"
    )


def line(preset: str = "line", place: tuple[int, int, int, int] = (0, 0, 0, 0)) -> str:
    """Give a connector, which is what 挿入 > 図形 > 線 makes."""
    return (
        '<xdr:cxnSp macro=""><xdr:nvCxnSpPr><xdr:cNvPr id="3" name="直線コネクタ 2"/>'
        f"<xdr:cNvCxnSpPr/></xdr:nvCxnSpPr><xdr:spPr>{_transform(place)}"
        f'<a:prstGeom prst="{preset}"><a:avLst/></a:prstGeom></xdr:spPr></xdr:cxnSp>'
    )


def freehand(points: Sequence[tuple[int, int]], *, close: bool) -> str:
    """Give the geometry of a freehand path for `shape`."""
    first, *rest = (f'<a:pt x="{x}" y="{y}"/>' for x, y in points)
    path = f"<a:moveTo>{first}</a:moveTo>" + "".join(f"<a:lnTo>{pt}</a:lnTo>" for pt in rest)
    return (
        '<a:custGeom><a:avLst/><a:pathLst><a:path w="100" h="100">'
        f"{path}{'<a:close/>' if close else ''}</a:path></a:pathLst></a:custGeom>"
    )


def picture() -> str:
    """Give a picture."""
    return (
        '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="4" name="図 3"/><xdr:cNvPicPr/></xdr:nvPicPr>'
        '<xdr:blipFill/><xdr:spPr><a:prstGeom prst="rect"/></xdr:spPr></xdr:pic>'
    )


def ink() -> str:
    """Give handwriting: a content part, with a picture for programs that know no ink."""
    part = (
        '<xdr:contentPart r:id="rId9"><xdr14:nvContentPartPr><xdr14:cNvPr id="5" name="インク 4"/>'
        "</xdr14:nvContentPartPr></xdr:contentPart>"
    )
    return _alternative(part, "xdr14", picture())


def group(place: tuple[int, int, int, int], child: tuple[int, int, int, int], *objects: str) -> str:
    """Give a group at ``place`` whose inner coordinates are ``child``, both (x, y, cx, cy)."""
    x, y, width, height = child
    inner = f'<a:chOff x="{x}" y="{y}"/><a:chExt cx="{width}" cy="{height}"/>'
    outer = _transform(place).replace("</a:xfrm>", f"{inner}</a:xfrm>")
    return (
        '<xdr:grpSp><xdr:nvGrpSpPr><xdr:cNvPr id="6" name="グループ 5"/><xdr:cNvGrpSpPr/>'
        f"</xdr:nvGrpSpPr><xdr:grpSpPr>{outer}</xdr:grpSpPr>{''.join(objects)}</xdr:grpSp>"
    )


def _transform(place: tuple[int, int, int, int]) -> str:
    x, y, width, height = place
    return f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'


def _corner(tag: str, numbers: Sequence[int]) -> str:
    column, dx, row, dy = numbers
    return (
        f"<{tag}><xdr:col>{column}</xdr:col><xdr:colOff>{dx * 9525}</xdr:colOff>"
        f"<xdr:row>{row}</xdr:row><xdr:rowOff>{dy * 9525}</xdr:rowOff></{tag}>"
    )


def _alternative(choice: str, requires: str, fallback: str = "") -> str:
    return (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/'
        f'2006"><mc:Choice Requires="{requires}">{choice}</mc:Choice>'
        f"{f'<mc:Fallback>{fallback}</mc:Fallback>' if fallback else ''}</mc:AlternateContent>"
    )


def _vml(sheet: Sheet) -> str:
    shapes = sheet.vml
    for index, control in enumerate(sheet.controls):
        kind = {"CheckBox": "Checkbox", "ActiveX": "Pict"}.get(control.type, control.type)
        state = f"<x:Checked>{int(control.checked or 0)}</x:Checked>"
        if control.choices:
            state = (
                f"<x:FmlaRange>{control.choices}</x:FmlaRange><x:Sel>{control.chosen}</x:Sel>"
                "<x:DropStyle>Combo</x:DropStyle><x:DropLines>8</x:DropLines>"
            )
        if control.linked:
            state += f"<x:FmlaLink>{control.linked}</x:FmlaLink>"
        shapes += (
            f'<v:shape id="_x0000_s{1025 + index}" type="#_x0000_t201"'
            ' style="position:absolute;width:20pt;height:15pt" filled="f" stroked="f">'
            f"<v:textbox><div><font>{escape(control.label)}</font></div></v:textbox>"
            f'<x:ClientData ObjectType="{kind}">{"<x:MapOCX/>" if kind == "Pict" else ""}'
            f"<x:Anchor>{', '.join(map(str, control.anchor))}</x:Anchor>{state}"
            "</x:ClientData></v:shape>"
        )
    for place in sheet.comments:
        row, column = place_of(place)
        shapes += (
            '<v:shape type="#_x0000_t202"><v:textbox/><x:ClientData ObjectType="Note">'
            f"<x:Anchor>{column + 1}, 15, {row}, 2, {column + 3}, 31, {row + 4}, 1</x:Anchor>"
            f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
        )
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml"'
        ' xmlns:o="urn:schemas-microsoft-com:office:office"'
        ' xmlns:x="urn:schemas-microsoft-com:office:excel">'
        '<v:shapetype id="_x0000_t201" coordsize="21600,21600" o:spt="201"'
        f' path="m,l,21600r21600,l21600,xe"/>{shapes}</xml>'
    )


def _comments(sheet: Sheet) -> str:
    listed = "".join(
        f'<comment ref="{place}" authorId="0"><text><r><t>{escape(text)}</t></r></text></comment>'
        for place, text in sheet.comments.items()
    )
    return (
        f'{_HEAD}<comments xmlns="{MAIN}"><authors><author>担当</author></authors>'
        f"<commentList>{listed}</commentList></comments>"
    )


def _row_attributes(sheet: Sheet, number: int) -> str:
    height = sheet.heights.get(number)
    text = f' ht="{height}" customHeight="1"' if height is not None else ""
    return text + (' hidden="1"' if number in sheet.hidden_rows else "")


def _content_types(count: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>'
        for n in range(1, count + 1)
    )
    return (
        f'{_HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
        '.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument'
        '.vmlDrawing"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/>'
        f"{sheets}</Types>"
    )


def place_of(place: str) -> tuple[int, int]:
    """Give the 0-based row and column of an address."""
    letters = place.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return (int(place[len(letters) :]) - 1, column - 1)


# ── Other formats ───────────────────────────────────────────────────────────────────────────


def xls(
    rows: Rows, *, name: str = "チェックシート", formats: Mapping[str, str] | None = None
) -> bytes:
    """Give an Excel 97 workbook; ``formats`` are number formats by address."""
    import xlwt  # noqa: PLC0415 - for this format alone

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(name)
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if value is not None:
                style = xlwt.XFStyle()
                style.num_format_str = (formats or {}).get(address(row, column), "General")
                sheet.write(row, column, value, style)
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def xlsb(
    rows: Rows,
    *,
    name: str = "チェックシート",
    more: bytes = b"",
    formats: Mapping[str, str] | None = None,
    comments: Mapping[str, str] | None = None,
    drawn: Sheet | None = None,
) -> bytes:
    """Give a binary workbook after [MS-XLSB]; ``more`` are further records of the sheet data.

    A text that starts with ``#`` becomes an error cell, texts of column A stand in the cell.
    ``formats`` are number formats and ``comments`` notes by address. ``drawn`` is a sheet whose
    sizes, styles and drawings are taken over; its form controls then stand in VML alone.
    """
    drawn = drawn or Sheet()
    codes = ["General", *dict.fromkeys((formats or {}).values())]
    strings: list[str] = []
    data = b""
    for row, values in enumerate(rows):
        height = int(drawn.heights.get(row + 1, drawn.default_height) * 20)
        hidden = 0x10 * (row + 1 in drawn.hidden_rows)
        data += record(0, struct.pack("<IIHBBBI", row, 0, height, 0, hidden, 0, 0))
        for column, value in enumerate(values):
            place = address(row, column)
            style = codes.index((formats or {}).get(place, "General"))
            if place in drawn.styles:
                style = len(codes) + _XLSB_STYLES.index(drawn.styles[place])
            data += _binary_cell(column, value, strings, style)
    parts = _Parts([drawn], shared=False, strings=(), epoch_1904=False).write()
    drawings = {name: part for name, part in parts.items() if name.startswith("xl/drawings/")}
    related = {
        key: (kind, f"../drawings/{kind}1.{suffix}")
        for key, kind, suffix in (("rId1", "drawing", "xml"), ("rId2", "vmlDrawing", "vml"))
        if f"xl/drawings/{kind}1.{suffix}" in parts
    }
    merges = (place.split(":") for place in drawn.merged)
    areas = [(*place_of(first), *place_of(last)) for first, last in merges]
    sheet = (
        record(129)
        + record(148, struct.pack("<4I", 0, len(rows), 0, 9))
        + record(485, struct.pack("<IHHI", 0xFFFFFFFF, 9, int(drawn.default_height * 20), 0))
        + b"".join(
            record(60, struct.pack("<IIIIH", n - 1, n - 1, int(width * 256), 0, 2))
            for n, width in drawn.widths.items()
        )
        + record(145)
        + data
        + more
        + record(146)
        + b"".join(
            record(176, struct.pack("<4I", top, bottom, left, right))
            for top, left, bottom, right in areas
        )
        + b"".join(record({"rId1": 550, "rId2": 551}[key], _wide(key)) for key in related)
        + record(130)
    )
    sst = b"".join(record(19, b"\0" + _wide(text)) for text in strings)
    listed = record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide(name))
    kind = "application/vnd.ms-excel"
    return package(
        {
            "[Content_Types].xml": _HEAD + f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
            '.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.bin" ContentType="{kind}.sheet.binary.macroEnabled'
            f'.main"/><Override PartName="/xl/worksheets/sheet1.bin" ContentType="{kind}'
            f'.worksheet"/><Override PartName="/xl/sharedStrings.bin" ContentType="{kind}'
            '.sharedStrings"/></Types>',
            "_rels/.rels": rels({"rId1": ("officeDocument", "xl/workbook.bin")}),
            "xl/_rels/workbook.bin.rels": rels(
                {
                    "rId1": ("worksheet", "worksheets/sheet1.bin"),
                    "rId2": ("sharedStrings", "sharedStrings.bin"),
                    "rId3": ("styles", "styles.bin"),
                }
            ),
            "xl/worksheets/_rels/sheet1.bin.rels": rels(
                {**related, **({"rId3": ("comments", "../comments1.bin")} if comments else {})}
            ),
            **drawings,
            "xl/comments1.bin": record(632, _wide("担当"))
            + b"".join(_binary_comment(place, text) for place, text in (comments or {}).items()),
            "xl/styles.bin": b"".join(
                record(44, struct.pack("<H", 200 + n) + _wide(code)) for n, code in enumerate(codes)
            )
            + record(43, struct.pack("<HHHHBBBB8xB", 220, 0, 400, 0, 0, 0, 128, 0, 0) + _wide("游"))
            + record(43, struct.pack("<HHHHBBBB8xB", 220, 8, 400, 0, 0, 0, 128, 0, 0) + _wide("游"))
            + record(45, struct.pack("<I16x", 0))
            + record(45, struct.pack("<IBBhI8x", 1, 5, 0, 0, 0xFF00FFFF))
            + record(617, struct.pack("<I", len(codes)))
            + b"".join(
                record(47, struct.pack("<HH8xH2x", 0, 200 + n if n else 0, 0x1010))
                for n in range(len(codes))
            )
            + b"".join(
                record(47, struct.pack("<HHHH4xH2x", 0, 0, *_XLSB_LOOKS[n])) for n in _XLSB_STYLES
            )
            + record(618),
            "xl/workbook.bin": record(131) + record(143) + listed + record(144) + record(132),
            "xl/worksheets/sheet1.bin": sheet,
            "xl/sharedStrings.bin": record(159, struct.pack("<II", len(strings), len(strings)))
            + sst
            + record(160),
        }
    )


# What the styles of an xlsx sheet are in a binary one: font, fill, alignment.
_XLSB_LOOKS = {
    1: (0, 0, 0x1048), 2: (1, 0, 0x1010), 3: (0, 1, 0x1010), 8: (0, 0, 0x1040), 12: (0, 0, 0x1050),
}  # fmt: skip
_XLSB_STYLES = tuple(_XLSB_LOOKS)


def record(number: int, body: bytes = b"") -> bytes:
    """Give one BIFF12 record."""
    head = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    size = len(body)
    length = b""
    while size > 127:
        length += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + length + bytes([size]) + body


def _binary_comment(place: str, text: str) -> bytes:
    row, column = place_of(place)
    where = struct.pack("<5I16x", 0, row, row, column, column)
    return record(635, where) + record(637, b"\0" + _wide(text)) + record(636)


def _wide(text: str) -> bytes:
    units = text.encode("utf-16-le")
    return struct.pack("<I", len(units) // 2) + units


_BINARY_ERRORS = {"#REF!": 0x17, "#N/A": 0x2A, "#DIV/0!": 0x07}


def _binary_cell(  # noqa: PLR0911 - one return for each type of cell
    column: int, value: Value, strings: list[str], style: int
) -> bytes:
    place = struct.pack("<II", column, style)
    match value:
        case None:
            return b""
        case bool():
            return record(4, place + bytes([value]))
        case int():
            return record(2, place + struct.pack("<i", value << 2 | 2))
        case float():
            return record(5, place + struct.pack("<d", value))
        case str() if value in _BINARY_ERRORS:
            return record(3, place + bytes([_BINARY_ERRORS[value]]))
        case str() if column == 0:
            return record(6, place + _wide(value))
    strings.append(value)
    return record(7, place + struct.pack("<I", len(strings) - 1))

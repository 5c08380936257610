"""A workbook as a ministry issues it: nothing of it was made by this product."""

import io
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import openpyxl
from inboxes import load
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.model import Checklist

SHEET = "別紙3-2"
CHECK, NOTE = 4, 5  # columns, from 1
_LINE = Side(style="thin")
_EDGE = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_OPEN = Protection(locked=False)
_TEXT_BOX = """<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:twoCellAnchor>
<xdr:from><xdr:col>2</xdr:col><xdr:colOff>1800000</xdr:colOff>
<xdr:row>6</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>
<xdr:to><xdr:col>4</xdr:col><xdr:colOff>900000</xdr:colOff>
<xdr:row>8</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>
<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="2" name="問い合わせ先"/>
<xdr:cNvSpPr txBox="1"/></xdr:nvSpPr>
<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="1800000" cy="900000"/></a:xfrm>
<a:prstGeom prst="roundRect"><a:avLst/></a:prstGeom>
<a:solidFill><a:srgbClr val="FFF2CC"/></a:solidFill></xdr:spPr>
<xdr:txBody><a:bodyPr wrap="square"/><a:p><a:r><a:rPr lang="ja-JP" sz="1000"/>
<a:t>ご不明な点は青海省スマート推進室まで</a:t></a:r></a:p></xdr:txBody></xdr:sp><xdr:clientData/>
</xdr:twoCellAnchor></xdr:wsDr>"""
_LABEL = "MSIP_Label_1234_Enabled"

Change = Callable[[Worksheet, dict[str, int]], None]


@cache
def ministry_form(change: Change | None = None) -> bytes:
    """Give the form: merged head, drop-downs, protection by password, a comment, a text box."""
    checklist = load()
    book = openpyxl.Workbook()
    guide = book.worksheets[0]
    guide.title = "記入要領"
    guide["A1"] = "１　黄色のセルに記入してください。"
    guide["A2"] = "２　②は予定の年月も書いてください（例：②（2027年3月））。"
    sheet = book.create_sheet(SHEET)
    _head(sheet, checklist)
    rows = _items(sheet, checklist)
    lists = book.create_sheet("リスト")
    for row, text in enumerate(("1", "2", "3"), start=1):
        lists.cell(row, 1, text)
    lists.sheet_state = "hidden"
    book.defined_names["番号"] = DefinedName("番号", attr_text="リスト!$A$1:$A$3")
    _rules(sheet, rows)
    _print_set_up(sheet, max(rows.values()))
    properties: Any = book.custom_doc_props  # type: ignore[attr-defined]
    properties.append(StringProperty(name=_LABEL, value="true"))
    book.active = 1
    if change is not None:
        change(sheet, rows)
    saved = io.BytesIO()
    book.save(saved)
    return _with_text_box(saved.getvalue())


def _head(sheet: Worksheet, checklist: Checklist) -> None:
    sheet["A1"] = checklist.caption
    sheet.merge_cells("A1:E1")
    sheet["A1"].font = Font(bold=True, size=14)
    for row, label in ((3, "団体コード"), (4, "団体名"), (5, "記入日"), (6, "提出期限")):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=2)
        sheet.merge_cells(start_row=row, end_row=row, start_column=3, end_column=5)
        sheet.cell(row, 1, label).fill = PatternFill("solid", fgColor="DDDDDD")
        value = sheet.cell(row, 3)
        value.fill = PatternFill("solid", fgColor="FFFFCC")
        value.protection = _OPEN
        value.border = _EDGE
    sheet["A7"] = "調査月"
    for column, width in zip("ABCDE", (14.5, 40, 62, 24, 36), strict=True):
        sheet.column_dimensions[column].width = width


def _items(sheet: Worksheet, checklist: Checklist) -> dict[str, int]:
    """Write the tables; give the row of each item."""
    rows: dict[str, int] = {}
    row, table = 9, -1
    for item in checklist.items:
        if item.table != table:
            row += 1
            heads = ("番号", "項目", "内容", checklist.mark_headers[0], checklist.note_headers[0])
            for column, text in enumerate(heads, start=1):
                head = sheet.cell(row, column, text)
                head.font, head.border = Font(bold=True), _EDGE
        row += 1
        rows[item.id] = row
        sheet.row_dimensions[row].height = 66 if item.table != table else 45
        for column, text in enumerate((item.id, item.title, item.description), start=1):
            asked = sheet.cell(row, column, text)
            asked.alignment, asked.border = Alignment(wrap_text=True, vertical="top"), _EDGE
        for column in (CHECK, NOTE):
            answer = sheet.cell(row, column)
            answer.protection, answer.border = _OPEN, _EDGE
            answer.alignment = Alignment(wrap_text=True)
            answer.fill = PatternFill("solid", fgColor="FFFFCC")
        if item.table != table:
            sheet.cell(row, CHECK).value = "\n".join(checklist.legend)
        table = item.table
    sheet.cell(min(rows.values()), CHECK).comment = Comment("番号を１つ選んでください。", "青海省")
    return rows


def _rules(sheet: Worksheet, rows: Mapping[str, int]) -> None:
    first, last = min(rows.values()), max(rows.values())
    rule = DataValidation(type="list", formula1="番号", allow_blank=True, showErrorMessage=True)
    rule.errorStyle = "warning"
    rule.add(f"D{first}:D{last}")
    sheet.add_data_validation(rule)
    red: Any = FormulaRule  # its stub has no types
    sheet.conditional_formatting.add(
        f"D{first}:D{last}",
        red(formula=[f'LEFT(D{first},1)="3"'], fill=PatternFill(bgColor="FFC7CE")),
    )
    sheet.protection.sheet = True
    sheet.protection.password = "himitsu"  # noqa: S105 - of a workbook in a test


def _print_set_up(sheet: Worksheet, last: int) -> None:
    sheet.print_title_rows = "1:1"
    sheet.print_area = f"A1:E{last}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.freeze_panes = "A3"


def _with_text_box(content: bytes) -> bytes:
    """Put into the package what openpyxl does not write: a text box, and XML of the ministry's."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet2.xml"
    parts[sheet] = parts[sheet].replace(
        b"<legacyDrawing ",
        b'<drawing xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
        b' r:id="rIdBox"/><legacyDrawing ',
    )
    assert b"rIdBox" in parts[sheet]
    related = "xl/worksheets/_rels/sheet2.xml.rels"
    parts[related] = parts[related].replace(
        b"</Relationships>",
        b'<Relationship Id="rIdBox" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/drawing" Target="/xl/drawings/drawing9.xml"/></Relationships>',
    )
    parts["xl/drawings/drawing9.xml"] = _TEXT_BOX.encode()
    parts["customXml/item1.xml"] = '<様式 xmlns="urn:example:aomi">1</様式>'.encode()
    around = "xl/_rels/workbook.xml.rels"
    parts[around] = parts[around].replace(
        b"</Relationships>",
        b'<Relationship Id="rIdOwn" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/customXml" Target="/customXml/item1.xml"/></Relationships>',
    )
    types = parts["[Content_Types].xml"]
    parts["[Content_Types].xml"] = types.replace(
        b"</Types>",
        b'<Override PartName="/customXml/item1.xml" ContentType="application/xml"/>'
        b'<Override PartName="/xl/drawings/drawing9.xml" ContentType="application/vnd.'
        b'openxmlformats-officedocument.drawing+xml"/></Types>',
    )
    return packed(parts)


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Give the package of these parts."""
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return saved.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    """Give the parts of a package by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}

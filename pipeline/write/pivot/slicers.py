"""The XML of the slicers: their caches, the boxes, and the drawing that places them.

A slicer is four things that must name each other: a cache (what is filtered), a slicer (how it
looks), a shape on the sheet, and a defined name of the workbook that stands for the cache.
"""

import re
from typing import Final

from lxml import etree

from pipeline.write.pivot.cache import Cache
from pipeline.write.pivot.cells import attribute, excel_text
from pipeline.write.pivot.grid import BODY_ROW, FIRST_COLUMN
from pipeline.write.pivot.model import PivotDesign, Slicer
from pipeline.write.pivot.ooxml import COMPAT, DRAWING, MAIN, X14, A, child, root
from pipeline.write.pivot.parts import SLICER_CACHE_ID

_BUTTON_HEIGHT = 241_300  # EMU, Excel's default
_FIRST_ROW = BODY_ROW
_MOST_BUTTON_ROWS = 14  # beyond it the slicer scrolls
_SLICER_URI: Final = "http://schemas.microsoft.com/office/drawing/2010/slicer"
_A14: Final = "http://schemas.microsoft.com/office/drawing/2010/main"
_UNSUPPORTED = "スライサー（Excel 2010 以降で使えます）"


def cache_name(slicer: Slicer) -> str:
    """Give the cache's name, which is a defined name too: letters, digits and _ only."""
    return "スライサー_" + re.sub(r"\W", "_", slicer.field)


def slicer_cache(slicer: Slicer, cache: Cache, *, sheet_id: int) -> etree._Element:
    """Give the cache: the tables it filters and its buttons, all pressed."""
    definition = root(
        "slicerCacheDefinition",
        {None: X14, "mc": COMPAT, "x": MAIN},
        name=cache_name(slicer),
        sourceName=excel_text(slicer.field),
    )
    definition.set(f"{{{COMPAT}}}Ignorable", "x")
    tables = child(definition, "pivotTables")
    for name in slicer.tables:
        child(tables, "pivotTable", tabId=str(sheet_id), name=name)
    data = child(child(definition, "data"), "tabular", pivotCacheId=str(SLICER_CACHE_ID))
    count = len(cache.items[slicer.field].values)
    items = child(data, "items", count=str(count))
    for place in range(count):
        child(items, "i", x=str(place), s="1")
    return definition


def slicer_list(design: PivotDesign) -> etree._Element:
    """Give the sheet's list of slicers."""
    slicers = root("slicers", {None: X14})
    for slicer in design.slicers:
        box = child(slicers, "slicer", name=excel_text(slicer.field), cache=cache_name(slicer))
        box.set("caption", excel_text(slicer.field))
        if slicer.columns > 1:
            box.set("columnCount", str(slicer.columns))
        box.set("rowHeight", str(_BUTTON_HEIGHT))
    return slicers


def slicer_drawing(cache: Cache, design: PivotDesign) -> etree._Element:
    """Give the drawing: the boxes one under another left of the tables."""
    drawing = etree.Element(f"{{{DRAWING}}}wsDr", nsmap={"xdr": DRAWING, "a": A})
    top = _FIRST_ROW
    for place, slicer in enumerate(design.slicers):
        buttons = -(-len(cache.items[slicer.field].values) // slicer.columns)
        height = 3 + -(-min(buttons, _MOST_BUTTON_ROWS) * 5 // 4)  # a button takes 1¼ rows
        frame = _ANCHOR.format(
            top=top,
            bottom=top + height,
            right=FIRST_COLUMN - 1,
            shape=2 + 2 * place,
            fallback=3 + 2 * place,
            name=attribute(slicer.field),
            unsupported=_UNSUPPORTED,
        )
        drawing.append(etree.fromstring(frame))
        top += height + 1
    return drawing


_ANCHOR: Final = f"""\
<xdr:twoCellAnchor xmlns:xdr="{DRAWING}" xmlns:a="{A}" editAs="absolute">\
<xdr:from><xdr:col>0</xdr:col><xdr:colOff>0</xdr:colOff>\
<xdr:row>{{top}}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>\
<xdr:to><xdr:col>{{right}}</xdr:col><xdr:colOff>900000</xdr:colOff>\
<xdr:row>{{bottom}}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>\
<mc:AlternateContent xmlns:mc="{COMPAT}" xmlns:a14="{_A14}"><mc:Choice Requires="a14">\
<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="{{shape}}" name="{{name}}"/>\
<xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr>\
<xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm>\
<a:graphic><a:graphicData uri="{_SLICER_URI}">\
<sle:slicer xmlns:sle="{_SLICER_URI}" name="{{name}}"/>\
</a:graphicData></a:graphic></xdr:graphicFrame></mc:Choice><mc:Fallback>\
<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="{{fallback}}" name=""/>\
<xdr:cNvSpPr><a:spLocks noTextEdit="1"/></xdr:cNvSpPr></xdr:nvSpPr>\
<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="1800000" cy="1800000"/></a:xfrm>\
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>\
<a:solidFill><a:prstClr val="white"/></a:solidFill>\
<a:ln w="6350"><a:solidFill><a:prstClr val="gray"/></a:solidFill></a:ln></xdr:spPr>\
<xdr:txBody><a:bodyPr vertOverflow="clip" horzOverflow="clip"/><a:lstStyle/>\
<a:p><a:r><a:rPr lang="ja-JP" sz="1000"/><a:t>{{name}}：{{unsupported}}</a:t></a:r></a:p>\
</xdr:txBody></xdr:sp></mc:Fallback></mc:AlternateContent><xdr:clientData/></xdr:twoCellAnchor>"""

# ruff: noqa: E501 - a table is read row by row
"""Deliberate breakages of a workbook, one a row, and the gates that must catch each.

A row replaces text in one part; the part and the text are those of `sound_book` in
tests/test_gates.py. ``caught_by`` lists what was seen to catch it; the tests hold it to that.
"""

import re
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

LINT, SCHEMA, RECALC, RENDER = "lint", "schema", "recalc", "render"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """``find`` is a pattern; None as ``put`` drops the part, an empty ``find`` adds it again."""

    kind: str
    part: str
    find: str
    put: str | None
    caught_by: frozenset[str]


def _row(kind: str, part: str, find: str, put: str | None, *caught_by: str) -> Breakage:
    return Breakage(kind=kind, part=part, find=find, put=put, caught_by=frozenset(caught_by))


SUMMARY = "xl/worksheets/sheet3.xml"
BOOK, TABLE = "xl/workbook.xml", "xl/tables/table1.xml"
CACHE = "xl/pivotCache/pivotCacheDefinition1.xml"
RECORDS = "xl/pivotCache/pivotCacheRecords1.xml"
BY_ITEM, BY_MONTH = "xl/pivotTables/pivotTable1.xml", "xl/pivotTables/pivotTable3.xml"
SLICER_CACHE, SLICERS = "xl/slicerCaches/slicerCache1.xml", "xl/slicers/slicer1.xml"

BREAKAGES: tuple[Breakage, ...] = (
    # the package
    _row("part not well-formed", SUMMARY, "</worksheet>", "", LINT, SCHEMA),
    _row("chart part missing", "xl/charts/chart1.xml", ".*", None, LINT, SCHEMA),
    _row("styles missing", "xl/styles.xml", ".*", None, LINT, SCHEMA),
    _row("entry twice", SUMMARY, "", "", LINT, SCHEMA),
    _row("part that nothing leads to", "xl/charts/chart9.xml", "", "<a/>", LINT),
    _row(
        "content type missing",
        "[Content_Types].xml",
        '<Override PartName="/xl/charts/chart1.xml"[^>]*/>',
        "",
        LINT,
        SCHEMA,
    ),
    _row("relationship id unknown", SUMMARY, '<drawing r:id="rId1"', '<drawing r:id="rId77"', LINT, SCHEMA),
    # the workbook
    _row("sheet name too long", BOOK, 'name="集計"', f'name="{"集" * 32}"', LINT, SCHEMA),
    _row("sheet name with a slash", BOOK, 'name="集計"', 'name="集/計"', LINT, SCHEMA),
    _row("sheet name twice", BOOK, 'name="集計"', 'name="明細"', LINT, SCHEMA),
    _row("sheet id twice", BOOK, 'sheetId="3"', 'sheetId="1"', LINT, SCHEMA),
    _row("no sheet visible", BOOK, '<sheet name="([^"]*)"', r'<sheet name="\1" state="hidden"', LINT),
    _row("order of children", BOOK, "(<sheets>.*</sheets>)(<definedNames>.*</definedNames>)", r"\2\1", SCHEMA),
    _row("defined name not allowed", BOOK, 'name="スライサー_役割"', 'name="スライサー 役割"', LINT),
    _row("defined name to no sheet", BOOK, ">集計!\\$1:\\$1<", ">無い!$1:$1<", LINT),
    # cells and formulas
    _row("shared string missing", SUMMARY, '(<c r="A1"[^>]*><v>)[0-9]+', r"\g<1>99999", LINT),
    _row("style missing", SUMMARY, '<c r="A1"', '<c r="A1" s="999"', LINT, SCHEMA),
    _row("attribute twice", SUMMARY, '<c r="A2"', '<c r="A2" r="A2"', LINT, SCHEMA),
    _row("attribute unknown", SUMMARY, '<c r="A2"', '<c colour="red" r="A2"', SCHEMA),
    _row("cell type unknown", SUMMARY, '<c r="A1" t="s"', '<c r="A1" t="zz"', SCHEMA),
    _row("cells out of order", SUMMARY, '(<c r="A2".*?</c>)(<c r="B2".*?</c>)', r"\2\1", LINT),
    _row("rows out of order", SUMMARY, '(<row r="2".*?</row>)(<row r="3".*?</row>)', r"\2\1", LINT),
    _row("cell twice", SUMMARY, '(<c r="A2".*?</c>)', r"\1\1", LINT),
    _row("text too long", "xl/sharedStrings.xml", "<t>判定</t>", f"<t>{'長' * 32_768}</t>", LINT),
    _row("error shown", SUMMARY, '<c r="B2"[^>]*><f>', '<c r="B2" t="e"><f>', LINT),
    _row("brackets of a formula", SUMMARY, "(<f>COUNTIFS[^<]*)\\)", r"\1", LINT),
    _row("formula to no sheet", SUMMARY, "<f>明細!B2", "<f>無い!B2", LINT, RECALC),
    _row("formula to no column", SUMMARY, r"tbl_meisai\[回答\]", "tbl_meisai[返事]", LINT, RECALC),
    _row("function after Excel 2016", SUMMARY, "<f>SUM\\(", "<f>_xlfn.UNIQUE(", LINT, RECALC),
    _row("function without its prefix", SUMMARY, "<f>SUM\\(", "<f>AGGREGATE(9,6,", LINT, RECALC),
    _row("stored value wrong", SUMMARY, "(<f>SUM[^<]*</f><v>)[0-9]+", r"\g<1>99", RECALC),
    # what lies over the cells
    _row("merges overlap", SUMMARY, '<mergeCell ref="D1:E1"/>', '<mergeCell ref="D1:E1"/><mergeCell ref="E1:F1"/>', LINT),
    _row("widths overlap", SUMMARY, '<col min="2" max="2"', '<col min="1" max="2"', LINT),
    _row("list of choices too long", SUMMARY, "<formula1>\"[^<]*</formula1>", f'<formula1>"{"は" * 256}"</formula1>', LINT),
    _row("link to no sheet", SUMMARY, "location=\"'明細'!A2\"", "location=\"'無い'!A2\"", LINT),
    _row("style of a condition missing", SUMMARY, 'dxfId="0"', 'dxfId="9"', LINT),
    _row("footer too long", SUMMARY, "<oddFooter>", f"<oddFooter>{'は' * 256}", LINT),
    _row("row too high", SUMMARY, '<row r="2"', '<row r="2" ht="500" customHeight="1"', LINT),
    _row("column too narrow for its number", SUMMARY, '(<col min="2" max="2" width=)"[^"]*"', r'\1"0.5"', RENDER),
    _row("chart data nowhere", "xl/charts/chart1.xml", "<c:f>[^<]*</c:f>", "<c:f>!!!</c:f>", LINT),
    _row("two comments at a cell", "xl/comments1.xml", "(<comment .*</comment>)", r"\1\1", LINT),
    _row("shape id twice", "xl/drawings/drawing2.xml", '(<xdr:cNvPr id=)"[0-9]+"', r'\1"2"', LINT, SCHEMA),
    # tables
    _row("header differs from its column", TABLE, 'name="団体"', 'name="団 体"', LINT),
    _row("column name twice", TABLE, 'name="団体"', 'name="月"', LINT),
    _row("table wider than its columns", TABLE, 'ref="A1:L', 'ref="A1:M', LINT),
    _row("table name like a cell", TABLE, 'displayName="tbl_meisai"', 'displayName="A1"', LINT),
    # caches
    _row("number of records wrong", CACHE, 'recordCount="24"', 'recordCount="23"', LINT),
    _row("record missing", RECORDS, "<r>.*?</r>", "", LINT),
    _row("record too short", RECORDS, '<x v="0"/>', "", LINT),
    _row("record beyond the items", RECORDS, '<x v="0"/>', '<x v="99"/>', LINT),
    _row("record with text for an index", RECORDS, '<x v="0"/>', '<s v="団体1"/>', LINT),
    _row("field differs from the header", CACHE, 'cacheField name="団体"', 'cacheField name="団"', LINT),
    _row("source missing", CACHE, 'name="tbl_meisai"', 'name="tbl_other"', LINT),
    _row("items differ by case only", CACHE, '<s v="団体1"/><s v="団体2"/>', '<s v="ab"/><s v="AB"/>', LINT),
    _row("number of shared items wrong", CACHE, '(name="団体".*?count=)"4"', r'\1"5"', LINT),
    _row("cache id unknown", BY_ITEM, 'cacheId="1"', 'cacheId="7"', LINT, SCHEMA),
    # PivotTables
    _row("field missing", BY_ITEM, '<pivotField dataField="1"[^>]*/>', "", LINT),
    _row("item missing", BY_ITEM, '<item x="1"/>', "", LINT),
    _row("item twice", BY_ITEM, '<item x="1"/>', '<item x="0"/>', LINT),
    _row("axis without items", BY_MONTH, '(axis="axisRow"[^>]*>)<items.*?</items>', r"\1", LINT),
    _row("default item missing", BY_MONTH, '<item t="default"/>', "", LINT),
    _row("number of axis items wrong", BY_ITEM, '<rowItems count="[0-9]+"', '<rowItems count="1"', LINT),
    _row("axis to no field", BY_ITEM, '<field x="6"/>', '<field x="60"/>', LINT),
    _row("range too small", BY_ITEM, '<location ref="C7:[A-Z]+[0-9]+"', '<location ref="C7:D8"', LINT),
    _row("range missing", BY_ITEM, "<location [^>]*/>", "", LINT, SCHEMA),
    _row("pivots overlap", BY_MONTH, '<location ref="[A-Z]+7:[A-Z]+', '<location ref="C7:H', LINT),
    _row("pivot name twice", BY_MONTH, 'name="ピボット_予定月別"', 'name="ピボット_項目別"', LINT),
    _row("data named like a field", BY_ITEM, '<dataField name="件数"', '<dataField name="番号"', LINT),
    # slicers
    _row("slicer of no pivot", SLICER_CACHE, 'name="ピボット_項目別"', 'name="ピボット_無い"', LINT),
    _row("slicer of no cache", SLICER_CACHE, 'pivotCacheId="[0-9]+"', 'pivotCacheId="5"', LINT),
    _row("slicer button missing", SLICER_CACHE, '<i x="1" s="1"/>', "", LINT),
    _row("slicer without its name", BOOK, '<definedName name="スライサー_役割">[^<]*</definedName>', "", LINT),
    _row("slicer box of no cache", SLICERS, 'cache="スライサー_役割"', 'cache="スライサー_無い"', LINT),
    _row("slicer not drawn", "xl/drawings/drawing2.xml", '<sle:slicer ([^>]*)name="役割"', r'<sle:slicer \1name="役"', LINT),
)  # fmt: skip


def broken(sound: Path, breakage: Breakage, target: Path) -> Path:
    """Copy a workbook with one breakage. Raises ValueError where there is nothing to break."""
    with warnings.catch_warnings(), zipfile.ZipFile(sound) as source:
        warnings.simplefilter("ignore")  # one breakage is just that: an entry written twice
        parts = {name: source.read(name) for name in source.namelist()}
        with zipfile.ZipFile(target, "w") as copy:
            if not breakage.find:
                copy.writestr(breakage.part, breakage.put or parts[breakage.part])
            for name, content in parts.items():
                if name != breakage.part or not breakage.find:
                    copy.writestr(name, content)
                elif breakage.put is not None:
                    copy.writestr(name, _replaced(content.decode(), breakage))
    return target


def _replaced(text: str, breakage: Breakage) -> str:
    changed = re.sub(breakage.find, breakage.put or "", text, flags=re.DOTALL)
    if changed == text:
        raise ValueError(f"{breakage.kind}: nothing found in {breakage.part}")
    return changed

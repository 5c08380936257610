"""Adds the pivot parts to those of a workbook."""

from typing import Final

from lxml import etree

from pipeline.write.packing import Parts
from pipeline.write.pivot.cache import Cache, record_pieces
from pipeline.write.pivot.cells import excel_text
from pipeline.write.pivot.grid import Pivots
from pipeline.write.pivot.model import PivotDesign
from pipeline.write.pivot.ooxml import (
    MAIN,
    REL,
    SHEET_ORDER,
    WORKBOOK_ORDER,
    X14,
    extension,
    insert,
)
from pipeline.write.pivot.package import Package
from pipeline.write.pivot.parts import CACHE_ID, cache_definition, pivot_table
from pipeline.write.pivot.slicers import cache_name, slicer_cache, slicer_drawing, slicer_list

RECORDS_UP_TO: Final = 200_000  # rows; beyond it Excel builds the cache when it opens the file

_WORKBOOK: Final = "xl/workbook.xml"
_SPREADSHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_DRAWING_TYPE: Final = "application/vnd.openxmlformats-officedocument.drawing+xml"
_SLICER_REL: Final = "http://schemas.microsoft.com/office/2007/relationships/"
_CACHES_EXTENSION: Final = "{BBE1A952-AA13-448e-AADC-164F8A28A991}"
_SLICERS_EXTENSION: Final = "{A8765BA9-456A-4dab-B4F3-ACF838C121DE}"


def add_pivots(parts: Parts, sheet_name: str, pivots: Pivots) -> None:
    """Add PivotTables and slicers to the parts of a workbook.

    The sheet was written by `write_pivot_sheet`. Raises KeyError where there is no such sheet.
    """
    cache, design, grids = pivots
    package = Package(parts)
    sheet, sheet_id = _sheet(package, sheet_name)
    definition = _add_cache(package, cache)
    for grid in grids:
        part = package.free("xl/pivotTables/pivotTable{}.xml")
        tree = pivot_table(cache, grid, counted=design.counted)
        package.add(part, _SPREADSHEET + "pivotTable+xml", tree)
        package.relate(part, definition, "pivotCacheDefinition")
        package.relate(sheet, part, "pivotTable")
    if design.slicers:
        _add_slicer_caches(package, cache, design, sheet_id)
        _add_slicers(package, cache, design, sheet)
    package.save()


def _sheet(package: Package, name: str) -> tuple[str, int]:
    """Give a sheet's part and its id in the workbook."""
    for entry in package.tree(_WORKBOOK).iter(f"{{{MAIN}}}sheet"):
        if entry.get("name") == excel_text(name):
            part = package.target(_WORKBOOK, entry.get(f"{{{REL}}}id", ""))
            return part, int(entry.get("sheetId", ""))
    raise KeyError(name)


def _add_cache(package: Package, cache: Cache) -> str:
    """Add the cache with its records and list it in the workbook; give the definition's part."""
    definition = package.free("xl/pivotCache/pivotCacheDefinition{}.xml")
    records_id = None
    if cache.source.count <= RECORDS_UP_TO:
        part = package.free("xl/pivotCache/pivotCacheRecords{}.xml")
        package.add(part, _SPREADSHEET + "pivotCacheRecords+xml", record_pieces(cache))
        records_id = package.relate(definition, part, "pivotCacheRecords")
    tree = cache_definition(cache, records_id=records_id)
    package.add(definition, _SPREADSHEET + "pivotCacheDefinition+xml", tree)
    relation = package.relate(_WORKBOOK, definition, "pivotCacheDefinition")
    caches = insert(package.tree(_WORKBOOK), "pivotCaches", WORKBOOK_ORDER)
    listed = etree.SubElement(caches, f"{{{MAIN}}}pivotCache", cacheId=str(CACHE_ID))
    listed.set(f"{{{REL}}}id", relation)
    return definition


def _add_slicer_caches(package: Package, cache: Cache, design: PivotDesign, sheet_id: int) -> None:
    """Add each slicer's cache, its defined name, and the list of them in the workbook."""
    workbook = package.tree(_WORKBOOK)
    names = insert(workbook, "definedNames", WORKBOOK_ORDER)
    held = extension(workbook, WORKBOOK_ORDER, _CACHES_EXTENSION)
    caches = etree.SubElement(held, f"{{{X14}}}slicerCaches")
    for slicer in design.slicers:
        part = package.free("xl/slicerCaches/slicerCache{}.xml")
        tree = slicer_cache(slicer, cache, sheet_id=sheet_id)
        package.add(part, "application/vnd.ms-excel.slicerCache+xml", tree)
        relation = package.relate(_WORKBOOK, part, _SLICER_REL + "slicerCache")
        listed = etree.SubElement(caches, f"{{{X14}}}slicerCache")
        listed.set(f"{{{REL}}}id", relation)
        etree.SubElement(names, f"{{{MAIN}}}definedName", name=cache_name(slicer)).text = "#N/A"
    names[:] = sorted(names, key=_name_order)


def _name_order(entry: etree._Element) -> tuple[str, int]:
    """Excel lists defined names by name, then those of the workbook before those of a sheet."""
    return entry.get("name", "").lower(), int(entry.get("localSheetId", "-1"))


def _add_slicers(package: Package, cache: Cache, design: PivotDesign, sheet: str) -> None:
    """Add the boxes and their drawing to the sheet, which has no drawing yet."""
    tree = package.tree(sheet)
    if tree.find(f"{{{MAIN}}}drawing") is not None:
        raise ValueError(f"{sheet} has a drawing already; the pivot sheet holds only pivots")
    slicers = package.free("xl/slicers/slicer{}.xml")
    package.add(slicers, "application/vnd.ms-excel.slicer+xml", slicer_list(design))
    drawing = package.free("xl/drawings/drawing{}.xml")
    package.add(drawing, _DRAWING_TYPE, slicer_drawing(cache, design))
    drawn = insert(tree, "drawing", SHEET_ORDER)
    drawn.set(f"{{{REL}}}id", package.relate(sheet, drawing, "drawing"))
    held = extension(tree, SHEET_ORDER, _SLICERS_EXTENSION)
    listed = etree.SubElement(held, f"{{{X14}}}slicerList")
    shown = etree.SubElement(listed, f"{{{X14}}}slicer")
    shown.set(f"{{{REL}}}id", package.relate(sheet, slicers, _SLICER_REL + "slicer"))

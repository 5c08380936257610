"""The XML of the cache definition and of a PivotTable.

What Excel wants beyond the schema, and what makes it repair the file where it is missing: every
item of an enumerated field once and a default item, in every table that shares the cache;
``recordCount`` equal to the records; field names equal to the header cells.
"""

from lxml import etree

from pipeline.write.pivot.cache import DATA_CAPTION, Cache, Facts, describe
from pipeline.write.pivot.cells import LONG_TEXT, excel_text, number
from pipeline.write.pivot.grid import TOTAL_CAPTION, Grid
from pipeline.write.pivot.ooxml import MAIN, REL, X14, child, root

CACHE_ID = 1  # of the workbook's list of caches
SLICER_CACHE_ID = 1_701_001  # the number by which slicers know the cache
_MADE_BY_VERSION = "6"  # Excel 2016
_REFRESHED = "46000"  # a fixed day: the same input gives the same bytes
_CACHE_EXTENSION = "{725AE2AE-9491-48be-B2B4-4EB974FC3084}"


def cache_definition(cache: Cache, *, records_id: str | None) -> etree._Element:
    """Give the definition; ``records_id`` is its relationship to the records, None without."""
    source = cache.source
    definition = root("pivotCacheDefinition", {None: MAIN, "r": REL})
    if records_id is None:
        definition.set("saveData", "0")
    else:
        definition.set(f"{{{REL}}}id", records_id)
    definition.set("refreshOnLoad", "1")
    definition.set("refreshedBy", "torimatome")
    definition.set("refreshedDate", _REFRESHED)
    definition.set("createdVersion", _MADE_BY_VERSION)
    definition.set("refreshedVersion", _MADE_BY_VERSION)
    definition.set("minRefreshableVersion", "3")
    if records_id is not None:
        definition.set("recordCount", str(source.count))
    from_sheet = child(definition, "cacheSource", type="worksheet")
    child(from_sheet, "worksheetSource", name=source.table)
    fields = child(definition, "cacheFields", count=str(source.width))
    for column, name in zip(source.columns, source.header, strict=True):
        field = child(fields, "cacheField", name=excel_text(name), numFmtId="0")
        if name in cache.items:
            _shared_items(field, cache.items[name].values)
        else:
            child(field, "sharedItems", **_kinds(describe(column)))
    listed = child(definition, "extLst")
    extension = etree.SubElement(
        listed, f"{{{MAIN}}}ext", {"uri": _CACHE_EXTENSION}, nsmap={"x14": X14}
    )
    known_as = {"pivotCacheId": str(SLICER_CACHE_ID)}
    etree.SubElement(extension, f"{{{X14}}}pivotCacheDefinition", known_as)
    return definition


def _shared_items(field: etree._Element, values: tuple[str | None, ...]) -> None:
    shared = child(field, "sharedItems")
    if set(values) == {None}:  # nothing but blanks: no text and, as Excel says it, no date either
        shared.set("containsNonDate", "0")
        shared.set("containsString", "0")
    if None in values:
        shared.set("containsBlank", "1")
    shared.set("count", str(len(values)))
    if any(value is not None and len(value) > LONG_TEXT for value in values):
        shared.set("longText", "1")
    for value in values:
        if value is None:
            child(shared, "m")
        else:
            child(shared, "s", v=excel_text(value))


def _kinds(facts: Facts) -> dict[str, str]:
    """Give the attributes by which Excel knows the kinds of value in a field."""
    kinds: dict[str, str] = {}
    if not facts.texts:
        if facts.numbers is None:
            kinds["containsNonDate"] = "0"
        elif not facts.blanks:
            kinds["containsSemiMixedTypes"] = "0"
        kinds["containsString"] = "0"
    if facts.blanks:
        kinds["containsBlank"] = "1"
    if facts.numbers is not None:
        if facts.texts:
            kinds["containsMixedTypes"] = "1"
        kinds["containsNumber"] = "1"
        if facts.whole:
            kinds["containsInteger"] = "1"
        kinds["minValue"], kinds["maxValue"] = map(number, facts.numbers)
    if facts.long:
        kinds["longText"] = "1"
    return kinds


def pivot_table(cache: Cache, grid: Grid, *, counted: str) -> etree._Element:
    """Give one table's definition."""
    # Long: a line for each element of the part.
    table = grid.table
    definition = root("pivotTableDefinition", {None: MAIN})
    for name, value in {
        "name": table.name,
        "cacheId": str(CACHE_ID),
        "applyNumberFormats": "0",
        "applyBorderFormats": "0",
        "applyFontFormats": "0",
        "applyPatternFormats": "0",
        "applyAlignmentFormats": "0",
        "applyWidthHeightFormats": "1",
        "dataCaption": "値",
        "grandTotalCaption": TOTAL_CAPTION,
        "updatedVersion": _MADE_BY_VERSION,
        "minRefreshableVersion": "3",
        "itemPrintTitles": "1",
        "createdVersion": _MADE_BY_VERSION,
        "indent": "0",
        "compact": "0",
        "compactData": "0",
        "multipleFieldFilters": "0",
    }.items():
        definition.set(name, value)
    location = child(definition, "location", ref=grid.area)
    location.set("firstHeaderRow", "1")
    location.set("firstDataRow", "2")
    location.set("firstDataCol", str(len(table.labels)))
    if table.page is not None:
        location.set("rowPageCount", "1")
        location.set("colPageCount", "1")
    _fields(definition, cache, grid, counted)
    _axis(definition, "row", [cache.column(name) for name in table.labels], grid.rows)
    columns = tuple((item,) for item in grid.columns)
    _axis(definition, "col", [cache.column(table.columns)], columns)
    if table.page is not None:
        pages = child(definition, "pageFields", count="1")
        page = child(pages, "pageField", fld=str(cache.column(table.page[0])))
        if grid.page is not None:
            page.set("item", str(grid.page))
        page.set("hier", "-1")
    data = child(definition, "dataFields", count="1")
    child(
        data, "dataField", name=DATA_CAPTION, fld=str(cache.column(counted)),
        subtotal="count", baseField="0", baseItem="0", numFmtId="3",
    )  # fmt: skip
    style = child(definition, "pivotTableStyleInfo", name="PivotStyleMedium2")
    for name in ("showRowHeaders", "showColHeaders", "showLastColumn"):
        style.set(name, "1")
    return definition


def _fields(definition: etree._Element, cache: Cache, grid: Grid, counted: str) -> None:
    """Write one entry per column of the source; enumerated fields list all their items."""
    table = grid.table
    axes = dict.fromkeys(table.labels, "axisRow") | {table.columns: "axisCol"}
    if table.page is not None:
        axes[table.page[0]] = "axisPage"
    fields = child(definition, "pivotFields", count=str(cache.source.width))
    for name in cache.source.header:
        field = child(fields, "pivotField")
        if name in axes:
            field.set("axis", axes[name])
        if name == counted:
            field.set("dataField", "1")
        field.set("compact", "0")
        field.set("outline", "0")
        field.set("showAll", "0")
        if name == table.rows and table.sorted_rows:
            field.set("sortType", "ascending")
        if name in cache.items:
            subtotals = not (table.detail is not None and name == table.rows)
            count = len(cache.items[name].values)
            items = child(field, "items", count=str(count + subtotals))
            for place in range(count):
                child(items, "item", x=str(place))
            if subtotals:
                child(items, "item", t="default")
            else:
                field.set("defaultSubtotal", "0")  # the id and its title share one line


def _axis(
    definition: etree._Element, side: str, fields: list[int], shown: tuple[tuple[int, ...], ...]
) -> None:
    """Write which fields lie along a side and which items are drawn there, with the total."""
    listed = child(definition, f"{side}Fields", count=str(len(fields)))
    for field in fields:
        child(listed, "field", x=str(field))
    drawn = child(definition, f"{side}Items", count=str(len(shown) + 1))
    before: tuple[int, ...] = ()
    for key in shown:
        entry = child(drawn, "i")
        # An outer label that stands above already is not drawn again: r says how many.
        repeated = next((n for n, (a, b) in enumerate(zip(before, key, strict=False)) if a != b), 0)
        if repeated:
            entry.set("r", str(repeated))
        for item in key[repeated:]:
            place = child(entry, "x")
            if item:
                place.set("v", str(item))  # 0 is the default, which Excel leaves out
        before = key
    child(child(drawn, "i", t="grand"), "x")

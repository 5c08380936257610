"""Rules for pivot caches, PivotTables and slicers: what makes Excel repair a file."""

from collections.abc import Iterator
from dataclasses import dataclass

from gates.book import MAIN, REL, WORKBOOK, X14, Area, Book, Tree, area, overlap

_DRAWN = "{http://schemas.microsoft.com/office/drawing/2010/slicer}slicer"
_AXES = {"rowFields": "x", "colFields": "x", "pageFields": "fld", "dataFields": "fld"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """A cache definition: field names, and how many shared items each has."""

    part: str
    fields: list[str]
    items: list[int]
    slicer_id: str | None


def problems(book: Book) -> Iterator[str]:
    """Give what breaks a rule in any cache, pivot or slicer."""
    caches: dict[str, Cache] = {}
    for entry in book.workbook.iter(f"{MAIN}pivotCache"):
        relation = book.relations(WORKBOOK).get(entry.get(f"{REL}id", ""))
        tree = book.trees.get(relation.target) if relation else None
        number = entry.get("cacheId", "")
        if relation is None or tree is None:
            continue  # told with the relationships
        if number in caches:
            yield f"{relation.target}: cache id {number} stands twice"
        fields = tree.findall(f"{MAIN}cacheFields/{MAIN}cacheField")
        ids = [item.get("pivotCacheId") for item in tree.iter(f"{X14}pivotCacheDefinition")]
        caches[number] = Cache(
            part=relation.target,
            fields=[field.get("name", "") for field in fields],
            items=[len(field.findall(f"{MAIN}sharedItems/*")) for field in fields],
            slicer_id=ids[0] if ids else None,
        )
        yield from _definition(book, caches[number], tree)
    names: set[str] = set()
    for sheet in book.sheets:
        places: list[Area] = []
        for part, tree in book.related(sheet.part, "pivotTable"):
            name = tree.get("name", "")
            if name in names:
                yield f"{part}: pivot name {name!r} stands twice"
            names.add(name)
            cache = caches.get(tree.get("cacheId", ""))
            if cache is None:
                yield f"{part}: cache {tree.get('cacheId')} is missing"
                continue
            if cache.part not in [item.target for item in book.relations(part).values()]:
                yield f"{part}: no relationship to its cache"
            yield from _pivot(part, tree, cache)
            yield from _data_names(part, tree, cache)
            yield from _place(part, tree, places)
    yield from _slicers(book, caches, names)


def _definition(book: Book, cache: Cache, tree: Tree) -> Iterator[str]:
    """Counts, distinct items, fields equal to the header of the source, full records."""
    part = cache.part
    for field in tree.iter(f"{MAIN}cacheField"):
        shared = field.find(f"{MAIN}sharedItems")
        items = list(shared) if shared is not None else []
        count = shared.get("count") if shared is not None else None
        if items and count != str(len(items)):
            yield f"{part}: {field.get('name')}: {len(items)} items, {count} said"
        if len({(item.tag, item.get("v", "").casefold()) for item in items}) < len(items):
            yield f"{part}: {field.get('name')}: two items differ by case only"
    header, rows = _source(book, tree)
    if header is None:
        yield f"{part}: its source is missing"
    elif header != cache.fields:
        yield f"{part}: fields are not the header of the source"
    yield from _records(book, cache, tree, rows)


def _records(book: Book, cache: Cache, tree: Tree, rows: int) -> Iterator[str]:
    """One record for each row, in the shape that the definition says; or none, and a refresh."""
    part = cache.part
    relation = book.relations(part).get(tree.get(f"{REL}id", ""))
    records = book.trees.get(relation.target) if relation else None
    if records is None:
        if tree.get("saveData") != "0" or tree.get("refreshOnLoad") != "1":
            yield f"{part}: neither records nor refreshed on load"
        return
    if {records.get("count"), tree.get("recordCount"), str(rows)} != {str(len(records))}:
        yield f"{part}: {len(records)} records, the source has {rows} rows"
    for number, record in enumerate(records):
        if len(record) != len(cache.items):
            yield f"{part}: record {number} has {len(record)} values"
        elif not all(_fits(value, size) for value, size in zip(record, cache.items, strict=True)):
            yield f"{part}: record {number} does not fit the shared items"


def _fits(value: Tree, size: int) -> bool:
    """An enumerated field takes indices only, any other field none."""
    return (value.tag == f"{MAIN}x") == (size > 0) and (not size or int(value.get("v", 0)) < size)


def _source(book: Book, tree: Tree) -> tuple[list[str] | None, int]:
    """Give header and number of rows of a cache's source table."""
    source = tree.find(f"{MAIN}cacheSource/{MAIN}worksheetSource")
    name = source.get("name") if source is not None else None
    for _, table in book.rooted(f"{MAIN}table"):
        place = area(table.get("ref", ""))
        if name == table.get("displayName") and place is not None:
            columns = table.iter(f"{MAIN}tableColumn")
            return [column.get("name", "") for column in columns], place[2] - place[0]
    return None, 0


def _pivot(part: str, tree: Tree, cache: Cache) -> Iterator[str]:
    """Fields, items and axes agree with the cache."""
    fields = tree.findall(f"{MAIN}pivotFields/{MAIN}pivotField")
    if len(fields) != len(cache.fields):
        yield f"{part}: {len(fields)} fields, the cache has {len(cache.fields)}"
        return
    for field, name, size in zip(fields, cache.fields, cache.items, strict=True):
        for problem in _items(field, size):
            yield f"{part}: {name}: {problem}"
    for tag, key in _AXES.items():
        for entry in tree.iterfind(f"{MAIN}{tag}/*"):
            if not -2 <= int(entry.get(key, "-9")) < len(fields):
                yield f"{part}: {tag}: field {entry.get(key)} is missing"
    for tag in (*_AXES, "rowItems", "colItems"):
        listed = tree.find(f"{MAIN}{tag}")
        if listed is not None and listed.get("count") != str(len(listed)):
            yield f"{part}: {tag}: {len(listed)}, {listed.get('count')} said"


def _data_names(part: str, tree: Tree, cache: Cache) -> Iterator[str]:
    """Data are not named like a field."""
    taken = {name.casefold() for name in cache.fields}
    for entry in tree.iter(f"{MAIN}dataField"):
        if entry.get("name", "").casefold() in taken:
            yield f"{part}: the data are named {entry.get('name')!r} like a field"


def _items(field: Tree, size: int) -> Iterator[str]:
    """A field on an axis lists every shared item once, and its subtotal."""
    items = field.find(f"{MAIN}items")
    if items is None:
        if field.get("axis"):
            yield "lies on an axis without items"
        return
    indices = sorted(int(item.get("x", "")) for item in items if item.get("x") is not None)
    if indices != list(range(size)):
        yield f"items are not each of 0 to {size - 1} once"
    subtotals = sum(item.get("t") == "default" for item in items)
    if subtotals != (field.get("defaultSubtotal") != "0"):
        yield f"{subtotals} default items"
    if items.get("count") != str(len(items)):
        yield f"{len(items)} items, {items.get('count')} said"


def _place(part: str, tree: Tree, places: list[Area]) -> Iterator[str]:
    """The range of the body is as large as its axes say and overlaps no other pivot."""
    location = tree.find(f"{MAIN}location")
    place = area(location.get("ref", "")) if location is not None else None
    if location is None or place is None:
        yield f"{part}: it lies nowhere"
        return
    top, left, bottom, right = place
    rows, columns = tree.find(f"{MAIN}rowItems"), tree.find(f"{MAIN}colItems")
    height = int(location.get("firstDataRow", "0")) + len(rows if rows is not None else ())
    width = int(location.get("firstDataCol", "0")) + len(columns if columns is not None else ())
    if (bottom - top + 1, right - left + 1) != (height, width):
        yield f"{part}: {location.get('ref')} is not {height} rows by {width} columns"
    pages = tree.find(f"{MAIN}pageFields")
    count = len(pages) if pages is not None else 0
    if count and top - count - 1 < 1:
        yield f"{part}: no room above for {count} page fields"
    whole = (top - count - 1 if count else top, left, bottom, right)
    if any(overlap(whole, other) for other in places):
        yield f"{part}: overlaps another pivot"
    places.append(whole)


def _slicers(book: Book, caches: dict[str, Cache], pivots: set[str]) -> Iterator[str]:
    """Slicer, drawing, slicer cache, defined name, pivot and pivot cache name each other."""
    known = set()
    for part, tree in book.rooted(f"{X14}slicerCacheDefinition"):
        known.add(tree.get("name", ""))
        for problem in _slicer_cache(book, tree, caches, pivots):
            yield f"{part}: {problem}"
    drawn = {
        element.get("name", "") for tree in book.trees.values() for element in tree.iter(_DRAWN)
    }
    for part, tree in book.rooted(f"{X14}slicers"):
        for slicer in tree:
            if slicer.get("cache") not in known:
                yield f"{part}: no slicer cache {slicer.get('cache')}"
            if slicer.get("name") not in drawn:
                yield f"{part}: slicer {slicer.get('name')} is not drawn"


def _slicer_cache(
    book: Book, tree: Tree, caches: dict[str, Cache], pivots: set[str]
) -> Iterator[str]:
    """It has a defined name, filters pivots that exist, and has a button for each item."""
    if tree.get("name") not in {name for name, _ in book.defined_names}:
        yield f"no defined name {tree.get('name')}"
    for pivot in tree.iter(f"{X14}pivotTable"):
        if pivot.get("name") not in pivots:
            yield f"no pivot {pivot.get('name')}"
    by_slicer_id = {cache.slicer_id: cache for cache in caches.values()}
    field = tree.get("sourceName", "")
    for tabular in tree.iter(f"{X14}tabular"):
        cache = by_slicer_id.get(tabular.get("pivotCacheId"))
        if cache is None or field not in cache.fields:
            yield f"no cache {tabular.get('pivotCacheId')} with a field {field}"
            continue
        indices = sorted(int(item.get("x", "")) for item in tabular.iter(f"{X14}i"))
        if indices != list(range(cache.items[cache.fields.index(field)])):
            yield f"its buttons are not the items of {field}"

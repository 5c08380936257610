"""Rules for Excel tables and defined names."""

import re
from collections import Counter
from collections.abc import Iterator

from gates.book import MAIN, Area, Book, Sheet, Tree, area, overlap

_NAME = re.compile(r"(?:_xlnm\.)?[^\W\d][\w.\\?]{0,254}")
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*")
_PLACE = re.compile(r"(?:'((?:[^']|'')+)'|([^\W\d][\w.]*))!")


def problems(book: Book) -> Iterator[str]:
    """Give what breaks a rule in any table or defined name."""
    names: Counter[str] = Counter()
    ids: Counter[str] = Counter()
    for sheet in book.sheets:
        places: list[Area] = []
        for _, table in book.related(sheet.part, "table"):
            names[table.get("displayName", "").casefold()] += 1
            ids[table.get("id", "")] += 1
            yield from _table(sheet, table, places)
    for name, count in names.items():
        if count > 1 or not _NAME.fullmatch(name) or _LIKE_A_CELL.fullmatch(name):
            yield f"table name {name!r} is taken or not allowed"
    for number, count in ids.items():
        if count > 1:
            yield f"table id {number} stands {count} times"
    yield from _defined_names(book, names)


def _table(sheet: Sheet, table: Tree, places: list[Area]) -> Iterator[str]:
    """Header cells equal column names; no other table, merge or sheet filter lies over it."""
    name = table.get("displayName", "")
    place = area(table.get("ref", ""))
    if place is None:
        yield f"table {name}: {table.get('ref')} is no range"
        return
    top, left, bottom, right = place
    yield from _columns(sheet, table, place)
    listed = table.find(f"{MAIN}autoFilter")
    totals = int(table.get("totalsRowCount", "0"))
    if listed is not None and area(listed.get("ref", "")) != (top, left, bottom - totals, right):
        yield f"table {name}: its filter covers {listed.get('ref')}"
    if any(overlap(place, other) for other in places):
        yield f"table {name}: overlaps another table"
    places.append(place)
    for tag in ("mergeCell", "autoFilter"):
        for entry in sheet.tree.iter(f"{MAIN}{tag}"):
            other = area(entry.get("ref", ""))
            if other is not None and overlap(place, other):
                yield f"table {name}: {tag} {entry.get('ref')} lies over it"


def _columns(sheet: Sheet, table: Tree, place: Area) -> Iterator[str]:
    """As many columns as the range is wide, each named once and headed by its name."""
    name = table.get("displayName", "")
    top, left, bottom, right = place
    columns = [column.get("name", "") for column in table.iter(f"{MAIN}tableColumn")]
    if len(columns) != right - left + 1:
        yield f"table {name}: {len(columns)} columns in {table.get('ref')}"
    if len({column.casefold() for column in columns}) < len(columns):
        yield f"table {name}: a column name stands twice"
    if table.get("headerRowCount") == "0":
        return
    if bottom == top:
        yield f"table {name}: no row below its header"
    for offset, column in enumerate(columns):
        shown = sheet.texts.get((top, left + offset))
        if shown != column:
            yield f"table {name}: column {column!r} is headed {shown!r}"


def _defined_names(book: Book, tables: Counter[str]) -> Iterator[str]:
    """Names are allowed, unique in their scope, and lead to a sheet that exists."""
    sheets = {sheet.name.casefold() for sheet in book.sheets}
    seen: Counter[tuple[str, str]] = Counter()
    for entry in book.workbook.iter(f"{MAIN}definedName"):
        name, content = entry.get("name", ""), entry.text or ""
        seen[name.casefold(), entry.get("localSheetId", "")] += 1
        if not _NAME.fullmatch(name) or _LIKE_A_CELL.fullmatch(name):
            yield f"defined name {name!r} is not allowed"
        if name.casefold() in tables:
            yield f"defined name {name!r} is a table's"
        if not content or content.endswith(":") or "#REF!" in content:
            yield f"defined name {name!r} leads to {content!r}"
        for found in _PLACE.finditer(content):
            target = (found[1] or found[2]).replace("''", "'")
            if target.casefold() not in sheets:
                yield f"defined name {name!r} leads to the sheet {target!r}, which is missing"
        if int(entry.get("localSheetId", "0")) >= len(book.sheets):
            yield f"defined name {name!r} belongs to a sheet that is missing"
    for (name, _), count in seen.items():
        if count > 1:
            yield f"defined name {name!r} stands {count} times"

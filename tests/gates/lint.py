"""Rules of Excel that no schema knows: what breaks them is repaired, or opened wrong.

Each area has its module; `problems` runs them all over one workbook.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from gates import lint_drawings, lint_pivots, lint_sheets, lint_tables
from gates.book import MAIN, REL, WORKBOOK, Book

_TYPES = "[Content_Types].xml"
_NAME_LIMIT = 31
_NOT_IN_NAME = re.compile(r"[\[\]:*?/\\]|^'|'$")


def problems(path: Path) -> list[str]:
    """Give every broken rule as a line that names the part or cell."""
    book = Book(path)
    found = [*book.broken, *_package(book)]
    if WORKBOOK not in book.trees:
        return [*found, "no workbook part"]
    found += _workbook(book)
    for area in (lint_sheets, lint_tables, lint_drawings, lint_pivots):
        found += area.problems(book)
    return found


def _package(book: Book) -> Iterator[str]:
    """Every part once, typed, reachable; every relationship leads somewhere."""
    for name, count in Counter(name.lower() for name in book.entries).items():
        if count > 1:
            yield f"{name}: {count} entries of that name"
    yield from _relations(book)
    types = book.trees.get(_TYPES)
    named = {item.get("PartName", "")[1:] for item in (types if types is not None else ())} - {""}
    for name in sorted(named - book.names):
        yield f"{_TYPES}: {name} is missing"
    for name in sorted(book.names - named - {_TYPES}):
        if name.endswith(".xml"):
            yield f"{name}: no content type"


def _relations(book: Book) -> Iterator[str]:
    """Relationships lead to parts that exist, ids in use are there, no part is left alone."""
    parts = ["", *(name for name in book.trees if not name.endswith(".rels"))]
    reached = {_TYPES}
    for part in parts:
        relations = book.relations(part)
        for relation_id, relation in relations.items():
            reached.add(relation.target)
            if not relation.external and relation.target not in book.names:
                yield f"{part}: {relation_id} leads to {relation.target}, which is missing"
        for element in book.trees[part].iter() if part else ():
            for key, value in ((str(key), str(text)) for key, text in element.items()):
                if key.startswith(REL) and value and value not in relations:
                    yield f"{part}: {key.rpartition('}')[2]}={value} is no relationship"
    for name in sorted(book.names - reached):
        if not name.endswith((".rels", "/")):
            yield f"{name}: nothing leads to it"


def _workbook(book: Book) -> Iterator[str]:
    """Sheet names within Excel's rules, each once; the active sheet can be shown."""
    entries = list(book.workbook.iterfind(f"{MAIN}sheets/{MAIN}sheet"))
    for attribute in ("name", "sheetId", f"{REL}id"):
        values = Counter(entry.get(attribute, "").casefold() for entry in entries)
        for value, count in values.items():
            if count > 1:
                yield f"sheets: {attribute.rpartition('}')[2]} {value!r} stands {count} times"
    for entry in entries:
        name = entry.get("name", "")
        if not 0 < len(name) <= _NAME_LIMIT or _NOT_IN_NAME.search(name):
            yield f"sheet name {name!r} is not allowed"
    visible = [entry.get("state", "visible") == "visible" for entry in entries]
    if not any(visible):
        yield "no sheet is visible"
    for view in book.workbook.iter(f"{MAIN}workbookView"):
        active = int(view.get("activeTab", "0"))
        if active >= len(visible) or not visible[active]:
            yield f"the active sheet {active} cannot be shown"

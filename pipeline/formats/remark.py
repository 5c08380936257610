"""What people wrote into one cell of a workbook of this product; nothing else is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.formats.book import book_of
from pipeline.formats.package import Package, resolve
from pipeline.formats.refusal import Refused
from pipeline.formats.relations import main_part, parts_by_kind, relations
from pipeline.formats.scan import read_sheet
from pipeline.formats.strings import read_strings
from pipeline.formats.xml import attribute, parse

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings import Limits


def text_behind(path: Path, sheet: str, label: str, limits: Limits) -> str | None:
    """Give the text of the first filled cell behind the one that says ``label``, empty: none.

    None where the file is no workbook that can be read, or lacks the sheet or the label.
    """
    try:
        cells = _cells(Package(path.read_bytes(), limits), sheet, limits)
    except (Refused, OSError):
        return None
    rows = [row for (row, column), text in cells.items() if column == 0 and text.strip() == label]
    if not rows:
        return None
    behind = sorted((c, text) for (row, c), text in cells.items() if row == rows[0] and c)
    return next((text for _, text in behind if text.strip()), "")


def _cells(package: Package, sheet: str, limits: Limits) -> dict[tuple[int, int], str]:
    main = main_part(package, "xl/workbook.xml")
    related = relations(package, main)
    for element in parse(package.read(main), main).iter("{*}sheet"):
        relation = related.get(attribute(element, "id") or "")
        if element.get("name") != sheet or relation is None:
            continue
        targets = parts_by_kind(package, related)
        part = targets.get("sharedStrings", resolve(main, "sharedStrings.xml"))
        strings = read_strings(package.read(part), part, limits) if part in package else ()
        book = book_of(package, targets, strings, (), epoch_1904=False)
        content = package.read(relation.target)
        cells = read_sheet(content, relation.target, book, limits).cells
        return {place: cell.text for place, cell in cells.items()}
    return {}

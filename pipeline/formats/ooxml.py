"""OOXML workbooks (xlsx, xlsm, strict): one reader gives values and decorations together."""

from collections.abc import Mapping

from lxml import etree

from pipeline.formats.book import Book, book_of
from pipeline.formats.package import Package, resolve
from pipeline.formats.properties import ooxml_properties
from pipeline.formats.refusal import broken
from pipeline.formats.relations import Relation, main_part, parts_by_kind, relations
from pipeline.formats.scan import read_sheet
from pipeline.formats.sheets import Page, finished
from pipeline.formats.strings import read_strings
from pipeline.formats.styles import read_styles
from pipeline.formats.xml import attribute, parse
from pipeline.model import FileKind, RawWorkbook, SourceFile
from pipeline.settings import Limits


def read_ooxml(package: Package, source: SourceFile, kind: FileKind, limits: Limits) -> RawWorkbook:
    """Give every worksheet of the package. Refused over a limit or where parts are missing."""
    main = main_part(package, "xl/workbook.xml")
    root = parse(package.read(main), main)
    related = relations(package, main)
    book = _book(package, root, related, main, limits)
    pages: list[Page] = []
    for element in root.iter("{*}sheet"):
        relation_id = attribute(element, "id")
        if not relation_id:
            continue  # a macro module of Excel 5, listed among the sheets
        relation = related.get(relation_id)
        if relation is None:
            raise broken(f"{main}: no relationship {relation_id}")
        if relation.kind != "worksheet":
            continue  # chart and dialog sheets hold no cells
        part = read_sheet(package.read(relation.target), relation.target, book, limits)
        around = relations(package, relation.target)
        name, shown = element.get("name") or "", element.get("state") or "visible"
        pages.append(Page(name, shown == "visible", part, around))
    return RawWorkbook(
        source=source,
        kind=kind,
        sheets=finished(package, pages, book.styles, limits),
        macros=any(name.casefold().endswith("vbaproject.bin") for name in package.names),
        properties=ooxml_properties(package),
    )


def _book(
    package: Package,
    root: etree._Element,
    related: Mapping[str, Relation],
    main: str,
    limits: Limits,
) -> Book:
    targets = parts_by_kind(package, related)
    strings = styles = None
    # Some programs write these parts and forget to relate them.
    if (part := targets.get("sharedStrings", resolve(main, "sharedStrings.xml"))) in package:
        strings = read_strings(package.read(part), part, limits)
    if (part := targets.get("styles", resolve(main, "styles.xml"))) in package:
        styles = read_styles(package.read(part), part)
    epoch_1904 = any(
        element.get("date1904") in {"1", "true"} for element in root.iter("{*}workbookPr")
    )
    return book_of(package, targets, strings or (), styles or (), epoch_1904=epoch_1904)

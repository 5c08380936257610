"""OOXML workbooks (xlsx, xlsm, strict): one reader gives values and decorations together."""

from collections.abc import Mapping, Sequence

from lxml import etree

from pipeline.model import (
    Area,
    Drawing,
    FileKind,
    RawSheet,
    RawWorkbook,
    SourceFile,
    UnreadableReason,
)
from pipeline.read.cells import Book, read_sheet
from pipeline.read.colours import OFFICE_THEME, Colour, read_theme
from pipeline.read.comments import read_comments
from pipeline.read.package import Package, resolve
from pipeline.read.parts import SheetPart
from pipeline.read.refusal import Refused, broken, too_large
from pipeline.read.relations import Relation, main_part, parts_by_kind, relations
from pipeline.read.strings import read_strings
from pipeline.read.styles import read_styles, unseen_styles
from pipeline.read.xml import attribute, local, parse
from pipeline.settings import Limits


def read_ooxml(package: Package, source: SourceFile, kind: FileKind, limits: Limits) -> RawWorkbook:
    """Give every worksheet of the package. Refused over a limit or where parts are missing."""
    main = main_part(package, "xl/workbook.xml")
    root = parse(package.read(main), main)
    related = relations(package, main)
    book = _book(package, root, related, main, limits)
    sheets: list[RawSheet] = []
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
        merged = fitting_areas(part, limits)
        around = relations(package, relation.target)
        drawings = _drawings(package, part, merged, around, book)
        comments = read_comments(package, around)
        unseen = (("図形", drawings), ("コメント", comments))
        sheets.append(
            RawSheet(
                name=element.get("name") or "",
                cells=part.cells,
                merged=merged,
                visible=(element.get("state") or "visible") == "visible",
                hidden_rows=frozenset(part.hidden_rows),
                hidden_columns=frozenset(part.hidden_columns),
                decorations=part.decorations,
                drawings=drawings or (),
                unsupported=tuple(name for name, found in unseen if found is None),
                comments=comments or {},
                unseen=part.unseen,
                slim_rows=frozenset(part.slim_rows),
                slim_columns=frozenset(part.slim_columns),
            )
        )
    if not sheets:
        raise broken("no worksheet in the package")
    return RawWorkbook(
        source=source,
        kind=kind,
        sheets=tuple(sheets),
        macros=any(name.casefold().endswith("vbaproject.bin") for name in package.names),
        properties=_properties(package),
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

    def theme() -> Sequence[Colour]:
        part = targets.get("theme", "")
        return read_theme(package.read(part), part) if part in package else OFFICE_THEME

    return Book(
        strings=strings or (),
        styles=styles or (),
        unseen=unseen_styles(styles or (), theme),
        theme=theme,
        epoch_1904=epoch_1904,
    )


def _drawings(
    package: Package,
    part: SheetPart,
    merged: tuple[Area, ...],
    around: Mapping[str, Relation],
    book: Book,
) -> tuple[Drawing, ...] | None:
    """Give what floats over a sheet: shapes, form controls, ActiveX, legacy drawings.

    None where a drawing is damaged: the values still count, and a person has to look.
    """
    if not (part.drawings or part.legacy_drawings or part.controls):
        return ()
    # Imported here: most returned files have no drawing.
    from pipeline.read.floating import read_floating  # noqa: PLC0415 - see above

    try:
        return read_floating(package, part, merged, around, book.styles)
    except Refused as refusal:
        if refusal.reason is not UnreadableReason.BROKEN:
            raise
        return None


def fitting_areas(part: SheetPart, limits: Limits) -> tuple[Area, ...]:
    """Give the merged areas, huge ones cut down to where the sheet holds values."""
    areas: list[Area] = []
    total = 0
    for area in part.merged:
        size = (area.bottom - area.top + 1) * (area.right - area.left + 1)
        if size > 2_000:
            bottom = max((row for row, _ in part.cells), default=0)
            right = max((column for _, column in part.cells), default=0)
            area = Area(  # noqa: PLW2901 - the same area, cut
                top=area.top,
                left=area.left,
                bottom=max(area.top, min(area.bottom, bottom)),
                right=max(area.left, min(area.right, right)),
            )
            size = (area.bottom - area.top + 1) * (area.right - area.left + 1)
        total += size
        if total > limits.merged_area:
            raise too_large(f"merged areas of more than {limits.merged_area} cells")
        if size > 1:
            areas.append(area)
    return tuple(areas)


def _properties(package: Package) -> Mapping[str, str]:
    """Give the custom document properties by name."""
    part = "docProps/custom.xml"
    if part not in package:
        return {}
    try:
        return {
            element.get("name") or "": "".join(str(text) for text in element.itertext()).strip()
            for element in parse(package.read(part), part)
            if local(element) == "property"
        }
    except Refused as refusal:
        if refusal.reason is not UnreadableReason.BROKEN:
            raise
        return {}  # a workbook without its properties is read all the same

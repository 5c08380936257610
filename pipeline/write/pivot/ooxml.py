"""Names of the file format, and a way to write a tree of elements that reads like the tree."""

from typing import Final

from lxml import etree

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
X14: Final = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
A: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
COMPAT: Final = "http://schemas.openxmlformats.org/markup-compatibility/2006"

# The schemas fix the order of children; only these two parts get new children from us.
WORKBOOK_ORDER: Final = (
    "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups "
    "externalReferences definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr "
    "smartTagTypes webPublishing fileRecoveryPr webPublishObjects extLst"
)
SHEET_ORDER: Final = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection "
    "protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells "
    "phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins "
    "pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors "
    "smartTags drawing legacyDrawing legacyDrawingHF picture oleObjects controls webPublishItems "
    "tableParts extLst"
)


def root(name: str, namespaces: dict[str | None, str], /, **attributes: str) -> etree._Element:
    """Start a part: ``name`` is in the default namespace of ``namespaces``."""
    return etree.Element(
        f"{{{namespaces[None]}}}{name}",
        attributes,
        nsmap=namespaces,  # type: ignore[arg-type] # the stubs forget None, the default namespace
    )


def child(parent: etree._Element, name: str, /, **attributes: str) -> etree._Element:
    """Append an element in the namespace of its parent."""
    return etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}", attributes)


def insert(parent: etree._Element, name: str, order: str) -> etree._Element:
    """Give the child of that name of a main-namespace part, made at its place if missing."""
    found = parent.find(f"{{{MAIN}}}{name}")
    if found is not None:
        return found
    made = etree.Element(f"{{{MAIN}}}{name}")
    later = set(order.partition(f" {name} ")[2].split())
    places = [at for at, item in enumerate(parent) if etree.QName(item).localname in later]
    parent.insert(places[0] if places else len(parent), made)
    return made


def extension(parent: etree._Element, order: str, uri: str) -> etree._Element:
    """Append an ``ext`` with that id to the part's extension list."""
    listed = insert(parent, "extLst", order)
    return etree.SubElement(listed, f"{{{MAIN}}}ext", {"uri": uri}, nsmap={"x14": X14})


def serialise(tree: etree._Element) -> bytes:
    """Give a part's bytes."""
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)

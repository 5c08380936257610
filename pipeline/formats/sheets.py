"""From the parts of a package to its sheets, whether their cells are XML (xlsx) or not (xlsb)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.formats.comments import Notes, read_comments
from pipeline.formats.package import Package
from pipeline.formats.parts import Cells, SheetPart
from pipeline.formats.refusal import Refused, broken
from pipeline.formats.relations import Relation
from pipeline.formats.styles import CellStyle
from pipeline.model import Drawing, RawSheet, UnreadableReason
from pipeline.settings import Limits


@dataclass(frozen=True, slots=True)
class Page:
    """A worksheet part with its name and its relationships."""

    name: str
    visible: bool
    part: SheetPart
    around: Mapping[str, Relation]


def finished(
    package: Package,
    pages: Sequence[Page],
    styles: Sequence[CellStyle],
    limits: Limits,
    *,
    notes_of: Callable[[bytes, str], Notes] | None = None,
) -> tuple[RawSheet, ...]:
    """Give the sheets with what lies over them and their comments; broken where there is none.

    ``notes_of`` reads the part with the notes where it is no XML.
    """
    if not pages:
        raise broken("no worksheet in the package")
    cells = {page.name: page.part.cells for page in pages}
    found: list[RawSheet] = []
    for page in pages:
        page.part.fit_merged(limits)
        found.append(
            page.part.sheet(
                page.name,
                visible=page.visible,
                drawings=_drawings(package, page, styles, cells),
                comments=read_comments(package, page.around, notes_of),
            )
        )
    return tuple(found)


def _drawings(
    package: Package,
    page: Page,
    styles: Sequence[CellStyle],
    sheets: Mapping[str, Cells],
) -> tuple[Drawing, ...] | None:
    """Give what floats over a sheet: shapes, form controls, ActiveX, legacy drawings.

    None where a drawing is damaged: the values still count, and a person has to look.
    """
    part = page.part
    if not (part.drawings or part.legacy_drawings or part.controls):
        return ()
    # Imported here: most returned files have no drawing.
    from pipeline.formats.floating import read_floating  # noqa: PLC0415 - see above

    try:
        return read_floating(package, part, page.around, styles, sheets)
    except Refused as refusal:
        if refusal.reason is not UnreadableReason.BROKEN:
            raise
        return None

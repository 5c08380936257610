"""Styles of an OpenDocument spreadsheet: of cells, rows, columns, tables and graphics."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from lxml import etree

from pipeline.formats.colours import BLACK, WHITE, hexadecimal, sight
from pipeline.formats.styles import CellStyle
from pipeline.formats.xml import attribute, local
from pipeline.model import Run, Unseen

_USUAL_SIZE = 11.0  # points
_DEEPEST = 20  # styles that build on styles
_SIZES = {"table-row-properties": "row-height", "table-column-properties": "column-width"}
_LENGTH = re.compile(r"(-?\d*\.?\d+)(cm|mm|in|pt|pc|px)")
_UNITS = {"cm": 72 / 2.54, "mm": 72 / 25.4, "in": 72.0, "pt": 1.0, "pc": 12.0, "px": 0.75}
_VERTICAL = {"top": "top", "middle": "center"}


def points(length: str) -> float:
    """Give a length in points; 0 where it is none."""
    found = _LENGTH.fullmatch(length)
    return float(found[1]) * _UNITS[found[2]] if found else 0.0


def count(element: etree._Element, name: str) -> int:
    """Give how often an element stands for itself."""
    written = attribute(element, name)
    return max(int(written[:9]), 1) if written.isascii() and written.isdigit() else 1


@dataclass(frozen=True, slots=True)
class Style:
    """What an automatic style says, whichever of its properties are used."""

    run: Run
    fill: str = ""
    shown: bool = True
    formatted: bool = False  # a number format of its own
    unseen: Unseen | None = None
    size: float = 0.0  # points, of a row or column


PLAIN = Style(Run(text=""))


def automatic_styles(root: etree._Element) -> Mapping[str, Style]:
    """Give the automatic styles of content.xml by name."""
    return {
        attribute(element, "name"): _style(element)
        for element in root.findall("{*}automatic-styles/{*}style")
    }


def _style(element: etree._Element) -> Style:
    run = Run(text="")
    fill = ink = paper = ""
    letters, size = _USUAL_SIZE, 0.0
    shown = True
    for child in element:
        name = local(child)
        if name == "text-properties":
            line = attribute(child, "text-line-through-style") or attribute(
                child, "text-line-through-type"
            )
            ink = colour = attribute(child, "color").lstrip("#").upper()
            letters = points(attribute(child, "font-size")) or letters
            run = Run(
                text="",
                struck=line not in {"", "none"},
                bold=attribute(child, "font-weight") in {"bold", "600", "700", "800", "900"},
                underlined=attribute(child, "text-underline-style") not in {"", "none"},
                color=f"rgb:{colour}" if colour and colour != "000000" else "",
            )
        elif name == "table-cell-properties":
            paper = colour = attribute(child, "background-color").lstrip("#").upper()
            fill = "" if colour in {"", "TRANSPARENT", "FFFFFF"} else f"rgb:{colour}"
        elif name == "table-properties":
            shown = attribute(child, "display") != "false"
        elif name in _SIZES:
            size = points(attribute(child, _SIZES[name]))
    return Style(
        run=run,
        fill=fill,
        shown=shown,
        formatted=bool(attribute(element, "data-style-name")),
        unseen=sight(
            hexadecimal(ink) if ink else BLACK,
            hexadecimal(paper) if paper not in {"", "TRANSPARENT"} else WHITE,
            letters,
        ),
        size=size,
    )


class Looks:
    """Styles with all that they inherit: for what lies over cells, whose place depends on it."""

    def __init__(self, roots: Iterable[etree._Element]) -> None:
        """Take the styles of content.xml and styles.xml."""
        self._named: dict[tuple[str, str], etree._Element] = {}
        for root in roots:
            for element in root.iter("{*}style", "{*}default-style"):
                key = (attribute(element, "family"), attribute(element, "name"))
                self._named.setdefault(key, element)
        self.properties = cache(self._properties)
        self.cell = cache(self._cell)

    def _properties(self, family: str, name: str) -> Mapping[str, str]:
        """Give every property by its local name; those of a style go before its parents'.

        Of a graphic without those of its text, which has a fill and an opacity of its own.
        """
        found: dict[str, str] = {}
        for _ in range(_DEEPEST):
            element = self._named.get((family, name))
            for properties in element if element is not None else ():
                if family != "graphic" or local(properties) == "graphic-properties":
                    for key, value in properties.attrib.items():
                        found.setdefault(str(key).rpartition("}")[2], str(value))
            if not name:
                break
            name = attribute(element, "parent-style-name") if element is not None else ""
        return found

    def _cell(self, name: str) -> CellStyle:
        """Tell how text stands in cells of a style."""
        look = self.properties("table-cell", name or "Default")
        size = points(look.get("font-size", "")) or _USUAL_SIZE
        return CellStyle(
            font_size=min(max(size, 1.0), 409.0),
            font_name=look.get("font-name") or look.get("font-family", ""),
            vertical=_VERTICAL.get(look.get("vertical-align", ""), "bottom"),
            wrap=look.get("wrap-option") == "wrap",
        )

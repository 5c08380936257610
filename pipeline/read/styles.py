"""Cell styles of an OOXML workbook: which show dates, strike out, fill or align."""

from dataclasses import dataclass

from lxml import etree

from pipeline.model import Run
from pipeline.read.numbers import format_of
from pipeline.read.strings import NO_LOOK, color_token, font_look
from pipeline.read.xml import local, parse, remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class CellStyle:
    """What a cell's style says of its meaning and of where its text stands.

    ``font_size`` is in points; ``vertical`` is top, center or bottom.
    """

    is_date: bool = False
    number_format: str = ""  # empty where it shows text and whole numbers as they are
    run: Run = NO_LOOK  # the look of the font
    fill: str = ""
    font_size: float = 11.0
    font_name: str = ""
    vertical: str = "bottom"
    wrap: bool = False

    @property
    def struck(self) -> bool:
        """Whether the whole cell is struck through."""
        return self.run.struck


PLAIN = CellStyle()


@dataclass(frozen=True, slots=True)
class _Font:
    run: Run = NO_LOOK
    size: float = 11.0
    name: str = ""


@remembered
def read_styles(content: bytes, part: str) -> tuple[CellStyle, ...]:
    """Give the cell styles by their index in ``cellXfs``."""
    root = parse(content, part)
    formats: dict[int, str] = {}
    fonts: list[_Font] = []
    fills: list[str] = []
    styles: list[CellStyle] = []
    for group in root:
        match local(group):
            case "numFmts":
                formats = {
                    _int(item.get("numFmtId")): item.get("formatCode") or "" for item in group
                }
            case "fonts":
                fonts = [_font(item) for item in group]
            case "fills":
                fills = [_fill(item) for item in group]
            case "cellXfs":
                styles = [_style(item, formats, fonts, fills) for item in group]
            case _:
                pass
    return tuple(styles)


def _style(
    element: etree._Element, formats: dict[int, str], fonts: list[_Font], fills: list[str]
) -> CellStyle:
    is_date, number_format = format_of(_int(element.get("numFmtId")), formats)
    font_index = _int(element.get("fontId"))
    fill_index = _int(element.get("fillId"))
    font = fonts[font_index] if font_index < len(fonts) else _Font()
    vertical, wrap = "bottom", False
    for child in element:
        if local(child) == "alignment":
            vertical = child.get("vertical") or "bottom"
            wrap = child.get("wrapText") in {"1", "true"}
    return CellStyle(
        is_date=is_date,
        number_format=number_format,
        run=font.run,
        fill=fills[fill_index] if fill_index < len(fills) else "",
        font_size=font.size,
        font_name=font.name,
        vertical=vertical,
        wrap=wrap,
    )


def _font(element: etree._Element) -> _Font:
    size = 11.0
    name = ""
    for child in element:
        if local(child) == "sz":
            try:
                size = float(child.get("val") or 11)
            except ValueError:
                size = 11.0
        elif local(child) == "name":
            name = child.get("val") or ""
    return _Font(font_look(element), min(max(size, 1.0), 409.0), name)


def _fill(element: etree._Element) -> str:
    """Give the token of a solid fill; patterns, gradients and white are no fill."""
    for pattern in element:
        if local(pattern) != "patternFill" or pattern.get("patternType") != "solid":
            continue
        for child in pattern:
            if local(child) == "fgColor":
                if (child.get("rgb") or "")[-6:].upper() == "000000":
                    return "rgb:000000"
                token = color_token(child)
                return "" if token in _WHITE else token
    return ""


_WHITE = frozenset({"rgb:FFFFFF", "theme:0", "indexed:1", "indexed:9", "indexed:65"})


def _int(text: str | None) -> int:
    try:
        return max(int(text or 0), 0)
    except ValueError:
        return 0

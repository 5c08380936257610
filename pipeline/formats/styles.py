"""Cell styles of an OOXML workbook: which show dates, strike out, fill or align."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from pipeline.formats.colours import BLACK, OFFICE_THEME, WHITE, Colour, colour_of, sight
from pipeline.formats.numbers import format_of
from pipeline.formats.strings import NO_LOOK, color_token, font_look
from pipeline.formats.xml import local, parse, remembered
from pipeline.model import Run, Unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class CellStyle:
    """What a cell's style says of its meaning and of where its text stands.

    ``font_size`` is in points; ``vertical`` is top, center or bottom.
    """

    is_date: bool = False
    number_format: str = ""  # empty where it shows text and whole numbers as they are
    run: Run = NO_LOOK  # the look of the font
    fill: str = ""
    paper: str = ""  # colour behind the letters, empty for none, ? where no token says it
    font_size: float = 11.0
    font_name: str = ""
    vertical: str = "bottom"
    wrap: bool = False

    @property
    def struck(self) -> bool:
        """Whether the whole cell is struck through."""
        return self.run.struck


PLAIN = CellStyle()
# How binary formats number the vertical alignment.
VERTICALS = dict(enumerate(("top", "center", "bottom", "justify", "distributed")))


@dataclass(frozen=True, slots=True)
class Font:
    """The look, size in points and name of a font."""

    run: Run = NO_LOOK
    size: float = 11.0
    name: str = ""


@remembered
def read_styles(content: bytes, part: str) -> tuple[CellStyle, ...]:
    """Give the cell styles by their index in ``cellXfs``."""
    root = parse(content, part)
    formats: dict[int, str] = {}
    fonts: list[Font] = []
    fills: list[tuple[str, str]] = []
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
                fills = [(_fill(item), _paper(item)) for item in group]
            case "cellXfs":
                styles = [_style(item, formats, fonts, fills) for item in group]
            case _:
                pass
    return tuple(styles)


def unseen_styles(
    styles: Sequence[CellStyle], theme: Callable[[], Sequence[Colour]]
) -> Mapping[int, Unseen]:
    """Give the styles whose letters nobody sees, by index; ``theme`` is asked only where needed."""
    found: dict[int, Unseen] = {}
    for index, style in enumerate(styles):
        if style.run.color or style.paper or style.font_size < _READABLE:
            seen = unseen(style.run.color, style, theme)
            if seen is not None:
                found[index] = seen
    return found


def unseen(ink: str, style: CellStyle, theme: Callable[[], Sequence[Colour]]) -> Unseen | None:
    """Tell why letters of a colour (a token) are not seen in a cell of a style."""
    colours = theme() if "theme" in ink or "theme" in style.paper else OFFICE_THEME
    return sight(
        colour_of(ink, colours, BLACK), colour_of(style.paper, colours, WHITE), style.font_size
    )


_READABLE = 4.0  # points; from here on the size hides nothing


def _style(
    element: etree._Element,
    formats: dict[int, str],
    fonts: list[Font],
    fills: list[tuple[str, str]],
) -> CellStyle:
    is_date, number_format = format_of(_int(element.get("numFmtId")), formats)
    font_index = _int(element.get("fontId"))
    fill_index = _int(element.get("fillId"))
    font = fonts[font_index] if font_index < len(fonts) else Font()
    fill, paper = fills[fill_index] if fill_index < len(fills) else ("", "")
    vertical, wrap = "bottom", False
    for child in element:
        if local(child) == "alignment":
            vertical = child.get("vertical") or "bottom"
            wrap = child.get("wrapText") in {"1", "true"}
    return CellStyle(
        is_date=is_date,
        number_format=number_format,
        run=font.run,
        fill=fill,
        paper=paper,
        font_size=font.size,
        font_name=font.name,
        vertical=vertical,
        wrap=wrap,
    )


def _font(element: etree._Element) -> Font:
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
    return Font(font_look(element), min(max(size, 1.0), 409.0), name)


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
                return "" if token in WHITE_FILLS else token
    return ""


def _paper(element: etree._Element) -> str:
    """Give the colour of a fill, dark and white ones too; ? for patterns and gradients."""
    pattern = element.find("{*}patternFill")
    kind = "gradient" if pattern is None else pattern.get("patternType") or "none"
    if pattern is None or kind != "solid":
        return "" if kind == "none" else "?"
    colour = pattern.find("{*}fgColor")
    if colour is None:
        return "?"
    if rgb := colour.get("rgb"):
        return f"rgb:{rgb[-6:].upper()}"
    if theme := colour.get("theme"):
        return f"theme:{theme}:{colour.get('tint') or 0}"
    return f"indexed:{colour.get('indexed') or 64}"


WHITE_FILLS = frozenset({"rgb:FFFFFF", "theme:0", "indexed:1", "indexed:9", "indexed:65"})


def _int(text: str | None) -> int:
    try:
        return max(int(text or 0), 0)
    except ValueError:
        return 0

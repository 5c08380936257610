"""Whether letters can be seen: their colour against that of the paper, and their size."""

import colorsys
from collections.abc import Mapping, Sequence

from pipeline.formats.xml import local, parse, remembered
from pipeline.model import Unseen

Colour = tuple[int, int, int]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
_ALIKE = 24  # of 255 in each of red, green and blue: less nobody tells apart at a glance
_SMALLEST = 2.0  # points; letters of less are dots

# The colours of the Office theme in the order in which cells count them: paper before ink.
OFFICE_THEME: tuple[Colour, ...] = tuple(
    (code >> 16, code >> 8 & 255, code & 255)
    for code in (
        0xFFFFFF, 0x000000, 0xE7E6E6, 0x44546A, 0x4472C4, 0xED7D31,
        0xA5A5A5, 0xFFC000, 0x5B9BD5, 0x70AD47, 0x0563C1, 0x954F72,
    )
)  # fmt: skip
# The palette of Excel 97 (18.8.27): eight colours, the same again, 48 more.
_FIRST = "000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF "
PALETTE: tuple[str, ...] = tuple(
    (
        _FIRST * 2 + "800000 008000 000080 808000 800080 008080 C0C0C0 808080 9999FF 993366 FFFFCC"
        " CCFFFF 660066 FF8080 0066CC CCCCFF 000080 FF00FF FFFF00 00FFFF 800080 800000 008080"
        " 0000FF 00CCFF CCFFFF CCFFCC FFFF99 99CCFF FF99CC CC99FF FFCC99 3366FF 33CCCC 99CC00"
        " FFCC00 FF9900 FF6600 666699 969696 003366 339966 003300 333300 993300 993366 333399"
        " 333333"
    ).split()
)
_SYSTEM: Mapping[int, Colour] = {64: BLACK, 65: WHITE, 0x7FFF: BLACK}
_THEME = ("lt1", "dk1", "lt2", "dk2", *(f"accent{n}" for n in range(1, 7)), "hlink", "folHlink")


def colour_of(token: str, theme: Sequence[Colour], default: Colour) -> Colour | None:
    """Give the colour that a token stands for (`strings.color_token`); None for an unknown one."""
    kind, _, rest = token.partition(":")
    if not token:
        return default
    if kind == "rgb":
        return hexadecimal(rest)
    number, _, tint = rest.partition(":")
    if not number.isdigit():
        return None
    place = int(number)
    if kind == "indexed":
        return _SYSTEM.get(place) or (hexadecimal(PALETTE[place]) if place < len(PALETTE) else None)
    return _tinted(theme[place], float(tint or 0)) if place < len(theme) else None


def hexadecimal(text: str) -> Colour | None:
    """Read ``RRGGBB``; None where it is none."""
    try:
        code = int(text, 16) if len(text) == 6 else -1
    except ValueError:
        return None
    return (code >> 16, code >> 8 & 255, code & 255) if code >= 0 else None


def _tinted(colour: Colour, tint: float) -> Colour:
    """Darken (tint below 0) or lighten a colour as 18.8.19 says."""
    if not tint:
        return colour
    hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    red, green, blue = colorsys.hls_to_rgb(hue, min(max(light, 0.0), 1.0), saturation)
    return (round(red * 255), round(green * 255), round(blue * 255))


def sight(ink: Colour | None, paper: Colour | None, size: float) -> Unseen | None:
    """Tell why letters of this colour and size (points) are not seen; unknown colours are seen."""
    if size <= _SMALLEST:
        return Unseen.SIZE
    if ink and paper and all(abs(a - b) <= _ALIKE for a, b in zip(ink, paper, strict=True)):
        return Unseen.COLOUR
    return None


@remembered
def read_theme(content: bytes, part: str) -> tuple[Colour, ...]:
    """Give the colours of a theme part; those of Office where it says none."""
    named: dict[str, Colour] = {}
    for scheme in parse(content, part).iter("{*}clrScheme"):
        for element in scheme:
            for colour in element:
                found = hexadecimal(colour.get("lastClr") or colour.get("val") or "")
                if found:
                    named[local(element)] = found
    return tuple(named.get(name, usual) for name, usual in zip(_THEME, OFFICE_THEME, strict=True))

"""Styles and shared strings of a binary workbook (.xlsb): the same facts as the XML parts give."""

import struct
from dataclasses import dataclass, field

from pipeline.formats.biff12 import records, wide_string
from pipeline.formats.numbers import format_of
from pipeline.formats.refusal import broken, too_large
from pipeline.formats.strings import NO_LOOK, Piece, RichText, token_of
from pipeline.formats.styles import PLAIN, VERTICALS, WHITE_FILLS, CellStyle, Font
from pipeline.model import Run
from pipeline.settings import Limits

_SST_ITEM = 19
_FONT, _FORMAT, _FILL, _XF, _CELL_XFS, _CELL_XFS_END = 43, 44, 45, 47, 617, 618
_MOST_RUNS = 0x7FFF  # a run needs a letter


@dataclass(slots=True)
class Styles:
    """What styles.bin says: cell styles by index, and the fonts that rich text refers to."""

    cells: list[CellStyle] = field(default_factory=list)
    fonts: list[Font] = field(default_factory=list)

    def font(self, index: int) -> Font:
        """Give a font; the usual one where there is none of that number."""
        return self.fonts[index] if index < len(self.fonts) else Font()


def read_styles(content: bytes, part: str) -> Styles:
    """Give the styles of a part."""
    found = Styles()
    formats: dict[int, str] = {}
    fills: list[tuple[str, str]] = []
    inside = False
    for code, body in records(content, part):
        if code == _FORMAT:
            formats[struct.unpack_from("<H", body)[0]] = wide_string(body, 2)[0]
        elif code == _FONT:
            found.fonts.append(_font(body))
        elif code == _FILL:
            fills.append(_fill(body))
        elif code in {_CELL_XFS, _CELL_XFS_END}:
            inside = code == _CELL_XFS
        elif code == _XF and inside:
            found.cells.append(_cell_style(body, formats, fills, found))
    return found


def _cell_style(
    body: bytes, formats: dict[int, str], fills: list[tuple[str, str]], known: Styles
) -> CellStyle:
    if len(body) < 14:
        return PLAIN
    number_format, font_index, fill_index = struct.unpack_from("<HHH", body, 2)
    is_date, code = format_of(number_format, formats)
    font = known.font(font_index)
    fill, paper = fills[fill_index] if fill_index < len(fills) else ("", "")
    alignment = body[12]
    return CellStyle(
        is_date=is_date,
        number_format=code,
        run=font.run,
        fill=fill,
        paper=paper,
        font_size=font.size,
        font_name=font.name,
        vertical=VERTICALS.get(alignment >> 3 & 7, "bottom"),
        wrap=bool(alignment & 0x40),
    )


def _font(body: bytes) -> Font:
    if len(body) < 25:
        return Font()
    height, flags, weight = struct.unpack_from("<HHH", body)
    return Font(
        Run(
            text="",
            struck=bool(flags & 0x8),
            bold=weight >= 600,
            underlined=bool(body[8]),
            color=_colour(body, 12),
        ),
        min(max(height / 20, 1.0), 409.0),
        wide_string(body, 21)[0],
    )


def _fill(body: bytes) -> tuple[str, str]:
    """Give the token of a solid fill, and the colour behind the letters (? where none says it)."""
    pattern = struct.unpack_from("<I", body)[0] if len(body) >= 12 else 0
    if pattern != 1:
        return "", "" if pattern == 0 else "?"
    kind = body[4] >> 1
    shade = body[8:11].hex().upper()
    if kind == 2:
        token = "rgb:000000" if shade == "000000" else _colour(body, 4)
        return "" if token in WHITE_FILLS else token, f"rgb:{shade}"
    token = _colour(body, 4)
    (tint,) = struct.unpack_from("<h", body, 6)
    paper = f"theme:{body[5]}:{tint / 32767}" if kind == 3 else f"indexed:{body[5] or 64}"
    return "" if token in WHITE_FILLS else token, paper if kind else "?"


def _colour(body: bytes, offset: int) -> str:
    """Give the token of a BrtColor; empty for automatic and black."""
    kind, index, tint = struct.unpack_from("<BBh", body, offset)
    match kind >> 1:
        case 1:
            return token_of(indexed=str(index))
        case 2:
            return token_of(rgb=body[offset + 4 : offset + 7].hex())
        case 3:
            return token_of(theme=str(index), tint=tint / 32767)
    return ""


def read_strings(content: bytes, part: str, styles: Styles, limits: Limits) -> tuple[RichText, ...]:
    """Give the shared strings in order of their index."""
    if len(content) > limits.shared_strings:
        raise too_large(f"{part}: {len(content)} bytes of shared strings")
    return tuple(
        rich_string(body, 0, styles) for code, body in records(content, part) if code == _SST_ITEM
    )


def rich_string(body: bytes, offset: int, styles: Styles) -> RichText:
    """Give a RichStr: a text, and its runs where it has any; readings (furigana) are left out."""
    text, behind = wide_string(body, offset + 1)
    if not body[offset] & 1 or not text:
        return RichText(text=text)
    (count,) = struct.unpack_from("<I", body, behind)
    if count > _MOST_RUNS:
        raise broken(f"{count} runs in a text")
    runs = [struct.unpack_from("<HH", body, behind + 4 + 4 * n) for n in range(count)]
    units = text.encode("utf-16-le")  # runs count in these, not in letters
    bounds = [0, *(2 * start for start, _ in runs), len(units)]
    looks = [None, *(styles.font(font).run for _, font in runs)]
    pieces = [
        Piece(text=units[start:end].decode("utf-16-le", "replace"), look=look)
        for start, end, look in zip(bounds, bounds[1:], looks, strict=False)
        if end > start
    ]
    if all(piece.look in {None, NO_LOOK} for piece in pieces):
        return RichText(text=text)
    return RichText(text=text, pieces=tuple(pieces))

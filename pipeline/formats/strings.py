"""Texts of a workbook: shared strings and rich text, without the readings (furigana)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from pipeline.formats.refusal import Refused, too_large
from pipeline.formats.xml import AT_ONCE, PLAIN_START, local, parse, stream
from pipeline.model import CellKind, Decoration, RawCell, Run
from pipeline.settings import Limits
from pipeline.texts.folding import unescape

_SPACE = re.compile(r"\s")
_TEXT, _TEXT_END = b"<si>", b"</si>"
_TABLE_END = _TEXT_END + b"</sst>"
_TABLE = re.compile(rb'%s<sst xmlns="[^"<>]*"(?: (?:count|uniqueCount)="\d+")*>' % PLAIN_START)
_KNOWN: dict[bytes, "RichText"] = {}  # the insides of texts that stood in a file before
_MOST_KNOWN, _LONGEST = 8192, 4096  # texts, bytes


NO_LOOK = Run(text="")  # plain black letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of rich text; ``look`` is None where it has the font of its cell."""

    text: str
    look: Run | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RichText:
    """A text, and its pieces where a font of its own was given to any of them.

    ``cell`` is the cell that holds it, None where it is empty.
    """

    text: str
    pieces: tuple[Piece, ...] = ()
    cell: RawCell | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the cell once: the same text stands in file after file."""
        cell = RawCell(kind=CellKind.TEXT, text=self.text) if self.text else None
        object.__setattr__(self, "cell", cell)


def read_strings(content: bytes, part: str, limits: Limits) -> tuple[RichText, ...]:
    """Give the shared strings in order of their index."""
    if len(content) > limits.shared_strings:
        raise too_large(f"{part}: {len(content)} bytes of shared strings")
    pieces = _pieces(content, part) if len(content) <= AT_ONCE else []
    if pieces and (known := texts_of(pieces)):
        return tuple(known)
    return tuple(map(read_text, stream(content, part, tags=("si",))))


def _pieces(content: bytes, part: str) -> list[bytes]:
    """Give the insides of the ``si`` elements of a part; none where it is not plain.

    Refused where what stands around them is no XML.
    """
    head, _, body = content.partition(_TEXT)
    body = body.rstrip()
    if not body.endswith(_TABLE_END) or not _TABLE.fullmatch(head):
        return []
    plain = b"<!" not in content and b"<?" not in body
    parse(head + b"</sst>", part)
    return body.removesuffix(_TABLE_END).split(_TEXT_END + _TEXT) if plain else []


def texts_of(pieces: Sequence[bytes]) -> list[RichText] | None:
    """Give the texts of the insides of ``si`` or ``is`` elements, which are of UTF-8.

    None where one is no XML in itself. Most stood in the files before and are known.
    """
    found = [*map(_KNOWN.get, pieces)]
    if all(found):
        return [each for each in found if each]
    new = [*dict.fromkeys(piece for piece, each in zip(pieces, found, strict=True) if not each)]
    content = b"".join((b"<sst>", *(_TEXT + piece + _TEXT_END for piece in new), b"</sst>"))
    if not content.count(b"<si") == content.count(b"</si") == len(new):
        return None
    try:
        read = [*map(read_text, stream(content, "", tags=("si",)))]
    except Refused:
        return None
    if len(read) != len(new):
        return None
    made = dict(zip(new, read, strict=True))
    if len(_KNOWN) + len(made) > _MOST_KNOWN:
        _KNOWN.clear()
    _KNOWN.update(pair for pair in made.items() if len(pair[0]) <= _LONGEST)
    return [each or made[piece] for piece, each in zip(pieces, found, strict=True)]


def read_text(element: etree._Element) -> RichText:
    """Give the text of an ``si`` or ``is`` element: its ``t``, or its runs ``r``, never ``rPh``."""
    found: list[tuple[str, Run | None]] = []
    for child in element:
        name = child.tag.rpartition("}")[2]
        if name == "t":
            found.append((_plain(child), None))
        elif name == "r":
            found.append(_run(child))
    if len(found) == 1 and found[0][1] is None:
        return RichText(text=found[0][0])  # nearly always
    text = "".join([piece for piece, _ in found])
    if all(look is None for _, look in found):
        return RichText(text=text)
    return RichText(text=text, pieces=tuple(Piece(text=piece, look=look) for piece, look in found))


def decoration(runs: list[Run], *, struck: bool, fill: str) -> Decoration:
    """Give the decoration of a cell from its runs; ``struck`` is of the cell's own font.

    A text in one look throughout has no runs. It is struck through where every run of it is,
    whatever the cell's own font says.
    """
    merged = merge_runs(runs)
    visible = [run for run in merged if not run.text.isspace()]
    return Decoration(
        runs=merged if differ(merged) else (),
        struck=all(run.struck for run in visible) if visible else struck,
        fill=fill,
    )


def merge_runs(runs: list[Run]) -> tuple[Run, ...]:
    """Join neighbouring runs of the same formatting and drop empty ones."""
    merged: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        if merged and _look(merged[-1]) == _look(run):
            merged[-1] = dressed(merged[-1].text + run.text, run)
        else:
            merged.append(run)
    return tuple(merged)


def differ(runs: tuple[Run, ...]) -> bool:
    """Tell whether runs look unlike each other; white space has no look."""
    return len({_look(run) for run in runs if not run.text.isspace()}) > 1


def _look(run: Run) -> tuple[bool, bool, bool, str]:
    return (run.struck, run.bold, run.underlined, run.color)


def _plain(element: etree._Element) -> str:
    text = element.text or ""
    return unescape(text) if "_x" in text else text


def _run(element: etree._Element) -> tuple[str, Run | None]:
    text = ""
    look = None
    for child in element:
        name = local(child)
        if name == "t":
            text += _plain(child)
        elif name == "rPr":
            look = font_look(child)
    return text, look


def dressed(text: str, look: Run) -> Run:
    """Give a text in the look of a run."""
    return Run(
        text=text,
        struck=look.struck,
        bold=look.bold,
        underlined=look.underlined,
        color=look.color,
    )


def font_look(element: etree._Element) -> Run:
    """Give what a ``font`` or ``rPr`` element says, as a run without text."""
    struck = bold = underlined = False
    color = ""
    for child in element:
        name = local(child)
        value = child.get("val")
        if name == "strike":
            struck = value not in {"0", "false"}
        elif name == "b":
            bold = value not in {"0", "false"}
        elif name == "u":
            underlined = value != "none"
        elif name == "color":
            color = color_token(child)
    return Run(text="", struck=struck, bold=bold, underlined=underlined, color=color)


def color_token(element: etree._Element) -> str:
    """Give a stable token of a colour; empty for automatic, black text and the text theme."""
    tint = element.get("tint")
    return token_of(
        rgb=element.get("rgb"),
        theme=element.get("theme"),
        tint=_float(tint) if tint else 0.0,
        indexed=element.get("indexed"),
    )


def token_of(
    *,
    rgb: str | None = None,
    theme: str | None = None,
    tint: float = 0.0,
    indexed: str | None = None,
) -> str:
    """Give the token of a colour that a file gives in one of three ways."""
    if rgb:
        shade = rgb[-6:].upper()
        # A colour this dark is black to the eye.
        dark = all(shade[at : at + 2] < "41" for at in (0, 2, 4))
        return "" if dark else f"rgb:{shade}"
    if theme is not None:
        plain = abs(tint) < 0.01
        if theme == "1" and plain:
            return ""
        return f"theme:{theme}" if plain else f"theme:{theme}:{tint:.2f}"
    if indexed is not None and indexed not in {"0", "8", "64"}:
        return f"indexed:{indexed}"
    return ""


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0

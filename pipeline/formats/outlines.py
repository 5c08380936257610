"""What a drawn outline means, whichever format drew it.

Shapes go by their name in DrawingML, by LibreOffice's name where that is another, or by their
number in older Excel ([MS-ODRAW] 2.4.24).
"""

from pipeline.model import DrawingKind

_ROUND = frozenset({
    "ellipse", "donut", "arc", "chord", "pie", "blockArc", "roundRect", "round1Rect",
    "round2SameRect", "round2DiagRect", "snipRoundRect", "flowChartConnector",
    "flowChartTerminator", "flowChartAlternateProcess", "flowChartPreparation",
    "octagon", "hexagon", "decagon", "dodecagon", "heptagon", "bracketPair", "bracePair",
    "leftBracket", "rightBracket", "leftBrace", "rightBrace", "frame",
    "ring", "circle-pie", "block-arc", "round-rectangle", "flowchart-connector",
    "flowchart-terminator", "flowchart-alternate-process", "flowchart-preparation",
    "bracket-pair", "brace-pair", "left-bracket", "right-bracket", "left-brace", "right-brace",
    "2", "3", "19", "23", "85", "86", "87", "88", "95", "116", "120", "176", "185", "186",
})  # fmt: skip
_FRAMES = frozenset({
    "rect", "flowChartProcess", "snip1Rect", "snip2SameRect", "plaque", "diamond",
    "rectangle", "flowchart-process", "1", "4", "109",
})  # fmt: skip
LINES = frozenset({"line", "lineInv", "straightConnector1", "20", *map(str, range(32, 41))})
# Rough: a point of a path that ends this near its start (as a part of its size) closes it.
_NEARLY = 0.3


def outline_kind(shape: str, *, outlined: bool, filled: bool, covers: bool) -> DrawingKind | None:
    """Tell what a shape without text is; None where it shows nothing.

    ``covers``: its fill has the colour of the paper.
    """
    if not outlined and not filled:
        return None
    if covers or (shape in _FRAMES and filled):
        return DrawingKind.OTHER  # it hides what lies under it
    return DrawingKind.ELLIPSE if shape in _ROUND or shape in _FRAMES else DrawingKind.OTHER


def returns(points: list[tuple[float, float]]) -> bool:
    """Tell whether a freehand path ends near where it began."""
    if len(points) < 4:
        return False
    width = max(x for x, _ in points) - min(x for x, _ in points)
    height = max(y for _, y in points) - min(y for _, y in points)
    across = abs(points[0][0] - points[-1][0])
    down = abs(points[0][1] - points[-1][1])
    return across <= _NEARLY * width and down <= _NEARLY * height

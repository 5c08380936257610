"""Rules for drawings, charts and comments."""

import re
from collections import Counter
from collections.abc import Iterator

from gates.book import MAIN, Book, area

_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_REFERENCE = re.compile(
    r"(?:'((?:[^']|'')+)'|([^\W\d][\w.]*))!(\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?)"
)


def problems(book: Book) -> Iterator[str]:
    """Give what breaks a rule in any drawing, chart or comment."""
    yield from _charts(book)
    for part, tree in book.rooted(f"{_XDR}wsDr"):
        shapes = Counter(shape.get("id", "") for shape in tree.iter(f"{_XDR}cNvPr"))
        for number, count in shapes.items():
            if count > 1:
                yield f"{part}: shape id {number} stands {count} times"
    yield from _comments(book)


def _charts(book: Book) -> Iterator[str]:
    """The data of every chart lie on a sheet."""
    sheets = {sheet.name.casefold() for sheet in book.sheets}
    for part, tree in book.rooted(f"{_CHART}chartSpace"):
        for formula in tree.iter(f"{_CHART}f"):
            for reference in (formula.text or "").strip("()").split(","):
                found = _REFERENCE.fullmatch(reference)
                name = (found[1] or found[2]).replace("''", "'") if found else ""
                if found is None or name.casefold() not in sheets or area(found[3]) is None:
                    yield f"{part}: data {formula.text!r} are nowhere"


def _comments(book: Book) -> Iterator[str]:
    """One comment at a cell, with an author, and a drawing for each sheet's comments."""
    for part, tree in book.rooted(f"{MAIN}comments"):
        places = Counter(comment.get("ref", "") for comment in tree.iter(f"{MAIN}comment"))
        for place, count in places.items():
            if count > 1 or area(place) is None:
                yield f"{part}: {count} comments at {place!r}"
        authors = len(tree.findall(f"{MAIN}authors/{MAIN}author"))
        for comment in tree.iter(f"{MAIN}comment"):
            if int(comment.get("authorId", "0")) >= authors:
                yield f"{part}: the comment at {comment.get('ref')} has no author"
    for sheet in book.sheets:
        kinds = {relation.kind for relation in book.relations(sheet.part).values()}
        if "comments" in kinds and sheet.tree.find(f"{MAIN}legacyDrawing") is None:
            yield f"{sheet.name}: comments without their drawing"

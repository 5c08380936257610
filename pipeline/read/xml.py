"""XML of respondents' files: parsed without entities, DTDs, network or unbounded nodes."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from io import BytesIO
from typing import TypeVar

from lxml import etree

from pipeline.read.refusal import broken, unsafe

Found = TypeVar("Found")

_SPREADSHEET = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",  # strict
)
_SHARED = 1 << 16  # bytes of a part that is worth remembering
_SMALL = 2 << 20  # bytes; above, a part is read element by element in little memory


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


_PARSER = _parser(recover=False)
# VML comes with unclosed <br> and bare attributes. The parser mends the attributes; an open
# <br> would swallow what follows, so it is closed before.
_OPEN_BREAK = re.compile(rb"<br\s*>", re.IGNORECASE)
_FORGIVING = _parser(recover=True)


def refuse_traps(content: bytes, part: str) -> None:
    """Refuse DTDs, entities and encodings in which the search for them would be blind."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in content[:64]:
        raise unsafe(f"{part}: XML in UTF-16 or UTF-32")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise unsafe(f"{part}: DTD")


def remembered(read: Callable[[bytes, str], Found]) -> Callable[[bytes, str], Found]:
    """Remember what a reader of (content, part) found in small parts, which files share.

    Forms filled in from one template carry the same styles and relationships byte for byte.
    """
    remembering = lru_cache(maxsize=64)(read)

    @wraps(read)
    def look(content: bytes, part: str) -> Found:
        return (remembering if len(content) <= _SHARED else read)(content, part)

    return look


def parse(content: bytes, part: str, *, forgiving: bool = False) -> etree._Element:
    """Give the root of a part. Refused where it is no XML or a trap."""
    refuse_traps(content, part)
    if forgiving:
        content = _OPEN_BREAK.sub(b"<br/>", content)
    return _parsed(content, part, _FORGIVING if forgiving else _PARSER)


def stream(content: bytes, part: str, *, tags: tuple[str, ...]) -> Iterator[etree._Element]:
    """Give the SpreadsheetML elements of these names in order; each may be gone afterwards.

    The namespace counts: an anchor of a control has a ``row`` of its own.
    """
    refuse_traps(content, part)
    names = [f"{{{namespace}}}{tag}" for namespace in _SPREADSHEET for tag in tags]
    if len(content) <= _SMALL:
        # As a whole: three times as fast, and nearly every returned form is small.
        yield from _parsed(content, part, _PARSER).iter(*names)
        return
    events = etree.iterparse(
        BytesIO(content),
        events=("end",),
        tag=names,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _, element in events:
            yield element
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise broken(f"{part}: {error}") from error


def _parsed(content: bytes, part: str, parser: etree.XMLParser) -> etree._Element:
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise broken(f"{part}: {error}") from error
    if root is None:
        raise broken(f"{part}: no root element")
    return root


def local(element: etree._Element) -> str:
    """Give an element's name without its namespace; empty for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str:
    """Give an attribute by its local name in whatever namespace; empty where there is none."""
    value = element.get(name)
    if value is not None:
        return str(value)
    for key, found in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(found)
    return ""

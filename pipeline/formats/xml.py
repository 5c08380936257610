"""XML of respondents' files: parsed without entities, DTDs, network or unbounded nodes."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from io import BytesIO
from typing import TypeVar

from lxml import etree

from pipeline.formats.refusal import broken, unsafe

Found = TypeVar("Found")

SHARED = 1 << 16  # bytes of a part that is worth remembering
AT_ONCE = 2 << 20  # bytes; above, a part is read element by element in little memory


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


_WIDE = (  # how text begins in encodings that hold zeros, longest first
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
# UTF-8 as XML that declares nothing else.
PLAIN_START = (
    rb'(?:<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?(?: standalone="(?:yes|no)")?\?>\s*)?'
)
_DECLARATION = re.compile(rb"\A\s*<\?xml\b[^>]*\?>")
_ASCII_LIKE = re.compile(  # encodings in which "<!DOCTYPE" is written as in ASCII
    rb"utf-?8|(?:us-)?ascii|iso-8859-\d+|windows-(?:31j|125\d)|shift_?jis|x-sjis|cp932|euc-(?:jp|kr)"
    rb"|gb2312|gbk|gb18030|big5",
    re.IGNORECASE,
)
# A mere name of what follows: it declares nothing and leads nowhere.
_BARE_DOCTYPE = re.compile(rb"<!DOCTYPE\s+[\w:.-]+\s*>")
_ENCODING = re.compile(rb"""\A\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([^"']*)["']""")


def _legible(content: bytes, part: str) -> bytes:
    """Give XML as bytes in which letters of ASCII are what they seem.

    Refused: DTDs and entities, and encodings in which the search for them would be blind.
    """
    for mark, encoding in _WIDE:
        if content.startswith(mark):
            try:
                text = content.decode(encoding).removeprefix("\ufeff")
            except UnicodeDecodeError as error:
                raise broken(f"{part}: {error}") from error
            content = _DECLARATION.sub(b"", text.encode("utf-8", "replace"))
            break
    else:
        written = _ENCODING.match(content[:256])
        if b"\x00" in content[:64] or (written and not _ASCII_LIKE.fullmatch(written[1])):
            raise unsafe(f"{part}: XML in a rare encoding")
    if b"<!" in content:  # one look for what hardly any part holds
        content = _BARE_DOCTYPE.sub(b"", content)
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise unsafe(f"{part}: DTD")
    return content.lstrip()  # a declaration may stand at the very start alone


def remembered(read: Callable[[bytes, str], Found]) -> Callable[[bytes, str], Found]:
    """Remember what a reader of (content, part) found in small parts, which files share.

    Forms filled in from one template carry the same styles and relationships byte for byte.
    """
    remembering = lru_cache(maxsize=64)(read)

    @wraps(read)
    def look(content: bytes, part: str) -> Found:
        return (remembering if len(content) <= SHARED else read)(content, part)

    return look


def parse(content: bytes, part: str, *, forgiving: bool = False) -> etree._Element:
    """Give the root of a part. Refused where it is no XML or a trap."""
    content = _legible(content, part)
    if forgiving:
        content = _OPEN_BREAK.sub(b"<br/>", content)
    return _parsed(content, part, _FORGIVING if forgiving else _PARSER)


def stream(content: bytes, part: str, *, tags: tuple[str, ...]) -> Iterator[etree._Element]:
    """Give the elements of these names in order; each may be gone afterwards.

    Only those in the namespace of the root, whichever that is: an anchor of a control has a
    ``row`` of its own, and some programs write another namespace than Excel, or none.
    """
    content = _legible(content, part)
    if len(content) <= AT_ONCE:
        # As a whole: three times as fast, and nearly every returned form is small.
        root = _parsed(content, part, _PARSER)
        yield from root.iter(*_beside(root, tags))
        return
    content = _mended(content)
    try:
        _, root = next(_events(content, ("start",)))
        for _, element in _events(content, ("end",), _beside(root, tags)):
            yield element
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise broken(f"{part}: {error}") from error


def _beside(root: etree._Element, tags: tuple[str, ...]) -> list[str]:
    """Give the full names of elements in the namespace of a root."""
    namespace, found, _ = str(root.tag).rpartition("}")
    return [f"{namespace}{found}{tag}" for tag in tags]


def _events(
    content: bytes, events: tuple[str, ...], tags: list[str] | None = None
) -> Iterator[tuple[str, etree._Element]]:
    yield from etree.iterparse(
        BytesIO(content),
        events=events,
        tag=tags,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


# Characters that XML may not hold, bare or by number. Some programs write them all the same.
_NO_CHARACTER = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:0*(?:[0-8]|1[1-24-9]|2\d|3[01])"
    rb"|[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]|[fF]{3}[eEfF]));"
)


_ROOT = re.compile(rb"<([A-Za-z_][\w:.-]*)")


def _mended(content: bytes) -> bytes:
    """Give XML without what may not stand in it, nor behind the end of its root."""
    content = _NO_CHARACTER.sub(b"", content)
    root = _ROOT.search(content)
    end = b"</%s>" % root[1] if root else b""
    place = content.rfind(end) if end else -1
    return content if place < 0 else content[: place + len(end)]


def _parsed(content: bytes, part: str, parser: etree.XMLParser) -> etree._Element:
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        mended = _mended(content)
        if mended == content:
            raise broken(f"{part}: {error}") from error
        return _parsed(mended, part, parser)
    if root is None:
        raise broken(f"{part}: no root element")
    return root


def local(element: etree._Element) -> str:
    """Give an element's name without its namespace; empty for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def whole_text(element: etree._Element) -> str:
    """Give all text below an element."""
    return "".join(str(part) for part in element.itertext())


def attribute(element: etree._Element, name: str) -> str:
    """Give an attribute by its local name in whatever namespace; empty where there is none."""
    value = element.get(name)
    if value is not None:
        return str(value)
    for key, found in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(found)
    return ""

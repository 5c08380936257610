"""Comments of a sheet: notes, and the threads of Excel 365, without authors and boilerplate.

Who wrote a comment is left out: names are no part of an answer, and the first line of a note is
only the name that Excel puts there.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from pipeline.formats.cells import cell_key
from pipeline.formats.package import Package
from pipeline.formats.refusal import Refused
from pipeline.formats.relations import Relation
from pipeline.formats.strings import read_text
from pipeline.formats.xml import local, parse, stream
from pipeline.model import CellKey, UnreadableReason

# What an Excel without threads shows in place of one: a title in brackets, an explanation that
# ends with this address, then each text under its label (コメント: / Comment:, 返信: / Reply:).
_STAND_IN = re.compile(r"\A\s*\[[^\]\n]+\].*?linkid=870924\S*", re.DOTALL)
_LABEL = re.compile(r"\s*(?:comment|reply|コメント|返信)\s*[:：]\s*", re.IGNORECASE)
_NAMES = frozenset({"作成者", "author", "ユーザー", "user", "microsoft office user"})


Notes = Iterable[tuple[CellKey, str]]


def read_comments(
    package: Package,
    around: Mapping[str, Relation],
    notes_of: Callable[[bytes, str], Notes] | None = None,
) -> Mapping[CellKey, str] | None:
    """Give the comments of a sheet by cell; a thread takes the place of its stand-in.

    ``notes_of`` reads the part with the notes where it is no XML. None where a part is damaged:
    the values still count, and a person has to look.
    """
    found: dict[CellKey, str] = {}
    threads: dict[CellKey, list[str]] = {}
    try:
        for relation in around.values():
            if relation.kind not in {"comments", "threadedComment"}:
                continue
            if relation.target in package:
                content = package.read(relation.target)
                if relation.kind == "comments":
                    found.update((notes_of or _notes)(content, relation.target))
                else:
                    _take_threads(content, relation.target, threads)
    except Refused as refusal:
        if refusal.reason is not UnreadableReason.BROKEN:
            raise
        return None
    found.update({key: "\n".join(texts) for key, texts in threads.items()})
    return {key: text for key, text in found.items() if text}


def _notes(content: bytes, part: str) -> Notes:
    authors: list[str] = []
    for element in stream(content, part, tags=("author", "comment")):
        if local(element) == "author":
            authors.append(element.text or "")
            continue
        key, text = cell_key(element.get("ref") or ""), element.find("{*}text")
        if key is not None and text is not None:
            yield key, plain_comment(read_text(text).text, authors)


def _take_threads(content: bytes, part: str, threads: dict[CellKey, list[str]]) -> None:
    for element in parse(content, part).iter("{*}threadedComment"):
        key, text = cell_key(element.get("ref") or ""), element.find("{*}text")
        written = (text.text or "").strip() if text is not None else ""
        if key is not None and written:
            threads.setdefault(key, []).append(written)


def plain_comment(text: str, authors: Iterable[str] = ()) -> str:
    """Give what somebody wrote in a comment, without the author's name and Excel's own words."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    stand_in = _STAND_IN.match(text)
    if stand_in:
        lines = (
            _LABEL.sub("", line, count=1).strip() for line in text[stand_in.end() :].split("\n")
        )
        return "\n".join(line for line in lines if line)
    first, _, rest = text.partition("\n")
    name = first.strip().rstrip(":：").casefold()
    if first.rstrip().endswith((":", "：")) and name in {*_NAMES, *map(str.casefold, authors)}:
        return rest.strip()
    return text

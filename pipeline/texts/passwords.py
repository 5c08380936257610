"""The passwords that a line of passwords.txt may mean: coordinators paste whole sentences."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

_BRACKETED = re.compile(r"「([^」]+)」|『([^』]+)』|【([^】]+)】|\"([^\"]+)\"|“([^”]+)”|'([^']+)'|\(([^)]+)\)|（([^）]+)）|<([^>]+)>|\[([^]]+)\]")  # fmt: skip  # noqa: E501 - one pattern
_TOLD = re.compile(r"[:：=＝→]\s*(.+)")
_LATIN = re.compile(r"[!-~]{3,}")
_ENDS = "。、，．,.;；です"
_LINES = 200
_OF_A_LINE = 8  # what is tried beside the line as it stands
_IN_ALL = 60  # each costs a tenth of a second on a workbook encrypted by today's Excel


def candidates(lines: Iterable[str]) -> tuple[str, ...]:
    """Give what to try, in order: every line as it stands, then the parts of the sentences."""
    whole = tuple(dict.fromkeys(lines))[:_LINES]
    parts = dict.fromkeys(
        part for line in whole for part in tuple(dict.fromkeys(_parts(line)))[:_OF_A_LINE]
    )
    more = [part for part in parts if part not in whole]
    return whole + tuple(more[:_IN_ALL])


def bracketed(line: str) -> Iterator[str]:
    """Give what stands in brackets or quotation marks."""
    for found in _BRACKETED.finditer(line):
        yield next(part for part in found.groups() if part).strip()


def _parts(line: str) -> Iterator[str]:
    """Give the parts of a line that may be the password, the likeliest first."""
    yield from bracketed(line)
    told = _TOLD.search(line)
    if told:
        yield told[1].strip()
        yield told[1].strip().rstrip(_ENDS)
    narrow = unicodedata.normalize("NFKC", line)
    told = _TOLD.search(narrow)
    latin = _LATIN.findall(told[1] if told else narrow)
    yield from (word.rstrip(".,;") for word in sorted(latin, key=len, reverse=True))
    yield narrow
    yield from line.split()

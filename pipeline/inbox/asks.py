"""What the office above sends back through an office below: items to be answered again.

    torimatome.json   who asks whom, of which month, with the seal of a bundle
    asks.json         each item that goes back, with what was written and what is wrong with it
    差戻し票_….xlsx    the same as slips, for an office that hands them on as they are

Dropped into the inbox of the office below it is no return. Its `sendback` takes it apart: what is
asked joins its own slips, so that a body gets one slip for both, and answers to one office.
"""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from zipfile import ZipFile

from pipeline.inbox.archive import MemberError, member_bytes, open_archive, read_content
from pipeline.inbox.bundle import MANIFEST, checked_parts, write_parts
from pipeline.model import SourceFile
from pipeline.settings import Limits

KIND = "torimatome-asks"
_ASKS = "asks.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FromAbove:
    """An item that the office above asks again. ``respondent_id`` is the id of the office below.

    ``written`` is the check cell as the office above saw it: what was answered otherwise since
    needs no asking.
    """

    respondent_id: str
    item_id: str
    written: str
    reason: str


def is_asks(archive: ZipFile, limits: Limits) -> bool:
    """Tell a package of asks, whole, from a bundle of returns and from what was changed."""
    if archive.namelist()[:1] != [MANIFEST]:
        return False
    try:
        return bool(checked_parts(archive, KIND, limits))
    except (MemberError, ValueError, KeyError, TypeError, AttributeError):
        return False


def write_asks(
    path: Path,
    asks: Iterable[FromAbove],
    files: Mapping[str, bytes],
    *,
    office: str,
    asked: str,
    month: str,
) -> None:
    """Write a package to the office ``asked``, with ``files`` (slips, a list) beside the asks."""
    told = json.dumps([asdict(ask) for ask in asks], ensure_ascii=False, indent=1).encode()
    parts = {_ASKS: told, **files}
    write_parts(path, {"kind": KIND, "office": office, "asked": asked, "month": month}, parts)


def read_asks(source: SourceFile, limits: Limits) -> Sequence[FromAbove]:
    """Read a package that lies in the inbox, in an archive or in a mail; nothing where none is."""
    try:
        content = read_content(source, limit=limits.expanded_size)
        with open_archive(io.BytesIO(content)) as archive:
            return _asks(archive, limits)
    except (OSError, MemberError, ValueError, KeyError, TypeError, AttributeError):
        return ()


def _asks(archive: ZipFile, limits: Limits) -> Sequence[FromAbove]:
    checked_parts(archive, KIND, limits)
    told = json.loads(member_bytes(archive, _ASKS, limit=limits.file_size))
    return tuple(
        FromAbove(**{name: str(one[name]) for name in FromAbove.__dataclass_fields__})
        for one in told
    )

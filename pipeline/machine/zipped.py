"""Parts in a zip archive, of a workbook or another, compressed quickly.

The standard library writes the archive; where zlib-ng is installed its deflate takes half the
time of zlib's for the same size (docs/decisions.md). The same installation gives the same bytes,
any the same parts: every entry is dated 1980-01-01.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

try:
    from zlib_ng import zlib_ng
except ImportError:  # a machine for which there is no wheel
    zlib_ng = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from concurrent.futures import Executor, Future
    from pathlib import Path
    from typing import BinaryIO

_LEVEL = 5  # of zlib-ng: as small as 6 of zlib, in half its time
_ZLIB_LEVEL = 6
_WAITING = 4  # pieces that are made and not yet compressed


def write_archive(path: Path | BinaryIO, parts: Mapping[str, Iterable[bytes | memoryview]]) -> None:
    """Write an archive of these parts in their order, each given in pieces."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_ZLIB_LEVEL) as archive,
        ThreadPoolExecutor(1) as beside,
    ):
        for name, pieces in parts.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=False) as entry:
                _hasten(entry)
                _write(entry, iter(pieces), beside)


def _write(entry: IO[bytes], pieces: Iterator[bytes | memoryview], beside: Executor) -> None:
    """Compress pieces while the next ones are made: on two cores a third of the time."""
    for piece in islice(pieces, 1):  # most parts have but one
        entry.write(piece)
    written: deque[Future[int]] = deque()
    for piece in pieces:
        written.append(beside.submit(entry.write, piece))
        if len(written) > _WAITING:
            written.popleft().result()
    for done in written:
        done.result()


def _hasten(entry: Any) -> None:
    """Let zlib-ng compress an entry: the library has no option for it, so its own is replaced."""
    if zlib_ng is not None and hasattr(entry, "_compressor"):
        entry._compressor = zlib_ng.compressobj(_LEVEL, zlib_ng.DEFLATED, -zlib.MAX_WBITS)

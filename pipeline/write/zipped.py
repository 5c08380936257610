"""Parts of a workbook in a zip archive, compressed quickly.

The standard library writes the archive; where zlib-ng is installed its deflate takes half the
time of zlib's for the same size (docs/decisions.md). The same installation gives the same bytes,
any the same parts: every entry is dated 1980-01-01.
"""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING, Any

try:
    from zlib_ng import zlib_ng
except ImportError:  # a machine for which there is no wheel
    zlib_ng = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_LEVEL = 5  # of zlib-ng: as small as 6 of zlib, in half its time
_ZLIB_LEVEL = 6


def write_archive(path: Path, parts: Mapping[str, Iterable[bytes | memoryview]]) -> None:
    """Write an archive of these parts in their order, each given in pieces."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_ZLIB_LEVEL) as archive:
        for name, pieces in parts.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=False) as entry:
                _hasten(entry)
                for piece in pieces:
                    entry.write(piece)


def _hasten(entry: Any) -> None:
    """Let zlib-ng compress an entry: the library has no option for it, so its own is replaced."""
    if zlib_ng is not None and hasattr(entry, "_compressor"):
        entry._compressor = zlib_ng.compressobj(_LEVEL, zlib_ng.DEFLATED, -zlib.MAX_WBITS)

"""What the fast suite tries a part of, and `make verify` whole, by TORIMATOME_EVERY_CASE."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import pipeline.write
from pipeline.write import digest

EVERY_CASE = bool(os.environ.get("TORIMATOME_EVERY_CASE"))
_AT_LEAST = 8


def examples(whole: int) -> int:
    """Give how many examples by chance a property is asked about: a third of them here."""
    return whole if EVERY_CASE else max(whole // 3, min(whole, _AT_LEAST))


_written: set[str] = set()


@contextmanager
def workbooks_once(test: str) -> Iterator[None]:
    """Let the first run that bears this name write its workbooks, and all others empty files.

    More than half of a small run's time goes into 集計 and 概要版; whoever opens one fails.
    """
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((pipeline.write, "write_workbook"), (digest, "write_digest")):
            write = partial(_once, f"{test} {name}", getattr(module, name))
            if not EVERY_CASE:
                patch.setattr(module, name, write)
        yield


def _once(test: str, write: Any, report: object, path: Path, *given: Any, **named: Any) -> None:
    if test in _written:
        path.write_bytes(b"")
    else:
        _written.add(test)
        write(report, path, *given, **named)

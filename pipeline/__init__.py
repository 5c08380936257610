"""torimatome: consolidates returned official Excel checklists into one workbook.

For programs: `aggregate` a month, `read` the answers of one return; docs/api.md has both.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.api import Result, aggregate, read
    from pipeline.errors import ExitCode, TorimatomeError

__version__ = "0.1.0"
__all__ = ["ExitCode", "Result", "TorimatomeError", "aggregate", "read"]

_ROOMS = {"ExitCode": "pipeline.errors", "TorimatomeError": "pipeline.errors"}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is: `import pipeline` alone costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ROOMS.get(name, "pipeline.api")), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

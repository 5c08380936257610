"""torimatome: consolidates returned official Excel checklists into one workbook.

For programs: `aggregate` a month, `read` the answers of one return; docs/api.md has both.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.api import Result, aggregate, read  # noqa: TC004 - see `__getattr__`
    from pipeline.errors import ExitCode, TorimatomeError  # noqa: TC004 - the same

__version__ = "0.1.0"
__all__ = ["ExitCode", "Result", "TorimatomeError", "aggregate", "read"]

_ROOMS = {"ExitCode": "pipeline.errors", "TorimatomeError": "pipeline.errors"}


class _Package(ModuleType):
    """Imports what is asked for when it is: `import pipeline` alone costs nothing.

    ``read`` is the function, also once the stage of that name is loaded: Python then sets its
    module here, which nobody inside asks for (stages are named by `from pipeline.read import …`).
    """

    def __getattr__(self, name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_ROOMS.get(name, "pipeline.api")), name)

    def __setattr__(self, name: str, value: object) -> None:
        if not (name == "read" and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *__all__})


sys.modules[__name__].__class__ = _Package

"""Tables of words that stand beside a module, in TOML: data that people proofread and add to."""

import tomllib
from pathlib import Path
from typing import Any


def table_of(module: str, name: str = "") -> dict[str, Any]:
    """Read the table of a module (its ``__file__``): of its own name, or another one beside it."""
    path = Path(module).with_suffix(".toml")
    return tomllib.loads((path.with_stem(name) if name else path).read_text(encoding="utf-8"))

"""What each kind of file is called, and what to do with one that cannot be read (kinds.toml)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.model import FileKind


@dataclass(frozen=True, slots=True, kw_only=True)
class KindWords:
    """The words of one kind; kinds.toml says what each is for."""

    name: str
    what: str = ""
    step: str = ""
    ask: str = ""
    holds: bool = False


def _load() -> Mapping[FileKind, KindWords]:
    path = Path(__file__).with_name("kinds.toml")
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    return {kind: KindWords(**written[kind.value]) for kind in FileKind}


KINDS = _load()

"""What each kind of file is called, and what to do with one that cannot be read (kinds.toml)."""

from dataclasses import dataclass

from pipeline.model import FileKind
from pipeline.texts.tables import table_of


@dataclass(frozen=True, slots=True, kw_only=True)
class KindWords:
    """The words of one kind; kinds.toml says what each is for."""

    name: str
    what: str = ""
    step: str = ""
    ask: str = ""
    holds: bool = False


_WRITTEN = table_of(__file__)
KINDS = {kind: KindWords(**_WRITTEN[kind]) for kind in FileKind}

"""Why a file could not be read, in words (unreadable.toml and kinds.toml)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.model import Unreadable, UnreadableReason
from pipeline.rules.kinds import KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonWords:
    """The words of one reason; unreadable.toml says what each is for."""

    code: str
    what: str
    step: str
    ask: str = ""


def _load() -> Mapping[UnreadableReason, ReasonWords]:
    path = Path(__file__).with_name("unreadable.toml")
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    return {reason: ReasonWords(**written[reason.value]) for reason in UnreadableReason}


REASONS = _load()


def words_of(content: Unreadable) -> ReasonWords:
    """Give the words for a file that could not be read."""
    words = REASONS[content.reason]
    kind = KINDS[content.kind]
    if content.reason is not UnreadableReason.BROKEN or not kind.what:
        return words
    return replace(words, what=kind.what, step=kind.step or words.step, ask=kind.ask or words.ask)

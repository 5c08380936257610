"""Why a file could not be read, in words (unreadable.toml and kinds.toml)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.model import FileKind, Unreadable, UnreadableReason
from pipeline.rules.kinds import KINDS
from pipeline.texts.tables import table_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonWords:
    """The words of one reason; unreadable.toml says what each is for."""

    code: str
    what: str
    step: str
    ask: str = ""


_WRITTEN = table_of(__file__)
_OF_MAILS = {UnreadableReason(reason): ReasonWords(**w) for reason, w in _WRITTEN["mail"].items()}
_MAILS = {FileKind.MAIL, FileKind.ATTACHMENTS}
REASONS: Mapping[UnreadableReason, ReasonWords] = {
    reason: ReasonWords(**_WRITTEN[reason.value]) for reason in UnreadableReason
}


def words_of(content: Unreadable) -> ReasonWords:
    """Give the words for a file that could not be read."""
    words = REASONS[content.reason]
    if content.kind in _MAILS:
        return _OF_MAILS.get(content.reason, words)
    kind = KINDS[content.kind]
    if content.reason is not UnreadableReason.BROKEN or not kind.what:
        return words
    return replace(words, what=kind.what, step=kind.step or words.step, ask=kind.ask or words.ask)

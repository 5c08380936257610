"""The facts of a note (補足説明欄)."""

from dataclasses import replace

from pipeline.model import Due, DueSource, Mark, Note, Precision, Status
from pipeline.months import find_months
from pipeline.text import fold

_EMPTY = frozenset(("", "なし", "無し", "特になし", "-", "特に無し"))


def read_note(text: str, *, month: str) -> Note:
    """Read a note cell; ``month`` is the collection month, YYYY-MM. Total."""
    return Note(raw=text, empty=fold(text) in _EMPTY, months=find_months(text, month))


def effective_due(mark: Mark, note: Note) -> Due:
    """Give the mark's due or, where ② names none, the one month its note names."""
    if mark.status is not Status.PLANNED or mark.due.month:
        return mark.due
    if len({due.month for due in note.months}) != 1:
        return mark.due
    return replace(note.months[0], source=DueSource.NOTE)


__all__ = ["Precision", "effective_due", "read_note"]

"""What came of reading a file, as bytes and back."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from types import GenericAlias
from typing import Any, get_type_hints

from pipeline.frame.answers import StoredAnswers
from pipeline.frame.findings import FIELDS
from pipeline.frame.packing import as_bytes, made_of
from pipeline.model import Finding, Location, NotChecklist, Outcome, Skipped, Submission


def as_told(outcomes: Sequence[Outcome]) -> bytes | None:
    """Give what came of a file as bytes; None where it should be read again next time.

    So it is with what could not be read, and where bytes cannot say it.
    """
    try:
        return as_bytes([_parts(outcome) for outcome in outcomes])
    except (_NotToldError, UnicodeEncodeError):
        return None


class _NotToldError(Exception):
    pass


def _parts(outcome: Outcome) -> tuple[Any, ...]:
    """Give one outcome in the place of its kind; see `_reader`."""
    match outcome:
        case Submission(answers=StoredAnswers() as answers):
            return replace(outcome, answers=()), answers.parts, None, None
        case NotChecklist():
            return None, None, outcome, None
        case Skipped():
            return None, None, None, outcome
    raise _NotToldError


@cache
def _reader() -> Any:
    column = tuple[Any, ...]  # texts, truth values and None
    hints = {**get_type_hints(Finding), **get_type_hints(Location)}
    found = GenericAlias(tuple, tuple(GenericAlias(tuple, (hints[n], ...)) for n in FIELDS))
    answers = GenericAlias(tuple, (int, tuple[column, ...], bytes, found | None))
    kinds = (Submission, answers, NotChecklist, Skipped)
    return made_of(GenericAlias(list, GenericAlias(tuple, tuple(k | None for k in kinds))))


def of_told(told: bytes) -> tuple[Outcome, ...]:
    """Give what came of a file. Raises MsgspecError where the bytes do not say it."""
    return tuple(
        replace(submission, answers=StoredAnswers(*answers)) if submission else nothing or skipped
        for submission, answers, nothing, skipped in _reader().decode(told)
    )

"""The month in a mark or a note. Fiscal years run April to March."""

from pipeline.model import Due, DueProblem


def read_due(text: str, month: str) -> Due:
    """Read the month written beside ②; ``month`` is the collection month, YYYY-MM."""
    del text, month
    return Due(problem=DueProblem.MISSING)


def find_months(text: str, month: str) -> tuple[Due, ...]:
    """Give every distinct month a note names."""
    del text, month
    return ()

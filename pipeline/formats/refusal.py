"""How the readers give up on a file: one exception, caught by `read_workbook` alone."""

from pipeline.model import UnreadableReason


class Refused(Exception):  # noqa: N818 - it says what happened to the file, not that we erred
    """The file cannot or must not be read. ``detail`` is for developers, in English."""

    def __init__(self, reason: UnreadableReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def broken(detail: str) -> Refused:
    """Give the refusal of a file that is damaged."""
    return Refused(UnreadableReason.BROKEN, detail)


def too_large(detail: str) -> Refused:
    """Give the refusal of a file over a limit."""
    return Refused(UnreadableReason.TOO_LARGE, detail)


def unsafe(detail: str) -> Refused:
    """Give the refusal of a file that no honest program writes."""
    return Refused(UnreadableReason.UNSAFE, detail)

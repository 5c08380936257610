"""Exit codes and the one exception that may reach a person.

The codes are a stable interface (docs/cli.md): scripts that call torimatome rely on them.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller."""

    OK = 0  # every file was read
    SOME_UNREADABLE = 1  # the workbook was written, but some file could not be read
    USAGE = 2  # the command line or a settings file is wrong
    NOTHING_WRITTEN = 3  # nothing was written; the old month stands as it was
    FINDINGS = 4  # only with --fail-on: written, and a finding of that severity exists
    INTERRUPTED = 130  # Ctrl-C; the old month stands as it was


class TorimatomeError(Exception):
    """A failure to tell a coordinator about, in plain Japanese and with the next step.

    ``message`` is shown as it stands; it never carries a traceback.
    """

    def __init__(self, message: str, exit_code: ExitCode = ExitCode.NOTHING_WRITTEN) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[type["TorimatomeError"], tuple[str, ExitCode]]:
        """Cross a process border with the exit code, not only with the message."""
        return (type(self), (self.message, self.exit_code))

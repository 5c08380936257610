"""What a month as a whole is warned of: on the cover and on the terminal, one line a matter."""

from collections import defaultdict
from collections.abc import Iterable

from pipeline.model import Finding, Severity
from pipeline.rules.words import listed

# Findings that put the whole month in doubt: earlier data changed, files counted twice or not
# read, words of the coordinator that were not used.
_CODES = ("M701", "B514", "F111", "C801")


def alerts(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Give a line for each matter, with the files it is about and what to do."""
    about: defaultdict[tuple[int, str, str], list[str]] = defaultdict(list)
    for finding in findings:
        if finding.code in _CODES and finding.severity is not Severity.INFO:
            key = (_CODES.index(finding.code), finding.problem, finding.fix)
            about[key].append(finding.head if finding.code == "C801" else finding.location.file)
    return tuple(
        f"{listed(files, '件', limit=3)}: {problem}{fix}"
        for (_, problem, fix), files in sorted(about.items())
    )

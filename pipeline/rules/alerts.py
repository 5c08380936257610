"""What a month as a whole is warned of: on the cover and on the terminal, one line a matter."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from pipeline.frame.findings import findings_of
from pipeline.model import Finding, Severity
from pipeline.rules import RULES
from pipeline.rules.words import listed

_ALERTING = frozenset(code for code, rule in RULES.items() if rule.alert)


def alerts(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Give a line for each matter, with the files it is about and what to do.

    Such are the findings that put the whole month in doubt: earlier data changed, files counted
    twice or not read, words of the coordinator that were not used.
    """
    about: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    found = findings_of(findings)
    asked = found.where("code", _ALERTING) & ~found.where("severity", (Severity.INFO,))
    for finding in found.at(np.flatnonzero(asked).tolist()):
        told = finding.head if finding.subject or finding.location.cell else ""
        about[finding.code, finding.problem, finding.fix].append(told or finding.location.file)
    order = list(RULES)
    return tuple(
        f"{listed(files, '件', limit=3)}: {problem}{fix}"
        for (_, problem, fix), files in sorted(
            about.items(), key=lambda pair: order.index(pair[0][0])
        )
    )

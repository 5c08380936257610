"""How much of what a coordinator wrote was used, and where the rest stands in the new form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.model.review import EntryCount
from pipeline.rules import RULES, About

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.model import Finding
    from pipeline.model.review import Reviewed

_LATE = "R607"  # told of on its own


def count_entries(reviewed: Reviewed, findings: Iterable[Finding]) -> EntryCount:
    """Count the rows with a decision that is in force, and name those that cannot be used.

    ``findings`` point to the new form, where people will look.
    """
    used = {
        (bound.entry.location.sheet, bound.entry.location.cell)
        for bound in reviewed.bound
        if bound.decision and bound.standing and bound.entry.places
    }
    rows = {
        (finding.location.sheet, int(found[0]))
        for finding in findings
        if RULES[finding.code].about is About.FORM
        and finding.code != _LATE
        and (found := re.search(r"[0-9]+", finding.location.cell))
    }
    return EntryCount(used=len(used), unusable=tuple(sorted(rows)))

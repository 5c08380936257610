"""How much of what a coordinator wrote was used, and where the rest stands in the new form."""

import re

import numpy as np

from pipeline.frame.findings import Findings
from pipeline.model.review import EntryCount
from pipeline.review.settled import Reviewed
from pipeline.rules import OF_THE_FORM

_LATE = "R607"  # told of on its own


def count_entries(reviewed: Reviewed, findings: Findings) -> EntryCount:
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
        for finding in findings.at(np.flatnonzero(findings.where("code", OF_THE_FORM)).tolist())
        if finding.code != _LATE and (found := re.search(r"[0-9]+", finding.location.cell))
    }
    return EntryCount(used=len(used), unusable=tuple(sorted(rows)))

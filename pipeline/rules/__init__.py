"""The catalogue of findings: every rule once, in the order of its code.

A code is for ever: never reused, never renumbered. `RETIRED` holds the numbers that may not
come back.
"""

from pipeline.model.report_rows import RuleRow
from pipeline.rules import (  # a rule enters itself where its module is imported
    answers,
    arrival,
    batch,
    bundles,
    control,
    due,
    entries,
    files,
    identity,
    layout,
    mailed,
    notes,
    opening,
    past,
    places,
    returns,
    rows,
)
from pipeline.rules.page import page_of, row_of
from pipeline.rules.registry import (
    DECLARED,
    About,
    Context,
    Decided,
    Effect,
    Example,
    Hit,
    Rule,
    Threshold,
    Thresholds,
    register,
)

# Withdrawn before the first release, when their cases went to another rule.
RETIRED = {
    "F109": "欠番",
    "A310": "欠番",
    "B508": "欠番",
}


RULES = register(DECLARED, RETIRED)

OF_THE_FORM = frozenset(code for code, rule in RULES.items() if rule.about is About.FORM)

DEFAULT_THRESHOLDS = {
    threshold.name: threshold.default for rule in RULES.values() for threshold in rule.thresholds
}


def rules_table() -> tuple[RuleRow, ...]:
    """Give every rule as a row of the legend, in the order of the catalogue."""
    return tuple(row_of(rule) for rule in RULES.values())


def rule_text(code: str) -> str:
    """Give the page of one rule in plain Japanese. KeyError for a code that does not exist."""
    return page_of(RULES[code])

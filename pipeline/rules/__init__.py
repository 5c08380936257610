"""The catalogue of findings: every rule once, in the order of its code.

A code is for ever: never reused, never renumbered. `RETIRED` holds the numbers that may not
come back.
"""

from pipeline.model.report import RuleRow
from pipeline.rules import (
    answers,
    batch,
    control,
    due,
    entries,
    files,
    identity,
    layout,
    notes,
    past,
    places,
    returns,
)
from pipeline.rules.page import page_of, row_of, whole_page
from pipeline.rules.registry import (
    Context,
    Example,
    Hit,
    Rule,
    Threshold,
    Thresholds,
    register,
)

__all__ = [
    "DEFAULT_THRESHOLDS",
    "RETIRED",
    "RULES",
    "Context",
    "Example",
    "Hit",
    "Rule",
    "RuleRow",
    "Threshold",
    "Thresholds",
    "render_rules_page",
    "rule_text",
    "rules_table",
]

# Withdrawn before the first release, when their cases went to another rule.
RETIRED = {
    "F109": "欠番",
    "A310": "欠番",
    "B508": "欠番",
}


def _by_code(*modules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Give the rules of one family, which several modules declare, in the order of their codes."""
    rules = (rule for module in modules for rule in module)
    return tuple(sorted(rules, key=lambda rule: rule.code))


_FAMILIES = (
    files.RULES,
    _by_code(layout.RULES, places.RULES, identity.IN_FORM),
    _by_code(answers.RULES, due.RULES),
    notes.RULES,
    _by_code(batch.RULES, returns.RULES, identity.RULES),
    entries.RULES,
    past.RULES,
    control.RULES,
)

RULES = register((rule for family in _FAMILIES for rule in family), RETIRED)

DEFAULT_THRESHOLDS = {
    threshold.name: threshold.default for rule in RULES.values() for threshold in rule.thresholds
}


def rules_table() -> tuple[RuleRow, ...]:
    """Give every rule as a row of the legend, in the order of the catalogue."""
    return tuple(row_of(rule) for rule in RULES.values())


def rule_text(code: str) -> str:
    """Give the page of one rule in plain Japanese. KeyError for a code that does not exist."""
    return page_of(RULES[code])


def render_rules_page() -> str:
    """Give docs/rules.md."""
    return whole_page(tuple(RULES.values()), RETIRED)

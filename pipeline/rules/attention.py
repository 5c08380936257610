"""What matters most this month (今月見るべき件): one choice for はじめに, 概況 and terminal."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.model import Batch, Finding, FindingGroup, Severity
from pipeline.rules import RULES
from pipeline.rules.grouping import alike, grouped
from pipeline.rules.registry import About, Effect
from pipeline.rules.words import listed, quote

LINES = 10
LINES_PER_CODE = 3  # a code takes no more as long as others have something to say
MISSING = "B501"
_EFFECTS, _ABOUT, _SEVERITIES = tuple(Effect), tuple(About), tuple(Severity)


def attention(
    findings: Iterable[Finding], batch: Batch, limit: int = LINES
) -> tuple[FindingGroup, ...]:
    """Choose at most ``limit`` lines of those that somebody has to act on, the gravest first.

    A line is one code in one file; 未提出 of all respondents is one. They are ordered by what
    they do to the figures, by severity, by what they are about (whole files before single
    items), and then by the number of cells. A code takes at most three lines as long as other
    codes have something to say.
    """
    missing: list[Finding] = []
    others: list[Finding] = []
    for finding in findings:
        if finding.severity is not Severity.INFO:
            (missing if finding.code == MISSING else others).append(finding)
    ranked = sorted([*([missing] if missing else []), *alike(others)], key=_rank)
    taken: Counter[str] = Counter()
    chosen: list[Sequence[Finding]] = []
    spare: list[Sequence[Finding]] = []
    for members in ranked:
        code = members[0].code
        taken[code] += 1
        (chosen if taken[code] <= LINES_PER_CODE else spare).append(members)
    kept = {id(members) for members in (chosen + spare)[:limit]}
    return tuple(
        _missing_line(members, batch) if members is missing else grouped(members)
        for members in ranked
        if id(members) in kept
    )


def _rank(members: Sequence[Finding]) -> tuple[int, ...]:
    rule, severity = RULES[members[0].code], members[0].severity
    return (
        _EFFECTS.index(rule.effect),
        _SEVERITIES.index(severity),
        _ABOUT.index(rule.about),
        -len(members),
    )


def _missing_line(missing: Sequence[Finding], batch: Batch) -> FindingGroup:
    first = missing[0]
    answered = sum(counted.respondent.on_roster is not False for counted in batch.submissions)
    names = listed([quote(finding.respondent) for finding in missing], "団体")
    asked = f"{answered + len(missing)}団体のうち{len(missing)}団体"
    several = len(missing) > 1
    line = replace(
        first,
        respondent=f"{len(missing)}団体" if several else first.respondent,
        respondent_id="" if several else first.respondent_id,
        told=f"{asked}が未提出です（{names}）。",
        fix=RULES[MISSING].general_fix,
    )
    return FindingGroup(line=line, findings=tuple(missing))

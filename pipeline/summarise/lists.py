"""Choose and order what a person reads: the findings that matter, open work."""

from collections import Counter

from pipeline.model import Finding, Severity, Status
from pipeline.model.report import AnswerRow, CodeCount, ItemTotal, RespondentTotal

TOP = 10
_SEVERITIES = tuple(Severity)


def choose_attention(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Choose ten findings: the gravest severity first, whole files before single cells.

    At most two of one code, so that one kind of slip does not fill the list; where that leaves
    places free, the next in line fill them. INFO is never chosen: there is nothing to do.
    """
    order = sorted(
        (finding for finding in findings if finding.severity is not Severity.INFO),
        key=lambda finding: (_SEVERITIES.index(finding.severity), bool(finding.item_id)),
    )
    seen: Counter[str] = Counter()
    first: list[Finding] = []
    later: list[Finding] = []
    for finding in order:
        seen[finding.code] += 1
        (first if seen[finding.code] <= 2 else later).append(finding)
    return tuple((first + later)[:TOP])


def count_codes(findings: tuple[Finding, ...]) -> tuple[CodeCount, ...]:
    """Count findings by code: the gravest severity first, then the most frequent."""
    heads = {finding.code: finding for finding in findings}
    counts = Counter(finding.code for finding in findings)
    totals = [
        CodeCount(code=code, severity=head.severity, title=head.title, count=counts[code])
        for code, head in heads.items()
    ]
    return tuple(sorted(totals, key=lambda t: (_SEVERITIES.index(t.severity), -t.count, t.code)))


def list_least_done(items: tuple[ItemTotal, ...]) -> tuple[ItemTotal, ...]:
    """Give the ten items with the lowest share done; equal shares in form order."""
    known = [total for total in items if total.counts.done_share is not None]
    return tuple(sorted(known, key=lambda total: total.counts.done_share or 0.0)[:TOP])


def list_most_open(respondents: tuple[RespondentTotal, ...]) -> tuple[RespondentTotal, ...]:
    """Give the ten respondents with the most answers not yet done; equal ones in order."""
    return tuple(sorted(respondents, key=lambda t: (-t.counts.open, t.number))[:TOP])


def order_planned(answers: tuple[AnswerRow, ...]) -> tuple[int, ...]:
    """Give the planned answers by month, those overdue thereby first; without a month last."""
    planned = [index for index, row in enumerate(answers) if row.status is Status.PLANNED]
    return tuple(
        sorted(planned, key=lambda index: (not answers[index].due, answers[index].due, index))
    )

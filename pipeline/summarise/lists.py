"""Order what a person reads: findings by code, open work, plans."""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from pipeline.frame.columns import Frame
from pipeline.frame.findings import Findings
from pipeline.model import Severity, Status
from pipeline.model.report import CodeCount, ItemTotal, RespondentTotal

TOP = 10
_SEVERITIES = tuple(Severity)


def count_codes(findings: Findings) -> tuple[CodeCount, ...]:
    """Count findings by code: the gravest severity first, then the most frequent."""
    codes, severities, titles = (findings.frame[name] for name in ("code", "severity", "title"))
    heads = dict(zip(codes, zip(severities, titles, strict=True), strict=True))
    counts = Counter(codes)
    return sorted_codes(
        CodeCount(code=code, severity=severity, title=title, count=counts[code])
        for code, (severity, title) in heads.items()
    )


def sorted_codes(totals: Iterable[CodeCount]) -> tuple[CodeCount, ...]:
    """Give counts of codes, the gravest severity first, then the most frequent."""
    return tuple(sorted(totals, key=lambda t: (_SEVERITIES.index(t.severity), -t.count, t.code)))


def list_least_done(items: tuple[ItemTotal, ...]) -> tuple[ItemTotal, ...]:
    """Give the ten items with the lowest share done; equal shares in form order."""
    known = [total for total in items if total.counts.done_share is not None]
    return tuple(sorted(known, key=lambda total: total.counts.done_share or 0.0)[:TOP])


def list_most_open(respondents: tuple[RespondentTotal, ...]) -> tuple[RespondentTotal, ...]:
    """Give the ten respondents with the most answers not yet done; equal ones in order."""
    return tuple(sorted(respondents, key=lambda t: (-t.counts.open, t.number))[:TOP])


def order_planned(frame: Frame) -> tuple[int, ...]:
    """Give the planned answers by month, those overdue thereby first; without a month last."""
    rows = np.flatnonzero(frame["status"].where(lambda status: status is Status.PLANNED))
    dues = zip(frame["due"].take(rows), rows.tolist(), strict=True)
    return tuple(row for _, row in sorted(dues, key=lambda each: (not each[0], *each)))

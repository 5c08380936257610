"""How many had returned by each day, as far as mails tell it."""

from collections import Counter
from datetime import date, timedelta

from pipeline.inbox.arrival import arrivals
from pipeline.model import Batch
from pipeline.model.report import DayTotal

_LONGEST = 62  # days; of a longer time only those on which something came


def progress(batch: Batch) -> tuple[DayTotal, ...]:
    """Give the days from the first return to the last, with the returns there were by each.

    Empty where fewer than two days are known: that is no progress to look at.
    """
    came = Counter(one.received[:10] for one in arrivals(batch).values() if one.received)
    if len(came) < 2:
        return ()
    first, last = (date.fromisoformat(day) for day in (min(came), max(came)))
    span = (last - first).days
    days = sorted(came)
    if span <= _LONGEST:
        days = [(first + timedelta(days=n)).isoformat() for n in range(span + 1)]
    totals: list[DayTotal] = []
    for day in days:
        before = totals[-1].total if totals else 0
        totals.append(DayTotal(day=day, total=before + came[day]))
    return tuple(totals)

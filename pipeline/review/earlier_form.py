"""What somebody wrote into an earlier month's 確認票 after this month had taken it over.

This month's form carries every entry on, and is the one that is read. What came later into the
form before it would be used by nobody: it is told, and never taken over by itself, since it may
be the very entry that was taken back here.
"""

from dataclasses import replace

from pipeline.model import Batch
from pipeline.model.batch import EntryProblem
from pipeline.model.review import Entry, Review
from pipeline.review.decide import respondents_of
from pipeline.review.settled import Reviewed
from pipeline.review.verdicts import EntryError, decision_of
from pipeline.texts.calendar import month_words


def overlooked(now: Review, earlier: Review, batch: Batch) -> tuple[Entry, ...]:
    """Give the entries of ``earlier`` that stand in ``now`` with other words or not at all."""
    known = {_said(entry, batch) for entry in now.entries}
    return tuple(
        entry
        for entry in earlier.entries
        if any(entry.written) and _said(entry, batch) not in known
    )


def with_overlooked(reviewed: Reviewed, entries: tuple[Entry, ...], *, month: str) -> Reviewed:
    """Give the month with a problem for each such entry. ``month`` is that of their form."""
    if not entries:
        return reviewed
    people = respondents_of(reviewed.source)
    problems = {
        entry.location: EntryProblem(
            code="R607",
            location=entry.location,
            respondent=people.get(entry.key.subject) if entry.key else None,
            item_id=entry.key.item_id if entry.key and not entry.shared else "",
            written=entry.text("判断"),
            fields={"earlier": month_words(month), "now": month_words(reviewed.source.month)},
        )
        for entry in entries
    }
    batch = reviewed.batch
    return replace(
        reviewed, batch=replace(batch, entry_problems=(*batch.entry_problems, *problems.values()))
    )


def _said(entry: Entry, batch: Batch) -> tuple[object, ...]:
    """Give what an entry is about and says; months as they are understood, however written."""
    if entry.key is None:
        return (entry.facts[2:6], entry.written)  # code, respondent, item, what was written
    about = entry.key._replace(digest="")  # a form handed out may word an answer anew
    try:
        decision = decision_of(about, entry, batch)
    except EntryError:
        decision = None
    return (about, decision or entry.written)

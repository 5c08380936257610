"""Decisions of the office that counted a return: what it let stand, stands here as well."""

from dataclasses import replace

from pipeline.model.review import Decision, ReviewKey, Verdict
from pipeline.review.settled import Reviewed


def with_accepted(reviewed: Reviewed) -> Reviewed:
    """Add what other offices accepted of the returns they sealed; our own decisions go first.

    Such a decision is bound to what was written, as our own are: where the answer is another one
    by now, it says nothing.
    """
    theirs = {
        ReviewKey(counted.respondent.id, one.item_id, one.code, one.digest): Decision(
            key=ReviewKey(counted.respondent.id, one.item_id, one.code, one.digest),
            verdict=Verdict.ACCEPT,
            reason=one.reason,
            by=one.by or sealed.office,
            on=one.on,
        )
        for counted in reviewed.source.submissions
        if (sealed := counted.submission.sealed) is not None
        for one in sealed.accepted
    }
    if not theirs:
        return reviewed
    return replace(reviewed, decisions={**theirs, **reviewed.decisions})

"""確認票: read what a coordinator decided, carry it out, and lay out the form for the next time.

An entry is bound to a respondent, an item and what was written there. As long as that is the
same, it holds from month to month; once it is another, the finding comes up again as 再確認.
No entry is ever dropped: what cannot be carried out stands in the next form as it was written.

Modules: `keys` binds findings, `entries` reads the form, `verdicts` one entry of it, `decide`
carries it out, `account` counts what was used, `choices` tells which of several files counts,
`earlier_form` what came too late into an earlier form, `states` follows findings from run to run,
`form` lays out the next form, and `lines` and `bulk` join its rows.
"""

from pipeline.review.accepted import with_accepted
from pipeline.review.account import count_entries
from pipeline.review.choices import with_years
from pipeline.review.decide import apply_review
from pipeline.review.earlier_form import overlooked, with_overlooked
from pipeline.review.entries import (
    at_present_ids,
    find_form,
    form_source,
    insist_unchanged,
    read_review,
)
from pipeline.review.form import lay_out, relocated
from pipeline.review.states import finding_states, past_findings
from pipeline.review.verdicts import given_bodies

"""Judge a month: its findings, what 確認票 decides of them, and what is left for the next one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pipeline.errors import TorimatomeError
from pipeline.formats import read_texts
from pipeline.forms.editions import in_edition
from pipeline.frame.answers import answers_of
from pipeline.frame.columns import Frame
from pipeline.frame.findings import Findings
from pipeline.history.continuity import continued
from pipeline.history.earlier import in_light_of, load_history, previous_month
from pipeline.model import Batch, Checklist, Respondent, SourceFile
from pipeline.model.history import History
from pipeline.model.review import Decision, EntryCount, Review, ReviewForm, ReviewKey
from pipeline.review import (
    apply_review,
    at_present_ids,
    count_entries,
    find_form,
    finding_states,
    form_source,
    given_bodies,
    lay_out,
    overlooked,
    past_findings,
    read_review,
    relocated,
    with_accepted,
    with_overlooked,
    with_years,
)
from pipeline.review.settled import Reviewed
from pipeline.rules.check import check
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The second part of a run: decisions carried out, findings with states, the next 確認票.

    ``frame`` are the answers of the batch. ``open`` are the findings for somebody to act on,
    ``done`` those that need nothing more.
    ``source`` is the 確認票 that was read, None where there is none yet; ``entries`` tells how
    much of it was used.
    """

    batch: Batch
    frame: Frame
    open: Findings
    done: Findings
    form: ReviewForm
    source: SourceFile | None
    entries: EntryCount
    decisions: Mapping[ReviewKey, Decision]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadForm:
    """確認票 as it was read; ``source`` is None where there is none yet."""

    source: SourceFile | None = None
    review: Review = field(default_factory=Review)

    @property
    def given(self) -> Mapping[str, str]:
        """Give the body to which the form gives a file, by what stands for the file."""
        return given_bodies(self.review)


def read_form(settings: Settings) -> ReadForm:
    """Read the 確認票 that this month goes by; it tells whose files are, too.

    Raises TorimatomeError where the form cannot be read: it is never written over then.
    """
    form = find_form(settings.outbox, settings.month)
    source = form_source(form, settings.outbox) if form else None
    if source is None:
        return ReadForm()
    workbook = read_texts(source, limits=settings.limits)
    return ReadForm(source=source, review=read_review(workbook))


def earlier_months(
    settings: Settings, checklist: Checklist, units: Iterable[Respondent]
) -> History:
    """Give the months before, with items and units called as this month calls them."""
    history = load_history(
        settings.outbox,
        settings.month,
        checklist=checklist.id,
        previous=settings.previous or None,
    )
    return continued(in_edition(history, checklist), units)


def judge(batch: Batch, read: ReadForm, settings: Settings, history: History) -> Judged:
    """Check a month, carry out what 確認票 says, and give every finding its state."""
    past = history.compare_with
    previous = previous_month(history)
    batch = in_light_of(batch, history, settings.inbox)
    frame = answers_of(batch.submissions)
    raw = check(batch, settings.rules, previous=previous, frame=frame)
    source, review = read.source, read.review
    if source is not None:
        review = at_present_ids(review, *history.since(source.location.parent.name))
    reviewed = with_years(apply_review(batch, raw, review, past=past, frame=frame), history)
    reviewed, carried = _with_earlier_form(reviewed, review, source, settings, history)
    reviewed = with_accepted(reviewed)
    findings = raw
    if reviewed.changed:
        frame = answers_of(reviewed.batch.submissions)
    if reviewed.says_otherwise:
        findings = check(reviewed.batch, settings.rules, previous=previous, frame=frame)
    settled = finding_states(
        findings,
        reviewed,
        earlier=past_findings(settings.outbox / past.month, past) if past else (),
        before=past_findings(settings.outbox / settings.month),
        off=settings.rules.off,
    )
    laid_out = replace(lay_out(settled, reviewed, made_at=settings.made_at), carried=carried)
    told = relocated(settled.open, laid_out)
    return Judged(
        batch=reviewed.batch,
        frame=frame,
        open=told,
        done=settled.closed.before(settled.resolved),
        form=laid_out,
        source=source,
        entries=count_entries(reviewed, told),
        decisions=reviewed.decisions,
    )


def _with_earlier_form(
    reviewed: Reviewed,
    review: Review,
    source: SourceFile | None,
    settings: Settings,
    history: History,
) -> tuple[Reviewed, str]:
    """Tell what was written into the earlier 確認票 since it was taken over, and which that is.

    Only a form that is not the one taken over is read again; one that cannot be read is left.
    """
    earlier = find_form(settings.outbox, settings.month, earlier=True)
    if earlier is None or source is None:
        return reviewed, review.carried
    try:
        found = form_source(earlier, settings.outbox)
        stamp = f"{earlier.parent.name}:{found.sha256}"
        if source.location == earlier or review.carried == stamp:
            return reviewed, stamp
        written = read_review(read_texts(found, limits=settings.limits))
        written = at_present_ids(written, *history.since(earlier.parent.name))
    except TorimatomeError:
        return reviewed, review.carried
    late = overlooked(review, written, reviewed.source)
    if not late:
        return reviewed, stamp
    return with_overlooked(reviewed, late, month=earlier.parent.name), review.carried

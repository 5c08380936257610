"""A return completed by slips and by returns that answer what it left blank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.assemble.joining import Joined, join, with_note_of
from pipeline.model import Answer, Doubt, Status, Submission
from pipeline.texts.calendar import month_words
from pipeline.texts.folding import is_blank
from pipeline.texts.notes import effective_due

Given = dict[str, tuple[str, ...]]  # key of a return -> the items whose answers count from it


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which returns count together, which are older, and why.

    ``older`` are layers of replaced forms, newest first; ``because`` gives the words of the proof
    by key. ``beside`` are slips of which nothing tells whether they came before or after the
    forms, ``over`` those that came after, in layers, oldest first; ``passed`` are older slips and
    ``unfilled`` say nothing. ``replaced`` are the forms that a live one is proven to follow, by
    its key; ``chained`` are those that only a replaced one is proven to follow: by proofs of
    different kinds, so that no live one is known to be later than they are. ``followed`` gives, by
    the key of a live form, the live ones proven to follow it: where proofs go round in a circle.
    """

    live: tuple[Submission, ...]
    older: tuple[tuple[Submission, ...], ...] = ()
    because: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[Submission, ...] = ()
    over: tuple[tuple[Submission, ...], ...] = ()
    passed: tuple[Submission, ...] = ()
    unfilled: tuple[Submission, ...] = ()
    replaced: Mapping[str, Sequence[Submission]] = field(default_factory=dict)
    chained: tuple[Submission, ...] = ()
    followed: Mapping[str, Sequence[Submission]] = field(default_factory=dict)


def complete(form: Submission, older: Sequence[Sequence[Submission]], month: str) -> Submission:
    """Take the items the form does not contain from the newest older forms that have the row."""
    answers = {answer.item_id: answer for answer in form.answers}
    repeated = list(form.repeated)
    for layer in older:
        before = join(layer, month=month).submission
        taken = [
            theirs
            for theirs in before.answers
            if theirs.has_row and not answers[theirs.item_id].has_row
        ]
        answers.update((answer.item_id, answer) for answer in taken)
        ids = {answer.item_id for answer in taken}
        repeated += [each for each in before.repeated if each.item_id in ids]
    return replace(
        form,
        answers=tuple(answers[answer.item_id] for answer in form.answers),
        repeated=tuple(repeated),
    )


def answer_slips(
    form: Submission, standing: Joined, plan: Plan, month: str
) -> tuple[Submission, Given, dict[str, str]]:
    """Lay slips over the form, oldest first: the result, what each gave, and why some gave nothing.

    The answers keep their own place (file and cell). A later slip takes an item from an earlier
    one. A slip older than the form is not laid over it: what was sent whole later stands.
    """
    # Long: what slips give and why some give nothing is told of the same answers.
    main = standing.form.source.shown
    answers = {answer.item_id: answer for answer in form.answers}
    answered: set[str] = set()
    for layer in plan.over:
        ids = {item for slip in layer for item in slip.overrides or ()}
        for theirs in join(layer, month=month).submission.answers:
            if theirs.item_id in ids:
                answers[theirs.item_id] = _overridden(answers[theirs.item_id], theirs)
                answered.add(theirs.item_id)
    over = [slip for layer in plan.over for slip in layer]
    applied = {
        slip.source.key: tuple(
            item for item, answer in answers.items() if slip.source.key in answer.files
        )
        for slip in (*over, *plan.beside)
    }
    stale = {
        slip.source.key: f"差戻し票「{slip.source.shown}」が戻りましたが、"
        f"新しい回答が1つも記入されていないため、「{main}」の回答のままです。"
        for slip in plan.unfilled
    }
    stale |= {
        slip.source.key: f"差戻し票「{slip.source.shown}」より後の「{main}」を集計に入れたため、"
        "この票の回答は使っていません。"
        for slip in plan.passed
    }
    differing = {item for item, answer in answers.items() if answer.mark.doubt is Doubt.RETURNS}
    for slip in (*over, *plan.beside):
        path, key = slip.source.shown, slip.source.key
        if applied[key] or differing & {*(slip.overrides or ())}:
            continue
        stale[key] = f"差戻し票「{path}」の回答は、後の差戻し票の回答に置き換わりました。"
        if slip in plan.beside:
            stale[key] = f"差戻し票「{path}」の回答は、「{main}」の回答と同じです。"
    final = replace(
        form,
        answers=tuple(answers[answer.item_id] for answer in form.answers),
        repeated=tuple(each for each in form.repeated if each.item_id not in answered),
    )
    return final, applied, stale


def _overridden(ours: Answer, theirs: Answer) -> Answer:
    """Lay one line of a slip over an answer: an empty check cell or note leaves the old one."""
    if theirs.mark.status is Status.BLANK:
        answer = replace(with_note_of(theirs, ours), aside=ours.aside or theirs.aside)
    elif is_blank(theirs.note.raw):
        answer = with_note_of(ours, theirs)
    else:
        return theirs
    if answer.mark.doubt is Doubt.RETURNS:
        return answer
    return replace(answer, due=effective_due(answer.mark, answer.note))


def is_prefilled(submission: Submission) -> str:
    """Tell how much of a form that was handed out filled in came back as it was."""
    if not submission.prefilled_from:
        return ""
    kept, items = len(submission.as_handed_out), len(submission.answers)
    month = month_words(submission.prefilled_from)
    if kept == items:
        return f"{month}の回答を入れて配布した様式が、全 {items} 項目とも前月のまま戻りました。"
    return f"{month}の回答を入れて配布した様式です。{kept} 項目は前月のままです。"

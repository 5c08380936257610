"""What counts of one respondent's returns: the newest forms, what they do not contain, and slips.

A form replaces another only where something written proves that it is the later one (see
`succession`). Forms of which none is proven the later all count, item by item: what they agree on
stands, what only one of them answers is taken from there, what they differ on is unclear until
somebody decides (see `joining`). An item that none of them contains at all, no row, is taken from
the next older forms that have the row: a 修正版 with the corrected rows alone must not make the
other answers vanish. A row that is there and blank stays blank; that an older file answers it is
recorded, and nothing is filled in. An untouched form gives nothing. Send-back slips are laid over
the result, item by item, oldest first; one that nothing proves to be the later counts beside the
forms.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from pipeline.assemble.joining import Joined, has_row, join, plainness, with_note_of
from pipeline.assemble.reasons import letter_words, listed_items
from pipeline.assemble.stakeholders import Stakeholder, same_hand
from pipeline.assemble.succession import answered_items, is_untouched, later, layers
from pipeline.model import (
    Answer,
    Doubt,
    FileRecord,
    FileState,
    Outcome,
    Respondent,
    Status,
    Submission,
    return_key,
)
from pipeline.texts.calendar import month_words
from pipeline.texts.folding import is_blank
from pipeline.texts.notes import effective_due

Given = dict[str, tuple[str, ...]]  # key of a return -> the items whose answers count from it


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One respondent's month. ``submission`` is None where only slips came, and nothing to mend.

    ``records`` hold every file once, in no particular order.
    """

    submission: Submission | None
    records: tuple[FileRecord, ...]


def settle(
    same: Sequence[Submission],
    respondents: Mapping[str, Respondent],
    *,
    month: str,
    hands: Mapping[str, Stakeholder] | None = None,
) -> Settled:
    """Give what counts of one respondent's returns, and the record of each of them.

    ``respondents`` go by the key of a return, and so do ``hands``: whose file of the respondent's
    stakeholders it is, as its name says.
    """
    slips = [submission for submission in same if submission.overrides is not None]
    full = [submission for submission in same if submission.overrides is None]
    if not full:
        return Settled(
            submission=None,
            records=tuple(_alone(slip, respondents[slip.source.key]) for slip in slips),
        )
    if len(same) == 1:  # nearly always: nothing to join, and no answer is looked at
        form = full[0]
        reason = f"集計に入れました。{_counted_by(form)}{_prefilled(form)}"
        record = record_of(form, FileState.COUNTED, reason, respondents[form.source.key])
        return Settled(submission=form, records=(record,))
    unique, doubles = _identical(full)
    slip_unique, slip_doubles = _identical(slips)
    plan = _plan(unique, slip_unique, hands or {})
    standing = join(
        [*plan.live, *plan.beside],
        month=month,
        replaced=plan.replaced,
        disputing=plan.chained,
        followed=plan.followed,
    )
    completed = _completed(standing.submission, plan.older, month)
    final, applied, stale = _with_slips(completed, standing, plan, month)
    settling = _Settling(
        standing=standing, final=final, plan=plan, respondents=respondents, forms=len(full)
    )
    doubles |= slip_doubles
    return Settled(
        submission=final,
        records=(
            *(settling.form(one) for one in unique),
            *(settling.slip(one, applied, stale) for one in slip_unique),
            *(settling.double(s, doubles[s.source.key]) for s in same if s.source.key in doubles),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
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


def _plan(
    forms: Sequence[Submission], slips: Sequence[Submission], hands: Mapping[str, Stakeholder]
) -> _Plan:
    touched = [form for form in forms if not is_untouched(form)] or list(forms)
    answered = {form.source.key: answered_items(form) for form in touched}

    def of_one_hand(one: Submission, other: Submission) -> bool:
        # What an office has counted is not older or newer than what the body sent itself.
        return one.office == other.office and same_hand(
            hands.get(one.source.key), hands.get(other.source.key)
        )

    def apart(one: Submission, other: Submission) -> bool:
        mine, theirs = answered[one.source.key], answered[other.source.key]
        return bool(mine and theirs and not mine & theirs)

    found = layers(touched, of_one_hand=of_one_hand, apart=apart)
    because = {
        old.source.key: later(new, old)[1]
        for newer, older in pairwise(found)
        for old in older
        for new in newer
        if later(new, old)[0] > 0
    }
    for form in forms:
        if form not in touched:
            because[form.source.key] = "記入があるもの（もう一方は未記入の様式のまま）"
    live = tuple(found[0])
    older = [form for layer in found[1:] for form in layer]
    filled = [slip for slip in slips if slip.overrides]
    passed = [s for s in filled if any(later(s, form)[0] < 0 for form in live)]
    over = [s for s in filled if s not in passed and all(later(s, form)[0] > 0 for form in live)]
    replaced = {
        form.source.key: [
            one for one in older if of_one_hand(one, form) and later(form, one)[0] > 0
        ]
        for form in live
    }
    followed = [one for ones in replaced.values() for one in ones]
    return _Plan(
        live=live,
        older=tuple(tuple(each) for each in found[1:]),
        because=because,
        beside=tuple(slip for slip in filled if slip not in over and slip not in passed),
        over=tuple(tuple(each) for each in reversed(layers(over))),
        passed=tuple(passed),
        unfilled=tuple(slip for slip in slips if not slip.overrides),
        replaced=replaced,
        chained=tuple(one for one in older if one not in followed),
        followed={
            form.source.key: [
                one
                for one in live
                if of_one_hand(form, one) and not apart(form, one) and later(one, form)[0] > 0
            ]
            for form in live
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settling:
    """Makes the records of one respondent's files."""

    standing: Joined
    final: Submission
    plan: _Plan
    respondents: Mapping[str, Respondent]
    forms: int

    @property
    def main(self) -> Submission:
        """Give the form under which the answers count."""
        return self.standing.form

    def form(self, submission: Submission) -> FileRecord:
        """Record a form: the one that counts, one that counts with it, or a replaced one."""
        if submission is self.main:
            return self._counted()
        if submission in self.plan.live:
            return self._beside(submission)
        return self._replaced(submission)

    def _counted(self) -> FileRecord:
        reason = "集計に入れました。"
        if self.forms > 1:
            reason = f"同じ回答者の {self.forms} ファイルのうち、このファイルを集計に入れました。"
        others = [one for one in self._everyone() if one is not self.main]
        for one in others:
            items, path = self._gives(one), one.source.shown
            if not items:
                continue
            if one in self.plan.beside:
                reason += f"{listed_items(items)}は差戻し票「{path}」の回答と合わせました。"
            elif one.overrides is not None:
                reason += f"{listed_items(items)}は差戻し票「{path}」の回答に置き換えました。"
            elif one in self.plan.live:
                reason += f"{listed_items(items)}は「{path}」の回答と合わせました。"
            else:
                reason += f"このファイルに行がない {listed_items(items)}は「{path}」の回答です。"
        record = self._record(self.main, FileState.COUNTED, reason + self._differs_words())
        record = replace(
            record, reason=record.reason + _counted_by(self.main) + _prefilled(self.main)
        )
        return replace(record, differs=self._differs(self.main))

    def _everyone(self) -> list[Submission]:
        older = [one for layer in self.plan.older for one in layer]
        over = [one for layer in self.plan.over for one in layer]
        return [*self.plan.live, *older, *self.plan.beside, *over]

    def _beside(self, submission: Submission) -> FileRecord:
        """Record a form that counts together with the main one, as far as it says more."""
        items, differs = self._gives(submission), self._differs(submission)
        path = self.main.source.shown
        if not items and not differs:
            reason = (
                f"「{path}」と中身の違うファイルですが、回答はすべて「{path}」と同じか、"
                "そこに含まれているため、集計は1件だけです。"
            )
            return self._through(self._record(submission, FileState.DUPLICATE, reason))
        reason = f"同じ回答者の「{path}」と項目ごとに合わせて集計に入れました。"
        if items:
            reason += f"{listed_items(items)}はこのファイルの回答です。"
        record = self._record(submission, FileState.COUNTED, reason + self._differs_words())
        return replace(self._through(record), gives=items, differs=differs)

    def _replaced(self, submission: Submission) -> FileRecord:
        """Record a form that another one replaced, with what still counts of it."""
        items, path = self._gives(submission), self.main.source.shown
        words = self.plan.because.get(submission.source.key, "")
        reason = (
            f"同じ回答者の「{path}」を集計に入れ、この「{submission.source.shown}」は入れていません"
            f"（選んだ理由: {words}）。"
        )
        if items:
            reason += (
                f"ただし「{path}」に行がない {listed_items(items)}は、"
                "このファイルの回答を集計に使いました。"
            )
        if _contents(submission.answers) == _contents(self.main.answers):
            reason += "回答と補足説明の内容は同じです。"
        differs = self._differs(submission)
        if differs:
            reason += f"ただし {listed_items(differs)}は、ほかのファイルの回答と違います。"
        record = self._pointing(submission, FileState.SUPERSEDED, reason)
        return replace(record, gives=items, differs=differs)

    def slip(self, slip: Submission, applied: Given, stale: Mapping[str, str]) -> FileRecord:
        """Record a send-back slip: counted where its answers are used."""
        key, form = slip.source.key, self.main.source.shown
        if key in stale:
            return self._pointing(slip, FileState.SUPERSEDED, stale[key])
        items, differs = applied.get(key, ()), self._differs(slip)
        reason = f"差戻し票です。{listed_items(items)}の回答を「{form}」に反映しました。"
        if slip in self.plan.beside:
            reason = (
                f"差戻し票です。「{form}」より後のものか分からないため、項目ごとに合わせました。"
                + self._differs_words()
            )
        record = self._record(slip, FileState.COUNTED, reason)
        return replace(self._through(record), gives=items, differs=differs)

    def double(self, submission: Submission, twin: Submission) -> FileRecord:
        """Record a file with the same bytes as another."""
        reason = f"「{twin.source.shown}」と中身がまったく同じファイルのため、集計は1件だけです。"
        # Identical to a file that was replaced: what counts is the file that replaced it.
        if twin is not self.main:
            reason += f"集計に入れたのは「{self.main.source.shown}」です。"
        return self._through(self._record(submission, FileState.DUPLICATE, reason))

    def _through(self, record: FileRecord) -> FileRecord:
        return replace(record, replaced_by=self.main.source.key)

    def _gives(self, submission: Submission) -> tuple[str, ...]:
        """Give the items whose answers stand, wholly or in part, in a file."""
        key = submission.source.key
        return tuple(answer.item_id for answer in self.final.answers if key in answer.files)

    def _open(self) -> tuple[str, ...]:
        """Give the items that are still unclear because returns differ."""
        return tuple(
            answer.item_id for answer in self.final.answers if answer.mark.doubt is Doubt.RETURNS
        )

    def _differs(self, submission: Submission) -> tuple[str, ...]:
        """Give the items of which a file says one of several things.

        A replaced file does so where the file that replaced it is blank.
        """
        open_items = frozenset(self._open())
        followers = [
            one for one in self.plan.live if submission in self.plan.replaced[one.source.key]
        ]
        for one in followers:
            open_items -= {a.item_id for a in one.answers if a.mark.status is not Status.BLANK}
        return tuple(
            answer.item_id
            for answer in submission.answers
            if answer.item_id in open_items and answer.mark.status is not Status.BLANK
        )

    def _differs_words(self) -> str:
        items = self._open()
        if not items:
            return ""
        return f"ファイルによって回答が違う {listed_items(items)}は、判読不能として数えています。"

    def _pointing(self, submission: Submission, state: FileState, reason: str) -> FileRecord:
        withheld = self._withheld(submission)
        if withheld:
            reason += (
                f"集計に入れた回答では空欄の {listed_items(withheld)}に、"
                "このファイルでは回答があります。"
            )
        record = self._record(submission, state, reason)
        return replace(self._through(record), withheld=withheld)

    def _withheld(self, submission: Submission) -> tuple[str, ...]:
        """Give the items that count as blank and that this file answers."""
        return tuple(
            theirs.item_id
            for ours, theirs in zip(self.final.answers, submission.answers, strict=True)
            if ours.mark.status is Status.BLANK and theirs.mark.status is not Status.BLANK
        )

    def _record(self, submission: Submission, state: FileState, reason: str) -> FileRecord:
        return record_of(submission, state, reason, self.respondents[submission.source.key])


def _counted_by(form: Submission) -> str:
    return f"「{form.office}」が集計した回答です。" if form.office else ""


def record_of(
    content: Outcome, state: FileState, reason: str, respondent: Respondent | None
) -> FileRecord:
    """Record what came of a file."""
    return FileRecord(
        source=content.source,
        state=state,
        reason=reason + letter_words(content.source),
        kind=content.kind,
        content=content,
        respondent=respondent,
        is_slip=isinstance(content, Submission) and content.overrides is not None,
    )


def _alone(slip: Submission, respondent: Respondent) -> FileRecord:
    """Record a slip whose form is not in this inbox: its answers have nothing to mend."""
    month = slip.slip.month if slip.slip else ""
    reason = "差戻し票だけが届き、もとの回答（全項目のファイル）がないため、まだ反映していません。"
    if month:
        reason += (
            f"この票は{month_words(month)}分です。"
            f"inbox/{month}/ があるときは、この票をそこへ移し、--month {month} を付けて"
            "集計し直してください。ないときは、もとの回答を inbox に置いてください。"
        )
    else:
        reason += "もとの回答と同じ場所に置いて、集計し直してください。"
    return record_of(slip, FileState.NOT_CHECKLIST, reason, respondent)


def _completed(form: Submission, older: Sequence[Sequence[Submission]], month: str) -> Submission:
    """Take the items the form does not contain from the newest older forms that have the row."""
    if not older or all(has_row(answer) for answer in form.answers):
        return form
    answers = {answer.item_id: answer for answer in form.answers}
    repeated = list(form.repeated)
    for layer in older:
        before = join(layer, month=month).submission
        taken = [
            theirs
            for theirs in before.answers
            if has_row(theirs) and not has_row(answers[theirs.item_id])
        ]
        answers.update((answer.item_id, answer) for answer in taken)
        ids = {answer.item_id for answer in taken}
        repeated += [each for each in before.repeated if each.item_id in ids]
    return replace(
        form,
        answers=tuple(answers[answer.item_id] for answer in form.answers),
        repeated=tuple(repeated),
    )


def _with_slips(
    form: Submission, standing: Joined, plan: _Plan, month: str
) -> tuple[Submission, Given, dict[str, str]]:
    """Lay slips over the form, oldest first: the result, what each gave, and why some gave nothing.

    The answers keep their own place (file and cell). A later slip takes an item from an earlier
    one. A slip older than the form is not laid over it: what was sent whole later stands.
    """
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


def _prefilled(submission: Submission) -> str:
    """Tell how much of a form that was handed out filled in came back as it was."""
    if not submission.prefilled_from:
        return ""
    kept, items = len(submission.as_handed_out), len(submission.answers)
    month = month_words(submission.prefilled_from)
    if kept == items:
        return f"{month}の回答を入れて配布した様式が、全 {items} 項目とも前月のまま戻りました。"
    return f"{month}の回答を入れて配布した様式です。{kept} 項目は前月のままです。"


def _identical(returns: Iterable[Submission]) -> tuple[list[Submission], dict[str, Submission]]:
    """Split off returns with the same bytes as another, by key; the plainest path is kept."""
    kept: dict[str, Submission] = {}
    doubles: dict[str, Submission] = {}
    for submission in sorted(returns, key=plainness):
        source = submission.source
        key = return_key(source.sha256 or source.path, source.part)
        if key in kept:
            doubles[submission.source.key] = kept[key]
        else:
            kept[key] = submission
    return list(kept.values()), doubles


def _contents(answers: Iterable[Answer]) -> list[tuple[str, str]]:
    return [(answer.mark.raw, answer.note.raw) for answer in answers]

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

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.assemble.completion import Given, Plan, answer_slips, complete, is_prefilled
from pipeline.assemble.joining import Joined, join, plainness
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
    hands: Callable[[Iterable[Submission], Mapping[str, Respondent]], Mapping[str, Stakeholder]],
) -> Settled:
    """Give what counts of one respondent's returns, and the record of each of them.

    ``respondents`` go by the key of a return, and so does what ``hands`` gives: whose file of the
    respondent's stakeholders it is, as its name says.
    """
    # Long: the order of the steps by which one respondent's returns are settled.
    slips = [submission for submission in same if submission.overrides is not None]
    full = [submission for submission in same if submission.overrides is None]
    if not full:
        return Settled(
            submission=None,
            records=tuple(_alone(slip, respondents[slip.source.key]) for slip in slips),
        )
    if len(same) == 1:  # nearly always: nothing to join, and no answer is looked at
        form = full[0]
        reason = f"集計に入れました。{_counted_by(form)}{is_prefilled(form)}"
        record = record_of(form, FileState.COUNTED, reason, respondents[form.source.key])
        return Settled(submission=form, records=(record,))
    unique, doubles = _identical(full)
    slip_unique, slip_doubles = _identical(slips)
    plan = _plan(unique, slip_unique, hands(unique, respondents))
    standing = join(
        [*plan.live, *plan.beside],
        month=month,
        replaced=plan.replaced,
        disputing=plan.chained,
        followed=plan.followed,
    )
    completed = complete(standing.submission, plan.older, month)
    final, applied, stale = answer_slips(completed, standing, plan, month)
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


def _plan(
    forms: Sequence[Submission], slips: Sequence[Submission], hands: Mapping[str, Stakeholder]
) -> Plan:
    # Long: one plan, whose ten parts are told by the same layers and proofs.
    touched = [form for form in forms if not is_untouched(form)] or list(forms)
    answered = {form.source.key: answered_items(form) for form in touched}

    def of_one_hand(one: Submission, other: Submission) -> bool:
        # What an office has counted is not older or newer than what the body sent itself.
        return one.office == other.office and same_hand(
            hands[one.source.key], hands[other.source.key]
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
    return Plan(
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
    plan: Plan
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
            record, reason=record.reason + _counted_by(self.main) + is_prefilled(self.main)
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
        words = self.plan.because[submission.source.key]
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
        blank = {a.item_id for a in self.final.answers if a.mark.status is Status.BLANK}
        return tuple(
            theirs.item_id
            for theirs in submission.answers
            if theirs.item_id in blank and theirs.mark.status is not Status.BLANK
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

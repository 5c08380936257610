"""What counts of one respondent's returns: the newest form, what it does not contain, and slips.

The newest form counts (see `succession`). An item that it does not contain at all, no row, is
taken from the next newest form that has the row: a 修正版 with the corrected rows alone, or one
file a category, must not make the other answers vanish. A row that is there and blank stays
blank; that an older file answers it is recorded, and nothing is filled in. An untouched form
gives no rows. Send-back slips are laid over the result, item by item, oldest first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.assemble.reasons import listed_items, month_words
from pipeline.assemble.succession import choose, is_untouched
from pipeline.model import (
    Answer,
    FileRecord,
    FileState,
    MatchedBy,
    Respondent,
    Status,
    Submission,
    return_key,
    shown_key,
)
from pipeline.notes import effective_due
from pipeline.text import is_blank

Given = dict[str, tuple[str, ...]]  # key of a return -> the items whose answers count from it


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One respondent's month. ``submission`` is None where only slips came, and nothing to mend.

    ``records`` hold every file once, in no particular order.
    """

    submission: Submission | None
    records: tuple[FileRecord, ...]


def settle(same: Sequence[Submission], respondents: dict[str, Respondent]) -> Settled:
    """Give what counts of one respondent's returns, and the record of each of them."""
    slips = [submission for submission in same if submission.overrides is not None]
    full = [submission for submission in same if submission.overrides is None]
    if not full:
        return Settled(
            submission=None,
            records=tuple(_alone(slip, respondents[slip.source.key]) for slip in slips),
        )
    unique, doubles = _identical(full)
    winner, reasons = choose(unique)
    completed, given = _completed(winner, _newest_first(unique, winner))
    slip_unique, slip_doubles = _identical(slips)
    final, applied, stale = _with_slips(completed, winner, slip_unique)
    given = _still_given(given, final, frozenset(i for ids in applied.values() for i in ids))
    form = _Settling(winner=winner, final=final, respondents=respondents)
    return Settled(
        submission=final,
        records=(
            form.counted(len(full), given, applied),
            *(
                form.replaced(submission, reasons[submission.source.key], given)
                for submission in unique
                if submission is not winner
            ),
            *(form.double(s, doubles[s.source.key]) for s in full if s.source.key in doubles),
            *(form.slip(slip, applied, stale) for slip in slip_unique),
            *(
                form.double(s, slip_doubles[s.source.key])
                for s in slips
                if s.source.key in slip_doubles
            ),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settling:
    """Makes the records of one respondent's files."""

    winner: Submission
    final: Submission
    respondents: dict[str, Respondent]

    def counted(self, forms: int, given: Given, applied: Given) -> FileRecord:
        """Record the form that counts, with what was added to it."""
        reason = "集計に入れました。"
        if forms > 1:
            reason = f"同じ回答者の {forms} ファイルのうち、このファイルを集計に入れました。"
        for path, items in given.items():
            reason += (
                f"このファイルに行がない {listed_items(items)}は「{shown_key(path)}」の回答です。"
            )
        for path, items in applied.items():
            reason += (
                f"{listed_items(items)}は差戻し票「{shown_key(path)}」の回答に置き換えました。"
            )
        return self._record(self.winner, FileState.COUNTED, reason + _prefilled(self.winner))

    def replaced(self, submission: Submission, reason: str, given: Given) -> FileRecord:
        """Record a form that another one replaced, with what still counts of it."""
        items = given.get(submission.source.key, ())
        if items:
            reason += (
                f"ただし「{self.winner.source.shown}」に行がない {listed_items(items)}は、"
                "このファイルの回答を集計に使いました。"
            )
        if _contents(submission.answers) == _contents(self.winner.answers):
            reason += "回答と補足説明の内容は同じです。"
        return self._pointing(submission, FileState.SUPERSEDED, reason, items)

    def slip(self, slip: Submission, applied: Given, stale: dict[str, str]) -> FileRecord:
        """Record a send-back slip: counted where its answers are used."""
        path, form = slip.source.key, self.winner.source.key
        if path in stale:
            return self._pointing(slip, FileState.SUPERSEDED, stale[path])
        items = applied[path]
        reason = f"差戻し票です。{listed_items(items)}の回答を「{shown_key(form)}」に反映しました。"
        record = self._pointing(slip, FileState.COUNTED, reason, items)
        return replace(record, withheld=())

    def double(self, submission: Submission, twin: Submission) -> FileRecord:
        """Record a file with the same bytes as another."""
        path = self.winner.source.key
        reason = f"「{twin.source.shown}」と中身がまったく同じファイルのため、集計は1件だけです。"
        # Identical to a file that was replaced: what counts is the file that replaced it.
        if twin is not self.winner:
            reason += f"集計に入れたのは「{shown_key(path)}」です。"
        return self._record(submission, FileState.DUPLICATE, reason, replaced_by=path)

    def _pointing(
        self, submission: Submission, state: FileState, reason: str, gives: tuple[str, ...] = ()
    ) -> FileRecord:
        withheld = self._withheld(submission)
        if withheld:
            reason += (
                f"集計に入れた回答では空欄の {listed_items(withheld)}に、"
                "このファイルでは回答があります。"
            )
        record = self._record(submission, state, reason, replaced_by=self.winner.source.key)
        return replace(record, gives=gives, withheld=withheld)

    def _withheld(self, submission: Submission) -> tuple[str, ...]:
        """Give the items that count as blank and that this file answers."""
        return tuple(
            theirs.item_id
            for ours, theirs in zip(self.final.answers, submission.answers, strict=True)
            if ours.mark.status is Status.BLANK and theirs.mark.status is not Status.BLANK
        )

    def _record(
        self, submission: Submission, state: FileState, reason: str, replaced_by: str = ""
    ) -> FileRecord:
        return FileRecord(
            source=submission.source,
            state=state,
            reason=reason,
            kind=submission.kind,
            content=submission,
            respondent=self.respondents[submission.source.key],
            replaced_by=replaced_by,
            is_slip=submission.overrides is not None,
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
    return FileRecord(
        source=slip.source,
        state=FileState.NOT_CHECKLIST,
        reason=reason,
        kind=slip.kind,
        content=slip,
        respondent=respondent,
        is_slip=True,
    )


def _newest_first(returns: Sequence[Submission], winner: Submission) -> list[Submission]:
    """Give the replaced forms, newest first; untouched ones hold no answers and are left out."""
    rest = [one for one in returns if one is not winner and not is_untouched(one)]
    order: list[Submission] = []
    while rest:
        newest, _reasons = choose(rest)
        order.append(newest)
        rest.remove(newest)
    return order


def _completed(winner: Submission, older: Sequence[Submission]) -> tuple[Submission, Given]:
    """Take the items the form does not contain from the newest of the older forms that has them."""
    if not older:
        return winner, {}
    answers = {answer.item_id: answer for answer in winner.answers}
    repeated = list(winner.repeated)
    given: dict[str, list[str]] = {}
    for submission in older:
        taken = [
            theirs
            for theirs in submission.answers
            if _has_row(theirs) and not _has_row(answers[theirs.item_id])
        ]
        if not taken:
            continue
        answers.update((answer.item_id, answer) for answer in taken)
        ids = [answer.item_id for answer in taken]
        given[submission.source.key] = ids
        repeated += [each for each in submission.repeated if each.item_id in ids]
    completed = replace(
        winner,
        answers=tuple(answers[answer.item_id] for answer in winner.answers),
        repeated=tuple(repeated),
    )
    return completed, {path: tuple(ids) for path, ids in given.items()}


def _still_given(given: Given, final: Submission, answered: frozenset[str]) -> Given:
    """Leave out what slips have answered since, except where a part still is the older one."""
    if not given:
        return given
    places = {answer.item_id: answer.files for answer in final.answers}
    left = {
        path: tuple(i for i in items if i not in answered or path in places[i])
        for path, items in given.items()
    }
    return {path: items for path, items in left.items() if items}


def _has_row(answer: Answer) -> bool:
    return answer.matched_by is not MatchedBy.NONE or answer.location is not None


def _with_slips(
    form: Submission, winner: Submission, slips: Sequence[Submission]
) -> tuple[Submission, Given, dict[str, str]]:
    """Lay slips over the form, oldest first: the result, what each gave, and why some gave nothing.

    The answers keep their own place (file and cell). A later slip takes an item from an earlier
    one. A slip older than the form is not laid over it: what was sent whole later stands.
    """
    if not slips:
        return form, {}, {}
    order = _oldest_first(slips)
    answers = {answer.item_id: answer for answer in form.answers}
    giver: dict[str, str] = {}
    stale: dict[str, str] = {}
    for slip in order:
        path, ids = slip.source.key, slip.overrides or ()
        if not ids:
            stale[path] = (
                f"差戻し票「{shown_key(path)}」が戻りましたが、新しい回答が1つも記入されていないため、"
                f"「{winner.source.shown}」の回答のままです。"
            )
        elif _precedes(slip, winner):
            stale[path] = (
                f"差戻し票「{shown_key(path)}」より後の「{winner.source.shown}」を集計に入れたため、"
                "この票の回答は使っていません。"
            )
        else:
            for theirs in slip.answers:
                if theirs.item_id in ids:
                    answers[theirs.item_id] = _overridden(answers[theirs.item_id], theirs)
                    giver[theirs.item_id] = path
    applied = {
        path: tuple(i for i in answers if i in giver and path in (giver[i], *answers[i].files))
        for slip in order
        if (path := slip.source.key) not in stale
    }
    for path, items in applied.items():
        if not items:
            stale[path] = (
                f"差戻し票「{shown_key(path)}」の回答は、後の差戻し票の回答に置き換わりました。"
            )
    return (
        replace(
            form,
            answers=tuple(answers[answer.item_id] for answer in form.answers),
            repeated=tuple(each for each in form.repeated if each.item_id not in giver),
        ),
        {path: items for path, items in applied.items() if items},
        stale,
    )


def _with_note_of(noted: Answer, answer: Answer) -> Answer:
    return replace(answer, note=noted.note, note_place=noted.note_place, note_cell=noted.note_cell)


def _overridden(ours: Answer, theirs: Answer) -> Answer:
    """Lay one line of a slip over an answer: an empty check cell or note leaves the old one."""
    if theirs.mark.status is Status.BLANK:
        answer = _with_note_of(theirs, ours)
    elif is_blank(theirs.note.raw):
        answer = _with_note_of(ours, theirs)
    else:
        return theirs
    return replace(answer, due=effective_due(answer.mark, answer.note))


def _oldest_first(slips: Iterable[Submission]) -> list[Submission]:
    """Order slips by when they were made, then by 記入日 where all have one, then by change."""
    slips = list(slips)
    dated = all(slip.filled_on for slip in slips)

    def moment(slip: Submission) -> tuple[str, str, str, str]:
        issued = slip.slip.issued if slip.slip else ""
        filled_on = slip.filled_on if dated else ""
        return (issued, filled_on, slip.source.modified, slip.source.key)

    return sorted(slips, key=moment)


def _precedes(slip: Submission, form: Submission) -> bool:
    """Tell whether a slip is older than the form that counts.

    A slip made from this very form never is. Else the 記入日 decide where both have one; else a
    slip made when the form was there already is the later one; else the times of the last change.
    """
    if slip.slip and slip.slip.base and slip.slip.base == form.source.sha256:
        return False
    if slip.filled_on and form.filled_on and slip.filled_on != form.filled_on:
        return slip.filled_on < form.filled_on
    if slip.slip and slip.slip.issued and form.source.modified <= slip.slip.issued:
        return False
    return slip.source.modified < form.source.modified


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
    for submission in sorted(returns, key=_plainness):
        source = submission.source
        key = return_key(source.sha256 or source.path, source.part)
        if key in kept:
            doubles[submission.source.key] = kept[key]
        else:
            kept[key] = submission
    return list(kept.values()), doubles


def _plainness(submission: Submission) -> tuple[bool, int, int, str]:
    path = submission.source.path
    return ("!" in path, path.count("/"), len(path), submission.source.key)


def _contents(answers: Iterable[Answer]) -> list[tuple[str, str]]:
    return [(answer.mark.raw, answer.note.raw) for answer in answers]
